//! What a node keeps for itself, so that what is left is what pods may ask for.

use super::gpu::Instance;

/// CPU in thousandths and memory in MiB.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Room {
    /// Thousandths of a CPU.
    pub(crate) cpu: u64,
    /// MiB.
    pub(crate) memory: u64,
}

/// Memory that the hypervisor and the kernel take before kubelet counts, in thousandths: what
/// Karpenter assumes (`VM_MEMORY_OVERHEAD_PERCENT`, Karpenter's settings, 2026-11).
const MACHINE: u64 = 75;
/// Most pods on one node of EKS that the table of its machine image knows, 2026-11.
const MOST_PODS: u64 = 737;
/// Memory below which pods are evicted, in MiB: kubelet's default in EKS's machine images, 2026-11.
const EVICTION: u64 = 100;
/// CPU and memory that the pods of every node have: network, pod identity, device plugin.
const DAEMONS: Room = Room {
    cpu: 250,
    memory: 512,
};

/// What pods may use of an instance with GPUs.
pub(crate) fn usable(instance: &Instance) -> Room {
    room(instance.vcpus, instance.memory, instance.pods)
}

/// What pods may use of an instance with so many vCPUs, so much memory in MiB, and addresses for so
/// many pods.
pub(crate) fn room(vcpus: u64, memory: u64, pods: u64) -> Room {
    let machine = (memory * MACHINE).div_ceil(1000);
    let kept = machine + kubelet_memory(pods) + EVICTION + DAEMONS.memory;
    Room {
        cpu: (vcpus * 1000).saturating_sub(kubelet_cpu(vcpus) + DAEMONS.cpu),
        memory: memory.saturating_sub(kept),
    }
}

/// EKS's machine image keeps 255Mi and 11Mi for each pod that may run for kubelet (amazon-eks-ami,
/// nodeadm's kubelet configuration, 2026-11).
fn kubelet_memory(pods: u64) -> u64 {
    255 + 11 * pods.min(MOST_PODS)
}

/// And of CPUs 6 % of the first, 1 % of the second, 0.5 % of the next two and 0.25 % of the rest
/// (likewise).
fn kubelet_cpu(vcpus: u64) -> u64 {
    let share = |from: u64, to: u64, per_hundred_thousand: u64| {
        vcpus.clamp(from, to).saturating_sub(from) * per_hundred_thousand
    };
    let shares =
        share(0, 1, 6_000) + share(1, 2, 1_000) + share(2, 4, 500) + share(4, u64::MAX, 250);
    shares.div_ceil(100)
}

#[cfg(test)]
mod tests {
    use super::super::gpu::CATALOGUE;
    use super::*;

    #[test]
    fn kubelet_keeps_what_its_formula_says() {
        // 0.06 + 0.01 + 2 × 0.005 CPU, and 255Mi + 11Mi × 29 pods.
        assert_eq!(kubelet_cpu(4), 80);
        assert_eq!(kubelet_cpu(48), 190);
        assert_eq!(kubelet_memory(29), 574);
    }

    #[test]
    fn pods_have_the_rest() {
        let smallest = &CATALOGUE[0];
        assert_eq!(smallest.name, "g4dn.xlarge");
        let memory = 16_384 - 1_229 - 574 - 100 - 512;
        assert_eq!(usable(smallest), Room { cpu: 3_670, memory });
    }
}
