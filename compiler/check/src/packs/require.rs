//! Requirements: operators on the value of a path, which explain themselves and know the nearest
//! value that they allow.

use std::cmp::Ordering;
use std::fmt;

use klo_intent::AttrValue;
use regex::Regex;

use super::path::Path;
use super::version::{Version, VersionRange};
use klo_source::TextRange;

/// What a rule asks of the values of one path.
#[derive(Debug, Clone)]
pub(crate) struct Requirement {
    /// The path.
    pub(crate) path: Path,
    /// Every one of these has to hold.
    pub(crate) tests: Vec<Test>,
}

/// One operator with its operand.
#[derive(Debug, Clone)]
pub(crate) struct Test {
    /// The operator.
    pub(crate) op: Op,
    /// Where it is written, in the pack's file.
    pub(crate) range: TextRange,
    /// The parameter that the operand is, if it is one.
    pub(crate) param: Option<String>,
}

/// The operators of rules.md.
#[derive(Debug, Clone)]
pub(crate) enum Op {
    /// The value itself.
    Eq(AttrValue),
    /// Any value but this.
    Ne(AttrValue),
    /// One of these.
    In(Vec<AttrValue>),
    /// None of these.
    NotIn(Vec<AttrValue>),
    /// At least this.
    Min(AttrValue),
    /// At most this.
    Max(AttrValue),
    /// Text in which the expression finds something.
    Matches(Regex),
    /// A map with these keys.
    Keys(Vec<String>),
    /// A version in this range.
    Version(VersionRange),
    /// A value at all, or none.
    Exists(bool),
}

/// The names of the operators.
pub(crate) const OPERATORS: [&str; 10] = [
    "eq", "ne", "in", "not_in", "min", "max", "matches", "keys", "version", "exists",
];

impl Op {
    /// `min`.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Eq(_) => "eq",
            Self::Ne(_) => "ne",
            Self::In(_) => "in",
            Self::NotIn(_) => "not_in",
            Self::Min(_) => "min",
            Self::Max(_) => "max",
            Self::Matches(_) => "matches",
            Self::Keys(_) => "keys",
            Self::Version(_) => "version",
            Self::Exists(_) => "exists",
        }
    }

    /// Whether a value is as the operator asks. What is unset has no value that could be wrong:
    /// only `eq`, `min`, `keys` and `exists: true` ask for one.
    pub(crate) fn holds(&self, value: &AttrValue) -> bool {
        match self {
            Self::Exists(wanted) => *wanted != is_nothing(value),
            Self::Eq(wanted) => same(value, wanted),
            Self::Min(least) => order(value, least).is_some_and(Ordering::is_ge),
            Self::Keys(keys) => keys.iter().all(|key| has_key(value, key)),
            _ if value.is_null() => true,
            Self::Ne(other) => !same(value, other),
            Self::In(list) => list.iter().any(|item| same(value, item)),
            Self::NotIn(list) => !list.iter().any(|item| same(value, item)),
            Self::Max(most) => order(value, most).is_some_and(Ordering::is_le),
            Self::Matches(regex) => value.as_str().is_some_and(|text| regex.is_match(text)),
            Self::Version(range) => value
                .as_str()
                .and_then(Version::parse)
                .is_some_and(|version| range.allows(&version)),
        }
    }

    /// Whether the operator asks for a value where there is none at all.
    pub(crate) fn needs_value(&self) -> bool {
        matches!(
            self,
            Self::Eq(_) | Self::Min(_) | Self::Keys(_) | Self::Exists(true)
        )
    }

    /// The nearest value that it allows, where there is exactly one.
    pub(crate) fn nearest(&self) -> Option<&AttrValue> {
        match self {
            Self::Eq(value) | Self::Min(value) | Self::Max(value) => Some(value),
            Self::In(list) => match list.as_slice() {
                [one] => Some(one),
                _ => None,
            },
            _ => None,
        }
    }

    /// Whether everything that this allows is allowed by `other` too; `None` where klo cannot tell.
    pub(crate) fn tightens(&self, other: &Self) -> Option<bool> {
        match (self, other) {
            (Self::Eq(own), Self::Eq(theirs)) | (Self::Ne(own), Self::Ne(theirs)) => {
                Some(same(own, theirs))
            }
            (Self::Min(own), Self::Min(theirs)) => Some(order(own, theirs)?.is_ge()),
            (Self::Max(own), Self::Max(theirs)) => Some(order(own, theirs)?.is_le()),
            (Self::In(own), Self::In(theirs)) => Some(subset(own, theirs)),
            (Self::NotIn(own), Self::NotIn(theirs)) => Some(subset(theirs, own)),
            (Self::Keys(own), Self::Keys(theirs)) => {
                Some(theirs.iter().all(|key| own.contains(key)))
            }
            (Self::Exists(own), Self::Exists(theirs)) => Some(own == theirs),
            (Self::Matches(own), Self::Matches(theirs)) if own.as_str() == theirs.as_str() => {
                Some(true)
            }
            (Self::Version(own), Self::Version(theirs)) if own == theirs => Some(true),
            _ => None,
        }
    }
}

