//! From an app's source to what its environments need, in memory.

use klo_aws::lower;
use klo_check::{Checked, Finding, Policy, check_graph, check_plan};
use klo_config::App;
use klo_diagnostics::Diagnostic;
use klo_intent::{Decision, IntentGraph};
use klo_plan::Plan;
use klo_source::Tree;
use klo_terraform::Review;
use rayon::prelude::*;

use crate::args::Selection;
use crate::neighbours::Repository;
use crate::project::Project;
use crate::terminal::Terminal;

/// An app and what became of each environment.
pub(crate) struct Analyzed {
    /// The app.
    pub(crate) app: App,
    /// Its environments that were asked for, in the order of `klo.yaml`.
    pub(crate) environments: Vec<Environment>,
    /// What holds for every environment, and what holds for some.
    pub(crate) diagnostics: Vec<Diagnostic>,
}

/// One environment of an app.
pub(crate) struct Environment {
    /// Its name.
    pub(crate) name: String,
    /// The graph with its settings; missing when they could not be resolved.
    pub(crate) graph: Option<IntentGraph>,
    /// What rules found.
    pub(crate) findings: Vec<Finding>,
    /// Whether everything was judged, resources included.
    pub(crate) judged: bool,
    /// What was chosen on the way.
    pub(crate) decisions: Vec<Decision>,
    /// The plan, to look at; missing when something other than a rule is in the way.
    pub(crate) plan: Option<Plan>,
    /// What has to be written, by path below the environment's folder; filled by [`emit`].
    pub(crate) files: Vec<(String, String)>,
    /// Likewise, what is written where nothing stands yet.
    pub(crate) seeds: Vec<(String, String)>,
    /// Likewise, the page for the reviewer.
    pub(crate) review: Option<Review>,
}

/// What is done with a plan that was found free of errors.
pub(crate) type Emitters = fn(&Checked<Plan>, &App, &dyn Tree) -> Emission;

/// What becomes of a plan.
#[derive(Default)]
pub(crate) struct Emission {
    /// Files by path below the environment's folder.
    pub(crate) files: Vec<(String, String)>,
    /// Likewise, files that are somebody else's once they are there.
    pub(crate) seeds: Vec<(String, String)>,
    /// The page for the reviewer.
    pub(crate) review: Option<Review>,
    /// What is wrong with what was asked for.
    pub(crate) diagnostics: Vec<Diagnostic>,
}

/// Emits nothing: for commands that only look.
pub(crate) fn nothing(_: &Checked<Plan>, _: &App, _: &dyn Tree) -> Emission {
    Emission::default()
}

/// Takes every app of a project from source to plans, and to files where `emit` makes some.
pub(crate) fn analyze(
    project: &mut Project,
    selection: &Selection,
    emit: Emitters,
    terminal: &mut Terminal,
) -> Vec<Analyzed> {
    let apps = project.apps.clone();
    project.judged = true;
    let policies = std::mem::take(&mut project.policies);
    let mut repository = Repository::of(&apps);
    let analyzed = apps
        .into_iter()
        .zip(&policies)
        .enumerate()
        .map(|(index, (app, policy))| {
            terminal.progress(&format!("reading {}", app.name));
            let names: Vec<String> = project
                .environments(&app, selection)
                .iter()
                .map(|environment| environment.name.clone())
                .collect();
            let (graph, mut diagnostics) = repository.read(project, index);
            terminal.progress(&format!("working out {}", app.name));
            let results: Vec<_> = names
                .par_iter()
                .map(|name| environment(&graph, (&app, policy), name, &*project.tree, emit))
                .collect();
            let mut environments = Vec::new();
            for (environment, found) in results {
                environments.push(environment);
                diagnostics.extend(found);
            }
            let neighbours = repository.neighbours(index, &policies);
            for name in &names {
                diagnostics.extend(klo_check::check_uses(&graph, &app, name, &neighbours));
            }
            diagnostics.extend(remarks(&app, policy, &environments));
            for diagnostic in &mut diagnostics {
                diagnostic.app.clone_from(&app.name);
            }
            Analyzed {
                app,
                environments,
                diagnostics,
            }
        })
        .collect();
    project.policies = policies;
    analyzed
}

/// What there is to say about waivers, which takes every environment to know.
fn remarks(app: &App, policy: &Policy, environments: &[Environment]) -> Vec<Diagnostic> {
    let judged = environments.iter().filter(|one| one.judged).count();
    let findings = environments.iter().flat_map(|one| &one.findings);
    let used = findings.filter_map(|finding| finding.waiver).collect();
    let complete = judged == app.environments.len();
    policy
        .waivers
        .remarks(&used, complete, &policy.rules, policy.today)
}

/// One environment: check, lower, check, emit. What is wrong with a phase ends it there, and what
/// earlier phases said stands.
pub(crate) fn environment(
    graph: &IntentGraph,
    (app, policy): (&App, &Policy),
    name: &str,
    tree: &dyn Tree,
    emit: Emitters,
) -> (Environment, Vec<Diagnostic>) {
    let mut environment = Environment {
        name: name.to_owned(),
        graph: None,
        findings: Vec::new(),
        judged: false,
        decisions: Vec::new(),
        plan: None,
        files: Vec::new(),
        seeds: Vec::new(),
        review: None,
    };
    let verdict = check_graph(graph, app, name, policy);
    let mut diagnostics = verdict.diagnostics;
    environment.findings = verdict.findings;
    if let Ok(resolved) = verdict.outcome {
        let lowered = lower(&resolved);
        let broken = lowered.diagnostics.iter().any(Diagnostic::blocks);
        diagnostics.extend(lowered.diagnostics);
        environment.graph = Some(resolved.into_inner());
        environment.decisions.clone_from(&lowered.plan.decisions);
        if !broken {
            let verdict = check_plan(lowered.plan, app, policy, &environment.findings);
            diagnostics.extend(verdict.diagnostics);
            environment.findings.extend(verdict.findings);
            environment.judged = true;
            environment.plan = match verdict.outcome {
                Ok(plan) => {
                    let emitted = emit(&plan, app, tree);
                    environment.files = emitted.files;
                    environment.seeds = emitted.seeds;
                    environment.review = emitted.review;
                    diagnostics.extend(emitted.diagnostics);
                    Some(plan.into_inner())
                }
                Err(refused) => refused.map(|plan| *plan),
            };
        }
    }
    for diagnostic in &mut diagnostics {
        diagnostic.environments = vec![name.to_owned()];
    }
    (environment, diagnostics)
}
