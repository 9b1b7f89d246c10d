//! GitLab's code quality report, as its documentation has it (docs.gitlab.com, "Code Quality", read
//! 2026-11-26): an array of objects with a description, a check's name, a fingerprint, a severity
//! and a path with a line. It knows no suppressed findings: waived ones are left out.

use klo_source::SourceMap;
use serde_json::{Value, json};

use super::details::{details, headline, prose};
use super::fingerprint::fingerprints;
use super::place::{in_repository_or_config, outside};
use super::{Judged, Style, id};
use crate::{Diagnostic, Level};

/// The report.
pub(super) fn render(
    diagnostics: &[Diagnostic],
    judged: &[Judged],
    sources: &SourceMap,
    style: &Style,
) -> String {
    // Fingerprints are those of all, so that a waiver changes nothing about others.
    let issues: Vec<Value> = diagnostics
        .iter()
        .zip(fingerprints(diagnostics, sources))
        .filter(|(diagnostic, _)| !diagnostic.waived())
        .map(|(diagnostic, fingerprint)| {
            let place = in_repository_or_config(diagnostic, judged, sources, style);
            let line = place.region.as_ref().map_or(1, |at| at.start.line);
            let headline = headline(diagnostic);
            let headline = format!("{}{headline}", outside(diagnostic, sources, style));
            json!({
                "description": prose(&headline, &details(diagnostic)),
                "check_name": id(diagnostic),
                "fingerprint": fingerprint,
                "severity": severity(diagnostic),
                "location": { "path": place.path, "lines": { "begin": line } },
            })
        })
        .collect();
    let mut text = serde_json::to_string_pretty(&issues).unwrap_or_default();
    text.push('\n');
    text
}

/// What can never be waived is one step above other errors.
fn severity(diagnostic: &Diagnostic) -> &'static str {
    let forbidden = diagnostic
        .rule
        .as_ref()
        .is_some_and(|rule| rule.level == "forbid");
    match diagnostic.level {
        Level::Error if forbidden => "critical",
        Level::Error => "major",
        Level::Warning => "minor",
        Level::Note => "info",
    }
}