/// What would satisfy it: "at least 90 is required".
impl fmt::Display for Op {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Eq(value) => write!(f, "{} is required", show(value)),
            Self::Ne(value) => write!(f, "{} is not allowed", show(value)),
            Self::In(list) => match list.as_slice() {
                [] => f.write_str("no value is allowed"),
                [one] => write!(f, "{} is the one value that is allowed", show(one)),
                list => write!(f, "allowed are {}", all(list)),
            },
            Self::NotIn(list) => write!(f, "not allowed: {}", all(list)),
            Self::Min(value) => write!(f, "at least {} is required", show(value)),
            Self::Max(value) => write!(f, "at most {} is allowed", show(value)),
            Self::Matches(regex) => write!(f, "it has to match `{regex}`"),
            Self::Keys(keys) => {
                let keys = keys.iter().map(String::as_str);
                write!(f, "{} required", klo_diagnostics::list_of(keys))
            }
            Self::Version(range) => write!(f, "{range} is required"),
            Self::Exists(true) => f.write_str("a value is required"),
            Self::Exists(false) => f.write_str("no value is allowed"),
        }
    }
}

/// Most values of a list that a message names.
const MOST_NAMED: usize = 12;

fn all(list: &[AttrValue]) -> String {
    let mut shown: Vec<String> = list.iter().take(MOST_NAMED).map(show).collect();
    if list.len() > MOST_NAMED {
        shown.push(format!("{} more", list.len() - MOST_NAMED));
    }
    match shown.as_slice() {
        [first @ .., last] if !first.is_empty() => format!("{} and {last}", first.join(", ")),
        shown => shown.concat(),
    }
}

/// Most characters of a value that a message shows.
const MOST_SHOWN: usize = 200;

/// A value as messages have it.
pub(crate) fn show(value: &AttrValue) -> String {
    let shown = whole(value);
    match shown.char_indices().nth(MOST_SHOWN) {
        Some((end, _)) => format!("{}…", &shown[..end]),
        None => shown,
    }
}

fn whole(value: &AttrValue) -> String {
    match value {
        AttrValue::Null => "not set".to_owned(),
        AttrValue::Str(text) => format!("`{}`", text.escape_debug()),
        AttrValue::Bool(flag) => format!("`{flag}`"),
        AttrValue::Map(entries)
            if entries.contains_key("type") && entries.contains_key("count") =>
        {
            format!("`{}`", entries["type"].as_str().unwrap_or_default())
        }
        // Terraform's numbers are all of one type; people write whole ones without a point.
        AttrValue::Float(number) => number.to_string(),
        other => match other.to_json() {
            serde_json::Value::String(text) => text,
            json => json.to_string(),
        },
    }
}

fn is_nothing(value: &AttrValue) -> bool {
    match value {
        AttrValue::Null => true,
        AttrValue::Str(text) => text.is_empty(),
        AttrValue::List(items) => items.is_empty(),
        AttrValue::Map(entries) => entries.is_empty(),
        _ => false,
    }
}

/// A key with a value other than nothing.
fn has_key(value: &AttrValue, key: &str) -> bool {
    value.get(key).is_some_and(|entry| !is_nothing(entry))
}

fn subset(inner: &[AttrValue], outer: &[AttrValue]) -> bool {
    inner
        .iter()
        .all(|item| outer.iter().any(|other| same(item, other)))
}

/// Equality; whole and other numbers are compared by what they are worth, and what a provider keeps
/// as text (`"90"`) by the number that it says.
fn same(a: &AttrValue, b: &AttrValue) -> bool {
    if a == b {
        return true;
    }
    match (a, b) {
        (AttrValue::Str(text), AttrValue::Bool(flag))
        | (AttrValue::Bool(flag), AttrValue::Str(text)) => {
            text == if *flag { "true" } else { "false" }
        }
        _ => order(a, b) == Some(Ordering::Equal),
    }
}

fn order(a: &AttrValue, b: &AttrValue) -> Option<Ordering> {
    match (a, b) {
        (AttrValue::Size(a), AttrValue::Size(b)) => Some(a.cmp(b)),
        (AttrValue::Duration(a), AttrValue::Duration(b)) => Some(a.seconds().cmp(&b.seconds())),
        (AttrValue::Str(_), AttrValue::Str(_)) => None,
        (a, b) => number(a)?.partial_cmp(&number(b)?),
    }
}

fn number(value: &AttrValue) -> Option<f64> {
    match value {
        AttrValue::Str(text) => text.parse().ok().filter(|number: &f64| number.is_finite()),
        other => other.as_float(),
    }
}

/// Goes through what something has at a path.
pub(crate) type Values<'v> = dyn Fn(&Path, &mut dyn FnMut(&AttrValue)) + 'v;

