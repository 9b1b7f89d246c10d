//! Edges: what code uses, what annotations state, ways in and triggers.

use std::collections::{BTreeMap, BTreeSet};

use klo_diagnostics::codes::{bindings as codes, linking};
use klo_diagnostics::{Diagnostic, did_you_mean, list_of};
use klo_intent::{
    Access, AttrValue, Binding, EXPOSE_KEYS, Edge, Field, IntentId, Kind, MethodUse, Node, Place,
    PoolUse, TRIGGER_KEYS,
};
use klo_source::Span;

use super::intents::Assembly;
use super::uses::Use;
use super::value::Tag;
use crate::declare::{Declaration, Expose, Trigger, Uses, Values};
use crate::facts::{ScopeId, place_of};
use crate::knowledge;

/// Adds every edge of every unit.
pub(crate) fn add(assembly: &mut Assembly<'_>) {
    for (index, declaration) in assembly.declared.declarations.iter().enumerate() {
        let Some(unit) = assembly.by_declaration.get(&index).copied() else {
            continue;
        };
        if !declaration.capability.is_unit() {
            continue;
        }
        let Some(position) = assembly
            .runs
            .iter()
            .position(|run| run.declaration == index)
        else {
            continue;
        };
        let mut edges = used(assembly, position, unit);
        for uses in &declaration.uses {
            stated(assembly, unit, uses, &mut edges);
        }
        let bound: BTreeSet<String> = edges
            .values()
            .flat_map(|edge| edge.bindings.iter().map(|binding| binding.variable.clone()))
            .collect();
        note_shared_variables(assembly, unit, &edges);
        let inert = assembly.inert(position, &bound);
        note_inert(assembly, unit, &inert);
        note_unannotated(assembly, position, unit, &edges);
        if let Some(code) = &mut assembly.intents[unit.0 as usize].code {
            code.inert = inert;
        }
        assembly.edges.extend(edges.into_values());
        for expose in &declaration.exposes {
            let edge = exposed(assembly, declaration, unit, expose);
            assembly.edges.push(edge);
        }
        for trigger in &declaration.triggers {
            if let Some(edge) = triggered(assembly, declaration, unit, trigger) {
                assembly.edges.push(edge);
            }
        }
        scheduled(assembly, declaration, unit);
    }
    warn_unreached(assembly);
}

/// Edges that the code shows.
fn used(assembly: &mut Assembly<'_>, position: usize, unit: IntentId) -> BTreeMap<Node, Edge> {
    let uses: Vec<(Tag, Use)> = assembly.runs[position]
        .uses
        .iter()
        .map(|(tag, found)| (*tag, found.clone()))
        .collect();
    let mut edges = BTreeMap::new();
    for (tag, found) in uses {
        let index = assembly.declared.tags[tag.0 as usize];
        let Some(resource) = assembly.by_declaration.get(&index).copied() else {
            continue;
        };
        let kind = assembly.intents[resource.0 as usize].kind;
        let (access, methods) = accesses(kind, &found);
        let mut edge = Edge::new(Node::Intent(unit), Node::Intent(resource), Access::Read);
        edge.access = access;
        edge.methods = methods;
        edge.at = found.at.iter().copied().collect();
        // A chain of calls is one place.
        edge.at.dedup_by_key(|span| (span.file, span.start));
        edge.places = places(assembly, &edge.at);
        edge.bindings = bindings_of(assembly, position, tag, resource);
        edge.pools = pools_of(assembly, position, tag, kind);
        warn_without_tls(assembly, position, tag, resource);
        edges.insert(Node::Intent(resource), edge);
    }
    edges
}

