//! What an expression may be worth, as far as reading tells. Values are interned: equal values have
//! equal ids, so sets of them are small and comparing is cheap.

use std::collections::BTreeSet;

use foldhash::fast::RandomState;
use indexmap::IndexSet;
use klo_source::TextRange;

pub(crate) use super::values::Values;
use crate::facts::{ExprId, ScopeId};

/// An interned string.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Sym(u32);

/// The number of a file among those loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct FileIx(pub(crate) u32);

/// The number of a frame: one scope, run in one context.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct FrameIx(pub(crate) u32);

/// An interned value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct ValueId(u32);

impl ValueId {
    /// Its number among the run's values.
    pub(crate) fn number(self) -> u32 {
        self.0
    }
}

/// The number of an annotated resource among the app's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Tag(pub(crate) u32);

/// An expression of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Site {
    pub(crate) file: FileIx,
    pub(crate) expr: ExprId,
}

/// Set in expression numbers that stand for a scope instead.
const SCOPE_BIT: u32 = 1 << 31;

impl Site {
    /// The site that stands for a function or class itself: where frameworks call it from.
    pub(crate) fn of_scope(file: FileIx, scope: ScopeId) -> Self {
        Self {
            file,
            expr: ExprId(scope.0 | SCOPE_BIT),
        }
    }

    /// The scope that it stands for, if any.
    pub(crate) fn scope(self) -> Option<ScopeId> {
        (self.expr.0 & SCOPE_BIT != 0).then_some(ScopeId(self.expr.0 & !SCOPE_BIT))
    }
}

/// A read of the environment.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct EnvRead {
    pub(crate) variable: Sym,
    pub(crate) file: FileIx,
    pub(crate) range: TextRange,
    /// Whether the code has no default for it.
    pub(crate) required: bool,
    /// The default, where it is a plain string.
    pub(crate) default: Option<Sym>,
}

/// A piece of a string.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Part {
    /// Literal text.
    Text(Sym),
    /// What a variable holds.
    Env(EnvRead),
    /// Something else.
    Unknown,
}

/// A value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Value {
    /// None.
    None,
    /// True or false.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A string, in parts.
    Text(Vec<Part>),
    /// A module of the project.
    Module(FileIx),
    /// A folder of the project that is a package without a file of its own: the path of its parts
    /// and the file that imported it.
    Namespace(Sym, FileIx),
    /// Something of a library, by dotted path.
    External(Sym),
    /// A function of the project with the frame around it.
    Function {
        file: FileIx,
        scope: ScopeId,
        closure: FrameIx,
    },
    /// A function that attribute access calls.
    Property(ValueId),
    /// A method that takes no instance.
    Static(ValueId),
    /// A method that takes its class.
    ClassMethod(ValueId),
    /// A class of the project with the frame in which its body ran.
    Class {
        file: FileIx,
        scope: ScopeId,
        body: FrameIx,
    },
    /// An instance of a project class, by the site and frame that made it.
    Instance {
        class: ValueId,
        site: Site,
        maker: Option<FrameIx>,
    },
    /// A method with its instance.
    Bound { function: ValueId, this: ValueId },
    /// What calling a generator returns.
    Generator(FrameIx),
    /// An object that a library made, by its type's path and the site that made it.
    Object {
        ty: Sym,
        site: Site,
        maker: Option<FrameIx>,
    },
    /// An attribute of a library's object or of a project function.
    Member { base: ValueId, name: Sym },
    /// A list, tuple, set or map, by the site that made it.
    Container { site: Site, maker: FrameIx },
    /// A value that stands for an annotated resource.
    Tagged { value: ValueId, tag: Tag },
    /// Something that the caller gives and klo cannot see.
    Unknown,
}

/// Interned strings and values.
#[derive(Debug, Default)]
pub(crate) struct Interner {
    strings: IndexSet<Box<str>, RandomState>,
    values: IndexSet<Value, RandomState>,
}

impl Interner {
    pub(crate) fn sym(&mut self, text: &str) -> Sym {
        if let Some(index) = self.strings.get_index_of(text) {
            return Sym(index as u32);
        }
        Sym(self.strings.insert_full(text.into()).0 as u32)
    }

    pub(crate) fn text(&self, sym: Sym) -> &str {
        &self.strings[sym.0 as usize]
    }

    pub(crate) fn value(&mut self, value: Value) -> ValueId {
        ValueId(self.values.insert_full(value).0 as u32)
    }

    /// Every object that a library made: its type's path, itself and its site.
    pub(crate) fn objects(&self) -> impl Iterator<Item = (&str, ValueId, Site)> {
        self.values
            .iter()
            .enumerate()
            .filter_map(|(index, value)| match value {
                Value::Object { ty, site, .. } => {
                    Some((self.text(*ty), ValueId(index as u32), *site))
                }
                _ => None,
            })
    }

