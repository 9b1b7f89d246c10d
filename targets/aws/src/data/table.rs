//! Tables: DynamoDB on demand.

use klo_diagnostics::Diagnostic;
use klo_diagnostics::codes::aws;
use klo_intent::{Access, Decision, Field, Intent, IntentId, ModuleOutput};
use klo_plan::{Block, Resource};

use super::backup;
use super::common::{add_main, is_private, name_of, own_key, plain_store};
use super::given::Given;
use crate::context::{Lowering, Store, group_of, main_address, why};

/// The longest name of a table (DynamoDB API reference, 2026-11).
const NAME_LIMIT: usize = 255;
/// Days for which point-in-time recovery reaches back at most, and by itself.
const MOST_RECOVERY_DAYS: i64 = backup::OWN_DAYS;

/// A key attribute and its type.
struct Key<'i> {
    name: &'i str,
    ty: &'static str,
}

/// Lowers a table; `None` after a report.
pub(super) fn lower(lowering: &mut Lowering<'_>, id: IntentId) -> Option<Store> {
    let intent = lowering.intent(id);
    if !is_private(
        lowering,
        intent,
        "a table is reached with credentials alone",
    ) {
        return None;
    }
    let (key, sort_key) = keys(lowering, intent)?;
    let name = match intent.text("import") {
        Some(id) => id.to_owned(),
        None => name(lowering, intent),
    };
    let streams = lowering
        .graph
        .edges_from(id)
        .any(|edge| edge.access.contains(&Access::Trigger));
    let days = intent.int("backup_days").unwrap_or(MOST_RECOVERY_DAYS);
    let mut body = Block::new()
        .with("name", name)
        .with("billing_mode", "PAY_PER_REQUEST")
        .with("hash_key", key.name)
        .with_some("range_key", sort_key.as_ref().map(|key| key.name))
        .with(
            "deletion_protection_enabled",
            intent.flag("deletion_protection"),
        );
    if streams {
        body = body
            .with("stream_enabled", true)
            .with("stream_view_type", "NEW_AND_OLD_IMAGES");
    }
    for key in [Some(key), sort_key].into_iter().flatten() {
        let attribute = Block::new().with("name", key.name).with("type", key.ty);
        body = body.block("attribute", attribute);
    }
    body = body.block("point_in_time_recovery", recovery(days));
    if let Some(key) = own_key(lowering, intent) {
        let own = Block::new().with("enabled", true).with("kms_key_arn", key);
        body = body.block("server_side_encryption", own);
    }
    if let Some(attribute) = intent.text("ttl") {
        let ttl = Block::new()
            .with("attribute_name", attribute)
            .with("enabled", true);
        body = body.block("ttl", ttl);
    }
    let address = main_address("aws_dynamodb_table", intent);
    let resource = Resource::new(address, group_of(intent), why(intent, ""), body);
    let main = add_main(lowering, intent, "the table", resource);
    record(lowering, intent, days, streams);
    if backup::is_needed(intent) {
        let because = backup::Because::TablesStopAt35Days;
        backup::keep(lowering, intent, main.attr("arn"), because);
    }
    Some(plain_store(
        main.attr("arn"),
        [(Field::Name, main.attr("name"))],
    ))
}

/// The name that klo gives.
pub(super) fn name(lowering: &Lowering<'_>, intent: &Intent) -> String {
    lowering.physical(name_of(lowering, intent), "", NAME_LIMIT)
}

/// The period is stated only where it is not the one that AWS takes by itself.
fn recovery(days: i64) -> Block {
    let days = days.min(MOST_RECOVERY_DAYS);
    let shorter = (1..MOST_RECOVERY_DAYS).contains(&days).then_some(days);
    Block::new()
        .with("enabled", days > 0)
        .with_some("recovery_period_in_days", shorter)
}

fn record(lowering: &mut Lowering<'_>, intent: &Intent, days: i64, streams: bool) {
    lowering.decide(Decision {
        code: "table-capacity",
        subject: intent.id(),
        chosen: "on demand".to_owned(),
        because: "nothing says how much is read and written, and what is not used costs nothing"
            .to_owned(),
        instead_of: vec!["provisioned capacity: it costs money each hour".to_owned()],
        standing_cost: false,
    });
    if streams {
        lowering.decide(Decision {
            code: "table-stream",
            subject: intent.id(),
            chosen: "a stream with old and new items".to_owned(),
            because: "a unit is triggered by its changes".to_owned(),
            instead_of: vec!["no stream: the trigger would never fire".to_owned()],
            standing_cost: false,
        });
    }
    if days <= MOST_RECOVERY_DAYS {
        let chosen = match days {
            0 => "no point-in-time recovery".to_owned(),
            days => format!("point-in-time recovery for {days} days"),
        };
        lowering.decide(Decision {
            code: "backup",
            subject: intent.id(),
            chosen,
            because: format!("backup_days is {days}, and DynamoDB reaches back up to 35"),
            instead_of: vec!["AWS Backup: nothing asks for more than 35 days".to_owned()],
            standing_cost: false,
        });
    }
}

fn keys<'i>(lowering: &mut Lowering<'_>, intent: &'i Intent) -> Option<(Key<'i>, Option<Key<'i>>)> {
    let Some(key) = intent.text("key") else {
        lowering.report(
            Diagnostic::error(
                aws::TABLE_WITHOUT_KEY,
                intent.at,
                format!("nothing says what the key of `{}` is", intent.id()),
            )
            .help("add `key = \"…\"`, and `sort_key = \"…\"` where items have one")
            .subject(intent.id()),
        );
        return None;
    };
    let key = parse(lowering, intent, "key", key)?;
    let sort_key = match intent.text("sort_key") {
        Some(text) => Some(parse(lowering, intent, "sort_key", text)?),
        None => None,
    };
    if sort_key.as_ref().is_some_and(|sort| sort.name == key.name) {
        report_key(
            lowering,
            intent,
            "sort_key",
            format!(
                "`{}` cannot be partition key and sort key at once",
                key.name
            ),
        );
        return None;
    }
    Some((key, sort_key))
}

/// `name`, `name:number` or `name:binary`.
fn parse<'i>(
    lowering: &mut Lowering<'_>,
    intent: &Intent,
    attribute: &str,
    text: &'i str,
) -> Option<Key<'i>> {
    let (name, ty) = text.split_once(':').unwrap_or((text, "text"));
    let code = match ty {
        "text" | "string" => Some("S"),
        "number" => Some("N"),
        "binary" => Some("B"),
        _ => None,
    };
    match code {
        Some(ty) if !name.is_empty() => Some(Key { name, ty }),
        _ => {
            let message = format!("`{text}` is no key of a table");
            report_key(lowering, intent, attribute, message);
            None
        }
    }
}

fn report_key(lowering: &mut Lowering<'_>, intent: &Intent, attribute: &str, message: String) {
    lowering.report(
        Diagnostic::error(aws::WRONG_TABLE_KEY, intent.span_of(attribute), message)
            .help("a key is `name`, `name:number` or `name:binary`")
            .subject(intent.id()),
    );
}

/// Wires a table that klo does not make.
pub(super) fn wire(lowering: &mut Lowering<'_>, given: &Given<'_>) -> Option<Store> {
    let name = given.get(ModuleOutput::Name);
    let (Some(name), Some(arn)) = (name, given.get(ModuleOutput::Arn)) else {
        given.report(
            lowering,
            "and permissions need its ARN",
            "add `arn = \"arn:aws:dynamodb:…:table/…\"`",
        );
        return None;
    };
    Some(plain_store(arn, [(Field::Name, name)]))
}
