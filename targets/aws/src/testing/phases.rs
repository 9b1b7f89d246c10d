//! Runs every phase, and tells what those after data stores added.

use std::collections::BTreeSet;

use klo_intent::IntentGraph;
use klo_plan::Plan;

use crate::context::Lowering;
use crate::{alarms, bootstrap, compute, data, eks, ingress, network, outputs, triggers, unit};

/// What lowering a graph gives, and the part of it that triggers, ways in, alarms and outputs
/// added; services and images that they changed are in it as well.
pub(crate) struct Phases<'g> {
    /// Everything.
    pub(crate) lowering: Lowering<'g>,
    /// The part.
    pub(crate) added: Plan,
}

/// Lowers a graph, every phase but renames.
pub(crate) fn phases(graph: &IntentGraph) -> Phases<'_> {
    let mut lowering = Lowering::new(graph);
    compute::decide(&mut lowering);
    bootstrap::lower(&mut lowering);
    network::lower(&mut lowering);
    eks::lower(&mut lowering);
    data::lower(&mut lowering);
    let before: BTreeSet<_> = lowering.plan.resources.keys().cloned().collect();
    triggers::prepare(&mut lowering);
    let queues: BTreeSet<_> = lowering.plan.resources.keys().cloned().collect();
    unit::lower(&mut lowering);
    let units: BTreeSet<_> = lowering.plan.resources.keys().cloned().collect();
    let decisions = lowering.plan.decisions.len();
    triggers::lower(&mut lowering);
    ingress::lower(&mut lowering);
    eks::finish(&mut lowering);
    alarms::lower(&mut lowering);
    outputs::lower(&mut lowering);
    let mut added = lowering.plan.clone();
    added.decisions.drain(..decisions);
    added.resources.retain(|key, _| {
        let ours = queues.contains(key) && !before.contains(key);
        ours || !units.contains(key) || key.1.kind == "aws_ecs_service"
    });
    Phases { lowering, added }
}
