//! How many tasks a service has.

use klo_diagnostics::Diagnostic;
use klo_diagnostics::codes::aws;
use klo_intent::{Decision, Intent, Origin};
use klo_plan::{Address, Block, Value};

use super::common::Unit;
use crate::context::{Lowering, part_address};

/// Mean CPU in percent that scaling aims at: room for a burst until new tasks stand.
const CPU_TARGET: i64 = 60;

/// Least and most tasks.
pub(super) fn range(unit: &Intent) -> (i64, i64) {
    let least = unit.int("min").unwrap_or(1);
    let most = unit.int("max").unwrap_or(least).max(least);
    (least, most)
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
    report_contradiction(lowering, unit.intent);
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
    let is_stated = |attribute: &str| {
        unit.settings
            .get(attribute)
            .is_some_and(|s| !matches!(s.origin, Origin::BuiltIn | Origin::Formula))
    };
    let because = match unit.int("users") {
        Some(users) if !(is_stated("min") && is_stated("max")) => format!(
            "{users} users make {} requests per second, each takes 0.2 s, and a task takes 40 at \
             once",
            users / 10
        ),
        _ if is_stated("min") || is_stated("max") => "`min` and `max` say so".to_owned(),
        _ => "nothing says how much it has to bear".to_owned(),
    };
    lowering.decide(Decision {
        code: "capacity",
        subject: unit.id(),
        chosen: if most > least {
            format!("{least} to {most} tasks, at {CPU_TARGET} % of their CPU")
        } else {
            format!("{least} tasks")
        },
        because,
        instead_of: Vec::new(),
        standing_cost: least > 0,
    });
}

fn report_contradiction(lowering: &mut Lowering<'_>, unit: &Intent) {
    let (Some(least), Some(most)) = (unit.int("min"), unit.int("max")) else {
        return;
    };
    if least <= most {
        return;
    }
    lowering.report(
        Diagnostic::error(
            aws::IMPOSSIBLE_CAPACITY,
            unit.span_of("min"),
            format!(
                "`{}` has at least {least} instances and at most {most}",
                unit.id()
            ),
        )
        .help(format!("raise `max` to {least} at least, or lower `min`"))
        .related(unit.span_of("max"), "the most")
        .subject(unit.id()),
    );
}
