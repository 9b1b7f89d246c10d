//! Triggers of containers: everything comes to them through a queue.

use std::collections::BTreeMap;

use klo_intent::{Decision, EntryCall, Field, IntentId, Kind};
use klo_plan::{Address, Block, ImageCommand, Resource, Root, Value};

use super::function::{CONSUME, bridge, read_stream};
use super::{Trigger, filter, grant, plain, stream_arn};
use crate::context::{Lowering, group_of, part_address, why};
use crate::ingress::target::scaling_policy;
use crate::policy;
use crate::unit::autoscaling;

/// The variable that tells klo's worker loop its queues, separated by spaces.
const QUEUES: &str = "KLO_QUEUE_URLS";

/// Makes the queues between containers and their triggers.
pub(super) fn prepare(lowering: &mut Lowering<'_>, all: &[Trigger<'_>]) {
    let mut urls: BTreeMap<IntentId, Vec<Value>> = BTreeMap::new();
    for trigger in all {
        if !lowering
            .compute
            .get(&trigger.unit)
            .is_some_and(|c| c.stays())
        {
            continue;
        }
        let url = if lowering.intent(trigger.source).kind == Kind::Queue {
            plain(lowering, trigger.source, Field::Url)
        } else {
            Some(connect(lowering, trigger).attr("id"))
        };
        urls.entry(trigger.unit).or_default().extend(url);
    }
    for (unit, urls) in urls {
        lowering.queues.entry(unit).or_default().urls = urls.clone();
        if !is_called(lowering, unit) {
            continue;
        }
        let mut parts: Vec<Value> = Vec::new();
        for url in urls {
            if !parts.is_empty() {
                parts.push(" ".into());
            }
            parts.push(url);
        }
        let value = match parts.len() {
            1 => parts.remove(0),
            _ => Value::Concat(parts),
        };
        let variables = lowering.extra_env.entry(unit).or_default();
        variables.insert(QUEUES.to_owned(), value);
    }
}

/// Whether klo's loop calls it, and not a loop of its own.
pub(super) fn is_called(lowering: &Lowering<'_>, unit: IntentId) -> bool {
    let code = lowering.intent(unit).code.as_ref();
    code.is_some_and(|code| {
        matches!(
            code.entry.call,
            EntryCall::Callable { .. } | EntryCall::Handler
        )
    })
}

/// Adds the queue for a topic, bucket or table, and what fills it.
fn connect(lowering: &mut Lowering<'_>, trigger: &Trigger<'_>) -> Address {
    let queue = bridge(lowering, trigger);
    let (from, to) = trigger.ends(lowering);
    let path = match from.kind {
        Kind::Table => {
            add_pipe(lowering, trigger, &queue);
            "through an EventBridge pipe into a queue with a dead-letter queue"
        }
        _ => "through a queue with a dead-letter queue",
    };
    lowering.decide(Decision {
        code: "trigger-queue",
        subject: format!("{} -> {}", from.id(), to.id()),
        chosen: path.to_owned(),
        because: format!(
            "a container takes messages, nothing calls it, and a {} must not lose one while none \
             runs",
            from.kind
        ),
        instead_of: vec!["an HTTP subscription: loses messages while it is down".to_owned()],
        standing_cost: false,
    });
    queue
}

fn add_pipe(lowering: &mut Lowering<'_>, trigger: &Trigger<'_>, queue: &Address) {
    let (Some(table), Some(stream)) = (
        trigger.source_arn(lowering),
        stream_arn(lowering, trigger.source),
    ) else {
        return;
    };
    let (from, to) = trigger.ends(lowering);
    let whole = format!("{}-to-{}", from.name, to.name);
    let name = lowering.physical(&whole, "", 64);
    let dead = Address::managed("aws_sqs_queue", format!("{}_dead", queue.name));
    let source = lowering.arn_of("pipes", &format!("pipe/{name}"));
    let role = trigger.resource(
        lowering,
        "aws_iam_role",
        "",
        "what the pipe may do",
        Block::new().with("name", &name).with(
            "assume_role_policy",
            policy::assumed_by("pipes.amazonaws.com", Some(source.into())),
        ),
    );
    let role = lowering.add(role);
    let mut statements = read_stream(&stream, table);
    statements.push(policy::allow(
        "Send",
        &["sqs:SendMessage"],
        vec![queue.attr("arn"), dead.attr("arn")],
    ));
    if let Some(key) = lowering.key_arn() {
        statements.push(policy::allow(
            "Encrypt",
            &["kms:Decrypt", "kms:GenerateDataKey"],
            vec![key],
        ));
    }
    let permission = trigger.resource(
        lowering,
        "aws_iam_role_policy",
        "pipe",
        "what the pipe may do",
        Block::new()
            .with("name", "pipe")
            .with("role", role.attr("id"))
            .with("policy", policy::document(statements)),
    );
    let permission = lowering.add(permission);
    let changes = Block::new()
        .with("starting_position", "TRIM_HORIZON")
        .with("batch_size", 10)
        .with("maximum_retry_attempts", 10)
        .block(
            "dead_letter_config",
            Block::new().with("arn", dead.attr("arn")),
        );
    let mut parameters = Block::new().block("dynamodb_stream_parameters", changes);
    if let Some(pattern) = filter::of_change(trigger) {
        let one = Block::new().with("pattern", pattern);
        parameters = parameters.block("filter_criteria", Block::new().block("filter", one));
    }
    let pipe = trigger
        .resource(
            lowering,
            "aws_pipes_pipe",
            "",
            "puts the table's changes into the queue",
            Block::new()
                .with("name", name)
                .with("role_arn", role.attr("arn"))
                .with("source", stream)
                .with("target", queue.attr("arn"))
                .block("source_parameters", parameters),
        )
        .after(permission);
    lowering.add(pipe);
}

