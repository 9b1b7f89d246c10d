//! The repository that a path lies in, and the apps that the path covers.

use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use klo_check::Policy;
use klo_config::{App, EnvironmentConfig};
use klo_diagnostics::{At, Diagnostic, Format, Style, did_you_mean, list_of};
use klo_source::{DiskTree, EntryKind, SourceMap, Tree};

use crate::UsageError;
use crate::args::Selection;
use crate::policy::Extra;
use crate::terminal::WIDTH;

/// A repository, read.
pub(crate) struct Project {
    /// The repository's root, absolute.
    pub(crate) root: PathBuf,
    /// The folder klo was started in, absolute.
    pub(crate) base: PathBuf,
    /// Where source is read from.
    pub(crate) tree: Arc<dyn Tree>,
    /// Every file read so far.
    pub(crate) sources: SourceMap,
    /// The apps that were asked for, sorted by their folder.
    pub(crate) apps: Vec<App>,
    /// The paths that were given, relative to the root.
    pub(crate) paths: Vec<String>,
    /// What each app is held to; as many as there are apps where nothing is wrong.
    pub(crate) policies: Vec<Policy>,
    /// What the flags add to each app's rules.
    pub(crate) extra: Extra,
    /// What is wrong with the configuration, rule packs and waivers included.
    pub(crate) diagnostics: Vec<Diagnostic>,
    /// Whether the apps were analyzed.
    pub(crate) judged: bool,
}

impl Project {
    /// Like [`Project::open`], for the commands that need an app to say anything.
    pub(crate) fn open_app(path: &Path, selection: &Selection) -> Result<Self, UsageError> {
        let project = Self::open(&[path.to_path_buf()], selection)?;
        if project.apps.is_empty() && project.diagnostics.is_empty() {
            let message = format!("`{}` lies in no app", path.display());
            return Err(UsageError::new(message).help("name the folder of an app"));
        }
        Ok(project)
    }

    /// Finds the apps that the folders cover and those that hold the files, which may be none. All
    /// paths have to lie in one repository.
    pub(crate) fn open(paths: &[PathBuf], selection: &Selection) -> Result<Self, UsageError> {
        let base = here()?;
        let mut real = Vec::new();
        for path in paths {
            real.push(given(path)?);
        }
        let root = root_of(&real[0], &base);
        if let Some(other) = real.iter().position(|path| !path.starts_with(&root)) {
            let message = format!(
                "`{}` and `{}` lie in different repositories",
                paths[0].display(),
                paths[other].display()
            );
            return Err(UsageError::new(message).help("run klo once for each"));
        }
        let tree = DiskTree::new(&root)
            .map_err(|error| UsageError::new(format!("`{}`: {error}", root.display())))?;
        let relative = real.iter().map(|path| below(&root, path)).collect();
        Self::read(root, base, Arc::new(tree), relative, selection)
    }

    /// No app at all: for what is read from elsewhere, and reported as everything is.
    pub(crate) fn nowhere(selection: &Selection) -> Result<Self, UsageError> {
        let base = here()?;
        let tree = DiskTree::new(&base)
            .map_err(|error| UsageError::new(format!("`{}`: {error}", base.display())))?;
        let extra = Extra::of(selection, &base)?;
        Ok(Self {
            root: base.clone(),
            base,
            tree: Arc::new(tree),
            sources: SourceMap::new(),
            apps: Vec::new(),
            paths: Vec::new(),
            policies: Vec::new(),
            extra,
            diagnostics: Vec::new(),
            judged: false,
        })
    }

    /// The same paths as another tree of the repository has them, such as a past revision's. What flags
    /// name outside of klo.yaml is read from the disk all the same.
    pub(crate) fn of_tree(
        &self,
        tree: Arc<dyn Tree>,
        selection: &Selection,
    ) -> Result<Self, UsageError> {
        let (root, base) = (self.root.clone(), self.base.clone());
        Self::read(root, base, tree, self.paths.clone(), selection)
    }

    fn read(
        root: PathBuf,
        base: PathBuf,
        tree: Arc<dyn Tree>,
        relative: Vec<String>,
        selection: &Selection,
    ) -> Result<Self, UsageError> {
        let config = selection
            .config
            .as_deref()
            .map(|file| config_below(&root, file))
            .transpose()?;
        let extra = Extra::of(selection, &root)?;
        let mut project = Self {
            root,
            base,
            tree,
            sources: SourceMap::new(),
            apps: Vec::new(),
            paths: Vec::new(),
            policies: Vec::new(),
            extra,
            diagnostics: Vec::new(),
            judged: false,
        };
        project.discover(&relative, config.as_deref());
        project.paths = relative;
        for app in &project.apps {
            let (policy, found) = project
                .extra
                .policy(app, &*project.tree, &mut project.sources);
            project.policies.extend(policy);
            project.diagnostics.extend(found);
        }
        Ok(project)
    }

    /// Every other app of the repository than those that were asked for.
    pub(crate) fn neighbours(&mut self) -> Vec<App> {
        let repository = self.repository();
        let (apps, _) = klo_config::discover(&*self.tree, &repository, "", None, &mut self.sources);
        let asked = |app: &App| self.apps.iter().any(|other| other.root == app.root);
        apps.into_iter()
            .filter(|app| app.file.is_some() && !asked(app))
            .collect()
    }

    /// The name of the repository's folder.
    fn repository(&self) -> String {
        self.root
            .file_name()
            .map_or(String::new(), |name| name.to_string_lossy().into_owned())
    }

