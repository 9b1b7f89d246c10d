use std::collections::BTreeSet;

use klo_source::{FileId, Span};

use super::*;
use crate::{Access, Edge, Intent, IntentGraph, IntentId, Kind, Node, Place};

fn intent(kind: Kind, name: &str, file: &str) -> Intent {
    Intent::new(
        kind,
        name.to_owned(),
        Span {
            file: FileId(0),
            start: 0,
            end: 1,
        },
        Place::new(file, name),
    )
}

/// A graph of intents by id and edges by the ids of their ends.
fn graph(ids: &[&str], edges: &[(&str, Access, &str)]) -> IntentGraph {
    let mut intents: Vec<Intent> = ids
        .iter()
        .map(|id| {
            let (kind, name) = id.split_once('.').expect("an id");
            intent(Kind::from_name(kind).expect("a kind"), name, "app.py")
        })
        .collect();
    intents.sort_by_key(|intent| (intent.kind.name(), intent.name.clone()));
    let mut graph = IntentGraph {
        app: "shop".to_owned(),
        deployment: None,
        intents,
        edges: Vec::new(),
    };
    let node = |id: &str| match id {
        "internet" => Node::Internet,
        "internal" => Node::Internal,
        id => match (graph.by_id(id), id.split_once(':')) {
            (Some(id), _) => Node::Intent(id),
            (None, Some((app, intent))) => Node::OtherApp {
                app: app.to_owned(),
                intent: intent.to_owned(),
            },
            (None, None) => {
                let unit = ["service", "function", "job"].into_iter().find_map(|kind| {
                    graph.by_id(&format!("{kind}.{}", id.trim_start_matches("schedule.")))
                });
                Node::Schedule(unit.expect("a unit"))
            }
        },
    };
    let made = edges
        .iter()
        .map(|(from, access, to)| Edge::new(node(from), node(to), *access));
    graph.edges = made.collect();
    graph
}

#[test]
fn a_small_app_is_one_picture() {
    let graph = graph(
        &[
            "service.api",
            "job.report",
            "function.end",
            "database.orders",
            "bucket.files",
            "queue.tasks",
            "secret.key",
            "config.page-size",
            "config.unread",
            "site.web",
            "table.a",
            "table.b",
            "table.c",
        ],
        &[
            ("internet", Access::Expose, "service.api"),
            ("service.api", Access::Connect, "database.orders"),
            ("service.api", Access::Publish, "queue.tasks"),
            ("service.api", Access::Read, "secret.key"),
            ("service.api", Access::Read, "config.page-size"),
            ("queue.tasks", Access::Trigger, "function.end"),
            ("function.end", Access::Write, "bucket.files"),
            ("function.end", Access::Publish, "crm:topic.leads"),
            ("schedule.report", Access::Trigger, "job.report"),
            ("job.report", Access::Read, "bucket.files"),
            ("job.report", Access::Connect, "database.orders"),
            ("job.report", Access::Write, "table.a"),
            ("job.report", Access::Write, "table.b"),
            ("job.report", Access::Write, "table.c"),
        ],
    );
    insta::assert_snapshot!(graph_mermaid(&graph));
}

#[test]
fn nothing_is_a_picture_too() {
    let pictures = graph_pictures(&graph(&[], &[]));
    assert_eq!(pictures.diagrams.len(), 1);
    assert_eq!(pictures.diagrams[0].mermaid, "flowchart LR\n");
    assert!(pictures.legend.is_empty());
}

/// Whatever a name holds, a picture has as many lines as it should and each is what klo prints.
#[test]
fn hostile_names_stay_text() {
    let hostile = [
        "end",
        "\"] --> n_x[\"",
        "%%{init: {\"theme\": \"dark\"}}%%",
        "`code` **bold** _it_ ~x~",
        "a\nclick n_x call alert()\nb",
        "<script>alert(1)</script>",
        "#quot; #35; &lt;",
        "[(x)] {{y}} ((z))",
        "fa:fa-bomb $$x^2$$",
        "1. one",
        "ünïcødé 漢字 🦀",
        "x|y;z\u{202e}\u{0}",
    ];
    let mut shown = String::new();
    for name in hostile {
        let others = [format!("{name}:topic.x"), format!("crm:topic.{name}")];
        let edges = others
            .each_ref()
            .map(|other| ("service.api", Access::Publish, other.as_str()));
        let text = graph_mermaid(&graph(&["service.api"], &edges));
        assert!(!text.contains("%%{"), "{text}");
        let (comments, lines): (Vec<&str>, Vec<&str>) =
            text.lines().partition(|line| line.starts_with("%% "));
        assert_eq!(comments.len(), 2, "{text}");
        assert_eq!(lines.len(), 11, "{text}");
        for line in &lines {
            assert!(is_of_klo(line.trim()), "{line}");
        }
        shown.push_str(&lines[2..4].join("\n"));
        shown.push('\n');
    }
    insta::assert_snapshot!(shown);
}

/// Whether a line is one that klo prints: it begins as one, and a text in it holds nothing but letters
/// and what means nothing.
fn is_of_klo(line: &str) -> bool {
    let known = [
        "flowchart ",
        "subgraph g_",
        "end",
        "n_",
        "linkStyle ",
        "classDef ",
        "class ",
    ];
    let parts: Vec<&str> = line.split('"').collect();
    let plain = |c: char| c.is_alphanumeric() || " -.,/#;…".contains(c) || !c.is_ascii();
    let is_text = |text: &str| text.replace("<br/>", "").chars().all(plain);
    known.iter().any(|known| line.starts_with(known))
        && match parts.as_slice() {
            [_] => true,
            [_, text, _] => is_text(text),
            _ => false,
        }
}

