//! What was chosen for a database, with the numbers.

use klo_intent::{Decision, Intent, Setting};

use super::MOST_BACKUP_DAYS;
use super::shape::{Class, Shape};
use crate::context::Lowering;
use crate::data::common::is_chosen;

pub(super) fn record(lowering: &mut Lowering<'_>, intent: &Intent, shape: &Shape) {
    record_class(lowering, intent, shape);
    record_availability(lowering, intent, shape);
    record_backups(lowering, intent);
    record_version(lowering, intent, shape);
}

/// `` `multi_az = true` is set ``, or which rule set chooses it.
fn stated(intent: &Intent, attribute: &str) -> Option<String> {
    let setting: &Setting = intent.settings.get(attribute)?;
    let value = setting.value.to_json();
    is_chosen(intent, attribute).then(|| match setting.rule_set() {
        Some(pack) => format!("the rule set {pack} chooses `{attribute} = {value}`"),
        None => format!("`{attribute} = {value}` is set"),
    })
}

fn record_class(lowering: &mut Lowering<'_>, intent: &Intent, shape: &Shape) {
    let tier = lowering.deployment().tier.name();
    let reason =
        stated(intent, "instance").unwrap_or_else(|| format!("the default of tier {tier}"));
    let (connections, _) = shape.connections();
    let (chosen, numbers) = match shape.class {
        Class::Instance(class) => (
            class.name.to_owned(),
            format!("{} GiB of memory", class.memory >> 30),
        ),
        Class::Serverless { least, most } => (
            format!("Aurora Serverless, {least} to {most} ACUs"),
            format!("up to {} GiB of memory", most * 2),
        ),
    };
    let other = match shape.class {
        Class::Instance(_) => "Aurora Serverless: `instance = \"serverless\"` was not asked for",
        Class::Serverless { .. } => "an RDS instance: `instance = \"serverless\"` is set",
    };
    let pauses = matches!(shape.class, Class::Serverless { least, .. } if least == 0.0);
    lowering.decide(Decision {
        code: "database-instance",
        subject: intent.id(),
        chosen,
        because: format!("{reason}; {numbers}, at most {connections} connections"),
        instead_of: vec![other.to_owned()],
        standing_cost: !pauses,
    });
}

fn record_availability(lowering: &mut Lowering<'_>, intent: &Intent, shape: &Shape) {
    let multi = intent.flag("multi_az");
    let tier = lowering.deployment().tier.name();
    let because =
        stated(intent, "multi_az").unwrap_or_else(|| format!("the default of tier {tier}"));
    let (chosen, other) = match (multi, shape.is_serverless()) {
        (true, false) => (
            "a standby in a second zone",
            "one zone: an outage of it would stop the app",
        ),
        (true, true) => (
            "a second instance in another zone",
            "one instance: an outage of its zone would stop the app",
        ),
        (false, _) => ("one zone", "a standby: it doubles the price"),
    };
    lowering.decide(Decision {
        code: "multi-az",
        subject: intent.id(),
        chosen: chosen.to_owned(),
        because,
        instead_of: vec![other.to_owned()],
        standing_cost: multi,
    });
}

fn record_backups(lowering: &mut Lowering<'_>, intent: &Intent) {
    let days = intent.int("backup_days").unwrap_or(7);
    if days <= MOST_BACKUP_DAYS {
        lowering.decide(Decision {
            code: "backup",
            subject: intent.id(),
            chosen: format!("RDS backups for {days} days"),
            because: format!("backup_days is {days}, and RDS keeps them for up to 35"),
            instead_of: vec!["AWS Backup: nothing asks for more than 35 days".to_owned()],
            standing_cost: false,
        });
    }
}

fn record_version(lowering: &mut Lowering<'_>, intent: &Intent, shape: &Shape) {
    let (chosen, because, other) = if shape.is_pinned() {
        (
            format!(
                "{} {}, without automatic upgrades",
                shape.engine_name(),
                shape.version
            ),
            "`version` names a minor version, which an upgrade would leave".to_owned(),
            "automatic minor upgrades: say only the major version to have them",
        )
    } else {
        (
            format!(
                "{} {}, minor versions upgraded by AWS",
                shape.engine_name(),
                shape.major
            ),
            "only the major version is stated, so that an upgrade is no change in a plan"
                .to_owned(),
            "a pinned minor version: security fixes would wait for a person",
        )
    };
    lowering.decide(Decision {
        code: "engine-version",
        subject: intent.id(),
        chosen,
        because,
        instead_of: vec![other.to_owned()],
        standing_cost: false,
    });
}
