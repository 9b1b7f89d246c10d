//! Packages of Rust: what building one of their programs takes.

use std::collections::BTreeSet;

use klo_parse::rust::cargo::{Package, packages};
use klo_source::{Tree, join, normalize, parent};

use crate::facts::{RUST, RUST_SYSTEM_NEEDS, RustSystemNeeds};
use crate::sources::{DataFiles, MAX_DATA_FILES, literals};

/// A workspace in which a program is built.
pub(crate) struct Workspace {
    /// Files that building needs, relative to the repository's root.
    pub(crate) files: BTreeSet<String>,
    /// Files that the program's code names and may open while it runs.
    pub(crate) data: BTreeSet<String>,
    /// Whether a lock file keeps its dependencies.
    pub(crate) locked: bool,
    /// The image of the toolchain.
    pub(crate) toolchain: String,
    /// Names of the packages that are locked.
    locks: BTreeSet<String>,
}

impl Workspace {
    /// The workspace in `root`, for the program of `package`; `sources` are the files that it is built
    /// from as far as reading its code told.
    pub(crate) fn of(
        tree: &dyn Tree,
        root: &str,
        package: &str,
        sources: &BTreeSet<String>,
        out: &str,
    ) -> Self {
        let listing = tree.files(root).files;
        let all = packages(tree, &listing);
        let needed = needed(&all, package);
        let mut files: BTreeSet<String> = sources.clone();
        for name in ["Cargo.toml", "Cargo.lock", "build.rs"] {
            files.extend(present(tree, join(root, name)));
        }
        // Cargo reads every member of a workspace, and what each of them builds.
        for member in &all {
            files.insert(join(&member.root, "Cargo.toml"));
            let targets = member.library.iter().chain(&member.programs);
            files.extend(targets.map(|target| target.path.clone()));
        }
        for file in &listing {
            let own = needed.iter().find(|member| is_in(file, &member.root));
            let nearest = all.iter().filter(|member| is_in(file, &member.root));
            let nearest = nearest.max_by_key(|member| member.root.len());
            let is_own =
                own.is_some() && nearest.is_some_and(|m| needed.iter().any(|n| n.root == m.root));
            if is_own && files.len() < MAX_DATA_FILES && is_built_from(file, out) {
                files.insert(file.clone());
            }
        }
        for folder in [".sqlx", ".cargo", "migrations", "proto", "templates"] {
            let inside = tree.files(&join(root, folder)).files;
            files.extend(inside.into_iter().take(MAX_DATA_FILES));
        }
        let data = named(tree, root, &needed, sources, out, &mut files);
        let lock = tree.read_text(&join(root, "Cargo.lock"));
        Self {
            locked: lock.is_ok(),
            locks: lock.map(|text| locked(&text)).unwrap_or_default(),
            toolchain: toolchain(tree, root),
            files,
            data,
        }
    }

    /// Debian packages for the crates among the dependencies.
    pub(crate) fn system_packages(
        &self,
        of: impl Fn(&'static RustSystemNeeds) -> &'static [&'static str],
    ) -> BTreeSet<&'static str> {
        RUST_SYSTEM_NEEDS
            .iter()
            .filter(|needs| self.locks.contains(needs.package))
            .flat_map(|needs| of(needs).iter().copied())
            .collect()
    }
}

/// A package and those of the repository that it is built from.
fn needed<'a>(all: &'a [Package], package: &str) -> Vec<&'a Package> {
    let mut found: Vec<&Package> = Vec::new();
    let mut queue: Vec<&Package> = all.iter().filter(|known| known.name == package).collect();
    while let Some(package) = queue.pop() {
        if found.iter().any(|known| known.root == package.root) {
            continue;
        }
        found.push(package);
        let paths = package.dependencies.values();
        for path in paths.filter_map(|dependency| dependency.path.as_ref()) {
            queue.extend(all.iter().filter(|known| known.root == *path));
        }
    }
    found
}

/// Files that the code names: those that macros take in while it is built, and those that it may open.
fn named(
    tree: &dyn Tree,
    root: &str,
    needed: &[&Package],
    sources: &BTreeSet<String>,
    out: &str,
    files: &mut BTreeSet<String>,
) -> BTreeSet<String> {
    let mut at_build = DataFiles::new(tree, out);
    let mut at_run = DataFiles::new(tree, out);
    for file in sources.iter().filter(|file| file.ends_with(".rs")) {
        let Ok(text) = tree.read_text(file) else {
            continue;
        };
        let package = needed.iter().find(|member| is_in(file, &member.root));
        for literal in literals(&text) {
            at_build.name(parent(file), literal);
            if let Some(package) = package {
                at_build.name(&package.root, literal);
            }
            at_run.name(root, literal);
        }
    }
    files.extend(at_build.files);
    let is_code = |file: &String| file.ends_with(".rs") || file.ends_with("Cargo.toml");
    at_run
        .files
        .into_iter()
        .filter(|file| !is_code(file))
        .collect()
}

/// Whether a file of a package may have a part in building its programs.
fn is_built_from(file: &str, out: &str) -> bool {
    let is_out = !out.is_empty() && is_in(file, out);
    let aside = ["/tests/", "/benches/", "/examples/", "/target/"];
    let slashed = format!("/{file}");
    !is_out && !aside.iter().any(|folder| slashed.contains(folder))
}

fn present(tree: &dyn Tree, path: String) -> Option<String> {
    (tree.kind(&path) == klo_source::EntryKind::File).then_some(path)
}

fn is_in(file: &str, folder: &str) -> bool {
    folder.is_empty()
        || file
            .strip_prefix(folder)
            .is_some_and(|rest| rest.starts_with('/'))
}

/// Names of the packages in a lock file.
fn locked(text: &str) -> BTreeSet<String> {
    let names = text.lines().filter_map(|line| line.strip_prefix("name = "));
    names
        .map(|name| name.trim_matches('"').to_owned())
        .collect()
}

/// The image of the toolchain that a workspace states by its number, else of the usual one.
fn toolchain(tree: &dyn Tree, root: &str) -> String {
    let stated = ["rust-toolchain.toml", "rust-toolchain"]
        .iter()
        .find_map(|name| {
            let path = normalize(root, name)?;
            let text = tree.read_text(&path).ok()?;
            let line = text.lines().find(|line| line.contains("channel"));
            let channel = match line {
                Some(line) => line.split('"').nth(1)?.to_owned(),
                None => text.trim().to_owned(),
            };
            let is_number = channel.split('.').count() >= 2
                && channel.chars().all(|c| c.is_ascii_digit() || c == '.');
            is_number.then_some(channel)
        });
    format!("rust:{}-slim-bookworm", stated.as_deref().unwrap_or(RUST))
}

#[cfg(test)]
mod tests {
    use klo_source::MemoryTree;

    use super::*;

    #[test]
    fn the_toolchain_is_the_one_that_is_stated_by_number() {
        let of = |text: &str| toolchain(&MemoryTree::new([("rust-toolchain.toml", text)]), "");
        assert_eq!(
            of("[toolchain]\nchannel = \"1.90.0\"\n"),
            "rust:1.90.0-slim-bookworm"
        );
        assert_eq!(
            of("[toolchain]\nchannel = \"stable\"\n"),
            format!("rust:{RUST}-slim-bookworm")
        );
        assert_eq!(of("1.88"), "rust:1.88-slim-bookworm");
    }
}
