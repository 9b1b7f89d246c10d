//! Ways in inside the network: a name on the load balancer, and who may come.

use klo_intent::{Access, Edge, IntentId, Network, Node};
use klo_plan::{Address, Block, Resource, Root, Value, Why, symbol};

use super::address::internal_host;
use super::load_balancer::{SHARED, balancer, group, is_secure, port};
use super::rules::{Rule, add_rules};
use super::{Front, Way, domain};
use crate::context::{Lowering, group_of};

/// The name inside the network, and who may come.
pub(crate) fn lower(lowering: &mut Lowering<'_>, way: &Way<'_>) {
    let unit = lowering.intent(way.unit);
    match (way.domain(), way.zone()) {
        (Some(name), Some(zone)) => domain::alias(
            lowering,
            unit,
            "internal",
            name,
            zone.into(),
            &balancer_alias(),
        ),
        _ => {
            let zone = Address::managed("aws_route53_zone", "internal");
            let host = internal_host(lowering, way.unit);
            domain::alias(
                lowering,
                unit,
                "internal",
                &host,
                zone.attr("zone_id"),
                &balancer_alias(),
            );
        }
    }
    let port = port(Front::Internal, is_secure(way));
    let open = way.edge.is_some_and(|edge| edge.from == Node::Internal);
    if open {
        admit_network(lowering, way, port);
    }
    let callers: Vec<&Edge> = lowering
        .graph
        .edges_to(way.unit)
        .filter(|edge| edge.access.contains(&Access::Invoke))
        .collect();
    for edge in callers {
        if let Some(caller) = edge.from.intent() {
            admit_caller(lowering, caller, way, port);
        }
    }
}

fn balancer_alias() -> domain::Alias {
    domain::Alias {
        name: balancer().attr("dns_name"),
        zone: balancer().attr("zone_id"),
        ipv6: false,
    }
}

/// `internal` is whatever is inside the network, so its range is let in.
fn admit_network(lowering: &mut Lowering<'_>, way: &Way<'_>, port: u16) {
    let address = Address::managed(
        "aws_vpc_security_group_ingress_rule",
        format!("internal_to_ingress_{port}"),
    );
    let unit = lowering.intent(way.unit).id();
    let key = (Root::Main, address.clone());
    if let Some(rule) = lowering.plan.resources.get_mut(&key) {
        rule.why.intents.insert(unit);
        return;
    }
    let range = network_range(lowering);
    lowering.add(Resource::new(
        address,
        SHARED,
        Why::intent(unit, "whatever is inside the network reaches it"),
        Block::new()
            .with("security_group_id", group().attr("id"))
            .with("description", "Inside the network to the load balancer")
            .with("cidr_ipv4", range)
            .with("ip_protocol", "tcp")
            .with("from_port", port)
            .with("to_port", port),
    ));
}

/// The network's range: as written, or asked for where the network exists already.
pub(crate) fn network_range(lowering: &mut Lowering<'_>) -> Value {
    match &lowering.deployment().network {
        Network::Created { cidr } => cidr.into(),
        Network::Existing { vpc, .. } => {
            let address = Address::data("aws_vpc", "ingress");
            if lowering.plan.get(Root::Main, &address).is_none() {
                lowering.add(Resource::new(
                    address.clone(),
                    SHARED,
                    Why::default(),
                    Block::new().with("id", vpc),
                ));
            }
            address.attr("cidr_block")
        }
    }
}

/// One unit calls another through the load balancer.
fn admit_caller(lowering: &mut Lowering<'_>, caller: IntentId, way: &Way<'_>, port: u16) {
    let Some(own) = lowering.unit_groups.get(&caller).cloned() else {
        return;
    };
    let (from, to) = (lowering.intent(caller), lowering.intent(way.unit));
    // Two callees behind one port are one path for a security group; the first names it.
    let same = lowering.plan.in_root(Root::Main).any(|resource| {
        resource.address.kind == "aws_vpc_security_group_egress_rule"
            && resource.body.get("security_group_id") == Some(&own)
            && resource.body.get("referenced_security_group_id") == Some(&group().attr("id"))
            && resource.body.get("from_port") == Some(&Value::from(port))
    });
    if same {
        return;
    }
    let rule = Rule {
        name: format!("{}_to_{}", symbol(&from.id()), symbol(&to.id())),
        from: own,
        to: group().attr("id"),
        port,
        description: format!("{} to {} through the load balancer", from.id(), to.id()),
    };
    let because = Why::edge(&from.id(), &to.id(), "calls it through the load balancer");
    add_rules(lowering, rule, group_of(from), because);
}
