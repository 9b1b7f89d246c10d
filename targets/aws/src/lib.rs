//! A checked intent graph becomes AWS resources: one file per intent kind, one per decision; or,
//! on any cluster, what runs there and nothing of AWS.

mod alarms;
mod context;
mod gpu;
mod instances;

pub(crate) mod bootstrap;
mod chosen;
pub(crate) mod compute;
pub(crate) mod data;
pub(crate) mod eks;
pub(crate) mod ingress;
mod moved;
pub(crate) mod network;
pub(crate) mod other_app;
pub(crate) mod outputs;
pub(crate) mod plain;
pub(crate) mod policy;
#[cfg(test)]
mod testing;
pub(crate) mod triggers;
pub(crate) mod unit;

use klo_check::Checked;
use klo_diagnostics::Diagnostic;
use klo_intent::IntentGraph;
use klo_plan::Plan;

/// What lowering made, and what it could not make.
pub struct Lowered {
    /// The plan; incomplete when a diagnostic is an error.
    pub plan: Plan,
    /// What the user must know or change.
    pub diagnostics: Vec<Diagnostic>,
}

/// Lowers a checked graph of one environment to AWS, or to the cluster that its platform is.
///
/// Phases build on each other: platforms decide who needs the network, the network is where data
/// stores stand, data stores say how units reach them, units are what triggers and ways in point at.
pub fn lower(graph: &Checked<IntentGraph>) -> Lowered {
    lower_all(graph)
}

fn lower_all(graph: &IntentGraph) -> Lowered {
    let mut lowering = context::Lowering::new(graph);
    if lowering.is_plain() {
        plain::lower(&mut lowering);
        return lowering.finish();
    }
    compute::decide(&mut lowering);
    bootstrap::lower(&mut lowering);
    network::lower(&mut lowering);
    eks::lower(&mut lowering);
    data::lower(&mut lowering);
    triggers::prepare(&mut lowering);
    unit::lower(&mut lowering);
    triggers::lower(&mut lowering);
    ingress::lower(&mut lowering);
    eks::finish(&mut lowering);
    alarms::lower(&mut lowering);
    outputs::lower(&mut lowering);
    chosen::lower(&mut lowering);
    moved::lower(&mut lowering);
    lowering.finish()
}
