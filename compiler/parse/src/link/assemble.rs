//! From declarations and runs of every unit to the graph.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use klo_config::App;
use klo_diagnostics::Diagnostic;
use klo_intent::{IntentGraph, Kind, Place};
use klo_source::{Span, Tree};
use rayon::prelude::*;

use super::bindings::{Found, Reader};
use super::machine::Machine;
use super::modules::FileModules;
use super::pending::Evaluation;
use super::program::{LoadedFile, Program, TagInfo};
use super::unit::{self, Run};
use super::value::{FileIx, Tag, Value, ValueId, Values};
use super::{edges, intents};
use crate::declare::Declaration;
use crate::facts::{ExprId, ExprKind, ItemKind, ScopeId, ScopeKind};
use crate::knowledge::{self, django};
use crate::project::{Index, Project, ReadFile};

/// What one unit's run says, with nothing left of the machine.
pub(crate) struct UnitRun {
    pub(crate) declaration: usize,
    pub(crate) entry: unit::EntryFound,
    pub(crate) file: FileIx,
    pub(crate) routes: Vec<(String, String, Place, Span)>,
    /// Uses by resource.
    pub(crate) uses: BTreeMap<Tag, super::uses::Use>,
    pub(crate) unannotated: BTreeMap<String, BTreeSet<Span>>,
    /// Resources that are handed to calls which klo cannot follow.
    pub(crate) unfollowed: BTreeMap<Tag, BTreeSet<Span>>,
    /// Imports of modules whose names reading does not show.
    pub(crate) unknown_imports: BTreeSet<Span>,
    /// Places that are given one of several resources by a type that each of them fits.
    pub(crate) undecided: BTreeSet<(Span, BTreeSet<Tag>)>,
    /// What annotated expressions say in this unit.
    pub(crate) found: BTreeMap<Tag, Found>,
    /// Every file that starting it may load.
    pub(crate) files: BTreeSet<String>,
    /// Variables without which its code does not start.
    pub(crate) required: BTreeSet<String>,
    pub(crate) overflow: bool,
    /// Whether it starts Django under settings that nothing names.
    pub(crate) without_settings: bool,
    /// The settings module that its process has to be told.
    pub(crate) settings_module: Option<String>,
    /// Where it runs a program of commands and names none.
    pub(crate) asks_arguments: Option<Span>,
    /// Resources whose address it asks for by the name that it is given.
    pub(crate) asked_by_name: BTreeSet<Tag>,
    /// Ports that its code states, with the place.
    pub(crate) port: Option<(i64, Span)>,
    /// A response that does not end with its request.
    pub(crate) stream: Option<Span>,
    /// Names of keys with which items of tables are asked for.
    pub(crate) table_keys: BTreeMap<Tag, BTreeSet<Vec<String>>>,
    /// Where the applications that it serves are made, and where those that they include are.
    pub(crate) applications: (BTreeSet<Span>, BTreeSet<Span>),
}

/// Resources and units among declarations, in order.
pub(crate) struct Declared<'a> {
    pub(crate) app: &'a App,
    pub(crate) declarations: &'a [Declaration],
    /// The declaration of each tag.
    pub(crate) tags: Vec<usize>,
}

/// Links an app.
pub(crate) fn link(
    tree: &dyn Tree,
    app: &App,
    project: Project,
    declarations: &[Declaration],
    evaluation: Evaluation,
) -> (IntentGraph, Vec<Diagnostic>) {
    let Project {
        listing,
        files,
        index,
        ..
    } = project;
    with_program(
        app,
        files,
        &index,
        declarations,
        evaluation,
        |program, declared, packages| {
            let runs: Vec<UnitRun> = units(declarations)
                .into_par_iter()
                .filter_map(|index| run_unit(program, declared, packages, index))
                .collect();
            let orphans = read_orphans(program, declared, &runs);
            let mut assembly =
                intents::Assembly::new(tree, program, declared, &listing, &index, runs, orphans);
            assembly.intents();
            edges::add(&mut assembly);
            assembly.finish()
        },
    )
}

/// Declarations of what has code that runs.
pub(super) fn units(declarations: &[Declaration]) -> Vec<usize> {
    declarations
        .iter()
        .enumerate()
        .filter(|(_, declaration)| declaration.capability.is_unit())
        .filter(|(_, declaration)| declaration.kind != Some(Kind::Site))
        .map(|(index, _)| index)
        .collect()
}

