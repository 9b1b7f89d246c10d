//! What a role that was there may do, and might not before.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::access::statements;
use super::subject;
use crate::changes::{Attribute, Risk, RiskKind};
use crate::compare::Pair;
use crate::refs::Renames;
use crate::snapshot::{Snapshot, Spot};
use crate::value::text;

/// What a role may do: an action on a resource, under a condition or none.
type Grant = (String, String, String);

pub(super) fn of(pair: &Pair<'_>) -> Vec<Risk> {
    let names = names(pair);
    let old = grants(pair.old, Some((&pair.renames, &names)));
    let new = grants(pair.new, None);
    let mut found = Vec::new();
    for (role, now) in &new {
        let Some((spot, resource)) = pair.new.resources.get_key_value(role) else {
            continue;
        };
        let was_there = pair
            .old
            .resources
            .keys()
            .any(|was| pair.renames.spot(was) == role);
        if !was_there {
            continue;
        }
        let none = BTreeSet::new();
        let before = old.get(role).unwrap_or(&none);
        let more = now.iter().filter(|grant| !covers(before, grant));
        let more: Vec<&Grant> = more.collect();
        if !more.is_empty() {
            found.push(widened(
                subject(pair.new, spot, resource),
                &spot.address,
                &more,
            ));
        }
    }
    found.extend(trusted(pair));
    found
}

/// Parts of names in AWS that are other ones now, so that a grant on what goes by another name is no
/// new one: the app's, the region's, a renamed intent's.
fn names(pair: &Pair<'_>) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let whole = |side: &Snapshot| format!("{}-{}-", side.app, side.environment);
    for (from, to) in &pair.renames.intents {
        if let (Some((_, from)), Some((_, to))) = (from.split_once('.'), to.split_once('.')) {
            let name = |name: &str| format!("{}{name}", whole(pair.old));
            found.push((name(from), name(to)));
        }
    }
    found.push((whole(pair.old), whole(pair.new)));
    for (id, old) in &pair.old.intents {
        let region = |intent: &crate::snapshot::Intent| text(intent.attribute("region"));
        if let Some(new) = pair.new.intents.get(pair.renames.intent(id)) {
            found.push((region(old), region(new)));
        }
    }
    found.retain(|(from, to)| from != to);
    found.sort();
    found.dedup();
    found
}

/// Whether the grants hold one, or it without its condition.
fn covers(grants: &BTreeSet<Grant>, (action, resource, condition): &Grant) -> bool {
    let bare = |condition: &str| (action.clone(), resource.clone(), condition.to_owned());
    grants.contains(&bare(condition)) || grants.contains(&bare(""))
}

fn widened(subject: String, address: &str, more: &[&Grant]) -> Risk {
    let mut by_resource: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (action, resource, _) in more {
        let actions = by_resource.entry(resource).or_default();
        if !actions.contains(&action.as_str()) {
            actions.push(action);
        }
    }
    let parts: Vec<String> = by_resource
        .iter()
        .map(|(resource, actions)| format!("{} on {}", actions.join(", "), target(resource)))
        .collect();
    let forced_by = by_resource.iter().map(|(resource, actions)| Attribute {
        path: format!("Action[{}]", target(resource)),
        old: None,
        new: Some(actions.iter().map(|action| Value::from(*action)).collect()),
    });
    Risk {
        kind: RiskKind::Widened,
        loses_data: false,
        what: format!("its role may do more: {}", parts.join("; ")),
        forced_by: forced_by.collect(),
        safe_way: vec![format!(
            "Its code asks for it: `klo explain {subject}` names the lines. Where it should not, take the \
             call away."
        )],
        subject,
        address: Some(address.to_owned()),
    }
}

/// A resource in a policy as people read it: its address where it is a reference to its ARN.
fn target(resource: &str) -> String {
    match resource {
        "*" => "everything (`*`)".to_owned(),
        other => other
            .replace("${", "")
            .replace(".arn}", "")
            .replace('}', "")
            .trim_end_matches(".arn")
            .to_owned(),
    }
}

