//! The printer against two readers that nobody here wrote: hcl-edit and Terraform itself.

mod judges;
mod pages;

use std::collections::BTreeSet;

use indexmap::IndexMap;
use klo_intent::{
    Access, Decision, Deployment, Edge, Intent, IntentGraph, IntentId, Kind, Node, Place, Tier,
};
use klo_plan::{
    Address, Block, EmptySecret, Function, Group, ImportBlock, Lifecycle, LocalValue, ModuleCall,
    Moved, Output, Plan, Provider, Resource, Root, Value, Variable, VariableType, Why,
};
use klo_source::{FileId, TextRange};

pub(super) fn intent(kind: Kind, name: &str, file: &str, item: &str) -> Intent {
    Intent::new(
        kind,
        name.to_owned(),
        TextRange::new(0, 0).in_file(FileId(0)),
        Place::new(file, item),
    )
}

pub(super) fn graph(tier: Tier) -> IntentGraph {
    let mut edge = Edge::new(
        Node::Intent(IntentId(1)),
        Node::Intent(IntentId(0)),
        Access::Connect,
    );
    edge.places = vec![Place::new("shop/orders.py", "OrderRepository.save")];
    let expose = Edge::new(Node::Internet, Node::Intent(IntentId(1)), Access::Expose);
    IntentGraph {
        app: "shop".to_owned(),
        deployment: Some(Deployment {
            region: "eu-west-1".to_owned(),
            account: Some("123456789012".to_owned()),
            state_bucket: Some("acme-terraform-state".to_owned()),
            tags: IndexMap::from([
                ("owner".to_owned(), "commerce ${oops}".to_owned()),
                ("cost center é".to_owned(), "4410".to_owned()),
            ]),
            ..Deployment::new("shop", "prod", tier)
        }),
        intents: vec![
            intent(Kind::Database, "orders", "shop/db.py", "engine"),
            intent(Kind::Service, "orders-api", "shop/main.py", "app"),
        ],
        edges: vec![edge, expose],
    }
}

/// A plan with one of everything that the printer knows.
pub(super) fn plan() -> Plan {
    let graph = graph(Tier::Prod);
    let database = Group::of(&graph.intents[0]);
    let service = Group::of(&graph.intents[1]);
    let mut plan = Plan::new(graph);
    bootstrap(&mut plan, &service);
    store(&mut plan, &database);
    unit(&mut plan, &service);
    shared(&mut plan);
    renames_and_choices(&mut plan, &database);
    plan
}

fn bootstrap(plan: &mut Plan, service: &Group) {
    let repository = plan.add(
        Resource::new(
            Address::managed("aws_ecr_repository", "service_orders_api"),
            service.clone(),
            Why::intent("service.orders-api", "image repository"),
            Block::new()
                .with("name", "shop-prod-orders-api")
                .with("image_tag_mutability", "IMMUTABLE")
                .block(
                    "image_scanning_configuration",
                    Block::new().with("scan_on_push", true),
                ),
        )
        .in_root(Root::Bootstrap),
    );
    plan.outputs.push(Output {
        name: "tfvars".to_owned(),
        root: Root::Bootstrap,
        description: "Variables of the main root.".to_owned(),
        value: Value::json(Value::map([(
            "repositories",
            Value::map([("orders-api", repository.attr("repository_url"))]),
        )])),
        why: Why::default(),
    });
    let secret = plan.add(
        Resource::new(
            Address::managed("aws_secretsmanager_secret", "stripe"),
            Group::Intent {
                kind: Kind::Secret,
                name: "stripe-key".to_owned(),
            },
            Why::intent("secret.stripe-key", "empty secret"),
            Block::new().with("name", "shop-prod-stripe-key"),
        )
        .in_root(Root::Bootstrap),
    );
    plan.empty_secrets.push(EmptySecret {
        intent: "secret.stripe-key".to_owned(),
        arn: secret.attr("arn"),
        holder: secret,
    });
}

