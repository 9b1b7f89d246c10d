//! Finished URLs, one per unit and variable.

use std::collections::BTreeSet;

use klo_intent::{Engine, Field, IntentId, UrlForm};
use klo_plan::{Function, Value, symbol};

use crate::context::Lowering;

/// A URL that a unit reads from one variable.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Wanted {
    /// The unit.
    pub(super) unit: IntentId,
    /// The variable.
    pub(super) variable: String,
    /// How its client wants it.
    pub(super) form: UrlForm,
    /// Its key among the URLs of the store: `service_api_DATABASE_URL`.
    pub(super) key: String,
}

/// Where a URL leads.
#[derive(Debug, Clone)]
pub(super) struct Target {
    /// User name; none for caches without one.
    pub(super) user: Option<Value>,
    /// The password, when there is one: a value that is never kept.
    pub(super) password: Option<Value>,
    /// Host name.
    pub(super) host: Value,
    /// Port.
    pub(super) port: Value,
    /// Database; none for caches.
    pub(super) database: Option<Value>,
}

/// Every URL of a store that some unit wants, in order.
pub(super) fn wanted(
    lowering: &Lowering<'_>,
    store: IntentId,
    default: &dyn Fn() -> UrlForm,
) -> Vec<Wanted> {
    let graph = lowering.graph;
    let mut found = BTreeSet::new();
    for edge in graph.edges_to(store) {
        let Some(unit) = edge.from.intent() else {
            continue;
        };
        let bound = edge
            .bindings
            .iter()
            .filter(|binding| binding.field == Field::Url)
            .map(|binding| (&binding.variable, binding.url.clone()));
        let extra = edge
            .extra
            .iter()
            .filter(|(_, field)| **field == Field::Url)
            .map(|(variable, _)| (variable, None));
        for (variable, form) in bound.chain(extra) {
            let key = format!("{}_{variable}", symbol(&graph.intent(unit).id()));
            found.insert(Wanted {
                unit,
                variable: variable.clone(),
                form: form.unwrap_or_else(default),
                key: symbol(&key),
            });
        }
    }
    // One variable holds one URL: where code of the unit reads it for two clients, the first form
    // serves both, since each form verifies TLS.
    let mut found: Vec<Wanted> = found.into_iter().collect();
    found.dedup_by(|later, first| (later.unit, &later.variable) == (first.unit, &first.variable));
    found
}

/// The form for clients whose driver reading the code did not tell.
pub(super) fn database_form(engine: Engine) -> UrlForm {
    let bundle = UrlForm::CA_BUNDLE.to_owned();
    match engine {
        Engine::Postgres => UrlForm {
            scheme: "postgresql".to_owned(),
            query: vec![
                ("sslmode".to_owned(), "verify-full".to_owned()),
                ("sslrootcert".to_owned(), bundle),
            ],
        },
        Engine::Mysql | Engine::Mariadb => UrlForm {
            scheme: "mysql".to_owned(),
            query: vec![("ssl_ca".to_owned(), bundle)],
        },
    }
}

/// The scheme of a cache's URL with TLS.
pub(super) fn secure_scheme(scheme: &str) -> String {
    match scheme {
        "redis" => "rediss".to_owned(),
        "valkey" => "valkeys".to_owned(),
        other => other.to_owned(),
    }
}

/// The scheme of a cache's URL without TLS.
pub(super) fn open_scheme(scheme: &str) -> String {
    match scheme {
        "rediss" => "redis".to_owned(),
        "valkeys" => "valkey".to_owned(),
        other => other.to_owned(),
    }
}

/// A URL; with `password` only where the whole is written to a secret and never kept.
pub(super) fn finished(form: &UrlForm, target: &Target, with_password: bool) -> Value {
    let mut parts = vec![Value::text(format!("{}://", form.scheme))];
    let password = target.password.as_ref().filter(|_| with_password);
    if let Some(user) = &target.user {
        parts.push(encoded(user));
    }
    if let Some(password) = password {
        parts.push(Value::text(":"));
        parts.push(encoded(password));
    }
    if target.user.is_some() || password.is_some() {
        parts.push(Value::text("@"));
    }
    parts.push(target.host.clone());
    parts.push(Value::text(":"));
    parts.push(target.port.clone());
    if let Some(database) = &target.database {
        parts.push(Value::text("/"));
        parts.push(encoded(database));
    }
    for (index, (key, value)) in form.query.iter().enumerate() {
        let mark = if index == 0 { '?' } else { '&' };
        parts.push(Value::text(format!(
            "{mark}{}={}",
            escape(key),
            escape(value)
        )));
    }
    joined(parts)
}

/// Parts in one string, literal neighbours as one.
pub(super) fn joined(parts: Vec<Value>) -> Value {
    let mut out: Vec<Value> = Vec::new();
    for part in parts {
        let literal = match &part {
            Value::Text(text) => Some(text.clone()),
            Value::Int(number) => Some(number.to_string()),
            _ => None,
        };
        match (literal, out.last_mut()) {
            (Some(text), Some(Value::Text(before))) => before.push_str(&text),
            (Some(text), _) => out.push(Value::Text(text)),
            (None, _) => out.push(part),
        }
    }
    match out.len() {
        1 => out.remove(0),
        _ => Value::Concat(out),
    }
}

fn encoded(value: &Value) -> Value {
    match value {
        Value::Text(text) => Value::Text(escape(text)),
        other => Value::call(Function::UrlEncode, [other.clone()]),
    }
}

/// Percent-encodes everything that has a meaning in a URL; slashes have none in a query or after the
/// host, and paths stay readable with them.
fn escape(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                out.push(char::from(byte));
            }
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::render;

    #[test]
    fn parts_that_mean_something_are_encoded() {
        let form = UrlForm {
            scheme: "postgresql+asyncpg".to_owned(),
            query: vec![("ssl".to_owned(), "verify full&x".to_owned())],
        };
        let target = Target {
            user: Some(Value::text("kl@o")),
            password: Some(Value::local("orders_credentials").attribute("password")),
            host: Value::text("db"),
            port: Value::Int(5432),
            database: Some(Value::text("orders")),
        };
        assert_eq!(
            render(&finished(&form, &target, true)),
            "\"postgresql+asyncpg://kl%40o:${urlencode(local.orders_credentials.password)}@db:5432/\
             orders?ssl=verify%20full%26x\""
        );
        assert_eq!(
            render(&finished(&form, &target, false)),
            "\"postgresql+asyncpg://kl%40o@db:5432/orders?ssl=verify%20full%26x\""
        );
    }
}