/// An app of many areas that are alike, as large as asked for.
fn areas(number: usize) -> IntentGraph {
    let mut ids = Vec::new();
    let mut edges = Vec::new();
    for area in 0..number {
        for unit in 0..5 {
            ids.push(format!("service.unit-{area}-{unit}"));
            for store in [
                format!("database.main-{area}"),
                "cache.everywhere".to_owned(),
                format!("bucket.next-{}", (area + 1) % number),
                format!("table.own-{area}-{unit}"),
            ] {
                let access = match store.split('.').next() {
                    Some("bucket" | "table") => Access::Write,
                    _ => Access::Connect,
                };
                edges.push((format!("service.unit-{area}-{unit}"), access, store.clone()));
                ids.push(store);
            }
        }
    }
    ids.push("site.alone".to_owned());
    ids.sort();
    ids.dedup();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let edges: Vec<(&str, Access, &str)> = edges
        .iter()
        .map(|(from, access, to)| (from.as_str(), *access, to.as_str()))
        .collect();
    graph(&ids, &edges)
}

/// What Mermaid takes by default: characters of a text and lines (Mermaid 12, `maxTextSize` and
/// `maxEdges`).
const MOST_TEXT: usize = 50_000;
const MOST_LINES: usize = 500;

/// Every node has its name in a picture, or in a list beside them.
fn holds_everything(graph: &IntentGraph) {
    let pictures = graph_pictures(graph);
    let mut texts: Vec<&str> = Vec::new();
    for diagram in &pictures.diagrams {
        assert!(diagram.mermaid.len() < MOST_TEXT);
        let lines = diagram.mermaid.lines().filter(|line| line.contains('|'));
        assert!(lines.count() < MOST_LINES);
        texts.push(&diagram.mermaid);
    }
    let listed: BTreeSet<&String> = [
        &pictures.counted,
        &pictures.unread,
        &pictures.loose,
        &pictures.unnamed,
    ]
    .into_iter()
    .flatten()
    .collect();
    for intent in &graph.intents {
        let named = |text: &&str| {
            text.contains(&format!("<br/>{}\"", intent.name))
                || text.contains(&format!("<br/>{}<br/>", intent.name))
        };
        assert!(
            texts.iter().any(named) || listed.contains(&intent.id()),
            "{}",
            intent.id()
        );
    }
    let drawn: Vec<&String> = pictures
        .diagrams
        .iter()
        .flat_map(|one| &one.units)
        .collect();
    let once: BTreeSet<&&String> = drawn.iter().collect();
    assert_eq!(once.len(), drawn.len(), "a unit is in one part");
    assert_eq!(graph_pictures(graph), pictures);
}

#[test]
fn a_large_app_is_an_overview_and_parts() {
    let graph = areas(12);
    holds_everything(&graph);
    let pictures = graph_pictures(&graph);
    assert_eq!(pictures.diagrams.len(), 13);
    assert_eq!(pictures.diagrams[0].part, None);
    assert_eq!(pictures.diagrams[1].units.len(), 5);
    insta::assert_snapshot!(pictures.diagrams[0].mermaid);
}

#[test]
fn a_huge_app_has_no_overview_and_says_so() {
    let graph = areas(60);
    holds_everything(&graph);
    let pictures = graph_pictures(&graph);
    assert!(pictures.lacks_overview);
    assert_eq!(pictures.loose, ["site.alone"]);
    assert!(graph_mermaid(&graph).contains("%% There are too many parts for an overview.\n"));
}

#[test]
fn a_unit_of_a_thousand_stores_is_one_box_of_each_sort() {
    let tables: Vec<String> = (0..1000)
        .map(|number| format!("table.t-{number}"))
        .collect();
    let mut ids: Vec<&str> = tables.iter().map(String::as_str).collect();
    ids.push("service.api");
    let edges: Vec<(&str, Access, &str)> = tables
        .iter()
        .map(|table| ("service.api", Access::Write, table.as_str()))
        .collect();
    let graph = graph(&ids, &edges);
    holds_everything(&graph);
    let pictures = graph_pictures(&graph);
    assert_eq!(pictures.unnamed.len(), 994);
    assert!(pictures.diagrams[0].mermaid.contains("1000 tables<br/>"));
}

/// The former wording of the ids stays in the form for Graphviz.
#[test]
fn graphviz_draws_every_node_and_edge() {
    let graph = graph(
        &["service.api", "secret.key"],
        &[
            ("internet", Access::Expose, "service.api"),
            ("service.api", Access::Read, "secret.key"),
        ],
    );
    insta::assert_snapshot!(graph_dot(&graph));
}

/// A chain of units is longer than it is wide, and a circle of them ends.
#[test]
fn circles_are_drawn() {
    let graph = graph(
        &["service.a", "service.b"],
        &[
            ("service.a", Access::Invoke, "service.b"),
            ("service.b", Access::Invoke, "service.a"),
        ],
    );
    let text = &graph_pictures(&graph).diagrams[0].mermaid;
    assert!(text.contains("n_service_a -->|invoke| n_service_b"));
    assert!(text.contains("n_service_b -->|invoke| n_service_a"));
    assert!(graph.by_id("service.a") == Some(IntentId(0)));
}
