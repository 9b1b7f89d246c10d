use std::collections::{BTreeMap, BTreeSet};

use klo_diagnostics::codes::config as codes;
use klo_diagnostics::{At, Diagnostic};
use klo_intent::{kebab, name_fault};
use klo_source::{ReadError, SourceMap, Tree, join, parent};

use crate::app::App;
use crate::file::read_app;

/// The name of the configuration file.
pub const CONFIG_FILE: &str = "klo.yaml";

/// The apps that a path covers (language.md §3): every one at or under it; failing that the one that
/// it lies in; failing that the path itself, with defaults. Mistakes in any `klo.yaml` are beside
/// them; an app whose file cannot be read at all is left out.
///
/// `path` is relative to the repository's root, and `repository` the name of that root's folder,
/// after which an app at the root is named. `config` is a file to read in place of `klo.yaml`, for
/// the one app at `path`.
pub fn discover(
    tree: &dyn Tree,
    repository: &str,
    path: &str,
    config: Option<&str>,
    sources: &mut SourceMap,
) -> (Vec<App>, Vec<Diagnostic>) {
    let mut finder = Finder::new(tree, repository, sources);
    let apps = match config {
        Some(config) => finder.app(path, config).into_iter().collect(),
        None => finder.apps(path),
    };
    finder.finish(apps)
}

/// The apps that hold these files, and no others: each file's is that of the nearest `klo.yaml`
/// upwards. A file without one belongs to the app that `start` is by default, where it lies below it
/// and no `klo.yaml` does; failing that to none. Mistakes and the other arguments are those of
/// [`discover`]; `start` is the folder that stands for a path where none is given, if it lies in the
/// repository.
///
/// Nothing outside of these apps is read: a hook that hands over one file costs one app.
pub fn discover_holding(
    tree: &dyn Tree,
    repository: &str,
    files: &[&str],
    start: Option<&str>,
    config: Option<&str>,
    sources: &mut SourceMap,
) -> (Vec<App>, Vec<Diagnostic>) {
    let mut finder = Finder::new(tree, repository, sources);
    let (roots, strays) = finder.roots(files);
    let below =
        |file: &&str, folder: &str| folder.is_empty() || file.starts_with(&join(folder, ""));
    let mut apps: Vec<App> = roots
        .iter()
        .filter_map(|root| match config {
            Some(config) => finder.app(root, config),
            None => finder.app(root, &join(root, CONFIG_FILE)),
        })
        .collect();
    if let Some(start) = start.filter(|start| strays.iter().any(|file| below(file, start))) {
        match config {
            Some(config) => apps.extend(finder.app(start, config)),
            None if finder.configs_below(start).is_empty() => apps.push(finder.implicit(start)),
            None => {}
        }
    }
    finder.finish(apps)
}

struct Finder<'a> {
    tree: &'a dyn Tree,
    repository: &'a str,
    sources: &'a mut SourceMap,
    diagnostics: Vec<Diagnostic>,
    /// Configuration files below the folders that were walked.
    configs: BTreeMap<String, Vec<String>>,
}

impl<'a> Finder<'a> {
    fn new(tree: &'a dyn Tree, repository: &'a str, sources: &'a mut SourceMap) -> Self {
        Self {
            tree,
            repository,
            sources,
            diagnostics: Vec::new(),
            configs: BTreeMap::new(),
        }
    }

    fn finish(mut self, mut apps: Vec<App>) -> (Vec<App>, Vec<Diagnostic>) {
        self.nest(&mut apps);
        self.check_names(&apps);
        (apps, self.diagnostics)
    }

