//! What a rule sees of a resource: its arguments as plain values, as in Terraform's state, with what
//! only Terraform will know as the text that stands for it.

use std::fmt;

use indexmap::IndexMap;
use klo_intent::AttrValue;

use crate::value::{Block, PathStep, Ref, Target, Value};

impl Block {
    /// The arguments and nested blocks as a map, in their order; see [`Value::view`].
    pub fn view(&self) -> IndexMap<String, AttrValue> {
        self.0
            .iter()
            .map(|(name, value)| (name.clone(), value.view()))
            .collect()
    }
}

impl Value {
    /// The value as rules judge it.
    ///
    /// - Literals are themselves; a number that is none is null, as it is printed.
    /// - References and calls are text in `${…}`: `${aws_kms_key.data.arn}`,
    ///   `${tostring(var.port)}`. In text with values in it they stand between what is literal, which
    ///   is not escaped: `${aws_s3_bucket.receipts.arn}/*`.
    /// - Nested blocks are lists of maps: a single one is a list of one, as in Terraform's state.
    /// - A value as JSON text is that text, with its keys sorted and without spaces, as Terraform
    ///   writes it; references in it are strings in `${…}`.
    pub fn view(&self) -> AttrValue {
        match self {
            Self::Null => AttrValue::Null,
            Self::Bool(flag) => AttrValue::Bool(*flag),
            Self::Int(number) => AttrValue::Int(*number),
            Self::Float(number) if number.is_finite() => AttrValue::Float(*number),
            Self::Float(_) => AttrValue::Null,
            Self::Text(text) => AttrValue::Str(text.clone()),
            Self::List(items) => AttrValue::List(items.iter().map(Self::view).collect()),
            Self::Map(entries) => AttrValue::Map(
                entries
                    .iter()
                    .map(|(key, value)| (key.clone(), value.view()))
                    .collect(),
            ),
            Self::Blocks(blocks) => {
                AttrValue::List(blocks.iter().map(|b| AttrValue::Map(b.view())).collect())
            }
            Self::Ref(_) | Self::Call(..) => AttrValue::Str(interpolated(self)),
            Self::Concat(parts) => AttrValue::Str(template(parts, &str::to_owned)),
            Self::Json(inner) => {
                let mut json = inner.view().to_json();
                json.sort_all_objects();
                AttrValue::Str(json.to_string())
            }
            Self::Commented(_, inner) => inner.view(),
        }
    }
}

/// Terraform's notation: `aws_db_instance.orders.address`.
impl fmt::Display for Ref {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.target {
            Target::Resource(address) => write!(f, "{address}")?,
            Target::Variable(name) => write!(f, "var.{name}")?,
            Target::Local(name) => write!(f, "local.{name}")?,
            Target::Module(name) => write!(f, "module.{name}")?,
        }
        for step in &self.path {
            match step {
                PathStep::Attribute(name) if is_word(name) => write!(f, ".{name}")?,
                PathStep::Index(index) => write!(f, "[{index}]")?,
                PathStep::Attribute(key) | PathStep::Key(key) => write!(f, "[{}]", quoted(key))?,
            }
        }
        Ok(())
    }
}

fn is_word(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'))
}

fn interpolated(value: &Value) -> String {
    format!("${{{}}}", expression(value))
}

/// Parts in one string: literal ones as `literal` writes them, others in `${…}`.
fn template(parts: &[Value], literal: &impl Fn(&str) -> String) -> String {
    let written = parts.iter().map(|part| match part {
        Value::Null => String::new(),
        Value::Text(text) => literal(text),
        Value::Bool(_) | Value::Int(_) | Value::Float(_) => expression(part),
        Value::Concat(inner) => template(inner, literal),
        Value::Commented(_, inner) => template(std::slice::from_ref(inner), literal),
        other => interpolated(other),
    });
    written.collect()
}

/// A value inside `${…}`, on one line.
fn expression(value: &Value) -> String {
    let all = |items: &[Value]| items.iter().map(expression).collect::<Vec<_>>().join(", ");
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(flag) => flag.to_string(),
        Value::Int(number) => number.to_string(),
        Value::Float(number) if number.is_finite() => number.to_string(),
        Value::Float(_) => "null".to_owned(),
        Value::Text(text) => quoted(text),
        Value::List(items) => format!("[{}]", all(items)),
        Value::Map(entries) => object(entries),
        Value::Blocks(blocks) => {
            let objects: Vec<String> = blocks.iter().map(|block| object(&block.0)).collect();
            format!("[{}]", objects.join(", "))
        }
        Value::Ref(reference) => reference.to_string(),
        Value::Concat(parts) => match parts.as_slice() {
            [one @ (Value::Ref(_) | Value::Call(..))] => expression(one),
            parts => format!("\"{}\"", template(parts, &escaped)),
        },
        Value::Json(inner) => format!("jsonencode({})", expression(inner)),
        Value::Call(function, arguments) => format!("{}({})", function.name(), all(arguments)),
        Value::Commented(_, inner) => expression(inner),
    }
}

