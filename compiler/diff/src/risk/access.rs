//! What more people or networks reach than before.

use serde_json::Value;

use super::subject;
use crate::changes::{Attribute, Risk, RiskKind};
use crate::compare::{Both, Pair};
use crate::snapshot::{Intent, Resource};
use crate::value::text;

/// Ranges that hold every address.
const EVERYWHERE: [&str; 2] = ["0.0.0.0/0", "::/0"];

/// Flags of resources that close something while they are true.
const CLOSED_BY_TRUE: [&str; 5] = [
    "block_public_acls",
    "block_public_policy",
    "ignore_public_acls",
    "internal",
    "restrict_public_buckets",
];

/// Flags of resources that open something while they are true.
const OPENED_BY_TRUE: [&str; 2] = ["publicly_accessible", "vpc_config.endpoint_public_access"];

pub(super) fn of(pair: &Pair<'_>, both: &[Both<'_>]) -> Vec<Risk> {
    let mut found = Vec::new();
    exposed(pair, &mut found);
    public(pair, &mut found);
    for one in both {
        let about = || subject(pair.new, one.spot, one.new);
        let flags: Vec<Attribute> = one
            .attributes
            .iter()
            .filter(|a| opens(a))
            .cloned()
            .collect();
        if !flags.is_empty() {
            add(&mut found, about(), &one.spot.address, flags);
        }
        let doors = doors(one.new);
        let before = doors_of_old(one.old);
        let new: Vec<Attribute> = doors
            .into_iter()
            .filter(|door| !before.contains(&door.path))
            .collect();
        if !new.is_empty() {
            add(&mut found, about(), &one.spot.address, new);
        }
    }
    for (spot, resource) in pair.come() {
        let doors = doors(resource);
        if !doors.is_empty() {
            add(
                &mut found,
                subject(pair.new, spot, resource),
                &spot.address,
                doors,
            );
        }
    }
    for (spot, resource) in pair.gone() {
        let about = subject(pair.old, spot, resource);
        let closes = matches!(resource.kind.as_str(), "aws_s3_bucket_public_access_block");
        if closes && pair.new.intents.contains_key(pair.renames.intent(&about)) {
            let gone = Attribute {
                path: "block_public_policy".to_owned(),
                old: Some(true.into()),
                new: None,
            };
            add(&mut found, about, &spot.address, vec![gone]);
        }
    }
    found
}

/// Adds what opens a resource to what is said of its subject already.
fn add(found: &mut Vec<Risk>, subject: String, address: &str, forced_by: Vec<Attribute>) {
    if let Some(risk) = found.iter_mut().find(|risk| risk.subject == subject) {
        risk.forced_by.extend(forced_by);
        risk.address.get_or_insert_with(|| address.to_owned());
        return;
    }
    let what = format!("`{address}` lets in what it kept out before");
    found.push(risk(subject, Some(address.to_owned()), what, forced_by));
}

fn risk(subject: String, address: Option<String>, what: String, forced_by: Vec<Attribute>) -> Risk {
    Risk {
        kind: RiskKind::Opened,
        loses_data: false,
        subject,
        address,
        what,
        forced_by,
        safe_way: vec![
            "If it is meant, say so in the pull request; if not, take the annotation or setting back. \
             `internal` in place of `internet`, `auth`, `waf` and `rate_limit` bound who comes in."
                .to_owned(),
        ],
    }
}

/// Units that the internet reaches, or reaches with less in between.
fn exposed(pair: &Pair<'_>, found: &mut Vec<Risk>) {
    let was_exposed = |now: &str| {
        let old = pair.old.edges.keys();
        old.filter(|(from, _)| from == "internet")
            .any(|(_, to)| pair.renames.intent(to) == now)
    };
    for (from, to) in pair.new.edges.keys() {
        if from != "internet" {
            continue;
        }
        let Some(unit) = pair.new.intents.get(to) else {
            continue;
        };
        if !was_exposed(to) {
            let guard = match doors_of(unit).iter().flat_map(guards).next() {
                Some(_) => "",
                None => ", without `auth`",
            };
            let what = format!("the internet reaches `{to}`{guard}");
            let forced_by = vec![Attribute {
                path: "expose".to_owned(),
                old: pair.before(to).map(|unit| unit.attribute("expose").clone()),
                new: Some(unit.attribute("expose").clone()),
            }];
            found.push(risk(to.clone(), None, what, forced_by));
            continue;
        }
        let lost: Vec<Attribute> = pair
            .before(to)
            .map_or_else(Vec::new, |before| lost(before, unit));
        if !lost.is_empty() {
            let names: Vec<String> = lost.iter().map(|one| format!("`{}`", one.path)).collect();
            let what = format!(
                "less stands between the internet and `{to}`: {} is gone",
                names.join(", ")
            );
            found.push(risk(to.clone(), None, what, lost));
        }
    }
}