fn store(plan: &mut Plan, group: &Group) {
    let password = plan.add(Resource::new(
        Address::ephemeral("aws_secretsmanager_random_password", "orders"),
        group.clone(),
        Why::intent("database.orders", "the password, made once"),
        Block::new()
            .with("password_length", 32)
            .with("exclude_punctuation", true),
    ));
    let logs = plan.add(Resource::new(
        Address::managed("aws_cloudwatch_log_group", "database_orders"),
        group.clone(),
        Why::intent("database.orders", "logs"),
        Block::new()
            .with("name", "/aws/rds/instance/shop-prod-orders/postgresql")
            .with("retention_in_days", 30),
    ));
    let instance = plan.add(
        Resource::new(
            Address::managed("aws_db_instance", "orders"),
            group.clone(),
            Why::intent("database.orders", "the database"),
            Block::new()
                .with("identifier", "shop-prod-orders")
                .with("engine", "postgres")
                .with("allocated_storage", 20)
                .with("username", "klo")
                .with("password_wo", password.attr("random_password"))
                .with("password_wo_version", Value::local("orders_revision"))
                .with("skip_final_snapshot", false)
                .with(
                    "enabled_cloudwatch_logs_exports",
                    Value::list(["postgresql"]),
                )
                .with("instance_class", "db.t4g.medium"),
        )
        .lifecycle(Lifecycle {
            prevent_destroy: true,
            ignore_changes: vec!["engine_version".to_owned()],
            ..Lifecycle::default()
        })
        .after(logs),
    );
    values(plan, group, &instance);
}

fn values(plan: &mut Plan, group: &Group, instance: &Address) {
    plan.locals.push(LocalValue {
        name: "orders_revision".to_owned(),
        root: Root::Main,
        group: group.clone(),
        value: Value::call(
            Function::ParseInt,
            [
                Value::call(
                    Function::Substr,
                    [
                        Value::call(
                            Function::Sha256,
                            [Value::variable("orders_password_version")],
                        ),
                        0.into(),
                        7.into(),
                    ],
                ),
                16.into(),
            ],
        ),
        comment: "Changes whenever the password does.".to_owned(),
        why: Why::default(),
    });
    plan.variables.push(Variable {
        name: "orders_password_version".to_owned(),
        root: Root::Main,
        ty: VariableType::Number,
        description: "Raise it to make a new password.".to_owned(),
        default: Some(1.into()),
        why: Why::intent("database.orders", "rotation"),
    });
    plan.outputs.push(Output {
        name: "orders_url".to_owned(),
        root: Root::Main,
        description: "Where orders are.".to_owned(),
        value: Value::concat([
            "postgresql://".into(),
            instance.attr("address"),
            Value::text(":5432/orders?cost=$"),
            instance.attr("port"),
        ]),
        why: Why::default(),
    });
}

fn unit(plan: &mut Plan, group: &Group) {
    let statement = Value::map([
        ("Sid", Value::text("Everything")),
        ("Effect", "Allow".into()),
        ("Action", Value::list(["ec2:DescribeSubnets"])),
        (
            "Resource",
            Value::text("*").commented("AWS knows no resource for this action."),
        ),
        (
            "Condition",
            Value::map([(
                "StringEquals",
                Value::map([("aws:SourceAccount", Value::variable("account"))]),
            )]),
        ),
    ]);
    plan.variables.push(Variable {
        name: "account".to_owned(),
        root: Root::Main,
        ty: VariableType::String,
        description: "A \"quoted\" description.".to_owned(),
        default: None,
        why: Why::default(),
    });
    let role = plan.add(Resource::new(
        Address::managed("aws_iam_role", "service_orders_api"),
        group.clone(),
        Why::intent("service.orders-api", "the role that its code runs under"),
        Block::new().with("name", "shop-prod-orders-api").with(
            "assume_role_policy",
            Value::json(Value::map([
                ("Version", Value::text("2012-10-17")),
                ("Statement", Value::list([statement.clone()])),
            ])),
        ),
    ));
    plan.add(Resource::new(
        Address::managed("aws_iam_role_policy", "service_orders_api_to_orders"),
        group.clone(),
        Why::edge(
            "service.orders-api",
            "database.orders",
            "what the edge needs",
        ),
        Block::new().with("role", role.attr("id")).with(
            "policy",
            Value::json(Value::map([
                ("Version", Value::text("2012-10-17")),
                ("Statement", Value::list([statement])),
            ])),
        ),
    ));
}

