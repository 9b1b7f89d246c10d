//! The layer of dependencies: what the installer of the project's own lock file needs and is told.

use std::collections::BTreeSet;

use klo_parse::python::dependencies::{Dependencies, Manifest, Source};
use klo_source::{Tree, join};

use crate::facts::{PythonRelease, SYSTEM_NEEDS, SystemNeeds, UV};
use crate::sources::{Copy, by_folder};

/// Where the files that installing needs lie while an image is built.
const BUILD: &str = "/build";

/// The values of the dependency stage.
#[derive(Debug)]
pub(crate) struct Install {
    /// Debian packages that building packages takes.
    pub(crate) packages: Vec<&'static str>,
    /// uv with its version.
    pub(crate) uv: Option<&'static str>,
    /// Poetry with its version.
    pub(crate) poetry: Option<&'static str>,
    /// The working folder.
    pub(crate) folder: String,
    /// Files that say what is installed.
    pub(crate) copies: Vec<Copy>,
    /// Requirements files from which lines that name folders are taken out.
    pub(crate) strip: Vec<String>,
    /// Arguments of `uv sync`.
    pub(crate) sync: Vec<String>,
    /// A manifest that nothing locks.
    pub(crate) manifest: Option<&'static str>,
    /// A requirements file.
    pub(crate) requirements: Option<String>,
}

/// The dependency stage for what a project depends on; `None` where that is nothing.
pub(crate) fn install(
    tree: &dyn Tree,
    dependencies: &Dependencies,
    release: &PythonRelease,
) -> Option<Install> {
    let source = dependencies.source?;
    let at = |path: &str| join(BUILD, path);
    let in_poetry = || Manifest::of(tree, &dependencies.folder).is_some_and(|m| m.poetry);
    let is_poetry = match source {
        Source::PoetryLock => true,
        Source::Pyproject => in_poetry(),
        Source::UvLock | Source::Requirements => false,
    };
    let is_locked_by_uv = source == Source::UvLock;
    let is_manifest = source == Source::Pyproject && !is_poetry;
    let copies = by_folder(dependencies.files.iter())
        .into_iter()
        .map(|(folder, sources)| Copy {
            sources,
            target: at(&join(folder, "")),
        })
        .collect();
    Some(Install {
        packages: system_packages(dependencies, |needs| needs.build)
            .into_iter()
            .collect(),
        uv: (is_locked_by_uv || is_manifest).then_some(UV),
        poetry: is_poetry.then_some(release.poetry),
        folder: at(&dependencies.folder).trim_end_matches('/').to_owned(),
        copies,
        strip: dependencies.local.iter().map(|path| at(path)).collect(),
        sync: if is_locked_by_uv {
            sync(dependencies)
        } else {
            Vec::new()
        },
        manifest: is_manifest.then_some("pyproject.toml"),
        requirements: (source == Source::Requirements)
            .then(|| dependencies.files.first().map(|path| at(path)))
            .flatten(),
    })
}

fn sync(dependencies: &Dependencies) -> Vec<String> {
    let mut arguments: Vec<String> = ["--frozen", "--no-dev", "--no-install-local"]
        .map(str::to_owned)
        .to_vec();
    if let Some(member) = &dependencies.member {
        arguments.extend(["--package".to_owned(), member.clone()]);
    }
    arguments
}

/// Debian packages for the Python packages among the dependencies.
pub(crate) fn system_packages(
    dependencies: &Dependencies,
    of: impl Fn(&'static SystemNeeds) -> &'static [&'static str],
) -> BTreeSet<&'static str> {
    SYSTEM_NEEDS
        .iter()
        .filter(|needs| dependencies.has(needs.package))
        .filter(|needs| !needs.unless.is_some_and(|other| dependencies.has(other)))
        .flat_map(|needs| of(needs).iter().copied())
        .collect()
}
