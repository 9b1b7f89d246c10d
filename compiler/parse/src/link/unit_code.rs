//! What a unit's code says of it: its routes, port and health, its files and packages.

use std::collections::BTreeSet;

use indexmap::IndexMap;
use klo_diagnostics::Diagnostic;
use klo_diagnostics::codes::linking;
use klo_intent::{AttrValue, Entry, EntryCall, Intent, Kind, Route, UnitCode};
use klo_source::parent;

use super::intents::Assembly;
use super::program::Program;
use crate::declare::{Capability, Declaration};
use crate::python::standard_library;

/// A unit's ways in and triggers as attributes, for rules and the graph.
fn implied_ways(declaration: &Declaration, intent: &mut Intent) {
    let as_map = |values: &crate::declare::Values| {
        let entries: IndexMap<String, AttrValue> = values
            .iter()
            .map(|(key, (value, _))| ((*key).to_owned(), value.clone()))
            .collect();
        AttrValue::Map(entries)
    };
    if matches!(intent.kind, Kind::Service | Kind::Function) {
        let exposes = declaration
            .exposes
            .iter()
            .map(|expose| as_map(&expose.values))
            .collect();
        let at = declaration.exposes.first().map(|expose| expose.at);
        intent
            .implied
            .insert("expose", (AttrValue::List(exposes), at));
    }
    let triggers = declaration
        .triggers
        .iter()
        .map(|trigger| as_map(&trigger.values))
        .collect();
    let at = declaration.triggers.first().map(|trigger| trigger.at);
    intent
        .implied
        .insert("triggers", (AttrValue::List(triggers), at));
    debug_assert!(declaration.capability != Capability::Persist);
}

fn route_value(route: &Route) -> AttrValue {
    let entries = [
        ("method", route.method.as_str()),
        ("path", route.path.as_str()),
        ("file", &*route.place.file),
        ("item", &*route.place.item),
    ];
    AttrValue::Map(
        entries
            .into_iter()
            .map(|(k, v)| (k.to_owned(), v.into()))
            .collect(),
    )
}

/// Paths that services conventionally answer when they are well, best first.
const HEALTH_PATHS: [&str; 10] = [
    "/health",
    "/healthz",
    "/healthcheck",
    "/health-check",
    "/livez",
    "/readyz",
    "/ready",
    "/ping",
    "/status",
    "/_health",
];

fn health_route(routes: &[Route]) -> Option<&Route> {
    let answers = |route: &&Route| matches!(route.method.as_str(), "GET" | "ANY");
    HEALTH_PATHS.iter().find_map(|path| {
        routes.iter().filter(answers).find(|route| {
            let plain = route.path.trim_end_matches('/');
            plain == *path || plain.ends_with(path) && !plain.contains('{')
        })
    })
}

/// Endings of files that code reads beside itself: templates, messages, statements, certificates.
const DATA_ENDINGS: [&str; 20] = [
    "html", "htm", "jinja", "jinja2", "j2", "txt", "json", "yaml", "yml", "toml", "csv", "sql",
    "ini", "mo", "css", "js", "svg", "png", "pem", "mako",
];

/// Files that tools and not programs read.
const TOOL_FILES: [&str; 8] = [
    "klo.yaml",
    "waivers.yaml",
    "pyproject.toml",
    "requirements.txt",
    "package.json",
    "docker-compose.yml",
    "docker-compose.yaml",
    "package-lock.json",
];

/// The files of a unit with the data files in the packages that it loads.
fn with_data_files(files: &BTreeSet<String>, listing: &[String]) -> BTreeSet<String> {
    let packages: BTreeSet<&str> = files
        .iter()
        .filter(|file| file.ends_with("/__init__.py"))
        .map(|file| parent(file))
        .collect();
    let mut found = files.clone();
    for path in listing {
        let name = path.rsplit('/').next().unwrap_or(path);
        let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
        if !DATA_ENDINGS.contains(&ending) || TOOL_FILES.contains(&name) {
            continue;
        }
        let mut folder = parent(path);
        loop {
            if packages.contains(folder) {
                found.insert(path.clone());
                break;
            }
            if folder.is_empty() {
                break;
            }
            folder = parent(folder);
        }
    }
    found
}

fn external_packages(program: &Program<'_>, files: &BTreeSet<String>) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for file in files.iter().filter_map(|path| program.by_path(path)) {
        let facts = &program.file(file).facts;
        for step in facts.scopes.iter().flat_map(|scope| &scope.steps) {
            let crate::facts::Step::Import(import) = step else {
                continue;
            };
            let Some(first) = import.module.first().filter(|_| import.level == 0) else {
                continue;
            };
            if standard_library::has(first) {
                continue;
            }
            if program.modules.resolve(file, 0, &[first]) == super::program::Resolved::External {
                found.insert(first.clone());
            }
        }
    }
    found
}

