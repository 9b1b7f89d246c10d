//! What runs on the cluster, as the manifests' printer takes it.

use klo_intent::IntentId;
use klo_plan::kubernetes::{
    Cluster, Kubernetes, Mesh, NodePool, Nodes, Scaling, SecretStore, Text, WorkloadKind,
};
use klo_plan::{Value, Why};

use super::{env, flows, is_created, is_managed, name, namespace};
use crate::context::{Lowering, part_address};
use crate::gpu::pool::Pool;
use crate::instances::gpu::architecture;

/// Waiting messages that one pod is there for: as on Fargate, where so many start one more.
const PER_POD: u32 = 10;

/// Puts everything together.
pub(super) fn lower(lowering: &mut Lowering<'_>, store: SecretStore) {
    let cluster = if is_created(lowering) {
        Cluster::Created
    } else {
        Cluster::Existing
    };
    put(lowering, cluster, Some(store));
}

/// The same for a cluster outside of AWS.
pub(crate) fn lower_plain(lowering: &mut Lowering<'_>) {
    if !lowering.workloads.is_empty() {
        put(lowering, Cluster::Plain, None);
    }
}

fn put(lowering: &mut Lowering<'_>, cluster: Cluster, store: Option<SecretStore>) {
    let ids: Vec<IntentId> = lowering.workloads.keys().copied().collect();
    let mut workloads = Vec::new();
    for id in ids {
        let Some(mut workload) = lowering.workloads.get(&id).cloned() else {
            continue;
        };
        workload.flows = flows::of(lowering, id);
        if let Some(server) = &mut workload.server {
            server.target_groups.extend(target_group(lowering, id));
        }
        if let WorkloadKind::Service { scaling, .. } = &mut workload.kind
            && let Some(queue) = by_queue(lowering, id)
        {
            *scaling = queue;
        }
        workloads.push(workload);
    }
    workloads.sort_by(|a, b| a.unit.cmp(&b.unit));
    let mut told = std::mem::take(&mut lowering.told);
    told.sort();
    told.dedup();
    let settings = &lowering.deployment().kubernetes;
    let mesh = match settings.mesh.as_str() {
        "istio" => Mesh::Istio,
        "linkerd" => Mesh::Linkerd,
        _ => Mesh::None,
    };
    lowering.plan.kubernetes = Some(Kubernetes {
        namespace: namespace(lowering),
        cluster,
        cluster_name: (cluster != Cluster::Plain).then(|| name(lowering)),
        store,
        nodes: if is_managed(lowering) {
            Nodes::Managed
        } else {
            Nodes::Auto
        },
        mesh,
        workloads,
        pools: lowering.pools.iter().map(node_pool).collect(),
        told,
    });
}

fn target_group(lowering: &mut Lowering<'_>, id: IntentId) -> Option<Text> {
    let unit = lowering.intent(id);
    let group = part_address("aws_lb_target_group", unit, "");
    super::has(lowering, &group).then(|| {
        env::line(
            lowering,
            &format!("{}_TARGET_GROUP", unit.id()),
            group.attr("arn"),
        )
    })
}

fn by_queue(lowering: &mut Lowering<'_>, id: IntentId) -> Option<Scaling> {
    let urls: Vec<Value> = lowering.queues.get(&id)?.urls.clone();
    let name = format!("{}_QUEUE", lowering.intent(id).id());
    let urls = urls
        .into_iter()
        .map(|url| env::text(lowering, &name, url))
        .collect();
    Some(Scaling::Queue {
        urls,
        per_pod: PER_POD,
        region: lowering.deployment().region.clone(),
    })
}

fn node_pool(pool: &Pool) -> NodePool {
    let number = |number: u64| u32::try_from(number).unwrap_or(u32::MAX);
    NodePool {
        name: pool.name.clone(),
        gpu: pool.gpu.to_owned(),
        instances: pool.instances.iter().map(|i| i.name.to_owned()).collect(),
        gpus_per_node: pool.instances.first().map_or(1, |first| first.gpus),
        most_nodes: number(pool.most_nodes()),
        limit: pool.limit(),
        spot: pool.spot,
        architecture: architecture(pool.gpu),
        why: Why::shared(pool.units.iter().cloned(), "nodes with GPUs for them")
            .decided_by("gpu-pool"),
    }
}
