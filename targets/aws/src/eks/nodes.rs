//! The nodes of a cluster: their role, and the node groups where they are managed.

use klo_plan::kubernetes::{GPU, OWNER_LABEL, POOL_LABEL};
use klo_plan::{Address, Block, Lifecycle, Resource, Value, symbol};

use super::cluster::{address, trusted};
use super::{AwsPolicy, GROUP, add, attach, because, general, is_managed, namespace};
use crate::context::Lowering;
use crate::gpu::pool::Pool;
use crate::instances::gpu::architecture;

/// The longest name of a node group. Amazon EKS API reference, 2026-11.
const NAME_LIMIT: usize = 63;

/// The role of nodes.
pub(super) fn role(lowering: &mut Lowering<'_>) -> Address {
    let trust = trusted("ec2.amazonaws.com", &["sts:AssumeRole"]);
    let role = super::role(lowering, "nodes", "what the cluster's nodes may do", trust);
    // Amazon EKS user guide, "Amazon EKS node IAM role" and "Auto Mode node IAM role", 2026-11.
    let own: &[AwsPolicy] = if is_managed(lowering) {
        &[
            ("worker", "AmazonEKSWorkerNodePolicy"),
            ("network", "AmazonEKS_CNI_Policy"),
        ]
    } else {
        &[("worker", "AmazonEKSWorkerNodeMinimalPolicy")]
    };
    for policy in own
        .iter()
        .chain(&[("images", "AmazonEC2ContainerRegistryPullOnly")])
    {
        attach(lowering, &role, *policy);
    }
    role
}

/// The machine image of nodes. Amazon EKS API reference, `amiType`, 2026-11.
pub(crate) fn ami_type(architecture: &str, gpu: bool) -> &'static str {
    match (architecture, gpu) {
        ("arm64", true) => "AL2023_ARM_64_NVIDIA",
        ("arm64", false) => "AL2023_ARM_64_STANDARD",
        (_, true) => "AL2023_x86_64_NVIDIA",
        (_, false) => "AL2023_x86_64_STANDARD",
    }
}

/// Add-ons and node groups: for everything, and one for each pool of GPUs.
pub(super) fn lower(lowering: &mut Lowering<'_>, role: &Address) {
    let mut before = attachments(lowering, role);
    for name in ["vpc-cni", "kube-proxy", "eks-pod-identity-agent"] {
        before.push(add_on(lowering, name, Vec::new()));
    }
    let general = general::node_group(lowering, role, &before);
    add_on(lowering, "coredns", vec![general]);
    for pool in lowering.pools.clone() {
        add_pool(lowering, role, &pool, &before);
    }
}

/// A node joins only with its role's policies.
fn attachments(lowering: &Lowering<'_>, role: &Address) -> Vec<Address> {
    let own = role.attr("name");
    lowering
        .plan
        .in_root(klo_plan::Root::Main)
        .filter(|resource| {
            resource.address.kind == "aws_iam_role_policy_attachment"
                && resource.body.get("role") == Some(&own)
        })
        .map(|resource| resource.address.clone())
        .collect()
}

/// An add-on in the version that is EKS's default for the cluster's.
pub(super) fn add_on(lowering: &mut Lowering<'_>, name: &str, after: Vec<Address>) -> Address {
    let body = Block::new()
        .with("cluster_name", address().attr("name"))
        .with("addon_name", name)
        .with("resolve_conflicts_on_create", "OVERWRITE")
        .with("resolve_conflicts_on_update", "OVERWRITE");
    let why = because(lowering, "a part of the cluster that EKS looks after");
    let place = Address::managed("aws_eks_addon", symbol(name));
    let mut resource = Resource::new(place, GROUP, why, body);
    resource.depends_on = after;
    lowering.add(resource)
}

/// What differs between node groups.
pub(super) struct NodeGroup<'a> {
    pub(super) name: &'a str,
    pub(super) purpose: &'a str,
    pub(super) ami_type: &'static str,
    pub(super) instances: Vec<&'a str>,
    pub(super) spot: bool,
    /// Least and most nodes.
    pub(super) size: (u64, u64),
    pub(super) labels: Vec<(&'static str, String)>,
    /// Whether only pods with GPUs come onto it.
    pub(super) tainted: bool,
}

