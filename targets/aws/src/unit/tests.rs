//! Units with everything below them, on stores that are literals.

mod corners;

use std::collections::BTreeMap;

use klo_intent::{
    Access, AttrValue, Duration, EntryCall, Field, InertBinding, IntentGraph, Network, Size,
};
use klo_plan::{Address, Value};

use crate::context::{Lowering, Mount, Store, Supply};
use crate::testing::{TestGraph, attr, binding, dump, has, messages, method, span, verify};
use crate::{compute, network, unit};

/// A database's store: the URL is a secret's key in one version.
fn database(urls: &[(&str, &str)], graph: &IntentGraph) -> Store {
    let secret = Value::text("arn:aws:secretsmanager:eu-west-1:123456789012:secret:orders");
    let supply = Supply::Secret {
        arn: secret.clone(),
        key: Some("url".to_owned()),
        version: Some(Value::text("v1")),
    };
    let urls = urls.iter().map(|(unit, variable)| {
        let unit = graph.by_id(unit).expect("the unit is there");
        ((unit, (*variable).to_owned()), supply.clone())
    });
    Store {
        fields: BTreeMap::from([
            (Field::Host, Supply::Plain(Value::text("orders.internal"))),
            (
                Field::Password,
                Supply::Secret {
                    arn: secret.clone(),
                    key: Some("password".to_owned()),
                    version: None,
                },
            ),
        ]),
        urls: urls.collect(),
        secrets: vec![secret],
        ..Store::default()
    }
}

fn named(kind: &str, name: &str) -> Store {
    let arn = match kind {
        "s3" => format!("arn:aws:s3:::shop-{name}"),
        kind => format!("arn:aws:{kind}:eu-west-1:123456789012:{name}"),
    };
    let url = format!("https://sqs.eu-west-1.amazonaws.com/123456789012/{name}");
    Store {
        fields: BTreeMap::from([
            (
                Field::Name,
                Supply::Plain(Value::text(format!("shop-{name}"))),
            ),
            (Field::Arn, Supply::Plain(Value::text(&*arn))),
            (Field::Url, Supply::Plain(Value::text(url))),
            (Field::Region, Supply::Plain(Value::text("eu-west-1"))),
        ]),
        arn: Some(Value::Text(arn)),
        ..Store::default()
    }
}

fn secret(name: &str) -> Store {
    let arn = Value::Text(format!(
        "arn:aws:secretsmanager:eu-west-1:123456789012:secret:{name}"
    ));
    Store {
        fields: BTreeMap::from([(
            Field::Value,
            Supply::Secret {
                arn: arn.clone(),
                key: None,
                version: None,
            },
        )]),
        arn: Some(arn),
        ..Store::default()
    }
}

fn volume() -> Store {
    Store {
        mount: Some(Mount {
            file_system: (Value::text("fs-1"), Value::text("arn:fs-1")),
            access_point: (Value::text("fsap-1"), Value::text("arn:fsap-1")),
        }),
        ..Store::default()
    }
}

fn lower<'g>(graph: &'g IntentGraph, stores: Vec<(&str, Store)>) -> Lowering<'g> {
    let mut lowering = Lowering::new(graph);
    compute::decide(&mut lowering);
    network::lower(&mut lowering);
    for (id, store) in stores {
        let id = graph.by_id(id).expect("the store's intent is there");
        lowering.stores.insert(id, store);
    }
    unit::lower(&mut lowering);
    crate::moved::lower(&mut lowering);
    verify(&lowering);
    lowering
}

fn clean(lowering: &Lowering<'_>) -> String {
    assert_eq!(messages(&lowering.diagnostics), "");
    let mut text = dump(&lowering.plan);
    for image in &lowering.plan.images {
        text.push_str(&format!(
            "image {} {:?} port {:?} health {:?} fetched {:?} ca {} events {:?}\n",
            image.unit,
            image.command,
            image.port,
            image.health,
            image.fetched_secrets,
            image.ca_bundle,
            image.events
        ));
    }
    for (what, command) in &lowering.plan.before_services {
        text.push_str(&format!("before services: {what}\n  {command}\n"));
    }
    text
}

fn function_graph() -> TestGraph {
    TestGraph::dev()
        .intent("function.resize")
        .intent("bucket.pictures")
        .intent("queue.done")
        .edge_with(
            "function.resize",
            "bucket.pictures",
            &[Access::Read, Access::Write],
            |edge| {
                edge.bindings = vec![binding("BUCKET", Field::Name)];
                edge.methods = [method("s3", "get_object"), method("s3", "put_object")].into();
            },
        )
        .edge_with(
            "function.resize",
            "queue.done",
            &[Access::Publish],
            |edge| {
                edge.bindings = vec![binding("DONE_URL", Field::Url)];
                edge.methods = [method("sqs", "send_message")].into();
            },
        )
}

fn function_stores() -> Vec<(&'static str, Store)> {
    vec![
        ("bucket.pictures", named("s3", "pictures")),
        ("queue.done", named("sqs", "done")),
    ]
}

