//! What is known of values before there are any.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use klo_diagnostics::{did_you_mean, list_of};

use super::data::Data;

/// The type of a value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Shape {
    /// Anything; what it is shows when it is evaluated.
    Any,
    /// Only null.
    Null,
    /// True or false.
    Bool,
    /// A whole number.
    Int,
    /// A number.
    Float,
    /// A whole number of bytes.
    Bytes,
    /// A whole number of seconds.
    Seconds,
    /// Text.
    Text,
    /// One of these words.
    Choice(Arc<[Cow<'static, str>]>),
    /// What `version()` gives.
    Version,
    /// A list.
    List(Box<Shape>),
    /// A map from text.
    Map(Box<Shape>),
    /// A thing with these fields.
    Object(Arc<ObjectShape>),
    /// This, or null.
    Nullable(Box<Shape>),
}

/// The fields of a thing.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ObjectShape {
    /// What it is, for messages: "a database".
    pub(crate) name: String,
    /// Its fields.
    pub(crate) fields: BTreeMap<Cow<'static, str>, Shape>,
}

/// What an expression may name; functions are always the same.
#[derive(Debug, Clone, Default)]
pub(crate) struct Scope {
    variables: BTreeMap<Cow<'static, str>, Shape>,
}

impl Scope {
    /// A scope with these variables.
    pub(crate) fn new<K: Into<Cow<'static, str>>>(
        variables: impl IntoIterator<Item = (K, Shape)>,
    ) -> Self {
        Self {
            variables: variables
                .into_iter()
                .map(|(name, shape)| (name.into(), shape))
                .collect(),
        }
    }

    /// This scope with one more variable, or another shape of one.
    pub(crate) fn with(mut self, name: impl Into<Cow<'static, str>>, shape: Shape) -> Self {
        self.variables.insert(name.into(), shape);
        self
    }

    /// The shape of a variable.
    pub(super) fn get(&self, name: &str) -> Option<&Shape> {
        self.variables.get(name)
    }

    /// The variables' names, in order.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.variables.keys().map(AsRef::as_ref)
    }
}

impl Shape {
    /// A list.
    pub(crate) fn list(of: Self) -> Self {
        Self::List(Box::new(of))
    }

    /// A map from text.
    pub(crate) fn map(of: Self) -> Self {
        Self::Map(Box::new(of))
    }

    /// This or null; once is enough.
    pub(crate) fn nullable(self) -> Self {
        match self {
            Self::Any | Self::Null | Self::Nullable(_) => self,
            shape => Self::Nullable(Box::new(shape)),
        }
    }

