//! Which nodes of a graph lead to which.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use klo_diagnostics::did_you_mean;
use klo_intent::IntentGraph;

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
    pub(crate) fn new(
        nodes: impl IntoIterator<Item = String>,
        edges: impl IntoIterator<Item = (String, String)>,
    ) -> Self {
        let edges: BTreeSet<(String, String)> = edges.into_iter().collect();
        let mut ids: BTreeSet<Arc<str>> = nodes.into_iter().map(Arc::from).collect();
        ids.extend(["internet", "internal"].map(Arc::from));
        for (from, to) in &edges {
            ids.insert(Arc::from(from.as_str()));
            ids.insert(Arc::from(to.as_str()));
        }
        let ids: Vec<Arc<str>> = ids.into_iter().collect();
        let mut reach = Self {
            next: vec![Vec::new(); ids.len()],
            ids,
            known: Mutex::default(),
        };
        for (from, to) in &edges {
            if let (Some(from), Some(to)) = (reach.find(from), reach.find(to)) {
                reach.next[from as usize].push(to);
            }
        }
        reach
    }

    /// The ways of an app's graph.
    pub(crate) fn of(graph: &IntentGraph) -> Self {
        Self::new(
            graph.intents.iter().map(klo_intent::Intent::id),
            graph
                .edges
                .iter()
                .map(|edge| (graph.node_id(&edge.from), graph.node_id(&edge.to))),
        )
    }

    /// The number of a node.
    pub(super) fn find(&self, id: &str) -> Option<u32> {
        let at = self.ids.binary_search_by(|known| (**known).cmp(id)).ok()?;
        u32::try_from(at).ok()
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

impl Ways {
    /// Whether they lead to a node.
    pub(super) fn reach(&self, to: u32) -> bool {
        self.before
            .get(to as usize)
            .is_some_and(|before| *before != NOWHERE)
    }
}
