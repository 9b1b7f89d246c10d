//! Charts, pinned. Versions are what each project's own chart stood at, read on the day named.

use klo_plan::kubernetes::{Mesh, POOL_LABEL};
use serde_json::{Value, json};

use super::Needs;
use crate::scope::Scope;

/// A chart to install.
pub(crate) struct Chart {
    /// The name of its release, and the stem of its values' file.
    pub(crate) release: &'static str,
    /// The chart.
    pub(crate) name: &'static str,
    /// Its repository.
    pub(crate) repository: &'static str,
    /// Its version.
    pub(crate) version: &'static str,
    /// The day of that version or of the reading of it.
    pub(crate) date: &'static str,
    /// The namespace that it goes into.
    pub(crate) namespace: &'static str,
    /// What it is there for.
    pub(crate) purpose: &'static str,
    /// Values that differ from the chart's own.
    pub(crate) values: Option<Value>,
}

const ISTIO: &str = "https://istio-release.storage.googleapis.com/charts";
const ISTIO_VERSION: (&str, &str) = ("1.30.4", "2026-08-27");
const LINKERD: &str = "https://helm.linkerd.io/edge";
const LINKERD_VERSION: (&str, &str) = ("2026.9.1", "2026-09-04");

/// What this environment needs, in the order of installation.
pub(crate) fn needed(scope: &Scope<'_>) -> Vec<Chart> {
    let needs = Needs::of(scope);
    let mut charts = Vec::new();
    match needs.mesh {
        Mesh::None => {}
        Mesh::Istio => charts.extend(istio()),
        Mesh::Linkerd => charts.extend(linkerd()),
    }
    if needs.groups {
        charts.push(autoscaler(scope));
    }
    if needs.gpus {
        charts.push(device_plugin(scope));
    }
    if needs.balancers {
        charts.push(load_balancers(scope));
    }
    if needs.secrets {
        charts.push(external_secrets());
    }
    if needs.cpu {
        charts.push(metrics());
    }
    if needs.queues {
        charts.push(keda());
    }
    charts
}

fn external_secrets() -> Chart {
    Chart {
        release: "external-secrets",
        name: "external-secrets",
        repository: "https://charts.external-secrets.io",
        version: "2.9.0",
        date: "2026-08-08",
        namespace: "external-secrets",
        purpose: "hands secrets over to pods",
        values: None,
    }
}

fn metrics() -> Chart {
    Chart {
        release: "metrics-server",
        name: "metrics-server",
        repository: "https://kubernetes-sigs.github.io/metrics-server",
        version: "3.13.1",
        date: "2026-08-04",
        namespace: "kube-system",
        purpose: "measures the CPU that services are scaled by",
        values: None,
    }
}

fn keda() -> Chart {
    Chart {
        release: "keda",
        name: "keda",
        repository: "https://kedacore.github.io/charts",
        version: "2.20.2",
        date: "2026-08-13",
        namespace: "keda",
        purpose: "scales workers by the messages that wait in their queues",
        values: None,
    }
}

fn autoscaler(scope: &Scope<'_>) -> Chart {
    Chart {
        release: "cluster-autoscaler",
        name: "cluster-autoscaler",
        repository: "https://kubernetes.github.io/autoscaler",
        version: "9.59.1",
        date: "2026-11-26",
        namespace: "kube-system",
        purpose: "starts and stops nodes of the node groups",
        values: Some(json!({
            "fullnameOverride": "cluster-autoscaler",
            "cloudProvider": "aws",
            "awsRegion": scope.plan.graph.deployment().region,
            "autoDiscovery": { "clusterName": scope.kube.cluster_name },
            "rbac": { "serviceAccount": { "name": "cluster-autoscaler" } },
            "extraArgs": {
                "balance-similar-node-groups": true,
                "expander": "least-waste",
                "skip-nodes-with-system-pods": false,
            },
        })),
    }
}

/// Outside of EKS it also finds the nodes with GPUs and says which ones they have.
fn device_plugin(scope: &Scope<'_>) -> Chart {
    let pools = json!([{ "matchExpressions": [{ "key": POOL_LABEL, "operator": "Exists" }] }]);
    let values = if scope.is_eks() {
        json!({
            "affinity": { "nodeAffinity": {
                "requiredDuringSchedulingIgnoredDuringExecution": { "nodeSelectorTerms": pools },
            } },
        })
    } else {
        json!({ "gfd": { "enabled": true } })
    };
    Chart {
        release: "nvidia-device-plugin",
        name: "nvidia-device-plugin",
        repository: "https://nvidia.github.io/k8s-device-plugin",
        version: "0.20.0",
        date: "2026-08-19",
        namespace: "nvidia-device-plugin",
        purpose: "tells the scheduler of GPUs",
        values: Some(values),
    }
}

fn load_balancers(scope: &Scope<'_>) -> Chart {
    Chart {
        release: "aws-load-balancer-controller",
        name: "aws-load-balancer-controller",
        repository: "https://aws.github.io/eks-charts",
        version: "3.5.0",
        date: "2026-08-03",
        namespace: "kube-system",
        purpose: "registers pods with the load balancers that Terraform makes",
        values: Some(json!({
            "clusterName": scope.kube.cluster_name,
            "region": scope.plan.graph.deployment().region,
            "serviceAccount": { "name": "aws-load-balancer-controller" },
            "enableServiceMutatorWebhook": false,
        })),
    }
}

fn istio() -> Vec<Chart> {
    let chart = |release, name, purpose, values| Chart {
        release,
        name,
        repository: ISTIO,
        version: ISTIO_VERSION.0,
        date: ISTIO_VERSION.1,
        namespace: "istio-system",
        purpose,
        values,
    };
    let control = json!({
        "pilot": {
            "cni": { "enabled": true },
            "env": { "ENABLE_NATIVE_SIDECARS": "true" },
        },
    });
    vec![
        chart("istio-base", "base", "the mesh's definitions", None),
        chart(
            "istio-cni",
            "cni",
            "sends traffic to the mesh's proxies without rights that restricted pods lack",
            None,
        ),
        chart(
            "istiod",
            "istiod",
            "the mesh's control plane",
            Some(control),
        ),
    ]
}

fn linkerd() -> Vec<Chart> {
    let chart = |release, namespace, purpose, values| Chart {
        release,
        name: release,
        repository: LINKERD,
        version: LINKERD_VERSION.0,
        date: LINKERD_VERSION.1,
        namespace,
        purpose,
        values,
    };
    let definitions = json!({ "installGatewayAPI": true });
    let control = json!({ "cniEnabled": true, "proxy": { "nativeSidecar": true } });
    vec![
        chart(
            "linkerd-crds",
            "linkerd",
            "the mesh's definitions",
            Some(definitions),
        ),
        chart(
            "linkerd2-cni",
            "linkerd-cni",
            "sends traffic to the mesh's proxies without rights that restricted pods lack",
            None,
        ),
        chart(
            CONTROL_PLANE,
            "linkerd",
            "the mesh's control plane",
            Some(control),
        ),
    ]
}

/// The chart that wants certificates when it is first installed.
pub(crate) const CONTROL_PLANE: &str = "linkerd-control-plane";