    /// One of these words.
    pub(crate) fn choice<W: Into<Cow<'static, str>>>(words: impl IntoIterator<Item = W>) -> Self {
        Self::Choice(words.into_iter().map(Into::into).collect())
    }

    /// A thing with fields.
    pub(crate) fn object<K: Into<Cow<'static, str>>>(
        name: impl Into<String>,
        fields: impl IntoIterator<Item = (K, Self)>,
    ) -> Self {
        Self::Object(Arc::new(ObjectShape {
            name: name.into(),
            fields: fields
                .into_iter()
                .map(|(name, shape)| (name.into(), shape))
                .collect(),
        }))
    }

    /// The shape of a value that is known already, such as a parameter.
    pub(crate) fn of(data: &Data) -> Self {
        let all = |items: &mut dyn Iterator<Item = &Data>| {
            items
                .map(Self::of)
                .reduce(|a, b| a.join(&b))
                .unwrap_or(Self::Any)
        };
        match data {
            Data::Null => Self::Null,
            Data::Bool(_) => Self::Bool,
            Data::Int(_) => Self::Int,
            Data::Float(_) => Self::Float,
            Data::Text(_) => Self::Text,
            Data::Version(_) => Self::Version,
            Data::List(items) => Self::list(all(&mut items.iter())),
            Data::Map(entries) => Self::map(all(&mut entries.iter().map(|(_, value)| value))),
            Data::Object(fields) => Self::object(
                "a map",
                fields
                    .iter()
                    .map(|(name, value)| (name.to_owned(), Self::of(value))),
            ),
        }
    }

    /// The shape without null, and whether null was in it.
    pub(super) fn required(&self) -> (&Self, bool) {
        match self {
            Self::Nullable(shape) => (shape, true),
            shape => (shape, false),
        }
    }

    /// Whether values are numbers.
    pub(super) fn is_number(&self) -> bool {
        matches!(self, Self::Int | Self::Float | Self::Bytes | Self::Seconds)
    }

    /// Whether values are text.
    pub(super) fn is_text(&self) -> bool {
        matches!(self, Self::Text | Self::Choice(_))
    }

    /// The narrowest shape of both.
    pub(crate) fn join(&self, other: &Self) -> Self {
        match (self, other) {
            (a, b) if a == b => a.clone(),
            (Self::Null, shape) | (shape, Self::Null) => shape.clone().nullable(),
            (Self::Nullable(a), b) | (b, Self::Nullable(a)) => a.join(b.required().0).nullable(),
            (Self::Choice(a), Self::Choice(b)) => {
                let more = b.iter().filter(|word| !a.contains(word));
                Self::choice(a.iter().chain(more).cloned())
            }
            (a, b) if a.is_text() && b.is_text() => Self::Text,
            (Self::Float, b) if b.is_number() => Self::Float,
            (a, Self::Float) if a.is_number() => Self::Float,
            (a, b) if a.is_number() && b.is_number() => Self::Int,
            (Self::List(a), Self::List(b)) => Self::list(a.join(b)),
            (Self::Map(a), Self::Map(b)) => Self::map(a.join(b)),
            (Self::Object(a), Self::Object(b)) => Self::Object(Arc::new(a.join(b))),
            _ => Self::Any,
        }
    }

    /// What values are, for messages: "a list".
    pub(super) fn noun(&self) -> Cow<'_, str> {
        match self {
            Self::Any => "anything".into(),
            Self::Null => "null".into(),
            Self::Bool => "true or false".into(),
            Self::Int => "a whole number".into(),
            Self::Float => "a number".into(),
            Self::Bytes => "a size, as a number of bytes".into(),
            Self::Seconds => "a duration, as a number of seconds".into(),
            Self::Text => "text".into(),
            Self::Choice(words) => {
                let words = words.iter().map(AsRef::as_ref);
                format!("one of {}", list_of(words)).into()
            }
            Self::Version => "a version".into(),
            Self::List(_) => "a list".into(),
            Self::Map(_) => "a map".into(),
            Self::Object(object) => object.name.as_str().into(),
            Self::Nullable(shape) => shape.noun(),
        }
    }
}

impl ObjectShape {
    /// Help for a field that is not there.
    pub(super) fn help(&self, name: &str) -> String {
        let names = || self.fields.keys().map(AsRef::as_ref);
        known("it has", name, names)
    }

    /// The fields of either; those that only one has may be null.
    fn join(&self, other: &Self) -> Self {
        let mut fields = self.fields.clone();
        for (name, shape) in &mut fields {
            *shape = match other.fields.get(name) {
                Some(also) => shape.join(also),
                None => shape.clone().nullable(),
            };
        }
        for (name, shape) in &other.fields {
            let only_there = || shape.clone().nullable();
            fields.entry(name.clone()).or_insert_with(only_there);
        }
        let name = match self.name == other.name {
            true => self.name.clone(),
            false => format!("{} or {}", self.name, other.name),
        };
        Self { name, fields }
    }
}

/// Help for a name that is none of those that are known: the nearest, or all where they are few.
pub(super) fn known<'a, I: Iterator<Item = &'a str>>(
    there: &str,
    name: &str,
    names: impl Fn() -> I,
) -> String {
    const FEW: usize = 30;
    if let Some(nearest) = did_you_mean(name, names()) {
        return format!("did you mean `{nearest}`?");
    }
    match names().count() {
        0 => "remove it".to_owned(),
        1..=FEW => format!("{there} {}", list_of(names())),
        _ => "its documentation lists what there is".to_owned(),
    }
}
