//! Units on Lambda.

use klo_diagnostics::Diagnostic;
use klo_diagnostics::codes::aws;
use klo_intent::{Decision, Intent, Kind, Origin};
use klo_plan::{Address, Block, Resource, Value};

use super::common::{self, Unit};
use super::environment::Environment;
use super::permissions::{Statement, via_service};
use super::volumes;
use crate::compute::size;
use crate::context::{Compute, Lowering, UnitRefs};

/// The longest name of a function. AWS Lambda API reference, 2026-11.
pub(super) const NAME_LIMIT: usize = 64;

/// Lowers a unit to a function of its own image.
pub(super) fn lower(lowering: &mut Lowering<'_>, unit: &Unit<'_>) -> UnitRefs {
    let mut environment = Environment::of(lowering, unit.id);
    let secrets = environment.secret_arns();
    let fetched = environment.fetch_secrets();
    let logs = common::log_group(lowering, unit);
    let role = common::code_role(lowering, unit, "lambda.amazonaws.com");
    let runtime = runtime_policy(lowering, unit, &role, &logs, &secrets);
    let after = common::before_code(lowering, unit, &role, runtime, &environment);
    let capacity = capacity(lowering, unit.intent);
    let function = function(lowering, unit, &role, &logs, &environment, &capacity, after);
    let alias = capacity
        .provisioned
        .map(|count| provision(lowering, unit, &function, count));
    common::push_image(lowering, unit, fetched);
    let invoked = alias.as_ref().unwrap_or(&function);
    UnitRefs {
        compute: Compute::Lambda,
        role,
        arn: Some(invoked.attr("arn")),
        main: Some(function),
        alias,
        job_queue: None,
    }
}

/// What the platform does in the unit's name: logs, network interfaces, secrets at start.
fn runtime_policy(
    lowering: &mut Lowering<'_>,
    unit: &Unit<'_>,
    role: &Address,
    logs: &Address,
    secrets: &[Value],
) -> Address {
    let mut statements = vec![common::write_logs(logs)];
    if lowering.unit_groups.contains_key(&unit.id) {
        statements.extend(attach_to_network(lowering));
    }
    statements.extend(common::read_secrets(lowering, secrets));
    if let Some(key) = lowering.key_arn() {
        statements.push(
            Statement::new("DecryptEnvironment")
                .actions(["kms:Decrypt"])
                .resource(key)
                .when(
                    "StringEquals",
                    "kms:ViaService",
                    via_service(lowering, "lambda"),
                ),
        );
    }
    let purpose = "what Lambda does for the unit: logs, network, secrets at start";
    common::role_policy(lowering, unit, "runtime", role, purpose, statements)
}

/// What Lambda checks for before it makes a function in a network. AWS Lambda developer guide,
/// "Giving Lambda functions access to resources in an Amazon VPC", 2026-11.
fn attach_to_network(lowering: &Lowering<'_>) -> [Statement; 2] {
    let look = Statement::new("LookAtNetwork")
        .actions(["ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets"])
        .every_resource("AWS knows no narrower resource for these actions.");
    // Nobody knows the interfaces' ids beforehand, and Lambda refuses a role that names fewer.
    let attach = Statement::new("AttachToNetwork")
        .actions([
            "ec2:AssignPrivateIpAddresses",
            "ec2:CreateNetworkInterface",
            "ec2:DeleteNetworkInterface",
            "ec2:UnassignPrivateIpAddresses",
        ])
        .resource(lowering.arn_of("ec2", "*/*"));
    [look, attach]
}

fn function(
    lowering: &mut Lowering<'_>,
    unit: &Unit<'_>,
    role: &Address,
    logs: &Address,
    environment: &Environment,
    capacity: &Capacity,
    after: Vec<Address>,
) -> Address {
    let timeout = unit.intent.duration("timeout").map_or(30, |d| d.seconds());
    let variables = Value::map(environment.plain.clone());
    let mut body = Block::new()
        .with("function_name", unit.name(lowering, "", NAME_LIMIT))
        .with("description", unit.intent.id())
        .with("role", role.attr("arn"))
        .with("package_type", "Image")
        .with("image_uri", common::image_uri(unit))
        .with("architectures", Value::list(["x86_64"]))
        .with("memory_size", size::lambda_of(unit.intent))
        .with("timeout", timeout.clamp(1, 900))
        .with_some("reserved_concurrent_executions", capacity.reserved)
        .with_some("publish", capacity.provisioned.map(|_| true));
    if !environment.plain.is_empty() {
        body = body
            .with_some("kms_key_arn", lowering.key_arn())
            .block("environment", Block::new().with("variables", variables));
    }
    if let Some((subnets, groups)) = common::placement(lowering, unit.id) {
        let place = Block::new()
            .with("subnet_ids", subnets)
            .with("security_group_ids", groups);
        body = body.block("vpc_config", place);
    }
    for volume in volumes::of(lowering, unit.id) {
        let mount = Block::new()
            .with("arn", volume.mount.access_point.1)
            .with("local_mount_path", volume.path);
        body = body.block("file_system_config", mount);
    }
    body = body
        .block(
            "logging_config",
            Block::new()
                .with("log_format", "Text")
                .with("log_group", logs.attr("name")),
        )
        .with_some("tags", lowering.tags(unit.intent));
    let mut resource: Resource = unit.resource("aws_lambda_function", "", "runs the unit", body);
    resource.depends_on = after;
    lowering.add(resource)
}

