//! The JSON Schema of `klo.yaml`, from the same tables that the file is decoded by.

use klo_intent::{GPU_TYPES, Kind, Type};
use serde_json::{Map, Value, json};

use crate::table::{ENVIRONMENT, FILE, Setting, Shape, configurable};

const NAME: &str = "^[a-z][a-z0-9]*(-[a-z0-9]+)*$";

/// The schema, in draft 2020-12.
pub fn schema() -> Value {
    let mut definitions = Map::new();
    for kind in Kind::ALL {
        definitions.insert(kind.name().to_owned(), attributes_schema(kind, false));
        if !kind.is_unit() {
            let name = format!("declared-{kind}");
            definitions.insert(name, attributes_schema(kind, true));
        }
    }
    definitions.insert("environment".to_owned(), settings_schema(ENVIRONMENT));
    let mut root = Map::new();
    root.insert(
        "$schema".to_owned(),
        "https://json-schema.org/draft/2020-12/schema".into(),
    );
    root.insert("title".to_owned(), "klo.yaml".into());
    root.insert(
        "description".to_owned(),
        "How an app is compiled to infrastructure.".into(),
    );
    if let Value::Object(settings) = settings_schema(FILE) {
        root.extend(settings);
    }
    root.insert("$defs".to_owned(), Value::Object(definitions));
    Value::Object(root)
}

fn settings_schema(settings: &[Setting]) -> Value {
    let properties = settings.iter().map(|setting| {
        let mut schema = match setting.shape {
            Shape::Typed(ty) => type_schema(&ty),
            Shape::Environments => json!({
                "type": "object",
                "propertyNames": { "pattern": NAME, "maxLength": 40 },
                "additionalProperties": { "anyOf": [{ "type": "null" }, { "$ref": "#/$defs/environment" }] },
            }),
            Shape::Resources => by_id(Kind::ALL.iter().map(|kind| (*kind, kind.name().to_owned()))),
            Shape::Declarations => by_id(
                Kind::ALL
                    .iter()
                    .filter(|kind| !kind.is_unit())
                    .map(|kind| (*kind, format!("declared-{kind}"))),
            ),
        };
        describe(&mut schema, setting.doc, setting.default);
        (setting.name.to_owned(), schema)
    });
    json!({
        "type": "object",
        "properties": properties.collect::<Map<String, Value>>(),
        "additionalProperties": false,
    })
}

/// A map whose keys are ids of these kinds.
fn by_id(kinds: impl Iterator<Item = (Kind, String)>) -> Value {
    let patterns: Map<String, Value> = kinds
        .map(|(kind, definition)| {
            let reference = json!({ "$ref": format!("#/$defs/{definition}") });
            (
                format!("^{kind}\\.[a-z][a-z0-9-]*$"),
                json!({ "anyOf": [{ "type": "null" }, reference] }),
            )
        })
        .collect();
    json!({
        "type": "object",
        "patternProperties": patterns,
        "additionalProperties": false,
    })
}

fn attributes_schema(kind: Kind, declared: bool) -> Value {
    let mut properties: Map<String, Value> = configurable(kind)
        .map(|attribute| {
            let mut schema = type_schema(&attribute.ty);
            describe(&mut schema, attribute.doc, attribute.default);
            (attribute.name.to_owned(), schema)
        })
        .collect();
    if declared {
        let mut was = type_schema(&Type::Name);
        describe(&mut was, "Former name.", "");
        properties.insert("was".to_owned(), was);
    }
    let mut schema = json!({
        "type": "object",
        "properties": properties,
        "additionalProperties": false,
    });
    if declared && kind == Kind::Site {
        schema["required"] = json!(["dir"]);
    }
    schema
}

fn describe(schema: &mut Value, doc: &str, default: &str) {
    let text = match default {
        "" => doc.to_owned(),
        default => format!("{doc} Default: {default}."),
    };
    schema["description"] = text.into();
}

