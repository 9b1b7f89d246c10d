//! The page of a graph: everything that klo knows of each node, looked up and put into words.

use std::collections::BTreeMap;

use klo_diagnostics::{At, Diagnostic};
use klo_intent::{Edge, Intent, IntentGraph, Kind, Node as End, Origin, Setting};
use klo_page::{Decision, Finding, Node, NodeKind, Page, Place, Problem, Resource, View};
use klo_plan::{Group, Plan, Root};
use klo_source::Span;

use crate::pipeline::{Analyzed, Environment};
use crate::project::Project;
use crate::words::{layer, serving, shown};

/// A view for every app and environment, sorted.
pub(super) fn page(analyzed: &[Analyzed], project: &Project) -> Page {
    let mut views: Vec<View> = analyzed
        .iter()
        .flat_map(|app| {
            app.environments.iter().map(|environment| {
                let looked = Looked {
                    environment,
                    project,
                };
                looked.view(app)
            })
        })
        .collect();
    views.sort_by(|a, b| (&a.app, &a.environment).cmp(&(&b.app, &b.environment)));
    Page { views }
}

/// One environment, looked at.
struct Looked<'a> {
    environment: &'a Environment,
    project: &'a Project,
}

impl Looked<'_> {
    fn view(&self, app: &Analyzed) -> View {
        let environment = self.environment;
        let mut view = View {
            app: app.app.name.clone(),
            environment: environment.name.clone(),
            facts: self.facts(),
            problems: self.problems(&app.diagnostics),
            ..View::default()
        };
        if let Some(graph) = &environment.graph {
            let ends = ends(graph);
            view.nodes = ends.values().map(|end| self.node(graph, end)).collect();
            let index: BTreeMap<&String, usize> = ends.keys().zip(0..).collect();
            view.edges = graph
                .edges
                .iter()
                .map(|edge| self.edge(graph, edge, &index))
                .collect();
            view.edges.sort_by_key(|edge| (edge.from, edge.to));
        }
        let is_of_node = |subject: &str| view.nodes.iter().any(|node| node.id == subject);
        let decisions = environment.decisions.iter();
        view.decisions = decisions
            .filter(|decision| !is_of_node(&decision.subject))
            .map(shown_decision)
            .collect();
        let findings = environment.findings.iter();
        view.findings = findings
            .filter(|finding| finding.intents.is_empty())
            .map(shown_finding)
            .collect();
        view
    }

    /// What keeps the environment from being written, in the order in which it is told.
    fn problems(&self, diagnostics: &[Diagnostic]) -> Vec<Problem> {
        let name = &self.environment.name;
        diagnostics
            .iter()
            .filter(|found| found.blocks() && found.rule.is_none())
            .filter(|found| found.environments.is_empty() || found.environments.contains(name))
            .map(|found| Problem {
                message: found.message.clone(),
                at: self.project.place_in_repository(&found.at),
            })
            .collect()
    }

    /// What holds for the whole environment.
    fn facts(&self) -> Vec<(String, String)> {
        let mut facts = Vec::new();
        let mut say = |name: &str, value: String| facts.push((name.to_owned(), value));
        let graph = self.environment.graph.as_ref();
        if let Some(deployment) = graph.and_then(|graph| graph.deployment.as_ref()) {
            say("Tier", deployment.tier.name().to_owned());
            say("Platform", deployment.platform.clone());
            say("Region", deployment.region.clone());
            if let Some(account) = &deployment.account {
                say("Account", account.clone());
            }
            let tools: Vec<&str> = deployment.emit.iter().map(|tool| tool.name()).collect();
            say("Written for", tools.join(", "));
        }
        if let Some(plan) = &self.environment.plan {
            let count = |root| plan.in_root(root).count().to_string();
            say("Resources", count(Root::Main));
            say("Bootstrap resources", count(Root::Bootstrap));
            if !plan.modules.is_empty() {
                say("Modules called", plan.modules.len().to_string());
            }
        }
        facts
    }

    fn node(&self, graph: &IntentGraph, end: &End) -> Node {
        let id = graph.node_id(end);
        let bare = |kind, name: &str, detail| Node::new(id.clone(), kind, name, detail);
        match end {
            End::Internet => bare(NodeKind::Internet, "internet", "everyone".to_owned()),
            End::Internal => bare(
                NodeKind::Internal,
                "internal",
                "inside the network".to_owned(),
            ),
            End::Schedule(unit) => {
                let unit = graph.intent(*unit);
                let when = unit.text("schedule").map(|when| format!("{when} UTC"));
                let detail = when.unwrap_or_else(|| "schedule".to_owned());
                bare(NodeKind::Schedule, &unit.name, detail)
            }
            End::OtherApp { app, intent } => {
                bare(NodeKind::OtherApp, intent, format!("of the app {app}"))
            }
            End::Intent(intent) => {
                let intent = graph.intent(*intent);
                self.intent(
                    intent,
                    bare(NodeKind::Intent(intent.kind), &intent.name, detail(intent)),
                )
            }
        }
    }

    fn intent(&self, intent: &Intent, mut node: Node) -> Node {
        node.place = Some(Place {
            file: intent.place.file.to_string(),
            at: self.place(intent.at),
            item: intent.place.item.to_string(),
        });
        node.settings = intent
            .settings
            .iter()
            .filter(|(name, setting)| says_something(name, setting))
            .map(|(name, setting)| self.setting(name, setting))
            .collect();
        let routes = intent.code.iter().flat_map(|code| &code.routes);
        node.routes = routes
            .map(|route| format!("{} {}", route.method, route.path))
            .collect();
        if let Some(plan) = &self.environment.plan {
            (node.resources, node.shared) = resources(plan, &node.id);
        }
        let findings = self.environment.findings.iter();
        node.findings = findings
            .filter(|finding| finding.intents.contains(&node.id))
            .map(shown_finding)
            .collect();
        let decisions = self.environment.decisions.iter();
        node.decisions = decisions
            .filter(|decision| decision.subject == node.id)
            .map(shown_decision)
            .collect();
        node
    }

    fn setting(&self, name: &str, setting: &Setting) -> klo_page::Setting {
        klo_page::Setting {
            name: name.to_owned(),
            value: shown(&setting.value),
            origin: layer(&setting.origin),
            at: setting.span.map(|span| self.place(span)),
            instead_of: setting
                .overridden
                .iter()
                .filter(|weaker| weaker.value != setting.value)
                .map(|weaker| (shown(&weaker.value), layer(&weaker.origin)))
                .collect(),
            default: setting.origin == Origin::BuiltIn,
            pack: setting.rule_set().map(str::to_owned),
        }
    }

    fn edge(
        &self,
        graph: &IntentGraph,
        edge: &Edge,
        index: &BTreeMap<&String, usize>,
    ) -> klo_page::Edge {
        klo_page::Edge {
            from: index[&graph.node_id(&edge.from)],
            to: index[&graph.node_id(&edge.to)],
            access: edge.access.iter().copied().collect(),
            methods: edge
                .methods
                .iter()
                .map(|used| used.method.clone())
                .collect(),
            places: edge.at.iter().map(|span| self.place(*span)).collect(),
            variables: edge
                .bindings
                .iter()
                .map(|binding| (binding.variable.clone(), binding.field.name().to_owned()))
                .collect(),
        }
    }

    /// `path:line:column`, relative to the repository.
    fn place(&self, span: Span) -> String {
        self.project
            .place_in_repository(&At::Span(span))
            .unwrap_or_default()
    }
}

