use crate::attribute::Type;
use crate::literal::{Literal, LiteralKind};

/// What a type takes, as a noun phrase for messages and documentation.
pub fn describe(ty: &Type) -> String {
    match ty {
        Type::Bool => "`true` or `false`".to_owned(),
        Type::Int(i64::MIN, i64::MAX) => "a whole number".to_owned(),
        Type::Int(low, high) => format!("a whole number from {low} to {high}"),
        Type::Number(low, high) => format!("a number from {low} to {high}"),
        Type::Text => "a string".to_owned(),
        Type::Name => "a name such as `\"orders-api\"`".to_owned(),
        Type::Path => "a path inside the repository".to_owned(),
        Type::Choice(words) => choices(words),
        Type::Size => "a size such as `\"512Mi\"`".to_owned(),
        Type::Duration => "a duration such as `\"30s\"`".to_owned(),
        Type::Schedule => "a schedule such as `\"30 2 * * *\"` or `\"rate(5 minutes)\"`".to_owned(),
        Type::List(Type::Text) => "a list of strings".to_owned(),
        Type::List(item) => format!("a list, each element {}", describe(item)),
        Type::Map(item) => format!("a map, each value {}", describe(item)),
        Type::Object(keys) => {
            let keys: Vec<String> = keys
                .iter()
                .map(|(key, _, required)| {
                    format!("`{key}`{}", if *required { "" } else { " (optional)" })
                })
                .collect();
            format!("a map with {}", and(&keys))
        }
        Type::Gpu => "a GPU type such as `\"a10g\"` or `\"a10g:4\"`, or a list of them".to_owned(),
        Type::Either([one, Type::List(item)]) if one == *item => {
            format!("{}, or a list of them", describe(one))
        }
        Type::Either(types) => {
            let types: Vec<String> = types.iter().map(describe).collect();
            types.join(", or ")
        }
    }
}

/// `"low"` or `"normal"`.
pub(super) fn choices(words: &[&str]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("`\"{word}\"`")).collect();
    match quoted.as_slice() {
        [first @ .., last] if !first.is_empty() => format!("{} or {last}", first.join(", ")),
        _ => quoted.concat(),
    }
}

fn and(items: &[String]) -> String {
    match items {
        [first @ .., last] if !first.is_empty() => format!("{} and {last}", first.join(", ")),
        _ => items.concat(),
    }
}

/// Whether a literal has the outer shape that a type is written in.
pub(super) fn shape_fits(ty: &Type, literal: &Literal) -> bool {
    match ty {
        Type::Object(_) | Type::Map(_) => matches!(literal.kind, LiteralKind::Map(_)),
        Type::List(_) => matches!(literal.kind, LiteralKind::List(_)),
        _ => false,
    }
}
