//! Intents with what annotations state and code implies.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use indexmap::IndexMap;
use klo_config::App;
use klo_diagnostics::codes::{bindings as codes, linking};
use klo_diagnostics::{Diagnostic, list_of};
use klo_intent::{
    AttrValue, Binding, Edge, Engine, Entry, Field, InertBinding, Intent, IntentGraph, IntentId,
    Kind, Place, Route, UnitCode,
};
use klo_source::{Span, Tree, parent};

use super::assemble::{Declared, UnitRun};
use super::bindings::{Found, url_form};
use super::inert::inert_value;
use super::program::{LoadedFile, Program};
use super::value::{EnvRead, Tag};
use crate::declare::{Capability, Declaration, finish_persist, name_collisions};
use crate::python::dependencies::{Dependencies, dependencies};
use crate::python::standard_library;

/// The graph in the making.
pub(crate) struct Assembly<'a> {
    pub(crate) tree: &'a dyn Tree,
    pub(crate) program: &'a Program<'a>,
    pub(crate) declared: &'a Declared<'a>,
    pub(crate) listing: &'a [String],
    pub(crate) runs: Vec<UnitRun>,
    /// What each resource's expression says, over all units.
    pub(crate) found: BTreeMap<Tag, Found>,
    pub(crate) intents: Vec<Intent>,
    pub(crate) edges: Vec<Edge>,
    pub(crate) diagnostics: Vec<Diagnostic>,
    /// The intent of each declaration.
    pub(crate) by_declaration: BTreeMap<usize, IntentId>,
    pub(crate) packages: BTreeMap<String, Dependencies>,
    /// Resources that were warned about already.
    pub(crate) warned: BTreeSet<Tag>,
}

impl<'a> Assembly<'a> {
    pub(crate) fn new(
        tree: &'a dyn Tree,
        program: &'a Program<'a>,
        declared: &'a Declared<'a>,
        listing: &'a [String],
        runs: Vec<UnitRun>,
        orphans: BTreeMap<Tag, Found>,
    ) -> Self {
        let mut found = orphans;
        for run in &runs {
            for (tag, more) in &run.found {
                merge(found.entry(*tag).or_default(), more);
            }
        }
        Self {
            tree,
            program,
            declared,
            listing,
            runs,
            found,
            intents: Vec::new(),
            edges: Vec::new(),
            diagnostics: Vec::new(),
            by_declaration: BTreeMap::new(),
            packages: BTreeMap::new(),
            warned: BTreeSet::new(),
        }
    }

