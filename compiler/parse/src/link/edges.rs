//! Edges: what code uses, what annotations state, ways in and triggers.

use std::collections::{BTreeMap, BTreeSet};

use klo_intent::{Access, Binding, Edge, IntentId, Kind, MethodUse, Node, Place, PoolUse};
use klo_source::Span;

use super::edge_notes::{
    note_inert, note_shared_variables, note_unannotated, note_undecided, note_unfollowed,
    note_unknown_imports, warn_unreached, warn_without_tls,
};
use super::intents::Assembly;
use super::stated::stated;
use super::uses::Use;
use super::value::Tag;
use super::ways_in::{exposed, scheduled, triggered};
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
        note_shared_variables(assembly, &edges);
        let inert = assembly.inert(position, &bound);
        note_inert(assembly, unit, &inert);
        note_unannotated(assembly, position, unit, &edges);
        note_unfollowed(assembly, position, unit, &edges);
        note_unknown_imports(assembly, position, unit, &edges);
        note_undecided(assembly, position, unit, &edges);
        if let Some(code) = &mut assembly.intents[unit.0 as usize].code {
            code.inert = inert;
        }
        assembly.edges.extend(edges.into_values());
        for expose in &declaration.exposes {
            let edge = exposed(declaration, unit, expose);
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
        edge.arguments = found
            .arguments
            .iter()
            .filter(|argument| methods.contains(&argument.call))
            .cloned()
            .collect();
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
                access.extend(knowledge::aws::access(&method.service, &method.method));
                methods.insert(method.clone());
            }
            let arguments = found.arguments.iter();
            access.extend(arguments.flat_map(knowledge::aws::access_of_argument));
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
pub(crate) fn places(assembly: &Assembly<'_>, spans: &[Span]) -> Vec<Place> {
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
    // An annotation stands above its item, where no scope is.
    let annotation = file
        .facts
        .annotations
        .iter()
        .find(|found| found.annotation.range == span.range());
    if let Some(found) = annotation {
        return place_of(&file.path, &found.item.qualified);
    }
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
