//! A regional REST API with a web ACL: the way in to a Lambda that wants a firewall, because AWS
//! puts none on an HTTP API.

use klo_intent::{Decision, Intent};
use klo_plan::{Address, Block, Lifecycle, Provider, Resource, Value};

use super::api_gateway::{access_log, let_api_call, let_callers_in, milliseconds, throttling};
use super::{Way, cors::Cors, domain, waf};
use crate::context::{Lowering, group_of, part_address, why};

/// The one stage; it is part of the URL where there is no domain.
pub(crate) const STAGE: &str = "live";
/// The longest that a REST API waits for its integration by default, in seconds (API Gateway
/// quotas, 2025-11).
const TIMEOUT: u64 = 29;

fn api(unit: &Intent) -> Address {
    part_address("aws_api_gateway_rest_api", unit, "")
}

/// The host name that AWS gives the API.
pub(crate) fn host(lowering: &Lowering<'_>, unit: &Intent) -> Value {
    let suffix = if lowering.partition() == "aws-cn" {
        "amazonaws.com.cn"
    } else {
        "amazonaws.com"
    };
    let region = &lowering.deployment().region;
    Value::concat([
        api(unit).attr("id"),
        format!(".execute-api.{region}.{suffix}").into(),
    ])
}

/// Adds the API, its methods, stage and web ACL.
pub(crate) fn lower(lowering: &mut Lowering<'_>, way: &Way<'_>) {
    let unit = lowering.intent(way.unit);
    let name = lowering.physical(&lowering.unit_name(way.unit), "", 128);
    let mut body = Block::new()
        .with("name", name)
        .with("description", format!("Way in to {}", unit.id()));
    if way.domain().is_some() {
        body.set("disable_execute_api_endpoint", true);
    }
    let body = body
        // Everything is passed on as bytes; text comes out as it went in.
        .with("binary_media_types", Value::list(["*/*"]))
        .block(
            "endpoint_configuration",
            Block::new().with("types", Value::list(["REGIONAL"])),
        )
        .with_some("tags", lowering.tags(unit));
    lowering.add(Resource::new(
        api(unit),
        group_of(unit),
        why(unit, "its way in from the internet").decided_by("ingress"),
        body,
    ));
    let integrations = add_methods(lowering, way);
    let stage = add_stage(lowering, way, integrations);
    waf::lower_regional(lowering, way, stage.attr("arn"));
    let_callers_in(lowering, way, &api(unit));
    if let (Some(name), Some(zone)) = (way.domain(), way.zone()) {
        add_domain(lowering, unit, name, zone, &stage);
    }
    lowering.decide(Decision {
        code: "ingress",
        subject: unit.id(),
        chosen: "regional REST API with a web ACL".to_owned(),
        because: format!(
            "a firewall is asked for, and AWS puts none on an HTTP API; a request may take up to \
             {TIMEOUT} s; a web ACL costs 5 dollars a month and 1 for each rule"
        ),
        instead_of: vec![
            "HTTP API: takes no web ACL".to_owned(),
            "CloudFront before a function URL: a second address that the firewall does not see"
                .to_owned(),
        ],
        standing_cost: true,
    });
}

/// Adds the methods and returns the integrations that a deployment publishes.
fn add_methods(lowering: &mut Lowering<'_>, way: &Way<'_>) -> Vec<Address> {
    let unit = lowering.intent(way.unit);
    if let Some(function) = crate::triggers::lambda(lowering, way.unit) {
        let_api_call(lowering, unit, &function, &api(unit));
    }
    let mut parent = api(unit).attr("root_resource_id");
    let prefix = way.prefix().unwrap_or_default();
    for (depth, segment) in prefix.split('/').filter(|s| !s.is_empty()).enumerate() {
        parent = add_path(lowering, unit, &format!("prefix_{depth}"), parent, segment);
    }
    let below = add_path(lowering, unit, "below", parent.clone(), "{proxy+}");
    let mut published = Vec::new();
    for (part, resource) in [("root", parent), ("below", below)] {
        published.extend(add_method(lowering, way, part, &resource));
        if let Some(cors) = Cors::of(way) {
            published.push(add_preflight(lowering, unit, part, &resource, &cors));
        }
    }
    published
}

fn add_path(
    lowering: &mut Lowering<'_>,
    unit: &Intent,
    part: &str,
    parent: Value,
    segment: &str,
) -> Value {
    lowering
        .add(Resource::new(
            part_address("aws_api_gateway_resource", unit, part),
            group_of(unit),
            why(unit, "paths that lead to it"),
            Block::new()
                .with("rest_api_id", api(unit).attr("id"))
                .with("parent_id", parent)
                .with("path_part", segment),
        ))
        .attr("id")
}

fn add_method(
    lowering: &mut Lowering<'_>,
    way: &Way<'_>,
    part: &str,
    resource: &Value,
) -> Option<Address> {
    let unit = lowering.intent(way.unit);
    let function = crate::triggers::lambda(lowering, way.unit)?;
    let authorization = match way.option("auth").as_str() {
        Some("iam") => "AWS_IAM",
        _ => "NONE",
    };
    let method = lowering.add(Resource::new(
        part_address("aws_api_gateway_method", unit, part),
        group_of(unit),
        why(unit, "requests that are let in"),
        on_resource(unit, resource)
            .with("http_method", "ANY")
            .with("authorization", authorization),
    ));
    Some(
        lowering.add(Resource::new(
            part_address("aws_api_gateway_integration", unit, part),
            group_of(unit),
            why(unit, "passes requests on to it"),
            on_resource(unit, resource)
                .with("http_method", method.attr("http_method"))
                .with("type", "AWS_PROXY")
                .with("integration_http_method", "POST")
                .with("uri", function.invoke_arn)
                .with("timeout_milliseconds", milliseconds(unit, TIMEOUT)),
        )),
    )
}

