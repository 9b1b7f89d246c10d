//! Two snapshots of one environment become what changed between them.

use std::collections::BTreeSet;

use crate::changes::{
    AppChanges, Attribute, Decided, DecisionChanges, EdgeChange, EdgeChanges, IntentChange,
    IntentChanges, IntentSummary, Manifest, ManifestChange, ManifestChanges, ResourceChange,
    ResourceChanges, ResourceSummary, Status,
};
use crate::refs::Renames;
use crate::risk;
use crate::snapshot::{Chosen, Intent, Resource, Root, Snapshot, Spot};
use crate::stores::Store;
use crate::value::{at_path, differences};

/// Both sides with what goes by another name since.
pub(crate) struct Pair<'a> {
    pub(crate) old: &'a Snapshot,
    pub(crate) new: &'a Snapshot,
    pub(crate) renames: Renames,
}

/// A resource that is on both sides.
pub(crate) struct Both<'a> {
    pub(crate) was: &'a Spot,
    pub(crate) spot: &'a Spot,
    pub(crate) old: &'a Resource,
    pub(crate) new: &'a Resource,
    pub(crate) attributes: Vec<Attribute>,
}

/// The states of an environment that are compared.
#[derive(Debug, Clone, Copy)]
pub enum Sides<'a> {
    /// It was not there before.
    Added(&'a Snapshot),
    /// It is there no more.
    Removed(&'a Snapshot),
    /// Before and now.
    Both(&'a Snapshot, &'a Snapshot),
}

/// What changed in an environment.
pub fn compare(sides: Sides<'_>) -> AppChanges {
    let none = Snapshot::default();
    let (before, after, one) = match sides {
        Sides::Added(new) => (&none, new, new),
        Sides::Removed(old) => (old, &none, old),
        Sides::Both(old, new) => (old, new, new),
    };
    let pair = Pair {
        old: before,
        new: after,
        renames: Renames::between(before, after),
    };
    let both = pair.both();
    let at_risk = match sides {
        Sides::Removed(old) => risk::of_removed(old),
        _ => risk::of(&pair, &both),
    };
    let stores = risk::states(&pair, &both, &at_risk);
    let mut changes = AppChanges {
        app: one.app.clone(),
        environment: one.environment.clone(),
        status: Status::Unchanged,
        stores,
        at_risk,
        intents: pair.intents(),
        edges: pair.edges(),
        decisions: pair.decisions(),
        resources: pair.resources(&both),
        manifests: pair.manifests(),
    };
    changes.status = match sides {
        Sides::Added(_) => Status::Added,
        Sides::Removed(_) => Status::Removed,
        Sides::Both(old, new) if old.app != new.app || !is_empty(&changes) => Status::Changed,
        Sides::Both(..) => Status::Unchanged,
    };
    changes
}

fn is_empty(changes: &AppChanges) -> bool {
    changes.at_risk.is_empty()
        && changes.intents == IntentChanges::default()
        && changes.edges == EdgeChanges::default()
        && changes.decisions == DecisionChanges::default()
        && changes.resources == ResourceChanges::default()
        && changes.manifests == ManifestChanges::default()
}

impl Pair<'_> {
    /// Resources that both sides have, by their spot now.
    fn both(&self) -> Vec<Both<'_>> {
        let found = self.old.resources.iter().filter_map(|(was, old)| {
            let (spot, new) = self.new.resources.get_key_value(self.renames.spot(was))?;
            let mut attributes =
                differences(&self.renames.rewritten(&old.attributes), &new.attributes);
            if old.prevent_destroy != new.prevent_destroy {
                attributes.push(Attribute {
                    path: self.new.tools.guard(),
                    old: Some(old.prevent_destroy.into()),
                    new: Some(new.prevent_destroy.into()),
                });
            }
            Some(Both {
                was,
                spot,
                old,
                new,
                attributes,
            })
        });
        let mut found: Vec<Both<'_>> = found.collect();
        found.sort_by_key(|both| both.spot);
        found
    }

    /// Resources that are no more.
    pub(crate) fn gone(&self) -> impl Iterator<Item = (&Spot, &Resource)> {
        let here = |spot: &Spot| self.new.resources.contains_key(self.renames.spot(spot));
        self.old
            .resources
            .iter()
            .filter(move |(spot, _)| !here(spot))
    }

    /// Resources that are new.
    pub(crate) fn come(&self) -> impl Iterator<Item = (&Spot, &Resource)> {
        let known: BTreeSet<&Spot> = self
            .old
            .resources
            .keys()
            .map(|spot| self.renames.spot(spot))
            .collect();
        self.new
            .resources
            .iter()
            .filter(move |(spot, _)| !known.contains(spot))
    }

    /// An intent before, by its id now.
    pub(crate) fn before(&self, now: &str) -> Option<&Intent> {
        let mut all = self.old.intents.iter();
        all.find(|(id, _)| self.renames.intent(id) == now)
            .map(|(_, intent)| intent)
    }

    /// Whether an intent, by its id now, was there before.
    pub(crate) fn was_there(&self, now: &str) -> bool {
        self.before(now).is_some()
    }

    fn intents(&self) -> IntentChanges {
        let mut found = IntentChanges::default();
        for (id, intent) in &self.old.intents {
            let now = self.renames.intent(id);
            let Some(present) = self.new.intents.get(now) else {
                found.removed.push(summary(id, intent));
                continue;
            };
            let attributes = differences(&intent.attributes, &present.attributes);
            let was = (now != id).then(|| id.clone());
            if was.is_some() || !attributes.is_empty() {
                found.changed.push(IntentChange {
                    id: now.to_owned(),
                    was,
                    attributes,
                });
            }
        }
        let known: BTreeSet<&str> = self
            .old
            .intents
            .keys()
            .map(|id| self.renames.intent(id))
            .collect();
        let come = self
            .new
            .intents
            .iter()
            .filter(|(id, _)| !known.contains(id.as_str()));
        found.added = come.map(|(id, intent)| summary(id, intent)).collect();
        found.changed.sort_by(|a, b| a.id.cmp(&b.id));
        found
    }

    fn edges(&self) -> EdgeChanges {
        let schedule = |id: &str| match id.strip_prefix("schedule.") {
            // A schedule is called after its unit.
            Some(unit) => {
                let renamed = self.renames.intents.iter();
                let of_unit = |(from, _): &(&String, &String)| {
                    from.split_once('.').is_some_and(|(_, name)| name == unit)
                };
                let now = renamed
                    .into_iter()
                    .find(of_unit)
                    .and_then(|(_, to)| to.split_once('.'));
                now.map(|(_, name)| format!("schedule.{name}"))
            }
            None => None,
        };
        let now = |id: &String| schedule(id).unwrap_or_else(|| self.renames.intent(id).to_owned());
        let mut found = EdgeChanges::default();
        let none = BTreeSet::new();
        let mut known = BTreeSet::new();
        for ((from, to), access) in &self.old.edges {
            let ends = (now(from), now(to));
            let present = self.new.edges.get(&ends);
            if let Some(edge) = edge(&ends, access, present.unwrap_or(&none)) {
                match present {
                    Some(_) => found.changed.push(edge),
                    None => found.removed.push(edge),
                }
            }
            known.insert(ends);
        }
        for (ends, access) in self
            .new
            .edges
            .iter()
            .filter(|(ends, _)| !known.contains(*ends))
        {
            found.added.extend(edge(ends, &none, access));
        }
        found
    }

    fn decisions(&self) -> DecisionChanges {
        let mut found = DecisionChanges::default();
        let mut known = BTreeSet::new();
        for ((code, subject), old) in &self.old.decisions {
            let key = (code.clone(), self.subject(subject));
            match self.new.decisions.get(&key) {
                Some(new) if new == old => {}
                Some(new) => found.changed.push(decided(&key, Some(old), Some(new))),
                None => found.removed.push(decided(&key, Some(old), None)),
            }
            known.insert(key);
        }
        for (key, new) in self
            .new
            .decisions
            .iter()
            .filter(|(key, _)| !known.contains(*key))
        {
            found.added.push(decided(key, None, Some(new)));
        }
        found
    }

    /// What a decision is about, under its name now: an intent, a resource's address, or `network`.
    fn subject(&self, subject: &str) -> String {
        let moved = Root::ALL.into_iter().find_map(|root| {
            let spot = Spot {
                root,
                address: subject.to_owned(),
            };
            let now = self.renames.spot(&spot);
            (*now != spot).then(|| now.address.clone())
        });
        moved.unwrap_or_else(|| self.renames.intent(subject).to_owned())
    }

    fn resources(&self, both: &[Both<'_>]) -> ResourceChanges {
        let mut found = ResourceChanges::default();
        for one in both {
            let was = (one.was != one.spot).then(|| one.was.address.clone());
            if was.is_none() && one.attributes.is_empty() {
                continue;
            }
            found.changed.push(ResourceChange {
                root: folder(self.new, one.spot),
                address: one.spot.address.clone(),
                was,
                intents: one.new.intents.clone(),
                file: one.new.file.clone(),
                replaced_by: one.replaced_by(),
                attributes: one.attributes.clone(),
            });
        }
        for (spot, resource) in self.gone() {
            let summary = resource_summary(self.old, spot, resource);
            if self.new.released.contains(spot) {
                found.released.push(summary);
            } else {
                found.removed.push(summary);
            }
        }
        found.added = self
            .come()
            .map(|(spot, one)| resource_summary(self.new, spot, one))
            .collect();
        found
    }

    fn manifests(&self) -> ManifestChanges {
        let mut found = ManifestChanges::default();
        for (object, old) in &self.old.objects {
            let Some(new) = self.new.objects.get(object) else {
                found.removed.push(Manifest {
                    object: object.clone(),
                    file: old.file.clone(),
                });
                continue;
            };
            let body = |body: &serde_json::Value| body.as_object().cloned().unwrap_or_default();
            let attributes = differences(&body(&old.body), &body(&new.body));
            if !attributes.is_empty() {
                found.changed.push(ManifestChange {
                    object: object.clone(),
                    file: new.file.clone(),
                    attributes,
                });
            }
        }
        let come = self.new.objects.iter();
        let come = come.filter(|(object, _)| !self.old.objects.contains_key(*object));
        found.added = come
            .map(|(object, new)| Manifest {
                object: object.clone(),
                file: new.file.clone(),
            })
            .collect();
        found
    }
}

