mod bounds;
mod evaluates;
mod faults;
mod parameters;
mod places;
mod random;
mod syntax;

use std::sync::Arc;

use klo_intent::Kind;

use super::*;

/// Parameters as a pack may have them.
fn params() -> Data {
    Data::object([
        ("backup-days", Data::Int(90)),
        ("gpu-max", Data::Int(8)),
        ("least", Data::Int(2)),
        (
            "regions",
            Data::list(["eu-west-1", "eu-central-1"].map(Data::text)),
        ),
        ("keys", Data::list(["owner", "cost-center"].map(Data::text))),
        ("strict", Data::Bool(true)),
    ])
}

/// What a rule on intents of some kinds has in scope.
fn scope(kinds: &[Kind]) -> Scope {
    Scope::new([
        ("intent", intent_shape(kinds)),
        ("intents", Shape::list(intent_shape(&Kind::ALL))),
        ("edges", Shape::list(edge_shape())),
        ("environment", Shape::Text),
        ("tier", Shape::choice(["dev", "prod"])),
        ("params", Shape::of(&params())),
    ])
}

fn thing(id: &str, more: &[(&'static str, Data)]) -> Data {
    let (kind, name) = id.split_once('.').unwrap_or((id, id));
    let own = [
        ("id", Data::text(id)),
        ("kind", Data::text(kind)),
        ("name", Data::text(name)),
    ];
    Data::object(own.into_iter().chain(more.iter().cloned()))
}

fn gpu(count: i64) -> Data {
    Data::object([("type", Data::text("a10g")), ("count", Data::Int(count))])
}

/// A shop: the internet reaches `service.web`, which reaches a database and a queue; a job that
/// nothing reaches has GPUs.
fn world() -> World {
    let orders = thing(
        "database.orders",
        &[
            ("engine", Data::text("postgres")),
            ("version", Data::text("17.2")),
            ("instance", Data::text("db.t4g.medium")),
            ("backup_days", Data::Int(30)),
            ("encrypted", Data::Bool(true)),
            ("public", Data::Bool(false)),
            ("storage", Data::Int(20 << 30)),
            ("tags", Data::map([("owner", Data::text("shop"))])),
        ],
    );
    let web = thing(
        "service.web",
        &[
            ("timeout", Data::Int(30)),
            ("memory", Data::Int(1 << 30)),
            ("cpu", Data::Float(0.5)),
            ("min", Data::Int(2)),
            ("max", Data::Int(4)),
            ("run_on", Data::text("fargate")),
            ("tags", Data::map::<&str>([])),
            (
                "expose",
                Data::list([Data::object([("to", Data::text("internet"))])]),
            ),
        ],
    );
    let train = thing(
        "job.train",
        &[
            ("gpu", gpu(4)),
            ("max", Data::Int(2)),
            ("timeout", Data::Int(3600)),
        ],
    );
    let work = thing("queue.work", &[("fifo", Data::Bool(false))]);
    let edge = |from: &str, to: &str, access: &str| {
        Data::object([
            ("from", Data::text(from)),
            ("to", Data::text(to)),
            ("access", Data::list([Data::text(access)])),
        ])
    };
    let reach = Reach::new(
        ["database.orders", "service.web", "job.train", "queue.work"].map(str::to_owned),
        [
            ("internet", "service.web"),
            ("service.web", "database.orders"),
            ("service.web", "queue.work"),
        ]
        .map(|(from, to)| (from.to_owned(), to.to_owned())),
    );
    let mut world = World::new(Arc::new(reach));
    world.set("intent", orders.clone());
    world.set("intents", Data::list([orders, web, train, work]));
    world.set(
        "edges",
        Data::list([
            edge("internet", "service.web", "expose"),
            edge("service.web", "database.orders", "write"),
        ]),
    );
    world.set("environment", Data::text("prod-eu"));
    world.set("tier", Data::text("prod"));
    world.set("params", params());
    world
}

fn compile(text: &str) -> Result<Expression, Vec<Fault>> {
    Expression::compile(text, &scope(&[Kind::Database]))
}

/// The value of an expression in the shop, about its database.
fn evaluate(text: &str) -> Result<bool, String> {
    compile(text)
        .unwrap_or_else(|faults| panic!("{text}: {faults:?}"))
        .evaluate(&world())
}

/// The only fault of an expression, with the part that it marks.
fn fault(text: &str) -> (String, Fault) {
    let faults = compile(text).expect_err(text);
    let [fault] = faults.as_slice() else {
        panic!("{text}: {faults:?}");
    };
    let range = fault.range.start as usize..fault.range.end as usize;
    (text[range].to_owned(), fault.clone())
}

/// The part that is marked, the message and the help.
fn shown(text: &str) -> [String; 3] {
    let (part, fault) = fault(text);
    [part, fault.message, fault.help]
}