fn on_resource(unit: &Intent, resource: &Value) -> Block {
    Block::new()
        .with("rest_api_id", api(unit).attr("id"))
        .with("resource_id", resource.clone())
}

/// A browser's preflight, answered by the API itself.
fn add_preflight(
    lowering: &mut Lowering<'_>,
    unit: &Intent,
    part: &str,
    resource: &Value,
    cors: &Cors,
) -> Address {
    let part = format!("{part}_preflight");
    let address = |kind| part_address(kind, unit, &part);
    let because = || why(unit, "answers browsers that ask before they call");
    let method = lowering.add(Resource::new(
        address("aws_api_gateway_method"),
        group_of(unit),
        because(),
        on_resource(unit, resource)
            .with("http_method", "OPTIONS")
            .with("authorization", "NONE"),
    ));
    let on_method = || on_resource(unit, resource).with("http_method", method.attr("http_method"));
    let template = Value::json(Value::map([("statusCode", Value::Int(204))]));
    let integration = lowering.add(Resource::new(
        address("aws_api_gateway_integration"),
        group_of(unit),
        because(),
        on_method()
            .with("type", "MOCK")
            .with(
                "request_templates",
                Value::map([("application/json", template)]),
            )
            .with("content_handling", "CONVERT_TO_TEXT"),
    ));
    let headers = cors.rest_api();
    let key = |header: &str| format!("method.response.header.{header}");
    let names = headers.iter().map(|(header, _)| (key(header), true));
    let response = lowering.add(Resource::new(
        address("aws_api_gateway_method_response"),
        group_of(unit),
        because(),
        on_method()
            .with("status_code", "204")
            .with("response_parameters", Value::map(names)),
    ));
    let values = headers
        .iter()
        .map(|(header, value)| (key(header), format!("'{value}'")));
    lowering.add(
        Resource::new(
            address("aws_api_gateway_integration_response"),
            group_of(unit),
            because(),
            on_method()
                .with("status_code", response.attr("status_code"))
                .with("response_parameters", Value::map(values)),
        )
        .after(integration),
    )
}

fn add_stage(lowering: &mut Lowering<'_>, way: &Way<'_>, published: Vec<Address>) -> Address {
    let unit = lowering.intent(way.unit);
    let revision = published.iter().map(Address::reference);
    let revision = Value::call(
        klo_plan::Function::Sha256,
        [Value::json(Value::List(revision.collect()))],
    );
    let deployment = lowering.add(
        Resource::new(
            part_address("aws_api_gateway_deployment", unit, ""),
            group_of(unit),
            why(unit, "publishes the methods"),
            Block::new()
                .with("rest_api_id", api(unit).attr("id"))
                // Methods are published only by a new deployment, so each change asks for one.
                .with("triggers", Value::map([("revision", revision)])),
        )
        .lifecycle(Lifecycle {
            create_before_destroy: true,
            ..Lifecycle::default()
        }),
    );
    let log = access_log(lowering, way);
    let stage = lowering.add(Resource::new(
        part_address("aws_api_gateway_stage", unit, ""),
        group_of(unit),
        why(unit, "the published API, with a log line per request"),
        Block::new()
            .with("rest_api_id", api(unit).attr("id"))
            .with("deployment_id", deployment.attr("id"))
            .with("stage_name", STAGE)
            .block("access_log_settings", log),
    ));
    if let Some(limit) = way.option("rate_limit").as_int() {
        lowering.add(Resource::new(
            part_address("aws_api_gateway_method_settings", unit, ""),
            group_of(unit),
            why(unit, "holds requests to the rate asked for"),
            Block::new()
                .with("rest_api_id", api(unit).attr("id"))
                .with("stage_name", stage.attr("stage_name"))
                .with("method_path", "*/*")
                .block("settings", throttling(limit)),
        ));
    }
    stage
}

fn add_domain(lowering: &mut Lowering<'_>, unit: &Intent, name: &str, zone: &str, stage: &Address) {
    domain::certificate(lowering, unit, "domain", name, zone, Provider::Default);
    let certificate = domain::validated(unit, "domain").attr("certificate_arn");
    let own = lowering.add(Resource::new(
        part_address("aws_api_gateway_domain_name", unit, ""),
        group_of(unit),
        why(unit, "the API under its domain"),
        Block::new()
            .with("domain_name", name)
            .with("regional_certificate_arn", certificate)
            .with("security_policy", "TLS_1_2")
            .block(
                "endpoint_configuration",
                Block::new().with("types", Value::list(["REGIONAL"])),
            ),
    ));
    lowering.add(Resource::new(
        part_address("aws_api_gateway_base_path_mapping", unit, ""),
        group_of(unit),
        why(unit, "the API under its domain"),
        Block::new()
            .with("api_id", api(unit).attr("id"))
            .with("domain_name", own.attr("domain_name"))
            .with("stage_name", stage.attr("stage_name")),
    ));
    let target = domain::Alias {
        name: own.attr("regional_domain_name"),
        zone: own.attr("regional_zone_id"),
        ipv6: false,
    };
    domain::alias(lowering, unit, "domain", name, zone.into(), &target);
}
