//! Diagnostics on their way to a stream.

use klo_diagnostics::{Diagnostic, Format, Level, Style, merge, render};

use crate::Exit;
use crate::project::Project;
use crate::terminal::{Terminal, WIDTH};

/// Diagnostics that are shown with their source: more nobody reads, and each costs a look through its
/// file.
const MOST_IN_FULL: usize = 200;

/// Which stream diagnostics go to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stream {
    /// Standard error, where people look.
    Error,
    /// Standard output, when diagnostics are the result and a program reads them.
    Output,
}

/// Prints diagnostics, sorted and merged, with a count at their end for people.
pub(crate) fn show(
    project: &Project,
    diagnostics: Vec<Diagnostic>,
    format: Format,
    stream: Stream,
    terminal: &mut Terminal,
) -> Exit {
    let merged = merge(diagnostics, &project.sources);
    let style = Style {
        format,
        color: match stream {
            Stream::Error => terminal.error_color,
            Stream::Output => terminal.out_color,
        },
        unicode: terminal.unicode,
        width: WIDTH,
        root: project.root.clone(),
        base: project.base.clone(),
    };
    let shown = match format {
        Format::Full => merged.len().min(MOST_IN_FULL),
        _ => merged.len(),
    };
    let mut text = render(&merged[..shown], &project.sources, &style);
    if format == Format::Full && !merged.is_empty() {
        text.push_str(&count(&merged));
        if shown < merged.len() {
            text.push_str(&format!(
                "the first {shown} are shown; `--format concise` shows all\n"
            ));
        }
    }
    match stream {
        Stream::Error => terminal.diagnostic(&text),
        Stream::Output => terminal.result(&text),
    }
    if merged.iter().any(Diagnostic::blocks) {
        Exit::Errors
    } else {
        Exit::Fine
    }
}

/// `2 errors and 1 warning`.
fn count(diagnostics: &[Diagnostic]) -> String {
    let parts: Vec<String> = [
        (Level::Error, "error"),
        (Level::Warning, "warning"),
        (Level::Note, "note"),
    ]
    .into_iter()
    .filter_map(|(level, name)| {
        let count = diagnostics.iter().filter(|d| d.level == level).count();
        match count {
            0 => None,
            1 => Some(format!("1 {name}")),
            count => Some(format!("{count} {name}s")),
        }
    })
    .collect();
    match parts.as_slice() {
        [first @ .., last] if !first.is_empty() => {
            format!("{} and {last}\n", first.join(", "))
        }
        parts => format!("{}\n", parts.concat()),
    }
}
