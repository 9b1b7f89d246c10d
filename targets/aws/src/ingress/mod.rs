//! Ways in: what each `expose` becomes (aws.md, "Exposing").

pub(crate) mod address;
mod api_gateway;
mod check;
mod cloudfront;
mod cors;
mod domain;
mod http_api;
pub(crate) mod internal;
pub(crate) mod load_balancer;
mod rest_api;
mod rules;
mod site;
pub(crate) mod target;
#[cfg(test)]
mod tests;
mod waf;

use std::collections::BTreeMap;

use klo_intent::{Access, AttrValue, Edge, IntentGraph, IntentId, Kind, Node};
use klo_source::Span;

use crate::context::{Compute, Lowering};

/// The longest that an HTTP API waits for its integration, in seconds (API Gateway quotas,
/// 2025-11).
pub(crate) const HTTP_API_TIMEOUT: u64 = 30;

/// What stands before a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Front {
    /// An HTTP API; with a VPC link for containers.
    HttpApi,
    /// A regional REST API, which can carry a web ACL.
    RestApi,
    /// CloudFront, with a VPC origin.
    Distribution,
    /// Only the internal load balancer.
    Internal,
}

/// One way in to a unit.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Way<'g> {
    /// The unit.
    pub(crate) unit: IntentId,
    /// The `expose` edge; `None` where other units' calls imply a way in inside the network.
    pub(crate) edge: Option<&'g Edge>,
    /// What stands before it.
    pub(crate) front: Front,
}

impl<'g> Way<'g> {
    /// An option of the `expose` annotation.
    pub(crate) fn option(&self, key: &str) -> &'g AttrValue {
        static NULL: AttrValue = AttrValue::Null;
        self.edge.map_or(&NULL, |edge| edge.option(key))
    }

    /// The domain name.
    pub(crate) fn domain(&self) -> Option<&'g str> {
        self.option("domain").as_str()
    }

    /// The Route 53 zone of the domain.
    pub(crate) fn zone(&self) -> Option<&'g str> {
        self.option("zone").as_str()
    }

    /// The path prefix, beginning and not ending with a slash.
    pub(crate) fn prefix(&self) -> Option<String> {
        let path = self.option("path").as_str()?.trim_matches('/');
        (!path.is_empty()).then(|| format!("/{path}"))
    }

    /// Whether the load balancer stands in it.
    pub(crate) fn is_balanced(&self, compute: &BTreeMap<IntentId, Compute>) -> bool {
        match self.front {
            Front::Internal | Front::Distribution => true,
            Front::HttpApi => compute.get(&self.unit).is_some_and(|c| c.stays()),
            Front::RestApi => false,
        }
    }

    /// Where the annotation stands.
    pub(crate) fn span(&self, graph: &IntentGraph) -> Span {
        self.edge
            .and_then(|edge| edge.at.first().copied())
            .unwrap_or(graph.intent(self.unit).at)
    }
}

/// Every way in, in order of edges, those implied by other units' calls last.
pub(crate) fn ways<'g>(
    graph: &'g IntentGraph,
    compute: &BTreeMap<IntentId, Compute>,
) -> Vec<Way<'g>> {
    let mut ways: Vec<Way<'g>> = Vec::new();
    for edge in &graph.edges {
        let (Some(unit), true) = (edge.to.intent(), edge.access.contains(&Access::Expose)) else {
            continue;
        };
        let front = match edge.from {
            Node::Internal => Front::Internal,
            _ => front_of(graph, compute, unit, edge),
        };
        ways.push(Way {
            unit,
            edge: Some(edge),
            front,
        });
    }
    for edge in &graph.edges {
        let (Some(caller), Some(unit)) = (edge.from.intent(), edge.to.intent()) else {
            continue;
        };
        let implied = graph.intent(unit).kind != Kind::Job
            && edge.access.contains(&Access::Invoke)
            && compute.get(&unit).is_some_and(|c| c.stays())
            && !within_cluster(compute, caller, unit)
            && !ways
                .iter()
                .any(|way| way.unit == unit && reaches_callers(way));
        if implied {
            ways.push(Way {
                unit,
                edge: None,
                front: Front::Internal,
            });
        }
    }
    ways
}

