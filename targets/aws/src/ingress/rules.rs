//! Paths between security groups: one rule at each end, per edge.

use klo_plan::{Address, Block, Group, Resource, Value, Why};

use crate::context::Lowering;

/// A permitted path between two security groups.
pub(crate) struct Rule {
    /// The name of both resources.
    pub(crate) name: String,
    /// The group that the path leaves.
    pub(crate) from: Value,
    /// The group that it enters.
    pub(crate) to: Value,
    /// The port.
    pub(crate) port: u16,
    /// What it is for.
    pub(crate) description: String,
}

/// Both ends of a path: egress where it begins and ingress where it ends.
pub(crate) fn add_rules(lowering: &mut Lowering<'_>, rule: Rule, file: Group, because: Why) {
    let common = |own: &Value, other: &Value| {
        Block::new()
            .with("security_group_id", own.clone())
            .with("description", &rule.description)
            .with("referenced_security_group_id", other.clone())
            .with("ip_protocol", "tcp")
            .with("from_port", rule.port)
            .with("to_port", rule.port)
    };
    for (kind, own, other) in [
        ("aws_vpc_security_group_egress_rule", &rule.from, &rule.to),
        ("aws_vpc_security_group_ingress_rule", &rule.to, &rule.from),
    ] {
        lowering.add(Resource::new(
            Address::managed(kind, rule.name.clone()),
            file.clone(),
            because.clone(),
            common(own, other),
        ));
    }
}
