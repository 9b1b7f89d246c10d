//! An Aurora Serverless v2 cluster.

use klo_intent::Engine;
use klo_plan::{Address, Block, Resource, Value};

use super::instance::last_snapshot;
use super::{MOST_BACKUP_DAYS, Made, Setup, database_name, log_groups, parameter_group};
use crate::context::{Lowering, group_of, main_address, part_address, why};
use crate::data::common::{add_main, own_key, part};

/// Seconds without a connection after which a cluster that may pause does.
const PAUSE_AFTER: i64 = 300;

/// What makes each engine refuse connections without TLS (Aurora user guide, 2026-11).
fn parameters(engine: Engine) -> &'static [(&'static str, &'static str)] {
    match engine {
        Engine::Postgres => &[
            ("rds.force_ssl", "1"),
            ("log_min_duration_statement", "1000"),
        ],
        Engine::Mysql | Engine::Mariadb => &[
            ("require_secure_transport", "ON"),
            ("long_query_time", "1"),
            ("slow_query_log", "1"),
        ],
    }
}

pub(super) fn build(lowering: &mut Lowering<'_>, setup: &Setup<'_>, least: f64, most: u64) -> Made {
    let intent = setup.intent;
    let kind = "aws_rds_cluster_parameter_group";
    let group = parameter_group(lowering, setup, kind, parameters(setup.shape.engine));
    let logs = log_groups(lowering, setup, "cluster");
    let pause = (least == 0.0).then_some(PAUSE_AFTER);
    let body =
        identity(lowering, setup).with("db_cluster_parameter_group_name", group.attr("name"));
    let body = kept(lowering, setup, body).block(
        "serverlessv2_scaling_configuration",
        Block::new()
            .with("min_capacity", Value::Float(least))
            .with("max_capacity", most)
            .with_some("seconds_until_auto_pause", pause),
    );
    let address = main_address("aws_rds_cluster", intent);
    let mut resource = Resource::new(address, group_of(intent), why(intent, ""), body);
    resource.depends_on.extend(logs);
    let main = add_main(lowering, intent, "the database", resource);
    Made {
        host: main.attr("endpoint"),
        database: Value::Text(database_name(lowering, intent)),
        ready: instances(lowering, setup, &main),
        main,
    }
}

/// What it is, and whose.
fn identity(lowering: &Lowering<'_>, setup: &Setup<'_>) -> Block {
    let intent = setup.intent;
    let encrypted = intent.flag("encrypted");
    let subnets = setup.subnets.as_ref().map(|group| group.attr("name"));
    let revision = setup.credentials.revision.clone();
    Block::new()
        .with("cluster_identifier", &setup.name)
        .with("engine", setup.shape.engine_name())
        .with("engine_version", &setup.shape.version)
        .with("database_name", database_name(lowering, intent))
        .with("master_username", setup.credentials.user.clone())
        .with("master_password_wo", setup.credentials.password.clone())
        .with("master_password_wo_version", revision)
        .with("storage_encrypted", encrypted)
        .with_some("kms_key_id", own_key(lowering, intent))
        .with_some("db_subnet_group_name", subnets)
        .with("vpc_security_group_ids", vec![setup.group.clone()])
}

/// What becomes of the data, what can be seen of it, and when changes are made.
fn kept(lowering: &Lowering<'_>, setup: &Setup<'_>, body: Block) -> Block {
    let intent = setup.intent;
    let prod = lowering.is_prod();
    let days = intent.int("backup_days").unwrap_or(7);
    let last = prod.then(|| last_snapshot(setup));
    let logs = setup.shape.logs().iter().copied();
    // Aurora cannot be without backups.
    body.with("backup_retention_period", days.clamp(1, MOST_BACKUP_DAYS))
        .with("copy_tags_to_snapshot", true)
        .with("delete_automated_backups", !prod)
        .with("deletion_protection", intent.flag("deletion_protection"))
        .with("skip_final_snapshot", !prod)
        .with_some("final_snapshot_identifier", last)
        .with("enabled_cloudwatch_logs_exports", Value::list(logs))
        .with_some("apply_immediately", (!prod).then_some(true))
}

/// One instance, or two in two zones.
fn instances(lowering: &mut Lowering<'_>, setup: &Setup<'_>, cluster: &Address) -> Vec<Address> {
    let intent = setup.intent;
    let names: &[&str] = if intent.flag("multi_az") {
        &["one", "two"]
    } else {
        &["one"]
    };
    names
        .iter()
        .map(|name| {
            let address = part_address("aws_rds_cluster_instance", intent, name);
            let body = Block::new()
                .with("identifier", format!("{}-{name}", setup.name))
                .with("cluster_identifier", cluster.attr("id"))
                .with("engine", cluster.attr("engine"))
                .with("engine_version", cluster.attr("engine_version"))
                .with("auto_minor_version_upgrade", !setup.shape.is_pinned())
                .with("instance_class", "db.serverless")
                .with("publicly_accessible", intent.flag("public"))
                .with_some("tags", lowering.tags(intent));
            lowering.add(part(intent, address, "serves the cluster", body))
        })
        .collect()
}
