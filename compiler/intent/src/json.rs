use klo_source::{SourceMap, Span};
use serde_json::{Map, Value, json};

use crate::graph::{Decision, Intent, IntentGraph};
use crate::place::Place;

/// How places are printed.
#[derive(Clone, Copy)]
pub enum PlaceStyle<'a> {
    /// `file`, `line` and `column`: for commands.
    Lines(&'a SourceMap),
    /// `file` and `item`: for files, which must not change when code moves.
    Items,
}

/// The graph of one app and environment as language.md §2 lays it out; the same graph gives the
/// same bytes.
pub fn graph_json(graph: &IntentGraph, decisions: &[Decision], style: PlaceStyle<'_>) -> Value {
    let mut intents: Vec<(String, &Intent)> = graph
        .intents
        .iter()
        .map(|intent| (intent.id(), intent))
        .collect();
    intents.sort_by(|a, b| a.0.cmp(&b.0));
    let intents: Vec<Value> = intents
        .into_iter()
        .map(|(id, intent)| {
            let attributes: Map<String, Value> = intent
                .settings
                .iter()
                .map(|(name, setting)| ((*name).to_owned(), setting.value.to_json()))
                .collect();
            json!({
                "id": id,
                "kind": intent.kind.name(),
                "name": intent.name,
                "attributes": attributes,
                "at": place_json(intent.at, &intent.place, style),
            })
        })
        .collect();
    let mut edges: Vec<(String, String, Value)> = graph
        .edges
        .iter()
        .map(|edge| edge_json(graph, edge, style))
        .collect();
    edges.sort_by(|a, b| (&a.0, &a.1).cmp(&(&b.0, &b.1)));
    let edges: Vec<Value> = edges.into_iter().map(|(_, _, edge)| edge).collect();
    let mut decisions: Vec<&Decision> = decisions.iter().collect();
    decisions.sort_by_key(|decision| (decision.code, &decision.subject, &decision.chosen));
    json!({
        "version": 1,
        "app": graph.app,
        "environment": graph.deployment.as_ref().map(|deployment| &deployment.environment),
        "intents": intents,
        "edges": edges,
        "decisions": decisions,
    })
}

fn edge_json(
    graph: &IntentGraph,
    edge: &crate::Edge,
    style: PlaceStyle<'_>,
) -> (String, String, Value) {
    let (from, to) = (graph.node_id(&edge.from), graph.node_id(&edge.to));
    let at: Vec<Value> = match style {
        PlaceStyle::Lines(sources) => edge
            .at
            .iter()
            .map(|span| line_json(*span, sources))
            .collect(),
        PlaceStyle::Items => edge.places.iter().map(item_json).collect(),
    };
    let value = json!({ "from": from, "to": to, "access": edge.access, "at": at });
    (from, to, value)
}

fn place_json(span: Span, place: &Place, style: PlaceStyle<'_>) -> Value {
    match style {
        PlaceStyle::Lines(sources) => line_json(span, sources),
        PlaceStyle::Items => item_json(place),
    }
}

fn item_json(place: &Place) -> Value {
    json!({ "file": &*place.file, "item": &*place.item })
}

fn line_json(span: Span, sources: &SourceMap) -> Value {
    let at = sources.location(span);
    json!({ "file": &*at.file, "line": at.start.line, "column": at.start.column })
}
