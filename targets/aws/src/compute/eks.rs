//! Units on a cluster: on EKS those with a GPU and those that are told to, elsewhere all.

use klo_intent::{Intent, IntentId};

use super::{chosen_by, record, report_exposed_function, rule_set};
use crate::context::{Compute, Lowering};

/// Puts a unit onto the cluster; `container` is what it would be on containers elsewhere.
pub(super) fn decide(
    lowering: &mut Lowering<'_>,
    id: IntentId,
    unit: &Intent,
    container: Compute,
) -> Compute {
    let compute = match container {
        Compute::Batch => Compute::EksJob,
        _ => Compute::Eks,
    };
    let kind = lowering.cluster_kind();
    report_exposed_function(lowering, id, unit, kind);
    let pack = rule_set(unit);
    let because = match (unit.value("gpu").is_null(), pack) {
        _ if lowering.is_plain() => "the app's platform is a cluster".to_owned(),
        (false, _) => "it asks for a GPU, which neither Lambda nor Fargate has".to_owned(),
        (true, Some(_)) => chosen_by(pack, "EKS"),
        (true, None) => "`run_on` says so".to_owned(),
    };
    let chosen = match (lowering.is_plain(), compute) {
        (true, Compute::EksJob) => "a job on kubernetes",
        (true, _) => "kubernetes",
        (false, _) => super::container_name(compute),
    };
    record(lowering, unit, chosen, because, Vec::new());
    compute
}

/// Thousandths of a CPU and MiB that each pod of a unit asks for.
pub(crate) fn size(unit: &Intent) -> (u64, u64) {
    // Where nothing is said: language.md's 0.25 CPUs for functions in containers.
    let cpus = unit.float("cpu").unwrap_or(0.25);
    let memory = unit.size("memory").map_or(512, klo_intent::Size::mebibytes);
    ((cpus * 1000.0).ceil() as u64, memory.max(1))
}
