//! Workflow commands of GitHub Actions, as its documentation has them (docs.github.com, "Workflow
//! commands for GitHub Actions", read 2026-11-26): `::error file=…,line=…::message`. In values, `%`,
//! carriage return and line feed are percent-encoded; in properties `:` and `,` are, too.

use klo_source::SourceMap;

use super::details::{details, headline};
use super::place::{Place, in_repository, outside};
use super::{Style, id, name, one_line, printable};
use crate::{Diagnostic, Level};

/// One command, and so one annotation, each.
pub(super) fn render(diagnostics: &[Diagnostic], sources: &SourceMap, style: &Style) -> String {
    let commands = diagnostics
        .iter()
        .map(|diagnostic| command(diagnostic, sources, style));
    commands.collect()
}

fn command(diagnostic: &Diagnostic, sources: &SourceMap, style: &Style) -> String {
    let command = match diagnostic.level {
        _ if diagnostic.waived() => "notice",
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Note => "notice",
    };
    let mut properties =
        in_repository(&diagnostic.at, sources, style).map_or(Vec::new(), |place| position(&place));
    properties.push(("title", title(diagnostic)));
    let properties: Vec<String> = properties
        .iter()
        .map(|(key, value)| format!("{key}={}", property(value)))
        .collect();
    let mut lines = vec![format!(
        "{}{}",
        outside(diagnostic, sources, style),
        headline(diagnostic)
    )];
    lines.extend(
        details(diagnostic)
            .iter()
            .map(|(label, text)| format!("{label}: {text}")),
    );
    format!(
        "::{command} {}::{}\n",
        properties.join(","),
        value(&lines.join("\n"))
    )
}

/// Columns are named only where the place is on one line: GitHub takes no others.
fn position(place: &Place) -> Vec<(&'static str, String)> {
    let mut properties = vec![("file", printable(&place.path))];
    if let Some(at) = &place.region {
        properties.push(("line", at.start.line.to_string()));
        properties.push(("endLine", at.end.line.to_string()));
        if at.start.line == at.end.line {
            properties.push(("col", at.start.column.to_string()));
            properties.push(("endColumn", at.end.column.to_string()));
        }
    }
    properties
}

/// `ACME-DB-001 short-backup-retention (acme/platform, deny)`.
fn title(diagnostic: &Diagnostic) -> String {
    let title = format!("{} {}", id(diagnostic), name(diagnostic));
    one_line(&match &diagnostic.rule {
        Some(rule) => format!("{title} ({}, {})", rule.pack, rule.level),
        None => title,
    })
}

fn value(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

fn property(text: &str) -> String {
    value(text).replace(':', "%3A").replace(',', "%2C")
}
