//! Rules judged: intents before lowering, cloud resources after it.

mod decide;
mod intents;
mod resources;
mod world;

use jiff::civil::Date;
use klo_diagnostics::codes::rules as codes;
use klo_diagnostics::{At, Diagnostic};
use klo_intent::AttrValue;

use crate::packs::{Ramp, RuleSet};
use crate::waivers::Waivers;

pub(crate) use decide::decide;
pub(crate) use intents::{holds_in, judge_intents};
pub(crate) use resources::judge_resources;

/// What an app is held to, on a day.
#[derive(Debug, Clone)]
pub struct Policy {
    /// The rules.
    pub rules: RuleSet,
    /// What is let pass.
    pub waivers: Waivers,
    /// The day that ramps and waivers are judged by.
    pub today: Date,
}

impl Policy {
    /// No rules at all, for parts that are tried by themselves.
    pub fn none() -> Self {
        Self {
            rules: RuleSet::default(),
            waivers: Waivers::default(),
            today: Date::MIN,
        }
    }
}

/// What a rule found in one environment.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// As it is told, at its level of today.
    pub diagnostic: Diagnostic,
    /// The rule's level, with its ramp.
    pub level: Ramp,
    /// The ids of the intents that it is about; none for the graph as a whole.
    pub intents: Vec<String>,
    /// The number of the waiver that is about it.
    pub waiver: Option<usize>,
    /// What `klo fix` would write.
    pub fix: Option<Fix>,
}

/// A value that would satisfy a rule.
#[derive(Debug, Clone, PartialEq)]
pub struct Fix {
    /// The intent's id.
    pub intent: String,
    /// The attribute.
    pub attribute: &'static str,
    /// The nearest value that the rule allows.
    pub value: AttrValue,
    /// What other values the rule allows.
    pub bound: Bound,
}

/// On which side of a value a rule allows others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bound {
    /// That and larger ones.
    Least,
    /// That and smaller ones.
    Most,
    /// No other.
    Exactly,
}

/// Most findings of one environment, on intents and again on resources: nobody reads more, and each is
/// kept.
const MOST_FINDINGS: usize = 20_000;

/// Whether rules have found all that is kept. What is not judged any more is an error, which nothing
/// waives: it never means that there is nothing to find.
fn too_many(findings: &mut Vec<Finding>) -> Option<Diagnostic> {
    if findings.len() <= MOST_FINDINGS {
        return None;
    }
    findings.truncate(MOST_FINDINGS);
    let message =
        format!("rules find more than {MOST_FINDINGS} things, and the rest is not judged");
    let error = Diagnostic::error(codes::TOO_MANY_FINDINGS, At::Nowhere, message);
    Some(error.help("mend the rules that find something everywhere, or what they find"))
}

/// What rules found, and what keeps them from finding all.
pub(crate) type Judged = (Vec<Finding>, Option<Diagnostic>);

/// What a rule finds, before waivers and ramps.
pub(crate) struct Raw {
    pub(crate) at: At,
    pub(crate) subject: String,
    pub(crate) intents: Vec<String>,
    pub(crate) message: String,
    pub(crate) help: String,
    /// Where in the pack the rule asks for something else.
    pub(crate) asked: At,
    pub(crate) fix: Option<Fix>,
}

impl Finding {
    /// The finding as files that klo writes have it.
    pub(crate) fn record(&self, waivers: &Waivers) -> Option<klo_plan::Finding> {
        let rule = self.diagnostic.rule.as_ref()?;
        let waiver = self.waiver.and_then(|number| waivers.get(number));
        Some(klo_plan::Finding {
            rule: rule.id.clone(),
            name: rule.name.clone(),
            pack: rule.pack.clone(),
            level: self.level.to_string(),
            subject: self.diagnostic.subject.clone().unwrap_or_default(),
            message: self.diagnostic.message.clone(),
            why: rule.why.clone(),
            waiver: waiver.map(|waiver| klo_plan::FindingWaiver {
                reason: waiver.reason.clone(),
                approver: waiver.approver.clone(),
                until: waiver.until.to_string(),
            }),
        })
    }
}
