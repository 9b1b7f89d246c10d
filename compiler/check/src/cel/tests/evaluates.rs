use klo_intent::{Intent, Place};
use klo_source::{FileId, Span};

use super::*;

fn intent(kind: Kind, name: &str) -> Intent {
    Intent::new(
        kind,
        name.to_owned(),
        Span {
            file: FileId(0),
            start: 0,
            end: 1,
        },
        Place::new("app.py", name),
    )
}

#[test]
fn what_holds() {
    for text in [
        "true && !false || false",
        "1 + 2 * 3 == 7 && 7 / 2 == 3 && 7 % 4 == 3 && -(3) < 0",
        "1.5 > 1 && 1 < 1.5 && 2 == 2.0 && 1 + 0.5 == 1.5",
        "9007199254740993 > 9007199254740992.0",
        "'a' + 'b' == 'ab' && 'a' < 'b'",
        "[1, 2] + [3] == [1, 2, 3] && [1, 2][1] == 2 && 2 in [1, 2] && !(3 in [1, 2])",
        "{'a': 1}['a'] == 1 && {'a': 1}.a == 1 && 'a' in {'a': 1} && {'a': 1} == {'a': 1}",
        "true ? true : 1 / 0 == 1",
        "size('ab') == 2 && 'äb'.size() == 2 && [1].size() == 1 && size({'a': 1}) == 1",
        "[1, 2].all(i, i > 0) && [1, 2].exists(i, i > 1) && [1, 2].exists_one(i, i > 1)",
        "[1, 2, 3].filter(i, i > 1).map(i, i * 2) == [4, 6]",
        "[1, 2, 3].map(i, i > 1, i * 2) == [4, 6]",
        "[].all(i, i > 0) && ![].exists(i, i > 0)",
        "{'a': 1}.all(k, k == 'a')",
        "'database'.contains('tab') && 'ab'.startsWith('a') && 'ab'.endsWith('b')",
        r"'a1'.matches('^[a-z][0-9]$') && matches('x', r'\w') && !'a'.matches('^b')",
        "string(1) == '1' && int('12') == 12 && int(2.9) == 2 && double('1.5') == 1.5",
        "bool('true') && string(true) == 'true' && string(version('1.2')) == '1.2'",
        "[1, 2].sum() == 3 && sum([1, 2.5]) == 3.5 && [].sum() == 0",
        "version('17.2') >= version('16') && version('17') == version('17.0')",
        "version('9') < version('16') && version(intent.version) > version('17.1.9')",
        "bytes('4Gi') == 4294967296 && seconds('15m') == 900",
        "intent.storage >= bytes('20Gi') && intent.storage / bytes('1Gi') == 20",
        "intent.kind == 'database' && intent.id == 'database.orders' && intent.name == 'orders'",
        "intent.import == null && intent.engine != null && !has(intent.import) && has(intent.engine)",
        "has(intent.tags.owner) && !has(intent.tags.team) && 'owner' in intent.tags",
        "intent.tags.owner == 'shop' && intent.tags['owner'] == 'shop'",
        "!has(intent.existing.arn)",
        "params['gpu-max'] == 8 && params.least == 2 && 'eu-west-1' in params.regions",
        "intents.filter(i, i.gpu != null).map(i, i.gpu.count * i.max).sum() <= params['gpu-max']",
        "intents.exists(i, i.kind == 'service' && i.cpu == 0.5)",
        "intents.exists(i, i.expose.exists(e, e.to == 'internet'))",
        "edges.exists(e, e.to == intent.id && 'write' in e.access)",
        "tier == 'prod' && environment.startsWith('prod-') && tier in ['prod']",
        "reaches('internet', intent.id) && reaches('internet', intent) && reaches(intent, intent)",
        "!reaches(intent, 'internet') && !reaches('internet', 'job.train')",
        "!reaches('internal', intent)",
        "path('internet', intent) == ['internet', 'service.web', 'database.orders']",
        "path('internet', intent.id).size() == 3 && path('internet', 'service.web').size() == 2",
        "path(intent, 'internet').size() == 0 && path(intent, intent).size() == 1",
        "intents.filter(i, i.kind == 'queue').all(i, reaches('internet', i))",
        "// about the shop\n true // and more",
        "\"quotes\" == '''quotes''' && r'\\d' == '\\\\d' && '\\u00e4' == 'ä'",
        "intent == intent && intents.exists(i, i == intent)",
        "!!true && --1 == 1 && -1 == 0 - 1",
        "has(params['gpu-max'])",
        "-9223372036854775808 < 0 && -0x10 == -16 && 1e3 == 1000",
    ] {
        assert_eq!(evaluate(text), Ok(true), "{text}");
    }
}