/// What the methods called on a resource of a kind amount to.
fn accesses(kind: Kind, found: &Use) -> (BTreeSet<Access>, BTreeSet<MethodUse>) {
    let mut access = BTreeSet::new();
    let mut methods = BTreeSet::new();
    match kind {
        Kind::Database | Kind::Cache => {
            access.insert(Access::Connect);
        }
        Kind::Secret | Kind::Config => {
            access.insert(Access::Read);
            methods.extend(
                found
                    .methods
                    .keys()
                    .filter(|m| !m.service.is_empty())
                    .cloned(),
            );
        }
        Kind::Volume => {
            for method in found.methods.keys() {
                match knowledge::path_access(&method.method) {
                    Some(false) => {
                        access.insert(Access::Read);
                    }
                    // What klo does not know may do either.
                    _ => access.extend([Access::Read, Access::Write]),
                }
            }
            if access.is_empty() {
                access.extend([Access::Read, Access::Write]);
            }
        }
        _ => {
            for method in found
                .methods
                .keys()
                .filter(|method| !method.service.is_empty())
            {
                let known = knowledge::aws::access(&method.service, &method.method);
                access.extend(known.into_iter().flatten().copied());
                methods.insert(method.clone());
            }
            narrow(kind, &mut access);
        }
    }
    (access, methods)
}

/// A queue is published to and consumed from; finding it first is no access of its own.
fn narrow(kind: Kind, access: &mut BTreeSet<Access>) {
    if matches!(kind, Kind::Queue | Kind::Topic) && access.len() > 1 {
        access.remove(&Access::Read);
    }
}

/// Spans as the items that hold them.
fn places(assembly: &Assembly<'_>, spans: &[Span]) -> Vec<Place> {
    let mut found: Vec<Place> = spans.iter().map(|span| place_at(assembly, *span)).collect();
    found.sort();
    found.dedup();
    found
}

fn place_at(assembly: &Assembly<'_>, span: Span) -> Place {
    let Some(file) = assembly
        .program
        .files
        .iter()
        .find(|file| file.id == span.file)
    else {
        return Place::new("klo.yaml", "module");
    };
    let innermost = file
        .facts
        .scopes
        .iter()
        .enumerate()
        .filter(|(_, scope)| scope.range.start <= span.start && span.end <= scope.range.end)
        .min_by_key(|(_, scope)| scope.range.end - scope.range.start)
        .map_or(ScopeId(0), |(index, _)| ScopeId(index as u32));
    place_of(&file.path, &file.scope(innermost).qualified)
}

/// The variables through which this unit finds the resource: those it reads itself, else all.
fn bindings_of(
    assembly: &mut Assembly<'_>,
    position: usize,
    tag: Tag,
    resource: IntentId,
) -> Vec<Binding> {
    let all = assembly.intents[resource.0 as usize].bindings.clone();
    let Some(found) = assembly.runs[position].found.get(&tag) else {
        return all;
    };
    let read: BTreeSet<&String> = found.fields.keys().map(|(variable, _)| variable).collect();
    let own: Vec<Binding> = all
        .iter()
        .filter(|binding| read.contains(&binding.variable))
        .cloned()
        .collect();
    if own.is_empty() { all } else { own }
}

fn pools_of(assembly: &Assembly<'_>, position: usize, tag: Tag, kind: Kind) -> Vec<PoolUse> {
    if !matches!(kind, Kind::Database | Kind::Cache) {
        return Vec::new();
    }
    let found = assembly.runs[position]
        .found
        .get(&tag)
        .or_else(|| assembly.found.get(&tag));
    let pools = found.into_iter().flat_map(|found| &found.pools);
    pools
        .map(|pool| PoolUse {
            library: pool.library.to_owned(),
            size: pool.size,
            overflow: pool.overflow,
            at: pool.at,
        })
        .collect()
}

/// A cache client from parts must ask for TLS itself.
fn warn_without_tls(assembly: &mut Assembly<'_>, position: usize, tag: Tag, resource: IntentId) {
    let intent = &assembly.intents[resource.0 as usize];
    let Some(found) = assembly.runs[position].found.get(&tag) else {
        return;
    };
    let from_parts = intent
        .bindings
        .iter()
        .any(|binding| binding.field == Field::Host)
        && !intent
            .bindings
            .iter()
            .any(|binding| binding.field == Field::Url);
    let stated = intent.stated.contains_key("existing");
    if intent.kind != Kind::Cache
        || !from_parts
        || stated
        || found.tls
        || assembly.warned.contains(&tag)
    {
        return;
    }
    let diagnostic = Diagnostic::warning(
        codes::CACHE_WITHOUT_TLS,
        intent.at,
        format!(
            "the client of {} does not use TLS, which the cache requires",
            intent.id()
        ),
    )
    .help("pass `ssl=True` where the client is made, or read a whole URL")
    .subject(intent.id());
    assembly.warned.insert(tag);
    assembly.diagnostics.push(diagnostic);
}

