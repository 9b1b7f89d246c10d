//! JSON Schemas of rule packs and of waiver files, for editors. What a schema cannot say, such as
//! whether an attribute exists, loading says.

use klo_intent::Kind;
use serde_json::{Value, json};

use super::level::Level;
use super::require::OPERATORS;

const DIALECT: &str = "https://json-schema.org/draft/2020-12/schema";
const DAY: &str = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$";
const RULE_ID: &str = "^[A-Z][A-Z0-9]*(-[A-Z0-9]+)+$";
const NAME: &str = "^[a-z][a-z0-9]*(-[a-z0-9]+)*$";

/// The schema of a rule pack, in draft 2020-12.
pub fn pack_schema() -> Value {
    let mut schema = object(
        json!({
            "klo-rules": { "const": 1, "description": "Version of the format." },
            "pack": { "type": "string", "pattern": "^[a-z][a-z0-9-]*(/[a-z][a-z0-9-]*)+$", "description": "Name: `acme/platform`." },
            "version": { "type": ["string", "integer"], "description": "Version of the pack: `1.4.0`." },
            "extends": { "type": "array", "items": { "type": "string" }, "description": "Packs that this one tightens: `klo/baseline@1`, names or paths." },
            "tiers": object(json!({ "dev": texts(), "prod": texts() }), &[]),
            "params": { "type": "object", "additionalProperties": parameter(), "description": "Values that rules name as `$name`." },
            "choose": { "type": "object", "propertyNames": { "enum": Kind::ALL.map(Kind::name) }, "additionalProperties": chosen() },
            "defaults": { "type": "array", "items": default() },
            "rules": { "type": "array", "items": rule() },
            "exceptions": object(json!({ "checkov": { "type": "object", "additionalProperties": text() } }), &[]),
            "tests": { "type": "array", "items": test() },
        }),
        &["klo-rules", "pack", "version"],
    );
    schema["$schema"] = DIALECT.into();
    schema["title"] = "klo rule pack".into();
    schema["description"] = "What an organization holds its apps to.".into();
    schema
}

/// The schema of a file of waivers, in draft 2020-12.
pub fn waiver_schema() -> Value {
    let kinds = Kind::ALL.map(Kind::name).join("|");
    let waiver = object(
        json!({
            "rule": { "type": "string", "pattern": RULE_ID },
            "on": { "type": "string", "pattern": format!("^(\\*|({kinds})\\.[a-z][a-z0-9-]*)$") },
            "reason": text(),
            "approver": text(),
            "until": { "type": "string", "pattern": DAY, "description": "The last day on which it holds." },
        }),
        &["rule", "on", "reason", "approver", "until"],
    );
    json!({
        "$schema": DIALECT,
        "title": "klo waivers",
        "description": "Findings that somebody lets pass, until a day.",
        "type": "array",
        "items": waiver,
    })
}

