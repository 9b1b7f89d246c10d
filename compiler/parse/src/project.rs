//! The files of an app: found, scanned for annotations, and read as far as annotated files import.
//! What is not reached is never parsed.

use std::collections::{BTreeMap, BTreeSet};

use klo_config::App;
use klo_diagnostics::codes::sources as codes;
use klo_diagnostics::{At, Diagnostic};
use klo_source::{FileId, ReadError, SourceMap, Tree, has_marker};
use rayon::prelude::*;

use crate::facts::{ExprKind, FileFacts, ImportNames, Step};
use crate::knowledge::django;
use crate::python::modules::ModuleIndex;
use crate::python::{self, dependencies};
use crate::rust::modules::{CrateIndex, Resolution as RustResolution};
use crate::{attach, rust};

/// A file that was read.
pub(crate) struct ReadFile {
    pub(crate) path: String,
    pub(crate) id: FileId,
    pub(crate) facts: FileFacts,
}

/// Where names lead, by language.
#[derive(Debug, Default)]
pub(crate) struct Index {
    pub(crate) python: ModuleIndex,
    pub(crate) rust: CrateIndex,
}

/// An app's files.
pub(crate) struct Project {
    /// Every file below the app's sources, of any language, sorted.
    pub(crate) listing: Vec<String>,
    /// The files that were read, sorted by path.
    pub(crate) files: Vec<ReadFile>,
    pub(crate) index: Index,
    pub(crate) diagnostics: Vec<Diagnostic>,
}

/// A file's text and facts, or why it could not be read.
type Parsed = Result<(String, FileFacts), ReadError>;

/// Files are scanned this many at a time on each thread; fewer are not worth a thread.
const SCAN_CHUNK: usize = 64;

/// Reads an app. `nested` are the folders of other apps inside its own.
pub(crate) fn load(
    tree: &dyn Tree,
    app: &App,
    nested: &[String],
    sources: &mut SourceMap,
) -> Project {
    load_from(tree, app, nested, sources, &|path, bytes| {
        has_marker(bytes) || has_attribute(path, bytes)
    })
}

/// Reads an app from those files on that `begins` says so of, by path and content.
pub(crate) fn load_from(
    tree: &dyn Tree,
    app: &App,
    nested: &[String],
    sources: &mut SourceMap,
    begins: &(dyn Fn(&str, &[u8]) -> bool + Sync),
) -> Project {
    let mut diagnostics = Vec::new();
    let listing = list(tree, app, nested, &mut diagnostics);
    let python: Vec<&String> = listing
        .iter()
        .filter(|path| path.ends_with(".py"))
        .collect();
    let written: Vec<&String> = listing
        .iter()
        .filter(|path| path.ends_with(".py") || path.ends_with(".rs"))
        .collect();
    let annotated = scan(tree, &written, begins, &mut diagnostics);
    let external = dependencies::dependencies(tree, &app.root, &app.root);
    let external: BTreeSet<String> = external
        .packages
        .keys()
        .map(|name| name.replace('-', "_"))
        .collect();
    let roots = app.sources.iter().map(String::as_str);
    let index = Index {
        python: ModuleIndex::new(
            listing.iter().map(String::as_str),
            roots.chain([app.root.as_str()]),
            external,
        ),
        rust: CrateIndex::new(tree, &listing),
    };
    let mut read: BTreeMap<String, (String, FileFacts)> = BTreeMap::new();
    let mut wave: Vec<(String, Option<String>)> = annotated
        .into_iter()
        .map(|(path, text)| (path, Some(text)))
        .collect();
    let mut seen: BTreeSet<String> = wave.iter().map(|(path, _)| path.clone()).collect();
    while !wave.is_empty() {
        let parsed: Vec<(String, Parsed)> = wave
            .into_par_iter()
            .map(|(path, text)| {
                let text = text.map_or_else(|| tree.read_text(&path), Ok);
                let parsed = text.map(|text| {
                    let facts = match path.ends_with(".rs") {
                        true => rust::facts(&text),
                        false => python::facts(&text),
                    };
                    (text, facts)
                });
                (path, parsed)
            })
            .collect();
        let mut next = BTreeSet::new();
        for (path, parsed) in parsed {
            match parsed {
                Ok((text, facts)) => {
                    if path.ends_with(".rs") {
                        next.extend(rust_targets(&index.rust, &path, &facts));
                    } else {
                        next.extend(targets(&index.python, &path, &facts));
                        next.extend(named_targets(&index.python, &path, &facts));
                        next.extend(django_targets(&index.python, &python, &path, &facts));
                    }
                    read.insert(path, (text, facts));
                }
                Err(error) => diagnostics.push(unreadable(&path, &error)),
            }
        }
        wave = next
            .into_iter()
            .filter(|path| seen.insert(path.clone()))
            .map(|p| (p, None))
            .collect();
    }
    let files = read
        .into_iter()
        .map(|(path, (text, facts))| ReadFile {
            id: sources.add(&path, text),
            path,
            facts,
        })
        .collect();
    Project {
        listing,
        files,
        index,
        diagnostics,
    }
}

