//! What a way in cannot be, said before anything of it is made.

use std::collections::BTreeMap;

use klo_diagnostics::{Diagnostic, codes::aws, list_of};
use klo_intent::{Access, Field, Intent, Kind};
use klo_source::Span;

use super::cloudfront::LONGEST_WAIT;
use super::{Front, HTTP_API_TIMEOUT, Way, cloudfront_reasons, cors::Cors, ways};
use crate::context::{Compute, Lowering};

/// Packages that sign HTTP requests with AWS credentials.
const SIGNERS: [&str; 8] = [
    "awscrt",
    "aws_request_signer",
    "aws_requests_auth",
    "botocore",
    "httpx_auth_awssigv4",
    "httpx_aws_auth",
    "requests_auth_aws_sigv4",
    "requests_aws4auth",
];

/// Ways in that can be made; reports the others.
pub(crate) fn possible<'g>(lowering: &mut Lowering<'g>) -> Vec<Way<'g>> {
    let all = ways(lowering.graph, &lowering.compute);
    let mut found: Vec<Way<'g>> = Vec::new();
    for way in all {
        let unit = lowering.intent(way.unit);
        let before = lowering.diagnostics.len();
        check_platform(lowering, &way, unit);
        check_domain(lowering, &way, unit);
        check_auth(lowering, &way, unit);
        check_internal(lowering, &way, unit);
        check_cors(lowering, &way, unit);
        let twice = found
            .iter()
            .any(|other| other.unit == way.unit && other.front == way.front);
        if lowering.diagnostics.len() == before && !twice {
            found.push(way);
        }
    }
    check_shared_domains(lowering, &found);
    check_callers(lowering);
    found
}

fn at(lowering: &Lowering<'_>, way: &Way<'_>) -> Span {
    way.span(lowering.graph)
}

fn check_platform(lowering: &mut Lowering<'_>, way: &Way<'_>, unit: &Intent) {
    let at = at(lowering, way);
    match lowering.compute.get(&way.unit) {
        Some(Compute::Batch | Compute::EksJob) | None => {
            let error = Diagnostic::error(
                aws::NOT_EXPOSABLE,
                at,
                format!(
                    "{} is exposed but runs as a job, which answers no requests",
                    unit.id()
                ),
            )
            .help(
                "lower its `timeout` and `memory` so that it fits on Lambda, or make it a \
                 service that runs on Fargate",
            );
            lowering.report(error.subject(unit.id()));
        }
        Some(Compute::Lambda) => check_lambda(lowering, way, unit),
        Some(Compute::Fargate | Compute::Eks) if unit.kind == Kind::Function => {
            let error = Diagnostic::error(
                aws::NOT_EXPOSABLE,
                at,
                format!(
                    "{} is exposed but runs as a container that takes messages, which answers no \
                     requests",
                    unit.id()
                ),
            )
            .help("run it on Lambda, or make it a service");
            lowering.report(error.subject(unit.id()));
        }
        Some(Compute::Fargate | Compute::Eks) => {
            let timeout = unit.duration("timeout").map_or(0, |t| t.seconds());
            if way.front == Front::Distribution && timeout > LONGEST_WAIT {
                let error = Diagnostic::error(
                    aws::TIMEOUT_TOO_LONG_TO_EXPOSE,
                    unit.span_of("timeout"),
                    format!(
                        "a request to {} may take {timeout} s, and CloudFront waits at most \
                         {LONGEST_WAIT} s for an answer",
                        unit.id()
                    ),
                )
                .help(
                    "answer at once and do the work in a job or a queue's consumer, or lower the \
                     `timeout`",
                )
                .related(at, "exposed here");
                lowering.report(error.subject(unit.id()));
            }
        }
    }
}