/// An edge that `uses` states, added to what the code shows.
fn stated(
    assembly: &mut Assembly<'_>,
    unit: IntentId,
    uses: &Uses,
    edges: &mut BTreeMap<Node, Edge>,
) {
    let node = match uses.to.split_once(':') {
        Some((app, intent)) => Node::OtherApp {
            app: app.to_owned(),
            intent: intent.to_owned(),
        },
        None => match named(assembly, &uses.to, uses.to_at) {
            Some(id) => Node::Intent(id),
            None => return,
        },
    };
    let kind = match &node {
        Node::Intent(id) => Some(assembly.intents[id.0 as usize].kind),
        Node::OtherApp { intent, .. } => {
            intent.split_once('.').and_then(|(k, _)| Kind::from_name(k))
        }
        _ => None,
    };
    let allowed = kind.map(accesses_of).unwrap_or(&[]);
    let access: BTreeSet<Access> = if uses.access.is_empty() {
        allowed.iter().copied().collect()
    } else {
        uses.access.iter().copied().collect()
    };
    if let (Some(kind), Some(wrong)) = (
        kind,
        uses.access.iter().find(|access| !allowed.contains(access)),
    ) {
        let names: Vec<&str> = allowed.iter().map(|access| access.name()).collect();
        assembly.diagnostics.push(
            Diagnostic::error(
                linking::WRONG_ACCESS,
                uses.at,
                format!("a {kind} has no access `{wrong}`"),
            )
            .help(format!("it has {}", list_of(names))),
        );
        return;
    }
    let bindings = match &node {
        Node::Intent(id) => assembly.intents[id.0 as usize].bindings.clone(),
        _ => Vec::new(),
    };
    let edge = edges.entry(node.clone()).or_insert_with(|| {
        let mut edge = Edge::new(Node::Intent(unit), node, Access::Read);
        edge.access.clear();
        edge.bindings = if uses.bind.is_empty() {
            bindings
        } else {
            Vec::new()
        };
        edge
    });
    edge.access.extend(access.iter().copied());
    edge.stated.extend(access);
    edge.at.push(uses.at);
    edge.at.sort();
    edge.at.dedup();
    for bind in &uses.bind {
        edge.extra.insert(bind.variable.clone(), bind.field);
    }
    let all = edge.at.clone();
    let found = places(assembly, &all);
    for edge in edges.values_mut().filter(|edge| edge.at == all) {
        edge.places.clone_from(&found);
    }
}

const fn accesses_of(kind: Kind) -> &'static [Access] {
    match kind {
        Kind::Database | Kind::Cache => &[Access::Connect],
        Kind::Bucket | Kind::Table | Kind::Volume => &[Access::Read, Access::Write],
        Kind::Queue => &[Access::Publish, Access::Consume],
        Kind::Topic => &[Access::Publish],
        Kind::Secret | Kind::Config => &[Access::Read],
        Kind::Service | Kind::Function | Kind::Job => &[Access::Invoke],
        Kind::Site => &[Access::Read],
    }
}

