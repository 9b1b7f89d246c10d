//! Values become expressions, under the names and in the forms that the package has for them.

use indexmap::IndexMap;
use klo_plan::provider::{FieldType, Fields};
use klo_plan::{Block, Function, Target, Value, Variable, VariableType};

use crate::escape::{quoted, template};
use crate::file::{File, Package};
use crate::form::{Entry, array, call, comments, object};
use crate::layout::Doc;
use crate::rule::Holds;
use crate::table::Mapped;

/// What is expected where a value stands.
#[derive(Clone)]
pub(crate) struct Slot<'a> {
    /// Its type as Terraform has it; nothing where it has none.
    ty: Option<FieldType>,
    /// The package's own type.
    scalar: Option<&'static str>,
    /// The type whose argument it is, and the path in it.
    place: Option<(&'a Mapped, String)>,
    /// Columns that stand before its lines.
    indent: usize,
    /// Whether it becomes JSON, where what is unset is said to be.
    json: bool,
}

impl Slot<'_> {
    /// Where anything may stand.
    pub(crate) const fn any(indent: usize) -> Self {
        Self {
            ty: None,
            scalar: None,
            place: None,
            indent,
            json: false,
        }
    }

    /// Where text is expected.
    pub(crate) fn text(indent: usize) -> Self {
        Self {
            scalar: Some("string"),
            ..Self::any(indent)
        }
    }

    fn deeper(&self) -> Self {
        Self {
            indent: self.indent + 2,
            ..self.clone()
        }
    }

    fn item(&self) -> Self {
        let ty = match &self.ty {
            Some(FieldType::List(item) | FieldType::Set(item) | FieldType::Map(item)) => {
                Some((**item).clone())
            }
            _ => None,
        };
        Self {
            ty,
            ..self.deeper()
        }
    }

    /// `string`, `number` or `boolean`, where one of them is expected.
    fn wants(&self) -> Option<&'static str> {
        self.scalar.or(match &self.ty {
            Some(FieldType::Text) => Some("string"),
            Some(FieldType::Number) => Some("number"),
            Some(FieldType::Bool) => Some("boolean"),
            _ => None,
        })
    }
}

impl<'a> File<'a> {
    /// A value where something of a kind is expected.
    pub(crate) fn value(&self, value: &Value, slot: &Slot<'_>) -> Doc {
        match value {
            Value::Null => Doc::text(if slot.json { "null" } else { "undefined" }),
            Value::Float(number) if !number.is_finite() => Doc::text("undefined"),
            Value::Text(text) => match slot.wants() {
                Some("number") if text.parse::<f64>().is_ok() => Doc::text(text),
                Some("boolean") if matches!(text.as_str(), "true" | "false") => Doc::text(text),
                _ => Doc::text(quoted(text)),
            },
            Value::Bool(_) | Value::Int(_) | Value::Float(_) => {
                let text = plain(value);
                match slot.wants() {
                    Some("string") => Doc::text(quoted(&text)),
                    _ => Doc::text(text),
                }
            }
            Value::List(items) => self.list(items, slot),
            Value::Map(entries) => match slot.ty.as_ref().and_then(FieldType::fields) {
                Some(fields) => object(self.properties(entries, fields, slot)),
                None => self.map(entries, slot),
            },
            Value::Blocks(blocks) => {
                let items: Vec<Value> = blocks.iter().cloned().map(Value::from).collect();
                self.list(&items, slot)
            }
            Value::Ref(reference) => self.converted(value, self.reference(reference), slot),
            Value::Call(function, arguments) => {
                self.converted(value, self.call(*function, arguments), slot)
            }
            Value::Concat(parts) => self.template(parts),
            Value::Json(inner) => self.json(inner, slot),
            Value::Commented(_, inner) => self.value(inner, slot),
        }
    }

    /// The properties of a block, in its order.
    pub(crate) fn body(&self, mapped: &Mapped, block: &Block, indent: usize) -> Vec<Entry> {
        let slot = Slot {
            ty: None,
            scalar: None,
            place: Some((mapped, String::new())),
            indent,
            json: false,
        };
        self.properties(&block.0, mapped.fields, &slot)
    }

