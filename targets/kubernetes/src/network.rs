//! Who may talk to whom: nobody, but for names, credentials and the edges of the graph.

use k8s_openapi::api::networking::v1::{
    IPBlock, NetworkPolicy, NetworkPolicyEgressRule, NetworkPolicyIngressRule, NetworkPolicyPeer,
    NetworkPolicyPort, NetworkPolicySpec,
};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{LabelSelector, ObjectMeta};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;
use klo_plan::kubernetes::{Direction, Flow, Nodes, Peer, Workload};

use crate::scope::{Scope, owned, selector};
use crate::text::{literal, text};

/// Where EKS Pod Identity's agent answers on every node (EKS user guide, November 2026).
const IDENTITY: [&str; 2] = ["169.254.170.23/32", "fd00:ec2::23/128"];

/// Addresses that are of no one on the internet: RFC 1918, 6598, 3927, 4193, 4291.
const PRIVATE: [&str; 5] = [
    "10.0.0.0/8",
    "100.64.0.0/10",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.168.0.0/16",
];
const PRIVATE_V6: [&str; 2] = ["fc00::/7", "fe80::/10"];

/// Every address there is.
pub(crate) const ANYWHERE: [&str; 2] = ["0.0.0.0/0", "::/0"];

/// Where NodeLocal DNSCache answers, if a cluster has it.
const LOCAL_DNS: &str = "169.254.20.10/32";

/// What holds for every pod of the namespace until a unit's own policy opens something.
pub(crate) fn default_deny(scope: &Scope<'_>) -> NetworkPolicy {
    NetworkPolicy {
        metadata: scope.shared("default-deny"),
        spec: Some(NetworkPolicySpec {
            pod_selector: Some(LabelSelector::default()),
            policy_types: both(),
            ..NetworkPolicySpec::default()
        }),
    }
}

fn both() -> Option<Vec<String>> {
    Some(vec!["Ingress".to_owned(), "Egress".to_owned()])
}

/// What a unit may be asked and may ask for.
pub(crate) fn policy(scope: &Scope<'_>, workload: &Workload) -> NetworkPolicy {
    let mut flows: Vec<&Flow> = workload.flows.iter().collect();
    flows.sort();
    flows.dedup();
    let of = |direction: Direction| flows.iter().filter(move |flow| flow.direction == direction);
    let ingress = of(Direction::In).map(|flow| NetworkPolicyIngressRule {
        from: Some(peers(&flow.peer)),
        ports: Some(vec![port("TCP", flow.port)]),
    });
    let mut egress = vec![names(scope)];
    if scope.is_eks() {
        egress.push(rule(blocks(&IDENTITY), vec![port("TCP", 80)]));
    }
    egress.extend(
        of(Direction::Out).map(|flow| rule(peers(&flow.peer), vec![port("TCP", flow.port)])),
    );
    NetworkPolicy {
        metadata: scope.of(workload, &workload.name),
        spec: Some(NetworkPolicySpec {
            pod_selector: Some(selector(&workload.name)),
            policy_types: both(),
            ingress: Some(ingress.collect::<Vec<_>>()).filter(|rules| !rules.is_empty()),
            egress: Some(egress),
        }),
    }
}

/// Names are resolved by pods of the cluster; in EKS Auto Mode by the nodes themselves, which no
/// label chooses.
fn names(scope: &Scope<'_>) -> NetworkPolicyEgressRule {
    let ports = vec![port("UDP", 53), port("TCP", 53)];
    if scope.is_eks() && scope.kube.nodes == Nodes::Auto {
        return rule([blocks(&PRIVATE), blocks(&PRIVATE_V6)].concat(), ports);
    }
    let mut to = vec![NetworkPolicyPeer {
        namespace_selector: Some(namespace("kube-system")),
        pod_selector: Some(LabelSelector {
            match_labels: Some(owned([("k8s-app", "kube-dns")])),
            ..LabelSelector::default()
        }),
        ip_block: None,
    }];
    to.extend(blocks(&[LOCAL_DNS]));
    rule(to, ports)
}

/// A namespace by its name.
pub(crate) fn namespace(name: &str) -> LabelSelector {
    LabelSelector {
        match_labels: Some(owned([("kubernetes.io/metadata.name", name)])),
        ..LabelSelector::default()
    }
}

fn rule(to: Vec<NetworkPolicyPeer>, ports: Vec<NetworkPolicyPort>) -> NetworkPolicyEgressRule {
    NetworkPolicyEgressRule {
        to: Some(to),
        ports: Some(ports),
    }
}

fn port(protocol: &str, number: u16) -> NetworkPolicyPort {
    NetworkPolicyPort {
        protocol: Some(protocol.to_owned()),
        port: Some(IntOrString::Int(i32::from(number))),
        end_port: None,
    }
}

fn blocks(ranges: &[&str]) -> Vec<NetworkPolicyPeer> {
    let ranges = ranges.iter();
    ranges.map(|cidr| block(cidr, &[])).collect()
}

fn block(cidr: &str, except: &[&str]) -> NetworkPolicyPeer {
    let except: Vec<String> = except.iter().map(|&cidr| cidr.to_owned()).collect();
    NetworkPolicyPeer {
        ip_block: Some(IPBlock {
            cidr: cidr.to_owned(),
            except: Some(except).filter(|except| !except.is_empty()),
        }),
        ..NetworkPolicyPeer::default()
    }
}

fn peers(peer: &Peer) -> Vec<NetworkPolicyPeer> {
    match peer {
        Peer::Workload(name) => vec![NetworkPolicyPeer {
            pod_selector: Some(selector(name)),
            ..NetworkPolicyPeer::default()
        }],
        Peer::Network(range) => vec![block(&text(range), &[])],
        Peer::Internet => vec![block("0.0.0.0/0", &PRIVATE), block("::/0", &PRIVATE_V6)],
        // Some networks do not take their own pods for addresses.
        Peer::Anywhere => [blocks(&ANYWHERE), vec![every_namespace()]].concat(),
        Peer::Namespace(name) => vec![NetworkPolicyPeer {
            namespace_selector: Some(namespace(&literal(name))),
            ..NetworkPolicyPeer::default()
        }],
        Peer::Cluster => vec![every_namespace()],
    }
}

fn every_namespace() -> NetworkPolicyPeer {
    NetworkPolicyPeer {
        namespace_selector: Some(LabelSelector::default()),
        ..NetworkPolicyPeer::default()
    }
}

/// What pods of a mesh ask its control plane for.
pub(crate) fn control_plane(metadata: ObjectMeta, of: &str, ports: &[u16]) -> NetworkPolicy {
    let to = NetworkPolicyPeer {
        namespace_selector: Some(namespace(of)),
        ..NetworkPolicyPeer::default()
    };
    let ports = ports.iter().map(|&number| port("TCP", number));
    NetworkPolicy {
        metadata,
        spec: Some(NetworkPolicySpec {
            pod_selector: Some(LabelSelector::default()),
            policy_types: Some(vec!["Egress".to_owned()]),
            egress: Some(vec![rule(vec![to], ports.collect())]),
            ingress: None,
        }),
    }
}
