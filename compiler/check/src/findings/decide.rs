use jiff::civil::Date;
use klo_diagnostics::codes::rules as codes;
use klo_diagnostics::{At, Diagnostic, Level as Severity, WaiverRef};

use super::{Finding, Raw};
use crate::packs::{Level, Rule};
use crate::waivers::Waivers;

/// Decides about a finding: its level on this day, and whether a waiver covers it. Nothing else in
/// klo looks at ramps or at waivers' dates.
pub(crate) fn decide(rule: &Rule, raw: Raw, waivers: &Waivers, today: Date) -> Finding {
    let level = rule.level.on(today);
    let severity = match level {
        Level::Warn => Severity::Warning,
        Level::Deny | Level::Forbid => Severity::Error,
    };
    let mut diagnostic = Diagnostic::new(codes::RULE_FINDING, severity, raw.at, raw.message)
        .help(raw.help)
        .subject(raw.subject);
    diagnostic.rule = Some(rule.reference(today));
    diagnostic.fixable = raw.fix.is_some();
    if raw.asked != At::Nowhere {
        diagnostic = diagnostic.related(raw.asked, format!("{} asks for it here", rule.id));
    }
    let number = match level {
        Level::Forbid => None,
        Level::Warn | Level::Deny => waivers.find(&rule.id, &raw.intents, today),
    };
    if let Some(waiver) = number.and_then(|number| waivers.get(number)) {
        if waiver.until >= today {
            diagnostic.waiver = Some(WaiverRef {
                reason: waiver.reason.clone(),
                approver: waiver.approver.clone(),
                until: waiver.until.to_string(),
                at: waiver.at.clone(),
            });
        } else {
            let message = format!(
                "the waiver that {} gave ended on {}",
                waiver.approver, waiver.until
            );
            diagnostic = diagnostic.related(waiver.at.clone(), message);
        }
    }
    if let Some((next, from)) = rule.level.then.filter(|(_, from)| today < *from) {
        let help = diagnostic.help.take().unwrap_or_default();
        diagnostic = diagnostic.help(format!("{help}; from {from} on this is `{next}`"));
    }
    Finding {
        diagnostic,
        level: rule.level,
        intents: raw.intents,
        waiver: number,
        fix: raw.fix,
    }
}
