use klo_source::SourceMap;
use serde_json::{Value, json};

use super::{Style, id};
use crate::{At, Diagnostic};

/// The document of language.md §4.
pub(super) fn render(diagnostics: &[Diagnostic], sources: &SourceMap, style: &Style) -> String {
    let diagnostics: Vec<Value> = diagnostics
        .iter()
        .map(|diagnostic| one(diagnostic, sources, style))
        .collect();
    let document = json!({ "version": 1, "diagnostics": diagnostics });
    let mut text = serde_json::to_string_pretty(&document).unwrap_or_default();
    text.push('\n');
    text
}

fn one(diagnostic: &Diagnostic, sources: &SourceMap, style: &Style) -> Value {
    let related: Vec<Value> = diagnostic
        .related
        .iter()
        .map(|related| {
            json!({ "message": related.message, "at": at_json(&related.at, sources, style) })
        })
        .collect();
    json!({
        "code": id(diagnostic),
        "app": diagnostic.app,
        "environments": diagnostic.environments,
        "waived": diagnostic.waived(),
        "level": diagnostic.level,
        "message": diagnostic.message,
        "help": diagnostic.help,
        "at": at_json(&diagnostic.at, sources, style),
        "related": related,
        "rule": diagnostic.rule,
        "subject": diagnostic.subject,
        "fixable": diagnostic.fixable,
    })
}

/// A file that could not be read as text has its first character as its place, so that programs
/// need to know one shape only; what has no place at all is `null`.
fn at_json(at: &At, sources: &SourceMap, style: &Style) -> Value {
    match at {
        At::Span(span) => {
            let at = sources.location(*span);
            json!({
                "file": style.file(sources.file(span.file)),
                "line": at.start.line,
                "column": at.start.column,
                "end_line": at.end.line,
                "end_column": at.end.column,
            })
        }
        At::File(path) => json!({
            "file": style.path(path),
            "line": 1,
            "column": 1,
            "end_line": 1,
            "end_column": 1,
        }),
        At::Nowhere => Value::Null,
    }
}
