//! Clashes, unknown values and corners of the network.

use super::*;

#[test]
fn variables_that_clash() {
    let env = AttrValue::Map(
        [
            ("BUCKET", AttrValue::from("local")),
            ("AWS_REGION", "eu-west-1".into()),
            ("AWS_SECRET_ACCESS_KEY", "x".into()),
            ("UNUSED_URL", "mine".into()),
            ("DEBUG", true.into()),
        ]
        .map(|(key, value)| (key.to_owned(), value))
        .into(),
    );
    let graph = function_graph()
        .change("function.resize", |intent| {
            intent.settings.get_mut("env").expect("it is set").value = env;
            intent.code.as_mut().expect("a unit").inert = vec![InertBinding {
                variable: "UNUSED_URL".to_owned(),
                value: "postgresql://unused.invalid/unused".to_owned(),
                intent: "database.orders".to_owned(),
                at: span(3),
            }];
        })
        .build();
    let lowering = lower(&graph, function_stores());
    insta::assert_snapshot!(messages(&lowering.diagnostics));
    let function = "aws_lambda_function.function_resize";
    insta::assert_snapshot!(attr(&lowering.plan, function, "environment"));
}

#[test]
fn calls_and_values_that_klo_does_not_know() {
    let graph = function_graph()
        .intent("cache.catalog")
        .intent_with("job.report", &[])
        .edge_with(
            "function.resize",
            "cache.catalog",
            &[Access::Connect],
            |edge| {
                edge.bindings = vec![binding("REDIS_PASSWORD", Field::Password)];
            },
        )
        .edge_with("function.resize", "job.report", &[Access::Invoke], |edge| {
            edge.extra.insert("REPORT_URL".to_owned(), Field::Url);
        })
        .edge_with(
            "function.resize",
            "billing:database.ledger",
            &[Access::Connect],
            |edge| {
                edge.extra.insert("LEDGER".to_owned(), Field::Password);
            },
        )
        .edge_with(
            "function.resize",
            "billing:topic.invoices",
            &[Access::Publish],
            |edge| {
                edge.extra.insert("INVOICES".to_owned(), Field::Arn);
            },
        )
        .build();
    let mut graph = graph;
    for edge in &mut graph.edges {
        if graph.intents.len() > 1 && edge.methods.contains(&method("s3", "get_object")) {
            edge.methods.insert(method("s3", "open_wormhole"));
        }
    }
    let mut stores = function_stores();
    stores.push(("cache.catalog", Store::default()));
    let lowering = lower(&graph, stores);
    insta::assert_snapshot!(messages(&lowering.diagnostics));
    let policy = "aws_iam_role_policy.function_resize_to_billing_topic_invoices";
    insta::assert_snapshot!(attr(&lowering.plan, policy, "policy"));
}

#[test]
fn ranges_that_hold_no_network() {
    for (cidr, at_fault) in [
        ("10.0.0.0/28", true),
        ("10.1.2.3/16", true),
        ("10.9.0.0/24", false),
    ] {
        let graph = TestGraph::dev()
            .deployment(|deployment| {
                deployment.network = Network::Created {
                    cidr: cidr.to_owned(),
                };
            })
            .intent("service.api")
            .build();
        let lowering = lower(&graph, Vec::new());
        let text = messages(&lowering.diagnostics);
        assert_eq!(text.contains("KLO0644"), at_fault, "{cidr}: {text}");
    }
}

#[test]
fn kinds_with_one_name_have_names_of_their_own() {
    let graph = TestGraph::dev()
        .intent("service.orders")
        .intent("function.orders")
        .intent("job.orders")
        .build();
    let lowering = lower(&graph, Vec::new());
    let names: Vec<String> = ["service", "function", "job"]
        .iter()
        .map(|kind| {
            attr(
                &lowering.plan,
                &format!("aws_iam_role.{kind}_orders"),
                "name",
            )
        })
        .collect();
    assert_eq!(
        names,
        [
            "\"shop-dev-orders\"",
            "\"shop-dev-orders-function\"",
            "\"shop-dev-orders-job\""
        ]
    );
}

#[test]
fn a_package_that_talks_to_the_internet_needs_a_way_there() {
    let graph = TestGraph::prod()
        .deployment(|deployment| deployment.region = "us-east-1".to_owned())
        .intent("function.worker")
        .change("function.worker", |intent| {
            let code = intent.code.as_mut().expect("a unit");
            code.external_packages.insert("stripe".to_owned());
        })
        .intent("cache.catalog")
        .edge("function.worker", "cache.catalog", &[Access::Connect])
        .build();
    let lowering = lower(&graph, vec![("cache.catalog", Store::default())]);
    let decisions: Vec<String> = lowering
        .plan
        .decisions
        .iter()
        .filter(|decision| decision.subject == "network")
        .map(|d| {
            format!(
                "{}: {}, because {}, {:?}",
                d.code, d.chosen, d.because, d.instead_of
            )
        })
        .collect();
    insta::assert_snapshot!(decisions.join("\n"));
}
