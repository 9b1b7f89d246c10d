//! Source files become an intent graph: each file's facts, in parallel and language by language,
//! then one language-free linking of all facts into intents and edges.

pub mod annotation;
pub mod attach;
pub mod declare;
pub mod facts;
mod knowledge;
mod link;
mod project;
pub mod propose;
pub mod python;
pub mod rust;

use klo_config::App;
use klo_diagnostics::Diagnostic;
use klo_intent::IntentGraph;
use klo_source::{SourceMap, Tree};

use crate::declare::AppFile;
use crate::link::Evaluation;

/// Reads one app: its files, their annotations, and what its code does. `nested` are the folders of
/// other apps inside its own. Mistakes come back beside whatever was understood.
pub fn parse(
    tree: &dyn Tree,
    app: &App,
    nested: &[String],
    sources: &mut SourceMap,
) -> (IntentGraph, Vec<Diagnostic>) {
    parse_by(tree, app, nested, sources, Evaluation::WhenDue)
}

fn parse_by(
    tree: &dyn Tree,
    app: &App,
    nested: &[String],
    sources: &mut SourceMap,
    evaluation: Evaluation,
) -> (IntentGraph, Vec<Diagnostic>) {
    let mut project = project::load(tree, app, nested, sources);
    let mut diagnostics = std::mem::take(&mut project.diagnostics);
    let files: Vec<AppFile<'_>> = project
        .files
        .iter()
        .map(|file| AppFile {
            id: file.id,
            path: &file.path,
            facts: &file.facts,
        })
        .collect();
    let (declarations, mistakes) = declare::declare(app, &files);
    diagnostics.extend(mistakes);
    let (graph, mistakes) = link::link(tree, app, project, &declarations, evaluation);
    diagnostics.extend(mistakes);
    (graph, diagnostics)
}