    fn discover(&mut self, paths: &[String], config: Option<&str>) {
        let repository = self.repository();
        let (folders, files): (Vec<&str>, Vec<&str>) = paths
            .iter()
            .map(String::as_str)
            .partition(|path| self.tree.kind(path) == EntryKind::Directory);
        let start = self.base.starts_with(&self.root);
        let start = start.then(|| below(&self.root, &self.base));
        let (tree, sources) = (&*self.tree, &mut self.sources);
        let mut all: Vec<_> = folders
            .into_iter()
            .map(|path| klo_config::discover(tree, &repository, path, config, sources))
            .collect();
        let start = start.as_deref();
        all.push(klo_config::discover_holding(
            tree,
            &repository,
            &files,
            start,
            config,
            sources,
        ));
        for (apps, found) in all {
            for app in apps {
                if !self.apps.iter().any(|other| other.root == app.root) {
                    self.apps.push(app);
                }
            }
            for diagnostic in found {
                if !self.diagnostics.contains(&diagnostic) {
                    self.diagnostics.push(diagnostic);
                }
            }
        }
        self.apps.sort_by(|a, b| a.root.cmp(&b.root));
    }

    /// The environments of an app that were asked for; an error when no app has one that was named.
    pub(crate) fn environments<'a>(
        &self,
        app: &'a App,
        selection: &Selection,
    ) -> Vec<&'a EnvironmentConfig> {
        let named = &selection.environments;
        app.environments
            .iter()
            .filter(|environment| named.is_empty() || named.contains(&environment.name))
            .collect()
    }

    /// `path:line:column` of a place in a file, relative to where klo was started.
    pub(crate) fn place(&self, at: &At) -> Option<String> {
        self.shown(at, &self.base)
    }

    /// The same, relative to the repository: for what is kept, and is the same wherever klo was started.
    pub(crate) fn place_in_repository(&self, at: &At) -> Option<String> {
        self.shown(at, &self.root)
    }

    fn shown(&self, at: &At, base: &Path) -> Option<String> {
        let At::Span(span) = at else {
            return None;
        };
        let at = self.sources.location(*span);
        let path = self.style(base).file(self.sources.file(span.file));
        Some(format!("{path}:{}:{}", at.start.line, at.start.column))
    }

    /// Whether a place lies in klo itself.
    pub(crate) fn is_built_in(&self, at: &At) -> bool {
        matches!(at, At::Span(span) if self.sources.file(span.file).is_built_in())
    }

    /// How paths are shown.
    fn style(&self, base: &Path) -> Style {
        Style {
            format: Format::Concise,
            color: false,
            unicode: true,
            width: WIDTH,
            root: self.root.clone(),
            base: base.to_path_buf(),
        }
    }

    /// Refuses environments that no app has.
    pub(crate) fn check_selection(&self, selection: &Selection) -> Result<(), UsageError> {
        let mut known: Vec<&str> = self
            .apps
            .iter()
            .flat_map(|app| &app.environments)
            .map(|environment| environment.name.as_str())
            .collect();
        known.sort_unstable();
        known.dedup();
        for name in &selection.environments {
            if !self.apps.is_empty() && !known.contains(&name.as_str()) {
                let help = match did_you_mean(name, known.iter().copied()) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("there is {}", list_of(known.iter().copied())),
                };
                let message = format!("there is no environment `{name}`");
                return Err(UsageError::new(message).help(help));
            }
        }
        Ok(())
    }
}

/// The folder klo was started in, absolute.
fn here() -> Result<PathBuf, UsageError> {
    std::env::current_dir()
        .and_then(|base| base.canonicalize())
        .map_err(|error| UsageError::new(format!("there is no current folder: {error}")))
}

fn existing(path: &Path) -> Result<PathBuf, UsageError> {
    path.canonicalize().map_err(|error| {
        let what = match error.kind() {
            std::io::ErrorKind::NotFound => "there is no such file or folder".to_owned(),
            _ => error.to_string(),
        };
        UsageError::new(format!("`{}`: {what}", path.display()))
    })
}

/// Where a path leads. A file stays in the folder that holds it, also if it is a link: that says
/// whose it is.
fn given(path: &Path) -> Result<PathBuf, UsageError> {
    match (path.parent(), path.file_name()) {
        (Some(folder), Some(name)) if path.symlink_metadata().is_ok() && !path.is_dir() => {
            Ok(existing(&Path::new(".").join(folder))?.join(name))
        }
        _ => existing(path),
    }
}

fn config_below(root: &Path, file: &Path) -> Result<String, UsageError> {
    let real = existing(file)?;
    if real.starts_with(root) {
        Ok(below(root, &real))
    } else {
        let message = format!("`{}` lies outside the repository", file.display());
        Err(UsageError::new(message).help("move the configuration into the repository"))
    }
}

/// The repository that holds a path; without one, the folder of the app that it lies in; failing
/// that, the path itself, or for a file the folder klo was started in, where it holds the file.
fn root_of(path: &Path, base: &Path) -> PathBuf {
    let folder = if path.is_dir() {
        path
    } else {
        path.parent().unwrap_or(path)
    };
    DiskTree::repository_of(folder)
        .or_else(|| {
            folder
                .ancestors()
                .find(|dir| dir.join("klo.yaml").is_file())
                .map(Path::to_path_buf)
        })
        .or_else(|| (!path.is_dir() && path.starts_with(base)).then(|| base.to_path_buf()))
        .unwrap_or_else(|| folder.to_path_buf())
}

/// The path below the root, with `/` between its parts.
pub(crate) fn below(root: &Path, path: &Path) -> String {
    let parts: Vec<String> = path
        .strip_prefix(root)
        .unwrap_or(Path::new(""))
        .components()
        .filter_map(|part| match part {
            Component::Normal(part) => Some(part.to_string_lossy().into_owned()),
            _ => None,
        })
        .collect();
    parts.join("/")
}
