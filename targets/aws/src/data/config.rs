//! Settings that are not secret: SSM parameters whose value people change.

use klo_intent::{Decision, Field, IntentId};
use klo_plan::{Block, Resource, Value, VariableType, symbol};

use super::common::{ask, name_of};
use crate::context::{Lowering, Store, Supply, group_of, main_address, plain_text, why};

/// The longest name (SSM API reference, 2026-11).
const NAME_LIMIT: usize = 1_011;

/// Lowers a setting.
pub(super) fn lower(lowering: &mut Lowering<'_>, id: IntentId) -> Store {
    let intent = lowering.intent(id);
    let default = intent.value("default");
    let first = if default.is_null() || plain_text(default).is_empty() {
        let name = format!("{}_value", symbol(name_of(lowering, intent)));
        let description = format!("First value of {}; later ones are set in SSM.", intent.id());
        ask(
            lowering,
            intent,
            name,
            VariableType::String,
            description,
            None,
        )
    } else {
        Value::Text(plain_text(default))
    };
    let body = Block::new()
        .with(
            "name",
            lowering.physical(name_of(lowering, intent), "", NAME_LIMIT),
        )
        .with(
            "description",
            format!("{} of {}", intent.id(), lowering.deployment().app),
        )
        .with("type", "String")
        .with("insecure_value", first)
        .with_some("tags", lowering.tags(intent));
    let address = main_address("aws_ssm_parameter", intent);
    let mut resource = Resource::new(
        address,
        group_of(intent),
        why(intent, "a value that people may change"),
        body,
    );
    resource.lifecycle.ignore_changes = vec!["insecure_value".to_owned()];
    let main = lowering.add(resource);
    lowering.decide(Decision {
        code: "config-value",
        subject: intent.id(),
        chosen: "the value in SSM counts; Terraform sets only the first".to_owned(),
        because: "people change settings between deployments, and a plan must not undo it"
            .to_owned(),
        instead_of: vec!["a value in the configuration: use `env` for that".to_owned()],
        standing_cost: false,
    });
    let mut store = Store {
        arn: Some(main.attr("arn")),
        ..Store::default()
    };
    let value = Supply::Plain(main.attr("insecure_value"));
    store.fields.insert(Field::Value, value);
    store
}
