//! How jobs start: by the clock, before a deployment, or by hand.

use klo_intent::{Kind, Schedule};
use klo_plan::{Address, Block, Output, Root, Value};

use super::common::{self, Unit};
use super::permissions::{self, Statement, via_service};
use super::schedule;
use crate::context::{Compute, Lowering, UnitRefs, encrypted_queue, why};

/// Gives a job its start.
pub(super) fn lower(lowering: &mut Lowering<'_>, unit: &Unit<'_>, refs: &UnitRefs) {
    // The cluster starts its jobs itself.
    if unit.intent.kind != Kind::Job || refs.compute.is_eks() {
        return;
    }
    let before_deploy = unit.intent.text("run") == Some("before-deploy");
    let schedule = unit.intent.text("schedule").map(Schedule::parse);
    if let Some(Ok(schedule)) = &schedule {
        scheduled(lowering, unit, refs, schedule);
    }
    if before_deploy {
        before_services(lowering, unit, refs);
    }
    if schedule.is_none() && !before_deploy {
        by_hand(lowering, unit, refs);
    }
}

fn scheduled(lowering: &mut Lowering<'_>, unit: &Unit<'_>, refs: &UnitRefs, schedule: &Schedule) {
    let dead = dead_letters(lowering, unit);
    let role = schedule_role(lowering, unit, refs, &dead);
    let parts = ["", "weekdays"];
    for (expression, part) in schedule::expressions(schedule).into_iter().zip(parts) {
        let target = target(lowering, unit, refs, &role, &dead);
        let body = Block::new()
            .with("name", unit.name(lowering, part, 64))
            .with("description", format!("Starts {}", unit.intent.id()))
            .with("schedule_expression", expression)
            .with("schedule_expression_timezone", "UTC")
            .with_some("kms_key_arn", lowering.key_arn())
            .block("flexible_time_window", Block::new().with("mode", "OFF"))
            .block("target", target);
        let purpose = "starts the job by the clock";
        unit.add(lowering, "aws_scheduler_schedule", part, purpose, body);
    }
}

fn target(
    lowering: &Lowering<'_>,
    unit: &Unit<'_>,
    refs: &UnitRefs,
    role: &Address,
    dead: &Address,
) -> Block {
    let partition = lowering.partition();
    let target = match &refs.job_queue {
        Some(queue) => Block::new()
            .with(
                "arn",
                format!("arn:{partition}:scheduler:::aws-sdk:batch:submitJob"),
            )
            .with("role_arn", role.attr("arn"))
            .with(
                "input",
                Value::json(Value::map([
                    ("JobName", Value::Text(unit.name(lowering, "", 128))),
                    ("JobDefinition", refs.arn.clone().unwrap_or(Value::Null)),
                    ("JobQueue", queue.attr("arn")),
                ])),
            ),
        None => Block::new()
            .with_some("arn", refs.arn.clone())
            .with("role_arn", role.attr("arn"))
            .with("input", Value::json(Value::map::<String, Value>([]))),
    };
    target.block(
        "dead_letter_config",
        Block::new().with("arn", dead.attr("arn")),
    )
}

/// Where starts go that AWS could not make.
fn dead_letters(lowering: &mut Lowering<'_>, unit: &Unit<'_>) -> Address {
    let body = Block::new()
        .with("name", unit.name(lowering, "schedule-dead", 80))
        .with("message_retention_seconds", 14 * 86_400);
    let body =
        encrypted_queue(body, lowering.key_arn()).with_some("tags", lowering.tags(unit.intent));
    let purpose = "starts that could not be made";
    unit.add(lowering, "aws_sqs_queue", "schedule_dead", purpose, body)
}

