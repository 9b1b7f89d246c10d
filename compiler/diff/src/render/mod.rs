//! A comparison as text for a terminal, as Markdown for a pull request, and as JSON.

mod markdown;
mod text;
mod words;

pub use markdown::{markdown, section};
pub use text::text;

use crate::changes::Comparison;

/// The comparison as indented JSON.
pub fn json(comparison: &Comparison) -> String {
    let mut text = serde_json::to_string_pretty(comparison).unwrap_or_default();
    text.push('\n');
    text
}
