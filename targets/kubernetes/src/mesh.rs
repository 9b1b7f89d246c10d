//! What a service mesh changes: injection, mutual TLS, and who may call whom by identity. The units'
//! own objects are the same with any mesh and with none.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::Namespace;
use klo_plan::kubernetes::{Direction, Mesh, Peer, Server, Workload};

use crate::custom::{
    IstioFrom, IstioOperation, IstioPolicySpec, IstioRule, IstioSource, IstioTo, LinkerdNetwork,
    LinkerdPolicySpec, LinkerdRef, MeshTlsSpec, MtlsMode, NetworkAuthenticationSpec,
    PeerAuthenticationSpec, Selector, ServerSpec, Spec,
};
use crate::document::Object;
use crate::network::{ANYWHERE, control_plane};
use crate::scope::{NAME, Scope, owned};
use crate::text::text;

/// The namespace, under the restricted standard for pods and with its mesh.
pub(crate) fn namespace(scope: &Scope<'_>) -> Namespace {
    let mut metadata = scope.cluster_wide(&scope.kube.namespace);
    let mut labels = metadata.labels.take().unwrap_or_default();
    for mode in ["enforce", "audit", "warn"] {
        let label = format!("pod-security.kubernetes.io/{mode}");
        labels.insert(label, "restricted".to_owned());
    }
    match scope.kube.mesh {
        Mesh::None => {}
        Mesh::Istio => {
            labels.insert("istio-injection".to_owned(), "enabled".to_owned());
        }
        Mesh::Linkerd => {
            metadata.annotations = Some(owned([
                ("linkerd.io/inject", "enabled"),
                ("config.linkerd.io/default-inbound-policy", "deny"),
            ]));
        }
    }
    metadata.labels = Some(labels);
    Namespace {
        metadata,
        ..Namespace::default()
    }
}

/// What all pods of a mesh need beside the namespace; nothing without one.
pub(crate) fn shared(scope: &Scope<'_>) -> Vec<Object> {
    match scope.kube.mesh {
        Mesh::None => Vec::new(),
        Mesh::Istio => istio_shared(scope),
        Mesh::Linkerd => linkerd_shared(scope),
    }
}

/// What a mesh needs for a unit; nothing without one.
pub(crate) fn objects(scope: &Scope<'_>, workload: &Workload) -> Vec<Object> {
    match scope.kube.mesh {
        Mesh::None => Vec::new(),
        Mesh::Istio => istio(scope, workload),
        Mesh::Linkerd => linkerd(scope, workload),
    }
}

/// Callers of a server: identities in the mesh, and addresses outside of it.
fn callers(workload: &Workload, server: &Server) -> (Vec<String>, Vec<String>) {
    let (mut units, mut networks) = (Vec::new(), Vec::new());
    let calls = workload.flows.iter().filter(|flow| {
        let arrives = flow.direction == Direction::In;
        arrives && flow.port == server.port
    });
    for flow in calls {
        match &flow.peer {
            Peer::Workload(name) => units.push(name.clone()),
            Peer::Network(range) => networks.push(text(range)),
            // An ingress controller or another app's pod need not be in the mesh.
            Peer::Internet | Peer::Anywhere | Peer::Cluster | Peer::Namespace(_) => {
                networks.extend(ANYWHERE.map(str::to_owned))
            }
        }
    }
    for list in [&mut units, &mut networks] {
        list.sort();
        list.dedup();
    }
    (units, networks)
}

fn pods(workload: &Workload) -> Selector {
    Selector {
        match_labels: owned([(NAME, &workload.name)]),
    }
}

/// Mutual TLS everywhere, and the way to the control plane.
fn istio_shared(scope: &Scope<'_>) -> Vec<Object> {
    let strict = PeerAuthenticationSpec {
        selector: None,
        mtls: MtlsMode { mode: "STRICT" },
        port_level_mtls: BTreeMap::new(),
    };
    let way = control_plane(scope.shared("mesh"), "istio-system", &[15012]);
    vec![
        Object::new(&way),
        Object::new(&strict.object(scope.shared("default"))),
    ]
}

