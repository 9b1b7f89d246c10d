//! What klo makes on AWS alone, said before anything else.

use klo_diagnostics::codes::aws;
use klo_diagnostics::{At, Diagnostic};
use klo_intent::{Access, Edge, Intent, Kind, Node};

use crate::context::Lowering;

/// Options of a way in that AWS's fronts carry out.
const OPTIONS: [&str; 5] = ["auth", "cors", "rate_limit", "waf", "zone"];

/// Reports what no cluster can be given.
pub(super) fn lower(lowering: &mut Lowering<'_>) {
    let graph = lowering.graph;
    for (_, intent) in graph.iter().filter(|(_, one)| one.kind == Kind::Site) {
        let message = format!("`{}` needs CloudFront and a bucket", intent.id());
        let help =
            "serve its files from a service, or give it an app of its own with `platform: aws`";
        report(lowering, intent.at, message, help, intent);
    }
    for edge in &graph.edges {
        if edge.access.contains(&Access::Expose) {
            way_in(lowering, edge);
        }
        if let (Node::OtherApp { app, intent: id }, Some(from)) = (&edge.to, edge.from.intent()) {
            let unit = lowering.intent(from);
            let at = edge.at.first().copied().unwrap_or(unit.at);
            let message = format!(
                "`{}` uses `{app}:{id}`, which the other app publishes on AWS",
                unit.id()
            );
            let help = "declare it in this app too, with `existing = { … }`";
            report(lowering, at, message, help, unit);
        }
    }
    if lowering.deployment().alarm_email.is_some() {
        let message = "`alarms` has no effect on a cluster outside of AWS, whose metrics klo does \
                       not know";
        lowering.report(
            Diagnostic::warning(aws::AWS_ALONE, At::Nowhere, message)
                .help("remove it, and watch the app with what the cluster has"),
        );
    }
}

fn way_in(lowering: &mut Lowering<'_>, edge: &Edge) {
    let Some(unit) = edge.to.intent().map(|id| lowering.intent(id)) else {
        return;
    };
    let at = edge.at.first().copied().unwrap_or(unit.at);
    let inside = edge.from == Node::Internal;
    let own: &[&str] = if inside { &["domain", "path"] } else { &[] };
    for option in OPTIONS.iter().chain(own) {
        let value = edge.option(option);
        if value.is_null() || value.as_bool() == Some(false) {
            continue;
        }
        let (message, help) = if own.contains(option) {
            (
                format!(
                    "`{option}` of `{}` has nothing to stand before it",
                    unit.id()
                ),
                "remove it: within the cluster the unit answers at its own name",
            )
        } else {
            (
                format!(
                    "`{option}` of `{}` is for the fronts that klo makes on AWS, and the cluster \
                     has its own",
                    unit.id()
                ),
                "remove it, and have the ingress controller or the code do it",
            )
        };
        report(lowering, at, message, help, unit);
    }
    if !inside && edge.option("domain").is_null() {
        let message = format!(
            "`{}` is open to the internet, and the cluster's ingress controller needs its name",
            unit.id()
        );
        report(
            lowering,
            at,
            message,
            "add `domain = \"…\"` to `expose`",
            unit,
        );
    }
}

fn report(
    lowering: &mut Lowering<'_>,
    at: impl Into<At>,
    message: String,
    help: &str,
    about: &Intent,
) {
    lowering.report(
        Diagnostic::error(aws::AWS_ALONE, at, message)
            .help(help)
            .subject(about.id()),
    );
}
