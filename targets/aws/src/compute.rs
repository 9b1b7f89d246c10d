//! Which platform each unit runs on, and why.

pub(crate) mod eks;
pub(crate) mod program;
pub(crate) mod size;
#[cfg(test)]
mod tests;

use klo_diagnostics::Diagnostic;
use klo_diagnostics::codes::aws;
use klo_intent::{
    Access, AttrValue, Decision, EntryCall, Intent, IntentId, Kind, Node, Origin, Setting, Size,
};

use crate::context::{Compute, Lowering};
use crate::gpu;

pub(crate) fn decide(lowering: &mut Lowering<'_>) {
    let graph = lowering.graph;
    for (id, unit) in graph.iter().filter(|(_, intent)| intent.kind.is_unit()) {
        let compute = platform(lowering, id, unit);
        lowering.compute.insert(id, compute);
        program::check(lowering, unit, compute);
        match compute {
            Compute::Lambda => lambda_size(lowering, unit),
            Compute::Fargate | Compute::Batch => fargate_size(lowering, unit),
            Compute::Eks | Compute::EksJob => {}
        }
    }
    gpu::decide(lowering);
}

/// Whether a person chose the value, so that klo must not choose another in its place.
fn is_stated(setting: Option<&Setting>) -> bool {
    setting.is_some_and(|setting| {
        matches!(
            setting.origin,
            Origin::EnvironmentResources
                | Origin::Resources
                | Origin::Annotation
                | Origin::Configuration
        )
    })
}

fn platform(lowering: &mut Lowering<'_>, id: IntentId, unit: &Intent) -> Compute {
    let container = on_containers(lowering, id, unit);
    let run_on = unit.text("run_on").unwrap_or(match unit.kind {
        Kind::Function => "lambda",
        _ => "fargate",
    });
    let setting = unit.settings.get("run_on");
    let stated = is_stated(setting);
    let computed = setting.is_some_and(|setting| setting.origin == Origin::Formula);
    if lowering.is_plain() {
        return eks::decide(lowering, id, unit, container);
    }
    if !unit.value("gpu").is_null() {
        if stated && run_on != "eks" {
            report_gpu(lowering, unit, run_on);
            return container;
        }
        return eks::decide(lowering, id, unit, container);
    }
    match run_on {
        "lambda" => lambda_or(lowering, id, unit, stated, container),
        // Because it outgrows Lambda, which is what the decision has to say.
        "fargate" if computed => lambda_or(lowering, id, unit, false, container),
        "fargate" => {
            report_exposed_function(lowering, id, unit, "Fargate");
            decide_container(lowering, unit, container, stated);
            container
        }
        // `kubernetes`, which is another platform's, was refused where settings are judged.
        _ => eks::decide(lowering, id, unit, container),
    }
}

/// The container platform of a unit: what never ends, or waits for messages, is a service.
fn on_containers(lowering: &Lowering<'_>, id: IntentId, unit: &Intent) -> Compute {
    let waits = lowering
        .graph
        .edges_to(id)
        .any(|edge| edge.access.contains(&Access::Trigger) && matches!(edge.from, Node::Intent(_)));
    match unit.kind {
        Kind::Service => Compute::Fargate,
        _ if waits => Compute::Fargate,
        _ => Compute::Batch,
    }
}

fn lambda_or(
    lowering: &mut Lowering<'_>,
    id: IntentId,
    unit: &Intent,
    stated: bool,
    container: Compute,
) -> Compute {
    let obstacles = lambda_obstacles(lowering, id, unit);
    let Some((attribute, _)) = obstacles.first() else {
        let pack = rule_set(unit);
        let because = match (stated, unit.kind) {
            (true, _) => "`run_on` says so".to_owned(),
            _ if pack.is_some() => chosen_by(pack, "Lambda"),
            (false, Kind::Function) => format!(
                "functions run on Lambda: {} and {} are within its 15 minutes and 10Gi",
                setting_text(unit, "timeout"),
                setting_text(unit, "memory"),
            ),
            (false, _) => "nothing says otherwise".to_owned(),
        };
        record(lowering, unit, "lambda", because, Vec::new());
        report_retries(lowering, unit);
        return Compute::Lambda;
    };
    let reasons = obstacles
        .iter()
        .map(|(_, reason)| reason.as_str())
        .collect::<Vec<_>>()
        .join("; ");
    if stated {
        lowering.report(
            Diagnostic::error(
                aws::IMPOSSIBLE_PLATFORM,
                unit.span_of(attribute),
                format!("`{}` cannot run on Lambda: {reasons}", unit.id()),
            )
            .help(match *attribute {
                "run_on" => "say `run_on = \"fargate\"`, which can".to_owned(),
                attribute => {
                    format!("say `run_on = \"fargate\"`, which can, or lower `{attribute}`")
                }
            })
            .related(unit.span_of("run_on"), "Lambda is chosen here")
            .subject(unit.id()),
        );
        return Compute::Lambda;
    }
    record(
        lowering,
        unit,
        container_name(container),
        reasons,
        vec!["lambda: over its limits".to_owned()],
    );
    container
}

