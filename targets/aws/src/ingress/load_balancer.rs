//! The internal load balancer that all containers of an app share, and Lambdas that are exposed
//! inside the network.
//!
//! Each way in has a listener of its own, so that security groups keep them apart: what may come
//! through the VPC link can not pose as CloudFront, and neither as a caller inside the network.
//! Fronts on the internet mark a request with the unit's name in a header that they overwrite;
//! callers inside the network name the unit by its host name.

use klo_intent::Decision;
use klo_plan::{Address, Block, Group, Resource, Value, Why};

use super::address::internal_zone;
use super::rules::{Rule, add_rules};
use super::{Front, Way, domain};
use crate::context::{Lowering, group_of, part_address, why};

/// The header with which fronts name the unit that a request is for.
pub(crate) const UNIT_HEADER: &str = "x-klo-unit";
/// The listener of HTTP APIs.
const API_PORT: u16 = 8080;
/// The listener of CloudFront.
const CDN_PORT: u16 = 8081;
/// The file of what ways in share.
pub(crate) const SHARED: Group = Group::Shared("ingress");
/// For how long a load balancer keeps an idle connection at least, in seconds: its own default.
const IDLE_TIMEOUT: u64 = 60;
/// The longest idle timeout of a load balancer (Elastic Load Balancing, 2025-11).
const LONGEST_IDLE_TIMEOUT: u64 = 4000;

/// The load balancer.
pub(crate) fn balancer() -> Address {
    Address::managed("aws_lb", "ingress")
}

/// The listener of a front.
pub(crate) fn listener(front: Front, secure: bool) -> Address {
    let name = match front {
        Front::HttpApi | Front::RestApi => "api",
        Front::Distribution => "cdn",
        Front::Internal if secure => "internal_tls",
        Front::Internal => "internal",
    };
    Address::managed("aws_lb_listener", name)
}

/// The port of a listener.
pub(crate) fn port(front: Front, secure: bool) -> u16 {
    match front {
        Front::HttpApi | Front::RestApi => API_PORT,
        Front::Distribution => CDN_PORT,
        Front::Internal if secure => 443,
        Front::Internal => 80,
    }
}

/// The security group of the load balancer.
pub(crate) fn group() -> Address {
    Address::managed("aws_security_group", "ingress")
}

/// The VPC link that HTTP APIs reach the load balancer through.
pub(crate) fn link() -> Address {
    Address::managed("aws_apigatewayv2_vpc_link", "ingress")
}

/// Adds what all balanced ways share.
pub(crate) fn lower_shared(lowering: &mut Lowering<'_>, ways: &[Way<'_>]) {
    let units: Vec<String> = units_of(lowering, ways);
    let because = |purpose: &str| Why::shared(units.clone(), purpose).decided_by("load-balancer");
    let Some(network) = lowering.network.clone() else {
        return;
    };
    lowering.add(Resource::new(
        group(),
        SHARED,
        because("who reaches the load balancer, and what it reaches"),
        Block::new()
            .with("name", lowering.physical("ingress", "", 255))
            .with("description", "Internal load balancer")
            .with("vpc_id", network.vpc.clone()),
    ));
    let longest = ways
        .iter()
        .filter_map(|way| lowering.intent(way.unit).duration("timeout"))
        .map(klo_intent::Duration::seconds)
        .max()
        .unwrap_or(0);
    lowering.add(Resource::new(
        balancer(),
        SHARED,
        because("the one door to the containers"),
        Block::new()
            .with("name", lowering.physical("ingress", "", 32))
            .with("internal", true)
            .with("load_balancer_type", "application")
            .with("security_groups", Value::List(vec![group().attr("id")]))
            .with("subnets", network.private_subnets.clone())
            .with("drop_invalid_header_fields", true)
            .with("enable_deletion_protection", lowering.is_prod())
            .with(
                "idle_timeout",
                longest.clamp(IDLE_TIMEOUT, LONGEST_IDLE_TIMEOUT),
            ),
    ));
    let chosen = format!("one internal load balancer for {}", units.join(", "));
    lowering.decide(Decision {
        code: "load-balancer",
        subject: balancer().to_string(),
        chosen,
        because: "containers have no address of their own that survives a deployment; the \
                  balancer has no public address and costs about 16 dollars a month before traffic"
            .to_owned(),
        instead_of: vec![
            "one load balancer per service: the same cost again for each".to_owned(),
            "a public load balancer: an address on the internet that the ways in do not need"
                .to_owned(),
        ],
        standing_cost: true,
    });
    for front in [Front::HttpApi, Front::Distribution, Front::Internal] {
        let of_front: Vec<Way<'_>> = ways.iter().copied().filter(|w| w.front == front).collect();
        lower_listeners(lowering, front, &of_front);
    }
    if ways.iter().any(|way| way.front == Front::HttpApi) {
        lower_link(lowering, ways);
    }
    if ways.iter().any(|way| way.front == Front::Distribution) {
        admit_cloudfront(lowering, ways);
    }
    lower_private_zone(lowering, ways);
}

