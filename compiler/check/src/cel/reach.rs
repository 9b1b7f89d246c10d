//! Which nodes of a graph lead to which.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use klo_diagnostics::did_you_mean;
use klo_intent::{IntentGraph, Node};

use super::data::Data;

/// A graph's nodes and edges, with the ways that were asked for.
#[derive(Debug, Default)]
pub(crate) struct Reach {
    /// Sorted.
    ids: Vec<Arc<str>>,
    /// The nodes that each node's edges lead to, sorted.
    next: Vec<Vec<u32>>,
    known: Mutex<BTreeMap<u32, Arc<Ways>>>,
}

/// The shortest ways from one node.
#[derive(Debug)]
pub(super) struct Ways {
    /// The node before each on the way to it; its own number at the start, [`NOWHERE`] where no
    /// way leads.
    before: Vec<u32>,
    /// Nodes and edges that finding them looked at.
    pub(super) cost: u64,
}

const NOWHERE: u32 = u32::MAX;
/// Starts whose ways are kept.
const KEPT: usize = 128;

impl Reach {
    /// The ways of a graph with these nodes, `internet` and `internal`.
    #[cfg(test)]
    pub(crate) fn new(
        nodes: impl IntoIterator<Item = String>,
        edges: impl IntoIterator<Item = (String, String)>,
    ) -> Self {
        let edges: Vec<(String, String)> = edges.into_iter().collect();
        let ends = edges.iter().flat_map(|(from, to)| [from, to]);
        let mut ids: BTreeSet<Arc<str>> = ends.map(|id| Arc::from(id.as_str())).collect();
        ids.extend(nodes.into_iter().map(Arc::from));
        ids.extend(["internet", "internal"].map(Arc::from));
        let ids: Vec<Arc<str>> = ids.into_iter().collect();
        let number = |id: &str| find(&ids, id);
        let numbers = edges
            .iter()
            .filter_map(|(from, to)| Some((number(from)?, number(to)?)));
        let next = adjacency(ids.len(), numbers);
        Self::made(ids, next)
    }

    /// The ways of an app's graph.
    pub(crate) fn of(graph: &IntentGraph) -> Self {
        // By node, not by id: writing every edge's ids would cost more than the rest.
        let ends = graph.edges.iter().flat_map(|edge| [&edge.from, &edge.to]);
        let intents = graph.iter().map(|(id, _)| Node::Intent(id));
        let mut nodes: BTreeSet<Node> = intents.collect();
        nodes.extend([Node::Internet, Node::Internal]);
        let others = ends.filter(|node| node.intent().is_none());
        nodes.extend(others.cloned());
        let mut named: Vec<(Arc<str>, Node)> = nodes
            .into_iter()
            .map(|node| (Arc::from(graph.node_id(&node)), node))
            .collect();
        named.sort();
        let (ids, nodes): (Vec<Arc<str>>, Vec<Node>) = named.into_iter().unzip();
        let numbers: BTreeMap<Node, u32> = nodes.into_iter().zip(0..).collect();
        let edges = graph
            .edges
            .iter()
            .filter_map(|edge| Some((*numbers.get(&edge.from)?, *numbers.get(&edge.to)?)));
        let next = adjacency(ids.len(), edges);
        Self::made(ids, next)
    }

    fn made(ids: Vec<Arc<str>>, next: Vec<Vec<u32>>) -> Self {
        Self {
            ids,
            next,
            known: Mutex::default(),
        }
    }

    /// The number of a node.
    pub(super) fn find(&self, id: &str) -> Option<u32> {
        find(&self.ids, id)
    }

    /// The node that an id that is none was probably meant to be.
    pub(super) fn nearest(&self, id: &str) -> Option<&str> {
        did_you_mean(id, self.ids.iter().map(AsRef::as_ref))
    }

    /// The shortest ways from a node.
    pub(super) fn from(&self, start: u32) -> Arc<Ways> {
        let lock = || self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(ways) = lock().get(&start) {
            return Arc::clone(ways);
        }
        let ways = Arc::new(self.search(start));
        let mut known = lock();
        if known.len() < KEPT {
            known.insert(start, Arc::clone(&ways));
        }
        ways
    }

    fn search(&self, start: u32) -> Ways {
        let mut before = vec![NOWHERE; self.ids.len()];
        before[start as usize] = start;
        let mut cost = 1;
        let mut open = VecDeque::from([start]);
        while let Some(at) = open.pop_front() {
            for next in &self.next[at as usize] {
                cost += 1;
                if before[*next as usize] == NOWHERE {
                    before[*next as usize] = at;
                    open.push_back(*next);
                }
            }
        }
        Ways { before, cost }
    }

    /// The ids along ways to a node, both ends counted; nothing where no way leads.
    pub(super) fn path(&self, ways: &Ways, to: u32) -> Vec<Data> {
        let mut path = Vec::new();
        let mut at = to;
        while let Some(before) = ways.before.get(at as usize).copied() {
            if before == NOWHERE {
                break;
            }
            path.push(Data::Text(Arc::clone(&self.ids[at as usize])));
            if before == at {
                break;
            }
            at = before;
        }
        path.reverse();
        path
    }
}

fn find(ids: &[Arc<str>], id: &str) -> Option<u32> {
    let at = ids.binary_search_by(|known| (**known).cmp(id)).ok()?;
    u32::try_from(at).ok()
}

/// The nodes that each node's edges lead to, sorted, each once.
fn adjacency(nodes: usize, edges: impl Iterator<Item = (u32, u32)>) -> Vec<Vec<u32>> {
    let mut next = vec![Vec::new(); nodes];
    for (from, to) in edges {
        next[from as usize].push(to);
    }
    for to in &mut next {
        to.sort_unstable();
        to.dedup();
    }
    next
}

impl Ways {
    /// Whether they lead to a node.
    pub(super) fn reach(&self, to: u32) -> bool {
        self.before
            .get(to as usize)
            .is_some_and(|before| *before != NOWHERE)
    }
}
