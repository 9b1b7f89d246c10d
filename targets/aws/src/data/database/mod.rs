//! Databases: an RDS instance, an Aurora Serverless cluster, or one that is there.

mod cluster;
mod decisions;
mod given;
mod instance;
mod shape;

use klo_diagnostics::codes::aws;
use klo_diagnostics::{Diagnostic, Level};
use klo_intent::{Engine, Field, Intent, IntentId};
use klo_plan::{Address, Block, Resource, Value, VariableType, symbol};

use super::common::{
    as_text, ask, id_of, is_import, lower_name, name_of, report_range, report_version,
};
use super::credentials::{self, Credentials};
use super::doors::{self, Door};
use super::rds_proxy::{self, Before};
use super::url::{self, Target};
use super::{backup, facts};
use crate::context::{Lowering, Store, Supply, group_of, part_address, why};

pub(super) use given::wire;
pub(super) use shape::{Class, Shape};

/// The longest identifier of an instance or cluster (RDS API reference, 2026-11).
const NAME_LIMIT: usize = 63;
/// The longest name of a parameter group (RDS API reference, 2026-11).
const GROUP_LIMIT: usize = 255;
/// Days for which RDS itself can keep backups.
const MOST_BACKUP_DAYS: i64 = backup::OWN_DAYS;

/// Words that RDS or an engine keeps for itself as names of databases (RDS user guide, "Settings for
/// DB instances", and the engines' own databases, 2026-11).
const TAKEN: [&str; 16] = [
    "all",
    "db",
    "default",
    "group",
    "information_schema",
    "mysql",
    "order",
    "performance_schema",
    "postgres",
    "rdsadmin",
    "select",
    "sys",
    "table",
    "template0",
    "template1",
    "user",
];

/// Lowers a database; `None` after a report.
pub(super) fn lower(lowering: &mut Lowering<'_>, id: IntentId) -> Option<Store> {
    let intent = lowering.intent(id);
    let shape = Shape::of(lowering, intent)?;
    if !storage_fits(lowering, intent) || !has_version(lowering, intent, &shape) {
        return None;
    }
    let proxied = rds_proxy::decide(lowering, id, &shape)?;
    // Without a network its lowering has reported why.
    let network = lowering.network.clone()?;
    decisions::record(lowering, intent, &shape);
    let credentials = credentials(lowering, intent);
    let subnets = if intent.flag("public") {
        network.public_subnets
    } else {
        network.data_subnets
    };
    let group = doors::group(lowering, intent, "", network.vpc);
    let door = Door {
        group: Some(group.attr("id")),
        port: Value::from(shape.engine.port()),
    };
    let setup = Setup {
        intent,
        shape: &shape,
        credentials: &credentials,
        name: name(lowering, intent),
        group: group.attr("id"),
        // An adopted database cannot move to other subnets.
        subnets: (!is_import(intent))
            .then(|| doors::subnet_group(lowering, intent, "aws_db_subnet_group", subnets)),
    };
    let made = match shape.class {
        Class::Instance(class) => instance::build(lowering, &setup, class),
        Class::Serverless { least, most } => cluster::build(lowering, &setup, least, most),
    };
    if backup::is_needed(intent) {
        let arn = made.main.attr("arn");
        backup::keep(lowering, intent, arn, backup::Because::RdsStopsAt35Days);
    }
    if intent.flag("public") {
        doors::open_to_all(lowering, intent, &door);
    }
    let reached = reach(lowering, id, &shape, &credentials, &made, &door, proxied)?;
    Some(store(lowering, id, &shape, &credentials, &made, reached))
}

/// Its identifier; an adopted database keeps the one that it has.
pub(super) fn name(lowering: &Lowering<'_>, intent: &Intent) -> String {
    match intent.text("import") {
        Some(id) => id.to_owned(),
        None => lower_name(lowering, name_of(lowering, intent), "", NAME_LIMIT),
    }
}

/// What both ways of making a database need.
struct Setup<'a> {
    intent: &'a Intent,
    shape: &'a Shape,
    credentials: &'a Credentials,
    name: String,
    group: Value,
    subnets: Option<Address>,
}

/// A database that is in the plan.
struct Made {
    /// The instance or cluster.
    main: Address,
    /// Its host name.
    host: Value,
    /// The name of the database in it.
    database: Value,
    /// What must exist before it answers.
    ready: Vec<Address>,
}

/// How units reach it.
struct Reached {
    host: Value,
    door: Door,
    ready: Vec<Address>,
}

fn has_version(lowering: &mut Lowering<'_>, intent: &Intent, shape: &Shape) -> bool {
    let engine = shape.engine;
    let known = facts::database_versions(engine);
    let numbers = match engine {
        Engine::Postgres => 1..=2,
        Engine::Mysql | Engine::Mariadb => 2..=3,
    };
    let (level, message) = if !facts::is_version(&shape.version, numbers) {
        let message = format!("`{}` is no version of {}", shape.version, engine.name());
        (Level::Error, message)
    } else if !known.contains(&shape.major.as_str()) {
        let message = format!("klo does not know {} {}", engine.name(), shape.major);
        (Level::Warning, message)
    } else {
        return true;
    };
    report_version(lowering, intent, level, message, known);
    level != Level::Error
}

fn storage_fits(lowering: &mut Lowering<'_>, intent: &Intent) -> bool {
    let Some(size) = intent.size("storage") else {
        return true;
    };
    let fits = (20..=65_536).contains(&size.gibibytes());
    if !fits {
        report_range(
            lowering,
            intent,
            "storage",
            format!("`{}` cannot have {size} of storage", intent.id()),
            "RDS gives 20Gi to 64Ti of gp3 storage".to_owned(),
        );
    }
    fits
}