fn units_of(lowering: &Lowering<'_>, ways: &[Way<'_>]) -> Vec<String> {
    let mut units: Vec<String> = ways
        .iter()
        .map(|way| lowering.intent(way.unit).id())
        .collect();
    units.sort();
    units.dedup();
    units
}

/// One listener per front; inside the network one more for names with a certificate.
fn lower_listeners(lowering: &mut Lowering<'_>, front: Front, ways: &[Way<'_>]) {
    for secure in [false, true] {
        let of_kind: Vec<Way<'_>> = ways
            .iter()
            .copied()
            .filter(|way| is_secure(way) == secure)
            .collect();
        let Some(first) = of_kind.first() else {
            continue;
        };
        let units = units_of(lowering, &of_kind);
        let mut body = Block::new()
            .with("load_balancer_arn", balancer().attr("arn"))
            .with("port", port(front, secure))
            .with("protocol", if secure { "HTTPS" } else { "HTTP" });
        if secure {
            let certificate = domain::validated(lowering.intent(first.unit), "internal");
            body.set("ssl_policy", "ELBSecurityPolicy-TLS13-1-2-2021-06");
            body.set("certificate_arn", certificate.attr("certificate_arn"));
        }
        let refuse = Block::new()
            .with("content_type", "text/plain")
            .with("message_body", "Not found")
            .with("status_code", "404");
        let body = body.block(
            "default_action",
            Block::new()
                .with("type", "fixed-response")
                .block("fixed_response", refuse),
        );
        lowering.add(Resource::new(
            listener(front, secure),
            SHARED,
            Why::shared(units, "passes requests on to the unit that they name"),
            body,
        ));
        for way in of_kind.iter().skip(1).filter(|_| secure) {
            add_certificate(lowering, way);
        }
    }
}

/// Whether a listener of the load balancer itself ends TLS.
pub(crate) fn is_secure(way: &Way<'_>) -> bool {
    way.front == Front::Internal && way.domain().is_some()
}

fn add_certificate(lowering: &mut Lowering<'_>, way: &Way<'_>) {
    let unit = lowering.intent(way.unit);
    let certificate = domain::validated(unit, "internal");
    lowering.add(Resource::new(
        part_address("aws_lb_listener_certificate", unit, "internal"),
        group_of(unit),
        why(unit, "the certificate of its domain on the load balancer"),
        Block::new()
            .with("listener_arn", listener(Front::Internal, true).attr("arn"))
            .with("certificate_arn", certificate.attr("certificate_arn")),
    ));
}

