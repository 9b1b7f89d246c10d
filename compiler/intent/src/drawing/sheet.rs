//! One picture: boxes, in groups, and the lines between them.

use std::collections::{BTreeMap, BTreeSet};

use super::net::{Look, Net};
use crate::edge::Access;

/// So many boxes of one sort with the same lines are drawn as one.
const ALIKE: usize = 3;

/// So many names stand in one box; more are named beside the picture.
const NAMES: usize = 6;

/// The lines of a node: whether each leads away, from or to what, and its accesses.
pub(super) type Ends = BTreeSet<(bool, usize, BTreeSet<Access>)>;

/// One picture.
#[derive(Default)]
pub(super) struct Sheet {
    pub(super) boxes: Vec<Drawn>,
    pub(super) lines: Vec<Line>,
    /// Ids of what a box stands for and does not name.
    pub(super) unnamed: Vec<String>,
}

/// A box.
pub(super) struct Drawn {
    /// What its symbol is made of: an id.
    pub(super) symbol: String,
    pub(super) look: Look,
    /// What is written in it.
    pub(super) text: Vec<String>,
    /// Whether several units touch it.
    pub(super) is_shared: bool,
    /// Whether another picture has more of it.
    pub(super) continues: bool,
    /// The box in whose group it is: its own, where it has a group.
    pub(super) group: Option<usize>,
}

/// A line, from box to box.
pub(super) struct Line {
    pub(super) from: usize,
    pub(super) to: usize,
    /// Both ends and this make its look; what is written on it may be something else.
    pub(super) access: BTreeSet<Access>,
    /// What is written on it in place of the accesses.
    pub(super) label: Option<String>,
}

impl Sheet {
    /// These centres and everything that they touch.
    pub(super) fn of(net: &Net, touching: &[BTreeSet<usize>], centres: &BTreeSet<usize>) -> Self {
        let near = |index: &usize| centres.contains(index);
        let edges: Vec<_> = net
            .edges
            .iter()
            .filter(|edge| near(&edge.from) || near(&edge.to))
            .collect();
        let mut ends: BTreeMap<usize, Ends> = centres
            .iter()
            .map(|centre| (*centre, BTreeSet::new()))
            .collect();
        for edge in &edges {
            let (from, to) = (edge.from, edge.to);
            let access = || edge.access.clone();
            ends.entry(from).or_default().insert((true, to, access()));
            ends.entry(to).or_default().insert((false, from, access()));
        }
        let continues = |node: usize| {
            let elsewhere = net.nodes[node].is_centre || !touching[node].is_subset(centres);
            net.nodes[node].look != Look::Outside && !near(&node) && elsewhere
        };
        let mut alike: BTreeMap<_, Vec<usize>> = BTreeMap::new();
        for (node, ends) in ends {
            let own = (near(&node) && !net.loose.contains(&node)).then_some(node);
            let sort = (&net.nodes[node].sort, net.nodes[node].look);
            let key = (own, sort, touching[node].len() > 1, continues(node), ends);
            alike.entry(key).or_default().push(node);
        }
        let groups = alike.into_values().flat_map(|nodes| match nodes.len() {
            0..ALIKE => nodes.into_iter().map(|node| vec![node]).collect(),
            _ => vec![nodes],
        });
        let mut groups: Vec<Vec<usize>> = groups.collect();
        groups.sort();
        let mut sheet = Self::default();
        let mut place = BTreeMap::new();
        for nodes in groups {
            let first = nodes[0];
            place.extend(nodes.iter().map(|node| (*node, sheet.boxes.len())));
            let text = sheet.text(net, &nodes);
            sheet.boxes.push(Drawn {
                symbol: net.nodes[first].id.clone(),
                look: net.nodes[first].look,
                text,
                is_shared: is_shared(net, first, touching[first].len()),
                continues: continues(first),
                group: None,
            });
        }
        let mut lines: BTreeMap<(usize, usize), BTreeSet<Access>> = BTreeMap::new();
        for edge in edges {
            let ends = (place[&edge.from], place[&edge.to]);
            lines.entry(ends).or_default().extend(&edge.access);
        }
        sheet.draw(lines);
        // What one unit alone touches stands with it.
        for (node, at) in &place {
            let mut all = touching[*node].iter();
            if let (Some(only), None) = (all.next(), all.next())
                && !net.nodes[*node].is_centre
                && net.nodes[*node].look != Look::Outside
                && let Some(unit) = place.get(only).filter(|_| near(only))
            {
                sheet.boxes[*at].group = Some(*unit);
                sheet.boxes[*unit].group = Some(*unit);
            }
        }
        sheet
    }

