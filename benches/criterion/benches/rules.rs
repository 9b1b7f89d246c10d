//! A hundred rules over a thousand intents, beside reading the same graph from JSON.

use std::collections::BTreeMap;
use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use klo_check::{PackRequest, Policy, check_graph, load_packs};
use klo_config::App;
use klo_diagnostics::At;
use klo_intent::{
    Access, AttrValue, Edge, Intent, IntentGraph, IntentId, Kind, Node, Place, PlaceStyle,
    graph_json,
};
use klo_source::{FileId, MemoryTree, SourceMap, Span};

const INTENTS: u32 = 1000;

fn intent(kind: Kind, number: u32) -> Intent {
    let span = Span {
        file: FileId(0),
        start: number,
        end: number + 1,
    };
    let mut stated = BTreeMap::new();
    if kind == Kind::Database {
        stated.insert("engine", (AttrValue::from("postgres"), span));
    }
    Intent {
        stated,
        ..Intent::new(
            kind,
            format!("n{number}"),
            span,
            Place::new("app.py", "item"),
        )
    }
}

/// A third each of services, databases and queues; each service uses the two behind it.
fn graph() -> IntentGraph {
    let kinds = [Kind::Database, Kind::Queue, Kind::Service];
    let mut intents = Vec::new();
    for kind in kinds {
        let share = INTENTS / 3 + u32::from(kind == Kind::Service);
        intents.extend((0..share).map(|number| intent(kind, number)));
    }
    let share = INTENTS / 3;
    let edges = (0..share).flat_map(|number| {
        let from = Node::Intent(IntentId(2 * share + number));
        [(number, Access::Connect), (share + number, Access::Publish)]
            .map(|(to, access)| Edge::new(from.clone(), Node::Intent(IntentId(to)), access))
    });
    IntentGraph {
        app: "large".to_owned(),
        deployment: None,
        edges: edges.collect(),
        intents,
    }
}

/// 90 rules with `require`, 8 that assert on every intent, 2 that assert on the graph.
fn pack() -> String {
    let mut text = String::from("klo-rules: 1\npack: acme/large\nversion: 1.0.0\nrules:\n");
    let rule = |id: usize, on: &str, check: &str| {
        format!("  - {{ id: A-{id}, name: a, on: \"{on}\", level: warn, {check}, why: x }}\n")
    };
    let required = [
        "require: { name: { matches: \"^n[0-9]+$\" } }",
        "require: { region: { in: [us-east-1, eu-west-1] } }",
        "require: { tags: { exists: false } }",
    ];
    for id in 0..90 {
        text.push_str(&rule(id, "*", required[id % required.len()]));
    }
    let asserted = [
        "assert: \"intent.kind != 'database' || intent.encrypted == true\"",
        "assert: \"intent.name.startsWith('n')\"",
        "assert: \"intent.region in ['us-east-1', 'eu-west-1']\"",
        "assert: \"intent.kind != 'service' || intent.timeout <= 900\"",
        "assert: \"intent.kind != 'queue' || intent.fifo == false\"",
        "assert: \"intent.tags == null || intent.tags.size() == 0\"",
        "assert: \"!(intent.kind == 'service' && intent.run_on == 'lambda')\"",
        "assert: \"intent.id.contains('.')\"",
    ];
    for (at, check) in asserted.into_iter().enumerate() {
        text.push_str(&rule(90 + at, "*", check));
    }
    for (at, check) in [
        "assert: \"intents.filter(i, i.kind == 'database').all(i, i.public == false)\"",
        "assert: \"edges.all(e, e.access.size() > 0)\"",
    ]
    .into_iter()
    .enumerate()
    {
        text.push_str(&rule(98 + at, "graph", check));
    }
    text
}

fn policy() -> Policy {
    let tree = MemoryTree::new([("pack.yaml", pack())]);
    let request = PackRequest {
        name: "pack.yaml",
        at: At::Nowhere,
        tree: &tree,
        prefix: "",
        mandatory: false,
    };
    let (rules, diagnostics) = load_packs(&[request], &mut SourceMap::new());
    Policy {
        rules: rules.unwrap_or_else(|| panic!("{diagnostics:?}")),
        ..Policy::none()
    }
}

fn judging(criterion: &mut Criterion) {
    let app = App::with_defaults("large", "");
    let graph = graph();
    let rules = policy();
    let none = Policy::none();
    let verdict = check_graph(&graph, &app, "dev", &rules);
    assert!(verdict.findings.is_empty(), "{:?}", verdict.findings[0]);
    let resolved = verdict.outcome.expect("nothing wrong");
    let json = graph_json(&resolved, &[], PlaceStyle::Items).to_string();
    let mut group = criterion.benchmark_group("1,000 intents");
    group.bench_function("settled, no rules", |bencher| {
        bencher.iter(|| check_graph(black_box(&graph), &app, "dev", &none));
    });
    group.bench_function("settled and judged by 100 rules", |bencher| {
        bencher.iter(|| check_graph(black_box(&graph), &app, "dev", &rules));
    });
    group.bench_function("read from JSON", |bencher| {
        bencher.iter(|| serde_json::from_str::<serde_json::Value>(black_box(&json)));
    });
    group.bench_function("the pack loaded", |bencher| bencher.iter(policy));
    group.finish();
}

criterion_group!(benches, judging);
criterion_main!(benches);
