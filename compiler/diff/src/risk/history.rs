//! What is kept for a shorter time: backups, messages, old versions, items, logs.

use serde_json::Value;

use super::store::argument;
use super::{holds_data, is_store, plain, subject};
use crate::changes::{Attribute, Risk, RiskKind};
use crate::compare::{Both, Pair};
use crate::snapshot::Resource;
use crate::stores::{Reach, Store};
use crate::value::{number, text};

pub(super) fn of(pair: &Pair<'_>, both: &[Both<'_>]) -> Vec<Risk> {
    let mut found = Vec::new();
    for one in both {
        let shorter = match one.new.kind.as_str() {
            "aws_dynamodb_table" => [reach(one), expiry(one)].into_iter().flatten().collect(),
            "aws_backup_plan" => days(one, "rule.lifecycle.delete_after", "backups in AWS Backup"),
            "aws_cloudwatch_log_group" => logs(one),
            "aws_s3_bucket_lifecycle_configuration" => objects(Some(one.old), one.new),
            "aws_s3_bucket_versioning" => versioning(one),
            _ if is_store(one.new) => reach(one).into_iter().collect(),
            _ => Vec::new(),
        };
        for shorter in shorter {
            let subject = subject(pair.new, one.spot, one.new);
            found.push(shorter.risk(pair, subject, &one.spot.address));
        }
    }
    found.extend(begun(pair));
    found.extend(stopped(pair));
    found
}

/// Something that is kept for a shorter time.
struct Shorter {
    kind: RiskKind,
    /// Whether something goes at once.
    now: bool,
    what: String,
    forced_by: Vec<Attribute>,
    instead: String,
}

impl Shorter {
    fn risk(self, pair: &Pair<'_>, subject: String, address: &str) -> Risk {
        Risk {
            kind: self.kind,
            loses_data: self.now && holds_data(pair.new, &subject),
            subject,
            address: Some(address.to_owned()),
            what: self.what,
            forced_by: self.forced_by,
            safe_way: vec![self.instead],
        }
    }
}

/// The first reach of a store that is shorter.
fn reach(one: &Both<'_>) -> Option<Shorter> {
    let store = Store::of(&one.new.kind)?;
    store.history.iter().find_map(|reach| {
        let (was, now) = (time(reach, one.old)?, time(reach, one.new)?);
        (now < was).then(|| {
            let unit = &reach.unit;
            let what = match (now == 0.0, reach.now) {
                (true, true) => format!(
                    "{} are switched off, and those of the last {} {unit} are deleted",
                    reach.of,
                    plain(was)
                ),
                (false, true) => format!(
                    "{} are kept for {} {unit} instead of {}: older ones are deleted at once",
                    reach.of,
                    plain(now),
                    plain(was)
                ),
                (_, false) => format!(
                    "{}: {} {unit} instead of {}",
                    reach.of,
                    plain(now),
                    plain(was)
                ),
            };
            Shorter {
                kind: RiskKind::Shortened,
                now: reach.now,
                what,
                forced_by: vec![attribute(&reach.argument, one)],
                instead: match reach.now {
                    true => format!(
                        "Keep {} {unit}, or copy first what is older and still needed ({}).",
                        plain(was),
                        store.copy
                    ),
                    false => format!(
                        "Keep {} {unit}: it is the time in which a mistake can be taken back.",
                        plain(was)
                    ),
                },
            }
        })
    })
}

fn time(reach: &Reach, resource: &Resource) -> Option<f64> {
    number(&argument(resource, &reach.argument)).or(reach.unset)
}

fn attribute(path: &str, one: &Both<'_>) -> Attribute {
    let side = |resource| Some(argument(resource, path)).filter(|value| !value.is_null());
    Attribute {
        path: path.to_owned(),
        old: side(one.old),
        new: side(one.new),
    }
}

/// Items of a table that begin to expire, or do so by another attribute.
fn expiry(one: &Both<'_>) -> Option<Shorter> {
    let by = |resource| {
        let on = argument(resource, "ttl.enabled") == Value::Bool(true);
        on.then(|| text(&argument(resource, "ttl.attribute_name")))
    };
    let (was, now) = (by(one.old), by(one.new)?);
    (was.as_deref() != Some(now.as_str())).then(|| Shorter {
        kind: RiskKind::Shortened,
        now: true,
        what: format!(
            "items begin to expire by `{now}`: DynamoDB deletes those whose `{now}` lies in the past, \
             those that are there already included"
        ),
        forced_by: vec![attribute("ttl.attribute_name", one)],
        instead: format!(
            "Look first how many items have a `{now}` in the past, in seconds since 1970; export the table \
             if in doubt."
        ),
    })
}

fn days(one: &Both<'_>, path: &str, of: &str) -> Vec<Shorter> {
    let side = |resource| number(&argument(resource, path));
    match (side(one.old), side(one.new)) {
        (Some(was), Some(now)) if now < was => vec![Shorter {
            kind: RiskKind::Shortened,
            now: true,
            what: format!(
                "{of} are kept for {} days instead of {}",
                plain(now),
                plain(was)
            ),
            forced_by: vec![attribute(path, one)],
            instead: format!(
                "Keep {} days; recovery points that are there keep the time they were made with.",
                plain(was)
            ),
        }],
        _ => Vec::new(),
    }
}

