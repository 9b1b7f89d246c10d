//! Paths to the values that requirements are about: checked against the schema when a pack is
//! loaded, followed when a graph or plan is judged.

use klo_diagnostics::{did_you_mean, list_of};
use klo_intent::{
    AttrValue, EXPOSE_KEYS, GPU_TYPES, Intent, Kind, TRIGGER_KEYS, Type, attribute, attributes,
};
use klo_plan::provider::{FieldType, ResourceType};

/// Names of an intent that stand in no table of attributes.
const IDENTITY: [&str; 3] = ["id", "kind", "name"];

/// A path that the schema has.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Path {
    /// As it is written.
    pub(crate) text: String,
    steps: Vec<String>,
    /// What stands at its end; of a list, each element.
    pub(crate) ty: Type,
}

/// Why a path is none: a sentence and what would fix it.
pub(crate) type PathFault = (String, String);

const TEXT: Type = Type::Text;
const TEXT_MAP: Type = Type::Map(&TEXT);
const NUMBER: Type = Type::Number(f64::MIN, f64::MAX);

impl Path {
    /// A path that every one of the kinds has.
    pub(crate) fn of_kinds(text: &str, kinds: &[Kind]) -> Result<Self, PathFault> {
        let mut found: Option<Self> = None;
        let mut lacking = Vec::new();
        let mut fault = None;
        for kind in kinds {
            match Self::of_kind(text, *kind) {
                Ok(path) => match &found {
                    Some(other)
                        if std::mem::discriminant(&other.ty)
                            != std::mem::discriminant(&path.ty) =>
                    {
                        let message = format!("`{text}` is of several types among these kinds");
                        return Err((message, "write a rule for each kind".to_owned()));
                    }
                    Some(_) => {}
                    None => found = Some(path),
                },
                Err(found) => {
                    lacking.push(kind.name());
                    fault.get_or_insert(found);
                }
            }
        }
        match (found, fault) {
            (Some(path), None) => Ok(path),
            (Some(_), Some(_)) => {
                let having = kinds.iter().map(|kind| kind.name());
                let having: Vec<&str> = having.filter(|kind| !lacking.contains(kind)).collect();
                let message = format!(
                    "{} {} no `{text}`",
                    list_of(lacking.iter().copied()),
                    have(&lacking)
                );
                Err((message, format!("write `on: {}`", having.join("|"))))
            }
            (None, fault) => Err(fault.unwrap_or_default()),
        }
    }

    fn of_kind(text: &str, kind: Kind) -> Result<Self, PathFault> {
        let mut steps = text.split('.');
        let first = steps.next().unwrap_or_default();
        let own = |ty, steps: &[&str]| Self {
            text: text.to_owned(),
            steps: steps.iter().map(|step| (*step).to_owned()).collect(),
            ty,
        };
        if IDENTITY.contains(&first) && steps.clone().next().is_none() {
            return Ok(own(Type::Text, &[first]));
        }
        let Some(found) = attribute(kind, first) else {
            let known: Vec<&str> = attributes(kind)
                .iter()
                .map(|attribute| attribute.name)
                .chain(IDENTITY)
                .collect();
            let message = format!("a {kind} has no attribute `{}`", first.escape_debug());
            return Err((message, nearest(first, &known)));
        };
        let mut ty = found.ty;
        let mut taken = vec![first];
        for step in steps {
            ty = inside(first, ty, step, text)?;
            taken.push(step);
        }
        if ty == Type::Gpu {
            // A GPU by itself is compared by its type.
            ty = Type::Choice(GPU_TYPES);
            taken.push("type");
        }
        while let Type::List(item) = ty {
            ty = *item;
        }
        Ok(own(ty, &taken))
    }

    /// A path that every one of the provider's types has.
    pub(crate) fn of_resources(text: &str, types: &[ResourceType]) -> Result<Self, PathFault> {
        let mut found = None;
        for resource in types {
            found = Some(Self::of_resource(text, resource)?);
        }
        found.ok_or_else(Default::default)
    }

    fn of_resource(text: &str, resource: &ResourceType) -> Result<Self, PathFault> {
        let mut found: Option<FieldType> = None;
        let mut steps: Vec<String> = Vec::new();
        for step in text.split('.') {
            let (next, fields) = match &found {
                None => (
                    resource.field(step).map(|field| field.ty),
                    Some(resource.fields),
                ),
                Some(ty) => (below(ty, step), ty.fields()),
            };
            if next.is_none() {
                let owner = if steps.is_empty() {
                    resource.name.to_owned()
                } else {
                    format!("`{}` of {}", steps.join("."), resource.name)
                };
                let known: Vec<&str> = fields
                    .into_iter()
                    .flat_map(|fields| fields.names())
                    .collect();
                let message = format!("{owner} has no `{}`", step.escape_debug());
                return Err((message, nearest(step, &known)));
            }
            found = next;
            steps.push(step.to_owned());
        }
        let ty = found.as_ref().map_or(Type::Text, leaf);
        let text = text.to_owned();
        Ok(Self { text, steps, ty })
    }

