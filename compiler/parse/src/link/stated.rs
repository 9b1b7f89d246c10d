//! Edges that `uses` states, and the intents that names mean.

use std::collections::{BTreeMap, BTreeSet};

use klo_diagnostics::codes::linking;
use klo_diagnostics::{Diagnostic, did_you_mean, list_of};
use klo_intent::{Access, Edge, IntentId, Kind, Node};
use klo_source::Span;

use super::edges::places;
use super::intents::Assembly;
use crate::declare::Uses;

/// An edge that `uses` states, added to what the code shows.
pub(crate) fn stated(
    assembly: &mut Assembly<'_>,
    unit: IntentId,
    uses: &Uses,
    edges: &mut BTreeMap<Node, Edge>,
) {
    let Some(node) = node(assembly, uses) else {
        return;
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

/// What `to` names: an intent of this app, with or without the app's name before it, or another's.
fn node(assembly: &mut Assembly<'_>, uses: &Uses) -> Option<Node> {
    let own = assembly.app().name.clone();
    let (app, intent) = match uses.to.split_once(':') {
        Some((app, intent)) if app != own => (app, intent),
        Some((_, intent)) => return named(assembly, intent, uses.to_at).map(Node::Intent),
        None => return named(assembly, &uses.to, uses.to_at).map(Node::Intent),
    };
    let kind = intent.split_once('.').and_then(|(k, _)| Kind::from_name(k));
    let help = match kind {
        Some(Kind::Job) => {
            "a job is started by units of its own app: let it have a queue or a topic"
        }
        Some(Kind::Config) => "declare the setting in this app too",
        Some(Kind::Volume) => "share files through a bucket",
        Some(Kind::Site) => "a site is read through its public address",
        _ => {
            return Some(Node::OtherApp {
                app: app.to_owned(),
                intent: intent.to_owned(),
            });
        }
    };
    let what = kind.map_or("", Kind::name);
    assembly.diagnostics.push(
        Diagnostic::error(
            linking::NOT_PUBLISHED,
            uses.to_at,
            format!("a {what} of another app cannot be used"),
        )
        .help(help),
    );
    None
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

pub(crate) fn unknown(assembly: &mut Assembly<'_>, name: &str, at: Span, candidates: &[String]) {
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