fn check_lambda(lowering: &mut Lowering<'_>, way: &Way<'_>, unit: &Intent) {
    if way.front == Front::Internal {
        return;
    }
    let at = at(lowering, way);
    let code = unit.code.as_ref();
    let socket = code
        .and_then(|code| code.routes.iter().find(|route| route.method == "WEBSOCKET"))
        .map(|route| (route.at, "speaks WebSocket"));
    let stream = code
        .and_then(|code| code.streams)
        .map(|span| (span, "streams its answers"));
    if let Some((place, what)) = socket.or(stream) {
        let error = Diagnostic::error(
            aws::STREAMS_ON_LAMBDA,
            place,
            format!("{} {what}, which no way in to Lambda carries", unit.id()),
        )
        .help("set `run_on = \"fargate\"`: it then stands behind CloudFront, which carries both")
        .related(at, "exposed here");
        lowering.report(error.subject(unit.id()));
        return;
    }
    let reasons = cloudfront_reasons(lowering.graph, way.unit);
    if !reasons.is_empty() {
        let error = Diagnostic::error(
            aws::TIMEOUT_TOO_LONG_TO_EXPOSE,
            unit.span_of("timeout"),
            format!(
                "{}: {}, and API Gateway waits at most {HTTP_API_TIMEOUT} s for a Lambda",
                unit.id(),
                reasons.join(" and ")
            ),
        )
        .help(format!(
            "set `timeout` to at most \"{HTTP_API_TIMEOUT}s\", or `run_on = \"fargate\"`"
        ))
        .related(at, "exposed here");
        lowering.report(error.subject(unit.id()));
    }
}

fn check_domain(lowering: &mut Lowering<'_>, way: &Way<'_>, unit: &Intent) {
    let at = at(lowering, way);
    let error = match (way.domain(), way.zone()) {
        (Some(domain), None) => missing_zone(at, domain),
        (None, Some(_)) => Diagnostic::error(
            aws::DOMAIN_WITHOUT_ZONE,
            at,
            format!("{} states a `zone` but no `domain`", unit.id()),
        )
        .help("add `domain = \"…\"`, or remove `zone`"),
        _ => return,
    };
    lowering.report(error.subject(unit.id()));
}

/// The error for a domain whose DNS nobody names.
pub(crate) fn missing_zone(at: Span, domain: &str) -> Diagnostic {
    Diagnostic::error(
        aws::DOMAIN_WITHOUT_ZONE,
        at,
        format!("`{domain}` has no `zone`, so neither its certificate nor its record can be made"),
    )
    .help("add `zone = \"Z…\"`, the id of the Route 53 zone that holds the domain")
}

fn check_auth(lowering: &mut Lowering<'_>, way: &Way<'_>, unit: &Intent) {
    let auth = way.option("auth");
    if auth.is_null() || way.front == Front::Internal {
        return;
    }
    let at = at(lowering, way);
    let error = match way.front {
        Front::Distribution => {
            let mut reasons = cloudfront_reasons(lowering.graph, way.unit);
            if way.option("waf").as_bool() == Some(true) {
                reasons.push("`waf` is set".to_owned());
            }
            Diagnostic::error(
                aws::AUTH_NOT_ENFORCEABLE,
                at,
                format!(
                    "{} stands behind CloudFront because {}, and CloudFront can check neither IAM \
                     signatures nor tokens",
                    unit.id(),
                    reasons.join(" and ")
                ),
            )
            .help("remove `auth` and check callers in the code, or remove what needs CloudFront")
        }
        Front::RestApi if auth.as_str() != Some("iam") => Diagnostic::error(
            aws::AUTH_NOT_ENFORCEABLE,
            at,
            format!(
                "{} has `waf`, so it stands behind a REST API, which can not check an issuer's \
                 tokens by itself",
                unit.id()
            ),
        )
        .help("use `auth = \"iam\"`, check tokens in the code, or remove `waf`"),
        _ => return,
    };
    lowering.report(error.subject(unit.id()));
}

fn check_internal(lowering: &mut Lowering<'_>, way: &Way<'_>, unit: &Intent) {
    if way.front != Front::Internal {
        return;
    }
    let stated: Vec<String> = ["auth", "cors", "rate_limit", "waf"]
        .into_iter()
        .filter(|key| {
            let value = way.option(key);
            !value.is_null() && value.as_bool() != Some(false)
        })
        .map(|key| format!("`{key}`"))
        .collect();
    if stated.is_empty() {
        return;
    }
    let error = Diagnostic::error(
        aws::INTERNAL_OPTION,
        at(lowering, way),
        format!(
            "{} is exposed inside the network by a load balancer, which has no {}",
            unit.id(),
            stated.join(" and no ")
        ),
    )
    .help("leave it to the code, or expose the unit `to = \"internet\"`");
    lowering.report(error.subject(unit.id()));
}

