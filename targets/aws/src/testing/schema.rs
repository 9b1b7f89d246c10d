//! Holds a plan against the AWS provider's own schema.

use klo_plan::provider::{Field, FieldType, Fields, NestedBlock, ResourceType};
use klo_plan::{Block, Plan, Value};

/// Everything in a plan that the provider would refuse or warn of, one line each.
pub(crate) fn faults(plan: &Plan) -> Vec<String> {
    let mut faults = Vec::new();
    for resource in plan.resources.values() {
        let at = resource.address.to_string();
        let Some(ty) = ResourceType::of(resource.address.class, resource.address.kind) else {
            faults.push(format!("{at}: the provider has no such type"));
            continue;
        };
        check(ty.fields, &resource.body, &at, &mut faults);
        for name in &resource.lifecycle.ignore_changes {
            let known = ty
                .field(name)
                .is_some_and(|field| !matches!(field.ty, FieldType::Block(_)));
            if !known && !name.contains(['.', '[']) {
                faults.push(format!("{at}: ignore_changes names {name}"));
            }
        }
    }
    faults
}

fn check(fields: Fields, body: &Block, at: &str, faults: &mut Vec<String>) {
    for (name, value) in &body.0 {
        let at = format!("{at}.{name}");
        match fields.get(name) {
            None => faults.push(format!("{at}: the provider has no such argument")),
            Some(field) => match field.ty {
                FieldType::Block(nested) => check_blocks(&field, nested, value, &at, faults),
                _ => check_argument(&field, value, &at, faults),
            },
        }
    }
    for field in fields.iter().filter(|field| field.required) {
        if body
            .get(field.name)
            .is_none_or(|value| *value == Value::Null)
        {
            faults.push(format!("{at}.{}: required, and missing", field.name));
        }
    }
}

fn check_blocks(
    field: &Field,
    nested: NestedBlock,
    value: &Value,
    at: &str,
    faults: &mut Vec<String>,
) {
    let Value::Blocks(blocks) = value else {
        faults.push(format!("{at}: a block, not an argument"));
        return;
    };
    if field.retired {
        faults.push(format!("{at}: retired by the provider"));
    }
    let most = nested.most as usize;
    if most > 0 && blocks.len() > most {
        faults.push(format!("{at}: {} blocks, at most {most}", blocks.len()));
    }
    for block in blocks {
        check(nested.fields, block, at, faults);
    }
}

fn check_argument(field: &Field, value: &Value, at: &str, faults: &mut Vec<String>) {
    if field.read_only() {
        faults.push(format!("{at}: computed by the provider"));
    }
    if field.retired {
        faults.push(format!("{at}: retired by the provider"));
    }
    if !fits(&field.ty, value) {
        faults.push(format!("{at}: a {} is wanted", field.ty));
    }
}

/// Whether a value is of a type, as far as can be told before Terraform runs.
fn fits(ty: &FieldType, value: &Value) -> bool {
    use FieldType as T;
    match value {
        Value::Null | Value::Ref(_) | Value::Call(..) => true,
        Value::Commented(_, inner) => fits(ty, inner),
        // The provider has some numbers and flags as text, and Terraform turns one into the other.
        Value::Bool(_) => matches!(ty, T::Bool | T::Text),
        Value::Int(_) | Value::Float(_) => matches!(ty, T::Number | T::Text),
        Value::Text(_) | Value::Concat(_) | Value::Json(_) => *ty == T::Text,
        Value::List(items) => {
            matches!(ty, T::List(of) | T::Set(of) if items.iter().all(|item| fits(of, item)))
        }
        Value::Map(entries) => match ty {
            T::Map(of) => entries.values().all(|value| fits(of, value)),
            T::Object(fields) => entries
                .iter()
                .all(|(key, value)| fields.get(key).is_some_and(|field| fits(&field.ty, value))),
            _ => false,
        },
        // Sets of objects are written as blocks where the provider takes both.
        Value::Blocks(blocks) => match ty {
            T::List(of) | T::Set(of) => blocks
                .iter()
                .all(|block| fits(of, &Value::from(block.clone()))),
            _ => false,
        },
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
            queue(Block::new().with("tags", Value::map([("a", Value::list(["b"]))]))),
            ["aws_sqs_queue.x.tags: a map(string) is wanted"]
        );
        assert_eq!(
            of("aws_sqs_que", Block::new()),
            ["aws_sqs_que.x: the provider has no such type"]
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