fn lower_link(lowering: &mut Lowering<'_>, ways: &[Way<'_>]) {
    let of_api: Vec<Way<'_>> = ways
        .iter()
        .copied()
        .filter(|way| way.front == Front::HttpApi)
        .collect();
    let units = units_of(lowering, &of_api);
    let because = |purpose: &str| Why::shared(units.clone(), purpose);
    let Some(network) = lowering.network.clone() else {
        return;
    };
    let own = Address::managed("aws_security_group", "ingress_link");
    lowering.add(Resource::new(
        own.clone(),
        SHARED,
        because("what HTTP APIs reach"),
        Block::new()
            .with("name", lowering.physical("ingress", "link", 255))
            .with("description", "VPC link of the HTTP APIs")
            .with("vpc_id", network.vpc),
    ));
    lowering.add(Resource::new(
        link(),
        SHARED,
        because("the HTTP APIs' path into the network"),
        Block::new()
            .with("name", lowering.physical("ingress", "", 128))
            .with("security_group_ids", Value::List(vec![own.attr("id")]))
            .with("subnet_ids", network.private_subnets),
    ));
    let rule = Rule {
        name: "ingress_link_to_ingress".to_owned(),
        from: own.attr("id"),
        to: group().attr("id"),
        port: API_PORT,
        description: "HTTP APIs to the load balancer".to_owned(),
    };
    add_rules(
        lowering,
        rule,
        SHARED,
        because("HTTP APIs reach the load balancer"),
    );
}

/// CloudFront's addresses are a list that AWS keeps; only its own network can send from them, and
/// only to VPC origins of this account.
fn admit_cloudfront(lowering: &mut Lowering<'_>, ways: &[Way<'_>]) {
    let of_cdn: Vec<Way<'_>> = ways
        .iter()
        .copied()
        .filter(|way| way.front == Front::Distribution)
        .collect();
    let units = units_of(lowering, &of_cdn);
    let list = Address::data("aws_ec2_managed_prefix_list", "cloudfront");
    lowering.add(Resource::new(
        list.clone(),
        SHARED,
        Why::shared(units.clone(), "CloudFront's addresses towards origins"),
        Block::new().with("name", "com.amazonaws.global.cloudfront.origin-facing"),
    ));
    lowering.add(Resource::new(
        Address::managed(
            "aws_vpc_security_group_ingress_rule",
            "cloudfront_to_ingress",
        ),
        SHARED,
        Why::shared(units.clone(), "CloudFront reaches the load balancer"),
        Block::new()
            .with("security_group_id", group().attr("id"))
            .with("description", "CloudFront to the load balancer")
            .with("prefix_list_id", list.attr("id"))
            .with("ip_protocol", "tcp")
            .with("from_port", CDN_PORT)
            .with("to_port", CDN_PORT),
    ));
    lowering.add(Resource::new(
        Address::managed("aws_cloudfront_vpc_origin", "ingress"),
        SHARED,
        Why::shared(units, "CloudFront's path into the network"),
        Block::new().block(
            "vpc_origin_endpoint_config",
            Block::new()
                .with("name", lowering.physical("ingress", "", 64))
                .with("arn", balancer().attr("arn"))
                .with("http_port", CDN_PORT)
                .with("https_port", 443)
                .with("origin_protocol_policy", "http-only")
                .block(
                    "origin_ssl_protocols",
                    Block::new()
                        .with("items", Value::list(["TLSv1.2"]))
                        .with("quantity", 1),
                ),
        ),
    ));
}

/// The names of units inside the network.
fn lower_private_zone(lowering: &mut Lowering<'_>, ways: &[Way<'_>]) {
    let named: Vec<Way<'_>> = ways
        .iter()
        .copied()
        .filter(|way| way.front == Front::Internal && way.domain().is_none())
        .collect();
    let (false, Some(network)) = (named.is_empty(), lowering.network.clone()) else {
        return;
    };
    let zone = Address::managed("aws_route53_zone", "internal");
    let name = internal_zone(lowering);
    lowering.add(Resource::new(
        zone.clone(),
        SHARED,
        Why::shared(units_of(lowering, &named), "names inside the network")
            .decided_by("internal-names"),
        Block::new()
            .with("name", &name)
            .with("comment", "Names inside the network")
            .block("vpc", Block::new().with("vpc_id", network.vpc)),
    ));
    lowering.decide(Decision {
        code: "internal-names",
        subject: zone.to_string(),
        chosen: format!("a private zone {name}"),
        because:
            "units on one load balancer are told apart by their host names; a zone costs 0.50 \
                  dollars a month"
                .to_owned(),
        instead_of: vec!["a load balancer per unit: about 16 dollars a month each".to_owned()],
        standing_cost: true,
    });
}