impl Assembly<'_> {
    pub(crate) fn describe_unit(
        &mut self,
        index: usize,
        declaration: &Declaration,
        intent: &mut Intent,
    ) {
        let Some(position) = self.runs.iter().position(|run| run.declaration == index) else {
            return;
        };
        let routes = self.routes(position);
        let shown: Vec<AttrValue> = routes.iter().map(route_value).collect();
        if matches!(intent.kind, Kind::Service | Kind::Function) {
            intent
                .implied
                .insert("routes", (AttrValue::List(shown), None));
        }
        if intent.kind == Kind::Service {
            if let Some((port, at)) = self.runs[position].port {
                intent
                    .implied
                    .insert("port", (AttrValue::Int(port), Some(at)));
            }
            if let Some(route) = health_route(&routes) {
                let path = AttrValue::Str(route.path.clone());
                intent.implied.insert("health", (path, Some(route.at)));
            }
        }
        implied_ways(declaration, intent);
        if self.runs[position].overflow {
            self.diagnostics.push(
                Diagnostic::warning(
                    linking::TOO_LARGE_TO_FOLLOW,
                    declaration.at,
                    format!("{} reaches more code than klo follows", intent.id()),
                )
                .help("state what it uses with `uses(to = \"…\")`")
                .subject(intent.id()),
            );
        }
        self.note_commands(position, declaration, intent);
        intent.code = Some(self.code(position, declaration, routes));
    }

    fn routes(&self, position: usize) -> Vec<Route> {
        let mut routes: Vec<Route> = self.runs[position]
            .routes
            .iter()
            .map(|(method, path, place, at)| Route {
                path: path.clone(),
                method: method.clone(),
                place: place.clone(),
                at: *at,
            })
            .collect();
        routes.sort();
        routes.dedup_by(|a, b| a.path == b.path && a.method == b.method);
        routes
    }

    pub(crate) fn code(
        &mut self,
        position: usize,
        declaration: &Declaration,
        routes: Vec<Route>,
    ) -> UnitCode {
        let file = self.runs[position].file;
        let (source_root, module) = self.program.modules.name(file);
        if self.program.file(file).language().compiled {
            return self.compiled_code(position, declaration, routes);
        }
        let folder = self.packages_of(&declaration.path).project().to_owned();
        let processes = self.processes(position, declaration, &folder);
        let run = &self.runs[position];
        let files = with_data_files(&run.files, self.listing);
        let socket = routes
            .iter()
            .find(|route| route.method == "WEBSOCKET")
            .map(|route| route.at);
        UnitCode {
            entry: Entry {
                file: declaration.path.to_string(),
                module,
                source_root,
                attribute: run.entry.attribute.clone(),
                call: run.entry.call.clone(),
                framework: run.entry.framework.clone(),
            },
            streams: socket.or(run.stream),
            routes,
            files,
            inert: Vec::new(),
            project_root: folder,
            processes,
            settings_module: run.settings_module.clone(),
            external_packages: external_packages(self.program, &run.files),
        }
    }

    /// The same, of a program that is compiled.
    fn compiled_code(
        &mut self,
        position: usize,
        declaration: &Declaration,
        routes: Vec<Route>,
    ) -> UnitCode {
        let run = &self.runs[position];
        let crates = &self.index.rust;
        let program = crates.program_of(&declaration.path);
        let mut call = run.entry.call.clone();
        if let (Some((of, target)), EntryCall::Binary { package, name, .. }) = (program, &mut call)
        {
            package.clone_from(&of.name);
            name.clone_from(&target.name);
        }
        let mut files = run.files.clone();
        for package in program
            .iter()
            .flat_map(|(package, _)| crates.built_from(package))
        {
            let sources = format!("{}/", klo_source::join(&package.root, "src"));
            let inside = self
                .listing
                .iter()
                .filter(|file| file.starts_with(&sources));
            files.extend(inside.cloned());
        }
        let root = program.map(|(package, _)| package.workspace.clone());
        UnitCode {
            entry: Entry {
                file: declaration.path.to_string(),
                module: self.program.modules.name(run.file).1,
                source_root: String::new(),
                attribute: run.entry.attribute.clone(),
                call,
                framework: run.entry.framework.clone(),
            },
            streams: run.stream,
            routes,
            files,
            inert: Vec::new(),
            project_root: root.unwrap_or_default(),
            processes: None,
            settings_module: None,
            external_packages: BTreeSet::new(),
        }
    }
}
