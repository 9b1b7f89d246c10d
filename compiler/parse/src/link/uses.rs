use std::collections::{BTreeMap, BTreeSet};

use klo_intent::{ArgumentUse, MethodUse};
use klo_source::Span;

use super::value::{Tag, Values};

/// How a unit uses one resource.
#[derive(Debug, Clone, Default)]
pub(crate) struct Use {
    /// Methods called, with the place of each call.
    pub(crate) methods: BTreeMap<MethodUse, BTreeSet<Span>>,
    /// Arguments of those calls that need more than the call alone.
    pub(crate) arguments: BTreeSet<ArgumentUse>,
    /// Places that prove it.
    pub(crate) at: BTreeSet<Span>,
}

/// Everything that a unit uses.
#[derive(Debug, Default)]
pub(crate) struct Uses {
    pub(crate) by_tag: BTreeMap<Tag, Use>,
    /// Uses of Django's default database and cache, which settings name instead of values.
    pub(crate) django_database: BTreeSet<Span>,
    pub(crate) django_cache: BTreeSet<Span>,
    /// Whether it may save or delete a model of Django's.
    pub(crate) saves_models: bool,
    /// Names of keys with which items of tables are asked for.
    pub(crate) table_keys: BTreeMap<Tag, BTreeSet<Vec<String>>>,
    /// Calls on clients that no annotation stands for, by type.
    pub(crate) unannotated: BTreeMap<String, BTreeSet<Span>>,
    /// Lists by whose entries calls do one thing or another: see `Machine::settle_entries`.
    pub(crate) entries: BTreeMap<(Tag, MethodUse), Entries>,
}

/// The lists that are given to calls of an operation.
#[derive(Debug, Clone, Default)]
pub(crate) struct Entries {
    pub(crate) values: Values,
    /// Whether some call is given what cannot be read.
    pub(crate) unread: bool,
}

impl Uses {
    pub(crate) fn record(&mut self, tag: Tag, method: Option<MethodUse>, at: Span) {
        let found = self.by_tag.entry(tag).or_default();
        found.at.insert(at);
        if let Some(method) = method {
            found.methods.entry(method).or_default().insert(at);
        }
    }

    /// Calls on clients that no annotation stands for. One that turned out to be on an annotated
    /// resource, once more was known, is none of them.
    pub(crate) fn unannotated(&self) -> BTreeMap<String, BTreeSet<Span>> {
        let known: BTreeSet<Span> = self
            .by_tag
            .values()
            .flat_map(|found| found.at.iter().copied())
            .collect();
        let of = |(ty, at): (&String, &BTreeSet<Span>)| {
            let at: BTreeSet<Span> = at.difference(&known).copied().collect();
            (!at.is_empty()).then(|| (ty.clone(), at))
        };
        self.unannotated.iter().filter_map(of).collect()
    }
}
