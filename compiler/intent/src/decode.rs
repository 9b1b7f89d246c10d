//! Literals become typed values: one decoder for annotations and `klo.yaml`.

mod composite;
mod describe;
mod measure;
mod name;

use indexmap::IndexMap;
use klo_diagnostics::{did_you_mean, list_of};
use klo_source::{TextRange, normalize};

use crate::attribute::{Attribute, Type};
use crate::forms;
use crate::literal::{Literal, LiteralKind};
use crate::units::{Duration, Schedule, Size};
use crate::value::AttrValue;

pub use describe::describe;
pub use name::{MAX_NAME, kebab, name_fault, name_help};

/// What kind of mistake a literal holds, so that callers can choose a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum MistakeKind {
    /// A value of the wrong type, form or range.
    Value,
    /// A key that a map does not have.
    UnknownKey,
    /// A key that a map cannot do without.
    MissingKey,
}

/// One thing that is wrong with a literal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// What kind of mistake.
    pub kind: MistakeKind,
    /// The characters it is about.
    pub range: TextRange,
    /// The sentence, without a full stop.
    pub message: String,
    /// What would fix it; empty where the message says it all.
    pub help: String,
}

impl Mistake {
    /// A value that does not fit.
    pub fn value(range: TextRange, message: impl Into<String>, help: impl Into<String>) -> Self {
        Self {
            kind: MistakeKind::Value,
            range,
            message: message.into(),
            help: help.into(),
        }
    }
}

/// Longest text that a setting takes, in bytes: an environment variable of AWS Lambda holds 4 KiB.
pub const MAX_TEXT: usize = 4096;

/// The GPU types that `gpu` names (aws.md, "GPU node pools").
pub const GPU_TYPES: &[&str] = &[
    "t4", "t4g", "a10g", "l4", "l40s", "a100-40", "a100-80", "h100", "h200", "b200",
];

/// The value of an attribute: its type, and the form that its name asks for. `root` is the folder,
/// relative to the repository's root, that paths start from.
pub fn decode_attribute(
    attribute: &Attribute,
    literal: &Literal,
    root: &str,
) -> Result<AttrValue, Vec<Mistake>> {
    let value = decode(&attribute.ty, literal, attribute.name, root)?;
    let mistakes = forms::check_form(attribute.name, &value, literal);
    if mistakes.is_empty() {
        Ok(value)
    } else {
        Err(mistakes)
    }
}

/// A literal as a value of a type, or everything that is wrong with it. `key` is what messages call
/// it; `root` is the folder that paths start from.
pub fn decode(
    ty: &Type,
    literal: &Literal,
    key: &str,
    root: &str,
) -> Result<AttrValue, Vec<Mistake>> {
    Decoder { key, root }.decode(ty, literal)
}

struct Decoder<'a> {
    key: &'a str,
    root: &'a str,
}

type Decoded = Result<AttrValue, Vec<Mistake>>;

