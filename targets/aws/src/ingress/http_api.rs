//! HTTP APIs: the plain way in from the internet, straight to a Lambda or through a VPC link to
//! the load balancer.

use klo_intent::{AttrValue, Decision, Intent, Kind};
use klo_plan::{Address, Block, Provider, Resource, Value};

use super::api_gateway::{access_log, let_api_call, let_callers_in, milliseconds, throttling};
use super::load_balancer::{self, UNIT_HEADER};
use super::{Front, HTTP_API_TIMEOUT, Way, cors::Cors, domain};
use crate::context::{Lowering, group_of, part_address, why};

/// The API of a unit.
pub(crate) fn api(unit: &Intent) -> Address {
    part_address("aws_apigatewayv2_api", unit, "")
}

/// Adds the API, its stage, routes and integration.
pub(crate) fn lower(lowering: &mut Lowering<'_>, way: &Way<'_>) {
    let unit = lowering.intent(way.unit);
    add_api(lowering, way);
    let authorizer = add_authorizer(lowering, way);
    let integration = add_integration(lowering, way);
    add_routes(lowering, way, &integration, authorizer.as_ref());
    let stage = add_stage(lowering, way);
    if let (Some(name), Some(zone)) = (way.domain(), way.zone()) {
        add_domain(lowering, unit, name, zone, &stage);
    }
    let_callers_in(lowering, way, &api(unit));
    record(lowering, way);
}

fn add_api(lowering: &mut Lowering<'_>, way: &Way<'_>) {
    let unit = lowering.intent(way.unit);
    let mut body = Block::new()
        .with(
            "name",
            lowering.physical(&lowering.unit_name(way.unit), "", 128),
        )
        .with("protocol_type", "HTTP")
        .with("description", format!("Way in to {}", unit.id()));
    if way.domain().is_some() {
        // Only the domain leads in, so that nothing set up for it can be gone round.
        body.set("disable_execute_api_endpoint", true);
    }
    if let Some(cors) = Cors::of(way) {
        body = body.block("cors_configuration", cors.http_api());
    }
    let body = body.with_some("tags", lowering.tags(unit));
    lowering.add(Resource::new(
        api(unit),
        group_of(unit),
        why(unit, "its way in from the internet").decided_by("ingress"),
        body,
    ));
}

/// Who a route lets in: the authorization type, and the authorizer for tokens.
fn add_authorizer(lowering: &mut Lowering<'_>, way: &Way<'_>) -> Option<Address> {
    let unit = lowering.intent(way.unit);
    let auth = way.option("auth");
    let issuer = auth.get("issuer")?.as_str()?;
    let audience = match auth.get("audience")? {
        AttrValue::Str(one) => Value::list([one.as_str()]),
        many => Value::list(many.items().iter().filter_map(AttrValue::as_str)),
    };
    Some(
        lowering.add(Resource::new(
            part_address("aws_apigatewayv2_authorizer", unit, ""),
            group_of(unit),
            why(unit, "lets in who has a token of the issuer"),
            Block::new()
                .with("api_id", api(unit).attr("id"))
                .with("name", "jwt")
                .with("authorizer_type", "JWT")
                .with(
                    "identity_sources",
                    Value::list(["$request.header.Authorization"]),
                )
                .block(
                    "jwt_configuration",
                    Block::new()
                        .with("issuer", issuer)
                        .with("audience", audience),
                ),
        )),
    )
}

fn add_integration(lowering: &mut Lowering<'_>, way: &Way<'_>) -> Address {
    let unit = lowering.intent(way.unit);
    let mut body = Block::new().with("api_id", api(unit).attr("id"));
    if lowering.compute.get(&way.unit).is_some_and(|c| c.stays()) {
        let listener = load_balancer::listener(Front::HttpApi, false);
        body = body
            .with("integration_type", "HTTP_PROXY")
            .with("integration_method", "ANY")
            .with("integration_uri", listener.attr("arn"))
            .with("connection_type", "VPC_LINK")
            .with("connection_id", load_balancer::link().attr("id"))
            .with("payload_format_version", "1.0")
            .with(
                "request_parameters",
                Value::map([(
                    format!("overwrite:header.{UNIT_HEADER}"),
                    lowering.unit_name(way.unit),
                )]),
            );
    } else if let Some(function) = crate::triggers::lambda(lowering, way.unit) {
        let_api_call(lowering, unit, &function, &api(unit));
        body = body
            .with("integration_type", "AWS_PROXY")
            .with("integration_uri", function.invoke_arn)
            .with("payload_format_version", "2.0");
    }
    lowering.add(Resource::new(
        part_address("aws_apigatewayv2_integration", unit, ""),
        group_of(unit),
        why(unit, "passes requests on to it"),
        body.with("timeout_milliseconds", milliseconds(unit, HTTP_API_TIMEOUT)),
    ))
}

