//! How the code finds a resource: the variables that the annotated expression reads, and the field
//! that each of them holds.

use std::collections::{BTreeMap, BTreeSet};

use klo_intent::{Engine, Field, Kind};

use super::machine::Machine;
use super::url::field_in_url;
use super::value::{EnvRead, FrameIx, Part, Tag, Value, ValueId, Values};
use crate::knowledge::clients::{self, Client};
use crate::knowledge::rust;

/// What the annotated expression of one resource says in one unit.
#[derive(Debug, Clone, Default)]
pub(crate) struct Found {
    /// Variables and their fields.
    pub(crate) fields: BTreeMap<(String, Field), EnvRead>,
    /// The clients that were made.
    pub(crate) clients: Vec<&'static Client>,
    /// The engine that a type argument names.
    pub(crate) engine: Option<Engine>,
    /// Connections, by client: size, overflow, whether the code states them, and where.
    pub(crate) pools: BTreeSet<PoolFound>,
    /// Schemes of URLs in the code: defaults and literal prefixes.
    pub(crate) schemes: BTreeSet<String>,
    /// The kind that the values show.
    pub(crate) kinds: BTreeSet<Kind>,
    /// Literal addresses, for the error that there is no variable.
    pub(crate) literals: BTreeSet<String>,
    /// A directory, for volumes.
    pub(crate) path: Option<String>,
    /// Whether a client that speaks to several shards is made.
    pub(crate) cluster: bool,
    /// Whether a client that is made from parts asks for TLS.
    pub(crate) tls: bool,
}

impl Found {
    /// What its variables hold whole is the resource's name: the code asks for the address by it.
    pub(crate) fn hold_names(&mut self) {
        let fields = std::mem::take(&mut self.fields).into_iter();
        self.fields = fields
            .map(|((variable, field), read)| {
                let field = match field {
                    Field::Url | Field::Arn => Field::Name,
                    field => field,
                };
                ((variable, field), read)
            })
            .collect();
    }
}

/// Connections that a client may open.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct PoolFound {
    pub(crate) library: &'static str,
    pub(crate) size: u32,
    pub(crate) overflow: u32,
    /// The call, where the numbers are stated.
    pub(crate) at: Option<klo_source::Span>,
}

/// Reads one tag's values.
pub(crate) struct Reader<'m, 'p> {
    pub(crate) machine: &'m mut Machine<'p>,
    pub(crate) frame: FrameIx,
    pub(crate) found: Found,
    pub(crate) seen: BTreeSet<(ValueId, Option<Field>)>,
}

impl<'m, 'p> Reader<'m, 'p> {
    /// What the annotated expression of `tag` says; `kind` where it is stated.
    pub(crate) fn read(
        machine: &'m mut Machine<'p>,
        frame: FrameIx,
        tag: Tag,
        kind: Option<Kind>,
    ) -> Found {
        let values = machine
            .evaluated
            .get(&tag)
            .map(|e| e.values.clone())
            .unwrap_or_default();
        let mut reader = Self {
            machine,
            frame,
            found: Found::default(),
            seen: BTreeSet::new(),
        };
        let mut hint = kind;
        for value in &values {
            reader.classify(*value);
        }
        if hint.is_none() && reader.found.kinds.len() == 1 {
            hint = reader.found.kinds.first().copied();
        }
        for value in &values {
            reader.value(*value, None, hint, 0);
        }
        reader.found
    }

    /// Collects the variables in a value that plays a role.
    pub(crate) fn value(
        &mut self,
        value: ValueId,
        role: Option<Field>,
        kind: Option<Kind>,
        depth: u32,
    ) {
        let inner = self.machine.values.untagged(value);
        if depth > 6 || !self.seen.insert((inner, role)) {
            return;
        }
        match self.machine.values.get(inner).clone() {
            Value::Text(parts) => self.text(&parts, role, kind),
            Value::Object { .. } => self.object(inner, kind, depth),
            Value::Member { base, .. } => self.value(base, role, kind, depth + 1),
            Value::Container { .. } | Value::Instance { .. } => {
                self.named_fields(inner, kind, depth)
            }
            _ => {}
        }
    }

