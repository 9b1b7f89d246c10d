//! The shapes of intents and edges, read from the table of kinds and attributes.

use std::borrow::Cow;
use std::sync::LazyLock;

use klo_intent::{Access, Attribute, EXPOSE_KEYS, GPU_TYPES, Kind, TRIGGER_KEYS, Type, attributes};

use super::shape::Shape;

/// The shape of an intent of one of these kinds: what they have in common, and what only some
/// have, which is null for the others.
pub(crate) fn intent_shape(kinds: &[Kind]) -> Shape {
    // Every rule has all intents in scope.
    static EVERY: LazyLock<Shape> = LazyLock::new(|| of_kinds(&Kind::ALL));
    match kinds {
        kinds if *kinds == Kind::ALL => EVERY.clone(),
        kinds => of_kinds(kinds),
    }
}

fn of_kinds(kinds: &[Kind]) -> Shape {
    let mut fields: Vec<(Cow<'static, str>, Shape)> = vec![
        ("id".into(), Shape::Text),
        ("name".into(), Shape::Text),
        (
            "kind".into(),
            Shape::choice(kinds.iter().map(|kind| kind.name())),
        ),
    ];
    for attribute in kinds.iter().flat_map(|kind| attributes(*kind)) {
        let shape = attribute_shape(attribute).nullable();
        match fields.iter_mut().find(|(name, _)| name == attribute.name) {
            Some((_, known)) => *known = known.join(&shape),
            None => fields.push((attribute.name.into(), shape)),
        }
    }
    let name = match kinds {
        [kind] => format!("a {kind}"),
        _ => "an intent".to_owned(),
    };
    Shape::object(name, fields)
}

/// The shape of an edge: `from`, `to`, `access`, and the keys of `expose` and `trigger`.
pub(crate) fn edge_shape() -> Shape {
    static EDGE: LazyLock<Shape> = LazyLock::new(of_edge);
    EDGE.clone()
}

fn of_edge() -> Shape {
    let access = Shape::choice(Access::ALL.iter().map(|access| access.name()));
    let own = [
        ("from", Shape::Text),
        ("to", Shape::Text),
        ("access", Shape::list(access)),
    ];
    Shape::object(
        "an edge",
        keys(EXPOSE_KEYS).chain(keys(TRIGGER_KEYS)).chain(own),
    )
}

fn keys(table: &'static [Attribute]) -> impl Iterator<Item = (&'static str, Shape)> {
    table
        .iter()
        .map(|key| (key.name, shape(&key.ty).nullable()))
}

fn attribute_shape(attribute: &Attribute) -> Shape {
    match attribute.name {
        "expose" => Shape::list(Shape::object("an `expose`", keys(EXPOSE_KEYS))),
        "triggers" => Shape::list(Shape::object("a `trigger`", keys(TRIGGER_KEYS))),
        "routes" => Shape::list(Shape::object(
            "a route",
            [("method", Shape::Text), ("path", Shape::Text)],
        )),
        // Settling makes text of what is written as a number or flag.
        "tags" => Shape::map(Shape::Text),
        _ => shape(&attribute.ty),
    }
}

fn shape(ty: &Type) -> Shape {
    match ty {
        Type::Bool => Shape::Bool,
        Type::Int(..) => Shape::Int,
        Type::Number(..) => Shape::Float,
        Type::Text | Type::Name | Type::Path | Type::Schedule => Shape::Text,
        Type::Choice(words) => Shape::choice(words.iter().copied()),
        Type::Size => Shape::Bytes,
        Type::Duration => Shape::Seconds,
        Type::List(of) => Shape::list(shape(of)),
        Type::Map(of) => Shape::map(shape(of)),
        Type::Object(fields) => Shape::object(
            "a map",
            fields
                .iter()
                .map(|(name, ty, _)| (*name, shape(ty).nullable())),
        ),
        Type::Gpu => Shape::object(
            "a GPU",
            [
                ("type", Shape::choice(GPU_TYPES.iter().copied())),
                ("count", Shape::Int),
            ],
        ),
        Type::Either(types) => types
            .iter()
            .map(shape)
            .reduce(|a, b| a.join(&b))
            .unwrap_or(Shape::Any),
    }
}