fn object(entries: &IndexMap<String, Value>) -> String {
    let written = entries.iter().map(|(key, value)| {
        let key = if is_word(key) {
            key.clone()
        } else {
            quoted(key)
        };
        format!("{key} = {}", expression(value))
    });
    match written.collect::<Vec<_>>() {
        entries if entries.is_empty() => "{}".to_owned(),
        entries => format!("{{ {} }}", entries.join(", ")),
    }
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", escaped(text))
}

/// What a reader has to tell from the rest of an expression; the printers see to every character.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\n', "\\n")
        .replace("${", "$${")
        .replace("%{", "%%{")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Address, Function};

    fn shown(value: impl Into<Value>) -> String {
        value.into().view().to_json().to_string()
    }

    fn key() -> Value {
        Address::managed("aws_kms_key", "data").attr("arn")
    }

    #[test]
    fn literals_are_themselves() {
        assert_eq!(shown(true), "true");
        assert_eq!(shown(7), "7");
        assert_eq!(shown(Value::Float(0.5)), "0.5");
        assert_eq!(shown(Value::Float(f64::NAN)), "null");
        assert_eq!(shown(Value::Null), "null");
        assert_eq!(shown("a ${b}"), r#""a ${b}""#);
        assert_eq!(shown(Value::list(["a", "b"])), r#"["a","b"]"#);
        assert_eq!(shown(Value::text("a").commented("why")), r#""a""#);
        assert_eq!(
            Value::map([("b", 1), ("a", 2)])
                .view()
                .to_json()
                .to_string(),
            r#"{"b":1,"a":2}"#
        );
    }

    #[test]
    fn what_terraform_will_know_is_text() {
        assert_eq!(shown(key()), r#""${aws_kms_key.data.arn}""#);
        assert_eq!(shown(Value::variable("port")), r#""${var.port}""#);
        let data = Address::data("aws_vpc", "main").attr("ids").index(0);
        assert_eq!(shown(data), r#""${data.aws_vpc.main.ids[0]}""#);
        let step = Value::local("names").key("a b");
        assert_eq!(shown(step), r#""${local.names[\"a b\"]}""#);
        assert_eq!(
            shown(Value::concat([key(), Value::text("/*")])),
            r#""${aws_kms_key.data.arn}/*""#
        );
        let nested = Value::concat([
            Value::text("a"),
            Value::concat([Value::Int(1), Value::Null, key()]).commented("why"),
        ]);
        assert_eq!(shown(nested), r#""a1${aws_kms_key.data.arn}""#);
        let call = Value::call(
            Function::Replace,
            [
                Value::concat([Value::text("k${"), key()]),
                Value::text("\""),
                Value::map([("a", Value::list([1])), ("b c", Value::Null)]),
            ],
        );
        assert_eq!(
            call.view(),
            AttrValue::from(
                r#"${replace("k$${${aws_kms_key.data.arn}", "\"", { a = [1], "b c" = null })}"#
            )
        );
    }

    #[test]
    fn blocks_are_lists_of_maps() {
        let rule = Block::new().with("days", 7);
        let body = Block::new()
            .with("name", "x")
            .block("rule", rule.clone())
            .with("unset", Value::Null);
        assert_eq!(
            AttrValue::Map(body.view()).to_json().to_string(),
            r#"{"name":"x","rule":[{"days":7}],"unset":null}"#
        );
        assert_eq!(
            shown(Value::Blocks(vec![rule.clone(), rule])),
            r#"[{"days":7},{"days":7}]"#
        );
    }

    #[test]
    fn json_is_its_text() {
        let policy = Value::json(Value::map([
            ("Version", Value::text("2012-10-17")),
            ("Resource", Value::list([key()])),
        ]));
        assert_eq!(
            policy.view(),
            AttrValue::from(r#"{"Resource":["${aws_kms_key.data.arn}"],"Version":"2012-10-17"}"#)
        );
    }
}
