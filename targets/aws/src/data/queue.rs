//! Queues: SQS, each with a dead-letter queue.

use klo_diagnostics::Diagnostic;
use klo_diagnostics::codes::aws;
use klo_intent::{Access, Decision, Duration, Edge, Field, Intent, IntentId, ModuleOutput, load};
use klo_plan::{Address, Block, Resource, Value};

use super::common::{
    add, add_main, is_chosen, name_of, own_key, part, plain_store, report_import, report_range,
};
use super::given::Given;
use crate::context::{Lowering, Store, encrypted_queue, group_of, main_address, part_address, why};
use crate::policy;

/// The longest name, `.fifo` included (SQS API reference, 2026-11).
const NAME_LIMIT: usize = 80;
const FIFO: &str = ".fifo";
/// For how long messages may be kept, in seconds (SQS API reference, 2026-11).
const RETENTION: std::ops::RangeInclusive<u64> = 60..=1_209_600;
/// Without a consumer whose timeout is known: SQS's own default.
const VISIBILITY: u64 = 30;

/// Lowers a queue; `None` after a report.
pub(super) fn lower(lowering: &mut Lowering<'_>, id: IntentId) -> Option<Store> {
    let intent = lowering.intent(id);
    let (name, dead_name) = names(lowering, intent)?;
    let visibility = visibility(lowering, id)?;
    let retention = retention(lowering, intent)?;
    let dead = dead_letters(lowering, intent, &dead_name);
    let receives = intent.int("max_receives").unwrap_or(5);
    let redrive = Value::map([
        ("deadLetterTargetArn", dead.attr("arn")),
        ("maxReceiveCount", Value::Int(receives)),
    ]);
    let body = queue(lowering, intent, &name)
        .with("visibility_timeout_seconds", visibility)
        .with("message_retention_seconds", retention)
        .with("redrive_policy", Value::json(redrive));
    let address = main_address("aws_sqs_queue", intent);
    let resource = Resource::new(address, group_of(intent), why(intent, ""), body);
    let main = add_main(lowering, intent, "the queue", resource);
    allow_redrive(lowering, intent, &main, &dead);
    guard(lowering, intent, "", &main);
    guard(lowering, intent, "dead", &dead);
    lowering.decide(Decision {
        code: "dead-letters",
        subject: intent.id(),
        chosen: format!("a dead-letter queue after {receives} receives, kept for 14 days"),
        because: "a message that cannot be handled must neither be lost nor stop the others"
            .to_owned(),
        instead_of: vec!["dropping it: nobody would know".to_owned()],
        standing_cost: false,
    });
    let fields = [
        (Field::Url, main.attr("url")),
        (Field::Name, main.attr("name")),
    ];
    Some(plain_store(main.attr("arn"), fields))
}

/// The name that klo gives to it or to a part of it.
pub(super) fn name(lowering: &Lowering<'_>, intent: &Intent, part: &str) -> String {
    let ending = if intent.flag("fifo") { FIFO } else { "" };
    let limit = NAME_LIMIT - ending.len();
    let name = lowering.physical(name_of(lowering, intent), part, limit);
    format!("{name}{ending}")
}

fn names(lowering: &mut Lowering<'_>, intent: &Intent) -> Option<(String, String)> {
    let dead = name(lowering, intent, "dead");
    let name = match intent.text("import") {
        None => name(lowering, intent, ""),
        Some(url) => match url.rsplit_once('/') {
            Some((_, name)) if url.starts_with("https://") && !name.is_empty() => name.to_owned(),
            _ => {
                report_import(
                    lowering,
                    intent,
                    "`import = \"https://sqs.…\"`, the queue's URL",
                );
                return None;
            }
        },
    };
    Some((name, dead))
}

/// What a queue and its dead-letter queue have in common.
fn queue(lowering: &Lowering<'_>, intent: &Intent, name: &str) -> Block {
    let body = Block::new().with("name", name);
    let body = if intent.flag("fifo") {
        body.with("fifo_queue", true)
            .with("content_based_deduplication", true)
    } else {
        body
    };
    encrypted_queue(body, own_key(lowering, intent))
}

fn dead_letters(lowering: &mut Lowering<'_>, intent: &Intent, name: &str) -> Address {
    let body = queue(lowering, intent, name)
        .with("message_retention_seconds", *RETENTION.end())
        .with_some("tags", lowering.tags(intent));
    let address = part_address("aws_sqs_queue", intent, "dead");
    let mut resource = part(intent, address, "messages that could not be handled", body);
    resource.lifecycle.prevent_destroy = lowering.is_prod();
    lowering.add(resource)
}

fn allow_redrive(lowering: &mut Lowering<'_>, intent: &Intent, main: &Address, dead: &Address) {
    let allowed = Value::map([
        ("redrivePermission", Value::text("byQueue")),
        ("sourceQueueArns", Value::List(vec![main.attr("arn")])),
    ]);
    let body = Block::new()
        .with("queue_url", dead.attr("id"))
        .with("redrive_allow_policy", Value::json(allowed));
    let address = part_address("aws_sqs_queue_redrive_allow_policy", intent, "dead");
    let purpose = "only this queue may use its dead-letter queue";
    add(lowering, intent, address, purpose, body);
}

fn guard(lowering: &mut Lowering<'_>, intent: &Intent, which: &str, queue: &Address) {
    let statement = policy::tls_only("sqs:*", vec![queue.attr("arn")]);
    let body = Block::new()
        .with("queue_url", queue.attr("id"))
        .with("policy", policy::document(vec![statement]));
    let address = part_address("aws_sqs_queue_policy", intent, which);
    add(
        lowering,
        intent,
        address,
        "refuses requests without TLS",
        body,
    );
}

