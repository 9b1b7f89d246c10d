//! What any language yields for one file. Facts are owned, `Send`, serializable, and free of syntax
//! trees and global ids, so they can be cached and made in parallel. They are a flow-insensitive
//! picture of the file: scopes, what is bound to which name, what is called with what.
//!
//! The linker follows values over these facts; it must never need the text again.

use std::collections::BTreeMap;

use klo_intent::{Literal, Place};
use klo_source::TextRange;
use serde::{Deserialize, Serialize};

/// The number of an expression in its file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ExprId(pub u32);

/// The number of a scope in its file; the module's own is 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ScopeId(pub u32);

/// What the language of a file is like, as far as following its values depends on that.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Language {
    /// Programs are compiled out of files and begin at a `main`; else a file runs when it is imported.
    pub compiled: bool,
    /// What stands above a definition is called with it; else it only states something of it.
    pub calls_decorators: bool,
    /// Frameworks give a parameter what the program made of its type, and make what they can take
    /// out of a request.
    pub gives_by_type: bool,
    /// Elements come out of lists through the language's own iterators and methods.
    pub iterates_by_methods: bool,
    /// Guards and pointers have what the value that they are around has.
    pub sees_through_guards: bool,
}

/// Everything that one file says.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct FileFacts {
    /// What its language is like.
    pub language: Language,
    /// Annotations with what they stand on, in order.
    pub annotations: Vec<AttachedAnnotation>,
    /// Scopes; the first is the module's.
    pub scopes: Vec<Scope>,
    /// Expressions that anything refers to.
    pub exprs: Vec<Expr>,
    /// Branches of which one runs, for languages whose front end tells them.
    pub choices: Vec<Vec<Branch>>,
    /// Mistakes in the file itself: syntax, nesting, annotations that stand on nothing.
    pub problems: Vec<Problem>,
}

impl FileFacts {
    /// The expression of an id of this file.
    pub fn expr(&self, id: ExprId) -> &Expr {
        &self.exprs[id.0 as usize]
    }

    /// The scope of an id of this file.
    pub fn scope(&self, id: ScopeId) -> &Scope {
        &self.scopes[id.0 as usize]
    }
}

/// What runs in one case, and not in the others beside it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Branch {
    /// Its code.
    pub range: TextRange,
    /// The type's and the case's names, where one value of an enumeration leads to it.
    pub case: Option<(String, String)>,
}

/// A mistake that reading one file shows. `code` is a diagnostic's id, since facts hold no statics.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Problem {
    /// The id of the diagnostic's code.
    pub code: String,
    /// `true` for an error, `false` for a warning.
    pub error: bool,
    /// The characters it is about.
    pub range: TextRange,
    /// The sentence.
    pub message: String,
    /// What would fix it; empty for nothing to say.
    pub help: String,
    /// Other places in the same file.
    pub related: Vec<(TextRange, String)>,
}

/// An annotation as written.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Annotation {
    /// The word after `@klo::`.
    pub capability: String,
    /// The range of that word.
    pub capability_range: TextRange,
    /// Arguments in order, each with the range of its key; `Literal` holds the value's.
    pub arguments: Vec<(String, TextRange, Literal)>,
    /// From `@` to the closing bracket.
    pub range: TextRange,
}

/// An annotation and the item it stands on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AttachedAnnotation {
    /// The annotation.
    pub annotation: Annotation,
    /// The item.
    pub item: Item,
}

/// What an annotation stands on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Item {
    /// What it is.
    pub kind: ItemKind,
    /// Its own name: the variable, function or class; `None` for a call statement or `return`.
    pub name: Option<String>,
    /// Its qualified name, for places in files that klo writes: `OrderRepository.save`.
    pub qualified: String,
    /// The scope in which it stands.
    pub scope: ScopeId,
    /// The range of the item's head: the assignment, or `def name(…)`.
    pub range: TextRange,
}

/// The shapes of [`Item`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ItemKind {
    /// An assignment of this value. Also a field with a default in a class body.
    Assignment(ExprId),
    /// A function or method.
    Function(ScopeId),
    /// A class.
    Class(ScopeId),
    /// A call that stands alone.
    Call(ExprId),
    /// `return` of a call, or a tail expression.
    Return(ExprId),
    /// A name that is declared with a type and no value (`settings_field: str`).
    Declaration,
}

