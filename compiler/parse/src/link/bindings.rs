//! How the code finds a resource: the variables that the annotated expression reads, and the field
//! that each of them holds.

use std::collections::{BTreeMap, BTreeSet};

use klo_intent::{Engine, Field, Kind};

use super::machine::Machine;
use super::value::{EnvRead, FrameIx, Part, Tag, Value, ValueId, Values};
use crate::knowledge::clients::{self, Client, Driver};

/// What the annotated expression of one resource says in one unit.
#[derive(Debug, Clone, Default)]
pub(crate) struct Found {
    /// Variables and their fields.
    pub(crate) fields: BTreeMap<(String, Field), EnvRead>,
    /// The clients that were made.
    pub(crate) clients: Vec<&'static Client>,
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
    seen: BTreeSet<(ValueId, Option<Field>)>,
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

    /// The kind and client that a value shows.
    fn classify(&mut self, value: ValueId) {
        let inner = self.machine.values.untagged(value);
        match self.machine.values.get(inner).clone() {
            Value::Object { .. } | Value::Member { .. } => {
                let Some(path) = self.machine.values.path(inner) else {
                    return;
                };
                self.classify_object(inner, &path);
            }
            Value::Container { .. } => self.classify_settings(inner),
            Value::Text(parts) => self.classify_text(&parts),
            _ => {}
        }
    }

