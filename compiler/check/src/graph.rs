use klo_config::App;
use klo_diagnostics::codes::config as config_codes;
use klo_diagnostics::{At, Diagnostic, did_you_mean, list_of};
use klo_intent::{IntentGraph, IntentId};

use crate::Checked;
use crate::judge::judge;
use crate::layers::PackLayers;
use crate::resolve::{Sources, resolve, settle_visibility};
use crate::tier::{deployment, tier};

/// Resolves the settings of one environment and judges the result. `None` where an error was found.
pub fn check_graph(
    graph: &IntentGraph,
    app: &App,
    environment: &str,
) -> (Option<Checked<IntentGraph>>, Vec<Diagnostic>) {
    check_graph_with(graph, app, environment, &PackLayers::default())
}

/// The same, with what rule sets choose and fill in.
pub fn check_graph_with(
    graph: &IntentGraph,
    app: &App,
    environment: &str,
    packs: &PackLayers,
) -> (Option<Checked<IntentGraph>>, Vec<Diagnostic>) {
    let Some(config) = app.environment(environment) else {
        return (None, vec![unknown_environment(app, environment)]);
    };
    let deployment = deployment(app, config, tier(environment));
    let sources = Sources {
        app,
        environment: config,
        deployment: &deployment,
        packs,
    };
    let mut resolved = graph.clone();
    for (index, intent) in resolved.intents.iter_mut().enumerate() {
        intent.settings = resolve(&sources, graph, IntentId(index as u32));
    }
    settle_visibility(&mut resolved);
    resolved.deployment = Some(deployment.clone());
    let mut diagnostics = judge(&resolved, app, config);
    for diagnostic in &mut diagnostics {
        diagnostic.app.clone_from(&app.name);
        diagnostic.environments = vec![environment.to_owned()];
    }
    let blocked = diagnostics.iter().any(Diagnostic::blocks);
    ((!blocked).then(|| Checked::new(resolved)), diagnostics)
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
