//! SARIF 2.1.0 (OASIS, "Static Analysis Results Interchange Format Version 2.1.0 Plus Errata 01",
//! 2023-08-28).

use std::collections::BTreeMap;

use klo_source::SourceMap;
use serde_json::{Map, Value, json};

use super::details::{capitalized, details, headline, prose, sentence, waived};
use super::fingerprint::fingerprints;
use super::place::{Place, in_repository, in_repository_or_config, outside};
use super::{Judged, Style, id, level_name, name, one_line};
use crate::{At, Diagnostic, Level};

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";
/// GitHub takes no longer descriptions of rules ("SARIF support for code scanning", read 2026-11-26).
const DESCRIPTION: usize = 1000;

/// Rules in the order that results name them by: by id, then pack.
type Rules<'a> = BTreeMap<(&'a str, &'a str), Vec<&'a Diagnostic>>;

/// A log with one run.
pub(super) fn render(
    diagnostics: &[Diagnostic],
    judged: &[Judged],
    sources: &SourceMap,
    style: &Style,
) -> String {
    let mut rules = Rules::new();
    for diagnostic in diagnostics {
        rules.entry(key(diagnostic)).or_default().push(diagnostic);
    }
    let results: Vec<Value> = diagnostics
        .iter()
        .zip(fingerprints(diagnostics, sources))
        .map(|(diagnostic, fingerprint)| {
            let place = in_repository_or_config(diagnostic, judged, sources, style);
            let mut result = result(diagnostic, &place, sources, style);
            let index = rules.keys().position(|rule| *rule == key(diagnostic));
            result["ruleIndex"] = json!(index);
            result["partialFingerprints"] = json!({ "kloFinding/v1": fingerprint });
            result
        })
        .collect();
    let log = json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "klo",
                "version": env!("CARGO_PKG_VERSION"),
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": rules.values().map(|found| rule(found)).collect::<Vec<Value>>(),
            } },
            "columnKind": "unicodeCodePoints",
            "originalUriBaseIds": {
                "%SRCROOT%": { "description": { "text": "The root of the repository." } },
            },
            "results": results,
        }],
    });
    let mut text = serde_json::to_string_pretty(&log).unwrap_or_default();
    text.push('\n');
    text
}

fn key(diagnostic: &Diagnostic) -> (&str, &str) {
    let pack = diagnostic.rule.as_ref().map_or("", |rule| &rule.pack);
    (id(diagnostic), pack)
}

/// What the log says of a code or rule that something was found of.
fn rule(found: &[&Diagnostic]) -> Value {
    let first = found[0];
    let level = found.iter().map(|found| found.level).min();
    let short = capitalized(&name(first).replace('-', " "));
    let (full, help) = match &first.rule {
        Some(rule) => (rule.why.clone(), rule_help(first)),
        None => {
            let page = first.code.text();
            (
                one_line(page.split("\n\n").next().unwrap_or_default()),
                page,
            )
        }
    };
    let full = if full.is_empty() { &short } else { &full };
    let mut descriptor = json!({
        "id": id(first),
        "name": name(first),
        "shortDescription": { "text": shortened(&sentence(&short)) },
        "fullDescription": { "text": shortened(&sentence(full)) },
        "help": { "text": help, "markdown": help },
        "defaultConfiguration": { "level": level_name(level.unwrap_or(Level::Error)) },
    });
    let url = first.rule.as_ref().and_then(|rule| rule.url.as_deref());
    if let Some(url) = url.filter(|url| is_web_address(url)) {
        descriptor["helpUri"] = json!(url);
    }
    if let Some(rule) = &first.rule {
        descriptor["properties"] = json!({ "pack": rule.pack, "level": rule.level });
    }
    descriptor
}

fn rule_help(diagnostic: &Diagnostic) -> String {
    let Some(rule) = &diagnostic.rule else {
        return String::new();
    };
    let mut lines = Vec::new();
    if !rule.why.is_empty() {
        lines.push(sentence(&rule.why));
    }
    lines.push(format!("The rule is {} of {}.", rule.id, rule.pack));
    if let Some(url) = &rule.url {
        lines.push(format!("See {url}"));
    }
    lines.join("\n\n")
}

