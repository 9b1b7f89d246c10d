//! Filters: the fields that must have certain values, in AWS's pattern language.

use klo_intent::AttrValue;
use klo_plan::Value;

use super::Trigger;

/// The pattern of a trigger's `filter`: every field with the list of values that pass.
pub(crate) fn pattern(trigger: &Trigger<'_>) -> Option<Value> {
    let AttrValue::Map(entries) = trigger.edge.option("filter") else {
        return None;
    };
    let fields = entries.iter().map(|(field, values)| {
        let values = match values {
            AttrValue::List(items) => items.iter().map(literal).collect(),
            one => vec![literal(one)],
        };
        (field.clone(), Value::List(values))
    });
    Some(Value::map(fields))
}

fn literal(value: &AttrValue) -> Value {
    match value {
        AttrValue::Bool(flag) => Value::Bool(*flag),
        AttrValue::Int(number) => Value::Int(*number),
        AttrValue::Float(number) => Value::Float(*number),
        other => Value::text(crate::context::plain_text(other)),
    }
}

/// The pattern over a queue's messages: their body is JSON.
pub(crate) fn of_message(trigger: &Trigger<'_>) -> Option<Value> {
    Some(Value::json(Value::map([("body", pattern(trigger)?)])))
}

/// The pattern over a topic's messages. It looks into the message, not at its attributes, so that
/// a filter means the same for every kind of trigger.
pub(crate) fn of_notification(trigger: &Trigger<'_>) -> Option<Value> {
    Some(Value::json(pattern(trigger)?))
}

/// The pattern over a table's changes: the new item's attributes, in DynamoDB's own notation, in
/// which every value stands under its type.
pub(crate) fn of_change(trigger: &Trigger<'_>) -> Option<Value> {
    let Value::Map(fields) = pattern(trigger)? else {
        return None;
    };
    let image = fields.into_iter().map(|(field, values)| {
        let kind = match &values {
            Value::List(items) => match items.first() {
                Some(Value::Bool(_)) => "BOOL",
                Some(Value::Int(_) | Value::Float(_)) => "N",
                _ => "S",
            },
            _ => "S",
        };
        let values = match (kind, values) {
            // Numbers are text in DynamoDB's notation.
            ("N", Value::List(items)) => Value::List(items.iter().map(as_text).collect()),
            (_, values) => values,
        };
        (field, Value::map([(kind, values)]))
    });
    let change = Value::map([("NewImage", Value::map(image))]);
    Some(Value::json(Value::map([("dynamodb", change)])))
}

fn as_text(value: &Value) -> Value {
    match value {
        Value::Int(number) => Value::text(number.to_string()),
        Value::Float(number) => Value::text(number.to_string()),
        other => other.clone(),
    }
}
