use klo_source::SourceMap;

use super::{Style, id, level_name, one_line, paint, place};
use crate::Diagnostic;

/// One line each.
pub(super) fn render(diagnostics: &[Diagnostic], sources: &SourceMap, style: &Style) -> String {
    let mut out = String::new();
    for diagnostic in diagnostics {
        let place = place(&diagnostic.at, sources, style)
            .map_or(String::new(), |place| format!("{}: ", one_line(&place)));
        let level = paint(level_name(diagnostic.level), diagnostic.level, style);
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
