//! Units on a cluster: on EKS what their pods may do, and what the manifests say of them.

use klo_diagnostics::Diagnostic;
use klo_diagnostics::codes::aws;
use klo_intent::{Access, IntentId, Kind, Schedule};
use klo_plan::kubernetes::{
    Composed, GpuShare, KEY_ID_VARIABLE, Scaling, Secret, Server, Volume, VolumeSource, Workload,
    WorkloadKind,
};
use klo_plan::{Address, Block, Value};

use super::common::{self, Unit};
use super::environment::{Environment, SecretVariable};
use super::{permissions, serve, volumes};
use crate::compute::eks::size;
use crate::context::{Compute, Lowering, UnitRefs, why};
use crate::eks::{env, trust, workload_name};
use crate::gpu;
use crate::instances::gpu as catalogue;
use crate::plain;

/// Mean CPU in percent that scaling aims at, as on Fargate.
const CPU_TARGET: u32 = 60;
/// Least and most seconds that a pod is given to finish.
const GRACE: (u64, u64) = (30, 3_600);
/// Seconds that a server may take to start, without weights.
const START: u32 = 60;
/// Weights fill at most the GPUs' memory and are taken to come from a file system or bucket with at
/// least so many MiB in a second: an assumption on the slow side, not a figure of AWS's.
const WEIGHTS_PER_SECOND: u64 = 100;
/// Nothing takes longer than this to start, in seconds.
const LONGEST_START: u64 = 3_600;

/// Lowers a unit to its role, and to the pods that the manifests describe.
pub(super) fn lower(lowering: &mut Lowering<'_>, unit: &Unit<'_>) -> UnitRefs {
    let compute = lowering
        .compute
        .get(&unit.id)
        .copied()
        .unwrap_or(Compute::Eks);
    if compute == Compute::EksJob {
        report_calls(lowering, unit);
    }
    let environment = Environment::of(lowering, unit.id);
    let role = role(lowering, unit);
    permissions::of_edges(lowering, unit.id, &role);
    lowering
        .secret_arns
        .insert(unit.id, environment.secret_arns());
    common::push_image(lowering, unit, std::collections::BTreeMap::new());
    let workload = workload(lowering, unit, compute, environment);
    lowering.workloads.insert(unit.id, workload);
    UnitRefs {
        compute,
        role,
        arn: None,
        main: None,
        alias: None,
        job_queue: None,
    }
}

/// Lowers a unit of a cluster outside of AWS to its pods alone.
pub(super) fn lower_plain(lowering: &mut Lowering<'_>, unit: &Unit<'_>) {
    let compute = lowering.compute.get(&unit.id).copied();
    let compute = compute.unwrap_or(Compute::Eks);
    if compute == Compute::EksJob {
        report_calls(lowering, unit);
    }
    let mut environment = Environment::of(lowering, unit.id);
    if let Some(entry) = plain::aws_credentials(lowering, unit.id) {
        for (variable, key) in plain::AWS_KEYS {
            let secret = SecretVariable {
                arn: entry.clone(),
                key: Some(key.to_owned()),
                version: None,
            };
            environment.secrets.insert(variable.to_owned(), secret);
        }
    }
    common::push_image(lowering, unit, std::collections::BTreeMap::new());
    let workload = workload(lowering, unit, compute, environment);
    lowering.workloads.insert(unit.id, workload);
}

/// Nothing outside of the cluster, and no pod without rights on it, starts a job there.
fn report_calls(lowering: &mut Lowering<'_>, unit: &Unit<'_>) {
    let called = lowering
        .graph
        .edges_to(unit.id)
        .find(|edge| edge.access.contains(&Access::Invoke) && edge.from.intent().is_some());
    let Some(edge) = called else {
        return;
    };
    let at = edge.at.first().copied().unwrap_or(unit.intent.at);
    let kind = lowering.cluster_kind();
    let (from, to) = (lowering.graph.node_id(&edge.from), unit.intent.id());
    let message =
        format!("`{from}` starts `{to}`, and only a schedule or a command starts a job on {kind}");
    let error = Diagnostic::error(aws::IMPOSSIBLE_TRIGGER, at, message).help(format!(
        "send it messages through a queue that triggers a function on {kind}"
    ));
    lowering.report(error.related(unit.intent.at, "the job").subject(to));
}

/// The role that pods of the unit's service account take.
fn role(lowering: &mut Lowering<'_>, unit: &Unit<'_>) -> Address {
    let namespace = crate::eks::namespace(lowering);
    let account = workload_name(lowering, unit.id);
    let trust = trust(lowering, &namespace, &account);
    let role = common::role_with(lowering, unit, "", trust, "what the unit's code may do");
    if let Some(cluster) = lowering.cluster.clone() {
        let body = Block::new()
            .with("cluster_name", cluster.name)
            .with("namespace", namespace)
            .with("service_account", account)
            .with("role_arn", role.attr("arn"))
            .with_some("tags", lowering.tags(unit.intent));
        unit.add(
            lowering,
            "aws_eks_pod_identity_association",
            "",
            "gives the unit's pods its role",
            body,
        );
    }
    role
}

