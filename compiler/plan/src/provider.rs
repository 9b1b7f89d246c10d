//! The types of the AWS provider: what rule packs that name one, and klo's own output, are checked
//! against.
//!
//! `schema/aws.txt` has every type of hashicorp/aws 5.100.0 as Terraform 1.11.4 prints it, at every
//! depth; `cargo xtask provider-schema` writes it, and says at its top how it is written. Nothing is
//! read of it before somebody asks, and then only the line of the type that was asked for.

use std::cmp::Ordering;
use std::fmt;

use crate::Class;

/// Lines of a word, a space and a body each, sorted by word.
static SCHEMA: &str = include_str!("../schema/aws.txt");

/// A type of the provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ResourceType {
    /// Its name: `aws_db_instance`.
    pub name: &'static str,
    /// Its arguments and blocks.
    pub fields: Fields,
}

impl ResourceType {
    /// The managed resource type of a name: `aws_db_instance`.
    pub fn find(name: &str) -> Option<Self> {
        Self::of(Class::Managed, name)
    }

    /// The type of a name in a class: there is a resource and a data source `aws_vpc`.
    pub fn of(class: Class, name: &str) -> Option<Self> {
        // Other words begin with a mark or hold the class's.
        if !name.starts_with("aws_") {
            return None;
        }
        let prefix = class.prefix();
        let (word, body) = if prefix.is_empty() {
            line(name)?
        } else {
            line(&format!("{prefix}{name}"))?
        };
        Some(Self {
            name: &word[prefix.len()..],
            fields: Fields(body),
        })
    }

    /// One of its arguments or blocks.
    pub fn field(&self, name: &str) -> Option<Field> {
        self.fields.get(name)
    }
}

/// The names of all managed resource types, sorted. This goes through the whole schema: for messages.
pub fn type_names() -> impl Iterator<Item = &'static str> + Clone {
    SCHEMA
        .lines()
        .filter_map(|line| line.split_once(' '))
        .map(|(word, _)| word)
        .filter(|word| word.starts_with("aws_"))
}

/// The line that begins with a word.
fn line(word: &str) -> Option<(&'static str, &'static str)> {
    let mut rest = SCHEMA;
    while !rest.is_empty() {
        // The line in the middle, and then what is before it or behind it.
        let middle = rest.floor_char_boundary(rest.len() / 2);
        let begin = rest[..middle].rfind('\n').map_or(0, |at| at + 1);
        let end = rest[begin..].find('\n').map_or(rest.len(), |at| begin + at);
        let (found, body) = rest[begin..end].split_once(' ')?;
        match word.cmp(found) {
            Ordering::Equal => return Some((found, body)),
            Ordering::Less => rest = &rest[..begin],
            Ordering::Greater => rest = rest.get(end + 1..).unwrap_or_default(),
        }
    }
    None
}

/// The arguments and blocks of a type, of a nested block or of an object.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Fields(&'static str);

impl Fields {
    /// The argument or block of a name.
    pub fn get(self, name: &str) -> Option<Field> {
        self.items()
            .find(|(found, _)| *found == name)
            .map(|(name, rest)| Field::read(name, rest))
    }

    /// All of them, sorted by name.
    pub fn iter(self) -> impl Iterator<Item = Field> {
        self.items().map(|(name, rest)| Field::read(name, rest))
    }

    /// Their names, sorted.
    pub fn names(self) -> impl Iterator<Item = &'static str> + Clone {
        self.items().map(|(name, _)| name)
    }

    /// Names, and what stands behind them with its mark.
    fn items(self) -> impl Iterator<Item = (&'static str, &'static str)> + Clone {
        let mut rest = self.0;
        std::iter::from_fn(move || {
            let item = &rest[..item_end(rest)];
            rest = rest[item.len()..].trim_start_matches(' ');
            let mark = item.find(['=', ':'])?;
            Some(item.split_at(mark))
        })
    }

    /// What an item's body is: written in it, or on a line of its own.
    fn read(text: &'static str) -> Self {
        match text.strip_prefix('#') {
            Some(_) => Self(line(text).map_or("", |(_, body)| body)),
            None => {
                let inner = text.strip_prefix('{').and_then(|t| t.strip_suffix('}'));
                Self(inner.unwrap_or(""))
            }
        }
    }
}

impl fmt::Debug for Fields {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.names()).finish()
    }
}

/// Where the first item of a body ends.
fn item_end(body: &str) -> usize {
    let mut depth = 0_usize;
    for (at, byte) in body.bytes().enumerate() {
        match byte {
            b'{' => depth += 1,
            b'}' => depth = depth.saturating_sub(1),
            b' ' if depth == 0 => return at,
            _ => {}
        }
    }
    body.len()
}

/// One argument or nested block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// Its name.
    pub name: &'static str,
    /// What it takes.
    pub ty: FieldType,
    /// Whether it has to be given; of a block, whether there has to be one.
    pub required: bool,
    /// Whether it may be given.
    pub optional: bool,
    /// Whether the provider fills it in when it is not given; alone, nobody else can.
    pub computed: bool,
    /// Whether the provider never gives it back.
    pub write_only: bool,
    /// Whether the provider warns of its use.
    pub retired: bool,
}