    /// The arguments that an object was made with.
    pub(crate) fn object(&mut self, object: ValueId, kind: Option<Kind>, depth: u32) {
        let path = self.machine.values.path(object).unwrap_or_default();
        let keys = self.machine.field_names(object);
        let mut keys: Vec<String> = keys
            .into_iter()
            .map(|key| self.machine.values.text(key).to_owned())
            .collect();
        keys.sort();
        for key in keys {
            let bracketed = key.strip_prefix('(').and_then(|key| key.strip_suffix(')'));
            // A configuration of a crate is filled field by field.
            let plain = Some(key.as_str()).filter(|_| path.starts_with(rust::CRATE));
            let Some(name) = bracketed.or(plain) else {
                continue;
            };
            let role = match name.parse::<usize>() {
                Ok(index) => positional_role(&path, index, kind),
                Err(_) => Some(keyword_role(name, kind)),
            };
            let Some(role) = role else { continue };
            let sym = self.machine.values.sym(&key);
            for value in self.machine.field(object, sym, self.frame) {
                let inner = self.machine.values.untagged(value);
                let is_text = matches!(self.machine.values.get(inner), Value::Text(_));
                // Text counts only where the argument is known to be part of the address.
                if !is_text || role.is_some() {
                    self.value(
                        value,
                        role.or(Some(Field::Url)).filter(|_| is_text),
                        kind,
                        depth + 1,
                    );
                }
            }
        }
        for name in clients::configuration_keys(&path) {
            self.configuration(name, kind);
        }
    }

    /// An extension's setting, wherever the project assigns it.
    fn configuration(&mut self, name: &str, kind: Option<Kind>) {
        let key = self.machine.values.sym(&format!("[{name}]"));
        let keyword = self.machine.values.sym(&format!("({name})"));
        let mut stored: Vec<_> = self
            .machine
            .fields
            .iter()
            .filter(|((_, field), _)| *field == key || *field == keyword)
            .map(|(place, values)| (*place, values.clone()))
            .collect();
        stored.sort();
        let stored = stored.into_iter().map(|(_, values)| values);
        let variable = self.machine.values.sym(name);
        let bound: Vec<Values> = self
            .machine
            .frames
            .iter()
            .filter_map(|frame| frame.vars.get(&variable).cloned())
            .collect();
        for value in stored.chain(bound).flatten() {
            self.classify(value);
            self.value(value, Some(Field::Url), kind, 1);
        }
    }

    /// Keys of a settings map, or fields of an object of the project.
    fn named_fields(&mut self, holder: ValueId, kind: Option<Kind>, depth: u32) {
        let keys: BTreeSet<_> = self.machine.field_names(holder).into_iter().collect();
        for key in keys {
            let name = self
                .machine
                .values
                .text(key)
                .trim_matches(['[', ']', '(', ')'])
                .to_owned();
            if name.is_empty() || matches!(name.as_str(), "ENGINE" | "BACKEND") {
                continue;
            }
            let role = clients::part(&name);
            for value in self.machine.field(holder, key, self.frame) {
                let inner = self.machine.values.untagged(value);
                match self.machine.values.get(inner) {
                    Value::Text(_) => {
                        // A whole URL in place of a map: `"default": env.db("DATABASE_URL")`.
                        let role = role.or((name == "default").then_some(Field::Url));
                        if role.is_some() {
                            self.value(value, role, kind, depth + 1);
                        }
                    }
                    _ => self.value(value, None, kind, depth + 1),
                }
            }
        }
    }

