//! Everything that is no database.

use indexmap::IndexMap;
use klo_intent::{Access, AttrValue, Duration, Field};
use klo_plan::Root;

use super::{decision, lower, printed, told};
use crate::context::Supply;
use crate::testing::{TestGraph, attr, binding, has, id_of, render, resource, url_binding};

fn every_kind(graph: TestGraph) -> TestGraph {
    graph
        .intent("service.api")
        .intent("function.worker")
        .intent("cache.sessions")
        .intent("bucket.receipts")
        .intent_with(
            "table.carts",
            &[
                ("key", "cart_id".into()),
                ("sort_key", "line:number".into()),
                ("ttl", "expires_at".into()),
            ],
        )
        .intent("volume.uploads")
        .intent("queue.orders")
        .intent("topic.events")
        .intent("secret.stripe")
        .intent_with("config.page-size", &[("default", AttrValue::Int(50))])
        .edge_with(
            "service.api",
            "cache.sessions",
            &[Access::Connect],
            |edge| {
                edge.bindings = vec![url_binding("REDIS_URL", "redis", &[])];
            },
        )
        .edge_with("service.api", "secret.stripe", &[Access::Read], |edge| {
            edge.bindings = vec![binding("STRIPE_KEY", Field::Value)];
        })
        .edge("service.api", "volume.uploads", &[Access::Write])
        .edge("service.api", "queue.orders", &[Access::Publish])
        .trigger(
            "queue.orders",
            "function.worker",
            &[("batch", AttrValue::Int(100))],
        )
        .trigger("table.carts", "function.worker", &[])
}

#[test]
fn every_kind_in_dev() {
    insta::assert_snapshot!(printed(&every_kind(TestGraph::dev()).build()));
}

#[test]
fn every_kind_in_prod() {
    insta::assert_snapshot!(printed(&every_kind(TestGraph::prod()).build()));
}

#[test]
fn what_keeps_data_is_guarded_in_prod_alone() {
    let kept = [
        "aws_elasticache_replication_group.sessions",
        "aws_s3_bucket.receipts",
        "aws_dynamodb_table.carts",
        "aws_efs_file_system.uploads",
        "aws_sqs_queue.orders",
        "aws_secretsmanager_secret.stripe",
    ];
    let (dev, prod) = (
        every_kind(TestGraph::dev()).build(),
        every_kind(TestGraph::prod()).build(),
    );
    let (dev, prod) = (lower(&dev), lower(&prod));
    for address in kept {
        assert!(
            !resource(&dev.plan, address).lifecycle.prevent_destroy,
            "{address}"
        );
        assert!(
            resource(&prod.plan, address).lifecycle.prevent_destroy,
            "{address}"
        );
    }
}

#[test]
fn secrets_are_empty_and_in_the_bootstrap_root() {
    let graph = every_kind(TestGraph::dev()).build();
    let lowering = lower(&graph);
    let secret = resource(&lowering.plan, "aws_secretsmanager_secret.stripe");
    assert_eq!(secret.root, Root::Bootstrap);
    assert!(!has(
        &lowering.plan,
        "aws_secretsmanager_secret_version.secret_stripe"
    ));
    let store = &lowering.stores[&id_of(&graph, "secret.stripe")];
    let Supply::Secret { arn, key, .. } = &store.fields[&Field::Value] else {
        panic!("a secret's value is never plain")
    };
    assert_eq!(render(arn), "var.secrets[\"secret-stripe\"]");
    assert_eq!(*key, None);
}

#[test]
fn caches_speak_tls() {
    let graph = every_kind(TestGraph::dev()).build();
    let lowering = lower(&graph);
    let store = &lowering.stores[&id_of(&graph, "cache.sessions")];
    let url = &store.urls[&(id_of(&graph, "service.api"), "REDIS_URL".to_owned())];
    let Supply::Plain(url) = url else {
        panic!("{url:?}")
    };
    assert_eq!(
        render(url),
        "\"rediss://${aws_elasticache_replication_group.sessions.primary_endpoint_address}:6379\""
    );
}

