//! Diagnostics about what a plan holds and a target has no way to say.

use klo_config::App;
use klo_diagnostics::codes::output as codes;
use klo_diagnostics::{At, Diagnostic};
use klo_intent::{Intent, Module, Tool};
use klo_plan::{Plan, Root};
use klo_pulumi::Problem;
use klo_source::TextRange;

/// An error for what a Pulumi program cannot say, where what asks for it stands: at a module in the
/// rule set that chooses it, else at the app's settings.
pub(crate) fn diagnostic(app: &App, plan: &Plan, problem: &Problem) -> Diagnostic {
    match problem {
        Problem::Module { root, name } => match made(plan, *root, name) {
            Some((intent, module)) => of_module(plan, intent, module),
            None => gap(app, plan, &format!("the Terraform module `{name}`")),
        },
        Problem::Gap(what) => gap(app, plan, what),
    }
}

/// The intent that a call of a module makes.
fn made<'p>(plan: &'p Plan, root: Root, name: &str) -> Option<(&'p Intent, &'p Module)> {
    let mut calls = plan.modules.iter();
    let call = calls.find(|call| call.root == root && call.name == name)?;
    let mut intents = call.why.intents.iter();
    intents.find_map(|id| {
        let intent = plan.graph.intent(plan.graph.by_id(id)?);
        Some((intent, intent.module.as_ref()?))
    })
}

fn of_module(plan: &Plan, intent: &Intent, module: &Module) -> Diagnostic {
    let (id, kind, shown) = (intent.id(), intent.kind, module.shown());
    let text = format!(
        "a Pulumi program cannot call the Terraform module {shown}, which makes `{id}`: Pulumi's command line \
         makes the package for a module where it runs, so that what klo writes could not be checked"
    );
    let help = format!(
        "{}, let the rule set choose attributes for a {kind} in place of a module, or use with `existing` what \
         the module made elsewhere",
        without_pulumi(plan)
    );
    Diagnostic::error(codes::NOT_IN_TARGET, module.at.unwrap_or(intent.at), text)
        .help(help)
        .related(intent.at, format!("`{id}` is stated here"))
        .subject(id)
}

fn gap(app: &App, plan: &Plan, what: &str) -> Diagnostic {
    let at = match app.file {
        Some(file) => At::Span(TextRange::default().in_file(file)),
        None => At::Nowhere,
    };
    let text = format!("a Pulumi program cannot say {what}, which this app needs");
    Diagnostic::error(codes::NOT_IN_TARGET, at, text).help(without_pulumi(plan))
}

/// How an app is written without Pulumi.
fn without_pulumi(plan: &Plan) -> &'static str {
    match plan.graph.deployment().emit.contains(&Tool::Terraform) {
        true => "write this app for Terraform alone (`emit: terraform`)",
        false => "write this app for Terraform (`emit: terraform`)",
    }
}
