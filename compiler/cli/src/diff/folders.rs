//! Two output folders.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use klo_diagnostics::codes::comparing as codes;
use klo_diagnostics::{At, Diagnostic};
use klo_diff::{Base, Sides, Snapshot, compare};
use klo_source::{DiskTree, EntryKind, Tree, join};

use super::{finish, refuse};
use crate::args::Diff;
use crate::project::Project;
use crate::terminal::Terminal;
use crate::{Exit, UsageError};

/// Environments by app and name.
type Environments = BTreeMap<(String, String), Snapshot>;

/// Compares what klo wrote into one folder with what it wrote into another.
pub(super) fn run(
    old: &Path,
    new: &Path,
    args: &Diff,
    terminal: &mut Terminal,
) -> Result<Exit, UsageError> {
    if args.base.is_some() {
        let message = "`--base` names a revision, and two folders leave nothing to compare it with";
        return Err(UsageError::new(message).help("name one folder, or leave `--base` out"));
    }
    let project = Project::nowhere(&args.selection)?;
    let mut sides = Vec::new();
    let mut faults = Vec::new();
    for folder in [old, new] {
        match environments(folder) {
            Ok(found) => sides.push(found),
            Err(fault) => faults.push(*fault),
        }
    }
    let [before, now] = sides.as_slice() else {
        return Ok(refuse(&project, faults, terminal));
    };
    let asked = &args.selection.environments;
    let known = |name: &String| {
        [before, now]
            .into_iter()
            .flat_map(BTreeMap::keys)
            .any(|(_, known)| known == name)
    };
    if let Some(name) = asked.iter().find(|name| !known(name)) {
        return Err(UsageError::new(format!(
            "neither folder holds an environment `{name}`"
        )));
    }
    let mut names: Vec<&(String, String)> = before.keys().chain(now.keys()).collect();
    names.sort();
    names.dedup();
    names.retain(|(_, environment)| asked.is_empty() || asked.contains(environment));
    let changes = names
        .into_iter()
        .filter_map(|name| match (before.get(name), now.get(name)) {
            (Some(before), Some(now)) => Some(compare(Sides::Both(before, now))),
            (None, Some(now)) => Some(compare(Sides::Added(now))),
            (Some(before), None) => Some(compare(Sides::Removed(before))),
            (None, None) => None,
        });
    let base = Base::Folder {
        path: old.display().to_string(),
    };
    let changes = changes.collect();
    Ok(finish(
        &project,
        Vec::new(),
        (base, changes),
        args,
        terminal,
    ))
}

/// The environments in a folder: its own, or those one folder below.
fn environments(folder: &Path) -> Result<Environments, Box<Diagnostic>> {
    let fault = |text: String| {
        let at = At::File(folder.display().to_string().into());
        let error = Diagnostic::error(codes::NO_OUTPUT_FOLDER, at, text);
        Box::new(error.help("name a folder that `klo compile` wrote, or one of its environments"))
    };
    let tree = DiskTree::new(folder)
        .map_err(|error| fault(format!("the folder cannot be read: {error}")))?;
    let listed = tree.files("").files;
    let mut found = Environments::new();
    let roots = listed
        .iter()
        .filter_map(|path| match path.strip_suffix("graph.json") {
            Some("") => Some(""),
            Some(root) if root.matches('/').count() == 1 => Some(root.trim_end_matches('/')),
            _ => None,
        });
    for root in roots {
        let text = |name: &str| {
            let path = join(root, name);
            tree.read_text(&path)
                .map_err(|error| fault(format!("{path} cannot be read: {error}")))
        };
        let manifests: Vec<PathBuf> = listed
            .iter()
            .filter(|path| path.starts_with(&join(root, "kubernetes/")) && path.ends_with(".yaml"))
            .map(PathBuf::from)
            .collect();
        let mut read = Vec::new();
        for path in manifests {
            let path = path.to_string_lossy().into_owned();
            let name = path
                .strip_prefix(root)
                .unwrap_or(&path)
                .trim_start_matches('/');
            read.push((name.to_owned(), text(name)?));
        }
        let snapshot = Snapshot::read(&text("graph.json")?, &text("plan.json")?, &read)
            .map_err(|error| fault(format!("in `{root}`: {error}")))?;
        let name = (snapshot.app().to_owned(), snapshot.environment().to_owned());
        found.insert(name, snapshot);
    }
    match found.is_empty() {
        true if tree.kind("") == EntryKind::Directory => Err(fault(
            "it holds no environment: there is no graph.json in it or one folder below".to_owned(),
        )),
        true => Err(fault("it is no folder".to_owned())),
        false => Ok(found),
    }
}
