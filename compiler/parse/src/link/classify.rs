//! The kind and the client that an annotated expression's values show.

use klo_intent::{Field, Kind};

use super::bindings::{PoolFound, Reader};
use super::value::{Part, Value, ValueId, Values};
use crate::knowledge::clients::{self, Client};
use crate::knowledge::{rust, rust_clients};

impl Reader<'_, '_> {
    /// The kind and client that a value shows.
    pub(crate) fn classify(&mut self, value: ValueId) {
        let inner = self.machine.values.untagged(value);
        match self.machine.values.get(inner).clone() {
            Value::Object { .. } | Value::Member { .. } => {
                let Some(path) = self.machine.values.path(inner) else {
                    return;
                };
                self.classify_object(inner, &path);
            }
            Value::Container { .. } => self.classify_settings(inner),
            Value::Instance { .. } => self.classify_wrapper(inner),
            Value::Text(parts) => self.classify_text(&parts),
            _ => {}
        }
    }

    fn classify_object(&mut self, object: ValueId, path: &str) {
        if let Some(client) = clients::client(path) {
            self.found.kinds.insert(client.kind);
            self.found.clients.push(client);
            self.engine_by_type(object);
            self.found.cluster |= path.ends_with("RedisCluster") || path.ends_with("ClusterClient");
            let ssl = self
                .machine
                .option_of(self.frame, &Values::from([object]), "ssl");
            let off = self.machine.values.value(Value::Bool(false));
            self.found.tls |= !ssl.is_empty() && !ssl.iter().all(|value| *value == off);
            self.pool(object, client);
            return;
        }
        let kind = match path {
            "boto3:s3.Bucket" | "boto3.client:s3" | "boto3.resource:s3" => Some(Kind::Bucket),
            "boto3:dynamodb.Table" => Some(Kind::Table),
            "boto3:sqs.Queue" | "boto3.client:sqs" => Some(Kind::Queue),
            "boto3:sns.Topic" | "boto3.client:sns" => Some(Kind::Topic),
            _ => None,
        };
        self.found.kinds.extend(kind);
        // A session or pool around a client stands for it.
        if kind.is_none() {
            for key in ["0", "bind", "engine", "connection_pool"] {
                let inside = self
                    .machine
                    .option_of(self.frame, &Values::from([object]), key);
                for value in inside {
                    let inner = self.machine.values.untagged(value);
                    if inner != object
                        && matches!(self.machine.values.get(inner), Value::Object { .. })
                        && self.seen.insert((inner, Some(Field::Region)))
                    {
                        self.classify(inner);
                    }
                }
            }
        }
    }

    /// A client in an object of the project's own.
    fn classify_wrapper(&mut self, instance: ValueId) {
        for name in self.machine.field_names(instance) {
            for value in self.machine.field(instance, name, self.frame) {
                let inner = self.machine.values.untagged(value);
                let path = match self.machine.values.get(inner) {
                    Value::Object { .. } => self.machine.values.path(inner),
                    _ => None,
                };
                if let Some(path) = path.filter(|path| clients::client(path).is_some()) {
                    self.classify_object(inner, &path);
                }
            }
        }
    }

    /// `ConnectionManager::<PgConnection>::new(url)`: the engine by the type that is managed.
    fn engine_by_type(&mut self, object: ValueId) {
        let key = rust::TYPE_ARGUMENT;
        let mut of = Values::from([object]);
        of.extend(self.machine.option_of(self.frame, &of.clone(), "0"));
        for ty in self.machine.option_of(self.frame, &of, key) {
            let path = self.machine.values.path(ty).unwrap_or_default();
            let name = path.rsplit('.').next().unwrap_or("");
            self.found.engine = self.found.engine.or(rust_clients::engine_named(name));
        }
    }

