//! What klo knows of Rust's standard library and common crates, as data: which names hand a value on
//! unchanged, which builder makes which client, which object keeps handlers. Paths of crates begin
//! with [`CRATE`].

mod builders;
mod collections;
mod filters;
mod uses;
mod values;
mod web;

pub(crate) use builders::*;
pub(crate) use collections::*;
pub(crate) use filters::*;
pub(crate) use uses::*;
pub(crate) use values::*;
pub(crate) use web::*;

/// What begins the path of something in a crate, so that it is never taken for a Python module's.
pub(crate) const CRATE: &str = "rust:";

/// The path that stands for what a package's build script generates.
pub(crate) const GENERATED: [&str; 2] = ["std", "generated"];

/// The keyword under which a call's type argument stands among its arguments.
pub(crate) const TYPE_ARGUMENT: &str = "::<>";

/// The keyword of an enumeration's case under which the command stands that it is.
pub(crate) const COMMAND: &str = "command";

/// What serde is told of a structure's field: the name that it is read under.
pub(crate) const RENAMED: &str = "renamed";
/// That the field may be missing.
pub(crate) const OPTIONAL: &str = "optional";
/// That the field's own fields stand in its place.
pub(crate) const FLATTENED: &str = "flattened";
/// That the field is not read.
pub(crate) const SKIPPED: &str = "skipped";

/// The keyword of a structure under which an option of its field stands.
pub(crate) fn field_keyword(field: &str, option: &str) -> String {
    format!("{field}.{option}")
}
