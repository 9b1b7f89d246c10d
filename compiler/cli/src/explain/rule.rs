//! What a rule asks for, and why.

use klo_check::Rule;
use klo_intent::Tier;

use crate::project::Project;

/// The rule of an id or name among those that hold for the project's apps; apps that say the same are
/// one.
pub(super) fn explained(what: &str, project: &Project) -> Option<String> {
    let mut found: Vec<(String, Vec<&str>)> = Vec::new();
    for (app, policy) in project.apps.iter().zip(&project.policies) {
        let Some(rule) = policy.rules.rule(what) else {
            continue;
        };
        let text = page(rule, project);
        match found.iter_mut().find(|(other, _)| *other == text) {
            Some((_, apps)) => apps.push(&app.name),
            None => found.push((text, vec![&app.name])),
        }
    }
    let texts = found
        .into_iter()
        .map(|(text, apps)| format!("# {}\n\n{text}", apps.join(", ")));
    let texts: Vec<String> = texts.collect();
    (!texts.is_empty()).then(|| texts.join("\n"))
}

fn page(rule: &Rule, project: &Project) -> String {
    let mut text = format!("{} {}\n\n{}\n\n", rule.id, rule.name, rule.why);
    let mut line = |key: &str, value: &str| text.push_str(&format!("  {key:6} {value}\n"));
    let tier = rule.tier.map_or("every tier", Tier::name);
    line("on", &format!("{} (in {tier})", rule.on));
    if let Some(condition) = rule.condition() {
        line("when", &format!("`{condition}`"));
    }
    for (index, asked) in rule.asks().iter().enumerate() {
        line(if index == 0 { "asks" } else { "" }, asked);
    }
    line("level", &rule.level.to_string());
    let pack = match project.place(&rule.at) {
        Some(place) if project.is_built_in(&rule.at) => format!("{place}, which comes with klo"),
        Some(place) => format!("{}, at {place}", rule.pack),
        None => rule.pack.clone(),
    };
    line("pack", &pack);
    if let Some(url) = &rule.url {
        line("more", url);
    }
    if rule.fix {
        line("fix", "`klo fix` writes the nearest value that it allows");
    }
    text
}