    pub(crate) fn app(&self) -> &'a App {
        self.declared.app
    }

    /// The graph, sorted, with every mistake found on the way.
    pub(crate) fn finish(mut self) -> (IntentGraph, Vec<Diagnostic>) {
        self.edges.retain(|edge| !edge.access.is_empty());
        let graph = IntentGraph {
            app: self.app().name.clone(),
            deployment: None,
            intents: self.intents,
            edges: Vec::new(),
        };
        let mut edges = self.edges;
        edges.sort_by_cached_key(|edge| {
            (
                graph.node_id(&edge.from),
                graph.node_id(&edge.to),
                edge.at.first().copied(),
            )
        });
        (IntentGraph { edges, ..graph }, self.diagnostics)
    }

    /// Makes every intent, sorted by kind name and name.
    pub(crate) fn intents(&mut self) {
        let mut made: Vec<(Option<usize>, Intent)> = Vec::new();
        for (index, declaration) in self.declared.declarations.iter().enumerate() {
            if let Some(intent) = self.intent_of(index, declaration) {
                made.push((Some(index), intent));
            }
        }
        made.extend(
            self.app()
                .declare
                .iter()
                .map(|declared| (None, from_yaml(self.app(), declared))),
        );
        let collisions = made.iter().map(|(_, i)| (i.kind, i.name.as_str(), i.at));
        self.diagnostics.extend(name_collisions(collisions));
        made.sort_by(|(_, a), (_, b)| {
            (a.kind.name(), &a.name, a.at).cmp(&(b.kind.name(), &b.name, b.at))
        });
        made.dedup_by(|(_, later), (_, earlier)| {
            later.kind == earlier.kind && later.name == earlier.name
        });
        for (at, (declaration, intent)) in made.into_iter().enumerate() {
            if let Some(declaration) = declaration {
                self.by_declaration.insert(declaration, IntentId(at as u32));
            }
            self.intents.push(intent);
        }
    }

    fn intent_of(&mut self, index: usize, declaration: &Declaration) -> Option<Intent> {
        let tag = self
            .declared
            .tags
            .iter()
            .position(|i| *i == index)
            .map(|t| Tag(t as u32));
        let found = tag
            .and_then(|tag| self.found.get(&tag).cloned())
            .unwrap_or_default();
        let kind = match declaration.kind {
            Some(kind) => kind,
            None => self.kind_of(declaration, &found)?,
        };
        let (stated, mistakes) = finish_persist(self.app(), declaration, kind);
        self.diagnostics.extend(mistakes);
        let mut intent = Intent {
            kind,
            name: declaration.name.clone(),
            was: declaration.was.clone(),
            at: declaration.at,
            place: declaration.place.clone(),
            stated,
            implied: BTreeMap::new(),
            settings: BTreeMap::new(),
            bindings: Vec::new(),
            code: None,
            module: None,
        };
        if declaration.capability.is_unit() {
            self.describe_unit(index, declaration, &mut intent);
        } else {
            self.describe_resource(declaration, tag, &found, &mut intent);
        }
        Some(intent)
    }

    fn kind_of(&mut self, declaration: &Declaration, found: &Found) -> Option<Kind> {
        let kinds: Vec<Kind> = found
            .kinds
            .iter()
            .copied()
            .filter(|kind| kind.is_persisted())
            .collect();
        if let [kind] = kinds.as_slice() {
            return Some(*kind);
        }
        // Django's settings say what they are by their names, whatever fills them.
        let is_django = declaration.path.ends_with(".py") && kinds.is_empty();
        match declaration.item.name.as_deref().filter(|_| is_django) {
            Some("DATABASES") => return Some(Kind::Database),
            Some("CACHES") => return Some(Kind::Cache),
            _ => {}
        }
        let seen: Vec<&str> = kinds.iter().map(|kind| kind.name()).collect();
        let message = if seen.is_empty() {
            format!(
                "the code does not show what kind of store `{}` is",
                declaration.name
            )
        } else {
            format!(
                "`{}` may be {}",
                declaration.name,
                list_of(seen.iter().copied())
            )
        };
        let other = found.kinds.iter().find(|kind| !kind.is_persisted());
        let help = match other {
            Some(kind) => format!("this is a {kind}: annotate it with `@klo::{kind}`"),
            None => "state it, one of `kind = \"database\"`, `\"cache\"`, `\"bucket\"`, `\"table\"` and \
                     `\"volume\"`, or move the annotation to the line that makes the client"
                .to_owned(),
        };
        self.diagnostics
            .push(Diagnostic::error(linking::UNKNOWN_KIND, declaration.at, message).help(help));
        None
    }

    fn describe_resource(
        &mut self,
        declaration: &Declaration,
        tag: Option<Tag>,
        found: &Found,
        intent: &mut Intent,
    ) {
        let engine = self.engine_of(declaration, found, intent);
        if let (Kind::Database, Some(engine)) = (intent.kind, engine) {
            intent
                .implied
                .insert("engine", (engine.name().into(), Some(declaration.at)));
        }
        if intent.kind == Kind::Cache && found.cluster {
            intent
                .implied
                .insert("cluster_mode", (true.into(), Some(declaration.at)));
        }
        if let (Kind::Volume, Some(path)) = (intent.kind, &found.path) {
            intent
                .implied
                .insert("path", (path.as_str().into(), Some(declaration.at)));
        }
        if intent.kind == Kind::Table {
            self.imply_key(tag, intent);
        }
        intent.bindings = self.bindings(declaration, found, intent.kind, engine);
        self.check_bindings(declaration, found, intent);
    }

    /// The partition key, where every call asks for items by one and the same name.
    fn imply_key(&self, tag: Option<Tag>, intent: &mut Intent) {
        let keys: BTreeSet<&Vec<String>> = self
            .runs
            .iter()
            .filter_map(|run| run.table_keys.get(&tag?))
            .flatten()
            .collect();
        if let (1, Some([name])) = (keys.len(), keys.first().map(|names| names.as_slice())) {
            intent
                .implied
                .insert("key", (name.as_str().into(), Some(intent.at)));
        }
    }

    fn engine_of(
        &mut self,
        declaration: &Declaration,
        found: &Found,
        intent: &Intent,
    ) -> Option<Engine> {
        if intent.kind != Kind::Database {
            return None;
        }
        if let Some((value, _)) = intent.stated.get("engine") {
            return value.as_str().and_then(Engine::from_name);
        }
        let by_client = found.clients.iter().find_map(|client| client.engine);
        let by_scheme = || {
            found
                .schemes
                .iter()
                .find_map(|s| crate::knowledge::clients::of_scheme(s))
                .map(|(e, _)| e)
        };
        by_client.or_else(by_scheme).or_else(|| {
            let packages = self.packages_of(&declaration.path);
            let has = |names: &[&str]| names.iter().any(|name| packages.has(name));
            let postgres = has(&[
                "psycopg",
                "psycopg2",
                "psycopg2-binary",
                "psycopg-binary",
                "asyncpg",
                "pg8000",
            ]);
            let mysql = has(&[
                "pymysql",
                "mysqlclient",
                "aiomysql",
                "asyncmy",
                "mysql-connector-python",
            ]);
            match (postgres, mysql) {
                (true, false) => Some(Engine::Postgres),
                (false, true) => Some(Engine::Mysql),
                _ => None,
            }
        })
    }

    /// The dependencies that hold for a file.
    pub(crate) fn packages_of(&mut self, path: &str) -> &Dependencies {
        let folder = parent(path).to_owned();
        let (tree, root) = (self.tree, self.declared.app.root.clone());
        self.packages
            .entry(folder)
            .or_insert_with_key(|folder| dependencies(tree, &root, folder))
    }

    /// The variables of a resource: what `bind` states, else what the expression reads.
    pub(crate) fn bindings(
        &mut self,
        declaration: &Declaration,
        found: &Found,
        kind: Kind,
        engine: Option<Engine>,
    ) -> Vec<Binding> {
        let has_url =
            |field: Field| field == Field::Url && matches!(kind, Kind::Database | Kind::Cache);
        let packages = self.packages_of(&declaration.path).clone();
        let form = url_form(found, engine.filter(|_| kind == Kind::Database), |p| {
            packages.has(p)
        });
        let read = |variable: &str| {
            found
                .fields
                .iter()
                .find(|((name, _), _)| name == variable)
                .map(|(_, read)| read.clone())
        };
        if !declaration.bind.is_empty() {
            let stated = declaration.bind.iter().map(|bind| Binding {
                variable: bind.variable.clone(),
                field: bind.field,
                url: has_url(bind.field).then(|| form.clone()),
                at: bind.at,
                required: read(&bind.variable).is_none_or(|read| read.required),
            });
            return stated.collect();
        }
        let allowed = Field::of(kind);
        found
            .fields
            .iter()
            .filter(|((_, field), _)| allowed.contains(field))
            .map(|((variable, field), read)| Binding {
                variable: variable.clone(),
                field: *field,
                url: has_url(*field).then(|| form.clone()),
                at: self.span_of(read),
                required: read.required,
            })
            .collect()
    }

    pub(crate) fn span_of(&self, read: &EnvRead) -> Span {
        self.program.file(read.file).span(read.range)
    }

    fn check_bindings(&mut self, declaration: &Declaration, found: &Found, intent: &Intent) {
        let must = !matches!(intent.kind, Kind::Volume);
        let existing = intent.stated.contains_key("existing");
        if !must || existing || !intent.bindings.is_empty() {
            return;
        }
        let hard = found.literals.iter().find(|text| !text.is_empty());
        let message = match hard {
            Some(text) => format!(
                "the code finds {} `{}` at the fixed address `{text}`",
                intent.kind, intent.name
            ),
            None => format!(
                "the code reads no environment variable to find {} `{}`",
                intent.kind, intent.name
            ),
        };
        let variable = intent.name.to_uppercase().replace('-', "_");
        let field = Field::of(intent.kind)
            .first()
            .copied()
            .unwrap_or(Field::Value);
        let suffix = match field {
            Field::Value => String::new(),
            field => format!("_{}", field.name().to_uppercase()),
        };
        let help = format!(
            "read it from the environment, for example `os.environ[\"{variable}{suffix}\"]`, or name \
             the variable that another place reads: `bind = {{ {field} = \"{variable}{suffix}\" }}`"
        );
        let at = self.program.file(
            self.program
                .by_path(&declaration.path)
                .unwrap_or(super::value::FileIx(0)),
        );
        let range = at.span(declaration.item.range);
        self.diagnostics.push(
            Diagnostic::error(codes::NO_BINDING, range, message)
                .help(help)
                .related(declaration.at, "the annotation")
                .subject(intent.id()),
        );
    }

    fn describe_unit(&mut self, index: usize, declaration: &Declaration, intent: &mut Intent) {
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

    fn code(&mut self, position: usize, declaration: &Declaration, routes: Vec<Route>) -> UnitCode {
        let (source_root, module) = {
            let file = self.runs[position].file;
            self.program.modules.name(file)
        };
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
            external_packages: external_packages(self.program, &run.files),
        }
    }

    /// The file and annotation that declare an intent; nothing for one from klo.yaml.
    fn read_of(&self, intent: IntentId) -> Option<(&LoadedFile, &Declaration)> {
        let (index, _) = self.by_declaration.iter().find(|(_, id)| **id == intent)?;
        let declaration = &self.declared.declarations[*index];
        let file = self.program.by_path(&declaration.path)?;
        Some((self.program.file(file), declaration))
    }

    /// Variables of resources that a unit imports and does not use.
    pub(crate) fn inert(&self, position: usize, bound: &BTreeSet<String>) -> Vec<InertBinding> {
        let run = &self.runs[position];
        let mut found = Vec::new();
        let imported: BTreeSet<IntentId> = run
            .found
            .keys()
            .filter(|tag| !run.uses.contains_key(tag))
            .filter_map(|tag| {
                let declaration = self.declared.tags[tag.0 as usize];
                self.by_declaration.get(&declaration).copied()
            })
            .collect();
        for (index, intent) in self.intents.iter().enumerate() {
            let imported = imported.contains(&IntentId(index as u32));
            for binding in &intent.bindings {
                let read = imported || run.required.contains(&binding.variable);
                if binding.required && read && !bound.contains(&binding.variable) {
                    found.push(InertBinding {
                        variable: binding.variable.clone(),
                        value: inert_value(binding, self.read_of(IntentId(index as u32))),
                        intent: intent.id(),
                        at: binding.at,
                    });
                }
            }
        }
        found.sort();
        found.dedup_by(|a, b| a.variable == b.variable);
        found
    }
}

