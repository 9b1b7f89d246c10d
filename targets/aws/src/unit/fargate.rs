//! Units on ECS Fargate: services, and functions that wait for messages on a container.

use klo_intent::IntentId;
use klo_plan::{Address, Block, Lifecycle, Value};

use super::common::{self, Unit};
use super::task::{CONTAINER, Task};
use super::volumes::{self, Volume};
use super::{autoscaling, cluster, serve};
use crate::compute::size;
use crate::context::{Compute, Lowering, UnitRefs};

/// The longest name of a service. Amazon ECS API reference, 2026-11.
const NAME_LIMIT: usize = 255;
/// ECS waits this long after asking a container to stop, unless told otherwise, and at most so long
/// on Fargate, in seconds. Amazon ECS developer guide, "Container timeouts", 2026-11.
const STOP_SECONDS: (u64, u64) = (30, 120);

/// Lowers a unit to a service of tasks.
pub(super) fn lower(lowering: &mut Lowering<'_>, unit: &Unit<'_>) -> UnitRefs {
    let task = Task::of(lowering, unit);
    let definition = task_definition(lowering, unit, &task);
    let cluster = cluster::cluster(lowering, unit);
    let service = service(lowering, unit, &cluster, &definition, task.after);
    autoscaling::lower(lowering, unit, &cluster, &service);
    serve::decide_check(lowering, unit.id);
    common::push_image(lowering, unit, std::collections::BTreeMap::new());
    UnitRefs {
        compute: Compute::Fargate,
        role: task.role,
        arn: Some(definition.attr("arn")),
        main: Some(service),
        alias: None,
        job_queue: None,
    }
}

fn task_definition(lowering: &mut Lowering<'_>, unit: &Unit<'_>, task: &Task) -> Address {
    let size = size::fargate_of(unit.intent);
    let volumes = volumes::of(lowering, unit.id);
    let scratch = volumes::scratch_name(&volumes);
    let container = container(lowering, unit, task, &volumes, &scratch);
    let mut body = Block::new()
        .with("family", unit.name(lowering, "", NAME_LIMIT))
        .with("requires_compatibilities", Value::list(["FARGATE"]))
        .with("network_mode", "awsvpc")
        .with("cpu", size.cpu.to_string())
        .with("memory", size.memory.to_string())
        .with("execution_role_arn", task.execution.attr("arn"))
        .with("task_role_arn", task.role.attr("arn"))
        .with(
            "container_definitions",
            Value::json(Value::List(vec![container])),
        )
        .block(
            "runtime_platform",
            Block::new()
                .with("operating_system_family", "LINUX")
                .with("cpu_architecture", "X86_64"),
        )
        .block("volume", Block::new().with("name", scratch));
    for volume in &volumes {
        body = body.block("volume", volume.task_block());
    }
    let body = body.with_some("tags", lowering.tags(unit.intent));
    unit.add(
        lowering,
        "aws_ecs_task_definition",
        "",
        "what one task of the unit is",
        body,
    )
}

fn container(
    lowering: &Lowering<'_>,
    unit: &Unit<'_>,
    task: &Task,
    volumes: &[Volume],
    scratch: &str,
) -> Value {
    let port = serve::port(lowering, unit.id);
    let mut mounts = vec![Value::map([
        ("sourceVolume", Value::text(scratch)),
        ("containerPath", Value::text("/tmp")),
        ("readOnly", Value::Bool(false)),
    ])];
    mounts.extend(volumes.iter().map(Volume::mount_point));
    let mut container = Block::new()
        .with("name", CONTAINER)
        .with("image", common::image_uri(unit))
        .with("essential", true)
        .with("readonlyRootFilesystem", true)
        .with(
            "linuxParameters",
            Value::map([("initProcessEnabled", Value::Bool(true))]),
        )
        .with("mountPoints", Value::List(mounts));
    if let Some(port) = port {
        let mapping = Value::map([
            ("containerPort", Value::from(port)),
            ("hostPort", Value::from(port)),
            ("protocol", Value::text("tcp")),
        ]);
        container.set("portMappings", Value::List(vec![mapping]));
        container = container.with_some("healthCheck", serve::check(unit.intent, port));
    }
    let timeout = unit.intent.duration("timeout").map_or(0, |d| d.seconds());
    if timeout > STOP_SECONDS.0 {
        container.set("stopTimeout", timeout.min(STOP_SECONDS.1));
    }
    task.add_environment(&mut container);
    container.set("logConfiguration", task.log_configuration(lowering));
    container.into()
}

fn service(
    lowering: &mut Lowering<'_>,
    unit: &Unit<'_>,
    cluster: &Address,
    task: &Address,
    mut after: Vec<Address>,
) -> Address {
    let (least, _) = autoscaling::range(unit.intent);
    let mut body = Block::new()
        .with("name", unit.name(lowering, "", NAME_LIMIT))
        .with("cluster", cluster.attr("arn"))
        .with("task_definition", task.attr("arn"))
        .with("desired_count", least);
    let spot = unit.intent.flag("spot");
    if !spot {
        body.set("launch_type", "FARGATE");
    }
    body.set("availability_zone_rebalancing", "ENABLED");
    body.set("enable_ecs_managed_tags", true);
    body.set("propagate_tags", "SERVICE");
    if spot {
        after.push(cluster::spot(lowering, unit, cluster));
        let strategy = Block::new()
            .with("capacity_provider", "FARGATE_SPOT")
            .with("weight", 1);
        body = body.block("capacity_provider_strategy", strategy);
    }
    if let Some(place) = network(lowering, unit.id) {
        body = body.block("network_configuration", place);
    }
    let breaker = Block::new().with("enable", true).with("rollback", true);
    let body = body
        .block("deployment_circuit_breaker", breaker)
        .with_some("tags", lowering.tags(unit.intent));
    let mut resource = unit
        .resource(
            "aws_ecs_service",
            "",
            "keeps the unit's tasks running",
            body,
        )
        .lifecycle(Lifecycle {
            // Autoscaling's business once the service is there.
            ignore_changes: vec!["desired_count".to_owned()],
            ..Lifecycle::default()
        });
    resource.depends_on = after;
    lowering.add(resource)
}

fn network(lowering: &Lowering<'_>, id: IntentId) -> Option<Block> {
    let (subnets, groups) = common::placement(lowering, id)?;
    Some(
        Block::new()
            .with("subnets", subnets)
            .with("security_groups", groups)
            .with("assign_public_ip", false),
    )
}