/// What keeps a unit from running on Lambda, each with the attribute to change.
fn lambda_obstacles(
    lowering: &Lowering<'_>,
    id: IntentId,
    unit: &Intent,
) -> Vec<(&'static str, String)> {
    let mut obstacles = size_obstacles(unit);
    let call = unit.code.as_ref().map(|code| &code.entry.call);
    if unit.kind == Kind::Service && matches!(call, Some(EntryCall::Celery)) {
        obstacles.push((
            "run_on",
            "a Celery worker waits for tasks without end, and Lambda runs only while a request \
             does"
                .to_owned(),
        ));
    }
    obstacles.extend(program::obstacle(unit).map(|reason| ("run_on", reason)));
    let paths: Vec<&str> = lowering
        .graph
        .edges_from(id)
        .filter_map(|edge| edge.to.intent())
        .map(|target| lowering.intent(target))
        .filter(|target| target.kind == Kind::Volume)
        .filter_map(|volume| volume.text("path"))
        .collect();
    // AWS Lambda API reference, `FileSystemConfig`, 2026-11: one file system, below /mnt.
    if paths.len() > 1 {
        obstacles.push(("run_on", "it mounts one volume at most".to_owned()));
    }
    if let Some(path) = paths.iter().find(|path| !path.starts_with("/mnt/")) {
        obstacles.push((
            "run_on",
            format!("it mounts volumes below `/mnt/`, and the code has one at `{path}`"),
        ));
    }
    obstacles
}

/// Limits of time and size that a unit is over.
fn size_obstacles(unit: &Intent) -> Vec<(&'static str, String)> {
    let mut obstacles = Vec::new();
    if let Some(timeout) = unit.duration("timeout")
        && timeout.seconds() > size::LAMBDA_SECONDS
    {
        obstacles.push((
            "timeout",
            format!("a timeout of {timeout} is over its 15 minutes"),
        ));
    }
    let wish = size::lambda_wish(unit);
    if wish > size::LAMBDA_MEBIBYTES.1 {
        let asked = unit.size("memory").map_or(0, Size::mebibytes);
        obstacles.push(if asked > size::LAMBDA_MEBIBYTES.1 {
            (
                "memory",
                format!(
                    "{} of memory is over its 10Gi",
                    setting_text(unit, "memory")
                ),
            )
        } else {
            (
                "cpu",
                format!(
                    "{} vCPU come with {wish}Mi of memory, over its 10Gi",
                    setting_text(unit, "cpu")
                ),
            )
        });
    }
    obstacles
}

fn decide_container(lowering: &mut Lowering<'_>, unit: &Intent, compute: Compute, stated: bool) {
    let pack = rule_set(unit);
    let because = match (stated, unit.kind, compute) {
        (true, _, _) => "`run_on` says so".to_owned(),
        _ if pack.is_some() => chosen_by(pack, "Fargate"),
        (_, Kind::Service, _) => "services run on Fargate".to_owned(),
        (_, _, Compute::Fargate) => "it waits for messages on a container".to_owned(),
        _ => "jobs run on Batch, which has the retries and the timeout that a bare task lacks"
            .to_owned(),
    };
    record(lowering, unit, container_name(compute), because, Vec::new());
}

/// The rule set that chose the platform.
fn rule_set(unit: &Intent) -> Option<&str> {
    unit.settings.get("run_on")?.rule_set()
}

fn chosen_by(pack: Option<&str>, platform: &str) -> String {
    let pack = pack.unwrap_or_default();
    format!("the rule set {pack} chooses {platform} for it")
}

fn container_name(compute: Compute) -> &'static str {
    match compute {
        Compute::Lambda => "lambda",
        Compute::Fargate => "fargate",
        Compute::Batch => "batch on fargate",
        Compute::Eks => "eks",
        Compute::EksJob => "a job on eks",
    }
}

fn record(
    lowering: &mut Lowering<'_>,
    unit: &Intent,
    chosen: &str,
    because: String,
    instead_of: Vec<String>,
) {
    lowering.decide(Decision {
        code: "compute",
        subject: unit.id(),
        chosen: chosen.to_owned(),
        because,
        instead_of,
        // What it costs is said where the instances are counted.
        standing_cost: false,
    });
}

