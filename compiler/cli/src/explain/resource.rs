use klo_intent::{Origin, Setting};
use klo_plan::{Address, ModuleCall, Plan, Resource, Root, Target, Why};

use super::{View, decision_lines};
use crate::words::shown;

impl View<'_> {
    /// A resource by its address, in whichever root it is.
    pub(super) fn resource_text(&self, what: &str) -> Option<String> {
        let plan = self.environment.plan.as_ref()?;
        let bare = what.strip_prefix("module.");
        if let Some(call) = bare.and_then(|name| plan.modules.iter().find(|m| m.name == name)) {
            return Some(self.call(plan, call));
        }
        let found: Vec<&Resource> = plan
            .resources
            .values()
            .filter(|resource| resource.address.to_string() == what)
            .collect();
        let texts: Vec<String> = found
            .into_iter()
            .map(|resource| self.one(plan, resource))
            .collect();
        (!texts.is_empty()).then(|| texts.join("\n"))
    }

    fn call(&self, plan: &Plan, call: &ModuleCall) -> String {
        let mut text = format!(
            "module.{}\n  written to {}/{}.tf\n",
            call.name,
            folder(call.root),
            call.group.stem()
        );
        text.push_str(&self.because(&call.why));
        text.push_str(&users(plan, call.root, &Target::Module(call.name.clone())));
        text.push_str(&format!("\n{}", klo_terraform::print_module(call)));
        text
    }

    fn one(&self, plan: &Plan, resource: &Resource) -> String {
        let mut text = format!(
            "{}\n  written to {}/{}.tf\n",
            resource.address,
            folder(resource.root),
            resource.group.stem()
        );
        text.push_str(&self.because(&resource.why));
        let target = Target::Resource(resource.address.clone());
        text.push_str(&users(plan, resource.root, &target));
        text.push_str(&format!("\n{}", klo_terraform::print(resource)));
        text
    }

    /// Who asked for something, back to file and line.
    fn because(&self, why: &Why) -> String {
        let mut text = String::new();
        if !why.purpose.is_empty() {
            text.push_str(&format!("  for: {}\n", why.purpose));
        }
        if let Some(edge) = &why.edge {
            text.push_str(&format!("  because of the edge {edge}\n"));
        }
        if let Some(rule) = &why.rule {
            text.push_str(&format!("  chosen by the rule set {rule}\n"));
            text.push_str(&self.choices(why, rule));
        }
        if let Some(graph) = self.graph() {
            for id in &why.intents {
                let at = graph.by_id(id).map(|intent| graph.intent(intent)).map_or(
                    String::new(),
                    |intent| {
                        format!(
                            ", stated at {} ({})",
                            self.place(intent.at),
                            intent.place.item
                        )
                    },
                );
                text.push_str(&format!("  serves {id}{at}\n"));
            }
            for edge in why.edge.iter() {
                let spans = graph
                    .edges
                    .iter()
                    .filter(|e| {
                        format!("{} -> {}", graph.node_id(&e.from), graph.node_id(&e.to)) == *edge
                    })
                    .flat_map(|e| &e.at);
                for span in spans {
                    text.push_str(&format!("    {}\n", self.place(*span)));
                }
            }
        }
        if let Some(code) = &why.decision {
            let decisions = self.environment.decisions.iter();
            let about: Vec<_> = decisions.filter(|d| d.code == code).collect();
            let own: Vec<_> = about
                .iter()
                .filter(|d| why.intents.contains(&d.subject))
                .collect();
            let lines: String = if own.is_empty() {
                about.into_iter().map(decision_lines).collect()
            } else {
                own.into_iter().map(|d| decision_lines(d)).collect()
            };
            text.push_str(&format!("\nDecision\n{lines}"));
        }
        text
    }
}

impl View<'_> {
    /// What a rule set chooses for the intents that something serves, each with its line in the pack.
    fn choices(&self, why: &Why, pack: &str) -> String {
        let Some(graph) = self.graph() else {
            return String::new();
        };
        let intents = why.intents.iter().filter_map(|id| graph.by_id(id));
        let intents = intents.map(|id| graph.intent(id));
        let mut text = String::new();
        for intent in intents {
            let module = intent.made_by().filter(|module| module.pack == pack);
            if let Some(at) = module.and_then(|module| module.at) {
                text.push_str(&format!("    the module: {}\n", self.place(at)));
            }
            let settings = intent.settings.iter();
            for (name, setting) in settings.filter(|(_, setting)| is_chosen(setting, pack)) {
                let at = setting.span.map_or(String::new(), |at| self.place(at));
                text.push_str(&format!("    {name} is {}: {at}\n", shown(&setting.value)));
            }
        }
        text
    }
}

fn is_chosen(setting: &Setting, by: &str) -> bool {
    matches!(&setting.origin, Origin::Choose { pack } if pack == by)
}

const fn folder(root: Root) -> &'static str {
    match root {
        Root::Bootstrap => "bootstrap",
        Root::Main => "terraform",
    }
}

/// Who refers to something, a line each; nothing where nobody does.
fn users(plan: &Plan, root: Root, to: &Target) -> String {
    let users: String = plan
        .in_root(root)
        .filter(|other| refers(other, to))
        .map(|other| format!("  {}\n", other.address))
        .collect();
    if users.is_empty() {
        return users;
    }
    format!("\nReferred to by\n{users}")
}

fn refers(other: &Resource, to: &Target) -> bool {
    let waits = |address: &Address| match to {
        Target::Resource(resource) => address == resource,
        Target::Module(name) => address.is_module() && address.name == *name,
        Target::Variable(_) | Target::Local(_) => false,
    };
    let mut found = other.depends_on.iter().any(waits);
    for value in other.body.0.values() {
        value.for_each_ref(&mut |reference| found |= reference.target == *to);
    }
    found
}