fn shared(plan: &mut Plan) {
    let vpc = plan.add(Resource::new(
        Address::managed("aws_vpc", "network"),
        Group::Shared("network"),
        Why::shared(
            [
                "database.orders".to_owned(),
                "service.orders-api".to_owned(),
            ],
            "",
        )
        .decided_by("network"),
        Block::new()
            .with("cidr_block", "10.0.0.0/16")
            .with("enable_dns_support", true)
            .with("tags", Value::map([("Name", "shop-prod"), ("a b", "c")])),
    ));
    let rule = |protocol: &str| {
        Block::new()
            .with("protocol", protocol)
            .with("from_port", 5432)
            .with("to_port", 5432)
    };
    plan.add(
        Resource::new(
            Address::managed("aws_security_group", "network"),
            Group::Shared("network"),
            Why::default(),
            Block::new()
                .block("ingress", rule("tcp"))
                .with("vpc_id", vpc.attr("id"))
                .block("ingress", rule("udp"))
                .with("unset", Value::Null)
                .block("empty", Block::new()),
        )
        .provider(Provider::Global)
        .lifecycle(Lifecycle {
            create_before_destroy: true,
            ..Lifecycle::default()
        }),
    );
}

fn renames_and_choices(plan: &mut Plan, database: &Group) {
    plan.moved.push(Moved {
        root: Root::Main,
        group: database.clone(),
        from: Address::managed("aws_db_instance", "purchases"),
        to: Address::managed("aws_db_instance", "orders"),
    });
    plan.imports.push(ImportBlock {
        root: Root::Main,
        group: database.clone(),
        to: Address::managed("aws_db_instance", "orders"),
        id: "legacy-${orders}".to_owned(),
    });
    plan.modules.push(ModuleCall {
        name: "receipts".to_owned(),
        root: Root::Main,
        group: database.clone(),
        source: "git::https://git.acme.dev/tf/bucket?ref=v3.2.0".to_owned(),
        version: None,
        inputs: Block::new().with("name", "receipts"),
        why: Why::default(),
    });
    plan.modules.push(ModuleCall {
        name: "queue_jobs".to_owned(),
        root: Root::Main,
        group: database.clone(),
        source: "app.terraform.io/acme/${queue}/aws".to_owned(),
        version: Some("~> 3.2".to_owned()),
        inputs: Block::new()
            .with("name", "jobs-${var.x}")
            .with("account", Value::Null)
            .with("subnets", vec![Value::text("subnet-1")])
            .with("tags", Value::map([("managed-by", "klo")])),
        why: Why::intent("queue.jobs", "made by the organization's module").decided_by("module"),
    });
    plan.decisions.push(Decision {
        code: "nat-gateway",
        subject: "network".to_owned(),
        chosen: "one NAT gateway".to_owned(),
        because: "service.orders-api pulls | images".to_owned(),
        instead_of: vec!["endpoints: no `third-party` hosts".to_owned()],
        standing_cost: true,
    });
    plan.after_apply.push((
        "upload the site's files".to_owned(),
        "aws s3 sync web \"s3://bucket\"".to_owned(),
    ));
}

/// Names of files, for checks that nothing is missing.
pub(super) fn names(files: &[(String, String)]) -> BTreeSet<&str> {
    files.iter().map(|(name, _)| name.as_str()).collect()
}
