//! What may be lowered and what may be written: settings resolved, requirements judged.
//!
//! [`Checked`] is made only here, and lowering and emitting take nothing else, so what was not
//! judged cannot be written.

mod apps;
mod builtin;
mod cel;
mod checked;
mod findings;
mod graph;
mod judge;
mod layers;
mod packs;
mod plan;
mod resolve;
mod tier;
mod waivers;

pub use apps::{Neighbour, check_uses};
pub use checked::Checked;
pub use findings::{Bound, Finding, Fix, Policy};
pub use graph::{Verdict, check_graph, unknown_environment};
pub use layers::{PackLayers, PackModule, PackValue};
pub use packs::{
    Level, Pack, PackRequest, PackTest, Ramp, Rule, RuleSet, TestResource, date,
    judge_test_resources, load_packs, pack_schema, shipped_packs, waiver_schema,
};
pub use plan::check_plan;
pub use waivers::{Waiver, Waivers};

#[cfg(test)]
mod tests;
