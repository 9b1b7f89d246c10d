//! What changed between two states of an environment, and what it does to the data that is there.
//!
//! A [`Snapshot`] is read from the documents that klo writes (`graph.json`, `plan.json`, manifests),
//! so a revision that was compiled in memory and a folder on disk are compared alike. [`compare`] is
//! a pure function of two snapshots. Where something stands in the source is compared by nothing:
//! code that moves changes nothing.

mod changes;
mod compare;
mod refs;
pub mod render;
mod risk;
mod snapshot;
mod stores;
mod tool;
mod value;

pub use changes::{
    AppChanges, Attribute, Base, Comparison, Decided, DecisionChanges, EdgeChange, EdgeChanges,
    IntentChange, IntentChanges, IntentSummary, Manifest, ManifestChange, ManifestChanges,
    ResourceChange, ResourceChanges, ResourceSummary, Risk, RiskKind, Status, StoreStates,
};
pub use compare::{Sides, compare};
pub use snapshot::{Snapshot, SnapshotError};
pub use stores::{Store, stores};

/// The JSON Schema of what `klo diff --format json` prints, in draft 2020-12.
pub fn schema() -> serde_json::Value {
    schemars::schema_for!(Comparison).to_value()
}

#[cfg(test)]
mod tests;
