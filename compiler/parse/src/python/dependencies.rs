//! What a Python project depends on, as its lock file or requirements say it. Nothing is resolved
//! and nothing is fetched: what the files state is what is known.

use std::collections::{BTreeMap, BTreeSet};

use klo_source::{EntryKind, Tree, join, parent};

mod lock;
mod pyproject;
mod requirements;

pub use pyproject::Manifest;

/// The kind of file that dependencies were read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Source {
    /// `uv.lock`: every version is known.
    UvLock,
    /// `poetry.lock`: every version is known.
    PoetryLock,
    /// `requirements.txt` with what it includes: versions are known where it pins them.
    Requirements,
    /// `pyproject.toml` alone: names and ranges.
    Pyproject,
}

/// What a project depends on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Dependencies {
    /// Where it was read; `None` when no file states any dependency.
    pub source: Option<Source>,
    /// The folder of that file, relative to the repository's root.
    pub folder: String,
    /// Every file that an installer needs, the first being the one that was read; relative to the
    /// repository's root.
    pub files: Vec<String>,
    /// Packages without those for development, by normalized name, with the version where exactly
    /// one is stated.
    pub packages: BTreeMap<String, Option<String>>,
    /// Requirements files with lines that name a folder of the repository instead of a package.
    pub local: BTreeSet<String>,
    /// The member of a workspace whose lock file lies further up.
    pub member: Option<String>,
    /// The folder of that member, relative to the repository's root.
    pub member_folder: Option<String>,
    /// Files that could not be read, each with the reason.
    pub problems: Vec<(String, String)>,
}

impl Dependencies {
    /// The folder of the project whose dependencies these are: asking for it again finds the same.
    pub fn project(&self) -> &str {
        self.member_folder.as_deref().unwrap_or(&self.folder)
    }

    /// Whether a package is among them, in any spelling of its name.
    pub fn has(&self, package: &str) -> bool {
        self.packages.contains_key(&normalize_name(package))
    }

    /// The version of a package, where exactly one is stated.
    pub fn version(&self, package: &str) -> Option<&str> {
        self.packages.get(&normalize_name(package))?.as_deref()
    }
}

/// A package's name as indexes compare it: lower case, runs of `-`, `_` and `.` as one `-`
/// (packaging.python.org, "Names and normalization", 2024).
pub fn normalize_name(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for c in name.trim().chars() {
        match c {
            '-' | '_' | '.' if out.ends_with('-') => {}
            '-' | '_' | '.' => out.push('-'),
            c => out.push(c.to_ascii_lowercase()),
        }
    }
    out
}

/// The dependencies that hold for code in `project_root`: those of the nearest folder, from there
/// up to `top`, that states any. In one folder `uv.lock` comes before `poetry.lock`, before
/// `requirements.txt`, before `pyproject.toml`; a `pyproject.toml` that is a member of a workspace
/// is read through the lock file of the workspace.
pub fn dependencies(tree: &dyn Tree, top: &str, project_root: &str) -> Dependencies {
    let mut folder = project_root;
    loop {
        if let Some(found) = in_folder(tree, top, folder) {
            return found;
        }
        if folder == top || folder.is_empty() {
            return Dependencies::default();
        }
        folder = parent(folder);
    }
}

/// Places of requirements files; the second and third are where web project templates put what
/// production needs.
const REQUIREMENTS: [&str; 3] = [
    "requirements.txt",
    "requirements/production.txt",
    "requirements/prod.txt",
];

fn in_folder(tree: &dyn Tree, top: &str, folder: &str) -> Option<Dependencies> {
    let is_file = |name: &str| tree.kind(&join(folder, name)) == EntryKind::File;
    if is_file("uv.lock") {
        return Some(lock::uv(tree, folder, folder));
    }
    if is_file("poetry.lock") {
        return Some(lock::poetry(tree, folder));
    }
    if let Some(name) = REQUIREMENTS.into_iter().find(|name| is_file(name)) {
        return Some(requirements::read(tree, folder, &join(folder, name)));
    }
    if !is_file("pyproject.toml") {
        return None;
    }
    let alone = pyproject::alone(tree, folder);
    let mut above = folder;
    while above != top && !above.is_empty() {
        above = parent(above);
        if tree.kind(&join(above, "uv.lock")) == EntryKind::File {
            let workspace = lock::uv(tree, above, folder);
            if workspace.member.is_some() || !workspace.problems.is_empty() {
                return Some(workspace);
            }
        }
    }
    // A `pyproject.toml` that only configures tools states no dependencies.
    (!alone.packages.is_empty() || !alone.problems.is_empty()).then_some(alone)
}

/// The text of a file; a problem is noted where it cannot be read.
fn text_of(tree: &dyn Tree, path: &str, found: &mut Dependencies) -> Option<String> {
    match tree.read_text(path) {
        Ok(text) => Some(text),
        Err(error) => {
            found.problems.push((path.to_owned(), error.to_string()));
            None
        }
    }
}

#[cfg(test)]
mod tests;
