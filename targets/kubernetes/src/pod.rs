//! A unit's pods: one container under the restricted standard, with what it may use and nothing
//! that it does not need.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::{
    Affinity, Capabilities, Container, ContainerPort, EmptyDirVolumeSource, EnvVar, EnvVarSource,
    NodeAffinity, NodeSelector, NodeSelectorRequirement, NodeSelectorTerm,
    PersistentVolumeClaimVolumeSource, PodSecurityContext, PodSpec, PodTemplateSpec,
    PreferredSchedulingTerm, ResourceRequirements, SeccompProfile, SecretKeySelector,
    SecurityContext, Toleration, TopologySpreadConstraint, Volume, VolumeMount,
};
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use klo_plan::kubernetes::{
    GPU, Nodes, OWNER_LABEL, POOL_LABEL, PRODUCT_LABEL, VolumeSource, Workload, WorkloadKind,
};

use crate::pools;
use crate::probe;
use crate::scope::{Scope, owned, selector};
use crate::secrets::bundles;
use crate::text::{literal, text, unexpanded};
use crate::volume;

const SCRATCH: &str = "tmp";
const SHARED_MEMORY: &str = "shared-memory";

/// The template of a unit's pods.
pub(crate) fn template(scope: &Scope<'_>, workload: &Workload) -> PodTemplateSpec {
    PodTemplateSpec {
        metadata: Some(ObjectMeta {
            labels: Some(scope.unit_labels(workload)),
            annotations: annotations(scope, workload),
            ..ObjectMeta::default()
        }),
        spec: Some(spec(scope, workload)),
    }
}

/// What runs until it ends is not moved to another node.
fn annotations(scope: &Scope<'_>, workload: &Workload) -> Option<BTreeMap<String, String>> {
    if !scope.is_eks() || !is_job(workload) {
        return None;
    }
    Some(match scope.kube.nodes {
        Nodes::Auto => owned([("karpenter.sh/do-not-disrupt", "true")]),
        Nodes::Managed => owned([("cluster-autoscaler.kubernetes.io/safe-to-evict", "false")]),
    })
}

fn is_job(workload: &Workload) -> bool {
    matches!(workload.kind, WorkloadKind::Job { .. })
}

fn spec(scope: &Scope<'_>, workload: &Workload) -> PodSpec {
    let many = matches!(workload.kind, WorkloadKind::Service { replicas, .. } if replicas.1 > 1);
    PodSpec {
        service_account_name: Some(workload.name.clone()),
        automount_service_account_token: Some(false),
        enable_service_links: Some(false),
        security_context: Some(PodSecurityContext {
            run_as_non_root: Some(true),
            seccomp_profile: Some(SeccompProfile {
                type_: "RuntimeDefault".to_owned(),
                ..SeccompProfile::default()
            }),
            ..PodSecurityContext::default()
        }),
        restart_policy: is_job(workload).then(|| "Never".to_owned()),
        termination_grace_period_seconds: grace(workload),
        node_selector: Some(node_selector(scope, workload)),
        affinity: affinity(scope, workload),
        tolerations: toleration(scope, workload).map(|one| vec![one]),
        topology_spread_constraints: many.then(|| {
            let by = ["topology.kubernetes.io/zone", "kubernetes.io/hostname"];
            by.map(|key| spread(workload, key)).into()
        }),
        containers: vec![container(workload)],
        volumes: Some(volumes(workload)),
        ..PodSpec::default()
    }
}

/// The time between the order to stop and the end: until load balancers have taken note, and then
/// to finish what was begun.
fn grace(workload: &Workload) -> Option<i64> {
    match workload.kind {
        WorkloadKind::Service { grace, .. } => {
            let notice = workload.server.as_ref().map_or(0, probe::notice);
            Some(notice + i64::from(grace))
        }
        WorkloadKind::Job { .. } => None,
    }
}

fn node_selector(scope: &Scope<'_>, workload: &Workload) -> BTreeMap<String, String> {
    let mut selector = owned([("kubernetes.io/arch", workload.architecture)]);
    let pool = match &workload.gpu {
        Some(share) => Some(share.pool.clone()),
        None => pools::general(scope, workload),
    };
    if let Some(pool) = pool.filter(|_| scope.is_eks()) {
        selector.insert(OWNER_LABEL.to_owned(), scope.kube.namespace.clone());
        selector.insert(POOL_LABEL.to_owned(), pool);
    }
    selector
}

