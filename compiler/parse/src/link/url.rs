//! URLs of resources: the field that each part of one holds, and the form that a client accepts.

use klo_intent::{Engine, Field};

use super::bindings::Found;
use crate::knowledge::clients::{self, Driver};

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
        (Engine::Postgres, None) if driver == Some(Driver::TokioPostgres) => {
            &[("sslmode", "require")]
        }
        (Engine::Mysql | Engine::Mariadb, None) if driver == Some(Driver::Sqlx) => {
            &[("ssl-mode", "VERIFY_IDENTITY"), ("ssl-ca", ca)]
        }
        (Engine::Mysql | Engine::Mariadb, None) if driver == Some(Driver::Libmysql) => {
            &[("ssl_mode", "VERIFY_IDENTITY"), ("ssl_ca", ca)]
        }
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
