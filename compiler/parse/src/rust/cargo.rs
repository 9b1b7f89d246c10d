//! `Cargo.toml`: what a package is called, what it builds, and what it depends on.

use std::collections::BTreeMap;

use klo_source::{Tree, join, normalize, parent};
use serde::Deserialize;

/// A dependency of a package.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Dependency {
    /// The name of the package in its registry.
    pub package: String,
    /// Its folder, relative to the repository's root, where it is part of the repository.
    pub path: Option<String>,
    /// The features that are asked for.
    pub features: Vec<String>,
}

/// A program or library of a package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// Its name: of a library the crate's, with `_`.
    pub name: String,
    /// Its first file, relative to the repository's root.
    pub path: String,
}

/// A package.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Package {
    /// The folder of its manifest, relative to the repository's root.
    pub root: String,
    /// Its name.
    pub name: String,
    /// The folder of its workspace, its own where it is part of none.
    pub workspace: String,
    /// Its library.
    pub library: Option<Target>,
    /// Its programs.
    pub programs: Vec<Target>,
    /// What it depends on, by the name that its code uses.
    pub dependencies: BTreeMap<String, Dependency>,
}

#[derive(Debug, Default, Deserialize)]
struct Manifest {
    package: Option<PackageTable>,
    lib: Option<TargetTable>,
    #[serde(default)]
    bin: Vec<TargetTable>,
    #[serde(default)]
    dependencies: BTreeMap<String, DependencyTable>,
    workspace: Option<WorkspaceTable>,
}

#[derive(Debug, Default, Deserialize)]
struct PackageTable {
    #[serde(default)]
    name: String,
}