    /// The folders of the apps that hold files, and the files that lie in none. A folder is looked
    /// at once, however many files it holds.
    fn roots<'f>(&self, files: &[&'f str]) -> (BTreeSet<String>, Vec<&'f str>) {
        let mut known: BTreeMap<&str, Option<&str>> = BTreeMap::new();
        for file in files {
            let mut passed = vec![parent(file)];
            let root = loop {
                let folder = passed[passed.len() - 1];
                if let Some(root) = known.get(folder) {
                    break *root;
                }
                if self.stands(&join(folder, CONFIG_FILE)) {
                    break Some(folder);
                }
                if folder.is_empty() {
                    break None;
                }
                passed.push(parent(folder));
            };
            known.extend(passed.into_iter().map(|folder| (folder, root)));
        }
        let root_of = |file: &&str| known.get(parent(file)).copied().flatten();
        let roots = files.iter().filter_map(root_of).map(str::to_owned);
        let strays = files.iter().filter(|file| root_of(file).is_none());
        (roots.collect(), strays.copied().collect())
    }

    fn apps(&mut self, path: &str) -> Vec<App> {
        let mut files = self.configs_below(path);
        let own = join(path, CONFIG_FILE);
        // A configuration that version control ignores still is one where it is asked for.
        if !files.contains(&own) && self.stands(&own) {
            files.insert(0, own);
        }
        if files.is_empty() {
            let mut folder = path;
            while !folder.is_empty() {
                folder = parent(folder);
                let file = join(folder, CONFIG_FILE);
                if self.stands(&file) {
                    files.push(file);
                    break;
                }
            }
        }
        if files.is_empty() {
            return vec![self.implicit(path)];
        }
        files
            .iter()
            .filter_map(|file| self.app(parent(file), file))
            .collect()
    }

    /// Whether something of this name is there, readable or not.
    fn stands(&self, file: &str) -> bool {
        !matches!(self.tree.read(file), Err(ReadError::Missing))
    }

    /// Every `klo.yaml` at or under a folder, which is walked once; files with nearly that name are
    /// pointed out.
    fn configs_below(&mut self, folder: &str) -> Vec<String> {
        let inside = |file: &String| folder.is_empty() || file.starts_with(&join(folder, ""));
        let walked = |walked: &&String| {
            walked.is_empty() || *walked == folder || folder.starts_with(&join(walked, ""))
        };
        if let Some(known) = self.configs.keys().find(walked) {
            let files = self.configs[known].iter().filter(|file| inside(file));
            return files.cloned().collect();
        }
        let mut found = Vec::new();
        for file in self.tree.files(folder).files {
            match file.rsplit('/').next().unwrap_or(&file) {
                CONFIG_FILE => found.push(file),
                "klo.yml" | "klo.YAML" | ".klo.yaml" | "Klo.yaml" => self.diagnostics.push(
                    Diagnostic::warning(
                        codes::MISNAMED_CONFIG,
                        At::File(file.as_str().into()),
                        format!("klo does not read {file}"),
                    )
                    .help("rename it to klo.yaml"),
                ),
                _ => {}
            }
        }
        self.configs.insert(folder.to_owned(), found.clone());
        found
    }

    fn fallback_name(&self, root: &str) -> String {
        let folder = root.rsplit('/').next().unwrap_or(root);
        kebab(if folder.is_empty() {
            self.repository
        } else {
            folder
        })
    }

    fn implicit(&mut self, path: &str) -> App {
        let name = self.fallback_name(path);
        if let Some(fault) = name_fault(&name) {
            self.diagnostics.push(
                Diagnostic::error(
                    codes::BAD_SETTING_NAME,
                    if path.is_empty() {
                        At::Nowhere
                    } else {
                        At::File(path.into())
                    },
                    format!("the folder's name gives the app none: `{name}`, and {fault}"),
                )
                .help("add a klo.yaml with a line such as `app: shop`"),
            );
        }
        App::with_defaults(&name, path)
    }

    fn app(&mut self, root: &str, file: &str) -> Option<App> {
        let text = match self.tree.read_text(file) {
            Ok(text) => text,
            Err(fault) => {
                self.diagnostics.push(
                    Diagnostic::error(
                        codes::UNREADABLE_CONFIG,
                        At::File(file.into()),
                        format!("{file} can not be read: {fault}"),
                    )
                    .help("klo does not go on with defaults where there is a configuration; mend the file or remove it"),
                );
                return None;
            }
        };
        let id = self.sources.add(file, text);
        let text = self.sources.file(id).text().clone();
        let fallback = self.fallback_name(root);
        let (app, diagnostics) = read_app(self.tree, id, &text, root, &fallback);
        let name = app.as_ref().map_or(fallback, |app| app.name.clone());
        self.diagnostics
            .extend(diagnostics.into_iter().map(|mut diagnostic| {
                diagnostic.app = name.clone();
                diagnostic
            }));
        app
    }

    /// Folders inside an app that have a `klo.yaml` of their own are other apps.
    fn nest(&mut self, apps: &mut [App]) {
        for app in apps {
            let own = join(&app.root, CONFIG_FILE);
            app.nested = self
                .configs_below(&app.root)
                .iter()
                .filter(|file| **file != own)
                .map(|file| parent(file).to_owned())
                .collect();
        }
    }

    fn check_names(&mut self, apps: &[App]) {
        let mut seen: BTreeMap<&str, &App> = BTreeMap::new();
        for app in apps {
            let Some(first) = seen.insert(&app.name, app) else {
                continue;
            };
            let place = |app: &App| match app.file {
                Some(file) => At::Span(klo_source::TextRange::default().in_file(file)),
                None => At::Nowhere,
            };
            self.diagnostics.push(
                Diagnostic::error(
                    codes::DUPLICATE_APP,
                    place(app),
                    format!("two apps are named `{}`", app.name),
                )
                .help("give one of them another name with `app: …`")
                .related(place(first), "the other one"),
            );
        }
    }
}
