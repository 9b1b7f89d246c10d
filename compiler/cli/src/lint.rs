use klo_diagnostics::{Diagnostic, Format};

use crate::args::Lint;
use crate::outside;
use crate::pipeline::{analyze, nothing};
use crate::project::Project;
use crate::report::{Stream, show};
use crate::terminal::Terminal;
use crate::{Exit, UsageError};

/// Judges every app that the paths cover; writes nothing.
pub(crate) fn run(args: &Lint, terminal: &mut Terminal) -> Result<Exit, UsageError> {
    let mut project = Project::open(&args.paths, &args.selection)?;
    let mut diagnostics = std::mem::take(&mut project.diagnostics);
    let broken = diagnostics.iter().any(Diagnostic::blocks);
    if !broken {
        project.check_selection(&args.selection)?;
        diagnostics.extend(outside::annotations(&mut project));
        for app in analyze(&mut project, &args.selection, nothing, terminal) {
            diagnostics.extend(app.diagnostics);
        }
    }
    let format = Format::from(args.format);
    let stream = Stream::of_lint(format);
    let exit = show(&project, diagnostics, format, stream, terminal);
    Ok(if broken { Exit::Usage } else { exit })
}
