//! What is too much for one picture becomes parts: units that share things, or whose code is in one folder,
//! stay together.

use std::collections::{BTreeMap, BTreeSet};

use super::net::Net;
use super::sheet::Sheet;

/// Units in the only picture of an app.
const ALONE: usize = 10;

/// Units in one of several pictures.
const UNITS: usize = 8;

/// Lines in a picture, however many units that leaves.
const LINES: usize = 30;

/// What more units than this share draws no two of them together.
const COMMON: usize = 16;

/// The centres of each picture, by the first of them. A single picture holds what stands for itself
/// too; of several, each holds units with edges and what they touch.
pub(super) fn parts(net: &Net, touching: &[BTreeSet<usize>]) -> Vec<BTreeSet<usize>> {
    let is_centre = |node: &usize| net.nodes[*node].is_centre || net.loose.contains(node);
    let all: BTreeSet<usize> = (0..net.nodes.len()).filter(is_centre).collect();
    let few = |centres: &BTreeSet<usize>| centres.len() <= ALONE && fits(net, touching, centres);
    if few(&all) {
        return vec![all];
    }
    let centres: Vec<usize> = all.difference(&net.loose).copied().collect();
    let mut part_of: BTreeMap<usize, usize> = centres.iter().map(|unit| (*unit, *unit)).collect();
    let mut parts: BTreeMap<usize, BTreeSet<usize>> = centres
        .iter()
        .map(|unit| (*unit, BTreeSet::from([*unit])))
        .collect();
    for (one, other) in closest(net, touching, &centres) {
        let (a, b) = (part_of[&one], part_of[&other]);
        if a != b {
            join(net, touching, &mut parts, &mut part_of, (a, b));
        }
    }
    // Small ones that have nothing to do with each other share a picture all the same.
    let mut open: Option<usize> = None;
    for part in parts.keys().copied().collect::<Vec<_>>() {
        if parts[&part].len() * 2 > UNITS {
            continue;
        }
        let joined =
            open.is_some_and(|open| join(net, touching, &mut parts, &mut part_of, (open, part)));
        if !joined {
            open = Some(part);
        }
    }
    let mut parts: Vec<BTreeSet<usize>> = parts.into_values().collect();
    if parts.len() < 2 {
        return vec![all];
    }
    parts.sort();
    parts
}

fn fits(net: &Net, touching: &[BTreeSet<usize>], units: &BTreeSet<usize>) -> bool {
    Sheet::of(net, touching, units).lines.len() <= LINES
}

/// Makes one part of two, where it fits into a picture.
fn join(
    net: &Net,
    touching: &[BTreeSet<usize>],
    parts: &mut BTreeMap<usize, BTreeSet<usize>>,
    part_of: &mut BTreeMap<usize, usize>,
    (a, b): (usize, usize),
) -> bool {
    let (into, from) = (a.min(b), a.max(b));
    let both: BTreeSet<usize> = parts[&into].union(&parts[&from]).copied().collect();
    if both.len() > UNITS || !fits(net, touching, &both) {
        return false;
    }
    part_of.extend(parts[&from].iter().map(|unit| (*unit, into)));
    parts.remove(&from);
    parts.insert(into, both);
    true
}

/// Pairs of units that have something to do with each other, the closest first.
fn closest(net: &Net, touching: &[BTreeSet<usize>], centres: &[usize]) -> Vec<(usize, usize)> {
    // Thousandths, since whole numbers add up to the same sum in any order.
    let mut weights: BTreeMap<(usize, usize), u64> = BTreeMap::new();
    let mut draw = |all: &[usize], weight: u64| {
        for (index, one) in all.iter().enumerate() {
            for other in &all[index + 1..] {
                *weights.entry((*one, *other)).or_default() += weight;
            }
        }
    };
    for units in touching {
        if (2..=COMMON).contains(&units.len()) {
            let units: Vec<usize> = units.iter().copied().collect();
            draw(&units, 1000 / (units.len() as u64 - 1));
        }
    }
    for edge in &net.edges {
        if net.nodes[edge.from].is_centre && net.nodes[edge.to].is_centre && edge.from != edge.to {
            draw(&[edge.from.min(edge.to), edge.from.max(edge.to)], 500);
        }
    }
    let mut folders: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for unit in centres {
        folders
            .entry(&net.nodes[*unit].folder)
            .or_default()
            .push(*unit);
    }
    for units in folders.values().filter(|units| units.len() <= COMMON) {
        draw(units, 1000);
    }
    let mut pairs: Vec<((usize, usize), u64)> = weights.into_iter().collect();
    pairs.sort_by_key(|(pair, weight)| (std::cmp::Reverse(*weight), *pair));
    pairs.into_iter().map(|(pair, _)| pair).collect()
}
