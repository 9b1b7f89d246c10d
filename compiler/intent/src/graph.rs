use std::collections::BTreeMap;

use klo_source::Span;
use serde::{Deserialize, Serialize};

use crate::binding::Binding;
use crate::deployment::Deployment;
use crate::edge::{Edge, Node};
use crate::kind::Kind;
use crate::module::Module;
use crate::place::Place;
use crate::setting::Setting;
use crate::unit::UnitCode;
use crate::value::AttrValue;

/// The number of an intent in its graph; intents are sorted by kind and name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct IntentId(pub u32);

/// One thing that the app says it is, has or needs.
#[derive(Debug, Clone, PartialEq)]
pub struct Intent {
    /// What it is.
    pub kind: Kind,
    /// Its name, unique among its kind in the app.
    pub name: String,
    /// A former name.
    pub was: Option<String>,
    /// The annotation, or the entry under `declare`.
    pub at: Span,
    /// The same place as files that klo writes name it.
    pub place: Place,
    /// What the annotation or `declare` states, by attribute.
    pub stated: BTreeMap<&'static str, (AttrValue, Span)>,
    /// What the code says without an annotation, by attribute.
    pub implied: BTreeMap<&'static str, (AttrValue, Option<Span>)>,
    /// Effective values of every attribute of the kind, once settings are resolved.
    pub settings: BTreeMap<&'static str, Setting>,
    /// The variables through which code finds it.
    pub bindings: Vec<Binding>,
    /// What reading its code says, for units.
    pub code: Option<UnitCode>,
    /// The organization's module that a rule set chooses; see [`Intent::made_by`].
    pub module: Option<Module>,
}

impl Intent {
    /// An intent of which nothing is known but what it is and where it is stated.
    pub fn new(kind: Kind, name: impl Into<String>, at: Span, place: Place) -> Self {
        Self {
            kind,
            name: name.into(),
            was: None,
            at,
            place,
            stated: BTreeMap::new(),
            implied: BTreeMap::new(),
            settings: BTreeMap::new(),
            bindings: Vec::new(),
            code: None,
            module: None,
        }
    }

    /// `database.orders`.
    pub fn id(&self) -> String {
        format!("{}.{}", self.kind, self.name)
    }

    /// The effective value of an attribute; `Null` where unset.
    pub fn value(&self, attribute: &str) -> &AttrValue {
        static NULL: AttrValue = AttrValue::Null;
        self.settings
            .get(attribute)
            .map_or(&NULL, |setting| &setting.value)
    }

    /// An effective whole number.
    pub fn int(&self, attribute: &str) -> Option<i64> {
        self.value(attribute).as_int()
    }

    /// An effective number.
    pub fn float(&self, attribute: &str) -> Option<f64> {
        self.value(attribute).as_float()
    }

    /// An effective flag; unset is false.
    pub fn flag(&self, attribute: &str) -> bool {
        self.value(attribute).as_bool().unwrap_or(false)
    }

    /// An effective text.
    pub fn text(&self, attribute: &str) -> Option<&str> {
        self.value(attribute).as_str()
    }

    /// An effective size in bytes.
    pub fn size(&self, attribute: &str) -> Option<crate::Size> {
        match self.value(attribute) {
            AttrValue::Size(size) => Some(*size),
            _ => None,
        }
    }

    /// An effective duration.
    pub fn duration(&self, attribute: &str) -> Option<crate::Duration> {
        match self.value(attribute) {
            AttrValue::Duration(duration) => Some(*duration),
            _ => None,
        }
    }

    /// Server or worker processes per instance: what `WEB_CONCURRENCY` in its environment says where
    /// klo writes the start command, what the code or its configuration states, else one. A Celery worker without a number has one for each whole vCPU, as Celery itself does (Celery
    /// 5.5, "Configuration and defaults": `worker_concurrency`).
    pub fn processes(&self) -> u32 {
        let Some(code) = &self.code else { return 1 };
        let stated = self
            .web_concurrency(code)
            .or(code.processes)
            .filter(|number| *number > 0);
        let by_default = || match code.entry.call {
            crate::EntryCall::Celery => self.float("cpu").map_or(1, |cpus| cpus.floor() as u32),
            _ => 1,
        };
        stated.unwrap_or_else(by_default).max(1)
    }

