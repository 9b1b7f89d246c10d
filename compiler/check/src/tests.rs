use std::collections::BTreeMap;

use klo_config::{App, discover};
use klo_diagnostics::At;
use klo_intent::{
    Access, AttrValue, Duration, Edge, Intent, IntentGraph, IntentId, Kind, Node, Origin, Place,
    Size, attribute, attributes,
};
use klo_source::{FileId, MemoryTree, SourceMap, Span};

use super::*;

fn span(start: u32) -> Span {
    Span {
        file: FileId(9),
        start,
        end: start + 1,
    }
}

fn intent(kind: Kind, name: &str, stated: &[(&'static str, AttrValue)]) -> Intent {
    let stated: BTreeMap<&'static str, (AttrValue, Span)> = stated
        .iter()
        .enumerate()
        .map(|(index, (key, value))| (*key, (value.clone(), span(10 + index as u32))))
        .collect();
    Intent {
        stated,
        ..Intent::new(kind, name.to_owned(), span(0), Place::new("app.py", name))
    }
}

fn graph(intents: Vec<Intent>) -> IntentGraph {
    IntentGraph {
        app: "shop".to_owned(),
        deployment: None,
        intents,
        edges: Vec::new(),
    }
}

fn app(yaml: &str) -> App {
    let tree = MemoryTree::new([("klo.yaml", yaml)]);
    let (mut apps, diagnostics) = discover(&tree, "shop", "", None, &mut SourceMap::new());
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    apps.remove(0)
}

const BOTH: &str = "app: shop\nenvironments: { dev: {}, prod: { region: eu-west-1 } }";

fn show(intent: &Intent) -> String {
    let lines: Vec<String> = intent
        .settings
        .iter()
        .map(|(name, setting)| {
            format!(
                "  {name} = {} ({:?})",
                setting.value.to_json(),
                setting.origin
            )
        })
        .collect();
    format!("{}\n{}", intent.id(), lines.join("\n"))
}

/// The packs that come with klo: nothing but the tiers of the baseline matters here.
fn policy() -> Policy {
    let tree = MemoryTree::new([("x", "")]);
    let request = PackRequest {
        name: "klo/baseline",
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

fn resolved(graph: &IntentGraph, app: &App, environment: &str) -> IntentGraph {
    let verdict = check_graph(graph, app, environment, &policy());
    match verdict.outcome {
        Ok(checked) => checked.into_inner(),
        Err(_) => panic!("{:?}", verdict.diagnostics),
    }
}

/// What the diagnostics say, in order.
fn said(intents: Vec<Intent>, yaml: &str) -> String {
    let verdict = check_graph(&graph(intents), &app(yaml), "dev", &Policy::none());
    let lines: Vec<String> = verdict
        .diagnostics
        .iter()
        .map(|d| {
            let help = d.help.as_deref().unwrap_or("");
            format!("{:?} {}: {}; {help}", d.level, d.code.id(), d.message)
        })
        .collect();
    lines.join("\n")
}

#[test]
fn every_attribute_of_every_kind_has_its_default() {
    let app = app(BOTH);
    let intents = Kind::ALL
        .into_iter()
        .map(|kind| match kind {
            Kind::Database => intent(kind, "x", &[("engine", "postgres".into())]),
            Kind::Site => intent(kind, "x", &[("dir", "web".into())]),
            kind => intent(kind, "x", &[]),
        })
        .collect();
    let graph = graph(intents);
    let mut report = String::new();
    for environment in ["dev", "prod"] {
        let resolved = resolved(&graph, &app, environment);
        for intent in &resolved.intents {
            assert_eq!(intent.settings.len(), attributes(intent.kind).len());
            report.push_str(&format!("{environment} {}\n", show(intent)));
        }
    }
    insta::assert_snapshot!(report);
}

#[test]
fn defaults_are_documented() {
    let app = app(BOTH);
    for kind in Kind::ALL {
        let graph = graph(vec![intent(kind, "x", &[])]);
        let verdict = check_graph(&graph, &app, "prod", &policy());
        let Ok(checked) = verdict.outcome else {
            continue;
        };
        for (name, setting) in &checked.intents[0].settings {
            let documented = !attribute(kind, name).unwrap().default.is_empty();
            assert!(
                documented || setting.value.is_null(),
                "{kind}.{name} has the default {:?}, which the table does not document",
                setting.value
            );
        }
    }
}

#[test]
fn layers_in_order_of_strength() {
    let yaml = "app: shop
environments: { dev: { resources: { service.api: { run_on: eks } } } }
resources: { service.api: { run_on: lambda } }
run_on: { service: fargate }";
    let mut api = intent(Kind::Service, "api", &[("run_on", "lambda".into())]);
    api.implied
        .insert("run_on", ("fargate".into(), Some(span(3))));
    let pack = |pack: &str, value: &str| PackValue {
        pack: pack.to_owned(),
        kind: Kind::Service,
        tier: None,
        attribute: "run_on",
        value: value.into(),
        at: span(4),
    };
    let packs = PackLayers {
        choose: vec![
            pack("acme/platform", "eks"),
            PackValue {
                tier: Some(klo_intent::Tier::Prod),
                ..pack("acme/prod", "lambda")
            },
        ],
        defaults: vec![pack("klo/baseline", "lambda")],
        ..PackLayers::default()
    };
    let graph = graph(vec![api]);
    let policy = Policy {
        rules: RuleSet::of_layers(packs),
        ..Policy::none()
    };
    let verdict = check_graph(&graph, &app(yaml), "dev", &policy);
    let checked = verdict.outcome.expect("nothing wrong");
    let setting = &checked.intents[0].settings["run_on"];
    assert_eq!(setting.origin, Origin::EnvironmentResources);
    assert_eq!(setting.value, "eks".into());
    let history: Vec<(String, String)> = setting
        .overridden
        .iter()
        .map(|past| {
            (
                format!("{:?}", past.origin),
                past.value.to_json().to_string(),
            )
        })
        .collect();
    insta::assert_debug_snapshot!(history);
    let mut sorted = setting.overridden.clone();
    sorted.sort_by(|a, b| a.origin.cmp(&b.origin));
    assert_eq!(sorted, setting.overridden, "strongest first");
}

#[test]
fn load_becomes_numbers() {
    let low = ("latency", AttrValue::from("low"));
    let users = |n: i64| ("users", AttrValue::Int(n));
    let cases = vec![
        intent(Kind::Service, "plain", &[users(10_000)]),
        intent(Kind::Service, "low", &[users(100), low.clone()]),
        intent(Kind::Service, "low-alone", std::slice::from_ref(&low)),
        intent(
            Kind::Service,
            "on-lambda",
            &[users(10_000), ("run_on", "lambda".into())],
        ),
        intent(
            Kind::Service,
            "max-wins",
            &[users(10_000), ("max", AttrValue::Int(3))],
        ),
        intent(
            Kind::Service,
            "min-wins",
            &[users(10_000), ("min", AttrValue::Int(1))],
        ),
        intent(Kind::Service, "zero", &[("min", AttrValue::Int(0))]),
        intent(Kind::Function, "function", &[("run_on", "fargate".into())]),
    ];
    let resolved = resolved(&graph(cases), &app(BOTH), "dev");
    let report: Vec<String> = resolved
        .intents
        .iter()
        .map(|unit| {
            let numbers = ["min", "max", "concurrency"].map(|name| {
                let setting = &unit.settings[name];
                format!("{name} {} ({:?})", setting.value.to_json(), setting.origin)
            });
            format!("{}: {}", unit.name, numbers.join(", "))
        })
        .collect();
    insta::assert_snapshot!(report.join("\n"));
}

#[test]
fn tags_and_env_add_up() {
    let yaml = "app: shop
environments: { dev: { tags: { tier: silver }, resources: { service.api: { tags: { owner: me, n: 1 }, env: { B: \"2\" } } } } }
tags: { owner: commerce, tier: gold }";
    let map = |entries: &[(&str, &str)]| {
        let entries = entries.iter().map(|(k, v)| ((*k).to_owned(), (*v).into()));
        AttrValue::Map(entries.collect())
    };
    let api = intent(
        Kind::Service,
        "api",
        &[
            ("tags", map(&[("team", "x")])),
            ("env", map(&[("A", "1"), ("B", "1")])),
        ],
    );
    let resolved = resolved(&graph(vec![api]), &app(yaml), "dev");
    let api = &resolved.intents[0];
    assert_eq!(
        api.value("tags").to_json().to_string(),
        r#"{"owner":"me","tier":"silver","team":"x","n":"1"}"#
    );
    assert_eq!(
        api.value("env").to_json().to_string(),
        r#"{"A":"1","B":"2"}"#
    );
    assert_eq!(resolved.deployment().tags["tier"], "silver");
}

#[test]
fn the_first_gpu_of_a_list_and_its_platform() {
    let gpu = |name: &str| {
        AttrValue::Map(
            [
                ("type".to_owned(), name.into()),
                ("count".to_owned(), AttrValue::Int(1)),
            ]
            .into_iter()
            .collect(),
        )
    };
    let list = AttrValue::List(vec![gpu("l4"), gpu("a10g")]);
    let unit = intent(Kind::Service, "llm", &[("gpu", list)]);
    let resolved = resolved(&graph(vec![unit]), &app(BOTH), "dev");
    let unit = &resolved.intents[0];
    assert_eq!(unit.value("gpu").get("type"), Some(&"l4".into()));
    assert_eq!(unit.text("run_on"), Some("eks"));
}

#[test]
fn ways_in_are_attributes() {
    let mut graph = graph(vec![
        intent(Kind::Function, "worker", &[]),
        intent(Kind::Queue, "orders", &[]),
    ]);
    let mut edge = Edge::new(
        Node::Intent(IntentId(1)),
        Node::Intent(IntentId(0)),
        Access::Trigger,
    );
    edge.options.insert("batch", AttrValue::Int(20));
    edge.options.insert("filter", AttrValue::Null);
    graph.edges.push(edge);
    let resolved = resolved(&graph, &app(BOTH), "dev");
    assert_eq!(
        resolved.intents[0].value("triggers").to_json().to_string(),
        r#"[{"batch":20}]"#
    );
    // Six times 30 seconds, and five for a batch over ten.
    assert_eq!(
        resolved.intents[1].duration("visibility"),
        Some(Duration(185))
    );
    assert_eq!(
        resolved.intents[1].settings["visibility"].origin,
        Origin::Formula
    );
}

#[test]
fn mistakes() {
    let one = AttrValue::Int;
    let existing = AttrValue::Map([("arn".to_owned(), "arn".into())].into_iter().collect());
    let reports = [
        said(
            vec![intent(
                Kind::Service,
                "api",
                &[("min", one(4)), ("max", one(2))],
            )],
            BOTH,
        ),
        said(vec![intent(Kind::Service, "api", &[("max", one(0))])], BOTH),
        said(
            vec![intent(Kind::Database, "orders", &[])],
            "app: shop\nresources: { database.order: {}, bucket.orders: {}, queue.x: {}, database.zzzzzz: {} }",
        ),
        said(
            vec![intent(Kind::Service, "api", &[("run_on", "lambda".into())])],
            "app: shop\nplatform: kubernetes",
        ),
        said(
            vec![intent(
                Kind::Service,
                "api",
                &[("run_on", "kubernetes".into())],
            )],
            BOTH,
        ),
        said(
            vec![intent(Kind::Database, "orders", &[])],
            "app: shop\nplatform: kubernetes",
        ),
        said(
            vec![intent(
                Kind::Function,
                "f",
                &[("spot", AttrValue::Bool(true))],
            )],
            BOTH,
        ),
        said(
            vec![intent(
                Kind::Function,
                "f",
                &[("run_on", "fargate".into()), ("concurrency", one(5))],
            )],
            BOTH,
        ),
        said(vec![intent(Kind::Site, "web", &[])], BOTH),
        said(
            vec![intent(Kind::Bucket, "b", &[("existing", existing)])],
            "app: shop\nresources: { bucket.b: { import: b } }",
        ),
    ];
    let mut odd = intent(Kind::Service, "api", &[]);
    odd.implied.insert("port", (one(80_800), Some(span(4))));
    let odd = said(vec![odd], BOTH);
    insta::assert_snapshot!(format!("{}\n{odd}", reports.join("\n")));
}

#[test]
fn an_environment_that_is_not_there() {
    let graph = graph(Vec::new());
    let verdict = check_graph(&graph, &app(BOTH), "production", &policy());
    assert!(matches!(verdict.outcome, Err(None)));
    assert_eq!(verdict.diagnostics[0].code.id(), "KLO0210");
    assert_eq!(
        verdict.diagnostics[0].help.as_deref(),
        Some("it has `dev` and `prod`")
    );
}

#[test]
fn tiers() {
    let rules = policy().rules;
    for name in ["prod", "production", "prod-eu"] {
        assert_eq!(rules.tier(name).0, klo_intent::Tier::Prod, "{name}");
    }
    for name in ["dev", "preprod", "production2", "pr-12"] {
        assert_eq!(rules.tier(name).0, klo_intent::Tier::Dev, "{name}");
    }
}

#[test]
fn a_function_that_outgrows_lambda_runs_in_a_container() {
    let timeout = ("timeout", AttrValue::Duration(Duration(901)));
    let cases = vec![
        intent(
            Kind::Function,
            "fits",
            &[("timeout", AttrValue::Duration(Duration(900)))],
        ),
        intent(
            Kind::Function,
            "large",
            &[("memory", AttrValue::Size(Size(11 << 30)))],
        ),
        intent(Kind::Function, "long", std::slice::from_ref(&timeout)),
        intent(
            Kind::Function,
            "stated",
            &[timeout, ("run_on", "lambda".into())],
        ),
    ];
    let resolved = resolved(&graph(cases), &app(BOTH), "dev");
    let platforms: Vec<&str> = resolved
        .intents
        .iter()
        .filter_map(|unit| unit.text("run_on"))
        .collect();
    assert_eq!(platforms, ["lambda", "fargate", "fargate", "lambda"]);
    assert_eq!(
        resolved.intents[1].settings["run_on"].origin,
        Origin::Formula
    );
}

#[test]
fn sizes_and_durations_of_defaults_are_typed() {
    let unit = graph(vec![intent(Kind::Job, "j", &[])]);
    let resolved = resolved(&unit, &app(BOTH), "dev");
    assert_eq!(resolved.intents[0].size("memory"), Some(Size(2 << 30)));
    assert_eq!(
        resolved.intents[0].duration("timeout"),
        Some(Duration(3600))
    );
}
