//! What keeps data, from the table beside this file.

use std::sync::LazyLock;

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::value::{at_path, text};

/// A type of resource that keeps data, with what changes do to it. Facts name their source and the
/// day they were read.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Store {
    /// The resource's type.
    #[serde(rename = "type")]
    pub kind: String,
    /// What Pulumi calls it in its state: `aws:rds/instance:Instance`.
    pub pulumi: String,
    /// What people call it.
    pub noun: String,
    /// Where the facts come from.
    pub source: String,
    /// The day they were read.
    pub read: String,
    /// Arguments whose change destroys it and makes an empty one.
    pub replaced_by: Vec<String>,
    #[serde(default)]
    pub(crate) replaced_down: Vec<String>,
    #[serde(default)]
    pub(crate) replaced_from: Vec<From>,
    #[serde(default)]
    pub(crate) refused: Vec<String>,
    #[serde(default)]
    pub(crate) refused_down: Vec<String>,
    #[serde(default)]
    pub(crate) shrinks: Vec<Size>,
    #[serde(default)]
    pub(crate) history: Vec<Reach>,
    #[serde(default)]
    pub(crate) guards: Vec<Guard>,
    pub(crate) leaves: Vec<Rest>,
    pub(crate) copy: String,
}

/// A value that an argument cannot leave in place.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct From {
    pub(crate) argument: String,
    pub(crate) from: String,
}

/// A size, and why a smaller one is a danger.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Size {
    pub(crate) argument: String,
    #[serde(default)]
    pub(crate) unit: String,
    pub(crate) because: String,
}

/// How far back one can go.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Reach {
    pub(crate) argument: String,
    pub(crate) unit: String,
    /// What is kept for that time.
    pub(crate) of: String,
    /// The number that holds where none is set.
    #[serde(default)]
    pub(crate) unset: Option<f64>,
    /// Whether less of it deletes something at once.
    #[serde(default = "yes")]
    pub(crate) now: bool,
}

fn yes() -> bool {
    true
}

/// A flag that guards against deletion.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Guard {
    pub(crate) argument: String,
    pub(crate) is: bool,
}

/// What is left after deletion, where the argument has the value; without a value where it is set,
/// without an argument always.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Rest {
    #[serde(default)]
    argument: Option<String>,
    #[serde(default)]
    is: Option<Value>,
    text: String,
}

impl Store {
    /// The row of a resource's type, where it keeps data.
    pub(crate) fn of(kind: &str) -> Option<&'static Self> {
        stores().iter().find(|store| store.kind == kind)
    }

    /// What is left when a resource with these arguments is deleted.
    pub(crate) fn rest(&self, attributes: &Map<String, Value>) -> &str {
        let holds = |rest: &&Rest| match (&rest.argument, &rest.is) {
            (None, _) => true,
            (Some(argument), None) => at_path(attributes, argument).is_some(),
            (Some(argument), Some(is)) => at_path(attributes, argument) == Some(is),
        };
        let found = self.leaves.iter().find(holds);
        found.map_or("nothing is left of it", |rest| rest.text.as_str())
    }

    /// Whether a change of an argument makes the provider replace it.
    pub(crate) fn is_replaced_by(&self, argument: &str, old: &Value, new: &Value) -> bool {
        let named = |names: &[String]| names.iter().any(|name| name == argument);
        named(&self.replaced_by)
            || named(&self.replaced_down) && is_lower(old, new)
            || self
                .replaced_from
                .iter()
                .any(|one| one.argument == argument && old.as_str() == Some(&one.from))
    }
}

/// Whether a version is lower than another, number by number.
pub(crate) fn is_lower(old: &Value, new: &Value) -> bool {
    let numbers = |value: &Value| -> Option<Vec<u64>> {
        let version = text(value);
        let parts = version.split('.').map(|part| {
            let digits: String = part.chars().take_while(char::is_ascii_digit).collect();
            digits.parse().ok()
        });
        parts.collect()
    };
    match (numbers(old), numbers(new)) {
        // `17` says no minor version, so it is no lower than `17.4`.
        (Some(old), Some(new)) => {
            let known = old.len().min(new.len());
            new[..known] < old[..known]
        }
        _ => false,
    }
}

/// Every type that keeps data.
pub fn stores() -> &'static [Store] {
    &TABLE.store
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    store: Vec<Store>,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    // A test reads the table, so that a mistake in it never reaches a user.
    toml::from_str(include_str!("stores.toml")).expect("the table beside this file")
});