#[test]
fn a_cache_with_shards_is_found_by_its_configuration() {
    let graph = TestGraph::dev()
        .intent_with("cache.sessions", &[("cluster_mode", AttrValue::Bool(true))])
        .build();
    let lowering = lower(&graph);
    let cache = "aws_elasticache_replication_group.sessions";
    assert_eq!(
        attr(&lowering.plan, cache, "parameter_group_name"),
        "\"default.valkey8.cluster.on\""
    );
    assert_eq!(attr(&lowering.plan, cache, "num_cache_clusters"), "null");
    let store = &lowering.stores[&id_of(&graph, "cache.sessions")];
    let Supply::Plain(host) = &store.fields[&Field::Host] else {
        panic!("a host is plain")
    };
    assert!(render(host).ends_with("configuration_endpoint_address"));
}

#[test]
fn an_existing_cache_with_a_password_has_its_url_in_a_secret() {
    let there: IndexMap<String, AttrValue> = [
        ("endpoint", "cache.acme.io:6380/0"),
        (
            "secret",
            "arn:aws:secretsmanager:eu-west-1:1:secret:cache-AbCdEf",
        ),
        ("security_group", "sg-cache"),
    ]
    .into_iter()
    .map(|(key, value)| (key.to_owned(), AttrValue::from(value)))
    .collect();
    let graph = TestGraph::dev()
        .intent("service.api")
        .intent_with("cache.sessions", &[("existing", AttrValue::Map(there))])
        .edge_with(
            "service.api",
            "cache.sessions",
            &[Access::Connect],
            |edge| {
                edge.bindings = vec![url_binding("REDIS_URL", "redis", &[])];
            },
        )
        .build();
    insta::assert_snapshot!(printed(&graph));
}

#[test]
fn long_backups_of_tables_and_volumes() {
    let graph = TestGraph::prod()
        .intent_with(
            "table.carts",
            &[("key", "id".into()), ("backup_days", AttrValue::Int(365))],
        )
        .intent_with("volume.uploads", &[("backup_days", AttrValue::Int(10))])
        .build();
    let lowering = lower(&graph);
    let rule = |plan: &str| attr(&lowering.plan, plan, "rule");
    assert!(rule("aws_backup_plan.table_carts").contains("delete_after: 365"));
    assert!(rule("aws_backup_plan.volume_uploads").contains("delete_after: 10"));
    assert_eq!(
        decision(&lowering, "backup", "table.carts"),
        "AWS Backup every night, kept for 365 days: backup_days is 365, and a table's \
         point-in-time recovery ends at 35"
    );
}

#[test]
fn tables_without_long_recovery() {
    let graph = TestGraph::dev()
        .intent_with(
            "table.carts",
            &[
                ("key", "id:binary".into()),
                ("backup_days", AttrValue::Int(5)),
            ],
        )
        .build();
    let lowering = lower(&graph);
    let table = "aws_dynamodb_table.carts";
    assert_eq!(
        attr(&lowering.plan, table, "point_in_time_recovery"),
        "blocks({enabled: true, recovery_period_in_days: 5})"
    );
    assert_eq!(
        attr(&lowering.plan, table, "attribute"),
        "blocks({name: \"id\", type: \"B\"})"
    );
    assert_eq!(attr(&lowering.plan, table, "stream_enabled"), "null");
}

#[test]
fn messages_are_hidden_for_as_long_as_they_are_worked_on() {
    let graph = every_kind(TestGraph::dev()).build();
    let lowering = lower(&graph);
    assert_eq!(
        decision(&lowering, "visibility", "queue.orders"),
        "185 s: 6 × 30 s of function.worker + 5 s of gathering a batch = 185 s"
    );
}

#[test]
fn fifo_names_end_as_aws_wants() {
    let long = "a".repeat(40);
    let id = format!("queue.{long}");
    let graph = TestGraph::dev()
        .deployment(|deployment| {
            deployment.environment = "environment-with-a-rather-long-name".into()
        })
        .intent_with(&id, &[("fifo", AttrValue::Bool(true))])
        .intent_with("topic.events", &[("fifo", AttrValue::Bool(true))])
        .build();
    let lowering = lower(&graph);
    let name = attr(&lowering.plan, &format!("aws_sqs_queue.{long}"), "name");
    assert!(name.ends_with(".fifo\"") && name.len() == 82, "{name}");
    let name = attr(&lowering.plan, "aws_sns_topic.events", "name");
    assert_eq!(
        name,
        "\"shop-environment-with-a-rather-long-name-events.fifo\""
    );
}

