//! What an environment tells: outputs for people, the same as parameters for other apps, and the
//! hand-over from the bootstrap root to the main one.

use std::collections::BTreeSet;

use klo_intent::{Field, Intent, IntentId, Kind};
use klo_plan::{
    Block, Function, Group, Output, Plan, Resource, Root, Target, Value, Variable, VariableType,
    Why, symbol,
};

use crate::bootstrap;
use crate::context::{Compute, Lowering, Supply, group_of, part_address, why};
use crate::ingress::{Front, address, ways};
use crate::other_app::parameter_name;

/// Adds outputs and parameters, and the variables that the main root turned out to need.
pub(crate) fn lower(lowering: &mut Lowering<'_>) {
    let graph = lowering.graph;
    for (id, intent) in graph.iter() {
        if intent.kind.is_unit() {
            publish_unit(lowering, id, intent);
        } else {
            publish_store(lowering, id, intent);
        }
    }
    hand_over(lowering);
}

/// The fields of a data intent that the environment makes. What is already there is its owner's to publish.
fn publish_store(lowering: &mut Lowering<'_>, id: IntentId, intent: &Intent) {
    if !intent.value("existing").is_null() || intent.kind == Kind::Config {
        return;
    }
    let Some(store) = lowering.stores.get(&id) else {
        return;
    };
    let fields: Vec<(Field, Value)> = store
        .fields
        .iter()
        .filter(|(field, _)| field.is_published(intent.kind))
        .filter_map(|(field, supply)| match supply {
            Supply::Plain(value) => Some((*field, value.clone())),
            Supply::Secret { .. } | Supply::Composed { .. } => None,
        })
        .collect();
    for (field, value) in fields {
        publish(lowering, intent, field.name(), value);
    }
}

/// Where a unit answers; other apps' networks are not this one's, so the internet comes first.
fn publish_unit(lowering: &mut Lowering<'_>, id: IntentId, unit: &Intent) {
    let mut own: Vec<_> = ways(lowering.graph, &lowering.compute)
        .into_iter()
        .filter(|way| way.unit == id && way.edge.is_some())
        .collect();
    own.sort_by_key(|way| way.front == Front::Internal);
    if let Some(way) = own.first() {
        let address = address::address_of(lowering, way);
        if resolves(&lowering.plan, &address.url) {
            publish(lowering, unit, "url", address.url);
            publish(lowering, unit, "host", address.host);
            publish(lowering, unit, "port", address.port.into());
        }
    }
    let arn = lowering
        .units
        .get(&id)
        .filter(|refs| refs.compute == Compute::Lambda)
        .and_then(|refs| refs.arn.clone());
    if let Some(arn) = arn {
        publish(lowering, unit, "arn", arn);
    }
}

/// Whether everything that a value refers to was made; what has errors is left out.
fn resolves(plan: &Plan, value: &Value) -> bool {
    let mut found = true;
    value.for_each_ref(&mut |reference| {
        if let Target::Resource(address) = &reference.target {
            found &= plan.get(Root::Main, address).is_some();
        }
    });
    found
}

fn publish(lowering: &mut Lowering<'_>, intent: &Intent, field: &str, value: Value) {
    let deployment = lowering.deployment();
    let id = intent.id();
    let name = parameter_name(&deployment.app, &deployment.environment, &id, field);
    let as_text = match &value {
        Value::Int(number) => Value::text(number.to_string()),
        Value::Ref(_) if field == "port" => Value::call(Function::ToString, [value.clone()]),
        _ => value.clone(),
    };
    let body = Block::new()
        .with("name", name)
        .with("description", format!("{field} of {id}"))
        .with("type", "String")
        .with("value", as_text);
    lowering.add(Resource::new(
        part_address("aws_ssm_parameter", intent, field),
        group_of(intent),
        why(intent, "tells other apps"),
        body,
    ));
    lowering.plan.outputs.push(Output {
        name: format!("{}_{}_{field}", intent.kind, symbol(&intent.name)),
        root: Root::Main,
        description: format!("The {field} of {id}"),
        value,
        why: why(intent, "what people need to know of it"),
    });
}