#[test]
fn what_does_not() {
    for text in [
        "intent.public",
        "intent.backup_days >= params['backup-days']",
        "version(intent.version) < version('17')",
        "[1, 1].exists_one(i, i == 1)",
        "1.0 < 1",
        "intent.tags == {'owner': 'me'}",
    ] {
        assert_eq!(evaluate(text), Ok(false), "{text}");
    }
}

#[test]
fn errors_are_sentences_that_name_the_part() {
    for (text, sentence) in [
        (
            "intent.multi_az",
            "`intent.multi_az` is null, where true or false is needed",
        ),
        (
            "intents.map(i, i.gpu.count).sum() > 1",
            "`i.gpu` is null and has no `count`",
        ),
        (
            "intents.map(i, i.max).sum() > 1",
            "`intents.map(i, i.max)` holds a null; filter it out before the sum",
        ),
        (
            "9223372036854775807 + intent.backup_days > 0",
            "`9223372036854775807 + intent.backup_days` is no number that fits into 64 bits",
        ),
        (
            "1 / (intent.backup_days - 30) == 1",
            "`1 / (intent.backup_days - 30)` divides by zero",
        ),
        (
            "1 % (intent.backup_days - 30) == 1",
            "`1 % (intent.backup_days - 30)` divides by zero",
        ),
        ("[1, 2][2] == 1", "`[1, 2]` has 2 items and none at 2"),
        ("[1][-1] == 1", "`[1]` has 1 items and none at -1"),
        ("intent.tags.team == 'a'", "`intent.tags` has no key `team`"),
        ("params[intent.name] == 1", "`params` has no key `orders`"),
        (
            "version(intent.instance) > version('1')",
            "`intent.instance` is `db.t4g.medium`, which is no version",
        ),
        (
            "reaches('internet', 'database.ordrs')",
            "`'database.ordrs'` is `database.ordrs`, which is no node of the graph; \
             did you mean `database.orders`?",
        ),
        (
            "int(intent.name) == 1",
            "`intent.name` is `orders`, which is no whole number",
        ),
        (
            "intents.all(i, i.max > 1)",
            "`i.max` is null, where something with an order is needed",
        ),
        (
            "'a'.matches(intent.name + '(')",
            "`intent.name + '('` is `orders(`, no regular expression: unclosed group",
        ),
        (
            "{'a': 1, 'a': 2}.a == 1",
            "`'a'` is twice a key of the same map",
        ),
    ] {
        assert_eq!(evaluate(text), Err(sentence.to_owned()), "{text}");
    }
}

#[test]
fn errors_are_passed_over_where_another_part_decides() {
    for text in [
        "intent.multi_az || true",
        "true || intent.multi_az",
        "!(intent.multi_az && false)",
        "!(false && intent.multi_az)",
        "intents.exists(i, i.gpu.count > 3)",
        "!intents.all(i, i.gpu.count > 9)",
        "true ? true : intent.multi_az",
    ] {
        assert_eq!(evaluate(text), Ok(true), "{text}");
    }
    for text in ["intent.multi_az || false", "intent.multi_az && true"] {
        assert!(evaluate(text).is_err(), "{text}");
    }
}

#[test]
fn a_variable_without_a_value_is_an_error() {
    let expression = compile("tier == 'prod'").unwrap();
    let nothing = World::default();
    assert_eq!(
        expression.evaluate(&nothing),
        Err("`tier` has no value here".to_owned())
    );
}

#[test]
fn a_value_that_is_not_of_its_shape_is_an_error() {
    let scope = Scope::new([("resource", Shape::Any)]);
    let expression = Expression::compile("resource.ports[0] > 1", &scope).unwrap();
    for (data, part) in [
        (Data::Null, "`resource` is null and has no `ports`"),
        (Data::text("x"), "`resource` is text, where a map is needed"),
        (
            Data::map([("ports", Data::list([Data::text("x")]))]),
            "`1` is a whole number, where text is needed",
        ),
    ] {
        let mut world = World::default();
        world.set("resource", data);
        assert_eq!(expression.evaluate(&world), Err(part.to_owned()));
    }
}

