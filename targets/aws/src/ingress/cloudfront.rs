//! CloudFront before the internal load balancer: the way in for containers that want a firewall,
//! stream, speak WebSocket or take longer than an HTTP API waits.

use klo_intent::{Decision, Intent};
use klo_plan::{Address, Block, Provider, Resource, Value};

use super::load_balancer::{UNIT_HEADER, balancer};
use super::{Way, cloudfront_reasons, cors::Cors, domain, waf};
use crate::context::{Lowering, group_of, part_address, why};

/// AWS's managed policies by id (CloudFront, 2025-11).
pub(crate) const CACHING_DISABLED: &str = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad";
/// Caches by path alone, with compression.
pub(crate) const CACHING_OPTIMIZED: &str = "658327ea-f89d-4fab-a63d-7e88639e58f6";
const ALL_VIEWER: &str = "216adef6-5c7f-47e4-b989-5492eafa07d3";
/// The longest that CloudFront waits for an origin's answer without a raised quota, in seconds
/// (CloudFront quotas, 2025-11).
pub(crate) const LONGEST_WAIT: u64 = 120;
/// The lowest TLS version that viewers may speak.
pub(crate) const MINIMUM_TLS: &str = "TLSv1.2_2021";

/// Adds the distribution and what hangs on it.
pub(crate) fn lower(lowering: &mut Lowering<'_>, way: &Way<'_>) {
    let unit = lowering.intent(way.unit);
    let acl = waf::lower_global(lowering, way);
    let headers = add_headers_policy(lowering, unit, Cors::of(way).as_ref());
    if let (Some(name), Some(zone)) = (way.domain(), way.zone()) {
        domain::certificate(lowering, unit, "domain", name, zone, Provider::Global);
    }
    let seconds = unit
        .duration("timeout")
        .map_or(30, klo_intent::Duration::seconds)
        .clamp(1, LONGEST_WAIT);
    let origin = Block::new()
        .with("domain_name", balancer().attr("dns_name"))
        .with("origin_id", "load-balancer")
        .block(
            "custom_header",
            Block::new()
                .with("name", UNIT_HEADER)
                .with("value", lowering.unit_name(way.unit)),
        )
        .block(
            "vpc_origin_config",
            Block::new()
                .with(
                    "vpc_origin_id",
                    Address::managed("aws_cloudfront_vpc_origin", "ingress").attr("id"),
                )
                .with("origin_read_timeout", seconds)
                .with("origin_keepalive_timeout", 5),
        );
    let behavior = Block::new()
        .with("target_origin_id", "load-balancer")
        .with("viewer_protocol_policy", "redirect-to-https")
        .with(
            "allowed_methods",
            Value::list(["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"]),
        )
        .with("cached_methods", Value::list(["GET", "HEAD"]))
        .with("compress", true)
        .with("cache_policy_id", CACHING_DISABLED)
        .with("origin_request_policy_id", ALL_VIEWER)
        .with("response_headers_policy_id", headers.attr("id"));
    let body = distribution(unit, way.domain())
        .with_some("web_acl_id", acl.as_ref().map(|acl| acl.attr("arn")))
        .with_some("tags", lowering.tags(unit))
        .block("origin", origin)
        .block("default_cache_behavior", behavior);
    let own = lowering.add(Resource::new(
        part_address("aws_cloudfront_distribution", unit, ""),
        group_of(unit),
        why(unit, "its way in from the internet").decided_by("ingress"),
        with_restrictions(body, unit, way.domain().is_some()),
    ));
    add_log(lowering, unit, &own);
    if let (Some(name), Some(zone)) = (way.domain(), way.zone()) {
        domain::alias(lowering, unit, "domain", name, zone.into(), &alias_of(&own));
    }
    record(lowering, way, acl.is_some());
}

/// What an alias record of a distribution points at.
pub(crate) fn alias_of(distribution: &Address) -> domain::Alias {
    domain::Alias {
        name: distribution.attr("domain_name"),
        zone: distribution.attr("hosted_zone_id"),
        ipv6: true,
    }
}

/// The arguments that every distribution has.
pub(crate) fn distribution(intent: &Intent, domain: Option<&str>) -> Block {
    Block::new()
        .with("enabled", true)
        .with("comment", intent.id())
        .with("is_ipv6_enabled", true)
        .with("http_version", "http2and3")
        .with("price_class", "PriceClass_100")
        .with_some("aliases", domain.map(|name| Value::list([name])))
}

