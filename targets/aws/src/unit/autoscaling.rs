//! How many tasks a service has.

use klo_intent::{Decision, Intent, Kind, Origin};
use klo_plan::{Address, Block, Value};

use super::common::Unit;
use crate::context::{Lowering, part_address};

/// Mean CPU in percent that scaling aims at: room for a burst until new tasks stand.
const CPU_TARGET: i64 = 60;

/// Least and most tasks. Something has to wait for messages, so what only works off a queue has one
/// task at least, and without a stated most may double as services do.
pub(crate) fn range(unit: &Intent) -> (i64, i64) {
    let is_worker = unit.kind != Kind::Service;
    let least = unit.int("min").unwrap_or(1).max(i64::from(is_worker));
    let most = match unit.int("max") {
        Some(most) if !is_worker || is_stated(unit, "max") => most,
        _ => 2 * least,
    };
    (least, most.max(least))
}

fn is_stated(unit: &Intent, attribute: &str) -> bool {
    unit.settings
        .get(attribute)
        .is_some_and(|setting| !matches!(setting.origin, Origin::BuiltIn | Origin::Formula))
}

/// The address of what scales a service, for further policies on it.
pub(crate) fn target(unit: &Intent) -> Address {
    part_address("aws_appautoscaling_target", unit, "")
}

/// Scales a service between its least and most tasks.
pub(super) fn lower(
    lowering: &mut Lowering<'_>,
    unit: &Unit<'_>,
    cluster: &Address,
    service: &Address,
) {
    let (least, most) = range(unit.intent);
    decide(lowering, unit.intent, least, most);
    if most <= least {
        return;
    }
    let resource_id = Value::concat([
        Value::text("service/"),
        cluster.attr("name"),
        Value::text("/"),
        service.attr("name"),
    ]);
    let body = Block::new()
        .with("service_namespace", "ecs")
        .with("resource_id", resource_id)
        .with("scalable_dimension", "ecs:service:DesiredCount")
        .with("min_capacity", least)
        .with("max_capacity", most);
    let purpose = "how few and how many tasks there may be";
    let target = unit.add(lowering, "aws_appautoscaling_target", "", purpose, body);
    let metric = Block::new().with("predefined_metric_type", "ECSServiceAverageCPUUtilization");
    let tracking = Block::new()
        .with("target_value", CPU_TARGET)
        .with("scale_in_cooldown", 300)
        .with("scale_out_cooldown", 60)
        .block("predefined_metric_specification", metric);
    let body = Block::new()
        .with("name", "cpu")
        .with("policy_type", "TargetTrackingScaling")
        .with("service_namespace", target.attr("service_namespace"))
        .with("resource_id", target.attr("resource_id"))
        .with("scalable_dimension", target.attr("scalable_dimension"))
        .block("target_tracking_scaling_policy_configuration", tracking);
    unit.add(
        lowering,
        "aws_appautoscaling_policy",
        "cpu",
        "as many tasks as keep the CPU at its target",
        body,
    );
}

fn decide(lowering: &mut Lowering<'_>, unit: &Intent, least: i64, most: i64) {
    let because = match unit.int("users") {
        Some(users) if !(is_stated(unit, "min") && is_stated(unit, "max")) => format!(
            "{users} users make {} requests per second, each takes 0.2 s, and a task takes 40 at \
             once",
            users / 10
        ),
        _ if is_stated(unit, "min") || is_stated(unit, "max") => {
            "`min` and `max` say so".to_owned()
        }
        _ if unit.kind != Kind::Service => "one has to wait for messages".to_owned(),
        _ => "nothing says how much it has to bear".to_owned(),
    };
    lowering.decide(Decision {
        code: "capacity",
        subject: unit.id(),
        chosen: if most > least {
            format!("{least} to {most} tasks, at {CPU_TARGET} % of their CPU")
        } else {
            format!("{least} task{}", if least == 1 { "" } else { "s" })
        },
        because,
        instead_of: Vec::new(),
        standing_cost: least > 0,
    });
}