impl Decoder<'_> {
    fn decode(&self, ty: &Type, literal: &Literal) -> Decoded {
        match (ty, &literal.kind) {
            (Type::Bool, LiteralKind::Bool(flag)) => Ok(AttrValue::Bool(*flag)),
            (Type::Int(low, high), LiteralKind::Int(number)) => {
                if (low..=high).contains(&number) {
                    Ok(AttrValue::Int(*number))
                } else {
                    self.out_of_range(ty, literal, &number.to_string())
                }
            }
            (Type::Number(..), LiteralKind::Int(number)) => {
                self.number(ty, literal, *number as f64)
            }
            (Type::Number(..), LiteralKind::Float(number)) => self.number(ty, literal, *number),
            (Type::List(item), LiteralKind::List(items)) => self.list(item, items, literal),
            (Type::Map(item), LiteralKind::Map(entries)) => self.map(item, entries, literal),
            (Type::Object(keys), LiteralKind::Map(entries)) => self.object(keys, entries, literal),
            (Type::Gpu, LiteralKind::List(items)) => self.gpus(items, literal),
            (Type::Either(types), _) => self.either(types, ty, literal),
            (_, LiteralKind::Str(text)) => self.text(ty, text, literal),
            _ => self.mismatch(ty, literal),
        }
    }

    fn wrong(
        &self,
        literal: &Literal,
        message: impl Into<String>,
        help: impl Into<String>,
    ) -> Decoded {
        Err(vec![Mistake::value(literal.range, message, help)])
    }

    fn mismatch(&self, ty: &Type, literal: &Literal) -> Decoded {
        let message = format!(
            "`{}` takes {}, not {}",
            self.key,
            describe(ty),
            literal.noun()
        );
        self.wrong(literal, message, measure::instead(ty, literal))
    }

    fn out_of_range(&self, ty: &Type, literal: &Literal, written: &str) -> Decoded {
        let message = format!("`{}` is {written}, but takes {}", self.key, describe(ty));
        self.wrong(literal, message, "")
    }

    fn number(&self, ty: &Type, literal: &Literal, number: f64) -> Decoded {
        match ty {
            Type::Number(low, high) if (*low..=*high).contains(&number) => {
                Ok(AttrValue::Float(number))
            }
            _ => self.out_of_range(ty, literal, &number.to_string()),
        }
    }

    /// Types that are written as strings.
    fn text(&self, ty: &Type, text: &str, literal: &Literal) -> Decoded {
        if let Some(fault) = unsafe_text(text) {
            return self.wrong(literal, format!("`{}` {fault}", self.key), "");
        }
        let shown = shorten(text);
        match ty {
            Type::Text => Ok(AttrValue::from(text)),
            Type::Name => match name_fault(text) {
                None => Ok(AttrValue::from(text)),
                Some(fault) => self.wrong(literal, format!("`{shown}` is no name: {fault}"), name_help(text)),
            },
            Type::Path => self.path(text, literal),
            Type::Choice(words) => self.choice(words, text, literal),
            Type::Size => match Size::parse(text) {
                Ok(size) => Ok(AttrValue::Size(size)),
                Err(fault) => self.wrong(
                    literal,
                    format!("`{}` is `{shown}`, which is no size: {fault}", self.key),
                    measure::size_help(text),
                ),
            },
            Type::Duration => match Duration::parse(text) {
                Ok(duration) => Ok(AttrValue::Duration(duration)),
                Err(fault) => self.wrong(
                    literal,
                    format!("`{}` is `{shown}`, which is no duration: {fault}", self.key),
                    measure::duration_help(text),
                ),
            },
            Type::Schedule => match Schedule::parse(text) {
                Ok(schedule) => Ok(AttrValue::Str(schedule.to_string())),
                Err(fault) => self.wrong(
                    literal,
                    format!("`{shown}` is no schedule: {fault}"),
                    "write five fields, such as `\"30 2 * * *\"` for half past two every day, or a rate, such as `\"rate(5 minutes)\"`; times are UTC",
                ),
            },
            Type::Gpu => self.gpu(text, literal),
            _ => self.mismatch(ty, literal),
        }
    }

    fn path(&self, text: &str, literal: &Literal) -> Decoded {
        let shown = shorten(text);
        let fault = if text.is_empty() {
            "is empty"
        } else if text.contains('\\') {
            "holds a backslash; folders are separated by `/`"
        } else if normalize(self.root, text).is_none() {
            "leads out of the repository"
        } else {
            return Ok(AttrValue::from(text));
        };
        self.wrong(
            literal,
            format!("the path `{shown}` of `{}` {fault}", self.key),
            "paths are relative to the app's folder and stay inside the repository",
        )
    }

    fn choice(&self, words: &[&'static str], text: &str, literal: &Literal) -> Decoded {
        if words.contains(&text) {
            return Ok(AttrValue::from(text));
        }
        let help = match did_you_mean(text, words.iter().copied()) {
            Some(word) => format!("did you mean `\"{word}\"`?"),
            None => String::new(),
        };
        self.wrong(
            literal,
            format!(
                "`{}` is `{}`, but takes {}",
                self.key,
                shorten(text),
                describe::choices(words)
            ),
            help,
        )
    }

    fn gpu(&self, text: &str, literal: &Literal) -> Decoded {
        let (name, count) = match text.split_once(':') {
            None => (text, Some(1)),
            Some((name, count)) => (name, count.parse::<i64>().ok()),
        };
        if !GPU_TYPES.contains(&name) {
            let nearest = GPU_TYPES
                .iter()
                .copied()
                .find(|known| known.starts_with(name) && !name.is_empty())
                .or_else(|| did_you_mean(name, GPU_TYPES.iter().copied()));
            let help = match nearest {
                Some(nearest) => format!(
                    "did you mean `\"{nearest}\"`? The types are {}",
                    list_of(GPU_TYPES.iter().copied())
                ),
                None => format!("the types are {}", list_of(GPU_TYPES.iter().copied())),
            };
            return self.wrong(
                literal,
                format!("`{}` is no GPU type that klo knows", shorten(name)),
                help,
            );
        }
        match count {
            Some(count @ 1..=8) => Ok(AttrValue::Map(IndexMap::from([
                ("type".to_owned(), AttrValue::from(name)),
                ("count".to_owned(), AttrValue::Int(count)),
            ]))),
            _ => self.wrong(
                literal,
                format!(
                    "`{}` asks for no number of GPUs that an instance has",
                    shorten(text)
                ),
                "write the type and a count from 1 to 8, such as `\"a10g:4\"`",
            ),
        }
    }
}

/// The mistake of a key that something does not have, with the nearest one or all that there are.
/// `owner` is a phrase: "`cors`", "a bucket".
pub fn unknown_key<'a>(
    owner: &str,
    key: &str,
    range: TextRange,
    known: impl Iterator<Item = &'a str> + Clone,
) -> Mistake {
    let help = match did_you_mean(key, known.clone()) {
        Some(nearest) => format!("did you mean `{nearest}`?"),
        None => format!("the keys are {}", list_of(known)),
    };
    Mistake {
        kind: MistakeKind::UnknownKey,
        range,
        message: format!("{owner} has no key `{}`", shorten(key)),
        help,
    }
}

/// Text from a person, short enough for a message.
fn shorten(text: &str) -> String {
    const LONGEST: usize = 60;
    match text.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{}…", text[..at].escape_debug()),
        None => text.escape_debug().to_string(),
    }
}

/// Why a text may stand in no setting at all.
fn unsafe_text(text: &str) -> Option<String> {
    if text.len() > MAX_TEXT {
        return Some(format!(
            "is {} bytes long, but takes at most {MAX_TEXT}",
            text.len()
        ));
    }
    text.chars()
        .find(|c| c.is_control() && !matches!(c, '\n' | '\t'))
        .map(|c| format!("holds the control character U+{:04X}", u32::from(c)))
}

#[cfg(test)]
mod tests;