/// Whether a call stays within the cluster, whose own names and addresses lead it.
pub(crate) fn within_cluster(
    compute: &BTreeMap<IntentId, Compute>,
    caller: IntentId,
    unit: IntentId,
) -> bool {
    [caller, unit]
        .iter()
        .all(|id| compute.get(id).is_some_and(|compute| compute.is_eks()))
}

/// Whether units of the app take this way: one inside the network, or one that asks who calls,
/// which must not be gone round.
fn reaches_callers(way: &Way<'_>) -> bool {
    way.front == Front::Internal || !way.option("auth").is_null()
}

/// Whether a way in to a unit asks who calls.
pub(crate) fn asks_callers(lowering: &Lowering<'_>, unit: IntentId) -> bool {
    ways(lowering.graph, &lowering.compute)
        .iter()
        .any(|way| way.unit == unit && !way.option("auth").is_null())
}

fn front_of(
    graph: &IntentGraph,
    compute: &BTreeMap<IntentId, Compute>,
    unit: IntentId,
    edge: &Edge,
) -> Front {
    let waf = edge.option("waf").as_bool().unwrap_or(false);
    if !compute.get(&unit).is_some_and(|c| c.stays()) {
        return if waf { Front::RestApi } else { Front::HttpApi };
    }
    if waf || !cloudfront_reasons(graph, unit).is_empty() {
        Front::Distribution
    } else {
        Front::HttpApi
    }
}

/// What an HTTP API cannot carry of a unit, in words.
pub(crate) fn cloudfront_reasons(graph: &IntentGraph, unit: IntentId) -> Vec<String> {
    let intent = graph.intent(unit);
    let mut reasons = Vec::new();
    if let Some(code) = &intent.code {
        if code.routes.iter().any(|route| route.method == "WEBSOCKET") {
            reasons.push("it has a WebSocket route".to_owned());
        } else if code.streams.is_some() {
            reasons.push("it streams its answers".to_owned());
        }
    }
    if let Some(timeout) = intent.duration("timeout")
        && timeout.seconds() > HTTP_API_TIMEOUT
    {
        reasons.push(format!("a request may take {timeout}"));
    }
    reasons
}

/// Adds every way in that can be made, and sites.
pub(crate) fn lower(lowering: &mut Lowering<'_>) {
    let ways = check::possible(lowering);
    let balanced: Vec<Way<'_>> = ways
        .iter()
        .copied()
        .filter(|way| way.is_balanced(&lowering.compute))
        .collect();
    for way in balanced.iter().filter(|w| w.front == Front::Internal) {
        if let (Some(name), Some(zone)) = (way.domain(), way.zone()) {
            let unit = lowering.intent(way.unit);
            let provider = klo_plan::Provider::Default;
            domain::certificate(lowering, unit, "internal", name, zone, provider);
        }
    }
    if !balanced.is_empty() && lowering.network.is_some() {
        load_balancer::lower_shared(lowering, &balanced);
        let mut units: Vec<IntentId> = balanced.iter().map(|way| way.unit).collect();
        units.sort_unstable();
        units.dedup();
        for unit in units {
            let own: Vec<Way<'_>> = balanced
                .iter()
                .copied()
                .filter(|w| w.unit == unit)
                .collect();
            target::lower(lowering, unit, &own);
        }
    }
    for way in &ways {
        match way.front {
            Front::HttpApi => http_api::lower(lowering, way),
            Front::RestApi => rest_api::lower(lowering, way),
            Front::Distribution => cloudfront::lower(lowering, way),
            Front::Internal => {}
        }
    }
    site::lower(lowering);
}
