//! Managed nodes for pods without GPUs.

use klo_intent::{Decision, IntentId};
use klo_plan::Address;
use klo_plan::kubernetes::{OWNER_LABEL, POOL_LABEL};

use super::nodes::{NodeGroup, add_group, ami_type};
use super::{namespace, units};
use crate::compute::eks::size;
use crate::context::{Compute, Lowering};
use crate::gpu;
use crate::instances::general::{GENERAL, General};
use crate::instances::reserve::Room;

/// What is installed on the cluster asks for about so much: thousandths of a CPU and MiB.
const INSTALLED: (u64, u64) = (1_000, 2_048);

/// Adds the node group that every pod without GPUs is on.
pub(super) fn node_group(
    lowering: &mut Lowering<'_>,
    role: &Address,
    before: &[Address],
) -> Address {
    let pods: Vec<(u64, u64, u64)> = units(lowering)
        .into_iter()
        .filter(|id| lowering.intent(*id).value("gpu").is_null())
        .map(|id| pods(lowering, id))
        .collect();
    let largest = (
        pods.iter().map(|pod| pod.1).max().unwrap_or(0),
        pods.iter().map(|pod| pod.2).max().unwrap_or(0),
    );
    let fits = |size: &&General| {
        let room = size.usable();
        room.cpu >= largest.0 && room.memory >= largest.1
    };
    let chosen = GENERAL
        .iter()
        .find(fits)
        .unwrap_or(&GENERAL[GENERAL.len() - 1]);
    let Room { cpu, memory } = chosen.usable();
    let total = pods.iter().fold(INSTALLED, |sum, (most, cpu, memory)| {
        (
            sum.0.saturating_add(most.saturating_mul(*cpu)),
            sum.1.saturating_add(most.saturating_mul(*memory)),
        )
    });
    let least = if lowering.is_prod() { 2 } else { 1 };
    // Half as much again, since pods do not fill nodes to the brim.
    let nodes = |sum: u64, each: u64| (sum + sum / 2).div_ceil(each.max(1));
    let most = nodes(total.0, cpu)
        .max(nodes(total.1, memory))
        .max(least + 1);
    lowering.decide(Decision {
        code: "general-nodes",
        subject: "cluster".to_owned(),
        chosen: format!("{least} to {most} nodes of {}", chosen.name),
        because: "the smallest that holds the largest unit without a GPU; the cluster's own pods \
                  need a node at all times, which costs money each month whether used or not"
            .to_owned(),
        instead_of: Vec::new(),
        standing_cost: true,
    });
    let group = NodeGroup {
        name: "general",
        purpose: "nodes of pods without GPUs",
        ami_type: ami_type("amd64", false),
        instances: vec![chosen.name],
        spot: false,
        size: (least, most),
        labels: vec![
            (OWNER_LABEL, namespace(lowering)),
            (POOL_LABEL, "general".to_owned()),
        ],
        tainted: false,
    };
    add_group(lowering, role, group, before)
}

/// Most pods of a unit, and what each asks for.
fn pods(lowering: &Lowering<'_>, id: IntentId) -> (u64, u64, u64) {
    let unit = lowering.intent(id);
    let (cpu, memory) = size(unit);
    let most = match lowering.compute.get(&id) {
        Some(Compute::EksJob) => unit.int("max").unwrap_or(1),
        _ => gpu::replicas(unit).1.saturating_add(1),
    };
    (u64::try_from(most.max(1)).unwrap_or(1), cpu, memory)
}
