//! Where a unit can be reached, known before its way in is lowered, so that units can be told each
//! other's addresses.

use std::collections::BTreeMap;

use klo_intent::{IntentGraph, IntentId};
use klo_plan::{Function, Value};

use super::{Front, Way, http_api, rest_api, ways};
use crate::context::{Compute, Lowering, part_address};

/// Where a unit answers.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct UnitAddress {
    /// The whole URL, without a slash at its end.
    pub(crate) url: Value,
    /// The host name.
    pub(crate) host: Value,
    /// The port.
    pub(crate) port: u16,
}

/// The address of a unit for other units of the app: inside the network where it has one, else
/// its way in from the internet; `None` for a unit that answers nowhere.
pub(crate) fn of(lowering: &Lowering<'_>, unit: IntentId) -> Option<UnitAddress> {
    let ways = ways(lowering.graph, &lowering.compute);
    let mut own: Vec<&Way<'_>> = ways.iter().filter(|way| way.unit == unit).collect();
    own.sort_by_key(|way| way.front != Front::Internal);
    own.first().map(|way| address_of(lowering, way))
}

/// The address of one way in.
pub(crate) fn address_of(lowering: &Lowering<'_>, way: &Way<'_>) -> UnitAddress {
    if let Some(domain) = way.domain() {
        return secure(Value::text(format!("https://{domain}")), domain.into());
    }
    let unit = lowering.intent(way.unit);
    match way.front {
        Front::Internal => {
            let host = internal_host(lowering, way.unit);
            UnitAddress {
                url: format!("http://{host}").into(),
                host: host.into(),
                port: 80,
            }
        }
        Front::HttpApi => {
            let endpoint = http_api::api(unit).attr("api_endpoint");
            let host = Value::call(
                Function::Replace,
                [endpoint.clone(), "https://".into(), "".into()],
            );
            secure(endpoint, host)
        }
        Front::RestApi => {
            let host = rest_api::host(lowering, unit);
            let stage = Value::text(format!("/{}", rest_api::STAGE));
            secure(
                Value::concat(["https://".into(), host.clone(), stage]),
                host,
            )
        }
        Front::Distribution => {
            let host = part_address("aws_cloudfront_distribution", unit, "").attr("domain_name");
            secure(Value::concat(["https://".into(), host.clone()]), host)
        }
    }
}

fn secure(url: Value, host: Value) -> UnitAddress {
    UnitAddress {
        url,
        host,
        port: 443,
    }
}

/// The private zone in which the internal load balancer has its names.
pub(crate) fn internal_zone(lowering: &Lowering<'_>) -> String {
    let deployment = lowering.deployment();
    format!("{}.{}.internal", deployment.environment, deployment.app)
}

/// The name of a unit in the private zone.
pub(crate) fn internal_host(lowering: &Lowering<'_>, unit: IntentId) -> String {
    format!("{}.{}", lowering.unit_name(unit), internal_zone(lowering))
}

/// Whether a unit calls another one behind the internal load balancer, for which it must be in the
/// network itself.
pub(crate) fn calls_into_network(
    graph: &IntentGraph,
    compute: &BTreeMap<IntentId, Compute>,
    unit: IntentId,
) -> bool {
    let ways = ways(graph, compute);
    graph.edges_from(unit).any(|edge| {
        edge.to.intent().is_some_and(|to| {
            ways.iter()
                .any(|way| way.unit == to && way.front == Front::Internal)
        })
    })
}

/// Whether any way in stands in the network.
pub(crate) fn needs_network(graph: &IntentGraph, compute: &BTreeMap<IntentId, Compute>) -> bool {
    ways(graph, compute)
        .iter()
        .any(|way| way.is_balanced(compute))
}
