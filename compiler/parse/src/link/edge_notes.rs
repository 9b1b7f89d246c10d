//! What edges give reason to tell: variables that would hold two values, clients that no annotation
//! stands for, resources that nothing reaches.

use std::collections::{BTreeMap, BTreeSet};

use klo_diagnostics::Diagnostic;
use klo_diagnostics::codes::{bindings as codes, linking};
use klo_intent::{Binding, Edge, Field, IntentId, Kind, Node};

use super::intents::Assembly;
use super::value::Tag;

/// A cache client from parts must ask for TLS itself.
pub(crate) fn warn_without_tls(
    assembly: &mut Assembly<'_>,
    position: usize,
    tag: Tag,
    resource: IntentId,
) {
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

pub(crate) fn note_shared_variables(assembly: &mut Assembly<'_>, edges: &BTreeMap<Node, Edge>) {
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
    for diagnostic in found {
        if !assembly.diagnostics.contains(&diagnostic) {
            assembly.diagnostics.push(diagnostic);
        }
    }
}

pub(crate) fn note_inert(
    assembly: &mut Assembly<'_>,
    unit: IntentId,
    inert: &[klo_intent::InertBinding],
) {
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
pub(crate) fn note_unannotated(
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

/// Resources that are handed to what klo cannot follow, where nothing else shows that they are used.
pub(crate) fn note_unfollowed(
    assembly: &mut Assembly<'_>,
    position: usize,
    unit: IntentId,
    edges: &BTreeMap<Node, Edge>,
) {
    let id = assembly.intents[unit.0 as usize].id();
    for (tag, spans) in assembly.runs[position].unfollowed.clone() {
        let declaration = assembly.declared.tags[tag.0 as usize];
        let Some(resource) = assembly.by_declaration.get(&declaration).copied() else {
            continue;
        };
        let (Some(first), false) = (spans.first(), edges.contains_key(&Node::Intent(resource)))
        else {
            continue;
        };
        let resource = assembly.intents[resource.0 as usize].id();
        let note = Diagnostic::note(
            linking::UNFOLLOWED_USE,
            *first,
            format!("{id} hands {resource} to a call that reading the code cannot follow"),
        )
        .help(format!(
            "if that uses it, state the edge on the unit: `uses(to = \"{resource}\")`"
        ))
        .subject(id.clone());
        assembly.diagnostics.push(note);
    }
}

/// Variables and fields that may be one of several resources, where it is not shown that each is used.
pub(crate) fn note_undecided(
    assembly: &mut Assembly<'_>,
    position: usize,
    unit: IntentId,
    edges: &BTreeMap<Node, Edge>,
) {
    let id = assembly.intents[unit.0 as usize].id();
    for (at, tags) in assembly.runs[position].undecided.clone() {
        let resources: BTreeSet<IntentId> = tags
            .iter()
            .filter_map(|tag| {
                let declaration = assembly.declared.tags[tag.0 as usize];
                assembly.by_declaration.get(&declaration).copied()
            })
            .collect();
        let all_used = resources
            .iter()
            .all(|resource| edges.contains_key(&Node::Intent(*resource)));
        if all_used {
            continue;
        }
        let names: Vec<String> = resources
            .iter()
            .map(|resource| assembly.intents[resource.0 as usize].id())
            .collect();
        let example = names.first().cloned().unwrap_or_default();
        let note = Diagnostic::note(
            linking::UNFOLLOWED_USE,
            at,
            format!(
                "this is one of {} by its type, and reading the code cannot tell which",
                klo_diagnostics::list_of(names.iter().map(String::as_str))
            ),
        )
        .help(format!(
            "state the edge to the one that is used on the unit, for example `uses(to = \"{example}\")`"
        ))
        .subject(id.clone());
        assembly.diagnostics.push(note);
    }
}

/// Imports of modules by names that reading does not show, unless the unit states what it uses.
pub(crate) fn note_unknown_imports(
    assembly: &mut Assembly<'_>,
    position: usize,
    unit: IntentId,
    edges: &BTreeMap<Node, Edge>,
) {
    if edges.values().any(|edge| !edge.stated.is_empty()) {
        return;
    }
    let id = assembly.intents[unit.0 as usize].id();
    for at in assembly.runs[position].unknown_imports.clone() {
        let note = Diagnostic::note(
            linking::UNKNOWN_IMPORT,
            at,
            format!("{id} imports by a name that reading the code does not show"),
        )
        .help("state what the code that it imports uses on the unit: `uses(to = \"…\")`")
        .subject(id.clone());
        assembly.diagnostics.push(note);
    }
}

pub(crate) fn warn_unreached(assembly: &mut Assembly<'_>) {
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
