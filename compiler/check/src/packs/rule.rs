//! Rules, decoded: one by itself, or one that tightens its parent's.

use std::collections::BTreeMap;

use klo_diagnostics::codes::rules as codes;
use klo_diagnostics::did_you_mean;
use klo_intent::{Kind, Literal, name_fault};
use klo_source::TextRange;

use super::level::{Level, Ramp};
use super::model::{Check, Condition, Rule};
use super::path::Path;
use super::reader::{Fields, Reader};
use super::scope::scope;
use super::selector::Selector;
use crate::cel::Expression;

const KEYS: [&str; 12] = [
    "id", "name", "on", "tier", "level", "then", "when", "require", "assert", "why", "url", "fix",
];
/// What a rule cannot do without, where there is no parent's to take it from.
const NEEDED: [&str; 4] = ["name", "on", "level", "why"];

impl Reader<'_> {
    /// A rule; with `parent`, one that tightens it. `None` after a report.
    pub(crate) fn rule(
        &mut self,
        pack: &str,
        literal: &Literal,
        parent: Option<&Rule>,
    ) -> Option<Rule> {
        let fields = self.fields("a rule", literal, &KEYS, &["id"])?;
        let id = fields.get("id").and_then(|id| self.rule_id(id))?;
        if parent.is_none() {
            for key in NEEDED.into_iter().filter(|key| fields.get(key).is_none()) {
                let range = fields.get("id").map_or(fields.range, |id| id.range);
                self.wrong(
                    range,
                    format!("the rule `{id}` needs `{key}`"),
                    format!("add `{key}: …`"),
                );
            }
        }
        let own = |key: &str| fields.get(key);
        let name = match own("name") {
            Some(name) => self.rule_name(name)?,
            None => parent?.name.clone(),
        };
        let selector = match own("on") {
            Some(on) => self.selector(on)?,
            None => parent?.selector.clone(),
        };
        let tier = match own("tier") {
            Some(tier) => Some(self.tier(tier)?),
            None => parent.and_then(|parent| parent.tier),
        };
        let level = self.ramp(&fields, parent)?;
        let when = match fields.entry("when") {
            Some((_, when)) => Some(self.condition_of("when", when, &selector)?),
            None => parent.and_then(|parent| parent.when.clone()),
        };
        let check = self.check(&id, &fields, &selector, parent)?;
        let text = |reader: &mut Self, key: &str| {
            own(key).and_then(|value| reader.text(key, value).map(str::to_owned))
        };
        let why = match text(self, "why") {
            Some(why) => why,
            None => parent?.why.clone(),
        };
        let url = text(self, "url").or_else(|| parent?.url.clone());
        let fix = match own("fix") {
            Some(fix) => self.flag("fix", fix)?,
            None => parent.is_some_and(|parent| parent.fix),
        };
        let on = own("on").and_then(Literal::as_str).map_or_else(
            || parent.map(|parent| parent.on.clone()),
            |on| Some(on.to_owned()),
        )?;
        let places: BTreeMap<&'static str, TextRange> = KEYS
            .into_iter()
            .filter_map(|key| Some((key, fields.get(key)?.range)))
            .collect();
        let rule = Rule {
            id,
            name,
            on,
            tier,
            level,
            why,
            url,
            fix,
            pack: pack.to_owned(),
            at: self.at(places.get("id").copied().unwrap_or_default()),
            replaced: false,
            file: self.file,
            selector,
            when,
            check,
            places,
        };
        self.judge_fix(&rule);
        if let Some(parent) = parent {
            self.judge_override(&rule, parent);
        }
        Some(rule)
    }

    /// An id: `ACME-DB-001`.
    fn rule_id(&mut self, literal: &Literal) -> Option<String> {
        let id = self.text("id", literal)?;
        let part = |part: &str| {
            !part.is_empty()
                && part
                    .bytes()
                    .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
        };
        let formed = id.split('-').all(part)
            && id.starts_with(|c: char| c.is_ascii_uppercase())
            && id.contains('-');
        if !formed || id.len() > 64 {
            let message = format!("`{}` is no id of a rule", id.escape_debug());
            self.wrong(
                literal.range,
                message,
                "write capitals, digits and `-`, such as `ACME-DB-001`",
            );
            return None;
        }
        Some(id.to_owned())
    }

    fn rule_name(&mut self, literal: &Literal) -> Option<String> {
        let name = self.text("name", literal)?;
        if let Some(fault) = name_fault(name) {
            let message = format!("`{}` is no name of a rule: {fault}", name.escape_debug());
            let help = "name the violation in lower-case words, such as `short-backup-retention`";
            self.wrong(literal.range, message, help);
            return None;
        }
        Some(name.to_owned())
    }

    fn level(&mut self, literal: &Literal) -> Option<Level> {
        let text = self.text("level", literal)?;
        let found = Level::from_name(text);
        if found.is_none() {
            let help = match did_you_mean(text, Level::ALL.map(Level::name)) {
                Some(nearest) => format!("did you mean `{nearest}`?"),
                None => "the levels are `warn`, `deny` and `forbid`".to_owned(),
            };
            self.unknown(
                literal.range,
                format!("there is no level `{}`", text.escape_debug()),
                help,
            );
        }
        found
    }

    /// `level` and `then`.
    fn ramp(&mut self, fields: &Fields<'_>, parent: Option<&Rule>) -> Option<Ramp> {
        let mut ramp = match fields.get("level") {
            Some(level) => Ramp {
                level: self.level(level)?,
                then: None,
            },
            None => parent?.level,
        };
        let Some(then) = fields.get("then") else {
            return Some(ramp);
        };
        let inner = self.fields("`then`", then, &["level", "from"], &["level", "from"])?;
        let level = self.level(inner.get("level")?)?;
        let from = self.date("from", inner.get("from")?)?;
        if level <= ramp.level {
            let message = format!("`then` is `{level}`, which is not above `{}`", ramp.level);
            self.wrong(
                then.range,
                message,
                "a rule's level rises; name a higher one, or remove `then`",
            );
            return None;
        }
        ramp.then = Some((level, from));
        Some(ramp)
    }

    fn condition_of(
        &mut self,
        key: &str,
        literal: &Literal,
        selector: &Selector,
    ) -> Option<Condition> {
        let text = self.text(key, literal)?.to_owned();
        let scope = scope(selector, self.params);
        match Expression::compile(&text, &scope) {
            Ok(expression) => Some(Condition {
                text,
                range: literal.range,
                expression: expression.into(),
            }),
            Err(faults) => {
                for fault in faults {
                    let range = self.inside(literal, &text, fault.range);
                    self.error(codes::BAD_EXPRESSION, range, fault.message, fault.help);
                }
                None
            }
        }
    }

    /// The place of a part of a text, where the text stands in the file as it is; else the whole.
    fn inside(&self, literal: &Literal, text: &str, part: TextRange) -> TextRange {
        let length = literal.range.end.saturating_sub(literal.range.start) as usize;
        let quotes = match length.checked_sub(text.len()) {
            Some(0) => 0,
            Some(2) => 1,
            _ => return literal.range,
        };
        let start = literal.range.start + quotes;
        TextRange {
            start: start + part.start,
            end: start + part.end,
        }
    }

    fn check(
        &mut self,
        id: &str,
        fields: &Fields<'_>,
        selector: &Selector,
        parent: Option<&Rule>,
    ) -> Option<Check> {
        match (fields.entry("require"), fields.entry("assert")) {
            (Some(_), Some((range, _))) => {
                let message = format!("the rule `{id}` has both `require` and `assert`");
                self.wrong(
                    range,
                    message,
                    "make two rules of it, each with an id of its own",
                );
                None
            }
            (Some((range, _)), None) if matches!(selector, Selector::Graph) => {
                let message = "`require` is about values of an intent or resource, and this rule is on `graph`";
                self.wrong(range, message, "write `assert`, or name kinds in `on`");
                None
            }
            (Some((_, require)), None) => self.requirements(require, selector).map(Check::Require),
            (None, Some((_, assert))) => self
                .condition_of("assert", assert, selector)
                .map(Check::Assert),
            (None, None) => match parent {
                Some(parent) => Some(parent.check.clone()),
                None => {
                    let range = fields.get("id").map_or(fields.range, |id| id.range);
                    let message = format!("the rule `{id}` asks for nothing");
                    self.wrong(range, message, "add `require: { … }` or `assert: …`");
                    None
                }
            },
        }
    }

    /// `fix: true` needs one value that is the nearest, in an attribute that people write.
    fn judge_fix(&mut self, rule: &Rule) {
        let Some(range) = rule.places.get("fix").copied().filter(|_| rule.fix) else {
            return;
        };
        let settable = |kind: &Kind, path: &Path| {
            let mut known = klo_config::table::configurable(*kind);
            path.is_whole() && known.any(|attribute| attribute.name == path.attribute())
        };
        let fixable = match (&rule.check, &rule.selector) {
            (Check::Require(requirements), Selector::Intents(_)) => {
                requirements.iter().all(|requirement| {
                    let kinds = rule.selector.kinds();
                    kinds.iter().all(|kind| settable(kind, &requirement.path))
                        && requirement
                            .tests
                            .iter()
                            .all(|test| test.op.nearest().is_some())
                })
            }
            _ => false,
        };
        if !fixable {
            let message = "`fix: true` needs requirements on attributes that people write, each with `min`, `max`, `eq` or an `in` with one value";
            self.wrong(
                range,
                message,
                "remove `fix`; the finding still says what is asked for",
            );
        }
    }
}
