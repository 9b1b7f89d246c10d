//! What a clock starts: EventBridge Scheduler calls a Lambda or submits a Batch job.

use klo_intent::{IntentId, Schedule};
use klo_plan::{Address, Block, Resource, Root, Value};

use super::function::dead_letters;
use super::lambda;
use super::queue::{Wanted, add_dead};
use crate::context::{Compute, Lowering, group_of, part_address, why};
use crate::policy;
use crate::unit::schedule::expressions;

/// For how long and how often a start that failed is tried again.
const LONGEST_WAIT: i64 = 3600;
const TRIES: i64 = 10;

/// What the scheduler does at the time.
struct Call {
    arn: Value,
    input: Value,
    statement: Block,
}

/// Adds the schedules of a unit.
pub(super) fn lower(lowering: &mut Lowering<'_>, unit: IntentId, when: &str) {
    let Ok(schedule) = Schedule::parse(when) else {
        return;
    };
    let call = match lowering.compute.get(&unit) {
        Some(Compute::Lambda) => call_function(lowering, unit),
        Some(Compute::Batch) => submit_job(lowering, unit),
        _ => None,
    };
    let Some(call) = call else {
        return;
    };
    let dead = dead_letter_queue(lowering, unit);
    let intent = lowering.intent(unit);
    let (role, permission) = add_role(lowering, unit, call.statement, &dead);
    let name = lowering.unit_name(unit);
    let parts = ["", "weekdays"];
    for (expression, part) in expressions(&schedule).into_iter().zip(parts) {
        let target = Block::new()
            .with("arn", call.arn.clone())
            .with("role_arn", role.attr("arn"))
            .with("input", call.input.clone())
            .block(
                "dead_letter_config",
                Block::new().with("arn", dead.attr("arn")),
            )
            .block(
                "retry_policy",
                Block::new()
                    .with("maximum_event_age_in_seconds", LONGEST_WAIT)
                    .with("maximum_retry_attempts", TRIES),
            );
        let body = Block::new()
            .with("name", lowering.physical(&name, part, 64))
            .with("description", format!("Starts {} at {when}", intent.id()))
            .with("schedule_expression", expression)
            .with("schedule_expression_timezone", "UTC")
            .with_some("kms_key_arn", lowering.key_arn())
            .block("flexible_time_window", Block::new().with("mode", "OFF"))
            .block("target", target);
        lowering.add(
            Resource::new(
                part_address("aws_scheduler_schedule", intent, part),
                group_of(intent),
                why(intent, "starts it at its time"),
                body,
            )
            .after(permission.clone()),
        );
    }
}

fn call_function(lowering: &Lowering<'_>, unit: IntentId) -> Option<Call> {
    let function = lambda(lowering, unit)?;
    Some(Call {
        arn: function.arn.clone(),
        input: Value::json(Value::map([("source", "aws.scheduler")])),
        statement: policy::allow("Start", &["lambda:InvokeFunction"], vec![function.arn]),
    })
}

/// The scheduler has no target of its own for Batch; it can call any operation of AWS's API.
fn submit_job(lowering: &Lowering<'_>, unit: IntentId) -> Option<Call> {
    let refs = lowering.units.get(&unit)?;
    let definition = refs.main.as_ref()?;
    let queue = refs.job_queue.as_ref()?.attr("arn");
    let name = lowering.physical(&lowering.unit_name(unit), "", 128);
    let input = Value::json(Value::map([
        ("JobName", Value::text(name)),
        ("JobQueue", queue.clone()),
        ("JobDefinition", definition.attr("arn")),
    ]));
    // A new revision of the definition must not have to wait for a new policy.
    let revisions = Value::concat([definition.attr("arn_prefix"), ":*".into()]);
    Some(Call {
        arn: format!(
            "arn:{}:scheduler:::aws-sdk:batch:submitJob",
            lowering.partition()
        )
        .into(),
        input,
        statement: policy::allow("Start", &["batch:SubmitJob"], vec![revisions, queue]),
    })
}

/// The unit's queue of dead letters; a job has none from other triggers.
fn dead_letter_queue(lowering: &mut Lowering<'_>, unit: IntentId) -> Address {
    let address = dead_letters(lowering, unit);
    if lowering.plan.get(Root::Main, &address).is_some() {
        return address;
    }
    let intent = lowering.intent(unit);
    let name = lowering.unit_name(unit);
    let wanted = Wanted {
        name: address.name,
        physical: lowering.physical(&name, "dead", 80),
        file: group_of(intent),
        fifo: false,
        why: why(intent, "keeps the starts that failed"),
    };
    add_dead(lowering, &wanted, &[])
}

fn add_role(
    lowering: &mut Lowering<'_>,
    unit: IntentId,
    start: Block,
    dead: &Address,
) -> (Address, Address) {
    let intent = lowering.intent(unit);
    let name = lowering.unit_name(unit);
    let group = lowering.arn_of("scheduler", "schedule-group/default");
    let role = lowering.add(Resource::new(
        part_address("aws_iam_role", intent, "schedule"),
        group_of(intent),
        why(intent, "what its schedule may do"),
        Block::new()
            .with("name", lowering.physical(&name, "schedule", 64))
            .with(
                "assume_role_policy",
                policy::assumed_by("scheduler.amazonaws.com", Some(group.into())),
            ),
    ));
    let mut statements = vec![
        start,
        policy::allow("DeadLetters", &["sqs:SendMessage"], vec![dead.attr("arn")]),
    ];
    if let Some(key) = lowering.key_arn() {
        statements.push(policy::allow(
            "Encrypt",
            &["kms:Decrypt", "kms:GenerateDataKey"],
            vec![key],
        ));
    }
    let permission = lowering.add(Resource::new(
        part_address("aws_iam_role_policy", intent, "schedule"),
        group_of(intent),
        why(intent, "what its schedule may do"),
        Block::new()
            .with("name", "schedule")
            .with("role", role.attr("id"))
            .with("policy", policy::document(statements)),
    ));
    (role, permission)
}
