//! Builds intent graphs in memory and prints plans, for the tests of lowerings.

#![allow(
    dead_code,
    reason = "a toolbox: not every helper has its test at every moment"
)]

mod dump;
mod phases;
mod schema;

use std::collections::BTreeSet;

use klo_diagnostics::Diagnostic;
use klo_intent::{
    Access, AttrValue, Binding, Deployment, Duration, Edge, Entry, EntryCall, Field, Intent,
    IntentGraph, IntentId, Interface, Kind, MethodUse, Node, Origin, Place, PoolUse, Setting, Size,
    Tier, UnitCode, UrlForm, attributes,
};
use klo_plan::{Address, Plan, Resource, Root, Value};
use klo_source::{FileId, Span};

use crate::context::{Lowering, NetworkRefs};

#[allow(unused_imports, reason = "as above")]
pub(crate) use dump::{dump, render};
#[allow(unused_imports, reason = "as above")]
pub(crate) use phases::{Phases, phases};

/// A graph in the making; ends of edges are named by id, so that the order of calls is free.
pub(crate) struct TestGraph {
    deployment: Deployment,
    intents: Vec<Intent>,
    edges: Vec<TestEdge>,
}

struct TestEdge {
    from: String,
    to: String,
    edge: Edge,
}

/// Some span; tests look at messages and at which setting a span belongs to, not at bytes.
pub(crate) fn span(start: u32) -> Span {
    Span {
        file: FileId(0),
        start,
        end: start + 1,
    }
}

impl TestGraph {
    /// `shop` in `dev`, region eu-west-1.
    pub(crate) fn dev() -> Self {
        Self::of("dev", Tier::Dev)
    }

    /// `shop` in `prod`, region eu-west-1, account 123456789012.
    pub(crate) fn prod() -> Self {
        let mut graph = Self::of("prod", Tier::Prod);
        graph.deployment.account = Some("123456789012".to_owned());
        graph
    }

    fn of(environment: &str, tier: Tier) -> Self {
        Self {
            deployment: Deployment {
                region: "eu-west-1".to_owned(),
                ..Deployment::new("shop", environment, tier)
            },
            intents: Vec::new(),
            edges: Vec::new(),
        }
    }

    /// Changes the deployment.
    pub(crate) fn deployment(mut self, change: impl FnOnce(&mut Deployment)) -> Self {
        change(&mut self.deployment);
        self
    }

    /// Adds an intent `kind.name` with the built-in defaults that do not depend on other intents.
    pub(crate) fn intent(self, id: &str) -> Self {
        self.intent_with(id, &[])
    }

