//! Data stores that are deleted, replaced, shrunk or asked for what cannot be.

use serde_json::Value;

use super::{DATA, holds_data, is_store, subject};
use crate::changes::{Attribute, Risk, RiskKind};
use crate::compare::{Both, Pair};
use crate::snapshot::{Resource, Spot};
use crate::stores::{Store, is_lower};
use crate::tool::{Forgotten, ToolChange};
use crate::value::{at_path, number, text};

pub(super) fn of(pair: &Pair<'_>, both: &[Both<'_>]) -> Vec<Risk> {
    let mut found: Vec<Risk> = elsewhere(pair).into_iter().collect();
    found.extend(with_other_tools(pair));
    for (spot, resource) in pair.gone() {
        if is_store(resource) && !pair.new.released.contains(spot) {
            found.extend(deleted(pair, spot, resource));
        }
    }
    for one in both.iter().filter(|one| is_store(one.new)) {
        let Some(store) = Store::of(&one.new.kind) else {
            continue;
        };
        let about = About {
            subject: subject(pair.new, one.spot, one.new),
            store,
            one,
            pair,
        };
        match about.replaced() {
            Some(risk) => found.push(risk),
            None => {
                found.extend(about.refused());
                found.extend(about.shrunk());
            }
        }
        found.extend(about.unprotected());
    }
    found
}

/// Another region: the provider looks for everything there.
fn elsewhere(pair: &Pair<'_>) -> Option<Risk> {
    let mut moved = Vec::new();
    let mut regions = None;
    for (id, old) in &pair.old.intents {
        let now = pair.renames.intent(id);
        let Some(new) = pair.new.intents.get(now) else {
            continue;
        };
        let (from, to) = (old.attribute("region"), new.attribute("region"));
        if from != to && DATA.contains(&old.kind.as_str()) && old.attribute("existing").is_null() {
            moved.push(now);
            regions = Some((from.clone(), to.clone()));
        }
    }
    let (from, to) = regions?;
    let (was, now) = (text(&from), text(&to));
    Some(Risk {
        kind: RiskKind::Replaced,
        loses_data: true,
        subject: "region".to_owned(),
        address: None,
        what: pair.new.tools.elsewhere(&was, &now, &moved.join(", ")),
        forced_by: vec![Attribute {
            path: "region".to_owned(),
            old: Some(from),
            new: Some(to),
        }],
        safe_way: vec![
            format!(
                "Leave this environment in {was}, and add one for {now} beside it in klo.yaml."
            ),
            "Apply the new one, and copy the data of each store into it.".to_owned(),
            "Send the users there, and check.".to_owned(),
            "Take the old environment down and remove it in a change of its own.".to_owned(),
        ],
    })
}

/// Other tools: what is in the state of one is in no other's.
fn with_other_tools(pair: &Pair<'_>) -> Option<Risk> {
    let (old, new) = (&pair.old.tools, &pair.new.tools);
    let stores = super::stores_of(pair.old).join(", ");
    let change = new.since(old)?;
    if stores.is_empty() {
        return None;
    }
    Some(Risk {
        kind: RiskKind::Replaced,
        loses_data: matches!(change, ToolChange::Other),
        subject: "emit".to_owned(),
        address: None,
        what: new.instead_of(old, change, &stores),
        forced_by: vec![Attribute {
            path: "emit".to_owned(),
            old: Some(old.list().into()),
            new: Some(new.list().into()),
        }],
        safe_way: new.changed_from(old, change),
    })
}

