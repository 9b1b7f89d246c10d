//! What a page shows, as plain data: whoever fills it has looked everything up and found the words.

use klo_intent::{Access, Kind};
use serde::{Serialize, Serializer};

/// Everything in one file.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Page {
    /// One for each app and environment, in the order in which they are offered.
    pub views: Vec<View>,
}

/// One app in one environment.
#[derive(Debug, Clone, Default, Serialize)]
pub struct View {
    /// The app.
    pub app: String,
    /// The environment.
    pub environment: String,
    /// What holds for all of it, each as a name and a value: the region, the tier.
    pub facts: Vec<(String, String)>,
    /// What is wrong with it; resources may be missing because of these.
    pub problems: Vec<Problem>,
    /// Intents and the other ends of edges; their order is that of reading.
    pub nodes: Vec<Node>,
    /// Who does what to whom.
    pub edges: Vec<Edge>,
    /// What rules found on the whole.
    pub findings: Vec<Finding>,
    /// What was decided for the whole.
    pub decisions: Vec<Decision>,
}

/// What keeps an environment from being written.
#[derive(Debug, Clone, Serialize)]
pub struct Problem {
    /// The sentence.
    pub message: String,
    /// Where it stands: `services/orders/main.py:20:3`.
    pub at: Option<String>,
}

/// What a node stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum NodeKind {
    /// An intent of the app.
    Intent(Kind),
    /// Everyone.
    Internet,
    /// Whatever is inside the network.
    Internal,
    /// The clock.
    Schedule,
    /// An intent of another app.
    OtherApp,
}

impl NodeKind {
    /// `database`, `internet`, `other-app`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Intent(kind) => kind.name(),
            Self::Internet => "internet",
            Self::Internal => "internal",
            Self::Schedule => "schedule",
            Self::OtherApp => "other-app",
        }
    }

    /// Whether it is code that runs.
    pub const fn is_unit(self) -> bool {
        matches!(self, Self::Intent(kind) if kind.is_unit())
    }
}

impl Serialize for NodeKind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// An intent, or the other end of an edge.
#[derive(Debug, Clone, Serialize)]
pub struct Node {
    /// `database.orders`, `internet`.
    pub id: String,
    /// What it is.
    pub kind: NodeKind,
    /// The name to show.
    pub name: String,
    /// The few words below the name: `database, postgres, 20Gi`.
    pub detail: String,
    /// Where it is stated.
    pub place: Option<Place>,
    /// Its effective values, in order.
    pub settings: Vec<Setting>,
    /// Routes that it answers, as `GET /orders`.
    pub routes: Vec<String>,
    /// Cloud resources of its own.
    pub resources: Vec<Resource>,
    /// Files with resources that others need too, and how many of them serve this one.
    pub shared: Vec<(String, usize)>,
    /// What rules found.
    pub findings: Vec<Finding>,
    /// What was decided about it.
    pub decisions: Vec<Decision>,
}

impl Node {
    /// A node of which nothing is known but what its box shows.
    pub fn new(id: String, kind: NodeKind, name: &str, detail: String) -> Self {
        Self {
            id,
            kind,
            name: name.to_owned(),
            detail,
            place: None,
            settings: Vec::new(),
            routes: Vec::new(),
            resources: Vec::new(),
            shared: Vec::new(),
            findings: Vec::new(),
            decisions: Vec::new(),
        }
    }
}

/// A place in the source.
#[derive(Debug, Clone, Serialize)]
pub struct Place {
    /// Path relative to the repository.
    pub file: String,
    /// `services/orders/main.py:20:3`, relative to the repository.
    pub at: String,
    /// The item: `app`, `OrderRepository.save`.
    pub item: String,
}

/// A value with where it comes from.
#[derive(Debug, Clone, Serialize)]
pub struct Setting {
    /// The attribute.
    pub name: String,
    /// The value as people write it.
    pub value: String,
    /// The layer that it comes from: `the annotation`.
    pub origin: String,
    /// Where it is written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
    /// What it is in place of, each as value and origin.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub instead_of: Vec<(String, String)>,
    /// Whether it is klo's own default, which reviewers seldom look for.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub default: bool,
    /// The rule pack that chose it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pack: Option<String>,
}

/// What one node does to another.
#[derive(Debug, Clone, Serialize)]
pub struct Edge {
    /// The index of the node that acts.
    pub from: usize,
    /// The index of the node that is acted upon.
    pub to: usize,
    /// What it does.
    pub access: Vec<Access>,
    /// The methods that are called.
    pub methods: Vec<String>,
    /// Where: `jobs/nightly.py:4:1`.
    pub places: Vec<String>,
    /// The variables that hold the address: name and field.
    pub variables: Vec<(String, String)>,
}

/// A cloud resource.
#[derive(Debug, Clone, Serialize)]
pub struct Resource {
    /// `aws_db_instance.orders`.
    pub address: String,
    /// What it is there for.
    pub purpose: String,
    /// The file it is written to, below the environment's folder.
    pub file: String,
}

/// What a rule found.
#[derive(Debug, Clone, Serialize)]
pub struct Finding {
    /// The rule's id and name.
    pub rule: String,
    /// `deny`, with its ramp.
    pub level: String,
    /// Of what: an intent's id or an address.
    pub subject: String,
    /// The sentence.
    pub message: String,
    /// Why the rule is there.
    pub why: String,
    /// Whose waiver lets it pass, why, and until when.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waived: Option<String>,
}

/// A choice with its reason.
#[derive(Debug, Clone, Serialize)]
pub struct Decision {
    /// `rds-proxy`.
    pub code: String,
    /// The intent or address.
    pub subject: String,
    /// What was chosen.
    pub chosen: String,
    /// Why.
    pub because: String,
    /// What was passed over.
    pub instead_of: Vec<String>,
    /// Whether it costs money each month, used or not.
    pub standing_cost: bool,
}
