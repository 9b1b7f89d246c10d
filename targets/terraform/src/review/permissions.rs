//! What each unit may do, in words first; then the proof in the code and the policies that say it.

use std::collections::{BTreeMap, BTreeSet};

use klo_intent::{Edge, IntentGraph, IntentId};
use klo_plan::{Group, Plan, Ref, Target, Value};

use super::markdown::{code, details, html, text};
use super::words::{Clause, clause};
use crate::plan_json::in_words;

/// With more units than this, what a unit may do is one sentence.
const FEW: usize = 12;

/// What each unit may do, edge by edge, and the policy statements that say so.
pub(super) fn permissions(plan: &Plan) -> String {
    let graph = &plan.graph;
    let mut out = String::from("\n## Permissions\n");
    let units: Vec<_> = graph
        .iter()
        .filter(|(_, intent)| intent.kind.is_unit())
        .collect();
    if units.is_empty() {
        out.push_str("\nNo code runs, so nothing may do anything.\n");
    }
    for (id, unit) in &units {
        let clauses = clauses(graph, *id);
        let mut proof = proofs(&clauses);
        for (role, lines) in policies(plan, &Group::of(unit)) {
            proof.push_str(&format!("\n{} may:\n\n", code(&role)));
            lines.iter().for_each(|line| proof.push_str(line));
        }
        if units.len() > FEW {
            if proof.is_empty() {
                proof.push_str("Nothing in the code and no role says more.\n");
            }
            out.push_str(&details(&sentence(&unit.id(), &clauses), &proof));
            continue;
        }
        out.push_str(&format!("\n### {}\n\n", text(&unit.id())));
        for (clause, _) in &clauses {
            out.push_str(&format!("- {}\n", text(&clause.sentence(&unit.name))));
        }
        if clauses.is_empty() {
            out.push_str(&format!("- {} touches no other intent\n", text(&unit.name)));
        }
        if !proof.is_empty() {
            out.push_str(&details(
                "Proof in the code, and what its roles may do",
                &proof,
            ));
        }
    }
    out
}

/// What a unit's edges say, each with its edge, sorted by what they say.
fn clauses(graph: &IntentGraph, unit: IntentId) -> Vec<(Clause, &Edge)> {
    let arriving = graph.edges_to(unit);
    // What calls itself is in the first already.
    let arriving = arriving.filter(|edge| edge.from != edge.to);
    let edges = graph.edges_from(unit).chain(arriving);
    let mut clauses: Vec<(Clause, &Edge)> = edges
        .filter_map(|edge| Some((clause(graph, unit, edge)?, edge)))
        .collect();
    clauses.sort_by(|a, b| a.0.cmp(&b.0));
    clauses
}

/// Everything that a unit may do, as one sentence of HTML.
fn sentence(id: &str, clauses: &[(Clause, &Edge)]) -> String {
    let mut may = Vec::new();
    let mut does = Vec::new();
    for (clause, _) in clauses {
        match clause {
            Clause::May(what) => may.push(what.as_str()),
            Clause::Does(what) => does.push(what.as_str()),
        }
    }
    let mut parts = Vec::new();
    if !may.is_empty() {
        parts.push(format!("may {}", may.join("; ")));
    }
    if !does.is_empty() {
        parts.push(does.join("; "));
    }
    if parts.is_empty() {
        parts.push("touches no other intent".to_owned());
    }
    format!("<b>{}</b> {}", html(id), html(&parts.join(", and ")))
}

/// Where the code does it, and through which calls.
fn proofs(clauses: &[(Clause, &Edge)]) -> String {
    let mut out = String::new();
    for (clause, edge) in clauses {
        let methods: Vec<String> = edge.methods.iter().map(|m| code(&m.method)).collect();
        let through = match methods.as_slice() {
            [] => String::new(),
            methods => format!(" through {}", methods.join(", ")),
        };
        let places = edge.places.iter();
        let places: Vec<String> = places
            .map(|place| format!("{} ({})", code(&place.file), code(&place.item)))
            .collect();
        let proof = match places.as_slice() {
            [] => String::new(),
            places => format!(": {}", places.join(", ")),
        };
        let (Clause::May(what) | Clause::Does(what)) = clause;
        if !through.is_empty() || !proof.is_empty() {
            out.push_str(&format!("- {}{through}{proof}\n", text(what)));
        }
    }
    out
}

/// The statements of every IAM policy in a unit's file, each as one line, by role.
fn policies(plan: &Plan, unit: &Group) -> BTreeMap<String, BTreeSet<String>> {
    let mut roles: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let own = plan.resources.values().filter(|resource| {
        resource.address.kind == "aws_iam_role_policy" && resource.group == *unit
    });
    for resource in own {
        let role = match resource.body.get("role") {
            Some(Value::Ref(Ref {
                target: Target::Resource(role),
                ..
            })) => role.to_string(),
            _ => resource.address.to_string(),
        };
        let lines = roles.entry(role).or_default();
        for value in resource.body.0.values() {
            statements(value, &mut |actions, targets| {
                lines.insert(format!("- {} on {}\n", code(&actions), code(&targets)));
            });
        }
    }
    roles
}

fn statements(value: &Value, visit: &mut impl FnMut(String, String)) {
    match value {
        Value::Json(inner) | Value::Commented(_, inner) => statements(inner, visit),
        Value::List(items) => items.iter().for_each(|item| statements(item, visit)),
        Value::Map(entries) => {
            let allows = entries.get("Effect").map(in_words).as_deref() == Some("Allow");
            match (entries.get("Action"), entries.get("Resource")) {
                (Some(action), Some(target)) if allows => {
                    visit(in_words(action), in_words(target));
                }
                _ => entries.values().for_each(|inner| statements(inner, visit)),
            }
        }
        _ => {}
    }
}