fn workload(
    lowering: &mut Lowering<'_>,
    unit: &Unit<'_>,
    compute: Compute,
    environment: Environment,
) -> Workload {
    let id = unit.intent.id();
    let (cpu, memory) = size(unit.intent);
    let share = share(lowering, unit);
    let gpu = gpu::asked(unit.intent);
    let uri = if lowering.is_plain() {
        plain::image(lowering, unit.id)
    } else {
        common::image_uri(unit)
    };
    let image = env::text(lowering, &format!("{id}_IMAGE"), uri);
    let mut plain = environment.plain;
    let calls_aws = !lowering.is_plain() || environment.secrets.contains_key(KEY_ID_VARIABLE);
    for variable in ["AWS_REGION", "AWS_DEFAULT_REGION"]
        .into_iter()
        .filter(|_| calls_aws)
    {
        let region = Value::from(&lowering.deployment().region);
        plain.entry(variable.to_owned()).or_insert(region);
    }
    let named = |variable: &str| format!("{id}__{variable}");
    let env = plain
        .into_iter()
        .map(|(variable, value)| {
            let text = env::text(lowering, &named(&variable), value);
            (variable, text)
        })
        .collect();
    let secrets = environment
        .secrets
        .into_iter()
        .map(|(variable, secret)| {
            let name = named(&variable);
            let secret = Secret {
                name: env::text(lowering, &format!("{name}_SECRET"), secret.arn),
                key: secret.key,
                version: secret
                    .version
                    .map(|version| env::text(lowering, &format!("{name}_VERSION"), version)),
            };
            (variable, secret)
        })
        .collect();
    let composed = environment
        .composed
        .into_iter()
        .map(|(variable, text)| {
            let name = env::text(
                lowering,
                &format!("{}_SECRET", named(&variable)),
                text.secret,
            );
            let parts = text.parts;
            (variable, Composed { name, parts })
        })
        .collect();
    Workload {
        unit: id,
        name: workload_name(lowering, unit.id),
        kind: kind(lowering, unit, compute),
        image,
        env,
        secrets,
        composed,
        cpu,
        memory,
        gpu: share,
        spot: unit.intent.flag("spot"),
        architecture: gpu.map_or("amd64", |(gpu, _)| catalogue::architecture(gpu)),
        server: server(lowering, unit),
        volumes: mounts(lowering, unit.id),
        role: None,
        flows: Vec::new(),
        why: why(unit.intent, "its pods"),
    }
}

fn share(lowering: &Lowering<'_>, unit: &Unit<'_>) -> Option<GpuShare> {
    let (gpu, count) = gpu::asked(unit.intent)?;
    if lowering.is_plain() {
        return Some(GpuShare {
            pool: gpu.to_owned(),
            count,
            products: catalogue::products(gpu).to_vec(),
        });
    }
    let id = unit.intent.id();
    let pool = lowering
        .pools
        .iter()
        .find(|pool| pool.units.contains(&id))?;
    Some(GpuShare {
        pool: pool.name.clone(),
        count,
        products: Vec::new(),
    })
}

fn kind(lowering: &mut Lowering<'_>, unit: &Unit<'_>, compute: Compute) -> WorkloadKind {
    let number = |number: i64| u32::try_from(number.max(0)).unwrap_or(u32::MAX);
    let timeout = unit
        .intent
        .duration("timeout")
        .map(|timeout| timeout.seconds());
    if compute == Compute::EksJob {
        return WorkloadKind::Job {
            schedule: schedule(lowering, unit),
            before_deploy: unit.intent.text("run") == Some("before-deploy"),
            timeout,
            retries: number(unit.intent.int("retries").unwrap_or(1)),
            most: number(unit.intent.int("max").unwrap_or(1)).max(1),
        };
    }
    let (least, most) = gpu::replicas(unit.intent);
    let grace = timeout.unwrap_or(0).clamp(GRACE.0, GRACE.1);
    WorkloadKind::Service {
        replicas: (number(least), number(most)),
        scaling: if most > least {
            Scaling::Cpu(CPU_TARGET)
        } else {
            Scaling::Fixed
        },
        grace: u32::try_from(grace).unwrap_or(u32::MAX),
    }
}

/// When a job starts, in cron's words.
fn schedule(lowering: &mut Lowering<'_>, unit: &Unit<'_>) -> Option<String> {
    let mut stated: Vec<String> = crate::triggers::schedules(lowering)
        .into_iter()
        .filter(|(id, _)| *id == unit.id)
        .map(|(_, when)| when.to_owned())
        .collect();
    stated.extend(unit.intent.text("schedule").map(str::to_owned));
    let when = stated.first()?;
    // What cannot be read was reported where it is written.
    let schedule = Schedule::parse(when).ok()?;
    let found = cron(&schedule);
    if found.is_none() || stated.len() > 1 {
        let (message, help) = if found.is_none() {
            (
                format!(
                    "`{}` is to run at `{when}`, which cron cannot say",
                    unit.intent.id()
                ),
                "on Kubernetes say a number of minutes that divides an hour, of hours that \
                 divides a day, or one day; or five fields of cron",
            )
        } else {
            (
                format!(
                    "`{}` has several schedules, and a CronJob has one",
                    unit.intent.id()
                ),
                "put the times into one expression, or make a job for each",
            )
        };
        let at = unit.intent.span_of("schedule");
        let error = Diagnostic::error(aws::IMPOSSIBLE_TRIGGER, at, message).help(help);
        lowering.report(error.subject(unit.intent.id()));
    }
    found
}

