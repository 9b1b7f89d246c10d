//! One plan for each cell of the table of ways in (aws.md, "Exposing"), and what cannot be.

use indexmap::IndexMap;
use klo_intent::{Access, AttrValue, Duration, IntentGraph, Network, Place, Route};

use crate::testing::{TestGraph, attr, dump, has, messages, phases, resource, span, verify};

type Options<'a> = &'a [(&'static str, AttrValue)];

fn expose(graph: TestGraph, from: &str, unit: &str, options: Options<'_>) -> TestGraph {
    graph.edge_with(from, unit, &[Access::Expose], |edge| {
        edge.options.extend(options.iter().cloned());
    })
}

fn service(settings: Options<'_>) -> TestGraph {
    TestGraph::dev().intent_with("service.api", settings)
}

fn on_lambda() -> TestGraph {
    service(&[("run_on", "lambda".into())])
}

fn map<const N: usize>(entries: [(&str, AttrValue); N]) -> AttrValue {
    AttrValue::Map(IndexMap::from(
        entries.map(|(key, value)| (key.to_owned(), value)),
    ))
}

fn list(items: &[&str]) -> AttrValue {
    AttrValue::List(items.iter().map(|item| (*item).into()).collect())
}

fn domain() -> [(&'static str, AttrValue); 2] {
    [
        ("domain", "api.example.com".into()),
        ("zone", "Z0123456789ABC".into()),
    ]
}

fn seconds(count: u64) -> AttrValue {
    AttrValue::Duration(Duration(count))
}

/// The plan of what stands before units, which holds together.
fn plan(graph: &IntentGraph) -> String {
    let phases = phases(graph);
    assert_eq!(messages(&phases.lowering.diagnostics), "");
    verify(&phases.lowering);
    dump(&phases.added)
}

fn complaints(graph: TestGraph) -> String {
    let graph = graph.build();
    let phases = phases(&graph);
    messages(&phases.lowering.diagnostics)
}

#[test]
fn lambda_behind_an_http_api() {
    let graph = expose(on_lambda(), "internet", "service.api", &[]).build();
    insta::assert_snapshot!(plan(&graph));
}

#[test]
fn lambda_behind_an_http_api_with_everything() {
    let jwt = map([
        ("issuer", "https://login.example.com/".into()),
        ("audience", list(&["api"])),
    ]);
    let [name, zone] = domain();
    let options = [
        name,
        zone,
        ("auth", jwt),
        ("cors", list(&["https://www.example.com"])),
        ("rate_limit", AttrValue::Int(50)),
        ("path", "/v1".into()),
    ];
    let graph = TestGraph::prod().intent_with("service.api", &[("run_on", "lambda".into())]);
    let graph = expose(graph, "internet", "service.api", &options).build();
    insta::assert_snapshot!(plan(&graph));
}

#[test]
fn a_function_has_the_routes_of_its_code() {
    let route = |method: &str, path: &str| Route {
        path: path.to_owned(),
        method: method.to_owned(),
        place: Place::new("app.py", "orders"),
        at: span(3),
    };
    let graph = TestGraph::dev()
        .intent("function.orders")
        .change("function.orders", |unit| {
            let code = unit.code.as_mut().expect("a unit has code");
            code.routes = vec![route("GET", "/orders/{id}"), route("POST", "/orders")];
        });
    let graph = expose(graph, "internet", "function.orders", &[]).build();
    let phases = phases(&graph);
    let key = |part: &str| {
        let address = format!("aws_apigatewayv2_route.function_orders_{part}");
        attr(&phases.added, &address, "route_key")
    };
    assert_eq!(key("get_orders__id_"), "\"GET /orders/{id}\"");
    assert_eq!(key("post_orders"), "\"POST /orders\"");
    assert!(!has(
        &phases.added,
        "aws_apigatewayv2_route.function_orders_default"
    ));
}

#[test]
fn lambda_with_a_firewall_behind_a_rest_api() {
    let [name, zone] = domain();
    let options = [
        name,
        zone,
        ("waf", true.into()),
        ("auth", "iam".into()),
        ("cors", list(&["https://www.example.com"])),
        ("rate_limit", AttrValue::Int(50)),
        ("path", "v1/orders".into()),
    ];
    let graph = expose(on_lambda(), "internet", "service.api", &options).build();
    insta::assert_snapshot!(plan(&graph));
}

#[test]
fn container_behind_an_http_api() {
    let graph = service(&[
        ("users", AttrValue::Int(10_000)),
        ("max", AttrValue::Int(20)),
    ]);
    let graph = expose(graph, "internet", "service.api", &[]).build();
    insta::assert_snapshot!(plan(&graph));
}

#[test]
fn container_with_a_domain_in_prod() {
    let graph = TestGraph::prod()
        .intent("service.api")
        .intent("service.admin");
    let graph = expose(graph, "internet", "service.api", &domain());
    let graph = expose(
        graph,
        "internet",
        "service.admin",
        &[("auth", "iam".into())],
    )
    .build();
    insta::assert_snapshot!(plan(&graph));
}

#[test]
fn container_with_a_firewall_behind_cloudfront() {
    let [name, zone] = domain();
    let options = [
        name,
        zone,
        ("waf", true.into()),
        ("rate_limit", AttrValue::Int(50)),
        ("cors", list(&["https://www.example.com"])),
    ];
    let graph = expose(service(&[]), "internet", "service.api", &options).build();
    insta::assert_snapshot!(plan(&graph));
}

#[test]
fn slow_streaming_and_websocket_containers_stand_behind_cloudfront() {
    let slow = service(&[("timeout", seconds(60))]);
    let streaming = service(&[]).change("service.api", |unit| {
        unit.code.as_mut().expect("a unit has code").streams = Some(span(5));
    });
    let socket = service(&[]).change("service.api", with_socket);
    for (graph, reason) in [
        (slow, "a request may take 1m"),
        (streaming, "it streams its answers"),
        (socket, "it has a WebSocket route"),
    ] {
        let graph = expose(
            graph,
            "internet",
            "service.api",
            &[("path", "/live".into())],
        )
        .build();
        let plan = plan(&graph);
        assert!(
            plan.contains("aws_cloudfront_distribution.service_api"),
            "{plan}"
        );
        assert!(plan.contains(reason), "{plan}");
        assert!(plan.contains(r#"values = ["/live", "/live/*"]"#), "{plan}");
        assert!(!plan.contains("aws_wafv2_web_acl"), "nobody asked for one");
    }
}

fn with_socket(unit: &mut klo_intent::Intent) {
    let code = unit.code.as_mut().expect("a unit has code");
    code.routes.push(Route {
        path: "/live".to_owned(),
        method: "WEBSOCKET".to_owned(),
        place: Place::new("app.py", "live"),
        at: span(4),
    });
}

#[test]
fn containers_inside_the_network() {
    let graph = TestGraph::dev()
        .intent("service.api")
        .intent("service.catalog")
        .intent("service.search")
        .edge("service.api", "service.catalog", &[Access::Invoke]);
    let graph = expose(graph, "internal", "service.search", &domain()).build();
    insta::assert_snapshot!(plan(&graph));
}

#[test]
fn lambda_inside_an_existing_network() {
    let graph = on_lambda().deployment(|deployment| {
        deployment.network = Network::Existing {
            vpc: "vpc-0abc".to_owned(),
            private_subnets: vec!["subnet-a".to_owned(), "subnet-b".to_owned()],
            public_subnets: Vec::new(),
        };
    });
    let graph = expose(graph, "internal", "service.api", &[]).build();
    insta::assert_snapshot!(plan(&graph));
}

#[test]
fn exposed_to_both() {
    let graph = expose(service(&[]), "internet", "service.api", &[]);
    let graph = expose(graph, "internal", "service.api", &[]).build();
    let phases = phases(&graph);
    verify(&phases.lowering);
    for part in ["api", "internal"] {
        let rule = resource(
            &phases.added,
            &format!("aws_lb_listener_rule.service_api_{part}"),
        );
        assert!(rule.body.get("condition").is_some());
    }
    let service = resource(&phases.added, "aws_ecs_service.service_api");
    let Some(klo_plan::Value::Blocks(blocks)) = service.body.get("load_balancer") else {
        panic!("the service stands in its target group");
    };
    assert_eq!(blocks.len(), 1, "one group for both ways");
}

#[test]
fn a_call_does_not_go_round_a_guarded_way_in() {
    let graph = TestGraph::dev()
        .intent("service.api")
        .intent("service.web")
        .change("service.web", |unit| {
            let code = unit.code.as_mut().expect("a unit has code");
            code.external_packages
                .insert("requests_aws4auth".to_owned());
        })
        .edge("service.web", "service.api", &[Access::Invoke]);
    let graph = expose(graph, "internet", "service.api", &[("auth", "iam".into())]).build();
    let phases = phases(&graph);
    assert!(!has(&phases.added, "aws_lb_listener.internal"));
    let policy = "aws_iam_role_policy.service_web_to_service_api_api";
    let policy = attr(&phases.added, policy, "policy");
    assert!(policy.contains("execute-api:Invoke"), "{policy}");
}

#[test]
fn a_site() {
    let graph = TestGraph::dev().intent_with(
        "site.storefront",
        &[
            ("dir", "web/dist".into()),
            ("build", "npm run build".into()),
            ("spa", true.into()),
            ("domain", "www.example.com".into()),
            ("zone", "Z0123456789ABC".into()),
        ],
    );
    let graph = graph.build();
    let plan = plan(&graph);
    let phases = phases(&graph);
    let commands: Vec<String> = phases
        .lowering
        .plan
        .after_apply
        .iter()
        .map(|(what, command)| format!("{what}: {command}\n"))
        .collect();
    insta::assert_snapshot!(format!("{plan}\n{}", commands.concat()));
}

#[test]
fn what_cannot_be_exposed() {
    let job = TestGraph::dev().intent_with("function.report", &[("timeout", seconds(3600))]);
    let job = expose(job, "internet", "function.report", &[]);
    let socket = on_lambda().change("service.api", with_socket);
    let socket = expose(socket, "internet", "service.api", &[]);
    let slow_lambda = service(&[("run_on", "lambda".into()), ("timeout", seconds(60))]);
    let slow_lambda = expose(slow_lambda, "internet", "service.api", &[]);
    let slow = service(&[("timeout", seconds(600))]);
    let slow = expose(slow, "internet", "service.api", &[]);
    let zone = [("domain", "api.example.com".into())];
    let zone = expose(service(&[]), "internet", "service.api", &zone);
    let auth = [("auth", "iam".into()), ("waf", true.into())];
    let auth = expose(service(&[]), "internet", "service.api", &auth);
    let jwt = map([("issuer", "https://a/".into()), ("audience", "b".into())]);
    let jwt = expose(
        on_lambda(),
        "internet",
        "service.api",
        &[("auth", jwt), ("waf", true.into())],
    );
    let inside = [("auth", "iam".into()), ("waf", true.into())];
    let inside = expose(service(&[]), "internal", "service.api", &inside);
    let cors = map([("origins", list(&["*"])), ("credentials", true.into())]);
    let cors = expose(service(&[]), "internet", "service.api", &[("cors", cors)]);
    let twice = TestGraph::dev().intent("service.api").intent("service.web");
    let twice = expose(twice, "internet", "service.api", &domain());
    let twice = expose(twice, "internet", "service.web", &domain());
    let unsigned = TestGraph::dev()
        .intent("service.api")
        .intent("service.web")
        .edge_with("service.web", "service.api", &[Access::Invoke], |edge| {
            edge.extra
                .insert("API_URL".to_owned(), klo_intent::Field::Url);
        });
    let unsigned = expose(
        unsigned,
        "internet",
        "service.api",
        &[("auth", "iam".into())],
    );
    let site = TestGraph::dev().intent_with(
        "site.storefront",
        &[("dir", "web".into()), ("domain", "www.example.com".into())],
    );
    let all: Vec<String> = [
        job,
        socket,
        slow_lambda,
        slow,
        zone,
        auth,
        jwt,
        inside,
        cors,
        twice,
        unsigned,
        site,
    ]
    .into_iter()
    .map(complaints)
    .collect();
    insta::assert_snapshot!(all.join("\n"));
}
