//! Diagnostics on their way to a stream.

use std::path::Path;

use klo_config::App;
use klo_diagnostics::{Diagnostic, Format, Judged, Level, Style, merge, render};
use klo_source::join;

use crate::args::Selection;
use crate::project::Project;
use crate::terminal::{Terminal, WIDTH};
use crate::{Exit, UsageError};

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

impl Stream {
    /// Where `lint` prints: what programs read is its result.
    pub(crate) fn of_lint(format: Format) -> Self {
        if format.is_for_programs() {
            Self::Output
        } else {
            Self::Error
        }
    }
}

/// The apps at a path, with what there is to say of their configuration; where that is in the way it is
/// shown, and the command ends.
pub(crate) fn opened(
    path: &Path,
    selection: &Selection,
    format: Format,
    terminal: &mut Terminal,
) -> Result<Result<(Project, Vec<Diagnostic>), Exit>, UsageError> {
    let mut project = Project::open_app(path, selection)?;
    let diagnostics = std::mem::take(&mut project.diagnostics);
    if diagnostics.iter().any(Diagnostic::blocks) {
        show(&project, diagnostics, format, Stream::Error, terminal);
        return Ok(Err(Exit::Usage));
    }
    project.check_selection(selection)?;
    Ok(Ok((project, diagnostics)))
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
    let judged = judged(project);
    let mut text = render(&merged[..shown], &judged, &project.sources, &style);
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

/// The apps that were judged: none where their configuration is in the way.
fn judged(project: &Project) -> Vec<Judged> {
    if !project.judged {
        return Vec::new();
    }
    let config = |app: &App| match app.file {
        Some(file) => project.sources.path(file).to_string(),
        None => join(&app.root, "klo.yaml"),
    };
    project
        .apps
        .iter()
        .map(|app| Judged {
            app: app.name.clone(),
            config: config(app),
        })
        .collect()
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
