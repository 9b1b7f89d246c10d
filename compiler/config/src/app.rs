use indexmap::IndexMap;
use klo_intent::{AttrValue, Kind};
use klo_source::{FileId, Span, join};

use crate::parts::DEFAULT_REGION;

/// One attribute set in `klo.yaml`.
#[derive(Debug, Clone, PartialEq)]
pub struct SettingEntry {
    /// The attribute, one of the kind's.
    pub attribute: &'static str,
    /// Its value, of the attribute's type.
    pub value: AttrValue,
    /// The value's place.
    pub at: Span,
}

/// Settings by intent id, each with the place of its key.
pub type Settings = IndexMap<String, (Span, Vec<SettingEntry>)>;

/// An entry under `declare`.
#[derive(Debug, Clone, PartialEq)]
pub struct Declared {
    /// The intent's kind.
    pub kind: Kind,
    /// The intent's name.
    pub name: String,
    /// The place of its key.
    pub at: Span,
    /// What is set.
    pub settings: Vec<SettingEntry>,
    /// Its former name.
    pub was: Option<String>,
}

/// `network:` as written.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NetworkConfig {
    /// Range of a network that klo makes.
    pub cidr: Option<String>,
    /// An existing VPC.
    pub vpc: Option<String>,
    /// Its private subnets.
    pub private_subnets: Vec<String>,
    /// Its public subnets.
    pub public_subnets: Vec<String>,
}

/// `kubernetes:` as written.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Kubernetes {
    /// `auto` or `managed`.
    pub nodes: Option<String>,
    /// An existing cluster's name.
    pub cluster: Option<String>,
    /// `istio`, `linkerd` or `none`.
    pub mesh: Option<String>,
}

/// An entry under `environments`.
#[derive(Debug, Clone, PartialEq)]
pub struct EnvironmentConfig {
    /// Its name.
    pub name: String,
    /// Where it is declared; `None` for the built-in `dev`.
    pub at: Option<Span>,
    /// AWS region.
    pub region: String,
    /// The place of the region.
    pub region_at: Option<Span>,
    /// Account id, twelve digits.
    pub account: Option<String>,
    /// Its own network setting.
    pub network: Option<NetworkConfig>,
    /// Its own tags, added to the app's.
    pub tags: IndexMap<String, String>,
    /// Its own settings by intent.
    pub resources: Settings,
}

/// One app of a repository.
#[derive(Debug, Clone, PartialEq)]
pub struct App {
    /// Its name.
    pub name: String,
    /// Its folder, relative to the repository's root; empty at the root.
    pub root: String,
    /// Its `klo.yaml`, if it has one.
    pub file: Option<FileId>,
    /// Folders and files that hold its source, relative to the repository's root.
    pub sources: Vec<String>,
    /// Folders inside it that are apps of their own, relative to the repository's root.
    pub nested: Vec<String>,
    /// Its environments, in the order written.
    pub environments: Vec<EnvironmentConfig>,
    /// Rule packs: built-in names, or paths relative to the repository's root.
    pub rules: Vec<(String, Option<Span>)>,
    /// `terraform`, `pulumi` or both.
    pub emit: Vec<String>,
    /// Output folder, relative to the repository's root.
    pub out: String,
    /// Compute platform per kind of unit.
    pub run_on: IndexMap<Kind, (String, Span)>,
    /// `aws` or `kubernetes`.
    pub platform: String,
    /// Kubernetes settings.
    pub kubernetes: Kubernetes,
    /// The network for all environments.
    pub network: Option<NetworkConfig>,
    /// The bucket for Terraform's state.
    pub state_bucket: Option<String>,
    /// Tags on everything.
    pub tags: IndexMap<String, String>,
    /// Settings by intent for all environments.
    pub resources: Settings,
    /// The waiver file, relative to the repository's root.
    pub waivers: Option<(String, Span)>,
    /// Where alarms go.
    pub alarm_email: Option<String>,
    /// Intents that no line of code stands for.
    pub declare: Vec<Declared>,
}

impl App {
    /// An app without a `klo.yaml`: one environment `dev` in `us-east-1`, pack `klo/baseline`.
    pub fn with_defaults(name: &str, root: &str) -> Self {
        Self {
            name: name.to_owned(),
            root: root.to_owned(),
            file: None,
            sources: vec![root.to_owned()],
            nested: Vec::new(),
            environments: vec![EnvironmentConfig {
                name: "dev".to_owned(),
                at: None,
                region: DEFAULT_REGION.to_owned(),
                region_at: None,
                account: None,
                network: None,
                tags: IndexMap::new(),
                resources: Settings::new(),
            }],
            rules: vec![("klo/baseline".to_owned(), None)],
            emit: vec!["terraform".to_owned()],
            out: join(root, "infra"),
            run_on: IndexMap::new(),
            platform: "aws".to_owned(),
            kubernetes: Kubernetes::default(),
            network: None,
            state_bucket: None,
            tags: IndexMap::new(),
            resources: Settings::new(),
            waivers: None,
            alarm_email: None,
            declare: Vec::new(),
        }
    }

    /// Whether a file of the repository is source of this app: under one of its sources, in no app
    /// inside it, and not in the folder that klo writes to.
    pub fn owns(&self, path: &str) -> bool {
        self.sources.iter().any(|source| is_under(path, source))
            && !self.nested.iter().any(|nested| is_under(path, nested))
            && !is_under(path, &self.out)
    }

    /// The environment of a name.
    pub fn environment(&self, name: &str) -> Option<&EnvironmentConfig> {
        self.environments
            .iter()
            .find(|environment| environment.name == name)
    }
}

/// Whether a path is a folder or lies below it; everything lies below the root.
fn is_under(path: &str, folder: &str) -> bool {
    folder.is_empty()
        || path
            .strip_prefix(folder)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}
