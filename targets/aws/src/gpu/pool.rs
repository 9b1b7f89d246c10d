//! The pools of nodes for a set of units with GPUs. Nothing here looks at a graph: demands in, pools
//! or reasons out.

use std::collections::BTreeMap;

use crate::instances::gpu::{self as catalogue, Instance};
use crate::instances::reserve::{Room, usable};

/// Sizes that spot capacity is asked for in one pool: more of them are interrupted less often.
const SPOT_SIZES: usize = 3;

/// What the pods of one unit need.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Demand {
    /// The unit's id.
    pub(crate) unit: String,
    /// The GPU as `gpu` names it.
    pub(crate) gpu: String,
    /// GPUs of one pod.
    pub(crate) count: u32,
    /// CPU and memory of one pod.
    pub(crate) room: Room,
    /// Least pods.
    pub(crate) least: u32,
    /// Most pods, those included that start before old ones stop.
    pub(crate) most: u32,
    /// Whether interruptible capacity will do.
    pub(crate) spot: bool,
}

/// Who launches nodes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Launcher {
    /// Something that picks a size for the pods that wait.
    PerPod,
    /// A group of equal nodes.
    Group,
}

/// Nodes with one type of GPU.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pool {
    /// `gpu-l4`, `gpu-a10g-spot`.
    pub(crate) name: String,
    /// The GPU as `gpu` names it.
    pub(crate) gpu: &'static str,
    /// Whether spot capacity is asked for first.
    pub(crate) spot: bool,
    /// Instance types that may be launched, the smallest first.
    pub(crate) instances: Vec<&'static Instance>,
    /// Most nodes by size, each with how many: what all pods at once need.
    pub(crate) nodes: Vec<(&'static Instance, u64)>,
    /// Nodes that always run.
    pub(crate) standing: u64,
    /// The units that it is for, sorted.
    pub(crate) units: Vec<String>,
    /// Sizes that hold no unit, and why.
    pub(crate) passed_over: Vec<String>,
}

impl Pool {
    /// Most GPUs of all nodes.
    pub(crate) fn gpus(&self) -> u64 {
        self.nodes
            .iter()
            .map(|(instance, count)| u64::from(instance.gpus) * count)
            .sum()
    }

    /// Most nodes, counted in those of the smallest size.
    pub(crate) fn most_nodes(&self) -> u64 {
        let first = self.instances.first().map_or(1, |first| first.gpus);
        self.gpus().div_ceil(u64::from(first.max(1)))
    }

    /// Most vCPUs and memory in MiB of all nodes, whichever of the sizes they are.
    pub(crate) fn limit(&self) -> (u64, u64) {
        // A larger size with no more GPUs may stand in for each node.
        let stands_in = |node: &Instance| {
            let equal = self.instances.iter().filter(|i| i.gpus == node.gpus);
            let largest = equal.max_by_key(|instance| (instance.vcpus, instance.memory));
            largest.map_or((node.vcpus, node.memory), |one| (one.vcpus, one.memory))
        };
        self.nodes.iter().fold((0, 0), |sum, (node, count)| {
            let (vcpus, memory) = stands_in(node);
            (sum.0 + vcpus * count, sum.1 + memory * count)
        })
    }
}

/// Why no instance holds the pods of a unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Misfit {
    /// No instance has so many GPUs of the type.
    Count {
        /// The instance with most.
        most: &'static Instance,
        /// Another GPU's instance that would do.
        nearest: Option<&'static Instance>,
    },
    /// CPU or memory are more than is left beside the GPUs.
    Room {
        /// The instance that leaves most of what is short, and what it leaves.
        largest: (&'static Instance, Room),
        /// Whether memory is what is short.
        memory: bool,
        /// Another GPU's instance that would do.
        nearest: Option<&'static Instance>,
    },
}

/// The smallest instance that holds one pod.
pub(crate) fn smallest(demand: &Demand) -> Result<&'static Instance, Misfit> {
    if let Some(found) = catalogue::of(&demand.gpu).find(|instance| holds(instance, demand)) {
        return Ok(found);
    }
    let nearest = nearest(demand);
    let enough = |instance: &&'static Instance| instance.gpus >= demand.count;
    let most = catalogue::of(&demand.gpu)
        .filter(enough)
        .map(|instance| (instance, usable(instance)));
    let memory = most
        .clone()
        .all(|(_, room)| room.memory < demand.room.memory);
    let largest = most.max_by_key(|(_, room)| match memory {
        true => (room.memory, room.cpu),
        false => (room.cpu, room.memory),
    });
    Err(match largest {
        Some(largest) => Misfit::Room {
            largest,
            memory,
            nearest,
        },
        None => Misfit::Count {
            // The decoder of `gpu` knows the types that the catalogue has.
            most: catalogue::of(&demand.gpu)
                .max_by_key(|instance| instance.gpus)
                .unwrap_or(&catalogue::CATALOGUE[0]),
            nearest,
        },
    })
}

fn holds(instance: &Instance, demand: &Demand) -> bool {
    let room = usable(instance);
    instance.gpus >= demand.count
        && room.cpu >= demand.room.cpu
        && room.memory >= demand.room.memory
}

