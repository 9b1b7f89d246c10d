//! Stores that an organization's modules make.

use indexmap::IndexMap;
use klo_intent::{
    Access, AttrValue, Duration, EntryCall, Field, Module, ModuleContext, ModuleInput,
    ModuleOutput, Size,
};
use klo_plan::Root;

use super::{decision, lower, printed, told};
use crate::context::Supply;
use crate::testing::{
    TestGraph, binding, dump, id_of, messages, phases, render, url_binding, verify,
};

/// A module as a pack has it; inputs by the word after `$`.
fn module(
    graph: TestGraph,
    id: &str,
    inputs: &[(&str, &str)],
    outputs: &[(ModuleOutput, &str)],
) -> TestGraph {
    graph.change(id, |intent| {
        let input = |(name, word): &(&str, &str)| {
            let input = ModuleInput::of_word(intent.kind, word).expect("a word of the kind");
            ((*name).to_owned(), input)
        };
        intent.module = Some(Module {
            source: format!("git::https://git.acme.dev/tf/{}?ref=v3.2.0", intent.kind),
            version: None,
            inputs: inputs.iter().map(input).collect(),
            outputs: outputs
                .iter()
                .map(|(output, path)| (*output, (*path).to_owned()))
                .collect(),
            pack: "acme/platform".to_owned(),
            at: None,
        });
    })
}

fn with_bucket(graph: TestGraph) -> TestGraph {
    let graph = graph
        .intent("service.api")
        .intent("bucket.receipts")
        .edge_with("service.api", "bucket.receipts", &[Access::Write], |edge| {
            edge.bindings = vec![binding("RECEIPTS", Field::Name)];
        });
    let outputs = [(ModuleOutput::Name, "id"), (ModuleOutput::Arn, "arn")];
    module(
        graph,
        "bucket.receipts",
        &[("name", "name"), ("tags", "tags")],
        &outputs,
    )
}

#[test]
fn a_bucket() {
    let graph = with_bucket(TestGraph::prod()).build();
    insta::assert_snapshot!(printed(&graph));
}

#[test]
fn a_queue_with_everything_that_uses_one() {
    let graph = TestGraph::prod()
        .deployment(|deployment| deployment.alarm_email = Some("ops@acme.dev".to_owned()))
        .intent("service.api")
        .intent("function.worker")
        .change("function.worker", |unit| {
            unit.code.as_mut().expect("a unit has code").entry.call = EntryCall::Handler;
        })
        .intent("queue.orders")
        .edge_with("service.api", "queue.orders", &[Access::Publish], |edge| {
            edge.bindings = vec![binding("ORDERS_URL", Field::Url)];
        })
        .trigger("queue.orders", "function.worker", &[]);
    let inputs = [
        ("name", "name"),
        ("fifo", "fifo"),
        ("retention", "retention"),
        ("key", "kms_key"),
        ("visibility", "visibility"),
    ];
    let outputs = [
        (ModuleOutput::Url, "queue.url"),
        (ModuleOutput::Arn, "queue.arn"),
        (ModuleOutput::Name, "queue.name"),
    ];
    let graph = module(graph, "queue.orders", &inputs, &outputs).build();
    let phases = phases(&graph);
    assert_eq!(messages(&phases.lowering.diagnostics), "");
    verify(&phases.lowering);
    let text = dump(&phases.lowering.plan);
    // What is about the queue, out of everything that a service and a function are made of.
    let about: Vec<&str> = text
        .lines()
        .filter(|line| line.contains("module") || line.contains("queue_orders"))
        .collect();
    insta::assert_snapshot!(about.join("\n"));
}

fn with_database(graph: TestGraph) -> TestGraph {
    graph
        .intent("function.api")
        .intent("database.orders")
        .edge_with(
            "function.api",
            "database.orders",
            &[Access::Connect],
            |edge| {
                edge.bindings = vec![
                    url_binding("DATABASE_URL", "postgresql", &[]),
                    binding("DB_PORT", Field::Port),
                ];
            },
        )
        .change("function.api", |unit| {
            if let Some(setting) = unit.settings.get_mut("run_on") {
                setting.value = "lambda".into();
            }
        })
}

