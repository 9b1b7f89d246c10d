//! Databases: instances, clusters, credentials, those that exist and those that are adopted.

use indexmap::IndexMap;
use klo_intent::{Access, AttrValue, Field, IntentGraph};

use super::{decision, lower, printed, told};
use crate::context::Supply;
use crate::testing::{TestGraph, attr, binding, has, id_of, pool, render, resource, url_binding};

const TLS: [(&str, &str); 1] = [("ssl", "verify-full")];

/// A service with a URL and a job with single fields, on one database.
fn orders(graph: TestGraph, settings: &[(&'static str, AttrValue)]) -> TestGraph {
    graph
        .intent("service.api")
        .intent("job.nightly")
        .intent_with("database.orders", settings)
        .edge_with(
            "service.api",
            "database.orders",
            &[Access::Connect],
            |edge| {
                edge.bindings = vec![url_binding("DATABASE_URL", "postgresql+asyncpg", &TLS)];
                edge.pools = vec![pool("sqlalchemy", 5, 10)];
            },
        )
        .edge_with(
            "job.nightly",
            "database.orders",
            &[Access::Connect],
            |edge| {
                edge.bindings = vec![
                    binding("PGHOST", Field::Host),
                    binding("PGUSER", Field::User),
                    binding("PGPASSWORD", Field::Password),
                ];
                edge.pools = vec![pool("psycopg", 1, 0)];
            },
        )
}

fn map(entries: &[(&str, &str)]) -> AttrValue {
    let entries: IndexMap<String, AttrValue> = entries
        .iter()
        .map(|(key, value)| ((*key).to_owned(), AttrValue::from(*value)))
        .collect();
    AttrValue::Map(entries)
}

#[test]
fn an_instance_in_dev() {
    insta::assert_snapshot!(printed(&orders(TestGraph::dev(), &[]).build()));
}

#[test]
fn an_instance_in_prod_with_long_backups() {
    let graph = orders(TestGraph::prod(), &[("backup_days", AttrValue::Int(90))]);
    insta::assert_snapshot!(printed(&graph.build()));
}

#[test]
fn a_serverless_cluster_in_prod() {
    let graph = orders(TestGraph::prod(), &[("instance", "serverless".into())]);
    insta::assert_snapshot!(printed(&graph.build()));
}

#[test]
fn a_serverless_cluster_in_dev_pauses() {
    let graph = orders(TestGraph::dev(), &[("instance", "serverless".into())]).build();
    let lowering = lower(&graph);
    let scaling = attr(
        &lowering.plan,
        "aws_rds_cluster.orders",
        "serverlessv2_scaling_configuration",
    );
    assert!(scaling.contains("min_capacity: 0,"), "{scaling}");
    assert!(scaling.contains("seconds_until_auto_pause"), "{scaling}");
    let instance = lowering
        .plan
        .decisions
        .iter()
        .find(|decision| decision.code == "database-instance")
        .unwrap();
    assert!(
        !instance.standing_cost,
        "a cluster that pauses costs nothing then"
    );
}

#[test]
fn only_units_with_an_edge_are_admitted() {
    let graph = orders(TestGraph::dev(), &[])
        .intent("service.other")
        .build();
    let lowering = lower(&graph);
    let rules: Vec<String> = lowering
        .plan
        .resources
        .values()
        .filter(|r| r.address.kind == "aws_vpc_security_group_ingress_rule")
        .map(|r| {
            let peer = r.body.get("referenced_security_group_id").map(render);
            format!("{} {}", r.address.name, peer.unwrap_or_default())
        })
        .collect();
    assert_eq!(
        rules,
        [
            "job_nightly_to_database_orders \"sg-nightly\"",
            "service_api_to_database_orders \"sg-api\"",
        ]
    );
    assert!(has(
        &lowering.plan,
        "aws_vpc_security_group_egress_rule.service_api_to_database_orders"
    ));
}

#[test]
fn credentials_reach_units_by_reference() {
    let graph = orders(TestGraph::dev(), &[]).build();
    let lowering = lower(&graph);
    let store = &lowering.stores[&id_of(&graph, "database.orders")];
    let url = &store.urls[&(id_of(&graph, "service.api"), "DATABASE_URL".to_owned())];
    let Supply::Secret { arn, key, version } = url else {
        panic!("{url:?}")
    };
    assert_eq!(
        render(arn),
        "aws_secretsmanager_secret.database_orders_urls.arn"
    );
    assert_eq!(key.as_deref(), Some("service_api_DATABASE_URL"));
    assert_eq!(
        version.as_ref().map(render).as_deref(),
        Some("aws_secretsmanager_secret_version.database_orders_urls.version_id")
    );
    let Supply::Secret { key, .. } = &store.fields[&Field::Password] else {
        panic!("a password is never plain")
    };
    assert_eq!(key.as_deref(), Some("password"));
    assert_eq!(store.secrets.len(), 2);
}

/// What would put a password where it is kept: an argument that is not write-only and refers to an
/// ephemeral, or to a local made of one.
#[test]
fn passwords_stand_in_write_only_arguments_alone() {
    let there = map(&[
        ("endpoint", "db.acme.io:5432/shop"),
        (
            "secret",
            "arn:aws:secretsmanager:eu-west-1:1:secret:db-AbCdEf",
        ),
    ]);
    let graphs = [
        orders(TestGraph::prod(), &[]).build(),
        orders(TestGraph::prod(), &[("proxy", AttrValue::Bool(true))]).build(),
        orders(TestGraph::prod(), &[("instance", "serverless".into())]).build(),
        orders(TestGraph::dev(), &[("existing", there)]).build(),
    ];
    for graph in &graphs {
        assert_write_only(graph);
    }
}

fn assert_write_only(graph: &IntentGraph) {
    let lowering = lower(graph);
    let mut seen = 0;
    for resource in lowering.plan.resources.values() {
        for (name, value) in &resource.body.0 {
            let text = render(value);
            if text.contains("ephemeral.") || text.contains("orders_credentials") {
                let open =
                    name.ends_with("_wo") || resource.address.class == klo_plan::Class::Ephemeral;
                assert!(open, "{} {name} = {text}", resource.address);
                seen += 1;
            }
        }
    }
    for local in &lowering.plan.locals {
        let text = render(&local.value);
        let secret = text.contains("ephemeral.") || text.contains("orders_credentials");
        assert_eq!(secret, local.name == "orders_credentials", "{text}");
    }
    assert!(seen >= 1, "the password is written somewhere");
}

#[test]
fn mysql_and_mariadb_force_tls() {
    for (engine, family) in [("mysql", "mysql8.4"), ("mariadb", "mariadb11.4")] {
        let graph = orders(TestGraph::dev(), &[("engine", engine.into())]).build();
        let lowering = lower(&graph);
        let group = "aws_db_parameter_group.database_orders";
        assert_eq!(attr(&lowering.plan, group, "family"), format!("{family:?}"));
        let parameters = attr(&lowering.plan, group, "parameter");
        assert!(
            parameters.contains("{name: \"require_secure_transport\", value: \"1\"}"),
            "{parameters}"
        );
    }
}

#[test]
fn a_pinned_version_is_not_upgraded_behind_the_plan() {
    let graph = orders(TestGraph::dev(), &[("version", "16.3".into())]).build();
    let lowering = lower(&graph);
    let database = "aws_db_instance.orders";
    assert_eq!(attr(&lowering.plan, database, "engine_version"), "\"16.3\"");
    assert_eq!(
        attr(&lowering.plan, database, "auto_minor_version_upgrade"),
        "false"
    );
    let graph = orders(TestGraph::dev(), &[("version", "16".into())]).build();
    let lowering = lower(&graph);
    assert_eq!(
        attr(&lowering.plan, database, "auto_minor_version_upgrade"),
        "true"
    );
}

#[test]
fn an_existing_database_is_wired_and_not_made() {
    let there = map(&[
        ("endpoint", "db.acme.io:6543/shop"),
        (
            "secret",
            "arn:aws:secretsmanager:eu-west-1:1:secret:db-AbCdEf",
        ),
        ("security_group", "sg-db"),
    ]);
    let graph = orders(TestGraph::dev(), &[("existing", there)]);
    insta::assert_snapshot!(printed(&graph.build()));
}

#[test]
fn an_existing_database_by_id_is_asked_for_its_address() {
    let there = map(&[
        ("id", "legacy"),
        (
            "secret",
            "arn:aws:secretsmanager:eu-west-1:1:secret:db-AbCdEf",
        ),
    ]);
    let graph = orders(TestGraph::dev(), &[("existing", there)]).build();
    let lowering = lower(&graph);
    assert_eq!(
        attr(
            &lowering.plan,
            "data.aws_db_instance.database_orders",
            "db_instance_identifier"
        ),
        "\"legacy\""
    );
    let egress = "aws_vpc_security_group_egress_rule.service_api_to_database_orders";
    let range = attr(&lowering.plan, egress, "cidr_ipv4");
    assert!(
        range.starts_with("/* database.orders exists already"),
        "{range}"
    );
}

#[test]
fn an_adopted_database_keeps_what_cannot_change() {
    let graph = orders(TestGraph::dev(), &[("import", "legacy".into())]).build();
    let lowering = lower(&graph);
    let database = resource(&lowering.plan, "aws_db_instance.orders");
    assert_eq!(
        render(database.body.get("identifier").unwrap()),
        "\"legacy\""
    );
    for fixed in ["username", "db_name", "kms_key_id", "db_subnet_group_name"] {
        assert!(database.body.get(fixed).is_none(), "{fixed}");
    }
    assert!(database.lifecycle.prevent_destroy, "in dev as well");
    assert_eq!(lowering.plan.imports.len(), 1);
    let user = &lowering
        .plan
        .variables
        .iter()
        .find(|v| v.name == "orders_username");
    assert!(user.is_some_and(|variable| variable.default.is_none()));
}

#[test]
fn names_that_engines_keep_are_changed() {
    for (name, database) in [
        ("db", "db_db"),
        ("order", "order_db"),
        ("shop-orders", "shop_orders"),
    ] {
        let id = format!("database.{name}");
        let graph = TestGraph::dev().intent(&id).build();
        let lowering = lower(&graph);
        let address = format!("aws_db_instance.{}", klo_plan::symbol(name));
        assert_eq!(
            attr(&lowering.plan, &address, "db_name"),
            format!("{database:?}")
        );
    }
}

#[test]
fn a_public_database_admits_everyone_and_says_so() {
    let graph = orders(TestGraph::dev(), &[("public", AttrValue::Bool(true))]).build();
    let lowering = lower(&graph);
    let rule = "aws_vpc_security_group_ingress_rule.internet_to_database_orders";
    assert_eq!(
        attr(&lowering.plan, rule, "cidr_ipv4"),
        "/* `public = true` is set. */ \"0.0.0.0/0\""
    );
    assert_eq!(
        attr(
            &lowering.plan,
            "aws_db_subnet_group.database_orders",
            "subnet_ids"
        ),
        "[\"subnet-public-a\", \"subnet-public-b\"]"
    );
    decision(&lowering, "public", "database.orders");
}

#[test]
fn choices_are_recorded_with_their_reasons() {
    let graph = orders(TestGraph::prod(), &[("backup_days", AttrValue::Int(14))]).build();
    let lowering = lower(&graph);
    assert_eq!(
        decision(&lowering, "database-instance", "database.orders"),
        "db.t4g.medium: the default of tier prod; 4 GiB of memory, at most 450 connections"
    );
    assert_eq!(
        decision(&lowering, "backup", "database.orders"),
        "RDS backups for 14 days: backup_days is 14, and RDS keeps them for up to 35"
    );
}

#[test]
fn what_cannot_be_is_told() {
    let there = map(&[("endpoint", "db.acme.io")]);
    let nowhere = map(&[(
        "secret",
        "arn:aws:secretsmanager:eu-west-1:1:secret:x-AbCdEf",
    )]);
    let cases: Vec<Vec<(&'static str, AttrValue)>> = vec![
        vec![("engine", AttrValue::Null)],
        vec![("instance", "db.t4g.smal".into())],
        vec![("instance", "db.t5.huge".into())],
        vec![
            ("engine", "mariadb".into()),
            ("instance", "serverless".into()),
        ],
        vec![
            ("engine", "mysql".into()),
            ("version", "8.4".into()),
            ("instance", "serverless".into()),
        ],
        vec![
            ("import", "legacy".into()),
            ("instance", "serverless".into()),
        ],
        vec![("storage", AttrValue::Size(klo_intent::Size(1 << 30)))],
        vec![("version", "15.x".into())],
        vec![("version", "99".into())],
        vec![("engine", "mysql".into()), ("version", "8".into())],
        vec![("existing", there.clone())],
        vec![("existing", nowhere)],
        vec![("existing", there), ("proxy", AttrValue::Bool(true))],
    ];
    let told: String = cases
        .iter()
        .map(|settings| told(&orders(TestGraph::dev(), settings).build()))
        .collect();
    insta::assert_snapshot!(told);
}
