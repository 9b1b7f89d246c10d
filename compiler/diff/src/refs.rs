//! Renames: which resource and intent is which under its new name, and old values as they read
//! under the new names.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::snapshot::{Snapshot, Spot};

/// What goes by another name since.
#[derive(Debug, Default)]
pub(crate) struct Renames {
    /// Present spots by former ones.
    spots: BTreeMap<Spot, Spot>,
    /// Present ids of intents by former ones.
    pub(crate) intents: BTreeMap<String, String>,
}

impl Renames {
    /// What the new plan's moves say, as far as both sides have the two ends.
    pub(crate) fn between(old: &Snapshot, new: &Snapshot) -> Self {
        let mut renames = Self::default();
        for (to, from) in &new.moved {
            let (Some(before), Some(after)) = (old.resources.get(from), new.resources.get(to))
            else {
                continue;
            };
            if new.resources.contains_key(from) || old.resources.contains_key(to) {
                continue;
            }
            renames.spots.insert(from.clone(), to.clone());
            let gone =
                |id: &&String| !new.intents.contains_key(*id) && old.intents.contains_key(*id);
            let come =
                |id: &&String| !old.intents.contains_key(*id) && new.intents.contains_key(*id);
            for id in before.intents.iter().filter(gone) {
                let kind = &old.intents[id].kind;
                let mut same = after.intents.iter().filter(come);
                if let Some(now) = same.find(|now| new.intents[*now].kind == *kind) {
                    renames.intents.insert(id.clone(), now.clone());
                }
            }
        }
        renames
    }

    /// The spot of a former one now.
    pub(crate) fn spot<'s>(&'s self, spot: &'s Spot) -> &'s Spot {
        self.spots.get(spot).unwrap_or(spot)
    }

    /// The id of a former one now.
    pub(crate) fn intent<'s>(&'s self, id: &'s str) -> &'s str {
        self.intents.get(id).map_or(id, String::as_str)
    }

    /// Attributes of the old side with references under the new names.
    pub(crate) fn rewritten(&self, attributes: &Map<String, Value>) -> Map<String, Value> {
        let entries = attributes.iter();
        entries
            .map(|(key, value)| (key.clone(), self.value(value)))
            .collect()
    }

    fn value(&self, value: &Value) -> Value {
        match value {
            Value::Array(all) => Value::Array(all.iter().map(|one| self.value(one)).collect()),
            Value::Object(map) => match map.get("$ref").and_then(Value::as_str) {
                Some(reference) => serde_json::json!({ "$ref": self.reference(reference) }),
                None => Value::Object(self.rewritten(map)),
            },
            other => other.clone(),
        }
    }

    fn reference(&self, text: &str) -> String {
        for (from, to) in &self.spots {
            if let Some(rest) = after(text, &from.address, &['.', '[']) {
                return format!("{}{rest}", to.address);
            }
        }
        for (from, to) in &self.intents {
            let (Some((kind, was)), Some((_, now))) = (from.split_once('.'), to.split_once('.'))
            else {
                continue;
            };
            // Keys of variables are called after intents; local values keep their former names.
            let key = |name: &str| format!("[\"{kind}-{name}\"]");
            if text.starts_with("var.") && text.contains(&key(was)) {
                return text.replace(&key(was), &key(now));
            }
        }
        text.to_owned()
    }
}

/// What follows a name that a text begins with, where the name ends there.
fn after<'t>(text: &'t str, name: &str, ends: &[char]) -> Option<&'t str> {
    text.strip_prefix(name)
        .filter(|rest| rest.is_empty() || rest.starts_with(ends))
}
