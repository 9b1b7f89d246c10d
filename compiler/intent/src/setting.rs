use klo_source::Span;

use crate::value::AttrValue;

/// Where an effective value came from, strongest first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    /// The environment's `resources` entry.
    EnvironmentResources,
    /// The `resources` entry for all environments.
    Resources,
    /// The annotation, or `declare`.
    Annotation,
    /// What the code says without an annotation: an engine from its driver, a port, a key schema.
    Code,
    /// `klo.yaml`'s setting for the kind or the app: `run_on`, `tags`, the environment's region.
    Configuration,
    /// A rule set's `choose`.
    Choose {
        /// The pack.
        pack: String,
    },
    /// A rule set's `defaults`.
    Defaults {
        /// The pack.
        pack: String,
    },
    /// A formula over other settings, such as capacity from `users`.
    Formula,
    /// klo's own default.
    BuiltIn,
}

/// A value that a stronger one replaced.
#[derive(Debug, Clone, PartialEq)]
pub struct Superseded {
    /// The value.
    pub value: AttrValue,
    /// Its layer.
    pub origin: Origin,
    /// Where it is written.
    pub span: Option<Span>,
}

/// An effective value with its history.
#[derive(Debug, Clone, PartialEq)]
pub struct Setting {
    /// The value.
    pub value: AttrValue,
    /// The layer that it came from.
    pub origin: Origin,
    /// Where it is written, or the code that implied it.
    pub span: Option<Span>,
    /// The weaker layers' values, strongest first.
    pub overridden: Vec<Superseded>,
}

impl Setting {
    /// The pack whose `choose` or `defaults` the value came from.
    pub fn rule_set(&self) -> Option<&str> {
        match &self.origin {
            Origin::Choose { pack } | Origin::Defaults { pack } => Some(pack),
            _ => None,
        }
    }
}