fn credentials(lowering: &mut Lowering<'_>, intent: &Intent) -> Credentials {
    let user = if is_import(intent) {
        let name = format!("{}_username", symbol(name_of(lowering, intent)));
        let description = format!("Master user that {} had when it was adopted.", intent.id());
        ask(
            lowering,
            intent,
            name,
            VariableType::String,
            description,
            None,
        )
    } else {
        Value::text(credentials::USER)
    };
    credentials::create(lowering, intent, user)
}

/// The name of the database inside: the intent's, as engines take it.
pub(in crate::data) fn database_name(lowering: &Lowering<'_>, intent: &Intent) -> String {
    let name = symbol(name_of(lowering, intent)).to_ascii_lowercase();
    if TAKEN.contains(&name.as_str()) {
        format!("{name}_db")
    } else {
        name
    }
}

/// A parameter group of a database; `kind` tells which of the two sorts.
fn parameter_group(
    lowering: &mut Lowering<'_>,
    setup: &Setup<'_>,
    kind: &'static str,
    parameters: &[(&str, &str)],
) -> Address {
    let intent = setup.intent;
    let family = setup.shape.family();
    // The family is in the name, so that a new major version's group can be made beside the old one.
    let suffix = family.replace('.', "-");
    let name = lower_name(lowering, name_of(lowering, intent), &suffix, GROUP_LIMIT);
    let mut body = Block::new()
        .with("name", name)
        .with(
            "description",
            format!("Settings of {}", id_of(lowering, intent)),
        )
        .with("family", family);
    for (name, value) in parameters {
        body = body.block(
            "parameter",
            Block::new().with("name", *name).with("value", *value),
        );
    }
    let body = body.with_some("tags", lowering.tags(intent));
    let address = part_address(kind, intent, "");
    let resource = Resource::new(
        address,
        group_of(intent),
        why(intent, "refuses connections without TLS"),
        body,
    )
    .lifecycle(super::common::replaced_first());
    lowering.add(resource)
}

/// Log groups, made first: RDS would make ones that keep everything for ever.
fn log_groups(lowering: &mut Lowering<'_>, setup: &Setup<'_>, what: &str) -> Vec<Address> {
    let intent = setup.intent;
    let logs = setup.shape.logs();
    logs.iter()
        .map(|log| {
            let body = Block::new()
                .with("name", format!("/aws/rds/{what}/{}/{log}", setup.name))
                .with("retention_in_days", lowering.log_retention())
                .with_some("kms_key_id", lowering.key_arn())
                .with_some("tags", lowering.tags(intent));
            let address = part_address("aws_cloudwatch_log_group", intent, log);
            let purpose = format!("takes its {log} log; RDS would make one that keeps everything");
            super::common::add(lowering, intent, address, &purpose, body)
        })
        .collect()
}

fn reach(
    lowering: &mut Lowering<'_>,
    id: IntentId,
    shape: &Shape,
    credentials: &Credentials,
    made: &Made,
    door: &Door,
    proxied: bool,
) -> Option<Reached> {
    let intent = lowering.intent(id);
    let reached = if proxied {
        let before = Before {
            shape,
            credentials,
            database: &made.main,
            ready: &made.ready,
            door,
        };
        let proxy = rds_proxy::build(lowering, intent, &before)?;
        Reached {
            host: proxy.host,
            door: proxy.door,
            ready: vec![proxy.ready],
        }
    } else {
        Reached {
            host: made.host.clone(),
            door: door.clone(),
            ready: made.ready.clone(),
        }
    };
    doors::open(lowering, id, &reached.door);
    Some(reached)
}

fn store(
    lowering: &mut Lowering<'_>,
    id: IntentId,
    shape: &Shape,
    credentials: &Credentials,
    made: &Made,
    reached: Reached,
) -> Store {
    let intent = lowering.intent(id);
    let port = reached.door.port.clone();
    let mut store = Store {
        arn: Some(made.main.attr("arn")),
        ready: reached.ready,
        ..Store::default()
    };
    store.fields.extend([
        (Field::Host, Supply::Plain(reached.host.clone())),
        (Field::Port, Supply::Plain(as_text(&port))),
        (Field::Database, Supply::Plain(made.database.clone())),
        (Field::User, credentials.supply("username")),
        (Field::Password, credentials.supply("password")),
    ]);
    let target = Target {
        user: Some(credentials.user.clone()),
        password: Some(credentials.password.clone()),
        host: reached.host,
        port,
        database: Some(made.database.clone()),
    };
    let engine = shape.engine;
    let wanted = url::wanted(lowering, id, &|| url::database_form(engine));
    credentials::add_urls(lowering, &mut store, intent, &wanted, credentials, &target);
    if credentials::binds(lowering, id, &[Field::User, Field::Password]) {
        store.secrets.push(credentials.arn.clone());
        store.ready.extend(credentials.ready.iter().cloned());
    }
    store
}

/// Reports a database whose engine cannot be told.
pub(in crate::data) fn report_engine(lowering: &mut Lowering<'_>, intent: &Intent) {
    lowering.report(
        Diagnostic::error(
            aws::UNKNOWN_ENGINE,
            intent.span_of("engine"),
            format!("nothing tells which engine `{}` has", intent.id()),
        )
        .help("say `engine = \"postgres\"`, `\"mysql\"` or `\"mariadb\"`")
        .subject(intent.id()),
    );
}
