//! Where boxes stand and how edges run: columns from left to right by what nodes are in the flow, bands
//! from top to bottom by the folders that they belong to. Same input, same numbers.
//!
//! Columns come first ([`columns`]), then the order within each ([`order`]), then heights ([`heights`]),
//! then curves ([`curves`]). An edge that passes columns bends in each of them, in a place that is kept
//! free for it, so that no curve runs through a box.

mod columns;
mod curves;
mod groups;
mod heights;
mod order;
#[cfg(test)]
mod tests;
mod text;

use klo_intent::Access;

use crate::model::{Edge, View};
use columns::Columns;
pub(crate) use columns::Stage;
use groups::Groups;
pub(crate) use text::{BEFORE_TEXT, DETAIL_SIZE, FLAG, NAME_SIZE, fitted, width_of};

/// The height of every box.
pub(crate) const BOX_HEIGHT: f64 = 48.0;
/// What a band's frame has above its boxes, for its name.
const BAND_TOP: f64 = 32.0;
/// What a band's frame has below its boxes.
const BAND_BOTTOM: f64 = 14.0;
/// Between two bands.
const BAND_GAP: f64 = 18.0;
/// Between a band's frame and its outer boxes.
const BAND_SIDE: f64 = 22.0;
/// Around everything.
const MARGIN: f64 = 28.0;
/// What stands above everything: the names of the columns.
const HEADINGS: f64 = 30.0;

/// A box, or the whole.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Rect {
    pub(crate) x: f64,
    pub(crate) y: f64,
    pub(crate) width: f64,
    pub(crate) height: f64,
}

impl Rect {
    pub(crate) fn right(self) -> f64 {
        self.x + self.width
    }

    pub(crate) fn bottom(self) -> f64 {
        self.y + self.height
    }

    pub(crate) fn middle(self) -> f64 {
        self.y + self.height / 2.0
    }

    /// Whether two have more than an edge in common.
    pub(crate) fn meets(self, other: Self) -> bool {
        self.x < other.right()
            && other.x < self.right()
            && self.y < other.bottom()
            && other.y < self.bottom()
    }
}

/// A point of a curve.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Point {
    pub(crate) x: f64,
    pub(crate) y: f64,
}

/// How an edge runs: from the first point to the last, straight across columns and curved between them.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Curve {
    pub(crate) pieces: Vec<Piece>,
    /// The middle of its label.
    pub(crate) label: Point,
}

/// A part of a curve.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Piece {
    pub(crate) from: Point,
    /// The handles of a cubic curve; none for a straight line.
    pub(crate) handles: Option<(Point, Point)>,
    pub(crate) to: Point,
}

/// The nodes of a folder.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Band {
    pub(crate) name: String,
    pub(crate) frame: Rect,
}

/// The name of neighbouring columns.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Heading {
    pub(crate) stage: Stage,
    pub(crate) x: f64,
    pub(crate) width: f64,
}

/// The whole picture.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Layout {
    pub(crate) width: f64,
    pub(crate) height: f64,
    /// One for each node.
    pub(crate) boxes: Vec<Rect>,
    /// One for each edge.
    pub(crate) curves: Vec<Curve>,
    pub(crate) bands: Vec<Band>,
    pub(crate) headings: Vec<Heading>,
}

/// What stands in a column: a node, or a bend of an edge on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Holds {
    Node(usize),
    Bend(usize),
}

/// A place in a column.
#[derive(Debug, Clone)]
struct Slot {
    holds: Holds,
    column: usize,
    /// The band, for columns that are divided into bands.
    band: usize,
    height: f64,
    /// The slots that it is joined to in the column before and in the one after.
    left: Vec<usize>,
    right: Vec<usize>,
}

/// A graph on its way to a layout.
struct Draft {
    columns: Columns,
    groups: Groups,
    slots: Vec<Slot>,
    /// The slots of each edge, from where it starts to where it ends.
    chains: Vec<Vec<usize>>,
    /// The slots of each column from top to bottom, bands together.
    order: Vec<Vec<usize>>,
}

impl Draft {
    fn of(view: &View) -> Self {
        let columns = Columns::of(view);
        let groups = Groups::of(view, &columns);
        let mut slots: Vec<Slot> = (0..view.nodes.len())
            .map(|node| Slot {
                holds: Holds::Node(node),
                column: columns.of_node[node],
                band: groups.band(node),
                height: BOX_HEIGHT,
                left: Vec::new(),
                right: Vec::new(),
            })
            .collect();
        let edges = view.edges.iter().enumerate();
        let chains = edges
            .map(|(number, edge)| chain(number, edge, &mut slots))
            .collect();
        let mut order = vec![Vec::new(); columns.count()];
        for (number, slot) in slots.iter().enumerate() {
            order[slot.column].push(number);
        }
        for column in &mut order {
            column.sort_by_key(|slot| slots[*slot].band);
        }
        Self {
            columns,
            groups,
            slots,
            chains,
            order,
        }
    }
}