    fn classify_object(&mut self, object: ValueId, path: &str) {
        if let Some(client) = clients::client(path) {
            self.found.kinds.insert(client.kind);
            self.found.clients.push(client);
            self.found.cluster |= path.ends_with("RedisCluster");
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

    fn classify_text(&mut self, parts: &[Part]) {
        let text = self.default_text(parts);
        if let Some((scheme, _)) = text.split_once("://") {
            if clients::of_scheme(scheme).is_some() {
                self.found.kinds.insert(Kind::Database);
                self.found.schemes.insert(scheme.to_owned());
            } else if matches!(scheme, "redis" | "rediss" | "valkey" | "valkeys") {
                self.found.kinds.insert(Kind::Cache);
            }
        } else if text.starts_with('/') && text.len() > 1 {
            self.found.kinds.insert(Kind::Volume);
            self.found.path.get_or_insert(text);
        }
    }

    /// A string with the defaults of its variables in their places.
    fn default_text(&self, parts: &[Part]) -> String {
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

    /// Collects the variables in a value that plays a role.
    fn value(&mut self, value: ValueId, role: Option<Field>, kind: Option<Kind>, depth: u32) {
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
    fn object(&mut self, object: ValueId, kind: Option<Kind>, depth: u32) {
        let path = self.machine.values.path(object).unwrap_or_default();
        let keys = self.machine.field_names(object);
        let mut keys: Vec<String> = keys
            .into_iter()
            .map(|key| self.machine.values.text(key).to_owned())
            .collect();
        keys.sort();
        for key in keys {
            let Some(name) = key.strip_prefix('(').and_then(|key| key.strip_suffix(')')) else {
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

    fn text(&mut self, parts: &[Part], role: Option<Field>, kind: Option<Kind>) {
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
                let before: String = self.default_text(&parts[..index]);
                let literal_before: String = parts[..index]
                    .iter()
                    .map(|part| match part {
                        Part::Text(text) => self.machine.values.text(*text),
                        _ => "\u{1}",
                    })
                    .collect();
                let _ = before;
                if let Some(field) = field_in_url(&literal_before) {
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

/// The field that the variable after `before` holds: by its place in a URL or in a list of
/// `key=value` pairs. Variables before it stand as `\u{1}`.
pub(crate) fn field_in_url(before: &str) -> Option<Field> {
    let Some((_, rest)) = before.split_once("://") else {
        let key = before
            .rsplit([' ', ';', '\'', '"'])
            .next()?
            .strip_suffix('=')?;
        return clients::part(key.trim());
    };
    if rest.contains('?') {
        return None;
    }
    let (credentials, address) = match rest.rsplit_once('@') {
        Some((_, address)) => (true, address),
        None => (false, rest),
    };
    if let Some((_, path)) = address.split_once('/') {
        return path.is_empty().then_some(Field::Database);
    }
    match (credentials, address.split_once(':')) {
        (false, None) => address.is_empty().then_some(Field::User),
        (false, Some((_, after))) => after.is_empty().then_some(Field::Password),
        (true, None) => address.is_empty().then_some(Field::Host),
        (true, Some((_, after))) => after.is_empty().then_some(Field::Port),
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

/// The URL scheme that a client accepts, from the code's own default, its constructor and the
/// locked packages; and the query that makes it verify TLS.
pub(crate) fn url_form(
    found: &Found,
    engine: Option<Engine>,
    has_package: impl Fn(&str) -> bool,
) -> klo_intent::UrlForm {
    let driver = found.clients.first().map(|client| client.driver);
    if matches!(driver, Some(Driver::Redis)) || engine.is_none() {
        return klo_intent::UrlForm {
            scheme: "rediss".to_owned(),
            query: Vec::new(),
        };
    }
    let engine = engine.unwrap_or(Engine::Postgres);
    let stated = found.schemes.iter().find(|scheme| scheme.contains('+'));
    let plain = found.schemes.iter().next();
    let scheme = match (driver, stated) {
        (_, Some(scheme)) => scheme.clone(),
        (Some(Driver::SqlAlchemyAsync), None) => async_scheme(engine, &has_package),
        (Some(Driver::Databases), None) => plain
            .cloned()
            .unwrap_or_else(|| base_scheme(engine).to_owned()),
        (Some(Driver::SqlAlchemy), None) => sync_scheme(engine, &has_package),
        _ => base_scheme(engine).to_owned(),
    };
    let query = tls_query(&scheme, engine, driver, &has_package);
    klo_intent::UrlForm { scheme, query }
}

fn base_scheme(engine: Engine) -> &'static str {
    match engine {
        Engine::Postgres => "postgresql",
        Engine::Mysql => "mysql",
        Engine::Mariadb => "mariadb",
    }
}

fn async_scheme(engine: Engine, has_package: &impl Fn(&str) -> bool) -> String {
    let drivers: &[(&str, &str)] = match engine {
        Engine::Postgres => &[("asyncpg", "asyncpg"), ("psycopg", "psycopg")],
        _ => &[("asyncmy", "asyncmy"), ("aiomysql", "aiomysql")],
    };
    let found = drivers
        .iter()
        .find(|(package, _)| has_package(package))
        .unwrap_or(&drivers[0]);
    format!("{}+{}", base_scheme(engine), found.1)
}

fn sync_scheme(engine: Engine, has_package: &impl Fn(&str) -> bool) -> String {
    // Without a driver in the scheme SQLAlchemy takes psycopg2 and mysqlclient.
    let drivers: &[(&str, &str)] = match engine {
        Engine::Postgres => &[
            ("psycopg2", ""),
            ("psycopg2-binary", ""),
            ("psycopg", "+psycopg"),
            ("psycopg-binary", "+psycopg"),
            ("pg8000", "+pg8000"),
        ],
        _ => &[
            ("mysqlclient", ""),
            ("pymysql", "+pymysql"),
            ("mysql-connector-python", "+mysqlconnector"),
        ],
    };
    let suffix = drivers
        .iter()
        .find(|(package, _)| has_package(package))
        .map_or("", |(_, s)| s);
    format!("{}{suffix}", base_scheme(engine))
}

/// The parameters with which a driver verifies the server's certificate and name.
fn tls_query(
    scheme: &str,
    engine: Engine,
    driver: Option<Driver>,
    has_package: &impl Fn(&str) -> bool,
) -> Vec<(String, String)> {
    let ca = klo_intent::UrlForm::CA_BUNDLE;
    let pairs: &[(&str, &str)] = match (engine, scheme.split_once('+').map(|(_, driver)| driver)) {
        (Engine::Postgres, Some("asyncpg")) => &[("ssl", "verify-full")],
        (Engine::Postgres, Some("pg8000")) => &[],
        (Engine::Postgres, _) => &[("sslmode", "verify-full"), ("sslrootcert", ca)],
        (_, Some("pymysql" | "mysqldb")) => &[("ssl_ca", ca), ("ssl_check_hostname", "true")],
        (_, Some("mysqlconnector")) => &[("ssl_ca", ca), ("ssl_verify_identity", "true")],
        (_, None) if driver == Some(Driver::SqlAlchemy) && has_package("mysqlclient") => {
            &[("ssl_ca", ca), ("ssl_mode", "VERIFY_IDENTITY")]
        }
        _ => &[("ssl_ca", ca)],
    };
    pairs
        .iter()
        .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_follow_from_the_place_in_a_url() {
        let v = "\u{1}";
        assert_eq!(field_in_url("postgresql://"), Some(Field::User));
        assert_eq!(
            field_in_url(&format!("postgresql://{v}:")),
            Some(Field::Password)
        );
        assert_eq!(
            field_in_url(&format!("postgresql://{v}:{v}@")),
            Some(Field::Host)
        );
        assert_eq!(
            field_in_url(&format!("postgresql://{v}:{v}@{v}:")),
            Some(Field::Port)
        );
        assert_eq!(
            field_in_url(&format!("postgresql://{v}:{v}@{v}:{v}/")),
            Some(Field::Database)
        );
        assert_eq!(
            field_in_url(&format!("postgresql://{v}:{v}@db.internal/")),
            Some(Field::Database)
        );
        assert_eq!(field_in_url("postgresql://app:secret@"), Some(Field::Host));
        assert_eq!(
            field_in_url(&format!("host={v} dbname=")),
            Some(Field::Database)
        );
        assert_eq!(field_in_url(&format!("postgresql://{v}@h/{v}?x=")), None);
    }
}
