//! Which file of the project a dotted name means, and what a file is called.
//!
//! Nothing is run, so the import path has to be inferred from how the project lies on disk: folders
//! that hold a project file, their `src`, the folders that the app names as its sources, and, for
//! scripts, the folder of the script itself.

use std::collections::{BTreeSet, HashMap, HashSet};

use klo_source::{join, parent};

use super::standard_library;
use crate::facts::{FileFacts, Step};

/// Files whose folder is put on the import path by the tools that read them.
const PROJECT_FILES: &[&str] = &[
    "pyproject.toml",
    "setup.py",
    "setup.cfg",
    "requirements.txt",
    "Pipfile",
    "manage.py",
];

/// What a dotted name means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resolution<'i> {
    /// A module, or a package's `__init__.py`.
    File(&'i str),
    /// A folder of Python files without `__init__.py`.
    Namespace(&'i str),
    /// Nothing of the project: the standard library, a dependency, or missing.
    External,
}

/// An imported module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Import<'i> {
    /// What its name means.
    pub resolution: Resolution<'i>,
    /// The `__init__.py` files that are run before the module itself, outermost first.
    pub packages: Vec<&'i str>,
}

impl<'i> Import<'i> {
    /// Every file of the project that importing it runs.
    pub fn files(self) -> impl Iterator<Item = &'i str> {
        let own = match self.resolution {
            Resolution::File(file) => Some(file),
            Resolution::Namespace(_) | Resolution::External => None,
        };
        self.packages.into_iter().chain(own)
    }
}

/// Every module of an app. Paths are relative to the repository's root.
#[derive(Debug, Default)]
pub struct ModuleIndex {
    /// Python files.
    files: HashSet<String>,
    /// Folders with Python files somewhere below them.
    folders: HashSet<String>,
    /// Folders that are on the import path, sorted.
    roots: Vec<String>,
    /// For each top-level name, the roots that have it, sorted.
    tops: HashMap<String, Vec<usize>>,
    /// What modules and folders are called: a name that none has is nobody's module.
    names: HashSet<String>,
    external: BTreeSet<String>,
}

