//! Graphs built in memory, lowered as far as data goes: resources, decisions, diagnostics.

mod databases;
mod modules;
mod proxies;
mod stores;

use klo_intent::{IntentGraph, Kind};
use klo_plan::Value;

use crate::context::{Compute, Lowering};
use crate::testing::{dump, messages, test_network, verify};

/// Lowers the data of a graph in a network whose ids are literals, with every unit on the platform
/// that it says.
fn lower(graph: &IntentGraph) -> Lowering<'_> {
    let mut lowering = Lowering::new(graph);
    lowering.network = Some(test_network());
    for (id, intent) in graph.iter().filter(|(_, intent)| intent.kind.is_unit()) {
        let compute = match (intent.text("run_on"), intent.kind) {
            (Some("lambda"), _) => Compute::Lambda,
            (_, Kind::Job) => Compute::Batch,
            _ => Compute::Fargate,
        };
        lowering.compute.insert(id, compute);
        let group = Value::text(format!("sg-{}", intent.name));
        lowering.unit_groups.insert(id, group);
    }
    super::lower(&mut lowering);
    verify(&lowering);
    lowering
}

/// The plan as text, diagnostics after it.
fn printed(graph: &IntentGraph) -> String {
    let lowering = lower(graph);
    dump(&lowering.plan) + &messages(&lowering.diagnostics)
}

/// What the user is told, and nothing else.
fn told(graph: &IntentGraph) -> String {
    messages(&lower(graph).diagnostics)
}

/// The one decision of a code about an intent, as `chosen: because`.
fn decision(lowering: &Lowering<'_>, code: &str, subject: &str) -> String {
    let found: Vec<String> = lowering
        .plan
        .decisions
        .iter()
        .filter(|decision| decision.code == code && decision.subject == subject)
        .map(|decision| format!("{}: {}", decision.chosen, decision.because))
        .collect();
    assert_eq!(found.len(), 1, "{code} of {subject}: {found:?}");
    found.concat()
}
