//! What an application without annotations would be given: annotations above the items that stand for
//! its units and resources, a first `klo.yaml`, and what a person has to decide.
//!
//! Nothing is proposed that klo would refuse: a proposal is read like any other source, and what is
//! an error in it is taken back with its reason.

mod candidates;
mod commands;
mod config;
mod edits;
mod lines;
mod manifests;
mod naming;
mod resources;
mod signs;
mod trial;
mod units;

use std::collections::{BTreeMap, BTreeSet};

use klo_config::{App, CONFIG_FILE};
use klo_diagnostics::codes::proposals as codes;
use klo_diagnostics::{At, Diagnostic, Level};
use klo_source::{EntryKind, SourceMap, Tree, join, normalize};

use crate::declare::{self, AppFile, Declaration};
use crate::facts::FileFacts;
use crate::link;
use crate::project::{self, Project};
use crate::python::dependencies::dependencies;

/// What is proposed for one app.
#[derive(Debug, Default)]
pub struct Proposal {
    /// New texts by path, relative to the repository's root; the old one is `None` for a new file.
    pub texts: BTreeMap<String, (Option<String>, String)>,
    /// How many annotations the texts add.
    pub annotations: usize,
    /// What a person has to decide, and what was left out for which reason.
    pub notes: Vec<Diagnostic>,
}

/// Proposes annotations for an app. `nested` are the folders of other apps inside its own.
pub fn propose(tree: &dyn Tree, app: &App, nested: &[String], sources: &mut SourceMap) -> Proposal {
    let (mut project, looked_at, mut notes) = load(tree, app, nested, sources);
    let (stores, units) = candidates::candidates(&looked_at, &mut project, sources);
    let manifests = manifests::read(tree, &project.listing);
    let facts: Vec<FileFacts> = project
        .files
        .iter()
        .map(|file| file.facts.clone())
        .collect();
    let files: Vec<AppFile<'_>> = project
        .files
        .iter()
        .zip(&facts)
        .map(|(file, facts)| AppFile {
            id: file.id,
            path: &file.path,
            facts,
        })
        .collect();
    let (mut declarations, _) = declare::declare(app, &files);
    let existing = declarations.len();
    let assume = |candidate: &candidates::Candidate| -> Declaration {
        candidate.declaration(&facts[candidate.file])
    };
    declarations.extend(units.iter().map(assume));
    declarations.extend(stores.iter().map(assume));
    drop(files);
    let listing = project.listing.clone();
    let survey = link::survey(app, project, &declarations);

    let of_file = |file: usize| &facts[file];
    let evidence = units::Evidence {
        candidates: &units,
        first: existing,
        survey: &survey,
        manifests: &manifests,
        facts: &of_file,
        sources,
    };
    let (found, more) = units::choose(&evidence);
    notes.extend(more);
    let mut running = found.clone();
    let annotated = declarations[..existing].iter().enumerate();
    running.extend(
        annotated
            .filter(|(_, declaration)| declaration.is_unit())
            .map(|(at, declaration)| units::Unit::annotated(at, declaration)),
    );
    if running.is_empty() && !stores.is_empty() {
        notes.push(nothing_runs(app));
    }
    let evidence = resources::Evidence {
        candidates: &stores,
        first: existing + units.len(),
        survey: &survey,
        units: &running,
        environment: &manifests.environment,
        has_redis: has_redis(tree, app),
        bound: bound(&declarations[..existing], &survey),
    };
    let (chosen, more) = resources::choose(&evidence);
    notes.extend(more);
    let writer = lines::Writer {
        app,
        units: &units,
        stores: &stores,
        evidence: &evidence,
        existing: &declarations[..existing],
    };
    let mut drafts = writer.drafts(&found, &chosen);
    trial::settle(tree, app, nested, sources, &mut drafts, &mut notes);
    notes.extend(writer.undecided(&drafts, &found, &chosen, &manifests));
    finish(tree, app, sources, &listing, drafts, notes)
}