/// Every node by its id: intents, and the other ends of edges.
fn ends(graph: &IntentGraph) -> BTreeMap<String, End> {
    let intents = graph.iter().map(|(id, _)| End::Intent(id));
    let others = graph.edges.iter().flat_map(|edge| [&edge.from, &edge.to]);
    intents
        .chain(others.cloned())
        .map(|end| (graph.node_id(&end), end))
        .collect()
}

/// Whether a value tells a reader anything: not what is unset or empty, nor routes, which are listed.
fn says_something(name: &str, setting: &Setting) -> bool {
    let empty = match &setting.value {
        klo_intent::AttrValue::Null => true,
        klo_intent::AttrValue::List(items) => items.is_empty(),
        klo_intent::AttrValue::Map(entries) => entries.is_empty(),
        _ => false,
    };
    !empty && name != "routes"
}

/// The few words that tell an intent from others of its kind.
fn detail(intent: &Intent) -> String {
    let mut words = vec![intent.kind.name().to_owned()];
    let mut say = |attribute: &str| {
        let value = intent.value(attribute);
        if !value.is_null() {
            words.push(shown(value));
        }
    };
    match intent.kind {
        Kind::Service | Kind::Function | Kind::Job => say("run_on"),
        Kind::Database => ["engine", "storage"].into_iter().for_each(say),
        Kind::Cache => say("engine"),
        Kind::Site => say("domain"),
        Kind::Queue | Kind::Topic if intent.flag("fifo") => words.push("fifo".to_owned()),
        Kind::Bucket
        | Kind::Table
        | Kind::Volume
        | Kind::Queue
        | Kind::Topic
        | Kind::Secret
        | Kind::Config => {}
    }
    if intent.kind == Kind::Service
        && let (Some(least), Some(most)) = (intent.int("min"), intent.int("max"))
    {
        words.push(if least == most {
            format!("×{least}")
        } else {
            format!("×{least}–{most}")
        });
    }
    if let Some(gpu) = intent.value("gpu").get("type") {
        words.push(shown(gpu));
    }
    if !intent.value("existing").is_null() {
        words.push("existing".to_owned());
    }
    words.join(" · ")
}

