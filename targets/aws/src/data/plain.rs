//! Stores of an app on any cluster: everything is there already, and credentials are entries of the
//! store of secrets that the cluster has. Nothing is made, and nothing that klo writes holds a
//! password: External Secrets puts URLs together.

use klo_intent::{Decision, Engine, Field, Intent, IntentId, Kind, ModuleOutput, UrlForm};
use klo_plan::kubernetes::{Piece, Told, ToldBy};
use klo_plan::{Value, symbol};

use super::common::{as_text, name_of};
use super::credentials::binds;
use super::database::{database_name, report_engine};
use super::given::Given;
use super::url::{self, Target, Wanted};
use super::{bucket, queue, table, topic};
use crate::context::{Lowering, Store, Supply, plain_text};

/// The keys of a database's or cache's entry.
const USER: &str = "username";
const PASSWORD: &str = "password";
/// The port of Redis and Valkey.
const CACHE_PORT: u16 = 6379;
/// The authorities that Debian's images trust.
const SYSTEM_AUTHORITIES: &str = "/etc/ssl/certs/ca-certificates.crt";

/// Wires every data intent; one that is reported has no store.
pub(crate) fn lower(lowering: &mut Lowering<'_>) {
    let graph = lowering.graph;
    for (id, intent) in graph.iter() {
        let store = match intent.kind {
            Kind::Config => Some(setting(lowering, intent)),
            _ if intent.value("existing").is_null() => None,
            kind => match Given::of(lowering, id) {
                Some(Some(given)) => wire(lowering, id, kind, &given),
                _ => None,
            },
        };
        if let Some(store) = store {
            lowering.stores.insert(id, store);
        }
    }
}

fn wire(lowering: &mut Lowering<'_>, id: IntentId, kind: Kind, given: &Given<'_>) -> Option<Store> {
    match kind {
        Kind::Database => database(lowering, id, given),
        Kind::Cache => cache(lowering, id, given),
        Kind::Bucket => bucket::wire(lowering, given),
        Kind::Table => table::wire(lowering, given),
        Kind::Queue => queue::wire(lowering, given),
        Kind::Topic => topic::wire(lowering, given),
        Kind::Volume => volume(lowering, given),
        Kind::Secret => secret(lowering, given),
        Kind::Config | Kind::Service | Kind::Function | Kind::Job | Kind::Site => None,
    }
}

/// A setting: its default, or a line that people fill.
fn setting(lowering: &mut Lowering<'_>, intent: &Intent) -> Store {
    let default = plain_text(intent.value("default"));
    let value = if intent.value("default").is_null() || default.is_empty() {
        let name = format!("CONFIG_{}", symbol(name_of(lowering, intent))).to_uppercase();
        lowering.told.push(Told {
            name: name.clone(),
            by: ToldBy::Person(format!("the value of {}", intent.id())),
        });
        Value::variable(name)
    } else {
        Value::Text(default)
    };
    let mut store = Store::default();
    store.fields.insert(Field::Value, Supply::Plain(value));
    store
}

fn secret(lowering: &mut Lowering<'_>, given: &Given<'_>) -> Option<Store> {
    let arn = given.get(ModuleOutput::Arn);
    let Some(name) = arn.clone().or_else(|| given.get(ModuleOutput::Name)) else {
        given.report(
            lowering,
            "and nothing says which one it is",
            "add `id = \"…\"`, the name of its entry in the cluster's store of secrets",
        );
        return None;
    };
    let mut store = Store::default();
    store.fields.insert(Field::Value, part(&name, None));
    if let Some(arn) = arn {
        store.fields.insert(Field::Arn, Supply::Plain(arn));
    }
    Some(store)
}

fn volume(lowering: &mut Lowering<'_>, given: &Given<'_>) -> Option<Store> {
    let Some(Value::Text(claim)) = given.get(ModuleOutput::Name) else {
        given.report(
            lowering,
            "and nothing says which claim it is",
            "add `id = \"…\"`, the name of a PersistentVolumeClaim in the app's namespace",
        );
        return None;
    };
    Some(Store {
        claim: Some(claim),
        ..Store::default()
    })
}