#[test]
fn existing_stores_need_only_their_identifiers() {
    let there = |key: &str, value: &str| {
        AttrValue::Map(IndexMap::from([(key.to_owned(), AttrValue::from(value))]))
    };
    let graph = TestGraph::dev()
        .intent("service.api")
        .intent_with(
            "bucket.receipts",
            &[("existing", there("id", "acme-receipts"))],
        )
        .intent_with(
            "table.carts",
            &[(
                "existing",
                there("arn", "arn:aws:dynamodb:eu-west-1:1:table/carts"),
            )],
        )
        .intent_with("volume.uploads", &[("existing", there("id", "fsap-0123"))])
        .intent_with(
            "queue.orders",
            &[(
                "existing",
                there("arn", "arn:aws:sqs:eu-west-1:123456789012:orders"),
            )],
        )
        .intent_with(
            "topic.events",
            &[(
                "existing",
                there("arn", "arn:aws:sns:eu-west-1:123456789012:events"),
            )],
        )
        .intent_with("secret.stripe", &[("existing", there("id", "acme/stripe"))])
        .edge("service.api", "volume.uploads", &[Access::Read])
        .build();
    let lowering = lower(&graph);
    assert_eq!(lowering.diagnostics, []);
    let managed: Vec<String> = lowering
        .plan
        .resources
        .values()
        .map(|resource| resource.address.to_string())
        .collect();
    assert_eq!(
        managed,
        [
            "data.aws_secretsmanager_secret.secret_stripe",
            "data.aws_efs_access_point.volume_uploads",
            "aws_vpc_security_group_egress_rule.service_api_to_volume_uploads",
        ]
    );
    let plain = |id: &str, field: Field| match &lowering.stores[&id_of(&graph, id)].fields[&field] {
        Supply::Plain(value) => render(value),
        secret => panic!("{secret:?}"),
    };
    assert_eq!(
        plain("queue.orders", Field::Url),
        "\"https://sqs.eu-west-1.amazonaws.com/123456789012/orders\""
    );
    assert_eq!(
        plain("bucket.receipts", Field::Arn),
        "\"arn:aws:s3:::acme-receipts\""
    );
    assert_eq!(plain("table.carts", Field::Name), "\"carts\"");
    assert_eq!(plain("topic.events", Field::Name), "\"events\"");
}

#[test]
fn adopted_stores_keep_their_names() {
    let graph = TestGraph::dev()
        .intent_with("bucket.receipts", &[("import", "old-receipts".into())])
        .intent_with(
            "queue.orders",
            &[(
                "import",
                "https://sqs.eu-west-1.amazonaws.com/1/old-orders".into(),
            )],
        )
        .intent_with(
            "topic.events",
            &[("import", "arn:aws:sns:eu-west-1:1:old-events".into())],
        )
        .intent_with(
            "secret.stripe",
            &[(
                "import",
                "arn:aws:secretsmanager:eu-west-1:1:secret:old/stripe-AbCdEf".into(),
            )],
        )
        .build();
    let lowering = lower(&graph);
    let name = |address: &str, name: &str| attr(&lowering.plan, address, name);
    assert_eq!(name("aws_s3_bucket.receipts", "bucket"), "\"old-receipts\"");
    assert_eq!(name("aws_sqs_queue.orders", "name"), "\"old-orders\"");
    assert_eq!(name("aws_sns_topic.events", "name"), "\"old-events\"");
    assert_eq!(
        name("aws_secretsmanager_secret.stripe", "name"),
        "\"old/stripe\""
    );
    assert_eq!(lowering.plan.imports.len(), 4);
}

