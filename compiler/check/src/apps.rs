//! What an app uses of others in the same repository, checked against them.

use std::collections::BTreeSet;

use klo_config::App;
use klo_diagnostics::codes::linking as codes;
use klo_diagnostics::{Diagnostic, Level, did_you_mean, list_of};
use klo_intent::{Edge, Field, Intent, IntentGraph, IntentId, Node};
use klo_source::Span;

use crate::{Finding, Policy, check_graph};

/// Another app of the repository.
#[derive(Debug, Clone, Copy)]
pub struct Neighbour<'a> {
    /// The app.
    pub app: &'a App,
    /// Its graph before settings; `None` for one that nothing names.
    pub graph: Option<&'a IntentGraph>,
    /// Its rules; `None` where they have a mistake.
    pub policy: Option<&'a Policy>,
}

/// What is wrong with an app's uses of other apps in one environment. Apps that the repository does
/// not hold are left to the plan, which reads what they publish.
pub fn check_uses(
    graph: &IntentGraph,
    app: &App,
    environment: &str,
    neighbours: &[Neighbour<'_>],
) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for edge in &graph.edges {
        let (Node::OtherApp { app: name, intent }, Some(unit)) = (&edge.to, edge.from.intent())
        else {
            continue;
        };
        let unit = graph.intent(unit);
        let at = edge.at.first().copied().unwrap_or(unit.at);
        let uses = Uses {
            app,
            environment,
            unit,
            edge,
            at,
            to: intent,
        };
        match neighbours.iter().find(|other| other.app.name == *name) {
            Some(other) => uses.check(other, neighbours, &mut found),
            None => found.extend(uses.unknown_app(name, neighbours)),
        }
    }
    for diagnostic in &mut found {
        diagnostic.app.clone_from(&app.name);
        diagnostic.environments = vec![environment.to_owned()];
    }
    found
}

/// One use of another app's intent.
struct Uses<'a> {
    app: &'a App,
    environment: &'a str,
    unit: &'a Intent,
    edge: &'a Edge,
    at: Span,
    /// `topic.order-events`.
    to: &'a str,
}