#[test]
fn a_database_in_klos_network() {
    let inputs = [
        ("vpc_id", "vpc"),
        ("subnets", "data_subnets"),
        ("security_group", "security_group"),
        ("engine", "engine"),
        ("storage", "storage"),
    ];
    let outputs = [
        (ModuleOutput::Host, "address"),
        (ModuleOutput::Port, "port"),
        (ModuleOutput::Secret, "secrets[0].arn"),
    ];
    let graph = with_database(TestGraph::dev());
    insta::assert_snapshot!(printed(
        &module(graph, "database.orders", &inputs, &outputs).build()
    ));
}

#[test]
fn a_database_with_a_group_of_its_own() {
    let outputs = [
        (ModuleOutput::Host, "address"),
        (ModuleOutput::Secret, "secret_arn"),
        (ModuleOutput::SecurityGroup, "security_group_id"),
        (ModuleOutput::Database, "name"),
    ];
    let graph = with_database(TestGraph::dev());
    let graph = module(graph, "database.orders", &[], &outputs).build();
    let whole = phases(&graph).lowering;
    assert_eq!(messages(&whole.diagnostics), "");
    verify(&whole);
    let text = dump(&whole.plan);
    // The function is in the network because of the group, and nothing is made for the database.
    assert!(text.contains("\naws_lambda_function.function_api"));
    assert!(text.contains(
        "aws_vpc_security_group_egress_rule.function_api_to_database_orders (database-orders: lets \
         the caller reach it)\n  security_group_id = aws_security_group.function_api.id\n  \
         description = \"function.api to database.orders\"\n  ip_protocol = \"tcp\"\n  \
         from_port = 5432\n  to_port = 5432\n  \
         referenced_security_group_id = module.database_orders.security_group_id\n"
    ));
    assert!(!text.contains("aws_subnet.data_1"));
    assert!(!text.contains("aws_security_group.database_orders"));
}

#[test]
fn a_cache_and_a_volume() {
    let graph = TestGraph::dev()
        .intent("service.api")
        .intent("cache.sessions")
        .intent("volume.uploads")
        .edge_with(
            "service.api",
            "cache.sessions",
            &[Access::Connect],
            |edge| {
                edge.bindings = vec![url_binding("REDIS_URL", "redis", &[])];
            },
        )
        .edge("service.api", "volume.uploads", &[Access::Read]);
    let inputs = [("subnets", "private_subnets"), ("group", "security_group")];
    let outputs = [
        (ModuleOutput::Host, "endpoint"),
        (ModuleOutput::Port, "port"),
        (ModuleOutput::Secret, "auth_secret"),
    ];
    let graph = module(graph, "cache.sessions", &inputs, &outputs);
    let outputs = [
        (ModuleOutput::FileSystem, "id"),
        (ModuleOutput::FileSystemArn, "arn"),
        (ModuleOutput::AccessPoint, "point.id"),
        (ModuleOutput::AccessPointArn, "point.arn"),
    ];
    let graph = module(graph, "volume.uploads", &inputs, &outputs);
    insta::assert_snapshot!(printed(&graph.build()));
}

#[test]
fn a_table_a_topic_and_a_secret() {
    let graph = TestGraph::prod()
        .deployment(|deployment| {
            deployment.tags.insert("team".to_owned(), "web".to_owned());
        })
        .intent("service.api")
        .intent_with("table.carts", &[("key", "id".into())])
        .intent("topic.events")
        .intent("secret.stripe")
        .edge_with("service.api", "secret.stripe", &[Access::Read], |edge| {
            edge.bindings = vec![binding("STRIPE_KEY", Field::Value)];
        });
    let inputs = [("name", "name"), ("tags", "tags"), ("key", "kms_key")];
    let named = [(ModuleOutput::Name, "name"), (ModuleOutput::Arn, "arn")];
    let graph = module(graph, "table.carts", &inputs, &named);
    let graph = module(graph, "topic.events", &inputs, &named);
    let graph = module(
        graph,
        "secret.stripe",
        &inputs,
        &[(ModuleOutput::Arn, "arn")],
    )
    .build();
    let lowering = lower(&graph);
    insta::assert_snapshot!(dump(&lowering.plan));
    let store = &lowering.stores[&id_of(&graph, "secret.stripe")];
    let Supply::Secret { arn, .. } = &store.fields[&Field::Value] else {
        panic!("a secret's value is never plain")
    };
    assert_eq!(render(arn), "var.secrets[\"secret-stripe\"]");
    assert_eq!(lowering.plan.modules[0].root, Root::Bootstrap);
}

