//! What both forms for people say in the same words.

use std::collections::BTreeMap;

use crate::changes::{
    AppChanges, Attribute, Base, Comparison, Decided, DecisionChanges, EdgeChange, IntentChange,
    ResourceChanges, ResourceSummary, Status,
};
use crate::value::{list_change, text};

/// Values longer than this are cut: the whole is in the JSON form.
const LONGEST: usize = 120;

/// What it was compared with.
pub(super) fn base(base: &Base) -> String {
    match base {
        Base::Revision {
            revision,
            commit,
            because,
        } => {
            let short: String = commit.chars().take(10).collect();
            let because = because
                .as_ref()
                .map_or(String::new(), |why| format!(": {why}"));
            if *revision == *commit {
                return format!("Compared with {short}{because}.");
            }
            format!("Compared with {} ({short}){because}.", printable(revision))
        }
        Base::Folder { path } => format!("Compared with {}.", printable(path)),
    }
}

/// Environments that changed alike, with their names: `shop dev, prod`.
pub(super) fn alike(comparison: &Comparison) -> Vec<(String, &AppChanges)> {
    let mut found: Vec<(Vec<&AppChanges>, AppChanges)> = Vec::new();
    for one in comparison
        .changes
        .iter()
        .filter(|one| one.status != Status::Unchanged)
    {
        let mut nameless = one.clone();
        nameless.environment.clear();
        match found.iter_mut().find(|(_, known)| *known == nameless) {
            Some((all, _)) => all.push(one),
            None => found.push((vec![one], nameless)),
        }
    }
    // What may lose data comes first.
    found.sort_by_key(|(_, one)| !one.at_risk.iter().any(|risk| risk.loses_data));
    let named = found.into_iter().filter_map(|(all, _)| {
        let first = *all.first()?;
        let names: Vec<&str> = all.iter().map(|one| one.environment.as_str()).collect();
        Some((format!("{} {}", first.app, names.join(", ")), first))
    });
    named.collect()
}

/// What there is to say of the rest: what did not change, and what could not be compared.
pub(super) fn end(comparison: &Comparison) -> Option<String> {
    let same = unchanged(comparison);
    let mut said = match same.len() == comparison.changes.len() {
        true if comparison.complete => "No change.".to_owned(),
        false if !same.is_empty() => format!("No change: {}.", same.join("; ")),
        _ => String::new(),
    };
    if !comparison.complete {
        said.push_str(if said.is_empty() { "" } else { " " });
        said.push_str("Not everything could be compared, for the errors that are told.");
    }
    (!said.is_empty()).then_some(said)
}

/// Environments without a change: `shop dev`.
fn unchanged(comparison: &Comparison) -> Vec<String> {
    let same = comparison
        .changes
        .iter()
        .filter(|one| one.status == Status::Unchanged);
    same.map(|one| format!("{} {}", one.app, one.environment))
        .collect()
}

/// `2 changes may lose data; 1 opens access; …; resources: 3 added, 1 changed`.
pub(super) fn summary(one: &AppChanges) -> String {
    let mut parts = Vec::new();
    let risks = |loses| {
        one.at_risk
            .iter()
            .filter(|risk| risk.loses_data == loses)
            .count()
    };
    match risks(true) {
        0 => {}
        1 => parts.push("1 change may lose data".to_owned()),
        count => parts.push(format!("{count} changes may lose data")),
    }
    match risks(false) {
        0 => {}
        1 => parts.push("1 change wants a look".to_owned()),
        count => parts.push(format!("{count} changes want a look")),
    }
    if risks(true) == 0 {
        parts.push("no data is at risk".to_owned());
    }
    let resources = &one.resources;
    let moved = moved(resources);
    let count = counts(&[
        (resources.added.len(), "added"),
        (resources.changed.len() - moved, "changed"),
        (moved, "moved"),
        (resources.removed.len(), "removed"),
        (resources.released.len(), "released"),
    ]);
    parts.push(match count.as_str() {
        "" => "no resource changes".to_owned(),
        count => format!("resources: {count}"),
    });
    parts.join("; ")
}

/// How many resources have another address and are otherwise as before.
pub(super) fn moved(resources: &ResourceChanges) -> usize {
    let changed = resources.changed.iter();
    changed.filter(|one| one.attributes.is_empty()).count()
}

