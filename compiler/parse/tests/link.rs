//! Every fixture app has exactly the graph that a reader would draw.
#![allow(
    clippy::disallowed_methods,
    reason = "a test reads its fixtures from disk"
)]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use klo_diagnostics::{Diagnostic, Level};
use klo_intent::{EntryCall, IntentGraph};
use klo_source::{DiskTree, SourceMap};
use serde_json::{Value, json};

fn read(dir: &Path) -> (IntentGraph, Vec<String>) {
    let (graph, diagnostics) = read_all(dir);
    let shown = diagnostics
        .iter()
        .filter(|diagnostic| diagnostic.level != Level::Note)
        .map(shown)
        .collect();
    (graph, shown)
}

fn shown(diagnostic: &Diagnostic) -> String {
    format!(
        "{:?} {:?} {}",
        diagnostic.level, diagnostic.code, diagnostic.message
    )
}

fn read_all(dir: &Path) -> (IntentGraph, Vec<Diagnostic>) {
    let tree = DiskTree::new(dir).expect("the fixture is a folder");
    let mut sources = SourceMap::new();
    let name = dir
        .file_name()
        .and_then(|name| name.to_str())
        .unwrap_or("app");
    let (apps, mut diagnostics) = klo_config::discover(&tree, name, "", None, &mut sources);
    let app = apps.first().expect("a folder is an app");
    let (graph, more) = klo_parse::parse(&tree, app, &[], &mut sources);
    diagnostics.extend(more);
    (graph, diagnostics)
}

/// What klo says that it cannot follow.
fn reported(diagnostics: &[Diagnostic]) -> Value {
    use klo_diagnostics::codes::linking::{UNFOLLOWED_USE, UNKNOWN_IMPORT};
    let told = diagnostics
        .iter()
        .filter(|diagnostic| [UNFOLLOWED_USE, UNKNOWN_IMPORT].contains(&diagnostic.code));
    let told: BTreeSet<&str> = told.map(|diagnostic| &*diagnostic.message).collect();
    json!(told)
}

/// The graph in the few words that fixtures expect it in.
fn summary(graph: &IntentGraph) -> Value {
    let intents: BTreeSet<String> = graph.intents.iter().map(|intent| intent.id()).collect();
    let mut edges: Vec<Value> = graph
        .edges
        .iter()
        .map(|edge| {
            let access: Vec<&str> = edge.access.iter().map(|access| access.name()).collect();
            let mut access = access;
            access.sort_unstable();
            json!([graph.node_id(&edge.from), graph.node_id(&edge.to), access])
        })
        .collect();
    edges.sort_by_key(Value::to_string);
    let mut bindings = serde_json::Map::new();
    let mut routes = serde_json::Map::new();
    let mut inert = serde_json::Map::new();
    for intent in &graph.intents {
        let own: serde_json::Map<String, Value> = intent
            .bindings
            .iter()
            .map(|binding| (binding.variable.clone(), json!(binding.field.name())))
            .collect();
        if !own.is_empty() {
            bindings.insert(intent.id(), Value::Object(own));
        }
        let Some(code) = &intent.code else { continue };
        let mut own: Vec<String> = code
            .routes
            .iter()
            .map(|route| format!("{} {}", route.method, route.path))
            .collect();
        own.sort();
        if !own.is_empty() {
            routes.insert(intent.id(), json!(own));
        }
        let own: BTreeSet<&String> = code.inert.iter().map(|binding| &binding.variable).collect();
        if !own.is_empty() {
            inert.insert(intent.id(), json!(own));
        }
    }
    json!({ "intents": intents, "edges": edges, "bindings": bindings, "routes": routes, "inert": inert })
}

/// The expected graph with every key present and lists sorted.
fn expected(dir: &Path) -> Value {
    let text = std::fs::read_to_string(dir.join("expected.json")).expect("expected.json is there");
    let mut value: Value = serde_json::from_str(&text).expect("expected.json is JSON");
    let sort = |list: &mut Value| {
        if let Value::Array(items) = list {
            items.sort_by_key(Value::to_string);
        }
    };
    for key in ["intents", "edges"] {
        let list = value.get_mut(key).expect("intents and edges are expected");
        if key == "edges" {
            for edge in list.as_array_mut().into_iter().flatten() {
                sort(&mut edge[2]);
            }
        }
        sort(list);
    }
    if value.get("reported").is_none() {
        value["reported"] = json!([]);
    }
    for key in ["bindings", "routes", "inert"] {
        if value.get(key).is_none() {
            value[key] = json!({});
        }
        for list in value[key]
            .as_object_mut()
            .into_iter()
            .flat_map(|map| map.values_mut())
        {
            sort(list);
        }
    }
    value
}