fn deleted(pair: &Pair<'_>, spot: &Spot, resource: &Resource) -> Option<Risk> {
    let store = Store::of(&resource.kind)?;
    let subject = subject(pair.old, spot, resource);
    let owner = pair.old.intents.get(&subject);
    // Credentials that klo makes go with what they open.
    if store.noun == "secret" && owner.is_none_or(|intent| intent.kind != "secret") {
        return None;
    }
    let now = pair.renames.intent(&subject);
    let noun = &store.noun;
    let why = match (owner, pair.new.intents.get(now)) {
        (Some(_), None) => format!("`{subject}` is no longer in the source"),
        (_, Some(intent)) if !intent.attribute("existing").is_null() => {
            let tools = pair.new.tools.names();
            format!("`{now}` is `existing` now, so {tools} destroys the one that klo made")
        }
        (Some(_), Some(_)) => format!("`{now}` is made of other resources now"),
        (None, _) => "nothing needs it any more".to_owned(),
    };
    let mut what = format!(
        "the {noun} is destroyed: {why}; {}",
        store.rest(&resource.attributes)
    );
    if resource.prevent_destroy {
        what.push_str(&format!(". {}", pair.new.tools.guard_that_goes()));
    }
    let mut safe_way = Vec::new();
    if let Some(owner) = owner {
        let named = subject.split_once('.').map_or("", |(_, name)| name);
        let twins = pair.new.intents.iter().filter(|(id, intent)| {
            intent.kind == owner.kind && !pair.old.intents.contains_key(*id)
        });
        for (id, _) in twins {
            safe_way.push(format!(
                "If `{id}` is the same {noun} under a new name, say `was = \"{named}\"` beside that name: \
                 what is there then moves to it."
            ));
        }
    }
    if !holds_data(pair.old, &subject) {
        return Some(Risk {
            kind: RiskKind::Deleted,
            loses_data: false,
            subject: now.to_owned(),
            address: Some(spot.address.clone()),
            what,
            forced_by: Vec::new(),
            safe_way: vec!["Look first whether it is empty.".to_owned()],
        });
    }
    let tools = &pair.new.tools;
    let forgotten = Forgotten {
        spot,
        store,
        guarded: resource.prevent_destroy,
        // An intent that stays has something else in this one's place.
        used: !pair.new.intents.contains_key(now),
    };
    safe_way.extend(tools.forget(pair.old, &forgotten));
    let unguard = resource
        .prevent_destroy
        .then(|| tools.unguard(pair.old, spot, store));
    let unguard = match unguard.flatten() {
        Some(command) => format!(", after {command}"),
        None => String::new(),
    };
    safe_way.push(format!(
        "To delete it: copy first what matters ({}), and remove it in a change of its own{unguard}.",
        store.copy
    ));
    Some(Risk {
        kind: RiskKind::Deleted,
        loses_data: true,
        subject: now.to_owned(),
        address: Some(spot.address.clone()),
        what,
        forced_by: Vec::new(),
        safe_way,
    })
}

/// A data store that is on both sides.
struct About<'a> {
    subject: String,
    store: &'static Store,
    one: &'a Both<'a>,
    pair: &'a Pair<'a>,
}

impl About<'_> {
    fn risk(
        &self,
        kind: RiskKind,
        what: String,
        forced_by: Vec<Attribute>,
        safe_way: Vec<String>,
    ) -> Risk {
        Risk {
            kind,
            loses_data: kind < RiskKind::Unprotected && holds_data(self.pair.new, &self.subject),
            subject: self.subject.clone(),
            address: Some(self.one.spot.address.clone()),
            what,
            forced_by,
            safe_way,
        }
    }

    /// Attributes that changed in one of these arguments.
    fn changed(&self, arguments: &[String]) -> Vec<Attribute> {
        let of = |attribute: &&Attribute| {
            let argument = attribute.path.split(['.', '[']).next();
            arguments.iter().any(|one| Some(one.as_str()) == argument)
        };
        self.one.attributes.iter().filter(of).cloned().collect()
    }

    fn replaced(&self) -> Option<Risk> {
        let arguments = self.one.replaced_by();
        if arguments.is_empty() {
            return None;
        }
        let noun = &self.store.noun;
        let named: Vec<String> = arguments.iter().map(|name| format!("`{name}`")).collect();
        let (named, cannot) = (named.join(", "), "cannot change in place");
        let mut what = format!("the {noun} is destroyed and made anew, empty: {named} {cannot}; ");
        if self.one.new.prevent_destroy {
            what.push_str(&self.pair.new.tools.refuses());
        } else {
            what.push_str(self.store.rest(&self.one.old.attributes));
        }
        let mut safe_way = Vec::new();
        if self.pair.old.app != self.pair.new.app {
            safe_way.push(format!(
                "Leave `app: {}` as it is: the app's name is part of every name in AWS.",
                self.pair.old.app
            ));
        }
        safe_way.extend(self.staged());
        Some(self.risk(RiskKind::Replaced, what, self.changed(&arguments), safe_way))
    }

    /// The way to what cannot be done in place, and loses nothing.
    fn staged(&self) -> Vec<String> {
        let (subject, noun) = (&self.subject, &self.store.noun);
        vec![
            format!(
                "Leave `{subject}` as it is, and add a second {noun} under another name that is as wanted."
            ),
            format!("Apply, and copy the data: {}.", self.store.copy),
            "Let the code use the new one, apply, and check.".to_owned(),
            "Remove the old one in a change of its own.".to_owned(),
        ]
    }

    fn refused(&self) -> Option<Risk> {
        let lower = |attribute: &&Attribute| {
            let of = self.store.refused_down.contains(&attribute.path);
            let (old, new) = (attribute.old.as_ref(), attribute.new.as_ref());
            of && matches!((old, new), (Some(old), Some(new)) if is_lower(old, new))
        };
        let mut forced_by: Vec<Attribute> =
            self.one.attributes.iter().filter(lower).cloned().collect();
        forced_by.extend(self.changed(&self.store.refused));
        let first = forced_by.first()?;
        let what = format!(
            "AWS does not do this to a {} that is there, and the apply fails: {}",
            self.store.noun,
            sentence(first)
        );
        Some(self.risk(RiskKind::Refused, what, forced_by, self.staged()))
    }

    fn shrunk(&self) -> Option<Risk> {
        let (size, change) = self.store.shrinks.iter().find_map(|size| {
            let change = self
                .one
                .attributes
                .iter()
                .find(|one| one.path == size.argument)?;
            is_smaller(change.old.as_ref()?, change.new.as_ref()?).then_some((size, change))
        })?;
        let unit = match size.unit.as_str() {
            "" => String::new(),
            unit => format!(" {unit}"),
        };
        let side = |value: &Option<Value>| value.as_ref().map(text).unwrap_or_default();
        let (was, now) = (side(&change.old), side(&change.new));
        let what = format!(
            "`{}` goes from {was}{unit} to {now}{unit}. {}",
            size.argument,
            capital(&size.because)
        );
        let mut safe_way = vec![format!("Leave the size as it is: {was}{unit}.")];
        safe_way.extend(
            self.staged()
                .into_iter()
                .map(|step| match step.strip_prefix("Leave ") {
                    Some(rest) => format!("To get smaller: leave {rest}"),
                    None => step,
                }),
        );
        Some(self.risk(RiskKind::Shrunk, what, vec![change.clone()], safe_way))
    }

    fn unprotected(&self) -> Option<Risk> {
        let dropped = |attribute: &&Attribute| {
            let guard = |path: &str, is: bool| {
                attribute.path == path
                    && attribute.old == Some(Value::Bool(is))
                    && attribute.new != Some(Value::Bool(is))
            };
            guard(&self.pair.new.tools.guard(), true)
                || self
                    .store
                    .guards
                    .iter()
                    .any(|one| guard(&one.argument, one.is))
        };
        let forced_by: Vec<Attribute> = self
            .one
            .attributes
            .iter()
            .filter(dropped)
            .cloned()
            .collect();
        if forced_by.is_empty() {
            return None;
        }
        let names: Vec<String> = forced_by
            .iter()
            .map(|one| format!("`{}`", one.path))
            .collect();
        let what = format!(
            "what keeps the {} and its data from being deleted by mistake is taken away: {}",
            self.store.noun,
            names.join(", ")
        );
        let safe_way = vec![
            "Leave it on. Where the data is meant to go, take it off in the change that deletes it, so that \
             a reviewer sees both."
                .to_owned(),
        ];
        Some(self.risk(RiskKind::Unprotected, what, forced_by, safe_way))
    }
}

