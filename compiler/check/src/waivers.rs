//! Waivers: findings that somebody lets pass, until a day.

use std::collections::BTreeSet;

use jiff::civil::Date;
use klo_config::yaml::read_yaml;
use klo_diagnostics::codes::rules as codes;
use klo_diagnostics::{At, Diagnostic, did_you_mean};
use klo_intent::{Kind, Literal};
use klo_source::{FileId, TextRange};

use crate::packs::{Level, Params, Reader, RuleSet};

/// Days before its end from which a waiver is pointed out.
const NOTICE_DAYS: i32 = 14;
/// Most waivers of one app.
const MOST_WAIVERS: usize = 5000;

/// One entry of a waiver file.
#[derive(Debug, Clone, PartialEq)]
pub struct Waiver {
    /// The rule's id.
    pub rule: String,
    /// An intent's id, or `*`.
    pub on: String,
    /// Why.
    pub reason: String,
    /// Who says so.
    pub approver: String,
    /// The last day on which it holds.
    pub until: Date,
    /// Where it stands.
    pub at: At,
}

/// The waivers of an app, in the order written.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Waivers(Vec<Waiver>);

impl Waivers {
    /// Reads a file of waivers: a list. What is wrong with it keeps the run from going on.
    pub fn read(file: FileId, text: &str) -> (Self, Vec<Diagnostic>) {
        let params = Params::new();
        let mut reader = Reader::new(file, &params);
        let (literal, problems) = read_yaml(text);
        reader.problems(problems);
        let mut waivers = Vec::new();
        if let Some(literal) = &literal {
            let items = reader.list("a file of waivers", literal);
            if items.len() > MOST_WAIVERS {
                let message = format!(
                    "there are {} waivers, more than {MOST_WAIVERS}",
                    items.len()
                );
                reader.wrong(
                    literal.range,
                    message,
                    "waive a rule for all intents with `on: '*'`",
                );
            } else {
                waivers.extend(items.iter().filter_map(|item| waiver(&mut reader, item)));
            }
        }
        let mut diagnostics = reader.diagnostics;
        for diagnostic in &mut diagnostics {
            diagnostic.code = codes::BAD_WAIVER;
        }
        (Self(waivers), diagnostics)
    }

    /// The waiver of a number.
    pub fn get(&self, number: usize) -> Option<&Waiver> {
        self.0.get(number)
    }

    /// The first waiver that is about a rule's finding on one of these intents: one that still holds
    /// today before one that does not. A finding on the graph has no intents, and is waived by `*`.
    pub(crate) fn find(&self, rule: &str, intents: &[String], today: Date) -> Option<usize> {
        let about = |waiver: &Waiver| {
            waiver.rule == rule && (waiver.on == "*" || intents.contains(&waiver.on))
        };
        let matching = || {
            let all = self.0.iter().enumerate();
            all.filter(|(_, waiver)| about(waiver))
        };
        let holding = matching().find(|(_, waiver)| waiver.until >= today);
        holding
            .or_else(|| matching().next())
            .map(|(number, _)| number)
    }

    /// What there is to say about the waivers themselves once everything is judged: those that end
    /// soon, and those that waive nothing. `used` are the numbers of those that met a finding; what
    /// waives nothing is told only when `complete` says that everything was judged.
    pub fn remarks(
        &self,
        used: &BTreeSet<usize>,
        complete: bool,
        rules: &RuleSet,
        today: Date,
    ) -> Vec<Diagnostic> {
        let mut remarks = Vec::new();
        for (number, waiver) in self.0.iter().enumerate() {
            let last = rules.rule(&waiver.rule).map(|rule| rule.level.on(today));
            if last == Some(Level::Forbid) {
                let message = format!("`{}` is `forbid`, so it is never waived", waiver.rule);
                remarks.push(
                    Diagnostic::warning(codes::UNUSED_WAIVER, waiver.at.clone(), message)
                        .help("remove the entry, and mend what the rule finds"),
                );
            } else if !used.contains(&number) {
                if complete {
                    remarks.push(unused(waiver, rules));
                }
            } else if let Some(note) = ending(waiver, today) {
                remarks.push(note);
            }
        }
        remarks
    }
}

fn unused(waiver: &Waiver, rules: &RuleSet) -> Diagnostic {
    let (message, help) = match rules.rule(&waiver.rule) {
        None => {
            let known = rules.rules().map(|rule| rule.id.as_str());
            let help = match did_you_mean(&waiver.rule, known) {
                Some(nearest) => format!("did you mean `{nearest}`?"),
                None => "`klo rules list` shows the rules that hold; remove the entry".to_owned(),
            };
            (
                format!("there is no rule `{}` to waive", waiver.rule.escape_debug()),
                help,
            )
        }
        Some(_) => {
            let on = match waiver.on.as_str() {
                "*" => "anything".to_owned(),
                on => format!("`{}`", on.escape_debug()),
            };
            let message = format!(
                "`{}` finds nothing on {on}, so this waives nothing",
                waiver.rule
            );
            (message, "remove the entry, or mend its `on`".to_owned())
        }
    };
    Diagnostic::warning(codes::UNUSED_WAIVER, waiver.at.clone(), message).help(help)
}

/// A note about a waiver whose end is near.
fn ending(waiver: &Waiver, today: Date) -> Option<Diagnostic> {
    let left = (waiver.until - today).get_days();
    let when = match left {
        ..0 => return None,
        0 => "today".to_owned(),
        1 => "tomorrow".to_owned(),
        days @ ..=NOTICE_DAYS => format!("in {days} days, on {}", waiver.until),
        _ => return None,
    };
    let message = format!(
        "the waiver of `{}` on `{}` ends {when}",
        waiver.rule, waiver.on
    );
    Some(
        Diagnostic::note(codes::ENDING_WAIVER, waiver.at.clone(), message).help(format!(
            "mend what the rule finds, or agree with {} on another date",
            waiver.approver
        )),
    )
}

const KEYS: [&str; 5] = ["rule", "on", "reason", "approver", "until"];

fn waiver(reader: &mut Reader<'_>, literal: &Literal) -> Option<Waiver> {
    let fields = reader.fields("a waiver", literal, &KEYS, &KEYS)?;
    let text = |reader: &mut Reader<'_>, key: &str| {
        let literal = fields.get(key)?;
        reader.text(key, literal).map(str::to_owned)
    };
    let rule = text(reader, "rule");
    let on = text(reader, "on").and_then(|on| target(reader, &on, fields.get("on")?.range));
    let reason = text(reader, "reason");
    let approver = text(reader, "approver");
    let until = match fields.get("until") {
        Some(until) => reader.date("until", until),
        None => None,
    };
    let at = reader.at(fields.get("rule").map_or(fields.range, |rule| rule.range));
    Some(Waiver {
        rule: rule?,
        on: on?,
        reason: reason?,
        approver: approver?,
        until: until?,
        at,
    })
}

/// `database.orders`, or `*`.
fn target(reader: &mut Reader<'_>, on: &str, range: TextRange) -> Option<String> {
    let kind = on.split_once('.').map(|(kind, _)| kind);
    if on == "*" || kind.is_some_and(|kind| Kind::from_name(kind).is_some()) {
        return Some(on.to_owned());
    }
    let help = match kind.and_then(|kind| did_you_mean(kind, Kind::ALL.map(Kind::name))) {
        Some(nearest) => format!("did you mean `{nearest}.…`?"),
        None => "write an intent's id such as `database.orders`, or `'*'` for all".to_owned(),
    };
    reader.unknown(
        range,
        format!("`{}` is no id of an intent", on.escape_debug()),
        help,
    );
    None
}
