//! Data intents: what each becomes, and how units find it.
//!
//! A store offers fields, not resources: whether a database was made, stands behind a proxy, was
//! there before or comes from a module, units see the same [`crate::context::Store`].

mod backup;
mod bucket;
mod cache;
mod common;
mod config;
mod credentials;
mod database;
mod doors;
mod facts;
mod given;
pub(crate) mod keys;
mod module;
mod plain;
pub(crate) mod queue;
mod rds_proxy;
mod secret;
mod table;
mod topic;
mod url;
mod volume;

use klo_intent::{Intent, IntentId, Kind};

use crate::context::{Lowering, Store};
use given::Given;
pub(crate) use plain::lower as lower_plain;

/// Lowers every data intent and notes how units reach it. An intent whose lowering reports an error
/// has no store.
pub(crate) fn lower(lowering: &mut Lowering<'_>) {
    keys::lower(lowering);
    let graph = lowering.graph;
    for (id, intent) in graph.iter() {
        if !intent.kind.is_unit() && intent.kind != Kind::Site {
            common::record_names(lowering, intent);
        }
        if let Some(store) = store(lowering, id, intent.kind) {
            lowering.stores.insert(id, store);
        }
    }
}

/// Connections that a database accepts; `None` where its shape is not known.
pub(crate) fn most_connections(lowering: &mut Lowering<'_>, database: &Intent) -> Option<u64> {
    let shape = database::Shape::of(lowering, database)?;
    Some(shape.connections().0)
}

fn store(lowering: &mut Lowering<'_>, id: IntentId, kind: Kind) -> Option<Store> {
    match Given::of(lowering, id) {
        Some(given) => wire(lowering, id, kind, &given?),
        None => make(lowering, id, kind),
    }
}

/// A store that klo makes; `None` after a report.
fn make(lowering: &mut Lowering<'_>, id: IntentId, kind: Kind) -> Option<Store> {
    match kind {
        Kind::Database => database::lower(lowering, id),
        Kind::Cache => cache::lower(lowering, id),
        Kind::Bucket => bucket::lower(lowering, id),
        Kind::Table => table::lower(lowering, id),
        Kind::Volume => volume::lower(lowering, id),
        Kind::Queue => queue::lower(lowering, id),
        Kind::Topic => topic::lower(lowering, id),
        Kind::Secret => secret::lower(lowering, id),
        Kind::Config => Some(config::lower(lowering, id)),
        Kind::Service | Kind::Function | Kind::Job | Kind::Site => None,
    }
}

/// A store that is there or that a module makes; `None` after a report.
fn wire(lowering: &mut Lowering<'_>, id: IntentId, kind: Kind, given: &Given<'_>) -> Option<Store> {
    match kind {
        Kind::Database => database::wire(lowering, id, given),
        Kind::Cache => cache::wire(lowering, id, given),
        Kind::Bucket => bucket::wire(lowering, given),
        Kind::Table => table::wire(lowering, given),
        Kind::Volume => volume::wire(lowering, id, given),
        Kind::Queue => queue::wire(lowering, given),
        Kind::Topic => topic::wire(lowering, given),
        Kind::Secret => secret::wire(lowering, id, given),
        Kind::Config | Kind::Service | Kind::Function | Kind::Job | Kind::Site => None,
    }
}

#[cfg(test)]
mod tests;