fn check_cors(lowering: &mut Lowering<'_>, way: &Way<'_>, unit: &Intent) {
    let Some(cors) = Cors::of(way) else {
        return;
    };
    let at = at(lowering, way);
    let error = if cors.credentials && cors.is_open() {
        Diagnostic::error(
            aws::IMPOSSIBLE_CORS,
            at,
            "`cors` lets every origin send credentials, which browsers refuse",
        )
        .help("list the origins, or remove `credentials`")
    } else if way.front == Front::RestApi && cors.origins.len() > 1 {
        Diagnostic::error(
            aws::IMPOSSIBLE_CORS,
            at,
            format!(
                "{} has `waf`, so it stands behind a REST API, which answers browsers with one \
                 fixed origin; `cors` lists {}",
                unit.id(),
                cors.origins.len()
            ),
        )
        .help("name one origin, or leave `cors` out and answer browsers in the code")
    } else {
        return;
    };
    lowering.report(error.subject(unit.id()));
}

/// A domain leads to one unit.
fn check_shared_domains(lowering: &mut Lowering<'_>, found: &[Way<'_>]) {
    let mut first: BTreeMap<String, (String, Span)> = BTreeMap::new();
    for (_, site) in lowering.graph.of_kind(Kind::Site) {
        if let Some(domain) = site.text("domain") {
            first.insert(domain.to_owned(), (site.id(), site.span_of("domain")));
        }
    }
    for way in found {
        let Some(domain) = way.domain() else {
            continue;
        };
        let unit = lowering.intent(way.unit);
        let at = at(lowering, way);
        let Some((other, place)) = first.get(domain) else {
            first.insert(domain.to_owned(), (unit.id(), at));
            continue;
        };
        let error = Diagnostic::error(
            aws::SHARED_DOMAIN,
            at,
            format!(
                "`{domain}` leads to {other} already, so it can not lead to {}",
                unit.id()
            ),
        )
        .help("give each its own name, such as `api.` before it")
        .related(*place, "taken here");
        lowering.report(error.subject(unit.id()));
    }
}

/// Units that call other units: the caller can prove who it is.
fn check_callers(lowering: &mut Lowering<'_>) {
    let all = ways(lowering.graph, &lowering.compute);
    let mut errors = Vec::new();
    for edge in &lowering.graph.edges {
        let (Some(from), Some(to)) = (edge.from.intent(), edge.to.intent()) else {
            continue;
        };
        let (caller, callee) = (lowering.intent(from), lowering.intent(to));
        if !callee.kind.is_unit() || !edge.access.contains(&Access::Invoke) {
            continue;
        }
        let at = edge.at.first().copied().unwrap_or(caller.at);
        let wanted = edge
            .bindings
            .iter()
            .map(|binding| binding.field)
            .chain(edge.extra.values().copied())
            .any(|field| matches!(field, Field::Url | Field::Host | Field::Port));
        let guarded = all
            .iter()
            .any(|way| way.unit == to && way.option("auth").as_str() == Some("iam"));
        let signs = caller.code.as_ref().is_none_or(|code| {
            SIGNERS
                .iter()
                .any(|package| code.external_packages.contains(*package))
        });
        if wanted && guarded && !signs {
            let error = Diagnostic::error(
                aws::UNSIGNED_CALLER,
                at,
                format!(
                    "{} lets in callers that sign with IAM, and {} does not sign its requests",
                    callee.id(),
                    caller.id()
                ),
            )
            .help(format!(
                "sign with one of {}, or expose {} `to = \"internal\"` as well",
                list_of(SIGNERS),
                callee.id()
            ));
            errors.push(error.subject(caller.id()));
        }
    }
    errors.into_iter().for_each(|error| lowering.report(error));
}
