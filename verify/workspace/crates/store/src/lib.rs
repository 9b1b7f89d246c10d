//! What the ledger holds.

/// The version of its schema.
pub const SCHEMA: &str = include_str!("schema.txt");

/// How many entries it begins with.
pub fn entries() -> usize {
    env!("ENTRIES").parse().unwrap_or(0)
}
