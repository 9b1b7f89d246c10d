use indexmap::IndexMap;

use crate::resource::Address;

/// What a reference points at.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Target {
    /// A managed resource, data source or ephemeral of the same root.
    Resource(Address),
    /// An input variable of the root.
    Variable(String),
    /// A local value of the root.
    Local(String),
    /// A call of an organization's module.
    Module(String),
}

/// A step from a reference's target to the value meant.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PathStep {
    /// `.name`
    Attribute(String),
    /// `[0]`
    Index(u32),
    /// `["key"]`
    Key(String),
}

/// A reference to a value that something else has.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ref {
    /// What it points at.
    pub target: Target,
    /// Which of its values.
    pub path: Vec<PathStep>,
}

/// Functions that both printers know, under Terraform's names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Function {
    /// `urlencode(text)`: percent-encodes.
    UrlEncode,
    /// `sha256(text)`: hexadecimal.
    Sha256,
    /// `substr(text, offset, length)`.
    Substr,
    /// `parseint(text, base)`.
    ParseInt,
    /// `jsondecode(text)`.
    JsonDecode,
    /// `tostring(value)`.
    ToString,
    /// `concat(list, …)`.
    Concat,
    /// `one(list)`.
    One,
    /// `tolist(set)`.
    ToList,
    /// `replace(text, from, to)`.
    Replace,
    /// `nonsensitive(value)`.
    NonSensitive,
}

impl Function {
    /// Terraform's name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::UrlEncode => "urlencode",
            Self::Sha256 => "sha256",
            Self::Substr => "substr",
            Self::ParseInt => "parseint",
            Self::JsonDecode => "jsondecode",
            Self::ToString => "tostring",
            Self::Concat => "concat",
            Self::One => "one",
            Self::ToList => "tolist",
            Self::Replace => "replace",
            Self::NonSensitive => "nonsensitive",
        }
    }
}

/// The value of an attribute.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Unset.
    Null,
    /// True or false.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A number.
    Float(f64),
    /// Literal text: printers escape everything that their language would interpret.
    Text(String),
    /// A list.
    List(Vec<Value>),
    /// A map or object.
    Map(IndexMap<String, Value>),
    /// Nested blocks, as provider schemas distinguish them from lists of objects.
    Blocks(Vec<Block>),
    /// A reference.
    Ref(Ref),
    /// Text and values in one string.
    Concat(Vec<Value>),
    /// A value as JSON text.
    Json(Box<Value>),
    /// A call of a function.
    Call(Function, Vec<Value>),
    /// A value with a comment that printers put above it, such as why a policy names `*`.
    Commented(String, Box<Value>),
}

/// The contents of a resource or nested block, in the order in which they are printed.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Block(pub IndexMap<String, Value>);

impl Block {
    /// An empty block.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an attribute; a later value for the same name replaces the earlier one in its place.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.set(name, value);
        self
    }

    /// Adds an attribute when there is a value.
    #[must_use]
    pub fn with_some(mut self, name: &str, value: Option<impl Into<Value>>) -> Self {
        if let Some(value) = value {
            self.set(name, value);
        }
        self
    }

    /// Adds one nested block.
    #[must_use]
    pub fn block(mut self, name: &str, block: Block) -> Self {
        match self.0.get_mut(name) {
            Some(Value::Blocks(blocks)) => blocks.push(block),
            _ => self.set(name, Value::Blocks(vec![block])),
        }
        self
    }

    /// Sets an attribute.
    pub fn set(&mut self, name: &str, value: impl Into<Value>) {
        self.0.insert(name.to_owned(), value.into());
    }

    /// The value of an attribute.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }
}

impl Value {
    /// Literal text.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// A list of values.
    pub fn list<V: Into<Value>>(items: impl IntoIterator<Item = V>) -> Self {
        Self::List(items.into_iter().map(Into::into).collect())
    }

    /// A map, in the order given.
    pub fn map<K: Into<String>, V: Into<Value>>(entries: impl IntoIterator<Item = (K, V)>) -> Self {
        Self::Map(
            entries
                .into_iter()
                .map(|(key, value)| (key.into(), value.into()))
                .collect(),
        )
    }

