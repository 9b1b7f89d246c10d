//! `plan.json`: every resource as data, with who asked for it.

use klo_plan::{Block, Class, PathStep, Plan, Ref, Resource, Target, Value, Why};
use serde_json::{Map, Value as Json, json};

use crate::expression::reference_text;
use crate::root::{file_of, folder};

/// The plan as JSON, sorted by root and address.
///
/// Literal text is a string; what Terraform works out is an object with one key that begins with
/// `$`: `{"$ref": "aws_vpc.network.id"}`, `{"$concat": […]}`, `{"$json": …}`, `{"$call": […]}`.
pub(crate) fn plan_json(plan: &Plan) -> String {
    let deployment = plan.graph.deployment();
    let mut resources: Vec<&Resource> = plan.resources.values().collect();
    resources.sort_by_key(|resource| (resource.root, &resource.address));
    let mut modules: Vec<_> = plan.modules.iter().collect();
    modules.sort_by_key(|call| (call.root, &call.name));
    let modules: Vec<Json> = modules
        .into_iter()
        .map(|call| {
            let mut entry = json!({
                "root": folder(call.root),
                "address": format!("module.{}", call.name),
                "file": file_of(call.root, &call.group),
                "source": call.source,
                "version": call.version,
                "attributes": block(&call.inputs),
            });
            because(&mut entry, &call.why);
            entry
        })
        .collect();
    let document = json!({
        "version": 1,
        "app": deployment.app,
        "environment": deployment.environment,
        "resources": resources.into_iter().map(resource_json).collect::<Vec<_>>(),
        "modules": modules,
    });
    pretty(&document)
}

/// JSON as it is written to files: indented, with a line break at its end.
pub(crate) fn pretty(document: &Json) -> String {
    let mut text = serde_json::to_string_pretty(document).unwrap_or_default();
    text.push('\n');
    text
}

fn resource_json(resource: &Resource) -> Json {
    let mode = match resource.address.class {
        Class::Managed => "managed",
        Class::Data => "data",
        Class::Ephemeral => "ephemeral",
    };
    let lifecycle = &resource.lifecycle;
    let depends_on: Vec<String> = resource
        .depends_on
        .iter()
        .map(ToString::to_string)
        .collect();
    let mut entry = json!({
        "root": folder(resource.root),
        "address": resource.address.to_string(),
        "mode": mode,
        "type": resource.address.kind,
        "file": file_of(resource.root, &resource.group),
        "attributes": block(&resource.body),
        "depends_on": depends_on,
        "lifecycle": {
            "create_before_destroy": lifecycle.create_before_destroy,
            "prevent_destroy": lifecycle.prevent_destroy,
            "ignore_changes": lifecycle.ignore_changes,
        },
    });
    because(&mut entry, &resource.why);
    entry
}

fn because(entry: &mut Json, why: &Why) {
    if let Some(entry) = entry.as_object_mut() {
        entry.insert("purpose".to_owned(), json!(why.purpose));
        entry.insert("intents".to_owned(), json!(why.intents));
        entry.insert("edge".to_owned(), json!(why.edge));
        entry.insert("decision".to_owned(), json!(why.decision));
        entry.insert("rule".to_owned(), json!(why.rule));
    }
}

fn block(body: &Block) -> Json {
    let entries = body
        .0
        .iter()
        .filter(|(_, value)| **value != Value::Null)
        .map(|(name, value)| (name.clone(), value_json(value)));
    Json::Object(entries.collect::<Map<_, _>>())
}

fn value_json(value: &Value) -> Json {
    let all = |items: &[Value]| Json::Array(items.iter().map(value_json).collect());
    match value {
        Value::Null => Json::Null,
        Value::Bool(flag) => json!(flag),
        Value::Int(number) => json!(number),
        Value::Float(number) => json!(number),
        Value::Text(text) => json!(text),
        Value::List(items) => all(items),
        Value::Map(entries) => Json::Object(
            entries
                .iter()
                .map(|(key, value)| (key.clone(), value_json(value)))
                .collect(),
        ),
        Value::Blocks(blocks) => Json::Array(blocks.iter().map(block).collect()),
        Value::Ref(reference) => json!({ "$ref": reference_text(reference) }),
        Value::Concat(parts) => json!({ "$concat": all(parts) }),
        Value::Json(inner) => json!({ "$json": value_json(inner) }),
        Value::Call(function, arguments) => {
            json!({ "$call": function.name(), "arguments": all(arguments) })
        }
        Value::Commented(_, inner) => value_json(inner),
    }
}

/// A value as a person reads it in a sentence: text as it is, references by their address.
pub(crate) fn in_words(value: &Value) -> String {
    match value {
        Value::Text(text) => text.clone(),
        Value::Ref(reference) => short_reference(reference),
        Value::Concat(parts) => parts.iter().map(in_words).collect(),
        Value::Commented(_, inner) => in_words(inner),
        Value::List(items) => items.iter().map(in_words).collect::<Vec<_>>().join(", "),
        other => value_json(other).to_string(),
    }
}

/// `aws_s3_bucket.receipts` for its ARN: which attribute stands for it is no news to a reader.
fn short_reference(reference: &Ref) -> String {
    match (&reference.target, reference.path.as_slice()) {
        (Target::Resource(address), [PathStep::Attribute(name)]) if name == "arn" => {
            address.to_string()
        }
        _ => reference_text(reference),
    }
}
