//! Which files of the repository an image holds, and where.

use std::collections::{BTreeMap, BTreeSet};

use klo_intent::UnitCode;
use klo_source::{EntryKind, Tree, join, normalize, parent};

/// The folder of the application in images.
const APPLICATION: &str = "/app";

/// Files that code names come to so many at most; a folder of uploads is no part of a program.
const MAX_DATA_FILES: usize = 2_000;

/// One `COPY`: files of one folder.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Copy {
    /// Paths relative to the repository's root.
    pub(crate) sources: Vec<String>,
    /// The folder in the image, with a slash at its end.
    pub(crate) target: String,
}

/// How repository paths map to paths in the image.
pub(crate) struct Layout {
    /// The deepest folder that everything of the unit lies in; it becomes [`APPLICATION`].
    base: String,
}

impl Layout {
    /// A layout for a unit with these files.
    pub(crate) fn of(code: &UnitCode, files: &BTreeSet<String>) -> Self {
        let folders = files.iter().map(|file| parent(file));
        let base = folders
            .chain([code.entry.source_root.as_str()])
            .fold(code.project_root.clone(), |base, folder| {
                common(&base, folder).to_owned()
            });
        Self { base }
    }

    /// Where a folder of the repository is in the image.
    pub(crate) fn folder(&self, folder: &str) -> String {
        let inner = folder
            .strip_prefix(&self.base)
            .unwrap_or(folder)
            .trim_matches('/');
        if inner.is_empty() {
            APPLICATION.to_owned()
        } else {
            format!("{APPLICATION}/{inner}")
        }
    }

    /// One `COPY` per folder, sorted.
    pub(crate) fn copies(&self, files: &BTreeSet<String>) -> Vec<Copy> {
        by_folder(files.iter())
            .into_iter()
            .map(|(folder, sources)| Copy {
                sources,
                target: format!("{}/", self.folder(folder)),
            })
            .collect()
    }
}

/// Files by folder, sorted.
pub(crate) fn by_folder<'a>(
    files: impl Iterator<Item = &'a String>,
) -> BTreeMap<&'a str, Vec<String>> {
    let mut folders: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for file in files {
        folders.entry(parent(file)).or_default().push(file.clone());
    }
    folders
}

fn common<'a>(one: &'a str, other: &str) -> &'a str {
    let mut end = 0;
    let mut others = other.split('/');
    for part in one.split('/') {
        if part.is_empty() || others.next() != Some(part) {
            break;
        }
        end += part.len() + usize::from(end > 0);
    }
    &one[..end]
}

/// Every file that the image holds: what importing loads, and the data that this code names.
pub(crate) fn files(tree: &dyn Tree, code: &UnitCode, out: &str) -> BTreeSet<String> {
    let mut found = DataFiles::new(tree, out, ".py");
    let folders: BTreeSet<&str> = code.files.iter().map(|file| parent(file)).collect();
    for file in code.files.iter().filter(|file| file.ends_with(".py")) {
        let Ok(text) = tree.read_text(file) else {
            continue;
        };
        let bases = BTreeSet::from([
            parent(file),
            code.entry.source_root.as_str(),
            code.project_root.as_str(),
        ]);
        for literal in literals(&text) {
            for base in &bases {
                found.name(base, literal);
            }
        }
    }
    let uses = |package: &str| code.external_packages.contains(package);
    for folder in &folders {
        for (package, name) in CONVENTIONS {
            if uses(package) {
                found.name(folder, name);
            }
        }
        if uses("django") {
            found.modules(&join(folder, "migrations"));
            found.modules(&join(folder, "templatetags"));
        }
    }
    if uses("alembic") {
        found.alembic(&code.project_root);
    }
    found.name(&code.project_root, "gunicorn.conf.py");
    found.packages(&folders, &code.entry.source_root);
    let mut files = found.files;
    files.extend(code.files.iter().cloned());
    files
}

/// Folders that frameworks look into without being told.
const CONVENTIONS: [(&str, &str); 6] = [
    ("celery", "celeryconfig.py"),
    ("django", "locale"),
    ("django", "static"),
    ("django", "templates"),
    ("flask", "static"),
    ("flask", "templates"),
];

/// Names of folders that are worth a look although they have neither slash nor ending.
const FOLDERS: [&str; 12] = [
    "assets",
    "data",
    "fixtures",
    "locale",
    "locales",
    "migrations",
    "public",
    "resources",
    "schemas",
    "sql",
    "static",
    "templates",
];

/// Endings of files that hold keys or somebody's development data.
const KEPT_OUT: [&str; 9] = [
    ".db", ".key", ".p12", ".pem", ".pfx", ".pyc", ".sqlite", ".sqlite3", ".tfstate",
];

