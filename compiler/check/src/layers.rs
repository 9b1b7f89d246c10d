use klo_intent::{AttrValue, Kind, Module, Tier};
use klo_source::Span;

/// One value that a rule set fills in.
#[derive(Debug, Clone, PartialEq)]
pub struct PackValue {
    /// The pack.
    pub pack: String,
    /// The kind whose attribute it is.
    pub kind: Kind,
    /// The tier in which it holds; every one without.
    pub tier: Option<Tier>,
    /// The attribute, one of the kind's.
    pub attribute: &'static str,
    /// The value, of the attribute's type.
    pub value: AttrValue,
    /// Where the pack says so.
    pub at: Span,
}

/// An organization's module that a rule set chooses for a kind.
#[derive(Debug, Clone, PartialEq)]
pub struct PackModule {
    /// The kind that it makes.
    pub kind: Kind,
    /// The module.
    pub module: Module,
}

/// What rule sets add to settings, strongest first.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PackLayers {
    /// What a kind means in this organization.
    pub choose: Vec<PackValue>,
    /// What makes a kind in this organization.
    pub modules: Vec<PackModule>,
    /// What fills what is left open.
    pub defaults: Vec<PackValue>,
}

impl PackLayers {
    /// The entries of one layer that hold for an attribute.
    pub(crate) fn matching<'a>(
        layer: &'a [PackValue],
        kind: Kind,
        tier: Tier,
        attribute: &'a str,
    ) -> impl Iterator<Item = &'a PackValue> {
        layer.iter().filter(move |entry| {
            entry.kind == kind
                && entry.attribute == attribute
                && entry.tier.is_none_or(|wanted| wanted == tier)
        })
    }
}
