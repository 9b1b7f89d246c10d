//! What runs on Kubernetes, in the terms of the graph: what each unit's pods need, and the nodes
//! that hold them. The Kubernetes target makes objects of it; nothing here is an object yet.

mod steps;

use std::collections::BTreeMap;

use crate::resource::Why;

pub use steps::ENV_OUTPUT;

/// The label of nodes that says whose they are: the namespace.
pub const OWNER_LABEL: &str = "klo/namespace";

/// The label of nodes that says which pool they are of: [`NodePool::name`].
pub const POOL_LABEL: &str = "klo/pool";

/// The key of the taint, with the effect `NoSchedule`, that keeps pods without GPUs off nodes that
/// have some, and the name under which pods ask for GPUs.
pub const GPU: &str = "nvidia.com/gpu";

/// The variables that hold credentials for AWS, where a cluster gives pods no role.
pub const KEY_ID_VARIABLE: &str = "AWS_ACCESS_KEY_ID";
/// The other half.
pub const KEY_VARIABLE: &str = "AWS_SECRET_ACCESS_KEY";

/// The label by which nodes say which GPU they have, where NVIDIA's feature discovery runs.
pub const PRODUCT_LABEL: &str = "nvidia.com/gpu.product";

/// Everything of an environment that runs on Kubernetes.
#[derive(Debug, Clone, PartialEq)]
pub struct Kubernetes {
    /// The namespace of its objects: `<app>-<env>`.
    pub namespace: String,
    /// Where the cluster is and who makes it.
    pub cluster: Cluster,
    /// The cluster's name in EKS; none outside of it.
    pub cluster_name: Option<String>,
    /// Where secrets come from: Secrets Manager, through a store that klo describes. Without, the
    /// cluster has a `ClusterSecretStore` that is named as the namespace is.
    pub store: Option<SecretStore>,
    /// Who sees to nodes.
    pub nodes: Nodes,
    /// The service mesh.
    pub mesh: Mesh,
    /// Units, in the order of their ids.
    pub workloads: Vec<Workload>,
    /// Nodes with GPUs, in the order of their names.
    pub pools: Vec<NodePool>,
    /// Outside of AWS, where Terraform tells nothing: the lines of `values.env`, by name.
    pub told: Vec<Told>,
}

/// A line of `values.env`: what is known only once images are pushed, or to people alone.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Told {
    /// The line's name, as [`Text::Output`] has it.
    pub name: String,
    /// Who tells it.
    pub by: ToldBy,
}

/// Who tells a line of `values.env`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum ToldBy {
    /// The build: the image's reference in the registry.
    Image {
        /// The target in the bake file.
        target: String,
        /// The repository below the registry's address.
        repository: String,
    },
    /// A person, in the variable of the line's name: what it is.
    Person(String),
}

/// A store of secrets in AWS Secrets Manager, in the environment's region.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretStore {
    /// The ARN of the role that External Secrets takes to read this app's secrets and no other;
    /// without, it reads as itself.
    pub role: Option<Text>,
}

/// A cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cluster {
    /// EKS, made by klo: what it needs installed is listed.
    Created,
    /// EKS that is there, with what its owner installed.
    Existing,
    /// Any cluster, outside of AWS as far as klo knows.
    Plain,
}

/// Who sees to the nodes of a cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nodes {
    /// EKS Auto Mode: `NodePool` objects ask for nodes.
    Auto,
    /// Managed node groups, which Terraform makes.
    Managed,
}

/// A service mesh.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mesh {
    /// None.
    None,
    /// Istio.
    Istio,
    /// Linkerd.
    Linkerd,
}

/// Text in an object.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Text {
    /// Known when klo runs.
    Known(String),
    /// Known once the main root is applied, or outside of AWS once images are pushed: the name of a
    /// line in [`Kubernetes::values`], of capital letters, digits and `_`.
    Output(String),
}

/// A unit as the cluster runs it.
#[derive(Debug, Clone, PartialEq)]
pub struct Workload {
    /// The unit's intent id.
    pub unit: String,
    /// The name of its objects: a DNS label.
    pub name: String,
    /// How long it runs.
    pub kind: WorkloadKind,
    /// The image, with its digest.
    pub image: Text,
    /// Variables with values that may be read by everyone who may read the configuration.
    pub env: BTreeMap<String, Text>,
    /// Variables with secrets.
    pub secrets: BTreeMap<String, Secret>,
    /// Variables in which secrets stand among other text.
    pub composed: BTreeMap<String, Composed>,
    /// Thousandths of a CPU.
    pub cpu: u64,
    /// Memory in MiB.
    pub memory: u64,
    /// GPUs of one pool.
    pub gpu: Option<GpuShare>,
    /// Whether interrupted nodes are good enough.
    pub spot: bool,
    /// `amd64` or `arm64`.
    pub architecture: &'static str,
    /// What a server listens on and how it is asked for its health.
    pub server: Option<Server>,
    /// File systems and weights.
    pub volumes: Vec<Volume>,
    /// The ARN of its role where the cluster has no pod identity for it; none otherwise.
    pub role: Option<Text>,
    /// Whom it calls and who calls it: nothing else passes.
    pub flows: Vec<Flow>,
    /// Who asked for it.
    pub why: Why,
}