/// Data that code names, in the making.
pub(crate) struct DataFiles<'a> {
    tree: &'a dyn Tree,
    out: &'a str,
    /// The ending of files that are code, which no folder of data holds.
    code: &'static str,
    /// What was taken in so far.
    pub(crate) files: BTreeSet<String>,
}

impl<'a> DataFiles<'a> {
    /// Nothing yet; nothing in the folder `out` will be taken in.
    pub(crate) fn new(tree: &'a dyn Tree, out: &'a str, code: &'static str) -> Self {
        Self {
            tree,
            out,
            code,
            files: BTreeSet::new(),
        }
    }

    /// Takes in the file of a name, or the files below it that are no modules.
    pub(crate) fn name(&mut self, base: &str, name: &str) {
        let Some(path) = normalize(base, name) else {
            return;
        };
        match self.tree.kind(&path) {
            EntryKind::File => self.add(path),
            EntryKind::Directory if !path.is_empty() && path != base => {
                for file in self.tree.files(&path).files {
                    if !file.ends_with(self.code) {
                        self.add(file);
                    }
                }
            }
            _ => {}
        }
    }

    /// Takes in what makes packages of these folders and those above them: importing a module runs
    /// it first.
    fn packages(&mut self, folders: &BTreeSet<&str>, source_root: &str) {
        let mut seen = BTreeSet::from([source_root, ""]);
        for folder in folders {
            let mut folder = *folder;
            while seen.insert(folder) {
                self.name(folder, "__init__.py");
                folder = parent(folder);
            }
        }
    }

    /// Takes in the modules below a folder, which something imports by their place.
    fn modules(&mut self, folder: &str) {
        if self.tree.kind(folder) == EntryKind::Directory {
            for file in self.tree.files(folder).files {
                self.add(file);
            }
        }
    }

    /// Alembic's configuration, and the migrations in the folder that it names.
    fn alembic(&mut self, project: &str) {
        let path = join(project, "alembic.ini");
        let Ok(text) = self.tree.read_text(&path) else {
            return;
        };
        self.add(path);
        let location = text
            .lines()
            .filter_map(|line| line.split_once('='))
            .find(|(key, _)| key.trim() == "script_location")
            .map(|(_, value)| value.trim().trim_start_matches("%(here)s/"));
        if let Some(folder) = location.and_then(|location| normalize(project, location)) {
            self.modules(&folder);
        }
    }

    fn add(&mut self, path: String) {
        let is_hidden = path.split('/').any(|part| part.starts_with('.'));
        let is_out = path == self.out
            || path
                .strip_prefix(self.out)
                .is_some_and(|p| p.starts_with('/'));
        let is_kept_out = KEPT_OUT.iter().any(|ending| path.ends_with(ending));
        if !is_hidden && !is_out && !is_kept_out && self.files.len() < MAX_DATA_FILES {
            self.files.insert(path);
        }
    }
}

/// Strings of a file's code that may name a file or folder; what looks like one without being one
/// finds nothing.
fn literals(text: &str) -> BTreeSet<&str> {
    let mut found = BTreeSet::new();
    for line in text.lines() {
        let mut rest = line;
        while let Some(start) = rest.find(['"', '\'']) {
            let quote = &rest[start..=start];
            let inner = &rest[start + 1..];
            let Some(end) = inner.find(quote) else { break };
            if may_be_path(&inner[..end]) {
                found.insert(&inner[..end]);
            }
            rest = &inner[end + 1..];
        }
    }
    found
}

/// Whether a string may name a file or folder of data.
pub(crate) fn may_be_path(text: &str) -> bool {
    let ending = text
        .rsplit('/')
        .next()
        .and_then(|name| name.rsplit_once('.'));
    let has_ending = ending.is_some_and(|(stem, ending)| {
        !stem.is_empty() && (1..=8).contains(&ending.len()) && ending.is_ascii()
    });
    let is_path = |c: char| c.is_alphanumeric() || matches!(c, '.' | '/' | '_' | '-' | ' ');
    text.len() <= 200
        && !text.starts_with(['/', ' '])
        && text.chars().all(is_path)
        && text.contains(|c: char| c.is_alphanumeric())
        && (has_ending || text.contains('/') || FOLDERS.contains(&text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn common_folders() {
        assert_eq!(common("a/b/c", "a/b"), "a/b");
        assert_eq!(common("a/b", "a/bc"), "a");
        assert_eq!(common("a", "b"), "");
        assert_eq!(common("", "a"), "");
        assert_eq!(common("a", "a"), "a");
    }

    #[test]
    fn strings_that_may_be_paths() {
        let text =
            r#"open("data/prices.csv"); x = 'static'; f("hello", "a.b", ".env", "/etc/x", '')"#;
        assert_eq!(
            literals(text).into_iter().collect::<Vec<_>>(),
            ["a.b", "data/prices.csv", "static"]
        );
    }
}
