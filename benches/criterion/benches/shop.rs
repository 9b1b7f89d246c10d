//! `examples/shop` phase by phase, without the process and the disk around it: what its files say
//! (parsing), files to graph (parsing and linking), graph to text (checking, lowering, printing).

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use klo_benches::{Example, shop};
use klo_check::{Policy, check_graph, check_plan};
use klo_source::SourceMap;

fn graph(example: &Example) -> klo_intent::IntentGraph {
    let mut sources = SourceMap::new();
    klo_parse::parse(&example.tree, &example.app, &[], &mut sources).0
}

/// Everything that is written for one environment.
fn written(example: &Example, graph: &klo_intent::IntentGraph, environment: &str) -> usize {
    let policy = Policy::none();
    let verdict = check_graph(graph, &example.app, environment, &policy);
    let lowered = klo_aws::lower(&verdict.outcome.expect("the example has no errors"));
    let verdict = check_plan(lowered.plan, &example.app, &policy, &verdict.findings);
    let plan = verdict.outcome.expect("the example has no errors");
    let terraform = klo_terraform::emit(&plan);
    let pages = klo_terraform::pages(&plan, &[], None);
    let (images, _) = klo_container::emit(&plan, &example.tree);
    terraform.len() + pages.files.len() + pages.review.page(None).len() + images.len()
}

fn phases(criterion: &mut Criterion) {
    let example = shop();
    let python = example.python();
    criterion.bench_function("shop: facts of its files, one thread", |bench| {
        bench.iter(|| {
            for text in &python {
                black_box(klo_parse::python::facts(text));
            }
        });
    });
    criterion.bench_function("shop: files to graph", |bench| {
        bench.iter(|| graph(&example));
    });
    let read = graph(&example);
    criterion.bench_function("shop: graph to files, one environment", |bench| {
        bench.iter(|| written(&example, &read, "prod"));
    });
}

criterion_group!(benches, phases);
criterion_main!(benches);
