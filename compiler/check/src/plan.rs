use std::collections::BTreeSet;

use klo_config::App;
use klo_diagnostics::codes::settings as codes;
use klo_diagnostics::{At, Diagnostic};
use klo_plan::{Plan, Root};

use crate::findings::{Finding, Policy, judge_resources};
use crate::graph::{Verdict, conclude};

/// Checks that a plan holds together: every reference has its target, no name is taken twice, every
/// name is one that Terraform takes; faults are klo's own, and keep the plan from being written. Then
/// judges its resources by rules. `found` is what rules found before lowering: it may keep the plan from
/// being written, and is kept in it with what they find now, for those who review it.
pub fn check_plan(mut plan: Plan, app: &App, policy: &Policy, found: &[Finding]) -> Verdict<Plan> {
    let mut faults: Vec<String> = plan
        .verify()
        .err()
        .iter()
        .map(ToString::to_string)
        .collect();
    faults.extend(names(&plan));
    let mut diagnostics: Vec<Diagnostic> = faults
        .into_iter()
        .map(|fault| {
            Diagnostic::error(codes::FAULTY_PLAN, At::Nowhere, fault)
                .help("this is a fault of klo; please report it")
        })
        .collect();
    let (findings, unjudged) = judge_resources(&plan, policy);
    diagnostics.extend(unjudged);
    let records = found.iter().chain(&findings);
    plan.findings = records
        .filter_map(|finding| finding.record(&policy.waivers))
        .collect();
    plan.findings.sort();
    plan.findings.dedup();
    let environment = plan.graph.deployment().environment.clone();
    let all = found.iter().chain(&findings);
    let denied = all
        .map(|finding| &finding.diagnostic)
        .any(Diagnostic::blocks);
    let blocked = denied || !diagnostics.is_empty();
    conclude(app, &environment, diagnostics, findings, (plan, blocked))
}

/// Names that are taken twice, or that are none.
fn names(plan: &Plan) -> Vec<String> {
    let mut faults = Vec::new();
    let mut taken: BTreeSet<(Root, &str, &str)> = BTreeSet::new();
    let named = plan
        .variables
        .iter()
        .map(|variable| (variable.root, "variable", variable.name.as_str()))
        .chain(
            plan.locals
                .iter()
                .map(|local| (local.root, "local value", local.name.as_str())),
        )
        .chain(
            plan.outputs
                .iter()
                .map(|output| (output.root, "output", output.name.as_str())),
        )
        .chain(
            plan.modules
                .iter()
                .map(|call| (call.root, "module", call.name.as_str())),
        );
    for (root, what, name) in named {
        if !taken.insert((root, what, name)) {
            faults.push(format!("two {what}s are called {name}"));
        }
        if !is_identifier(name) {
            faults.push(format!("{name:?} is no name of a {what}"));
        }
    }
    let mut images: BTreeSet<&str> = BTreeSet::new();
    for (root, address) in plan.resources.keys() {
        if !is_identifier(&address.name) {
            faults.push(format!(
                "{address} has no name that Terraform takes ({root:?})"
            ));
        }
    }
    for image in &plan.images {
        if !images.insert(&image.unit) {
            faults.push(format!("two images are for {}", image.unit));
        }
    }
    faults
}

/// Terraform's identifiers (Terraform language, "Syntax configuration", read 2025-10), in ASCII.
fn is_identifier(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-')
}