/// What stood before a unit and stands there no more.
fn lost(before: &Intent, now: &Intent) -> Vec<Attribute> {
    let all = |unit: &Intent| -> Vec<(String, Value)> {
        doors_of(unit).iter().flat_map(guards).collect()
    };
    let (was, is) = (all(before), all(now));
    let gone = was
        .into_iter()
        .filter(|(name, _)| !is.iter().any(|(other, _)| other == name));
    gone.map(|(name, value)| Attribute {
        path: format!("expose.{name}"),
        old: Some(value),
        new: None,
    })
    .collect()
}

/// The ways in that a unit states for the internet.
fn doors_of(unit: &Intent) -> Vec<Value> {
    let doors = unit.attribute("expose").as_array().into_iter().flatten();
    let open = doors.filter(|door| door.get("to").and_then(Value::as_str) == Some("internet"));
    open.cloned().collect()
}

/// What a way in is guarded by.
fn guards(door: &Value) -> Vec<(String, Value)> {
    let stated = ["auth", "waf", "rate_limit"]
        .into_iter()
        .filter_map(|name| {
            let value = door.get(name)?;
            let on = !value.is_null() && *value != Value::Bool(false) && *value != "none";
            on.then(|| (name.to_owned(), value.clone()))
        });
    stated.collect()
}

/// Intents that are public now.
fn public(pair: &Pair<'_>, found: &mut Vec<Risk>) {
    for (id, intent) in &pair.new.intents {
        let is_public = |intent: &Intent| *intent.attribute("public") == Value::Bool(true);
        let before = pair.before(id);
        if is_public(intent) && !before.is_some_and(is_public) {
            let what = match intent.kind.as_str() {
                "site" => format!("everyone may read `{id}`"),
                _ => format!("`{id}` is reached from outside of the network"),
            };
            let forced_by = vec![Attribute {
                path: "public".to_owned(),
                old: before.map(|intent| intent.attribute("public").clone()),
                new: Some(true.into()),
            }];
            found.push(risk(id.clone(), None, what, forced_by));
        }
    }
}

/// Whether a flag of a resource goes to the open side.
fn opens(attribute: &Attribute) -> bool {
    let turned = |from: bool| {
        let unset = attribute.new.is_none() || (from && attribute.new == Some(Value::Bool(false)));
        match from {
            true => attribute.old == Some(Value::Bool(true)) && unset,
            false => attribute.new == Some(Value::Bool(true)) && attribute.old != attribute.new,
        }
    };
    let path = attribute.path.as_str();
    CLOSED_BY_TRUE.contains(&path) && turned(true)
        || OPENED_BY_TRUE.contains(&path) && turned(false)
}

/// Ways into a resource that everyone may take: ranges of every address, and policies that let
/// everyone do something.
fn doors(resource: &Resource) -> Vec<Attribute> {
    let mut found = Vec::new();
    if resource.kind == "aws_vpc_security_group_ingress_rule" {
        for range in ["cidr_ipv4", "cidr_ipv6"] {
            let value = resource.attributes.get(range).cloned().unwrap_or_default();
            if EVERYWHERE.contains(&text(&value).as_str()) {
                found.push(Attribute {
                    path: range.to_owned(),
                    old: None,
                    new: Some(value),
                });
            }
        }
    }
    let policy = resource.attributes.get("policy");
    for statement in policy.map(statements).unwrap_or_default() {
        let is_allow = statement
            .get("Effect")
            .is_some_and(|effect| effect == "Allow");
        if is_allow
            && is_everyone(statement.get("Principal"))
            && statement.get("Condition").is_none()
        {
            let sid = statement.get("Sid").map(text).unwrap_or_default();
            found.push(Attribute {
                path: format!("policy.Statement[{sid}]"),
                old: None,
                new: Some(statement.clone()),
            });
        }
    }
    found
}

fn doors_of_old(resource: &Resource) -> Vec<String> {
    doors(resource).into_iter().map(|door| door.path).collect()
}

fn is_everyone(principal: Option<&Value>) -> bool {
    match principal {
        Some(Value::String(who)) => who == "*",
        Some(Value::Object(by)) => by.get("AWS").is_some_and(|who| match who {
            Value::Array(all) => all.iter().any(|one| one == "*"),
            one => one == "*",
        }),
        _ => false,
    }
}

/// The statements of a policy.
pub(super) fn statements(policy: &Value) -> Vec<Value> {
    let policy = policy.get("$json").unwrap_or(policy);
    match policy.get("Statement") {
        Some(Value::Array(all)) => all.clone(),
        Some(one) => vec![one.clone()],
        None => Vec::new(),
    }
}
