//! What is installed on a cluster that klo makes, and what it may do: each controller has a role of
//! its own through pod identity. On a cluster that exists they are its owner's.

use klo_intent::Kind;
use klo_plan::kubernetes::SecretStore;
use klo_plan::{Address, Block, Value, symbol};

use super::cluster::address;
use super::{add, has, is_created, is_managed, name, nodes, role, units};
use crate::context::Lowering;
use crate::policy;
use crate::unit::permissions::{Statement, policy as document};

/// A controller: its role's name, and the service account that takes it.
type Controller = (&'static str, &'static str, &'static str);

const SECRETS: Controller = ("external-secrets", "external-secrets", "external-secrets");
const AUTOSCALER: Controller = ("cluster-autoscaler", "kube-system", "cluster-autoscaler");
const QUEUES: Controller = ("keda", "keda", "keda-operator");
const BALANCER: Controller = (
    "load-balancer-controller",
    "kube-system",
    "aws-load-balancer-controller",
);
const VOLUMES: Controller = ("volumes", "kube-system", "efs-csi-node-sa");

/// Adds the roles of controllers, and tells where secrets come from.
pub(super) fn lower(lowering: &mut Lowering<'_>) -> SecretStore {
    if !is_created(lowering) {
        return SecretStore { role: None };
    }
    queues(lowering);
    if is_managed(lowering) {
        autoscaler(lowering);
        balancer(lowering);
    }
    volumes(lowering);
    secrets(lowering)
}

/// The document that lets pods of one service account take a role: EKS names the account's cluster,
/// namespace and service account in the request.
pub(crate) fn trust(lowering: &Lowering<'_>, namespace: &str, account: &str) -> Value {
    let cluster = lowering.arn_of("eks", &format!("cluster/{}", name(lowering)));
    let tags = Value::map([
        ("aws:RequestTag/kubernetes-namespace", namespace),
        ("aws:RequestTag/kubernetes-service-account", account),
    ]);
    let source = Value::map([("aws:SourceArn", cluster)]);
    let statement = Block::new()
        .with("Effect", "Allow")
        .with(
            "Principal",
            Value::map([("Service", "pods.eks.amazonaws.com")]),
        )
        .with("Action", Value::list(["sts:AssumeRole", "sts:TagSession"]))
        .with(
            "Condition",
            Value::map([("ArnLike", source), ("StringEquals", tags)]),
        );
    policy::document(vec![statement])
}

fn identity(
    lowering: &mut Lowering<'_>,
    (part, namespace, account): Controller,
    purpose: &str,
    statements: Vec<Statement>,
) -> Address {
    let trust = trust(lowering, namespace, account);
    let role = role(lowering, part, purpose, trust);
    let body = Block::new()
        .with("name", part)
        .with("role", role.attr("id"))
        .with("policy", document(statements));
    let place = Address::managed("aws_iam_role_policy", symbol(part));
    add(lowering, place, purpose, body);
    let body = Block::new()
        .with("cluster_name", address().attr("name"))
        .with("namespace", namespace)
        .with("service_account", account)
        .with("role_arn", role.attr("arn"));
    let place = Address::managed("aws_eks_pod_identity_association", symbol(part));
    add(lowering, place, purpose, body);
    role
}

/// External Secrets takes the app's own role, which may read its secrets; itself it may read none.
fn secrets(lowering: &mut Lowering<'_>) -> SecretStore {
    let mut arns: Vec<Value> = Vec::new();
    for unit in units(lowering) {
        for arn in lowering.secret_arns.get(&unit).into_iter().flatten() {
            if !arns.contains(arn) {
                arns.push(arn.clone());
            }
        }
    }
    if arns.is_empty() {
        return SecretStore { role: None };
    }
    let part = "secret-store";
    let own = super::role_name(lowering, part);
    let account = lowering.deployment().account.as_deref().unwrap_or("*");
    let store_arn = format!("arn:{}:iam::{account}:role/{own}", lowering.partition());
    let take = Statement::new("TakeStoreRole")
        .actions(["sts:AssumeRole", "sts:TagSession"])
        .resource(store_arn);
    let purpose = "External Secrets takes the role that may read the app's secrets";
    let controller = identity(lowering, SECRETS, purpose, vec![take]);
    let statement = Block::new()
        .with("Effect", "Allow")
        .with("Principal", Value::map([("AWS", controller.attr("arn"))]))
        .with("Action", Value::list(["sts:AssumeRole", "sts:TagSession"]));
    let trust = policy::document(vec![statement]);
    let role = role(
        lowering,
        part,
        "reads the secrets of units on the cluster",
        trust,
    );
    let read = crate::unit::read_secrets(lowering, &arns);
    let body = Block::new()
        .with("name", part)
        .with("role", role.attr("id"))
        .with("policy", document(read));
    let place = Address::managed("aws_iam_role_policy", symbol(part));
    add(
        lowering,
        place,
        "reads the secrets of units on the cluster",
        body,
    );
    let line = super::env::line(lowering, "SECRET_STORE_ROLE", role.attr("arn"));
    SecretStore { role: Some(line) }
}

/// KEDA asks how many messages wait.
fn queues(lowering: &mut Lowering<'_>) {
    let mut arns: Vec<Value> = Vec::new();
    for unit in units(lowering) {
        for arn in lowering
            .queues
            .get(&unit)
            .map_or(&[][..], |queues| &queues.arns)
        {
            if !arns.contains(arn) {
                arns.push(arn.clone());
            }
        }
    }
    if arns.is_empty() {
        return;
    }
    let look = arns.into_iter().fold(
        Statement::new("CountMessages").actions(["sqs:GetQueueAttributes"]),
        Statement::resource,
    );
    identity(
        lowering,
        QUEUES,
        "counts the messages that wait",
        vec![look],
    );
}

/// Cluster Autoscaler on AWS, "IAM Policy", 2026-11.
fn autoscaler(lowering: &mut Lowering<'_>) {
    let look = Statement::new("Look")
        .actions([
            "autoscaling:DescribeAutoScalingGroups",
            "autoscaling:DescribeAutoScalingInstances",
            "autoscaling:DescribeLaunchConfigurations",
            "autoscaling:DescribeScalingActivities",
            "autoscaling:DescribeTags",
            "ec2:DescribeImages",
            "ec2:DescribeInstanceTypes",
            "ec2:DescribeLaunchTemplateVersions",
            "ec2:GetInstanceTypesFromInstanceRequirements",
        ])
        .every_resource("AWS knows no narrower resource for these actions.");
    let groups = lowering.arn_of("eks", &format!("nodegroup/{}/*", name(lowering)));
    let know = Statement::new("KnowNodeGroups")
        .actions(["eks:DescribeNodegroup"])
        .resource(groups);
    let scaled = lowering.arn_of("autoscaling", "autoScalingGroup:*");
    let tag = format!(
        "aws:ResourceTag/k8s.io/cluster-autoscaler/{}",
        name(lowering)
    );
    let scale = Statement::new("Scale")
        .actions([
            "autoscaling:SetDesiredCapacity",
            "autoscaling:TerminateInstanceInAutoScalingGroup",
        ])
        .resource(scaled)
        .when("StringEquals", &tag, "owned");
    let purpose = "launches nodes for pods that wait, and ends those that nothing uses";
    identity(lowering, AUTOSCALER, purpose, vec![look, know, scale]);
}

/// In Auto Mode the control plane does it. What binds pods to target groups needs; AWS Load Balancer
/// Controller's policy has more, for load balancers of its own. 2026-11.
fn balancer(lowering: &mut Lowering<'_>) {
    let groups: Vec<Value> = units(lowering)
        .into_iter()
        .map(|id| crate::context::part_address("aws_lb_target_group", lowering.intent(id), ""))
        .filter(|group| has(lowering, group))
        .map(|group| group.attr("arn"))
        .collect();
    if groups.is_empty() {
        return;
    }
    let look = Statement::new("Look")
        .actions([
            "ec2:DescribeAvailabilityZones",
            "ec2:DescribeInstances",
            "ec2:DescribeNetworkInterfaces",
            "ec2:DescribeSecurityGroups",
            "ec2:DescribeSubnets",
            "ec2:DescribeVpcs",
            "elasticloadbalancing:DescribeTargetGroups",
            "elasticloadbalancing:DescribeTargetHealth",
        ])
        .every_resource("AWS knows no narrower resource for these actions.");
    let put = groups.into_iter().fold(
        Statement::new("PutPods").actions([
            "elasticloadbalancing:DeregisterTargets",
            "elasticloadbalancing:RegisterTargets",
        ]),
        Statement::resource,
    );
    let purpose = "puts pods into the target groups of the load balancer";
    identity(lowering, BALANCER, purpose, vec![look, put]);
}

/// The driver mounts file systems for pods.
fn volumes(lowering: &mut Lowering<'_>) {
    let graph = lowering.graph;
    let mut mount: Option<Statement> = None;
    let mut points: Vec<Value> = Vec::new();
    for (id, _) in graph.iter().filter(|(_, i)| i.kind == Kind::Volume) {
        let mut users = graph.edges_to(id).filter_map(|edge| edge.from.intent());
        let is_used = users.any(|unit| lowering.on_eks(unit));
        let store = lowering
            .stores
            .get(&id)
            .and_then(|store| store.mount.clone());
        let (true, Some(store)) = (is_used, store) else {
            continue;
        };
        points.push(store.access_point.1);
        let statement = mount.take().unwrap_or_else(|| {
            Statement::new("Mount").actions([
                "elasticfilesystem:ClientMount",
                "elasticfilesystem:ClientWrite",
            ])
        });
        mount = Some(statement.resource(store.file_system.1));
    }
    let Some(mount) = mount else {
        return;
    };
    let key = "elasticfilesystem:AccessPointArn";
    let mount = mount.when("ArnEquals", key, Value::List(points));
    nodes::add_on(lowering, "aws-efs-csi-driver", Vec::new());
    identity(
        lowering,
        VOLUMES,
        "mounts file systems for pods",
        vec![mount],
    );
}
