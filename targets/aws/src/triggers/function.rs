//! Triggers of Lambdas.

use klo_intent::{Decision, IntentId, Kind};
use klo_plan::{Address, Block, Resource, Root, Value};

use super::queue::{Sender, Wanted, add, add_dead};
use super::{Trigger, filter, grant, lambda, schedules, stream_arn};
use crate::context::{Compute, Lowering, group_of, part_address, why};
use crate::policy;

/// The fewest calls at once that an event source mapping can be held to (AWS Lambda, 2025-11).
const LEAST_CONCURRENCY: i64 = 2;
/// The most (likewise).
const MOST_CONCURRENCY: i64 = 1000;

/// Connects one trigger with a Lambda.
pub(super) fn lower(lowering: &mut Lowering<'_>, trigger: &Trigger<'_>) {
    let source = lowering.intent(trigger.source);
    match source.kind {
        Kind::Queue => lower_queue(lowering, trigger),
        Kind::Topic if source.flag("fifo") => lower_fifo_topic(lowering, trigger),
        Kind::Topic => lower_topic(lowering, trigger),
        Kind::Table => lower_table(lowering, trigger),
        // A bucket has one notification setting for all of its triggers: `notification`.
        _ => {}
    }
}

/// The queue of events that a function failed on, and of deliveries to it that failed.
pub(super) fn dead_letters(lowering: &Lowering<'_>, unit: IntentId) -> Address {
    part_address("aws_sqs_queue", lowering.intent(unit), "dead")
}

/// Functions that are called without waiting for an answer keep what they failed on.
pub(super) fn lower_dead_letters(lowering: &mut Lowering<'_>, all: &[Trigger<'_>]) {
    let clocks = schedules(lowering);
    let units: Vec<IntentId> = lowering
        .compute
        .iter()
        .filter(|(_, compute)| **compute == Compute::Lambda)
        .map(|(unit, _)| *unit)
        .collect();
    for unit in units {
        let own: Vec<&Trigger<'_>> = all.iter().filter(|t| t.unit == unit).collect();
        let topics: Vec<&&Trigger<'_>> = own
            .iter()
            .filter(|t| lowering.intent(t.source).kind == Kind::Topic && !t.is_fifo(lowering))
            .collect();
        let bucket = own
            .iter()
            .any(|t| lowering.intent(t.source).kind == Kind::Bucket);
        let table = own
            .iter()
            .any(|t| lowering.intent(t.source).kind == Kind::Table);
        let clock = clocks.iter().any(|(known, _)| *known == unit);
        let is_async = !topics.is_empty() || bucket || clock;
        if !is_async && !table {
            continue;
        }
        let senders: Vec<Sender> = topics
            .iter()
            .filter_map(|t| {
                Some(Sender {
                    service: "sns.amazonaws.com",
                    source: t.source_arn(lowering)?,
                })
            })
            .collect();
        add_dead_letters(lowering, unit, &senders);
        if is_async {
            add_invoke_config(lowering, unit);
        }
    }
}

fn add_dead_letters(lowering: &mut Lowering<'_>, unit: IntentId, senders: &[Sender]) {
    let intent = lowering.intent(unit);
    let name = lowering.unit_name(unit);
    let wanted = Wanted {
        name: dead_letters(lowering, unit).name,
        physical: lowering.physical(&name, "dead", 80),
        file: group_of(intent),
        fifo: false,
        why: why(intent, "keeps the events that it failed on"),
    };
    let dead = add_dead(lowering, &wanted, senders);
    let Some(role) = lowering.units.get(&unit).map(|refs| refs.role.clone()) else {
        return;
    };
    let mut statements = vec![policy::allow(
        "DeadLetters",
        &["sqs:SendMessage"],
        vec![dead.attr("arn")],
    )];
    if let Some(key) = lowering.key_arn() {
        statements.push(policy::allow(
            "Encrypt",
            &["kms:Decrypt", "kms:GenerateDataKey"],
            vec![key],
        ));
    }
    lowering.add(Resource::new(
        part_address("aws_iam_role_policy", intent, "dead"),
        group_of(intent),
        why(intent, "may keep the events that it failed on"),
        Block::new()
            .with("name", "dead-letters")
            .with("role", role.attr("id"))
            .with("policy", policy::document(statements)),
    ));
}

fn add_invoke_config(lowering: &mut Lowering<'_>, unit: IntentId) {
    let intent = lowering.intent(unit);
    let Some(function) = lambda(lowering, unit) else {
        return;
    };
    // Lambda tries an event again twice at most.
    let retries = intent.int("retries").unwrap_or(2).clamp(0, 2);
    let failed = Block::new().with("destination", dead_letters(lowering, unit).attr("arn"));
    lowering.add(
        Resource::new(
            part_address("aws_lambda_function_event_invoke_config", intent, ""),
            group_of(intent),
            why(intent, "tries failed events again, then keeps them"),
            Block::new()
                .with("function_name", function.name)
                .with_some("qualifier", function.qualifier)
                .with("maximum_retry_attempts", retries)
                .block(
                    "destination_config",
                    Block::new().block("on_failure", failed),
                ),
        )
        .after(part_address("aws_iam_role_policy", intent, "dead")),
    );
}