/// The files of an app that may hold something to annotate, those among them that are looked at, and
/// what is said of the others.
fn load(
    tree: &dyn Tree,
    app: &App,
    nested: &[String],
    sources: &mut SourceMap,
) -> (Project, BTreeSet<String>, Vec<Diagnostic>) {
    let (looked_at, more) = signs::looked_at(tree, app, nested);
    let begins =
        |path: &str, bytes: &[u8]| looked_at.contains(path) && signs::has_hint(path, bytes);
    let mut project = project::load_from(tree, app, nested, sources, &begins);
    // A file that cannot be read is left as it is, which is no mistake here.
    let mut notes: Vec<Diagnostic> = std::mem::take(&mut project.diagnostics)
        .into_iter()
        .map(|found| Diagnostic {
            level: Level::Note,
            ..found
        })
        .collect();
    if more {
        let most = signs::MOST_FILES;
        notes.push(
            Diagnostic::note(
                codes::LOOKED_NO_FURTHER,
                At::File(app.root.as_str().into()),
                format!("only the first {most} source files were looked at"),
            )
            .help("run `klo init` on a folder of this repository, or name `sources` in klo.yaml"),
        );
    }
    (project, looked_at, notes)
}

/// The variables that annotated resources are found by.
fn bound(existing: &[Declaration], survey: &link::Survey) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (at, declaration) in existing.iter().enumerate() {
        if declaration.is_unit() {
            continue;
        }
        let read = survey.resources.get(&at);
        let read = read.into_iter().flat_map(|seen| &seen.variables);
        found.extend(read.map(|variable| variable.name.clone()));
        found.extend(declaration.bind.iter().map(|bind| bind.variable.clone()));
    }
    found
}

fn nothing_runs(app: &App) -> Diagnostic {
    Diagnostic::note(
        codes::NO_UNIT,
        At::File(app.root.as_str().into()),
        "no web application, worker, handler or program was found, so nothing uses what the code reads",
    )
    .help("annotate the function that is called with `@klo::function` or `@klo::job`")
}

/// Whether a Python project depends on a client of Redis.
fn has_redis(tree: &dyn Tree, app: &App) -> bool {
    let packages = dependencies(tree, &app.root, &app.root);
    packages.has("redis") || packages.has("valkey")
}

/// The texts of what is left, and the configuration where there is none.
fn finish(
    tree: &dyn Tree,
    app: &App,
    sources: &SourceMap,
    listing: &[String],
    drafts: Vec<lines::Draft>,
    mut notes: Vec<Diagnostic>,
) -> Proposal {
    let texts = trial::texts(sources, &drafts);
    let mut proposal = Proposal {
        annotations: drafts
            .iter()
            .flat_map(|draft| &draft.lines)
            .map(|line| line.matches("@klo::").count())
            .sum(),
        ..Proposal::default()
    };
    for (path, new) in texts {
        let old = sources.id(&path).map(|id| {
            // The mark of the byte order is no part of a text, and stays in the file.
            sources.file(id).text().to_string()
        });
        let marked = tree
            .read(&path)
            .is_ok_and(|bytes| bytes.starts_with(b"\xef\xbb\xbf"));
        let with_mark = |text: String| match marked {
            true => format!("\u{feff}{text}"),
            false => text,
        };
        proposal
            .texts
            .insert(path, (old.map(with_mark), with_mark(new)));
    }
    let file = join(&app.root, CONFIG_FILE);
    let sites = config::sites(tree, app, listing);
    if tree.kind(&file) == EntryKind::Missing {
        if !drafts.is_empty() || !sites.is_empty() {
            proposal
                .texts
                .insert(file, (None, config::text(app, &sites)));
        }
    } else {
        let undeclared = sites.iter().filter(|site| !is_declared(app, site));
        notes.extend(undeclared.map(|site| undeclared_site(&file, site)));
    }
    proposal.notes = notes;
    proposal
}

/// Whether `klo.yaml` declares a site for a folder.
fn is_declared(app: &App, site: &config::Site) -> bool {
    let settings = app.declare.iter().flat_map(|declared| &declared.settings);
    let mut folders = settings
        .filter(|entry| entry.attribute == "dir")
        .filter_map(|entry| entry.value.as_str());
    folders.any(|dir| normalize(&app.root, dir) == normalize(&app.root, &site.dir))
}

fn undeclared_site(file: &str, site: &config::Site) -> Diagnostic {
    Diagnostic::note(
        codes::SITE_UNDECLARED,
        At::File(file.into()),
        format!("`{}` holds a site, and no intent stands for it", site.dir),
    )
    .help(format!(
        "if it is to be served, add under `declare`: `{}`",
        config::line(site).trim()
    ))
}
