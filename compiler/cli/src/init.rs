//! `klo init`: annotations and a first klo.yaml for an application that has none.

use std::fs;

use klo_diagnostics::{Diagnostic, Level};
use klo_parse::propose::propose;

use crate::args::Init;
use crate::args::Selection;
use crate::fix::{Texts, diff, write};
use crate::project::Project;
use crate::report::{Stream, show};
use crate::terminal::Terminal;
use crate::{Exit, UsageError};

/// Prints the proposal, or writes it. What is left to decide goes to standard error.
pub(crate) fn run(args: &Init, terminal: &mut Terminal) -> Result<Exit, UsageError> {
    let mut project = Project::open_app(&args.path, &Selection::default())?;
    let mut diagnostics = std::mem::take(&mut project.diagnostics);
    let format = args.format.into();
    if diagnostics.iter().any(Diagnostic::blocks) {
        show(&project, diagnostics, format, Stream::Error, terminal);
        return Ok(Exit::Usage);
    }
    let mut texts = Texts::new();
    let mut annotations = 0;
    for app in &project.apps {
        terminal.progress(&format!("reading {}", app.name));
        let proposal = propose(&*project.tree, app, &app.nested, &mut project.sources);
        annotations += proposal.annotations;
        texts.extend(proposal.texts);
        diagnostics.extend(proposal.notes.into_iter().map(|note| Diagnostic {
            app: app.name.clone(),
            ..note
        }));
    }
    terminal.clear();
    if args.write {
        let root = project.root.clone();
        save(&root, &texts)?;
    } else {
        terminal.result(&diff(&texts, terminal.out_color));
    }
    let open = diagnostics
        .iter()
        .filter(|found| found.level == Level::Note)
        .count();
    let exit = show(&project, diagnostics, format, Stream::Error, terminal);
    let remark = remark(annotations, &texts, open, args.write);
    if args.write {
        terminal.remark(&remark);
    } else {
        // Standard output holds the diff alone, which `patch` and `git apply` read.
        terminal.aside(&remark);
    }
    Ok(exit)
}

/// Writes every file, or none where one may not be written.
fn save(root: &std::path::Path, texts: &Texts) -> Result<(), UsageError> {
    for (path, (old, _)) in texts {
        let file = root.join(path);
        let locked =
            old.is_some() && fs::metadata(&file).is_ok_and(|found| found.permissions().readonly());
        if locked {
            return Err(
                UsageError::new(format!("`{path}` may not be written, so nothing was"))
                    .help("give yourself the right to write it, and run it again"),
            );
        }
    }
    for (path, (_, new)) in texts {
        let file = root.join(path);
        write(&file, new).map_err(|error| {
            UsageError::new(format!("`{}` cannot be written: {error}", file.display()))
                .help("give yourself the right to write, and run it again")
        })?;
    }
    Ok(())
}

fn remark(annotations: usize, texts: &Texts, open: usize, written: bool) -> String {
    let count = |count: usize, noun: &str| match count {
        1 => format!("1 {noun}"),
        count => format!("{count} {noun}s"),
    };
    if texts.is_empty() {
        return "nothing to propose\n".to_owned();
    }
    let done = if written { "written" } else { "proposed" };
    let mut text = format!(
        "{} in {} {done}",
        count(annotations, "annotation"),
        count(texts.len(), "file")
    );
    if open > 0 {
        text.push_str(&format!(
            "; {} to decide, named above",
            count(open, "thing")
        ));
    }
    text.push('\n');
    if !written {
        text.push_str("`klo init --write` makes these changes\n");
    }
    text
}
