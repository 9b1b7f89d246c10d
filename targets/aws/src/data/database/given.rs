//! A database that klo does not make: wired.

use klo_intent::{Engine, Field, IntentId, ModuleOutput};
use klo_plan::{Address, Block, Value};

use super::{database_name, report_engine};
use crate::context::{Lowering, Store, Supply, part_address};
use crate::data::common::{add, as_text};
use crate::data::credentials::{self, Credentials};
use crate::data::doors::{self, Door};
use crate::data::given::Given;
use crate::data::url::{self, Target};

/// Where it is.
struct Place {
    host: Value,
    port: Value,
    database: Value,
}

/// Wires a database that is there or that a module makes; `None` after a report.
pub(in crate::data) fn wire(
    lowering: &mut Lowering<'_>,
    id: IntentId,
    given: &Given<'_>,
) -> Option<Store> {
    let intent = lowering.intent(id);
    let Some(engine) = intent.text("engine").and_then(Engine::from_name) else {
        report_engine(lowering, intent);
        return None;
    };
    if intent.value("proxy").as_bool() == Some(true) {
        given.report(
            lowering,
            "and klo makes no proxy before a database that it did not make",
            "leave out `proxy`, or name an existing proxy's host as `endpoint`",
        );
        return None;
    }
    let place = place(lowering, id, given, engine)?;
    let fields = [Field::Url, Field::User, Field::Password];
    let secret = given.get(ModuleOutput::Secret);
    if secret.is_none() && credentials::binds(lowering, id, &fields) {
        given.report(
            lowering,
            "and nothing says where its user and password are",
            "add `secret = \"arn:aws:secretsmanager:…\"`, a secret whose value is \
             `{\"username\": …, \"password\": …}`",
        );
        return None;
    }
    let door = Door {
        group: given.group(),
        port: place.port.clone(),
    };
    doors::open(lowering, id, &door);
    if given.is_from_module() && intent.flag("public") {
        doors::open_to_all(lowering, intent, &door);
    }
    let mut store = Store {
        arn: given.get(ModuleOutput::Arn),
        ready: given.ready(),
        ..Store::default()
    };
    store.fields.extend([
        (Field::Host, Supply::Plain(place.host.clone())),
        (Field::Port, Supply::Plain(as_text(&place.port))),
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
    secret: Value,
    place: Place,
) {
    let intent = lowering.intent(id);
    let wanted = url::wanted(lowering, id, &|| url::database_form(engine));
    let opened = !wanted.is_empty();
    let credentials: Credentials =
        credentials::existing(lowering, intent, secret, opened, &store.ready);
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
        port: place.port,
        database: Some(place.database),
    };
    credentials::add_urls(lowering, store, intent, &wanted, &credentials, &target);
}

/// Where the database is: as `endpoint` or the module says, else as AWS tells of the instance.
fn place(
    lowering: &mut Lowering<'_>,
    id: IntentId,
    given: &Given<'_>,
    engine: Engine,
) -> Option<Place> {
    let intent = lowering.intent(id);
    let own_port = Value::from(engine.port());
    if let Some(host) = given.get(ModuleOutput::Host) {
        let own_name = || Value::Text(database_name(lowering, intent));
        return Some(Place {
            host,
            port: given.get(ModuleOutput::Port).unwrap_or(own_port),
            database: given.get(ModuleOutput::Database).unwrap_or_else(own_name),
        });
    }
    let Some(name) = given.get(ModuleOutput::Name) else {
        given.report(
            lowering,
            "and nothing says where it is",
            "add `endpoint = \"host:5432/database\"`, or the `id` or `arn` of the RDS instance",
        );
        return None;
    };
    let (kind, key, host, database) = if given.is_cluster() {
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
        port: own_port,
        database: data.attr(database),
    })
}
