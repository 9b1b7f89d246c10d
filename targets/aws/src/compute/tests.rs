//! Platforms of units, and what is said about choices that cannot be.

use klo_intent::{Access, AttrValue, Duration, EntryCall, Size};

use super::decide;
use crate::context::Lowering;
use crate::testing::{TestGraph, messages, phases};

/// Platforms, decisions and messages of a graph.
fn decided(graph: TestGraph) -> String {
    let graph = graph.build();
    let mut lowering = Lowering::new(&graph);
    decide(&mut lowering);
    let mut text = String::new();
    for (id, compute) in &lowering.compute {
        text.push_str(&format!("{}: {compute:?}\n", graph.intent(*id).id()));
    }
    for decision in &lowering.plan.decisions {
        text.push_str(&format!(
            "{} [{}]{}: {}, because {}\n",
            decision.code,
            decision.subject,
            if decision.standing_cost { " $" } else { "" },
            decision.chosen,
            decision.because
        ));
    }
    text + &messages(&lowering.diagnostics)
}

const LONG: AttrValue = AttrValue::Duration(Duration(3_600));
const LARGE: AttrValue = AttrValue::Size(Size(12 << 30));

#[test]
fn usual_platforms() {
    insta::assert_snapshot!(decided(
        TestGraph::dev()
            .intent("function.resize")
            .intent("job.nightly")
            .intent("service.api")
    ));
}

#[test]
fn functions_over_lambdas_limits_run_as_jobs_or_workers() {
    insta::assert_snapshot!(decided(
        TestGraph::dev()
            .intent_with("function.long", &[("timeout", LONG)])
            .intent_with("function.large", &[("memory", LARGE)])
            .intent_with("function.fast", &[("cpu", AttrValue::Float(8.0))])
            .intent_with("function.worker", &[("timeout", LONG)])
            .intent("queue.films")
            .trigger("queue.films", "function.worker", &[])
    ));
}

#[test]
fn stated_lambda_over_its_limits() {
    insta::assert_snapshot!(decided(
        TestGraph::dev()
            .intent_with(
                "function.long",
                &[("run_on", "lambda".into()), ("timeout", LONG)]
            )
            .intent_with(
                "service.large",
                &[("run_on", "lambda".into()), ("memory", LARGE)]
            )
            .intent_with("service.tasks", &[("run_on", "lambda".into())])
            .change("service.tasks", |intent| {
                intent.code.as_mut().expect("a unit").entry.call = EntryCall::Celery;
            })
            .intent_with("function.files", &[("run_on", "lambda".into())])
            .intent("volume.uploads")
            .edge("function.files", "volume.uploads", &[Access::Read])
            .intent_with("function.again", &[("retries", AttrValue::Int(5))])
    ));
}

#[test]
fn gpus_and_clusters() {
    let gpu = || {
        AttrValue::Map(
            [
                ("type".to_owned(), AttrValue::from("a10g")),
                ("count".to_owned(), AttrValue::Int(1)),
            ]
            .into(),
        )
    };
    insta::assert_snapshot!(decided(
        TestGraph::dev()
            .intent_with("function.a", &[("gpu", gpu()), ("run_on", "lambda".into())])
            .intent_with("service.b", &[("gpu", gpu()), ("run_on", "fargate".into())])
            .intent_with("service.c", &[("gpu", gpu())])
            .intent_with("service.d", &[("run_on", "eks".into())])
            .intent_with("function.e", &[("run_on", "kubernetes".into())])
    ));
}

#[test]
fn sizes_between_and_over_what_is_sold() {
    insta::assert_snapshot!(decided(
        TestGraph::dev()
            .intent_with("service.a", &[("memory", AttrValue::Size(Size(512 << 20)))])
            .intent_with(
                "service.b",
                &[
                    ("cpu", AttrValue::Float(3.0)),
                    ("memory", AttrValue::Size(Size(9 << 30)))
                ]
            )
            .intent_with("service.c", &[("cpu", AttrValue::Float(32.0))])
            .intent_with("job.d", &[("memory", AttrValue::Size(Size(200 << 30)))])
            .intent_with("function.e", &[("cpu", AttrValue::Float(2.0))])
            .intent_with("function.f", &[("memory", AttrValue::Size(Size(64 << 20)))])
            .intent_with("function.g", &[("spot", true.into())])
    ));
}

#[test]
fn exposed_function_on_containers() {
    insta::assert_snapshot!(decided(
        TestGraph::dev()
            .intent_with("function.hook", &[("run_on", "fargate".into())])
            .edge("internet", "function.hook", &[Access::Expose])
    ));
}

/// A compiled program in place of the code.
fn compiled(graph: TestGraph, id: &str, runtime: &str, serves: bool) -> TestGraph {
    graph.change(id, |unit| {
        unit.code.as_mut().expect("a unit").entry.call = EntryCall::Binary {
            package: "shop".to_owned(),
            name: "shop".to_owned(),
            runtime: runtime.to_owned(),
            serves,
            arguments: Vec::new(),
        };
    })
}

fn images(graph: &klo_intent::IntentGraph) -> String {
    let phases = phases(graph);
    let told = messages(&phases.lowering.diagnostics);
    let images = phases.lowering.plan.images.iter();
    let images: Vec<String> = images
        .map(|image| format!("{}: {:?} on {:?}", image.unit, image.command, image.port))
        .collect();
    format!("{}{told}", images.join("; "))
}

#[test]
fn compiled_programs_run_where_they_can() {
    let lambda = [("run_on", "lambda".into())];
    let container = [("run_on", "fargate".into())];
    let function = |runtime: &str, serves: bool, settings: &[(&'static str, AttrValue)]| {
        let graph = TestGraph::dev().intent_with("function.f", settings);
        images(&compiled(graph, "function.f", runtime, serves).build())
    };
    let service = |runtime: &str, serves: bool, settings: &[(&'static str, AttrValue)]| {
        let graph = TestGraph::dev().intent_with("service.s", settings);
        images(&compiled(graph, "service.s", runtime, serves).build())
    };
    let job = |runtime: &str, settings: &[(&'static str, AttrValue)]| {
        let graph = TestGraph::dev().intent_with("job.j", settings);
        images(&compiled(graph, "job.j", runtime, false).build())
    };
    let found = [
        function("lambda_runtime", false, &[]),
        function("lambda_http", false, &container),
        function("", true, &[]),
        function("", false, &[]),
        function("", false, &container),
        service("", true, &[]),
        service("", true, &lambda),
        service("lambda_http", false, &lambda),
        service("lambda_http", false, &[]),
        service("", false, &[]),
        service("", false, &lambda),
        job("", &[]),
        job("", &lambda),
        job("lambda_runtime", &[]),
    ];
    insta::assert_snapshot!(found.join("\n"));
}

#[test]
fn a_compiled_service_says_how_it_is_watched() {
    let graph =
        TestGraph::dev()
            .intent("service.s")
            .edge("internet", "service.s", &[Access::Expose]);
    let graph = compiled(graph, "service.s", "", true).build();
    let phases = phases(&graph);
    let decision = phases
        .lowering
        .plan
        .decisions
        .iter()
        .find(|decision| decision.code == "health-check")
        .expect("a decision");
    assert_eq!(decision.chosen, "the load balancer's alone, on `/`");
}