/// How long a workload runs, and how many there are.
#[derive(Debug, Clone, PartialEq)]
pub enum WorkloadKind {
    /// Until it is told to stop.
    Service {
        /// Least and most pods.
        replicas: (u32, u32),
        /// What there are more of them for.
        scaling: Scaling,
        /// Seconds that it is given to finish what it began.
        grace: u32,
    },
    /// Until it ends.
    Job {
        /// When it starts, in cron's five fields and UTC; by hand without.
        schedule: Option<String>,
        /// Whether it runs before services change.
        before_deploy: bool,
        /// Seconds after which it is stopped.
        timeout: Option<u64>,
        /// How often a failed one is tried again.
        retries: u32,
        /// Most pods at once.
        most: u32,
    },
}

/// Why there are more pods of a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scaling {
    /// There are not.
    Fixed,
    /// Mean CPU in percent of what is asked for.
    Cpu(u32),
    /// Messages that wait in queues of SQS.
    Queue {
        /// The queues' URLs.
        urls: Vec<Text>,
        /// Messages that one pod is there for.
        per_pod: u32,
        /// Their region.
        region: String,
    },
}

/// A part of a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Secret {
    /// Its ARN, or the name of the secret store's entry outside of AWS.
    pub name: Text,
    /// The key in its JSON; the whole without.
    pub key: Option<String>,
    /// The version that is meant; the current one without.
    pub version: Option<Text>,
}

/// Text that External Secrets puts together, so that nothing which klo writes holds the secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Composed {
    /// The secret, as [`Secret::name`] has it.
    pub name: Text,
    /// Its parts, in order.
    pub parts: Vec<Piece>,
}

/// A part of a [`Composed`] text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// Text as it is.
    Text(String),
    /// What the secret's JSON has under this key, percent-encoded.
    Encoded(&'static str),
}

/// GPUs for each pod of a workload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GpuShare {
    /// The pool's name.
    pub pool: String,
    /// How many.
    pub count: u32,
    /// Outside of AWS: the values of the label [`PRODUCT_LABEL`] on nodes that have such GPUs.
    pub products: Vec<&'static str>,
}

/// What a server listens on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Server {
    /// Its port.
    pub port: u16,
    /// The path that answers when it is well; the port alone is tried without.
    pub health: Option<String>,
    /// Seconds that it may take to start, loading weights included.
    pub start: u32,
    /// ARNs of the target groups of load balancers that Terraform makes.
    pub target_groups: Vec<Text>,
    /// Ways in from the internet through the cluster's own ingress controller.
    pub entrances: Vec<Entrance>,
}

/// A way in through the cluster's ingress controller, with TLS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entrance {
    /// The host name.
    pub host: String,
    /// What its requests' paths begin with.
    pub path: String,
}

/// What a pod mounts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Volume {
    /// The intent's id.
    pub intent: String,
    /// Its name among the pod's volumes.
    pub name: String,
    /// Where it is mounted.
    pub path: String,
    /// Whether nothing is written to it.
    pub read_only: bool,
    /// What stands behind it.
    pub source: VolumeSource,
}

/// What stands behind a volume.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VolumeSource {
    /// A file system of EFS through an access point: both ids.
    Efs {
        /// The file system's id.
        file_system: Text,
        /// The access point's id.
        access_point: Text,
    },
    /// A claim that is there.
    Claim(String),
}

/// Traffic that the graph asks for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Flow {
    /// In or out, as the workload sees it.
    pub direction: Direction,
    /// The other end.
    pub peer: Peer,
    /// The port of whoever is called.
    pub port: u16,
}

/// Where traffic goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Direction {
    /// To the workload.
    In,
    /// From it.
    Out,
}

/// The other end of traffic.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Peer {
    /// Another workload: its name.
    Workload(String),
    /// Addresses of the network: a range in CIDR notation.
    Network(Text),
    /// Any address of the internet.
    Internet,
    /// Any address at all: of something that is there, klo knows not where.
    Anywhere,
    /// Any pod of a namespace of the cluster.
    Namespace(String),
    /// Any pod of the cluster.
    Cluster,
}

/// An object that is written, and why it is there.
#[derive(Debug, Clone, PartialEq)]
pub struct Listed {
    /// Its file, below the environment's folder.
    pub file: String,
    /// Group and version.
    pub api_version: String,
    /// Its kind.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// Its namespace; none for what belongs to the whole cluster.
    pub namespace: Option<String>,
    /// Who asked for it.
    pub why: Why,
}

/// Nodes of one GPU type.
#[derive(Debug, Clone, PartialEq)]
pub struct NodePool {
    /// `gpu-l4`, `gpu-a10g-spot`.
    pub name: String,
    /// The GPU as `gpu` names it.
    pub gpu: String,
    /// Instance types that may be launched, the smallest first.
    pub instances: Vec<String>,
    /// GPUs of one node of the first.
    pub gpus_per_node: u32,
    /// Most nodes of the first.
    pub most_nodes: u32,
    /// Most CPUs and memory in MiB of all nodes.
    pub limit: (u64, u64),
    /// Whether spot capacity is asked for first.
    pub spot: bool,
    /// `amd64` or `arm64`.
    pub architecture: &'static str,
    /// Who asked for it.
    pub why: Why,
}
