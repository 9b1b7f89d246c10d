//! EKS: the control plane, and what has to stand before it.

use klo_intent::Decision;
use klo_plan::{Address, Block, Resource, Value};

use super::{AwsPolicy, GROUP, add, attach, because, is_managed, name, nodes, refs, role};
use crate::context::{ClusterRefs, Lowering};
use crate::policy;

/// All that a control plane can log. Amazon EKS user guide, "Send control plane logs to CloudWatch
/// Logs", 2026-11.
const LOGS: [&str; 5] = [
    "api",
    "audit",
    "authenticator",
    "controllerManager",
    "scheduler",
];
/// What the control plane does in the account, and what Auto Mode does besides. Amazon EKS user
/// guide, "Amazon EKS Auto Mode cluster IAM role", 2026-11.
const CLUSTER_POLICIES: [AwsPolicy; 5] = [
    ("policy", "AmazonEKSClusterPolicy"),
    ("block_storage", "AmazonEKSBlockStoragePolicy"),
    ("compute", "AmazonEKSComputePolicy"),
    ("load_balancing", "AmazonEKSLoadBalancingPolicy"),
    ("networking", "AmazonEKSNetworkingPolicy"),
];

/// The cluster's address.
pub(super) fn address() -> Address {
    Address::managed("aws_eks_cluster", "main")
}

/// Makes the cluster with its nodes.
pub(super) fn lower(lowering: &mut Lowering<'_>) -> ClusterRefs {
    let managed = is_managed(lowering);
    let logs = log_group(lowering);
    let trust = trusted(
        "eks.amazonaws.com",
        if managed {
            &["sts:AssumeRole"]
        } else {
            &["sts:AssumeRole", "sts:TagSession"]
        },
    );
    let role = role(lowering, "cluster", "what the control plane may do", trust);
    let mut after = vec![logs];
    let policies = if managed {
        &CLUSTER_POLICIES[..1]
    } else {
        &CLUSTER_POLICIES[..]
    };
    for policy in policies {
        after.push(attach(lowering, &role, *policy));
    }
    after.extend(encrypt(lowering, &role));
    let node_role = nodes::role(lowering);
    let body = body(lowering, &role, &node_role);
    let why = because(lowering, "the cluster that units run on");
    let mut resource = Resource::new(address(), GROUP, why, body);
    resource.depends_on = after;
    let cluster = lowering.add(resource);
    decide(lowering);
    if managed {
        nodes::lower(lowering, &node_role);
    }
    refs(&cluster)
}

fn log_group(lowering: &mut Lowering<'_>) -> Address {
    let body = Block::new()
        // EKS writes to this name and no other.
        .with("name", format!("/aws/eks/{}/cluster", name(lowering)))
        .with("retention_in_days", lowering.log_retention())
        .with_some("kms_key_id", lowering.key_arn());
    let address = Address::managed("aws_cloudwatch_log_group", "cluster");
    add(lowering, address, "what the control plane tells", body)
}

/// The document that lets an AWS service take a role.
pub(super) fn trusted(service: &str, actions: &[&str]) -> Value {
    let statement = Block::new()
        .with("Effect", "Allow")
        .with("Principal", Value::map([("Service", service)]))
        .with("Action", Value::list(actions.iter().copied()));
    policy::document(vec![statement])
}

/// The use of the environment's key for the cluster's secrets.
fn encrypt(lowering: &mut Lowering<'_>, role: &Address) -> Option<Address> {
    let key = lowering.key_arn()?;
    let actions = [
        "kms:Decrypt",
        "kms:DescribeKey",
        "kms:Encrypt",
        "kms:ListGrants",
    ];
    let body = Block::new()
        .with("name", "secrets")
        .with("role", role.attr("id"))
        .with(
            "policy",
            policy::document(vec![policy::allow("EncryptSecrets", &actions, vec![key])]),
        );
    let address = Address::managed("aws_iam_role_policy", "cluster_secrets");
    let purpose = "encrypts the cluster's secrets with the environment's key";
    Some(add(lowering, address, purpose, body))
}

fn body(lowering: &Lowering<'_>, role: &Address, node_role: &Address) -> Block {
    let prod = lowering.is_prod();
    let auto = !is_managed(lowering);
    let subnets = lowering
        .network
        .as_ref()
        .map_or(Value::Null, |network| network.private_subnets.clone());
    let access = Block::new()
        .with("authentication_mode", "API")
        .with("bootstrap_cluster_creator_admin_permissions", true);
    let network = Block::new()
        .with("subnet_ids", subnets)
        .with("endpoint_private_access", true)
        .with("endpoint_public_access", !prod);
    let mut body = Block::new()
        .with("name", name(lowering))
        .with("role_arn", role.attr("arn"))
        .with("enabled_cluster_log_types", Value::list(LOGS))
        // The add-ons that come by themselves nobody can pin or take away later.
        .with("bootstrap_self_managed_addons", false)
        .block("access_config", access)
        .block("vpc_config", network)
        .block(
            "upgrade_policy",
            Block::new().with("support_type", "STANDARD"),
        );
    if let Some(key) = lowering.key_arn() {
        let encryption = Block::new()
            .with("resources", Value::list(["secrets"]))
            .block("provider", Block::new().with("key_arn", key));
        body = body.block("encryption_config", encryption);
    }
    if !auto {
        return body;
    }
    let enabled = || Block::new().with("enabled", true);
    body.block(
        "compute_config",
        enabled()
            .with("node_pools", Value::list(["general-purpose", "system"]))
            .with("node_role_arn", node_role.attr("arn")),
    )
    .block(
        "kubernetes_network_config",
        Block::new().block("elastic_load_balancing", enabled()),
    )
    .block(
        "storage_config",
        Block::new().block("block_storage", enabled()),
    )
}

fn decide(lowering: &mut Lowering<'_>) {
    let managed = is_managed(lowering);
    let units: Vec<String> = super::units(lowering)
        .into_iter()
        .map(|id| lowering.intent(id).id())
        .collect();
    let reach = if lowering.is_prod() {
        "its API is reached from within the network alone"
    } else {
        "its API is reached from the internet, with AWS credentials"
    };
    lowering.decide(Decision {
        code: "cluster",
        subject: "cluster".to_owned(),
        chosen: if managed {
            "an EKS cluster with managed node groups".to_owned()
        } else {
            "an EKS cluster in Auto Mode".to_owned()
        },
        because: format!(
            "{} run on it; {reach}; a control plane costs about 73 dollars a month within \
             standard support",
            units.join(", ")
        ),
        instead_of: vec![
            if managed {
                "Auto Mode: `kubernetes: { nodes: managed }` says otherwise".to_owned()
            } else {
                "managed node groups: `kubernetes: { nodes: managed }` gives them, with an \
                 autoscaler and a device plugin to look after"
                    .to_owned()
            },
            "an existing cluster: `kubernetes: { cluster: … }` names one".to_owned(),
        ],
        standing_cost: true,
    });
}
