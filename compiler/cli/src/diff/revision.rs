//! The working tree against a revision.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use klo_config::{App, CONFIG_FILE};
use klo_diagnostics::codes::comparing as codes;
use klo_diagnostics::{At, Diagnostic};
use klo_diff::{AppChanges, Base, Sides, Snapshot, compare};
use klo_plan::Plan;
use klo_source::{EntryKind, TextRange, Tree, join};

use super::{finish, refuse};
use crate::args::{Diff, Selection};
use crate::git::{Git, Revision};
use crate::pipeline::{Analyzed, Environment, analyze, nothing};
use crate::project::Project;
use crate::terminal::Terminal;
use crate::{Exit, UsageError};

/// Compares every app that the path covers, now or at the revision.
pub(super) fn run(path: &Path, args: &Diff, terminal: &mut Terminal) -> Result<Exit, UsageError> {
    let selection = &args.selection;
    let mut now = open(path, selection)?;
    let mut diagnostics = std::mem::take(&mut now.diagnostics);
    if diagnostics.iter().any(Diagnostic::blocks) {
        return Ok(refuse(&now, diagnostics, terminal));
    }
    let past = match Past::open(&now, args.base.as_deref(), path, selection)? {
        Ok(past) => past,
        Err(error) => {
            diagnostics.push(*error);
            return Ok(refuse(&now, diagnostics, terminal));
        }
    };
    check_selection(&now, &past.project, selection)?;
    let present = analyze(&mut now, selection, nothing, terminal);
    let (base, changes, found) = past.compared(&now, &present, selection, terminal);
    diagnostics.extend(found);
    let present = present.into_iter().filter(says_something);
    diagnostics.extend(present.flat_map(|app| app.diagnostics));
    let base = Base::Revision {
        revision: base.name,
        commit: base.commit,
        because: base.because,
    };
    Ok(finish(&now, diagnostics, (base, changes), args, terminal))
}

/// A revision to compare with, read and not yet worked out.
pub(crate) struct Past {
    /// The apps as they were.
    pub(crate) project: Project,
    base: Revision,
}

impl Past {
    /// The revision that was asked for, or the one that a reviewer compares with, as the inner error
    /// what is wrong with it.
    pub(crate) fn open(
        now: &Project,
        asked: Option<&str>,
        path: &Path,
        selection: &Selection,
    ) -> Result<Result<Self, Box<Diagnostic>>, UsageError> {
        let opened = Git::open(&now.root).and_then(|git| {
            let base = git.base(asked)?;
            Ok((git.tree(&base)?, base))
        });
        let (tree, base) = match opened {
            Ok(opened) => opened,
            Err(error) => return Ok(Err(error)),
        };
        if now.tree.kind(&now.paths[0]) == EntryKind::Missing
            && tree.kind(&now.paths[0]) == EntryKind::Missing
        {
            let message = format!(
                "`{}`: there is no such folder, neither here nor in {}",
                path.display(),
                base.name
            );
            return Err(UsageError::new(message));
        }
        let mut project = now.of_tree(Arc::new(tree), selection)?;
        let found = std::mem::take(&mut project.diagnostics);
        if found.iter().any(Diagnostic::blocks) {
            return Ok(Err(Box::new(not_compiled(&project, &base, &found))));
        }
        Ok(Ok(Self { project, base }))
    }

    /// What changed since, and what there is to say of it. What there is to say of the present alone is
    /// not in it.
    pub(crate) fn compared(
        mut self,
        now: &Project,
        present: &[Analyzed],
        selection: &Selection,
        terminal: &mut Terminal,
    ) -> (Revision, Vec<AppChanges>, Vec<Diagnostic>) {
        let past = analyze(&mut self.project, selection, nothing, terminal);
        let mut comparing = Comparing {
            before: &self.project,
            base: &self.base,
            diagnostics: Vec::new(),
            changes: Vec::new(),
        };
        for (new, old) in pairs(present, &past) {
            // An app that the path covered then and does not now is there all the same.
            let stands =
                |app: &App| now.tree.kind(&join(&app.root, CONFIG_FILE)) == EntryKind::File;
            if new.is_none() && old.is_some_and(|old| stands(&old.app)) {
                continue;
            }
            comparing.app(new, old);
        }
        let Comparing {
            diagnostics,
            changes,
            ..
        } = comparing;
        (self.base, changes, diagnostics)
    }
}