/// Decisions that are as before for other reasons: `network (network)`.
pub(super) fn other_reasons(decisions: &DecisionChanges) -> Vec<String> {
    let same = decisions.changed.iter().filter(|one| one.old == one.new);
    same.map(|one| format!("{} ({})", one.code, one.subject))
        .collect()
}

/// `3 added, 1 changed`; empty where all are none.
pub(super) fn counts(all: &[(usize, &str)]) -> String {
    let some = all.iter().filter(|(count, _)| *count > 0);
    let parts: Vec<String> = some
        .map(|(count, what)| format!("{count} {what}"))
        .collect();
    parts.join(", ")
}

/// The two sides of an attribute, or what came into a list and what went.
pub(super) enum Change {
    /// From one value to another.
    Value(String, String),
    /// What went, and what came.
    List(Vec<String>, Vec<String>),
}

pub(super) fn change(attribute: &Attribute) -> Change {
    match list_change(attribute) {
        Some((gone, come)) => Change::List(
            gone.iter().map(|one| short(one)).collect(),
            come.iter().map(|one| short(one)).collect(),
        ),
        None => {
            let side = |value: &Option<serde_json::Value>| {
                printable(&value.as_ref().map_or_else(|| "unset".to_owned(), text))
            };
            let (old, new) = (side(&attribute.old), side(&attribute.new));
            let from = common(&old, &new);
            Change::Value(
                short(&from_there(&old, from)),
                short(&from_there(&new, from)),
            )
        }
    }
}

/// Where two long texts begin to differ, with a little before it; 0 where that is soon.
fn common(old: &str, new: &str) -> usize {
    const BEFORE: usize = 16;
    let same = old
        .chars()
        .zip(new.chars())
        .take_while(|(a, b)| a == b)
        .count();
    let long = old.chars().count().max(new.chars().count()) > LONGEST;
    if long && same > 2 * BEFORE {
        same - BEFORE
    } else {
        0
    }
}

fn from_there(text: &str, from: usize) -> String {
    match from {
        0 => text.to_owned(),
        from => format!("…{}", text.chars().skip(from).collect::<String>()),
    }
}

/// A text with its end cut where it is long, and nothing in it that a terminal obeys.
pub(super) fn short(text: &str) -> String {
    let text = printable(text);
    match text.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text,
    }
}

/// A text on one line without control characters.
pub(super) fn printable(text: &str) -> String {
    let bad =
        |c: char| c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let shown = text.chars().map(|c| match c {
        '\n' | '\t' | '\r' => ' ',
        c if bad(c) => char::REPLACEMENT_CHARACTER,
        c => c,
    });
    shown.collect()
}

/// Intents that changed alike, in the order of the first of each.
pub(super) fn intents_alike(changed: &[IntentChange]) -> Vec<(Vec<&IntentChange>, &[Attribute])> {
    let mut found: Vec<(Vec<&IntentChange>, &[Attribute])> = Vec::new();
    for one in changed {
        let same = found.iter_mut().find(|(all, attributes)| {
            *attributes == one.attributes.as_slice() && one.was.is_none() && all[0].was.is_none()
        });
        match same {
            Some((all, _)) => all.push(one),
            None => found.push((vec![one], &one.attributes)),
        }
    }
    found
}

/// Resources by the file that holds them.
pub(super) fn by_file(resources: &[ResourceSummary]) -> BTreeMap<&str, Vec<&str>> {
    let mut found: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for one in resources {
        found.entry(&one.file).or_default().push(&one.address);
    }
    found
}

/// `read, write`, and what an edge that stays gains and loses.
pub(super) fn edge(edge: &EdgeChange) -> String {
    match (edge.gains.as_slice(), edge.loses.as_slice()) {
        (gains, []) => gains.join(", "),
        ([], loses) => loses.join(", "),
        (gains, loses) => format!("{} instead of {}", gains.join(", "), loses.join(", ")),
    }
}

/// What was decided, on both sides where it is different.
pub(super) fn decided(one: &Decided) -> String {
    match (&one.old, &one.new) {
        (Some(old), Some(new)) if old == new => short(new),
        (Some(old), Some(new)) => format!("{} → {}", short(old), short(new)),
        (old, new) => new
            .as_ref()
            .or(old.as_ref())
            .map(|one| short(one))
            .unwrap_or_default(),
    }
}
