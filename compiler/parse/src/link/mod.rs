//! Facts of all files become intents and edges: imports are resolved, values followed from the
//! place that makes a client to the calls that use it, each unit by itself.

mod assemble;
mod attribute;
mod bindings;
mod call;
mod cells;
mod classes;
mod classify;
mod collections;
mod commands;
mod config_objects;
mod crates;
mod crates_aws;
mod crates_filters;
mod crates_settings;
mod crates_web;
mod delegates;
mod dependencies;
mod dispatch;
mod django;
mod edge_notes;
mod edges;
mod entries;
mod environment;
mod eval;
mod extend;
mod frame;
mod inert;
mod intents;
mod keys;
mod lazy;
mod library;
mod machine;
mod methods;
mod modules;
mod named_imports;
mod names;
mod parameters;
mod pending;
mod processes;
mod program;
mod registry;
mod resources;
mod sdk;
mod serving;
mod settings;
mod signals;
mod special;
mod stated;
mod survey;
mod unit;
mod unit_code;
mod url;
mod used;
mod uses;
mod value;
mod values;
mod wants;
mod ways_in;

pub(crate) use assemble::link;
pub(crate) use pending::Evaluation;
pub(crate) use survey::{ResourceSeen, Survey, UnitSeen, survey};

#[cfg(test)]
mod tests;
