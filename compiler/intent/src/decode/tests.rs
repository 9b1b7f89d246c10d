use super::*;
use crate::kind::Kind;
use crate::schema::{EXPOSE_KEYS, attribute};
use proptest::prelude::*;

fn lit(kind: LiteralKind) -> Literal {
    Literal {
        kind,
        range: TextRange::default(),
    }
}

fn text(text: &str) -> Literal {
    lit(LiteralKind::Str(text.to_owned()))
}

fn map(entries: &[(&str, Literal)]) -> Literal {
    let entries = entries
        .iter()
        .map(|(key, value)| ((*key).to_owned(), TextRange::default(), value.clone()));
    lit(LiteralKind::Map(entries.collect()))
}

fn of(kind: Kind, name: &str, literal: &Literal) -> String {
    show(decode_attribute(
        attribute(kind, name).unwrap(),
        literal,
        "services",
    ))
}

fn exposed(name: &str, literal: &Literal) -> String {
    let key = EXPOSE_KEYS.iter().find(|key| key.name == name).unwrap();
    show(decode_attribute(key, literal, ""))
}

fn show(result: Result<AttrValue, Vec<Mistake>>) -> String {
    match result {
        Ok(value) => format!("{}", value.to_json()),
        Err(mistakes) => mistakes
            .iter()
            .map(|m| format!("{:?}: {}; {}", m.kind, m.message, m.help))
            .collect::<Vec<_>>()
            .join("\n"),
    }
}

#[test]
fn values_and_mistakes() {
    use LiteralKind::{Bool, Float, Int, List};
    let rows = [
        of(Kind::Service, "memory", &text("512Mi")),
        of(Kind::Service, "memory", &text("512MB")),
        of(Kind::Service, "memory", &text("lots")),
        of(Kind::Service, "memory", &lit(Int(512))),
        of(Kind::Service, "timeout", &text("900s")),
        of(Kind::Service, "timeout", &text("5min")),
        of(Kind::Service, "timeout", &lit(Int(30))),
        of(Kind::Service, "port", &lit(Int(0))),
        of(Kind::Service, "port", &text("8080")),
        of(Kind::Service, "port", &lit(Float(80.5))),
        of(Kind::Service, "cpu", &lit(Int(2))),
        of(Kind::Service, "cpu", &lit(Float(0.01))),
        of(Kind::Service, "spot", &text("yes")),
        of(Kind::Service, "latency", &text("lo")),
        of(Kind::Service, "latency", &text("fast")),
        of(Kind::Service, "gpu", &text("a10g")),
        of(Kind::Service, "gpu", &text("a10g:4")),
        of(Kind::Service, "gpu", &text("a100")),
        of(Kind::Service, "gpu", &text("h100:16")),
        of(
            Kind::Service,
            "gpu",
            &lit(List(vec![text("l4"), text("a10:x")])),
        ),
        of(Kind::Service, "gpu", &lit(List(vec![]))),
        of(
            Kind::Service,
            "env",
            &map(&[("A", lit(Int(1))), ("b-c", text("x"))]),
        ),
        of(Kind::Service, "env", &map(&[("A", lit(List(vec![])))])),
        of(
            Kind::Service,
            "tags",
            &map(&[("aws:x", text("y")), ("ok", text("a\nb"))]),
        ),
        of(
            Kind::Service,
            "packages",
            &lit(List(vec![text("ffmpeg"), text("a b; rm")])),
        ),
        of(Kind::Service, "packages", &text("ffmpeg")),
        of(Kind::Service, "image", &text("../docker/Dockerfile")),
        of(Kind::Service, "image", &text("../../Dockerfile")),
        of(Kind::Service, "image", &text("/etc/passwd")),
        of(Kind::Service, "health", &text("health")),
        of(Kind::Service, "health", &text("/a\u{0}")),
        of(Kind::Job, "schedule", &text("30 2 * * mon")),
        of(Kind::Job, "schedule", &text("30 25 * * *")),
        of(Kind::Database, "version", &lit(Float(16.1))),
        of(Kind::Database, "engine", &text("postgresql")),
        of(
            Kind::Database,
            "existing",
            &map(&[("arn", text("arn:aws:rds"))]),
        ),
        of(
            Kind::Database,
            "existing",
            &map(&[
                (
                    "secret",
                    text("arn:aws:secretsmanager:eu-west-1:1:secret:x"),
                ),
                ("sg", text("x")),
            ]),
        ),
        of(Kind::Bucket, "existing", &map(&[])),
        of(Kind::Table, "key", &text("id:int")),
        exposed("auth", &text("iam")),
        exposed("auth", &text("jwt")),
        exposed(
            "auth",
            &map(&[
                ("issuer", text("https://x")),
                ("audience", lit(List(vec![text("a")]))),
            ]),
        ),
        exposed(
            "auth",
            &map(&[("issuer", text("https://x")), ("audiance", text("a"))]),
        ),
        exposed("cors", &lit(Bool(true))),
        exposed("cors", &lit(Int(1))),
        exposed("cors", &map(&[("origins", lit(List(vec![lit(Int(1))])))])),
        exposed("domain", &text("https://Shop.example.com")),
        exposed("zone", &text("example.com")),
    ];
    insta::assert_snapshot!(rows.join("\n"));
}

#[test]
fn names() {
    for good in ["a", "orders-api", "a1-2", &"a".repeat(40)] {
        assert_eq!(name_fault(good), None, "{good}");
    }
    for bad in [
        "",
        "1a",
        "-a",
        "a-",
        "a--b",
        "A",
        "a_b",
        "ä",
        "a b",
        &"a".repeat(41),
    ] {
        assert!(name_fault(bad).is_some(), "{bad}");
    }
    assert_eq!(kebab("OrderRepository"), "order-repository");
    assert_eq!(kebab("HTTPServer2Go"), "http-server2-go");
    assert_eq!(kebab("order_repository__"), "order-repository");
    assert_eq!(kebab("_private"), "private");
    assert_eq!(kebab("SESSION"), "session");
    assert_eq!(kebab("überfall"), "berfall");
}

proptest! {
    #[test]
    fn kebab_of_an_identifier_is_a_name_or_says_why(name in "[A-Za-z][A-Za-z0-9_]{0,30}") {
        let made = kebab(&name);
        if made.len() <= MAX_NAME {
            prop_assert_eq!(name_fault(&made), None, "{} -> {}", name, made);
        }
    }

    #[test]
    fn any_text_is_decoded_or_refused(value in any::<String>()) {
        for kind in Kind::ALL {
            for attribute in crate::schema::attributes(kind) {
                let _ = decode_attribute(attribute, &text(&value), "a");
            }
        }
    }
}
