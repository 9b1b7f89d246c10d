//! Units: what runs code, on which platform, under which role, with what in its environment.

mod actions;
pub(crate) mod autoscaling;
mod batch;
mod cluster;
mod common;
mod environment;
mod fargate;
mod jobs;
mod kubernetes;
mod lambda;
pub(crate) mod permissions;
pub(crate) mod schedule;
mod serve;
pub(crate) mod task;
#[cfg(test)]
mod tests;
mod volumes;

use crate::context::{Compute, Lowering};
use common::Unit;
pub(crate) use common::read_secrets;
pub(crate) use serve::port;

/// Lowers every unit to the platform that was decided for it.
pub(crate) fn lower(lowering: &mut Lowering<'_>) {
    let graph = lowering.graph;
    for (id, intent) in graph.iter().filter(|(_, intent)| intent.kind.is_unit()) {
        let unit = Unit { id, intent };
        let refs = match lowering.compute.get(&id) {
            Some(Compute::Lambda) => lambda::lower(lowering, &unit),
            Some(Compute::Fargate) => fargate::lower(lowering, &unit),
            Some(Compute::Batch) => batch::lower(lowering, &unit),
            Some(Compute::Eks | Compute::EksJob) if lowering.is_plain() => {
                kubernetes::lower_plain(lowering, &unit);
                continue;
            }
            Some(Compute::Eks | Compute::EksJob) => kubernetes::lower(lowering, &unit),
            None => continue,
        };
        jobs::lower(lowering, &unit, &refs);
        lowering.units.insert(id, refs);
    }
}