#[derive(Debug, Default, Deserialize)]
struct TargetTable {
    name: Option<String>,
    path: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
struct WorkspaceTable {
    #[serde(default)]
    members: Vec<String>,
    #[serde(default)]
    exclude: Vec<String>,
    #[serde(default)]
    dependencies: BTreeMap<String, DependencyTable>,
}

impl WorkspaceTable {
    /// Whether the workspace in a folder leaves out a package below it.
    fn excludes(&self, folder: &str, package: &str) -> bool {
        let named = |paths: &[String]| -> Vec<String> {
            let paths = paths.iter();
            paths.filter_map(|path| normalize(folder, path)).collect()
        };
        excludes(&named(&self.members), &named(&self.exclude), package)
    }
}

/// Whether a workspace leaves out the package in a folder, as cargo decides it: a member that is named
/// stays one. The folders that `members` and `exclude` list are relative to the same root as
/// `package`.
pub fn excludes(members: &[String], exclude: &[String], package: &str) -> bool {
    let is_below = |path: &String| {
        let rest = package.strip_prefix(path.as_str());
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    exclude.iter().any(is_below) && !members.iter().any(|path| path == package)
}

#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
enum DependencyTable {
    Version(#[allow(dead_code, reason = "only that it is a version counts")] String),
    Table {
        package: Option<String>,
        path: Option<String>,
        #[serde(default)]
        features: Vec<String>,
        #[serde(default)]
        workspace: bool,
    },
}

/// The packages whose manifests are among `files`, sorted by folder. A manifest that cannot be read
/// is no package: cargo says what is wrong with it.
pub fn packages(tree: &dyn Tree, files: &[String]) -> Vec<Package> {
    let mut manifests: BTreeMap<String, Manifest> = BTreeMap::new();
    for file in files {
        let is_manifest = file == "Cargo.toml" || file.ends_with("/Cargo.toml");
        if is_manifest && let Some(manifest) = read(tree, file) {
            manifests.insert(parent(file).to_owned(), manifest);
        }
    }
    let mut found = Vec::new();
    for (root, manifest) in &manifests {
        let Some(package) = &manifest.package else {
            continue;
        };
        let shared = workspace_of(tree, &manifests, root);
        let listed = |path: &str| {
            files
                .binary_search_by(|file| file.as_str().cmp(path))
                .is_ok()
        };
        found.push(Package {
            root: root.clone(),
            name: package.name.clone(),
            workspace: shared.0.clone().unwrap_or_else(|| root.clone()),
            library: library(root, package, manifest, &listed),
            programs: programs(root, package, manifest, files, &listed),
            dependencies: dependencies(root, manifest, &shared),
        });
    }
    found
}

fn read(tree: &dyn Tree, file: &str) -> Option<Manifest> {
    toml::from_str(&tree.read_text(file).ok()?).ok()
}

/// The dependencies that a package's workspace states, with the workspace's folder.
fn workspace_of(
    tree: &dyn Tree,
    manifests: &BTreeMap<String, Manifest>,
    root: &str,
) -> (Option<String>, BTreeMap<String, DependencyTable>) {
    let mut folder = root;
    loop {
        let known = manifests
            .get(folder)
            .and_then(|found| found.workspace.as_ref());
        if let Some(workspace) = known
            && !workspace.excludes(folder, root)
        {
            return (Some(folder.to_owned()), workspace.dependencies.clone());
        }
        if !manifests.contains_key(folder)
            && let Some(Manifest {
                workspace: Some(workspace),
                ..
            }) = read(tree, &join(folder, "Cargo.toml"))
            && !workspace.excludes(folder, root)
        {
            return (Some(folder.to_owned()), workspace.dependencies);
        }
        if folder.is_empty() {
            return (None, BTreeMap::new());
        }
        folder = parent(folder);
    }
}

fn library(
    root: &str,
    package: &PackageTable,
    manifest: &Manifest,
    listed: &dyn Fn(&str) -> bool,
) -> Option<Target> {
    let stated = manifest.lib.as_ref();
    let path = stated
        .and_then(|lib| lib.path.as_deref())
        .unwrap_or("src/lib.rs");
    let path = normalize(root, path)?;
    let name = stated.and_then(|lib| lib.name.clone());
    listed(&path).then(|| Target {
        name: name.unwrap_or_else(|| package.name.replace('-', "_")),
        path,
    })
}

fn programs(
    root: &str,
    package: &PackageTable,
    manifest: &Manifest,
    files: &[String],
    listed: &dyn Fn(&str) -> bool,
) -> Vec<Target> {
    let mut found: Vec<Target> = Vec::new();
    let mut add = |name: String, path: String| {
        if listed(&path) && !found.iter().any(|known| known.path == path) {
            found.push(Target { name, path });
        }
    };
    for bin in &manifest.bin {
        let Some(name) = bin.name.clone() else {
            continue;
        };
        let by_name = || {
            let inside = [
                format!("src/bin/{name}.rs"),
                format!("src/bin/{name}/main.rs"),
            ];
            let paths = inside.iter().map(|path| join(root, path));
            paths
                .into_iter()
                .find(|path| listed(path))
                .or_else(|| (name == package.name).then(|| join(root, "src/main.rs")))
        };
        let path = match &bin.path {
            Some(path) => normalize(root, path),
            None => by_name(),
        };
        if let Some(path) = path {
            add(name, path);
        }
    }
    add(package.name.clone(), join(root, "src/main.rs"));
    let folder = format!("{}/", join(root, "src/bin"));
    for file in files.iter().filter(|file| file.starts_with(&folder)) {
        let rest = &file[folder.len()..];
        let name = match rest.strip_suffix(".rs") {
            Some(name) if !name.contains('/') => Some(name),
            _ => rest
                .strip_suffix("/main.rs")
                .filter(|name| !name.contains('/')),
        };
        if let Some(name) = name {
            add(name.to_owned(), file.clone());
        }
    }
    found
}

fn dependencies(
    root: &str,
    manifest: &Manifest,
    (workspace, shared): &(Option<String>, BTreeMap<String, DependencyTable>),
) -> BTreeMap<String, Dependency> {
    let mut found = BTreeMap::new();
    for (name, table) in &manifest.dependencies {
        let mut dependency = Dependency {
            package: name.clone(),
            ..Dependency::default()
        };
        let mut add = |folder: &str, table: &DependencyTable| {
            if let DependencyTable::Table {
                package,
                path,
                features,
                ..
            } = table
            {
                if let Some(package) = package {
                    dependency.package.clone_from(package);
                }
                if let Some(path) = path {
                    dependency.path = normalize(folder, path);
                }
                dependency.features.extend(features.iter().cloned());
            }
        };
        if let DependencyTable::Table {
            workspace: true, ..
        } = table
            && let Some(shared) = shared.get(name)
        {
            add(workspace.as_deref().unwrap_or(root), shared);
        }
        add(root, table);
        found.insert(name.replace('-', "_"), dependency);
    }
    found
}

#[cfg(test)]
mod tests {
    use klo_source::MemoryTree;

    use super::*;

    #[test]
    fn a_package_that_a_workspace_leaves_out_is_its_own() {
        let workspace =
            "[workspace]\nmembers = [\"tools/kept\", \"crates/*\"]\nexclude = [\"tools\"]\n";
        let files = [
            ("Cargo.toml", workspace),
            ("crates/api/Cargo.toml", "[package]\nname = \"api\"\n"),
            ("tools/apart/Cargo.toml", "[package]\nname = \"apart\"\n"),
            ("tools/kept/Cargo.toml", "[package]\nname = \"kept\"\n"),
        ];
        let tree = MemoryTree::new(files.iter().map(|(p, t)| (*p, t.as_bytes())));
        let paths: Vec<String> = files.iter().map(|(path, _)| (*path).to_owned()).collect();
        let roots: Vec<(String, String)> = packages(&tree, &paths)
            .into_iter()
            .map(|package| (package.name, package.workspace))
            .collect();
        let expected = [("api", ""), ("apart", "tools/apart"), ("kept", "")];
        assert_eq!(roots, expected.map(|(a, b)| (a.to_owned(), b.to_owned())));
    }
}
