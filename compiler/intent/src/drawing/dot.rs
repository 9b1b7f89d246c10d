use std::collections::BTreeMap;

use crate::edge::Node;
use crate::graph::IntentGraph;
use crate::kind::Kind;

/// The graph in Graphviz's language, sorted; the same graph gives the same bytes.
pub fn graph_dot(graph: &IntentGraph) -> String {
    let mut out = format!("digraph {} {{\n  rankdir=LR;\n", text(&graph.app));
    for (id, kind) in nodes(graph) {
        let shape = match kind {
            Some(kind) if kind.is_data() => "cylinder",
            Some(Kind::Queue | Kind::Topic) => "cds",
            Some(Kind::Secret | Kind::Config) => "note",
            Some(_) => "box",
            None => "oval",
        };
        out.push_str(&format!("  {} [shape={shape}];\n", text(&id)));
    }
    let mut edges: Vec<_> = graph
        .edges
        .iter()
        .map(|edge| {
            let access: Vec<&str> = edge.access.iter().map(|access| access.name()).collect();
            let (from, to) = (graph.node_id(&edge.from), graph.node_id(&edge.to));
            (from, to, access.join(", "))
        })
        .collect();
    edges.sort();
    for (from, to, access) in edges {
        out.push_str(&format!(
            "  {} -> {} [label={}];\n",
            text(&from),
            text(&to),
            text(&access)
        ));
    }
    out.push_str("}\n");
    out
}

/// Every intent, and every other end of an edge, by id.
fn nodes(graph: &IntentGraph) -> BTreeMap<String, Option<Kind>> {
    let ends = graph.edges.iter().flat_map(|edge| [&edge.from, &edge.to]);
    let others = ends
        .filter(|node| !matches!(node, Node::Intent(_)))
        .map(|node| (graph.node_id(node), None));
    let intents = graph.intents.iter();
    intents
        .map(|intent| (intent.id(), Some(intent.kind)))
        .chain(others)
        .collect()
}

fn text(raw: &str) -> String {
    let escaped = raw.replace('\\', "\\\\").replace('"', "\\\"");
    let flat: String = escaped
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    format!("\"{flat}\"")
}