fn database(lowering: &mut Lowering<'_>, id: IntentId, given: &Given<'_>) -> Option<Store> {
    let intent = lowering.intent(id);
    let Some(engine) = intent.text("engine").and_then(Engine::from_name) else {
        report_engine(lowering, intent);
        return None;
    };
    let host = host(lowering, given, "host:5432/database")?;
    let own_name = || Value::Text(database_name(lowering, intent));
    let target = Target {
        user: None,
        password: None,
        host,
        port: given
            .get(ModuleOutput::Port)
            .unwrap_or_else(|| Value::from(engine.port())),
        database: Some(given.get(ModuleOutput::Database).unwrap_or_else(own_name)),
    };
    let mut store = store(&target);
    let secret = given.get(ModuleOutput::Secret);
    let Some(secret) = secret else {
        if !binds(lowering, id, &[Field::Url, Field::User, Field::Password]) {
            return Some(store);
        }
        given.report(
            lowering,
            "and nothing says where its user and password are",
            "add `secret = \"…\"`, the name of an entry of the cluster's store of secrets whose \
             value is `{\"username\": …, \"password\": …}`",
        );
        return None;
    };
    store.fields.insert(Field::User, part(&secret, Some(USER)));
    store
        .fields
        .insert(Field::Password, part(&secret, Some(PASSWORD)));
    let mut wanted = url::wanted(lowering, id, &|| url::database_form(engine));
    for url in &mut wanted {
        url.form = by_any_authority(&url.form, is_inside(&target.host));
    }
    if !wanted.is_empty() {
        decide_tls(lowering, intent, is_inside(&target.host));
    }
    add_urls(&mut store, wanted, &target, &secret, &[USER, PASSWORD]);
    Some(store)
}

fn cache(lowering: &mut Lowering<'_>, id: IntentId, given: &Given<'_>) -> Option<Store> {
    let host = host(lowering, given, "host:6379")?;
    let target = Target {
        user: None,
        password: None,
        host,
        port: given
            .get(ModuleOutput::Port)
            .unwrap_or_else(|| Value::from(CACHE_PORT)),
        database: given.get(ModuleOutput::Database),
    };
    let mut store = store(&target);
    let form = || UrlForm {
        scheme: "redis".to_owned(),
        query: Vec::new(),
    };
    let inside = is_inside(&target.host);
    let mut wanted = url::wanted(lowering, id, &form);
    for url in &mut wanted {
        url.form.scheme = if inside {
            url::open_scheme(&url.form.scheme)
        } else {
            url::secure_scheme(&url.form.scheme)
        };
    }
    if !wanted.is_empty() {
        decide_tls(lowering, lowering.intent(id), inside);
    }
    match given.get(ModuleOutput::Secret) {
        Some(secret) => {
            store
                .fields
                .insert(Field::Password, part(&secret, Some(PASSWORD)));
            add_urls(&mut store, wanted, &target, &secret, &[PASSWORD]);
        }
        None => {
            store
                .fields
                .insert(Field::Password, Supply::Plain(Value::text("")));
            store.urls.extend(wanted.into_iter().map(|wanted| {
                let url = url::finished(&wanted.form, &target, false);
                ((wanted.unit, wanted.variable), Supply::Plain(url))
            }));
        }
    }
    Some(store)
}

fn host(lowering: &mut Lowering<'_>, given: &Given<'_>, form: &str) -> Option<Value> {
    let host = given.get(ModuleOutput::Host);
    if host.is_none() {
        given.report(
            lowering,
            "and nothing says where it is",
            &format!("add `endpoint = \"{form}\"`"),
        );
    }
    host
}

/// Whether a server is a Service of the cluster, which its name says.
fn is_inside(host: &Value) -> bool {
    matches!(host, Value::Text(host) if crate::eks::service_namespace(host).is_some())
}

/// What everyone may know of a server.
fn store(target: &Target) -> Store {
    let mut store = Store::default();
    store.fields.extend([
        (Field::Host, Supply::Plain(target.host.clone())),
        (Field::Port, Supply::Plain(as_text(&target.port))),
    ]);
    if let Some(database) = &target.database {
        store
            .fields
            .insert(Field::Database, Supply::Plain(database.clone()));
    }
    store
}

fn part(entry: &Value, key: Option<&str>) -> Supply {
    Supply::Secret {
        arn: entry.clone(),
        key: key.map(str::to_owned),
        version: None,
    }
}

