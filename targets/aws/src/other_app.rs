//! What other apps made: read from the parameters that their outputs are kept in, so that
//! repositories link without copied ARNs (aws.md, "Rolling out").

use klo_intent::{Field, Kind};
use klo_plan::{Address, Block, Group, Resource, Root, Value, Why, symbol};

use crate::context::Lowering;

/// The name of the parameter that holds a field of an intent.
pub(crate) fn parameter_name(app: &str, environment: &str, intent: &str, field: &str) -> String {
    let (kind, name) = intent.split_once('.').unwrap_or((intent, ""));
    format!("/klo/{app}/{environment}/{kind}/{name}/{field}")
}

/// A field of another app's intent in the environment of the same name; `intent` is its
/// `kind.name` there.
pub(crate) fn field(lowering: &mut Lowering<'_>, app: &str, intent: &str, field: Field) -> Value {
    let address = Address::data(
        "aws_ssm_parameter",
        format!("{}_{}_{}", symbol(app), symbol(intent), field.name()),
    );
    if lowering.plan.get(Root::Main, &address).is_none() {
        let environment = &lowering.deployment().environment;
        let name = parameter_name(app, environment, intent, field.name());
        let why = Why {
            purpose: format!("the {field} of {intent} as {app} publishes it"),
            ..Why::default()
        };
        lowering.add(Resource::new(
            address.clone(),
            Group::Shared("other-apps"),
            why,
            Block::new().with("name", name),
        ));
    }
    // What is published is no secret, and `value` would hide every plan that it is part of.
    address.attr("insecure_value")
}

/// Whether an app tells others of a field: everything but what holds a credential.
pub(crate) fn is_published(kind: Kind, field: Field) -> bool {
    let holds_credential = match kind {
        Kind::Database => matches!(field, Field::Url | Field::User | Field::Password),
        Kind::Secret => field == Field::Value,
        _ => field == Field::Password,
    };
    !holds_credential && Field::of(kind).contains(&field)
}
