//! Policy documents as values: statements name what they allow, on what, under which conditions.

use klo_plan::{Block, Value};

/// The version of the policy language that every document names.
const VERSION: &str = "2012-10-17";

/// A policy document of statements, as JSON text.
pub(crate) fn document(statements: Vec<Block>) -> Value {
    Value::json(Value::map([
        ("Version", Value::text(VERSION)),
        (
            "Statement",
            Value::List(statements.into_iter().map(Value::from).collect()),
        ),
    ]))
}

/// A statement of a role's policy that allows actions on resources.
pub(crate) fn allow(sid: &str, actions: &[&str], resources: Vec<Value>) -> Block {
    Block::new()
        .with("Sid", sid)
        .with("Effect", "Allow")
        .with("Action", Value::list(actions.iter().copied()))
        .with("Resource", one_or_list(resources))
}

/// A statement of a resource's policy that lets an AWS service act on it for one source.
pub(crate) fn allow_service(
    sid: &str,
    service: &str,
    actions: &[&str],
    resource: Value,
    source: Value,
) -> Block {
    Block::new()
        .with("Sid", sid)
        .with("Effect", "Allow")
        .with("Principal", Value::map([("Service", service)]))
        .with(
            "Action",
            one_or_list(actions.iter().map(|a| Value::text(*a)).collect()),
        )
        .with("Resource", resource)
        .with(
            "Condition",
            Value::map([("ArnLike", Value::map([("aws:SourceArn", source)]))]),
        )
}

/// A statement of a resource's policy that refuses requests without TLS.
pub(crate) fn tls_only(actions: &str, resources: Vec<Value>) -> Block {
    Block::new()
        .with("Sid", "TlsOnly")
        .with("Effect", "Deny")
        .with("Principal", "*")
        .with("Action", actions)
        .with("Resource", one_or_list(resources))
        .with(
            "Condition",
            Value::map([(
                "Bool",
                Value::map([("aws:SecureTransport", Value::text("false"))]),
            )]),
        )
}

/// The policy with which a service may take a role, optionally only for sources with an ARN that
/// matches, so that no other account's resource of that service can borrow it.
pub(crate) fn assumed_by(service: &str, source: Option<Value>) -> Value {
    let statement = Block::new()
        .with("Effect", "Allow")
        .with("Principal", Value::map([("Service", service)]))
        .with("Action", "sts:AssumeRole")
        .with_some(
            "Condition",
            source.map(|arn| Value::map([("ArnLike", Value::map([("aws:SourceArn", arn)]))])),
        );
    document(vec![statement])
}

fn one_or_list(mut values: Vec<Value>) -> Value {
    match values.len() {
        1 => values.remove(0),
        _ => Value::List(values),
    }
}
