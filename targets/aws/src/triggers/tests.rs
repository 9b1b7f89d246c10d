//! One plan for each kind of trigger and platform, and what cannot start a unit.

use indexmap::IndexMap;
use klo_intent::{AttrValue, Duration, EntryCall, IntentGraph};
use klo_plan::ImageCommand;

use crate::testing::{TestGraph, attr, dump, messages, phases, verify};

type Settings<'a> = &'a [(&'static str, AttrValue)];

/// A function with klo's calling convention.
fn with_function(graph: TestGraph, id: &str, settings: Settings<'_>) -> TestGraph {
    graph
        .intent_with(id, settings)
        .change(id, |unit| set_call(unit, EntryCall::Handler))
}

fn set_call(unit: &mut klo_intent::Intent, call: EntryCall) {
    unit.code.as_mut().expect("a unit has code").entry.call = call;
}

fn filter() -> AttrValue {
    AttrValue::Map(IndexMap::from([
        (
            "status".to_owned(),
            AttrValue::List(vec!["paid".into(), "sent".into()]),
        ),
        ("country".to_owned(), "NL".into()),
    ]))
}

fn fifo() -> [(&'static str, AttrValue); 1] {
    [("fifo", true.into())]
}

/// On a container, because it may take longer than Lambda lets it.
fn slow() -> [(&'static str, AttrValue); 2] {
    [
        ("timeout", AttrValue::Duration(Duration(3600))),
        ("max", AttrValue::Int(5)),
    ]
}

fn plan(graph: &IntentGraph) -> String {
    let phases = phases(graph);
    assert_eq!(messages(&phases.lowering.diagnostics), "");
    verify(&phases.lowering);
    let images: Vec<String> = phases
        .lowering
        .plan
        .images
        .iter()
        .map(|image| format!("{}: {:?} {:?}\n", image.unit, image.command, image.events))
        .collect();
    let env: Vec<String> = phases
        .lowering
        .extra_env
        .values()
        .flatten()
        .map(|(name, value)| format!("{name} = {}\n", crate::testing::render(value)))
        .collect();
    format!(
        "{}\n{}{}",
        dump(&phases.added),
        images.concat(),
        env.concat()
    )
}

#[test]
fn queue_to_lambda() {
    let graph = TestGraph::prod().intent("queue.receipts");
    let graph = with_function(
        graph,
        "function.worker",
        &[("concurrency", AttrValue::Int(40))],
    )
    .trigger(
        "queue.receipts",
        "function.worker",
        &[("batch", AttrValue::Int(50)), ("filter", filter())],
    )
    .build();
    insta::assert_snapshot!(plan(&graph));
}

#[test]
fn topic_to_lambda() {
    let graph = TestGraph::prod().intent("topic.orders");
    let graph = with_function(graph, "function.mail", &[])
        .trigger("topic.orders", "function.mail", &[("filter", filter())])
        .build();
    insta::assert_snapshot!(plan(&graph));
}

#[test]
fn fifo_topic_to_lambda() {
    let graph = TestGraph::dev().intent_with("topic.orders", &fifo());
    let graph = with_function(graph, "function.mail", &[])
        .trigger("topic.orders", "function.mail", &[])
        .build();
    insta::assert_snapshot!(plan(&graph));
}

#[test]
fn bucket_to_two_lambdas() {
    let graph = TestGraph::prod().intent("bucket.uploads");
    let graph = with_function(graph, "function.resize", &[]);
    let graph = with_function(graph, "function.forget", &[])
        .trigger(
            "bucket.uploads",
            "function.resize",
            &[("prefix", "images/".into())],
        )
        .trigger(
            "bucket.uploads",
            "function.forget",
            &[("event", "removed".into())],
        )
        .build();
    insta::assert_snapshot!(plan(&graph));
}

#[test]
fn table_to_lambda() {
    let existing = AttrValue::Map(IndexMap::from([(
        "arn".to_owned(),
        "arn:aws:dynamodb:eu-west-1:123456789012:table/carts".into(),
    )]));
    let graph = TestGraph::dev().intent_with("table.carts", &[("existing", existing)]);
    let graph = with_function(graph, "function.index", &[])
        .trigger("table.carts", "function.index", &[("filter", filter())])
        .build();
    insta::assert_snapshot!(plan(&graph));
}

#[test]
fn clock_to_lambda() {
    let graph = with_function(TestGraph::prod(), "function.report", &[])
        .trigger(
            "schedule.report",
            "function.report",
            &[("schedule", "0 6 1 * 1".into())],
        )
        .build();
    insta::assert_snapshot!(plan(&graph));
}

#[test]
fn clock_to_batch() {
    let graph = with_function(TestGraph::dev(), "function.report", &slow())
        .trigger(
            "schedule.report",
            "function.report",
            &[("schedule", "rate(1 hour)".into())],
        )
        .build();
    insta::assert_snapshot!(plan(&graph));
}

#[test]
fn queue_to_container() {
    let graph = TestGraph::prod().intent("queue.videos");
    let graph = with_function(graph, "function.encode", &slow())
        .trigger("queue.videos", "function.encode", &[])
        .build();
    insta::assert_snapshot!(plan(&graph));
}

#[test]
fn queue_to_a_program_with_its_own_loop() {
    let graph = TestGraph::dev()
        .intent("queue.videos")
        .intent("service.worker")
        .change("service.worker", |unit| set_call(unit, EntryCall::Celery))
        .trigger("queue.videos", "service.worker", &[])
        .build();
    let phases = phases(&graph);
    assert_eq!(messages(&phases.lowering.diagnostics), "");
    assert!(
        phases.lowering.extra_env.is_empty(),
        "its code names its queue"
    );
    let image = &phases.lowering.plan.images[0];
    assert_eq!(image.command, ImageCommand::Unit);
    let policy = attr(
        &phases.added,
        "aws_iam_role_policy.queue_videos_to_service_worker",
        "policy",
    );
    assert!(policy.contains("sqs:ReceiveMessage"), "{policy}");
}

#[test]
fn topic_and_bucket_to_container() {
    let graph = TestGraph::prod()
        .intent("topic.videos")
        .intent("bucket.uploads");
    let graph = with_function(graph, "function.encode", &slow())
        .trigger("topic.videos", "function.encode", &[("filter", filter())])
        .trigger(
            "bucket.uploads",
            "function.encode",
            &[("prefix", "raw/".into())],
        )
        .build();
    insta::assert_snapshot!(plan(&graph));
}

#[test]
fn table_to_container() {
    let graph = TestGraph::prod().intent_with("table.carts", &[("key", "id".into())]);
    let graph = with_function(graph, "function.index", &slow())
        .trigger("table.carts", "function.index", &[])
        .build();
    insta::assert_snapshot!(plan(&graph));
    let phases = phases(&graph);
    let table = attr(
        &phases.lowering.plan,
        "aws_dynamodb_table.carts",
        "stream_enabled",
    );
    assert_eq!(table, "true");
}

#[test]
fn alarms_and_parameters() {
    let graph = TestGraph::prod()
        .deployment(|deployment| deployment.alarm_email = Some("ops@example.com".to_owned()))
        .intent("queue.receipts")
        .intent("topic.orders")
        .intent("database.orders")
        .intent("service.api")
        .edge("internet", "service.api", &[klo_intent::Access::Expose]);
    let graph = with_function(graph, "function.worker", &[])
        .trigger("queue.receipts", "function.worker", &[])
        .trigger("topic.orders", "function.worker", &[])
        .build();
    let phases = phases(&graph);
    assert_eq!(messages(&phases.lowering.diagnostics), "");
    verify(&phases.lowering);
    let mut added = phases.added;
    added.resources.retain(|(_, address), _| {
        matches!(
            address.kind,
            "aws_cloudwatch_metric_alarm" | "aws_sns_topic" | "aws_ssm_parameter"
        ) || address.name == "alarms"
    });
    added.decisions.clear();
    insta::assert_snapshot!(dump(&added));
}

fn complaints(graph: TestGraph) -> String {
    let graph = graph.build();
    let phases = phases(&graph);
    messages(&phases.lowering.diagnostics)
}

#[test]
fn a_compiled_program_takes_messages_in_its_own_loop() {
    let call = EntryCall::Binary {
        package: "encode".to_owned(),
        name: "encode".to_owned(),
        runtime: String::new(),
        serves: false,
        arguments: Vec::new(),
    };
    let graph = TestGraph::dev()
        .intent("queue.videos")
        .intent_with("function.encode", &[("run_on", "fargate".into())])
        .change("function.encode", |unit| set_call(unit, call))
        .trigger("queue.videos", "function.encode", &[])
        .build();
    let phases = phases(&graph);
    assert_eq!(messages(&phases.lowering.diagnostics), "");
    assert!(phases.lowering.extra_env.is_empty());
    assert_eq!(
        phases.lowering.plan.images[0].command,
        ImageCommand::Unit,
        "its code names its queue"
    );
}

#[test]
fn what_cannot_start_a_unit() {
    let web = TestGraph::dev()
        .intent("topic.orders")
        .intent("service.api")
        .trigger("topic.orders", "service.api", &[]);
    let own_loop = TestGraph::dev()
        .intent("topic.orders")
        .intent("service.worker")
        .change("service.worker", |unit| set_call(unit, EntryCall::Program))
        .trigger("topic.orders", "service.worker", &[]);
    let clock = TestGraph::dev()
        .intent("service.worker")
        .change("service.worker", |unit| set_call(unit, EntryCall::Program))
        .trigger(
            "schedule.worker",
            "service.worker",
            &[("schedule", "0 1 * * *".into())],
        );
    let bucket = TestGraph::dev().intent("bucket.uploads");
    let bucket = with_function(bucket, "function.resize", &[]).trigger(
        "bucket.uploads",
        "function.resize",
        &[("filter", filter()), ("batch", AttrValue::Int(3))],
    );
    let large = TestGraph::dev().intent_with("queue.orders", &fifo());
    let large = with_function(large, "function.worker", &[]).trigger(
        "queue.orders",
        "function.worker",
        &[("batch", AttrValue::Int(20))],
    );
    let held = TestGraph::dev().intent("queue.videos");
    let held = with_function(held, "function.encode", &slow()).trigger(
        "queue.videos",
        "function.encode",
        &[("filter", filter())],
    );
    let twice = TestGraph::dev().intent("bucket.uploads");
    let twice = with_function(twice, "function.index", &[]);
    let twice = with_function(twice, "function.resize", &[])
        .trigger("bucket.uploads", "function.index", &[])
        .trigger(
            "bucket.uploads",
            "function.resize",
            &[("prefix", "images/".into())],
        );
    let existing = AttrValue::Map(IndexMap::from([("id".to_owned(), "acme-uploads".into())]));
    let foreign = TestGraph::dev().intent_with("bucket.uploads", &[("existing", existing)]);
    let foreign = with_function(foreign, "function.index", &[]).trigger(
        "bucket.uploads",
        "function.index",
        &[],
    );
    let all: Vec<String> = [web, own_loop, clock, bucket, large, held, twice, foreign]
        .into_iter()
        .map(complaints)
        .collect();
    insta::assert_snapshot!(all.join("\n"));
}
