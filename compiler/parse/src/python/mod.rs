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

use crate::facts::{FileFacts, Problem};
use walk::Builder;

/// What a Python file says. It never fails: what is no Python is a problem of the file, beside
/// whatever else was understood.
pub fn facts(text: &str) -> FileFacts {
    let guarded = guard::guard(text);
    let builder = Builder::new(text, &guarded.comments);
    match syntax::parse(&guarded.text) {
        Some(tree) => builder.read(&tree),
        None => unreadable(builder, text),
    }
}

/// A file whose text made the parser give up.
fn unreadable(builder: Builder<'_>, text: &str) -> FileFacts {
    let mut facts = builder.facts;
    let first_line = text.lines().next().unwrap_or("").len();
    facts.problems.push(Problem {
        code: codes::SYNTAX.id().to_owned(),
        error: true,
        range: TextRange::new(0, first_line),
        message: "this file is so far from valid Python that reading it was given up".to_owned(),
        help: "correct the syntax, or exclude the file with `.gitignore` or `sources`".to_owned(),
        related: Vec::new(),
    });
    facts
}
