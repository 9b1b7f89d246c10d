//! What a comparison says, as data; the JSON form is these types as they stand.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

/// Everything that one run of `klo diff` found.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Comparison {
    /// The version of this form: 1.
    pub version: u32,
    /// What the present state was compared with.
    pub base: Base,
    /// Whether every app and environment was compared. Where not, it is not known what is at risk in the
    /// others, and diagnostics say why.
    pub complete: bool,
    /// Whether applying it could lose data: whether any risk says so.
    pub loses_data: bool,
    /// Each app and environment, by name.
    pub changes: Vec<AppChanges>,
}

impl Comparison {
    /// The comparison of these apps and environments with a base; `complete` where they are all.
    pub fn new(base: Base, complete: bool, mut changes: Vec<AppChanges>) -> Self {
        changes.sort_by(|a, b| (&a.app, &a.environment).cmp(&(&b.app, &b.environment)));
        let loses_data = changes.iter().flat_map(|one| &one.at_risk);
        let loses_data = loses_data.into_iter().any(|risk| risk.loses_data);
        Self {
            version: 1,
            base,
            complete,
            loses_data,
            changes,
        }
    }
}

/// What the present state was compared with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Base {
    /// A revision of the repository.
    Revision {
        /// As it was asked for or found: `HEAD~1`, `merge base with origin/main`.
        revision: String,
        /// The commit's id.
        commit: String,
        /// Why this one, where nobody asked for it.
        because: Option<String>,
    },
    /// An output folder.
    Folder {
        /// Its path as it was given.
        path: String,
    },
}

/// How an environment stands to what it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// There was none.
    Added,
    /// It is no more.
    Removed,
    /// Something is different.
    Changed,
    /// Nothing is different.
    Unchanged,
}

/// What changed in one environment of one app.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct AppChanges {
    /// The app.
    pub app: String,
    /// The environment.
    pub environment: String,
    /// How it stands to what it was.
    pub status: Status,
    /// What endangers data or opens something, gravest first.
    pub at_risk: Vec<Risk>,
    /// What becomes of the data stores.
    pub stores: StoreStates,
    /// Intents.
    pub intents: IntentChanges,
    /// Edges.
    pub edges: EdgeChanges,
    /// Decisions.
    pub decisions: DecisionChanges,
    /// Cloud resources, and calls of modules.
    pub resources: ResourceChanges,
    /// Objects on Kubernetes.
    pub manifests: ManifestChanges,
}

/// What sort of danger a change is, gravest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RiskKind {
    /// A data store is deleted.
    Deleted,
    /// A data store is destroyed and made anew, empty.
    Replaced,
    /// A data store becomes smaller.
    Shrunk,
    /// What AWS does not do to a data store that is there, such as an older version.
    Refused,
    /// Backups, messages, versions or logs are kept for a shorter time, or items begin to expire.
    Shortened,
    /// A guard against deletion goes.
    Unprotected,
    /// More people or networks reach something.
    Opened,
    /// A role may do more.
    Widened,
}

impl RiskKind {
    /// As it stands before a risk in text.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Deleted => "deleted",
            Self::Replaced => "replaced",
            Self::Shrunk => "shrunk",
            Self::Refused => "refused",
            Self::Shortened => "shortened",
            Self::Unprotected => "unprotected",
            Self::Opened => "opened",
            Self::Widened => "widened",
        }
    }
}

/// One change that endangers data, opens access or widens a role.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Risk {
    /// What sort.
    pub kind: RiskKind,
    /// Whether data that is there now could be lost; `--fail-on data-loss` asks this.
    pub loses_data: bool,
    /// The intent, or a resource's address where it serves several.
    pub subject: String,
    /// The resource, where it is one.
    pub address: Option<String>,
    /// What happens, in a sentence.
    pub what: String,
    /// The attributes that force it.
    pub forced_by: Vec<Attribute>,
    /// The safe way, step by step.
    pub safe_way: Vec<String>,
}

/// An attribute that changed.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Attribute {
    /// Its path: `policy.Statement[BucketReceipts].Action`.
    pub path: String,
    /// Its value before; missing where it was unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub old: Option<Value>,
    /// Its value now; missing where it is unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub new: Option<Value>,
}

/// Data stores by what becomes of them: ids of intents, or addresses of what serves several.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct StoreStates {
    /// Not touched at all.
    pub untouched: Vec<String>,
    /// Changed in place: what they hold stays.
    pub kept: Vec<String>,
    /// In danger: see the risks.
    pub at_risk: Vec<String>,
    /// New.
    pub added: Vec<String>,
}