fn schedule_role(
    lowering: &mut Lowering<'_>,
    unit: &Unit<'_>,
    refs: &UnitRefs,
    dead: &Address,
) -> Address {
    let purpose = "starts the job by the clock";
    let role = common::role(
        lowering,
        unit,
        "schedule",
        "scheduler.amazonaws.com",
        purpose,
    );
    let arns = match (&refs.job_queue, &refs.main) {
        (Some(queue), Some(definition)) => {
            let prefix = definition.attr("arn_prefix");
            permissions::job_arns(lowering, prefix, queue.attr("arn"))
        }
        _ => refs.arn.clone().into_iter().collect(),
    };
    let action = match refs.job_queue {
        Some(_) => "batch:SubmitJob",
        None => "lambda:InvokeFunction",
    };
    let start = arns.into_iter().fold(
        Statement::new("StartJob").actions([action]),
        Statement::resource,
    );
    let mut statements = vec![
        start,
        Statement::new("KeepFailures")
            .actions(["sqs:SendMessage"])
            .resource(dead.attr("arn")),
    ];
    if let Some(key) = lowering.key_arn() {
        let services = ["scheduler", "sqs"].map(|service| via_service(lowering, service));
        statements.push(
            Statement::new("UseKey")
                .actions(["kms:Decrypt", "kms:GenerateDataKey"])
                .resource(key)
                .when("StringEquals", "kms:ViaService", Value::list(services)),
        );
    }
    common::role_policy(lowering, unit, "schedule", &role, purpose, statements);
    role
}

/// The job stands before the services change and has ended well before they do.
fn before_services(lowering: &mut Lowering<'_>, unit: &Unit<'_>, refs: &UnitRefs) {
    let id = unit.intent.id();
    let targets: Vec<String> = [
        refs.main.as_ref(),
        refs.alias.as_ref(),
        refs.job_queue.as_ref(),
    ]
    .into_iter()
    .flatten()
    .map(|address| format!("-target={address}"))
    .collect();
    lowering.plan.before_services.push((
        format!("Makes {id}, and nothing that does not have to stand for it"),
        format!("terraform -chdir=terraform apply {}", targets.join(" ")),
    ));
    lowering.plan.before_services.push((
        format!("Runs {id} and waits for its end"),
        run_and_wait(lowering, unit, refs),
    ));
}

fn run_and_wait(lowering: &Lowering<'_>, unit: &Unit<'_>, refs: &UnitRefs) -> String {
    let region = &lowering.deployment().region;
    if refs.compute == Compute::Lambda {
        let name = unit.name(lowering, "", super::lambda::NAME_LIMIT);
        return format!(
            "error=$(aws lambda invoke --region {region} --function-name {name} \
             --cli-read-timeout 900 --query FunctionError --output text /dev/stderr)\n\
             [ \"$error\" = None ]"
        );
    }
    let name = unit.name(lowering, "", super::batch::NAME_LIMIT);
    format!(
        "job=$(aws batch submit-job --region {region} --job-name {name} --job-queue {name} \
         --job-definition {name} --query jobId --output text)\n\
         status=SUBMITTED\n\
         while [ \"$status\" != SUCCEEDED ] && [ \"$status\" != FAILED ]; do\n  \
         sleep 5\n  \
         status=$(aws batch describe-jobs --region {region} --jobs \"$job\" \
         --query 'jobs[0].status' --output text) || break\n\
         done\n\
         [ \"$status\" = SUCCEEDED ]"
    )
}

/// The command that starts a job which nothing else starts.
fn by_hand(lowering: &mut Lowering<'_>, unit: &Unit<'_>, refs: &UnitRefs) {
    let region = lowering.deployment().region.clone();
    let (Some(main), Some(name)) = (refs.main.as_ref(), name_of(refs)) else {
        return;
    };
    let command = match &refs.job_queue {
        Some(queue) => Value::concat([
            Value::text(format!(
                "aws batch submit-job --region {region} --job-name "
            )),
            main.attr("name"),
            Value::text(" --job-queue "),
            queue.attr("name"),
            Value::text(" --job-definition "),
            main.attr("name"),
        ]),
        None => Value::concat([
            Value::text(format!(
                "aws lambda invoke --region {region} --cli-read-timeout 900 --function-name "
            )),
            main.attr(name),
            Value::text(" /dev/stdout"),
        ]),
    };
    lowering.plan.outputs.push(Output {
        name: format!("start_job_{}", klo_plan::symbol(&unit.intent.name)),
        root: Root::Main,
        description: format!("Starts {}", unit.intent.id()),
        value: command,
        why: why(unit.intent, "how the job starts"),
    });
}

fn name_of(refs: &UnitRefs) -> Option<&'static str> {
    match refs.compute {
        Compute::Lambda => Some("function_name"),
        Compute::Batch => Some("name"),
        Compute::Fargate | Compute::Eks | Compute::EksJob => None,
    }
}
