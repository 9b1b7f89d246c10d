//! Annotations that lie in no app: they would silently have no effect.

use klo_diagnostics::Diagnostic;
use klo_diagnostics::codes::annotations as codes;
use klo_source::{MARKER, TextRange, find_marker, has_marker, join};

use crate::project::Project;

/// Endings of files that annotations are read from.
const ENDINGS: [&str; 1] = [".py"];

/// A warning for each annotation below the paths that belongs to none of the project's apps.
pub(crate) fn annotations(project: &mut Project) -> Vec<Diagnostic> {
    let folders: Vec<String> = project
        .paths
        .iter()
        .filter(|path| !is_covered(project, path))
        .cloned()
        .collect();
    let mut found = Vec::new();
    for folder in folders {
        for path in project.tree.files(&folder).files {
            if is_outside(project, &path) {
                found.extend(in_file(project, &path));
            }
        }
    }
    found
}

/// Whether everything below a path belongs to an app, so that nothing has to be looked for.
fn is_covered(project: &Project, path: &str) -> bool {
    let known = |nested: &String| project.apps.iter().any(|app| app.root == *nested);
    project.apps.iter().any(|app| {
        app.nested.iter().all(known) && app.sources.iter().any(|source| is_under(path, source))
    })
}

fn is_outside(project: &Project, path: &str) -> bool {
    ENDINGS.iter().any(|ending| path.ends_with(ending))
        && project
            .apps
            .iter()
            .all(|app| !app.owns(path) && !is_under(path, &app.out))
}

fn in_file(project: &mut Project, path: &str) -> Vec<Diagnostic> {
    let bytes = project.tree.read(path).unwrap_or_default();
    if !has_marker(&bytes) {
        return Vec::new();
    }
    // What is no text holds no annotation that would hold elsewhere.
    let Ok(text) = project.tree.read_text(path) else {
        return Vec::new();
    };
    let ranges: Vec<TextRange> = find_marker(&text)
        .filter(|at| begins_comment(&text[..*at]))
        .map(|at| {
            let rest = &text[at + MARKER.len()..];
            let word = rest
                .find(|c: char| !c.is_ascii_alphanumeric() && c != '_')
                .unwrap_or(rest.len());
            TextRange::new(at, at + MARKER.len() + word)
        })
        .collect();
    let file = project.sources.add(path, text);
    ranges
        .into_iter()
        .map(|range| {
            let text = "this annotation lies in no app, so it has no effect";
            Diagnostic::warning(codes::OUTSIDE_APPS, range.in_file(file), text)
                .help("add the folder to `sources` in klo.yaml, or give it a klo.yaml of its own")
        })
        .collect()
}

/// Whether nothing but a comment's sign stands on the line before the marker.
fn begins_comment(before: &str) -> bool {
    let line = before.rsplit('\n').next().unwrap_or_default().trim();
    line.starts_with('#') && line.trim_matches('#').is_empty()
}

fn is_under(path: &str, folder: &str) -> bool {
    folder.is_empty() || path == folder || path.starts_with(&join(folder, ""))
}
