use indexmap::IndexMap;
use klo_intent::{AttrValue, Deployment, IntentGraph, Network};
use klo_plan::{Address, Block, Group, Plan, Resource, Value, Why};

use super::model::PackTest;
use super::ruleset::RuleSet;
use crate::findings::{Finding, Policy, judge_resources};

/// What rules find in the resources that a test writes down itself.
pub fn judge_test_resources(test: &PackTest, policy: &Policy) -> Vec<Finding> {
    let mut plan = Plan::new(IntentGraph {
        app: "test".to_owned(),
        deployment: Some(deployment(&test.environment, &policy.rules)),
        intents: Vec::new(),
        edges: Vec::new(),
    });
    for resource in &test.resources {
        let address = Address::managed(resource.kind, &resource.name);
        let mut body = Block::new();
        for (name, value) in &resource.arguments {
            body.set(name, value_of(value));
        }
        plan.add(Resource::new(
            address,
            Group::Shared("test"),
            Why::default(),
            body,
        ));
    }
    judge_resources(&plan, policy).0
}

fn deployment(environment: &str, rules: &RuleSet) -> Deployment {
    Deployment {
        app: "test".to_owned(),
        environment: environment.to_owned(),
        tier: rules.tier(environment).0,
        region: "us-east-1".to_owned(),
        account: None,
        platform: "aws".to_owned(),
        kubernetes: klo_intent::Kubernetes::default(),
        network: Network::Created {
            cidr: "10.0.0.0/16".to_owned(),
        },
        state_bucket: None,
        tags: IndexMap::new(),
        alarm_email: None,
        root: String::new(),
        out: "infra".to_owned(),
        emit: vec![klo_intent::Tool::Terraform],
    }
}

fn value_of(value: &AttrValue) -> Value {
    match value {
        AttrValue::Null => Value::Null,
        AttrValue::Bool(flag) => Value::Bool(*flag),
        AttrValue::Int(number) => Value::Int(*number),
        AttrValue::Float(number) => Value::Float(*number),
        AttrValue::Str(text) => Value::text(text),
        AttrValue::Size(size) => Value::text(size.to_string()),
        AttrValue::Duration(duration) => Value::text(duration.to_string()),
        AttrValue::List(items) => Value::list(items.iter().map(value_of)),
        AttrValue::Map(entries) => Value::map(
            entries
                .iter()
                .map(|(key, value)| (key.as_str(), value_of(value))),
        ),
    }
}