impl Both<'_> {
    /// Arguments that make the provider replace it, as far as that is known: for what keeps data.
    pub(crate) fn replaced_by(&self) -> Vec<String> {
        let Some(store) = Store::of(&self.new.kind) else {
            return Vec::new();
        };
        let mut found: Vec<String> = Vec::new();
        for attribute in &self.attributes {
            let argument = attribute.path.split(['.', '[']).next().unwrap_or_default();
            let side = |resource: &Resource| {
                let value = at_path(&resource.attributes, argument);
                value.cloned().unwrap_or_default()
            };
            if store.is_replaced_by(argument, &side(self.old), &side(self.new))
                && !found.iter().any(|known| known == argument)
            {
                found.push(argument.to_owned());
            }
        }
        found
    }
}

fn summary(id: &str, intent: &Intent) -> IntentSummary {
    let none = serde_json::Map::new();
    IntentSummary {
        id: id.to_owned(),
        at: intent.at.clone(),
        attributes: differences(&none, &intent.attributes),
    }
}

/// The folder of a resource's root.
fn folder(side: &Snapshot, spot: &Spot) -> String {
    spot.root.folder(side.tools.first()).to_owned()
}

fn resource_summary(side: &Snapshot, spot: &Spot, resource: &Resource) -> ResourceSummary {
    ResourceSummary {
        root: folder(side, spot),
        address: spot.address.clone(),
        intents: resource.intents.clone(),
        purpose: resource.purpose.clone(),
        file: resource.file.clone(),
    }
}

fn edge(
    ends: &(String, String),
    old: &BTreeSet<String>,
    new: &BTreeSet<String>,
) -> Option<EdgeChange> {
    (old != new).then(|| EdgeChange {
        from: ends.0.clone(),
        to: ends.1.clone(),
        gains: new.difference(old).cloned().collect(),
        loses: old.difference(new).cloned().collect(),
    })
}

fn decided(key: &(String, String), old: Option<&Chosen>, new: Option<&Chosen>) -> Decided {
    let because = new.or(old).map(|one| one.because.clone());
    Decided {
        code: key.0.clone(),
        subject: key.1.clone(),
        old: old.map(|one| one.chosen.clone()),
        new: new.map(|one| one.chosen.clone()),
        because: because.unwrap_or_default(),
    }
}
