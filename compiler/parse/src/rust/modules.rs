//! Which file a Rust path means: crates of the repository, and the tree of modules in each.

use std::collections::{BTreeSet, HashMap, HashSet};

use klo_intent::Engine;
use klo_source::{Tree, join, normalize, parent, stem};

use super::cargo::{Package, Target, packages};
use crate::knowledge::rust_clients;

/// What begins the name of a module whose file is stated by its path.
pub(super) const PATH: &str = "#path:";

/// Crates that need no dependency.
const BUILT_IN: &[&str] = &["std", "core", "alloc"];

/// What a path means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resolution<'i> {
    /// A file of the project.
    File(&'i str),
    /// Something of a crate that is not part of the repository.
    External,
    /// Nothing that is known.
    Nothing,
}

/// Every crate of an app.
#[derive(Debug, Default)]
pub struct CrateIndex {
    files: HashSet<String>,
    packages: Vec<Package>,
    /// First files of crates.
    roots: HashSet<String>,
    /// Where several crates begin in one folder: the modules that each of them declares.
    declared: HashMap<String, BTreeSet<String>>,
}

impl CrateIndex {
    /// The crates among `files`, which lists all files of the app, sorted.
    pub fn new(tree: &dyn Tree, files: &[String]) -> Self {
        let rust = files.iter().filter(|file| file.ends_with(".rs"));
        let mut index = Self {
            files: rust.cloned().collect(),
            ..Self::default()
        };
        if index.files.is_empty() {
            return index;
        }
        index.packages = packages(tree, files);
        for package in &index.packages {
            let targets = package.library.iter().chain(&package.programs);
            index
                .roots
                .extend(targets.map(|target| target.path.clone()));
        }
        let mut by_folder: HashMap<&str, Vec<&String>> = HashMap::new();
        for root in &index.roots {
            by_folder.entry(parent(root)).or_default().push(root);
        }
        for roots in by_folder.into_values().filter(|roots| roots.len() > 1) {
            for root in roots {
                let text = tree.read_text(root).unwrap_or_default();
                index.declared.insert(root.clone(), modules_in(&text));
            }
        }
        index
    }

    /// The package that a file is part of: the nearest around it.
    pub fn package_of(&self, file: &str) -> Option<&Package> {
        let inside = |root: &str| {
            root.is_empty()
                || file
                    .strip_prefix(root)
                    .is_some_and(|rest| rest.starts_with('/'))
        };
        let around = self.packages.iter().filter(|package| inside(&package.root));
        around.max_by_key(|package| package.root.len())
    }

    /// Every package, sorted by folder.
    pub fn packages(&self) -> &[Package] {
        &self.packages
    }

    /// The first file of the crate that a file is part of.
    pub fn root_of(&self, file: &str) -> Option<&str> {
        if let Some(root) = self.roots.get(file) {
            return Some(root);
        }
        let package = self.package_of(file)?;
        let targets: Vec<&str> = package
            .library
            .iter()
            .chain(&package.programs)
            .map(|target| target.path.as_str())
            .filter(|root| file.starts_with(&format!("{}/", parent(root))))
            .collect();
        let deepest = targets.iter().map(|root| parent(root).len()).max()?;
        let nearest = targets
            .into_iter()
            .filter(|root| parent(root).len() == deepest);
        let nearest: Vec<&str> = nearest.collect();
        let folder = parent(nearest.first()?);
        let below = file[folder.len()..].trim_start_matches('/');
        let top = below.split('/').next().unwrap_or(below);
        let top = top.strip_suffix(".rs").unwrap_or(top);
        let declares = nearest.iter().find(|root| {
            self.declared
                .get(**root)
                .is_some_and(|found| found.contains(top))
        });
        declares.or(nearest.first()).copied()
    }