#[test]
fn function_without_network() {
    let graph = function_graph().build();
    let lowering = lower(&graph, function_stores());
    insta::assert_snapshot!(clean(&lowering));
}

fn service_graph(graph: TestGraph) -> TestGraph {
    graph
        .intent_with(
            "service.orders-api",
            &[
                ("health", "/health".into()),
                ("min", AttrValue::Int(2)),
                ("max", AttrValue::Int(6)),
            ],
        )
        .intent("database.orders")
        .intent("bucket.receipts")
        .intent("secret.payments-api-key")
        .edge("internet", "service.orders-api", &[Access::Expose])
        .edge_with(
            "service.orders-api",
            "database.orders",
            &[Access::Connect],
            |edge| edge.bindings = vec![binding("DATABASE_URL", Field::Url)],
        )
        .edge_with(
            "service.orders-api",
            "bucket.receipts",
            &[Access::Read],
            |edge| {
                edge.bindings = vec![binding("RECEIPTS", Field::Name)];
                edge.methods = [method("s3", "get_object"), method("s3", "list_objects_v2")].into();
            },
        )
        .edge_with(
            "service.orders-api",
            "secret.payments-api-key",
            &[Access::Read],
            |edge| edge.bindings = vec![binding("PAYMENTS_API_KEY", Field::Value)],
        )
}

fn service_stores(graph: &IntentGraph) -> Vec<(&'static str, Store)> {
    vec![
        (
            "database.orders",
            database(&[("service.orders-api", "DATABASE_URL")], graph),
        ),
        ("bucket.receipts", named("s3", "receipts")),
        ("secret.payments-api-key", secret("payments-api-key")),
    ]
}

#[test]
fn service_in_development() {
    let graph = service_graph(TestGraph::dev()).build();
    let lowering = lower(&graph, service_stores(&graph));
    insta::assert_snapshot!(clean(&lowering));
}

#[test]
fn everything_in_production() {
    let graph = service_graph(TestGraph::prod())
        .intent_with("job.nightly", &[("schedule", "0 3 1 * mon".into())])
        .intent_with("function.worker", &[("concurrency", AttrValue::Int(10))])
        .intent("volume.uploads")
        .edge_with(
            "job.nightly",
            "database.orders",
            &[Access::Connect],
            |edge| {
                edge.bindings = vec![binding("DATABASE_URL", Field::Url)];
            },
        )
        .edge(
            "job.nightly",
            "volume.uploads",
            &[Access::Read, Access::Write],
        )
        .edge_with(
            "function.worker",
            "database.orders",
            &[Access::Connect],
            |edge| edge.bindings = vec![binding("DB_PASSWORD", Field::Password)],
        )
        .build();
    let mut stores = service_stores(&graph);
    let units = [
        ("service.orders-api", "DATABASE_URL"),
        ("job.nightly", "DATABASE_URL"),
    ];
    stores[0].1 = database(&units, &graph);
    stores.push(("volume.uploads", volume()));
    let lowering = lower(&graph, stores);
    insta::assert_snapshot!(clean(&lowering));
}

#[test]
fn another_apps_key_is_used_by_its_alias() {
    let reads = |graph: TestGraph| {
        let graph = graph
            .intent("function.worker")
            .edge_with(
                "function.worker",
                "billing:bucket.receipts",
                &[Access::Read],
                |edge| edge.methods = [method("s3", "get_object")].into(),
            )
            .build();
        clean(&lower(&graph, Vec::new()))
    };
    let prod = reads(TestGraph::prod());
    for part in [
        "kms:Decrypt",
        "kms:ResourceAliases",
        "alias/billing-prod",
        "s3.eu-west-1.amazonaws.com",
    ] {
        assert!(prod.contains(part), "{part} is not in\n{prod}");
    }
    let dev = reads(TestGraph::dev());
    assert!(!dev.contains("kms:"), "{dev}");
}

#[test]
fn function_in_the_network_without_internet() {
    let graph = TestGraph::dev()
        .intent_with("function.worker", &[("min", AttrValue::Int(3))])
        .intent("database.orders")
        .intent("table.carts")
        .edge_with(
            "function.worker",
            "database.orders",
            &[Access::Connect],
            |edge| edge.bindings = vec![binding("DATABASE_URL", Field::Url)],
        )
        .edge_with("function.worker", "table.carts", &[Access::Read], |edge| {
            edge.bindings = vec![binding("CARTS", Field::Name)];
            edge.methods = [method("dynamodb", "query")].into();
        })
        .build();
    let stores = vec![
        (
            "database.orders",
            database(&[("function.worker", "DATABASE_URL")], &graph),
        ),
        ("table.carts", named("dynamodb", "carts")),
    ];
    let lowering = lower(&graph, stores);
    insta::assert_snapshot!(clean(&lowering));
}

