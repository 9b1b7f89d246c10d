//! How many connections units may open to a database at peak.

use klo_intent::{Edge, Intent, IntentId, Kind, Node};

use crate::context::{Compute, Lowering};
use crate::data::common::is_chosen;

/// Concurrent executions of all functions of an account together, until somebody raises it (Lambda
/// developer guide, "Lambda quotas", 2026-11).
const ACCOUNT_CONCURRENCY: u64 = 1_000;

/// What one unit may open.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Part {
    unit: String,
    instances: u64,
    noun: &'static str,
    connections: u64,
    details: String,
}

/// What all units may open together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Demand {
    parts: Vec<Part>,
}

impl Demand {
    /// The demand on a database.
    pub(super) fn on(lowering: &Lowering<'_>, database: IntentId) -> Self {
        let graph = lowering.graph;
        let parts = super::super::doors::clients(lowering, database)
            .into_iter()
            .map(|unit| {
                let edges: Vec<&Edge> = graph
                    .edges_to(database)
                    .filter(|edge| edge.from == Node::Intent(unit))
                    .collect();
                part(lowering, unit, &edges)
            })
            .collect();
        Self { parts }
    }

    /// Whether nobody connects.
    pub(super) fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    /// Connections at peak.
    pub(super) fn total(&self) -> u64 {
        self.parts
            .iter()
            .map(|part| part.instances.saturating_mul(part.connections))
            .fold(0, u64::saturating_add)
    }

    /// `400 Lambda instances × 5 connections + 6 tasks × 8 = 2048`.
    pub(super) fn arithmetic(&self) -> String {
        let terms: Vec<String> = self
            .parts
            .iter()
            .enumerate()
            .map(|(index, part)| {
                let word = match (index, part.connections) {
                    (0, 1) => " connection",
                    (0, _) => " connections",
                    _ => "",
                };
                let plural = if part.instances == 1 { "" } else { "s" };
                format!(
                    "{} {}{plural} × {}{word}",
                    part.instances, part.noun, part.connections
                )
            })
            .collect();
        format!("{} = {}", terms.join(" + "), self.total())
    }

    /// Where the numbers come from, one clause per unit.
    pub(super) fn details(&self) -> String {
        let clauses: Vec<String> = self
            .parts
            .iter()
            .map(|part| format!("{}: {}", part.unit, part.details))
            .collect();
        clauses.join("; ")
    }
}

fn part(lowering: &Lowering<'_>, id: IntentId, edges: &[&Edge]) -> Part {
    let unit = lowering.intent(id);
    let (instances, noun, reason) = instances(lowering, id, unit);
    let (connections, pools) = connections(unit, edges);
    Part {
        unit: unit.id(),
        instances,
        noun,
        connections,
        details: format!("{reason}, {pools}"),
    }
}

fn connections(unit: &Intent, edges: &[&Edge]) -> (u64, String) {
    let processes = u64::from(unit.processes());
    let pools: Vec<_> = edges.iter().flat_map(|edge| &edge.pools).collect();
    if pools.is_empty() {
        return (
            processes,
            "one connection per process, since no pool was found".to_owned(),
        );
    }
    let mut per_process = 0;
    let mut texts = Vec::new();
    for pool in pools {
        per_process += u64::from(pool.size) + u64::from(pool.overflow);
        let origin = match pool.at {
            Some(_) => "in the code",
            None => "its default",
        };
        let overflow = match pool.overflow {
            0 => String::new(),
            overflow => format!(" + {overflow}"),
        };
        texts.push(format!(
            "{} pool {}{overflow} ({origin})",
            pool.library, pool.size
        ));
    }
    let times = match processes {
        1 => String::new(),
        processes => format!(" × {processes} processes"),
    };
    (
        per_process.saturating_mul(processes),
        format!("{}{times}", texts.join(" + ")),
    )
}

/// Instances at peak, what they are called, and where the number comes from.
fn instances(lowering: &Lowering<'_>, id: IntentId, unit: &Intent) -> (u64, &'static str, String) {
    let most = |fallback| {
        let most = unit.int("max").and_then(|most| u64::try_from(most).ok());
        most.filter(|most| *most > 0).unwrap_or(fallback)
    };
    match lowering.compute.get(&id) {
        Some(Compute::Lambda) => {
            let (count, reason) = on_lambda(lowering, id, unit);
            (count, "Lambda instance", reason)
        }
        Some(Compute::Batch | Compute::EksJob) => (most(1), "job run", "`max`".to_owned()),
        stays => {
            let fallback = if unit.kind == Kind::Job { 1 } else { 2 };
            let what = if stays == Some(&Compute::Eks) {
                "pod"
            } else {
                "task"
            };
            (most(fallback), what, "`max`".to_owned())
        }
    }
}

fn on_lambda(lowering: &Lowering<'_>, id: IntentId, unit: &Intent) -> (u64, String) {
    let mut ways_in = lowering.graph.edges_to(id).peekable();
    let scheduled_only =
        ways_in.peek().is_some() && ways_in.all(|edge| matches!(edge.from, Node::Schedule(_)));
    if scheduled_only {
        return (1, "runs by schedule only".to_owned());
    }
    let positive = |value: i64| u64::try_from(value).ok().filter(|number| *number > 0);
    if let Some(reserved) = unit.int("concurrency").and_then(positive) {
        let why = if unit.int("users").is_some() && !is_chosen(unit, "concurrency") {
            "reserved concurrency, from `users`"
        } else {
            "reserved concurrency"
        };
        return (reserved, why.to_owned());
    }
    let stated = is_chosen(unit, "max").then(|| unit.int("max")).flatten();
    if let Some(most) = stated.and_then(positive) {
        return (most, "`max`".to_owned());
    }
    if let Some(users) = unit.int("users").and_then(positive) {
        // Two times the calls at once of language.md's formula: R = users / 10, C = R × 0.2 s.
        return (2 * users.div_ceil(50), "from `users`".to_owned());
    }
    (
        ACCOUNT_CONCURRENCY,
        "the account's default concurrency, since nothing bounds it".to_owned(),
    )
}
