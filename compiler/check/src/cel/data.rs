use std::borrow::Cow;
use std::sync::Arc;

use klo_intent::{AttrValue, Edge, Intent, IntentGraph, Kind};

use super::version::Version;

/// A value in an expression. Cloning copies no contents.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) enum Data {
    /// Unset.
    #[default]
    Null,
    /// True or false.
    Bool(bool),
    /// A whole number; bytes and seconds are such.
    Int(i64),
    /// A number.
    Float(f64),
    /// Text.
    Text(Arc<str>),
    /// What `version()` makes of text.
    Version(Arc<Version>),
    /// A list.
    List(Arc<Vec<Data>>),
    /// A map whose keys are data: asking for one that is not there is an error.
    Map(Arc<Entries>),
    /// A thing whose fields its shape knows: one that is not there is null.
    Object(Arc<Entries>),
}

/// Keys and values, sorted by key, each key once.
#[derive(Debug, PartialEq, Default)]
pub(crate) struct Entries {
    sorted: Vec<(Cow<'static, str>, Data)>,
}

impl Entries {
    /// The value of a key.
    pub(crate) fn get(&self, key: &str) -> Option<&Data> {
        let at = self
            .sorted
            .binary_search_by(|(known, _)| known.as_ref().cmp(key))
            .ok()?;
        Some(&self.sorted[at].1)
    }

    /// Keys and values in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &Data)> {
        self.sorted.iter().map(|(key, value)| (&**key, value))
    }

    /// How many.
    pub(crate) fn len(&self) -> usize {
        self.sorted.len()
    }
}

impl<K: Into<Cow<'static, str>>> FromIterator<(K, Data)> for Entries {
    /// Of entries with the same key the last one counts.
    fn from_iter<T: IntoIterator<Item = (K, Data)>>(entries: T) -> Self {
        let mut sorted: Vec<(Cow<'static, str>, Data)> = entries
            .into_iter()
            .map(|(key, value)| (key.into(), value))
            .collect();
        sorted.sort_by(|a, b| a.0.cmp(&b.0));
        sorted.dedup_by(|later, earlier| {
            let same = later.0 == earlier.0;
            if same {
                std::mem::swap(&mut later.1, &mut earlier.1);
            }
            same
        });
        Self { sorted }
    }
}

impl Data {
    /// Text.
    pub(crate) fn text(text: impl Into<Arc<str>>) -> Self {
        Self::Text(text.into())
    }

    /// A list.
    pub(crate) fn list(items: impl IntoIterator<Item = Self>) -> Self {
        Self::List(Arc::new(items.into_iter().collect()))
    }

    /// A map.
    pub(crate) fn map<K: Into<Cow<'static, str>>>(
        entries: impl IntoIterator<Item = (K, Self)>,
    ) -> Self {
        Self::Map(Arc::new(entries.into_iter().collect()))
    }

    /// A thing with fields.
    pub(crate) fn object<K: Into<Cow<'static, str>>>(
        fields: impl IntoIterator<Item = (K, Self)>,
    ) -> Self {
        Self::Object(Arc::new(fields.into_iter().collect()))
    }

    /// An attribute's value. Sizes are bytes and durations seconds.
    pub(crate) fn attribute(value: &AttrValue) -> Self {
        let whole = |number: u64| Self::Int(i64::try_from(number).unwrap_or(i64::MAX));
        match value {
            AttrValue::Null => Self::Null,
            AttrValue::Bool(flag) => Self::Bool(*flag),
            AttrValue::Int(number) => Self::Int(*number),
            AttrValue::Float(number) => Self::Float(*number),
            AttrValue::Str(text) => Self::text(text.as_str()),
            AttrValue::Size(size) => whole(size.0),
            AttrValue::Duration(duration) => whole(duration.seconds()),
            AttrValue::List(items) => Self::list(items.iter().map(Self::attribute)),
            AttrValue::Map(entries) => Self::map(
                entries
                    .iter()
                    .map(|(key, value)| (key.clone(), Self::attribute(value))),
            ),
        }
    }

    /// An intent with its effective attributes, of the shape [`intent_shape`] of its kind.
    ///
    /// [`intent_shape`]: super::intent_shape
    pub(crate) fn intent(intent: &Intent) -> Self {
        let settings = intent
            .settings
            .iter()
            .map(|(name, setting)| (*name, fields(name, &setting.value)));
        let own = [
            ("id", Self::text(intent.id())),
            ("kind", kind(intent.kind)),
            ("name", Self::text(intent.name.as_str())),
        ];
        Self::object(settings.chain(own))
    }

    /// An edge, of the shape [`edge_shape`](super::edge_shape).
    pub(crate) fn edge(graph: &IntentGraph, edge: &Edge) -> Self {
        let options = edge
            .options
            .iter()
            .map(|(name, value)| (*name, Self::attribute(value)));
        let own = [
            ("from", Self::text(graph.node_id(&edge.from))),
            ("to", Self::text(graph.node_id(&edge.to))),
            (
                "access",
                Self::list(edge.access.iter().map(|access| Self::text(access.name()))),
            ),
        ];
        Self::object(options.chain(own))
    }

    /// What kind of value it is, for messages.
    pub(super) fn noun(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "true or false",
            Self::Int(_) => "a whole number",
            Self::Float(_) => "a number",
            Self::Text(_) => "text",
            Self::Version(_) => "a version",
            Self::List(_) => "a list",
            Self::Map(_) => "a map",
            Self::Object(_) => "a thing with fields",
        }
    }
}

fn kind(kind: Kind) -> Data {
    Data::text(kind.name())
}

/// An attribute's value as its shape has it: attributes that hold maps with known keys, or lists
/// of such, are objects.
fn fields(name: &str, value: &AttrValue) -> Data {
    const OBJECTS: [&str; 5] = ["gpu", "existing", "expose", "triggers", "routes"];
    if !OBJECTS.contains(&name) {
        return Data::attribute(value);
    }
    match value {
        AttrValue::List(items) => Data::list(items.iter().map(|item| fields(name, item))),
        AttrValue::Map(entries) => Data::object(
            entries
                .iter()
                .map(|(key, value)| (key.clone(), Data::attribute(value))),
        ),
        value => Data::attribute(value),
    }
}
