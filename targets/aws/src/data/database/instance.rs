//! An RDS instance.

use klo_intent::{Decision, Engine, Intent, Size};
use klo_plan::{Block, Function, Resource, Value};

use super::{MOST_BACKUP_DAYS, Made, Setup, database_name, log_groups, parameter_group};
use crate::context::{Lowering, group_of, main_address, why};
use crate::data::common::{add_main, is_import, own_key};
use crate::data::facts::InstanceClass;

/// Storage where nobody says how much: the least that gp3 has.
const STORAGE: Size = Size(20 << 30);
/// How far storage may grow by itself in prod, as a multiple of what it starts with: a full disk
/// stops the database, and what is not used costs nothing.
const GROWTH: u64 = 5;
/// The most storage that an instance can have, in GiB (RDS user guide, 2026-11).
const MOST_STORAGE: u64 = 65_536;
/// Days of Performance Insights that cost nothing.
const INSIGHTS_DAYS: i64 = 7;

/// What makes each engine refuse connections without TLS, and log slow statements to a file that
/// CloudWatch takes (RDS user guide, parameters of each engine, 2026-11).
fn parameters(engine: Engine) -> &'static [(&'static str, &'static str)] {
    match engine {
        Engine::Postgres => &[
            ("rds.force_ssl", "1"),
            ("log_min_duration_statement", "1000"),
        ],
        Engine::Mysql | Engine::Mariadb => &[
            ("require_secure_transport", "1"),
            ("log_output", "FILE"),
            ("long_query_time", "1"),
            ("slow_query_log", "1"),
        ],
    }
}

pub(super) fn build(lowering: &mut Lowering<'_>, setup: &Setup<'_>, class: InstanceClass) -> Made {
    let intent = setup.intent;
    let kind = "aws_db_parameter_group";
    let parameters = parameter_group(lowering, setup, kind, parameters(setup.shape.engine));
    let logs = log_groups(lowering, setup, "instance");
    let body = identity(lowering, setup, class)
        .with("password_wo", setup.credentials.password.clone())
        .with("password_wo_version", setup.credentials.revision.clone())
        .with("parameter_group_name", parameters.attr("name"))
        .with("vpc_security_group_ids", vec![setup.group.clone()])
        .with("publicly_accessible", intent.flag("public"))
        .with("multi_az", intent.flag("multi_az"));
    let body = watched(lowering, setup, class, kept(lowering, setup, body));
    record_growth(lowering, intent);
    let address = main_address("aws_db_instance", intent);
    let mut resource = Resource::new(address, group_of(intent), why(intent, ""), body);
    resource.depends_on.extend(logs);
    let main = add_main(lowering, intent, "the database", resource);
    let database = if is_import(intent) {
        main.attr("db_name")
    } else {
        Value::Text(database_name(lowering, intent))
    };
    Made {
        host: main.attr("address"),
        database,
        ready: vec![main.clone()],
        main,
    }
}

/// What it is, how large, and whose.
fn identity(lowering: &Lowering<'_>, setup: &Setup<'_>, class: InstanceClass) -> Block {
    let intent = setup.intent;
    let encrypted = intent.flag("encrypted");
    let storage = storage(intent);
    let body = Block::new()
        .with("identifier", &setup.name)
        .with("engine", setup.shape.engine_name())
        .with("engine_version", &setup.shape.version)
        .with("auto_minor_version_upgrade", !setup.shape.is_pinned())
        .with("instance_class", class.name)
        .with("allocated_storage", storage)
        .with_some("max_allocated_storage", growth(lowering, storage))
        .with("storage_type", "gp3")
        .with("storage_encrypted", encrypted);
    if is_import(intent) {
        // What an adopted database has of the rest cannot be changed without a new one.
        return body;
    }
    let subnets = setup.subnets.as_ref().map(|group| group.attr("name"));
    body.with_some("kms_key_id", own_key(lowering, intent))
        .with("db_name", database_name(lowering, intent))
        .with("username", setup.credentials.user.clone())
        .with_some("db_subnet_group_name", subnets)
}

/// What can be seen of it, and when changes are made.
fn watched(lowering: &Lowering<'_>, setup: &Setup<'_>, class: InstanceClass, body: Block) -> Block {
    let logs = setup.shape.logs().iter().copied();
    let body = body.with("enabled_cloudwatch_logs_exports", Value::list(logs));
    if !lowering.is_prod() {
        return body.with("apply_immediately", true);
    }
    if !class.has_performance_insights(setup.shape.engine) {
        return body;
    }
    body.with("performance_insights_enabled", true)
        .with("performance_insights_retention_period", INSIGHTS_DAYS)
        .with_some("performance_insights_kms_key_id", lowering.key_arn())
}

/// Storage to begin with, in GiB.
fn storage(intent: &Intent) -> u64 {
    intent.size("storage").unwrap_or(STORAGE).gibibytes()
}

/// How far it may grow by itself; not at all in dev.
fn growth(lowering: &Lowering<'_>, storage: u64) -> Option<u64> {
    let most = (storage * GROWTH).min(MOST_STORAGE);
    (lowering.is_prod() && most > storage).then_some(most)
}

fn record_growth(lowering: &mut Lowering<'_>, intent: &Intent) {
    let storage = storage(intent);
    let Some(most) = growth(lowering, storage) else {
        return;
    };
    lowering.decide(Decision {
        code: "database-storage",
        subject: intent.id(),
        chosen: format!("{storage} GiB, growing by itself up to {most} GiB"),
        because: "a full disk stops the database, and what is not used costs nothing".to_owned(),
        instead_of: vec!["a fixed size: somebody would have to watch it".to_owned()],
        standing_cost: false,
    });
}

/// What becomes of the data: backups, deletion, the last snapshot.
fn kept(lowering: &Lowering<'_>, setup: &Setup<'_>, body: Block) -> Block {
    let intent = setup.intent;
    let prod = lowering.is_prod();
    let days = intent.int("backup_days").unwrap_or(7).min(MOST_BACKUP_DAYS);
    body.with("backup_retention_period", days)
        .with("copy_tags_to_snapshot", true)
        .with("delete_automated_backups", !prod)
        .with("deletion_protection", intent.flag("deletion_protection"))
        .with("skip_final_snapshot", !prod)
        .with_some(
            "final_snapshot_identifier",
            prod.then(|| last_snapshot(setup)),
        )
}

/// A name that no earlier snapshot has: the revision of the password is different for each database
/// that was made.
pub(super) fn last_snapshot(setup: &Setup<'_>) -> Value {
    Value::concat([
        Value::text(format!("{}-final-", setup.name)),
        Value::call(Function::ToString, [setup.credentials.revision.clone()]),
    ])
}
