//! How wide text is. There is no font here, and the reader's is not known: widths are those of a wide
//! sans-serif, so that what is fitted by them fits.

use crate::model::Node;

/// The sizes of a box's two lines, in pixels.
pub(crate) const NAME_SIZE: f64 = 13.0;
pub(crate) const DETAIL_SIZE: f64 = 11.0;
/// What a box has left of its text (the icon) and right of it.
pub(crate) const BEFORE_TEXT: f64 = 40.0;
const AFTER_TEXT: f64 = 14.0;
/// What the flag of a finding takes beside the name.
pub(crate) const FLAG: f64 = 18.0;
const NARROWEST: f64 = 124.0;
const WIDEST: f64 = 300.0;

/// The width of a node's box by itself.
pub(super) fn box_width(node: &Node) -> f64 {
    let flag = if node.findings.is_empty() { 0.0 } else { FLAG };
    let name = width_of(&node.name, NAME_SIZE, true) + flag;
    let detail = width_of(&node.detail, DETAIL_SIZE, false);
    let wanted = BEFORE_TEXT + name.max(detail) + AFTER_TEXT;
    wanted.clamp(NARROWEST, WIDEST).ceil()
}

/// The text as far as it fits into a box beside its icon, its middle left out where it does not: names of
/// one family differ at their ends.
pub(crate) fn fitted(text: &str, size: f64, bold: bool, box_width: f64) -> String {
    let room = box_width - BEFORE_TEXT - AFTER_TEXT;
    if width_of(text, size, bold) <= room {
        return text.to_owned();
    }
    let characters: Vec<char> = text.chars().collect();
    let mut kept = characters.len().min(120);
    while kept > 2 {
        kept -= 1;
        let (head, tail) = (kept.div_ceil(2), kept / 2);
        let shorter: String = characters[..head]
            .iter()
            .chain(&['…'])
            .chain(&characters[characters.len() - tail..])
            .collect();
        if width_of(&shorter, size, bold) <= room {
            return shorter;
        }
    }
    "…".to_owned()
}

/// The width of a text in pixels, no less than fonts of interfaces make it.
pub(crate) fn width_of(text: &str, size: f64, bold: bool) -> f64 {
    let ems: f64 = text.chars().map(em).sum();
    ems * size * if bold { 1.07 } else { 1.0 }
}

/// Of DejaVu Sans, the widest of the fonts that a system has for interfaces, rounded up.
fn em(character: char) -> f64 {
    match character {
        'i' | 'j' | 'l' => 0.29,
        ' ' | '.' | ',' | ':' | ';' | '\'' | '|' => 0.34,
        'f' | 't' | 'r' | '-' | '(' | ')' | '/' | '[' | ']' => 0.42,
        'm' | 'M' | 'W' | '%' | '@' => 1.0,
        'w' | 'G' | 'O' | 'Q' | 'D' | 'H' | 'N' | 'U' => 0.83,
        'A'..='Z' | '&' => 0.72,
        '\u{0}'..='\u{7f}' => 0.64,
        '\u{80}'..='\u{24f}' => 0.72,
        _ => 1.1,
    }
}