/// The project at a path. Of a folder that is no more, what is above it tells the repository.
fn open(path: &Path, selection: &Selection) -> Result<Project, UsageError> {
    if path.symlink_metadata().is_ok() {
        return Project::open(&[path.to_path_buf()], selection);
    }
    let full = match std::env::current_dir() {
        Ok(base) => base.join(path),
        Err(_) => path.to_path_buf(),
    };
    let standing = full.ancestors().find(|folder| folder.is_dir());
    let standing = standing.unwrap_or(Path::new("/"));
    let mut project = Project::open(&[standing.to_path_buf()], selection)?;
    let rest = full.strip_prefix(standing).unwrap_or(Path::new(""));
    let rest: PathBuf = rest.components().collect();
    let gone = join(
        &project.paths[0],
        &rest.to_string_lossy().replace('\\', "/"),
    );
    project.paths = vec![gone];
    project.apps.clear();
    project.policies.clear();
    project.diagnostics.clear();
    Ok(project)
}

/// Refuses environments that no app has, neither now nor then.
fn check_selection(
    now: &Project,
    before: &Project,
    selection: &Selection,
) -> Result<(), UsageError> {
    let unknown = |project: &Project, name: &String| {
        let mut environments = project.apps.iter().flat_map(|app| &app.environments);
        !environments.any(|environment| environment.name == *name)
    };
    let both = |name: &&String| unknown(now, name) && unknown(before, name);
    match selection.environments.iter().any(|name| both(&name)) {
        true if now.apps.is_empty() => before.check_selection(selection),
        true => now.check_selection(selection),
        false => Ok(()),
    }
}

/// An app now and as it was, where it is there.
type Pair<'a> = (Option<&'a Analyzed>, Option<&'a Analyzed>);

/// Apps of both sides that are one: those of a name, then those of a folder.
fn pairs<'a>(present: &'a [Analyzed], past: &'a [Analyzed]) -> Vec<Pair<'a>> {
    let speaking = |apps: &'a [Analyzed]| apps.iter().filter(|app| says_something(app));
    let mut past: Vec<Option<&Analyzed>> = speaking(past).map(Some).collect();
    let mut present: Vec<(&Analyzed, Option<&Analyzed>)> =
        speaking(present).map(|app| (app, None)).collect();
    let same: [fn(&App, &App) -> bool; 2] = [|a, b| a.name == b.name, |a, b| a.root == b.root];
    for same in same {
        for (new, old) in present.iter_mut().filter(|(_, old)| old.is_none()) {
            let found = past
                .iter_mut()
                .find(|past| past.is_some_and(|past| same(&past.app, &new.app)));
            *old = found.and_then(Option::take);
        }
    }
    let gone = past.into_iter().flatten().map(|old| (None, Some(old)));
    let there = present.into_iter().map(|(new, old)| (Some(new), old));
    there.chain(gone).collect()
}

/// Whether an app is one: a folder without klo.yaml and annotations is not.
fn says_something(app: &Analyzed) -> bool {
    let states = |environment: &Environment| {
        let graph = environment.graph.as_ref();
        graph.is_none_or(|graph| !graph.intents.is_empty())
    };
    app.app.file.is_some() || app.environments.iter().any(states)
}

/// What is compared, and what was found so far.
struct Comparing<'a> {
    before: &'a Project,
    base: &'a Revision,
    diagnostics: Vec<Diagnostic>,
    changes: Vec<AppChanges>,
}