/// Adds a node group.
pub(super) fn add_group(
    lowering: &mut Lowering<'_>,
    role: &Address,
    group: NodeGroup<'_>,
    before: &[Address],
) -> Address {
    let subnets = lowering
        .network
        .as_ref()
        .map_or(Value::Null, |network| network.private_subnets.clone());
    let (least, most) = group.size;
    let scaling = Block::new()
        .with("min_size", least)
        .with("max_size", most)
        .with("desired_size", least);
    let mut body = Block::new()
        .with("cluster_name", address().attr("name"))
        .with(
            "node_group_name",
            klo_plan::physical_name(&[group.name], NAME_LIMIT),
        )
        .with("node_role_arn", role.attr("arn"))
        .with("subnet_ids", subnets)
        .with("ami_type", group.ami_type)
        .with(
            "capacity_type",
            if group.spot { "SPOT" } else { "ON_DEMAND" },
        )
        .with("instance_types", Value::list(group.instances))
        .with("labels", Value::map(group.labels))
        .block("scaling_config", scaling)
        .block("update_config", Block::new().with("max_unavailable", 1));
    if group.tainted {
        let taint = Block::new()
            .with("key", GPU)
            .with("value", "true")
            .with("effect", "NO_SCHEDULE");
        body = body.block("taint", taint);
    }
    let why = because(lowering, group.purpose);
    let place = Address::managed("aws_eks_node_group", symbol(group.name));
    let mut resource = Resource::new(place, GROUP, why, body).lifecycle(Lifecycle {
        // The autoscaler's business once the group is there.
        ignore_changes: vec!["scaling_config[0].desired_size".to_owned()],
        ..Lifecycle::default()
    });
    resource.depends_on = before.to_vec();
    lowering.add(resource)
}

/// The node groups of a pool: with spot one more on demand, which the autoscaler takes where there
/// is no spot capacity.
fn add_pool(lowering: &mut Lowering<'_>, role: &Address, pool: &Pool, before: &[Address]) {
    let on_demand = format!("{}-on-demand", pool.name);
    let groups = [(pool.name.as_str(), pool.spot), (on_demand.as_str(), false)];
    let count = if pool.spot { 2 } else { 1 };
    for (name, spot) in groups.into_iter().take(count) {
        let group = NodeGroup {
            name,
            purpose: "nodes with GPUs, none while no pod asks for one",
            ami_type: ami_type(architecture(pool.gpu), true),
            instances: pool
                .instances
                .iter()
                .map(|instance| instance.name)
                .collect(),
            spot,
            size: (0, pool.most_nodes().max(1)),
            labels: vec![
                (OWNER_LABEL, namespace(lowering)),
                (POOL_LABEL, pool.name.clone()),
            ],
            tainted: true,
        };
        let group = add_group(lowering, role, group, before);
        tag(lowering, pool, &group);
    }
}

/// What the autoscaler has to know of a group that has no node to look at. Cluster Autoscaler on AWS,
/// "Auto-Discovery Setup", 2026-11.
fn tag(lowering: &mut Lowering<'_>, pool: &Pool, group: &Address) {
    let prefix = "k8s.io/cluster-autoscaler/node-template";
    let gpus = pool.instances.first().map_or(0, |instance| instance.gpus);
    let tags = [
        (
            "label",
            format!("{prefix}/label/{POOL_LABEL}"),
            pool.name.clone(),
        ),
        (
            "owner",
            format!("{prefix}/label/{OWNER_LABEL}"),
            namespace(lowering),
        ),
        (
            "taint",
            format!("{prefix}/taint/{GPU}"),
            "true:NoSchedule".to_owned(),
        ),
        (
            "gpus",
            format!("{prefix}/resources/{GPU}"),
            gpus.to_string(),
        ),
    ];
    let name = group
        .attr("resources")
        .index(0)
        .attribute("autoscaling_groups")
        .index(0)
        .attribute("name");
    for (part, key, value) in tags {
        let tag = Block::new()
            .with("key", key)
            .with("value", value)
            .with("propagate_at_launch", false);
        let body = Block::new()
            .with("autoscaling_group_name", name.clone())
            .block("tag", tag);
        let place = Address::managed(
            "aws_autoscaling_group_tag",
            format!("{}_{part}", group.name),
        );
        add(
            lowering,
            place,
            "what the autoscaler knows of a node before there is one",
            body,
        );
    }
}
