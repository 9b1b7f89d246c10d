//! Objects become YAML: keys in the order in which people write them, one document an object.

use serde::Serialize;
use serde_json::{Map, Value};

use crate::text::{Hole, settle};

/// Comments are wrapped so that no line is longer than this.
const WIDTH: usize = 100;

/// What stands first in any mapping; other keys keep the order of the API's types.
const FIRST: [&str; 16] = [
    "apiVersion",
    "kind",
    "type",
    "metadata",
    "name",
    "namespace",
    "image",
    "podSelector",
    "policyTypes",
    "from",
    "to",
    "schedule",
    "timeZone",
    "replicas",
    "selector",
    "key",
];

/// A step to a value inside an object.
#[derive(Debug, Clone)]
enum Step {
    Key(String),
    /// An item of a list, by its name where it has one.
    Item(usize, Option<String>),
}

/// A place in an object that an output fills.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    /// The object's kind.
    pub(crate) kind: String,
    /// The object's name.
    pub(crate) name: String,
    /// The place, as kustomize writes paths.
    pub(crate) path: String,
    /// What fills it.
    pub(crate) hole: Hole,
}

/// An object, ready to be written.
#[derive(Debug, Clone)]
pub(crate) struct Object {
    value: Value,
    targets: Vec<Target>,
}

impl Object {
    /// An object of the API.
    pub(crate) fn new(object: &impl Serialize) -> Self {
        // The types of the API are plain data, which always becomes JSON.
        let mut value = ordered(serde_json::to_value(object).unwrap_or_default());
        let mut holes = Vec::new();
        fill(&mut value, &mut Vec::new(), &mut holes);
        let mut object = Self {
            targets: Vec::new(),
            value,
        };
        let (kind, name) = (object.text("/kind"), object.text("/metadata/name"));
        let targets = holes.into_iter().map(|(path, hole)| Target {
            kind: kind.to_owned(),
            name: name.to_owned(),
            path,
            hole,
        });
        object.targets = targets.collect();
        object
    }

    /// A text in it, as it is written; empty where it has none there.
    pub(crate) fn text(&self, pointer: &str) -> &str {
        let found = self.value.pointer(pointer).and_then(Value::as_str);
        found.unwrap_or_default()
    }

    /// The places that outputs fill.
    pub(crate) fn targets(&self) -> &[Target] {
        &self.targets
    }
}

fn ordered(value: Value) -> Value {
    match value {
        Value::Object(mut map) => {
            let mut out = Map::new();
            for key in FIRST {
                if let Some(inner) = map.shift_remove(key) {
                    out.insert(key.to_owned(), ordered(inner));
                }
            }
            out.extend(map.into_iter().map(|(key, inner)| (key, ordered(inner))));
            Value::Object(out)
        }
        Value::Array(items) => Value::Array(items.into_iter().map(ordered).collect()),
        other => other,
    }
}

/// Writes every string as it is meant, and gathers the places that outputs fill.
fn fill(value: &mut Value, path: &mut Vec<Step>, holes: &mut Vec<(String, Hole)>) {
    match value {
        Value::String(raw) => {
            let (written, found) = settle(raw);
            *raw = written;
            holes.extend(found.into_iter().map(|hole| (shown(path), hole)));
        }
        Value::Array(items) => {
            for (index, item) in items.iter_mut().enumerate() {
                let name = item.get("name").and_then(Value::as_str);
                let name = name.filter(|name| is_simple(name)).map(str::to_owned);
                path.push(Step::Item(index, name));
                fill(item, path, holes);
                path.pop();
            }
        }
        Value::Object(map) => {
            for (key, inner) in map.iter_mut() {
                path.push(Step::Key(key.clone()));
                fill(inner, path, holes);
                path.pop();
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn is_simple(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    !name.is_empty() && name.chars().all(plain)
}

fn shown(path: &[Step]) -> String {
    let steps: Vec<String> = path
        .iter()
        .map(|step| match step {
            Step::Key(key) if key.contains('.') => format!("[{key}]"),
            Step::Key(key) => key.clone(),
            Step::Item(_, Some(name)) => format!("[name={name}]"),
            Step::Item(index, None) => index.to_string(),
        })
        .collect();
    steps.join(".")
}

/// A file: what it is, then its objects, with a comment above each where there is one to make.
pub(crate) fn file<'a>(
    about: &str,
    whose: &str,
    objects: impl IntoIterator<Item = &'a Object>,
) -> String {
    let mut out = format!("{}#\n{}", comment(about), comment(whose));
    for object in objects {
        out.push_str("---\n");
        out.push_str(&yaml(&object.value));
    }
    out
}

/// A value as YAML. Strings that any reader of YAML 1.1 or 1.2 takes for something else are quoted,
/// and no string is spread over lines.
pub(crate) fn yaml(value: &impl Serialize) -> String {
    let options = serde_yaml::ser_options! { prefer_block_scalars: false };
    // Writing plain data into a string does not fail.
    serde_yaml::to_string_with_options(value, options).unwrap_or_default()
}

/// A comment as lines that begin with `#`, wrapped at [`WIDTH`].
pub(crate) fn comment(text: &str) -> String {
    let mut out = String::new();
    for paragraph in text.lines() {
        let mut line = String::from("#");
        for word in paragraph.split_whitespace() {
            let word: String = word.chars().filter(|c| !c.is_control()).collect();
            if line.len() > 1 && line.chars().count() + 1 + word.chars().count() > WIDTH {
                out.push_str(&line);
                out.push('\n');
                line = String::from("#");
            }
            line.push(' ');
            line.push_str(&word);
        }
        out.push_str(&line);
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn any_text_is_read_back_as_itself(key in any::<String>(), value in any::<String>()) {
            let map = Value::Object(Map::from_iter([
                (key.clone(), Value::String(value.clone())),
                ("list".to_owned(), Value::Array(vec![Value::String(value)])),
            ]));
            let read: Value = serde_yaml::from_str(&yaml(&map)).expect("YAML");
            prop_assert_eq!(read, map);
        }

        #[test]
        fn comments_stay_comments(text in any::<String>()) {
            let commented = comment(&text);
            prop_assert!(commented.lines().all(|line| line.starts_with('#')));
            let read: Value = serde_yaml::from_str(&format!("{commented}a: 1\n")).expect("YAML");
            prop_assert_eq!(read, serde_json::json!({ "a": 1 }));
        }
    }
}
