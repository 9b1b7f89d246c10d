//! Values of attributes: how they differ, and how they are read.

use serde_json::{Map, Value};

use crate::changes::Attribute;

/// Keys that tell one element of a list of objects from another, the first that all elements have
/// and no two share.
const IDENTITIES: [&str; 7] = ["Sid", "id", "name", "key", "rulePriority", "path", "sid"];

/// What is different between two maps of attributes, in the order of the new one; what is unset
/// counts as missing.
pub(crate) fn differences(old: &Map<String, Value>, new: &Map<String, Value>) -> Vec<Attribute> {
    let mut found = Vec::new();
    maps("", old, new, &mut found);
    found
}

fn maps(
    path: &str,
    old: &Map<String, Value>,
    new: &Map<String, Value>,
    found: &mut Vec<Attribute>,
) {
    let gone = old.keys().filter(|key| !new.contains_key(*key));
    for key in new.keys().chain(gone) {
        let path = match path {
            "" => key.clone(),
            path => format!("{path}.{key}"),
        };
        walk(&path, stated(old.get(key)), stated(new.get(key)), found);
    }
}

/// A value that is set.
fn stated(value: Option<&Value>) -> Option<&Value> {
    value.filter(|value| !value.is_null())
}

fn walk(path: &str, old: Option<&Value>, new: Option<&Value>, found: &mut Vec<Attribute>) {
    if old == new {
        return;
    }
    match (old.map(plain), new.map(plain)) {
        (Some(Value::Object(old)), Some(Value::Object(new)))
            if special(old).is_none() && special(new).is_none() =>
        {
            maps(path, old, new, found);
        }
        (Some(Value::Array(old)), Some(Value::Array(new))) if objects(old) && objects(new) => {
            elements(path, old, new, found);
        }
        (Some(Value::Array(old)), Some(Value::Array(new))) if sorted(old) == sorted(new) => {}
        (old, new) if old != new => found.push(Attribute {
            path: path.to_owned(),
            old: old.cloned(),
            new: new.cloned(),
        }),
        _ => {}
    }
}

/// Lists whose elements are objects: by what tells them apart, else by their number.
fn elements(path: &str, old: &[Value], new: &[Value], found: &mut Vec<Attribute>) {
    let Some(key) = IDENTITIES
        .iter()
        .find(|key| tells_apart(key, old) && tells_apart(key, new))
    else {
        for number in 0..old.len().max(new.len()) {
            // A block that there is once goes by its name alone.
            let path = match old.len().max(new.len()) {
                1 => path.to_owned(),
                _ => format!("{path}[{number}]"),
            };
            walk(&path, old.get(number), new.get(number), found);
        }
        return;
    };
    let find = |all: &'_ [Value], name: &Value| {
        all.iter()
            .position(|element| element.get(key) == Some(name))
    };
    for element in new {
        let name = &element[key];
        let path = format!("{path}[{}]", text(name));
        let before = find(old, name).map(|at| &old[at]);
        walk(&path, before, Some(element), found);
    }
    for element in old {
        let name = &element[key];
        if find(new, name).is_none() {
            let path = format!("{path}[{}]", text(name));
            walk(&path, Some(element), None, found);
        }
    }
}

fn tells_apart(key: &str, all: &[Value]) -> bool {
    let names: Option<Vec<String>> = all
        .iter()
        .map(|element| element.get(key).map(ToString::to_string))
        .collect();
    names.is_some_and(|mut names| {
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        names.len() == count
    })
}

/// Whether a list holds objects alone, which are values and no references.
fn objects(all: &[Value]) -> bool {
    all.iter().all(|element| {
        element
            .as_object()
            .is_some_and(|map| special(map).is_none())
    }) && !all.is_empty()
}

/// The elements in an order of their own: lists of names and references are sets to AWS.
fn sorted(all: &[Value]) -> Vec<String> {
    let mut texts: Vec<String> = all.iter().map(ToString::to_string).collect();
    texts.sort_unstable();
    texts
}

/// The key of what Terraform works out: `$ref`, `$concat`, `$json`, `$call`.
fn special(map: &Map<String, Value>) -> Option<&str> {
    let key = map.keys().next()?;
    key.starts_with('$').then_some(key.as_str())
}

/// JSON text as the value that it is of.
fn plain(value: &Value) -> &Value {
    match value.get("$json") {
        Some(inner) => plain(inner),
        None => value,
    }
}

/// The value at a path of names, through blocks that there are once.
pub(crate) fn at_path<'v>(attributes: &'v Map<String, Value>, path: &str) -> Option<&'v Value> {
    let mut names = path.split('.');
    let mut here = attributes.get(names.next()?)?;
    for name in names {
        if let Value::Array(blocks) = here {
            here = blocks.first()?;
        }
        here = here.get(name)?;
    }
    (!here.is_null()).then_some(here)
}

