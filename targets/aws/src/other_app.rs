//! What other apps made: read from the parameters that their outputs are kept in, so that
//! repositories link without copied ARNs (aws.md, "Rolling out").

use klo_intent::Field;
use klo_plan::{Address, Block, Group, Postcondition, Resource, Root, Value, Why, symbol};

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
        let guard = guard(lowering, app, intent);
        expect(lowering, &guard, (app, intent), field, &name);
        let why = Why {
            purpose: format!("the {field} of {intent} as {app} publishes it"),
            ..Why::default()
        };
        lowering.add(
            Resource::new(
                address.clone(),
                Group::Shared("other-apps"),
                why,
                Block::new().with("name", name),
            )
            .after(guard),
        );
    }
    // What is published is no secret, and `value` would hide every plan that it is part of.
    address.attr("insecure_value")
}

/// The list of what an app publishes of an intent. A parameter that is not there is an error that
/// names the parameter alone; a list can say what to do about it.
fn guard(lowering: &mut Lowering<'_>, app: &str, intent: &str) -> Address {
    let name = format!("{}_{}", symbol(app), symbol(intent));
    let address = Address::data("aws_ssm_parameters_by_path", name);
    if lowering.plan.get(Root::Main, &address).is_none() {
        let environment = &lowering.deployment().environment;
        let path = parameter_name(app, environment, intent, "");
        let why = Why {
            purpose: format!("what {app} publishes of {intent}"),
            ..Why::default()
        };
        lowering.add(Resource::new(
            address.clone(),
            Group::Shared("other-apps"),
            why,
            Block::new().with("path", path.trim_end_matches('/')),
        ));
    }
    address
}

/// Refuses plans made before the other app publishes a field.
fn expect(
    lowering: &mut Lowering<'_>,
    guard: &Address,
    (app, intent): (&str, &str),
    field: Field,
    parameter: &str,
) {
    let deployment = lowering.deployment();
    let account = deployment
        .account
        .as_ref()
        .map_or(String::new(), |account| {
            format!(" of the account {account}")
        });
    let message = format!(
        "The app {app} publishes no {field} of {intent} in {}{account} for the environment {env}. \
         Apply its environment {env} first; if it was applied, look whether {intent} is still in it.",
        deployment.region,
        env = deployment.environment,
    );
    let key = (Root::Main, guard.clone());
    if let Some(resource) = lowering.plan.resources.get_mut(&key) {
        resource.lifecycle.postconditions.push(Postcondition {
            list: "names",
            holds: parameter.to_owned(),
            message,
        });
    }
}
