//! A plan becomes Terraform, as `terraform fmt` leaves it, and the pages that go with it.
//!
//! Escaping lives in one module (`escape`); whatever text comes from source or configuration is
//! literal in what is written.

mod escape;
mod expression;
mod layout;
mod plan_json;
mod readme;
mod review;
mod root;
mod statement;

use klo_check::Checked;
use klo_intent::{PlaceStyle, graph_json};
use klo_plan::kubernetes::Listed;
use klo_plan::{ModuleCall, Plan, Resource, Root};

/// The Terraform roots and the environment's pages: paths below the environment's folder
/// (`infra/<env>`) with their contents, sorted by path. `plan.json` lists these objects of Kubernetes
/// beside the plan's resources.
pub fn emit(plan: &Checked<Plan>, objects: &[Listed]) -> Vec<(String, String)> {
    files(plan, objects)
}

/// One resource as its block is printed, for people who ask about it.
pub fn print(resource: &Resource) -> String {
    statement::resource(resource)
}

/// One call of a module as its block is printed, likewise.
pub fn print_module(call: &ModuleCall) -> String {
    statement::module(call)
}

/// `graph.json` and `plan.json` of a plan that may not have been judged: what it says, to be compared
/// and not to be applied.
pub fn documents(plan: &Plan, objects: &[Listed]) -> (String, String) {
    let graph = graph_json(&plan.graph, &plan.decisions, PlaceStyle::Items);
    let resources = plan_json::plan_json(plan, objects);
    (plan_json::pretty(&graph), resources)
}

fn files(plan: &Plan, objects: &[Listed]) -> Vec<(String, String)> {
    let (graph, resources) = documents(plan, objects);
    let mut files = vec![
        ("README.md".to_owned(), readme::readme(plan)),
        ("REVIEW.md".to_owned(), review::review(plan)),
        ("graph.json".to_owned(), graph),
        ("plan.json".to_owned(), resources),
    ];
    files.extend(root::files(plan, Root::Bootstrap));
    files.extend(root::files(plan, Root::Main));
    files.sort();
    files
}

#[cfg(test)]
mod tests;