/// A schedule in cron's five fields; `None` for a rate that they cannot say.
fn cron(schedule: &Schedule) -> Option<String> {
    match schedule {
        Schedule::Cron(fields) => Some(fields.join(" ")),
        Schedule::Rate { every, unit } => match (*unit, *every) {
            ("minute", 1) => Some("* * * * *".to_owned()),
            ("minute", every) if every < 60 && 60 % every == 0 => {
                Some(format!("*/{every} * * * *"))
            }
            ("minute", 60) | ("hour", 1) => Some("0 * * * *".to_owned()),
            ("hour", every) if every < 24 && 24 % every == 0 => Some(format!("0 */{every} * * *")),
            ("hour", 24) | ("day", 1) => Some("0 0 * * *".to_owned()),
            _ => None,
        },
    }
}

fn server(lowering: &Lowering<'_>, unit: &Unit<'_>) -> Option<Server> {
    let port = serve::port(lowering, unit.id)?;
    // A path that nobody named may well be unknown to the application.
    let named = unit
        .intent
        .settings
        .get("health")
        .is_some_and(|setting| setting.origin != klo_intent::Origin::BuiltIn);
    Some(Server {
        port,
        health: named.then(|| serve::health(unit.intent)),
        start: start(gpu::asked(unit.intent)),
        target_groups: Vec::new(),
        entrances: if lowering.is_plain() {
            plain::entrances(lowering, unit.id)
        } else {
            Vec::new()
        },
    })
}

/// Seconds that a server may take to start: with GPUs, until weights that fill them are loaded.
fn start(gpu: Option<(&str, u32)>) -> u32 {
    let Some((gpu, count)) = gpu else {
        return START;
    };
    let memory = catalogue::of(gpu).map(|i| i.gpu_memory).max().unwrap_or(0);
    let weights = (memory * u64::from(count)).div_ceil(WEIGHTS_PER_SECOND);
    START + u32::try_from(weights.min(LONGEST_START)).unwrap_or(START)
}

fn mounts(lowering: &mut Lowering<'_>, id: IntentId) -> Vec<Volume> {
    if lowering.is_plain() {
        return claims(lowering, id);
    }
    let found = volumes::of(lowering, id);
    found
        .into_iter()
        .map(|volume| {
            let intent = format!("{}.{}", Kind::Volume, volume.name);
            let mount = volume.mount;
            let mut part =
                |part: &str, value: Value| env::text(lowering, &format!("{intent}_{part}"), value);
            Volume {
                source: VolumeSource::Efs {
                    file_system: part("FILE_SYSTEM", mount.file_system.0),
                    access_point: part("ACCESS_POINT", mount.access_point.0),
                },
                intent,
                name: volume.name,
                path: volume.path,
                read_only: volume.read_only,
            }
        })
        .collect()
}

/// Claims that are there, each once.
fn claims(lowering: &Lowering<'_>, id: IntentId) -> Vec<Volume> {
    let mut claims: Vec<Volume> = Vec::new();
    for edge in lowering.graph.edges_from(id) {
        let Some(target) = edge.to.intent() else {
            continue;
        };
        let intent = lowering.intent(target);
        let store = lowering.stores.get(&target);
        let claim = store.and_then(|store| store.claim.clone());
        let (Some(claim), Some(path)) = (claim, intent.text("path")) else {
            continue;
        };
        let volume = Volume {
            intent: intent.id(),
            name: intent.name.clone(),
            path: path.to_owned(),
            read_only: !edge.access.contains(&Access::Write),
            source: VolumeSource::Claim(claim),
        };
        if !claims.contains(&volume) {
            claims.push(volume);
        }
    }
    claims
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_that_cron_can_say() {
        let say = |when: &str| cron(&Schedule::parse(when).expect("a schedule"));
        assert_eq!(say("rate(5 minutes)").as_deref(), Some("*/5 * * * *"));
        assert_eq!(say("rate(7 minutes)"), None);
        assert_eq!(say("rate(6 hours)").as_deref(), Some("0 */6 * * *"));
        assert_eq!(say("rate(1 day)").as_deref(), Some("0 0 * * *"));
        assert_eq!(say("rate(2 days)"), None);
        assert_eq!(say("0 3 1 * mon").as_deref(), Some("0 3 1 * MON"));
    }

    #[test]
    fn weights_have_time_to_load() {
        assert_eq!(start(None), 60);
        assert_eq!(start(Some(("l4", 1))), 60 + 229);
        assert_eq!(start(Some(("h100", 8))), 60 + 3_600);
    }
}
