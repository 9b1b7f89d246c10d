//! Values become HCL expressions.

use klo_plan::{Block, PathStep, Ref, Target, Value};

use crate::escape::{Next, escape, is_identifier, quoted, quoted_key};
use crate::layout::{Entry, aligned, pad};

/// Lists longer than this many characters stand on several lines.
const LINE: usize = 72;

/// An expression whose first line stands `indent` levels deep; further lines carry their own
/// indentation.
pub(crate) fn expression(value: &Value, indent: usize) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(flag) => flag.to_string(),
        Value::Int(number) => number.to_string(),
        Value::Float(number) if number.is_finite() => number.to_string(),
        Value::Float(_) => "null".to_owned(),
        Value::Text(text) => quoted(text),
        Value::List(items) => list(items, indent),
        Value::Map(entries) => {
            let entries = entries
                .iter()
                .map(|(key, value)| map_entry(key, value, indent));
            object(entries.collect(), indent)
        }
        Value::Blocks(blocks) => {
            let objects: Vec<Value> = blocks.iter().cloned().map(Value::from).collect();
            list(&objects, indent)
        }
        Value::Ref(reference) => reference_text(reference),
        Value::Concat(parts) => template(parts),
        Value::Json(inner) => call("jsonencode", std::slice::from_ref(inner), indent),
        Value::Call(function, arguments) => call(function.name(), arguments, indent),
        Value::Commented(_, inner) => expression(inner, indent),
    }
}

/// A reference as text: `aws_db_instance.orders.address`.
pub(crate) fn reference_text(reference: &Ref) -> String {
    let mut text = match &reference.target {
        Target::Resource(address) => address.to_string(),
        Target::Variable(name) => format!("var.{name}"),
        Target::Local(name) => format!("local.{name}"),
        Target::Module(name) => format!("module.{name}"),
    };
    for step in &reference.path {
        match step {
            PathStep::Attribute(name) if is_identifier(name) => {
                text.push('.');
                text.push_str(name);
            }
            PathStep::Index(index) => text.push_str(&format!("[{index}]")),
            PathStep::Attribute(key) | PathStep::Key(key) => {
                text.push_str(&format!("[{}]", quoted(key)));
            }
        }
    }
    text
}

/// Comments that belong to a value: its own, and those inside what is printed on one line, which
/// has no other place for them.
pub(crate) fn comments(value: &Value) -> Vec<&str> {
    let mut found = Vec::new();
    match value {
        Value::Commented(comment, inner) => {
            found.extend((!comment.is_empty()).then_some(comment.as_str()));
            found.extend(comments(inner));
        }
        Value::Concat(items) => items.iter().for_each(|item| found.extend(comments(item))),
        Value::Call(_, items) if items.iter().all(is_inline) => {
            items.iter().for_each(|item| found.extend(comments(item)));
        }
        Value::Json(inner) if is_inline(inner) => found.extend(comments(inner)),
        _ => {}
    }
    found
}

fn is_inline(value: &Value) -> bool {
    match value {
        Value::Map(entries) => entries.is_empty(),
        Value::List(items) => items.is_empty(),
        Value::Commented(_, inner) | Value::Json(inner) => is_inline(inner),
        Value::Blocks(_) => false,
        _ => true,
    }
}

fn map_entry(key: &str, value: &Value, indent: usize) -> Entry {
    let name = if is_identifier(key) {
        key.to_owned()
    } else {
        quoted_key(key)
    };
    Entry::new(name, value, indent + 1)
}

fn object(entries: Vec<Entry>, indent: usize) -> String {
    if entries.is_empty() {
        return "{}".to_owned();
    }
    format!(
        "{{\n{}{}}}",
        aligned(&entries, indent + 1, false),
        pad(indent)
    )
}

fn list(items: &[Value], indent: usize) -> String {
    if items.is_empty() {
        return "[]".to_owned();
    }
    let texts: Vec<String> = items
        .iter()
        .map(|item| expression(item, indent + 1))
        .collect();
    let bare = items.iter().all(|item| comments(item).is_empty());
    let whole = texts.iter().map(|text| text.len() + 2).sum::<usize>();
    if bare && whole <= LINE && texts.iter().all(|text| !text.contains('\n')) {
        return format!("[{}]", texts.join(", "));
    }
    let mut out = String::from("[\n");
    for (item, text) in items.iter().zip(texts) {
        for comment in comments(item) {
            out.push_str(&crate::layout::comment(comment, indent + 1));
        }
        out.push_str(&format!("{}{text},\n", pad(indent + 1)));
    }
    out.push_str(&format!("{}]", pad(indent)));
    out
}

