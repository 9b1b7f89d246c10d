//! The order within columns, so that few edges cross: each slot moves to the mean place of what it is
//! joined to, sweep by sweep, and the best order that was seen stays; then neighbours are swapped where
//! that helps.

use super::Draft;

/// Sweeps over all columns; more changed nothing in graphs of any size that was tried.
const SWEEPS: usize = 24;

/// The places of slots within their columns.
type Places = Vec<usize>;

pub(super) fn arrange(draft: &mut Draft) {
    let mut places = places(draft, &draft.order);
    let mut order = draft.order.clone();
    let mut fewest = crossings(draft, &order, &places);
    for sweep in 0..SWEEPS {
        if fewest == 0 {
            break;
        }
        let columns = draft.order.len();
        for step in 0..columns {
            let from_left = sweep % 2 == 0;
            let column = if from_left { step } else { columns - 1 - step };
            sort(draft, &mut order[column], from_left, &mut places);
        }
        swap(draft, &mut order, &mut places);
        let found = crossings(draft, &order, &places);
        if found < fewest {
            fewest = found;
            draft.order.clone_from(&order);
        }
    }
}

fn places(draft: &Draft, order: &[Vec<usize>]) -> Places {
    let mut places = vec![0; draft.slots.len()];
    for column in order {
        for (place, slot) in column.iter().enumerate() {
            places[*slot] = place;
        }
    }
    places
}

/// Bands stay where they are: a column is sorted band by band, the one of the ways in as a whole.
fn sort(draft: &Draft, column: &mut [usize], by_left: bool, places: &mut Places) {
    let banded = column
        .first()
        .is_some_and(|slot| draft.columns.is_banded(draft.slots[*slot].column));
    let mut keyed: Vec<(usize, f64, usize)> = column
        .iter()
        .enumerate()
        .map(|(place, slot)| {
            let joined = &draft.slots[*slot];
            let (near, far) = if by_left {
                (&joined.left, &joined.right)
            } else {
                (&joined.right, &joined.left)
            };
            let mean = |of: &[usize]| {
                let sum: usize = of.iter().map(|other| places[*other]).sum();
                (!of.is_empty()).then(|| sum as f64 / of.len() as f64)
            };
            let key = mean(near).or_else(|| mean(far)).unwrap_or(place as f64);
            (if banded { joined.band } else { 0 }, key, *slot)
        })
        .collect();
    keyed.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
    for (place, (_, _, slot)) in keyed.into_iter().enumerate() {
        column[place] = slot;
        places[slot] = place;
    }
}

/// Swaps two that stand one above the other while that leaves fewer crossings of their own edges.
fn swap(draft: &Draft, order: &mut [Vec<usize>], places: &mut Places) {
    for column in order {
        for upper in 1..column.len() {
            let (a, b) = (column[upper - 1], column[upper]);
            let (first, second) = (&draft.slots[a], &draft.slots[b]);
            if first.band != second.band {
                continue;
            }
            let between = |above: &[usize], below: &[usize]| -> usize {
                above
                    .iter()
                    .map(|x| below.iter().filter(|y| places[**y] < places[*x]).count())
                    .sum()
            };
            let now = between(&first.left, &second.left) + between(&first.right, &second.right);
            let then = between(&second.left, &first.left) + between(&second.right, &first.right);
            if then < now {
                column.swap(upper - 1, upper);
                places.swap(a, b);
            }
        }
    }
}

/// How many pairs of edges cross between neighbouring columns.
fn crossings(draft: &Draft, order: &[Vec<usize>], places: &Places) -> usize {
    order
        .iter()
        .map(|column| {
            let mut ends: Vec<usize> = Vec::new();
            for slot in column {
                let mut right: Vec<usize> = draft.slots[*slot]
                    .right
                    .iter()
                    .map(|other| places[*other])
                    .collect();
                right.sort_unstable();
                ends.extend(right);
            }
            inversions(&ends)
        })
        .sum()
}

/// Pairs that stand in the wrong order, counted with a tree of partial sums.
fn inversions(ends: &[usize]) -> usize {
    let size = ends.iter().max().map_or(0, |largest| largest + 1);
    let mut tree = vec![0_usize; size + 1];
    let mut found = 0;
    for (seen, end) in ends.iter().enumerate() {
        let mut not_above = 0;
        let mut at = end + 1;
        while at > 0 {
            not_above += tree[at];
            at &= at - 1;
        }
        found += seen - not_above;
        let mut at = end + 1;
        while at <= size {
            tree[at] += 1;
            at += at & at.wrapping_neg();
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::inversions;

    #[test]
    fn inversions_are_pairs_in_the_wrong_order() {
        assert_eq!(inversions(&[]), 0);
        assert_eq!(inversions(&[0, 1, 1, 2]), 0);
        assert_eq!(inversions(&[2, 1, 0]), 3);
        assert_eq!(inversions(&[1, 0, 3, 2, 0]), 5);
    }
}