impl ModuleIndex {
    /// The modules among `files`, which lists all files of the app and not only Python's.
    /// `sources` are the app's folder and those it names as its sources; `external` are the names
    /// of top-level modules that dependencies provide.
    pub fn new<'a>(
        files: impl IntoIterator<Item = &'a str>,
        sources: impl IntoIterator<Item = &'a str>,
        external: BTreeSet<String>,
    ) -> Self {
        let mut index = Self {
            external,
            ..Self::default()
        };
        let mut roots: BTreeSet<String> = sources.into_iter().map(str::to_owned).collect();
        for file in files {
            let folder = parent(file);
            if PROJECT_FILES.contains(&&file[file.rfind('/').map_or(0, |at| at + 1)..]) {
                roots.insert(folder.to_owned());
            }
            if file.ends_with(".py") {
                index.files.insert(file.to_owned());
                index.add_folders(folder);
            }
        }
        let sources: Vec<String> = roots.iter().map(|root| join(root, "src")).collect();
        roots.extend(sources);
        index.roots = roots
            .into_iter()
            .filter(|root| index.folders.contains(root) && !index.is_package(root))
            .collect();
        index.tops = index.top_level_names();
        index.names = index.last_names().map(str::to_owned).collect();
        index
    }

    fn add_folders(&mut self, folder: &str) {
        let mut folder = folder;
        while !self.folders.contains(folder) {
            self.folders.insert(folder.to_owned());
            folder = parent(folder);
        }
    }

    fn is_package(&self, folder: &str) -> bool {
        self.files.contains(&join(folder, "__init__.py"))
    }

    /// What modules and folders are called, without the folders around them.
    fn last_names(&self) -> impl Iterator<Item = &str> {
        self.files.iter().chain(&self.folders).map(|path| {
            let name = &path[path.rfind('/').map_or(0, |at| at + 1)..];
            name.strip_suffix(".py").unwrap_or(name)
        })
    }

    fn top_level_names(&self) -> HashMap<String, Vec<usize>> {
        let mut tops: HashMap<String, Vec<usize>> = HashMap::new();
        let paths = self.files.iter().chain(&self.folders);
        for path in paths.filter(|path| !path.is_empty()) {
            if let Some(root) = self.root_at(parent(path)) {
                let name = &path[path.rfind('/').map_or(0, |at| at + 1)..];
                let name = name.strip_suffix(".py").unwrap_or(name);
                tops.entry(name.to_owned()).or_default().push(root);
            }
        }
        for roots in tops.values_mut() {
            roots.sort_unstable();
            roots.dedup();
        }
        tops
    }

    fn root_at(&self, folder: &str) -> Option<usize> {
        self.roots
            .binary_search_by(|root| root.as_str().cmp(folder))
            .ok()
    }

    /// Folders in which files of `folder` look for a top-level name: roots around it from the inside
    /// out, then folders around it from which a script may be started, then roots elsewhere, the
    /// nearest first.
    fn search<'a>(&'a self, folder: &'a str, name: &str) -> Vec<&'a str> {
        let mut found: Vec<&str> = ancestors(folder)
            .filter(|dir| self.root_at(dir).is_some())
            .collect();
        // A script's folder never hides a library: nobody names a module after one on purpose.
        if !standard_library::has(name) && !self.external.contains(name) {
            let is_script = |dir: &&str| self.root_at(dir).is_none() && !self.is_package(dir);
            found.extend(ancestors(folder).filter(is_script));
        }
        let mut elsewhere: Vec<&str> = self
            .tops
            .get(name)
            .into_iter()
            .flatten()
            .map(|root| self.roots[*root].as_str())
            .filter(|root| !is_in(folder, root))
            .collect();
        elsewhere.sort_by_key(|root| std::cmp::Reverse(shared_parts(folder, root)));
        found.append(&mut elsewhere);
        found
    }

    /// What `level` dots and `parts` mean in the file `from`.
    pub fn resolve(&self, from: &str, level: u32, parts: &[&str]) -> Resolution<'_> {
        self.locate(from, level, parts)
            .map_or(Resolution::External, |(_, found)| found)
    }

    /// The same, with what is run before it.
    pub fn import(&self, from: &str, level: u32, parts: &[&str]) -> Import<'_> {
        let Some((root, resolution)) = self.locate(from, level, parts) else {
            return Import {
                resolution: Resolution::External,
                packages: Vec::new(),
            };
        };
        let mut packages = if level == 0 {
            Vec::new()
        } else {
            self.packages_around(&root)
        };
        let mut folder = root;
        for part in parts.iter().take(parts.len().saturating_sub(1)) {
            folder = join(&folder, part);
            packages.extend(self.file(&join(&folder, "__init__.py")));
        }
        Import {
            resolution,
            packages,
        }
    }

    /// The modules and packages directly inside a package, as files, sorted.
    pub fn members(&self, from: &str, level: u32, parts: &[&str]) -> Vec<&str> {
        let folder = match self.resolve(from, level, parts) {
            Resolution::File(file) if file.ends_with("/__init__.py") => parent(file),
            Resolution::Namespace(folder) => folder,
            _ => return Vec::new(),
        };
        let is_member = |file: &&str| match file.strip_suffix("/__init__.py") {
            Some(package) => parent(package) == folder,
            None => parent(file) == folder,
        };
        let mut found: Vec<&str> = self.files.iter().map(String::as_str).collect();
        found.retain(is_member);
        found.sort_unstable();
        found
    }

    /// The `__init__.py` files that are run before `file` when it is started by its module's name,
    /// outermost first.
    pub fn packages_of(&self, file: &str) -> Vec<&str> {
        let folder = parent(file);
        let mut found = self.packages_around(folder);
        found.retain(|package| *package != file);
        found
    }

    fn packages_around(&self, folder: &str) -> Vec<&str> {
        let mut found: Vec<&str> = ancestors(folder)
            .map_while(|dir| self.file(&join(dir, "__init__.py")))
            .collect();
        found.reverse();
        found
    }

    /// The folder that must be on the import path for `file` to run, and what it is called from
    /// there. The file's own imports decide where several folders would do.
    pub fn module_name(&self, file: &str, facts: Option<&FileFacts>) -> (String, String) {
        let root = facts
            .and_then(|facts| self.root_by_imports(file, facts))
            .unwrap_or_else(|| self.nearest_root(file));
        let below = file[root.len()..].trim_start_matches('/');
        let below = below.strip_suffix(".py").unwrap_or(below);
        let below = below.strip_suffix("/__init__").unwrap_or(below);
        (root, below.replace('/', "."))
    }

    /// Folders that are on the import path of some part of the app, sorted.
    pub fn roots(&self) -> &[String] {
        &self.roots
    }

    fn root_by_imports(&self, file: &str, facts: &FileFacts) -> Option<String> {
        let folder = parent(file);
        let steps = facts.scopes.iter().flat_map(|scope| &scope.steps);
        let found = steps.filter_map(|step| match step {
            Step::Import(import) if import.level == 0 => {
                let parts: Vec<&str> = import.module.iter().map(String::as_str).collect();
                let (root, _) = self.locate(file, 0, &parts)?;
                is_in(folder, &root).then_some(root)
            }
            _ => None,
        });
        // Where imports count from several folders, the outermost also holds the others.
        found.min_by_key(String::len)
    }

    fn nearest_root(&self, file: &str) -> String {
        ancestors(parent(file))
            .find(|dir| self.root_at(dir).is_some())
            .map_or_else(|| self.outside_packages(parent(file)), str::to_owned)
    }

    /// The nearest folder around that is no package.
    fn outside_packages(&self, folder: &str) -> String {
        ancestors(folder)
            .find(|dir| !self.is_package(dir))
            .unwrap_or("")
            .to_owned()
    }

    /// The folder that an import counts from, and what it finds.
    fn locate(&self, from: &str, level: u32, parts: &[&str]) -> Option<(String, Resolution<'_>)> {
        if level > 0 {
            let mut base = parent(from);
            for _ in 1..level {
                if base.is_empty() {
                    return None;
                }
                base = parent(base);
            }
            return Some((base.to_owned(), self.below(base, parts)?));
        }
        let first = parts.first()?;
        if !self.names.contains(*first) {
            return None;
        }
        let found = self.search(parent(from), first).into_iter();
        let found = found.filter_map(|root| Some((root.to_owned(), self.below(root, parts)?)));
        // As in Python, a folder without a file of its own counts only where nothing else does.
        let mut namespace = None;
        for (root, resolution) in found {
            match resolution {
                Resolution::Namespace(_) => {
                    namespace.get_or_insert((root, resolution));
                }
                _ => return Some((root, resolution)),
            }
        }
        namespace
    }

    fn below(&self, folder: &str, parts: &[&str]) -> Option<Resolution<'_>> {
        let mut path = folder.to_owned();
        for part in parts {
            path = join(&path, part);
        }
        if let Some(package) = self.file(&join(&path, "__init__.py")) {
            return Some(Resolution::File(package));
        }
        if let Some(module) = self
            .file(&format!("{path}.py"))
            .filter(|_| !parts.is_empty())
        {
            return Some(Resolution::File(module));
        }
        self.folders
            .get(&path)
            .map(|folder| Resolution::Namespace(folder))
    }

    fn file(&self, path: &str) -> Option<&str> {
        self.files.get(path).map(String::as_str)
    }
}

/// A folder and those around it, the root of the repository last.
fn ancestors(folder: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(folder), |&dir| (!dir.is_empty()).then(|| parent(dir)))
}

fn is_in(folder: &str, root: &str) -> bool {
    root.is_empty()
        || folder
            .strip_prefix(root)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn shared_parts(one: &str, other: &str) -> usize {
    one.split('/')
        .zip(other.split('/'))
        .take_while(|(a, b)| a == b)
        .count()
}

#[cfg(test)]
mod tests;