/// Resources of an intent's own, and the files with others that serve it.
fn resources(plan: &Plan, id: &str) -> (Vec<Resource>, Vec<(String, usize)>) {
    let tool = plan.graph.deployment().tool();
    let serving = serving(plan, id);
    let own = serving.own.into_iter().map(|resource| Resource {
        address: resource.address.to_string(),
        purpose: resource.why.sentence(),
        file: resource.group.file(resource.root, tool),
    });
    let calls = plan
        .modules
        .iter()
        .filter(|call| call.why.intents.contains(id) && matches!(call.group, Group::Intent { .. }));
    let calls = calls.map(|call| Resource {
        address: format!("module.{}", call.name),
        purpose: call.why.sentence(),
        file: call.group.file(call.root, tool),
    });
    let mut shared: BTreeMap<String, usize> = BTreeMap::new();
    for resource in serving.shared {
        *shared
            .entry(resource.group.file(resource.root, tool))
            .or_default() += 1;
    }
    (calls.chain(own).collect(), shared.into_iter().collect())
}

fn shown_finding(finding: &klo_check::Finding) -> Finding {
    let diagnostic = &finding.diagnostic;
    let rule = diagnostic.rule.as_ref();
    Finding {
        rule: rule.map_or(String::new(), |rule| format!("{} {}", rule.id, rule.name)),
        level: finding.level.to_string(),
        subject: diagnostic.subject.clone().unwrap_or_default(),
        message: diagnostic.message.clone(),
        why: rule.map_or(String::new(), |rule| rule.why.clone()),
        waived: diagnostic.waiver.as_ref().map(|waiver| {
            format!(
                "until {}, by {}: {}",
                waiver.until, waiver.approver, waiver.reason
            )
        }),
    }
}

fn shown_decision(decision: &klo_intent::Decision) -> Decision {
    Decision {
        code: decision.code.to_owned(),
        subject: decision.subject.clone(),
        chosen: decision.chosen.clone(),
        because: decision.because.clone(),
        instead_of: decision.instead_of.clone(),
        standing_cost: decision.standing_cost,
    }
}
