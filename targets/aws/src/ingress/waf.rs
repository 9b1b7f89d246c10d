//! Web ACLs: AWS's own rule groups, and a ceiling on requests where a front has no other.

use klo_intent::Intent;
use klo_plan::{Address, Block, Provider, Resource, Value};

use super::Way;
use crate::context::{Lowering, group_of, part_address, why};

/// AWS's rule groups: known attackers, common attacks, known bad inputs.
const MANAGED: [&str; 3] = [
    "AWSManagedRulesAmazonIpReputationList",
    "AWSManagedRulesCommonRuleSet",
    "AWSManagedRulesKnownBadInputsRuleSet",
];
/// The window of a rate rule, in seconds, and the least limit over one (AWS WAF, 2025-11).
const WINDOW: i64 = 60;
const LEAST_LIMIT: i64 = 10;

/// Adds a web ACL in the environment's region and puts it on a resource.
pub(crate) fn lower_regional(lowering: &mut Lowering<'_>, way: &Way<'_>, on: Value) {
    let unit = lowering.intent(way.unit);
    let acl = add_acl(lowering, unit, "REGIONAL", Provider::Default, true, None);
    lowering.add(Resource::new(
        part_address("aws_wafv2_web_acl_association", unit, ""),
        group_of(unit),
        why(unit, "the firewall stands before it"),
        Block::new()
            .with("resource_arn", on)
            .with("web_acl_arn", acl.attr("arn")),
    ));
}

/// Adds a web ACL for CloudFront, which looks for it in us-east-1; `None` when neither a firewall
/// nor a rate is asked for.
pub(crate) fn lower_global(lowering: &mut Lowering<'_>, way: &Way<'_>) -> Option<Address> {
    let managed = way.option("waf").as_bool().unwrap_or(false);
    let rate = way.option("rate_limit").as_int();
    if !managed && rate.is_none() {
        return None;
    }
    let unit = lowering.intent(way.unit);
    let acl = add_acl(
        lowering,
        unit,
        "CLOUDFRONT",
        Provider::Global,
        managed,
        rate,
    );
    Some(acl)
}

fn add_acl(
    lowering: &mut Lowering<'_>,
    unit: &Intent,
    scope: &str,
    provider: Provider,
    managed: bool,
    rate: Option<i64>,
) -> Address {
    let name = lowering.physical(&unit.name, "", 128);
    let mut body = Block::new()
        .with("name", &name)
        .with("scope", scope)
        .with("description", format!("Firewall before {}", unit.id()))
        .block("default_action", empty("allow"));
    let mut priority = 0;
    if let Some(rate) = rate {
        body = body.block("rule", rate_rule(rate, priority));
        priority += 1;
    }
    for group in MANAGED.iter().filter(|_| managed) {
        body = body.block("rule", managed_rule(group, priority));
        priority += 1;
    }
    let body = body.block("visibility_config", visibility(&name));
    let acl = lowering.add(
        Resource::new(
            part_address("aws_wafv2_web_acl", unit, ""),
            group_of(unit),
            why(unit, "its web application firewall"),
            body,
        )
        .provider(provider),
    );
    add_log(lowering, unit, provider, &acl);
    acl
}

fn empty(name: &str) -> Block {
    Block::new().block(name, Block::new())
}

fn visibility(metric: &str) -> Block {
    Block::new()
        .with("cloudwatch_metrics_enabled", true)
        .with("metric_name", metric)
        .with("sampled_requests_enabled", true)
}

fn managed_rule(group: &str, priority: i64) -> Block {
    let statement = Block::new().block(
        "managed_rule_group_statement",
        Block::new().with("vendor_name", "AWS").with("name", group),
    );
    Block::new()
        .with("name", group)
        .with("priority", priority)
        .block("override_action", empty("none"))
        .block("statement", statement)
        .block("visibility_config", visibility(group))
}

/// All callers together, so the rule counts every request: its scope is every path.
fn rate_rule(per_second: i64, priority: i64) -> Block {
    let everything = Block::new().block(
        "byte_match_statement",
        Block::new()
            .with("positional_constraint", "STARTS_WITH")
            .with("search_string", "/")
            .block("field_to_match", empty("uri_path"))
            .block(
                "text_transformation",
                Block::new().with("priority", 0).with("type", "NONE"),
            ),
    );
    let rate = Block::new()
        .with("aggregate_key_type", "CONSTANT")
        .with("evaluation_window_sec", WINDOW)
        .with("limit", (per_second * WINDOW).max(LEAST_LIMIT))
        .block("scope_down_statement", everything);
    Block::new()
        .with("name", "rate-limit")
        .with("priority", priority)
        .block("action", empty("block"))
        .block(
            "statement",
            Block::new().block("rate_based_statement", rate),
        )
        .block("visibility_config", visibility("rate-limit"))
}

/// Requests that were stopped. AWS takes only log groups whose name begins with `aws-waf-logs-`.
fn add_log(lowering: &mut Lowering<'_>, unit: &Intent, provider: Provider, acl: &Address) {
    let deployment = lowering.deployment();
    let name = format!(
        "aws-waf-logs-{}-{}-{}",
        deployment.app, deployment.environment, unit.name
    );
    let key = match provider {
        Provider::Default => lowering.key_arn(),
        // The environment's key lies in its own region.
        Provider::Global => None,
    };
    let body = Block::new()
        .with("name", name)
        .with("retention_in_days", lowering.log_retention())
        .with_some("kms_key_id", key);
    let group = lowering.add(
        Resource::new(
            part_address("aws_cloudwatch_log_group", unit, "firewall"),
            group_of(unit),
            why(unit, "requests that the firewall stopped"),
            body,
        )
        .provider(provider),
    );
    let blocked = Block::new()
        .with("behavior", "KEEP")
        .with("requirement", "MEETS_ANY")
        .block(
            "condition",
            Block::new().block("action_condition", Block::new().with("action", "BLOCK")),
        );
    lowering.add(
        Resource::new(
            part_address("aws_wafv2_web_acl_logging_configuration", unit, ""),
            group_of(unit),
            why(unit, "requests that the firewall stopped"),
            Block::new()
                .with("resource_arn", acl.attr("arn"))
                .with(
                    "log_destination_configs",
                    Value::List(vec![group.attr("arn")]),
                )
                .block(
                    "logging_filter",
                    Block::new()
                        .with("default_behavior", "DROP")
                        .block("filter", blocked),
                ),
        )
        .provider(provider),
    );
}
