//! Security groups of data stores: empty but for one rule per edge, written at both ends.

use std::collections::BTreeSet;

use klo_intent::{Decision, Intent, IntentId};
use klo_plan::{Address, Block, Resource, Value, Why};

use super::common::{add, id_of, name_of, replaced_first};
use crate::context::{Lowering, edge_address, group_of, part_address};

/// The longest name and description of a security group (EC2 API reference, 2026-11).
const NAME_LIMIT: usize = 255;

/// What a rule opens: the group that lets in, and the port.
#[derive(Debug, Clone)]
pub(super) struct Door {
    /// The group's id; `None` when nobody said which group guards the store.
    pub(super) group: Option<Value>,
    /// The port.
    pub(super) port: Value,
}

/// Makes an empty security group for a store, or for a part of it such as its proxy.
pub(super) fn group(
    lowering: &mut Lowering<'_>,
    intent: &Intent,
    part: &str,
    vpc: Value,
) -> Address {
    let suffix = if part.is_empty() {
        intent.kind.name().to_owned()
    } else {
        format!("{}-{part}", intent.kind)
    };
    let what = if part.is_empty() {
        id_of(lowering, intent)
    } else {
        format!("the {part} of {}", id_of(lowering, intent))
    };
    let name = lowering.physical(name_of(lowering, intent), &suffix, NAME_LIMIT);
    let body = Block::new()
        .with("name", &name)
        .with("description", format!("Guards {what}"))
        .with("vpc_id", vpc)
        .with("tags", super::common::named_tags(lowering, intent, &name));
    let address = part_address("aws_security_group", intent, part);
    let purpose = "admits exactly what has an edge";
    let resource = Resource::new(
        address,
        group_of(intent),
        crate::context::why(intent, purpose),
        body,
    )
    .lifecycle(replaced_first());
    lowering.add(resource)
}

/// Units with an edge to a store, each once, in order.
pub(super) fn clients(lowering: &Lowering<'_>, store: IntentId) -> Vec<IntentId> {
    let graph = lowering.graph;
    let ids: BTreeSet<IntentId> = graph
        .edges_to(store)
        .filter_map(|edge| edge.from.intent())
        .filter(|id| graph.intent(*id).kind.is_unit())
        .collect();
    ids.into_iter().collect()
}

/// Lets every unit with an edge reach the door of a store.
pub(super) fn open(lowering: &mut Lowering<'_>, store: IntentId, door: &Door) {
    let (pods, units): (Vec<IntentId>, Vec<IntentId>) = clients(lowering, store)
        .into_iter()
        .partition(|unit| lowering.on_eks(*unit));
    open_to_pods(lowering, store, &pods, door);
    for unit in units {
        let Some(from) = lowering.unit_groups.get(&unit).cloned() else {
            continue;
        };
        let (unit, intent) = (lowering.intent(unit), lowering.intent(store));
        let edge = EdgeRules {
            from: (unit.id(), from),
            to: (intent.id(), door.group.clone()),
            port: door.port.clone(),
        };
        edge.add(lowering, intent);
    }
}

/// Lets pods reach the door of a store. They share the cluster's group, which may send anywhere:
/// what keeps them apart is each unit's network policy.
fn open_to_pods(lowering: &mut Lowering<'_>, store: IntentId, pods: &[IntentId], door: &Door) {
    let (Some(cluster), Some(group)) = (lowering.cluster.clone(), door.group.clone()) else {
        return;
    };
    if pods.is_empty() {
        return;
    }
    let intent = lowering.intent(store);
    let units: Vec<String> = pods.iter().map(|id| lowering.intent(*id).id()).collect();
    let body = Block::new()
        .with("security_group_id", group)
        .with("description", format!("Cluster to {}", intent.id()))
        .with("ip_protocol", "tcp")
        .with("from_port", door.port.clone())
        .with("to_port", door.port.clone())
        .with("referenced_security_group_id", cluster.group);
    let served = units.into_iter().chain([intent.id()]);
    lowering.add(Resource::new(
        edge_address(
            "aws_vpc_security_group_ingress_rule",
            "cluster",
            &intent.id(),
        ),
        group_of(intent),
        Why::shared(served, "admits the pods of the units with an edge to it"),
        body,
    ));
}