/// A region of code that runs as one: the module's top, a function, a class body, a lambda.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Scope {
    /// What it is.
    pub kind: ScopeKind,
    /// Its name; empty for the module, `<lambda>` for a lambda, `<comprehension>` for a comprehension
    /// (comprehensions may also be folded into the scope around them).
    pub name: String,
    /// Its qualified name in the file.
    pub qualified: String,
    /// The scope around it.
    pub parent: Option<ScopeId>,
    /// Expressions applied to it, outermost first, each with `@` left out.
    pub decorators: Vec<ExprId>,
    /// What happens in it, in source order, branches and loops flattened.
    pub steps: Vec<Step>,
    /// Names that belong to the module (`global`) or to a scope around (`nonlocal`).
    pub outer_names: Vec<String>,
    /// Names that mean what they mean around the scope until a place in the text, for languages in
    /// which a variable begins where it is bound: `let pool = pool();`.
    pub begins: BTreeMap<String, u32>,
    /// The range of its head.
    pub head: TextRange,
    /// The whole range.
    pub range: TextRange,
}

/// The shapes of [`Scope`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum ScopeKind {
    /// The file's top level.
    Module,
    /// A function, method or lambda.
    Function {
        /// Parameters in order, `self` included.
        parameters: Vec<Parameter>,
        /// The return type as an expression, when written.
        returns: Option<ExprId>,
        /// `async def`.
        is_async: bool,
        /// Whether it yields.
        is_generator: bool,
    },
    /// A class body.
    Class {
        /// Base classes, and traits for languages that have them.
        bases: Vec<ExprId>,
        /// Keyword arguments of the class statement (`metaclass`, `env_prefix`).
        keywords: Vec<(String, ExprId)>,
    },
    /// The body of `if __name__ == "__main__":`. Its parent is the module, and what it binds are
    /// the module's names.
    Main,
    /// A module that is written inside another (`mod name { … }`). Its names are its members, and
    /// what stands in it sees them.
    Namespace,
}

/// How a parameter takes arguments.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ParameterKind {
    /// By position or by name.
    Plain,
    /// By name only.
    KeywordOnly,
    /// The rest of the positions (`*args`).
    Rest,
    /// The rest of the names (`**kwargs`).
    KeywordRest,
}

/// A parameter.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// How it takes arguments.
    pub kind: ParameterKind,
    /// Its type as an expression, when written. String annotations are parsed where they can be.
    pub annotation: Option<ExprId>,
    /// Its default.
    pub default: Option<ExprId>,
}

/// One thing that happens in a scope.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Step {
    /// A value is bound: assignment, `:=`, `for`, `with … as`, `except … as`, augmented assignment.
    Bind {
        /// What it is bound to.
        target: BindTarget,
        /// The value; `None` for a bare declaration (`x: int`).
        value: Option<ExprId>,
        /// The declared type.
        annotation: Option<ExprId>,
        /// The statement.
        range: TextRange,
    },
    /// An expression is evaluated for its effect.
    Do(ExprId),
    /// A value is returned.
    Return(ExprId),
    /// A value is yielded.
    Yield(ExprId),
    /// A module is imported.
    Import(Import),
    /// A function or class is defined and bound to its name.
    Define(ScopeId),
    /// More members and bases of a type (`impl Trait for Type`). The scope is a
    /// [`ScopeKind::Class`] of its own.
    Extend {
        /// The type.
        target: ExprId,
        /// What is added.
        scope: ScopeId,
    },
    /// What runs only when the file itself is started (`if __name__ == "__main__":`), not when it
    /// is imported. The scope is a [`ScopeKind::Main`].
    Main(ScopeId),
}

/// Where a value goes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum BindTarget {
    /// A name.
    Name(String),
    /// `base.name`.
    Attribute(ExprId, String),
    /// `base[index]`.
    Index(ExprId, ExprId),
    /// Several at once, from the value's elements.
    Tuple(Vec<BindTarget>),
    /// Nowhere that can be followed.
    Ignored,
}

