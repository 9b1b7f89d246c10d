//! Domain names: certificates that DNS validates, and the records that lead to a way in.

use klo_intent::Intent;
use klo_plan::{
    Address, Block, Function, Lifecycle, LocalValue, Provider, Resource, Root, Value, symbol,
};

use crate::context::{Lowering, group_of, part_address, why};

/// What an alias record points at.
pub(crate) struct Alias {
    /// The target's DNS name.
    pub(crate) name: Value,
    /// The target's hosted zone.
    pub(crate) zone: Value,
    /// Whether the target answers on IPv6.
    pub(crate) ipv6: bool,
}

/// The certificate of a way in once DNS has validated it; `part` tells apart several ways in of
/// one intent. Its `certificate_arn` is what listeners and fronts take.
pub(crate) fn validated(intent: &Intent, part: &str) -> Address {
    part_address("aws_acm_certificate_validation", intent, part)
}

/// Adds a certificate for a name and its validation in a Route 53 zone.
pub(crate) fn certificate(
    lowering: &mut Lowering<'_>,
    intent: &Intent,
    part: &str,
    name: &str,
    zone: &str,
    provider: Provider,
) {
    let certificate = lowering.add(
        Resource::new(
            part_address("aws_acm_certificate", intent, part),
            group_of(intent),
            why(intent, "TLS for its domain"),
            Block::new()
                .with("domain_name", name)
                .with("validation_method", "DNS"),
        )
        .provider(provider)
        .lifecycle(Lifecycle {
            create_before_destroy: true,
            ..Lifecycle::default()
        }),
    );
    // One name, so one option; the provider keeps them as a set, which has no first element.
    let local = format!("{}_{}_{part}_validation", intent.kind, symbol(&intent.name));
    lowering.plan.locals.push(LocalValue {
        name: local.clone(),
        root: Root::Main,
        group: group_of(intent),
        value: Value::call(
            Function::One,
            [certificate.attr("domain_validation_options")],
        ),
        comment: String::new(),
        why: why(intent, "what the certificate authority looks up"),
    });
    let option = |name: &str| Value::local(&local).attribute(name);
    let record = lowering.add(Resource::new(
        part_address("aws_route53_record", intent, &format!("{part}_certificate")),
        group_of(intent),
        why(intent, "proves that the domain is ours"),
        Block::new()
            .with("zone_id", zone)
            .with("name", option("resource_record_name"))
            .with("type", option("resource_record_type"))
            .with("ttl", 300)
            .with(
                "records",
                Value::List(vec![option("resource_record_value")]),
            )
            // The record is the same for every certificate of the name in an account.
            .with("allow_overwrite", true),
    ));
    lowering.add(
        Resource::new(
            validated(intent, part),
            group_of(intent),
            why(intent, "waits until the certificate is valid"),
            Block::new()
                .with("certificate_arn", certificate.attr("arn"))
                .with(
                    "validation_record_fqdns",
                    Value::List(vec![record.attr("fqdn")]),
                ),
        )
        .provider(provider),
    );
}

/// Adds the records that lead a name to a way in.
pub(crate) fn alias(
    lowering: &mut Lowering<'_>,
    intent: &Intent,
    part: &str,
    name: &str,
    zone: Value,
    target: &Alias,
) {
    let types: &[(&str, &str)] = if target.ipv6 {
        &[("A", ""), ("AAAA", "ipv6")]
    } else {
        &[("A", "")]
    };
    for (ty, suffix) in types {
        let part = match (part, *suffix) {
            (part, "") => part.to_owned(),
            ("", suffix) => suffix.to_owned(),
            (part, suffix) => format!("{part}_{suffix}"),
        };
        lowering.add(Resource::new(
            part_address("aws_route53_record", intent, &part),
            group_of(intent),
            why(intent, "leads its name to its way in"),
            Block::new()
                .with("zone_id", zone.clone())
                .with("name", name)
                .with("type", *ty)
                .block(
                    "alias",
                    Block::new()
                        .with("name", target.name.clone())
                        .with("zone_id", target.zone.clone())
                        .with("evaluate_target_health", false),
                ),
        ));
    }
}
