//! How high slots stand: as near to what they are joined to as the order and the distances allow.

use super::{BAND_BOTTOM, BAND_GAP, BAND_TOP, BOX_HEIGHT, Draft, HEADINGS, Holds, MARGIN};

/// Between two boxes, and between a bend and its neighbour: where there is room, and in bands.
const BETWEEN_BOXES: [f64; 2] = [26.0, 14.0];
const BETWEEN_BENDS: [f64; 2] = [12.0, 7.0];
/// Sweeps over all columns.
const SWEEPS: usize = 16;

/// The middle of each slot, and the top and bottom of what each band holds.
pub(super) fn place(draft: &Draft) -> (Vec<f64>, Vec<(f64, f64)>) {
    let spans = spans(draft);
    let mut middles = vec![0.0; draft.slots.len()];
    for run in runs(draft) {
        let top = draft
            .columns
            .is_banded(run.column)
            .then(|| spans[run.band].0);
        let mut y = top.unwrap_or(MARGIN + HEADINGS);
        for (place, slot) in run.slots.iter().enumerate() {
            let next = run.slots.get(place + 1);
            middles[*slot] = y + draft.slots[*slot].height / 2.0;
            y += draft.slots[*slot].height + next.map_or(0.0, |next| distance(draft, *slot, *next));
        }
    }
    let mut runs = runs(draft);
    for sweep in 0..SWEEPS {
        if sweep % 2 == 1 {
            runs.reverse();
        }
        for run in &runs {
            relax(draft, run, &spans, &mut middles);
        }
        if sweep % 2 == 1 {
            runs.reverse();
        }
    }
    (raised(draft, middles), spans)
}

/// Slots of one column whose order is fixed and that may not leave their band.
struct Run {
    column: usize,
    band: usize,
    slots: Vec<usize>,
}

fn runs(draft: &Draft) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for (column, slots) in draft.order.iter().enumerate() {
        let banded = draft.columns.is_banded(column);
        for slot in slots {
            let band = if banded { draft.slots[*slot].band } else { 0 };
            match runs.last_mut() {
                Some(run) if run.column == column && run.band == band => run.slots.push(*slot),
                _ => runs.push(Run {
                    column,
                    band,
                    slots: vec![*slot],
                }),
            }
        }
    }
    runs
}

fn distance(draft: &Draft, above: usize, below: usize) -> f64 {
    let apart = match (draft.slots[above].holds, draft.slots[below].holds) {
        (Holds::Node(_), Holds::Node(_)) => BETWEEN_BOXES,
        _ => BETWEEN_BENDS,
    };
    apart[usize::from(draft.groups.is_banded())]
}

/// From the middle of a slot to the middle of the next.
fn step(draft: &Draft, above: usize, below: usize) -> f64 {
    (draft.slots[above].height + draft.slots[below].height) / 2.0 + distance(draft, above, below)
}

/// Bands one below the other, each as high as its fullest column.
fn spans(draft: &Draft) -> Vec<(f64, f64)> {
    let mut heights = vec![0.0_f64; draft.groups.names.len()];
    for run in runs(draft) {
        if draft.columns.is_banded(run.column) {
            let inner: f64 = run
                .slots
                .windows(2)
                .map(|pair| draft.slots[pair[0]].height + distance(draft, pair[0], pair[1]))
                .sum();
            let last = run
                .slots
                .last()
                .map_or(0.0, |slot| draft.slots[*slot].height);
            heights[run.band] = heights[run.band].max(inner + last);
        }
    }
    let banded = draft.groups.is_banded();
    let mut y = MARGIN + HEADINGS + if banded { BAND_TOP } else { 0.0 };
    heights
        .into_iter()
        .map(|height| {
            let top = y;
            y += height + BAND_BOTTOM + BAND_GAP + BAND_TOP;
            (top, top + height)
        })
        .collect()
}

