//! Python: source text to facts, and what its projects say about themselves.

pub mod dependencies;
mod expressions;
mod guard;
mod imports;
pub mod modules;
mod patterns;
mod scopes;
pub(crate) mod standard_library;
mod statements;
mod strings;
mod syntax;
mod types;
mod walk;

use klo_diagnostics::codes::sources as codes;
use klo_source::TextRange;

use crate::attach::Statement;
use crate::facts::{FileFacts, Problem};
use syntax::GivenUp;
use walk::Builder;

/// What a Python file says. It never fails: what is no Python is a problem of the file, beside
/// whatever else was understood.
pub fn facts(text: &str) -> FileFacts {
    read(text, false).0
}

/// The same with every statement that an annotation could stand on, in order.
pub(crate) fn outline(text: &str) -> (FileFacts, Vec<Statement>) {
    read(text, true)
}

fn read(text: &str, outline: bool) -> (FileFacts, Vec<Statement>) {
    let guarded = guard::guard(text);
    let mut builder = Builder::new(text, &guarded.comments);
    if outline {
        builder = builder.outlined(&guarded.comments);
    }
    if let Some(at) = guard::too_deep(text) {
        builder.nested_too_deep(TextRange::new(at, at + 1));
        return (builder.facts, Vec::new());
    }
    match syntax::parse(&guarded.text) {
        Ok(tree) => builder.read(&tree),
        Err(GivenUp::TooMuch) => (unreadable(builder, text, too_much()), Vec::new()),
        Err(GivenUp::Broken(at)) => {
            // Up to the first mistake, which is what the user has to know of.
            let before = &guarded.text[..guarded.text.floor_char_boundary(at)];
            match syntax::parse(before) {
                Ok(tree) if tree.root_node().has_error() => builder.read(&tree),
                _ => (unreadable(builder, text, broken()), Vec::new()),
            }
        }
    }
}

/// A file that the parser gave up.
fn unreadable(builder: Builder<'_>, text: &str, problem: Problem) -> FileFacts {
    let mut facts = builder.facts;
    let first_line = text.lines().next().unwrap_or("").len();
    facts.problems.push(Problem {
        range: TextRange::new(0, first_line),
        ..problem
    });
    facts
}

fn broken() -> Problem {
    Problem {
        code: codes::SYNTAX.id().to_owned(),
        error: true,
        range: TextRange::default(),
        message: "this file is so far from valid Python that reading it was given up".to_owned(),
        help: "correct the syntax, or exclude the file with `.gitignore` or `sources`".to_owned(),
        related: Vec::new(),
    }
}

fn too_much() -> Problem {
    Problem {
        code: codes::UNREADABLE_FILE.id().to_owned(),
        error: true,
        range: TextRange::default(),
        message: "this file holds more code than klo reads of one file".to_owned(),
        help:
            "split it, or exclude it with `.gitignore` or `sources`; annotations in it are not seen"
                .to_owned(),
        related: Vec::new(),
    }
}

#[cfg(test)]
mod tests;
