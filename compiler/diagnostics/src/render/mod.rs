//! Diagnostics for people and for programs. Nothing here asks the terminal or the environment:
//! whoever calls says how it is to look.

mod concise;
mod excerpt;
mod full;
mod json;
mod merge;

use std::path::{Component, Path, PathBuf};

use klo_source::SourceMap;

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
/// all when there are none.
pub fn render(diagnostics: &[Diagnostic], sources: &SourceMap, style: &Style) -> String {
    match style.format {
        Format::Full => full::render(diagnostics, sources, style),
        Format::Concise => concise::render(diagnostics, sources, style),
        Format::Json => json::render(diagnostics, sources, style),
    }
}

/// The id that a diagnostic goes by: its rule's, or its code's.
fn id(diagnostic: &Diagnostic) -> &str {
    diagnostic
        .rule
        .as_ref()
        .map_or(diagnostic.code.id(), |rule| rule.id.as_str())
}

const fn level_name(level: Level) -> &'static str {
    match level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Note => "note",
    }
}

/// `path:line:column`, or the path alone where there is no position.
fn place(at: &At, sources: &SourceMap, style: &Style) -> Option<String> {
    match at {
        At::Span(span) => {
            let at = sources.location(*span);
            Some(format!(
                "{}:{}:{}",
                printable(&style.path(&at.file)),
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
            if (c.is_control() && c != '\n') || direction {
                char::REPLACEMENT_CHARACTER
            } else {
                c
            }
        })
        .collect()
}

#[cfg(test)]
mod tests;
