//! Pools for the units of a graph: demands out of settings, errors and decisions out of pools.

use klo_diagnostics::Diagnostic;
use klo_diagnostics::codes::aws;
use klo_intent::{Decision, Intent, IntentId, Kind, Size};

use super::pool::{Demand, Launcher, Misfit, Pool, pools, smallest};
use crate::compute::eks;
use crate::context::Lowering;
use crate::instances::gpu::Instance;
use crate::instances::reserve::Room;
use crate::unit::autoscaling;

/// Decides the pools of all units with GPUs.
pub(crate) fn decide(lowering: &mut Lowering<'_>) {
    // The nodes of a cluster outside of AWS are its owner's.
    if lowering.is_plain() {
        return;
    }
    let graph = lowering.graph;
    let mut demands = Vec::new();
    let units = graph.iter().filter(|(_, intent)| intent.kind.is_unit());
    for (id, unit) in units {
        let Some(demand) = demand(lowering, id, unit) else {
            continue;
        };
        match smallest(&demand) {
            Ok(_) => demands.push(demand),
            Err(misfit) => report(lowering, unit, &demand, &misfit),
        }
    }
    let found = pools(&demands, launcher(lowering));
    for pool in &found {
        record(lowering, pool, &demands);
    }
    lowering.pools = found;
}

/// Who launches nodes here.
pub(crate) fn launcher(lowering: &Lowering<'_>) -> Launcher {
    match lowering.deployment().kubernetes.nodes.as_str() {
        "managed" => Launcher::Group,
        _ => Launcher::PerPod,
    }
}

/// GPUs of one pod of a unit, with their type.
pub(crate) fn asked(unit: &Intent) -> Option<(&str, u32)> {
    let gpu = unit.value("gpu");
    let name = gpu.get("type")?.as_str()?;
    let count = gpu.get("count")?.as_int()?;
    Some((name, u32::try_from(count).ok()?))
}

fn demand(lowering: &Lowering<'_>, id: IntentId, unit: &Intent) -> Option<Demand> {
    let compute = lowering
        .compute
        .get(&id)
        .filter(|compute| compute.is_eks())?;
    let (gpu, count) = asked(unit)?;
    let (cpu, memory) = eks::size(unit);
    let number = |number: i64| u32::try_from(number.max(0)).unwrap_or(u32::MAX);
    let (least, most) = if compute.stays() {
        let (least, most) = replicas(unit);
        // One pod more stands while a unit is rolled out.
        (number(least), number(most).saturating_add(1))
    } else {
        (0, number(unit.int("max").unwrap_or(1)).max(1))
    };
    Some(Demand {
        unit: unit.id(),
        gpu: gpu.to_owned(),
        count,
        room: Room { cpu, memory },
        least,
        most,
        spot: unit.flag("spot"),
    })
}

/// Least and most pods of what stays. What waits for messages may be none at all: the autoscaler
/// starts the first.
pub(crate) fn replicas(unit: &Intent) -> (i64, i64) {
    let (least, most) = autoscaling::range(unit);
    match unit.kind {
        Kind::Service => (least, most),
        _ => (unit.int("min").unwrap_or(0).min(most), most),
    }
}

fn report(lowering: &mut Lowering<'_>, unit: &Intent, demand: &Demand, misfit: &Misfit) {
    let id = unit.id();
    let (at, message, nearest, else_) = match misfit {
        Misfit::Count { most, nearest } => (
            "gpu",
            format!(
                "`{id}` asks for {}, and no instance has more than {} of them ({})",
                gpus(demand),
                most.gpus,
                most.name
            ),
            nearest,
            format!("ask for at most {}", most.gpus),
        ),
        Misfit::Room {
            largest: (instance, room),
            memory,
            nearest,
        } => {
            let (at, wants, leaves) = if *memory {
                let text = |mebibytes: u64| Size(mebibytes << 20).to_string();
                // Whole gibibytes: what is left is a matter of megabytes here and there.
                let leaves = room.memory - room.memory % 1024;
                ("memory", text(demand.room.memory), text(leaves))
            } else {
                let text = |cpu: u64| format!("{} vCPU", cpu as f64 / 1000.0);
                ("cpu", text(demand.room.cpu), text(room.cpu))
            };
            (
                at,
                format!(
                    "`{id}` asks for {wants} beside {}, and the largest instance that has them \
                     ({}) leaves {leaves} to pods",
                    gpus(demand),
                    instance.name
                ),
                nearest,
                format!("ask for at most {leaves}"),
            )
        }
    };
    let help = match nearest {
        Some(instance) => format!(
            "{else_}, or say `gpu = \"{}:{}\"`: {} holds it",
            instance.gpu, demand.count, instance.name
        ),
        None => format!("{else_}, the most that there is"),
    };
    lowering.report(
        Diagnostic::error(aws::IMPOSSIBLE_GPU, unit.span_of(at), message)
            .help(help)
            .related(unit.span_of("gpu"), "the GPU is asked for here")
            .subject(id),
    );
}

/// `1 GPU of type l4`.
fn gpus(demand: &Demand) -> String {
    let plural = if demand.count == 1 { "" } else { "s" };
    format!("{} GPU{plural} of type {}", demand.count, demand.gpu)
}

fn record(lowering: &mut Lowering<'_>, pool: &Pool, demands: &[Demand]) {
    let sizes: Vec<String> = pool.instances.iter().map(|i| describe(i)).collect();
    let count = pool.most_nodes();
    let plural = if count == 1 { "" } else { "s" };
    let mut chosen = format!("up to {count} node{plural} of {}", sizes.join(" or "));
    if pool.spot {
        chosen.push_str(", spot capacity first and on-demand where there is none");
    }
    let asks: Vec<String> = demands
        .iter()
        .filter(|demand| pool.units.contains(&demand.unit))
        .map(|demand| {
            let Demand {
                unit, most, count, ..
            } = demand;
            format!("{unit} {most} × {count}")
        })
        .collect();
    let idle = match pool.standing {
        0 => "no node runs while no pod asks for one".to_owned(),
        nodes => {
            let plural = if nodes == 1 { "" } else { "s" };
            format!(
                "`min` keeps {nodes} node{plural} running, which cost{} money each month whether \
                 used or not",
                if nodes == 1 { "s" } else { "" }
            )
        }
    };
    lowering.decide(Decision {
        code: "gpu-pool",
        subject: pool.name.clone(),
        chosen,
        because: format!(
            "pods at most, those of a rollout included, each with its GPUs: {}; {idle}",
            asks.join(", ")
        ),
        instead_of: pool.passed_over.clone(),
        standing_cost: pool.standing > 0,
    });
}

/// `g6.xlarge (1 GPU, 4 vCPU, 16Gi)`.
fn describe(instance: &Instance) -> String {
    let Instance {
        name, gpus, vcpus, ..
    } = instance;
    let plural = if *gpus == 1 { "" } else { "s" };
    let memory = Size(instance.memory << 20);
    format!("{name} ({gpus} GPU{plural}, {vcpus} vCPU, {memory})")
}
