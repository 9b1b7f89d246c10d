//! Holds a plan against the AWS provider's own schema: `targets/aws/schema/aws.json`, which
//! `cargo xtask provider-schema` trims from what Terraform prints.

use std::sync::LazyLock;

use klo_plan::{Block, Class, Plan, Value};
use serde_json::Value as Json;

static SCHEMA: LazyLock<Json> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../../schema/aws.json")).expect("the schema is JSON")
});

/// Everything in a plan that the provider would refuse or warn of, one line each.
pub(crate) fn faults(plan: &Plan) -> Vec<String> {
    let mut faults = Vec::new();
    for resource in plan.resources.values() {
        let class = match resource.address.class {
            Class::Managed => "managed",
            Class::Data => "data",
            Class::Ephemeral => "ephemeral",
        };
        let at = resource.address.to_string();
        match SCHEMA[class].get(resource.address.kind) {
            None => faults.push(format!(
                "{at}: the provider has no such type, or `cargo xtask provider-schema` has not run \
                 since it was first used"
            )),
            Some(schema) => check(schema, &resource.body, &at, &mut faults),
        }
        for name in &resource.lifecycle.ignore_changes {
            let known = SCHEMA[class][resource.address.kind]["a"].get(name);
            if known.is_none() && !name.contains(['.', '[']) {
                faults.push(format!("{at}: ignore_changes names {name}"));
            }
        }
    }
    faults
}

fn check(schema: &Json, body: &Block, at: &str, faults: &mut Vec<String>) {
    for (name, value) in &body.0 {
        let at = format!("{at}.{name}");
        if let Some(nested) = schema["b"].get(name) {
            check_blocks(nested, value, &at, faults);
        } else if let Some(argument) = schema["a"][name].as_str() {
            check_argument(argument, value, &at, faults);
        } else {
            faults.push(format!("{at}: the provider has no such argument"));
        }
    }
    for (name, argument) in schema["a"].as_object().into_iter().flatten() {
        let required = argument.as_str().is_some_and(|text| text.starts_with('r'));
        if required && body.get(name).is_none_or(|value| *value == Value::Null) {
            faults.push(format!("{at}.{name}: required, and missing"));
        }
    }
    for (name, nested) in schema["b"].as_object().into_iter().flatten() {
        if nested["min"].as_u64() > Some(0) && body.get(name).is_none() {
            faults.push(format!("{at}.{name}: required, and missing"));
        }
    }
}

fn check_blocks(nested: &Json, value: &Value, at: &str, faults: &mut Vec<String>) {
    let Value::Blocks(blocks) = value else {
        faults.push(format!("{at}: a block, not an argument"));
        return;
    };
    if nested["retired"].as_bool() == Some(true) {
        faults.push(format!("{at}: retired by the provider"));
    }
    let most = nested["max"].as_u64().unwrap_or(0);
    if most > 0 && blocks.len() as u64 > most {
        faults.push(format!("{at}: {} blocks, at most {most}", blocks.len()));
    }
    for block in blocks {
        check(&nested["block"], block, at, faults);
    }
}

fn check_argument(argument: &str, value: &Value, at: &str, faults: &mut Vec<String>) {
    let (letters, ty) = argument.split_once(' ').unwrap_or((argument, "any"));
    if !letters.contains(['r', 'o']) {
        faults.push(format!("{at}: computed by the provider"));
    }
    if letters.contains('x') {
        faults.push(format!("{at}: retired by the provider"));
    }
    let value = match value {
        Value::Commented(_, inner) => inner,
        other => other,
    };
    let fits = match value {
        Value::Null | Value::Ref(_) | Value::Call(..) | Value::Commented(..) => true,
        // The provider has some numbers and flags as text, and Terraform turns one into the other.
        Value::Bool(_) => ty == "bool" || ty == "string",
        Value::Int(_) | Value::Float(_) => ty == "number" || ty == "string",
        Value::Text(_) | Value::Concat(_) | Value::Json(_) => ty == "string",
        Value::List(_) => matches!(ty, "list" | "set" | "nested"),
        Value::Map(_) => matches!(ty, "map" | "object" | "nested"),
        // Sets of objects are written as blocks where the provider takes both.
        Value::Blocks(_) => matches!(ty, "list" | "set" | "nested"),
    };
    if !fits {
        faults.push(format!("{at}: a {ty} is wanted"));
    }
}

#[cfg(test)]
mod tests {
    use klo_plan::{Address, Group, Resource, Why};

    use super::*;

    fn of(kind: &'static str, body: Block) -> Vec<String> {
        let graph = crate::testing::TestGraph::dev().build();
        let mut plan = Plan::new(graph);
        let address = Address::managed(kind, "x");
        let why = Why::default();
        plan.add(Resource::new(address, Group::Shared("x"), why, body));
        faults(&plan)
    }

    #[test]
    fn mistakes_are_found() {
        let queue = |body: Block| of("aws_sqs_queue", body);
        assert_eq!(queue(Block::new().with("name", "x")), [""; 0]);
        assert_eq!(
            queue(Block::new().with("nmae", "x")),
            ["aws_sqs_queue.x.nmae: the provider has no such argument"]
        );
        assert_eq!(
            queue(Block::new().with("fifo_queue", Value::list(["x"]))),
            ["aws_sqs_queue.x.fifo_queue: a bool is wanted"]
        );
        assert_eq!(
            queue(Block::new().with("arn", "x")),
            ["aws_sqs_queue.x.arn: computed by the provider"]
        );
        assert_eq!(
            of("aws_s3_bucket", Block::new().with("acl", "private")),
            ["aws_s3_bucket.x.acl: retired by the provider"]
        );
        assert_eq!(
            of(
                "aws_db_proxy_target",
                Block::new().with("db_proxy_name", "x")
            ),
            ["aws_db_proxy_target.x.target_group_name: required, and missing"]
        );
        let nothing = of("aws_backup_plan", Block::new().with("name", "x"));
        assert_eq!(nothing, ["aws_backup_plan.x.rule: required, and missing"]);
    }
}
