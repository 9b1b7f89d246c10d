//! The parts of an app that is too much for one picture, and what they have to do with each other.

use std::collections::{BTreeMap, BTreeSet};

use super::net::{Look, Net};
use super::sheet::{Drawn, Ends, Sheet, count};
use crate::edge::Access;

/// Parts as boxes and, between them, what units of several parts touch. A channel that one part sends
/// into is a line from that part. Ways in are left to the parts.
pub(super) fn overview(
    net: &Net,
    touching: &[BTreeSet<usize>],
    parts: &[BTreeSet<usize>],
) -> Sheet {
    let mut part_of: BTreeMap<usize, usize> = BTreeMap::new();
    for (number, part) in parts.iter().enumerate() {
        part_of.extend(part.iter().map(|unit| (*unit, number)));
    }
    let mut sheet = Sheet::default();
    for (number, part) in parts.iter().enumerate() {
        sheet.boxes.push(Drawn {
            symbol: format!("part {}", number + 1),
            look: Look::Unit,
            text: describe(net, &part_of, number, part),
            is_shared: false,
            continues: false,
            group: None,
        });
    }
    let mut lines: BTreeMap<(usize, usize), BTreeSet<Access>> = BTreeMap::new();
    let mut labels: BTreeMap<(usize, usize), BTreeMap<&str, usize>> = BTreeMap::new();
    for edge in &net.edges {
        if let (Some(from), Some(to)) = (part_of.get(&edge.from), part_of.get(&edge.to))
            && from != to
        {
            lines.entry((*from, *to)).or_default().extend(&edge.access);
            *labels
                .entry((*from, *to))
                .or_default()
                .entry("call")
                .or_default() += 1;
        }
    }
    let mut alike: BTreeMap<_, Vec<usize>> = BTreeMap::new();
    for (node, ends) in ends(net, touching, &part_of) {
        let sort = net.nodes[node].sort.as_str();
        let sends =
            |end: &&(bool, usize, BTreeSet<Access>)| !end.0 && end.2.contains(&Access::Publish);
        let mut senders = ends.iter().filter(sends);
        let takes = ends
            .iter()
            .filter(|end| end.0 || end.2.contains(&Access::Consume));
        match (net.nodes[node].look, senders.next(), senders.next()) {
            (Look::Channel, Some((_, sender, _)), None) => {
                for (_, taker, access) in takes.filter(|end| end.1 != *sender) {
                    lines.entry((*sender, *taker)).or_default().extend(access);
                    *labels
                        .entry((*sender, *taker))
                        .or_default()
                        .entry(sort)
                        .or_default() += 1;
                }
            }
            (look, ..) => alike.entry((ends, sort, look)).or_default().push(node),
        }
    }
    for ((ends, _, look), nodes) in alike {
        let at = shown(&mut sheet, net, &nodes, look != Look::Outside);
        for (leads, part, access) in ends {
            let ends = if leads { (at, part) } else { (part, at) };
            lines.entry(ends).or_default().extend(access);
        }
    }
    let mut loose: BTreeMap<_, Vec<usize>> = BTreeMap::new();
    for node in &net.loose {
        let sort = (&net.nodes[*node].sort, net.nodes[*node].look);
        loose.entry(sort).or_default().push(*node);
    }
    for nodes in loose.into_values() {
        shown(&mut sheet, net, &nodes, false);
    }
    sheet.draw(lines);
    for line in &mut sheet.lines {
        line.label = labels.get(&(line.from, line.to)).map(|label| {
            let counts = label.iter().map(|(sort, number)| count(*number, sort));
            counts.collect::<Vec<_>>().join(", ")
        });
    }
    sheet
}

/// A box for these nodes.
fn shown(sheet: &mut Sheet, net: &Net, nodes: &[usize], is_shared: bool) -> usize {
    let text = sheet.text(net, nodes);
    let first = &net.nodes[nodes[0]];
    sheet.boxes.push(Drawn {
        symbol: first.id.clone(),
        look: first.look,
        text,
        is_shared,
        continues: false,
        group: None,
    });
    sheet.boxes.len() - 1
}

/// What a part is called: by its folder where it is all that is in there, else by its units.
fn describe(
    net: &Net,
    part_of: &BTreeMap<usize, usize>,
    number: usize,
    part: &BTreeSet<usize>,
) -> Vec<String> {
    let mut text = vec![format!("Part {}", number + 1)];
    let folders: BTreeSet<&str> = part
        .iter()
        .map(|unit| net.nodes[*unit].folder.as_str())
        .collect();
    let elsewhere = part_of.iter().filter(|(_, part)| **part != number);
    let taken: BTreeSet<&str> = elsewhere
        .map(|(unit, _)| net.nodes[*unit].folder.as_str())
        .collect();
    match folders.first() {
        Some(folder) if folders.len() == 1 && part.len() > 1 && !taken.contains(folder) => {
            text.push(folder.rsplit('/').next().unwrap_or_default().to_owned());
            text.push(count(part.len(), "unit"));
        }
        _ => text.extend(part.iter().map(|unit| net.nodes[*unit].id.clone())),
    }
    text
}

/// The lines to parts of everything that several parts touch.
fn ends(
    net: &Net,
    touching: &[BTreeSet<usize>],
    part_of: &BTreeMap<usize, usize>,
) -> BTreeMap<usize, Ends> {
    let is_between = |node: usize| {
        let parts: BTreeSet<_> = touching[node]
            .iter()
            .filter_map(|unit| part_of.get(unit))
            .collect();
        parts.len() > 1 && net.nodes[node].look != Look::Outside
    };
    let mut found: BTreeMap<(usize, bool, usize), BTreeSet<Access>> = BTreeMap::new();
    for edge in &net.edges {
        let end = match (part_of.get(&edge.from), part_of.get(&edge.to)) {
            (Some(part), None) => (edge.to, false, *part),
            (None, Some(part)) => (edge.from, true, *part),
            _ => continue,
        };
        if is_between(end.0) {
            found.entry(end).or_default().extend(&edge.access);
        }
    }
    let mut ends: BTreeMap<usize, Ends> = BTreeMap::new();
    for ((node, leads, part), access) in found {
        ends.entry(node).or_default().insert((leads, part, access));
    }
    ends
}