fn object(properties: Value, required: &[&str]) -> Value {
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

fn text() -> Value {
    json!({ "type": "string", "minLength": 1 })
}

fn texts() -> Value {
    json!({ "type": "array", "items": text() })
}

fn parameter() -> Value {
    let plain = json!({ "type": ["string", "number", "boolean"] });
    json!({ "anyOf": [plain, { "type": "array", "items": plain }] })
}

fn level() -> Value {
    json!({ "enum": Level::ALL.map(Level::name) })
}

fn tier() -> Value {
    json!({ "enum": ["dev", "prod"] })
}

fn chosen() -> Value {
    let module = object(
        json!({
            "source": text(),
            "version": text(),
            "inputs": { "type": "object" },
            "outputs": { "type": "object", "additionalProperties": text() },
        }),
        &["source", "outputs"],
    );
    json!({ "type": "object", "properties": { "module": module } })
}

fn default() -> Value {
    object(
        json!({ "on": text(), "tier": tier(), "set": { "type": "object", "minProperties": 1 } }),
        &["on", "set"],
    )
}

fn rule() -> Value {
    let operators: serde_json::Map<String, Value> = OPERATORS
        .into_iter()
        .map(|name| (name.to_owned(), json!({})))
        .collect();
    let mut operators = object(operators.into(), &[]);
    operators["minProperties"] = 1.into();
    object(
        json!({
            "id": { "type": "string", "pattern": RULE_ID, "description": "Named by waivers and by packs that tighten it." },
            "name": { "type": "string", "pattern": NAME, "description": "Named after the violation." },
            "on": { "type": "string", "description": "A kind, `kind(attribute=value)`, several with `|`, `unit`, `data`, `*`, `graph`, or a resource type." },
            "tier": tier(),
            "level": level(),
            "then": object(json!({ "level": level(), "from": { "type": "string", "pattern": DAY } }), &["level", "from"]),
            "when": { "type": "string", "description": "CEL: the rule holds only where this is true." },
            "require": { "type": "object", "minProperties": 1, "additionalProperties": operators },
            "assert": { "type": "string", "description": "CEL: has to be true." },
            "why": text(),
            "url": text(),
            "fix": { "type": "boolean", "description": "Whether `klo fix` may write the nearest allowed value." },
        }),
        &["id"],
    )
}

fn test() -> Value {
    let found = json!({ "enum": ["none", "warn", "deny", "forbid"] });
    object(
        json!({
            "name": text(),
            "environment": text(),
            "source": { "type": "object", "additionalProperties": { "type": "string" } },
            "resources": { "type": "object", "additionalProperties": { "type": "object" } },
            "today": { "type": "string", "pattern": DAY },
            "expect": { "type": "object", "minProperties": 1, "additionalProperties": found },
        }),
        &["name", "expect"],
    )
}

#[cfg(test)]
mod tests {
    use klo_config::yaml::read_yaml;
    use klo_intent::{Literal, LiteralKind};

    use super::*;
    use crate::packs::shipped::text_of;
    use crate::packs::shipped_packs;

    fn json_of(literal: &Literal) -> Value {
        match &literal.kind {
            LiteralKind::Null => Value::Null,
            LiteralKind::Bool(flag) => json!(flag),
            LiteralKind::Int(number) => json!(number),
            LiteralKind::Float(number) => json!(number),
            LiteralKind::Str(text) => json!(text),
            LiteralKind::List(items) => items.iter().map(json_of).collect(),
            LiteralKind::Map(entries) => {
                let entries = entries.iter();
                let entries = entries.map(|(key, _, value)| (key.clone(), json_of(value)));
                Value::Object(entries.collect())
            }
        }
    }

    fn errors(schema: &Value, yaml: &str) -> Vec<String> {
        let validator = jsonschema::draft202012::new(schema).expect("a schema");
        let instance = read_yaml(yaml).0.map_or(Value::Null, |root| json_of(&root));
        let errors = validator.iter_errors(&instance);
        errors.map(|error| error.to_string()).collect()
    }

    #[test]
    fn packs_that_load_are_valid() {
        let schema = pack_schema();
        jsonschema::draft202012::meta::validate(&schema).expect("a schema");
        for name in shipped_packs() {
            let text = text_of(name).expect("a pack");
            assert_eq!(errors(&schema, text), [""; 0], "{name}");
        }
        assert_eq!(errors(&schema, crate::packs::tests::ACME), [""; 0]);
    }

    #[test]
    fn mistakes_are_invalid() {
        let head = "klo-rules: 1\npack: acme/x\nversion: 1.0.0\n";
        for body in [
            "rule: []",
            "rules: [{ id: a-1 }]",
            "rules: [{ id: A-1, level: denied }]",
            "rules: [{ id: A-1, require: { x: { mins: 1 } } }]",
            "choose: { databse: {} }",
            "tiers: { staging: [x] }",
            "tests: [{ name: x, expect: {} }]",
        ] {
            assert!(
                !errors(&pack_schema(), &format!("{head}{body}")).is_empty(),
                "{body}"
            );
        }
        let waivers = waiver_schema();
        let fine = "- { rule: A-1, on: '*', reason: x, approver: y, until: 2027-01-01 }";
        assert_eq!(errors(&waivers, fine), [""; 0]);
        for wrong in [
            "- { rule: A-1, on: '*', reason: x, approver: y }",
            "- { rule: A-1, on: databse.x, reason: x, approver: y, until: 2027-01-01 }",
            "a: b",
        ] {
            assert!(!errors(&waivers, wrong).is_empty(), "{wrong}");
        }
    }
}