/// Moves a run's slots to the means of what they are joined to: the nearest heights, in squares, that
/// keep order and distances.
fn relax(draft: &Draft, run: &Run, spans: &[(f64, f64)], middles: &mut [f64]) {
    let mut offsets = Vec::with_capacity(run.slots.len());
    let mut offset = 0.0;
    for (place, slot) in run.slots.iter().enumerate() {
        if place > 0 {
            offset += step(draft, run.slots[place - 1], *slot);
        }
        offsets.push(offset);
    }
    let wanted: Vec<f64> = run
        .slots
        .iter()
        .zip(&offsets)
        .map(|(slot, offset)| mean(draft, *slot, middles) - offset)
        .collect();
    let (first, last) = (run.slots[0], run.slots[run.slots.len() - 1]);
    let half = |slot: usize| draft.slots[slot].height / 2.0;
    let bounds = draft.groups.is_banded().then(|| {
        let in_band = draft.columns.is_banded(run.column);
        let (top, bottom) = match spans.last() {
            Some((_, end)) if !in_band => (spans[0].0, end.max(spans[0].0 + offset + BOX_HEIGHT)),
            _ => spans[run.band],
        };
        let low = top + half(first);
        (low, (bottom - half(last) - offset).max(low))
    });
    for ((slot, offset), fitted) in run.slots.iter().zip(&offsets).zip(rising(&wanted)) {
        let fitted = bounds.map_or(fitted, |(low, high)| fitted.clamp(low, high));
        middles[*slot] = fitted + offset;
    }
}

/// The mean height of what a slot is joined to. Bends pull harder, so that long edges run straight.
fn mean(draft: &Draft, slot: usize, middles: &[f64]) -> f64 {
    let joined = &draft.slots[slot];
    let is_bend = |number: usize| matches!(draft.slots[number].holds, Holds::Bend(_));
    let (mut sum, mut all) = (0.0, 0.0);
    for other in joined.left.iter().chain(&joined.right) {
        let weight = match (is_bend(slot), is_bend(*other)) {
            (true, true) => 8.0,
            (false, false) => 3.0,
            _ => 2.0,
        };
        sum += weight * middles[*other];
        all += weight;
    }
    if all == 0.0 { middles[slot] } else { sum / all }
}

/// The rising sequence nearest to one, in squares: neighbours in the wrong order take their mean.
fn rising(wanted: &[f64]) -> Vec<f64> {
    let mut blocks: Vec<(f64, usize)> = Vec::new();
    for value in wanted {
        blocks.push((*value, 1));
        while let [.., (upper, above), (lower, below)] = blocks[..]
            && upper > lower
        {
            blocks.pop();
            blocks.pop();
            let count = above + below;
            let mean = (upper * above as f64 + lower * below as f64) / count as f64;
            blocks.push((mean, count));
        }
    }
    blocks
        .into_iter()
        .flat_map(|(value, count)| std::iter::repeat_n(value, count))
        .collect()
}

/// The whole, as high as it may stand. With bands that is where it is: only ways in could lie above.
fn raised(draft: &Draft, mut middles: Vec<f64>) -> Vec<f64> {
    let highest = draft
        .slots
        .iter()
        .zip(&middles)
        .map(|(slot, middle)| middle - slot.height / 2.0)
        .fold(f64::INFINITY, f64::min);
    if highest.is_finite() && !draft.groups.is_banded() {
        for middle in &mut middles {
            *middle += MARGIN + HEADINGS - highest;
        }
    }
    middles
}

#[cfg(test)]
mod tests {
    use super::rising;

    #[test]
    fn what_falls_takes_its_mean() {
        assert_eq!(rising(&[1.0, 2.0, 3.0]), [1.0, 2.0, 3.0]);
        assert_eq!(rising(&[3.0, 1.0, 5.0]), [2.0, 2.0, 5.0]);
        assert_eq!(rising(&[9.0, 6.0, 3.0]), [6.0, 6.0, 6.0]);
        assert_eq!(rising(&[]), [] as [f64; 0]);
    }
}