/// The intent that a name or `kind.name` means.
fn named(assembly: &mut Assembly<'_>, name: &str, at: Span) -> Option<IntentId> {
    let matching =
        |(_, intent): &(usize, &klo_intent::Intent)| intent.id() == name || intent.name == name;
    let found: Vec<usize> = assembly
        .intents
        .iter()
        .enumerate()
        .filter(matching)
        .map(|(index, _)| index)
        .collect();
    match found.as_slice() {
        [one] => Some(IntentId(*one as u32)),
        [] => {
            let ids: Vec<String> = assembly.intents.iter().map(|intent| intent.id()).collect();
            let names: Vec<String> = assembly.intents.iter().map(|i| i.name.clone()).collect();
            unknown(
                assembly,
                name,
                at,
                &if name.contains('.') { ids } else { names },
            );
            None
        }
        several => {
            let ids: Vec<String> = several.iter().map(|i| assembly.intents[*i].id()).collect();
            assembly.diagnostics.push(
                Diagnostic::error(
                    linking::AMBIGUOUS_INTENT,
                    at,
                    format!(
                        "`{name}` may mean {}",
                        list_of(ids.iter().map(String::as_str))
                    ),
                )
                .help("write the kind before the name"),
            );
            None
        }
    }
}

fn unknown(assembly: &mut Assembly<'_>, name: &str, at: Span, candidates: &[String]) {
    let near = did_you_mean(name, candidates.iter().map(String::as_str));
    let help = match near {
        Some(near) => format!("did you mean `{near}`?"),
        None if candidates.is_empty() => {
            "annotate it where the code makes it, or add it under `declare` in klo.yaml".to_owned()
        }
        None => format!(
            "there are {}",
            list_of(candidates.iter().map(String::as_str))
        ),
    };
    assembly.diagnostics.push(
        Diagnostic::error(
            linking::UNKNOWN_INTENT,
            at,
            format!("this app has no intent `{name}`"),
        )
        .help(help),
    );
}

fn options(
    keys: &'static [klo_intent::Attribute],
    values: &Values,
) -> BTreeMap<&'static str, AttrValue> {
    keys.iter()
        .map(|key| {
            let value = values.get(key.name).map(|(value, _)| value.clone());
            (key.name, value.unwrap_or_default())
        })
        .collect()
}

fn exposed(
    assembly: &Assembly<'_>,
    declaration: &Declaration,
    unit: IntentId,
    expose: &Expose,
) -> Edge {
    let from = if expose.internet {
        Node::Internet
    } else {
        Node::Internal
    };
    let mut edge = Edge::new(from, Node::Intent(unit), Access::Expose);
    edge.options = options(EXPOSE_KEYS, &expose.values);
    edge.at = vec![expose.at];
    edge.places = vec![declaration.place.clone()];
    let _ = assembly;
    edge
}

fn triggered(
    assembly: &mut Assembly<'_>,
    declaration: &Declaration,
    unit: IntentId,
    trigger: &Trigger,
) -> Option<Edge> {
    let from = match Kind::from_name(trigger.source) {
        None => Node::Schedule(unit),
        Some(kind) => {
            let plain = trigger
                .name
                .strip_prefix(&format!("{kind}."))
                .unwrap_or(&trigger.name);
            let found = assembly
                .intents
                .iter()
                .position(|i| i.kind == kind && i.name == plain);
            match found {
                Some(index) => Node::Intent(IntentId(index as u32)),
                None => {
                    let names: Vec<String> = assembly
                        .intents
                        .iter()
                        .filter(|intent| intent.kind == kind)
                        .map(|intent| intent.name.clone())
                        .collect();
                    let (name, at) = (trigger.name.clone(), trigger.name_at);
                    unknown(assembly, &name, at, &names);
                    return None;
                }
            }
        }
    };
    let mut edge = Edge::new(from, Node::Intent(unit), Access::Trigger);
    edge.options = options(TRIGGER_KEYS, &trigger.values);
    edge.at = vec![trigger.at];
    edge.places = vec![declaration.place.clone()];
    Some(edge)
}

/// A job's own schedule is an edge from the clock.
fn scheduled(assembly: &mut Assembly<'_>, declaration: &Declaration, unit: IntentId) {
    let intent = &assembly.intents[unit.0 as usize];
    let Some((value, at)) = intent.stated.get("schedule") else {
        return;
    };
    let mut edge = Edge::new(Node::Schedule(unit), Node::Intent(unit), Access::Trigger);
    edge.options = options(TRIGGER_KEYS, &Values::new());
    edge.options.insert("schedule", value.clone());
    edge.at = vec![*at];
    edge.places = vec![declaration.place.clone()];
    assembly.edges.push(edge);
}

