//! What a rule's expressions may name.

use klo_intent::{Kind, Literal, LiteralKind};
use klo_plan::provider::{FieldType, Fields, NestedBlock};

use super::reader::Params;
use super::selector::Selector;
use crate::cel::{Data, Scope, Shape, edge_shape, intent_shape};

/// How deep the shapes of nested blocks go; below, anything is taken as it is found.
const MOST_DEPTH: usize = 6;

/// The variables of a rule on `selector`, by rules.md: `intent` or `resource`, `intents`, `edges`,
/// `environment`, `tier`, `params`; and `alarms`, the address that klo.yaml names, else null.
pub(crate) fn scope(selector: &Selector, params: &Params) -> Scope {
    let params = params.iter().map(|(name, param)| {
        let shape = Shape::of(&data_of(&param.literal));
        (name.clone(), shape)
    });
    let scope = Scope::new([
        ("intents", Shape::list(intent_shape(&Kind::ALL))),
        ("edges", Shape::list(edge_shape())),
        ("environment", Shape::Text),
        ("tier", Shape::choice(["dev", "prod"])),
        ("alarms", Shape::Text.nullable()),
        ("params", Shape::object("the pack's parameters", params)),
    ]);
    match selector {
        Selector::Graph => scope,
        Selector::Intents(_) => scope.with("intent", intent_shape(&selector.kinds())),
        Selector::Resources(types) => {
            let shapes = types
                .iter()
                .map(|ty| fields_shape(ty.name, ty.fields, MOST_DEPTH));
            let shape = shapes.reduce(|a, b| a.join(&b)).unwrap_or(Shape::Any);
            scope.with("resource", shape)
        }
    }
}

/// A parameter's value.
pub(crate) fn data_of(literal: &Literal) -> Data {
    match &literal.kind {
        LiteralKind::Null => Data::Null,
        LiteralKind::Bool(flag) => Data::Bool(*flag),
        LiteralKind::Int(number) => Data::Int(*number),
        LiteralKind::Float(number) => Data::Float(*number),
        LiteralKind::Str(text) => Data::text(text.as_str()),
        LiteralKind::List(items) => Data::list(items.iter().map(data_of)),
        LiteralKind::Map(entries) => {
            let entries = entries.iter();
            Data::map(entries.map(|(key, _, value)| (key.clone(), data_of(value))))
        }
    }
}

/// The arguments of a resource or block, each null where it is unset.
fn fields_shape(name: &str, fields: Fields, depth: usize) -> Shape {
    let shapes = fields
        .iter()
        .map(|field| (field.name, field_shape(&field.ty, depth).nullable()));
    Shape::object(format!("`{name}`"), shapes)
}

fn field_shape(ty: &FieldType, depth: usize) -> Shape {
    match ty {
        FieldType::Bool => Shape::Bool,
        FieldType::Number => Shape::Float,
        FieldType::Text => Shape::Text,
        FieldType::List(item) | FieldType::Set(item) => Shape::list(field_shape(item, depth)),
        FieldType::Map(item) => Shape::map(field_shape(item, depth)),
        FieldType::Any => Shape::Any,
        FieldType::Object(_) | FieldType::Block(_) if depth == 0 => Shape::Any,
        FieldType::Object(fields) => fields_shape("an object", *fields, depth - 1),
        // A plan holds every nested block in a list, one that stands alone too.
        FieldType::Block(NestedBlock { fields, .. }) => {
            Shape::list(fields_shape("a block", *fields, depth - 1))
        }
    }
}