/// What a Lambda does with a queue's messages.
pub(super) const CONSUME: [&str; 4] = [
    "sqs:ChangeMessageVisibility",
    "sqs:DeleteMessage",
    "sqs:GetQueueAttributes",
    "sqs:ReceiveMessage",
];

fn lower_queue(lowering: &mut Lowering<'_>, trigger: &Trigger<'_>) {
    let Some(arn) = trigger.source_arn(lowering) else {
        return;
    };
    map_queue(
        lowering,
        trigger,
        arn,
        lowering.uses_own_key(trigger.source),
    );
}

fn map_queue(lowering: &mut Lowering<'_>, trigger: &Trigger<'_>, arn: Value, encrypted: bool) {
    let Some(function) = lambda(lowering, trigger.unit) else {
        return;
    };
    let statements = vec![policy::allow("Consume", &CONSUME, vec![arn.clone()])];
    let permission = grant(lowering, trigger, statements, encrypted);
    let unit = lowering.intent(trigger.unit);
    let batch = trigger.batch();
    let mut body = Block::new()
        .with("event_source_arn", arn)
        .with("function_name", function.arn)
        .with("batch_size", batch)
        .with(
            "function_response_types",
            Value::list(["ReportBatchItemFailures"]),
        );
    let window = klo_intent::load::batch_window(Some(batch));
    if window > 0 {
        body.set("maximum_batching_window_in_seconds", window);
    }
    // Below the least that can be set here, the reserved concurrency alone holds it back.
    let concurrency = unit
        .int("concurrency")
        .filter(|count| *count >= LEAST_CONCURRENCY);
    if let Some(concurrency) = concurrency {
        body = body.block(
            "scaling_config",
            Block::new().with("maximum_concurrency", concurrency.min(MOST_CONCURRENCY)),
        );
    }
    if let Some(pattern) = filter::of_message(trigger) {
        body = body.block("filter_criteria", filter_block(pattern));
    }
    let mut resource = trigger.resource(
        lowering,
        "aws_lambda_event_source_mapping",
        "",
        "hands it the queue's messages",
        body,
    );
    resource.depends_on.extend(permission);
    lowering.add(resource);
}

fn filter_block(pattern: Value) -> Block {
    Block::new().block("filter", Block::new().with("pattern", pattern))
}

fn lower_topic(lowering: &mut Lowering<'_>, trigger: &Trigger<'_>) {
    let (Some(topic), Some(function)) =
        (trigger.source_arn(lowering), lambda(lowering, trigger.unit))
    else {
        return;
    };
    let permission = trigger.resource(
        lowering,
        "aws_lambda_permission",
        "",
        "the topic may call it",
        function.permission("sns.amazonaws.com", topic.clone()),
    );
    let permission = lowering.add(permission);
    let dead = dead_letters(lowering, trigger.unit);
    let redrive = Value::json(Value::map([("deadLetterTargetArn", dead.attr("arn"))]));
    let body = Block::new()
        .with("topic_arn", topic)
        .with("protocol", "lambda")
        .with("endpoint", function.arn)
        .with("redrive_policy", redrive);
    let subscription = trigger
        .resource(
            lowering,
            "aws_sns_topic_subscription",
            "",
            "hands it the topic's messages",
            with_message_filter(body, trigger),
        )
        .after(permission);
    lowering.add(subscription);
}

/// Holds a subscription to messages whose fields have the values asked for.
pub(super) fn with_message_filter(body: Block, trigger: &Trigger<'_>) -> Block {
    match filter::of_notification(trigger) {
        Some(pattern) => body
            .with("filter_policy_scope", "MessageBody")
            .with("filter_policy", pattern),
        None => body,
    }
}

/// A FIFO topic calls no Lambda, so its messages go through a FIFO queue.
fn lower_fifo_topic(lowering: &mut Lowering<'_>, trigger: &Trigger<'_>) {
    let queue = bridge(lowering, trigger);
    map_queue(lowering, trigger, queue.attr("arn"), true);
    let (from, to) = trigger.ends(lowering);
    lowering.decide(Decision {
        code: "trigger-queue",
        subject: format!("{} -> {}", from.id(), to.id()),
        chosen: "through a FIFO queue with a dead-letter queue".to_owned(),
        because: "a FIFO topic delivers to queues only".to_owned(),
        instead_of: vec!["a standard topic: loses the order".to_owned()],
        standing_cost: false,
    });
}

