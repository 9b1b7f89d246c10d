//! What a diagnostic says beside its message, for all forms that have room for it.

use super::one_line;
use crate::{Diagnostic, WaiverRef};

/// Labels and sentences that follow a message: why the rule is there, where to read on, what would
/// satisfy it, whether `klo fix` can, and the waiver.
pub(super) fn details(diagnostic: &Diagnostic) -> Vec<(&'static str, String)> {
    let rule = diagnostic.rule.as_ref();
    let why = rule.map(|rule| &rule.why).filter(|why| !why.is_empty());
    let mut details = Vec::new();
    if let Some(why) = why {
        details.push(("why", one_line(why)));
    }
    if let Some(url) = rule.and_then(|rule| rule.url.as_ref()) {
        details.push(("see", one_line(url)));
    }
    if let Some(help) = &diagnostic.help {
        details.push(("help", one_line(help)));
    }
    if diagnostic.fixable {
        details.push(("fix", "`klo fix` can write this".to_owned()));
    }
    if let Some(waiver) = &diagnostic.waiver {
        details.push(("waived", waived(waiver)));
    }
    details
}

/// `by dba-team until 2026-12-31: the migration is under way`.
pub(super) fn waived(waiver: &WaiverRef) -> String {
    one_line(&format!(
        "by {} until {}: {}",
        waiver.approver, waiver.until, waiver.reason
    ))
}

/// The message on one line, with the environments that it holds in.
pub(super) fn headline(diagnostic: &Diagnostic) -> String {
    let message = one_line(&diagnostic.message);
    if diagnostic.environments.is_empty() {
        return message;
    }
    let environments = one_line(&diagnostic.environments.join(", "));
    format!("{message} (in {environments})")
}

/// The headline and details as sentences on one line.
pub(super) fn prose(headline: &str, details: &[(&'static str, String)]) -> String {
    let mut out = sentence(headline);
    for (label, text) in details {
        let text = match *label {
            "fix" => text.clone(),
            label => format!("{}: {text}", capitalized(label)),
        };
        out.push(' ');
        out.push_str(&sentence(&text));
    }
    out
}

/// With a full stop at its end, unless it ends otherwise.
pub(super) fn sentence(text: &str) -> String {
    if text.is_empty() || text.ends_with(['.', '?', '!', '…']) {
        text.to_owned()
    } else {
        format!("{text}.")
    }
}

/// With its first letter large.
pub(super) fn capitalized(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or(String::new(), |first| {
        first.to_uppercase().chain(chars).collect()
    })
}
