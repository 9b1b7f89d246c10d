//! What all lowerings share: the graph, the plan in the making, and what earlier phases decided.

use std::collections::BTreeMap;

use klo_diagnostics::Diagnostic;
use klo_intent::{
    AttrValue, Decision, Deployment, Field, Intent, IntentGraph, IntentId, ModuleContext, Tier,
};
use klo_plan::kubernetes::{Piece, Told, Workload};
use klo_plan::{Address, Block, Group, Plan, Resource, Value, Why, physical_name, symbol};

use crate::Lowered;

/// Where a unit's code runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Compute {
    /// AWS Lambda.
    Lambda,
    /// A service on ECS Fargate.
    Fargate,
    /// AWS Batch on Fargate: a job, or a function that Lambda cannot hold.
    Batch,
    /// Pods on EKS that run until they are told to stop.
    Eks,
    /// Pods on EKS that end.
    EksJob,
}

impl Compute {
    /// Whether containers run all the time: they answer requests, or wait for messages.
    pub(crate) fn stays(self) -> bool {
        matches!(self, Self::Fargate | Self::Eks)
    }

    /// Whether it runs on the cluster.
    pub(crate) fn is_eks(self) -> bool {
        matches!(self, Self::Eks | Self::EksJob)
    }
}

/// The cluster that units run on, whether klo makes it or it exists.
#[derive(Debug, Clone)]
pub(crate) struct ClusterRefs {
    /// Its name.
    pub(crate) name: Value,
    /// The security group of its nodes, and so of its pods.
    pub(crate) group: Value,
}

/// How a field of a resource gets to a unit.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Supply {
    /// A value that may be read by everyone who may read the configuration.
    Plain(Value),
    /// A reference to a secret.
    Secret {
        /// The secret's ARN.
        arn: Value,
        /// The key in its JSON; the whole value without one.
        key: Option<String>,
        /// The version that is meant, so that a new one rolls the unit; the current one without.
        version: Option<Value>,
    },
    /// Text in which parts of a secret stand, which the cluster's store of secrets puts together;
    /// outside of AWS alone.
    Composed {
        /// The secret's entry.
        secret: Value,
        /// The parts.
        parts: Vec<Piece>,
    },
}

/// What a data intent offers to units, whatever stands behind it: a created resource, a proxy, an
/// existing resource or a module.
#[derive(Debug, Clone, Default)]
pub(crate) struct Store {
    /// Fields that are the same for every unit. A database's or cache's `url` is not here, since it
    /// differs by unit and driver; see [`Store::urls`].
    pub(crate) fields: BTreeMap<Field, Supply>,
    /// The finished URL by unit and variable.
    pub(crate) urls: BTreeMap<(IntentId, String), Supply>,
    /// The ARN that permissions name.
    pub(crate) arn: Option<Value>,
    /// Secrets that the unit's start must be able to read for it: their ARNs.
    pub(crate) secrets: Vec<Value>,
    /// Addresses that must exist before a unit that uses it starts.
    pub(crate) ready: Vec<Address>,
    /// What a unit mounts, for volumes.
    pub(crate) mount: Option<Mount>,
    /// The same outside of AWS: a claim that is there.
    pub(crate) claim: Option<String>,
}

/// A file system as units mount it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Mount {
    /// The file system's id and ARN.
    pub(crate) file_system: (Value, Value),
    /// The access point's id and ARN.
    pub(crate) access_point: (Value, Value),
}

/// What phases after `unit` need to know about a lowered unit.
#[derive(Debug, Clone)]
pub(crate) struct UnitRefs {
    /// Where it runs.
    pub(crate) compute: Compute,
    /// The role that its code runs under: address of the `aws_iam_role`.
    pub(crate) role: Address,
    /// The ARN to invoke: the function (or its alias), the job definition.
    pub(crate) arn: Option<Value>,
    /// The `aws_lambda_function`, ECS service or Batch job definition.
    pub(crate) main: Option<Address>,
    /// The Lambda alias that provisioned concurrency hangs on, when there is one.
    pub(crate) alias: Option<Address>,
    /// Batch job queue.
    pub(crate) job_queue: Option<Address>,
}

/// The queues that a container takes messages from.
#[derive(Debug, Clone, Default)]
pub(crate) struct Queues {
    /// URLs.
    pub(crate) urls: Vec<Value>,
    /// ARNs.
    pub(crate) arns: Vec<Value>,
}

/// The network's ids, whether klo makes it or it exists.
#[derive(Debug, Clone)]
pub(crate) struct NetworkRefs {
    /// The VPC's id.
    pub(crate) vpc: Value,
    /// A list value of subnet ids.
    pub(crate) public_subnets: Value,
    /// A list value of subnet ids.
    pub(crate) private_subnets: Value,
    /// A list value of subnet ids for data stores.
    pub(crate) data_subnets: Value,
    /// Each data subnet's id, in the order of zones.
    pub(crate) data_each: Vec<Value>,
}