/// What lets a pod onto the nodes of its pool, which others are kept off.
fn toleration(scope: &Scope<'_>, workload: &Workload) -> Option<Toleration> {
    let (key, value) = match (&workload.gpu, pools::general(scope, workload)) {
        (Some(_), _) => (GPU, None),
        (None, Some(pool)) => (POOL_LABEL, Some(pool)),
        (None, None) => return None,
    };
    let operator = if value.is_some() { "Equal" } else { "Exists" };
    Some(Toleration {
        key: Some(key.to_owned()),
        operator: Some(operator.to_owned()),
        value,
        effect: Some("NoSchedule".to_owned()),
        ..Toleration::default()
    })
}

/// Outside of EKS, nodes say which GPU they have.
fn with_gpu(products: &[&str]) -> Affinity {
    let requirement = NodeSelectorRequirement {
        key: PRODUCT_LABEL.to_owned(),
        operator: "In".to_owned(),
        values: Some(products.iter().map(|&name| name.to_owned()).collect()),
    };
    let term = NodeSelectorTerm {
        match_expressions: Some(vec![requirement]),
        ..NodeSelectorTerm::default()
    };
    Affinity {
        node_affinity: Some(NodeAffinity {
            required_during_scheduling_ignored_during_execution: Some(NodeSelector {
                node_selector_terms: vec![term],
            }),
            ..NodeAffinity::default()
        }),
        ..Affinity::default()
    }
}

/// Node groups of EKS say what capacity they are of; other pods than GPUs' prefer spot there.
fn affinity(scope: &Scope<'_>, workload: &Workload) -> Option<Affinity> {
    if let Some(share) = &workload.gpu
        && !share.products.is_empty()
    {
        return Some(with_gpu(&share.products));
    }
    let groups = scope.is_eks() && scope.kube.nodes == Nodes::Managed;
    if !groups || !workload.spot || workload.gpu.is_some() {
        return None;
    }
    let requirement = NodeSelectorRequirement {
        key: "eks.amazonaws.com/capacityType".to_owned(),
        operator: "In".to_owned(),
        values: Some(vec!["SPOT".to_owned()]),
    };
    Some(Affinity {
        node_affinity: Some(NodeAffinity {
            preferred_during_scheduling_ignored_during_execution: Some(vec![
                PreferredSchedulingTerm {
                    weight: 100,
                    preference: NodeSelectorTerm {
                        match_expressions: Some(vec![requirement]),
                        ..NodeSelectorTerm::default()
                    },
                },
            ]),
            ..NodeAffinity::default()
        }),
        ..Affinity::default()
    })
}

fn spread(workload: &Workload, key: &str) -> TopologySpreadConstraint {
    TopologySpreadConstraint {
        topology_key: key.to_owned(),
        max_skew: 1,
        when_unsatisfiable: "ScheduleAnyway".to_owned(),
        label_selector: Some(selector(&workload.name)),
        // Pods of the revision that goes do not count.
        match_label_keys: Some(vec!["pod-template-hash".to_owned()]),
        ..TopologySpreadConstraint::default()
    }
}

fn container(workload: &Workload) -> Container {
    let server = workload.server.as_ref();
    let probes = server.map(probe::probes);
    let (startup, readiness, liveness) = match probes {
        Some(probes) => (
            Some(probes.startup),
            Some(probes.readiness),
            Some(probes.liveness),
        ),
        None => (None, None, None),
    };
    Container {
        name: workload.name.clone(),
        image: Some(text(&workload.image)),
        env: Some(env(workload)).filter(|env| !env.is_empty()),
        ports: server.map(|server| {
            vec![ContainerPort {
                name: Some(probe::PORT.to_owned()),
                container_port: i32::from(server.port),
                ..ContainerPort::default()
            }]
        }),
        resources: Some(resources(workload)),
        security_context: Some(SecurityContext {
            allow_privilege_escalation: Some(false),
            read_only_root_filesystem: Some(true),
            capabilities: Some(Capabilities {
                drop: Some(vec!["ALL".to_owned()]),
                ..Capabilities::default()
            }),
            ..SecurityContext::default()
        }),
        startup_probe: startup,
        readiness_probe: readiness,
        liveness_probe: liveness,
        lifecycle: server.map(probe::lifecycle),
        volume_mounts: Some(mounts(workload)),
        ..Container::default()
    }
}