/// Makes the bends of an edge and joins everything on its way. Ends in one column are not joined: their
/// curve runs beside it.
fn chain(number: usize, edge: &Edge, slots: &mut Vec<Slot>) -> Vec<usize> {
    let (from, to) = (edge.from, edge.to);
    let (start, end) = (slots[from].column, slots[to].column);
    if start == end {
        return vec![from, to];
    }
    // The first column has no bands of its own, so a bend takes the band of an end that has one.
    let band = if end == 0 {
        slots[from].band
    } else {
        slots[to].band
    };
    let between: Vec<usize> = if start < end {
        (start + 1..end).collect()
    } else {
        (end + 1..start).rev().collect()
    };
    let mut chain = vec![from];
    for column in between {
        chain.push(slots.len());
        slots.push(Slot {
            holds: Holds::Bend(number),
            column,
            band,
            height: 4.0,
            left: Vec::new(),
            right: Vec::new(),
        });
    }
    chain.push(to);
    for pair in chain.windows(2) {
        let (a, b) = (pair[0], pair[1]);
        let (left, right) = if start < end { (a, b) } else { (b, a) };
        slots[left].right.push(right);
        slots[right].left.push(left);
    }
    chain
}

/// Lays a view out.
pub(crate) fn layout(view: &View) -> Layout {
    let mut draft = Draft::of(view);
    order::arrange(&mut draft);
    let widths = draft.columns.widths(view);
    let (middles, spans) = heights::place(&draft);
    let lefts = lefts(&draft, &widths);
    let rect = |slot: usize| {
        let (column, height) = (draft.slots[slot].column, draft.slots[slot].height);
        Rect {
            x: lefts[column],
            y: middles[slot] - height / 2.0,
            width: widths[column],
            height,
        }
    };
    let boxes: Vec<Rect> = (0..view.nodes.len()).map(rect).collect();
    let places: Vec<Rect> = (0..draft.slots.len()).map(rect).collect();
    let labels: Vec<String> = view.edges.iter().map(|edge| label(&edge.access)).collect();
    let curves = curves::curves(&draft, &places, &boxes, &labels);
    let right = lefts.last().zip(widths.last()).map_or(0.0, |(x, w)| x + w);
    let bands = bands(&draft, &spans, &lefts, right);
    let headings = draft.columns.headings(&lefts, &widths);
    let lowest = boxes.iter().map(|rect| rect.bottom());
    let lowest = lowest.chain(bands.iter().map(|band| band.frame.bottom()));
    let lowest = lowest.chain(curves.iter().flat_map(Curve::lowest));
    let side = if bands.is_empty() { 0.0 } else { BAND_SIDE };
    let farthest = curves
        .iter()
        .flat_map(Curve::farthest)
        .fold(right + side, f64::max);
    Layout {
        width: farthest + MARGIN,
        height: lowest.fold(HEADINGS, f64::max) + MARGIN,
        boxes,
        curves,
        bands,
        headings,
    }
}

impl Curve {
    fn points(&self) -> impl Iterator<Item = Point> {
        self.pieces.iter().flat_map(|piece| {
            let handles = piece.handles.map(|(a, b)| [a, b]);
            [piece.from, piece.to]
                .into_iter()
                .chain(handles.into_iter().flatten())
        })
    }

    fn lowest(&self) -> impl Iterator<Item = f64> {
        self.points().map(|point| point.y)
    }

    fn farthest(&self) -> impl Iterator<Item = f64> {
        self.points().map(|point| point.x)
    }
}

/// What an edge's label says.
pub(crate) fn label(access: &[Access]) -> String {
    let names: Vec<&str> = access.iter().map(|access| access.name()).collect();
    names.join(", ")
}

/// Where columns begin. The more edges run between two, the farther they are from each other.
fn lefts(draft: &Draft, widths: &[f64]) -> Vec<f64> {
    let mut x = MARGIN;
    let mut lefts = Vec::new();
    for (column, width) in widths.iter().enumerate() {
        lefts.push(x);
        let crossing: usize = draft.order[column]
            .iter()
            .map(|slot| draft.slots[*slot].right.len())
            .sum();
        let gap = 70.0 + (2.0 * crossing as f64).min(60.0);
        let framed = draft.groups.is_banded() && column == 0;
        x += width + gap + if framed { BAND_SIDE } else { 0.0 };
    }
    lefts
}

fn bands(draft: &Draft, spans: &[(f64, f64)], lefts: &[f64], right: f64) -> Vec<Band> {
    if !draft.groups.is_banded() {
        return Vec::new();
    }
    let first = draft.columns.first_banded();
    let x = lefts.get(first).copied().unwrap_or(MARGIN) - BAND_SIDE;
    let named = draft.groups.names.iter().zip(spans);
    let framed = named.map(|(name, (top, bottom))| Band {
        name: name.clone(),
        frame: Rect {
            x,
            y: top - BAND_TOP,
            width: right + BAND_SIDE - x,
            height: bottom - top + BAND_TOP + BAND_BOTTOM,
        },
    });
    framed.collect()
}
