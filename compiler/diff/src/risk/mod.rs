//! What endangers data, opens access or widens a role.

mod access;
mod history;
mod role;
mod store;

use crate::changes::{Risk, RiskKind, StoreStates};
use crate::compare::{Both, Pair};
use crate::snapshot::{Resource, Snapshot, Spot};
use crate::stores::Store;
use crate::value::differences;

/// Kinds of intents that hold what cannot be made again from the source.
const DATA: [&str; 7] = [
    "bucket", "cache", "database", "queue", "secret", "table", "volume",
];

/// Every risk, gravest first.
pub(crate) fn of(pair: &Pair<'_>, both: &[Both<'_>]) -> Vec<Risk> {
    let mut found = store::of(pair, both);
    found.extend(history::of(pair, both));
    found.extend(access::of(pair, both));
    found.extend(role::of(pair));
    found.sort_by(|a, b| {
        let key = |risk: &Risk| (!risk.loses_data, risk.kind);
        (key(a), &a.subject, &a.address).cmp(&(key(b), &b.subject, &b.address))
    });
    found
}

/// What there is to say where an environment is no more: klo takes its files away, and nothing else
/// knows how its data stores are destroyed or kept.
pub(crate) fn of_removed(old: &Snapshot) -> Vec<Risk> {
    let stores = stores_of(old);
    if stores.is_empty() {
        return Vec::new();
    }
    let environment = &old.environment;
    vec![Risk {
        kind: RiskKind::Deleted,
        loses_data: true,
        subject: environment.clone(),
        address: None,
        what: old.tools.without_files(&stores.join(", ")),
        forced_by: Vec::new(),
        safe_way: std::iter::once(format!(
            "Leave `{environment}` in klo.yaml while it holds anything."
        ))
        .chain(old.tools.take_down())
        .chain(["Remove it from klo.yaml in a change of its own.".to_owned()])
        .collect(),
    }]
}

/// Data stores of one side: ids of intents, then addresses of what serves several.
fn stores_of(side: &Snapshot) -> Vec<String> {
    let mut found: Vec<String> = side
        .resources
        .iter()
        .filter(|(_, resource)| is_store(resource))
        .map(|(spot, resource)| subject(side, spot, resource))
        .filter(|subject| holds_data(side, subject))
        .collect();
    found.sort();
    found.dedup();
    found
}

/// What becomes of each data store.
pub(crate) fn states(pair: &Pair<'_>, both: &[Both<'_>], risks: &[Risk]) -> StoreStates {
    let mut states = StoreStates::default();
    let (mut before, after) = (stores_of(pair.old), stores_of(pair.new));
    // What is used and not made is a store all the same.
    let existing = |side: &Snapshot| -> Vec<String> {
        let given = side.intents.iter().filter(|(_, intent)| {
            DATA.contains(&intent.kind.as_str()) && !intent.attribute("existing").is_null()
        });
        given.map(|(id, _)| id.clone()).collect()
    };
    before.extend(existing(pair.old));
    let after: Vec<String> = after.into_iter().chain(existing(pair.new)).collect();
    before.sort();
    before.dedup();
    for old in &before {
        let now = pair.renames.intent(old);
        let endangered = risks.iter().any(|risk| {
            let about = risk.subject == *old || risk.subject == now;
            risk.loses_data && (about || is_everything(risk))
        });
        let touched = || {
            let resources = both.iter().filter(|one| is_store(one.new));
            let mut own = resources.filter(|one| subject(pair.new, one.spot, one.new) == now);
            let settings = match (pair.old.intents.get(old), pair.new.intents.get(now)) {
                (Some(old), Some(new)) => !differences(&old.attributes, &new.attributes).is_empty(),
                _ => false,
            };
            settings || own.any(|one| !one.attributes.is_empty())
        };
        let list = if endangered || !after.iter().any(|id| id == now) {
            &mut states.at_risk
        } else if now != old || touched() {
            &mut states.kept
        } else {
            &mut states.untouched
        };
        list.push(now.to_owned());
    }
    let known: Vec<&str> = before.iter().map(|id| pair.renames.intent(id)).collect();
    let come = after.into_iter().filter(|id| !known.contains(&id.as_str()));
    states.added = come.collect();
    states
}

/// Whether a risk is about every store of the environment.
fn is_everything(risk: &Risk) -> bool {
    risk.address.is_none() && !risk.subject.contains('.')
}

/// Whether a resource keeps data.
fn is_store(resource: &Resource) -> bool {
    resource.managed && Store::of(&resource.kind).is_some()
}

/// What a resource is about: the intent whose file it is in, or its address where it serves several.
fn subject(side: &Snapshot, spot: &Spot, resource: &Resource) -> String {
    let stem = resource.file.rsplit('/').next().unwrap_or_default();
    let stem = stem.rsplit_once('.').map_or(stem, |(stem, _)| stem);
    let owner = side
        .intents
        .keys()
        .find(|id| id.replacen('.', "-", 1) == stem);
    owner.map_or_else(|| spot.address.clone(), Clone::clone)
}

/// Whether what a subject keeps cannot be made again from the source: true of data intents and of
/// what serves several, false of the queues and buckets of units and sites.
fn holds_data(side: &Snapshot, subject: &str) -> bool {
    side.intents
        .get(subject)
        .is_none_or(|intent| DATA.contains(&intent.kind.as_str()))
}

/// A number as people write it.
fn plain(number: f64) -> String {
    format!("{number}")
}
