//! Managed nodes for pods without GPUs.

use klo_intent::{Decision, IntentId};
use klo_plan::Address;
use klo_plan::kubernetes::{OWNER_LABEL, POOL_LABEL};

use super::nodes::{NodeGroup, add_group, ami_type};
use super::{namespace, units};
use crate::compute::eks::size;
use crate::context::{Compute, Lowering};
use crate::gpu;

/// Sizes with vCPUs and memory in MiB. Amazon EC2 user guide, "General purpose instances", 2026-11;
/// held against moto 5.2.5's `DescribeInstanceTypes`.
const SIZES: [(&str, u64, u64); 9] = [
    ("m7i.large", 2, 8_192),
    ("m7i.xlarge", 4, 16_384),
    ("m7i.2xlarge", 8, 32_768),
    ("m7i.4xlarge", 16, 65_536),
    ("m7i.8xlarge", 32, 131_072),
    ("m7i.12xlarge", 48, 196_608),
    ("m7i.16xlarge", 64, 262_144),
    ("m7i.24xlarge", 96, 393_216),
    ("m7i.48xlarge", 192, 786_432),
];
/// What a node keeps for itself and its daemons, at least: thousandths of a CPU and MiB.
const KEPT: (u64, u64) = (400, 1_536);
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
    let usable = |(_, vcpus, memory): &(&'static str, u64, u64)| {
        // Kubelet and the machine take a share of what there is as well.
        let (cpu, memory) = (vcpus * 1_000, memory - memory / 10);
        (cpu.saturating_sub(KEPT.0), memory.saturating_sub(KEPT.1))
    };
    let fits = |size: &&(&'static str, u64, u64)| {
        let (cpu, memory) = usable(size);
        cpu >= largest.0 && memory >= largest.1
    };
    let chosen = SIZES.iter().find(fits).unwrap_or(&SIZES[SIZES.len() - 1]);
    let (cpu, memory) = usable(chosen);
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
        chosen: format!("{least} to {most} nodes of {}", chosen.0),
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
        instances: vec![chosen.0],
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
