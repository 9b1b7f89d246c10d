//! What HTTP and REST APIs have in common: who may call, how fast, and what is written of it.

use klo_intent::{Access, Duration, Intent, IntentId};
use klo_plan::{Address, Block, Resource, Value, Why, symbol};

use super::Way;
use crate::context::{Lowering, group_of, part_address, why};
use crate::policy;
use crate::triggers::Lambda;

/// What a request's log line holds, under the names of API Gateway's context variables.
const LOG_FIELDS: [(&str, &str); 9] = [
    ("requestId", "$context.requestId"),
    ("time", "$context.requestTime"),
    ("ip", "$context.identity.sourceIp"),
    ("method", "$context.httpMethod"),
    ("path", "$context.path"),
    ("status", "$context.status"),
    ("length", "$context.responseLength"),
    ("latency", "$context.responseLatency"),
    ("error", "$context.integrationErrorMessage"),
];

/// Adds the log group of a way in; the block that has a line written to it per request.
pub(super) fn access_log(lowering: &mut Lowering<'_>, way: &Way<'_>) -> Block {
    let unit = lowering.intent(way.unit);
    let deployment = lowering.deployment();
    let name = format!(
        "/aws/apigateway/{}-{}-{}",
        deployment.app,
        deployment.environment,
        lowering.unit_name(way.unit)
    );
    let body = Block::new()
        .with("name", name)
        .with("retention_in_days", lowering.log_retention())
        .with_some("kms_key_id", lowering.key_arn());
    let log = lowering.add(Resource::new(
        part_address("aws_cloudwatch_log_group", unit, "access"),
        group_of(unit),
        why(unit, "a line per request"),
        body,
    ));
    Block::new()
        .with("destination_arn", log.attr("arn"))
        .with("format", Value::json(Value::map(LOG_FIELDS)))
}

/// The settings that hold requests to a rate; a burst of as many is let through at once.
pub(super) fn throttling(limit: i64) -> Block {
    Block::new()
        .with("throttling_rate_limit", limit)
        .with("throttling_burst_limit", limit)
}

/// How long the API waits for a unit: its timeout, at most so many seconds, in milliseconds.
pub(super) fn milliseconds(unit: &Intent, most: u64) -> u64 {
    let timeout = unit.duration("timeout").map_or(most, Duration::seconds);
    timeout.clamp(1, most) * 1000
}

/// Lets a unit's API call its function.
pub(super) fn let_api_call(
    lowering: &mut Lowering<'_>,
    unit: &Intent,
    function: &Lambda,
    api: &Address,
) {
    let calls = Value::concat([api.attr("execution_arn"), "/*/*".into()]);
    lowering.add(Resource::new(
        part_address("aws_lambda_permission", unit, "api"),
        group_of(unit),
        why(unit, "its API may call it"),
        function.permission("apigateway.amazonaws.com", calls),
    ));
}

/// Units that call a way in which asks for IAM signatures may send requests to it.
pub(super) fn let_callers_in(lowering: &mut Lowering<'_>, way: &Way<'_>, api: &Address) {
    if way.option("auth").as_str() != Some("iam") {
        return;
    }
    let unit = lowering.intent(way.unit);
    let callers: Vec<IntentId> = lowering
        .graph
        .edges_to(way.unit)
        .filter(|edge| edge.access.contains(&Access::Invoke))
        .filter_map(|edge| edge.from.intent())
        .collect();
    for caller in callers {
        let Some(role) = lowering.units.get(&caller).map(|refs| refs.role.clone()) else {
            continue;
        };
        let from = lowering.intent(caller);
        let name = format!("{}_to_{}_api", symbol(&from.id()), symbol(&unit.id()));
        let requests = Value::concat([api.attr("execution_arn"), "/*".into()]);
        let invoke = policy::allow("Invoke", &["execute-api:Invoke"], vec![requests]);
        lowering.add(Resource::new(
            Address::managed("aws_iam_role_policy", name),
            group_of(from),
            Why::edge(&from.id(), &unit.id(), "may send requests to its API"),
            Block::new()
                .with("name", format!("to-{}-api", unit.name))
                .with("role", role.attr("id"))
                .with("policy", policy::document(vec![invoke])),
        ));
    }
}