/// Variables by name, plain ones and secrets together.
fn env(workload: &Workload) -> Vec<EnvVar> {
    let mut env: Vec<EnvVar> = workload
        .env
        .iter()
        .map(|(name, value)| EnvVar {
            name: literal(name),
            value: Some(unexpanded(&text(value))),
            value_from: None,
        })
        .collect();
    for bundle in bundles(workload) {
        env.extend(bundle.variables().map(|(name, key)| EnvVar {
            name: literal(name),
            value: None,
            value_from: Some(EnvVarSource {
                secret_key_ref: Some(SecretKeySelector {
                    name: bundle.secret(),
                    key,
                    optional: None,
                }),
                ..EnvVarSource::default()
            }),
        }));
    }
    env.sort_by(|a, b| a.name.cmp(&b.name));
    env
}

/// What is asked for is also the limit: a unit has the same CPU and memory wherever it runs.
fn resources(workload: &Workload) -> ResourceRequirements {
    let mut amounts = BTreeMap::from([
        ("cpu".to_owned(), cpu(workload.cpu)),
        ("memory".to_owned(), memory(workload.memory)),
    ]);
    let requests = amounts.clone();
    if let Some(share) = &workload.gpu {
        amounts.insert(GPU.to_owned(), Quantity(share.count.to_string()));
    }
    ResourceRequirements {
        requests: Some(requests),
        limits: Some(amounts),
        ..ResourceRequirements::default()
    }
}

/// Thousandths of a CPU as a quantity.
pub(crate) fn cpu(thousandths: u64) -> Quantity {
    Quantity(if thousandths.is_multiple_of(1000) {
        (thousandths / 1000).to_string()
    } else {
        format!("{thousandths}m")
    })
}

/// MiB as a quantity.
pub(crate) fn memory(mebibytes: u64) -> Quantity {
    Quantity(if mebibytes > 0 && mebibytes.is_multiple_of(1024) {
        format!("{}Gi", mebibytes / 1024)
    } else {
        format!("{mebibytes}Mi")
    })
}

fn volumes(workload: &Workload) -> Vec<Volume> {
    let empty = |name: &str, source: EmptyDirVolumeSource| Volume {
        name: name.to_owned(),
        empty_dir: Some(source),
        ..Volume::default()
    };
    let mut volumes = vec![empty(SCRATCH, EmptyDirVolumeSource::default())];
    if workload.gpu.is_some() {
        // It counts as the container's memory, so it may take up to half of that.
        let shared = EmptyDirVolumeSource {
            medium: Some("Memory".to_owned()),
            size_limit: Some(memory((workload.memory / 2).max(64))),
        };
        volumes.push(empty(SHARED_MEMORY, shared));
    }
    volumes.extend(workload.volumes.iter().map(|mounted| Volume {
        name: mounted.name.clone(),
        persistent_volume_claim: Some(PersistentVolumeClaimVolumeSource {
            claim_name: match &mounted.source {
                VolumeSource::Efs { .. } => volume::name(&mounted.intent).to_owned(),
                VolumeSource::Claim(claim) => literal(claim),
            },
            read_only: mounted.read_only.then_some(true),
        }),
        ..Volume::default()
    }));
    volumes
}

fn mounts(workload: &Workload) -> Vec<VolumeMount> {
    let mount = |name: &str, path: String, read_only: bool| VolumeMount {
        name: name.to_owned(),
        mount_path: path,
        read_only: read_only.then_some(true),
        ..VolumeMount::default()
    };
    let mut mounts = vec![mount(SCRATCH, "/tmp".to_owned(), false)];
    if workload.gpu.is_some() {
        mounts.push(mount(SHARED_MEMORY, "/dev/shm".to_owned(), false));
    }
    mounts.extend(
        workload
            .volumes
            .iter()
            .map(|mounted| mount(&mounted.name, literal(&mounted.path), mounted.read_only)),
    );
    mounts
}
