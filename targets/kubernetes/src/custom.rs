//! Objects of custom resources, as their definitions have them: only the fields that klo sets.
//!
//! Fields checked against the published definitions of Karpenter 1.11, External Secrets 2.9, KEDA
//! 2.20, AWS Load Balancer Controller 3.5, EKS Auto Mode, Istio 1.30 and Linkerd edge-26.9 (read in
//! November 2026); `verify/test_kubernetes.py` holds what is written against them.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::Taint;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use serde::Serialize;

/// An object of a custom resource.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Custom<S> {
    api_version: &'static str,
    kind: &'static str,
    metadata: ObjectMeta,
    spec: S,
}

/// What an object of a custom resource says.
pub(crate) trait Spec: Serialize + Sized {
    /// Group, version and kind.
    const OF: (&'static str, &'static str);

    /// The object.
    fn object(self, metadata: ObjectMeta) -> Custom<Self> {
        let (api_version, kind) = Self::OF;
        Custom {
            api_version,
            kind,
            metadata,
            spec: self,
        }
    }
}

macro_rules! custom {
    ($($spec:ty: $version:literal $kind:literal;)*) => {
        $(impl Spec for $spec {
            const OF: (&'static str, &'static str) = ($version, $kind);
        })*
    };
}

custom! {
    NodePoolSpec: "karpenter.sh/v1" "NodePool";
    SecretStoreSpec: "external-secrets.io/v1" "SecretStore";
    ExternalSecretSpec: "external-secrets.io/v1" "ExternalSecret";
    ScaledObjectSpec: "keda.sh/v1alpha1" "ScaledObject";
    TriggerAuthenticationSpec: "keda.sh/v1alpha1" "TriggerAuthentication";
    PeerAuthenticationSpec: "security.istio.io/v1" "PeerAuthentication";
    IstioPolicySpec: "security.istio.io/v1" "AuthorizationPolicy";
    ServerSpec: "policy.linkerd.io/v1beta3" "Server";
    LinkerdPolicySpec: "policy.linkerd.io/v1alpha1" "AuthorizationPolicy";
    MeshTlsSpec: "policy.linkerd.io/v1alpha1" "MeshTLSAuthentication";
    NetworkAuthenticationSpec: "policy.linkerd.io/v1alpha1" "NetworkAuthentication";
    AutoBinding: "eks.amazonaws.com/v1" "TargetGroupBinding";
    ManagedBinding: "elbv2.k8s.aws/v1beta1" "TargetGroupBinding";
}

/// Nodes that Karpenter, which EKS Auto Mode runs, may launch.
#[derive(Debug, Serialize)]
pub(crate) struct NodePoolSpec {
    pub(crate) template: NodeTemplate,
    pub(crate) limits: BTreeMap<String, String>,
    pub(crate) disruption: Disruption,
}

/// What each node is.
#[derive(Debug, Serialize)]
pub(crate) struct NodeTemplate {
    pub(crate) metadata: NodeLabels,
    pub(crate) spec: NodeSpec,
}

/// A node's labels.
#[derive(Debug, Serialize)]
pub(crate) struct NodeLabels {
    pub(crate) labels: BTreeMap<String, String>,
}

/// A node's needs.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct NodeSpec {
    pub(crate) node_class_ref: NodeClassRef,
    pub(crate) requirements: Vec<NodeRequirement>,
    pub(crate) taints: Vec<Taint>,
}

/// The class of a node.
#[derive(Debug, Serialize)]
pub(crate) struct NodeClassRef {
    pub(crate) group: &'static str,
    pub(crate) kind: &'static str,
    pub(crate) name: &'static str,
}

/// One need.
#[derive(Debug, Serialize)]
pub(crate) struct NodeRequirement {
    pub(crate) key: &'static str,
    pub(crate) operator: &'static str,
    pub(crate) values: Vec<String>,
}

/// When nodes are taken away.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Disruption {
    pub(crate) consolidation_policy: &'static str,
    pub(crate) consolidate_after: &'static str,
}

/// A store that secrets are read from.
#[derive(Debug, Serialize)]
pub(crate) struct SecretStoreSpec {
    pub(crate) provider: StoreProvider,
}

/// The one kind of store that klo describes.
#[derive(Debug, Serialize)]
pub(crate) struct StoreProvider {
    pub(crate) aws: AwsStore,
}

/// AWS Secrets Manager.
#[derive(Debug, Serialize)]
pub(crate) struct AwsStore {
    pub(crate) service: &'static str,
    pub(crate) region: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) role: Option<String>,
}

/// Secrets of a store that become a Secret.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ExternalSecretSpec {
    pub(crate) refresh_interval: &'static str,
    pub(crate) secret_store_ref: StoreRef,
    pub(crate) target: SecretTarget,
    pub(crate) data: Vec<SecretData>,
}

/// The store.
#[derive(Debug, Serialize)]
pub(crate) struct StoreRef {
    pub(crate) kind: &'static str,
    pub(crate) name: String,
}

/// The Secret.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SecretTarget {
    pub(crate) name: String,
    pub(crate) creation_policy: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) template: Option<SecretTemplate>,
}

