//! How edges run between boxes, and where their labels stand.

use std::collections::BTreeMap;

use super::{BOX_HEIGHT, Curve, Draft, Piece, Point, Rect, text};

/// Between two edges that meet a box on one side.
const BETWEEN_ENDS: f64 = 9.0;
/// The share of a box's side on which edges end.
const SIDE: f64 = BOX_HEIGHT - 18.0;
/// The font of labels, and what stands around their text.
const LABEL_SIZE: f64 = 11.0;
const LABEL_HEIGHT: f64 = 15.0;
const LABEL_SIDES: f64 = 8.0;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Side {
    Left,
    Right,
}

/// Where an edge meets a box.
struct End {
    /// The height of where it comes from or goes to next.
    towards: f64,
    edge: usize,
    /// Whether it starts here.
    starts: bool,
}

/// One curve for each edge.
pub(super) fn curves(
    draft: &Draft,
    places: &[Rect],
    boxes: &[Rect],
    labels: &[String],
) -> Vec<Curve> {
    let ends = ends(draft, places);
    let mut taken: Vec<Rect> = boxes.to_vec();
    let mut curves = Vec::new();
    for (chain, ((from, to), label)) in draft.chains.iter().zip(ends.into_iter().zip(labels)) {
        let pieces = if is_beside(draft, chain) {
            vec![beside(from, to)]
        } else {
            pieces(places, chain, from, to)
        };
        let label = stand(&pieces, label, &mut taken);
        curves.push(Curve { pieces, label });
    }
    curves
}

/// Whether an edge joins two boxes of one column.
fn is_beside(draft: &Draft, chain: &[usize]) -> bool {
    draft.slots[chain[0]].column == draft.slots[chain[chain.len() - 1]].column
}

/// Where each edge starts and ends. Edges on one side of a box stand apart, in the order of where they go.
fn ends(draft: &Draft, places: &[Rect]) -> Vec<(Point, Point)> {
    let mut sides: BTreeMap<(usize, Side), Vec<End>> = BTreeMap::new();
    for (edge, chain) in draft.chains.iter().enumerate() {
        let (first, last) = (chain[0], chain[chain.len() - 1]);
        let to_the_right = draft.slots[first].column <= draft.slots[last].column;
        let back = draft.slots[first].column >= draft.slots[last].column;
        let out = if to_the_right {
            Side::Right
        } else {
            Side::Left
        };
        let into = if back { Side::Right } else { Side::Left };
        let next = places[chain[1]].middle();
        let previous = places[chain[chain.len() - 2]].middle();
        let mut meet = |slot, side, towards, starts| {
            let end = End {
                towards,
                edge,
                starts,
            };
            sides.entry((slot, side)).or_default().push(end);
        };
        meet(first, out, next, true);
        meet(last, into, previous, false);
    }
    let nowhere = Point { x: 0.0, y: 0.0 };
    let mut ends = vec![(nowhere, nowhere); draft.chains.len()];
    for ((slot, side), mut met) in sides {
        met.sort_by(|a, b| {
            let heights = a.towards.total_cmp(&b.towards);
            heights.then((a.edge, a.starts).cmp(&(b.edge, b.starts)))
        });
        let gaps = met.len().saturating_sub(1) as f64;
        let apart = if gaps > 0.0 {
            BETWEEN_ENDS.min(SIDE / gaps)
        } else {
            0.0
        };
        let rect = places[slot];
        for (number, End { edge, starts, .. }) in met.into_iter().enumerate() {
            let point = Point {
                x: match side {
                    Side::Left => rect.x,
                    Side::Right => rect.right(),
                },
                y: rect.middle() + apart * (number as f64 - gaps / 2.0),
            };
            if starts {
                ends[edge].0 = point;
            } else {
                ends[edge].1 = point;
            }
        }
    }
    ends
}

/// From box to box through the bends between.
fn pieces(places: &[Rect], chain: &[usize], from: Point, to: Point) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut at = from;
    for bend in &chain[1..chain.len() - 1] {
        let rect = places[*bend];
        let (near, far) = if from.x < to.x {
            (rect.x, rect.right())
        } else {
            (rect.right(), rect.x)
        };
        let y = rect.middle();
        let (near, far) = (Point { x: near, y }, Point { x: far, y });
        pieces.push(bow(at, near));
        pieces.push(Piece {
            from: near,
            handles: None,
            to: far,
        });
        at = far;
    }
    pieces.push(bow(at, to));
    pieces
}

/// A curve that leaves and arrives level.
fn bow(from: Point, to: Point) -> Piece {
    let reach = (to.x - from.x) / 2.0;
    let handles = (
        Point {
            x: from.x + reach,
            y: from.y,
        },
        Point {
            x: to.x - reach,
            y: to.y,
        },
    );
    Piece {
        from,
        handles: Some(handles),
        to,
    }
}

/// A curve to another box of the same column, along its right side.
fn beside(from: Point, to: Point) -> Piece {
    let out = from.x.max(to.x) + 46.0;
    let handles = (Point { x: out, y: from.y }, Point { x: out, y: to.y });
    Piece {
        from,
        handles: Some(handles),
        to,
    }
}

/// Where on its curve a label stands: nearest to the middle of the last part that is free, where any is.
fn stand(pieces: &[Piece], label: &str, taken: &mut Vec<Rect>) -> Point {
    let width = text::width_of(label, LABEL_SIZE, false) + LABEL_SIDES;
    let around = |point: Point| Rect {
        x: point.x - width / 2.0,
        y: point.y - LABEL_HEIGHT / 2.0,
        width,
        height: LABEL_HEIGHT,
    };
    let spots = || {
        let bowed = pieces.iter().rev().filter(|piece| piece.handles.is_some());
        bowed.flat_map(|piece| {
            [0.5, 0.42, 0.58, 0.34, 0.66, 0.26, 0.74].map(|share| along(piece, share))
        })
    };
    let free = spots().find(|spot| !taken.iter().any(|other| other.meets(around(*spot))));
    let chosen = free.or_else(|| spots().next());
    let chosen = chosen.unwrap_or(Point { x: 0.0, y: 0.0 });
    taken.push(around(chosen));
    chosen
}

/// The point of a cubic curve at a share of its parameter.
pub(super) fn along(piece: &Piece, share: f64) -> Point {
    let (a, b) = piece.handles.unwrap_or((piece.from, piece.to));
    let rest = 1.0 - share;
    let weigh = |p: f64, q: f64, r: f64, s: f64| {
        rest.powi(3) * p
            + 3.0 * rest.powi(2) * share * q
            + 3.0 * rest * share.powi(2) * r
            + share.powi(3) * s
    };
    Point {
        x: weigh(piece.from.x, a.x, b.x, piece.to.x),
        y: weigh(piece.from.y, a.y, b.y, piece.to.y),
    }
}