impl Uses<'_> {
    fn error(&self, code: klo_diagnostics::Code, message: String, help: String) -> Diagnostic {
        Diagnostic::error(code, self.at, message)
            .help(help)
            .subject(self.unit.id())
    }

    /// An app of nearly that name; one of another name altogether lies elsewhere.
    fn unknown_app(&self, name: &str, neighbours: &[Neighbour<'_>]) -> Option<Diagnostic> {
        let names = neighbours.iter().map(|other| other.app.name.as_str());
        let near = did_you_mean(name, names)?;
        let message = format!("this repository holds no app `{name}`");
        let help = format!(
            "did you mean `{near}:{}`? If `{name}` lies in another repository, the plan reads what it publishes",
            self.to
        );
        Some(
            Diagnostic::warning(codes::UNKNOWN_APP, self.at, message)
                .help(help)
                .subject(self.unit.id()),
        )
    }

    fn check(
        &self,
        other: &Neighbour<'_>,
        neighbours: &[Neighbour<'_>],
        found: &mut Vec<Diagnostic>,
    ) {
        let Some(graph) = other.graph else { return };
        if let Some(error) = self.unknown_intent(other.app, graph) {
            found.push(error);
            return;
        }
        if let Some(error) = self.elsewhere(other.app) {
            found.push(error);
            return;
        }
        if let Some(error) = self.waits(other, neighbours) {
            found.push(error);
        }
        let none = Policy::none();
        let policy = other.policy.unwrap_or(&none);
        let verdict = check_graph(graph, other.app, self.environment, policy);
        let resolved = match verdict.outcome {
            Ok(graph) => graph.into_inner(),
            Err(Some(graph)) => *graph,
            Err(None) => return,
        };
        let Some(id) = resolved.by_id(self.to) else {
            return;
        };
        if let Some(error) = self.unpublished(other.app, &resolved, id) {
            found.push(error);
        }
        found.extend(self.refused(other.app, graph, policy, &verdict.findings));
    }

    fn unknown_intent(&self, other: &App, graph: &IntentGraph) -> Option<Diagnostic> {
        if graph.by_id(self.to).is_some() {
            return None;
        }
        let ids: Vec<String> = graph.intents.iter().map(Intent::id).collect();
        let name = self.to.split_once('.').map_or(self.to, |(_, name)| name);
        let same_name = graph.intents.iter().find(|intent| intent.name == name);
        let kinds = |id: &&String| id.split('.').next() == self.to.split('.').next();
        let same_kind: Vec<&str> = ids.iter().filter(kinds).map(String::as_str).collect();
        let near = did_you_mean(self.to, ids.iter().map(String::as_str));
        let help = match (same_name, near, same_kind.as_slice()) {
            (Some(intent), _, _) => format!(
                "`{name}` is a {} there: write `{}:{}`",
                intent.kind,
                other.name,
                intent.id()
            ),
            (None, Some(near), _) => format!("did you mean `{}:{near}`?", other.name),
            (None, None, []) => format!(
                "`klo graph {}` lists what the app has",
                if other.root.is_empty() {
                    "."
                } else {
                    &other.root
                }
            ),
            (None, None, known) => format!("it has {}", list_of(known.iter().copied())),
        };
        let message = format!("the app `{}` has no `{}`", other.name, self.to);
        Some(self.error(codes::UNKNOWN_OTHER_INTENT, message, help))
    }

    /// Parameters are read in the same environment, region and account.
    fn elsewhere(&self, other: &App) -> Option<Diagnostic> {
        let own = self.app.environment(self.environment)?;
        let Some(theirs) = other.environment(self.environment) else {
            let names = other.environments.iter().map(|e| e.name.as_str());
            let message = format!(
                "the app `{}` has no environment `{}`, in which `{}` is read",
                other.name, self.environment, self.to
            );
            let help = format!(
                "it has {}; an app reads another's parameters in the environment of the same name",
                list_of(names)
            );
            return Some(self.error(codes::OTHER_ENVIRONMENT, message, help));
        };
        let differs = |what: &str, mine: &str, other_has: &str| {
            let message = format!(
                "`{}` lies in {what} {other_has}, and `{}` in {mine}: its parameters cannot be read",
                other.name, self.app.name
            );
            let help = format!(
                "give `{}` the same {what} in klo.yaml, or use what is there with `existing = {{ arn = \"…\" }}`",
                self.environment
            );
            let error = self.error(codes::OTHER_ENVIRONMENT, message, help);
            match theirs.at {
                Some(at) => error.related(at, "the other app's environment"),
                None => error,
            }
        };
        if own.region != theirs.region {
            return Some(differs("region", &own.region, &theirs.region));
        }
        match (&own.account, &theirs.account) {
            (Some(own), Some(theirs)) if own != theirs => Some(differs("account", own, theirs)),
            _ => None,
        }
    }

    /// What an app makes it publishes, apart from credentials.
    fn unpublished(&self, other: &App, graph: &IntentGraph, id: IntentId) -> Option<Diagnostic> {
        let intent = graph.intent(id);
        let whose = format!("`{}` of `{}`", self.to, other.name);
        if !intent.value("existing").is_null() {
            let message =
                format!("{whose} was made by someone else, so that app does not publish it");
            let help = "use it with `existing` in this app too".to_owned();
            return Some(
                self.error(codes::NOT_PUBLISHED, message, help)
                    .related(intent.at, "stated as existing here"),
            );
        }
        let exposed = graph
            .edges_to(id)
            .any(|edge| matches!(edge.from, Node::Internet | Node::Internal));
        // What no app publishes of the kind has been told when the variable was filled.
        let mut fields = self.edge.extra.values();
        let wrong =
            fields.find(|field| intent.kind.is_unit() && !exposed && **field != Field::Arn)?;
        let message =
            format!("the {wrong} of {whose} is not published, since it answers no requests");
        let help = format!(
            "add `@klo::expose(to = \"internet\")` to it in `{}`",
            other.name
        );
        Some(
            self.error(codes::NOT_PUBLISHED, message, help)
                .related(intent.at, "declared here"),
        )
    }

    /// Apps that read each other's parameters cannot be applied a first time.
    fn waits(&self, other: &Neighbour<'_>, neighbours: &[Neighbour<'_>]) -> Option<Diagnostic> {
        let mut way = vec![other.app.name.as_str()];
        let mut seen = BTreeSet::from([other.app.name.as_str()]);
        if !leads_to(other, &self.app.name, neighbours, &mut seen, &mut way) {
            return None;
        }
        let message = format!(
            "`{}` and {} read each other's parameters, so that none of them can be applied first",
            self.app.name,
            list_of(way)
        );
        let help = "put what both need into one app, or name one of them with `existing`";
        Some(self.error(codes::APPS_IN_A_CIRCLE, message, help.to_owned()))
    }

    /// What the other app's rules say once this use is among its edges.
    fn refused(
        &self,
        other: &App,
        graph: &IntentGraph,
        policy: &Policy,
        without: &[Finding],
    ) -> Vec<Diagnostic> {
        let Some(id) = graph.by_id(self.to) else {
            return Vec::new();
        };
        let mut with = graph.clone();
        let from = Node::OtherApp {
            app: self.app.name.clone(),
            intent: self.unit.id(),
        };
        let mut edge = self.edge.clone();
        edge.from = from;
        edge.to = Node::Intent(id);
        edge.bindings.clear();
        edge.extra.clear();
        with.edges.push(edge);
        let verdict = check_graph(&with, other, self.environment, policy);
        let told = |finding: &Finding| {
            let found = &finding.diagnostic;
            (found.message.clone(), finding.intents.clone())
        };
        let before: BTreeSet<_> = without.iter().map(told).collect();
        let new = verdict
            .findings
            .into_iter()
            .filter(|finding| !before.contains(&told(finding)) && finding.waiver.is_none());
        new.filter(|finding| finding.diagnostic.level != Level::Note)
            .map(|finding| self.told(other, finding.diagnostic))
            .collect()
    }

    fn told(&self, other: &App, finding: Diagnostic) -> Diagnostic {
        let rule = finding.rule.as_ref().map_or("a rule", |rule| &rule.id);
        let message = format!(
            "{rule}, which `{}` is held to, does not allow this use: {}",
            other.name, finding.message
        );
        let mut diagnostic =
            Diagnostic::new(codes::REFUSED_BY_OTHER_APP, finding.level, self.at, message)
                .subject(self.unit.id());
        diagnostic.help = finding.help;
        diagnostic
    }
}

/// Whether an app's uses lead to another, through the apps on the way.
fn leads_to<'a>(
    from: &Neighbour<'a>,
    goal: &str,
    neighbours: &[Neighbour<'a>],
    seen: &mut BTreeSet<&'a str>,
    way: &mut Vec<&'a str>,
) -> bool {
    let used: BTreeSet<&str> = from
        .graph
        .into_iter()
        .flat_map(|graph| &graph.edges)
        .filter_map(|edge| match &edge.to {
            Node::OtherApp { app, .. } => Some(app.as_str()),
            _ => None,
        })
        .collect();
    if used.contains(goal) {
        return true;
    }
    for next in neighbours {
        let name = next.app.name.as_str();
        if used.contains(name) && seen.insert(name) {
            way.push(name);
            if leads_to(next, goal, neighbours, seen, way) {
                return true;
            }
            way.pop();
        }
    }
    false
}
