//! The cloud-resource IR: what lowering makes and what printers print. Resources are data,
//! references are [`Ref`]s and never text; escaping is the printers' business.

mod about;
mod container;
mod finding;
mod index;
pub mod kubernetes;
mod name;
pub mod provider;
mod resource;
mod shell;
mod value;
mod view;

pub use container::{Image, ImageCommand};
pub use finding::{Finding, FindingWaiver};
pub use index::{Group, Plan, PlanError, Root};
pub use name::{capitalized, physical_name, symbol};
pub use resource::{
    Address, Class, EmptySecret, ImportBlock, Lifecycle, LocalValue, ModuleCall, Moved, Output,
    Postcondition, Provider, Released, Resource, Variable, VariableType, Why,
};
pub use shell::{json_string, shell_word};
pub use value::{Block, Function, PathStep, Ref, Target, Value};