fn call(name: &str, arguments: &[Value], indent: usize) -> String {
    let texts: Vec<String> = arguments
        .iter()
        .map(|argument| expression(argument, indent))
        .collect();
    if arguments.len() == 1 || texts.iter().all(|text| !text.contains('\n')) {
        return format!("{name}({})", texts.join(", "));
    }
    let mut out = format!("{name}(\n");
    for argument in arguments {
        let text = expression(argument, indent + 1);
        out.push_str(&format!("{}{text},\n", pad(indent + 1)));
    }
    out.push_str(&format!("{})", pad(indent)));
    out
}

enum Part {
    Text(String),
    Code(String),
}

/// A string with values in it. A single value is printed as itself, which is what `terraform fmt`
/// makes of it too.
fn template(parts: &[Value]) -> String {
    let mut flat = Vec::new();
    flatten(parts, &mut flat);
    if let [Part::Code(code)] = flat.as_slice() {
        return code.clone();
    }
    let mut out = String::from("\"");
    for (index, part) in flat.iter().enumerate() {
        match part {
            Part::Text(text) => {
                let next = if index + 1 < flat.len() {
                    Next::Interpolation
                } else {
                    Next::Quote
                };
                out.push_str(&escape(text, next));
            }
            // An object's brace right after the interpolation's would not be told from it.
            Part::Code(code) if code.starts_with('{') => out.push_str(&format!("${{ {code} }}")),
            Part::Code(code) => out.push_str(&format!("${{{code}}}")),
        }
    }
    out.push('"');
    out
}

/// Merges neighbouring texts, so that what they hold is escaped as one.
fn flatten(parts: &[Value], flat: &mut Vec<Part>) {
    for part in parts {
        let literal = match part {
            Value::Text(text) => text.clone(),
            Value::Bool(flag) => flag.to_string(),
            Value::Int(number) => number.to_string(),
            Value::Float(number) => number.to_string(),
            Value::Null => continue,
            Value::Concat(inner) => {
                flatten(inner, flat);
                continue;
            }
            Value::Commented(_, inner) => {
                flatten(std::slice::from_ref(inner), flat);
                continue;
            }
            other => {
                flat.push(Part::Code(one_line(other)));
                continue;
            }
        };
        match flat.last_mut() {
            Some(Part::Text(text)) => text.push_str(&literal),
            _ => flat.push(Part::Text(literal)),
        }
    }
}

/// An expression without line breaks, for use inside an interpolation.
fn one_line(value: &Value) -> String {
    let join = |items: &[Value]| items.iter().map(one_line).collect::<Vec<_>>().join(", ");
    match value {
        Value::List(items) => format!("[{}]", join(items)),
        Value::Map(entries) if entries.is_empty() => "{}".to_owned(),
        Value::Map(entries) => {
            let entries: Vec<String> = entries
                .iter()
                .map(|(key, value)| {
                    let entry = map_entry(key, &Value::Null, 0);
                    format!("{} = {}", entry.name(), one_line(value))
                })
                .collect();
            format!("{{ {} }}", entries.join(", "))
        }
        Value::Blocks(blocks) => {
            let objects: Vec<Value> = blocks.iter().cloned().map(Value::from).collect();
            format!("[{}]", join(&objects))
        }
        Value::Json(inner) => format!("jsonencode({})", one_line(inner)),
        Value::Call(function, arguments) => format!("{}({})", function.name(), join(arguments)),
        Value::Commented(_, inner) => one_line(inner),
        other => expression(other, 0),
    }
}

/// The attributes of a body, without those that are unset.
pub(crate) fn attributes(body: &Block) -> impl Iterator<Item = (&str, &Value)> {
    body.0
        .iter()
        .filter(|(_, value)| !matches!(value, Value::Null | Value::Blocks(_)))
        .map(|(name, value)| (name.as_str(), value))
}

/// The nested blocks of a body.
pub(crate) fn blocks(body: &Block) -> impl Iterator<Item = (&str, &Block)> {
    body.0
        .iter()
        .filter_map(|(name, value)| match value {
            Value::Blocks(nested) => Some((name, nested)),
            _ => None,
        })
        .flat_map(|(name, nested)| nested.iter().map(|block| (name.as_str(), block)))
}