/// Lambda tries an event three times at most. AWS Lambda developer guide, "Configuring error handling
/// settings for asynchronous invocations", 2026-11.
fn report_retries(lowering: &mut Lowering<'_>, unit: &Intent) {
    let Some(retries) = unit.int("retries").filter(|retries| *retries > 2) else {
        return;
    };
    lowering.report(
        Diagnostic::error(
            aws::IMPOSSIBLE_CAPACITY,
            unit.span_of("retries"),
            format!(
                "`{}` asks for {retries} retries, and Lambda has two at most",
                unit.id()
            ),
        )
        .help(
            "lower `retries` to 2, let a queue trigger it (`max_receives` says how often a message \
             is tried), or say `run_on = \"fargate\"`",
        )
        .subject(unit.id()),
    );
}

fn setting_text(unit: &Intent, attribute: &str) -> String {
    match unit.value(attribute) {
        AttrValue::Float(number) => number.to_string(),
        value => crate::context::plain_text(value),
    }
}

fn report_gpu(lowering: &mut Lowering<'_>, unit: &Intent, run_on: &str) {
    let name = match run_on {
        "lambda" => "Lambda",
        _ => "Fargate",
    };
    lowering.report(
        Diagnostic::error(
            aws::IMPOSSIBLE_PLATFORM,
            unit.span_of("run_on"),
            format!("`{}` cannot run on {name}, which has no GPUs", unit.id()),
        )
        .help("remove `gpu`, or remove `run_on`: only EKS has GPUs")
        .related(unit.span_of("gpu"), "the GPU is asked for here")
        .subject(unit.id()),
    );
}

/// A function has no server of its own, so requests reach it on Lambda alone.
fn report_exposed_function(
    lowering: &mut Lowering<'_>,
    id: IntentId,
    unit: &Intent,
    platform: &str,
) {
    let exposed = lowering
        .graph
        .edges_to(id)
        .find(|edge| edge.access.contains(&Access::Expose));
    let (Some(edge), Kind::Function) = (exposed, unit.kind) else {
        return;
    };
    let at = edge.at.first().copied().unwrap_or(unit.at);
    lowering.report(
        Diagnostic::error(
            aws::IMPOSSIBLE_PLATFORM,
            unit.span_of("run_on"),
            format!(
                "`{}` answers requests and cannot run on {platform}: a function has no server",
                unit.id()
            ),
        )
        .help("remove `run_on`, so that it runs on Lambda, or make it a `service`")
        .related(at, "it is exposed here")
        .subject(unit.id()),
    );
}

fn lambda_size(lowering: &mut Lowering<'_>, unit: &Intent) {
    let asked = unit.size("memory").map_or(512, Size::mebibytes);
    let given = size::lambda_of(unit);
    if given != asked && given >= size::lambda_wish(unit) {
        let because = if given == size::LAMBDA_MEBIBYTES.0 {
            format!("{asked}Mi is asked for, and 128Mi is the least that Lambda gives")
        } else {
            format!(
                "{} vCPU are asked for, and Lambda gives one for each 1769Mi of memory",
                setting_text(unit, "cpu")
            )
        };
        lowering.decide(Decision {
            code: "lambda-memory",
            subject: unit.id(),
            chosen: format!("{given}Mi"),
            because,
            instead_of: Vec::new(),
            standing_cost: false,
        });
    }
    if unit.flag("spot") {
        lowering.decide(Decision {
            code: "spot",
            subject: unit.id(),
            chosen: "no spot capacity".to_owned(),
            because: "Lambda bills by use and has none".to_owned(),
            instead_of: Vec::new(),
            standing_cost: false,
        });
    }
}

fn fargate_size(lowering: &mut Lowering<'_>, unit: &Intent) {
    let (cpu, memory) = size::fargate_wish(unit);
    let Some(size) = size::fargate(cpu, memory) else {
        return report_too_large(lowering, unit, cpu);
    };
    let wished = size::FargateSize { cpu, memory };
    if cpu != 0 && size != wished {
        lowering.decide(Decision {
            code: "fargate-size",
            subject: unit.id(),
            chosen: size.describe(),
            because: format!(
                "{} are asked for, and this is the smallest pair of CPU and memory that Fargate \
                 has for it",
                wished.describe()
            ),
            instead_of: Vec::new(),
            standing_cost: false,
        });
    }
}

fn report_too_large(lowering: &mut Lowering<'_>, unit: &Intent, cpu: u64) {
    let largest = size::FARGATE_LARGEST;
    let attribute = if cpu > largest.cpu { "cpu" } else { "memory" };
    lowering.report(
        Diagnostic::error(
            aws::IMPOSSIBLE_SIZE,
            unit.span_of(attribute),
            format!(
                "`{}` asks for {}, more than Fargate has",
                unit.id(),
                match attribute {
                    "cpu" => format!("{} vCPU", setting_text(unit, attribute)),
                    _ => format!("{} of memory", setting_text(unit, attribute)),
                }
            ),
        )
        .help(format!(
            "ask for at most {}, the largest size there is",
            largest.describe()
        ))
        .subject(unit.id()),
    );
}