impl Field {
    /// `rest` is what follows the name: `=oc.string`, `:list.0.1{…}`.
    fn read(name: &'static str, rest: &'static str) -> Self {
        match rest.strip_prefix(':') {
            Some(block) => Self::read_block(name, block),
            None => {
                let rest = rest.trim_start_matches('=');
                let (flags, ty) = rest.split_once('.').unwrap_or(("", rest));
                Self {
                    name,
                    ty: FieldType::read(ty),
                    required: flags.contains('r'),
                    optional: flags.contains('o'),
                    computed: flags.contains('c'),
                    write_only: flags.contains('w'),
                    retired: flags.contains('x'),
                }
            }
        }
    }

    fn read_block(name: &'static str, block: &'static str) -> Self {
        let (head, body) = block.split_at(block.find(['{', '#']).unwrap_or(block.len()));
        let mut parts = head.split('.');
        let nesting = parts.next().unwrap_or_default();
        let mut count = || parts.next().and_then(|n| n.parse().ok()).unwrap_or(0);
        let nested = NestedBlock {
            nesting: match nesting.trim_end_matches('x') {
                "single" => Nesting::Single,
                "set" => Nesting::Set,
                _ => Nesting::List,
            },
            least: count(),
            most: count(),
            fields: Fields::read(body),
        };
        Self {
            name,
            required: nested.least > 0,
            optional: nested.least == 0,
            computed: false,
            write_only: false,
            retired: nesting.ends_with('x'),
            ty: FieldType::Block(nested),
        }
    }

    /// Whether it is computed by the provider alone.
    pub fn read_only(&self) -> bool {
        !self.required && !self.optional
    }
}

/// What a field takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FieldType {
    /// `true` or `false`.
    Bool,
    /// A number, whole or not.
    Number,
    /// Text.
    Text,
    /// A list of one type.
    List(Box<FieldType>),
    /// A set of one type.
    Set(Box<FieldType>),
    /// A map from text to one type.
    Map(Box<FieldType>),
    /// An object: its keys have no flags.
    Object(Fields),
    /// A nested block.
    Block(NestedBlock),
    /// Whatever it is, the schema does not say: everything fits, and so does every path into it.
    Any,
}

/// A nested block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NestedBlock {
    /// What state keeps of it.
    pub nesting: Nesting,
    /// How many there have to be.
    pub least: u32,
    /// How many there may be; 0 is no limit.
    pub most: u32,
    /// What is in it.
    pub fields: Fields,
}

/// How state keeps a nested block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nesting {
    /// As an object: `timeouts`.
    Single,
    /// As a list of objects, of one where there can be only one.
    List,
    /// As a set of objects.
    Set,
}

impl FieldType {
    /// A type in Terraform's notation: `map(string)`, `list(object{…})`.
    fn read(text: &'static str) -> Self {
        let inner = |outer: &str| {
            let rest = text.strip_prefix(outer)?.strip_prefix('(')?;
            Some(Box::new(Self::read(rest.strip_suffix(')')?)))
        };
        match text {
            "bool" => Self::Bool,
            "number" => Self::Number,
            "string" => Self::Text,
            _ => inner("list")
                .map(Self::List)
                .or_else(|| inner("set").map(Self::Set))
                .or_else(|| inner("map").map(Self::Map))
                .or_else(|| {
                    let body = text.strip_prefix("object")?;
                    Some(Self::Object(Fields::read(body)))
                })
                .unwrap_or(Self::Any),
        }
    }

    /// What stands one step below, past the position in a list or set: the fields of a block or of an
    /// object. Nothing for maps, whose keys are the user's, and for what has no parts.
    pub fn fields(&self) -> Option<Fields> {
        match self {
            Self::Object(fields) | Self::Block(NestedBlock { fields, .. }) => Some(*fields),
            Self::List(item) | Self::Set(item) => item.fields(),
            Self::Bool | Self::Number | Self::Text | Self::Map(_) | Self::Any => None,
        }
    }

    /// One step of an attribute path, such as `metadata_options.http_tokens` and `tags.owner`: the
    /// field of a block or object, and any key of a map; lists and sets are stepped through.
    pub fn step(&self, name: &str) -> Option<Self> {
        match self {
            Self::Any => Some(Self::Any),
            Self::Map(item) => Some((**item).clone()),
            Self::List(item) | Self::Set(item) => item.step(name),
            other => other.fields()?.get(name).map(|field| field.ty),
        }
    }
}

/// Terraform's notation, without the keys of objects: `bool`, `list(string)`, `set(object)`, `block`.
impl fmt::Display for FieldType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool => f.write_str("bool"),
            Self::Number => f.write_str("number"),
            Self::Text => f.write_str("string"),
            Self::List(item) => write!(f, "list({item})"),
            Self::Set(item) => write!(f, "set({item})"),
            Self::Map(item) => write!(f, "map({item})"),
            Self::Object(_) => f.write_str("object"),
            Self::Block(_) => f.write_str("block"),
            Self::Any => f.write_str("any"),
        }
    }
}

#[cfg(test)]
mod tests;
