//! What may be lowered and what may be written: settings resolved, requirements judged.
//!
//! [`Checked`] is made only here, and lowering and emitting take nothing else, so what was not
//! judged cannot be written.

mod builtin;
#[allow(
    dead_code,
    unused_imports,
    reason = "rule packs, its only users, are loaded from here on"
)]
mod cel;
mod checked;
mod graph;
mod judge;
mod layers;
mod plan;
mod resolve;
mod tier;

pub use checked::Checked;
pub use graph::{check_graph, check_graph_with, unknown_environment};
pub use layers::{PackLayers, PackValue};
pub use plan::check_plan;
pub use tier::tier;

#[cfg(test)]
mod tests;
