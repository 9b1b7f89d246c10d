//! Who needs the network, and what for.

use std::collections::{BTreeMap, BTreeSet};

use klo_intent::{Edge, Field, Intent, IntentId, Kind, ModuleContext, ModuleOutput, Node};

use crate::context::{Compute, Lowering};
use crate::ingress::address;

/// Packages whose purpose is to talk to other machines, by the name that code imports: a unit in a
/// private subnet that uses one needs a way to the internet. Chosen from the most downloaded
/// packages of PyPI, 2026-11.
const INTERNET_PACKAGES: [&str; 40] = [
    "aiohttp",
    "anthropic",
    "azure",
    "braintree",
    "cloudinary",
    "cohere",
    "datadog",
    "ddtrace",
    "firebase_admin",
    "github",
    "google",
    "googleapiclient",
    "grpc",
    "hubspot",
    "httplib2",
    "httpx",
    "huggingface_hub",
    "langchain_openai",
    "litellm",
    "mailchimp_marketing",
    "mailjet_rest",
    "mistralai",
    "newrelic",
    "notion_client",
    "openai",
    "paypalrestsdk",
    "postmarker",
    "pusher",
    "requests",
    "sendgrid",
    "sentry_sdk",
    "simple_salesforce",
    "slack_sdk",
    "stripe",
    "telegram",
    "tweepy",
    "twilio",
    "urllib3",
    "websocket",
    "websockets",
];

/// What the units in the network need of it.
#[derive(Debug, Default)]
pub(super) struct Needs {
    /// Units that sit in the network.
    pub(super) units: Vec<IntentId>,
    /// Units that need a way to the internet, each with its reason.
    pub(super) internet: Vec<(IntentId, String)>,
    /// Interface endpoints that stand in for one, with who needs them.
    pub(super) interfaces: BTreeMap<&'static str, BTreeSet<IntentId>>,
    /// Gateway endpoints (`s3`, `dynamodb`), with who uses them.
    pub(super) gateways: BTreeMap<&'static str, BTreeSet<IntentId>>,
    /// Data stores that stand in the network.
    pub(super) stores: Vec<IntentId>,
    /// Stores that the internet is to reach, or whose module takes the subnets with a way there.
    pub(super) public: Vec<IntentId>,
    /// Whether a store's module takes the subnets where units run.
    pub(super) private: bool,
    /// Whether a load balancer stands in the network.
    pub(super) balanced: bool,
}

impl Needs {
    pub(super) fn of(lowering: &Lowering<'_>) -> Self {
        let mut needs = Self {
            balanced: address::needs_network(lowering.graph, &lowering.compute),
            ..Self::default()
        };
        for (id, intent) in lowering.graph.iter() {
            if is_made_inside(intent) {
                needs.stores.push(id);
                let takes = |context| takes(intent, context);
                if intent.flag("public") || takes(ModuleContext::PublicSubnets) {
                    needs.public.push(id);
                }
                needs.private |= takes(ModuleContext::PrivateSubnets);
            }
            if intent.kind.is_unit() && in_network(lowering, id) {
                needs.units.push(id);
                needs.add_unit(lowering, id, intent);
            }
        }
        needs
    }

    /// Whether there must be a network at all.
    pub(super) fn any(&self) -> bool {
        self.balanced || !(self.units.is_empty() && self.stores.is_empty())
    }

    /// Everyone whom the network serves, by id.
    pub(super) fn served(&self, lowering: &Lowering<'_>) -> BTreeSet<String> {
        let behind_balancer = lowering
            .graph
            .edges
            .iter()
            .filter(|edge| self.balanced && edge.from == Node::Internal)
            .filter_map(|edge| edge.to.intent());
        let inside = self.units.iter().chain(&self.stores).copied();
        inside
            .chain(behind_balancer)
            .map(|id| lowering.intent(id).id())
            .collect()
    }

    fn add_unit(&mut self, lowering: &Lowering<'_>, id: IntentId, unit: &Intent) {
        let on_containers = lowering.compute.get(&id) != Some(&Compute::Lambda);
        if on_containers {
            let reason = "pulls its image and reaches AWS APIs".to_owned();
            self.internet.push((id, reason));
            // Layers of images lie in S3.
            self.gateways.entry("s3").or_default().insert(id);
        } else if let Some(package) = internet_package(unit) {
            self.internet
                .push((id, format!("uses the package `{package}`")));
        } else if let Some(edge) = lowering.graph.edges_from(id).find(|e| calls_other_app(e)) {
            let to = lowering.graph.node_id(&edge.to);
            self.internet.push((id, format!("calls `{to}`")));
        }
        for edge in lowering.graph.edges_from(id) {
            for service in services(lowering, edge) {
                let set = match service {
                    "s3" | "dynamodb" => &mut self.gateways,
                    _ if on_containers => continue,
                    _ => &mut self.interfaces,
                };
                set.entry(service).or_default().insert(id);
            }
        }
    }
}

