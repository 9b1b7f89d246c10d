//! Diagnostics for people and for programs. Nothing here asks the terminal or the environment:
//! whoever calls says how it is to look.

mod concise;
mod details;
mod excerpt;
mod fingerprint;
mod full;
mod github;
mod gitlab;
mod json;
mod junit;
mod merge;
mod place;
mod sarif;

use std::path::{Component, Path, PathBuf};

use klo_source::{SourceFile, SourceMap};

pub use merge::merge;

use crate::{At, Diagnostic, Level};

/// The form of diagnostics.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// With the source, for reading.
    Full,
    /// One line each: `path:line:column: error[KLO0101]: message (help: …)`.
    Concise,
    /// `{ "version": 1, "diagnostics": […] }`.
    Json,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// Workflow commands of GitHub Actions, one line each.
    Github,
    /// A code quality report of GitLab.
    Gitlab,
    /// JUnit's XML, which every CI shows as tests.
    Junit,
}

impl Format {
    /// Whether programs read it: then it is a whole document also when there is nothing to say.
    pub fn is_for_programs(self) -> bool {
        !matches!(self, Self::Full | Self::Concise)
    }
}

/// An app that was judged, whether or not anything was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    /// Its name.
    pub app: String,
    /// Its `klo.yaml`, relative to the repository's root, be it there or not: the place of what has no
    /// other, in formats that know no diagnostic without a file.
    pub config: String,
}

/// How diagnostics are shown.
#[derive(Debug, Clone)]
pub struct Style {
    /// Their form.
    pub format: Format,
    /// Whether to use ANSI colours, in the forms for people.
    pub color: bool,
    /// Whether to draw with more than ASCII.
    pub unicode: bool,
    /// Columns to wrap sentences at.
    pub width: usize,
    /// The folder that paths of the source map are relative to, absolute.
    pub root: PathBuf,
    /// The folder that printed paths are relative to, absolute.
    pub base: PathBuf,
}

impl Style {
    /// A file of the source map as it is printed: see [`Style::path`]; what lies in klo itself has its name.
    pub fn file(&self, file: &SourceFile) -> String {
        if file.is_built_in() {
            file.path().to_string()
        } else {
            self.path(file.path())
        }
    }

    /// A path of the source map as it is printed: relative to the folder klo was started in.
    pub fn path(&self, path: &str) -> String {
        relative(&self.root.join(path), &self.base)
    }
}

/// The way from the folder `base` to `path`, both absolute and without `.` and `..`.
fn relative(path: &Path, base: &Path) -> String {
    let path: Vec<Component<'_>> = path.components().collect();
    let base: Vec<Component<'_>> = base.components().collect();
    let common = path.iter().zip(&base).take_while(|(a, b)| a == b).count();
    let up = base[common..].iter().map(|_| "..".to_owned());
    let down = path[common..]
        .iter()
        .map(|part| part.as_os_str().to_string_lossy().into_owned());
    let parts: Vec<String> = up.chain(down).collect();
    if parts.is_empty() {
        ".".to_owned()
    } else {
        parts.join("/")
    }
}

/// Diagnostics in the form asked for, in the order given (see [`merge`]). For people, nothing at
/// all when there are none. `judged` names the apps that were judged to the end.
pub fn render(
    diagnostics: &[Diagnostic],
    judged: &[Judged],
    sources: &SourceMap,
    style: &Style,
) -> String {
    match style.format {
        Format::Full => full::render(diagnostics, sources, style),
        Format::Concise => concise::render(diagnostics, sources, style),
        Format::Json => json::render(diagnostics, sources, style),
        Format::Sarif => sarif::render(diagnostics, judged, sources, style),
        Format::Github => github::render(diagnostics, sources, style),
        Format::Gitlab => gitlab::render(diagnostics, judged, sources, style),
        Format::Junit => junit::render(diagnostics, judged, sources, style),
    }
}

/// The id that a diagnostic goes by: its rule's, or its code's.
fn id(diagnostic: &Diagnostic) -> &str {
    diagnostic
        .rule
        .as_ref()
        .map_or(diagnostic.code.id(), |rule| rule.id.as_str())
}

/// The name that a diagnostic goes by: its rule's, or its code's.
fn name(diagnostic: &Diagnostic) -> &str {
    diagnostic
        .rule
        .as_ref()
        .map_or(diagnostic.code.name(), |rule| rule.name.as_str())
}

const fn level_name(level: Level) -> &'static str {
    match level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Note => "note",
    }
}

/// Text in the colour of a level, where there are colours.
fn paint(text: &str, level: Level, style: &Style) -> String {
    if !style.color {
        return text.to_owned();
    }
    let number = match level {
        Level::Error => 31,
        Level::Warning => 33,
        Level::Note => 36,
    };
    format!("\u{1b}[{number}m{text}\u{1b}[0m")
}

/// `path:line:column`, or the path alone where there is no position.
fn place(at: &At, sources: &SourceMap, style: &Style) -> Option<String> {
    match at {
        At::Span(span) => {
            let at = sources.location(*span);
            Some(format!(
                "{}:{}:{}",
                printable(&style.file(sources.file(span.file))),
                at.start.line,
                at.start.column
            ))
        }
        At::File(path) => Some(printable(&style.path(path))),
        At::Nowhere => None,
    }
}

/// Text without anything that a terminal would obey.
fn printable(text: &str) -> String {
    text.chars()
        .map(|c| {
            let direction = matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
            if c == '\t' {
                ' '
            } else if (c.is_control() && c != '\n') || direction {
                char::REPLACEMENT_CHARACTER
            } else {
                c
            }
        })
        .collect()
}

/// [`printable`] text on one line.
fn one_line(text: &str) -> String {
    printable(text)
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
mod examples;
#[cfg(test)]
mod tests;
