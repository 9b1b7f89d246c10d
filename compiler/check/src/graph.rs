use klo_config::App;
use klo_diagnostics::codes::config as config_codes;
use klo_diagnostics::{At, Diagnostic, did_you_mean, list_of};
use klo_intent::{IntentGraph, IntentId};

use crate::Checked;
use crate::findings::{Finding, Policy, judge_intents};
use crate::judge::judge;
use crate::resolve::{Sources, resolve, settle_visibility};
use crate::tier::deployment;

/// What became of one phase's judging.
#[derive(Debug)]
pub struct Verdict<T> {
    /// The value, where nothing was found that keeps it from being used; else what was refused, to be
    /// looked at; nothing where there is not even that.
    pub outcome: Result<Checked<T>, Option<Box<T>>>,
    /// Everything there is to say, what rules found among it.
    pub diagnostics: Vec<Diagnostic>,
    /// What rules found.
    pub findings: Vec<Finding>,
}

/// Resolves the settings of one environment and judges the result by klo's own bounds and by rules.
/// What breaks a rule can be lowered, so that its resources are judged in the same run; what breaks
/// a bound cannot. [`check_plan`](crate::check_plan) refuses both.
pub fn check_graph(
    graph: &IntentGraph,
    app: &App,
    environment: &str,
    policy: &Policy,
) -> Verdict<IntentGraph> {
    let Some(config) = app.environment(environment) else {
        return Verdict {
            outcome: Err(None),
            diagnostics: vec![unknown_environment(app, environment)],
            findings: Vec::new(),
        };
    };
    let (tier, mut diagnostics) = policy.rules.tier(environment);
    let deployment = deployment(app, config, tier);
    let sources = Sources {
        app,
        environment: config,
        deployment: &deployment,
        rules: &policy.rules,
    };
    let mut resolved = graph.clone();
    for (index, intent) in resolved.intents.iter_mut().enumerate() {
        intent.settings = resolve(&sources, graph, IntentId(index as u32));
        intent.module = sources.module(intent);
    }
    settle_visibility(&mut resolved);
    resolved.deployment = Some(deployment);
    diagnostics.extend(judge(&resolved, app, config));
    let (findings, unjudged) = judge_intents(&resolved, policy, app.file);
    diagnostics.extend(unjudged);
    let blocked = diagnostics.iter().any(Diagnostic::blocks);
    conclude(app, environment, diagnostics, findings, (resolved, blocked))
}

/// A verdict whose diagnostics name the app and the environment.
pub(crate) fn conclude<T>(
    app: &App,
    environment: &str,
    mut diagnostics: Vec<Diagnostic>,
    mut findings: Vec<Finding>,
    (value, blocked): (T, bool),
) -> Verdict<T> {
    let told = findings.iter_mut().map(|finding| &mut finding.diagnostic);
    for diagnostic in diagnostics.iter_mut().chain(told) {
        diagnostic.app.clone_from(&app.name);
        diagnostic.environments = vec![environment.to_owned()];
    }
    diagnostics.extend(findings.iter().map(|finding| finding.diagnostic.clone()));
    Verdict {
        outcome: if blocked {
            Err(Some(Box::new(value)))
        } else {
            Ok(Checked::new(value))
        },
        diagnostics,
        findings,
    }
}

/// The diagnostic for an environment that an app does not have.
pub fn unknown_environment(app: &App, environment: &str) -> Diagnostic {
    let names = || app.environments.iter().map(|known| known.name.as_str());
    let help = match did_you_mean(environment, names()) {
        Some(nearest) => format!("did you mean `{nearest}`?"),
        None => format!("it has {}", list_of(names())),
    };
    let mut diagnostic = Diagnostic::error(
        config_codes::UNKNOWN_ENVIRONMENT,
        At::Nowhere,
        format!(
            "the app `{}` has no environment `{}`",
            app.name,
            environment.escape_debug()
        ),
    )
    .help(help);
    diagnostic.app.clone_from(&app.name);
    diagnostic
}
