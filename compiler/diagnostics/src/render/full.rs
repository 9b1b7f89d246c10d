use std::fmt;

use klo_source::{SourceMap, Span};
use miette::{
    GraphicalReportHandler, GraphicalTheme, LabeledSpan, Severity, SourceCode, ThemeCharacters,
    ThemeStyles,
};

use super::details::details;
use super::excerpt::{Excerpt, near};
use super::{Style, id, level_name, name, one_line, paint, place, printable};
use crate::{At, Diagnostic, Level, Related};

/// Each with the lines it is about, and an empty line after it.
pub(super) fn render(diagnostics: &[Diagnostic], sources: &SourceMap, style: &Style) -> String {
    let theme = GraphicalTheme {
        characters: if style.unicode {
            ThemeCharacters::unicode()
        } else {
            ThemeCharacters::ascii()
        },
        styles: if style.color {
            ThemeStyles::ansi()
        } else {
            ThemeStyles::none()
        },
    };
    let handler = GraphicalReportHandler::new_themed(theme)
        .with_links(false)
        .with_urls(false)
        .with_width(style.width)
        .with_context_lines(1)
        .without_syntax_highlighting();
    let mut out = String::new();
    for diagnostic in diagnostics {
        let head = head(diagnostic, sources, style);
        let head = wrapped(&head, "", "  ", style);
        out.push_str(&paint(&head, diagnostic.level, style));
        out.push_str("\n\n");
        for report in reports(diagnostic, sources, style) {
            if handler.render_report(&mut out, &report).is_err() {
                // Writing to a string does not fail; what cannot be drawn is still said.
                out.push_str(&report.message);
            }
        }
        if diagnostic.rule.is_some() {
            out.push_str(&footer(diagnostic, style));
        }
        out.push('\n');
    }
    out
}

/// What a finding ends with, after the rule's line in its pack: why, where to read on, what would
/// satisfy it, whether `klo fix` can, and the waiver.
fn footer(diagnostic: &Diagnostic, style: &Style) -> String {
    let mut out = String::new();
    for (label, text) in details(diagnostic) {
        let hanging = " ".repeat(label.len() + 4);
        // An address is whole, or nothing opens it.
        let text = match label {
            "see" => text,
            _ => wrapped(&text, &hanging, &hanging, style),
        };
        let label = paint(&format!("{label}:"), Level::Note, style);
        out.push_str(&format!("  {label} {}\n", text.trim_start()));
    }
    out
}

/// Text in lines of the width, after an indent of the first and of the others.
fn wrapped(text: &str, first: &str, rest: &str, style: &Style) -> String {
    let options = textwrap::Options::new(style.width)
        .initial_indent(first)
        .subsequent_indent(rest);
    textwrap::fill(text, options)
}

/// One box: the diagnostic itself, or a second place that explains it.
#[derive(Debug)]
struct Report {
    severity: Severity,
    message: String,
    help: Option<String>,
    excerpt: Option<Excerpt>,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Report {}

impl miette::Diagnostic for Report {
    fn severity(&self) -> Option<Severity> {
        Some(self.severity)
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        let help = self.help.as_ref()?;
        Some(Box::new(help))
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        let excerpt = self.excerpt.as_ref()?;
        Some(excerpt)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let excerpt = self.excerpt.as_ref()?;
        Some(Box::new(excerpt.labels.iter().cloned()))
    }
}

fn reports(diagnostic: &Diagnostic, sources: &SourceMap, style: &Style) -> Vec<Report> {
    let span = span_of(&diagnostic.at);
    let (same, other): (Vec<&Related>, Vec<&Related>) =
        diagnostic.related.iter().partition(|related| {
            let second = span_of(&related.at);
            matches!((span, second), (Some(a), Some(b)) if near(a, b, sources))
        });
    let excerpt = span.map(|span| {
        let others = same.iter().filter_map(|related| {
            let label = printable(&related.message);
            span_of(&related.at).map(|span| (span, Some(label)))
        });
        let marks: Vec<_> = std::iter::once((span, None)).chain(others).collect();
        Excerpt::new(&marks, sources, style)
    });
    let severity = match diagnostic.level {
        Level::Error => Severity::Error,
        Level::Warning => Severity::Warning,
        Level::Note => Severity::Advice,
    };
    let first = Report {
        severity,
        message: printable(&diagnostic.message),
        // A finding says it at its end.
        help: match diagnostic.rule {
            Some(_) => None,
            None => diagnostic.help.as_deref().map(printable),
        },
        excerpt,
    };
    let rest = other.into_iter().map(|related| {
        let marks = span_of(&related.at).map(|span| [(span, None)]);
        let message = printable(&related.message);
        Report {
            severity: Severity::Advice,
            message: match (&related.at, place(&related.at, sources, style)) {
                (At::File(_), Some(path)) => format!("{path}: {message}"),
                _ => message,
            },
            help: None,
            excerpt: marks.map(|marks| Excerpt::new(&marks, sources, style)),
        }
    });
    std::iter::once(first).chain(rest).collect()
}

/// `error[KLO0501] invalid-setting: klo.yaml (in dev, prod)`, or for a finding
/// `error[ACME-DB-001] short-backup-retention (acme/platform, deny) (in prod)`.
fn head(diagnostic: &Diagnostic, sources: &SourceMap, style: &Style) -> String {
    let mut head = format!(
        "{}[{}] {}",
        level_name(diagnostic.level),
        id(diagnostic),
        name(diagnostic)
    );
    if let Some(rule) = &diagnostic.rule {
        head.push_str(&format!(" ({}, {})", rule.pack, rule.level));
    }
    if let (At::File(_), Some(path)) = (&diagnostic.at, place(&diagnostic.at, sources, style)) {
        head.push_str(&format!(": {path}"));
    }
    if !diagnostic.environments.is_empty() {
        head.push_str(&format!(" (in {})", diagnostic.environments.join(", ")));
    }
    if diagnostic.waived() {
        head.push_str(" (waived)");
    }
    one_line(&head)
}

fn span_of(at: &At) -> Option<Span> {
    match at {
        At::Span(span) => Some(*span),
        At::File(_) | At::Nowhere => None,
    }
}