    pub(super) fn draw(&mut self, lines: BTreeMap<(usize, usize), BTreeSet<Access>>) {
        let lines = lines.into_iter();
        self.lines = lines
            .map(|((from, to), access)| Line {
                from,
                to,
                access,
                label: None,
            })
            .collect();
    }

    /// What is written in a box that stands for these nodes.
    pub(super) fn text(&mut self, net: &Net, nodes: &[usize]) -> Vec<String> {
        if let [one] = nodes {
            let node = &net.nodes[*one];
            let sort = (!node.sort.is_empty()).then(|| node.sort.clone());
            let name = [node.name.clone()];
            return sort
                .into_iter()
                .chain(name)
                .chain(node.notes.clone())
                .collect();
        }
        let (sort, of) = {
            let sort = &net.nodes[nodes[0]].sort;
            match sort.split_once(' ') {
                Some((sort, of)) => (sort.to_owned(), format!(" {of}")),
                None => (sort.clone(), String::new()),
            }
        };
        let mut text = vec![format!("{}{of}", count(nodes.len(), &sort))];
        let names = nodes.iter().map(|node| net.nodes[*node].name.clone());
        text.extend(names.take(NAMES));
        if nodes.len() > NAMES {
            text.push(format!("and {} more", nodes.len() - NAMES));
            let rest = nodes.iter().skip(NAMES);
            self.unnamed
                .extend(rest.map(|node| net.nodes[*node].id.clone()));
        }
        text
    }

    /// How many boxes stand behind each other on the longest way, and how many at most beside each
    /// other. Lines that lead back are turned round, as Mermaid does: those to a box from which a
    /// search in the order of boxes is still under way.
    pub(super) fn extent(&self) -> (usize, usize) {
        let mut leads: Vec<Vec<usize>> = vec![Vec::new(); self.boxes.len()];
        for line in self.lines.iter().filter(|line| line.from != line.to) {
            leads[line.from].push(line.to);
        }
        let mut seen = vec![false; self.boxes.len()];
        let mut under_way = vec![false; self.boxes.len()];
        let mut left = Vec::new();
        let mut forward: Vec<Vec<usize>> = vec![Vec::new(); self.boxes.len()];
        for start in 0..self.boxes.len() {
            // A stack of boxes and of how many of their lines were followed: no recursion.
            let mut open = Vec::new();
            if !seen[start] {
                open.push((start, 0));
            }
            while let Some((at, followed)) = open.pop() {
                seen[at] = true;
                under_way[at] = true;
                let Some(next) = leads[at].get(followed).copied() else {
                    under_way[at] = false;
                    left.push(at);
                    continue;
                };
                open.push((at, followed + 1));
                match under_way[next] {
                    true => forward[next].push(at),
                    false => forward[at].push(next),
                }
                if !seen[next] {
                    open.push((next, 0));
                }
            }
        }
        let mut depth = vec![0; self.boxes.len()];
        for at in left.into_iter().rev() {
            for next in &forward[at] {
                depth[*next] = depth[*next].max(depth[at] + 1);
            }
        }
        let mut beside: BTreeMap<usize, usize> = BTreeMap::new();
        for depth in depth {
            *beside.entry(depth).or_default() += 1;
        }
        (beside.len(), beside.into_values().max().unwrap_or_default())
    }
}

/// Whether a node that so many centres touch is one that units share.
pub(super) fn is_shared(net: &Net, node: usize, touching: usize) -> bool {
    let node = &net.nodes[node];
    !node.is_centre && node.look != Look::Outside && touching > 1
}

/// So many of a sort: `1 topic`, `3 buckets`.
pub(super) fn count(number: usize, sort: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {sort}{plural}")
}
