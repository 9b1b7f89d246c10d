//! What there is to draw: units and what they touch. Secrets, settings and schedules are lines of
//! text in their unit, since a line in the picture would tell no more.

use std::collections::{BTreeMap, BTreeSet};

use crate::edge::{Access, Edge, Node};
use crate::graph::{IntentGraph, IntentId};
use crate::kind::Kind;

/// The graph as it is drawn.
pub(super) struct Net {
    /// By id.
    pub(super) nodes: Vec<NetNode>,
    /// By both ends, one for each pair.
    pub(super) edges: Vec<NetEdge>,
    /// Secrets and settings that are counted in units: their ids, sorted.
    pub(super) counted: Vec<String>,
    /// Secrets and settings that nothing reads, likewise.
    pub(super) unread: Vec<String>,
    /// What nothing touches and what touches nothing: for itself it stands, and no part is made of it.
    pub(super) loose: BTreeSet<usize>,
    /// Whether a unit says when it starts.
    pub(super) has_schedules: bool,
}

/// A unit, or something that units touch.
pub(super) struct NetNode {
    pub(super) id: String,
    pub(super) look: Look,
    /// What stands above the name: `database`, `topic of shop`.
    pub(super) sort: String,
    pub(super) name: String,
    /// What stands below the name.
    pub(super) notes: Vec<String>,
    /// Whether pictures are arranged around it: every edge has such an end.
    pub(super) is_centre: bool,
    /// The folder that its code is in.
    pub(super) folder: String,
}

/// What one node does to another.
pub(super) struct NetEdge {
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) access: BTreeSet<Access>,
}

/// What a box looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Look {
    Unit,
    Data,
    Channel,
    Value,
    Outside,
}

impl Look {
    const fn of(kind: Kind) -> Self {
        match kind {
            Kind::Database | Kind::Cache | Kind::Bucket | Kind::Table | Kind::Volume => Self::Data,
            Kind::Queue | Kind::Topic => Self::Channel,
            Kind::Secret | Kind::Config => Self::Value,
            Kind::Service | Kind::Function | Kind::Job | Kind::Site => Self::Unit,
        }
    }
}

impl Net {
    pub(super) fn of(graph: &IntentGraph) -> Self {
        let mut told = Told::default();
        let mut pairs: BTreeMap<(String, String), BTreeSet<Access>> = BTreeMap::new();
        let mut nodes: BTreeMap<String, NetNode> = BTreeMap::new();
        for edge in &graph.edges {
            if told.takes(graph, edge) {
                continue;
            }
            for end in [&edge.from, &edge.to] {
                nodes
                    .entry(graph.node_id(end))
                    .or_insert_with(|| node(graph, end));
            }
            let ends = (graph.node_id(&edge.from), graph.node_id(&edge.to));
            pairs.entry(ends).or_default().extend(&edge.access);
        }
        let mut unread = Vec::new();
        for (id, intent) in graph.iter() {
            let name = intent.id();
            match Look::of(intent.kind) {
                Look::Value if told.counted.contains(&name) || nodes.contains_key(&name) => {}
                Look::Value => unread.push(name),
                _ => {
                    let made = || node(graph, &Node::Intent(id));
                    let node = nodes.entry(name).or_insert_with(made);
                    node.notes = told.notes(id);
                }
            }
        }
        let mut nodes: Vec<NetNode> = nodes.into_values().collect();
        let place = |nodes: &[NetNode], id: &String| {
            let found = nodes.binary_search_by(|node| node.id.cmp(id));
            found.unwrap_or_default()
        };
        let edges: Vec<NetEdge> = pairs
            .into_iter()
            .map(|((from, to), access)| NetEdge {
                from: place(&nodes, &from),
                to: place(&nodes, &to),
                access,
            })
            .collect();
        for edge in &edges {
            if !nodes[edge.from].is_centre && !nodes[edge.to].is_centre {
                nodes[edge.from].is_centre = true;
            }
        }
        let ends = edges.iter().flat_map(|edge| [edge.from, edge.to]);
        let touched: BTreeSet<usize> = ends.collect();
        let loose = (0..nodes.len()).filter(|node| !touched.contains(node));
        let loose: BTreeSet<usize> = loose.collect();
        unread.sort();
        Self {
            nodes,
            edges,
            loose,
            unread,
            has_schedules: !told.schedules.is_empty(),
            counted: told.counted.into_iter().collect(),
        }
    }