/// The packages' files around each file, which are loaded with it.
pub(super) type Packages = BTreeMap<String, Vec<FileIx>>;

/// Makes a program of the files that were read, and does `work` on it.
pub(super) fn with_program<T>(
    app: &App,
    files: Vec<ReadFile>,
    index: &Index,
    declarations: &[Declaration],
    evaluation: Evaluation,
    work: impl FnOnce(&Program<'_>, &Declared<'_>, &Packages) -> T,
) -> T {
    let files: Vec<LoadedFile> = files
        .into_iter()
        .map(|file| LoadedFile::new(file.path, file.id, file.facts))
        .collect();
    let modules = FileModules::new(index, &files);
    let mut program = Program {
        given_attributes: files
            .iter()
            .flat_map(|file| file.given_attributes.iter().cloned())
            .collect(),
        files,
        modules: &modules,
        tagged: HashMap::new(),
        making: HashMap::new(),
        tagged_names: BTreeMap::new(),
        tags: Vec::new(),
        units: BTreeSet::new(),
        evaluation,
    };
    program.units = units(declarations)
        .into_iter()
        .filter_map(|index| {
            let declaration = &declarations[index];
            match declaration.item.kind {
                ItemKind::Function(scope) => Some((program.by_path(&declaration.path)?, scope)),
                _ => None,
            }
        })
        .collect();
    let tags = tag_resources(&mut program, declarations);
    let declared = Declared {
        app,
        declarations,
        tags,
    };
    work(&program, &declared, &modules.packages_around())
}

/// Gives every declared resource a tag, on the expression or name that it stands on.
fn tag_resources(program: &mut Program<'_>, declarations: &[Declaration]) -> Vec<usize> {
    let mut tags = Vec::new();
    for (index, declaration) in declarations.iter().enumerate() {
        if declaration.capability.is_unit() {
            continue;
        }
        let Some(file) = program.by_path(&declaration.path) else {
            continue;
        };
        let tag = Tag(tags.len() as u32);
        tags.push(index);
        program.tags.push(TagInfo {
            kind: declaration.kind,
            file,
        });
        let item = &declaration.item;
        let in_class = matches!(
            program.file(file).scope(item.scope).kind,
            ScopeKind::Class { .. }
        );
        if let (true, Some(name)) = (in_class, &item.name) {
            let key = (file, item.scope.0, name.clone());
            program.tagged_names.entry(key).or_default().push(tag);
        }
        match item.kind {
            ItemKind::Assignment(expr) | ItemKind::Call(expr) | ItemKind::Return(expr) => {
                program.tagged.entry((file, expr)).or_default().push(tag);
                for call in calls_within(program, file, expr) {
                    program.making.entry((file, call)).or_default().push(tag);
                }
            }
            ItemKind::Function(_) | ItemKind::Class(_) | ItemKind::Declaration => {
                if let Some(name) = item.name.clone() {
                    let key = (file, item.scope.0, name);
                    let known = program.tagged_names.entry(key).or_default();
                    if !known.contains(&tag) {
                        known.push(tag);
                    }
                }
            }
        }
    }
    tags
}

/// The calls that an expression is made of, itself among them.
fn calls_within(program: &Program<'_>, file: FileIx, expr: ExprId) -> Vec<ExprId> {
    let facts = &program.file(file).facts;
    let mut calls = Vec::new();
    let mut parts = vec![expr];
    while let Some(part) = parts.pop() {
        let kind = &facts.expr(part).kind;
        if let ExprKind::Call { .. } = kind {
            calls.push(part);
        }
        kind.for_each_part(|inner| parts.push(inner));
    }
    calls
}

