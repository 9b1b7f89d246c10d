//! The cluster of units on Kubernetes (aws.md, "Kubernetes"): EKS and its nodes, who may what from
//! within it, and what its manifests have to know.

mod cluster;
mod controllers;
pub(crate) mod env;
mod flows;
mod general;
mod nodes;
mod plan;
#[cfg(test)]
mod tests;

pub(crate) use controllers::trust;
pub(crate) use flows::{is_of_aws, name as workload_name, service_namespace};
pub(crate) use plan::lower_plain as plan_plain;

use klo_diagnostics::codes::aws;
use klo_diagnostics::{At, Diagnostic};
use klo_intent::{Decision, IntentId, Network};
use klo_plan::{Address, Block, Group, Resource, Root, Value, Why};

use crate::context::{ClusterRefs, Lowering};

/// The file of everything that units on the cluster share.
pub(crate) const GROUP: Group = Group::Shared("cluster");
/// The longest name of a cluster. Amazon EKS API reference, 2026-11.
const NAME_LIMIT: usize = 100;

/// Whether klo makes a cluster.
pub(crate) fn is_created(lowering: &Lowering<'_>) -> bool {
    lowering.deployment().kubernetes.cluster.is_none() && !units(lowering).is_empty()
}

/// Whether klo makes node groups.
pub(crate) fn is_managed(lowering: &Lowering<'_>) -> bool {
    lowering.deployment().kubernetes.nodes == "managed"
}

/// Units on the cluster.
fn units(lowering: &Lowering<'_>) -> Vec<IntentId> {
    let on_eks = lowering
        .compute
        .iter()
        .filter(|(_, compute)| compute.is_eks());
    on_eks.map(|(id, _)| *id).collect()
}

/// Because of every unit on the cluster.
fn because(lowering: &Lowering<'_>, purpose: &str) -> Why {
    let ids = units(lowering)
        .into_iter()
        .map(|id| lowering.intent(id).id());
    Why::shared(ids, purpose).decided_by("cluster")
}

/// Adds something that units on the cluster share.
fn add(lowering: &mut Lowering<'_>, address: Address, purpose: &str, body: Block) -> Address {
    let why = because(lowering, purpose);
    lowering.add(Resource::new(address, GROUP, why, body))
}

/// The namespace of the environment's objects.
pub(crate) fn namespace(lowering: &Lowering<'_>) -> String {
    lowering.physical("", "", 63)
}

/// The cluster's name, as text.
pub(crate) fn name(lowering: &Lowering<'_>) -> String {
    match &lowering.deployment().kubernetes.cluster {
        Some(name) => name.clone(),
        None => lowering.physical("", "", NAME_LIMIT),
    }
}

/// Makes the cluster, or finds the one that exists, and gives units on it its security group.
pub(crate) fn lower(lowering: &mut Lowering<'_>) {
    let units = units(lowering);
    if units.is_empty() || lowering.network.is_none() {
        return;
    }
    let existing = lowering.deployment().kubernetes.cluster.clone();
    let refs = match existing {
        Some(name) => find(lowering, &name),
        None => cluster::lower(lowering),
    };
    for unit in units {
        lowering.unit_groups.insert(unit, refs.group.clone());
    }
    lowering.cluster = Some(refs);
}

fn find(lowering: &mut Lowering<'_>, name: &str) -> ClusterRefs {
    if matches!(lowering.deployment().network, Network::Created { .. }) {
        lowering.report(
            Diagnostic::error(
                aws::CLUSTER_NETWORK,
                At::Nowhere,
                format!(
                    "units are to run on the existing cluster `{name}`, and its network is not \
                     named"
                ),
            )
            .help(
                "name the network that the cluster is in: `network: { vpc: vpc-…, \
                 private_subnets: […] }` in klo.yaml",
            ),
        );
    }
    let address = Address::data("aws_eks_cluster", "main");
    let body = Block::new().with("name", name);
    let data = add(lowering, address, "the existing cluster", body);
    lowering.decide(Decision {
        code: "cluster",
        subject: "cluster".to_owned(),
        chosen: format!("the existing cluster {name}"),
        because: "`kubernetes` in klo.yaml names it; its version, its nodes and what is installed \
                  on it are its owner's"
            .to_owned(),
        instead_of: vec!["a cluster of the app's own: about 73 dollars a month".to_owned()],
        standing_cost: false,
    });
    refs(&data)
}

fn refs(cluster: &Address) -> ClusterRefs {
    ClusterRefs {
        name: cluster.attr("name"),
        group: cluster
            .attr("vpc_config")
            .index(0)
            .attribute("cluster_security_group_id"),
    }
}

/// What depends on everything else: controllers' permissions, and the plan of what runs.
pub(crate) fn finish(lowering: &mut Lowering<'_>) {
    if lowering.cluster.is_none() {
        return;
    }
    let store = controllers::lower(lowering);
    plan::lower(lowering, store);
    env::lower(lowering);
}

/// Whether the main root has a resource.
fn has(lowering: &Lowering<'_>, address: &Address) -> bool {
    lowering.plan.get(Root::Main, address).is_some()
}

/// The name of a role of the cluster's own.
fn role_name(lowering: &Lowering<'_>, part: &str) -> String {
    lowering.physical("eks", part, 64)
}

/// A role of the cluster's own.
fn role(lowering: &mut Lowering<'_>, part: &str, purpose: &str, trust: Value) -> Address {
    let name = role_name(lowering, part);
    let symbol = klo_plan::symbol(part);
    let body = Block::new()
        .with("name", name)
        .with("description", purpose)
        .with("assume_role_policy", trust);
    add(
        lowering,
        Address::managed("aws_iam_role", symbol),
        purpose,
        body,
    )
}

/// One of AWS's own policies: what it is called in an address, and its name in IAM.
type AwsPolicy = (&'static str, &'static str);

/// Gives a role one of AWS's own policies.
fn attach(lowering: &mut Lowering<'_>, role: &Address, (part, policy): AwsPolicy) -> Address {
    let arn = format!("arn:{}:iam::aws:policy/{policy}", lowering.partition());
    let body = Block::new()
        .with("role", role.attr("name"))
        .with("policy_arn", arn);
    let name = format!("{}_{part}", role.name);
    let address = Address::managed("aws_iam_role_policy_attachment", name);
    add(lowering, address, "what AWS says that it needs", body)
}
