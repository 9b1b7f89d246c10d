//! Expressions of rule sets: CEL, checked when a pack is loaded, evaluated on intents or resources.
//!
//! The `cel` crate parses; [`parse`](self::parse) is the only place that knows it. Names and types
//! are checked by klo's own pass, which also compiles the expression to a tree that is evaluated
//! here, with klo's own values and bounds: a pack can neither stall nor crash a run.
//!
//! What differs from plain CEL, and what the specification leaves open:
//!
//! - **Sizes and durations** are whole numbers, of bytes and of seconds: `intent.timeout <= 900`.
//!   `bytes("4Gi")` and `seconds("15m")` give the number of a literal. The two do not mix.
//! - **Null**: every attribute of a kind is there, null where unset. `==`, `!=` and `has()` take
//!   null; order, arithmetic, `&&`, `||` and fields of null are evaluation errors, and `sum()` does
//!   not skip nulls. `has(x.y)` is whether `x.y` is set, false where `x` is null.
//! - **Numbers** compare and compute across whole and not; whole numbers are signed and 64 bits
//!   wide, and an overflow is an evaluation error. There are no unsigned numbers, bytes,
//!   timestamps, messages or optionals.
//! - **`version("17.2")`** is compared number by number, `17` like `17.0`.
//! - **`reaches(a, b)`** and **`path(a, b)`** take intents or ids of nodes; `internet` and
//!   `internal` are always nodes, any other id must be one. Edges lead from who acts to what is
//!   acted upon. A node reaches itself: `path(a, a)` is `[a]`; a path holds both its ends.
//! - **`sum`** stands behind a list or takes it: `x.sum()`, `sum(x)`; of nothing it is 0.
//! - As in CEL, `&&`, `||`, `all` and `exists` pass over an error when another part decides.

mod budget;
mod check;
mod code;
mod data;
mod evaluate;
mod fault;
mod lex;
mod named;
mod params;
mod parse;
mod reach;
mod schema;
mod shape;
mod tree;
mod version;

#[cfg(test)]
mod tests;

pub(crate) use data::Data;
pub(crate) use evaluate::World;
pub(crate) use fault::Fault;
pub(crate) use params::Direction;
pub(crate) use reach::Reach;
pub(crate) use schema::{edge_shape, intent_shape};
pub(crate) use shape::{Scope, Shape};

use std::collections::BTreeSet;

use code::Code;

/// An expression that was checked and yields true or false.
#[derive(Debug)]
pub(crate) struct Expression {
    text: Box<str>,
    code: Code,
    params: Vec<(String, Direction)>,
    fields: BTreeSet<String>,
}

impl Expression {
    /// Parses and checks an expression against what is in scope: all mistakes of names and types
    /// at once, or the first of syntax.
    pub(crate) fn compile(text: &str, scope: &Scope) -> Result<Self, Vec<Fault>> {
        let tree = parse::parse(text).map_err(|fault| vec![fault])?;
        let code = check::check(&tree, text, scope)?;
        Ok(Self {
            text: text.into(),
            code,
            params: params::directions(&tree),
            fields: named::fields_of(&tree, "intent"),
        })
    }

    /// Whether it holds in a world; otherwise a sentence without a final stop that says which part
    /// has no value, and why.
    pub(crate) fn evaluate(&self, world: &World) -> Result<bool, String> {
        evaluate::evaluate(&self.code, &self.text, world)
    }

    /// The parameters that it uses, by name, each with the change that lets it hold less often:
    /// which makes an `assert` stricter.
    pub(crate) fn param_use(&self) -> Vec<(String, Direction)> {
        self.params.clone()
    }

    /// The same for a `when`: the change that lets it hold more often, so that the rule is asked
    /// more often.
    pub(crate) fn param_use_of_condition(&self) -> Vec<(String, Direction)> {
        self.params
            .iter()
            .map(|(name, direction)| (name.clone(), direction.opposite()))
            .collect()
    }

    /// The fields of `intent` that it names.
    pub(crate) fn intent_fields(&self) -> impl Iterator<Item = &str> {
        self.fields.iter().map(String::as_str)
    }
}
