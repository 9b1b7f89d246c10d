use klo_source::SourceMap;

use super::{Style, id, level_name, place, printable};
use crate::{Diagnostic, Level};

/// One line each.
pub(super) fn render(diagnostics: &[Diagnostic], sources: &SourceMap, style: &Style) -> String {
    let mut out = String::new();
    for diagnostic in diagnostics {
        let place = place(&diagnostic.at, sources, style)
            .map_or(String::new(), |place| format!("{}: ", one_line(&place)));
        let level = paint(diagnostic.level, style.color);
        let waived = if diagnostic.waived() { " (waived)" } else { "" };
        let help = diagnostic
            .help
            .as_ref()
            .map_or(String::new(), |help| format!(" (help: {})", one_line(help)));
        out.push_str(&format!(
            "{place}{level}[{}]: {}{waived}{help}\n",
            one_line(id(diagnostic)),
            one_line(&diagnostic.message)
        ));
    }
    out
}

fn paint(level: Level, color: bool) -> String {
    let name = level_name(level);
    if !color {
        return name.to_owned();
    }
    let number = match level {
        Level::Error => 31,
        Level::Warning => 33,
        Level::Note => 36,
    };
    format!("\u{1b}[{number}m{name}\u{1b}[0m")
}

fn one_line(text: &str) -> String {
    printable(text)
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}