#[test]
fn values_are_told_as_the_graph_has_them() {
    let graph = with_bucket(TestGraph::dev()).change("bucket.receipts", |intent| {
        let module = intent.module.as_mut().expect("it has one");
        let value = |value| ModuleInput::Value(value);
        module.inputs = IndexMap::from([
            ("quota".to_owned(), value(AttrValue::Size(Size(20 << 30)))),
            ("wait".to_owned(), value(AttrValue::Duration(Duration(90)))),
            ("days".to_owned(), value(AttrValue::Int(7))),
            (
                "account".to_owned(),
                ModuleInput::Context(ModuleContext::Account),
            ),
            ("text".to_owned(), value("${var.x}".into())),
            (
                "who".to_owned(),
                ModuleInput::Map(IndexMap::from([(
                    "names".to_owned(),
                    ModuleInput::List(vec![
                        ModuleInput::Context(ModuleContext::IntentName),
                        ModuleInput::Context(ModuleContext::Tier),
                    ]),
                )])),
            ),
        ]);
    });
    let graph = graph.build();
    let lowering = lower(&graph);
    let inputs = &lowering.plan.modules[0].inputs;
    let shown: Vec<String> = inputs
        .0
        .iter()
        .map(|(name, value)| format!("{name} = {}", render(value)))
        .collect();
    assert_eq!(
        shown,
        [
            "quota = \"20Gi\"",
            "wait = \"90s\"",
            "days = 7",
            "account = null",
            "text = \"${var.x}\"",
            "who = {names: [\"receipts\", \"dev\"]}",
        ]
    );
}

#[test]
fn what_is_there_already_needs_no_module() {
    let there = AttrValue::Map(IndexMap::from([("id".to_owned(), "acme-receipts".into())]));
    let graph = with_bucket(TestGraph::dev()).change("bucket.receipts", |intent| {
        if let Some(setting) = intent.settings.get_mut("existing") {
            setting.value = there;
        }
    });
    let graph = graph.build();
    let lowering = lower(&graph);
    assert_eq!(lowering.plan.modules, []);
}

#[test]
fn a_renamed_store_keeps_its_module() {
    let graph = with_bucket(TestGraph::dev())
        .change("bucket.receipts", |intent| {
            intent.was = Some("bills".to_owned());
        })
        .build();
    let mut lowering = lower(&graph);
    crate::moved::lower(&mut lowering);
    let moved: Vec<String> = lowering
        .plan
        .moved
        .iter()
        .map(|moved| format!("{} -> {}", moved.from, moved.to))
        .collect();
    assert_eq!(moved, ["module.bucket_bills -> module.bucket_receipts"]);
    let inputs = &lowering.plan.modules[0].inputs;
    let name = inputs.get("name").map(render);
    assert_eq!(name.as_deref(), Some("\"shop-dev-bills\""));
}

#[test]
fn a_pack_is_named_with_the_choice() {
    let graph = with_bucket(TestGraph::dev())
        .change("bucket.receipts", |intent| {
            let module = intent.module.as_mut().expect("it has one");
            module.source = "app.terraform.io/acme/bucket/aws".to_owned();
            module.version = Some("~> 3.2".to_owned());
        })
        .build();
    assert_eq!(
        decision(&lower(&graph), "module", "bucket.receipts"),
        "made by the organization's module `app.terraform.io/acme/bucket/aws` at `~> 3.2`: the rule \
         set acme/platform chooses it; encryption, backups and alarms of what is inside are the \
         module's own"
    );
}

#[test]
fn what_cannot_be_is_told() {
    let import = |intent: &mut klo_intent::Intent| {
        if let Some(setting) = intent.settings.get_mut("import") {
            setting.value = "old-receipts".into();
        }
    };
    let outputs = [
        (ModuleOutput::Host, "address"),
        (ModuleOutput::Secret, "secret"),
    ];
    let proxied = TestGraph::dev().intent_with("database.orders", &[("proxy", true.into())]);
    let queue = TestGraph::dev().intent("queue.orders");
    let config = TestGraph::dev().intent_with("config.size", &[("default", AttrValue::Int(1))]);
    let graphs = [
        with_bucket(TestGraph::dev()).change("bucket.receipts", import),
        module(proxied, "database.orders", &[], &outputs),
        module(queue, "queue.orders", &[], &[(ModuleOutput::Url, "url")]),
        module(config, "config.size", &[], &[]),
    ];
    let told: String = graphs
        .into_iter()
        .map(|graph| told(&graph.build()))
        .collect();
    insta::assert_snapshot!(told);
}
