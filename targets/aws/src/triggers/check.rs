//! Triggers that cannot start their unit, said before anything of them is made.

use klo_diagnostics::{Diagnostic, codes::aws};
use klo_intent::{AttrValue, Edge, EntryCall, Intent, IntentId, Kind};
use klo_source::Span;

use super::{Trigger, schedules, triggers};
use crate::compute::program::{Takes, takes};
use crate::context::{Compute, Lowering};

/// Triggers that can be made; reports the others.
pub(super) fn possible<'g>(lowering: &mut Lowering<'g>) -> Vec<Trigger<'g>> {
    let mut found = Vec::new();
    for trigger in triggers(lowering) {
        let before = lowering.diagnostics.len();
        check_unit(lowering, &trigger);
        check_options(lowering, &trigger);
        // Without a store its lowering has reported why.
        let is_there = lowering.stores.contains_key(&trigger.source);
        if is_there && lowering.diagnostics.len() == before {
            found.push(trigger);
        }
    }
    check_schedules(lowering);
    check_buckets(lowering, &found);
    found
}

fn place(edge: &Edge, unit: &Intent) -> Span {
    edge.at.first().copied().unwrap_or(unit.at)
}

fn check_unit(lowering: &mut Lowering<'_>, trigger: &Trigger<'_>) {
    let (source, unit) = trigger.ends(lowering);
    let at = place(trigger.edge, unit);
    let call = unit.code.as_ref().map(|code| &code.entry.call);
    let own_loop = matches!(
        call,
        Some(EntryCall::Program | EntryCall::Celery | EntryCall::Binary { .. })
    );
    let message = match (lowering.compute.get(&trigger.unit), call) {
        (Some(Compute::Lambda), _) if takes(unit) == Some(Takes::Requests) => format!(
            "the program of {} answers requests; nothing hands it what {} has",
            unit.id(),
            source.id()
        ),
        (_, Some(EntryCall::WebApplication { .. })) => format!(
            "{} is a web application, which answers requests; nothing hands it what {} has",
            unit.id(),
            source.id()
        ),
        (Some(Compute::Fargate | Compute::Eks), _) if own_loop && source.kind != Kind::Queue => {
            format!(
                "{} has a loop of its own, which takes messages off a queue and not from {}",
                unit.id(),
                source.id()
            )
        }
        (Some(Compute::Batch | Compute::EksJob), _) => format!(
            "{} runs as a job, which only a schedule or a command starts",
            unit.id()
        ),
        _ => return,
    };
    let help = if takes(unit).is_some() {
        "put the code that handles it into a program of its own that calls `lambda_runtime::run`, \
         with `@klo::function` on its `main`"
    } else {
        "put the code that handles it into a function with `@klo::function`"
    };
    let error = Diagnostic::error(aws::IMPOSSIBLE_TRIGGER, at, message)
        .help(help)
        .subject(unit.id());
    lowering.report(error);
}

