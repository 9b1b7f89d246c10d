//! Security groups of units: empty, then one rule for each way that the graph has.

use klo_intent::{Intent, IntentId};
use klo_plan::{Address, Block, Resource, Value};

use super::needs::Needs;
use super::{GROUP, Outlets};
use crate::context::{Lowering, edge_address, group_of, part_address, why};

const INGRESS: &str = "aws_vpc_security_group_ingress_rule";
const EGRESS: &str = "aws_vpc_security_group_egress_rule";
const HTTPS: i64 = 443;

pub(super) fn lower(lowering: &mut Lowering<'_>, needs: &Needs, outlets: &Outlets) {
    let Some(vpc) = lowering.network.as_ref().map(|network| network.vpc.clone()) else {
        return;
    };
    // Pods have the cluster's group, which `eks` tells of.
    let own = needs.units.iter().filter(|id| !lowering.on_eks(**id));
    let own: Vec<IntentId> = own.copied().collect();
    for id in &own {
        let group = unit_group(lowering, *id, vpc.clone());
        lowering.unit_groups.insert(*id, group);
    }
    for id in &own {
        https(lowering, *id, needs, outlets);
    }
}

fn unit_group(lowering: &mut Lowering<'_>, id: IntentId, vpc: Value) -> Value {
    let unit = lowering.intent(id);
    let name = lowering.physical(&lowering.unit_name(id), "", 255);
    let mut tags = indexmap::IndexMap::from([("Name".to_owned(), Value::from(&name))]);
    if let Some(Value::Map(own)) = lowering.tags(unit) {
        tags.extend(own);
    }
    let body = Block::new()
        .with("name", name)
        .with("description", unit.id())
        .with("vpc_id", vpc)
        .with("tags", Value::Map(tags));
    let address = part_address("aws_security_group", unit, "");
    lowering
        .add(Resource::new(
            address,
            group_of(unit),
            why(unit, "what the unit may reach, and what may reach it"),
            body,
        ))
        .attr("id")
}

/// A rule's body without its other end.
fn rule(group: &Value, port: i64, description: &str) -> Block {
    Block::new()
        .with("security_group_id", group.clone())
        .with("description", description)
        .with("ip_protocol", "tcp")
        .with("from_port", port)
        .with("to_port", port)
}

/// The way to AWS APIs, and with a NAT gateway to the internet.
fn https(lowering: &mut Lowering<'_>, id: IntentId, needs: &Needs, outlets: &Outlets) {
    let unit = lowering.intent(id);
    let group = lowering.unit_groups[&id].clone();
    if !outlets.endpoints_only {
        let purpose = "HTTPS to AWS APIs and the internet";
        let body = rule(&group, HTTPS, purpose).with("cidr_ipv4", "0.0.0.0/0");
        add_rule(
            lowering,
            unit,
            part_address(EGRESS, unit, "https"),
            purpose,
            body,
        );
        return;
    }
    for (service, endpoint) in &outlets.gateways {
        let uses = needs
            .gateways
            .get(service)
            .is_some_and(|users| users.contains(&id));
        if uses {
            let purpose = format!("HTTPS to {service} through its endpoint");
            let body = rule(&group, HTTPS, &purpose)
                .with("prefix_list_id", endpoint.attr("prefix_list_id"));
            add_rule(
                lowering,
                unit,
                part_address(EGRESS, unit, service),
                &purpose,
                body,
            );
        }
    }
    let uses_interfaces = needs.interfaces.values().any(|users| users.contains(&id));
    if let (Some(endpoints), true) = (&outlets.interfaces, uses_interfaces) {
        let purpose = "HTTPS to AWS APIs through the endpoints";
        let body =
            rule(&group, HTTPS, purpose).with("referenced_security_group_id", endpoints.attr("id"));
        let address = edge_address(EGRESS, &unit.id(), "endpoints");
        add_rule(lowering, unit, address, purpose, body);
        let purpose = format!("HTTPS from {}", unit.id());
        let body = rule(&endpoints.attr("id"), HTTPS, &purpose)
            .with("referenced_security_group_id", group);
        let address = edge_address(INGRESS, &unit.id(), "endpoints");
        lowering.add(Resource::new(address, GROUP, why(unit, &purpose), body));
    }
}

fn add_rule(
    lowering: &mut Lowering<'_>,
    unit: &Intent,
    address: Address,
    purpose: &str,
    body: Block,
) {
    lowering.add(Resource::new(
        address,
        group_of(unit),
        why(unit, purpose),
        body,
    ));
}