fn result(diagnostic: &Diagnostic, place: &Place, sources: &SourceMap, style: &Style) -> Value {
    let said: Vec<_> = details(diagnostic)
        .into_iter()
        .filter(|(label, _)| matches!(*label, "help" | "fix"))
        .collect();
    let headline = headline(diagnostic);
    let headline = format!("{}{headline}", outside(diagnostic, sources, style));
    let related: Vec<Value> = diagnostic
        .related
        .iter()
        .filter_map(|related| {
            let mut location = location(&related.at, sources, style)?;
            location["message"] = json!({ "text": plain(&sentence(&related.message)) });
            Some(location)
        })
        .collect();
    let mut result = json!({
        "ruleId": id(diagnostic),
        "ruleIndex": null,
        "level": level_name(diagnostic.level),
        "message": { "text": plain(&prose(&headline, &said)) },
        "locations": [physical(place)],
    });
    if !related.is_empty() {
        result["relatedLocations"] = related.into();
    }
    if let Some(waiver) = &diagnostic.waiver {
        let mut suppression = json!({
            "kind": "external",
            "status": "accepted",
            "justification": capitalized(&sentence(&format!("waived {}", waived(waiver)))),
        });
        if let Some(location) = location(&waiver.at, sources, style) {
            suppression["location"] = location;
        }
        result["suppressions"] = json!([suppression]);
    }
    result["partialFingerprints"] = Value::Null;
    result["properties"] = properties(diagnostic);
    result
}

fn properties(diagnostic: &Diagnostic) -> Value {
    let mut properties = Map::new();
    properties.insert("app".to_owned(), json!(diagnostic.app));
    properties.insert("environments".to_owned(), json!(diagnostic.environments));
    if let Some(subject) = &diagnostic.subject {
        properties.insert("subject".to_owned(), json!(subject));
    }
    properties.insert("fixable".to_owned(), json!(diagnostic.fixable));
    if let Some(rule) = &diagnostic.rule {
        properties.insert("pack".to_owned(), json!(rule.pack));
        properties.insert("ruleLevel".to_owned(), json!(rule.level));
    }
    Value::Object(properties)
}

fn location(at: &At, sources: &SourceMap, style: &Style) -> Option<Value> {
    in_repository(at, sources, style).map(|place| physical(&place))
}

/// GitHub takes no place without a line: a whole file has its first.
fn physical(place: &Place) -> Value {
    let region = match &place.region {
        Some(at) => json!({
            "startLine": at.start.line,
            "startColumn": at.start.column,
            "endLine": at.end.line,
            "endColumn": at.end.column,
        }),
        None => json!({ "startLine": 1 }),
    };
    json!({ "physicalLocation": {
        "artifactLocation": { "uri": uri(&place.path), "uriBaseId": "%SRCROOT%" },
        "region": region,
    } })
}

/// A relative reference: all but the characters that stand for themselves everywhere is encoded.
fn uri(path: &str) -> String {
    let mut out = String::new();
    for byte in path.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'/' | b'.' | b'-' | b'_' | b'~' => {
                out.push(char::from(byte));
            }
            byte => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

/// A message in which nothing reads as a link (SARIF, 3.11.6).
fn plain(text: &str) -> String {
    if text.contains("](") {
        text.replace('[', "\\[").replace(']', "\\]")
    } else {
        text.to_owned()
    }
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(DESCRIPTION) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// Whether a text is an address that browsers open, spelled as RFC 3986 has it.
fn is_web_address(text: &str) -> bool {
    let rest = text
        .strip_prefix("https://")
        .or_else(|| text.strip_prefix("http://"));
    rest.is_some_and(|rest| {
        let bytes = rest.as_bytes();
        let legal = |(at, byte): (usize, &u8)| match byte {
            b'%' => bytes
                .get(at + 1..at + 3)
                .is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit)),
            byte => byte.is_ascii_alphanumeric() || b"-._~:/?#@!$&'()*+,;=".contains(byte),
        };
        rest.starts_with(|c: char| c.is_ascii_alphanumeric()) && bytes.iter().enumerate().all(legal)
    })
}
