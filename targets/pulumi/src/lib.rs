//! A plan becomes a Pulumi program in TypeScript, as prettier leaves it: the same resources, names and
//! protections as in Terraform, under the names that Pulumi's package has for them.
//!
//! What a type, an argument or an attribute is called is data (`data/aws.txt`), checked against the
//! package's own declarations. Escaping lives in one module (`escape`).

mod config;
mod escape;
mod file;
mod form;
mod layout;
mod problem;
mod program;
mod project;
mod readme;
mod reference;
mod review;
pub mod rule;
mod statement;
mod table;
mod value;

use std::collections::BTreeSet;

use klo_check::Checked;
use klo_plan::{Plan, Root};

pub use problem::Problem;

/// What becomes of a plan.
#[derive(Debug, Clone, Default)]
pub struct Emitted {
    /// Paths below the environment's folder (`infra/<env>`) with their contents, sorted by path.
    pub files: Vec<(String, String)>,
    /// Likewise, files that belong to people and Pulumi once they are there.
    pub seeds: Vec<(String, String)>,
    /// The commands that bring it up, in order.
    pub readme: String,
    /// What a reviewer has to know beside what holds for every tool.
    pub review: String,
    /// What is in the plan and cannot be said in a Pulumi program; where there is anything, nothing
    /// else is complete.
    pub problems: BTreeSet<Problem>,
}

/// The program of the environment and the one that stands before it.
pub fn emit(plan: &Checked<Plan>) -> Emitted {
    programs(plan)
}

fn programs(plan: &Plan) -> Emitted {
    let mut emitted = Emitted::default();
    for root in [Root::Bootstrap, Root::Main] {
        let written = project::write(plan, root);
        emitted.files.extend(written.files);
        emitted.problems.extend(written.problems);
        emitted.seeds.extend(config::stack(plan, root));
    }
    emitted.readme = readme::readme(plan);
    emitted.review = review::review(plan);
    emitted.files.sort();
    emitted
}