fn list(
    tree: &dyn Tree,
    app: &App,
    nested: &[String],
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<String> {
    let mut listing = BTreeSet::new();
    let inside = |path: &str, folder: &str| {
        !folder.is_empty()
            && path
                .strip_prefix(folder)
                .is_some_and(|rest| rest.starts_with('/'))
    };
    for source in &app.sources {
        let found = tree.files(source);
        for (path, error) in found.problems {
            diagnostics.push(unreadable(&path, &error));
        }
        listing.extend(found.files.into_iter().filter(|path| {
            !nested.iter().any(|folder| inside(path, folder)) && !inside(path, &app.out)
        }));
    }
    listing.into_iter().collect()
}

/// The files to begin with, such as those that hold an annotation, with their texts.
fn scan(
    tree: &dyn Tree,
    files: &[&String],
    begins: &(dyn Fn(&str, &[u8]) -> bool + Sync),
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<(String, String)> {
    let scanned: Vec<(String, Result<String, ReadError>)> = files
        .par_chunks(SCAN_CHUNK)
        .flat_map_iter(|paths| paths.iter())
        .filter_map(|path| match tree.read(path) {
            Ok(bytes) if begins(path, &bytes) => Some(((*path).clone(), text(bytes))),
            Ok(_) => None,
            Err(error) => Some(((*path).clone(), Err(error))),
        })
        .collect();
    let mut annotated = Vec::new();
    for (path, text) in scanned {
        match text {
            Ok(text) => annotated.push((path, text)),
            // Without an annotation it matters only once it is reached, and is an error there.
            Err(ReadError::TooLarge { .. }) if !tree.mentions(&path, b"@klo") => {}
            Err(error) => diagnostics.push(unreadable(&path, &error)),
        }
    }
    annotated
}

/// Whether a Rust file may hold an annotation in the form of an attribute.
fn has_attribute(path: &str, bytes: &[u8]) -> bool {
    path.ends_with(".rs") && memchr::memmem::find(bytes, attach::ATTRIBUTE.as_bytes()).is_some()
}

fn text(mut bytes: Vec<u8>) -> Result<String, ReadError> {
    if bytes.starts_with(b"\xef\xbb\xbf") {
        bytes.drain(..3);
    }
    String::from_utf8(bytes).map_err(|error| ReadError::NotUtf8 {
        offset: error.utf8_error().valid_up_to(),
    })
}

fn unreadable(path: &str, error: &ReadError) -> Diagnostic {
    let help = match error {
        ReadError::NotUtf8 { .. } => {
            "save it as UTF-8, or exclude it with `.gitignore` or `sources`"
        }
        ReadError::TooLarge { .. } => {
            "split it, or exclude it with `.gitignore` or `sources`; annotations in it are not seen"
        }
        _ => "make it readable, or exclude it with `.gitignore` or `sources`",
    };
    Diagnostic::error(
        codes::UNREADABLE_FILE,
        At::File(path.into()),
        format!("{path} can not be read: {error}"),
    )
    .help(help)
}

/// The files of the modules that a Rust file declares, and of the crates that it names.
fn rust_targets(index: &CrateIndex, path: &str, facts: &FileFacts) -> BTreeSet<String> {
    let mut found: BTreeSet<String> = index.root_of(path).map(str::to_owned).into_iter().collect();
    for step in facts.scopes.iter().flat_map(|scope| &scope.steps) {
        let Step::Import(import) = step else { continue };
        let parts: Vec<&str> = import.module.iter().map(String::as_str).collect();
        if let RustResolution::File(target) = index.resolve(path, import.level, &parts) {
            found.insert(target.to_owned());
        }
    }
    found
}

/// The files that a file may load: what it imports, and what dotted names in its strings mean.
fn targets(index: &ModuleIndex, path: &str, facts: &FileFacts) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut add = |level: u32, parts: &[&str]| {
        found.extend(index.import(path, level, parts).files().map(str::to_owned));
    };
    for step in facts.scopes.iter().flat_map(|scope| &scope.steps) {
        let Step::Import(import) = step else { continue };
        let parts: Vec<&str> = import.module.iter().map(String::as_str).collect();
        add(import.level, &parts);
        for end in 1..parts.len() {
            add(import.level, &parts[..end]);
        }
        if let ImportNames::Names(names) = &import.names {
            for (name, _) in names {
                let longer: Vec<&str> = parts.iter().copied().chain([name.as_str()]).collect();
                add(import.level, &longer);
            }
        }
    }
    let is_settings = path.contains("settings");
    for expr in &facts.exprs {
        let ExprKind::Text(text) = &expr.kind else {
            continue;
        };
        if text.len() > 120 || !text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') {
            continue;
        }
        if !text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '.')
        {
            continue;
        }
        let parts: Vec<&str> = text.split('.').collect();
        if parts.len() > 1 {
            add(0, &parts);
            add(0, &parts[..parts.len() - 1]);
        }
        if is_settings {
            let package = if parts.contains(&"apps") {
                &parts[..1]
            } else {
                &parts[..]
            };
            for module in ["models", "apps", "admin", "urls", "tasks"] {
                let longer: Vec<&str> = package.iter().copied().chain([module]).collect();
                add(0, &longer);
            }
        } else if parts.len() == 1 {
            // Celery's `autodiscover_tasks(["orders"])`.
            add(0, &[parts[0], "tasks"]);
        }
    }
    found
}