fn merge(into: &mut Found, more: &Found) {
    for (key, read) in &more.fields {
        into.fields
            .entry(key.clone())
            .or_insert_with(|| read.clone());
    }
    for client in &more.clients {
        if !into.clients.iter().any(|known| known.path == client.path) {
            into.clients.push(client);
        }
    }
    into.pools.extend(more.pools.iter().cloned());
    into.schemes.extend(more.schemes.iter().cloned());
    into.kinds.extend(more.kinds.iter().copied());
    into.literals.extend(more.literals.iter().cloned());
    into.cluster |= more.cluster;
    into.tls |= more.tls;
    if into.path.is_none() {
        into.path.clone_from(&more.path);
    }
}

fn from_yaml(app: &App, declared: &klo_config::Declared) -> Intent {
    let file: Arc<str> = klo_source::join(&app.root, "klo.yaml").into();
    let item: Arc<str> = format!("declare.{}.{}", declared.kind, declared.name).into();
    Intent {
        kind: declared.kind,
        name: declared.name.clone(),
        was: declared.was.clone(),
        at: declared.at,
        place: Place::new(file, item),
        stated: declared
            .settings
            .iter()
            .map(|entry| (entry.attribute, (entry.value.clone(), entry.at)))
            .collect(),
        implied: BTreeMap::new(),
        settings: BTreeMap::new(),
        bindings: Vec::new(),
        code: None,
        module: None,
    }
}

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
