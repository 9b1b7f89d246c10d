//! Units become images: a Dockerfile each with only the files that the unit reaches, the modules
//! that start it, and one bake file that builds them all.

mod bake;
mod certificates;
mod cuda;
mod entry;
mod escape;
mod facts;
mod install;
mod openapi;
mod python;
mod recipe;
mod rust;
mod sources;
mod start;
mod template;

#[cfg(test)]
mod tests;

use klo_check::Checked;
use klo_diagnostics::Diagnostic;
use klo_plan::Plan;
use klo_source::{Tree, join};

/// Files as path and content, and what the user must know or change.
pub type Emitted = (Vec<(String, String)>, Vec<Diagnostic>);

/// The files of `containers/` for one environment, sorted by path; paths are relative to the
/// environment's folder. With an error among the diagnostics the files are incomplete.
pub fn emit(plan: &Checked<Plan>, tree: &dyn Tree) -> Emitted {
    emit_plan(plan, tree)
}

fn emit_plan(plan: &Plan, tree: &dyn Tree) -> Emitted {
    if plan.images.is_empty() {
        return Emitted::default();
    }
    let mut kitchen = recipe::Kitchen::new(plan, tree);
    let mut images: Vec<_> = plan.images.iter().collect();
    images.sort_by_key(|image| image.target());
    for image in images {
        kitchen.add(image);
    }
    let deployment = plan.graph.deployment();
    let bake = bake::file(deployment, &kitchen.targets, &kitchen.owns);
    let mut files = kitchen.files;
    files.push(("docker-bake.hcl".to_owned(), bake));
    for (path, _) in &mut files {
        *path = join("containers", path);
    }
    files.sort();
    (files, kitchen.diagnostics)
}