/// What each role may do, by the role's spot under its name now.
fn grants(
    side: &Snapshot,
    renames: Option<(&Renames, &[(String, String)])>,
) -> BTreeMap<Spot, BTreeSet<Grant>> {
    let mut found: BTreeMap<Spot, BTreeSet<Grant>> = BTreeMap::new();
    for (spot, resource) in &side.resources {
        let attributes = match renames {
            Some((renames, _)) => renames.rewritten(&resource.attributes),
            None => resource.attributes.clone(),
        };
        let granted = match resource.kind.as_str() {
            "aws_iam_role_policy" => attributes.get("policy").map(of_policy).unwrap_or_default(),
            "aws_iam_role_policy_attachment" => {
                let policy = attributes.get("policy_arn").map(text).unwrap_or_default();
                vec![("the managed policy".to_owned(), policy, String::new())]
            }
            _ => continue,
        };
        let role = attributes.get("role").map(text).unwrap_or_default();
        let address = role
            .rsplit_once('.')
            .map_or(role.as_str(), |(address, _)| address);
        let role = Spot {
            root: spot.root,
            address: address.to_owned(),
        };
        let names = renames.map_or(&[][..], |(_, names)| names);
        let renamed = |text: &str| {
            let all = names.iter();
            all.fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
        };
        let role = found.entry(role).or_default();
        for (action, resource, condition) in granted {
            // What keeps its former name is granted under that.
            role.insert((action.clone(), renamed(&resource), renamed(&condition)));
            role.insert((action, resource, condition));
        }
    }
    found
}

fn of_policy(policy: &Value) -> Vec<Grant> {
    let mut found = Vec::new();
    for statement in statements(policy) {
        if statement
            .get("Effect")
            .is_none_or(|effect| effect != "Allow")
        {
            continue;
        }
        let condition = statement
            .get("Condition")
            .map(ToString::to_string)
            .unwrap_or_default();
        for action in all(statement.get("Action")) {
            for resource in all(statement.get("Resource")) {
                found.push((action.clone(), resource, condition.clone()));
            }
        }
    }
    found
}

/// One text or a list of them.
fn all(value: Option<&Value>) -> Vec<String> {
    match value {
        Some(Value::Array(all)) => all.iter().map(text).collect(),
        Some(one) => vec![text(one)],
        None => Vec::new(),
    }
}

/// Roles that somebody may take on who might not before: accounts, users and identity providers.
/// Which of AWS's services takes it on follows from where the unit runs.
fn trusted(pair: &Pair<'_>) -> Vec<Risk> {
    let mut found = Vec::new();
    for (was, old) in &pair.old.resources {
        let spot = pair.renames.spot(was);
        let Some(new) = pair.new.resources.get(spot) else {
            continue;
        };
        if new.kind != "aws_iam_role" {
            continue;
        }
        let (before, now) = (
            who(old.attributes.get("assume_role_policy")),
            who(new.attributes.get("assume_role_policy")),
        );
        let more: Vec<String> = now.difference(&before).cloned().collect();
        if !more.is_empty() {
            found.push(Risk {
                kind: RiskKind::Widened,
                loses_data: false,
                subject: subject(pair.new, spot, new),
                address: Some(spot.address.clone()),
                what: format!("its role may be taken on by {}", more.join(", ")),
                forced_by: vec![Attribute {
                    path: "assume_role_policy".to_owned(),
                    old: old.attributes.get("assume_role_policy").cloned(),
                    new: new.attributes.get("assume_role_policy").cloned(),
                }],
                safe_way: vec!["Name who has to take it on, and nobody else.".to_owned()],
            });
        }
    }
    found
}

fn who(policy: Option<&Value>) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for statement in policy.map(statements).unwrap_or_default() {
        match statement.get("Principal") {
            Some(Value::Object(by)) => {
                for (_, who) in by.iter().filter(|(by, _)| *by != "Service") {
                    found.extend(all(Some(who)));
                }
            }
            Some(who) => found.extend(all(Some(who))),
            None => {}
        }
    }
    found
}
