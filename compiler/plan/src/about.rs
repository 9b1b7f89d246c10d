//! What the files of a root are about, as their first lines say it.

use std::collections::BTreeSet;

use crate::index::{Group, Plan, Root};

impl Plan {
    /// A sentence that says what a group's file holds and where its intent stands in the source.
    pub fn about(&self, root: Root, group: &Group) -> String {
        match group {
            Group::Intent { kind, name } => {
                let what = match root {
                    Root::Bootstrap => format!("What must stand before the rest for {kind}.{name}"),
                    Root::Main => format!("The {kind} {name} ({kind}.{name})"),
                };
                match self.graph.find(*kind, name) {
                    Some(id) => {
                        let place = &self.graph.intent(id).place;
                        format!("{what}, stated in {} at {}.", place.file, place.item)
                    }
                    None => format!("{what}."),
                }
            }
            Group::Shared(name) => {
                let intents = self.served(root, group);
                let what = shared_purpose(name);
                if intents.is_empty() {
                    format!("{what}.")
                } else {
                    format!("{what}, for {}.", intents.join(", "))
                }
            }
        }
    }

    /// A sentence that says whose a file is and who wrote it.
    pub fn written_by(&self) -> String {
        let deployment = self.graph.deployment();
        format!(
            "{}, environment {}. Written by klo from the annotated source: change that instead.",
            deployment.app, deployment.environment
        )
    }

    /// Whether a root has anything in it.
    pub fn uses(&self, root: Root) -> bool {
        self.in_root(root).next().is_some() || self.modules.iter().any(|call| call.root == root)
    }

    /// The intents that a shared file serves, sorted.
    fn served(&self, root: Root, group: &Group) -> Vec<String> {
        let ids: BTreeSet<&String> = self
            .in_root(root)
            .filter(|resource| resource.group == *group)
            .flat_map(|resource| &resource.why.intents)
            .collect();
        ids.into_iter().cloned().collect()
    }
}

fn shared_purpose(name: &str) -> String {
    match name {
        "network" => "The network and who may talk to whom in it",
        "cluster" => "The cluster that containers run in",
        "keys" => "Encryption keys",
        "ingress" => "The ways in",
        "dns" => "Certificates and names",
        "alarms" => "Alarms and who hears them",
        "images" => "Image repositories",
        other => return format!("Shared: {other}"),
    }
    .to_owned()
}
