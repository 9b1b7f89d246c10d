//! How much CPU and memory a unit gets: what Lambda and Fargate sell, and what comes next to a wish.

use klo_intent::{Intent, Size};

/// The longest call, in seconds. AWS Lambda quotas, 2026-11.
pub(super) const LAMBDA_SECONDS: u64 = 900;
/// Least and most memory, in MiB. AWS Lambda quotas, 2026-11.
pub(super) const LAMBDA_MEBIBYTES: (u64, u64) = (128, 10_240);
/// Memory at which a function has one whole vCPU, in MiB; CPU grows with memory in proportion. AWS
/// Lambda developer guide, "Configure Lambda function memory", 2026-11.
const LAMBDA_MEBIBYTES_PER_CPU: f64 = 1_769.0;

/// A size that Fargate sells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct FargateSize {
    /// CPU units, 1024 to the vCPU.
    pub(crate) cpu: u64,
    /// MiB.
    pub(crate) memory: u64,
}

impl FargateSize {
    /// vCPUs.
    pub(crate) fn cpus(self) -> f64 {
        self.cpu as f64 / 1024.0
    }

    /// `0.5 vCPU and 1Gi`.
    pub(crate) fn describe(self) -> String {
        format!("{} vCPU and {}", self.cpus(), Size(self.memory << 20))
    }
}

/// CPU units with the memory they go with: least, most and step in MiB. The smallest size alone has
/// steps that double. Amazon ECS developer guide, "Task definition differences for Fargate", table
/// of task sizes, 2026-11; AWS Batch on Fargate sells the same.
const FARGATE: [(u64, u64, u64, u64); 7] = [
    (256, 512, 2_048, 0),
    (512, 1_024, 4_096, 1_024),
    (1_024, 2_048, 8_192, 1_024),
    (2_048, 4_096, 16_384, 1_024),
    (4_096, 8_192, 30_720, 1_024),
    (8_192, 16_384, 61_440, 4_096),
    (16_384, 32_768, 122_880, 8_192),
];

/// The largest size of all.
pub(crate) const FARGATE_LARGEST: FargateSize = FargateSize {
    cpu: 16_384,
    memory: 122_880,
};

/// The smallest size that holds a wish; `None` when there is none so large.
pub(crate) fn fargate(cpu: u64, memory: u64) -> Option<FargateSize> {
    FARGATE
        .iter()
        .filter(|(units, ..)| *units >= cpu)
        .find_map(|&(units, least, most, step)| {
            let wanted = memory.max(least);
            let rounded = match step {
                0 => wanted.next_power_of_two(),
                step => least + (wanted - least).div_ceil(step) * step,
            };
            (rounded <= most).then_some(FargateSize {
                cpu: units,
                memory: rounded,
            })
        })
}

/// What a unit wishes on Fargate: CPU units (0 when it does not say) and MiB.
pub(crate) fn fargate_wish(unit: &Intent) -> (u64, u64) {
    let cpu = unit
        .float("cpu")
        .map_or(0, |cpus| (cpus * 1024.0).ceil() as u64);
    let memory = unit.size("memory").map_or(0, Size::mebibytes);
    (cpu, memory)
}

/// The size that a unit runs at on Fargate; the largest where its wish is over everything, which
/// `compute::decide` has reported.
pub(crate) fn fargate_of(unit: &Intent) -> FargateSize {
    let (cpu, memory) = fargate_wish(unit);
    fargate(cpu, memory).unwrap_or(FARGATE_LARGEST)
}

/// The memory in MiB that a unit needs on Lambda, its limits aside: what it asks for, or what comes
/// with the CPU that it asks for.
pub(crate) fn lambda_wish(unit: &Intent) -> u64 {
    let memory = unit.size("memory").map_or(512, Size::mebibytes);
    let for_cpu = unit
        .float("cpu")
        .map_or(0, |cpus| (cpus * LAMBDA_MEBIBYTES_PER_CPU).ceil() as u64);
    memory.max(for_cpu)
}

/// The memory in MiB that a unit gets on Lambda.
pub(crate) fn lambda_of(unit: &Intent) -> u64 {
    lambda_wish(unit).clamp(LAMBDA_MEBIBYTES.0, LAMBDA_MEBIBYTES.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn size(cpu: u64, memory: u64) -> Option<(u64, u64)> {
        fargate(cpu, memory).map(|size| (size.cpu, size.memory))
    }

    #[test]
    fn every_size_of_the_table_is_itself() {
        for (cpu, least, most, step) in FARGATE {
            let sizes: Vec<u64> = match step {
                0 => vec![512, 1_024, 2_048],
                step => (least..=most).step_by(step as usize).collect(),
            };
            assert_eq!(sizes.last(), Some(&most));
            for memory in sizes {
                assert_eq!(size(cpu, memory), Some((cpu, memory)));
            }
        }
    }

    #[test]
    fn a_wish_is_rounded_up_to_what_is_sold() {
        assert_eq!(size(0, 512), Some((256, 512)));
        assert_eq!(size(0, 1_025), Some((256, 2_048)));
        assert_eq!(size(512, 512), Some((512, 1_024)));
        assert_eq!(size(256, 4_096), Some((512, 4_096)));
        assert_eq!(size(600, 1_024), Some((1_024, 2_048)));
        assert_eq!(size(8_192, 16_385), Some((8_192, 20_480)));
        assert_eq!(size(16_384, 122_880), Some((16_384, 122_880)));
        assert_eq!(size(16_384, 122_881), None);
        assert_eq!(size(16_385, 1_024), None);
        assert_eq!(size(0, u64::MAX >> 20), None);
    }
}
