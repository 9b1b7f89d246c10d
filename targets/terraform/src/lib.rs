//! A plan becomes Terraform, as `terraform fmt` leaves it, and the pages that go with it.
//!
//! Escaping lives in one module (`escape`); whatever text comes from source or configuration is
//! literal in what is written.

mod escape;
mod expression;
mod layout;
pub mod page;
mod plan_json;
pub mod readme;
mod review;
mod root;
mod statement;

use klo_check::Checked;
use klo_intent::{PlaceStyle, Tool, graph_json};
pub use review::{code, text};

use klo_plan::{ModuleCall, Plan, Resource, Root};

/// The Terraform roots: paths below the environment's folder (`infra/<env>`) with their contents,
/// sorted by path.
pub fn emit(plan: &Checked<Plan>) -> Vec<(String, String)> {
    roots(plan)
}

/// What another tool adds to the environment's pages.
pub struct OtherTool {
    /// How the environment is brought up with it.
    pub readme: String,
    /// A part of `REVIEW.md`.
    pub review: String,
}

/// The environment's pages, whatever it is written for, likewise.
pub fn pages(plan: &Checked<Plan>, other: Option<&OtherTool>) -> Vec<(String, String)> {
    all_pages(plan, other)
}

/// One resource as its block is printed, for people who ask about it.
pub fn print(resource: &Resource) -> String {
    statement::resource(resource)
}

/// One call of a module as its block is printed, likewise.
pub fn print_module(call: &ModuleCall) -> String {
    statement::module(call)
}

#[cfg(test)]
fn files(plan: &Plan) -> Vec<(String, String)> {
    let mut files = all_pages(plan, None);
    files.extend(roots(plan));
    files.sort();
    files
}

fn roots(plan: &Plan) -> Vec<(String, String)> {
    let mut files = root::files(plan, Root::Bootstrap);
    files.extend(root::files(plan, Root::Main));
    files.sort();
    files
}

fn all_pages(plan: &Plan, other: Option<&OtherTool>) -> Vec<(String, String)> {
    let own = plan.graph.deployment().emit.contains(&Tool::Terraform);
    let readmes = own.then(|| readme::readme(plan));
    let readmes = readmes
        .into_iter()
        .chain(other.map(|other| other.readme.clone()));
    let readme = readmes.collect::<Vec<_>>().join("\n");
    let review = review::review(plan) + other.map_or("", |other| other.review.as_str());
    let graph = graph_json(&plan.graph, &plan.decisions, PlaceStyle::Items);
    vec![
        ("README.md".to_owned(), readme),
        ("REVIEW.md".to_owned(), review),
        ("graph.json".to_owned(), plan_json::pretty(&graph)),
        ("plan.json".to_owned(), plan_json::plan_json(plan)),
    ]
}

#[cfg(test)]
mod tests;
