//! Which nodes belong together: units by the folder that their source lies in, everything else by the
//! units that use it.

use std::collections::{BTreeMap, BTreeSet};

use super::columns::Columns;
use crate::model::View;

/// A graph with fewer nodes is seen at a glance, and needs no bands.
const FEWEST_NODES: usize = 24;
/// Folders below which a folder is no group of its own.
const DEEPEST: usize = 4;
/// What belongs to no folder alone.
const OTHERS: &str = "others";

/// The bands from top to bottom; one without a name where the graph is not divided.
pub(super) struct Groups {
    pub(super) names: Vec<String>,
    of_node: Vec<usize>,
}

impl Groups {
    pub(super) fn of(view: &View, columns: &Columns) -> Self {
        let whole = || Self {
            names: vec![String::new()],
            of_node: vec![0; view.nodes.len()],
        };
        if view.nodes.len() < FEWEST_NODES {
            return whole();
        }
        let Some(units) = unit_groups(view) else {
            return whole();
        };
        let named = assigned(view, units);
        let banded = named.iter().zip(&columns.of_node);
        let used: BTreeSet<&str> = banded
            .filter(|(_, column)| columns.is_banded(**column))
            .map(|(name, _)| name.as_str())
            .collect();
        let names: Vec<&str> = used.into_iter().collect();
        let index = |name: &str| names.binary_search(&name).unwrap_or(0);
        let of_node: Vec<usize> = named.iter().map(|name| index(name)).collect();
        let rank = ranks(view, &of_node, &names);
        let mut ordered = vec![String::new(); names.len()];
        for (group, name) in names.iter().enumerate() {
            ordered[rank[group]] = (*name).to_owned();
        }
        Self {
            names: ordered,
            of_node: of_node.into_iter().map(|group| rank[group]).collect(),
        }
    }

    pub(super) fn band(&self, node: usize) -> usize {
        self.of_node[node]
    }

    pub(super) fn is_banded(&self) -> bool {
        self.names.len() > 1
    }
}

/// The folder of each unit, as deep as it takes for no folder to hold most of them; nothing where units
/// lie side by side.
fn unit_groups(view: &View) -> Option<BTreeMap<usize, String>> {
    let folders: BTreeMap<usize, Vec<&str>> = view
        .nodes
        .iter()
        .enumerate()
        .filter(|(_, node)| node.kind.is_unit())
        .filter_map(|(number, node)| {
            let mut parts: Vec<&str> = node.place.as_ref()?.file.split('/').collect();
            parts.pop();
            Some((number, parts))
        })
        .collect();
    let first = folders.values().next()?;
    let common = (0..first.len())
        .take_while(|depth| {
            folders
                .values()
                .all(|parts| parts.get(*depth) == first.get(*depth))
        })
        .count();
    let at = |depth: usize| -> BTreeMap<usize, String> {
        let named = folders.iter().map(|(number, parts)| {
            let end = parts.len().min(common + depth);
            (*number, parts[common.min(end)..end].join("/"))
        });
        named.collect()
    };
    let divided = (1..=DEEPEST).map(at).find(|groups| {
        let mut sizes: BTreeMap<&str, usize> = BTreeMap::new();
        for name in groups.values() {
            *sizes.entry(name).or_default() += 1;
        }
        let most = sizes.values().copied().max().unwrap_or(0);
        sizes.len() > 1 && most * 2 <= groups.len()
    })?;
    // A folder for each unit divides nothing.
    let names: BTreeSet<&String> = divided.values().collect();
    (names.len() * 3 <= divided.len() * 2).then_some(divided)
}

/// Gives every other node to the group that its neighbours are in, where that is one.
fn assigned(view: &View, units: BTreeMap<usize, String>) -> Vec<String> {
    let mut named: Vec<Option<String>> = vec![None; view.nodes.len()];
    for (number, name) in units {
        let name = if name.is_empty() {
            OTHERS.to_owned()
        } else {
            name
        };
        named[number] = Some(name);
    }
    let known: BTreeSet<String> = named.iter().flatten().cloned().collect();
    let of_units = named.clone();
    for (number, node) in view.nodes.iter().enumerate() {
        if of_units[number].is_some() {
            continue;
        }
        let own = node.place.as_ref().and_then(|place| {
            let folder = place.file.rsplit_once('/')?.0;
            known
                .iter()
                .find(|name| folder == name.as_str() || folder.ends_with(&format!("/{name}")))
        });
        let name = match own {
            Some(name) => name.clone(),
            None => of_neighbours(view, number, &of_units).unwrap_or_else(|| OTHERS.to_owned()),
        };
        named[number] = Some(name);
    }
    named.into_iter().map(Option::unwrap_or_default).collect()
}

/// The group that more than half of a node's neighbours are in.
fn of_neighbours(view: &View, node: usize, named: &[Option<String>]) -> Option<String> {
    let mut votes: BTreeMap<&String, usize> = BTreeMap::new();
    for edge in &view.edges {
        let other = match (edge.from == node, edge.to == node) {
            (true, false) => edge.to,
            (false, true) => edge.from,
            _ => continue,
        };
        if let Some(name) = &named[other] {
            *votes.entry(name).or_default() += 1;
        }
    }
    let all: usize = votes.values().sum();
    let most = votes.into_iter().find(|(_, count)| count * 2 > all)?;
    Some(most.0.clone())
}

/// Puts groups with many edges between them near each other: starts from the order of names, and swaps two
/// as long as that makes edges shorter.
fn ranks(view: &View, of_node: &[usize], names: &[&str]) -> Vec<usize> {
    let count = names.len();
    let mut weights: BTreeMap<(usize, usize), usize> = BTreeMap::new();
    for edge in &view.edges {
        let (a, b) = (of_node[edge.from], of_node[edge.to]);
        let way_in = view.nodes[edge.from].place.is_none();
        if a != b && !way_in {
            *weights.entry((a.min(b), a.max(b))).or_default() += 1;
        }
    }
    // What is left over comes last, wherever its edges lead.
    let last = names.iter().position(|name| *name == OTHERS);
    let moving: Vec<usize> = (0..count).filter(|group| Some(*group) != last).collect();
    let mut rank: Vec<usize> = vec![count - 1; count];
    for (place, group) in moving.iter().enumerate() {
        rank[*group] = place;
    }
    let length = |rank: &[usize]| -> usize {
        weights
            .iter()
            .map(|((a, b), weight)| rank[*a].abs_diff(rank[*b]) * weight)
            .sum()
    };
    let mut best = length(&rank);
    // Each round is quadratic in groups and linear in edges between them.
    let rounds = if count > 60 { 1 } else { 8 };
    for _ in 0..rounds {
        let before = best;
        for (place, &a) in moving.iter().enumerate() {
            for &b in &moving[place + 1..] {
                rank.swap(a, b);
                let now = length(&rank);
                if now < best {
                    best = now;
                } else {
                    rank.swap(a, b);
                }
            }
        }
        if best == before {
            break;
        }
    }
    rank
}