    /// The attribute that it begins with.
    pub(crate) fn attribute(&self) -> &str {
        self.steps.first().map_or("", String::as_str)
    }

    /// Whether it is an attribute as a whole, so that a value can be written in its place.
    pub(crate) fn is_whole(&self) -> bool {
        self.steps.len() == 1
    }

    /// Visits what an intent has there: several values where the path leads through a list.
    pub(crate) fn visit_intent(&self, intent: &Intent, visit: &mut dyn FnMut(&AttrValue)) {
        match self.attribute() {
            "id" => visit(&AttrValue::Str(intent.id())),
            "kind" => visit(&AttrValue::from(intent.kind.name())),
            "name" => visit(&AttrValue::from(intent.name.as_str())),
            first => follow(intent.value(first), &self.steps[1..], visit),
        }
    }

    /// Visits what a value has there, from its own first key on.
    pub(crate) fn visit_value(&self, value: &AttrValue, visit: &mut dyn FnMut(&AttrValue)) {
        follow(value, &self.steps, visit);
    }
}

fn have(kinds: &[&str]) -> &'static str {
    if kinds.len() == 1 { "has" } else { "have" }
}

/// What would fix a step that is not there.
fn nearest(step: &str, known: &[&str]) -> String {
    match did_you_mean(step, known.iter().copied()) {
        Some(nearest) => format!("did you mean `{nearest}`?"),
        None if known.is_empty() => "it is a plain value".to_owned(),
        None => format!("there is {}", list_of(known.iter().copied())),
    }
}

/// What a key of a provider's value holds, past the positions of lists and sets.
fn below(ty: &FieldType, step: &str) -> Option<FieldType> {
    match ty {
        FieldType::List(item) | FieldType::Set(item) => below(item, step),
        FieldType::Map(item) => Some((**item).clone()),
        FieldType::Any => Some(FieldType::Any),
        other => other.fields()?.get(step).map(|field| field.ty),
    }
}

/// The type of a provider's value, of a list's elements.
fn leaf(ty: &FieldType) -> Type {
    match ty {
        FieldType::Bool => Type::Bool,
        FieldType::Number => NUMBER,
        FieldType::List(item) | FieldType::Set(item) => leaf(item),
        FieldType::Map(_) | FieldType::Object(_) | FieldType::Block(_) => TEXT_MAP,
        FieldType::Text | FieldType::Any => Type::Text,
    }
}

/// The type of a key inside an attribute.
fn inside(attribute: &str, ty: Type, step: &str, text: &str) -> Result<Type, PathFault> {
    let unknown = |known: &[&str]| {
        let owner = text.rsplit_once('.').map_or(attribute, |(owner, _)| owner);
        let message = format!(
            "`{}` has no `{}`",
            owner.escape_debug(),
            step.escape_debug()
        );
        (message, nearest(step, known))
    };
    let keys = match attribute {
        "expose" => Some(EXPOSE_KEYS),
        "triggers" => Some(TRIGGER_KEYS),
        _ => None,
    };
    match (ty, keys) {
        (Type::List(Type::Map(_)), Some(keys)) => {
            let names: Vec<&str> = keys.iter().map(|key| key.name).collect();
            let found = keys.iter().find(|key| key.name == step);
            found.map(|key| key.ty).ok_or_else(|| unknown(&names))
        }
        (Type::List(item), _) => inside(attribute, *item, step, text),
        (Type::Map(item), _) => match attribute {
            "routes" if !["method", "path"].contains(&step) => Err(unknown(&["method", "path"])),
            _ => Ok(*item),
        },
        (Type::Object(keys), _) => {
            let names: Vec<&str> = keys.iter().map(|(name, _, _)| *name).collect();
            let found = keys.iter().find(|(name, _, _)| *name == step);
            found.map(|(_, ty, _)| *ty).ok_or_else(|| unknown(&names))
        }
        (Type::Gpu, _) => match step {
            "type" => Ok(Type::Choice(GPU_TYPES)),
            "count" => Ok(Type::Int(0, 8)),
            _ => Err(unknown(&["type", "count"])),
        },
        (Type::Either(types), _) => {
            let mut found = types
                .iter()
                .filter_map(|ty| inside(attribute, *ty, step, text).ok());
            found.next().ok_or_else(|| unknown(&[]))
        }
        _ => Err(unknown(&[])),
    }
}

/// Visits every value at the end of some steps; nothing there is `Null`, and an empty list no value.
fn follow(value: &AttrValue, steps: &[String], visit: &mut dyn FnMut(&AttrValue)) {
    match (value, steps.split_first()) {
        (AttrValue::List(items), _) => items.iter().for_each(|item| follow(item, steps, visit)),
        (AttrValue::Map(entries), Some((first, rest))) => {
            follow(entries.get(first).unwrap_or(&AttrValue::Null), rest, visit);
        }
        (value, None) => visit(value),
        (_, Some(_)) => visit(&AttrValue::Null),
    }
}
