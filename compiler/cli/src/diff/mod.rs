//! `klo diff`: what changed since a revision or between two output folders, and what it does to data.

mod folders;
mod revision;

pub(crate) use revision::Past;

use klo_diagnostics::{Diagnostic, Format};
use klo_diff::{AppChanges, Base, Comparison, render};

use crate::args::{Diff, DiffFormat, FailOn};
use crate::project::Project;
use crate::report::{Stream, show};
use crate::terminal::Terminal;
use crate::{Exit, UsageError};

/// Compares, and prints the comparison.
pub(crate) fn run(args: &Diff, terminal: &mut Terminal) -> Result<Exit, UsageError> {
    match args.paths.as_slice() {
        [old, new] => folders::run(old, new, args, terminal),
        [path] => revision::run(path, args, terminal),
        _ => revision::run(".".as_ref(), args, terminal),
    }
}

/// Prints what was found, then the comparison.
fn finish(
    project: &Project,
    diagnostics: Vec<Diagnostic>,
    (base, changes): (Base, Vec<AppChanges>),
    args: &Diff,
    terminal: &mut Terminal,
) -> Exit {
    let complete = !diagnostics
        .iter()
        .any(|one| one.blocks() && one.rule.is_none());
    let comparison = Comparison::new(base, complete, changes);
    let exit = show(project, diagnostics, Format::Full, Stream::Error, terminal);
    let text = match args.format {
        DiffFormat::Text => render::text(&comparison, terminal.out_color),
        DiffFormat::Markdown => render::markdown(&comparison),
        DiffFormat::Json => render::json(&comparison),
    };
    terminal.result(&text);
    match args.fail_on {
        Some(FailOn::DataLoss) if comparison.loses_data => Exit::Errors,
        _ => exit,
    }
}

/// Prints why nothing can be compared.
fn refuse(project: &Project, diagnostics: Vec<Diagnostic>, terminal: &mut Terminal) -> Exit {
    show(project, diagnostics, Format::Full, Stream::Error, terminal);
    Exit::Usage
}