#[test]
fn the_shape_says_whether_a_field_may_be_missing() {
    let known = Shape::object(
        "a bucket",
        [
            ("tags", Shape::map(Shape::Text)),
            ("acl", Shape::Text.nullable()),
        ],
    );
    let scope = Scope::new([("resource", known)]);
    type Fields = Vec<(&'static str, Data)>;
    for make in [Data::object::<&'static str>, Data::map] as [fn(Fields) -> Data; 2] {
        let mut world = World::default();
        world.set("resource", make(vec![("tags", make(Vec::new()))]));
        let evaluate = |text| Expression::compile(text, &scope).unwrap().evaluate(&world);
        assert_eq!(evaluate("resource.acl == null"), Ok(true));
        assert_eq!(evaluate("resource['acl'] == null"), Ok(true));
        let missing = "`resource.tags` has no key `owner`".to_owned();
        assert_eq!(evaluate("resource.tags.owner != 'a'"), Err(missing.clone()));
        assert_eq!(evaluate("resource.tags['owner'] != 'a'"), Err(missing));
    }
}

#[test]
fn every_intent_of_a_graph_is_of_its_shape() {
    use std::collections::BTreeMap;

    use klo_intent::{AttrValue, Origin, Setting, Size};

    let setting = |value| Setting {
        value,
        origin: Origin::BuiltIn,
        span: None,
        overridden: Vec::new(),
    };
    let gpu = AttrValue::Map(
        [
            ("type".to_owned(), AttrValue::from("a10g")),
            ("count".to_owned(), AttrValue::Int(2)),
        ]
        .into_iter()
        .collect(),
    );
    let mut train = intent(Kind::Job, "train");
    train.settings = BTreeMap::from([
        ("gpu", setting(gpu)),
        ("memory", setting(AttrValue::Size(Size(4 << 30)))),
    ]);
    let scope = scope(&[Kind::Job]);
    let mut world = World::default();
    world.set("intent", Data::intent(&train));
    for text in [
        "intent.gpu.count == 2 && intent.gpu.type == 'a10g'",
        "intent.memory == bytes('4Gi') && intent.timeout == null",
        "intent.id == 'job.train'",
    ] {
        let expression = Expression::compile(text, &scope).unwrap();
        assert_eq!(expression.evaluate(&world), Ok(true), "{text}");
    }
}

#[test]
fn the_ways_of_an_apps_graph() {
    use klo_intent::{Access, Edge, IntentGraph, IntentId, Node};

    let other = Node::OtherApp {
        app: "mail".to_owned(),
        intent: "topic.sent".to_owned(),
    };
    let edge = |from: Node, to: Node| Edge::new(from, to, Access::Read);
    let graph = IntentGraph {
        app: "shop".to_owned(),
        deployment: None,
        intents: vec![intent(Kind::Database, "orders"), intent(Kind::Job, "night")],
        edges: vec![
            edge(Node::Schedule(IntentId(1)), Node::Intent(IntentId(1))),
            edge(Node::Intent(IntentId(1)), Node::Intent(IntentId(0))),
            edge(Node::Intent(IntentId(1)), other),
        ],
    };
    let mut world = World::new(Arc::new(Reach::of(&graph)));
    let intents = graph.intents.iter().map(Data::intent);
    world.set("intents", Data::list(intents));
    let edges = graph.edges.iter().map(|edge| Data::edge(&graph, edge));
    world.set("edges", Data::list(edges));
    for text in [
        "path('schedule.night', 'database.orders').size() == 3",
        "reaches('job.night', 'mail:topic.sent') && !reaches('internet', 'job.night')",
        "intents.exists(i, reaches(i, 'database.orders') && i.kind == 'job')",
        "edges.exists(e, e.to == 'mail:topic.sent' && e.access == ['read'] && e.auth == null)",
    ] {
        assert_eq!(compile(text).unwrap().evaluate(&world), Ok(true), "{text}");
    }
}
