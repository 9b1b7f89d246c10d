//! `plan.json`: every resource as data, with who asked for it.

use std::collections::BTreeSet;

use klo_intent::Tool;
use klo_plan::kubernetes::Listed;
use klo_plan::{
    Block, Class, Lifecycle, ModuleCall, Moved, PathStep, Plan, Ref, Released, Resource, Target,
    Value, Why,
};
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use crate::expression::reference_text;

/// The plan as JSON, sorted by root and address.
///
/// Literal text is a string; what Terraform works out is an object with one key that begins with
/// `$`: `{"$ref": "aws_vpc.network.id"}`, `{"$concat": […]}`, `{"$json": …}`, `{"$call": […]}`.
pub(crate) fn plan_json(plan: &Plan, objects: &[Listed]) -> String {
    let deployment = plan.graph.deployment();
    let tool = deployment.tool();
    let mut resources: Vec<&Resource> = plan.resources.values().collect();
    resources.sort_by_key(|resource| (resource.root, &resource.address));
    let mut modules: Vec<&ModuleCall> = plan.modules.iter().collect();
    modules.sort_by_key(|call| (call.root, &call.name));
    let mut moved: Vec<&Moved> = plan.moved.iter().collect();
    moved.sort_by_key(|moved| (moved.root, &moved.to));
    let mut released: Vec<&Released> = plan.released.iter().collect();
    released.sort_by_key(|released| (released.root, &released.from));
    pretty(&Document {
        version: 1,
        app: &deployment.app,
        environment: &deployment.environment,
        tools: match deployment.emit.as_slice() {
            [_] => Vec::new(),
            tools => tools.iter().map(|tool| tool.name()).collect(),
        },
        resources: resources
            .into_iter()
            .map(|resource| ResourceJson::new(resource, tool))
            .collect(),
        modules: modules
            .into_iter()
            .map(|call| ModuleJson::new(call, tool))
            .collect(),
        moved: moved
            .into_iter()
            .map(|moved| MovedJson::new(moved, tool))
            .collect(),
        released: released
            .into_iter()
            .map(|released| ReleasedJson::new(released, tool))
            .collect(),
        kubernetes: objects.iter().map(ObjectJson::new).collect(),
    })
}

/// JSON as it is written to files: indented, with a line break at its end.
pub(crate) fn pretty(document: &impl Serialize) -> String {
    let mut text = serde_json::to_string_pretty(document).unwrap_or_default();
    text.push('\n');
    text
}

// A plan is a few hundred kilobytes of JSON: it is written as it stands, without a copy of it as
// a tree first.

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    app: &'a str,
    environment: &'a str,
    /// Where files name those of one tool, and others are written too.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tools: Vec<&'static str>,
    resources: Vec<ResourceJson<'a>>,
    modules: Vec<ModuleJson<'a>>,
    moved: Vec<MovedJson>,
    released: Vec<ReleasedJson>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    kubernetes: Vec<ObjectJson<'a>>,
}

/// An object of Kubernetes; what it says is in its file.
#[derive(Serialize)]
struct ObjectJson<'a> {
    file: &'a str,
    #[serde(rename = "apiVersion")]
    api_version: &'a str,
    kind: &'a str,
    namespace: Option<&'a str>,
    name: &'a str,
    #[serde(flatten)]
    why: WhyJson<'a>,
}

impl<'a> ObjectJson<'a> {
    fn new(object: &'a Listed) -> Self {
        Self {
            file: &object.file,
            api_version: &object.api_version,
            kind: &object.kind,
            namespace: object.namespace.as_deref(),
            name: &object.name,
            why: WhyJson::new(&object.why),
        }
    }
}

#[derive(Serialize)]
struct ResourceJson<'a> {
    root: &'static str,
    address: String,
    mode: &'static str,
    #[serde(rename = "type")]
    kind: &'a str,
    file: String,
    attributes: BlockJson<'a>,
    depends_on: Vec<String>,
    lifecycle: LifecycleJson<'a>,
    #[serde(flatten)]
    why: WhyJson<'a>,
}

impl<'a> ResourceJson<'a> {
    fn new(resource: &'a Resource, tool: Tool) -> Self {
        let depends_on = resource.depends_on.iter();
        Self {
            root: resource.root.folder(tool),
            address: resource.address.to_string(),
            mode: match resource.address.class {
                Class::Managed => "managed",
                Class::Data => "data",
                Class::Ephemeral => "ephemeral",
            },
            kind: resource.address.kind,
            file: resource.group.file(resource.root, tool),
            attributes: BlockJson(&resource.body),
            depends_on: depends_on.map(ToString::to_string).collect(),
            lifecycle: LifecycleJson::new(&resource.lifecycle),
            why: WhyJson::new(&resource.why),
        }
    }
}