/// A new name would make most things anew, so only descriptions that can be changed in place have it.
#[test]
fn a_renamed_store_keeps_its_names_in_aws() {
    let kinds = [
        "database", "cache", "bucket", "table", "volume", "queue", "topic", "secret",
    ];
    let mut graph = TestGraph::prod();
    for kind in kinds {
        let id = format!("{kind}.sales");
        let settings: &[(&'static str, AttrValue)] = match kind {
            "table" => &[("key", AttrValue::Str(String::new()))],
            "database" => &[("proxy", AttrValue::Bool(true))],
            _ => &[],
        };
        graph = graph.intent_with(&id, settings).change(&id, |intent| {
            intent.was = Some("orders".to_owned());
            if let Some(key) = intent.settings.get_mut("key") {
                key.value = "id".into();
            }
        });
    }
    let graph = graph.build();
    let lowering = lower(&graph);
    let renamed: Vec<String> = lowering
        .plan
        .resources
        .values()
        .flat_map(|resource| {
            let kind = resource.address.kind;
            resource
                .body
                .0
                .iter()
                .map(move |(name, value)| (kind, name, render(value)))
        })
        .filter(|(_, _, value)| value.starts_with('"') && value.contains("sales"))
        .filter(|(_, _, value)| !value.contains("${"))
        .map(|(kind, name, _)| format!("{kind}.{name}"))
        .collect();
    assert_eq!(
        renamed,
        [
            "aws_elasticache_subnet_group.description",
            "aws_elasticache_replication_group.description",
            "aws_secretsmanager_secret.description",
            "aws_db_subnet_group.description",
            "aws_vpc_security_group_ingress_rule.description",
            "aws_vpc_security_group_egress_rule.description",
            "aws_iam_role.description",
            "aws_secretsmanager_secret.description",
            "aws_iam_role.description",
        ]
    );
    let kept = decision(&lowering, "physical-name", "table.sales");
    assert!(
        kept.starts_with("names in AWS stay those of `table.orders`"),
        "{kept}"
    );
}

#[test]
fn buckets_have_the_account_in_their_name() {
    let graph = TestGraph::prod().intent("bucket.receipts").build();
    let lowering = lower(&graph);
    assert_eq!(
        attr(&lowering.plan, "aws_s3_bucket.receipts", "bucket"),
        "\"shop-prod-receipts-123456789012\""
    );
}

#[test]
fn a_setting_without_a_default_is_asked_for() {
    let graph = TestGraph::dev().intent("config.page-size").build();
    let lowering = lower(&graph);
    let variable = &lowering.plan.variables[0];
    assert_eq!(variable.name, "page_size_value");
    assert!(variable.default.is_none());
}

#[test]
fn what_cannot_be_is_told() {
    let seconds = |seconds: u64| AttrValue::Duration(Duration(seconds));
    let nothing = || AttrValue::Map(IndexMap::new());
    let slow = TestGraph::dev()
        .intent_with("service.slow", &[("timeout", seconds(10_800))])
        .intent("queue.orders")
        .trigger("queue.orders", "service.slow", &[]);
    let graphs = [
        TestGraph::dev().intent("table.carts"),
        TestGraph::dev().intent_with("table.carts", &[("key", "id:int".into())]),
        TestGraph::dev().intent_with(
            "table.carts",
            &[("key", "id".into()), ("sort_key", "id:number".into())],
        ),
        TestGraph::dev().intent_with("cache.sessions", &[("instance", "cache.t4g.smal".into())]),
        TestGraph::dev().intent_with("cache.sessions", &[("version", "8".into())]),
        TestGraph::dev().intent_with("cache.sessions", &[("version", "9.9".into())]),
        TestGraph::dev().intent_with("cache.sessions", &[("public", AttrValue::Bool(true))]),
        TestGraph::dev().intent_with("volume.uploads", &[("public", AttrValue::Bool(true))]),
        TestGraph::dev().intent_with(
            "table.carts",
            &[("key", "id".into()), ("public", AttrValue::Bool(true))],
        ),
        TestGraph::dev().intent_with("queue.orders", &[("retention", seconds(30 * 86_400))]),
        TestGraph::dev().intent_with("queue.orders", &[("visibility", seconds(86_400))]),
        TestGraph::dev().intent_with("queue.orders", &[("import", "orders".into())]),
        TestGraph::dev().intent_with("topic.events", &[("import", "events".into())]),
        TestGraph::dev().intent_with("volume.uploads", &[("import", "uploads".into())]),
        TestGraph::dev().intent_with("bucket.receipts", &[("existing", nothing())]),
        TestGraph::dev().intent_with("table.carts", &[("existing", nothing())]),
        TestGraph::dev().intent_with("queue.orders", &[("existing", nothing())]),
        TestGraph::dev().intent_with("topic.events", &[("existing", nothing())]),
        TestGraph::dev().intent_with("secret.stripe", &[("existing", nothing())]),
        TestGraph::dev().intent_with("volume.uploads", &[("existing", nothing())]),
        TestGraph::dev().intent_with("cache.sessions", &[("existing", nothing())]),
        slow,
    ];
    let told: String = graphs
        .into_iter()
        .map(|graph| told(&graph.build()))
        .collect();
    insta::assert_snapshot!(told);
}