pub(super) fn run_unit(
    program: &Program<'_>,
    declared: &Declared<'_>,
    packages: &Packages,
    index: usize,
) -> Option<UnitRun> {
    let declaration = &declared.declarations[index];
    let file = program.by_path(&declaration.path)?;
    let Run {
        mut machine,
        module,
        entry,
        routes,
    } = unit::run(
        program,
        file,
        &declaration.item,
        declaration.capability,
        stated_settings(declaration),
    );
    let routes = routes
        .into_iter()
        .map(|route| {
            let at = machine.span(route.site);
            let (in_file, qualified) = match route.handler {
                Some((file, scope)) => (file, program.file(file).scope(scope).qualified.clone()),
                None => (route.site.file, String::new()),
            };
            let place = crate::facts::place_of(&program.file(in_file).path, &qualified);
            (route.method, route.path, place, at)
        })
        .collect();
    let port = stated_port(&mut machine);
    let stream = stated_stream(&mut machine, module);
    let found = machine
        .evaluated
        .keys()
        .copied()
        .collect::<Vec<_>>()
        .into_iter()
        .map(|tag| {
            let kind = program.tags[tag.0 as usize].kind;
            (tag, Reader::read(&mut machine, module, tag, kind))
        })
        .collect();
    django_uses(&mut machine, declared);
    machine.settle_entries(module);
    let mut start: BTreeSet<FileIx> = machine.modules.keys().copied().collect();
    start.extend(packages.get(&program.file(file).path).into_iter().flatten());
    let files = program
        .closure(&start)
        .into_iter()
        .map(|file| program.file(file).path.clone())
        .collect();
    let required = super::environment::required(&mut machine, module);
    let unfollowed = machine.unfollowed_uses();
    let unknown_imports = machine.unknown_imports();
    let applications = applications(&machine);
    let without_settings = machine.starts_django && machine.settings_modules(module).is_empty();
    Some(UnitRun {
        declaration: index,
        entry,
        file,
        routes,
        unannotated: machine.uses.unannotated(),
        uses: machine.uses.by_tag,
        unfollowed,
        unknown_imports,
        undecided: machine.undecided,
        found,
        files,
        required,
        overflow: machine.overflow,
        without_settings,
        settings_module: machine.settings_module,
        asks_arguments: machine.asks_arguments.first().copied(),
        asked_by_name: machine.asked_by_name,
        port,
        stream,
        table_keys: machine.uses.table_keys,
        applications,
    })
}

/// Where the applications that a unit serves are made, and where what they include is.
fn applications(machine: &Machine<'_>) -> (BTreeSet<Span>, BTreeSet<Span>) {
    let made = |value: ValueId| match *machine.values.get(machine.values.untagged(value)) {
        Value::Object { site, .. } => Some(machine.span(site)),
        _ => None,
    };
    let own = machine.apps.iter().filter_map(|value| made(*value));
    let reached = machine.registry.reached(&machine.apps);
    (
        own.collect(),
        reached.into_keys().filter_map(made).collect(),
    )
}

/// The settings module of Django's that a unit's `env` names.
fn stated_settings(declaration: &Declaration) -> Option<&str> {
    let (env, _) = declaration.values.get("env")?;
    env.get(django::SETTINGS_VARIABLE)?.as_str()
}

/// The port that `uvicorn.run(app, port=8000)` or `app.run(port=8000)` states.
fn stated_port(machine: &mut Machine<'_>) -> Option<(i64, Span)> {
    let key = machine.values.sym("(port)");
    let mut found: Vec<(i64, Span)> = Vec::new();
    for ((object, name), values) in &machine.fields {
        if *name != key {
            continue;
        }
        let path = machine.values.path(*object).unwrap_or_default();
        let runs = matches!(
            path.as_str(),
            "uvicorn.run" | "aiohttp.web.run_app" | "waitress.serve"
        ) || path.ends_with(".run()");
        let super::value::Value::Object { site, .. } = *machine.values.get(*object) else {
            continue;
        };
        for value in values {
            if let (true, super::value::Value::Int(port)) = (runs, machine.values.get(*value)) {
                found.push((*port, machine.span(site)));
            }
        }
    }
    found.extend(bound_ports(machine));
    found.sort();
    found
        .into_iter()
        .find(|(port, _)| (1..=65_535).contains(port))
}

/// The ports that listeners of Rust's are bound to: `TcpListener::bind("0.0.0.0:8080")`,
/// `HttpServer::new(…).bind(("0.0.0.0", port))`.
fn bound_ports(machine: &mut Machine<'_>) -> Vec<(i64, Span)> {
    let [address, second] = ["(0)", "[1]"].map(|name| machine.values.sym(name));
    let listeners: Vec<_> = machine
        .values
        .objects()
        .filter(|(ty, _, _)| knowledge::rust::is_listener(ty))
        .map(|(_, object, site)| (object, site))
        .collect();
    let mut found = Vec::new();
    for (object, site) in listeners {
        let given = machine
            .fields
            .get(&(object, address))
            .cloned()
            .unwrap_or_default();
        for value in given {
            let pair = machine.fields.get(&(value, second)).cloned();
            for value in pair.unwrap_or_else(|| Values::from([value])) {
                let number = match machine.values.get(value) {
                    super::value::Value::Int(port) => Some(*port),
                    _ => machine.values.default_text(value).and_then(|text| {
                        let port = text.rsplit(':').next().unwrap_or(&text);
                        port.parse().ok()
                    }),
                };
                found.extend(number.map(|port| (port, machine.span(site))));
            }
        }
    }
    found
}