    /// Parts in one string.
    pub fn concat<V: Into<Value>>(parts: impl IntoIterator<Item = V>) -> Self {
        Self::Concat(parts.into_iter().map(Into::into).collect())
    }

    /// A value as JSON text.
    pub fn json(value: impl Into<Value>) -> Self {
        Self::Json(Box::new(value.into()))
    }

    /// A call.
    pub fn call<V: Into<Value>>(
        function: Function,
        arguments: impl IntoIterator<Item = V>,
    ) -> Self {
        Self::Call(function, arguments.into_iter().map(Into::into).collect())
    }

    /// A variable of the root.
    pub fn variable(name: impl Into<String>) -> Self {
        Self::Ref(Ref {
            target: Target::Variable(name.into()),
            path: Vec::new(),
        })
    }

    /// A local value of the root.
    pub fn local(name: impl Into<String>) -> Self {
        Self::Ref(Ref {
            target: Target::Local(name.into()),
            path: Vec::new(),
        })
    }

    /// A call of a module, of which a step further is an output.
    pub fn module(name: impl Into<String>) -> Self {
        Self::Ref(Ref {
            target: Target::Module(name.into()),
            path: Vec::new(),
        })
    }

    /// This value with a comment above it.
    #[must_use]
    pub fn commented(self, comment: impl Into<String>) -> Self {
        Self::Commented(comment.into(), Box::new(self))
    }

    /// One step further into a reference: `.attribute`.
    ///
    /// # Panics
    /// When this is no reference: a bug in a lowering.
    #[must_use]
    pub fn attribute(self, name: &str) -> Self {
        self.step(PathStep::Attribute(name.to_owned()))
    }

    /// One step further into a reference: `[index]`.
    ///
    /// # Panics
    /// When this is no reference.
    #[must_use]
    pub fn index(self, index: u32) -> Self {
        self.step(PathStep::Index(index))
    }

    /// One step further into a reference: `["key"]`.
    ///
    /// # Panics
    /// When this is no reference.
    #[must_use]
    pub fn key(self, key: &str) -> Self {
        self.step(PathStep::Key(key.to_owned()))
    }

    fn step(self, step: PathStep) -> Self {
        match self {
            Self::Ref(mut reference) => {
                reference.path.push(step);
                Self::Ref(reference)
            }
            other => unreachable!("{other:?} is no reference"),
        }
    }

    /// Calls `visit` with every reference inside.
    pub fn for_each_ref(&self, visit: &mut impl FnMut(&Ref)) {
        match self {
            Self::Ref(reference) => visit(reference),
            Self::List(items) | Self::Concat(items) | Self::Call(_, items) => {
                items.iter().for_each(|item| item.for_each_ref(visit));
            }
            Self::Map(entries) => entries.values().for_each(|item| item.for_each_ref(visit)),
            Self::Blocks(blocks) => {
                for block in blocks {
                    block.0.values().for_each(|item| item.for_each_ref(visit));
                }
            }
            Self::Json(inner) | Self::Commented(_, inner) => inner.for_each_ref(visit),
            Self::Null | Self::Bool(_) | Self::Int(_) | Self::Float(_) | Self::Text(_) => {}
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&String> for Value {
    fn from(text: &String) -> Self {
        Self::Text(text.clone())
    }
}

impl From<bool> for Value {
    fn from(flag: bool) -> Self {
        Self::Bool(flag)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Int(number)
    }
}

impl From<i32> for Value {
    fn from(number: i32) -> Self {
        Self::Int(number.into())
    }
}

impl From<u32> for Value {
    fn from(number: u32) -> Self {
        Self::Int(number.into())
    }
}

impl From<u16> for Value {
    fn from(number: u16) -> Self {
        Self::Int(number.into())
    }
}

impl From<u64> for Value {
    fn from(number: u64) -> Self {
        Self::Int(i64::try_from(number).unwrap_or(i64::MAX))
    }
}

impl From<Ref> for Value {
    fn from(reference: Ref) -> Self {
        Self::Ref(reference)
    }
}

impl<V: Into<Value>> From<Vec<V>> for Value {
    fn from(items: Vec<V>) -> Self {
        Self::list(items)
    }
}

impl From<Block> for Value {
    fn from(block: Block) -> Self {
        Self::Map(block.0)
    }
}