    fn properties(
        &self,
        entries: &IndexMap<String, Value>,
        fields: Fields,
        slot: &Slot<'_>,
    ) -> Vec<Entry> {
        let Some((mapped, path)) = &slot.place else {
            return Vec::new();
        };
        let stated = entries.iter().filter(|(_, value)| **value != Value::Null);
        let printed = stated.filter_map(|(name, value)| {
            let path = if path.is_empty() {
                name.clone()
            } else {
                format!("{path}.{name}")
            };
            let field = fields.get(name);
            let property = field.as_ref().and_then(|f| mapped.property(&path, f));
            let (Some(field), Some(property)) = (field, property) else {
                self.problem(format!("`{path}` of {}", mapped.path));
                return None;
            };
            let slot = Slot {
                ty: Some(field.ty),
                scalar: property.scalar,
                place: Some((*mapped, path)),
                indent: slot.indent + 2,
                json: false,
            };
            let doc = self.held(value, property.holds, &slot);
            Some(Entry::of(property.name, value, doc, slot.indent))
        });
        printed.collect()
    }

    /// What an argument holds, in the package's form of it.
    fn held(&self, value: &Value, holds: Holds, slot: &Slot<'_>) -> Doc {
        if holds != Holds::One {
            return self.value(value, slot);
        }
        match value {
            Value::Blocks(blocks) if blocks.len() == 1 => {
                self.value(&Value::from(blocks[0].clone()), slot)
            }
            Value::List(items) if items.len() == 1 => {
                let item = Slot {
                    indent: slot.indent,
                    ..slot.item()
                };
                let is_block = matches!(slot.ty, Some(FieldType::Block(_)));
                self.value(&items[0], if is_block { slot } else { &item })
            }
            Value::Commented(_, inner) => self.held(inner, holds, slot),
            other => {
                if let Some((mapped, path)) = &slot.place
                    && !matches!(other, Value::Map(_))
                {
                    self.problem(format!("several of `{path}` in {}", mapped.path));
                }
                self.value(other, slot)
            }
        }
    }

    fn list(&self, items: &[Value], slot: &Slot<'_>) -> Doc {
        let item = match slot.ty {
            Some(FieldType::Block(_)) => slot.deeper(),
            _ => slot.item(),
        };
        let items: Vec<(Vec<String>, Doc)> = items
            .iter()
            .map(|value| (comments(value, item.indent), self.value(value, &item)))
            .collect();
        array(items)
    }

    fn map(&self, entries: &IndexMap<String, Value>, slot: &Slot<'_>) -> Doc {
        let item = slot.item();
        let entries = entries
            .iter()
            .map(|(name, value)| Entry::of(name, value, self.value(value, &item), item.indent));
        object(entries.collect())
    }

    fn json(&self, inner: &Value, slot: &Slot<'_>) -> Doc {
        let mut known = true;
        inner.for_each_ref(&mut |_| known = false);
        let function = if known {
            "JSON.stringify".to_owned()
        } else {
            self.package(Package::Pulumi, "jsonStringify")
        };
        let slot = Slot {
            json: true,
            ..Slot::any(slot.indent)
        };
        let argument = self.value(inner, &slot);
        call(&function, vec![argument])
    }

    /// What becomes of a value of one type where another is expected.
    fn converted(&self, value: &Value, doc: Doc, slot: &Slot<'_>) -> Doc {
        let found = self.type_of(value);
        match (slot.wants(), found) {
            (Some("string"), Some("number" | "boolean")) => {
                let text = doc.flat().unwrap_or_default();
                let tag = self.package(Package::Pulumi, "interpolate");
                Doc::text(format!("{tag}`${{{text}}}`"))
            }
            (Some("number"), Some("string")) => call(self.function("toNumber"), vec![doc]),
            _ => doc,
        }
    }

