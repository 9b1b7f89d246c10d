//! Topics: SNS.

use klo_intent::{Field, Intent, IntentId, ModuleOutput};
use klo_plan::{Address, Block, Resource, Value};

use super::common::{add, add_main, name_of, plain_store, report_import};
use super::given::Given;
use crate::context::{Lowering, Store, group_of, main_address, part_address, why};
use crate::policy;

/// The longest name, `.fifo` included (SNS API reference, 2026-11).
const NAME_LIMIT: usize = 256;
const FIFO: &str = ".fifo";

/// Lowers a topic; `None` after a report.
pub(super) fn lower(lowering: &mut Lowering<'_>, id: IntentId) -> Option<Store> {
    let intent = lowering.intent(id);
    let name = name_in_aws(lowering, intent)?;
    let mut body = Block::new().with("name", name);
    if intent.flag("fifo") {
        body = body
            .with("fifo_topic", true)
            .with("content_based_deduplication", true);
    }
    if intent.flag("encrypted") {
        // SNS has no key of its own that costs nothing and is on by itself: AWS's key for SNS is the
        // nearest.
        let key = lowering
            .key_arn()
            .unwrap_or_else(|| Value::text("alias/aws/sns"));
        body.set("kms_master_key_id", key);
    }
    let address = main_address("aws_sns_topic", intent);
    let resource = Resource::new(address, group_of(intent), why(intent, ""), body);
    let main = add_main(lowering, intent, "the topic", resource);
    guard(lowering, intent, &main);
    Some(plain_store(
        main.attr("arn"),
        [(Field::Name, main.attr("name"))],
    ))
}

/// The name that klo gives.
pub(super) fn name(lowering: &Lowering<'_>, intent: &Intent) -> String {
    let ending = if intent.flag("fifo") { FIFO } else { "" };
    let name = lowering.physical(name_of(lowering, intent), "", NAME_LIMIT - ending.len());
    format!("{name}{ending}")
}

/// The name that it has or gets.
fn name_in_aws(lowering: &mut Lowering<'_>, intent: &Intent) -> Option<String> {
    let Some(arn) = intent.text("import") else {
        return Some(name(lowering, intent));
    };
    let name = arn
        .strip_prefix("arn:")
        .and_then(|rest| rest.rsplit(':').next());
    if name.is_none() {
        report_import(
            lowering,
            intent,
            "`import = \"arn:aws:sns:…\"`, the topic's ARN",
        );
    }
    name.map(str::to_owned)
}

/// `sns:*` is no action that a topic's policy may name; publishing is what comes from outside.
fn guard(lowering: &mut Lowering<'_>, intent: &Intent, main: &Address) {
    let statement = policy::tls_only("sns:Publish", vec![main.attr("arn")]);
    let body = Block::new()
        .with("arn", main.attr("arn"))
        .with("policy", policy::document(vec![statement]));
    let address = part_address("aws_sns_topic_policy", intent, "");
    add(
        lowering,
        intent,
        address,
        "refuses messages without TLS",
        body,
    );
}

/// Wires a topic that klo does not make.
pub(super) fn wire(lowering: &mut Lowering<'_>, given: &Given<'_>) -> Option<Store> {
    let name = given.get(ModuleOutput::Name);
    let (Some(arn), Some(name)) = (given.get(ModuleOutput::Arn), name) else {
        given.report(
            lowering,
            "and units find it by its ARN",
            "add `arn = \"arn:aws:sns:region:account:name\"`",
        );
        return None;
    };
    Some(plain_store(arn, [(Field::Name, name)]))
}