    fn web_concurrency(&self, code: &crate::UnitCode) -> Option<u32> {
        let is_web = matches!(code.entry.call, crate::EntryCall::WebApplication { .. });
        if !is_web || !self.value("command").items().is_empty() {
            return None;
        }
        let value = self.value("env").get("WEB_CONCURRENCY")?;
        match value.as_int() {
            Some(number) => u32::try_from(number).ok(),
            None => value.as_str()?.parse().ok(),
        }
    }

    /// The entries of an effective map, in order; nothing where unset.
    pub fn entries(&self, attribute: &str) -> impl Iterator<Item = (&str, &AttrValue)> {
        let entries = match self.value(attribute) {
            AttrValue::Map(entries) => Some(entries),
            _ => None,
        };
        entries
            .into_iter()
            .flatten()
            .map(|(key, value)| (key.as_str(), value))
    }

    /// The module that makes it: none for what is there already, whatever a rule set chooses.
    pub fn made_by(&self) -> Option<&Module> {
        let exists = !self.value("existing").is_null();
        self.module.as_ref().filter(|_| !exists)
    }

    /// The span of the value's source, or of the intent where the value has none.
    pub fn span_of(&self, attribute: &str) -> Span {
        self.settings
            .get(attribute)
            .and_then(|setting| setting.span)
            .unwrap_or(self.at)
    }
}

/// What an app intends, for one environment once settings are resolved.
#[derive(Debug, Clone, PartialEq)]
pub struct IntentGraph {
    /// The app.
    pub app: String,
    /// The environment; `None` until settings are resolved.
    pub deployment: Option<Deployment>,
    /// Intents, sorted by kind name and name.
    pub intents: Vec<Intent>,
    /// Edges, sorted by their ends' ids.
    pub edges: Vec<Edge>,
}

impl IntentGraph {
    /// The intent of an id that this graph gave out.
    pub fn intent(&self, id: IntentId) -> &Intent {
        &self.intents[id.0 as usize]
    }

    /// Ids and intents in order.
    pub fn iter(&self) -> impl Iterator<Item = (IntentId, &Intent)> {
        self.intents
            .iter()
            .enumerate()
            .map(|(index, intent)| (IntentId(index as u32), intent))
    }

    /// Ids and intents of one kind in order.
    pub fn of_kind(&self, kind: Kind) -> impl Iterator<Item = (IntentId, &Intent)> {
        self.iter().filter(move |(_, intent)| intent.kind == kind)
    }

    /// The intent of a kind and name.
    pub fn find(&self, kind: Kind, name: &str) -> Option<IntentId> {
        self.iter()
            .find(|(_, i)| i.kind == kind && i.name == name)
            .map(|(id, _)| id)
    }

    /// The intent of `kind.name`.
    pub fn by_id(&self, id: &str) -> Option<IntentId> {
        let (kind, name) = id.split_once('.')?;
        self.find(Kind::from_name(kind)?, name)
    }

    /// Edges that leave an intent.
    pub fn edges_from(&self, id: IntentId) -> impl Iterator<Item = &Edge> {
        self.edges
            .iter()
            .filter(move |edge| edge.from == Node::Intent(id))
    }

    /// Edges that arrive at an intent.
    pub fn edges_to(&self, id: IntentId) -> impl Iterator<Item = &Edge> {
        self.edges
            .iter()
            .filter(move |edge| edge.to == Node::Intent(id))
    }

    /// A node's id as users write it: `database.orders`, `internet`, `schedule.nightly`.
    pub fn node_id(&self, node: &Node) -> String {
        match node {
            Node::Intent(id) => self.intent(*id).id(),
            Node::Internet => "internet".to_owned(),
            Node::Internal => "internal".to_owned(),
            Node::Schedule(id) => format!("schedule.{}", self.intent(*id).name),
            Node::OtherApp { app, intent } => format!("{app}:{intent}"),
        }
    }

    /// The deployment of a resolved graph.
    ///
    /// # Panics
    /// Before settings are resolved; a `Checked` graph always is.
    pub fn deployment(&self) -> &Deployment {
        self.deployment
            .as_ref()
            .expect("a checked graph has a deployment")
    }
}

/// A choice that klo made, with its reason.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Decision {
    /// What it is about: `rds-proxy`, `compute`, `nat-gateway`.
    pub code: &'static str,
    /// The intent or address.
    pub subject: String,
    /// What was chosen.
    pub chosen: String,
    /// Why, with the numbers it rests on.
    pub because: String,
    /// What was passed over, each with its reason.
    pub instead_of: Vec<String>,
    /// Whether the choice costs money each month, used or not.
    #[serde(skip)]
    pub standing_cost: bool,
}
