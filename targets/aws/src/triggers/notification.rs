//! Buckets tell of their changes. All notifications of a bucket are one setting, so its triggers
//! are lowered together.

use std::collections::BTreeMap;

use klo_intent::{Field, IntentId, Kind};
use klo_plan::{Address, Block, Resource, Value};

use super::{Trigger, lambda};
use crate::context::{Lowering, Supply, group_of, part_address, why};

/// Adds the notifications of every bucket that starts a unit.
pub(super) fn lower(lowering: &mut Lowering<'_>, all: &[Trigger<'_>]) {
    let mut buckets: BTreeMap<IntentId, Vec<Trigger<'_>>> = BTreeMap::new();
    for trigger in all {
        if lowering.intent(trigger.source).kind == Kind::Bucket {
            buckets.entry(trigger.source).or_default().push(*trigger);
        }
    }
    for (bucket, triggers) in buckets {
        lower_bucket(lowering, bucket, &triggers);
    }
}

fn lower_bucket(lowering: &mut Lowering<'_>, bucket: IntentId, triggers: &[Trigger<'_>]) {
    let name = lowering
        .stores
        .get(&bucket)
        .and_then(|store| store.fields.get(&Field::Name));
    let Some(Supply::Plain(name)) = name.cloned() else {
        return;
    };
    let intent = lowering.intent(bucket);
    let mut body = Block::new().with("bucket", name);
    let mut first: Vec<Address> = Vec::new();
    for trigger in triggers {
        let changes = match trigger.edge.option("event").as_str() {
            Some("removed") => "s3:ObjectRemoved:*",
            _ => "s3:ObjectCreated:*",
        };
        let prefix = trigger.edge.option("prefix").as_str();
        let common = Block::new()
            .with("events", Value::list([changes]))
            .with_some("filter_prefix", prefix);
        if let Some(function) = lambda(lowering, trigger.unit) {
            first.extend(permit(lowering, trigger));
            let call = common.with("lambda_function_arn", function.arn);
            body = body.block("lambda_function", call);
        } else {
            let queue = Address::managed("aws_sqs_queue", trigger.name(lowering));
            first.push(Address::managed("aws_sqs_queue_policy", queue.name.clone()));
            body = body.block("queue", common.with("queue_arn", queue.attr("arn")));
        }
    }
    let mut resource = Resource::new(
        part_address("aws_s3_bucket_notification", intent, ""),
        group_of(intent),
        why(intent, "tells of its changes"),
        body,
    );
    resource
        .why
        .intents
        .extend(triggers.iter().map(|t| lowering.intent(t.unit).id()));
    resource.depends_on = first;
    lowering.add(resource);
}

/// S3 tries a notification out when it is set, so the permission comes first.
fn permit(lowering: &mut Lowering<'_>, trigger: &Trigger<'_>) -> Option<Address> {
    let function = lambda(lowering, trigger.unit)?;
    let bucket = trigger.source_arn(lowering)?;
    // A bucket's ARN names no account, and its name can be taken by another one after it is
    // deleted.
    let account = lowering.deployment().account.clone();
    let body = function
        .permission("s3.amazonaws.com", bucket)
        .with_some("source_account", account);
    let resource = trigger.resource(
        lowering,
        "aws_lambda_permission",
        "",
        "the bucket may call it",
        body,
    );
    Some(lowering.add(resource))
}