fn logs(one: &Both<'_>) -> Vec<Shorter> {
    // Without a number logs are kept for ever.
    let kept =
        |resource| number(&argument(resource, "retention_in_days")).filter(|days| *days > 0.0);
    let (was, now) = (kept(one.old), kept(one.new));
    match now {
        Some(now) if was.is_none_or(|was| now < was) => {
            let before = was.map_or("for ever".to_owned(), |was| format!("{} days", plain(was)));
            vec![Shorter {
                kind: RiskKind::Shortened,
                now: false,
                what: format!("logs are kept for {} days instead of {before}", plain(now)),
                forced_by: vec![attribute("retention_in_days", one)],
                instead: "Export first the logs that somebody has to be able to read later."
                    .to_owned(),
            }]
        }
        _ => Vec::new(),
    }
}

/// Ends that a lifecycle rule of a bucket sets, with what they are of.
const ENDS: [(&str, &str); 2] = [
    ("expiration.days", "objects"),
    (
        "noncurrent_version_expiration.noncurrent_days",
        "old versions",
    ),
];

/// Objects or versions of them that end sooner than before.
fn objects(old: Option<&Resource>, new: &Resource) -> Vec<Shorter> {
    let rules = |resource: &Resource| {
        let rules = resource.attributes.get("rule").and_then(Value::as_array);
        let maps = rules.into_iter().flatten().filter_map(Value::as_object);
        maps.cloned().collect::<Vec<_>>()
    };
    // The soonest end that any rule sets: rules are not told apart, objects may fall under several.
    let soonest = |resource: &Resource, path: &str| {
        let ends = rules(resource);
        let ends = ends
            .iter()
            .filter_map(|rule| number(crate::value::at_path(rule, path)?));
        ends.min_by(f64::total_cmp)
    };
    let ends = ENDS.iter().filter_map(|(path, of)| {
        let (was, now) = (old.and_then(|old| soonest(old, path)), soonest(new, path)?);
        let shorter = was.is_none_or(|was| now < was);
        shorter.then(|| {
            let before = was.map_or("for ever".to_owned(), |was| format!("{} days", plain(was)));
            Shorter {
                kind: RiskKind::Shortened,
                now: true,
                what: format!("{of} are kept for {} days instead of {before}", plain(now)),
                forced_by: vec![Attribute {
                    path: format!("rule.{path}"),
                    old: was.map(Value::from),
                    new: Some(now.into()),
                }],
                instead: "Copy first what is older and still needed: `aws s3 sync`.".to_owned(),
            }
        })
    });
    ends.collect()
}

fn versioning(one: &Both<'_>) -> Vec<Shorter> {
    let path = "versioning_configuration.status";
    let is_on = |resource| argument(resource, path) == "Enabled";
    if !is_on(one.old) || is_on(one.new) {
        return Vec::new();
    }
    vec![Shorter {
        kind: RiskKind::Unprotected,
        now: false,
        what: "objects that are overwritten or deleted are gone: versions are no longer kept"
            .to_owned(),
        forced_by: vec![attribute(path, one)],
        instead: "Keep `versioning` on; a lifecycle rule bounds what old versions cost.".to_owned(),
    }]
}

/// Buckets that were there and begin to end what they hold.
fn begun(pair: &Pair<'_>) -> Vec<Risk> {
    let mut found = Vec::new();
    for (spot, resource) in pair.come() {
        if resource.kind == "aws_s3_bucket_lifecycle_configuration" {
            let subject = subject(pair.new, spot, resource);
            if pair.was_there(&subject) {
                let risks = objects(None, resource).into_iter();
                found.extend(risks.map(|one| one.risk(pair, subject.clone(), &spot.address)));
            }
        }
    }
    found
}

/// Stores that stay and are no longer backed up, or keep no versions any more.
fn stopped(pair: &Pair<'_>) -> Vec<Risk> {
    let mut found = Vec::new();
    for (spot, resource) in pair.gone() {
        let what = match resource.kind.as_str() {
            "aws_backup_plan" => "AWS Backup makes no more backups of it",
            "aws_s3_bucket_versioning" => {
                "objects that are overwritten or deleted are gone: versions are no longer kept"
            }
            _ => continue,
        };
        let was = subject(pair.old, spot, resource);
        let now = pair.renames.intent(&was).to_owned();
        if !pair.new.intents.contains_key(&now) {
            continue;
        }
        found.push(Risk {
            kind: RiskKind::Unprotected,
            loses_data: false,
            subject: now,
            address: Some(spot.address.clone()),
            what: what.to_owned(),
            forced_by: Vec::new(),
            safe_way: vec!["Leave it as it is, unless another way of coming back to former data stands in its place.".to_owned()],
        });
    }
    found
}