impl Comparing<'_> {
    fn app(&mut self, new: Option<&Analyzed>, old: Option<&Analyzed>) {
        let revision = &self.base.name;
        let remark =
            match (new, old) {
                (Some(new), None) => {
                    let text = format!(
                        "`{}` is not in {revision}: everything of it is new",
                        new.app.name
                    );
                    Some(Diagnostic::note(codes::NEW_APP, place(&new.app), text))
                }
                (None, Some(old)) => {
                    let text = format!(
                        "`{}` was in {revision} and is not there any more",
                        old.app.name
                    );
                    let warning = Diagnostic::warning(codes::APP_GONE, At::Nowhere, text);
                    Some(warning.help(
                        "take its environments down first, from the revision that still has it",
                    ))
                }
                _ => None,
            };
        let app = new.or(old).map(|app| app.app.name.clone());
        self.diagnostics.extend(remark.map(|mut remark| {
            remark.app = app.unwrap_or_default();
            remark
        }));
        for name in names(new, old) {
            self.environment(&name, new, old);
        }
    }

    fn environment(&mut self, name: &str, new: Option<&Analyzed>, old: Option<&Analyzed>) {
        let (new, old) = (of(new, name), of(old, name));
        // An environment that cannot be compiled now has diagnostics that say why.
        let now = new.map(|(app, environment)| self.snapshot(app, environment));
        let before = old.map(|(app, environment)| match self.snapshot(app, environment) {
            None => {
                let mut error = not_compiled(self.before, self.base, &app.diagnostics);
                error.app.clone_from(&app.app.name);
                error.environments = vec![name.to_owned()];
                self.diagnostics.push(error);
                None
            }
            found => found,
        });
        let changes = match (now, before) {
            (Some(Some(now)), Some(Some(before))) => compare(Sides::Both(&before, &now)),
            (Some(Some(now)), None) => compare(Sides::Added(&now)),
            (None, Some(Some(before))) => compare(Sides::Removed(&before)),
            _ => return,
        };
        self.changes.push(changes);
    }

    /// An environment as it is compared: none where it is not what the source means, because something
    /// in it was not understood. What rules refuse is compared all the same.
    fn snapshot(&mut self, app: &Analyzed, environment: &Environment) -> Option<Snapshot> {
        let plan: &Plan = environment.plan.as_ref()?;
        let about = |one: &Diagnostic| {
            one.environments.is_empty() || one.environments.contains(&environment.name)
        };
        let mut found = app.diagnostics.iter();
        if found.any(|one| one.blocks() && one.rule.is_none() && about(one)) {
            return None;
        }
        let manifests = klo_kubernetes::documents(plan);
        let (graph, resources) = klo_terraform::documents(plan, &manifests.objects);
        match Snapshot::read(&graph, &resources, &manifests.files) {
            Ok(snapshot) => Some(snapshot),
            // What klo wrote this moment reads; were it otherwise, better said than passed over.
            Err(error) => {
                let text = format!("what klo makes of this cannot be compared: {error}");
                let mut error = Diagnostic::error(codes::NO_OUTPUT_FOLDER, At::Nowhere, text);
                error.app.clone_from(&app.app.name);
                self.diagnostics.push(error);
                None
            }
        }
    }
}

/// An environment of an app.
fn of<'a>(app: Option<&'a Analyzed>, name: &str) -> Option<(&'a Analyzed, &'a Environment)> {
    let app = app?;
    let found = app
        .environments
        .iter()
        .find(|environment| environment.name == name);
    found.map(|environment| (app, environment))
}

/// Environments of either side.
fn names(new: Option<&Analyzed>, old: Option<&Analyzed>) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for app in [new, old].into_iter().flatten() {
        for environment in &app.environments {
            if !names.contains(&environment.name) {
                names.push(environment.name.clone());
            }
        }
    }
    names
}

fn place(app: &App) -> At {
    match app.file {
        Some(file) => At::Span(TextRange::default().in_file(file)),
        None => At::Nowhere,
    }
}

/// An error that says what is wrong with the base.
fn not_compiled(before: &Project, base: &Revision, found: &[Diagnostic]) -> Diagnostic {
    let errors: Vec<&Diagnostic> = found.iter().filter(|one| one.blocks()).collect();
    let first = errors.first().map_or(String::new(), |error| {
        let place = before
            .place(&error.at)
            .map_or(String::new(), |place| format!("{place}: "));
        format!(": {place}{}", error.message)
    });
    let more = match errors.len() {
        0 | 1 => String::new(),
        count => format!(" (and {} more)", count - 1),
    };
    let text = format!("{} cannot be compiled{first}{more}", base.name);
    Diagnostic::error(codes::BASE_NOT_COMPILED, At::Nowhere, text)
        .help("compare with a revision that compiles: `--base REV`")
}