    pub(crate) fn text(&mut self, parts: &[Part], role: Option<Field>, kind: Option<Kind>) {
        let reads: Vec<EnvRead> = parts
            .iter()
            .filter_map(|part| match part {
                Part::Env(read) => Some(read.clone()),
                _ => None,
            })
            .collect();
        self.classify_text(parts);
        if reads.is_empty() {
            let text = self.default_text(parts);
            if !text.is_empty() {
                self.found.literals.insert(text);
            }
            return;
        }
        if let [Part::Env(read)] = parts {
            let variable = self.machine.values.text(read.variable).to_owned();
            let field = role.filter(|r| kind.is_none_or(|k| Field::of(k).contains(r)));
            let field = field.unwrap_or_else(|| whole_field(kind, &variable));
            self.add(read, field);
            return;
        }
        for (index, part) in parts.iter().enumerate() {
            if let Part::Env(read) = part {
                let before: String = parts[..index]
                    .iter()
                    .map(|part| match part {
                        Part::Text(text) => self.machine.values.text(*text),
                        _ => "\u{1}",
                    })
                    .collect();
                if let Some(field) = field_in_url(&before) {
                    self.add(read, field);
                }
            }
        }
    }

    fn add(&mut self, read: &EnvRead, field: Field) {
        let variable = self.machine.values.text(read.variable).to_owned();
        let known = self
            .found
            .fields
            .entry((variable, field))
            .or_insert_with(|| read.clone());
        if read.required && !known.required {
            *known = read.clone();
        }
    }
}

/// The field that a variable holds when it is the whole value.
fn whole_field(kind: Option<Kind>, variable: &str) -> Field {
    let name = variable.to_uppercase();
    match kind {
        Some(Kind::Database | Kind::Cache) => Field::Url,
        Some(Kind::Bucket | Kind::Table) if name.ends_with("_ARN") => Field::Arn,
        Some(Kind::Bucket) if name.ends_with("_REGION") => Field::Region,
        Some(Kind::Bucket | Kind::Table) => Field::Name,
        Some(Kind::Queue) if name.ends_with("_ARN") => Field::Arn,
        Some(Kind::Queue) if name.ends_with("_NAME") => Field::Name,
        Some(Kind::Queue) => Field::Url,
        Some(Kind::Topic) if name.ends_with("_NAME") => Field::Name,
        Some(Kind::Topic) => Field::Arn,
        Some(Kind::Secret) if name.ends_with("_ARN") => Field::Arn,
        _ => Field::Value,
    }
}

/// What a positional argument of a constructor is; `None` for one that has no part in the address,
/// `Some(None)` for one that may be an object worth looking into.
fn positional_role(path: &str, index: usize, kind: Option<Kind>) -> Option<Option<Field>> {
    if index > 0 {
        return matches!(path, "redis.Redis" | "redis.asyncio.Redis")
            .then(|| (index == 1).then_some(Field::Port));
    }
    Some(match path {
        "boto3:s3.Bucket" | "boto3:dynamodb.Table" => Some(Field::Name),
        "boto3:sqs.Queue" => Some(Field::Url),
        "boto3:sns.Topic" => Some(Field::Arn),
        path if path.starts_with("boto3.client:") || path.starts_with("boto3.resource:") => None,
        "boto3.Response" => None,
        _ => match kind {
            Some(Kind::Database | Kind::Cache) => Some(Field::Url),
            _ => None,
        },
    })
}

/// What a keyword argument is; `None` where only objects count.
fn keyword_role(name: &str, kind: Option<Kind>) -> Option<Field> {
    match name {
        "QueueName" | "Bucket" | "TableName" => Some(Field::Name),
        "QueueUrl" => Some(Field::Url),
        "TopicArn" | "SecretId" => Some(Field::Arn),
        "Name" if kind == Some(Kind::Config) => Some(Field::Value),
        name if matches!(kind, Some(Kind::Database | Kind::Cache)) => clients::part(name),
        _ => None,
    }
}
