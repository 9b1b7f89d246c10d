use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use klo_source::Span;
use serde::Serialize;

use crate::binding::{Binding, Field};
use crate::graph::IntentId;
use crate::place::Place;
use crate::value::AttrValue;

/// What one end of an edge does to the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Access {
    /// Takes data or a value.
    Read,
    /// Changes or deletes data.
    Write,
    /// Sends messages.
    Publish,
    /// Takes messages off.
    Consume,
    /// Opens connections.
    Connect,
    /// Calls a unit.
    Invoke,
    /// Starts a unit when something happens.
    Trigger,
    /// Lets requests in.
    Expose,
}

impl Access {
    /// Every access.
    pub const ALL: [Self; 8] = [
        Self::Read,
        Self::Write,
        Self::Publish,
        Self::Consume,
        Self::Connect,
        Self::Invoke,
        Self::Trigger,
        Self::Expose,
    ];

    /// `consume`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Publish => "publish",
            Self::Consume => "consume",
            Self::Connect => "connect",
            Self::Invoke => "invoke",
            Self::Trigger => "trigger",
            Self::Expose => "expose",
        }
    }

    /// The access of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|access| access.name() == name)
    }
}

impl fmt::Display for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// An end of an edge.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Node {
    /// An intent of this app.
    Intent(IntentId),
    /// Everyone.
    Internet,
    /// Whatever is inside the network.
    Internal,
    /// The clock, for one unit.
    Schedule(IntentId),
    /// An intent of another app: `shop:topic.order-events`.
    OtherApp {
        /// The app.
        app: String,
        /// The intent's id there.
        intent: String,
    },
}

impl Node {
    /// The intent, if it is one of this app.
    pub fn intent(&self) -> Option<IntentId> {
        match self {
            Self::Intent(id) => Some(*id),
            _ => None,
        }
    }
}

/// An SDK method that code reachable from the unit calls on the resource.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct MethodUse {
    /// The SDK's service: `s3`; empty for clients that are no SDK.
    pub service: String,
    /// The API operation in the SDK's spelling: `get_object`.
    pub method: String,
}

/// An argument of a call that needs more than the call alone: the index that a query names.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct ArgumentUse {
    /// The call.
    pub call: MethodUse,
    /// The argument in the API's spelling: `IndexName`.
    pub argument: String,
}

/// Connections that one client object may hold, as the code says or the library's default.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PoolUse {
    /// `sqlalchemy`.
    pub library: String,
    /// Connections kept.
    pub size: u32,
    /// Connections opened beyond them at peak.
    pub overflow: u32,
    /// Where the code states them; `None` when both are the library's defaults.
    pub at: Option<Span>,
}

/// What one node does to another, with the proof.
#[derive(Debug, Clone, PartialEq)]
pub struct Edge {
    /// The node that acts.
    pub from: Node,
    /// The node that is acted upon.
    pub to: Node,
    /// What it does.
    pub access: BTreeSet<Access>,
    /// The methods called; empty for edges that `uses`, `trigger` or `expose` state.
    pub methods: BTreeSet<MethodUse>,
    /// The arguments of those methods that need more than the method alone.
    pub arguments: BTreeSet<ArgumentUse>,
    /// The part of `access` that a `uses` annotation states; it stands for calls whose access
    /// reading the code cannot show.
    pub stated: BTreeSet<Access>,
    /// The spans that prove it, sorted.
    pub at: Vec<Span>,
    /// The same as stable places, sorted, each once.
    pub places: Vec<Place>,
    /// The variables that the unit reads to find the resource.
    pub bindings: Vec<Binding>,
    /// Connection pools that the unit opens to a database or cache.
    pub pools: Vec<PoolUse>,
    /// Fields that `bind` on `uses` asks for, by variable, when no code reads them.
    pub extra: BTreeMap<String, Field>,
    /// The keys of `expose` and `trigger`, every key present, `Null` where unset.
    pub options: BTreeMap<&'static str, AttrValue>,
}

impl Edge {
    /// An edge with nothing but its ends and one access.
    pub fn new(from: Node, to: Node, access: Access) -> Self {
        Self {
            from,
            to,
            access: BTreeSet::from([access]),
            methods: BTreeSet::new(),
            arguments: BTreeSet::new(),
            stated: BTreeSet::new(),
            at: Vec::new(),
            places: Vec::new(),
            bindings: Vec::new(),
            pools: Vec::new(),
            extra: BTreeMap::new(),
            options: BTreeMap::new(),
        }
    }

    /// An option of an `expose` or `trigger` edge; `Null` for one that is not there.
    pub fn option(&self, key: &str) -> &AttrValue {
        static NULL: AttrValue = AttrValue::Null;
        self.options.get(key).unwrap_or(&NULL)
    }
}