/// Instances of a function.
#[derive(Debug, Default, PartialEq, Eq)]
struct Capacity {
    reserved: Option<i64>,
    provisioned: Option<i64>,
}

fn capacity(lowering: &mut Lowering<'_>, unit: &Intent) -> Capacity {
    let stated_max = unit
        .settings
        .get("max")
        .filter(|setting| !matches!(setting.origin, Origin::BuiltIn | Origin::Formula))
        .and_then(|setting| setting.value.as_int());
    // A job's runs are as many as `max` says on every platform.
    let max = match unit.kind {
        Kind::Job => unit.int("max"),
        _ => stated_max,
    };
    let reserved = unit.int("concurrency").or(max);
    let provisioned = warm(unit).filter(|count| *count > 0);
    if let (Some(reserved), Some(provisioned)) = (reserved, provisioned)
        && provisioned > reserved
    {
        report_capacity(lowering, unit, provisioned, reserved);
        return Capacity::default();
    }
    decide_capacity(lowering, unit, reserved, provisioned);
    Capacity {
        reserved,
        provisioned,
    }
}

/// Instances kept warm: `min`, or those that a load of users needs at once when its latency matters
/// (language.md §1, "Units").
fn warm(unit: &Intent) -> Option<i64> {
    let least = unit
        .settings
        .get("min")
        .filter(|setting| setting.origin != Origin::BuiltIn)
        .and_then(|setting| setting.value.as_int());
    if least.is_some() {
        return least;
    }
    let users = unit.int("users")?;
    (unit.text("latency") == Some("low")).then(|| concurrent(users))
}

/// Requests at once: each user makes one every ten seconds, which takes a fifth of a second.
fn concurrent(users: i64) -> i64 {
    users.max(0) / 50 + i64::from(users % 50 > 0)
}

fn decide_capacity(
    lowering: &mut Lowering<'_>,
    unit: &Intent,
    reserved: Option<i64>,
    provisioned: Option<i64>,
) {
    let reason = |attributes: [&str; 3]| {
        let stated = attributes.into_iter().find(|attribute| {
            unit.settings.get(attribute).is_some_and(|setting| {
                !setting.value.is_null()
                    && !matches!(setting.origin, Origin::BuiltIn | Origin::Formula)
            })
        });
        match (stated, unit.int("users")) {
            (Some("users") | None, Some(users)) => format!(
                "{users} users make {} requests per second, {} of them at once",
                users / 10,
                concurrent(users)
            ),
            (Some(attribute), _) => format!("`{attribute}` says so"),
            (None, None) => "so many runs there may be at once".to_owned(),
        }
    };
    if let Some(count) = reserved {
        lowering.decide(Decision {
            code: "reserved-concurrency",
            subject: unit.id(),
            chosen: count.to_string(),
            because: reason(["concurrency", "max", "users"]),
            instead_of: Vec::new(),
            standing_cost: false,
        });
    }
    if let Some(count) = provisioned {
        lowering.decide(Decision {
            code: "provisioned-concurrency",
            subject: unit.id(),
            chosen: format!("{count} warm instances"),
            because: reason(["min", "users", "latency"]),
            instead_of: vec!["cold starts".to_owned()],
            standing_cost: true,
        });
    }
}

fn report_capacity(lowering: &mut Lowering<'_>, unit: &Intent, warm: i64, reserved: i64) {
    let attribute = if unit.int("concurrency").is_some() {
        "concurrency"
    } else {
        "max"
    };
    lowering.report(
        Diagnostic::error(
            aws::IMPOSSIBLE_CAPACITY,
            unit.span_of(attribute),
            format!(
                "`{}` keeps {warm} instances warm and may have {reserved} in all",
                unit.id()
            ),
        )
        .help(format!(
            "raise `{attribute}` to {warm} at least, or lower `min`"
        ))
        .related(unit.span_of("min"), "instances kept warm")
        .subject(unit.id()),
    );
}

/// The alias that callers use and that keeps instances warm.
fn provision(
    lowering: &mut Lowering<'_>,
    unit: &Unit<'_>,
    function: &Address,
    count: i64,
) -> Address {
    let body = Block::new()
        .with("name", "live")
        .with("description", "The version that callers get")
        .with("function_name", function.attr("function_name"))
        .with("function_version", function.attr("version"));
    let alias = unit.add(
        lowering,
        "aws_lambda_alias",
        "",
        "the version that callers get",
        body,
    );
    let body = Block::new()
        .with("function_name", function.attr("function_name"))
        .with("qualifier", alias.attr("name"))
        .with("provisioned_concurrent_executions", count);
    unit.add(
        lowering,
        "aws_lambda_provisioned_concurrency_config",
        "",
        "instances kept warm",
        body,
    );
    alias
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_at_once_are_rounded_up() {
        assert_eq!(concurrent(10_000), 200);
        assert_eq!(concurrent(1), 1);
        assert_eq!(concurrent(51), 2);
        assert_eq!(concurrent(1_000_000_000), 20_000_000);
    }
}
