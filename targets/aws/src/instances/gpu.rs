//! NVIDIA GPUs on EC2: which instances have them, and how large those are.
//!
//! Amazon EC2 user guide, "Accelerated computing instances", 2026-11; every row was held against the
//! answers of `DescribeInstanceTypes` that moto 5.2.5 carries, 2026-10. Left out are bare metal, which
//! takes tens of minutes to start, and fractions of GPUs (g6f, gr6f) and of a node (`p5.4xlarge`),
//! which autoscalers do not launch everywhere.

/// An instance type with GPUs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Instance {
    /// The GPU as `gpu` names it.
    pub(crate) gpu: &'static str,
    /// `g6.xlarge`.
    pub(crate) name: &'static str,
    /// How many GPUs.
    pub(crate) gpus: u32,
    /// Memory of one GPU in MiB.
    pub(crate) gpu_memory: u64,
    /// vCPUs.
    pub(crate) vcpus: u64,
    /// Memory in MiB.
    pub(crate) memory: u64,
    /// Pods that its network interfaces have addresses for: interfaces × (addresses − 1) + 2.
    pub(crate) pods: u64,
}

/// The architecture of the instances of a GPU type.
pub(crate) fn architecture(gpu: &str) -> &'static str {
    match gpu {
        "t4g" => "arm64",
        _ => "amd64",
    }
}

/// What nodes outside of AWS say of a GPU type in the label `nvidia.com/gpu.product`: the names that
/// NVIDIA's driver gives the boards, with hyphens for spaces. NVIDIA GPU feature discovery, "Labels";
/// held on 2026-11-29 against node selectors and tests in public repositories, which have all of them
/// but those of the T4G and of the H200 NVL. A node that shares its GPU adds `-SHARED` and is none of these.
pub(crate) fn products(gpu: &str) -> &'static [&'static str] {
    match gpu {
        "t4" => &["Tesla-T4"],
        "t4g" => &["NVIDIA-T4G"],
        "a10g" => &["NVIDIA-A10G"],
        "l4" => &["NVIDIA-L4"],
        "l40s" => &["NVIDIA-L40S"],
        "a100-40" => &["NVIDIA-A100-PCIE-40GB", "NVIDIA-A100-SXM4-40GB"],
        "a100-80" => &["NVIDIA-A100-80GB-PCIe", "NVIDIA-A100-SXM4-80GB"],
        "h100" => &[
            "NVIDIA-H100-80GB-HBM3",
            "NVIDIA-H100-NVL",
            "NVIDIA-H100-PCIe",
        ],
        "h200" => &["NVIDIA-H200", "NVIDIA-H200-NVL"],
        "b200" => &["NVIDIA-B200"],
        _ => &[],
    }
}

/// The instances of a GPU type, smallest first.
pub(crate) fn of(gpu: &str) -> impl Iterator<Item = &'static Instance> + Clone + use<'_> {
    CATALOGUE.iter().filter(move |instance| instance.gpu == gpu)
}

const fn row(
    gpu: &'static str,
    name: &'static str,
    (gpus, gpu_memory): (u32, u64),
    vcpus: u64,
    memory: u64,
    pods: u64,
) -> Instance {
    Instance {
        gpu,
        name,
        gpus,
        gpu_memory,
        vcpus,
        memory,
        pods,
    }
}

/// By GPU, then by GPUs, vCPUs and memory: those with GPUs to spare cost more than those with CPU to
/// spare.
#[rustfmt::skip]
pub(crate) static CATALOGUE: [Instance; COUNT] = [
    row("t4", "g4dn.xlarge", (1, 16_384), 4, 16_384, 29),
    row("t4", "g4dn.2xlarge", (1, 16_384), 8, 32_768, 29),
    row("t4", "g4dn.4xlarge", (1, 16_384), 16, 65_536, 29),
    row("t4", "g4dn.8xlarge", (1, 16_384), 32, 131_072, 58),
    row("t4", "g4dn.16xlarge", (1, 16_384), 64, 262_144, 58),
    row("t4", "g4dn.12xlarge", (4, 16_384), 48, 196_608, 234),
    row("t4g", "g5g.xlarge", (1, 16_384), 4, 8_192, 58),
    row("t4g", "g5g.2xlarge", (1, 16_384), 8, 16_384, 58),
    row("t4g", "g5g.4xlarge", (1, 16_384), 16, 32_768, 234),
    row("t4g", "g5g.8xlarge", (1, 16_384), 32, 65_536, 234),
    row("t4g", "g5g.16xlarge", (2, 16_384), 64, 131_072, 737),
    row("a10g", "g5.xlarge", (1, 22_888), 4, 16_384, 58),
    row("a10g", "g5.2xlarge", (1, 22_888), 8, 32_768, 58),
    row("a10g", "g5.4xlarge", (1, 22_888), 16, 65_536, 234),
    row("a10g", "g5.8xlarge", (1, 22_888), 32, 131_072, 234),
    row("a10g", "g5.16xlarge", (1, 22_888), 64, 262_144, 234),
    row("a10g", "g5.12xlarge", (4, 22_888), 48, 196_608, 737),
    row("a10g", "g5.24xlarge", (4, 22_888), 96, 393_216, 737),
    row("a10g", "g5.48xlarge", (8, 22_888), 192, 786_432, 345),
    row("l4", "g6.xlarge", (1, 22_888), 4, 16_384, 58),
    row("l4", "g6.2xlarge", (1, 22_888), 8, 32_768, 58),
    row("l4", "g6.4xlarge", (1, 22_888), 16, 65_536, 234),
    row("l4", "g6.8xlarge", (1, 22_888), 32, 131_072, 234),
    row("l4", "g6.16xlarge", (1, 22_888), 64, 262_144, 737),
    row("l4", "g6.12xlarge", (4, 22_888), 48, 196_608, 234),
    row("l4", "g6.24xlarge", (4, 22_888), 96, 393_216, 737),
    row("l4", "g6.48xlarge", (8, 22_888), 192, 786_432, 737),
    row("l40s", "g6e.xlarge", (1, 45_776), 4, 32_768, 58),
    row("l40s", "g6e.2xlarge", (1, 45_776), 8, 65_536, 58),
    row("l40s", "g6e.4xlarge", (1, 45_776), 16, 131_072, 234),
    row("l40s", "g6e.8xlarge", (1, 45_776), 32, 262_144, 234),
    row("l40s", "g6e.16xlarge", (1, 45_776), 64, 524_288, 737),
    row("l40s", "g6e.12xlarge", (4, 45_776), 48, 393_216, 292),
    row("l40s", "g6e.24xlarge", (4, 45_776), 96, 786_432, 982),
    row("l40s", "g6e.48xlarge", (8, 45_776), 192, 1_572_864, 1_962),
    row("a100-40", "p4d.24xlarge", (8, 40_960), 96, 1_179_648, 2_942),
    row("a100-80", "p4de.24xlarge", (8, 81_920), 96, 1_179_648, 2_942),
    row("h100", "p5.48xlarge", (8, 81_920), 192, 2_097_152, 3_138),
    row("h200", "p5e.48xlarge", (8, 144_384), 192, 2_097_152, 3_138),
    row("h200", "p5en.48xlarge", (8, 144_384), 192, 2_097_152, 3_138),
    row("b200", "p6-b200.48xlarge", (8, 183_359), 192, 2_097_152, 1_570),
];

const COUNT: usize = 41;