#[derive(Serialize)]
struct ModuleJson<'a> {
    root: &'static str,
    address: String,
    file: String,
    source: &'a str,
    version: Option<&'a str>,
    attributes: BlockJson<'a>,
    #[serde(flatten)]
    why: WhyJson<'a>,
}

impl<'a> ModuleJson<'a> {
    fn new(call: &'a ModuleCall, tool: Tool) -> Self {
        Self {
            root: call.root.folder(tool),
            address: format!("module.{}", call.name),
            file: call.group.file(call.root, tool),
            source: &call.source,
            version: call.version.as_deref(),
            attributes: BlockJson(&call.inputs),
            why: WhyJson::new(&call.why),
        }
    }
}

/// A resource that has another address since.
#[derive(Serialize)]
struct MovedJson {
    root: &'static str,
    from: String,
    to: String,
}

impl MovedJson {
    fn new(moved: &Moved, tool: Tool) -> Self {
        Self {
            root: moved.root.folder(tool),
            from: moved.from.to_string(),
            to: moved.to.to_string(),
        }
    }
}

/// A resource that is let go and not destroyed.
#[derive(Serialize)]
struct ReleasedJson {
    root: &'static str,
    from: String,
}

impl ReleasedJson {
    fn new(released: &Released, tool: Tool) -> Self {
        Self {
            root: released.root.folder(tool),
            from: released.from.to_string(),
        }
    }
}

#[derive(Serialize)]
struct LifecycleJson<'a> {
    create_before_destroy: bool,
    prevent_destroy: bool,
    ignore_changes: &'a [String],
}

impl<'a> LifecycleJson<'a> {
    fn new(lifecycle: &'a Lifecycle) -> Self {
        Self {
            create_before_destroy: lifecycle.create_before_destroy,
            prevent_destroy: lifecycle.prevent_destroy,
            ignore_changes: &lifecycle.ignore_changes,
        }
    }
}

#[derive(Serialize)]
struct WhyJson<'a> {
    purpose: &'a str,
    intents: &'a BTreeSet<String>,
    edge: Option<&'a str>,
    decision: Option<&'a str>,
    rule: Option<&'a str>,
}

impl<'a> WhyJson<'a> {
    fn new(why: &'a Why) -> Self {
        Self {
            purpose: &why.purpose,
            intents: &why.intents,
            edge: why.edge.as_deref(),
            decision: why.decision.as_deref(),
            rule: why.rule.as_deref(),
        }
    }
}

struct BlockJson<'a>(&'a Block);

impl Serialize for BlockJson<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let stated = self.0.0.iter().filter(|(_, value)| **value != Value::Null);
        serializer.collect_map(stated.map(|(name, value)| (name, ValueJson(value))))
    }
}

struct ValueJson<'a>(&'a Value);

impl Serialize for ValueJson<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Null => serializer.serialize_unit(),
            Value::Bool(flag) => serializer.serialize_bool(*flag),
            Value::Int(number) => serializer.serialize_i64(*number),
            Value::Float(number) => serializer.serialize_f64(*number),
            Value::Text(text) => serializer.serialize_str(text),
            Value::List(items) => All(items).serialize(serializer),
            Value::Map(entries) => {
                serializer.collect_map(entries.iter().map(|(key, value)| (key, ValueJson(value))))
            }
            Value::Blocks(blocks) => serializer.collect_seq(blocks.iter().map(BlockJson)),
            Value::Ref(reference) => only(serializer, "$ref", &reference_text(reference)),
            Value::Concat(parts) => only(serializer, "$concat", &All(parts)),
            Value::Json(inner) => only(serializer, "$json", &ValueJson(inner)),
            Value::Call(function, arguments) => {
                let mut map = serializer.serialize_map(Some(2))?;
                map.serialize_entry("$call", function.name())?;
                map.serialize_entry("arguments", &All(arguments))?;
                map.end()
            }
            Value::Commented(_, inner) => ValueJson(inner).serialize(serializer),
        }
    }
}

struct All<'a>(&'a [Value]);

impl Serialize for All<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(ValueJson))
    }
}

/// An object of one entry.
fn only<S: Serializer>(
    serializer: S,
    key: &str,
    value: &impl Serialize,
) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(Some(1))?;
    map.serialize_entry(key, value)?;
    map.end()
}

/// A value as a person reads it in a sentence: text as it is, references by their address.
pub(crate) fn in_words(value: &Value) -> String {
    match value {
        Value::Text(text) => text.clone(),
        Value::Ref(reference) => short_reference(reference),
        Value::Concat(parts) => parts.iter().map(in_words).collect(),
        Value::Commented(_, inner) => in_words(inner),
        Value::List(items) => items.iter().map(in_words).collect::<Vec<_>>().join(", "),
        other => serde_json::to_string(&ValueJson(other)).unwrap_or_default(),
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