/// `engine_version` from 17 to 16.
fn sentence(attribute: &Attribute) -> String {
    let side = |value: &Option<Value>| value.as_ref().map_or_else(|| "unset".to_owned(), text);
    format!(
        "`{}` from {} to {}",
        attribute.path,
        side(&attribute.old),
        side(&attribute.new)
    )
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => String::new(),
    }
}

/// Whether a number is smaller, or a size of the same family of machines: `cache.t4g.micro` than
/// `cache.t4g.small`.
fn is_smaller(old: &Value, new: &Value) -> bool {
    if let (Some(old), Some(new)) = (number(old), number(new)) {
        return new < old;
    }
    let (old, new) = (text(old), text(new));
    match (old.rsplit_once('.'), new.rsplit_once('.')) {
        (Some((family, old)), Some((same, new))) if family == same => {
            matches!((rank(old), rank(new)), (Some(old), Some(new)) if new < old)
        }
        _ => false,
    }
}

/// Where a size stands among those of its family.
fn rank(size: &str) -> Option<u32> {
    let named = ["nano", "micro", "small", "medium", "large", "xlarge"];
    if let Some(at) = named.iter().position(|name| *name == size) {
        return Some(at as u32);
    }
    let times: u32 = size.strip_suffix("xlarge")?.parse().ok()?;
    Some(named.len() as u32 + times)
}

/// The value of an argument; null where unset.
pub(super) fn argument(resource: &Resource, path: &str) -> Value {
    at_path(&resource.attributes, path)
        .cloned()
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn machines_of_a_family_have_an_order() {
        let smaller = |old: &str, new: &str| is_smaller(&old.into(), &new.into());
        assert!(smaller("cache.t4g.small", "cache.t4g.micro"));
        assert!(smaller("cache.r7g.12xlarge", "cache.r7g.2xlarge"));
        assert!(smaller("cache.r7g.2xlarge", "cache.r7g.xlarge"));
        assert!(!smaller("cache.t4g.micro", "cache.t4g.small"));
        assert!(!smaller("cache.t4g.medium", "cache.r7g.large"));
        assert!(is_smaller(&40.into(), &20.into()) && !is_smaller(&20.into(), &40.into()));
    }
}