    /// Django's `DATABASES` and `CACHES`.
    fn classify_settings(&mut self, container: ValueId) {
        let mut queue = vec![container];
        let mut seen = Values::new();
        while let Some(at) = queue.pop() {
            if !seen.insert(at) || seen.len() > 32 {
                continue;
            }
            for name in ["[ENGINE]", "[BACKEND]"] {
                let key = self.machine.values.sym(name);
                for value in self.machine.field(at, key, self.frame) {
                    let Some(text) = self.machine.values.as_literal(value) else {
                        continue;
                    };
                    let engine = match text {
                        text if text.contains("postgresql") || text.contains("postgis") => {
                            Some((Kind::Database, "postgresql"))
                        }
                        text if text.contains("mysql") => Some((Kind::Database, "mysql")),
                        text if text.to_lowercase().contains("redis")
                            || text.to_lowercase().contains("valkey") =>
                        {
                            Some((Kind::Cache, "rediss"))
                        }
                        _ => None,
                    };
                    if let Some((kind, scheme)) = engine {
                        self.found.kinds.insert(kind);
                        self.found.schemes.insert(scheme.to_owned());
                    }
                }
            }
            let any = self.machine.values.sym("[]");
            let inside = self.machine.field(at, any, self.frame);
            for value in inside {
                let inner = self.machine.values.untagged(value);
                match self.machine.values.get(inner).clone() {
                    Value::Container { .. } => queue.push(inner),
                    Value::Text(parts) => self.classify_text(&parts),
                    _ => {}
                }
            }
        }
        if self.found.kinds.contains(&Kind::Database) {
            self.found.pools.insert(PoolFound {
                library: "django",
                size: 1,
                overflow: 0,
                at: None,
            });
        }
    }

    pub(crate) fn classify_text(&mut self, parts: &[Part]) {
        let text = self.default_text(parts);
        if let Some((scheme, _)) = text.split_once("://") {
            if clients::of_scheme(scheme).is_some() {
                self.found.kinds.insert(Kind::Database);
                self.found.schemes.insert(scheme.to_owned());
            } else if matches!(scheme, "redis" | "rediss" | "valkey" | "valkeys") {
                self.found.kinds.insert(Kind::Cache);
                self.found.tls |= matches!(scheme, "rediss" | "valkeys");
            }
        } else if text.starts_with('/') && text.len() > 1 {
            self.found.kinds.insert(Kind::Volume);
            self.found.path.get_or_insert(text);
        }
    }

    /// A string with the defaults of its variables in their places.
    pub(crate) fn default_text(&self, parts: &[Part]) -> String {
        parts
            .iter()
            .map(|part| match part {
                Part::Text(text) => self.machine.values.text(*text),
                Part::Env(read) => read.default.map_or("", |d| self.machine.values.text(d)),
                Part::Unknown => "",
            })
            .collect()
    }

    fn pool(&mut self, object: ValueId, client: &'static Client) {
        let of = Values::from([object]);
        let (size, size_stated) = self.number(&of, client.pool.size);
        let (mut overflow, overflow_stated) = self.number(&of, client.pool.overflow);
        let mut stated = size_stated || overflow_stated;
        let mut size = size;
        // psycopg's pool is of a fixed size unless a maximum is given.
        if client.library == "psycopg_pool" && !stated {
            (size, stated) = self.number(&of, ("min_size", size));
        }
        let no_pool = self
            .machine
            .option_of(self.frame, &of, "poolclass")
            .iter()
            .any(|class| {
                self.machine
                    .values
                    .path(*class)
                    .is_some_and(|path| path.ends_with("NullPool"))
            });
        if no_pool {
            (size, overflow, stated) = (1, 0, true);
        }
        let at = match self.machine.values.get(object) {
            Value::Object { site, .. } if stated => Some(self.machine.span(*site)),
            _ => None,
        };
        self.found.pools.insert(PoolFound {
            library: client.library,
            size,
            overflow,
            at,
        });
    }

    /// A whole number among the arguments, or the default, and whether it is stated.
    fn number(&mut self, of: &Values, (key, default): (&str, u32)) -> (u32, bool) {
        if key.is_empty() {
            return (default, false);
        }
        let values = self.machine.option_of(self.frame, of, key);
        let found = values
            .iter()
            .find_map(|value| match self.machine.values.get(*value) {
                Value::Int(number) => u32::try_from(*number).ok(),
                _ => None,
            });
        (found.unwrap_or(default), found.is_some())
    }
}
