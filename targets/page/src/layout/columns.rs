//! Which column a node stands in: first by its stage in the flow, then by who calls whom within the
//! stage.

use std::collections::BTreeSet;

use klo_intent::{Access, Kind};

use super::{Heading, text};
use crate::model::{Edge, NodeKind, View};

/// The stages, from left to right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Stage {
    /// Whence requests come, and the clock.
    WaysIn,
    /// Units that are called, started by the clock or run by themselves, and sites.
    Front,
    /// What messages lie in.
    Messages,
    /// Units that something in the app starts.
    Reacting,
    /// What keeps data, secrets and settings.
    Stores,
}

impl Stage {
    /// What is written above its columns.
    pub(crate) const fn title(self) -> &'static str {
        match self {
            Self::WaysIn => "Ways in",
            Self::Front => "Services and jobs",
            Self::Messages => "Queues and topics",
            Self::Reacting => "Started by events",
            Self::Stores => "Data and secrets",
        }
    }
}

/// Most columns of one stage: a longer chain of calls goes on in its last one.
const MOST_DEPTH: usize = 4;

/// The columns of a graph, without empty ones.
pub(super) struct Columns {
    /// The column of each node.
    pub(super) of_node: Vec<usize>,
    /// The stage of each column.
    stages: Vec<Stage>,
}

impl Columns {
    pub(super) fn of(view: &View) -> Self {
        let stages: Vec<Stage> = (0..view.nodes.len()).map(|n| stage(view, n)).collect();
        let depths = depths(view, &stages);
        let keys: Vec<(Stage, usize)> = stages.into_iter().zip(depths).collect();
        let mut used = keys.clone();
        used.sort_unstable();
        used.dedup();
        let of_node = keys.iter().map(|key| used.partition_point(|u| u < key));
        Self {
            of_node: of_node.collect(),
            stages: used.iter().map(|(stage, _)| *stage).collect(),
        }
    }

    pub(super) fn count(&self) -> usize {
        self.stages.len()
    }

    /// The first column that bands divide; ways in are everybody's.
    pub(super) fn first_banded(&self) -> usize {
        self.stages
            .iter()
            .take_while(|stage| **stage == Stage::WaysIn)
            .count()
    }

    /// Whether bands divide the column.
    pub(super) fn is_banded(&self, column: usize) -> bool {
        column >= self.first_banded()
    }

    /// As wide as the widest box of each.
    pub(super) fn widths(&self, view: &View) -> Vec<f64> {
        let mut widths = vec![0.0_f64; self.count()];
        for (node, column) in view.nodes.iter().zip(&self.of_node) {
            widths[*column] = widths[*column].max(text::box_width(node));
        }
        widths
    }

    pub(super) fn headings(&self, lefts: &[f64], widths: &[f64]) -> Vec<Heading> {
        let mut headings: Vec<Heading> = Vec::new();
        for ((stage, x), width) in self.stages.iter().zip(lefts).zip(widths) {
            match headings.last_mut() {
                Some(last) if last.stage == *stage => last.width = x + width - last.x,
                _ => headings.push(Heading {
                    stage: *stage,
                    x: *x,
                    width: *width,
                }),
            }
        }
        headings
    }
}

fn stage(view: &View, node: usize) -> Stage {
    match view.nodes[node].kind {
        NodeKind::Internet | NodeKind::Internal | NodeKind::Schedule => Stage::WaysIn,
        NodeKind::OtherApp => {
            if view.edges.iter().any(|edge| edge.from == node) {
                Stage::Messages
            } else {
                Stage::Stores
            }
        }
        NodeKind::Intent(Kind::Site) => Stage::Front,
        NodeKind::Intent(Kind::Service | Kind::Function | Kind::Job) => {
            if reacts(view, node) {
                Stage::Reacting
            } else {
                Stage::Front
            }
        }
        NodeKind::Intent(Kind::Queue | Kind::Topic) => Stage::Messages,
        NodeKind::Intent(
            Kind::Database
            | Kind::Cache
            | Kind::Bucket
            | Kind::Table
            | Kind::Volume
            | Kind::Secret
            | Kind::Config,
        ) => Stage::Stores,
    }
}

/// Whether something of the app starts the unit: a trigger, or messages that it takes off a queue while
/// nobody sends it requests.
fn reacts(view: &View, node: usize) -> bool {
    let mut triggered = false;
    let mut called = false;
    let mut consumes = false;
    for edge in &view.edges {
        let does = |access| edge.access.contains(&access);
        if edge.to == node {
            let clock = view.nodes[edge.from].kind == NodeKind::Schedule;
            triggered |= does(Access::Trigger) && !clock;
            called |= does(Access::Expose) || does(Access::Invoke);
        }
        consumes |= edge.from == node && does(Access::Consume);
    }
    triggered || (consumes && !called)
}

/// A stage of this size is spread over columns only where every third of its nodes calls another.
const SPREAD: usize = 12;

/// How far into its stage each node stands: after everything of the stage that calls it. Calls that close
/// a circle do not count, nor do a few calls in a large stage: they run beside its one column.
fn depths(view: &View, stages: &[Stage]) -> Vec<usize> {
    let count = view.nodes.len();
    let inner = |edge: &&Edge| edge.from != edge.to && stages[edge.from] == stages[edge.to];
    let is_spread = |stage: Stage| {
        let size = stages.iter().filter(|other| **other == stage).count();
        let calls = view.edges.iter().filter(inner);
        let calls = calls.filter(|edge| stages[edge.from] == stage).count();
        size < SPREAD || calls * 3 >= size
    };
    let used: BTreeSet<Stage> = stages.iter().copied().collect();
    let spread: BTreeSet<Stage> = used.into_iter().filter(|stage| is_spread(*stage)).collect();
    let mut calls: Vec<Vec<usize>> = vec![Vec::new(); count];
    for edge in view.edges.iter().filter(inner) {
        if spread.contains(&stages[edge.from]) {
            calls[edge.from].push(edge.to);
        }
    }
    let forward = forward(&calls);
    let mut depths = vec![0; count];
    for node in &forward.order {
        for to in &forward.calls[*node] {
            depths[*to] = depths[*to].max((depths[*node] + 1).min(MOST_DEPTH - 1));
        }
    }
    depths
}

struct Forward {
    /// Every node after those that call it.
    order: Vec<usize>,
    /// Calls without those that close a circle.
    calls: Vec<Vec<usize>>,
}

fn forward(calls: &[Vec<usize>]) -> Forward {
    #[derive(Clone, Copy, PartialEq)]
    enum Seen {
        Not,
        Open,
        Done,
    }
    let mut seen = vec![Seen::Not; calls.len()];
    let mut kept: Vec<Vec<usize>> = vec![Vec::new(); calls.len()];
    let mut order = Vec::new();
    for start in 0..calls.len() {
        if seen[start] != Seen::Not {
            continue;
        }
        seen[start] = Seen::Open;
        let mut path = vec![(start, 0)];
        while let Some((node, next)) = path.last_mut() {
            let node = *node;
            match calls[node].get(*next) {
                Some(&to) => {
                    *next += 1;
                    if seen[to] != Seen::Open {
                        kept[node].push(to);
                    }
                    if seen[to] == Seen::Not {
                        seen[to] = Seen::Open;
                        path.push((to, 0));
                    }
                }
                None => {
                    seen[node] = Seen::Done;
                    order.push(node);
                    path.pop();
                }
            }
        }
    }
    order.reverse();
    Forward { order, calls: kept }
}