fn note_shared_variables(
    assembly: &mut Assembly<'_>,
    unit: IntentId,
    edges: &BTreeMap<Node, Edge>,
) {
    let mut seen: BTreeMap<&str, (&Binding, String)> = BTreeMap::new();
    let mut found = Vec::new();
    for edge in edges.values() {
        let Node::Intent(id) = edge.to else { continue };
        let resource = assembly.intents[id.0 as usize].id();
        for binding in &edge.bindings {
            if let Some((first, other)) = seen.get(binding.variable.as_str()) {
                found.push(
                    Diagnostic::error(
                        codes::SHARED_VARIABLE,
                        binding.at,
                        format!(
                            "`{}` would have to hold {} of {resource} and {} of {other}",
                            binding.variable, binding.field, first.field
                        ),
                    )
                    .help("read another variable for one of them")
                    .related(first.at, "read here for the other")
                    .subject(resource.clone()),
                );
            } else {
                seen.insert(&binding.variable, (binding, resource.clone()));
            }
        }
    }
    let _ = unit;
    for diagnostic in found {
        if !assembly.diagnostics.contains(&diagnostic) {
            assembly.diagnostics.push(diagnostic);
        }
    }
}

fn note_inert(assembly: &mut Assembly<'_>, unit: IntentId, inert: &[klo_intent::InertBinding]) {
    let id = assembly.intents[unit.0 as usize].id();
    for binding in inert {
        let note = Diagnostic::note(
            codes::INERT_BINDING,
            binding.at,
            format!(
                "{id} imports this and does not use {}: `{}` is set to `{}`, which reaches nothing",
                binding.intent, binding.variable, binding.value
            ),
        )
        .subject(id.clone());
        assembly.diagnostics.push(note);
    }
}

/// Calls on clients that no annotation stands for, unless the unit states what it uses.
fn note_unannotated(
    assembly: &mut Assembly<'_>,
    position: usize,
    unit: IntentId,
    edges: &BTreeMap<Node, Edge>,
) {
    if edges.values().any(|edge| !edge.stated.is_empty()) {
        return;
    }
    let id = assembly.intents[unit.0 as usize].id();
    for (ty, spans) in assembly.runs[position].unannotated.clone() {
        let Some(first) = spans.first() else { continue };
        let note = Diagnostic::note(
            linking::UNANNOTATED_CLIENT,
            *first,
            format!("{id} calls a client (`{ty}`) that no annotation stands for"),
        )
        .help(
            "annotate the line that makes it, or state the edge on the unit with `uses(to = \"…\")`",
        )
        .subject(id.clone());
        assembly.diagnostics.push(note);
    }
}

fn warn_unreached(assembly: &mut Assembly<'_>) {
    let reached: BTreeSet<IntentId> = assembly
        .edges
        .iter()
        .flat_map(|edge| [edge.from.intent(), edge.to.intent()])
        .flatten()
        .collect();
    let mut found = Vec::new();
    for (index, declaration) in assembly.declared.declarations.iter().enumerate() {
        let Some(id) = assembly.by_declaration.get(&index) else {
            continue;
        };
        if declaration.capability.is_unit() || reached.contains(id) {
            continue;
        }
        let intent = &assembly.intents[id.0 as usize];
        let imported = assembly
            .runs
            .iter()
            .any(|run| run.files.contains(&*declaration.path));
        let reason = if assembly.runs.is_empty() {
            "the app has no service, function or job yet"
        } else if imported {
            "a unit imports the file, but no code that it reaches calls anything on it"
        } else {
            "no unit imports the file that makes it"
        };
        found.push(
            Diagnostic::warning(
                linking::UNREACHED_RESOURCE,
                declaration.at,
                format!("no unit reaches {}: {reason}", intent.id()),
            )
            .help(format!(
                "if one uses it in a way that reading the code cannot show, state it on the unit: \
                 `uses(to = \"{}\")`",
                intent.id()
            ))
            .subject(intent.id()),
        );
    }
    assembly.diagnostics.extend(found);
}