fn retention(lowering: &mut Lowering<'_>, intent: &Intent) -> Option<u64> {
    let retention = intent
        .duration("retention")
        .map_or(345_600, Duration::seconds);
    if RETENTION.contains(&retention) {
        return Some(retention);
    }
    let shown = Duration(retention);
    report_range(
        lowering,
        intent,
        "retention",
        format!("`{}` cannot keep messages for {shown}", intent.id()),
        "SQS keeps them for 60s to 14d".to_owned(),
    );
    None
}

/// What one consumer needs.
struct Need {
    unit: String,
    timeout: u64,
    window: u64,
    triggered: bool,
}

impl Need {
    fn seconds(&self) -> u64 {
        load::visibility_seconds(self.timeout, self.window)
    }

    fn text(&self) -> String {
        let window = match self.window {
            0 => String::new(),
            window => format!(" + {window} s of gathering a batch"),
        };
        format!("6 × {} s of {}{window}", self.timeout, self.unit)
    }
}

fn needs(lowering: &Lowering<'_>, id: IntentId) -> Vec<Need> {
    let graph = lowering.graph;
    let need = |edge: &Edge, unit: Option<IntentId>, triggered: bool| {
        let unit = graph.intent(unit?);
        Some(Need {
            unit: unit.id(),
            timeout: unit.duration("timeout")?.seconds(),
            window: if triggered {
                load::batch_window(edge.option("batch").as_int())
            } else {
                0
            },
            triggered,
        })
    };
    let triggers = graph
        .edges_from(id)
        .filter(|edge| edge.access.contains(&Access::Trigger))
        .filter_map(|edge| need(edge, edge.to.intent(), true));
    let consumers = graph
        .edges_to(id)
        .filter(|edge| edge.access.contains(&Access::Consume))
        .filter_map(|edge| need(edge, edge.from.intent(), false));
    triggers.chain(consumers).collect()
}

/// Seconds for which a received message is hidden; `None` after a report.
fn visibility(lowering: &mut Lowering<'_>, id: IntentId) -> Option<u64> {
    let intent = lowering.intent(id);
    let needs = needs(lowering, id);
    let longest = needs.iter().max_by_key(|need| need.seconds());
    let needed = longest.map_or(VISIBILITY, Need::seconds);
    let stated = intent.duration("visibility").map(Duration::seconds);
    if let Some(stated) = stated.filter(|_| is_chosen(intent, "visibility")) {
        return judged(lowering, intent, stated, &needs);
    }
    // A worker that takes messages itself can ask for more time; a trigger cannot.
    let triggered = longest.is_some_and(|need| need.triggered);
    if triggered && needed > load::MOST_VISIBILITY {
        let text = longest.map(Need::text).unwrap_or_default();
        report_range(
            lowering,
            intent,
            "visibility",
            format!("`{}` would have to hide messages for {text}", intent.id()),
            "SQS hides them for at most 12h; lower the consumer's `timeout`".to_owned(),
        );
        return None;
    }
    let seconds = needed.min(load::MOST_VISIBILITY);
    let because = longest.map_or_else(
        || "no consumer with a timeout is known; SQS's own default".to_owned(),
        |need| format!("{} = {} s", need.text(), need.seconds()),
    );
    lowering.decide(Decision {
        code: "visibility",
        subject: intent.id(),
        chosen: format!("{seconds} s"),
        because,
        instead_of: vec!["less: a message would come back while it is worked on".to_owned()],
        standing_cost: false,
    });
    Some(seconds)
}

fn judged(
    lowering: &mut Lowering<'_>,
    intent: &Intent,
    stated: u64,
    needs: &[Need],
) -> Option<u64> {
    if stated > load::MOST_VISIBILITY {
        report_range(
            lowering,
            intent,
            "visibility",
            format!(
                "`{}` cannot hide messages for {}",
                intent.id(),
                Duration(stated)
            ),
            "SQS hides them for at most 12h".to_owned(),
        );
        return None;
    }
    let short = needs
        .iter()
        .filter(|need| need.triggered && need.seconds() > stated)
        .max_by_key(|need| need.seconds());
    let Some(need) = short else {
        return Some(stated);
    };
    lowering.report(
        Diagnostic::error(
            aws::SHORT_VISIBILITY,
            intent.span_of("visibility"),
            format!(
                "`{}` hides messages for {}, and its consumer may need {} = {} s",
                intent.id(),
                Duration(stated),
                need.text(),
                need.seconds()
            ),
        )
        .help(format!(
            "leave out `visibility`, say `visibility = \"{}\"` or more, or lower the timeout of `{}`",
            Duration(need.seconds()),
            need.unit
        ))
        .subject(intent.id()),
    );
    None
}

/// Wires a queue that klo does not make.
pub(super) fn wire(lowering: &mut Lowering<'_>, given: &Given<'_>) -> Option<Store> {
    let [url, arn, name] =
        [ModuleOutput::Url, ModuleOutput::Arn, ModuleOutput::Name].map(|output| given.get(output));
    let (Some(url), Some(arn), Some(name)) = (url, arn, name) else {
        given.report(
            lowering,
            "and permissions need its ARN",
            "add `arn = \"arn:aws:sqs:region:account:name\"`",
        );
        return None;
    };
    Some(plain_store(arn, [(Field::Url, url), (Field::Name, name)]))
}
