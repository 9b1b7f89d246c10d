//! `on`: what a rule is about.

use klo_diagnostics::{did_you_mean, list_of};
use klo_intent::{AttrValue, Intent, Kind, Literal, LiteralKind, decode};
use klo_plan::provider::ResourceType;
use klo_source::TextRange;

use super::path::Path;
use super::reader::Reader;

/// What a rule is about.
#[derive(Debug, Clone)]
pub(crate) enum Selector {
    /// Every intent that one of these matches.
    Intents(Vec<Term>),
    /// The graph as a whole, once per environment.
    Graph,
    /// Every cloud resource of one of these types.
    Resources(Vec<ResourceType>),
}

/// Kinds, with values that their attributes have.
#[derive(Debug, Clone)]
pub(crate) struct Term {
    kinds: Vec<Kind>,
    conditions: Vec<(Path, AttrValue)>,
}

/// Words that stand for several kinds.
const GROUPS: [&str; 3] = ["*", "unit", "data"];

impl Selector {
    /// Every kind that may match.
    pub(crate) fn kinds(&self) -> Vec<Kind> {
        let Self::Intents(terms) = self else {
            return Vec::new();
        };
        let named = |kind: &Kind| terms.iter().any(|term| term.kinds.contains(kind));
        Kind::ALL.into_iter().filter(named).collect()
    }

    /// Whether an intent is meant.
    pub(crate) fn matches(&self, intent: &Intent) -> bool {
        let Self::Intents(terms) = self else {
            return false;
        };
        terms.iter().any(|term| term.matches(intent))
    }
}

impl Term {
    fn matches(&self, intent: &Intent) -> bool {
        self.kinds.contains(&intent.kind)
            && self.conditions.iter().all(|(path, wanted)| {
                let mut found = false;
                path.visit_intent(intent, &mut |value| found |= value == wanted);
                found
            })
    }
}

impl Reader<'_> {
    /// What `on` says; `None` after a report.
    pub(crate) fn selector(&mut self, literal: &Literal) -> Option<Selector> {
        let text = self.text("on", literal)?.trim();
        let range = literal.range;
        if text == "graph" {
            return Some(Selector::Graph);
        }
        let parts: Vec<&str> = split(text);
        let resources = parts.iter().filter(|part| part.starts_with("aws_")).count();
        if resources == parts.len() {
            let types = parts.iter().map(|part| self.resource(part, range));
            let types: Vec<Option<ResourceType>> = types.collect();
            return types
                .into_iter()
                .collect::<Option<_>>()
                .map(Selector::Resources);
        }
        if resources > 0 || parts.contains(&"graph") {
            let message = "`on` names intents and something else at once";
            self.wrong(range, message, "write a rule for each");
            return None;
        }
        let terms: Vec<Option<Term>> = parts.iter().map(|part| self.term(part, range)).collect();
        terms
            .into_iter()
            .collect::<Option<_>>()
            .map(Selector::Intents)
    }

    /// A type of the provider; `None` after a report.
    pub(crate) fn resource(&mut self, name: &str, range: TextRange) -> Option<ResourceType> {
        let found = ResourceType::find(name);
        if found.is_none() {
            let help = match did_you_mean(name, klo_plan::provider::type_names()) {
                Some(nearest) => format!("did you mean `{nearest}`?"),
                None => "types are those of the provider hashicorp/aws".to_owned(),
            };
            let message = format!(
                "the AWS provider has no resource type `{}`",
                name.escape_debug()
            );
            self.unknown(range, message, help);
        }
        found
    }

    fn term(&mut self, text: &str, range: TextRange) -> Option<Term> {
        let (word, conditions) = match text.split_once('(') {
            None => (text, None),
            Some((word, rest)) => match rest.strip_suffix(')') {
                Some(inside) => (word.trim(), Some(inside)),
                None => {
                    let message = format!("`{}` has no closing `)`", text.escape_debug());
                    self.wrong(
                        range,
                        message,
                        "write a condition as `kind(attribute=value)`",
                    );
                    return None;
                }
            },
        };
        let kinds = self.kinds(word, range)?;
        let mut decoded = Vec::new();
        for condition in conditions.into_iter().flat_map(|inside| inside.split(',')) {
            decoded.push(self.condition(condition, &kinds, range)?);
        }
        Some(Term {
            kinds,
            conditions: decoded,
        })
    }

    /// The kinds that a word stands for; `None` after a report.
    pub(crate) fn kinds(&mut self, word: &str, range: TextRange) -> Option<Vec<Kind>> {
        let of =
            |wanted: fn(Kind) -> bool| Kind::ALL.into_iter().filter(|kind| wanted(*kind)).collect();
        match word {
            "*" => Some(Kind::ALL.to_vec()),
            "unit" => Some(of(Kind::is_unit)),
            "data" => Some(of(Kind::is_data)),
            name => {
                let found = Kind::from_name(name);
                if found.is_none() {
                    let words = Kind::ALL.map(Kind::name);
                    let known = words.into_iter().chain(GROUPS).chain(["graph"]);
                    let help = match did_you_mean(name, known.clone()) {
                        Some(nearest) => format!("did you mean `{nearest}`?"),
                        None => format!(
                            "write {}, or a resource type such as `aws_db_instance`",
                            list_of(known)
                        ),
                    };
                    let message = format!("there is no kind `{}`", name.escape_debug());
                    self.unknown(range, message, help);
                }
                found.map(|kind| vec![kind])
            }
        }
    }

    fn condition(
        &mut self,
        text: &str,
        kinds: &[Kind],
        range: TextRange,
    ) -> Option<(Path, AttrValue)> {
        let Some((path, value)) = text.split_once('=') else {
            let message = format!("the condition `{}` has no `=`", text.trim().escape_debug());
            self.wrong(
                range,
                message,
                "write a condition as `kind(attribute=value)`",
            );
            return None;
        };
        let path = match Path::of_kinds(path.trim(), kinds) {
            Ok(path) => path,
            Err((message, help)) => {
                self.unknown(range, message, help);
                return None;
            }
        };
        let literal = Literal {
            kind: word(value.trim()),
            range,
        };
        match decode(&path.ty, &literal, &path.text, "") {
            Ok(value) => Some((path, value)),
            Err(mistakes) => {
                self.mistakes(mistakes);
                None
            }
        }
    }
}

/// A condition's value as it would be read from YAML.
fn word(text: &str) -> LiteralKind {
    match text {
        "true" => LiteralKind::Bool(true),
        "false" => LiteralKind::Bool(false),
        text => match text.parse() {
            Ok(number) => LiteralKind::Int(number),
            Err(_) => LiteralKind::Str(text.trim_matches('"').to_owned()),
        },
    }
}

/// Splits at `|` outside of brackets.
fn split(text: &str) -> Vec<&str> {
    let mut depth = 0_i32;
    text.split(|c| {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        c == '|' && depth <= 0
    })
    .map(str::trim)
    .collect()
}
