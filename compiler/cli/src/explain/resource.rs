use klo_plan::{Plan, Resource, Root, Why};

use super::{View, decision_lines};

impl View<'_> {
    /// A resource by its address, in whichever root it is.
    pub(super) fn resource_text(&self, what: &str) -> Option<String> {
        let plan = self.environment.plan.as_ref()?;
        let bare = what.strip_prefix("module.");
        if let Some(call) = bare.and_then(|name| plan.modules.iter().find(|m| m.name == name)) {
            let text = format!("{what}\n  a module of {}\n", call.source);
            return Some(text + &self.because(&call.why));
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

    fn one(&self, plan: &Plan, resource: &Resource) -> String {
        let root = match resource.root {
            Root::Bootstrap => "bootstrap",
            Root::Main => "terraform",
        };
        let mut text = format!(
            "{}\n  written to {root}/{}.tf\n",
            resource.address,
            resource.group.stem()
        );
        text.push_str(&self.because(&resource.why));
        let users: Vec<String> = plan
            .in_root(resource.root)
            .filter(|other| refers(other, resource))
            .map(|other| format!("  {}\n", other.address))
            .collect();
        if !users.is_empty() {
            text.push_str(&format!("\nReferred to by\n{}", users.concat()));
        }
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
            text.push_str(&format!("  because of the rule {rule}\n"));
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

fn refers(other: &Resource, to: &Resource) -> bool {
    let mut found = other.depends_on.contains(&to.address);
    for value in other.body.0.values() {
        value.for_each_ref(&mut |reference| {
            found |= reference.target == klo_plan::Target::Resource(to.address.clone());
        });
    }
    found
}