fn check_options(lowering: &mut Lowering<'_>, trigger: &Trigger<'_>) {
    let (source, unit) = trigger.ends(lowering);
    let at = place(trigger.edge, unit);
    let stated = |key: &str| !trigger.edge.option(key).is_null();
    let kind = source.kind;
    let wrong = [
        (
            "filter",
            kind == Kind::Bucket,
            "say which keys count with `prefix`",
        ),
        (
            "prefix",
            kind != Kind::Bucket,
            "remove it; `filter` chooses by a message's fields",
        ),
        ("event", kind != Kind::Bucket, "remove it"),
        (
            "batch",
            matches!(kind, Kind::Bucket | Kind::Topic),
            "remove it: each event comes by itself",
        ),
    ];
    for (key, is_wrong, help) in wrong {
        // Defaults of other kinds may be filled in; only what differs from them is a mistake.
        let is_default = match trigger.edge.option(key) {
            AttrValue::Int(10) => true,
            AttrValue::Str(text) => text == "created",
            _ => false,
        };
        if is_wrong && stated(key) && !is_default {
            let error = Diagnostic::error(
                aws::TRIGGER_OPTION,
                at,
                format!("a {kind} as a trigger has no `{key}`"),
            );
            lowering.report(error.help(help).subject(unit.id()));
        }
    }
    if kind == Kind::Queue && source.flag("fifo") && trigger.batch() > 10 {
        let error = Diagnostic::error(
            aws::TRIGGER_OPTION,
            at,
            format!(
                "a FIFO queue hands over at most 10 messages at once; `batch` is {}",
                trigger.batch()
            ),
        );
        lowering.report(error.help("set `batch` to at most 10").subject(unit.id()));
    }
    let polls = lowering
        .compute
        .get(&trigger.unit)
        .is_some_and(|c| c.stays());
    if polls && kind == Kind::Queue && stated("filter") {
        let error = Diagnostic::error(
            aws::TRIGGER_OPTION,
            at,
            format!(
                "{} takes messages off the queue itself, so nothing can hold some back",
                unit.id()
            ),
        );
        let help = "run it on Lambda, or publish to a topic: `trigger(topic = …, filter = …)`";
        lowering.report(error.help(help).subject(unit.id()));
    }
}

fn check_schedules(lowering: &mut Lowering<'_>) {
    for (id, when) in schedules(lowering) {
        if !lowering.compute.get(&id).is_some_and(|c| c.stays()) {
            continue;
        }
        let unit = lowering.intent(id);
        let error = Diagnostic::error(
            aws::IMPOSSIBLE_TRIGGER,
            unit.at,
            format!(
                "{} runs all the time, so `{when}` has nothing to start",
                unit.id()
            ),
        )
        .help("give what runs at that time a function or job of its own");
        lowering.report(error.subject(unit.id()));
    }
}

/// One receiver per change of a bucket; and a bucket that is not klo's has one owner of its
/// notifications.
fn check_buckets(lowering: &mut Lowering<'_>, found: &[Trigger<'_>]) {
    let buckets: Vec<&Trigger<'_>> = found
        .iter()
        .filter(|t| lowering.intent(t.source).kind == Kind::Bucket)
        .collect();
    let mut foreign: Vec<IntentId> = Vec::new();
    for (index, trigger) in buckets.iter().enumerate() {
        let (source, unit) = trigger.ends(lowering);
        let at = place(trigger.edge, unit);
        let is_there = !source.value("existing").is_null();
        if is_there && !foreign.contains(&trigger.source) {
            foreign.push(trigger.source);
            let warning = Diagnostic::warning(
                aws::FOREIGN_NOTIFICATION,
                at,
                format!(
                    "{} is not klo's, and applying this replaces all notifications that it has",
                    source.id()
                ),
            )
            .help(
                "make sure that there are none, or trigger on a topic that its owner publishes to",
            )
            .related(source.at, "the existing bucket");
            lowering.report(warning.subject(source.id()));
        }
        for other in &buckets[..index] {
            if other.source == trigger.source && overlap(other, trigger) {
                let second = lowering.intent(other.unit);
                let error = Diagnostic::error(
                    aws::OVERLAPPING_TRIGGERS,
                    at,
                    format!(
                        "the same changes of {} start {} and {}, and S3 tells one receiver",
                        source.id(),
                        second.id(),
                        unit.id()
                    ),
                )
                .help("give each its own `prefix`, or let one publish to a topic for the other")
                .related(place(other.edge, second), "the other trigger");
                lowering.report(error.subject(source.id()));
            }
        }
    }
}

fn overlap(one: &Trigger<'_>, other: &Trigger<'_>) -> bool {
    let changes = |t: &Trigger<'_>| {
        t.edge
            .option("event")
            .as_str()
            .unwrap_or("created")
            .to_owned()
    };
    let prefix = |t: &Trigger<'_>| t.edge.option("prefix").as_str().unwrap_or("").to_owned();
    let (a, b) = (prefix(one), prefix(other));
    changes(one) == changes(other) && (a.starts_with(&b) || b.starts_with(&a))
}
