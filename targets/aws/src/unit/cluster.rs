//! The ECS cluster, one for the app.

use klo_intent::Decision;
use klo_plan::{Address, Block, Group, Resource, Root, Value, Why};

use super::common::Unit;
use crate::context::Lowering;

const GROUP: Group = Group::Shared("cluster");

/// The cluster, made when the first unit asks for it.
pub(super) fn cluster(lowering: &mut Lowering<'_>, unit: &Unit<'_>) -> Address {
    let address = Address::managed("aws_ecs_cluster", "main");
    let body = Block::new().with("name", lowering.physical("", "", 255));
    shared(
        lowering,
        unit,
        address,
        "where the app's services run",
        body,
    )
}

/// The cluster's leave to use interruptible capacity, beside the usual.
pub(super) fn spot(lowering: &mut Lowering<'_>, unit: &Unit<'_>, cluster: &Address) -> Address {
    decide_spot(lowering, unit);
    let address = Address::managed("aws_ecs_cluster_capacity_providers", "main");
    let body = Block::new()
        .with("cluster_name", cluster.attr("name"))
        .with(
            "capacity_providers",
            Value::list(["FARGATE", "FARGATE_SPOT"]),
        );
    shared(lowering, unit, address, "interruptible capacity", body)
}

/// Says that a unit runs on interruptible capacity.
pub(super) fn decide_spot(lowering: &mut Lowering<'_>, unit: &Unit<'_>) {
    lowering.decide(Decision {
        code: "spot",
        subject: unit.intent.id(),
        chosen: "FARGATE_SPOT".to_owned(),
        because: "`spot` is set: its tasks may be taken away with two minutes' notice".to_owned(),
        instead_of: Vec::new(),
        standing_cost: false,
    });
}

fn shared(
    lowering: &mut Lowering<'_>,
    unit: &Unit<'_>,
    address: Address,
    purpose: &str,
    body: Block,
) -> Address {
    let id = unit.intent.id();
    let key = (Root::Main, address.clone());
    match lowering.plan.resources.get_mut(&key) {
        Some(resource) => {
            resource.why.intents.insert(id);
        }
        None => {
            let why = Why::shared([id], purpose);
            lowering.add(Resource::new(address.clone(), GROUP, why, body));
        }
    }
    address
}