/// A unit's callers. A load balancer speaks no mutual TLS, so its port takes both.
fn istio(scope: &Scope<'_>, workload: &Workload) -> Vec<Object> {
    let mut objects = Vec::new();
    let mut rules = Vec::new();
    if let Some(server) = &workload.server {
        let (units, networks) = callers(workload, server);
        let to = || {
            vec![IstioTo {
                operation: IstioOperation {
                    ports: vec![server.port.to_string()],
                },
            }]
        };
        let mut rule = |source: IstioSource| {
            let from = vec![IstioFrom { source }];
            rules.push(IstioRule { from, to: to() });
        };
        if !units.is_empty() {
            let of = &scope.kube.namespace;
            let principal = |unit: &String| format!("cluster.local/ns/{of}/sa/{unit}");
            let identities = units.iter().map(principal).collect();
            rule(IstioSource::Principals(identities));
        }
        if !networks.is_empty() {
            rule(IstioSource::IpBlocks(networks.clone()));
        }
        if !networks.is_empty() || !server.target_groups.is_empty() {
            let exempt = PeerAuthenticationSpec {
                selector: Some(pods(workload)),
                mtls: MtlsMode { mode: "STRICT" },
                port_level_mtls: BTreeMap::from([(
                    server.port.to_string(),
                    MtlsMode { mode: "PERMISSIVE" },
                )]),
            };
            objects.push(Object::new(
                &exempt.object(scope.of(workload, &workload.name)),
            ));
        }
    }
    let policy = IstioPolicySpec {
        selector: pods(workload),
        action: "ALLOW",
        rules,
    };
    objects.push(Object::new(
        &policy.object(scope.of(workload, &workload.name)),
    ));
    objects
}

/// The way to the control plane: identity, destination and policy.
fn linkerd_shared(scope: &Scope<'_>) -> Vec<Object> {
    let way = control_plane(scope.shared("mesh"), "linkerd", &[8080, 8086, 8090]);
    vec![Object::new(&way)]
}

/// A unit's callers: by identity, which is mutual TLS, and by address.
fn linkerd(scope: &Scope<'_>, workload: &Workload) -> Vec<Object> {
    let Some(server) = &workload.server else {
        return Vec::new();
    };
    let port = ServerSpec {
        pod_selector: pods(workload),
        port: server.port,
    };
    let mut objects = vec![Object::new(
        &port.object(scope.of(workload, &workload.name)),
    )];
    let (units, networks) = callers(workload, server);
    if !units.is_empty() {
        let of = &scope.kube.namespace;
        let identity =
            |unit: &String| format!("{unit}.{of}.serviceaccount.identity.linkerd.cluster.local");
        let known = MeshTlsSpec {
            identities: units.iter().map(identity).collect(),
        };
        let name = format!("{}.units", workload.name);
        objects.push(Object::new(&known.object(scope.of(workload, &name))));
        objects.push(admits(scope, workload, "MeshTLSAuthentication", name));
    }
    if !networks.is_empty() {
        let known = NetworkAuthenticationSpec {
            networks: networks
                .into_iter()
                .map(|cidr| LinkerdNetwork { cidr })
                .collect(),
        };
        let name = format!("{}.networks", workload.name);
        objects.push(Object::new(&known.object(scope.of(workload, &name))));
        objects.push(admits(scope, workload, "NetworkAuthentication", name));
    }
    objects
}

/// The policy that lets callers of one kind in.
fn admits(scope: &Scope<'_>, workload: &Workload, kind: &'static str, name: String) -> Object {
    let refer = |kind: &'static str, name: String| LinkerdRef {
        group: "policy.linkerd.io",
        kind,
        name,
    };
    let policy = LinkerdPolicySpec {
        target_ref: refer("Server", workload.name.clone()),
        required_authentication_refs: vec![refer(kind, name.clone())],
    };
    Object::new(&policy.object(scope.of(workload, name)))
}