/// Variables that the bootstrap root or the build fill, with what they are.
const HANDED: [(&str, VariableType, &str); 4] = [
    (
        "repositories",
        VariableType::StringMap,
        "Image repositories by unit, from the bootstrap root",
    ),
    (
        "images",
        VariableType::StringMap,
        "Digests of images by unit, written when they are pushed",
    ),
    (
        "secrets",
        VariableType::StringMap,
        "ARNs of secrets, from the bootstrap root",
    ),
    (
        "key_arn",
        VariableType::String,
        "ARN of the environment's key, from the bootstrap root",
    ),
];

/// Declares in the main root what it refers to, and gives the bootstrap root the outputs that
/// fill it.
fn hand_over(lowering: &mut Lowering<'_>) {
    let used = variables_of(&lowering.plan);
    for (name, ty, description) in HANDED {
        let declared = lowering
            .plan
            .variables
            .iter()
            .any(|variable| variable.root == Root::Main && variable.name == name);
        if used.contains(name) && !declared {
            lowering.plan.variables.push(Variable {
                name: name.to_owned(),
                root: Root::Main,
                ty,
                description: description.to_owned(),
                default: None,
                why: because("handed over from the bootstrap root"),
            });
        }
    }
    let repositories = repositories(lowering);
    let mut handed: Vec<(&str, Value)> = Vec::new();
    if used.contains("repositories") {
        handed.push(("repositories", Value::map(repositories.clone())));
    }
    if used.contains("secrets") {
        handed.push(("secrets", Value::map(secrets(&lowering.plan))));
    }
    let has_key = lowering
        .plan
        .get(Root::Bootstrap, &bootstrap::key())
        .is_some();
    if used.contains("key_arn") && has_key {
        handed.push(("key_arn", bootstrap::key().attr("arn")));
    }
    if !repositories.is_empty() {
        lowering.plan.outputs.push(Output {
            name: "repositories".to_owned(),
            root: Root::Bootstrap,
            description: "Where images are pushed, by unit".to_owned(),
            value: Value::map(repositories),
            why: because("the build reads it"),
        });
    }
    if lowering.plan.in_root(Root::Bootstrap).next().is_some() {
        lowering.plan.outputs.push(Output {
            name: "tfvars".to_owned(),
            root: Root::Bootstrap,
            description: "Variables of the main root, as JSON".to_owned(),
            value: Value::json(Value::map(handed)),
            why: because("the main root reads it"),
        });
    }
}

fn because(purpose: &str) -> Why {
    Why {
        purpose: purpose.to_owned(),
        ..Why::default()
    }
}

fn repositories(lowering: &Lowering<'_>) -> Vec<(String, Value)> {
    lowering
        .compute
        .keys()
        .map(|unit| lowering.intent(*unit))
        .filter(|unit| {
            let address = bootstrap::repository(unit);
            lowering.plan.get(Root::Bootstrap, &address).is_some()
        })
        .map(|unit| {
            let url = bootstrap::repository(unit).attr("repository_url");
            (Group::of(unit).stem(), url)
        })
        .collect()
}

fn secrets(plan: &Plan) -> Vec<(String, Value)> {
    plan.empty_secrets
        .iter()
        .map(|secret| (secret.intent.replacen('.', "-", 1), secret.arn.clone()))
        .collect()
}

/// Names of the variables that the main root refers to.
fn variables_of(plan: &Plan) -> BTreeSet<String> {
    let mut used = BTreeSet::new();
    let mut visit = |value: &Value| {
        value.for_each_ref(&mut |reference| {
            if let Target::Variable(name) = &reference.target {
                used.insert(name.clone());
            }
        });
    };
    for resource in plan.in_root(Root::Main) {
        resource.body.0.values().for_each(&mut visit);
    }
    for module in plan.modules.iter().filter(|m| m.root == Root::Main) {
        module.inputs.0.values().for_each(&mut visit);
    }
    for local in plan.locals.iter().filter(|l| l.root == Root::Main) {
        visit(&local.value);
    }
    for output in plan.outputs.iter().filter(|o| o.root == Root::Main) {
        visit(&output.value);
    }
    used
}