/// An import statement.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Import {
    /// Leading dots: 0 for an absolute import.
    pub level: u32,
    /// The dotted path after them.
    pub module: Vec<String>,
    /// What is bound.
    pub names: ImportNames,
    /// The statement.
    pub range: TextRange,
    /// Whether it stands under `if TYPE_CHECKING`, so that it never runs.
    pub types_only: bool,
}

/// What an import binds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum ImportNames {
    /// `import a.b` binds `a`; `import a.b as c` binds `c` to `a.b`.
    Module {
        /// The name after `as`.
        alias: Option<String>,
    },
    /// `from a import b, c as d`: name and the name bound.
    Names(Vec<(String, String)>),
    /// `from a import *`.
    Star,
}

/// An expression with its place.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Where.
    pub range: TextRange,
    /// The scope in which it is evaluated.
    pub scope: ScopeId,
}

/// The shapes of [`Expr`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum ExprKind {
    /// A name.
    Name(String),
    /// `base.name`.
    Attribute(ExprId, String),
    /// `base[index]`.
    Index(ExprId, ExprId),
    /// A call.
    Call {
        /// What is called.
        callee: ExprId,
        /// Arguments in order.
        arguments: Vec<Argument>,
    },
    /// A string without interpolation.
    Text(String),
    /// A string with values in it (f-string, `%`, `+` of strings, `.format`), parts in order.
    Concat(Vec<ExprId>),
    /// A whole number.
    Int(i64),
    /// Another number.
    Float(f64),
    /// True or false.
    Bool(bool),
    /// None.
    None,
    /// A list, tuple or set.
    Sequence(Vec<ExprId>),
    /// A map; `None` for a key stands for `**value`.
    Map(Vec<(Option<ExprId>, ExprId)>),
    /// One of several: `a if c else b`, `a or b`, `a and b`, a `match` arm.
    Either(Vec<ExprId>),
    /// `await value`.
    Await(ExprId),
    /// What iterating the value yields: the right side of `for`, or of a comprehension.
    Element(ExprId),
    /// What entering the value yields: `with value as`.
    Entered(ExprId),
    /// A lambda or nested function, as a value.
    Lambda(ScopeId),
    /// Operators and anything else whose value is not followed, with the parts that are evaluated.
    Opaque(Vec<ExprId>),
}

impl ExprKind {
    /// Calls `visit` with each expression that this one is directly made of, in order of evaluation.
    pub fn for_each_part(&self, mut visit: impl FnMut(ExprId)) {
        match self {
            Self::Name(_)
            | Self::Text(_)
            | Self::Int(_)
            | Self::Float(_)
            | Self::Bool(_)
            | Self::None
            | Self::Lambda(_) => {}
            Self::Attribute(base, _)
            | Self::Await(base)
            | Self::Element(base)
            | Self::Entered(base) => visit(*base),
            Self::Index(base, index) => {
                visit(*base);
                visit(*index);
            }
            Self::Call { callee, arguments } => {
                visit(*callee);
                for argument in arguments {
                    visit(argument.value());
                }
            }
            Self::Concat(parts)
            | Self::Sequence(parts)
            | Self::Either(parts)
            | Self::Opaque(parts) => parts.iter().copied().for_each(visit),
            Self::Map(entries) => {
                for (key, value) in entries {
                    if let Some(key) = key {
                        visit(*key);
                    }
                    visit(*value);
                }
            }
        }
    }
}

/// An argument of a call.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Argument {
    /// By position.
    Positional(ExprId),
    /// By name.
    Keyword(String, ExprId),
    /// `*value`.
    Spread(ExprId),
    /// `**value`.
    KeywordSpread(ExprId),
}

impl Argument {
    /// What is given.
    pub fn value(&self) -> ExprId {
        match self {
            Self::Positional(value)
            | Self::Keyword(_, value)
            | Self::Spread(value)
            | Self::KeywordSpread(value) => *value,
        }
    }
}

/// The place of an item in files that klo writes.
pub fn place_of(path: &str, qualified: &str) -> Place {
    Place::new(
        path,
        if qualified.is_empty() {
            "module"
        } else {
            qualified
        },
    )
}