    /// The centres that touch each node.
    pub(super) fn touching(&self) -> Vec<BTreeSet<usize>> {
        let mut touching = vec![BTreeSet::new(); self.nodes.len()];
        for edge in &self.edges {
            for (one, other) in [(edge.from, edge.to), (edge.to, edge.from)] {
                if self.nodes[other].is_centre {
                    touching[one].insert(other);
                }
            }
        }
        touching
    }
}

fn node(graph: &IntentGraph, node: &Node) -> NetNode {
    let id = graph.node_id(node);
    let (look, sort, name, folder) = match node {
        Node::Intent(intent) => {
            let intent = graph.intent(*intent);
            let file: &str = &intent.place.file;
            let folder = file.rsplit_once('/').map_or("", |(folder, _)| folder);
            let sort = match intent.kind {
                Kind::Config => "setting".to_owned(),
                kind => kind.to_string(),
            };
            (Look::of(intent.kind), sort, intent.name.clone(), folder)
        }
        Node::OtherApp { app, intent } => {
            let (kind, name) = intent.split_once('.').unwrap_or(("", intent));
            let look = Kind::from_name(kind).map_or(Look::Outside, Look::of);
            (look, format!("{kind} of {app}"), name.to_owned(), "")
        }
        Node::Internet | Node::Internal | Node::Schedule(_) => {
            (Look::Outside, String::new(), id.clone(), "")
        }
    };
    NetNode {
        look,
        sort,
        name,
        notes: Vec::new(),
        is_centre: look == Look::Unit && matches!(node, Node::Intent(_)),
        folder: folder.to_owned(),
        id,
    }
}

/// What units say in words.
#[derive(Default)]
struct Told {
    schedules: BTreeMap<IntentId, Vec<String>>,
    secrets: BTreeMap<IntentId, BTreeSet<IntentId>>,
    settings: BTreeMap<IntentId, BTreeSet<IntentId>>,
    counted: BTreeSet<String>,
}

impl Told {
    /// Whether an edge becomes words.
    fn takes(&mut self, graph: &IntentGraph, edge: &Edge) -> bool {
        match (&edge.from, &edge.to) {
            (Node::Schedule(of), Node::Intent(unit)) if of == unit => {
                let time = edge.option("schedule").as_str();
                let time = time.or_else(|| graph.intent(*unit).text("schedule"));
                let words = time.map_or("on a schedule".to_owned(), |time| format!("at {time}"));
                self.schedules.entry(*unit).or_default().push(words);
                true
            }
            (Node::Intent(unit), Node::Intent(value)) => {
                let only_reads = edge.access.iter().eq([&Access::Read]);
                let kind = graph.intent(*value).kind;
                let counts = match kind {
                    Kind::Secret => &mut self.secrets,
                    Kind::Config => &mut self.settings,
                    _ => return false,
                };
                if !only_reads || !graph.intent(*unit).kind.is_unit() {
                    return false;
                }
                counts.entry(*unit).or_default().insert(*value);
                self.counted.insert(graph.intent(*value).id());
                true
            }
            _ => false,
        }
    }

    fn notes(&self, unit: IntentId) -> Vec<String> {
        let mut notes = self.schedules.get(&unit).cloned().unwrap_or_default();
        let count = |of: &BTreeMap<IntentId, BTreeSet<IntentId>>, one: &str| {
            let count = of.get(&unit)?.len();
            let plural = if count == 1 { "" } else { "s" };
            Some(format!("{count} {one}{plural}"))
        };
        let read = [
            count(&self.secrets, "secret"),
            count(&self.settings, "setting"),
        ];
        let read: Vec<String> = read.into_iter().flatten().collect();
        if !read.is_empty() {
            notes.push(format!("reads {}", read.join(", ")));
        }
        notes
    }
}
