//! Which traffic the graph asks for, as each unit on the cluster sees it.

use std::collections::BTreeSet;

use klo_intent::{Access, Edge, Field, Intent, IntentId, Kind, Node};
use klo_plan::Value;
use klo_plan::kubernetes::{Direction, Flow, Peer, Text};

use super::env;
use crate::context::{Compute, Lowering, Supply, part_address};
use crate::ingress::internal::network_range;
use crate::ingress::{Front, address, ways, within_cluster};
use crate::network::calls_outside;

const HTTPS: u16 = 443;

/// The flows of a unit, sorted.
pub(super) fn of(lowering: &mut Lowering<'_>, id: IntentId) -> Vec<Flow> {
    let graph = lowering.graph;
    let mut flows: BTreeSet<Flow> = BTreeSet::new();
    let port = crate::unit::port(lowering, id);
    if let Some(port) = port {
        let group = part_address("aws_lb_target_group", lowering.intent(id), "");
        if super::has(lowering, &group) {
            flows.insert(network(lowering, Direction::In, port));
        }
        let exposed = |edge: &Edge| edge.access.contains(&Access::Expose);
        if lowering.is_plain() && graph.edges_to(id).any(exposed) {
            flows.insert(Flow {
                direction: Direction::In,
                peer: Peer::Cluster,
                port,
            });
        }
        for edge in graph.edges_to(id).filter(|edge| is_call(edge)) {
            let caller = edge.from.intent().filter(|from| lowering.on_eks(*from));
            flows.extend(caller.map(|from| Flow {
                direction: Direction::In,
                peer: Peer::Workload(name(lowering, from)),
                port,
            }));
        }
    }
    for edge in graph.edges_from(id) {
        flows.extend(out(lowering, id, edge));
    }
    if calls_outside(lowering, id) || lowering.queues.contains_key(&id) {
        flows.insert(internet(HTTPS));
    }
    flows.into_iter().collect()
}

fn is_call(edge: &Edge) -> bool {
    edge.access.contains(&Access::Invoke)
}

/// The name of a unit's objects: what a CronJob's may at most be long.
pub(crate) fn name(lowering: &Lowering<'_>, id: IntentId) -> String {
    let name = lowering.unit_name(id);
    klo_plan::physical_name(&[&name.replace('_', "-").to_lowercase()], 52)
}

fn out(lowering: &mut Lowering<'_>, id: IntentId, edge: &Edge) -> Option<Flow> {
    let target = edge.to.intent()?;
    let intent = lowering.intent(target);
    if intent.kind.is_unit() {
        return is_call(edge)
            .then(|| to_unit(lowering, id, target))
            .flatten();
    }
    // File systems are mounted by the node.
    if !matches!(intent.kind, Kind::Database | Kind::Cache) {
        return None;
    }
    let port = store_port(lowering, target, intent);
    if !intent.value("existing").is_null() {
        return Some(Flow {
            direction: Direction::Out,
            peer: whereabouts(lowering, target),
            port,
        });
    }
    Some(network(lowering, Direction::Out, port))
}

/// Where a store is that was there before: in a namespace of the cluster, where its name says so.
fn whereabouts(lowering: &Lowering<'_>, id: IntentId) -> Peer {
    let store = lowering.stores.get(&id);
    let host = match store.and_then(|store| store.fields.get(&Field::Host)) {
        Some(Supply::Plain(Value::Text(host))) => host.as_str(),
        _ => "",
    };
    match service_namespace(host) {
        Some(namespace) => Peer::Namespace(namespace.to_owned()),
        None => Peer::Anywhere,
    }
}

/// The namespace of a Service of the cluster, by its name: `postgres.data.svc`. Kubernetes, "DNS for
/// Services and Pods", 2026-11.
pub(crate) fn service_namespace(host: &str) -> Option<&str> {
    let host = host.trim_end_matches('.');
    let host = host.strip_suffix(".cluster.local").unwrap_or(host);
    let (name, namespace) = host.strip_suffix(".svc")?.rsplit_once('.')?;
    (!name.is_empty() && !namespace.is_empty()).then_some(namespace)
}

fn to_unit(lowering: &mut Lowering<'_>, id: IntentId, target: IntentId) -> Option<Flow> {
    if within_cluster(&lowering.compute, id, target) {
        let port = crate::unit::port(lowering, target)?;
        return Some(Flow {
            direction: Direction::Out,
            peer: Peer::Workload(name(lowering, target)),
            port,
        });
    }
    let own = ways(lowering.graph, &lowering.compute);
    let inside = own
        .iter()
        .any(|way| way.unit == target && way.front == Front::Internal);
    if inside {
        let port = address::of(lowering, target)?.port;
        return Some(network(lowering, Direction::Out, port));
    }
    match lowering.compute.get(&target) {
        Some(Compute::EksJob) | None => None,
        _ => Some(internet(HTTPS)),
    }
}

/// The port of a store: as its lowering tells, else the one that its engine has by itself.
fn store_port(lowering: &Lowering<'_>, id: IntentId, intent: &Intent) -> u16 {
    let told = lowering
        .stores
        .get(&id)
        .and_then(|store| store.fields.get(&Field::Port));
    let number = match told {
        Some(Supply::Plain(Value::Int(port))) => u16::try_from(*port).ok(),
        Some(Supply::Plain(Value::Text(port))) => port.parse().ok(),
        _ => None,
    };
    let usual = match (intent.kind, intent.text("engine")) {
        (Kind::Cache, _) => 6379,
        (_, Some("mysql" | "mariadb")) => 3306,
        _ => 5432,
    };
    number.unwrap_or(usual)
}

fn network(lowering: &mut Lowering<'_>, direction: Direction, port: u16) -> Flow {
    let range = network_range(lowering);
    let range: Text = env::text(lowering, "VPC_CIDR", range);
    Flow {
        direction,
        peer: Peer::Network(range),
        port,
    }
}

fn internet(port: u16) -> Flow {
    Flow {
        direction: Direction::Out,
        peer: Peer::Internet,
        port,
    }
}

/// Whether an edge leads to what answers over AWS's API.
pub(crate) fn is_of_aws(lowering: &Lowering<'_>, edge: &Edge) -> bool {
    match &edge.to {
        Node::Intent(id) => match lowering.intent(*id).kind {
            Kind::Bucket | Kind::Table | Kind::Queue | Kind::Topic => true,
            Kind::Secret | Kind::Config => !edge.methods.is_empty() || !edge.stated.is_empty(),
            Kind::Function | Kind::Service | Kind::Job => matches!(
                lowering.compute.get(id),
                Some(Compute::Lambda | Compute::Batch)
            ),
            _ => false,
        },
        Node::OtherApp { .. } => true,
        _ => false,
    }
}