/// The first response that is a stream of events. One that streams a file ends with it, and is none.
fn stated_stream(machine: &mut Machine<'_>, frame: super::value::FrameIx) -> Option<Span> {
    let responses: Vec<_> = machine
        .values
        .objects()
        .filter(|(ty, _, _)| {
            ty.ends_with("EventSourceResponse") || ty.ends_with("StreamingResponse")
        })
        .map(|(ty, object, site)| (ty.ends_with("EventSourceResponse"), object, site))
        .collect();
    let mut found = Vec::new();
    for (always, object, site) in responses {
        let media = machine.option_of(frame, &Values::from([object]), "media_type");
        let events = media
            .iter()
            .any(|v| machine.values.as_literal(*v) == Some("text/event-stream"));
        if always || events {
            found.push(machine.span(site));
        }
    }
    found.into_iter().min()
}

/// Django's default database and cache are the annotated `DATABASES` and `CACHES`.
fn django_uses(machine: &mut Machine<'_>, declared: &Declared<'_>) {
    for (index, declaration) in declared.tags.iter().enumerate() {
        let declaration = &declared.declarations[*declaration];
        let tag = Tag(index as u32);
        let spans = match declaration.item.name.as_deref() {
            Some("DATABASES") => &machine.uses.django_database,
            Some("CACHES") => &machine.uses.django_cache,
            _ => continue,
        };
        for span in spans.clone() {
            machine.uses.record(tag, None, span);
        }
    }
}

/// Resources that no unit evaluates are read where they stand, for their kind and variables.
pub(super) fn read_orphans(
    program: &Program<'_>,
    declared: &Declared<'_>,
    runs: &[UnitRun],
) -> BTreeMap<Tag, Found> {
    let seen: BTreeSet<Tag> = runs
        .iter()
        .flat_map(|run| run.found.keys().copied())
        .collect();
    // Those of one file are read in one run: a run per resource would take the square of their number.
    let mut by_file: BTreeMap<FileIx, Vec<Tag>> = BTreeMap::new();
    for tag in (0..declared.tags.len() as u32).map(Tag) {
        if !seen.contains(&tag) {
            let file = program.tags[tag.0 as usize].file;
            by_file.entry(file).or_default().push(tag);
        }
    }
    let mut found = BTreeMap::new();
    for (file, tags) in by_file {
        let mut machine = Machine::new(program);
        let module = machine.import(file);
        machine.run();
        let item = |tag: &Tag| &declared.declarations[declared.tags[tag.0 as usize]].item;
        let mut scopes: BTreeSet<ScopeId> = tags.iter().map(|tag| item(tag).scope).collect();
        if program.file(file).language().compiled {
            // What a static holds may be made in a function of its own.
            scopes.extend(tags.iter().filter_map(|tag| match item(tag).kind {
                ItemKind::Assignment(value) => Some(program.file(file).facts.expr(value).scope),
                _ => None,
            }));
        }
        for scope in scopes {
            run_around(&mut machine, file, scope);
        }
        if program.file(file).language().compiled {
            machine.fill_cells(module, file);
        }
        for tag in tags {
            let kind = program.tags[tag.0 as usize].kind;
            found.insert(tag, Reader::read(&mut machine, module, tag, kind));
        }
    }
    found
}

/// Runs the function that a place stands in, without arguments.
fn run_around(machine: &mut Machine<'_>, file: FileIx, scope: ScopeId) {
    let module = machine.import(file);
    let loaded = machine.program.file(file);
    let parent = |scope: &ScopeId| loaded.scope(*scope).parent;
    let is_function =
        |scope: &ScopeId| matches!(loaded.scope(*scope).kind, ScopeKind::Function { .. });
    let mut around: Vec<ScopeId> = std::iter::successors(Some(scope), parent)
        .filter(is_function)
        .collect();
    if loaded.language().compiled {
        // A closure runs in a frame of the function around it.
        around.reverse();
        for scope in around {
            machine.run_scope(module, file, scope);
        }
        return;
    }
    for scope in around {
        let found = loaded.scope(scope);
        let name = found.qualified.split('.').next().unwrap_or("").to_owned();
        for value in machine.module_var(module, &name, module) {
            machine.activate(module, value);
        }
        machine.serve(module, &Values::new());
    }
}