#[test]
fn jobs_by_hand_and_before_a_deployment() {
    let graph = TestGraph::dev()
        .intent_with(
            "job.migrate",
            &[("run", "before-deploy".into()), ("spot", true.into())],
        )
        .intent_with(
            "job.import",
            &[
                ("run_on", "lambda".into()),
                ("timeout", AttrValue::Duration(Duration(600))),
            ],
        )
        .build();
    let lowering = lower(&graph, Vec::new());
    insta::assert_snapshot!(clean(&lowering));
}

#[test]
fn renamed_unit_moves() {
    let graph = function_graph()
        .change("function.resize", |intent| {
            intent.was = Some("shrink".to_owned());
        })
        .build();
    let lowering = lower(&graph, function_stores());
    let moved: Vec<String> = lowering
        .plan
        .moved
        .iter()
        .map(|moved| format!("{} -> {}", moved.from, moved.to))
        .collect();
    insta::assert_snapshot!(moved.join("\n"));
}

#[test]
fn existing_network_makes_none() {
    let graph = service_graph(TestGraph::dev())
        .deployment(|deployment| {
            deployment.network = Network::Existing {
                vpc: "vpc-1".to_owned(),
                private_subnets: vec!["subnet-1".to_owned(), "subnet-2".to_owned()],
                public_subnets: Vec::new(),
            };
        })
        .build();
    let lowering = lower(&graph, service_stores(&graph));
    assert_eq!(messages(&lowering.diagnostics), "");
    assert!(!has(&lowering.plan, "aws_vpc.main"));
    assert!(!has(&lowering.plan, "aws_nat_gateway.main_1"));
    let group = "aws_security_group.service_orders_api";
    assert_eq!(attr(&lowering.plan, group, "vpc_id"), "\"vpc-1\"");
}

#[test]
fn worker_without_port_has_no_health_check() {
    let graph = TestGraph::dev()
        .intent("service.worker")
        .change("service.worker", |intent| {
            intent.code.as_mut().expect("a unit").entry.call = EntryCall::Celery;
        })
        .build();
    let lowering = lower(&graph, Vec::new());
    assert_eq!(lowering.plan.images[0].port, None);
    let task = "aws_ecs_task_definition.service_worker";
    let containers = attr(&lowering.plan, task, "container_definitions");
    assert!(!containers.contains("healthCheck") && !containers.contains("portMappings"));
}

#[test]
fn large_function_with_a_queue_becomes_a_worker() {
    let graph = TestGraph::dev()
        .intent_with(
            "function.encode",
            &[("memory", AttrValue::Size(Size(12 << 30)))],
        )
        .intent("queue.films")
        .trigger("queue.films", "function.encode", &[])
        .build();
    let lowering = lower(&graph, vec![("queue.films", named("sqs", "films"))]);
    assert_eq!(messages(&lowering.diagnostics), "");
    let service = Address::managed("aws_ecs_service", "function_encode");
    assert!(has(&lowering.plan, &service.to_string()));
    assert_eq!(
        attr(
            &lowering.plan,
            "aws_ecs_task_definition.function_encode",
            "memory"
        ),
        "\"12288\""
    );
    assert_eq!(
        attr(&lowering.plan, &service.to_string(), "desired_count"),
        "1"
    );
    let scaled = "aws_appautoscaling_target.function_encode";
    assert_eq!(attr(&lowering.plan, scaled, "max_capacity"), "2");
}

#[test]
fn function_that_calls_a_service_sits_in_its_network() {
    let graph = TestGraph::dev()
        .intent("function.resize")
        .intent("service.orders-api")
        .edge_with(
            "function.resize",
            "service.orders-api",
            &[Access::Invoke],
            |edge| {
                edge.bindings = vec![
                    binding("ORDERS_URL", Field::Url),
                    binding("ORDERS_PORT", Field::Port),
                ];
            },
        )
        .build();
    let lowering = lower(&graph, Vec::new());
    assert_eq!(messages(&lowering.diagnostics), "");
    let function = "aws_lambda_function.function_resize";
    insta::assert_snapshot!(attr(&lowering.plan, function, "environment"));
    assert_ne!(attr(&lowering.plan, function, "vpc_config"), "null");
}

#[test]
fn functions_that_call_each_other_need_no_order() {
    let graph = TestGraph::dev()
        .intent("function.ping")
        .intent("function.pong")
        .edge_with(
            "function.ping",
            "function.pong",
            &[Access::Invoke],
            |edge| {
                edge.methods = [method("lambda", "invoke")].into();
            },
        )
        .edge("function.pong", "function.ping", &[Access::Invoke])
        .build();
    let lowering = lower(&graph, Vec::new());
    assert_eq!(messages(&lowering.diagnostics), "");
    let policies = ["ping_to_function_pong", "pong_to_function_ping"].map(|edge| {
        attr(
            &lowering.plan,
            &format!("aws_iam_role_policy.function_{edge}"),
            "policy",
        )
    });
    insta::assert_snapshot!(policies.join("\n"));
}

#[test]
fn nothing_needs_the_network_of_a_function_that_stays_outside() {
    let graph = function_graph().build();
    let lowering = lower(&graph, function_stores());
    assert!(lowering.network.is_none());
    assert!(lowering.unit_groups.is_empty());
}
