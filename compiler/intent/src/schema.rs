//! The table of kinds and attributes (language.md §1 and §2): what annotations, `klo.yaml` and rule
//! packs may name, and what the graph shows.

mod messages;
mod shared;
mod stores;
mod units;
mod ways_in;

use crate::attribute::Attribute;
use crate::kind::Kind;

pub use ways_in::{EXPOSE_KEYS, TRIGGER_KEYS};

use messages::{QUEUE, TOPIC};
use stores::{BUCKET, CACHE, CONFIG, DATABASE, SECRET, TABLE, VOLUME};
use units::{FUNCTION, JOB, SERVICE, SITE};

/// The attributes of a kind, in the order in which they are documented; `name` and `was` are
/// properties of every intent and stand in no table.
pub const fn attributes(kind: Kind) -> &'static [Attribute] {
    match kind {
        Kind::Service => SERVICE,
        Kind::Function => FUNCTION,
        Kind::Job => JOB,
        Kind::Site => SITE,
        Kind::Database => DATABASE,
        Kind::Cache => CACHE,
        Kind::Bucket => BUCKET,
        Kind::Table => TABLE,
        Kind::Volume => VOLUME,
        Kind::Queue => QUEUE,
        Kind::Topic => TOPIC,
        Kind::Secret => SECRET,
        Kind::Config => CONFIG,
    }
}

/// One attribute of a kind.
pub fn attribute(kind: Kind, name: &str) -> Option<&'static Attribute> {
    attributes(kind)
        .iter()
        .find(|attribute| attribute.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_of_a_kind_are_unique_and_documented() {
        for kind in Kind::ALL {
            let mut names: Vec<&str> = attributes(kind).iter().map(|a| a.name).collect();
            assert!(
                attributes(kind).iter().all(|a| a.doc.ends_with('.')),
                "{kind}"
            );
            names.sort_unstable();
            names.dedup();
            assert_eq!(names.len(), attributes(kind).len(), "{kind}");
        }
    }
}