/// The state of a lowering.
pub(crate) struct Lowering<'g> {
    /// The graph.
    pub(crate) graph: &'g IntentGraph,
    /// The plan so far.
    pub(crate) plan: Plan,
    /// Diagnostics so far.
    pub(crate) diagnostics: Vec<Diagnostic>,
    /// Platform of every unit, from `compute::decide` on.
    pub(crate) compute: BTreeMap<IntentId, Compute>,
    /// The network, from `network::lower` on; `None` when nothing needs one.
    pub(crate) network: Option<NetworkRefs>,
    /// Security group id of every unit that has one, from `network::lower` on.
    pub(crate) unit_groups: BTreeMap<IntentId, Value>,
    /// Nodes with GPUs, from `compute::decide` on.
    pub(crate) pools: Vec<crate::gpu::pool::Pool>,
    /// The cluster, from `eks::lower` on; `None` where nothing runs on one.
    pub(crate) cluster: Option<ClusterRefs>,
    /// What runs on the cluster, from `unit::lower` on.
    pub(crate) workloads: BTreeMap<IntentId, Workload>,
    /// ARNs of the secrets of each unit on the cluster, likewise.
    pub(crate) secret_arns: BTreeMap<IntentId, Vec<Value>>,
    /// Lines of `terraform.env`, by name.
    pub(crate) cluster_env: BTreeMap<String, Value>,
    /// Outside of AWS: what the build and people tell the manifests.
    pub(crate) told: Vec<Told>,
    /// URLs and ARNs of the queues that a container takes messages from, from `triggers::prepare`
    /// and `triggers::lower` on.
    pub(crate) queues: BTreeMap<IntentId, Queues>,
    /// Data intents, from `data::lower` on.
    pub(crate) stores: BTreeMap<IntentId, Store>,
    /// Units, from `unit::lower` on.
    pub(crate) units: BTreeMap<IntentId, UnitRefs>,
    /// Variables that klo's own entry modules read, by unit; from `triggers::prepare` on.
    pub(crate) extra_env: BTreeMap<IntentId, BTreeMap<String, Value>>,
    /// Source and unit of the triggers that can be made, between `triggers::prepare` and
    /// `triggers::lower`.
    pub(crate) possible_triggers: Vec<(IntentId, IntentId)>,
}

impl<'g> Lowering<'g> {
    pub(crate) fn new(graph: &'g IntentGraph) -> Self {
        Self {
            graph,
            plan: Plan::new(graph.clone()),
            diagnostics: Vec::new(),
            compute: BTreeMap::new(),
            network: None,
            unit_groups: BTreeMap::new(),
            pools: Vec::new(),
            cluster: None,
            workloads: BTreeMap::new(),
            secret_arns: BTreeMap::new(),
            cluster_env: BTreeMap::new(),
            told: Vec::new(),
            queues: BTreeMap::new(),
            stores: BTreeMap::new(),
            units: BTreeMap::new(),
            extra_env: BTreeMap::new(),
            possible_triggers: Vec::new(),
        }
    }

    pub(crate) fn finish(self) -> Lowered {
        Lowered {
            plan: self.plan,
            diagnostics: self.diagnostics,
        }
    }

