//! `klo fix`: what rules marked fixable ask for, written where the value came from.

mod annotation;
mod edit;
mod plan;
mod yaml;

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

use klo_diagnostics::{Diagnostic, Format};

use crate::args::Fix;
use crate::pipeline::{analyze, nothing};
use crate::report::{Stream, opened, show};
use crate::terminal::Terminal;
use crate::write::{Change, unified};
use crate::{Exit, UsageError};

use plan::Changes;

/// Mends what can be mended, or shows it with `--diff`. Exits 1 where errors are left.
pub(crate) fn run(args: &Fix, terminal: &mut Terminal) -> Result<Exit, UsageError> {
    let opened = opened(&args.path, &args.selection, Format::Full, terminal)?;
    let (mut project, mut diagnostics) = match opened {
        Ok(opened) => opened,
        Err(exit) => return Ok(exit),
    };
    let analyzed = analyze(&mut project, &args.selection, nothing, terminal);
    let mut changes = Changes::default();
    let mut fixed = 0;
    for (app, policy) in analyzed.into_iter().zip(&project.policies) {
        let (count, found) = plan::plan(&app, policy, &project, &mut changes);
        fixed += count;
        diagnostics.extend(found);
        // What is mended needs not be told; everything else does.
        let left = |found: &Diagnostic| !found.fixable || found.waived();
        diagnostics.extend(app.diagnostics.into_iter().filter(left));
    }
    let changes = changes.texts(&project);
    if args.diff {
        terminal.result(&diff(&changes, terminal.out_color));
    } else {
        for (path, (_, new)) in &changes {
            let file = project.root.join(path);
            write(&file, new).map_err(|error| {
                UsageError::new(format!("`{}` cannot be written: {error}", file.display()))
                    .help("give yourself the right to write, and run it again")
            })?;
        }
    }
    if !args.diff {
        terminal.remark(&remark(fixed, changes.len()));
    }
    Ok(show(
        &project,
        diagnostics,
        Format::Full,
        Stream::Error,
        terminal,
    ))
}

/// Texts by path: what stands there, if anything does, and what should.
pub(crate) type Texts = BTreeMap<String, (Option<String>, String)>;

pub(crate) fn diff(changes: &Texts, color: bool) -> String {
    changes
        .iter()
        .map(|(path, (old, new))| {
            let change = Change {
                path: path.clone(),
                old: old.clone().map(String::into_bytes),
                new: Some(new.clone()),
                digest: None,
            };
            unified(&change, path, color)
        })
        .collect()
}

fn remark(fixed: usize, files: usize) -> String {
    let count = |count: usize, noun: &str| match count {
        1 => format!("1 {noun}"),
        count => format!("{count} {noun}s"),
    };
    match fixed {
        0 => "nothing to fix\n".to_owned(),
        fixed => format!(
            "{} in {} fixed\n",
            count(fixed, "value"),
            count(files, "file")
        ),
    }
}

/// Replaces a file whole, or not at all; who may read and run it stays.
pub(crate) fn write(path: &Path, text: &str) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let half = folder.join(format!(".{name}.klo"));
    fs::write(&half, text)?;
    if let Ok(found) = fs::metadata(path) {
        fs::set_permissions(&half, found.permissions())?;
    }
    // A link stays one: what it leads to is replaced.
    let real = path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
    fs::rename(&half, real).inspect_err(|_| {
        let _ = fs::remove_file(&half);
    })
}
