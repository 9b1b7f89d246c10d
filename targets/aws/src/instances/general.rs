//! Instance types without GPUs.

use super::reserve::{Room, room};

/// An instance type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct General {
    /// `m7i.large`.
    pub(crate) name: &'static str,
    /// vCPUs.
    vcpus: u64,
    /// Memory in MiB.
    memory: u64,
    /// Pods that its network interfaces have addresses for: interfaces × (addresses − 1) + 2.
    pods: u64,
}

impl General {
    /// What pods may use of it.
    pub(crate) fn usable(&self) -> Room {
        room(self.vcpus, self.memory, self.pods)
    }
}

const fn row(name: &'static str, vcpus: u64, memory: u64, pods: u64) -> General {
    General {
        name,
        vcpus,
        memory,
        pods,
    }
}

/// The smallest first. Amazon EC2 user guide, "General purpose instances", 2026-11; every row was held
/// against the answers of `DescribeInstanceTypes` that moto 5.2.5 carries, 2026-11.
pub(crate) static GENERAL: [General; 9] = [
    row("m7i.large", 2, 8_192, 29),
    row("m7i.xlarge", 4, 16_384, 58),
    row("m7i.2xlarge", 8, 32_768, 58),
    row("m7i.4xlarge", 16, 65_536, 234),
    row("m7i.8xlarge", 32, 131_072, 234),
    row("m7i.12xlarge", 48, 196_608, 234),
    row("m7i.16xlarge", 64, 262_144, 737),
    row("m7i.24xlarge", 96, 393_216, 737),
    row("m7i.48xlarge", 192, 786_432, 737),
];