    /// The environment that is being lowered.
    pub(crate) fn deployment(&self) -> &'g Deployment {
        self.graph.deployment()
    }

    /// Whether the environment is protected.
    pub(crate) fn is_prod(&self) -> bool {
        self.deployment().tier == Tier::Prod
    }

    /// Whether units run on any cluster, and nothing of AWS is made.
    pub(crate) fn is_plain(&self) -> bool {
        self.deployment().platform == "kubernetes"
    }

    /// What the cluster is called in messages.
    pub(crate) fn cluster_kind(&self) -> &'static str {
        if self.is_plain() { "Kubernetes" } else { "EKS" }
    }

    /// Whether a unit runs on the cluster.
    pub(crate) fn on_eks(&self, id: IntentId) -> bool {
        self.compute
            .get(&id)
            .is_some_and(|compute| compute.is_eks())
    }

    /// The intent of an id.
    pub(crate) fn intent(&self, id: IntentId) -> &'g Intent {
        self.graph.intent(id)
    }

    /// Adds a resource.
    pub(crate) fn add(&mut self, resource: Resource) -> Address {
        self.plan.add(resource)
    }

    /// Records a choice.
    pub(crate) fn decide(&mut self, decision: Decision) {
        self.plan.decisions.push(decision);
    }

    /// Reports something to the user.
    pub(crate) fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// The customer-managed key's ARN, in environments that have one: `var.key_arn`, which the
    /// bootstrap root's outputs fill.
    pub(crate) fn key_arn(&self) -> Option<Value> {
        self.is_prod().then(|| Value::variable("key_arn"))
    }

    /// Whether a data intent is encrypted with the environment's key, where there is one: klo makes
    /// it, or a module that takes the key.
    pub(crate) fn uses_own_key(&self, id: IntentId) -> bool {
        let intent = self.intent(id);
        match intent.made_by() {
            Some(module) => module.takes(ModuleContext::KmsKey),
            None => intent.value("existing").is_null(),
        }
    }

    /// For how many days log groups keep events: a year where an audit may ask for them.
    pub(crate) fn log_retention(&self) -> i64 {
        if self.is_prod() { 365 } else { 30 }
    }

    /// `aws`, or the partition that the region belongs to.
    pub(crate) fn partition(&self) -> &'static str {
        match self.deployment().region.split('-').next() {
            Some("cn") => "aws-cn",
            _ if self.deployment().region.starts_with("us-gov-") => "aws-us-gov",
            _ => "aws",
        }
    }

    /// The ARN of something whose name klo chose, in this environment's region. Where the account
    /// is not known its place is `*`, which in a policy still means one name.
    pub(crate) fn arn_of(&self, service: &str, resource: &str) -> String {
        let deployment = self.deployment();
        let account = deployment.account.as_deref().unwrap_or("*");
        format!(
            "arn:{}:{service}:{}:{account}:{resource}",
            self.partition(),
            deployment.region
        )
    }

    /// The name of a unit among all units: kinds may share a name, physical names may not, so all
    /// but the first kind append theirs.
    pub(crate) fn unit_name(&self, id: IntentId) -> String {
        let unit = self.intent(id);
        let taken = self.graph.iter().any(|(_, other)| {
            other.kind.is_unit() && other.kind < unit.kind && other.name == unit.name
        });
        if taken {
            format!("{}-{}", unit.name, unit.kind)
        } else {
            unit.name.clone()
        }
    }

    /// The name of a unit's image repository; its key in `var.repositories` and `var.images` is
    /// the stem of the unit's file, `service-orders-api`.
    pub(crate) fn repository_name(&self, id: IntentId) -> String {
        self.physical(&self.unit_name(id), "", 256)
    }

    /// The tags of an intent that the provider's default tags do not set already; `None` without.
    pub(crate) fn tags(&self, intent: &Intent) -> Option<Value> {
        let defaults = &self.deployment().tags;
        let own: Vec<(String, Value)> = intent
            .entries("tags")
            .map(|(key, value)| (key.to_owned(), plain_text(value)))
            .filter(|(key, value)| defaults.get(key) != Some(value))
            .map(|(key, value)| (key, Value::Text(value)))
            .collect();
        (!own.is_empty()).then(|| Value::map(own))
    }

    /// `<app>-<env>-<name>[-<part>]`, cut to what the service allows.
    pub(crate) fn physical(&self, name: &str, part: &str, limit: usize) -> String {
        let deployment = self.deployment();
        physical_name(
            &[&deployment.app, &deployment.environment, name, part],
            limit,
        )
    }
}

/// A scalar as text, the way an environment variable or tag holds it.
pub(crate) fn plain_text(value: &AttrValue) -> String {
    match value.to_json() {
        serde_json::Value::String(text) => text,
        other => other.to_string(),
    }
}

/// The address of a data intent's one main resource: `aws_db_instance.orders`.
pub(crate) fn main_address(kind: &'static str, intent: &Intent) -> Address {
    Address::managed(kind, symbol(&intent.name))
}

/// The address of everything else of an intent: `aws_iam_role.service_orders_api_execution`.
pub(crate) fn part_address(kind: &'static str, intent: &Intent, part: &str) -> Address {
    let base = format!("{}_{}", intent.kind, symbol(&intent.name));
    let name = if part.is_empty() {
        base
    } else {
        format!("{base}_{}", symbol(part))
    };
    Address::managed(kind, name)
}

/// The address of something that serves an edge: `aws_vpc_security_group_ingress_rule.a_to_b`.
pub(crate) fn edge_address(kind: &'static str, from: &str, to: &str) -> Address {
    Address::managed(kind, format!("{}_to_{}", symbol(from), symbol(to)))
}

/// The file of an intent.
pub(crate) fn group_of(intent: &Intent) -> Group {
    Group::of(intent)
}

/// A queue's arguments with its encryption at rest: by a key, or by SQS's own.
pub(crate) fn encrypted_queue(body: Block, key: Option<Value>) -> Block {
    match key {
        Some(key) => body.with("kms_master_key_id", key),
        None => body.with("sqs_managed_sse_enabled", true),
    }
}

/// Because of one intent.
pub(crate) fn why(intent: &Intent, purpose: &str) -> Why {
    Why::intent(intent.id(), purpose)
}