/// The least GPU of another type, of the same architecture and with no less memory, whose instance
/// holds the pod.
fn nearest(demand: &Demand) -> Option<&'static Instance> {
    let memory = catalogue::of(&demand.gpu).map(|i| i.gpu_memory).max()?;
    let architecture = catalogue::architecture(&demand.gpu);
    catalogue::CATALOGUE
        .iter()
        .filter(|instance| {
            instance.gpu_memory >= memory
                && catalogue::architecture(instance.gpu) == architecture
                && holds(instance, demand)
        })
        .min_by_key(|instance| (instance.gpu_memory, instance.gpus, instance.vcpus))
}

/// The pools that hold all demands, in the order of their names. Demands that no instance holds have
/// to be taken out before; here they count for nothing.
pub(crate) fn pools(demands: &[Demand], launcher: Launcher) -> Vec<Pool> {
    let mut shared: BTreeMap<String, Vec<(&Demand, &'static Instance)>> = BTreeMap::new();
    for demand in demands {
        if let Ok(instance) = smallest(demand) {
            let members = shared.entry(name(&demand.gpu, demand.spot)).or_default();
            members.push((demand, instance));
        }
    }
    shared
        .into_iter()
        .flat_map(|(name, members)| parted(name, members, launcher))
        .filter_map(|(name, members)| pool(name, &members, launcher))
        .collect()
}

type Members<'d> = Vec<(&'d Demand, &'static Instance)>;

/// One pool, or one for each size where nodes have to be equal and no size holds every unit.
fn parted<'d>(
    name: String,
    members: Members<'d>,
    launcher: Launcher,
) -> BTreeMap<String, Members<'d>> {
    let gpu = members.first().map_or("", |(_, size)| size.gpu);
    let all = |size: &Instance| members.iter().all(|(demand, _)| holds(size, demand));
    if launcher == Launcher::PerPod || catalogue::of(gpu).any(all) {
        return BTreeMap::from([(name, members)]);
    }
    let mut parts: BTreeMap<String, Members<'d>> = BTreeMap::new();
    for (demand, size) in members {
        let (_, suffix) = size.name.split_once('.').unwrap_or_default();
        let part = parts.entry(format!("{name}-{suffix}")).or_default();
        part.push((demand, size));
    }
    parts
}

/// The name of the pool for a type of GPU.
pub(crate) fn name(gpu: &str, spot: bool) -> String {
    let spot = if spot { "-spot" } else { "" };
    format!("gpu-{gpu}{spot}")
}

