//! Python: source text to facts, and what its projects say about themselves.

pub mod dependencies;