    /// What `level` and `parts` mean in the file `from`: at level 0 a path of the language, at 1 one
    /// that begins at the file's own module, at 2 at the module above, and so on.
    pub fn resolve(&self, from: &str, level: u32, parts: &[&str]) -> Resolution<'_> {
        let Some((start, rest)) = self.start(from, level, parts) else {
            return self.outside(from, parts);
        };
        let mut at = start;
        // Modules that are written inside of a file's have folders all the same.
        let mut folders = String::new();
        for part in rest {
            match self.child(at, &join(&folders, part)) {
                Some(next) => {
                    at = next;
                    folders.clear();
                }
                None => folders = join(&folders, part),
            }
        }
        if folders.is_empty() {
            Resolution::File(at)
        } else {
            Resolution::Nothing
        }
    }

    /// The file in which a path begins, and the names that follow.
    fn start<'a, 'p>(
        &'a self,
        from: &str,
        level: u32,
        parts: &'p [&'p str],
    ) -> Option<(&'a str, &'p [&'p str])> {
        if level > 0 {
            let mut at = self.files.get(from)?.as_str();
            for _ in 1..level {
                at = self.above(at)?;
            }
            return Some((at, parts));
        }
        let (first, rest) = parts.split_first()?;
        if *first == "crate" {
            return Some((self.root_of(from)?, rest));
        }
        if let Some(child) = self.child(from, first) {
            return Some((child, rest));
        }
        Some((self.library_named(from, first)?, rest))
    }

    /// The library of the repository that a package's code calls `name`.
    fn library_named(&self, from: &str, name: &str) -> Option<&str> {
        let package = self.package_of(from)?;
        let own = package
            .library
            .as_ref()
            .filter(|library| library.name == name);
        if let Some(own) = own {
            return Some(&own.path);
        }
        let dependency = package.dependencies.get(name)?;
        let found = self
            .packages
            .iter()
            .find(|package| match &dependency.path {
                Some(path) => package.root == *path,
                None => package.name == dependency.package,
            })?;
        found.library.as_ref().map(|library| library.path.as_str())
    }

    fn outside(&self, from: &str, parts: &[&str]) -> Resolution<'_> {
        let known = parts.first().is_some_and(|first| {
            BUILT_IN.contains(first)
                || self
                    .package_of(from)
                    .is_none_or(|package| package.dependencies.contains_key(*first))
        });
        if known {
            Resolution::External
        } else {
            Resolution::Nothing
        }
    }

    /// The folder of the modules that a file declares.
    fn folder_of(&self, file: &str) -> String {
        let name = stem(file);
        if self.roots.contains(file) || matches!(name, "mod" | "lib" | "main") {
            parent(file).to_owned()
        } else {
            join(parent(file), name)
        }
    }

    fn child(&self, file: &str, name: &str) -> Option<&str> {
        if let Some(path) = name.strip_prefix(PATH) {
            let path = normalize(parent(file), path)?;
            return self.files.get(&path).map(String::as_str);
        }
        let folder = self.folder_of(file);
        let flat = join(&folder, &format!("{name}.rs"));
        let nested = join(&folder, &format!("{name}/mod.rs"));
        let found = self.files.get(&flat).or_else(|| self.files.get(&nested))?;
        (!self.roots.contains(found)).then_some(found.as_str())
    }

    fn above(&self, file: &str) -> Option<&str> {
        if self.roots.contains(file) {
            return None;
        }
        let folder = if stem(file) == "mod" {
            parent(parent(file))
        } else {
            parent(file)
        };
        let root = self.root_of(file)?;
        if parent(root) == folder {
            return Some(root);
        }
        let flat = format!("{folder}.rs");
        let nested = join(folder, "mod.rs");
        let found = self.files.get(&flat).or_else(|| self.files.get(&nested));
        found.map(String::as_str)
    }

    /// The engine whose driver a file's package asks its database crate for, where it is one.
    pub fn engine_by_features(&self, file: &str) -> Option<Engine> {
        let dependencies = &self.package_of(file)?.dependencies;
        let features = dependencies.iter().flat_map(|(name, found)| {
            let is_database = matches!(
                name.as_str(),
                "sqlx" | "diesel" | "diesel_async" | "sea_orm" | "deadpool_diesel"
            );
            let own = Some(name).filter(|name| name.ends_with("postgres"));
            found
                .features
                .iter()
                .filter(move |_| is_database)
                .chain(own)
        });
        let engines: BTreeSet<&str> = features
            .filter_map(|name| rust_clients::engine_named(name))
            .map(Engine::name)
            .collect();
        match engines.into_iter().collect::<Vec<_>>().as_slice() {
            [engine] => Engine::from_name(engine),
            _ => None,
        }
    }

    /// The packages of the repository that a package is built from, its own first.
    pub fn built_from(&self, package: &Package) -> Vec<&Package> {
        let mut found: Vec<&Package> = Vec::new();
        let mut queue: Vec<&Package> = self
            .packages
            .iter()
            .filter(|known| known.root == package.root)
            .collect();
        while let Some(package) = queue.pop() {
            if found.iter().any(|known| known.root == package.root) {
                continue;
            }
            found.push(package);
            for dependency in package.dependencies.values() {
                queue.extend(self.packages.iter().filter(|known| match &dependency.path {
                    Some(path) => known.root == *path,
                    None => false,
                }));
            }
        }
        found
    }

    /// The package and the program that a file is part of: the program that begins in it or whose
    /// module it is, else the only one of its package.
    pub fn program_of(&self, file: &str) -> Option<(&Package, &Target)> {
        let package = self.package_of(file)?;
        let root = self.root_of(file)?;
        let own = package.programs.iter().find(|program| program.path == root);
        let only = match package.programs.as_slice() {
            [only] => Some(only),
            _ => None,
        };
        Some((package, own.or(only)?))
    }

    /// The path of a file's module from its crate: `crate.db.orders`.
    pub fn module_name(&self, file: &str) -> String {
        let Some(root) = self.root_of(file).filter(|root| *root != file) else {
            return "crate".to_owned();
        };
        let below = file[parent(root).len()..].trim_start_matches('/');
        let below = below.strip_suffix(".rs").unwrap_or(below);
        let below = below.strip_suffix("/mod").unwrap_or(below);
        format!("crate.{}", below.replace('/', "."))
    }
}

/// Names that `mod name;` declares in a text, read without its syntax.
fn modules_in(text: &str) -> BTreeSet<String> {
    let lines = text.lines().map(str::trim);
    lines
        .filter_map(|line| {
            let line = match line.strip_prefix("pub") {
                Some(rest) if rest.starts_with('(') => rest.split_once(')')?.1,
                Some(rest) => rest,
                None => line,
            };
            let name = line.trim_start().strip_prefix("mod ")?.split(';').next()?;
            Some(name.trim().to_owned())
        })
        .collect()
}