    /// Adds an intent with settings as an annotation states them.
    pub(crate) fn intent_with(mut self, id: &str, settings: &[(&'static str, AttrValue)]) -> Self {
        let (kind, name) = id.split_once('.').expect("an intent's id is kind.name");
        let kind = Kind::from_name(kind).expect("a known kind");
        let mut intent = Intent {
            code: kind.is_unit().then(unit_code),
            ..Intent::new(kind, name.to_owned(), span(0), Place::new("app.py", name))
        };
        for attribute in attributes(kind) {
            set(
                &mut intent,
                attribute.name,
                AttrValue::Null,
                Origin::BuiltIn,
            );
        }
        for (name, value) in defaults(kind, self.deployment.tier) {
            set(&mut intent, name, value, Origin::BuiltIn);
        }
        for (name, value) in settings {
            assert!(
                intent.settings.contains_key(name),
                "{kind} has no attribute {name}"
            );
            intent.stated.insert(name, (value.clone(), span(7)));
            set(&mut intent, name, value.clone(), Origin::Annotation);
        }
        self.intents.push(intent);
        self
    }

    /// Changes an intent that is there.
    pub(crate) fn change(mut self, id: &str, change: impl FnOnce(&mut Intent)) -> Self {
        let intent = self.intents.iter_mut().find(|intent| intent.id() == id);
        change(intent.expect("the intent was added before"));
        self
    }

    /// Adds an edge; an end is an intent's id, `internet`, `internal`, `schedule.<unit's name>` or
    /// `app:kind.name`.
    pub(crate) fn edge(self, from: &str, to: &str, access: &[Access]) -> Self {
        self.edge_with(from, to, access, |_| {})
    }

    /// Adds an edge and changes it.
    pub(crate) fn edge_with(
        mut self,
        from: &str,
        to: &str,
        access: &[Access],
        change: impl FnOnce(&mut Edge),
    ) -> Self {
        let first = *access.first().expect("an edge has an access");
        let mut edge = Edge::new(Node::Internet, Node::Internet, first);
        edge.access = access.iter().copied().collect();
        edge.at = vec![span(11)];
        edge.places = vec![Place::new("app.py", from)];
        change(&mut edge);
        self.edges.push(TestEdge {
            from: from.to_owned(),
            to: to.to_owned(),
            edge,
        });
        self
    }

    /// Adds a `trigger` edge from a queue, topic, bucket or table, or `schedule.<unit's name>`.
    pub(crate) fn trigger(
        self,
        from: &str,
        to: &str,
        options: &[(&'static str, AttrValue)],
    ) -> Self {
        self.edge_with(from, to, &[Access::Trigger], |edge| {
            edge.options.extend(options.iter().cloned());
        })
    }

    /// The finished graph: intents and edges sorted as the linker sorts them.
    pub(crate) fn build(mut self) -> IntentGraph {
        self.intents
            .sort_by_key(|intent| (intent.kind.name(), intent.name.clone()));
        let mut graph = IntentGraph {
            app: self.deployment.app.clone(),
            deployment: Some(self.deployment),
            intents: self.intents,
            edges: Vec::new(),
        };
        for test in self.edges {
            let mut edge = test.edge;
            edge.from = node(&graph, &test.from);
            edge.to = node(&graph, &test.to);
            graph.edges.push(edge);
        }
        let mut edges = std::mem::take(&mut graph.edges);
        edges.sort_by_key(|edge| (graph.node_id(&edge.from), graph.node_id(&edge.to)));
        graph.edges = edges;
        graph
    }
}

fn node(graph: &IntentGraph, id: &str) -> Node {
    match id {
        "internet" => return Node::Internet,
        "internal" => return Node::Internal,
        _ => {}
    }
    if let Some((app, intent)) = id.split_once(':') {
        return Node::OtherApp {
            app: app.to_owned(),
            intent: intent.to_owned(),
        };
    }
    if let Some(unit) = id.strip_prefix("schedule.") {
        let (unit, _) = graph
            .iter()
            .find(|(_, intent)| intent.kind.is_unit() && intent.name == unit)
            .expect("the scheduled unit was added");
        return Node::Schedule(unit);
    }
    Node::Intent(graph.by_id(id).expect("both ends were added"))
}

/// The id of an intent that a test added.
pub(crate) fn id_of(graph: &IntentGraph, id: &str) -> IntentId {
    graph.by_id(id).expect("the intent was added")
}

fn set(intent: &mut Intent, name: &'static str, value: AttrValue, origin: Origin) {
    let span = (origin == Origin::Annotation).then(|| span(7));
    intent.settings.insert(
        name,
        Setting {
            value,
            origin,
            span,
            overridden: Vec::new(),
        },
    );
}

fn defaults(kind: Kind, tier: Tier) -> Vec<(&'static str, AttrValue)> {
    let prod = tier == Tier::Prod;
    match kind {
        Kind::Service => vec![
            ("run_on", "fargate".into()),
            ("cpu", AttrValue::Float(0.5)),
            ("memory", AttrValue::Size(Size(1 << 30))),
            ("port", AttrValue::Int(8080)),
            ("health", "/".into()),
            ("min", AttrValue::Int(1)),
            ("max", AttrValue::Int(2)),
            ("latency", "normal".into()),
            ("timeout", AttrValue::Duration(Duration(30))),
            ("spot", AttrValue::Bool(false)),
        ],
        Kind::Function => vec![
            ("run_on", "lambda".into()),
            ("memory", AttrValue::Size(Size(512 << 20))),
            ("timeout", AttrValue::Duration(Duration(30))),
            ("retries", AttrValue::Int(2)),
            ("spot", AttrValue::Bool(false)),
        ],
        Kind::Job => vec![
            ("run_on", "fargate".into()),
            ("cpu", AttrValue::Float(1.0)),
            ("memory", AttrValue::Size(Size(2 << 30))),
            ("timeout", AttrValue::Duration(Duration(3600))),
            ("retries", AttrValue::Int(1)),
            ("max", AttrValue::Int(1)),
            ("spot", AttrValue::Bool(false)),
        ],
        Kind::Site => vec![("spa", AttrValue::Bool(false))],
        Kind::Database => vec![
            ("engine", "postgres".into()),
            ("backup_days", AttrValue::Int(7)),
            ("multi_az", AttrValue::Bool(prod)),
            ("encrypted", AttrValue::Bool(true)),
            ("public", AttrValue::Bool(false)),
            ("deletion_protection", AttrValue::Bool(prod)),
        ],
        Kind::Cache => vec![
            ("engine", "valkey".into()),
            ("backup_days", AttrValue::Int(if prod { 7 } else { 0 })),
            ("multi_az", AttrValue::Bool(prod)),
            ("encrypted", AttrValue::Bool(true)),
            ("public", AttrValue::Bool(false)),
        ],
        Kind::Bucket => vec![
            ("versioning", AttrValue::Bool(true)),
            ("encrypted", AttrValue::Bool(true)),
            ("public", AttrValue::Bool(false)),
        ],
        Kind::Table => vec![
            ("backup_days", AttrValue::Int(35)),
            ("encrypted", AttrValue::Bool(true)),
            ("deletion_protection", AttrValue::Bool(prod)),
        ],
        Kind::Volume => vec![
            ("path", "/data".into()),
            ("backup_days", AttrValue::Int(if prod { 35 } else { 0 })),
            ("encrypted", AttrValue::Bool(true)),
        ],
        Kind::Queue => vec![
            ("fifo", AttrValue::Bool(false)),
            ("retention", AttrValue::Duration(Duration(4 * 86_400))),
            ("max_receives", AttrValue::Int(5)),
            ("encrypted", AttrValue::Bool(true)),
        ],
        Kind::Topic => vec![
            ("fifo", AttrValue::Bool(false)),
            ("encrypted", AttrValue::Bool(true)),
        ],
        Kind::Secret => vec![("encrypted", AttrValue::Bool(true))],
        Kind::Config => Vec::new(),
    }
}

fn unit_code() -> UnitCode {
    UnitCode {
        entry: Entry {
            file: "app.py".to_owned(),
            module: "app".to_owned(),
            source_root: String::new(),
            attribute: Some("app".to_owned()),
            call: EntryCall::WebApplication {
                interface: Interface::Asgi,
                factory: false,
            },
            framework: "fastapi".to_owned(),
        },
        routes: Vec::new(),
        files: BTreeSet::from(["app.py".to_owned()]),
        inert: Vec::new(),
        project_root: String::new(),
        processes: None,
        settings_module: None,
        streams: None,
        external_packages: BTreeSet::new(),
    }
}

/// A variable bound to a plain field.
pub(crate) fn binding(variable: &str, field: Field) -> Binding {
    Binding {
        variable: variable.to_owned(),
        field,
        url: None,
        at: span(13),
        required: true,
    }
}

/// A variable bound to a URL of the form that a driver takes.
pub(crate) fn url_binding(variable: &str, scheme: &str, query: &[(&str, &str)]) -> Binding {
    Binding {
        url: Some(UrlForm {
            scheme: scheme.to_owned(),
            query: query
                .iter()
                .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
                .collect(),
        }),
        ..binding(variable, Field::Url)
    }
}

/// A pool as the code states it.
pub(crate) fn pool(library: &str, size: u32, overflow: u32) -> PoolUse {
    PoolUse {
        library: library.to_owned(),
        size,
        overflow,
        at: Some(span(17)),
    }
}

/// A method that code calls.
pub(crate) fn method(service: &str, name: &str) -> MethodUse {
    MethodUse {
        service: service.to_owned(),
        method: name.to_owned(),
    }
}

/// A network whose ids are literals, for tests of what stands in it.
pub(crate) fn test_network() -> NetworkRefs {
    let ids = |prefix: &str| -> Vec<Value> {
        ["a", "b"]
            .iter()
            .map(|zone| Value::text(format!("subnet-{prefix}-{zone}")))
            .collect()
    };
    NetworkRefs {
        vpc: Value::text("vpc-1"),
        public_subnets: Value::List(ids("public")),
        private_subnets: Value::List(ids("private")),
        data_subnets: Value::List(ids("data")),
        data_each: ids("data"),
    }
}

/// The resource of an address like `aws_db_instance.orders`, in whichever root has it.
pub(crate) fn resource<'p>(plan: &'p Plan, address: &str) -> &'p Resource {
    plan.resources
        .values()
        .find(|resource| resource.address.to_string() == address)
        .unwrap_or_else(|| {
            let known: Vec<String> = plan
                .resources
                .values()
                .map(|resource| resource.address.to_string())
                .collect();
            panic!("no {address} among {}", known.join(", "))
        })
}

/// Whether a resource of this address is in the plan.
pub(crate) fn has(plan: &Plan, address: &str) -> bool {
    plan.resources
        .values()
        .any(|resource| resource.address.to_string() == address)
}

/// The printed value of a resource's attribute; `null` where it is not set.
pub(crate) fn attr(plan: &Plan, address: &str, name: &str) -> String {
    resource(plan, address)
        .body
        .get(name)
        .map_or_else(|| "null".to_owned(), render)
}

/// Level, code, message and help of each diagnostic, one per line.
pub(crate) fn messages(diagnostics: &[Diagnostic]) -> String {
    let lines: Vec<String> = diagnostics
        .iter()
        .map(|diagnostic| {
            let help = diagnostic.help.as_deref().unwrap_or("-");
            format!(
                "{:?} {}: {}\n  help: {help}\n",
                diagnostic.level,
                diagnostic.code.id(),
                diagnostic.message
            )
        })
        .collect();
    lines.concat()
}

/// Checks that nothing refers to what is not there, and that the provider knows every argument;
/// variables that another phase declares count as declared.
pub(crate) fn verify(lowering: &Lowering<'_>) {
    let mut plan = lowering.plan.clone();
    for name in ["secrets", "repositories", "images", "key_arn"] {
        if plan.variables.iter().all(|variable| variable.name != name) {
            plan.variables.push(klo_plan::Variable {
                name: name.to_owned(),
                root: Root::Main,
                ty: klo_plan::VariableType::String,
                description: String::new(),
                default: None,
                why: klo_plan::Why::default(),
            });
        }
    }
    plan.verify().expect("every reference has its target");
    assert_eq!(schema::faults(&plan), [""; 0]);
}

/// An address from its text, for assertions about dependencies.
pub(crate) fn address(kind: &'static str, name: &str) -> Address {
    Address::managed(kind, name)
}
