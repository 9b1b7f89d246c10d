//! Lines as `terraform fmt` leaves them: two spaces a level, equals signs aligned within runs of
//! one-line attributes, nested blocks set off by blank lines.

use klo_plan::{Block, Value};

use crate::escape::comment_text;
use crate::expression::{attributes, blocks, comments, expression};

/// Comments are wrapped so that no line is longer than this.
const WIDTH: usize = 100;

/// An attribute, or an entry of an object, with its value already printed.
pub(crate) struct Entry {
    comments: Vec<String>,
    name: String,
    value: String,
}

impl Entry {
    /// An entry whose name stands `indent` levels deep.
    pub(crate) fn new(name: impl Into<String>, value: &Value, indent: usize) -> Self {
        Self {
            comments: comments(value).into_iter().map(str::to_owned).collect(),
            name: name.into(),
            value: expression(value, indent),
        }
    }

    /// An entry with an expression that is no [`Value`].
    pub(crate) fn raw(name: &str, value: impl Into<String>) -> Self {
        Self {
            comments: Vec::new(),
            name: name.to_owned(),
            value: value.into(),
        }
    }

    /// Its name as printed.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Puts a comment above it.
    pub(crate) fn comment(mut self, comment: &str) -> Self {
        if !comment.is_empty() {
            self.comments.insert(0, comment.to_owned());
        }
        self
    }

    fn spans_lines(&self) -> bool {
        self.value.contains('\n')
    }
}

/// `indent` levels of two spaces.
pub(crate) fn pad(indent: usize) -> String {
    "  ".repeat(indent)
}

/// A comment as lines that begin with `#`, wrapped at [`WIDTH`].
pub(crate) fn comment(text: &str, indent: usize) -> String {
    let room = WIDTH.saturating_sub(indent * 2 + 2).max(20);
    let mut out = String::new();
    for paragraph in text.lines() {
        let mut line = String::new();
        for word in comment_text(paragraph).split_whitespace() {
            if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > room {
                out.push_str(&format!("{}# {line}\n", pad(indent)));
                line.clear();
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        let line = format!("{}# {line}", pad(indent));
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}

/// Entries one below the other. `spaced` sets those that span lines off by blank lines.
///
/// `terraform fmt` aligns the equals signs of neighbouring lines whose value ends on its own line;
/// a comment, a blank line or a longer value ends the run.
pub(crate) fn aligned(entries: &[Entry], indent: usize, spaced: bool) -> String {
    let mut out = String::new();
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
                out.push_str(&comment(text, indent));
            }
            out.push_str(&format!(
                "{}{:width$} = {}\n",
                pad(indent),
                entry.name,
                entry.value
            ));
        }
        start = end;
    }
    out
}

/// A block in the making: `resource "aws_sqs_queue" "orders" { … }`.
pub(crate) struct BlockText {
    head: String,
    sections: Vec<String>,
    indent: usize,
}

impl BlockText {
    /// A block whose first line is `head` and a brace, at the top level.
    pub(crate) fn new(head: impl Into<String>) -> Self {
        Self::nested(head, 0)
    }

    /// A block that stands `indent` levels deep.
    pub(crate) fn nested(head: impl Into<String>, indent: usize) -> Self {
        Self {
            head: head.into(),
            sections: Vec::new(),
            indent,
        }
    }

    /// The depth of what is inside.
    pub(crate) fn inside(&self) -> usize {
        self.indent + 1
    }

    /// Adds entries, after a blank line if something stands before them.
    pub(crate) fn entries(mut self, entries: &[Entry]) -> Self {
        if !entries.is_empty() {
            self.sections.push(aligned(entries, self.inside(), true));
        }
        self
    }

    /// Adds a nested block.
    pub(crate) fn block(mut self, block: BlockText) -> Self {
        self.sections.push(block.finish());
        self
    }

    /// Adds attributes, then nested blocks, as Terraform's style guide orders them.
    pub(crate) fn body(mut self, body: &Block) -> Self {
        let inside = self.inside();
        let entries: Vec<Entry> = attributes(body)
            .map(|(name, value)| Entry::new(name, value, inside))
            .collect();
        self = self.entries(&entries);
        for (name, block) in blocks(body) {
            self = self.block(Self::nested(name, inside).body(block));
        }
        self
    }

    /// The text, ended by a line break.
    pub(crate) fn finish(self) -> String {
        let pad = pad(self.indent);
        if self.sections.is_empty() {
            return format!("{pad}{} {{}}\n", self.head);
        }
        format!(
            "{pad}{} {{\n{}{pad}}}\n",
            self.head,
            self.sections.join("\n")
        )
    }
}
