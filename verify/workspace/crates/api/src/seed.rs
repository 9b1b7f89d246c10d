//! Fills the store.
fn main() {}