/// Whether a unit sits in the network: containers always, a function when it reaches something
/// there.
pub(super) fn in_network(lowering: &Lowering<'_>, id: IntentId) -> bool {
    lowering.compute.get(&id) != Some(&Compute::Lambda)
        || address::calls_into_network(lowering.graph, &lowering.compute, id)
        || lowering.graph.edges_from(id).any(|edge| {
            edge.to
                .intent()
                .is_some_and(|target| reaches_inside(lowering.intent(target)))
        })
}

/// Whether a unit calls what lies outside of the network: AWS's API, other apps, the internet.
pub(crate) fn calls_outside(lowering: &Lowering<'_>, id: IntentId) -> bool {
    let mut edges = lowering.graph.edges_from(id);
    internet_package(lowering.intent(id)).is_some()
        || edges.any(|edge| crate::eks::is_of_aws(lowering, edge))
}

fn reaches_inside(intent: &Intent) -> bool {
    let named = match intent.made_by() {
        Some(module) => module.outputs.contains_key(&ModuleOutput::SecurityGroup),
        None => intent.value("existing").get("security_group").is_some(),
    };
    stands_inside(intent) && (is_made_inside(intent) || intent.kind == Kind::Volume || named)
}

/// Whether the environment makes it in the network: klo itself, or a module that takes a part of
/// the network.
fn is_made_inside(intent: &Intent) -> bool {
    match intent.made_by() {
        Some(module) => module.takes_network(),
        None => stands_inside(intent) && intent.value("existing").is_null(),
    }
}

fn takes(intent: &Intent, context: ModuleContext) -> bool {
    intent.made_by().is_some_and(|module| module.takes(context))
}

fn stands_inside(intent: &Intent) -> bool {
    matches!(intent.kind, Kind::Database | Kind::Cache | Kind::Volume)
}

fn internet_package(unit: &Intent) -> Option<&'static str> {
    let packages = &unit.code.as_ref()?.external_packages;
    INTERNET_PACKAGES
        .into_iter()
        .find(|package| packages.contains(*package))
}

/// The AWS services that a unit talks to because of an edge, as VPC endpoints name them.
fn services(lowering: &Lowering<'_>, edge: &Edge) -> Vec<&'static str> {
    let kind = match &edge.to {
        Node::Intent(id) => lowering.intent(*id).kind,
        Node::OtherApp { intent, .. } => {
            let kind = intent.split('.').next().and_then(Kind::from_name);
            match kind {
                Some(kind) => kind,
                None => return Vec::new(),
            }
        }
        _ => return Vec::new(),
    };
    let fetches_secret = edge
        .bindings
        .iter()
        .any(|binding| matches!(binding.field, Field::Url | Field::Password | Field::User));
    match kind {
        Kind::Bucket => vec!["s3"],
        Kind::Table => vec!["dynamodb"],
        Kind::Queue => vec!["sqs"],
        Kind::Topic => vec!["sns"],
        Kind::Secret => vec!["secretsmanager"],
        Kind::Database if fetches_secret => vec!["secretsmanager"],
        // Its value is in the environment already; only code that asks for it itself needs more.
        Kind::Config if edge.methods.is_empty() => Vec::new(),
        Kind::Config => vec!["ssm"],
        Kind::Function | Kind::Service | Kind::Job => invoked(lowering, edge),
        _ => Vec::new(),
    }
}

/// Whether an edge leads to the address of another app's unit, which lies in no network of this app's.
fn calls_other_app(edge: &Edge) -> bool {
    let is_unit = matches!(&edge.to, Node::OtherApp { intent, .. }
        if intent.split('.').next().and_then(Kind::from_name).is_some_and(Kind::is_unit));
    let mut fields = edge.extra.values();
    is_unit && fields.any(|field| matches!(field, Field::Url | Field::Host))
}

fn invoked(lowering: &Lowering<'_>, edge: &Edge) -> Vec<&'static str> {
    let compute = match &edge.to {
        // Only a function is called through AWS; what another app runs on is not known here.
        Node::OtherApp { intent, .. } if intent.starts_with("function.") => Some(&Compute::Lambda),
        to => to.intent().and_then(|id| lowering.compute.get(&id)),
    };
    match compute {
        Some(Compute::Lambda) => vec!["lambda"],
        Some(Compute::Batch) => vec!["batch"],
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages_are_sorted_and_unique() {
        let mut sorted = INTERNET_PACKAGES;
        sorted.sort_unstable();
        assert!(sorted.windows(2).all(|pair| pair[0] != pair[1]));
    }
}
