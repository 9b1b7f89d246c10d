//! The places that parts of an expression take, by its words.

use klo_source::TextRange;

use super::super::lex::Token;

/// From a bracket to its partner.
pub(super) fn bracket(tokens: &[Token], at: usize) -> TextRange {
    let open = tokens[at];
    let close = open.partner.map_or(open, |at| tokens[at]);
    TextRange::new(open.start.min(close.start), open.end.max(close.end))
}

/// Both ranges and what is between, with the partners of all brackets in it.
pub(super) fn around(tokens: &[Token], a: TextRange, b: TextRange) -> TextRange {
    let mut range = TextRange {
        start: a.start.min(b.start),
        end: a.end.max(b.end),
    };
    loop {
        let first = tokens.partition_point(|token| token.end <= range.start as usize);
        let last = tokens.partition_point(|token| token.start < range.end as usize);
        let wider = tokens[first..last.max(first)]
            .iter()
            .filter_map(|token| token.partner)
            .map(|at| tokens[at].range())
            .fold(range, |range, partner| TextRange {
                start: range.start.min(partner.start),
                end: range.end.max(partner.end),
            });
        if wider == range {
            return range;
        }
        range = wider;
    }
}
