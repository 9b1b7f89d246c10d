//! Values become HCL expressions.

use std::borrow::Cow;

use indexmap::IndexMap;
use klo_plan::{Address, Block, PathStep, Ref, Target, Value};

use crate::escape::{Next, escape, is_identifier, quote, quoted_key};
use crate::layout::{Entry, pad, write_aligned, write_comment};

/// Lists longer than this many characters stand on several lines.
const LINE: usize = 72;

/// An expression whose first line stands `indent` levels deep; further lines carry their own
/// indentation.
pub(crate) fn expression(value: &Value, indent: usize) -> String {
    let mut out = String::new();
    write_expression(&mut out, value, indent);
    out
}

/// Adds an expression whose first line stands `indent` levels deep.
pub(crate) fn write_expression(out: &mut String, value: &Value, indent: usize) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(flag) => out.push_str(if *flag { "true" } else { "false" }),
        Value::Int(number) => out.push_str(&number.to_string()),
        Value::Float(number) if number.is_finite() => out.push_str(&number.to_string()),
        Value::Float(_) => out.push_str("null"),
        Value::Text(text) => quote(out, text),
        Value::List(items) => write_list(out, items, indent),
        Value::Map(entries) => write_object(out, entries, indent),
        Value::Blocks(blocks) => {
            let objects: Vec<Value> = blocks.iter().cloned().map(Value::from).collect();
            write_list(out, &objects, indent);
        }
        Value::Ref(reference) => write_reference(out, reference),
        Value::Concat(parts) => write_template(out, parts),
        Value::Json(inner) => write_call(out, "jsonencode", std::slice::from_ref(inner), indent),
        Value::Call(function, arguments) => write_call(out, function.name(), arguments, indent),
        Value::Commented(_, inner) => write_expression(out, inner, indent),
    }
}

/// A reference as text: `aws_db_instance.orders.address`.
pub(crate) fn reference_text(reference: &Ref) -> String {
    let mut out = String::new();
    write_reference(&mut out, reference);
    out
}

fn write_reference(out: &mut String, reference: &Ref) {
    let (class, name) = match &reference.target {
        Target::Resource(address) => {
            write_address(out, address);
            ("", "")
        }
        Target::Variable(name) => ("var.", name.as_str()),
        Target::Local(name) => ("local.", name.as_str()),
        Target::Module(name) => ("module.", name.as_str()),
    };
    out.push_str(class);
    out.push_str(name);
    for step in &reference.path {
        match step {
            PathStep::Attribute(name) if is_identifier(name) => {
                out.push('.');
                out.push_str(name);
            }
            PathStep::Index(index) => {
                out.push('[');
                out.push_str(&index.to_string());
                out.push(']');
            }
            PathStep::Attribute(key) | PathStep::Key(key) => {
                out.push('[');
                quote(out, key);
                out.push(']');
            }
        }
    }
}

fn write_address(out: &mut String, address: &Address) {
    out.push_str(address.class.prefix());
    out.push_str(address.kind);
    out.push('.');
    out.push_str(&address.name);
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

/// A key of an object as it is printed.
fn key_text(key: &str) -> Cow<'_, str> {
    if is_identifier(key) {
        Cow::Borrowed(key)
    } else {
        Cow::Owned(quoted_key(key))
    }
}

fn write_object(out: &mut String, entries: &IndexMap<String, Value>, indent: usize) {
    if entries.is_empty() {
        out.push_str("{}");
        return;
    }
    let entries: Vec<Entry<'_>> = entries
        .iter()
        .map(|(key, value)| Entry::new(key_text(key), value, indent + 1))
        .collect();
    out.push_str("{\n");
    write_aligned(out, &entries, indent + 1, false);
    pad(out, indent);
    out.push('}');
}

fn write_list(out: &mut String, items: &[Value], indent: usize) {
    if items.is_empty() {
        out.push_str("[]");
        return;
    }
    let texts: Vec<String> = items
        .iter()
        .map(|item| expression(item, indent + 1))
        .collect();
    let bare = items.iter().all(|item| comments(item).is_empty());
    let whole = texts.iter().map(|text| text.len() + 2).sum::<usize>();
    if bare && whole <= LINE && texts.iter().all(|text| !text.contains('\n')) {
        write_joined(out, "[", &texts, "]");
        return;
    }
    out.push_str("[\n");
    for (item, text) in items.iter().zip(texts) {
        for comment in comments(item) {
            write_comment(out, comment, indent + 1);
        }
        pad(out, indent + 1);
        out.push_str(&text);
        out.push_str(",\n");
    }
    pad(out, indent);
    out.push(']');
}

fn write_joined(out: &mut String, begin: &str, texts: &[String], end: &str) {
    out.push_str(begin);
    for (index, text) in texts.iter().enumerate() {
        if index > 0 {
            out.push_str(", ");
        }
        out.push_str(text);
    }
    out.push_str(end);
}

fn write_call(out: &mut String, name: &str, arguments: &[Value], indent: usize) {
    out.push_str(name);
    if let [argument] = arguments {
        out.push('(');
        write_expression(out, argument, indent);
        out.push(')');
        return;
    }
    let texts: Vec<String> = arguments
        .iter()
        .map(|argument| expression(argument, indent))
        .collect();
    if texts.iter().all(|text| !text.contains('\n')) {
        write_joined(out, "(", &texts, ")");
        return;
    }
    out.push_str("(\n");
    for argument in arguments {
        pad(out, indent + 1);
        write_expression(out, argument, indent + 1);
        out.push_str(",\n");
    }
    pad(out, indent);
    out.push(')');
}

enum Part {
    Text(String),
    Code(String),
}

/// A string with values in it. A single value is printed as itself, which is what `terraform fmt`
/// makes of it too.
fn write_template(out: &mut String, parts: &[Value]) {
    let mut flat = Vec::new();
    flatten(parts, &mut flat);
    if let [Part::Code(code)] = flat.as_slice() {
        out.push_str(code);
        return;
    }
    out.push('"');
    for (index, part) in flat.iter().enumerate() {
        match part {
            Part::Text(text) => {
                let next = if index + 1 < flat.len() {
                    Next::Interpolation
                } else {
                    Next::Quote
                };
                escape(out, text, next);
            }
            // An object's brace right after the interpolation's would not be told from it.
            Part::Code(code) if code.starts_with('{') => {
                out.push_str("${ ");
                out.push_str(code);
                out.push_str(" }");
            }
            Part::Code(code) => {
                out.push_str("${");
                out.push_str(code);
                out.push('}');
            }
        }
    }
    out.push('"');
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
                .map(|(key, value)| format!("{} = {}", key_text(key), one_line(value)))
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
