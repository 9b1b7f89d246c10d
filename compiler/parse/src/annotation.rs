//! The one annotation grammar (language.md §1), for the comments of any host language.
//!
//! Reading never fails: whatever is understood is returned, with a problem for each mistake beside
//! it, and one bad argument does not lose the others.

mod brackets;
mod cursor;
mod value;

use klo_diagnostics::Code;
use klo_diagnostics::codes::annotations as codes;
use klo_source::{MARKER, TextRange};

use crate::facts::{Annotation, Problem};
use cursor::Cursor;

/// One line of a comment block.
#[derive(Debug, Clone, Copy)]
pub struct CommentLine<'a> {
    /// The line, with or without its comment leader (`#`, `//`, `*`, …).
    pub text: &'a str,
    /// The byte offset of `text` in its file.
    pub start: u32,
}

/// Reads every annotation of one block of adjacent comment lines, and the mistakes in them.
pub fn parse_block(lines: &[CommentLine<'_>]) -> (Vec<Annotation>, Vec<Problem>) {
    let stripped: Vec<CommentLine<'_>> = lines.iter().map(|line| strip(*line)).collect();
    let mut parser = Parser {
        cursor: Cursor::new(&stripped),
        problems: Vec::new(),
        brackets: Vec::new(),
        abandoned: false,
        string_was_cut: false,
        reported: 0,
    };
    let mut annotations = Vec::new();
    while !parser.cursor.at_end() {
        let line = parser.cursor.line();
        if parser.cursor.rest().starts_with(MARKER) {
            annotations.extend(parser.annotation());
        } else {
            parser.check_marker();
        }
        // An annotation that is left open ends where the next line begins another.
        if parser.cursor.line() == line || !parser.cursor.at_line_start() {
            parser.cursor.next_line();
        }
    }
    (annotations, parser.problems)
}

/// Leaves out blanks, one comment leader and the end of a block comment.
fn strip(line: CommentLine<'_>) -> CommentLine<'_> {
    let text = line.text.trim_start();
    let body = if text.starts_with('#') {
        text.trim_start_matches('#')
    } else if let Some(rest) = text.strip_prefix("/*") {
        let rest = rest.trim_start_matches('*');
        rest.strip_prefix('!').unwrap_or(rest)
    } else if text.starts_with("//") {
        let rest = text.trim_start_matches('/');
        rest.strip_prefix('!').unwrap_or(rest)
    } else {
        text.strip_prefix('*').unwrap_or(text)
    };
    let body = body.trim_start();
    let start = line.start + (line.text.len() - body.len()) as u32;
    let body = body.trim_end();
    let body = body.strip_suffix("*/").unwrap_or(body).trim_end();
    CommentLine { text: body, start }
}

/// A reader of one comment block.
struct Parser<'a> {
    cursor: Cursor<'a>,
    problems: Vec<Problem>,
    /// The brackets that are open, each with its range.
    brackets: Vec<(char, TextRange)>,
    /// Whether the rest of the annotation cannot be made sense of: nothing more is reported of it.
    abandoned: bool,
    /// Whether a string was not closed, so that a bracket may only seem to be open.
    string_was_cut: bool,
    /// Problems reported of this annotation.
    reported: usize,
}

impl Parser<'_> {
    fn problem(&mut self, code: Code, range: TextRange, message: impl Into<String>, help: &str) {
        if !self.abandoned && self.reported < value::MAX_PROBLEMS {
            self.reported += 1;
            self.problems.push(Problem {
                code: code.id().to_owned(),
                error: true,
                range,
                message: message.into(),
                help: help.to_owned(),
                related: Vec::new(),
            });
        }
    }

    fn begin(&mut self) {
        self.abandoned = false;
        self.string_was_cut = false;
        self.reported = 0;
        self.brackets.clear();
    }

    fn annotation(&mut self) -> Option<Annotation> {
        self.begin();
        let start = self.cursor.offset();
        self.cursor.advance(MARKER.len());
        let name_start = self.cursor.offset();
        let Some(capability) = self.cursor.word() else {
            let range = TextRange {
                start,
                end: name_start,
            };
            self.problem(
                codes::MALFORMED,
                range,
                "a capability is missing after `@klo::`",
                "write the capability directly behind the colons, for example `@klo::service`",
            );
            return None;
        };
        let capability_range = self.cursor.range_from(name_start);
        let arguments = if self.cursor.peek() == Some('(') || self.cursor.arguments_follow() {
            self.cursor.skip_blanks();
            self.bracketed(')')
        } else {
            Vec::new()
        };
        let end = self.cursor.last_end();
        Some(Annotation {
            capability,
            capability_range,
            arguments,
            range: TextRange { start, end },
        })
    }

    /// A line that begins with something that was meant to be the marker.
    fn check_marker(&mut self) {
        let rest = self.cursor.rest();
        let Some(head) = rest
            .get(..4)
            .filter(|head| head.eq_ignore_ascii_case("@klo"))
        else {
            return;
        };
        let separator: String = rest[head.len()..]
            .chars()
            .take_while(|c| matches!(c, ':' | '.' | '/' | '-'))
            .collect();
        let follows = rest[head.len() + separator.len()..].chars().next();
        if separator.is_empty() || !follows.is_some_and(|c| c.is_ascii_alphabetic()) {
            return;
        }
        self.begin();
        let start = self.cursor.offset();
        let range = TextRange {
            start,
            end: start + (head.len() + separator.len()) as u32,
        };
        self.problem(
            codes::MISSPELLED_MARKER,
            range,
            format!("`{head}{separator}` begins no annotation"),
            "annotations begin with `@klo::`",
        );
    }
}

#[cfg(test)]
mod tests;