/// Keys that are put together out of what was read; those alone are in the Secret then.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SecretTemplate {
    pub(crate) engine_version: &'static str,
    pub(crate) data: BTreeMap<String, String>,
}

/// A key of the Secret.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SecretData {
    pub(crate) secret_key: String,
    pub(crate) remote_ref: RemoteRef,
}

/// Where its value is.
#[derive(Debug, Serialize)]
pub(crate) struct RemoteRef {
    pub(crate) key: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) property: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) version: Option<String>,
}

/// A Deployment that KEDA scales.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ScaledObjectSpec {
    pub(crate) scale_target_ref: Named,
    pub(crate) min_replica_count: u32,
    pub(crate) max_replica_count: u32,
    pub(crate) triggers: Vec<ScaleTrigger>,
}

/// The name of another object.
#[derive(Debug, Serialize)]
pub(crate) struct Named {
    pub(crate) name: String,
}

/// What it is scaled by.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ScaleTrigger {
    #[serde(rename = "type")]
    pub(crate) kind: &'static str,
    pub(crate) metadata: BTreeMap<&'static str, String>,
    pub(crate) authentication_ref: Named,
}

/// As whom KEDA asks.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TriggerAuthenticationSpec {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) pod_identity: Option<PodIdentity>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) secret_target_ref: Vec<SecretParameter>,
}

/// By a key of a Secret.
#[derive(Debug, Serialize)]
pub(crate) struct SecretParameter {
    pub(crate) parameter: &'static str,
    pub(crate) name: String,
    pub(crate) key: String,
}

/// By its own identity.
#[derive(Debug, Serialize)]
pub(crate) struct PodIdentity {
    pub(crate) provider: &'static str,
}

/// Which pods something is about.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Selector {
    pub(crate) match_labels: BTreeMap<String, String>,
}

/// How pods take traffic, by Istio.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PeerAuthenticationSpec {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) selector: Option<Selector>,
    pub(crate) mtls: MtlsMode,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) port_level_mtls: BTreeMap<String, MtlsMode>,
}

/// `STRICT` or `PERMISSIVE`.
#[derive(Debug, Serialize)]
pub(crate) struct MtlsMode {
    pub(crate) mode: &'static str,
}

/// Who may call, by Istio; nobody without rules.
#[derive(Debug, Serialize)]
pub(crate) struct IstioPolicySpec {
    pub(crate) selector: Selector,
    pub(crate) action: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) rules: Vec<IstioRule>,
}

/// From where to what.
#[derive(Debug, Serialize)]
pub(crate) struct IstioRule {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) from: Vec<IstioFrom>,
    pub(crate) to: Vec<IstioTo>,
}

/// A caller.
#[derive(Debug, Serialize)]
pub(crate) struct IstioFrom {
    pub(crate) source: IstioSource,
}

/// A caller's identity or addresses.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum IstioSource {
    /// Identities.
    Principals(Vec<String>),
    /// Addresses.
    IpBlocks(Vec<String>),
}

/// What is called.
#[derive(Debug, Serialize)]
pub(crate) struct IstioTo {
    pub(crate) operation: IstioOperation,
}

/// Ports.
#[derive(Debug, Serialize)]
pub(crate) struct IstioOperation {
    pub(crate) ports: Vec<String>,
}

/// A port of pods, by Linkerd; nobody may call it unless a policy says so.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ServerSpec {
    pub(crate) pod_selector: Selector,
    pub(crate) port: u16,
}

/// Who may call, by Linkerd.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct LinkerdPolicySpec {
    pub(crate) target_ref: LinkerdRef,
    pub(crate) required_authentication_refs: Vec<LinkerdRef>,
}

/// Another object of Linkerd's.
#[derive(Debug, Serialize)]
pub(crate) struct LinkerdRef {
    pub(crate) group: &'static str,
    pub(crate) kind: &'static str,
    pub(crate) name: String,
}

/// Callers by identity.
#[derive(Debug, Serialize)]
pub(crate) struct MeshTlsSpec {
    pub(crate) identities: Vec<String>,
}

/// Callers by address.
#[derive(Debug, Serialize)]
pub(crate) struct NetworkAuthenticationSpec {
    pub(crate) networks: Vec<LinkerdNetwork>,
}

/// Addresses.
#[derive(Debug, Serialize)]
pub(crate) struct LinkerdNetwork {
    pub(crate) cidr: String,
}

/// Pods that a load balancer of Terraform's sends to.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Binding {
    pub(crate) service_ref: ServiceRef,
    #[serde(rename = "targetGroupARN")]
    pub(crate) target_group_arn: String,
    pub(crate) target_type: &'static str,
}

/// A port of a Service.
#[derive(Debug, Serialize)]
pub(crate) struct ServiceRef {
    pub(crate) name: String,
    pub(crate) port: u16,
}

/// A binding that EKS Auto Mode carries out.
#[derive(Debug, Serialize)]
#[serde(transparent)]
pub(crate) struct AutoBinding(pub(crate) Binding);

/// A binding that the AWS Load Balancer Controller carries out.
#[derive(Debug, Serialize)]
#[serde(transparent)]
pub(crate) struct ManagedBinding(pub(crate) Binding);
