//! A checked expression, ready to be evaluated.

use std::sync::{Arc, Mutex};

use klo_source::TextRange;
use regex::Regex;

use super::data::Data;

/// A part of a checked expression.
#[derive(Debug)]
pub(super) struct Code {
    /// Where it is written.
    pub(super) range: TextRange,
    /// What it does.
    pub(super) op: Op,
}

/// What a [`Code`] does.
#[derive(Debug)]
pub(super) enum Op {
    Constant(Data),
    Variable(Box<str>),
    /// The variable of the loop of this depth, from 0.
    Local(usize),
    Field(Box<Code>, Box<str>, Missing),
    /// Whether a field is set.
    Has(Box<Code>, Box<str>),
    Index(Box<Code>, Box<Code>),
    List(Vec<Code>),
    Map(Vec<(Code, Code)>),
    Not(Box<Code>),
    Negate(Box<Code>),
    And(Box<Code>, Box<Code>),
    Or(Box<Code>, Box<Code>),
    Equal(Box<Code>, Box<Code>),
    NotEqual(Box<Code>, Box<Code>),
    Order(Order, Box<Code>, Box<Code>),
    In(Box<Code>, Box<Code>),
    Arithmetic(Arithmetic, Box<Code>, Box<Code>),
    Conditional(Box<Code>, Box<Code>, Box<Code>),
    Loop {
        kind: LoopKind,
        over: Box<Code>,
        body: Box<Code>,
        /// What `map` with three arguments makes of those that pass.
        then: Option<Box<Code>>,
    },
    Call(Function, Vec<Code>),
    Matches(Box<Code>, Box<Code>, Pattern),
}

/// What a field that is not there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Missing {
    /// Null: the shape knows the field.
    Null,
    /// An error: it is a key of a map.
    Fails,
    /// As the value says, of which nothing is known.
    Unknown,
}

/// `<` and its like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
}

/// `+` and its like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Arithmetic {
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
}

/// The macros that go through a list or a map's keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LoopKind {
    All,
    Exists,
    ExistsOne,
    Filter,
    Map,
}

/// Functions of which nothing is special but what they compute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Function {
    Size,
    Contains,
    StartsWith,
    EndsWith,
    Sum,
    Reaches,
    Path,
    Version,
    Bytes,
    Seconds,
    String,
    Int,
    Double,
    Bool,
}

/// The pattern of `matches` in its last use, so that a constant one is read once.
#[derive(Debug, Default)]
pub(super) struct Pattern {
    last: Mutex<Option<(Arc<str>, Arc<Regex>)>>,
}

impl Pattern {
    /// The pattern of a text; the message says why it is none.
    pub(super) fn get(&self, text: &Arc<str>) -> Result<Arc<Regex>, String> {
        let mut last = self
            .last
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some((known, regex)) = &*last
            && known == text
        {
            return Ok(Arc::clone(regex));
        }
        let regex = Arc::new(regex(text)?);
        *last = Some((Arc::clone(text), Arc::clone(&regex)));
        Ok(regex)
    }
}

/// Reads a regular expression, whose time is linear in what it is matched with.
pub(super) fn regex(text: &str) -> Result<Regex, String> {
    const LARGEST: usize = 256 << 10;
    regex::RegexBuilder::new(text)
        .size_limit(LARGEST)
        .dfa_size_limit(LARGEST)
        .nest_limit(32)
        .build()
        .map_err(|error| match error {
            regex::Error::CompiledTooBig(_) => "it is too large".to_owned(),
            error => {
                // The message draws the place over several lines; its last says what is wrong.
                let shown = error.to_string();
                let last = shown.lines().last().unwrap_or_default();
                last.trim_start_matches("error: ").to_owned()
            }
        })
}
