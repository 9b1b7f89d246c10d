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
use klo_plan::kubernetes::Listed;
use klo_plan::{ModuleCall, Plan, Resource, Root};

pub use review::{Review, code, text};

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

/// What goes with an environment, whatever it is written for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pages {
    /// Paths with their contents, sorted by path.
    pub files: Vec<(String, String)>,
    /// `REVIEW.md`, which may have to say what changed.
    pub review: Review,
}

impl Pages {
    /// Where the review is written.
    pub const REVIEW: &str = "REVIEW.md";
}

/// The environment's pages. `plan.json` and the review list these objects of Kubernetes beside the
/// plan's resources.
pub fn pages(plan: &Checked<Plan>, objects: &[Listed], other: Option<&OtherTool>) -> Pages {
    all_pages(plan, objects, other)
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

#[cfg(test)]
fn files(plan: &Plan) -> Vec<(String, String)> {
    let pages = all_pages(plan, &[], None);
    let mut files = pages.files;
    files.push((Pages::REVIEW.to_owned(), pages.review.page(None)));
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

/// Stands above the two ways to bring an environment up.
const BOTH: &str = "This environment is written for Terraform and for Pulumi. Bring it up with one \
                    of the two and stay with it: each would make everything.\n\n";

fn all_pages(plan: &Plan, objects: &[Listed], other: Option<&OtherTool>) -> Pages {
    // On a cluster that is just there neither tool has anything to make.
    let plain = readme::is_on_plain_cluster(plan);
    let own = plain || plan.graph.deployment().emit.contains(&Tool::Terraform);
    let other = other.filter(|_| !plain);
    let readmes = own.then(|| readme::readme(plan));
    let readmes = readmes
        .into_iter()
        .chain(other.map(|other| other.readme.clone()));
    let mut readme = readmes.collect::<Vec<_>>().join("\n");
    if own && other.is_some() {
        readme.insert_str(0, BOTH);
    }
    let others = other.map_or("", |other| other.review.as_str());
    let (graph, resources) = documents(plan, objects);
    Pages {
        files: vec![
            ("README.md".to_owned(), readme),
            ("graph.json".to_owned(), graph),
            ("plan.json".to_owned(), resources),
        ],
        review: review::review(plan, objects, others),
    }
}

#[cfg(test)]
mod tests;
