//! Runs the phases after data stores on stores that are literals, and tells what they added.

use std::collections::{BTreeMap, BTreeSet};

use klo_intent::{Field, IntentGraph, Kind};
use klo_plan::{Plan, Value};

use crate::context::{Lowering, Store, Supply};
use crate::{alarms, bootstrap, compute, ingress, network, outputs, triggers, unit};

/// What lowering a graph gives, and the part of it that triggers, ways in, alarms and outputs
/// added; services and images that they changed are in it as well.
pub(crate) struct Phases<'g> {
    /// Everything.
    pub(crate) lowering: Lowering<'g>,
    /// The part.
    pub(crate) added: Plan,
}

/// Lowers a graph whose stores are literals.
pub(crate) fn phases(graph: &IntentGraph) -> Phases<'_> {
    let mut lowering = Lowering::new(graph);
    compute::decide(&mut lowering);
    bootstrap::lower(&mut lowering);
    network::lower(&mut lowering);
    for (id, intent) in graph.iter() {
        if let Some(store) = literal_store(intent.kind, &intent.name) {
            lowering.stores.insert(id, store);
        }
    }
    let before: BTreeSet<_> = lowering.plan.resources.keys().cloned().collect();
    triggers::prepare(&mut lowering);
    let queues: BTreeSet<_> = lowering.plan.resources.keys().cloned().collect();
    unit::lower(&mut lowering);
    let units: BTreeSet<_> = lowering.plan.resources.keys().cloned().collect();
    let decisions = lowering.plan.decisions.len();
    triggers::lower(&mut lowering);
    ingress::lower(&mut lowering);
    alarms::lower(&mut lowering);
    outputs::lower(&mut lowering);
    let mut added = lowering.plan.clone();
    added.decisions.drain(..decisions);
    added.resources.retain(|key, _| {
        let ours = queues.contains(key) && !before.contains(key);
        ours || !units.contains(key) || key.1.kind == "aws_ecs_service"
    });
    Phases { lowering, added }
}

fn literal_store(kind: Kind, name: &str) -> Option<Store> {
    let arn = match kind {
        Kind::Queue => format!("arn:aws:sqs:eu-west-1:123456789012:shop-{name}"),
        Kind::Topic => format!("arn:aws:sns:eu-west-1:123456789012:shop-{name}"),
        Kind::Bucket => format!("arn:aws:s3:::shop-{name}"),
        Kind::Table => format!("arn:aws:dynamodb:eu-west-1:123456789012:table/shop-{name}"),
        _ => return None,
    };
    let mut fields = BTreeMap::from([
        (
            Field::Name,
            Supply::Plain(Value::text(format!("shop-{name}"))),
        ),
        (Field::Arn, Supply::Plain(Value::text(&*arn))),
    ]);
    if kind == Kind::Queue {
        let url = format!("https://sqs.eu-west-1.amazonaws.com/123456789012/shop-{name}");
        fields.insert(Field::Url, Supply::Plain(Value::text(url)));
    }
    Some(Store {
        fields,
        arn: Some(Value::Text(arn)),
        ..Store::default()
    })
}
