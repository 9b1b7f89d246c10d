//! The graph as pictures: Mermaid for Markdown, DOT for Graphviz.

use crate::edge::Node;
use crate::graph::IntentGraph;
use crate::kind::Kind;

/// The graph as a Mermaid flow chart, sorted; the same graph gives the same bytes.
pub fn graph_mermaid(graph: &IntentGraph) -> String {
    let mut out = String::from("flowchart LR\n");
    for (id, node) in nodes(graph) {
        let (open, close) = match node.kind {
            Some(Kind::Database | Kind::Cache | Kind::Bucket | Kind::Table | Kind::Volume) => {
                ("[(", ")]")
            }
            Some(Kind::Queue | Kind::Topic) => ("[[", "]]"),
            Some(Kind::Secret | Kind::Config) => ("{{", "}}"),
            Some(_) => ("[", "]"),
            None => ("([", "])"),
        };
        let label = mermaid_text(&id);
        out.push_str(&format!("  {}{open}\"{label}\"{close}\n", symbol(&id)));
    }
    for (from, to, access) in edges(graph) {
        out.push_str(&format!(
            "  {} -->|{access}| {}\n",
            symbol(&from),
            symbol(&to)
        ));
    }
    out
}

/// The graph in Graphviz's language, sorted; the same graph gives the same bytes.
pub fn graph_dot(graph: &IntentGraph) -> String {
    let mut out = format!("digraph {} {{\n  rankdir=LR;\n", dot_text(&graph.app));
    for (id, node) in nodes(graph) {
        let shape = match node.kind {
            Some(kind) if kind.is_data() => "cylinder",
            Some(Kind::Queue | Kind::Topic) => "cds",
            Some(Kind::Secret | Kind::Config) => "note",
            Some(_) => "box",
            None => "oval",
        };
        out.push_str(&format!("  {} [shape={shape}];\n", dot_text(&id)));
    }
    for (from, to, access) in edges(graph) {
        out.push_str(&format!(
            "  {} -> {} [label={}];\n",
            dot_text(&from),
            dot_text(&to),
            dot_text(&access)
        ));
    }
    out.push_str("}\n");
    out
}

struct Drawn {
    kind: Option<Kind>,
}

/// Every intent, and every other end of an edge, by id.
fn nodes(graph: &IntentGraph) -> std::collections::BTreeMap<String, Drawn> {
    let ends = graph.edges.iter().flat_map(|edge| [&edge.from, &edge.to]);
    let others = ends
        .filter(|node| !matches!(node, Node::Intent(_)))
        .map(|node| (graph.node_id(node), Drawn { kind: None }));
    graph
        .intents
        .iter()
        .map(|intent| {
            let kind = Some(intent.kind);
            (intent.id(), Drawn { kind })
        })
        .chain(others)
        .collect()
}

fn edges(graph: &IntentGraph) -> Vec<(String, String, String)> {
    let mut edges: Vec<_> = graph
        .edges
        .iter()
        .map(|edge| {
            let access: Vec<&str> = edge.access.iter().map(|access| access.name()).collect();
            (
                graph.node_id(&edge.from),
                graph.node_id(&edge.to),
                access.join(", "),
            )
        })
        .collect();
    edges.sort();
    edges
}

/// A node's name in Mermaid: letters, digits and underscores. The prefix keeps words that mean
/// something to Mermaid (`end`) from standing alone.
fn symbol(id: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
    format!("n_{}", id.chars().map(plain).collect::<String>())
}

fn mermaid_text(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '"' => "#quot;".to_owned(),
            '#' => "#35;".to_owned(),
            '<' => "#lt;".to_owned(),
            '>' => "#gt;".to_owned(),
            c if c.is_control() => " ".to_owned(),
            c => c.to_string(),
        })
        .collect()
}

fn dot_text(text: &str) -> String {
    let escaped = text.replace('\\', "\\\\").replace('"', "\\\"");
    let flat: String = escaped
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    format!("\"{flat}\"")
}