    /// Every instance of a class of the project: itself, its class and its site.
    pub(crate) fn instances(&self) -> impl Iterator<Item = (ValueId, ValueId, Site)> {
        self.values
            .iter()
            .enumerate()
            .filter_map(|(index, value)| match value {
                Value::Instance { class, site, .. } => Some((ValueId(index as u32), *class, *site)),
                _ => None,
            })
    }

    /// Every object, instance and tagged value, in the order in which they came.
    pub(crate) fn made(&self) -> Vec<ValueId> {
        let values = self.values.iter().enumerate();
        values
            .filter(|(_, value)| {
                matches!(
                    value,
                    Value::Object { .. } | Value::Instance { .. } | Value::Tagged { .. }
                )
            })
            .map(|(index, _)| ValueId(index as u32))
            .collect()
    }

    /// Names of the variables that anything is read from without a default.
    pub(crate) fn required_variables(&self) -> BTreeSet<String> {
        let parts = self.values.iter().filter_map(|value| match value {
            Value::Text(parts) => Some(parts),
            _ => None,
        });
        parts
            .flatten()
            .filter_map(|part| match part {
                Part::Env(read) if read.required => Some(self.text(read.variable).to_owned()),
                _ => None,
            })
            .collect()
    }

    pub(crate) fn get(&self, id: ValueId) -> &Value {
        &self.values[id.0 as usize]
    }

    /// How many values there are, each part of a string counted.
    #[cfg(test)]
    pub(crate) fn parts(&self) -> usize {
        let parts = self.values.iter().map(|value| match value {
            Value::Text(parts) => parts.len(),
            _ => 1,
        });
        parts.sum()
    }

    pub(crate) fn external(&mut self, path: &str) -> ValueId {
        let path = self.sym(path);
        self.value(Value::External(path))
    }

    /// A string without variables.
    pub(crate) fn literal(&mut self, text: &str) -> ValueId {
        let text = self.sym(text);
        self.value(Value::Text(vec![Part::Text(text)]))
    }

    /// The text of a value that is a string without variables.
    pub(crate) fn as_literal(&self, id: ValueId) -> Option<&str> {
        match self.get(self.untagged(id)) {
            Value::Text(parts) => match parts.as_slice() {
                [Part::Text(text)] => Some(self.text(*text)),
                [] => Some(""),
                _ => None,
            },
            _ => None,
        }
    }

    /// A string with the defaults of its variables in their places, where every part is known.
    pub(crate) fn default_text(&self, id: ValueId) -> Option<String> {
        let Value::Text(parts) = self.get(self.untagged(id)) else {
            return None;
        };
        let mut text = String::new();
        for part in parts {
            match part {
                Part::Text(part) => text.push_str(self.text(*part)),
                Part::Env(read) => text.push_str(self.text(read.default?)),
                Part::Unknown => return None,
            }
        }
        Some(text)
    }

    /// The value below any tags.
    pub(crate) fn untagged(&self, mut id: ValueId) -> ValueId {
        while let Value::Tagged { value, .. } = self.get(id) {
            id = *value;
        }
        id
    }

    /// The value with a tag.
    pub(crate) fn tagged(&mut self, id: ValueId, tag: Tag) -> ValueId {
        if self.tags(id).contains(&tag) {
            return id;
        }
        self.value(Value::Tagged { value: id, tag })
    }

    /// The value with several tags.
    pub(crate) fn tagged_all(&mut self, id: ValueId, tags: &[Tag]) -> ValueId {
        tags.iter().fold(id, |id, tag| self.tagged(id, *tag))
    }

    /// Tags of a value, through members, sorted.
    pub(crate) fn tags(&self, mut id: ValueId) -> Vec<Tag> {
        let mut tags = Vec::new();
        loop {
            match self.get(id) {
                Value::Tagged { value, tag } => {
                    tags.push(*tag);
                    id = *value;
                }
                Value::Member { base, .. } => id = *base,
                _ => break,
            }
        }
        tags.sort_unstable();
        tags.dedup();
        tags
    }

    /// The type path of a library's object or the dotted path of a library's member:
    /// `redis.Redis`, `sqlalchemy.Engine.connect`.
    pub(crate) fn path(&self, id: ValueId) -> Option<String> {
        match self.get(self.untagged(id)) {
            Value::External(path) => Some(self.text(*path).to_owned()),
            Value::Object { ty, .. } => Some(self.text(*ty).to_owned()),
            Value::Member { base, name } => {
                Some(format!("{}.{}", self.path(*base)?, self.text(*name)))
            }
            _ => None,
        }
    }
}
