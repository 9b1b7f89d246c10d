//! When the graph needs a proxy, and what it is made of.

use klo_intent::{Access, AttrValue, Duration, EntryCall, Origin, Setting};

use super::{decision, lower, printed, told};
use crate::context::Supply;
use crate::testing::{TestGraph, attr, has, id_of, pool, render, url_binding};

/// 400 Lambda instances with 5 connections and 6 tasks with 8: the example of the documentation.
fn busy(graph: TestGraph, settings: &[(&'static str, AttrValue)]) -> TestGraph {
    graph
        .intent_with("function.resize", &[("concurrency", AttrValue::Int(400))])
        .intent_with("service.api", &[("max", AttrValue::Int(6))])
        .intent_with("database.orders", settings)
        .edge_with(
            "function.resize",
            "database.orders",
            &[Access::Connect],
            |edge| {
                edge.pools = vec![pool("sqlalchemy", 5, 0)];
                edge.bindings = vec![url_binding("DATABASE_URL", "postgresql", &[])];
            },
        )
        .edge_with(
            "service.api",
            "database.orders",
            &[Access::Connect],
            |edge| {
                edge.pools = vec![pool("sqlalchemy", 3, 1)];
                edge.bindings = vec![url_binding("DATABASE_URL", "postgresql", &[])];
            },
        )
        .change("service.api", |unit| {
            if let Some(code) = &mut unit.code {
                code.processes = Some(2);
            }
        })
}

#[test]
fn the_arithmetic_is_shown() {
    let graph = busy(TestGraph::dev(), &[]).build();
    let lowering = lower(&graph);
    insta::assert_snapshot!(decision(&lowering, "rds-proxy", "database.orders"), @"proxy: 400 Lambda instances × 5 connections + 6 tasks × 8 = 2048 > 0.8 × 225 (db.t4g.small). function.resize: reserved concurrency, sqlalchemy pool 5 (in the code); service.api: `max`, sqlalchemy pool 3 + 1 (in the code) × 2 processes");
    let proxy = lowering
        .plan
        .decisions
        .iter()
        .find(|decision| decision.code == "rds-proxy")
        .unwrap();
    assert!(proxy.standing_cost);
}

#[test]
fn a_worker_without_a_number_has_a_process_for_each_cpu() {
    let cpus = Setting {
        value: AttrValue::Float(4.0),
        origin: Origin::Annotation,
        span: None,
        overridden: Vec::new(),
    };
    let graph = busy(TestGraph::dev(), &[]).change("service.api", |unit| {
        unit.settings.insert("cpu", cpus);
        if let Some(code) = &mut unit.code {
            code.processes = None;
            code.entry.call = EntryCall::Celery;
        }
    });
    let graph = graph.build();
    let shown = decision(&lower(&graph), "rds-proxy", "database.orders");
    assert!(shown.contains("+ 6 tasks × 16 ="), "{shown}");
    assert!(
        shown.contains("pool 3 + 1 (in the code) × 4 processes"),
        "{shown}"
    );
}

#[test]
fn a_proxy_in_prod() {
    let graph = busy(TestGraph::prod(), &[("engine", "mysql".into())]);
    insta::assert_snapshot!(printed(&graph.build()));
}

#[test]
fn units_reach_the_proxy_and_the_proxy_the_database() {
    let graph = busy(TestGraph::dev(), &[]).build();
    let lowering = lower(&graph);
    let plan = &lowering.plan;
    let into = |edge: &str| {
        let rule = format!("aws_vpc_security_group_ingress_rule.{edge}");
        attr(plan, &rule, "security_group_id")
    };
    let proxy = "aws_security_group.database_orders_proxy.id";
    assert_eq!(into("service_api_to_database_orders"), proxy);
    assert_eq!(into("function_resize_to_database_orders"), proxy);
    assert_eq!(
        into("database_orders_proxy_to_database_orders"),
        "aws_security_group.database_orders.id"
    );
    let store = &lowering.stores[&id_of(&graph, "database.orders")];
    let Supply::Plain(host) = &store.fields[&klo_intent::Field::Host] else {
        panic!("a host is plain")
    };
    assert_eq!(render(host), "aws_db_proxy.database_orders.endpoint");
    let urls = plan
        .locals
        .iter()
        .find(|l| l.name == "orders_urls")
        .unwrap();
    assert!(render(&urls.value).contains("aws_db_proxy.database_orders.endpoint"));
}

#[test]
fn few_connections_go_directly() {
    let graph = TestGraph::dev()
        .intent_with("service.api", &[("max", AttrValue::Int(12))])
        .intent("database.orders")
        .edge_with(
            "service.api",
            "database.orders",
            &[Access::Connect],
            |edge| {
                edge.pools = vec![pool("sqlalchemy", 5, 10)];
            },
        )
        .build();
    let lowering = lower(&graph);
    insta::assert_snapshot!(decision(&lowering, "rds-proxy", "database.orders"), @"direct: 12 tasks × 15 connections = 180 ≤ 0.8 × 225 (db.t4g.small). service.api: `max`, sqlalchemy pool 5 + 10 (in the code)");
    assert!(!has(&lowering.plan, "aws_db_proxy.database_orders"));
}

#[test]
fn one_connection_more_needs_a_proxy() {
    let graph = TestGraph::dev()
        .intent_with("service.api", &[("max", AttrValue::Int(181))])
        .intent("database.orders")
        .edge("service.api", "database.orders", &[Access::Connect])
        .build();
    assert!(has(&lower(&graph).plan, "aws_db_proxy.database_orders"));
}

#[test]
fn instances_at_peak_by_how_a_unit_is_started() {
    let peak = |graph: TestGraph| {
        let graph = graph
            .intent("database.orders")
            .edge("function.worker", "database.orders", &[Access::Connect])
            .build();
        let lowering = lower(&graph);
        let text = decision(&lowering, "rds-proxy", "database.orders");
        let (_, numbers) = text.split_once(": ").unwrap();
        numbers.split_once(" ×").unwrap().0.to_owned()
    };
    let function = |settings: &[(&'static str, AttrValue)]| {
        TestGraph::dev().intent_with("function.worker", settings)
    };
    assert_eq!(peak(function(&[])), "1000 Lambda instances");
    assert_eq!(
        peak(function(&[]).trigger("schedule.worker", "function.worker", &[])),
        "1 Lambda instance"
    );
    let queued = |settings: &[(&'static str, AttrValue)]| {
        function(settings)
            .intent("queue.orders")
            .trigger("queue.orders", "function.worker", &[])
    };
    assert_eq!(
        peak(queued(&[("max", AttrValue::Int(20))])),
        "20 Lambda instances"
    );
    assert_eq!(
        peak(queued(&[("concurrency", AttrValue::Int(30))])),
        "30 Lambda instances"
    );
    assert_eq!(peak(queued(&[])), "1000 Lambda instances");
}

#[test]
fn users_bound_a_service_on_lambda() {
    let graph = TestGraph::dev()
        .intent_with(
            "service.api",
            &[
                ("run_on", "lambda".into()),
                ("users", AttrValue::Int(10_000)),
            ],
        )
        .intent("database.orders")
        .edge("service.api", "database.orders", &[Access::Connect])
        .build();
    let lowering = lower(&graph);
    let text = decision(&lowering, "rds-proxy", "database.orders");
    assert!(
        text.contains("400 Lambda instances × 1 connection = 400 > 0.8 × 225"),
        "{text}"
    );
}

#[test]
fn a_proxy_can_be_forced_and_forbidden() {
    let wish = |wish: bool, most: i64| {
        TestGraph::dev()
            .intent_with("service.api", &[("max", AttrValue::Int(most))])
            .intent_with("database.orders", &[("proxy", AttrValue::Bool(wish))])
            .edge("service.api", "database.orders", &[Access::Connect])
            .build()
    };
    let forced = wish(true, 1);
    let lowering = lower(&forced);
    assert!(has(&lowering.plan, "aws_db_proxy.database_orders"));
    insta::assert_snapshot!(decision(&lowering, "rds-proxy", "database.orders"), @"proxy: `proxy = true` is set; 1 task × 1 connection = 1 ≤ 0.8 × 225 (db.t4g.small). service.api: `max`, one connection per process, since no pool was found");
    let crowded = wish(false, 200);
    let lowering = lower(&crowded);
    assert!(!has(&lowering.plan, "aws_db_proxy.database_orders"));
    assert_eq!(lowering.diagnostics, []);
}

#[test]
fn what_cannot_be_is_told() {
    let forbidden = busy(TestGraph::dev(), &[("proxy", AttrValue::Bool(false))]);
    let unserved = busy(TestGraph::dev(), &[("version", "18".into())]);
    let asked = TestGraph::dev().intent_with(
        "database.orders",
        &[("version", "18".into()), ("proxy", AttrValue::Bool(true))],
    );
    let slow = TestGraph::dev()
        .intent_with(
            "function.slow",
            &[("timeout", AttrValue::Duration(Duration(60)))],
        )
        .intent_with(
            "queue.orders",
            &[("visibility", AttrValue::Duration(Duration(30)))],
        )
        .trigger("queue.orders", "function.slow", &[]);
    let told: String = [forbidden, unserved, asked, slow]
        .into_iter()
        .map(|graph| told(&graph.build()))
        .collect();
    insta::assert_snapshot!(told);
}