/// Lets a container take its messages, and runs as many of it as the backlog needs.
pub(super) fn lower(lowering: &mut Lowering<'_>, trigger: &Trigger<'_>) {
    let is_queue = lowering.intent(trigger.source).kind == Kind::Queue;
    let own = Address::managed("aws_sqs_queue", trigger.name(lowering));
    let (arn, encrypted) = if is_queue {
        let ours = lowering.uses_own_key(trigger.source);
        (trigger.source_arn(lowering), ours)
    } else {
        (Some(own.attr("arn")), true)
    };
    let Some(arn) = arn else {
        return;
    };
    let queues = lowering.queues.entry(trigger.unit).or_default();
    queues.arns.push(arn.clone());
    let statements = vec![policy::allow("Consume", &CONSUME, vec![arn])];
    grant(lowering, trigger, statements, encrypted);
    if is_called(lowering, trigger.unit) {
        let id = lowering.intent(trigger.unit).id();
        for image in lowering.plan.images.iter_mut().filter(|i| i.unit == id) {
            image.command = ImageCommand::QueueWorker;
        }
    }
    let name = if is_queue {
        plain(lowering, trigger.source, Field::Name)
    } else {
        Some(own.attr("name"))
    };
    if let Some(name) = name {
        scale_on_backlog(lowering, trigger, &name);
    }
}

/// Waiting messages from which on one more instance is started, and from which on two more are.
const BACKLOG: i64 = 10;
const LARGE_BACKLOG: i64 = 100;

/// Steps and not a target: the backlog of a queue says nothing about one instance's share until
/// it is divided by their number, which no metric of ECS without extra cost gives.
fn scale_on_backlog(lowering: &mut Lowering<'_>, trigger: &Trigger<'_>, queue: &Value) {
    let unit = lowering.intent(trigger.unit);
    let scaled = autoscaling::target(unit);
    if lowering.plan.get(Root::Main, &scaled).is_none() {
        return;
    }
    let policies = [("backlog", true), ("idle", false)].map(|(part, grow)| {
        let address = part_address("aws_appautoscaling_policy", unit, part);
        if lowering.plan.get(Root::Main, &address).is_none() {
            add_steps(lowering, trigger.unit, part, grow, &scaled);
        }
        (part, grow, address)
    });
    for (part, grow, policy) in policies {
        add_alarm(lowering, trigger, queue, part, grow, &policy);
    }
}

fn add_steps(
    lowering: &mut Lowering<'_>,
    unit: IntentId,
    part: &str,
    grow: bool,
    scaled: &Address,
) {
    let intent = lowering.intent(unit);
    let step = |from: Option<i64>, to: Option<i64>, by: i64| {
        Block::new()
            .with_some(
                "metric_interval_lower_bound",
                from.map(|bound| bound.to_string()),
            )
            .with_some(
                "metric_interval_upper_bound",
                to.map(|bound| bound.to_string()),
            )
            .with("scaling_adjustment", by)
    };
    let steps = Block::new()
        .with("adjustment_type", "ChangeInCapacity")
        .with("metric_aggregation_type", "Maximum")
        .with("cooldown", if grow { 60 } else { 300 });
    let steps = if grow {
        let large = LARGE_BACKLOG - BACKLOG;
        steps
            .block("step_adjustment", step(Some(0), Some(large), 1))
            .block("step_adjustment", step(Some(large), None, 2))
    } else {
        steps.block("step_adjustment", step(None, Some(0), -1))
    };
    lowering.add(Resource::new(
        part_address("aws_appautoscaling_policy", intent, part),
        group_of(intent),
        why(intent, "as many instances as its backlog needs"),
        scaling_policy(lowering, unit, scaled, part)
            .with("policy_type", "StepScaling")
            .block("step_scaling_policy_configuration", steps),
    ));
}

fn add_alarm(
    lowering: &mut Lowering<'_>,
    trigger: &Trigger<'_>,
    queue: &Value,
    part: &str,
    grow: bool,
    policy: &Address,
) {
    let (from, to) = trigger.ends(lowering);
    let whole = format!("{}-to-{}", from.name, to.name);
    let (comparison, threshold, periods) = if grow {
        ("GreaterThanOrEqualToThreshold", BACKLOG, 1)
    } else {
        ("LessThanThreshold", 1, 5)
    };
    let alarm = trigger.resource(
        lowering,
        "aws_cloudwatch_metric_alarm",
        part,
        "measures the backlog",
        Block::new()
            .with("alarm_name", lowering.physical(&whole, part, 255))
            .with(
                "alarm_description",
                format!("Changes the number of instances of {}", to.id()),
            )
            .with("namespace", "AWS/SQS")
            .with("metric_name", "ApproximateNumberOfMessagesVisible")
            .with("dimensions", Value::map([("QueueName", queue.clone())]))
            .with("statistic", "Maximum")
            .with("period", 60)
            .with("evaluation_periods", periods)
            .with("comparison_operator", comparison)
            .with("threshold", threshold)
            .with("treat_missing_data", "notBreaching")
            .with("alarm_actions", Value::List(vec![policy.attr("arn")])),
    );
    lowering.add(alarm);
}
