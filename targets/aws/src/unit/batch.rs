//! Jobs on AWS Batch, which runs them on Fargate and has the retries and the timeout that a bare
//! task lacks.

use klo_plan::{Address, Block, Lifecycle, Value};

use super::cluster;
use super::common::{self, Unit};
use super::task::Task;
use super::volumes::{self, Volume};
use crate::compute::size;
use crate::context::{Compute, Lowering, UnitRefs};

/// The longest name of a job definition or queue. AWS Batch API reference, 2026-11.
pub(super) const NAME_LIMIT: usize = 128;
/// Least time that an attempt gets, in seconds, and most attempts. AWS Batch API reference,
/// `JobTimeout` and `RetryStrategy`, 2026-11.
const LEAST_SECONDS: u64 = 60;
const MOST_ATTEMPTS: i64 = 10;

/// Lowers a unit to a job definition with a queue and capacity of its own.
pub(super) fn lower(lowering: &mut Lowering<'_>, unit: &Unit<'_>) -> UnitRefs {
    let task = Task::of(lowering, unit);
    let properties = properties(lowering, unit, &task);
    let definition = definition(lowering, unit, properties, task.after);
    let queue = queue(lowering, unit);
    common::push_image(lowering, unit, std::collections::BTreeMap::new());
    UnitRefs {
        compute: Compute::Batch,
        role: task.role,
        arn: Some(definition.attr("arn")),
        main: Some(definition),
        alias: None,
        job_queue: Some(queue),
    }
}

fn definition(
    lowering: &mut Lowering<'_>,
    unit: &Unit<'_>,
    properties: Value,
    after: Vec<Address>,
) -> Address {
    let tries = unit.intent.int("retries").unwrap_or(1).max(0) + 1;
    let timeout = unit
        .intent
        .duration("timeout")
        .map_or(3600, |d| d.seconds());
    let body = Block::new()
        .with("name", unit.name(lowering, "", NAME_LIMIT))
        .with("type", "container")
        .with("platform_capabilities", Value::list(["FARGATE"]))
        .with("propagate_tags", true)
        .with("container_properties", Value::json(properties))
        .block(
            "retry_strategy",
            Block::new().with("attempts", tries.min(MOST_ATTEMPTS)),
        )
        .block(
            "timeout",
            Block::new().with("attempt_duration_seconds", timeout.max(LEAST_SECONDS)),
        )
        .with_some("tags", lowering.tags(unit.intent));
    let mut resource = unit.resource(
        "aws_batch_job_definition",
        "",
        "what one run of the unit is",
        body,
    );
    resource.depends_on = after;
    lowering.add(resource)
}

fn properties(lowering: &Lowering<'_>, unit: &Unit<'_>, task: &Task) -> Value {
    let size = size::fargate_of(unit.intent);
    let requirement = |kind: &str, value: String| {
        Value::map([("type", Value::text(kind)), ("value", Value::Text(value))])
    };
    let mut container = Block::new()
        .with("image", common::image_uri(unit))
        .with("jobRoleArn", task.role.attr("arn"))
        .with("executionRoleArn", task.execution.attr("arn"))
        .with(
            "resourceRequirements",
            Value::List(vec![
                requirement("VCPU", size.cpus().to_string()),
                requirement("MEMORY", size.memory.to_string()),
            ]),
        )
        .with(
            "networkConfiguration",
            Value::map([("assignPublicIp", Value::text("DISABLED"))]),
        )
        .with(
            "fargatePlatformConfiguration",
            Value::map([("platformVersion", Value::text("LATEST"))]),
        )
        .with(
            "runtimePlatform",
            Value::map([
                ("operatingSystemFamily", Value::text("LINUX")),
                ("cpuArchitecture", Value::text("X86_64")),
            ]),
        );
    task.add_environment(&mut container);
    let volumes = volumes::of(lowering, unit.id);
    if !volumes.is_empty() {
        let values: Vec<Value> = volumes.iter().map(Volume::job_value).collect();
        container.set("volumes", Value::List(values));
        let mounts: Vec<Value> = volumes.iter().map(Volume::mount_point).collect();
        container.set("mountPoints", Value::List(mounts));
    }
    container.set("logConfiguration", task.log_configuration(lowering));
    container.into()
}

fn queue(lowering: &mut Lowering<'_>, unit: &Unit<'_>) -> Address {
    let spot = unit.intent.flag("spot");
    if spot {
        cluster::decide_spot(lowering, unit);
    }
    let cpus = size::fargate_of(unit.intent).cpus().ceil() as i64;
    let runs = unit.intent.int("max").unwrap_or(1).max(1);
    let mut capacity = Block::new()
        .with("type", if spot { "FARGATE_SPOT" } else { "FARGATE" })
        .with("max_vcpus", cpus.saturating_mul(runs));
    if let Some((subnets, groups)) = common::placement(lowering, unit.id) {
        capacity.set("subnets", subnets);
        capacity.set("security_group_ids", groups);
    }
    // The argument for its name has another name in the provider's next major version; a generated
    // one works in both, and lets a new environment stand before the old one goes.
    let body = Block::new()
        .with("type", "MANAGED")
        .with("state", "ENABLED")
        .block("compute_resources", capacity)
        .with_some("tags", lowering.tags(unit.intent));
    let environment = unit
        .resource(
            "aws_batch_compute_environment",
            "",
            "how much may run at once, and where",
            body,
        )
        .lifecycle(Lifecycle {
            create_before_destroy: true,
            ..Lifecycle::default()
        });
    let environment = lowering.add(environment);
    let order = Block::new()
        .with("order", 1)
        .with("compute_environment", environment.attr("arn"));
    let body = Block::new()
        .with("name", unit.name(lowering, "", NAME_LIMIT))
        .with("state", "ENABLED")
        .with("priority", 1)
        .block("compute_environment_order", order)
        .with_some("tags", lowering.tags(unit.intent));
    unit.add(
        lowering,
        "aws_batch_job_queue",
        "",
        "where runs of the unit wait for their turn",
        body,
    )
}
