//! From an app's source to what its environments need, in memory.

use klo_aws::lower;
use klo_check::{Checked, check_graph, check_plan};
use klo_config::App;
use klo_diagnostics::Diagnostic;
use klo_intent::{Decision, IntentGraph};
use klo_plan::Plan;
use klo_source::Tree;

use crate::args::Selection;
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
    /// What was chosen on the way.
    pub(crate) decisions: Vec<Decision>,
    /// The plan; missing when something is in the way.
    pub(crate) plan: Option<Checked<Plan>>,
    /// What has to be written, by path below the environment's folder; filled by [`emit`].
    pub(crate) files: Vec<(String, String)>,
}

/// What is done with a plan that was found free of errors.
pub(crate) type Emitters =
    fn(&Checked<Plan>, &dyn Tree) -> (Vec<(String, String)>, Vec<Diagnostic>);

/// Emits nothing: for commands that only look.
pub(crate) fn nothing(_: &Checked<Plan>, _: &dyn Tree) -> (Vec<(String, String)>, Vec<Diagnostic>) {
    (Vec::new(), Vec::new())
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
    apps.into_iter()
        .map(|app| {
            terminal.progress(&format!("reading {}", app.name));
            let names: Vec<String> = project
                .environments(&app, selection)
                .iter()
                .map(|environment| environment.name.clone())
                .collect();
            let (graph, mut diagnostics) =
                klo_parse::parse(&project.tree, &app, &app.nested, &mut project.sources);
            terminal.progress(&format!("working out {}", app.name));
            let results = each(&names, |name| {
                environment(&graph, &app, name, &project.tree, emit)
            });
            let mut environments = Vec::new();
            for (environment, found) in results {
                environments.push(environment);
                diagnostics.extend(found);
            }
            for diagnostic in &mut diagnostics {
                diagnostic.app.clone_from(&app.name);
            }
            Analyzed {
                app,
                environments,
                diagnostics,
            }
        })
        .collect()
}

/// One environment: check, lower, check, emit. What is wrong with a phase ends it there, and what
/// earlier phases said stands.
fn environment(
    graph: &IntentGraph,
    app: &App,
    name: &str,
    tree: &dyn Tree,
    emit: Emitters,
) -> (Environment, Vec<Diagnostic>) {
    let mut environment = Environment {
        name: name.to_owned(),
        graph: None,
        decisions: Vec::new(),
        plan: None,
        files: Vec::new(),
    };
    let (checked, mut diagnostics) = check_graph(graph, app, name);
    if let Some(checked) = checked {
        let lowered = lower(&checked);
        diagnostics.extend(lowered.diagnostics);
        environment.graph = Some(checked.into_inner());
        environment.decisions.clone_from(&lowered.plan.decisions);
        if !diagnostics.iter().any(Diagnostic::blocks) {
            let (plan, found) = check_plan(lowered.plan);
            diagnostics.extend(found);
            environment.plan = plan;
        }
    }
    if let Some(plan) = &environment.plan {
        let (files, found) = emit(plan, tree);
        environment.files = files;
        diagnostics.extend(found);
    }
    for diagnostic in &mut diagnostics {
        diagnostic.environments = vec![name.to_owned()];
    }
    (environment, diagnostics)
}

/// Runs `work` for each name at the same time, and answers in the order of the names.
fn each<T: Send>(names: &[String], work: impl Fn(&str) -> T + Sync) -> Vec<T> {
    let work = &work;
    std::thread::scope(|scope| {
        let (first, rest) = match names.split_first() {
            Some((first, rest)) => (first, rest),
            None => return Vec::new(),
        };
        let others: Vec<_> = rest
            .iter()
            .map(|name| scope.spawn(move || work(name)))
            .collect();
        let mut results = vec![work(first)];
        for other in others {
            match other.join() {
                Ok(result) => results.push(result),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        results
    })
}