/// Lets everyone reach the door of a store that is public.
pub(super) fn open_to_all(lowering: &mut Lowering<'_>, store: &Intent, door: &Door) {
    let Some(group) = door.group.clone() else {
        return;
    };
    let to = store.id();
    let body = Block::new()
        .with("security_group_id", group)
        .with("description", format!("internet to {to}"))
        .with("ip_protocol", "tcp")
        .with("from_port", door.port.clone())
        .with("to_port", door.port.clone())
        .with(
            "cidr_ipv4",
            Value::text("0.0.0.0/0").commented("`public = true` is set."),
        );
    let kind = "aws_vpc_security_group_ingress_rule";
    let address = edge_address(kind, "internet", &to);
    add(lowering, store, address, "admits everyone", body);
    record_public(lowering, store);
}

/// Records that something is public because somebody says so.
pub(super) fn record_public(lowering: &mut Lowering<'_>, store: &Intent) {
    lowering.decide(Decision {
        code: "public",
        subject: store.id(),
        chosen: "reachable from the internet".to_owned(),
        because: "`public = true` is set".to_owned(),
        instead_of: vec![
            "reachable by units with an edge alone: what `public` left out gives".to_owned(),
        ],
        standing_cost: false,
    });
}

/// The two rules of one edge.
pub(super) struct EdgeRules {
    /// Who calls: a name for addresses and descriptions, and its group.
    pub(super) from: (String, Value),
    /// Who is called.
    pub(super) to: (String, Option<Value>),
    /// The port.
    pub(super) port: Value,
}

impl EdgeRules {
    /// Adds one rule to each group, in the file of the store.
    pub(super) fn add(self, lowering: &mut Lowering<'_>, store: &Intent) {
        let (from, from_group) = self.from;
        let (to, to_group) = self.to;
        let rule = |kind: &'static str, group: &Value, peer: Option<&Value>, verb: &str| {
            let body = Block::new()
                .with("security_group_id", group.clone())
                .with("description", format!("{from} to {to}"))
                .with("ip_protocol", "tcp")
                .with("from_port", self.port.clone())
                .with("to_port", self.port.clone());
            let body = match peer {
                Some(peer) => body.with("referenced_security_group_id", peer.clone()),
                None => body.with(
                    "cidr_ipv4",
                    Value::text("0.0.0.0/0").commented(unaimed(store)),
                ),
            };
            let why = Why::edge(&from, &to, verb);
            Resource::new(edge_address(kind, &from, &to), group_of(store), why, body)
        };
        if let Some(group) = &to_group {
            let kind = "aws_vpc_security_group_ingress_rule";
            lowering.add(rule(kind, group, Some(&from_group), "admits the caller"));
        }
        let kind = "aws_vpc_security_group_egress_rule";
        lowering.add(rule(
            kind,
            &from_group,
            to_group.as_ref(),
            "lets the caller reach it",
        ));
    }
}

/// Why a rule has no group at its other end.
fn unaimed(store: &Intent) -> String {
    let id = store.id();
    if store.made_by().is_some() {
        format!("A module makes {id}, and no output of it is the security_group to aim at")
    } else {
        format!("{id} exists already and `existing` names no security_group to aim at")
    }
}

/// A subnet group of a database or cache.
pub(super) fn subnet_group(
    lowering: &mut Lowering<'_>,
    intent: &Intent,
    kind: &'static str,
    subnets: Value,
) -> Address {
    let suffix = intent.kind.name();
    let name = super::common::lower_name(lowering, name_of(lowering, intent), suffix, NAME_LIMIT);
    let body = Block::new()
        .with("name", name)
        .with("description", format!("Subnets of {}", intent.id()))
        .with("subnet_ids", subnets)
        .with_some("tags", lowering.tags(intent));
    let address = part_address(kind, intent, "");
    add(lowering, intent, address, "the subnets it stands in", body)
}
