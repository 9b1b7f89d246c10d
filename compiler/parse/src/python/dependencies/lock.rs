//! Lock files of uv and Poetry.

use std::collections::{BTreeMap, BTreeSet};

use klo_source::{EntryKind, Tree, join, normalize};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::pyproject::Manifest;
use super::{Dependencies, Source, normalize_name, text_of};

#[derive(Deserialize, Default)]
struct UvFile {
    #[serde(default)]
    package: Vec<UvPackage>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct UvPackage {
    name: String,
    version: Option<String>,
    #[serde(default)]
    source: UvSource,
    #[serde(default)]
    dependencies: Vec<UvEdge>,
    #[serde(default)]
    optional_dependencies: BTreeMap<String, Vec<UvEdge>>,
}

/// A project of the workspace stands in its lock file with the folder that holds it.
#[derive(Deserialize, Default)]
struct UvSource {
    editable: Option<String>,
    r#virtual: Option<String>,
    directory: Option<String>,
}

impl UvSource {
    fn folder(&self) -> Option<&str> {
        self.editable
            .as_deref()
            .or(self.r#virtual.as_deref())
            .or(self.directory.as_deref())
    }
}

#[derive(Deserialize)]
struct UvEdge {
    name: String,
    #[serde(default)]
    extra: Vec<String>,
}

/// Reads `uv.lock` of a folder for the project in `project`, which is that folder or a member of
/// its workspace. Only what the project needs to run counts; development groups don't.
pub(super) fn uv(tree: &dyn Tree, folder: &str, project: &str) -> Dependencies {
    let mut found = starting(tree, Source::UvLock, folder, "uv.lock");
    let Some(file) = decode::<UvFile>(tree, folder, "uv.lock", &mut found) else {
        return found;
    };
    let is_project = |package: &&UvPackage| {
        package
            .source
            .folder()
            .and_then(|path| normalize(folder, path))
            .is_some_and(|path| path == project)
    };
    let root = file.package.iter().find(is_project);
    if project != folder {
        let Some(root) = root else { return found };
        found.member = Some(root.name.clone());
        found.member_folder = Some(project.to_owned());
        found.files.push(join(project, "pyproject.toml"));
    }
    let mut by_name: BTreeMap<&str, Vec<&UvPackage>> = BTreeMap::new();
    for package in &file.package {
        by_name.entry(&package.name).or_default().push(package);
    }
    match root {
        Some(root) => {
            for (package, version) in closure(&by_name, root) {
                found.packages.insert(package, version);
            }
        }
        // A lock file without its project: everything in it is installed.
        None => {
            for (name, packages) in &by_name {
                found.packages.insert(normalize_name(name), only(packages));
            }
        }
    }
    found
}

/// What a project draws in, itself and its workspace's other projects left out.
fn closure(
    by_name: &BTreeMap<&str, Vec<&UvPackage>>,
    root: &UvPackage,
) -> BTreeMap<String, Option<String>> {
    let mut packages = BTreeMap::new();
    let mut seen: BTreeSet<(&str, Option<&str>)> = BTreeSet::new();
    let mut waiting: Vec<&UvEdge> = root.dependencies.iter().collect();
    while let Some(edge) = waiting.pop() {
        let wanted = std::iter::once(None).chain(edge.extra.iter().map(|e| Some(e.as_str())));
        for extra in wanted {
            if !seen.insert((&edge.name, extra)) {
                continue;
            }
            for package in by_name.get(edge.name.as_str()).into_iter().flatten() {
                if package.source.folder().is_none() {
                    packages.insert(
                        normalize_name(&package.name),
                        only(&by_name[edge.name.as_str()]),
                    );
                }
                match extra {
                    None => waiting.extend(&package.dependencies),
                    Some(extra) => {
                        waiting.extend(
                            package
                                .optional_dependencies
                                .get(extra)
                                .into_iter()
                                .flatten(),
                        );
                    }
                }
            }
        }
    }
    packages
}

/// The version, where the lock file holds one for all platforms.
fn only(packages: &[&UvPackage]) -> Option<String> {
    match packages {
        [package] => package.version.clone(),
        _ => None,
    }
}

#[derive(Deserialize, Default)]
struct PoetryFile {
    #[serde(default)]
    package: Vec<PoetryPackage>,
}

#[derive(Deserialize)]
struct PoetryPackage {
    name: String,
    version: String,
    /// Since Poetry 2.0.
    groups: Option<Vec<String>>,
    /// Until Poetry 1.4.
    category: Option<String>,
    #[serde(default)]
    optional: bool,
    #[serde(default)]
    dependencies: BTreeMap<String, toml::Value>,
}

/// Reads `poetry.lock` of a folder, without what is for development.
pub(super) fn poetry(tree: &dyn Tree, folder: &str) -> Dependencies {
    let mut found = starting(tree, Source::PoetryLock, folder, "poetry.lock");
    let Some(file) = decode::<PoetryFile>(tree, folder, "poetry.lock", &mut found) else {
        return found;
    };
    let states_group = |p: &PoetryPackage| p.groups.is_some() || p.category.is_some();
    let runs = |p: &&PoetryPackage| match (&p.groups, &p.category) {
        (Some(groups), _) => !p.optional && groups.iter().any(|group| group == "main"),
        (None, Some(category)) => !p.optional && category == "main",
        (None, None) => true,
    };
    let kept: Vec<&PoetryPackage> = file.package.iter().filter(runs).collect();
    // Between 1.5 and 1.8 the lock file says nothing of groups; the manifest's names lead to them.
    let wanted = match Manifest::of(tree, folder) {
        Some(manifest) if !file.package.iter().any(states_group) => {
            Some(drawn_in(&kept, manifest.packages.into_keys()))
        }
        _ => None,
    };
    for package in kept {
        let name = normalize_name(&package.name);
        if wanted.as_ref().is_none_or(|wanted| wanted.contains(&name)) {
            found.packages.insert(name, Some(package.version.clone()));
        }
    }
    found
}

fn drawn_in(packages: &[&PoetryPackage], names: impl Iterator<Item = String>) -> BTreeSet<String> {
    let by_name: BTreeMap<String, &PoetryPackage> = packages
        .iter()
        .map(|package| (normalize_name(&package.name), *package))
        .collect();
    let mut seen = BTreeSet::new();
    let mut waiting: Vec<String> = names.collect();
    while let Some(name) = waiting.pop() {
        let Some(package) = by_name.get(&name) else {
            continue;
        };
        if seen.insert(name) {
            waiting.extend(package.dependencies.keys().map(|name| normalize_name(name)));
        }
    }
    seen
}

fn starting(tree: &dyn Tree, source: Source, folder: &str, name: &str) -> Dependencies {
    let mut found = Dependencies {
        source: Some(source),
        folder: folder.to_owned(),
        files: vec![join(folder, name)],
        ..Dependencies::default()
    };
    let manifest = join(folder, "pyproject.toml");
    if tree.kind(&manifest) == EntryKind::File {
        found.files.push(manifest);
    }
    found
}

fn decode<T: DeserializeOwned>(
    tree: &dyn Tree,
    folder: &str,
    name: &str,
    found: &mut Dependencies,
) -> Option<T> {
    let path = join(folder, name);
    let text = text_of(tree, &path, found)?;
    match toml::from_str(&text) {
        Ok(file) => Some(file),
        Err(error) => {
            found.problems.push((path, error.message().to_owned()));
            None
        }
    }
}