/// The route keys of a way in, each with the part of its address.
fn route_keys(unit: &Intent, way: &Way<'_>) -> Vec<(String, String)> {
    let routes = match &unit.code {
        // A framework's application answers more than its routes list: redirects, mounted
        // applications, its own documentation. A plain function answers just them.
        Some(code) if unit.kind == Kind::Function => code.routes.as_slice(),
        _ => &[],
    };
    if !routes.is_empty() {
        let prefix = way.prefix().unwrap_or_default();
        let mut keys: Vec<(String, String)> = routes
            .iter()
            .map(|route| {
                let path = if route.path.starts_with(&prefix) {
                    route.path.clone()
                } else {
                    format!("{prefix}{}", route.path)
                };
                let part = format!("{}{path}", route.method.to_lowercase());
                (format!("{} {path}", route.method), part)
            })
            .collect();
        keys.sort();
        keys.dedup();
        return keys;
    }
    match way.prefix() {
        Some(prefix) => vec![
            (format!("ANY {prefix}"), "prefix".to_owned()),
            (format!("ANY {prefix}/{{proxy+}}"), "below".to_owned()),
        ],
        None => vec![("$default".to_owned(), "default".to_owned())],
    }
}

fn add_routes(
    lowering: &mut Lowering<'_>,
    way: &Way<'_>,
    integration: &Address,
    authorizer: Option<&Address>,
) {
    let unit = lowering.intent(way.unit);
    let target = Value::concat(["integrations/".into(), integration.attr("id")]);
    let route = |key: &str| {
        Block::new()
            .with("api_id", api(unit).attr("id"))
            .with("route_key", key)
            .with("target", target.clone())
    };
    for (key, part) in route_keys(unit, way) {
        let mut body = route(&key);
        if let Some(authorizer) = authorizer {
            body.set("authorization_type", "JWT");
            body.set("authorizer_id", authorizer.attr("id"));
        } else if way.option("auth").as_str() == Some("iam") {
            body.set("authorization_type", "AWS_IAM");
        }
        lowering.add(Resource::new(
            part_address("aws_apigatewayv2_route", unit, &part),
            group_of(unit),
            why(unit, "requests that are let in"),
            body,
        ));
    }
    if Cors::of(way).is_some() && !way.option("auth").is_null() {
        // A browser's preflight carries no credentials, and a route that wants some would refuse
        // it before the API's own answer.
        lowering.add(Resource::new(
            part_address("aws_apigatewayv2_route", unit, "preflight"),
            group_of(unit),
            why(unit, "browsers ask before they send credentials"),
            route("OPTIONS /{proxy+}"),
        ));
    }
}

fn add_stage(lowering: &mut Lowering<'_>, way: &Way<'_>) -> Address {
    let unit = lowering.intent(way.unit);
    let log = access_log(lowering, way);
    let mut body = Block::new()
        .with("api_id", api(unit).attr("id"))
        .with("name", "$default")
        .with("auto_deploy", true)
        .block("access_log_settings", log);
    if let Some(limit) = way.option("rate_limit").as_int() {
        body = body.block("default_route_settings", throttling(limit));
    }
    lowering.add(Resource::new(
        part_address("aws_apigatewayv2_stage", unit, ""),
        group_of(unit),
        why(unit, "publishes the API, with a log line per request"),
        body,
    ))
}

fn add_domain(lowering: &mut Lowering<'_>, unit: &Intent, name: &str, zone: &str, stage: &Address) {
    domain::certificate(lowering, unit, "domain", name, zone, Provider::Default);
    let certificate = domain::validated(unit, "domain").attr("certificate_arn");
    let own = lowering.add(Resource::new(
        part_address("aws_apigatewayv2_domain_name", unit, ""),
        group_of(unit),
        why(unit, "the API under its domain"),
        Block::new().with("domain_name", name).block(
            "domain_name_configuration",
            Block::new()
                .with("certificate_arn", certificate)
                .with("endpoint_type", "REGIONAL")
                .with("security_policy", "TLS_1_2"),
        ),
    ));
    lowering.add(Resource::new(
        part_address("aws_apigatewayv2_api_mapping", unit, ""),
        group_of(unit),
        why(unit, "the API under its domain"),
        Block::new()
            .with("api_id", api(unit).attr("id"))
            .with("domain_name", own.attr("id"))
            .with("stage", stage.attr("id")),
    ));
    let configuration = own.attr("domain_name_configuration").index(0);
    let target = domain::Alias {
        name: configuration.clone().attribute("target_domain_name"),
        zone: configuration.attribute("hosted_zone_id"),
        ipv6: false,
    };
    domain::alias(lowering, unit, "domain", name, zone.into(), &target);
}

fn record(lowering: &mut Lowering<'_>, way: &Way<'_>) {
    let unit = lowering.intent(way.unit);
    let (chosen, passed) = if lowering.compute.get(&way.unit).is_some_and(|c| c.stays()) {
        (
            "HTTP API, VPC link, internal load balancer",
            vec![
                "a public load balancer: an address on the internet without throttling or \
                 authorization before it"
                    .to_owned(),
                "CloudFront: only needed for a firewall, streams, sockets or requests over 30 s"
                    .to_owned(),
            ],
        )
    } else {
        (
            "HTTP API",
            vec![
                "REST API: 3.5 times the price per request, only needed for a firewall".to_owned(),
                "function URL: no throttling, custom domain or tokens".to_owned(),
            ],
        )
    };
    let routes = route_keys(unit, way);
    let routes = match routes.as_slice() {
        [(key, _)] if key == "$default" => "every path leads to the code".to_owned(),
        keys => format!("{} routes lead to the code", keys.len()),
    };
    lowering.decide(Decision {
        code: "ingress",
        subject: unit.id(),
        chosen: chosen.to_owned(),
        because: format!(
            "exposed to the internet without firewall, sockets or streams, and a request ends \
             within {HTTP_API_TIMEOUT} s; {routes}; it costs per request"
        ),
        instead_of: passed,
        standing_cost: false,
    });
}
