//! Nodes that EKS Auto Mode launches when pods ask for them.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::Taint;
use klo_plan::kubernetes::{GPU, NodePool, OWNER_LABEL, POOL_LABEL, Workload, WorkloadKind};

use crate::custom::{
    Disruption, NodeClassRef, NodeLabels, NodePoolSpec, NodeRequirement, NodeSpec, NodeTemplate,
    Spec,
};
use crate::document::Object;
use crate::scope::Scope;

/// The pool of a unit without GPUs that Auto Mode's own nodes do not serve: those are `amd64` and
/// bought on demand (EKS user guide, November 2026).
pub(crate) fn general(scope: &Scope<'_>, workload: &Workload) -> Option<String> {
    if !scope.kube.has_node_pools() || workload.gpu.is_some() {
        return None;
    }
    match (workload.architecture, workload.spot) {
        ("amd64", false) => None,
        (architecture, true) => Some(format!("{architecture}-spot")),
        (architecture, false) => Some(architecture.to_owned()),
    }
}

/// The pools that units need, in the order of their names; none where node groups serve.
pub(crate) fn objects(scope: &Scope<'_>) -> Vec<Object> {
    if !scope.kube.has_node_pools() {
        return Vec::new();
    }
    let mut pools: BTreeMap<String, NodePoolSpec> = BTreeMap::new();
    let mut members: BTreeMap<String, Vec<&Workload>> = BTreeMap::new();
    for workload in &scope.kube.workloads {
        if let Some(pool) = general(scope, workload) {
            members.entry(pool).or_default().push(workload);
        }
    }
    for (name, members) in &members {
        pools.insert(name.clone(), of_units(scope, name, members));
    }
    for pool in &scope.kube.pools {
        pools.insert(pool.name.clone(), of_gpus(scope, pool));
    }
    pools
        .into_iter()
        .map(|(name, spec)| {
            let name = klo_plan::physical_name(&[&scope.kube.namespace, &name], 63);
            Object::new(&spec.object(scope.cluster_wide(name)))
        })
        .collect()
}

fn of_gpus(scope: &Scope<'_>, pool: &NodePool) -> NodePoolSpec {
    let gpus = u64::from(pool.most_nodes) * u64::from(pool.gpus_per_node);
    let limits = [
        ("cpu", pool.limit.0.to_string()),
        ("memory", format!("{}Mi", pool.limit.1)),
        (GPU, gpus.to_string()),
    ];
    let mut requirements = shared(pool.architecture, pool.spot);
    requirements.push(need(
        "node.kubernetes.io/instance-type",
        pool.instances.iter().map(String::as_str),
    ));
    spec(scope, &pool.name, requirements, taint(GPU, "true"), limits)
}

/// The limit is what the units ask for at their most, one pod more each while they are replaced,
/// and half of that again for what nodes keep for themselves.
fn of_units(scope: &Scope<'_>, name: &str, members: &[&Workload]) -> NodePoolSpec {
    let (mut cpu, mut memory) = (0_u64, 0_u64);
    for workload in members {
        let most = match workload.kind {
            WorkloadKind::Service { replicas, .. } => u64::from(replicas.1) + 1,
            WorkloadKind::Job { most, .. } => u64::from(most.max(1)),
        };
        cpu = cpu.saturating_add(most.saturating_mul(workload.cpu));
        memory = memory.saturating_add(most.saturating_mul(workload.memory));
    }
    let and_half = |amount: u64| amount.saturating_add(amount / 2);
    let limits = [
        ("cpu", and_half(cpu).div_ceil(1000).max(2).to_string()),
        ("memory", format!("{}Mi", and_half(memory).max(4096))),
    ];
    let first = members.first();
    let architecture = first.map_or("amd64", |workload| workload.architecture);
    let spot = first.is_some_and(|workload| workload.spot);
    let mut requirements = shared(architecture, spot);
    requirements.push(need("eks.amazonaws.com/instance-category", ["c", "m", "r"]));
    spec(scope, name, requirements, taint(POOL_LABEL, name), limits)
}

/// Keeps pods off nodes that are not for them: others would be interrupted, or not start at all.
fn taint(key: &str, value: &str) -> Taint {
    Taint {
        key: key.to_owned(),
        value: Some(value.to_owned()),
        effect: "NoSchedule".to_owned(),
        time_added: None,
    }
}

/// Where both kinds of capacity will do, spot is taken while there is any.
fn shared(architecture: &str, spot: bool) -> Vec<NodeRequirement> {
    let capacity: &[&str] = if spot {
        &["spot", "on-demand"]
    } else {
        &["on-demand"]
    };
    vec![
        need("kubernetes.io/arch", [architecture]),
        need("karpenter.sh/capacity-type", capacity.iter().copied()),
    ]
}

fn need<'a>(key: &'static str, values: impl IntoIterator<Item = &'a str>) -> NodeRequirement {
    NodeRequirement {
        key,
        operator: "In",
        values: values.into_iter().map(str::to_owned).collect(),
    }
}

fn spec<const N: usize>(
    scope: &Scope<'_>,
    name: &str,
    requirements: Vec<NodeRequirement>,
    taint: Taint,
    limits: [(&str, String); N],
) -> NodePoolSpec {
    let labels = [
        (OWNER_LABEL.to_owned(), scope.kube.namespace.clone()),
        (POOL_LABEL.to_owned(), name.to_owned()),
    ];
    NodePoolSpec {
        template: NodeTemplate {
            metadata: NodeLabels {
                labels: BTreeMap::from(labels),
            },
            spec: NodeSpec {
                node_class_ref: NodeClassRef {
                    group: "eks.amazonaws.com",
                    kind: "NodeClass",
                    name: "default",
                },
                requirements,
                taints: vec![taint],
            },
        },
        limits: limits
            .map(|(what, amount)| (what.to_owned(), amount))
            .into(),
        disruption: Disruption {
            consolidation_policy: "WhenEmptyOrUnderutilized",
            consolidate_after: "5m",
        },
    }
}
