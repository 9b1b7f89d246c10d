//! Rules, decoded: one by itself, or one that tightens its parent's.

use std::collections::BTreeMap;

use klo_diagnostics::codes::rules as codes;
use klo_diagnostics::{Diagnostic, did_you_mean};
use klo_intent::{AttrValue, Kind, Literal, Tier, Type, name_fault};
use klo_source::TextRange;
use regex::RegexBuilder;

use super::level::{Level, Ramp};
use super::model::{Check, Condition, Rule};
use super::path::Path;
use super::reader::{Fields, Reader, parameter_name};
use super::require::{OPERATORS, Op, Requirement, Test};
use super::scope::scope;
use super::selector::Selector;
use super::version::VersionRange;
use crate::cel::Expression;

const KEYS: [&str; 12] = [
    "id", "name", "on", "tier", "level", "then", "when", "require", "assert", "why", "url", "fix",
];
/// What a rule cannot do without, where there is no parent's to take it from.
const NEEDED: [&str; 4] = ["name", "on", "level", "why"];
/// Largest compiled regular expression in bytes: more than any naming convention needs.
const REGEX_BYTES: usize = 1 << 20;

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

    fn requirements(&mut self, literal: &Literal, selector: &Selector) -> Option<Vec<Requirement>> {
        let entries = self.map("`require`", literal)?;
        if entries.is_empty() {
            self.wrong(
                literal.range,
                "`require` is empty",
                "name an attribute and what it has to be",
            );
            return None;
        }
        let mut requirements = Vec::new();
        let mut complete = true;
        for (key, range, value) in entries {
            let path = match selector {
                Selector::Resources(types) => Path::of_resources(key, types),
                selector => Path::of_kinds(key, &selector.kinds()),
            };
            match path {
                Ok(path) => match self.tests(&path, *range, value) {
                    Some(tests) => requirements.push(Requirement { path, tests }),
                    None => complete = false,
                },
                Err((message, help)) => {
                    self.unknown(*range, message, help);
                    complete = false;
                }
            }
        }
        complete.then_some(requirements)
    }

    fn tests(&mut self, path: &Path, range: TextRange, literal: &Literal) -> Option<Vec<Test>> {
        if !matches!(literal.kind, klo_intent::LiteralKind::Map(_)) {
            let message = format!("`{}` takes an operator, not {}", path.text, literal.noun());
            self.wrong(
                literal.range,
                message,
                "write `{ eq: … }`, `{ min: … }` or another operator",
            );
            return None;
        }
        let entries = self.map(&path.text, literal)?;
        if entries.is_empty() {
            self.wrong(
                range,
                format!("nothing is required of `{}`", path.text),
                "write an operator, such as `{ min: 7 }`",
            );
            return None;
        }
        let mut tests = Vec::new();
        for (name, range, operand) in entries {
            let op = self.operator(path, name, *range, operand);
            tests.push(op.map(|op| Test {
                op,
                range: TextRange {
                    start: range.start,
                    end: operand.range.end.max(range.end),
                },
                param: parameter_name(operand).map(str::to_owned),
            }));
        }
        tests.into_iter().collect()
    }

    fn operator(
        &mut self,
        path: &Path,
        name: &str,
        range: TextRange,
        operand: &Literal,
    ) -> Option<Op> {
        let ordered = matches!(
            path.ty,
            Type::Int(..) | Type::Number(..) | Type::Size | Type::Duration
        );
        let textual = matches!(
            path.ty,
            Type::Text | Type::Choice(_) | Type::Name | Type::Path | Type::Schedule
        );
        let fault = match name {
            "min" | "max" if !ordered => Some("compares numbers, sizes and durations"),
            "matches" | "version" if !textual => Some("is for text"),
            "keys" if !matches!(path.ty, Type::Map(_)) => Some("is for maps, such as `tags`"),
            _ => None,
        };
        if let Some(fault) = fault {
            let message = format!(
                "`{name}` {fault}, and `{}` is {}",
                path.text,
                klo_intent::describe(&path.ty)
            );
            self.wrong(
                range,
                message,
                "write another operator, such as `eq` or `in`",
            );
            return None;
        }
        match name {
            "eq" => self.operand(path, operand).map(Op::Eq),
            "ne" => self.operand(path, operand).map(Op::Ne),
            "min" => self.operand(path, operand).map(Op::Min),
            "max" => self.operand(path, operand).map(Op::Max),
            "in" => self.operands(path, operand).map(Op::In),
            "not_in" => self.operands(path, operand).map(Op::NotIn),
            "matches" => self.regex(operand),
            "keys" => self.texts("keys", operand).map(Op::Keys),
            "version" => self.version_range(operand),
            "exists" => {
                let operand = self.resolved(operand)?;
                self.flag("exists", &operand).map(Op::Exists)
            }
            other => {
                let help = match did_you_mean(other, OPERATORS) {
                    Some(nearest) => format!("did you mean `{nearest}`?"),
                    None => format!("the operators are {}", klo_diagnostics::list_of(OPERATORS)),
                };
                self.unknown(
                    range,
                    format!("there is no operator `{}`", other.escape_debug()),
                    help,
                );
                None
            }
        }
    }

    fn operand(&mut self, path: &Path, literal: &Literal) -> Option<AttrValue> {
        self.typed(&path.ty, &path.text, literal)
    }

    fn operands(&mut self, path: &Path, literal: &Literal) -> Option<Vec<AttrValue>> {
        let literal = self.resolved(literal)?;
        let items = match &literal.kind {
            klo_intent::LiteralKind::List(items) => items,
            _ => {
                let message = format!("`in` and `not_in` take a list, not {}", literal.noun());
                self.wrong(literal.range, message, "write `[ … ]`");
                return None;
            }
        };
        if items.len() > MOST_ITEMS {
            let message = format!(
                "this list has {} values, more than {MOST_ITEMS}",
                items.len()
            );
            self.wrong(
                literal.range,
                message,
                "a pattern with `matches` says the same in one line",
            );
            return None;
        }
        let values: Vec<Option<AttrValue>> =
            items.iter().map(|item| self.operand(path, item)).collect();
        values.into_iter().collect()
    }

    fn texts(&mut self, key: &str, literal: &Literal) -> Option<Vec<String>> {
        const TEXTS: Type = Type::List(&Type::Text);
        let value = self.typed(&TEXTS, key, literal)?;
        Some(
            value
                .items()
                .iter()
                .filter_map(AttrValue::as_str)
                .map(str::to_owned)
                .collect(),
        )
    }

    fn regex(&mut self, literal: &Literal) -> Option<Op> {
        let resolved = self.resolved(literal)?;
        let text = self.text("matches", &resolved)?.to_owned();
        match RegexBuilder::new(&text)
            .size_limit(REGEX_BYTES)
            .nest_limit(50)
            .build()
        {
            Ok(regex) => Some(Op::Matches(regex)),
            Err(error) => {
                let error = error.to_string();
                let reason = error
                    .lines()
                    .last()
                    .unwrap_or_default()
                    .trim_start_matches("error: ");
                let message = format!(
                    "`{}` is no regular expression: {reason}",
                    text.escape_debug()
                );
                self.wrong(literal.range, message, "the syntax is that of the Rust crate `regex`, without look-around and back-references");
                None
            }
        }
    }

    fn version_range(&mut self, literal: &Literal) -> Option<Op> {
        let resolved = self.resolved(literal)?;
        let text = self.text("version", &resolved)?;
        let found = VersionRange::parse(text);
        if found.is_none() {
            let message = format!("`{}` is no range of versions", text.escape_debug());
            self.wrong(
                literal.range,
                message,
                "write bounds such as `\">= 15, < 18\"`",
            );
        }
        found.map(Op::Version)
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

    /// A child's rule may only tighten its parent's.
    fn judge_override(&mut self, rule: &Rule, parent: &Rule) {
        let mut loosened: Vec<(&'static str, String)> = Vec::new();
        if !rule.level.is_at_least(&parent.level) {
            loosened.push((
                "level",
                format!(
                    "the level is `{}`, and `{}` in {}",
                    rule.level, parent.level, parent.pack
                ),
            ));
        }
        if rule.on != parent.on {
            loosened.push((
                "on",
                format!(
                    "it is on `{}`, and on `{}` in {}",
                    rule.on.escape_debug(),
                    parent.on,
                    parent.pack
                ),
            ));
        }
        if rule.tier != parent.tier && rule.tier.is_some() {
            let tier = parent.tier.map_or("every tier", Tier::name);
            loosened.push((
                "tier",
                format!("it holds in one tier, and in {tier} in {}", parent.pack),
            ));
        }
        if rule.places.contains_key("when") && rule.condition() != parent.condition() {
            loosened.push((
                "when",
                format!(
                    "it is judged under another condition than in {}",
                    parent.pack
                ),
            ));
        }
        loosened.extend(self.loosened_check(rule, parent));
        for (key, message) in loosened {
            let own = rule.places.get(key).or_else(|| rule.places.get("id"));
            let theirs = parent.places.get(key).or_else(|| parent.places.get("id"));
            let message = format!("`{}` may not be loosened: {message}", rule.id);
            let mut diagnostic = Diagnostic::error(codes::LOOSENED_RULE, self.at(own.copied().unwrap_or_default()), message)
                .help("a pack raises levels, narrows lists and raises minimums of the packs that it extends; for anything else write a rule with an id of its own");
            if parent.file.is_some() {
                diagnostic = diagnostic.related(
                    parent.place(theirs.copied().unwrap_or_default()),
                    format!("{} says this", parent.pack),
                );
            }
            self.diagnostics.push(diagnostic);
        }
    }

    fn loosened_check(&self, rule: &Rule, parent: &Rule) -> Vec<(&'static str, String)> {
        match (&rule.check, &parent.check) {
            (Check::Require(own), Check::Require(theirs)) => theirs
                .iter()
                .flat_map(|theirs| {
                    let own = own.iter().find(|own| own.path.text == theirs.path.text);
                    theirs.tests.iter().filter_map(move |test| {
                        let path = &theirs.path.text;
                        let same = own.and_then(|own| own.tests.iter().find(|own| own.op.name() == test.op.name()));
                        match same {
                            None => Some(format!("`{path}` has no `{}`: {} in {}", test.op.name(), test.op, parent.pack)),
                            Some(own) => match own.op.tightens(&test.op) {
                                Some(true) => None,
                                Some(false) => Some(format!("of `{path}`, {}, and {} in {}", own.op, test.op, parent.pack)),
                                None => Some(format!("klo cannot tell whether `{}` of `{path}` allows less than in {}", own.op.name(), parent.pack)),
                            },
                        }
                    })
                })
                .map(|message| ("require", message))
                .collect(),
            (Check::Assert(own), Check::Assert(theirs)) if own.text.trim() == theirs.text.trim() => Vec::new(),
            (Check::Assert(_), Check::Assert(_)) => vec![("assert", format!("the expression is another than in {}", parent.pack))],
            (Check::Require(_), Check::Assert(_)) => vec![("require", format!("it has an `assert` in {}", parent.pack))],
            (Check::Assert(_), Check::Require(_)) => vec![("assert", format!("it has a `require` in {}", parent.pack))],
        }
    }
}

/// Most values of `in` and `not_in`.
const MOST_ITEMS: usize = 1000;