fn cases() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let languages = ["python", "rust"].map(|language| root.join(language));
    let mut cases: Vec<PathBuf> = languages
        .iter()
        .flat_map(|root| walkdir::WalkDir::new(root).min_depth(2).max_depth(2))
        .filter_map(Result::ok)
        .filter(|entry| entry.file_name() == "expected.json")
        .filter_map(|entry| entry.path().parent().map(Path::to_path_buf))
        .collect();
    cases.sort();
    cases
}

#[test]
fn every_fixture_has_the_graph_that_a_reader_would_draw() {
    let mut wrong = Vec::new();
    let (mut right_edges, mut found_edges, mut expected_edges) = (0, 0, 0);
    let cases = cases();
    assert!(!cases.is_empty(), "there are no fixtures");
    for case in &cases {
        let (graph, diagnostics) = read_all(case);
        let (mut found, expected) = (summary(&graph), expected(case));
        found["reported"] = reported(&diagnostics);
        let edges = |value: &Value| -> BTreeSet<String> {
            value["edges"]
                .as_array()
                .into_iter()
                .flatten()
                .map(Value::to_string)
                .collect()
        };
        let (have, want) = (edges(&found), edges(&expected));
        right_edges += have.intersection(&want).count();
        found_edges += have.len();
        expected_edges += want.len();
        for key in [
            "intents", "edges", "bindings", "routes", "inert", "reported",
        ] {
            if found[key] != expected[key] {
                wrong.push(format!(
                    "{}: {key}\n   found    {}\n   expected {}\n   {}",
                    case.file_name().unwrap_or_default().to_string_lossy(),
                    found[key],
                    expected[key],
                    diagnostics
                        .iter()
                        .map(shown)
                        .collect::<Vec<_>>()
                        .join("\n   "),
                ));
            }
        }
    }
    let percent = |part: usize, whole: usize| 100.0 * part as f64 / whole.max(1) as f64;
    let line = format!(
        "{} fixtures, {expected_edges} edges: precision {:.1} %, recall {:.1} %",
        cases.len(),
        percent(right_edges, found_edges),
        percent(right_edges, expected_edges),
    );
    assert!(wrong.is_empty(), "{line}\n{}", wrong.join("\n"));
    // CI shows what begins like this.
    std::io::Write::write_all(&mut std::io::stdout(), format!("said: {line}\n").as_bytes()).ok();
}

#[test]
fn the_shop_example_reads_without_an_error() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/shop");
    let (graph, diagnostics) = read(&root);
    let errors: Vec<&String> = diagnostics
        .iter()
        .filter(|text| text.starts_with("Error"))
        .collect();
    assert!(errors.is_empty(), "{errors:#?}\n{:#}", summary(&graph));
    insta::assert_json_snapshot!("shop", summary(&graph));
}

#[test]
fn what_is_not_followed_is_said() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/rust");
    let said = |case: &str| -> Vec<String> {
        let (_, diagnostics) = read_all(&root.join(case));
        let about = diagnostics.iter().filter(|said| {
            let code = format!("{:?}", said.code);
            code.contains("KLO03")
        });
        about.map(shown).collect()
    };
    let reason = "a unit imports the file, but no code that it reaches calls anything on it";
    assert_eq!(
        said("once_cells"),
        [
            "database.spare-lock",
            "cache.spare-lazy",
            "database.spare-static",
            "database.spare-once"
        ]
        .map(|id| format!("Warning KLO0301 no unit reaches {id}: {reason}"))
    );
    assert_eq!(
        said("typed_context"),
        [
            "Note KLO0310 this is one of `database.archive` and `database.points` by its type, and \
             reading the code cannot tell which"
                .to_owned(),
            format!("Warning KLO0301 no unit reaches database.archive: {reason}"),
            format!("Warning KLO0301 no unit reaches cache.limits: {reason}"),
        ]
    );
}

#[test]
fn commands_of_a_program_are_told_to_it() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/rust");
    let (graph, _) = read_all(&root.join("clap_subcommands"));
    let told = graph
        .intents
        .iter()
        .filter_map(|intent| match &intent.code.as_ref()?.entry.call {
            EntryCall::Binary { arguments, .. } => Some((intent.id(), arguments.join(" "))),
            _ => None,
        });
    let told: BTreeSet<(String, String)> = told.collect();
    let expected = [
        ("job.prune", "background prune"),
        ("service.api", "serve"),
        ("service.worker", "background run-worker"),
    ];
    let expected = expected.map(|(unit, commands)| (unit.to_owned(), commands.to_owned()));
    assert_eq!(told, BTreeSet::from(expected));
}