/// Adds the queue between a trigger's source and its unit, with its dead letters and, for a topic,
/// the subscription.
pub(super) fn bridge(lowering: &mut Lowering<'_>, trigger: &Trigger<'_>) -> Address {
    let (from, to) = trigger.ends(lowering);
    let name = trigger.name(lowering);
    let fifo = trigger.is_fifo(lowering);
    // The suffix counts against SQS's 80 characters.
    let limit = if fifo { 75 } else { 80 };
    let physical = |part: &str| {
        let whole = format!("{}-to-{}", from.name, to.name);
        lowering.physical(&whole, part, limit)
    };
    let wanted = |suffix: &str, purpose: &str| Wanted {
        name: format!("{name}{suffix}"),
        physical: physical(suffix.trim_start_matches('_')),
        file: group_of(to),
        fifo,
        why: trigger.why(lowering, purpose),
    };
    let service = match from.kind {
        Kind::Topic => Some("sns.amazonaws.com"),
        Kind::Bucket => Some("s3.amazonaws.com"),
        _ => None,
    };
    let source = trigger.source_arn(lowering);
    let sender = || -> Vec<Sender> {
        service
            .zip(source.clone())
            .map(|(service, source)| Sender { service, source })
            .into_iter()
            .collect()
    };
    // A topic keeps deliveries that failed in the same queue; it needs leave to send there.
    let failed = match from.kind {
        Kind::Topic => sender(),
        _ => Vec::new(),
    };
    let dead = wanted("_dead", "keeps the messages that it failed on");
    let own = wanted("", "holds messages until it takes them");
    let dead = add_dead(lowering, &dead, &failed);
    // Six times the timeout, so that a message is not handed out again while it is worked on.
    let visibility = 6 * to
        .duration("timeout")
        .map_or(30, |timeout| timeout.seconds());
    let queue = add(lowering, &own, &sender(), &dead, visibility.min(43_200));
    if let (Kind::Topic, Some(topic)) = (from.kind, source) {
        let redrive = Value::json(Value::map([("deadLetterTargetArn", dead.attr("arn"))]));
        let body = Block::new()
            .with("topic_arn", topic)
            .with("protocol", "sqs")
            .with("endpoint", queue.attr("arn"))
            .with("raw_message_delivery", true)
            .with("redrive_policy", redrive);
        let policy = Address::managed("aws_sqs_queue_policy", queue.name.clone());
        let subscription = trigger
            .resource(
                lowering,
                "aws_sns_topic_subscription",
                "",
                "puts the topic's messages into the queue",
                with_message_filter(body, trigger),
            )
            .after(policy);
        lowering.add(subscription);
    }
    queue
}

/// What reads a table's changes.
pub(super) fn read_stream(stream: &Value, table: Value) -> Vec<Block> {
    vec![
        policy::allow(
            "Read",
            &[
                "dynamodb:DescribeStream",
                "dynamodb:GetRecords",
                "dynamodb:GetShardIterator",
            ],
            vec![stream.clone()],
        ),
        policy::allow(
            "List",
            &["dynamodb:ListStreams"],
            vec![Value::concat([table, "/stream/*".into()])],
        ),
    ]
}

fn lower_table(lowering: &mut Lowering<'_>, trigger: &Trigger<'_>) {
    let (Some(table), Some(function), Some(stream)) = (
        trigger.source_arn(lowering),
        lambda(lowering, trigger.unit),
        stream_arn(lowering, trigger.source),
    ) else {
        return;
    };
    let encrypted = lowering.uses_own_key(trigger.source);
    let permission = grant(lowering, trigger, read_stream(&stream, table), encrypted);
    let unit = lowering.intent(trigger.unit);
    let failed = Block::new().with(
        "destination_arn",
        dead_letters(lowering, trigger.unit).attr("arn"),
    );
    let mut body = Block::new()
        .with("event_source_arn", stream)
        .with("function_name", function.arn)
        // From the oldest change that is kept, so that none made during a deployment is missed.
        .with("starting_position", "TRIM_HORIZON")
        .with("batch_size", trigger.batch())
        .with("bisect_batch_on_function_error", true)
        .with("maximum_retry_attempts", unit.int("retries").unwrap_or(2))
        .with(
            "function_response_types",
            Value::list(["ReportBatchItemFailures"]),
        )
        .block(
            "destination_config",
            Block::new().block("on_failure", failed),
        );
    if let Some(pattern) = filter::of_change(trigger) {
        body = body.block("filter_criteria", filter_block(pattern));
    }
    let mut resource = trigger.resource(
        lowering,
        "aws_lambda_event_source_mapping",
        "",
        "hands it the table's changes",
        body,
    );
    resource.depends_on.extend(permission);
    let dead_policy = part_address("aws_iam_role_policy", unit, "dead");
    if lowering.plan.get(Root::Main, &dead_policy).is_some() {
        resource.depends_on.push(dead_policy);
    }
    lowering.add(resource);
}
