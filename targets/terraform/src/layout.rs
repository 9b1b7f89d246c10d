//! Lines as `terraform fmt` leaves them: two spaces a level, equals signs aligned within runs of
//! one-line attributes, nested blocks set off by blank lines.
//!
//! Everything is added to the end of one text: a plan is printed on every run of klo, and texts
//! that are put together out of texts are most of what that would cost.

use std::borrow::Cow;

use klo_plan::{Block, Value};

use crate::escape::comment_words;
use crate::expression::{attributes, blocks, comments, write_expression};

/// Comments are wrapped so that no line is longer than this.
const WIDTH: usize = 100;

/// An attribute, or an entry of an object, with its value already printed.
pub(crate) struct Entry<'a> {
    comments: Vec<&'a str>,
    name: Cow<'a, str>,
    value: String,
}

impl<'a> Entry<'a> {
    /// An entry whose name stands `indent` levels deep.
    pub(crate) fn new(name: impl Into<Cow<'a, str>>, value: &'a Value, indent: usize) -> Self {
        let mut text = String::new();
        write_expression(&mut text, value, indent);
        Self {
            comments: comments(value),
            name: name.into(),
            value: text,
        }
    }

    /// An entry with an expression that is no [`Value`].
    pub(crate) fn raw(name: &'a str, value: impl Into<String>) -> Self {
        Self {
            comments: Vec::new(),
            name: name.into(),
            value: value.into(),
        }
    }

    /// Puts a comment above it.
    pub(crate) fn comment(mut self, comment: &'a str) -> Self {
        if !comment.is_empty() {
            self.comments.insert(0, comment);
        }
        self
    }

    fn spans_lines(&self) -> bool {
        self.value.contains('\n')
    }
}

/// Adds `indent` levels of two spaces.
pub(crate) fn pad(out: &mut String, indent: usize) {
    out.extend(std::iter::repeat_n("  ", indent));
}

/// A comment as lines that begin with `#`, wrapped at [`WIDTH`].
pub(crate) fn comment(text: &str, indent: usize) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    write_comment(&mut out, text, indent);
    out
}

/// Adds a comment as lines that begin with `#`, wrapped at [`WIDTH`].
pub(crate) fn write_comment(out: &mut String, text: &str, indent: usize) {
    let room = WIDTH.saturating_sub(indent * 2 + 2).max(20);
    for paragraph in text.lines() {
        pad(out, indent);
        out.push('#');
        let mut used = 0;
        for word in comment_words(paragraph) {
            let length = word.chars().count();
            if used > 0 && used + 1 + length > room {
                out.push('\n');
                pad(out, indent);
                out.push('#');
                used = 0;
            }
            out.push(' ');
            out.push_str(word);
            used += length + usize::from(used > 0);
        }
        out.push('\n');
    }
}

/// Adds entries one below the other. `spaced` sets those that span lines off by blank lines.
///
/// `terraform fmt` aligns the equals signs of neighbouring lines whose value ends on its own line;
/// a comment, a blank line or a longer value ends the run.
pub(crate) fn write_aligned(out: &mut String, entries: &[Entry<'_>], indent: usize, spaced: bool) {
    let mut start = 0;
    while start < entries.len() {
        let mut end = start + 1;
        if !entries[start].spans_lines() {
            while entries
                .get(end)
                .is_some_and(|entry| !entry.spans_lines() && entry.comments.is_empty())
            {
                end += 1;
            }
        }
        let run = &entries[start..end];
        let width = run.iter().map(|entry| entry.name.len()).max().unwrap_or(0);
        let breaks =
            |index: usize| entries[index].spans_lines() || !entries[index].comments.is_empty();
        if spaced && start > 0 && (breaks(start) || entries[start - 1].spans_lines()) {
            out.push('\n');
        }
        for entry in run {
            for text in &entry.comments {
                write_comment(out, text, indent);
            }
            pad(out, indent);
            out.push_str(&entry.name);
            out.extend(std::iter::repeat_n(' ', width - entry.name.len()));
            out.push_str(" = ");
            out.push_str(&entry.value);
            out.push('\n');
        }
        start = end;
    }
}

/// A block in the making: `resource "aws_sqs_queue" "orders" { … }`.
pub(crate) struct BlockText {
    text: String,
    is_empty: bool,
    indent: usize,
}

impl BlockText {
    /// A block whose first line is `head` and a brace, at the top level.
    pub(crate) fn new(head: &str) -> Self {
        Self::after(String::new(), head, 0)
    }

    /// A block that stands `indent` levels deep.
    pub(crate) fn nested(head: &str, indent: usize) -> Self {
        Self::after(String::new(), head, indent)
    }

    /// A block below lines that belong to it.
    pub(crate) fn after(mut lines: String, head: &str, indent: usize) -> Self {
        pad(&mut lines, indent);
        lines.push_str(head);
        Self {
            text: lines,
            is_empty: true,
            indent,
        }
    }

    /// The depth of what is inside.
    pub(crate) fn inside(&self) -> usize {
        self.indent + 1
    }

    fn begin_section(&mut self) {
        self.text
            .push_str(if self.is_empty { " {\n" } else { "\n" });
        self.is_empty = false;
    }

    /// Adds entries, after a blank line if something stands before them.
    pub(crate) fn entries(mut self, entries: &[Entry<'_>]) -> Self {
        if !entries.is_empty() {
            self.begin_section();
            let inside = self.inside();
            write_aligned(&mut self.text, entries, inside, true);
        }
        self
    }

    /// Adds a nested block.
    pub(crate) fn block(mut self, block: BlockText) -> Self {
        self.begin_section();
        self.text.push_str(&block.finish());
        self
    }

    /// Adds attributes, then nested blocks, as Terraform's style guide orders them.
    pub(crate) fn body(mut self, body: &Block) -> Self {
        let inside = self.inside();
        let entries: Vec<Entry<'_>> = attributes(body)
            .map(|(name, value)| Entry::new(name, value, inside))
            .collect();
        self = self.entries(&entries);
        for (name, block) in blocks(body) {
            self = self.block(Self::nested(name, inside).body(block));
        }
        self
    }

    /// The text, ended by a line break.
    pub(crate) fn finish(mut self) -> String {
        if self.is_empty {
            self.text.push_str(" {}\n");
        } else {
            pad(&mut self.text, self.indent);
            self.text.push_str("}\n");
        }
        self.text
    }
}
