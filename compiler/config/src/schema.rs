//! The JSON Schema of `klo.yaml`, made from the table that the file is decoded by, so that an
//! editor offers exactly what klo takes.

use klo_intent::{Kind, Type};
use serde_json::{Map, Value, json};

use crate::table::{ENVIRONMENT, FILE, Setting, Shape, configurable};

/// An intent's or environment's name; `klo_intent::name_fault` judges the same by hand.
const NAME: &str = "^[a-z](?:[a-z0-9]|-(?=[a-z0-9])){0,39}$";
const SIZE: &str = "^[0-9][0-9_]*(?:Ki|Mi|Gi|Ti)$";
const DURATION: &str = "^[0-9][0-9_]*[smhd]$";

/// The schema, as JSON Schema draft 2020-12.
pub fn schema() -> Value {
    let mut intents = Map::new();
    for kind in Kind::ALL {
        intents.insert(kind.name().to_owned(), kind_schema(kind));
    }
    let mut schema = settings(FILE);
    let fields = [
        (
            "$schema",
            json!("https://json-schema.org/draft/2020-12/schema"),
        ),
        ("title", json!("klo.yaml")),
        (
            "description",
            json!("What klo has to know about an app beside its annotated source."),
        ),
        ("$defs", Value::Object(intents)),
    ];
    for (name, value) in fields {
        schema.insert(name.to_owned(), value);
    }
    Value::Object(schema)
}

/// The attributes of a kind that `resources` and `declare` may set.
fn kind_schema(kind: Kind) -> Value {
    let properties: Map<String, Value> = configurable(kind)
        .map(|attribute| {
            let described = described(of_type(&attribute.ty), attribute.doc, attribute.default);
            (attribute.name.to_owned(), described)
        })
        .collect();
    json!({ "type": "object", "properties": properties, "additionalProperties": false })
}

fn settings(table: &[Setting]) -> Map<String, Value> {
    let properties: Map<String, Value> = table
        .iter()
        .map(|setting| {
            let described = described(of_shape(setting.shape), setting.doc, setting.default);
            (setting.name.to_owned(), described)
        })
        .collect();
    Map::from_iter([
        ("type".to_owned(), json!("object")),
        ("properties".to_owned(), Value::Object(properties)),
        ("additionalProperties".to_owned(), json!(false)),
    ])
}

/// Adds what people read. Defaults are prose: some depend on the kind or the environment.
fn described(mut schema: Value, doc: &str, default: &str) -> Value {
    let text = if default.is_empty() {
        doc.to_owned()
    } else {
        format!("{doc} Default: {default}.")
    };
    if let Some(schema) = schema.as_object_mut() {
        schema.insert("description".to_owned(), json!(text));
    }
    schema
}

fn of_shape(shape: Shape) -> Value {
    match shape {
        Shape::Typed(ty) => of_type(&ty),
        Shape::Environments => json!({
            "type": "object",
            "propertyNames": { "pattern": NAME },
            "additionalProperties": Value::Object(settings(ENVIRONMENT)),
        }),
        Shape::Resources => by_id(|kind| json!({ "$ref": format!("#/$defs/{kind}") })),
        Shape::Declarations => by_id(|kind| {
            let was =
                json!({ "type": "string", "pattern": NAME, "description": "Its former name." });
            let mut schema = kind_schema(kind);
            if let Some(properties) = schema["properties"].as_object_mut() {
                properties.insert("was".to_owned(), was);
            }
            schema
        }),
    }
}

/// A map from `kind.name` to what that kind takes.
fn by_id(entry: impl Fn(Kind) -> Value) -> Value {
    let name = NAME.trim_start_matches('^');
    let patterns: Map<String, Value> = Kind::ALL
        .into_iter()
        .map(|kind| (format!("^{kind}\\.{name}"), entry(kind)))
        .collect();
    json!({ "type": "object", "patternProperties": patterns, "additionalProperties": false })
}

fn of_type(ty: &Type) -> Value {
    match ty {
        Type::Bool => json!({ "type": "boolean" }),
        Type::Int(least, most) => {
            let mut schema = json!({ "type": "integer" });
            if *least != i64::MIN {
                schema["minimum"] = json!(least);
            }
            if *most != i64::MAX {
                schema["maximum"] = json!(most);
            }
            schema
        }
        Type::Number(least, most) => json!({ "type": "number", "minimum": least, "maximum": most }),
        Type::Text | Type::Path | Type::Schedule => json!({ "type": "string" }),
        Type::Name => json!({ "type": "string", "pattern": NAME }),
        Type::Choice(words) => json!({ "enum": words }),
        Type::Size => json!({ "type": "string", "pattern": SIZE }),
        Type::Duration => json!({ "type": "string", "pattern": DURATION }),
        Type::List(item) => json!({ "type": "array", "items": of_type(item) }),
        Type::Map(value) => json!({ "type": "object", "additionalProperties": of_type(value) }),
        Type::Object(fields) => {
            let properties: Map<String, Value> = fields
                .iter()
                .map(|(name, ty, _)| ((*name).to_owned(), of_type(ty)))
                .collect();
            let required: Vec<&str> = fields
                .iter()
                .filter(|(_, _, required)| *required)
                .map(|(name, _, _)| *name)
                .collect();
            json!({
                "type": "object",
                "properties": properties,
                "required": required,
                "additionalProperties": false,
            })
        }
        Type::Gpu => json!({
            "anyOf": [
                { "type": "string" },
                { "type": "array", "items": { "type": "string" }, "minItems": 1 },
            ],
        }),
        Type::Either(types) => {
            let all: Vec<Value> = types.iter().map(of_type).collect();
            json!({ "anyOf": all })
        }
    }
}