/// Functions that import modules by names which code puts together, or find them in packages.
const IMPORTS_BY_NAME: [&str; 4] = [
    "import_module",
    "__import__",
    "iter_modules",
    "walk_packages",
];

/// The modules that a file may import by names which it puts together: those of the packages that it
/// names the beginning of, of those that it imports, and of the one that it is in.
fn named_targets(index: &ModuleIndex, path: &str, facts: &FileFacts) -> BTreeSet<String> {
    let imports = facts.exprs.iter().any(|expr| match &expr.kind {
        ExprKind::Name(name) | ExprKind::Attribute(_, name) => {
            IMPORTS_BY_NAME.contains(&name.as_str())
        }
        _ => false,
    });
    if !imports {
        return BTreeSet::new();
    }
    let mut packages: BTreeSet<(u32, Vec<&str>)> = BTreeSet::from([(1, Vec::new())]);
    for expr in &facts.exprs {
        let ExprKind::Concat(parts) = &expr.kind else {
            continue;
        };
        let first = parts.first().map(|part| &facts.expr(*part).kind);
        if let Some(ExprKind::Text(text)) = first
            && let Some((package, _)) = text.rsplit_once('.')
            && !package.is_empty()
        {
            packages.insert((0, package.split('.').collect()));
        }
    }
    for step in facts.scopes.iter().flat_map(|scope| &scope.steps) {
        let Step::Import(import) = step else { continue };
        let parts: Vec<&str> = import.module.iter().map(String::as_str).collect();
        if let ImportNames::Names(names) = &import.names {
            for (name, _) in names {
                let longer = parts.iter().copied().chain([name.as_str()]).collect();
                packages.insert((import.level, longer));
            }
        }
        packages.insert((import.level, parts));
    }
    packages
        .into_iter()
        .flat_map(|(level, parts)| index.members(path, level, &parts))
        .map(str::to_owned)
        .collect()
}

/// The files that Django loads for a file which does not name them: where the project's settings are
/// named, commands that are called by their names, and migrations.
fn django_targets(
    index: &ModuleIndex,
    python: &[&String],
    path: &str,
    facts: &FileFacts,
) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for module in django::settings_stated(facts) {
        let parts: Vec<&str> = module.split('.').collect();
        found.extend(index.import(path, 0, &parts).files().map(str::to_owned));
    }
    if django::starts_django(path, facts) {
        let paths = python.iter().map(|path| path.as_str());
        found.extend(
            django::naming_files(path, paths)
                .into_iter()
                .map(str::to_owned),
        );
    }
    if django::calls_commands(facts) {
        let called: BTreeSet<&str> = facts
            .exprs
            .iter()
            .filter_map(|expr| match &expr.kind {
                ExprKind::Text(text) => Some(text.as_str()),
                _ => None,
            })
            .collect();
        let migrates = called.iter().any(|name| django::reads_migrations(name));
        found.extend(
            python
                .iter()
                .filter(|path| {
                    django::command_of(path).is_some_and(|name| called.contains(name))
                        || migrates && django::is_migration(path)
                })
                .map(|path| (*path).clone()),
        );
    }
    found
}
