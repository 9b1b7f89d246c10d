//! The vocabulary that every phase shares: kinds of intents and their attributes, edges, settings
//! and the graph. One schema, which parse, check and the documentation read.

mod attribute;
mod binding;
mod decode;
mod deployment;
mod drawing;
mod edge;
mod forms;
mod graph;
mod json;
mod kind;
mod literal;
pub mod load;
mod module;
mod place;
mod schema;
mod setting;
mod unit;
mod units;
mod value;

pub use attribute::{Attribute, Type};
pub use binding::{Binding, Engine, Field, InertBinding, UrlForm};
pub use decode::{
    GPU_TYPES, MAX_NAME, MAX_TEXT, Mistake, MistakeKind, decode, decode_attribute, describe, kebab,
    name_fault, name_help, unknown_key,
};
pub use deployment::{Deployment, Kubernetes, Network, Tier, Tool};
pub use drawing::{Diagram, Pictures, graph_dot, graph_mermaid, graph_pictures};
pub use edge::{Access, ArgumentUse, Edge, MethodUse, Node, PoolUse};
pub use forms::{check_form, is_aws_id, is_variable};
pub use graph::{Decision, Intent, IntentGraph, IntentId};
pub use json::{PlaceStyle, graph_json};
pub use kind::Kind;
pub use literal::{Literal, LiteralKind};
pub use module::{
    Module, ModuleContext, ModuleInput, ModuleOutput, OutputStep, is_input_name, output_path,
};
pub use place::Place;
pub use schema::{EXPOSE_KEYS, TRIGGER_KEYS, attribute, attributes};
pub use setting::{Origin, Setting, Superseded};
pub use unit::{Entry, EntryCall, Interface, Parameter, Route, UnitCode};
pub use units::{Duration, Schedule, Size, UnitError};
pub use value::AttrValue;
