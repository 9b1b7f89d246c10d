//! Which loaded file a name means, by the rules of the language of the file that says it.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, PoisonError};

use super::program::{LoadedFile, Modules, Resolved};
use super::value::FileIx;
use crate::knowledge::rust;
use crate::project::Index;
use crate::python::modules::Resolution as PythonResolution;
use crate::rust::modules::Resolution as RustResolution;

/// Imports of files over the loaded ones.
pub(super) struct FileModules<'a> {
    index: &'a Index,
    paths: Vec<String>,
    by_path: HashMap<String, FileIx>,
    names: Vec<(String, String)>,
    /// What was asked before. Each unit runs the same imports, and finding one tries many folders.
    known: Mutex<HashMap<(FileIx, u32, String), Import>>,
}

/// What a dotted name means in a file, and the packages' files that importing it runs first.
#[derive(Debug, Clone)]
struct Import {
    resolved: Resolved,
    packages: Vec<FileIx>,
}

fn is_rust(path: &str) -> bool {
    path.ends_with(".rs")
}

impl<'a> FileModules<'a> {
    /// The modules of the files that were loaded.
    pub(super) fn new(index: &'a Index, files: &[LoadedFile]) -> Self {
        let name = |file: &LoadedFile| {
            if is_rust(&file.path) {
                (String::new(), index.rust.module_name(&file.path))
            } else {
                index.python.module_name(&file.path, Some(&file.facts))
            }
        };
        Self {
            names: files.iter().map(name).collect(),
            paths: files.iter().map(|file| file.path.clone()).collect(),
            by_path: files
                .iter()
                .enumerate()
                .map(|(at, file)| (file.path.clone(), FileIx(at as u32)))
                .collect(),
            index,
            known: Mutex::default(),
        }
    }

    /// For each file the packages' own files around it, which are loaded with it.
    pub(super) fn packages_around(&self) -> BTreeMap<String, Vec<FileIx>> {
        let around = |path: &String| {
            let around = if is_rust(path) {
                Vec::new()
            } else {
                self.index.python.packages_of(path)
            };
            let around = around.into_iter();
            let around = around.filter_map(|found| self.by_path.get(found).copied());
            (path.clone(), around.collect())
        };
        self.paths.iter().map(around).collect()
    }

    fn loaded(&self, path: &str) -> Resolved {
        self.by_path
            .get(path)
            .map_or(Resolved::External, |file| Resolved::File(*file))
    }

    fn find(&self, from: FileIx, level: u32, parts: &[&str]) -> Import {
        let path = &self.paths[from.0 as usize];
        if is_rust(path) {
            let resolved = match self.index.rust.resolve(path, level, parts) {
                RustResolution::File(path) => self.loaded(path),
                RustResolution::External => Resolved::External,
                RustResolution::Nothing => Resolved::Nothing,
            };
            return Import {
                resolved,
                packages: Vec::new(),
            };
        }
        let found = self.index.python.import(path, level, parts);
        let resolved = match found.resolution {
            PythonResolution::File(path) => self.loaded(path),
            PythonResolution::Namespace(_) => Resolved::Namespace,
            PythonResolution::External => Resolved::External,
        };
        Import {
            resolved,
            packages: found
                .packages
                .into_iter()
                .filter_map(|path| self.by_path.get(path).copied())
                .collect(),
        }
    }

    /// Looks at what is known, which is found first where it is not.
    fn with<T>(&self, from: FileIx, level: u32, parts: &[&str], look: impl Fn(&Import) -> T) -> T {
        // Each part with a dot after it: no part and an empty one are not the same.
        let key = (
            from,
            level,
            parts.iter().flat_map(|part| [part, "."]).collect(),
        );
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let found = known
            .entry(key)
            .or_insert_with(|| self.find(from, level, parts));
        look(found)
    }
}

impl Modules for FileModules<'_> {
    fn resolve(&self, from: FileIx, level: u32, parts: &[&str]) -> Resolved {
        self.with(from, level, parts, |import| import.resolved)
    }

    fn name(&self, file: FileIx) -> (String, String) {
        self.names[file.0 as usize].clone()
    }

    fn packages(&self, from: FileIx, level: u32, parts: &[&str]) -> Vec<FileIx> {
        self.with(from, level, parts, |import| import.packages.clone())
    }

    fn members(&self, from: FileIx, level: u32, parts: &[&str]) -> Vec<FileIx> {
        let path = &self.paths[from.0 as usize];
        if is_rust(path) {
            return Vec::new();
        }
        let members = self.index.python.members(path, level, parts).into_iter();
        members
            .filter_map(|path| self.by_path.get(path).copied())
            .collect()
    }

    fn outside(&self, from: FileIx, parts: &[&str]) -> String {
        let path = parts.join(".");
        if is_rust(&self.paths[from.0 as usize]) {
            format!("{}{path}", rust::CRATE)
        } else {
            path
        }
    }

    fn built_in(&self, from: FileIx, name: &str) -> String {
        if is_rust(&self.paths[from.0 as usize]) {
            format!("{}std.prelude.{name}", rust::CRATE)
        } else {
            format!("builtins.{name}")
        }
    }
}