/// An intent that is new or gone.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct IntentSummary {
    /// `database.orders`.
    pub id: String,
    /// The file that states it, and the item there.
    pub at: String,
    /// Every attribute that is set.
    pub attributes: Vec<Attribute>,
}

/// An intent that is different.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct IntentChange {
    /// Its id now.
    pub id: String,
    /// Its former id, where it was renamed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub was: Option<String>,
    /// What changed.
    pub attributes: Vec<Attribute>,
}

/// Intents that are new, different or gone.
#[derive(Debug, Clone, Default, PartialEq, Serialize, JsonSchema)]
pub struct IntentChanges {
    /// New.
    pub added: Vec<IntentSummary>,
    /// Different.
    pub changed: Vec<IntentChange>,
    /// Gone.
    pub removed: Vec<IntentSummary>,
}

/// An edge that is new, different or gone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct EdgeChange {
    /// Where it begins.
    pub from: String,
    /// Where it leads.
    pub to: String,
    /// What it may do that it might not before.
    pub gains: Vec<String>,
    /// What it may no longer do.
    pub loses: Vec<String>,
}

/// Edges that are new, different or gone.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct EdgeChanges {
    /// New.
    pub added: Vec<EdgeChange>,
    /// Different.
    pub changed: Vec<EdgeChange>,
    /// Gone.
    pub removed: Vec<EdgeChange>,
}

/// A decision as it was or is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
pub struct Decided {
    /// Its code.
    pub code: String,
    /// What it is about.
    pub subject: String,
    /// What was chosen before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub old: Option<String>,
    /// What is chosen now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub new: Option<String>,
    /// Why: the present reason, or the former one of a decision that is gone.
    pub because: String,
}

/// Decisions that are new, different or gone.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct DecisionChanges {
    /// New.
    pub added: Vec<Decided>,
    /// Different in what is chosen or why.
    pub changed: Vec<Decided>,
    /// Gone.
    pub removed: Vec<Decided>,
}

/// A resource that is new or gone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ResourceSummary {
    /// `bootstrap`, or `terraform` or `pulumi`.
    pub root: String,
    /// `aws_db_instance.orders`.
    pub address: String,
    /// The intents that it serves.
    pub intents: Vec<String>,
    /// What it is there for.
    pub purpose: String,
    /// The file that holds it, below the environment's folder.
    pub file: String,
}

/// A resource that is different.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct ResourceChange {
    /// `bootstrap`, or `terraform` or `pulumi`.
    pub root: String,
    /// Its address now.
    pub address: String,
    /// Its former address, where it moved.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub was: Option<String>,
    /// The intents that it serves.
    pub intents: Vec<String>,
    /// The file that holds it, below the environment's folder.
    pub file: String,
    /// Arguments that make the provider replace it; known for what keeps data.
    pub replaced_by: Vec<String>,
    /// What changed.
    pub attributes: Vec<Attribute>,
}

/// Resources that are new, different or gone.
#[derive(Debug, Clone, Default, PartialEq, Serialize, JsonSchema)]
pub struct ResourceChanges {
    /// New.
    pub added: Vec<ResourceSummary>,
    /// Different.
    pub changed: Vec<ResourceChange>,
    /// Gone: destroyed by the next apply.
    pub removed: Vec<ResourceSummary>,
    /// Gone and not destroyed: nobody manages them any more.
    pub released: Vec<ResourceSummary>,
}

/// An object on Kubernetes that is new or gone.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
pub struct Manifest {
    /// `Deployment/scorer`.
    pub object: String,
    /// The file that holds it, below the environment's folder.
    pub file: String,
}

/// An object on Kubernetes that is different.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct ManifestChange {
    /// `Deployment/scorer`.
    pub object: String,
    /// The file that holds it, below the environment's folder.
    pub file: String,
    /// What changed.
    pub attributes: Vec<Attribute>,
}

/// Objects on Kubernetes that are new, different or gone.
#[derive(Debug, Clone, Default, PartialEq, Serialize, JsonSchema)]
pub struct ManifestChanges {
    /// New.
    pub added: Vec<Manifest>,
    /// Different.
    pub changed: Vec<ManifestChange>,
    /// Gone.
    pub removed: Vec<Manifest>,
}
