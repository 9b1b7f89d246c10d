//! `require`: operators and their operands, checked against the schema.

use klo_diagnostics::did_you_mean;
use klo_intent::{AttrValue, Literal, Type};
use klo_source::TextRange;
use regex::RegexBuilder;

use super::path::Path;
use super::reader::{Reader, parameter_name};
use super::require::{OPERATORS, Op, Requirement, Test};
use super::selector::Selector;
use super::version::VersionRange;

/// Most values of `in` and `not_in`.
const MOST_ITEMS: usize = 1000;
/// Largest compiled regular expression in bytes, and largest cache of one: more than any naming convention
/// needs, and little for thousands of rules.
const REGEX_BYTES: usize = 256 << 10;

impl Reader<'_> {
    pub(crate) fn requirements(
        &mut self,
        literal: &Literal,
        selector: &Selector,
    ) -> Option<Vec<Requirement>> {
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
            .dfa_size_limit(REGEX_BYTES)
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
}