/// What is gone from a list and what is new in it, where both sides are lists of plain values.
pub(crate) fn list_change(attribute: &Attribute) -> Option<(Vec<String>, Vec<String>)> {
    let (Some(Value::Array(old)), Some(Value::Array(new))) = (&attribute.old, &attribute.new)
    else {
        return None;
    };
    let (old, new): (Vec<String>, Vec<String>) = (
        old.iter().map(text).collect(),
        new.iter().map(text).collect(),
    );
    let without = |all: &[String], others: &[String]| {
        let left = all.iter().filter(|one| !others.contains(one));
        left.cloned().collect::<Vec<_>>()
    };
    Some((without(&old, &new), without(&new, &old)))
}

/// A value as people read it, on one line: text as it is, references by their address.
pub(crate) fn text(value: &Value) -> String {
    match value {
        Value::Null => "unset".to_owned(),
        Value::String(text) if text.is_empty() => "\"\"".to_owned(),
        Value::String(text) => text.clone(),
        Value::Array(all) => {
            let all: Vec<String> = all.iter().map(text).collect();
            format!("[{}]", all.join(", "))
        }
        Value::Object(map) => object(map),
        other => other.to_string(),
    }
}

fn object(map: &Map<String, Value>) -> String {
    let parts = |key: &str| map.get(key).and_then(Value::as_array).into_iter().flatten();
    match special(map) {
        Some("$ref") => map["$ref"].as_str().unwrap_or_default().to_owned(),
        Some("$json") => text(&map["$json"]),
        Some("$concat") => parts("$concat").map(part).collect(),
        Some("$call") => {
            let arguments: Vec<String> = parts("arguments").map(text).collect();
            format!("{}({})", text(&map["$call"]), arguments.join(", "))
        }
        _ if map.is_empty() => "{}".to_owned(),
        _ => {
            let entries: Vec<String> = map
                .iter()
                .map(|(key, value)| format!("{key}: {}", text(value)))
                .collect();
            format!("{{ {} }}", entries.join(", "))
        }
    }
}

/// A part of a text with values in it.
fn part(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => format!("${{{}}}", text(other)),
    }
}

/// A number, or the number that a text is.
pub(crate) fn number(value: &Value) -> Option<f64> {
    value
        .as_f64()
        .or_else(|| value.as_str().and_then(|text| text.parse().ok()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn found(old: Value, new: Value) -> Vec<String> {
        let (Value::Object(old), Value::Object(new)) = (old, new) else {
            panic!("two objects");
        };
        let shown = |value: &Option<Value>| value.as_ref().map_or("-".to_owned(), text);
        differences(&old, &new)
            .iter()
            .map(|one| format!("{}: {} > {}", one.path, shown(&one.old), shown(&one.new)))
            .collect()
    }

    #[test]
    fn what_is_unset_is_missing_and_order_of_names_is_none() {
        let old = json!({ "a": null, "b": 1, "c": ["x", "y"], "d": { "$ref": "t.n.arn" } });
        let new = json!({ "d": { "$ref": "t.n.arn" }, "c": ["y", "x"], "b": 1 });
        assert_eq!(found(old, new), Vec::<String>::new());
    }

    #[test]
    fn statements_go_by_their_name_and_json_by_what_it_says() {
        let statement = |sid: &str, actions: Value| json!({ "Sid": sid, "Action": actions });
        let policy =
            |statements: Value| json!({ "policy": { "$json": { "Statement": statements } } });
        let old = policy(json!([
            statement("A", json!(["x"])),
            statement("B", json!(["y"]))
        ]));
        let new = policy(json!([
            statement("B", json!(["y", "z"])),
            statement("C", json!(["x"]))
        ]));
        let shown = [
            "policy.Statement[B].Action: [y] > [y, z]",
            "policy.Statement[C]: - > { Sid: C, Action: [x] }",
            "policy.Statement[A]: { Sid: A, Action: [x] } > -",
        ];
        assert_eq!(found(old, new), shown);
    }

    #[test]
    fn a_block_that_there_is_once_goes_by_its_name() {
        let old = json!({ "ttl": [{ "enabled": false }], "r": [{ "a": 1 }, { "a": 1 }] });
        let new = json!({ "ttl": [{ "enabled": true }], "r": [{ "a": 1 }, { "a": 2 }] });
        assert_eq!(
            found(old, new),
            ["ttl.enabled: false > true", "r[1].a: 1 > 2"]
        );
    }

    #[test]
    fn references_are_read_by_their_address() {
        let value = json!({ "$concat": ["a/", { "$ref": "aws_s3_bucket.b.arn" }, "/*"] });
        assert_eq!(text(&value), "a/${aws_s3_bucket.b.arn}/*");
        let call = json!({ "$call": "tostring", "arguments": [{ "$ref": "var.port" }] });
        assert_eq!(text(&call), "tostring(var.port)");
    }
}
