//! Edges into units: from whoever may call them, and from what triggers them.

use std::collections::BTreeMap;

use klo_intent::{Access, AttrValue, EXPOSE_KEYS, Edge, IntentId, Kind, Node, TRIGGER_KEYS};

use super::intents::Assembly;
use super::stated::unknown;
use crate::declare::{Declaration, Expose, Trigger, Values};

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

pub(crate) fn exposed(
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

pub(crate) fn triggered(
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
pub(crate) fn scheduled(assembly: &mut Assembly<'_>, declaration: &Declaration, unit: IntentId) {
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