fn type_schema(ty: &Type) -> Value {
    match ty {
        Type::Bool => json!({ "type": "boolean" }),
        Type::Int(low, high) => {
            let mut schema = json!({ "type": "integer" });
            if *low != i64::MIN {
                schema["minimum"] = (*low).into();
            }
            if *high != i64::MAX {
                schema["maximum"] = (*high).into();
            }
            schema
        }
        Type::Number(low, high) => json!({ "type": "number", "minimum": low, "maximum": high }),
        Type::Text => json!({ "type": "string" }),
        Type::Name => json!({ "type": "string", "pattern": NAME, "maxLength": 40 }),
        Type::Path => json!({ "type": "string", "minLength": 1, "pattern": "^[^/\\\\]" }),
        Type::Choice(words) => json!({ "enum": words }),
        Type::Size => json!({ "type": "string", "pattern": "^[0-9]+(Ki|Mi|Gi|Ti)$" }),
        Type::Duration => json!({ "type": "string", "pattern": "^[0-9]+[smhd]$" }),
        Type::Schedule => json!({ "type": "string" }),
        Type::List(item) => json!({ "type": "array", "items": type_schema(item) }),
        Type::Map(item) => {
            json!({ "type": "object", "additionalProperties": type_schema(item) })
        }
        Type::Object(keys) => {
            let properties: Map<String, Value> = keys
                .iter()
                .map(|(key, ty, _)| ((*key).to_owned(), type_schema(ty)))
                .collect();
            let required: Vec<&str> = keys
                .iter()
                .filter(|(_, _, required)| *required)
                .map(|(key, _, _)| *key)
                .collect();
            let mut schema = json!({
                "type": "object",
                "properties": properties,
                "additionalProperties": false,
            });
            if !required.is_empty() {
                schema["required"] = json!(required);
            }
            schema
        }
        Type::Gpu => {
            let one = json!({
                "type": "string",
                "pattern": format!("^({})(:[1-8])?$", GPU_TYPES.join("|")),
            });
            json!({ "anyOf": [one, { "type": "array", "items": one, "minItems": 1 }] })
        }
        Type::Either(types) => {
            json!({ "anyOf": types.iter().map(type_schema).collect::<Vec<Value>>() })
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(
        clippy::disallowed_methods,
        reason = "the examples of this repository are read from disk"
    )]

    use klo_intent::{Literal, LiteralKind};

    use super::*;
    use crate::yaml::read_yaml;

    fn json_of(literal: &Literal) -> Value {
        match &literal.kind {
            LiteralKind::Null => Value::Null,
            LiteralKind::Bool(flag) => json!(flag),
            LiteralKind::Int(number) => json!(number),
            LiteralKind::Float(number) => json!(number),
            LiteralKind::Str(text) => json!(text),
            LiteralKind::List(items) => items.iter().map(json_of).collect(),
            LiteralKind::Map(entries) => entries
                .iter()
                .map(|(key, _, value)| (key.clone(), json_of(value)))
                .collect::<Map<String, Value>>()
                .into(),
        }
    }

    fn errors(yaml: &str) -> Vec<String> {
        let validator = jsonschema::draft202012::new(&schema()).unwrap();
        let (root, problems) = read_yaml(yaml);
        assert!(problems.is_empty(), "{problems:?}");
        let instance = root.map_or(json!({}), |root| json_of(&root));
        validator
            .iter_errors(&instance)
            .map(|error| error.to_string())
            .collect()
    }

    #[test]
    fn the_schema_itself_is_valid() {
        jsonschema::draft202012::meta::validate(&schema()).unwrap();
    }

    #[test]
    fn files_that_klo_reads_are_valid() {
        assert_eq!(errors(include_str!("tests/whole.yaml")), [""; 0]);
        let examples = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples");
        let mut seen = 0;
        for entry in std::fs::read_dir(examples).unwrap() {
            let file = entry.unwrap().path().join("klo.yaml");
            if let Ok(text) = std::fs::read_to_string(&file) {
                assert_eq!(errors(&text), [""; 0], "{}", file.display());
                seen += 1;
            }
        }
        assert!(seen > 0, "no example has a klo.yaml");
    }

    #[test]
    fn mistakes_are_invalid() {
        for yaml in [
            "ap: x",
            "app: My Shop",
            "environments: { dev: { regio: x } }",
            "environments: [dev]",
            "emit: teraform",
            "state: {}",
            "resources: { databse.orders: {} }",
            "resources: { database.orders: { backup_days: -1 } }",
            "resources: { service.api: { memory: 512MB } }",
            "resources: { service.api: { gpu: a10g:9 } }",
            "declare: { service.api: {} }",
            "declare: { site.web: { spa: true } }",
            "network: { cidr: 1, vpcs: x }",
        ] {
            assert!(!errors(yaml).is_empty(), "{yaml}");
        }
    }
}