/// Adds URLs with these keys of the secret between their scheme and their host.
fn add_urls(
    store: &mut Store,
    wanted: Vec<Wanted>,
    target: &Target,
    secret: &Value,
    keys: &[&'static str],
) {
    for wanted in wanted {
        let Value::Text(whole) = url::finished(&wanted.form, target, false) else {
            continue;
        };
        let (scheme, rest) = whole.split_once("://").unwrap_or(("", &whole));
        let mut parts = vec![Piece::Text(format!("{scheme}://"))];
        for key in keys {
            if *key == PASSWORD {
                parts.push(Piece::Text(":".to_owned()));
            }
            parts.push(Piece::Encoded(key));
        }
        parts.push(Piece::Text(format!("@{rest}")));
        let supply = Supply::Composed {
            secret: secret.clone(),
            parts,
        };
        store.urls.insert((wanted.unit, wanted.variable), supply);
    }
}

/// A form that asks for TLS of a server whose authority klo does not know; within the cluster, of one
/// that may well have none, where it has some. Where a driver takes TLS only with authorities, those
/// that the image trusts.
fn by_any_authority(form: &UrlForm, inside: bool) -> UrlForm {
    let (by_libpq, by_mysql) = match inside {
        true => ("prefer", "PREFERRED"),
        false => ("require", "REQUIRED"),
    };
    let mut query: Vec<(String, String)> = form
        .query
        .iter()
        .filter(|(_, value)| value != UrlForm::CA_BUNDLE)
        .map(|(key, value)| {
            let value = match value.as_str() {
                "verify-full" => by_libpq,
                "VERIFY_IDENTITY" => by_mysql,
                other => other,
            };
            (key.clone(), value.to_owned())
        })
        .collect();
    if query.is_empty() && !inside {
        let authorities = form.query.iter();
        let authorities = authorities.filter(|(_, value)| value == UrlForm::CA_BUNDLE);
        query.extend(authorities.map(|(key, _)| (key.clone(), SYSTEM_AUTHORITIES.to_owned())));
    }
    UrlForm {
        scheme: form.scheme.clone(),
        query,
    }
}

fn decide_tls(lowering: &mut Lowering<'_>, intent: &Intent, inside: bool) {
    let (chosen, because) = match inside {
        true => (
            "TLS where the server has it",
            "it is a Service of the cluster, many of which have none; a mesh encrypts the way to it",
        ),
        false => (
            "TLS without a known authority",
            "it is there already, outside of the cluster, and klo knows no authority that vouches \
             for it",
        ),
    };
    lowering.decide(Decision {
        code: "store-tls",
        subject: intent.id(),
        chosen: chosen.to_owned(),
        because: because.to_owned(),
        instead_of: vec![
            "a verified server: bind host, user and password to variables of their own, and let \
             the code name the authority"
                .to_owned(),
        ],
        standing_cost: false,
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(query: &[(&str, &str)]) -> UrlForm {
        let owned = |&(key, value): &(&str, &str)| (key.to_owned(), value.to_owned());
        UrlForm {
            scheme: "x".to_owned(),
            query: query.iter().map(owned).collect(),
        }
    }

    #[test]
    fn tls_stays_and_klos_authorities_go() {
        let ca = UrlForm::CA_BUNDLE;
        for (before, after) in [
            (
                form(&[("sslmode", "verify-full"), ("sslrootcert", ca)]),
                form(&[("sslmode", "require")]),
            ),
            (form(&[("ssl", "verify-full")]), form(&[("ssl", "require")])),
            (
                form(&[("ssl_ca", ca), ("ssl_mode", "VERIFY_IDENTITY")]),
                form(&[("ssl_mode", "REQUIRED")]),
            ),
            (
                form(&[("ssl_ca", ca)]),
                form(&[("ssl_ca", SYSTEM_AUTHORITIES)]),
            ),
        ] {
            assert_eq!(by_any_authority(&before, false), after);
        }
        let inside = by_any_authority(&form(&[("ssl", "verify-full")]), true);
        assert_eq!(inside, form(&[("ssl", "prefer")]));
        let inside = by_any_authority(&form(&[("ssl_ca", ca)]), true);
        assert_eq!(inside, form(&[]));
    }
}
