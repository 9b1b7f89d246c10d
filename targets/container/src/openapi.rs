//! `openapi.json`: a unit's routes, as the code states them, in the words of OpenAPI 3.1. Bodies and
//! answers are the code's own business: every operation says only where it is stated and what its path
//! is made of.

use std::collections::BTreeMap;

use klo_intent::{Intent, Route};
use serde_json::{Map, Value, json};

/// The label of images that carry the description, as JSON on one line.
pub(crate) const LABEL: &str = "klo.openapi";
/// The description's file, beside the Dockerfile.
pub(crate) const FILE: &str = "openapi.json";

/// Methods that OpenAPI knows; a route for any method is there for each.
const METHODS: [&str; 8] = [
    "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE",
];

/// The description of a unit; `None` where its code states no route.
pub(crate) fn describe(unit: &Intent) -> Option<Value> {
    let routes = &unit.code.as_ref()?.routes;
    let paths = paths(routes);
    if paths.is_empty() {
        return None;
    }
    Some(json!({
        "openapi": "3.1.0",
        "info": {
            "title": unit.name,
            "description": format!(
                "The routes of {}, stated in {} at {}. Written by klo from the source.",
                unit.id(),
                unit.place.file,
                unit.place.item
            ),
            "version": "unversioned",
        },
        "paths": paths,
    }))
}

/// Paths with their operations. Paths that differ in the names of their parameters alone are one: the
/// first one's names hold.
fn paths(routes: &[Route]) -> Map<String, Value> {
    let mut templates: BTreeMap<Vec<Part>, Vec<Part>> = BTreeMap::new();
    let mut paths: BTreeMap<String, Map<String, Value>> = BTreeMap::new();
    for route in routes {
        let own = parts(&route.path);
        let nameless = own.iter().map(Part::nameless).collect();
        let template = templates.entry(nameless).or_insert(own);
        let (path, parameters) = shown(template);
        let operations = paths.entry(path).or_default();
        let method = route.method.as_str();
        let methods: Vec<&str> = match method {
            "ANY" => METHODS.to_vec(),
            "WEBSOCKET" => vec!["GET"],
            known if METHODS.contains(&known) => vec![known],
            _ => continue,
        };
        for known in methods {
            // What is stated for one method comes before what is for any.
            let operation = operation(route, &parameters);
            match operations.get_mut(&known.to_ascii_lowercase()) {
                Some(found) if method != "ANY" => add_answers(found, &operation),
                Some(_) => {}
                None => {
                    operations.insert(known.to_ascii_lowercase(), operation);
                }
            }
        }
    }
    paths
        .into_iter()
        .filter(|(_, operations)| !operations.is_empty())
        .map(|(path, mut operations)| {
            operations.sort_keys();
            (path, Value::Object(operations))
        })
        .collect()
}

fn operation(route: &Route, parameters: &[String]) -> Value {
    let (code, answer) = match route.method.as_str() {
        "WEBSOCKET" => ("101", "The connection becomes a WebSocket."),
        _ => ("default", "What the code answers."),
    };
    let mut operation = json!({
        "summary": route.place.item,
        "description": format!("{} in {}", route.place.item, route.place.file),
        "responses": { code: { "description": answer } },
    });
    if !parameters.is_empty() {
        let parameters = parameters.iter();
        operation["parameters"] = parameters
            .map(|name| {
                json!({
                    "name": name,
                    "in": "path",
                    "required": true,
                    "schema": { "type": "string" },
                })
            })
            .collect();
    }
    operation
}

fn add_answers(found: &mut Value, other: &Value) {
    if let (Some(answers), Some(more)) = (
        found["responses"].as_object_mut(),
        other["responses"].as_object(),
    ) {
        for (code, answer) in more {
            answers.entry(code.clone()).or_insert(answer.clone());
        }
    }
}

/// A part of a path.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Text(String),
    Parameter(String),
}

impl Part {
    fn nameless(&self) -> Self {
        match self {
            Self::Text(text) => Self::Text(text.clone()),
            Self::Parameter(_) => Self::Parameter(String::new()),
        }
    }
}

/// The parts of a path with parameters as `{name}`; one that takes the rest, `{*name}`, too.
fn parts(path: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut text = String::new();
    if !path.starts_with('/') {
        text.push('/');
    }
    let mut rest = path;
    while let Some(at) = rest.find('{') {
        text.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let name = rest.split_once('}').and_then(|(name, after)| {
            let name = name.trim_start_matches('*');
            let plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
            (!name.is_empty() && name.chars().all(plain)).then_some((name, after))
        });
        match name {
            Some((name, after)) => {
                if !text.is_empty() {
                    parts.push(Part::Text(std::mem::take(&mut text)));
                }
                parts.push(Part::Parameter(name.to_owned()));
                rest = after;
            }
            None => text.push('{'),
        }
    }
    text.push_str(rest);
    if !text.is_empty() {
        parts.push(Part::Text(text));
    }
    parts
}

/// A path as OpenAPI writes it, and its parameters. A name that comes twice is numbered.
fn shown(parts: &[Part]) -> (String, Vec<String>) {
    let mut path = String::new();
    let mut parameters: Vec<String> = Vec::new();
    for part in parts {
        match part {
            Part::Text(text) => {
                path.push_str(&text.replace('{', "%7B").replace('}', "%7D"));
            }
            Part::Parameter(name) => {
                let mut own = name.clone();
                while parameters.contains(&own) {
                    own.push('_');
                }
                path.push_str(&format!("{{{own}}}"));
                parameters.push(own);
            }
        }
    }
    (path, parameters)
}

#[cfg(test)]
mod tests {
    use klo_intent::Place;
    use klo_source::{FileId, TextRange};

    use super::*;

    fn route(method: &str, path: &str, item: &str) -> Route {
        Route {
            path: path.to_owned(),
            method: method.to_owned(),
            place: Place::new("api.py", item),
            at: TextRange::default().in_file(FileId(0)),
        }
    }

    #[test]
    fn paths_methods_and_parameters() {
        let found = paths(&[
            route("GET", "/orders/{order_id}", "read"),
            route("DELETE", "/orders/{id}", "remove"),
            route("ANY", "/files/{*rest}", "files"),
            route("GET", "/live", "page"),
            route("WEBSOCKET", "/live", "live"),
            route("GET", "/a{b/{c}/{c}", "odd"),
            route("POST", "", "root"),
        ]);
        let keys: Vec<&String> = found.keys().collect();
        assert_eq!(
            keys,
            [
                "/",
                "/a%7Bb/{c}/{c_}",
                "/files/{rest}",
                "/live",
                "/orders/{order_id}"
            ]
        );
        let methods: Vec<&String> = found["/orders/{order_id}"]
            .as_object()
            .expect("operations")
            .keys()
            .collect();
        assert_eq!(methods, ["delete", "get"]);
        assert_eq!(found["/files/{rest}"].as_object().map(Map::len), Some(8));
        let answers = found["/live"]["get"]["responses"].as_object();
        assert_eq!(answers.map(Map::len), Some(2));
        assert_eq!(
            found["/orders/{order_id}"]["delete"]["parameters"][0]["name"],
            "order_id"
        );
    }
}
