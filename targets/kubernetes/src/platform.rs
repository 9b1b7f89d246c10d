//! `platform/`: what a cluster must have installed before the manifests mean anything, pinned, with
//! the values that klo relies on and one script that installs it all.

mod charts;
mod pages;

use k8s_openapi::api::core::v1::ConfigMap;
use klo_plan::kubernetes::{Cluster, Mesh, Nodes, Workload};

use crate::document::{Object, comment, file, yaml};
use crate::scope::{Scope, owned};

use charts::Chart;

/// The files of the folder; none where the cluster's owner has installed what it takes, or where
/// nothing is needed.
pub(crate) fn files(scope: &Scope<'_>) -> Vec<(String, String)> {
    if !scope.kube.lists_platform() {
        return Vec::new();
    }
    let charts = charts::needed(scope);
    let policy = policy_controller(scope);
    let mut files = vec![
        (
            "README.md".to_owned(),
            pages::readme(scope, &charts, policy.is_some()),
        ),
        (
            "install.sh".to_owned(),
            pages::script(scope, &charts, policy.is_some()),
        ),
    ];
    for chart in &charts {
        if let Some(values) = &chart.values {
            let about = format!("Values of the chart {} {}.", chart.name, chart.version);
            let head = format!("{}#\n{}", comment(&about), comment(&scope.whose()));
            let content = format!("{head}---\n{}", yaml(values));
            files.push((format!("{}.yaml", chart.release), content));
        }
    }
    files.extend(policy.map(|object| {
        let about = "Auto Mode accepts network policies, and enforces them once this is there.";
        let content = file(about, &scope.whose(), [&object]);
        (pages::POLICY.to_owned(), content)
    }));
    for (path, _) in &mut files {
        *path = format!("platform/{path}");
    }
    files
}

/// EKS Auto Mode enforces no network policy until this map asks for it (EKS user guide, "Use Network
/// Policies with EKS Auto Mode", November 2026).
fn policy_controller(scope: &Scope<'_>) -> Option<Object> {
    let auto = scope.kube.cluster == Cluster::Created && scope.kube.nodes == Nodes::Auto;
    auto.then(|| {
        let mut metadata = scope.cluster_wide("amazon-vpc-cni");
        metadata.namespace = Some("kube-system".to_owned());
        Object::new(&ConfigMap {
            metadata,
            data: Some(owned([("enable-network-policy-controller", "true")])),
            ..ConfigMap::default()
        })
    })
}

/// What of a cluster the workloads make use of.
struct Needs {
    secrets: bool,
    queues: bool,
    cpu: bool,
    balancers: bool,
    groups: bool,
    gpus: bool,
    mesh: Mesh,
}

impl Needs {
    fn of(scope: &Scope<'_>) -> Self {
        let any = |test: fn(&Workload) -> bool| scope.kube.workloads.iter().any(test);
        let groups = scope.kube.cluster == Cluster::Created && scope.kube.nodes == Nodes::Managed;
        let balanced = |workload: &Workload| {
            let server = workload.server.as_ref();
            server.is_some_and(|server| !server.target_groups.is_empty())
        };
        Self {
            secrets: any(Workload::has_secrets),
            queues: any(Workload::scales_by_queue),
            cpu: any(Workload::scales_by_cpu),
            balancers: groups && any(balanced),
            groups,
            gpus: match scope.kube.cluster {
                Cluster::Plain => any(|workload| workload.gpu.is_some()),
                _ => groups && !scope.kube.pools.is_empty(),
            },
            mesh: scope.kube.mesh,
        }
    }
}