impl Requirement {
    /// Every test that does not hold, with the value that it does not hold for.
    pub(crate) fn judge(&self, visit: &Values<'_>) -> Vec<(&Test, AttrValue)> {
        let mut failed: Vec<(&Test, AttrValue)> = Vec::new();
        let mut any = false;
        visit(&self.path, &mut |value| {
            any = true;
            for test in &self.tests {
                let told = |(other, _): &(&Test, AttrValue)| std::ptr::eq(*other, test);
                if !test.op.holds(value) && !failed.iter().any(told) {
                    failed.push((test, value.clone()));
                }
            }
        });
        if !any {
            let needed = self.tests.iter().filter(|test| test.op.needs_value());
            failed.extend(needed.map(|test| (test, AttrValue::Null)));
        }
        failed
    }

    /// "`backup_days` of `database.orders` is 30, at least 90 is required"; `subject` begins with " of".
    pub(crate) fn explain(&self, test: &Test, value: &AttrValue, subject: &str) -> String {
        let path = &self.path.text;
        match &test.op {
            Op::Keys(keys) => {
                let missing = keys.iter().filter(|key| !has_key(value, key));
                let missing = klo_diagnostics::list_of(missing.map(String::as_str));
                format!("`{path}`{subject} lacks {missing}")
            }
            Op::Exists(true) => format!("`{path}`{subject} is not set"),
            op => format!("`{path}`{subject} is {}, {op}", show(value)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use klo_intent::{Duration, Size};

    fn text(text: &str) -> AttrValue {
        AttrValue::from(text)
    }

    #[test]
    fn operators_hold_or_do_not() {
        let int = AttrValue::Int;
        let rows = [
            (Op::Eq(int(3)), int(3), true),
            (Op::Eq(int(3)), AttrValue::Float(3.0), true),
            (Op::Eq(AttrValue::Bool(true)), text("true"), true),
            (Op::Eq(AttrValue::Bool(true)), AttrValue::Null, false),
            (Op::Ne(text("a")), text("a"), false),
            (Op::Ne(text("a")), AttrValue::Null, true),
            (Op::In(vec![text("a"), text("b")]), text("b"), true),
            (Op::In(vec![text("a")]), text("c"), false),
            (Op::In(vec![text("a")]), AttrValue::Null, true),
            (Op::NotIn(vec![text("a")]), text("a"), false),
            (Op::Min(int(90)), int(89), false),
            (Op::Min(int(90)), text("90"), true),
            (Op::Min(int(90)), AttrValue::Null, false),
            (
                Op::Max(AttrValue::Size(Size(1 << 30))),
                AttrValue::Size(Size(2 << 30)),
                false,
            ),
            (
                Op::Max(AttrValue::Duration(Duration(60))),
                AttrValue::Duration(Duration(60)),
                true,
            ),
            (Op::Max(int(1)), AttrValue::Null, true),
            (
                Op::Matches(Regex::new("^db-").unwrap()),
                text("db-orders"),
                true,
            ),
            (
                Op::Matches(Regex::new("^db-").unwrap()),
                text("orders"),
                false,
            ),
            (
                Op::Version(VersionRange::parse(">= 15").unwrap()),
                text("16.2"),
                true,
            ),
            (
                Op::Version(VersionRange::parse(">= 15").unwrap()),
                text("latest"),
                false,
            ),
            (Op::Exists(true), AttrValue::List(vec![]), false),
            (Op::Exists(false), AttrValue::Null, true),
        ];
        for (op, value, wanted) in rows {
            assert_eq!(op.holds(&value), wanted, "{op:?} on {value:?}");
        }
    }

    #[test]
    fn a_child_may_only_tighten() {
        let int = AttrValue::Int;
        let rows = [
            (Op::Min(int(120)), Op::Min(int(90)), Some(true)),
            (Op::Min(int(30)), Op::Min(int(90)), Some(false)),
            (Op::Max(int(4)), Op::Max(int(8)), Some(true)),
            (
                Op::In(vec![text("a")]),
                Op::In(vec![text("a"), text("b")]),
                Some(true),
            ),
            (
                Op::In(vec![text("c")]),
                Op::In(vec![text("a")]),
                Some(false),
            ),
            (
                Op::NotIn(vec![text("a"), text("b")]),
                Op::NotIn(vec![text("a")]),
                Some(true),
            ),
            (
                Op::Keys(vec!["a".into()]),
                Op::Keys(vec!["a".into(), "b".into()]),
                Some(false),
            ),
            (
                Op::Matches(Regex::new("a").unwrap()),
                Op::Matches(Regex::new("b").unwrap()),
                None,
            ),
            (Op::Min(int(1)), Op::Max(int(1)), None),
        ];
        for (own, other, wanted) in rows {
            assert_eq!(own.tightens(&other), wanted, "{own:?} beside {other:?}");
        }
    }
}