    fn type_of(&self, value: &Value) -> Option<&'static str> {
        match value {
            Value::Call(Function::ParseInt, _) => Some("number"),
            Value::Call(
                Function::UrlEncode
                | Function::Sha256
                | Function::Substr
                | Function::ToString
                | Function::Replace,
                _,
            )
            | Value::Concat(_)
            | Value::Text(_)
            | Value::Json(_) => Some("string"),
            Value::Int(_) | Value::Float(_) => Some("number"),
            Value::Bool(_) => Some("boolean"),
            Value::Commented(_, inner) => self.type_of(inner),
            Value::Call(Function::NonSensitive, arguments) => self.type_of(arguments.first()?),
            Value::Ref(reference) => match &reference.target {
                Target::Variable(name) if reference.path.is_empty() => {
                    match self.variable(name)?.ty {
                        VariableType::Number => Some("number"),
                        VariableType::String => Some("string"),
                        VariableType::StringMap => None,
                    }
                }
                Target::Local(name) if reference.path.is_empty() => {
                    self.type_of(&self.program.local_value(name)?.value)
                }
                Target::Resource(_) | Target::Local(_) => {
                    let ty = self.path(reference).ty();
                    Slot { ty, ..Slot::any(0) }.wants()
                }
                _ => None,
            },
            _ => None,
        }
    }

    pub(crate) fn variable(&self, name: &str) -> Option<&'a Variable> {
        let mut variables = self.program.plan.variables.iter();
        variables.find(|variable| variable.root == self.program.root && variable.name == name)
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::Bool(flag) => flag.to_string(),
        Value::Int(number) => number.to_string(),
        Value::Float(number) => number.to_string(),
        _ => String::new(),
    }
}

enum Part {
    Text(String),
    Code(String),
}

impl File<'_> {
    /// A string with values in it.
    fn template(&self, parts: &[Value]) -> Doc {
        let mut flat = Vec::new();
        self.flatten(parts, &mut flat);
        match flat.as_slice() {
            [] => return Doc::text(quoted("")),
            [Part::Text(text)] => return Doc::text(quoted(text)),
            _ => {}
        }
        let mut out = self.package(Package::Pulumi, "interpolate");
        out.push('`');
        for part in &flat {
            match part {
                Part::Text(text) => out.push_str(&template(text)),
                Part::Code(code) => out.push_str(&format!("${{{code}}}")),
            }
        }
        out.push('`');
        Doc::text(out)
    }

    /// Merges neighbouring texts, so that what they hold is escaped as one.
    fn flatten(&self, parts: &[Value], flat: &mut Vec<Part>) {
        for part in parts {
            let literal = match part {
                Value::Text(text) => text.clone(),
                Value::Bool(_) | Value::Int(_) | Value::Float(_) => plain(part),
                Value::Null => continue,
                Value::Concat(inner) => {
                    self.flatten(inner, flat);
                    continue;
                }
                Value::Commented(_, inner) => {
                    self.flatten(std::slice::from_ref(inner), flat);
                    continue;
                }
                // What stands in text is text.
                Value::Call(Function::ToString, arguments) => {
                    self.flatten(arguments, flat);
                    continue;
                }
                other => {
                    let code = self.value(other, &Slot::any(0)).flat();
                    if code.is_none() {
                        self.problem("an object inside of text");
                    }
                    flat.push(Part::Code(code.unwrap_or_default()));
                    continue;
                }
            };
            match flat.last_mut() {
                Some(Part::Text(text)) => text.push_str(&literal),
                _ => flat.push(Part::Text(literal)),
            }
        }
    }

    /// A call of one of the functions that both printers know.
    fn call(&self, function: Function, arguments: &[Value]) -> Doc {
        let own = match function {
            Function::ToString => return self.template(arguments),
            Function::NonSensitive => {
                let name = self.package(Package::Pulumi, "unsecret");
                return call(&name, self.arguments(arguments));
            }
            Function::One | Function::ToList => {
                let Some(list) = arguments.first() else {
                    return Doc::text("undefined");
                };
                let list = self.value(list, &Slot::any(0));
                return match (function, list.flat()) {
                    (Function::One, Some(text)) => Doc::text(format!("{text}[0]")),
                    _ => list,
                };
            }
            Function::Concat => {
                self.problem("lists that are joined");
                return Doc::text("undefined");
            }
            Function::UrlEncode => "urlEncode",
            Function::Sha256 => "sha256",
            Function::Substr => "substring",
            Function::ParseInt => "parseInteger",
            Function::JsonDecode => "jsonDecode",
            Function::Replace => "replace",
        };
        call(self.function(own), self.arguments(arguments))
    }

    fn arguments(&self, arguments: &[Value]) -> Vec<Doc> {
        let slot = Slot::any(0);
        arguments
            .iter()
            .map(|argument| self.value(argument, &slot))
            .collect()
    }
}
