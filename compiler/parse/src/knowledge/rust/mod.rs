//! What klo knows of Rust's standard library and common crates, as data: which names hand a value on
//! unchanged, which builder makes which client, which object keeps handlers. Paths of crates begin
//! with [`CRATE`].

mod builders;
mod uses;
mod values;
mod web;

pub(crate) use builders::*;
pub(crate) use uses::*;
pub(crate) use values::*;
pub(crate) use web::*;

/// What begins the path of something in a crate, so that it is never taken for a Python module's.
pub(crate) const CRATE: &str = "rust:";

/// The path that stands for what a package's build script generates.
pub(crate) const GENERATED: [&str; 2] = ["std", "generated"];

/// The keyword under which a call's type argument stands among its arguments.
pub(crate) const TYPE_ARGUMENT: &str = "::<>";
