use klo_source::TextRange;
use serde::{Deserialize, Serialize};

/// A value as a person wrote it, in an annotation or in YAML, before anything is known of its type.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Literal {
    /// What was written.
    pub kind: LiteralKind,
    /// Where, in the file that is being read.
    pub range: TextRange,
}

/// The shapes of [`Literal`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum LiteralKind {
    /// `null`; YAML only.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A number with a point.
    Float(f64),
    /// A string.
    Str(String),
    /// `[ … ]`.
    List(Vec<Literal>),
    /// `{ … }`, in the order written; the key's range stands beside it.
    Map(Vec<(String, TextRange, Literal)>),
}

impl Literal {
    /// Bytes of all text in it, keys included: what keeping another copy costs.
    pub fn text_bytes(&self) -> usize {
        match &self.kind {
            LiteralKind::Str(text) => text.len(),
            LiteralKind::List(items) => items.iter().map(Self::text_bytes).sum(),
            LiteralKind::Map(entries) => entries
                .iter()
                .map(|(key, _, value)| key.len() + value.text_bytes())
                .sum(),
            _ => 0,
        }
    }

    /// What kind of value this is, for messages: "a string".
    pub fn noun(&self) -> &'static str {
        match self.kind {
            LiteralKind::Null => "nothing",
            LiteralKind::Bool(_) => "true or false",
            LiteralKind::Int(_) => "a whole number",
            LiteralKind::Float(_) => "a number",
            LiteralKind::Str(_) => "a string",
            LiteralKind::List(_) => "a list",
            LiteralKind::Map(_) => "a map",
        }
    }

    /// The string, if it is one.
    pub fn as_str(&self) -> Option<&str> {
        match &self.kind {
            LiteralKind::Str(text) => Some(text),
            _ => None,
        }
    }

    /// The value of a key, if this is a map that has it.
    pub fn get(&self, key: &str) -> Option<&Literal> {
        match &self.kind {
            LiteralKind::Map(entries) => entries
                .iter()
                .find(|(name, _, _)| name == key)
                .map(|(_, _, value)| value),
            _ => None,
        }
    }
}