fn pool(
    name: String,
    members: &[(&Demand, &'static Instance)],
    launcher: Launcher,
) -> Option<Pool> {
    let (first, _) = members.first()?;
    let (gpu, spot) = (first.gpu.as_str(), first.spot);
    let wanted = wanted(gpu, members, launcher);
    let mut nodes: Vec<(&'static Instance, u64)> = Vec::new();
    let mut standing = 0;
    for &size in &wanted {
        let own: Vec<&Demand> = members
            .iter()
            .filter(|(_, smallest)| launcher == Launcher::Group || *smallest == size)
            .map(|(demand, _)| *demand)
            .collect();
        let count = nodes_for(size, &own, |demand| demand.most.max(1));
        standing += nodes_for(size, &own, |demand| demand.least);
        nodes.push((size, count));
    }
    let mut units: Vec<String> = members
        .iter()
        .map(|(demand, _)| demand.unit.clone())
        .collect();
    units.sort();
    let instances = launched(gpu, &wanted, spot);
    Some(Pool {
        name,
        gpu: wanted.first()?.gpu,
        spot,
        passed_over: passed_over(gpu, members, &instances),
        instances,
        nodes,
        standing,
        units,
    })
}

/// The sizes that pods are counted on: the smallest for each unit, or one for all of them where nodes
/// have to be equal.
fn wanted(
    gpu: &str,
    members: &[(&Demand, &'static Instance)],
    launcher: Launcher,
) -> Vec<&'static Instance> {
    let is_wanted = |instance: &&'static Instance| match launcher {
        Launcher::PerPod => members.iter().any(|(_, smallest)| smallest == instance),
        Launcher::Group => members.iter().all(|(demand, _)| holds(instance, demand)),
    };
    let found: Vec<&'static Instance> = catalogue::of(gpu).filter(is_wanted).collect();
    let equal = |one: &Instance, other: &Instance| {
        (one.gpus, one.vcpus, one.memory) == (other.gpus, other.vcpus, other.memory)
    };
    match launcher {
        Launcher::Group => found.into_iter().take(1).collect(),
        // Of equal ones the first is counted on; both are launched.
        Launcher::PerPod => found.into_iter().fold(Vec::new(), |mut sizes, instance| {
            if !sizes.iter().any(|size: &&Instance| equal(size, instance)) {
                sizes.push(instance);
            }
            sizes
        }),
    }
}

/// What may be launched: the sizes that are counted on, what equals them, and for spot the next ones
/// with as many GPUs.
fn launched(gpu: &str, wanted: &[&'static Instance], spot: bool) -> Vec<&'static Instance> {
    let most = if spot { SPOT_SIZES } else { 1 };
    let allows = |instance: &&'static Instance| {
        wanted.iter().any(|size| {
            let equal_gpus = catalogue::of(gpu).filter(|other| other.gpus == size.gpus);
            let mut next =
                equal_gpus.filter(|other| other.vcpus >= size.vcpus && other.memory >= size.memory);
            let nothing_more = instance.gpus == size.gpus
                && instance.vcpus == size.vcpus
                && instance.memory == size.memory;
            nothing_more || next.by_ref().take(most).any(|other| other == *instance)
        })
    };
    catalogue::of(gpu).filter(allows).collect()
}

/// How many nodes of a size hold so many pods of each unit, packed one unit after the other, those
/// with most GPUs first.
fn nodes_for(size: &Instance, demands: &[&Demand], pods: impl Fn(&Demand) -> u32) -> u64 {
    let mut sorted: Vec<&Demand> = demands.to_vec();
    sorted.sort_by(|a, b| {
        let key = |d: &Demand| (d.count, d.room.memory, d.room.cpu);
        key(b).cmp(&key(a)).then_with(|| a.unit.cmp(&b.unit))
    });
    let whole = Free {
        gpus: size.gpus,
        room: usable(size),
    };
    // Nodes with equal room left are one entry.
    let mut nodes: Vec<(Free, u64)> = Vec::new();
    for demand in sorted {
        let mut left = u64::from(pods(demand));
        let mut after: Vec<(Free, u64)> = Vec::new();
        for (free, count) in std::mem::take(&mut nodes) {
            left = place(demand, left, free, count, &mut after);
        }
        let each = whole.takes(demand).max(1);
        let more = left.div_ceil(each);
        place(demand, left, whole, more, &mut after);
        nodes = after;
    }
    nodes.iter().map(|(_, count)| count).sum()
}

/// What is free on a node.
#[derive(Debug, Clone, Copy)]
struct Free {
    gpus: u32,
    room: Room,
}

impl Free {
    /// How many pods go onto it.
    fn takes(self, demand: &Demand) -> u64 {
        let of = |free: u64, each: u64| free.checked_div(each).unwrap_or(u64::MAX);
        of(u64::from(self.gpus), u64::from(demand.count))
            .min(of(self.room.cpu, demand.room.cpu))
            .min(of(self.room.memory, demand.room.memory))
    }

    fn without(self, demand: &Demand, pods: u64) -> Self {
        let gpus = u64::from(self.gpus).saturating_sub(u64::from(demand.count) * pods);
        Self {
            gpus: u32::try_from(gpus).unwrap_or(0),
            room: Room {
                cpu: self.room.cpu.saturating_sub(demand.room.cpu * pods),
                memory: self.room.memory.saturating_sub(demand.room.memory * pods),
            },
        }
    }
}

/// Puts pods onto equal nodes and returns how many are left; the nodes go to `after`.
fn place(demand: &Demand, left: u64, free: Free, count: u64, after: &mut Vec<(Free, u64)>) -> u64 {
    let each = free.takes(demand);
    let full = left.checked_div(each).unwrap_or(0).min(count);
    let mut left = left - full * each;
    let mut rest = count - full;
    if full > 0 {
        after.push((free.without(demand, each), full));
    }
    if rest > 0 && left > 0 && each > 0 {
        after.push((free.without(demand, left), 1));
        left = 0;
        rest -= 1;
    }
    if rest > 0 {
        after.push((free, rest));
    }
    left
}

/// The sizes below the smallest that is launched, each with the unit that it does not hold.
fn passed_over(
    gpu: &str,
    members: &[(&Demand, &'static Instance)],
    instances: &[&'static Instance],
) -> Vec<String> {
    let last = instances.last().map(|last| (last.gpus, last.vcpus));
    catalogue::of(gpu)
        .filter(|instance| !instances.contains(instance))
        .filter(|instance| last.is_some_and(|last| (instance.gpus, instance.vcpus) < last))
        .map(|instance| {
            let short = members.iter().find(|(demand, _)| !holds(instance, demand));
            match short {
                Some((demand, _)) => {
                    format!("{}: {}", instance.name, shortage(instance, demand))
                }
                None => format!("{}: larger than any unit needs", instance.name),
            }
        })
        .collect()
}

/// What a unit asks for that an instance does not have.
fn shortage(instance: &Instance, demand: &Demand) -> String {
    let room = usable(instance);
    let unit = &demand.unit;
    if instance.gpus < demand.count {
        let (has, wants) = (instance.gpus, demand.count);
        return format!("{unit} needs {wants} GPUs, and it has {has}");
    }
    if room.memory < demand.room.memory {
        let (leaves, wants) = (room.memory, demand.room.memory);
        return format!("{unit} needs {wants}Mi of memory, and it leaves {leaves}Mi");
    }
    let cpus = |milli: u64| milli as f64 / 1000.0;
    let (leaves, wants) = (cpus(room.cpu), cpus(demand.room.cpu));
    format!("{unit} needs {wants} vCPU, and it leaves {leaves}")
}
