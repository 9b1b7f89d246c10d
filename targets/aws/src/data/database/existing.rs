//! A database that is there: wired, not made.

use klo_intent::{Engine, Field, IntentId};
use klo_plan::{Address, Block, Value};

use super::{database_name, report_engine};
use crate::context::{Lowering, Store, Supply, part_address};
use crate::data::common::add;
use crate::data::credentials::{self, Credentials};
use crate::data::doors::{self, Door};
use crate::data::existing::{Existing, endpoint};
use crate::data::url::{self, Target};

/// Where it is.
struct Place {
    host: Value,
    port: u16,
    database: Value,
}

/// Wires an existing database; `None` after a report.
pub(super) fn lower(
    lowering: &mut Lowering<'_>,
    id: IntentId,
    there: Existing<'_>,
) -> Option<Store> {
    let intent = lowering.intent(id);
    let Some(engine) = intent.text("engine").and_then(Engine::from_name) else {
        report_engine(lowering, intent);
        return None;
    };
    if intent.value("proxy").as_bool() == Some(true) {
        there.report(
            lowering,
            "and klo makes no proxy before a database that it did not make",
            "leave out `proxy`, or name an existing proxy's host as `endpoint`",
        );
        return None;
    }
    let place = place(lowering, id, there, engine)?;
    let fields = [Field::Url, Field::User, Field::Password];
    let secret = there.get("secret");
    if secret.is_none() && credentials::binds(lowering, id, &fields) {
        there.report(
            lowering,
            "and nothing says where its user and password are",
            "add `secret = \"arn:aws:secretsmanager:…\"`, a secret whose value is \
             `{\"username\": …, \"password\": …}`",
        );
        return None;
    }
    let group = there.get("security_group").map(Value::text);
    let door = Door {
        group: group.clone(),
        port: place.port,
    };
    doors::open(lowering, id, &door);
    let mut store = Store {
        arn: there.arn().map(Value::text),
        ..Store::default()
    };
    store.fields.extend([
        (Field::Host, Supply::Plain(place.host.clone())),
        (
            Field::Port,
            Supply::Plain(Value::text(place.port.to_string())),
        ),
        (Field::Database, Supply::Plain(place.database.clone())),
    ]);
    if let Some(secret) = secret {
        add_credentials(lowering, &mut store, id, engine, secret, place);
    }
    Some(store)
}

fn add_credentials(
    lowering: &mut Lowering<'_>,
    store: &mut Store,
    id: IntentId,
    engine: Engine,
    secret: &str,
    place: Place,
) {
    let intent = lowering.intent(id);
    let wanted = url::wanted(lowering, id, &|| url::database_form(engine));
    let credentials: Credentials =
        credentials::existing(lowering, intent, secret, !wanted.is_empty());
    store
        .fields
        .insert(Field::User, credentials.supply("username"));
    store
        .fields
        .insert(Field::Password, credentials.supply("password"));
    if credentials::binds(lowering, id, &[Field::User, Field::Password]) {
        store.secrets.push(credentials.arn.clone());
    }
    let target = Target {
        user: Some(credentials.user.clone()),
        password: Some(credentials.password.clone()),
        host: place.host,
        port: Value::from(place.port),
        database: Some(place.database),
    };
    credentials::add_urls(lowering, store, intent, &wanted, &credentials, &target);
}

/// Where the database is: as `endpoint` says, else as AWS tells of the instance.
fn place(
    lowering: &mut Lowering<'_>,
    id: IntentId,
    there: Existing<'_>,
    engine: Engine,
) -> Option<Place> {
    let intent = lowering.intent(id);
    if let Some(text) = there.get("endpoint") {
        let (host, port, database) = endpoint(text);
        let own = database_name(lowering, intent);
        return Some(Place {
            host: Value::text(host),
            port: port.unwrap_or(engine.port()),
            database: Value::text(database.unwrap_or(&own)),
        });
    }
    let Some(name) = there.name() else {
        there.report(
            lowering,
            "and nothing says where it is",
            "add `endpoint = \"host:5432/database\"`, or the `id` or `arn` of the RDS instance",
        );
        return None;
    };
    let cluster = there.arn().is_some_and(|arn| arn.contains(":cluster:"));
    let (kind, key, host, database) = if cluster {
        (
            "aws_rds_cluster",
            "cluster_identifier",
            "endpoint",
            "database_name",
        )
    } else {
        (
            "aws_db_instance",
            "db_instance_identifier",
            "address",
            "db_name",
        )
    };
    let address = Address::data(kind, part_address(kind, intent, "").name);
    let body = Block::new().with(key, name);
    let data = add(
        lowering,
        intent,
        address,
        "where the existing database is",
        body,
    );
    Some(Place {
        host: data.attr(host),
        port: engine.port(),
        database: data.attr(database),
    })
}