/// Adds the blocks that every distribution must have, and its certificate.
pub(crate) fn with_restrictions(body: Block, intent: &Intent, own_domain: bool) -> Block {
    let certificate = if own_domain {
        let validated = domain::validated(intent, "domain");
        Block::new()
            .with("acm_certificate_arn", validated.attr("certificate_arn"))
            .with("ssl_support_method", "sni-only")
            .with("minimum_protocol_version", MINIMUM_TLS)
    } else {
        Block::new().with("cloudfront_default_certificate", true)
    };
    let open = Block::new().with("restriction_type", "none");
    body.block("restrictions", Block::new().block("geo_restriction", open))
        .block("viewer_certificate", certificate)
}

/// Adds the policy with the headers that tell browsers to be careful.
pub(crate) fn add_headers_policy(
    lowering: &mut Lowering<'_>,
    intent: &Intent,
    cors: Option<&Cors>,
) -> Address {
    let no_override = || Block::new().with("override", false);
    let mut strict = Block::new()
        .with("access_control_max_age_sec", 31_536_000)
        .with("override", true);
    if lowering.is_prod() {
        strict.set("include_subdomains", true);
        strict.set("preload", true);
    }
    let security = Block::new()
        .block("strict_transport_security", strict)
        .block("content_type_options", Block::new().with("override", true))
        .block(
            "frame_options",
            no_override().with("frame_option", "SAMEORIGIN"),
        )
        .block(
            "referrer_policy",
            no_override().with("referrer_policy", "strict-origin-when-cross-origin"),
        );
    let name = lowering.physical(&intent.name, "headers", 128);
    let mut body = Block::new().with("name", name);
    if let Some(cors) = cors {
        body = body.block("cors_config", cors.cloudfront());
    }
    lowering.add(Resource::new(
        part_address("aws_cloudfront_response_headers_policy", intent, ""),
        group_of(intent),
        why(intent, "headers that tell browsers to be careful"),
        body.block("security_headers_config", security),
    ))
}

/// A line per request in a log group. CloudFront delivers its logs from us-east-1, whatever the
/// environment's region.
pub(crate) fn add_log(lowering: &mut Lowering<'_>, intent: &Intent, distribution: &Address) {
    let deployment = lowering.deployment();
    let group_name = format!(
        "/aws/cloudfront/{}-{}-{}",
        deployment.app, deployment.environment, intent.name
    );
    let name = lowering.physical(&intent.name, "access", 60);
    let add = |lowering: &mut Lowering<'_>, kind, body: Block| {
        lowering.add(
            Resource::new(
                part_address(kind, intent, "access"),
                group_of(intent),
                why(intent, "a line per request"),
                body,
            )
            .provider(Provider::Global),
        )
    };
    let retention = lowering.log_retention();
    let group = add(
        lowering,
        "aws_cloudwatch_log_group",
        Block::new()
            .with("name", group_name)
            .with("retention_in_days", retention),
    );
    let source = add(
        lowering,
        "aws_cloudwatch_log_delivery_source",
        Block::new()
            .with("name", &name)
            .with("log_type", "ACCESS_LOGS")
            .with("resource_arn", distribution.attr("arn")),
    );
    let target = add(
        lowering,
        "aws_cloudwatch_log_delivery_destination",
        Block::new()
            .with("name", &name)
            .with("output_format", "json")
            .block(
                "delivery_destination_configuration",
                Block::new().with("destination_resource_arn", group.attr("arn")),
            ),
    );
    add(
        lowering,
        "aws_cloudwatch_log_delivery",
        Block::new()
            .with("delivery_source_name", source.attr("name"))
            .with("delivery_destination_arn", target.attr("arn")),
    );
}

fn record(lowering: &mut Lowering<'_>, way: &Way<'_>, firewall: bool) {
    let unit = lowering.intent(way.unit);
    let mut reasons = cloudfront_reasons(lowering.graph, way.unit);
    if way.option("waf").as_bool() == Some(true) {
        reasons.push("a firewall is asked for".to_owned());
    }
    let cost = if firewall {
        "; the web ACL costs 5 dollars a month and 1 for each rule"
    } else {
        ""
    };
    let path = if way.prefix().is_some() {
        "; the load balancer passes only paths under the prefix"
    } else {
        ""
    };
    lowering.decide(Decision {
        code: "ingress",
        subject: unit.id(),
        chosen: "CloudFront, VPC origin, internal load balancer".to_owned(),
        because: format!(
            "{}, which an HTTP API does not carry; CloudFront ends TLS and reaches the balancer \
             inside AWS's network{path}{cost}",
            reasons.join(" and ")
        ),
        instead_of: vec![
            format!(
                "HTTP API: requests up to {} s, no firewall, sockets or streams",
                super::HTTP_API_TIMEOUT
            ),
            "a public load balancer: an address on the internet that goes round CloudFront"
                .to_owned(),
        ],
        standing_cost: firewall,
    });
}
