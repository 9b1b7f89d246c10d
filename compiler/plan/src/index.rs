use indexmap::IndexMap;
use klo_intent::{Decision, IntentGraph, Kind, Tool};
use thiserror::Error;

use crate::container::Image;
use crate::finding::Finding;
use crate::kubernetes::Kubernetes;
use crate::resource::{
    Address, EmptySecret, ImportBlock, LocalValue, ModuleCall, Moved, Output, Released, Resource,
    Variable,
};
use crate::value::{Target, Value};

/// A Terraform root, or the part of a Pulumi program that stands for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Root {
    /// Image repositories, empty secrets, keys: applied first.
    Bootstrap,
    /// Everything else.
    Main,
}

impl Root {
    /// Its folder below the environment's.
    pub const fn folder(self, tool: Tool) -> &'static str {
        match self {
            Self::Bootstrap => "bootstrap",
            Self::Main => tool.name(),
        }
    }
}

/// The file a resource is printed in.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Group {
    /// `<kind>-<name>`.
    Intent {
        /// The intent's kind.
        kind: Kind,
        /// The intent's name.
        name: String,
    },
    /// A shared file: `network`, `cluster`, `keys`, `ingress`, `dns`, `alarms`, `images`.
    Shared(&'static str),
}

impl Group {
    /// The group of an intent.
    pub fn of(intent: &klo_intent::Intent) -> Self {
        Self::Intent {
            kind: intent.kind,
            name: intent.name.clone(),
        }
    }

    /// Its file in a root, below the environment's folder.
    pub fn file(&self, root: Root, tool: Tool) -> String {
        let extension = match tool {
            Tool::Terraform => "tf",
            Tool::Pulumi => "ts",
        };
        format!("{}/{}.{extension}", root.folder(tool), self.stem())
    }

    /// The file's stem: `database-orders`, `network`.
    pub fn stem(&self) -> String {
        match self {
            Self::Intent { kind, name } => format!("{kind}-{name}"),
            Self::Shared(name) => (*name).to_owned(),
        }
    }
}

/// A fault in the plan itself: a bug in a lowering, never a user's mistake.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PlanError {
    /// Two resources with one address.
    #[error("two resources have the address {0}")]
    Duplicate(String),
    /// A reference to nothing.
    #[error("{from} refers to {to}, which is not in the plan")]
    Dangling {
        /// Who refers.
        from: String,
        /// To what.
        to: String,
    },
}

/// Everything that one environment of one app needs.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// The graph that it was lowered from.
    pub graph: IntentGraph,
    /// Resources by root and address, in the order in which they were asked for.
    pub resources: IndexMap<(Root, Address), Resource>,
    /// Input variables.
    pub variables: Vec<Variable>,
    /// Local values.
    pub locals: Vec<LocalValue>,
    /// Outputs.
    pub outputs: Vec<Output>,
    /// Renames.
    pub moved: Vec<Moved>,
    /// What is let go without being destroyed.
    pub released: Vec<Released>,
    /// Adoptions.
    pub imports: Vec<ImportBlock>,
    /// Calls of an organization's modules.
    pub modules: Vec<ModuleCall>,
    /// What runs on Kubernetes, where anything does.
    pub kubernetes: Option<Kubernetes>,
    /// Images to build.
    pub images: Vec<Image>,
    /// Choices made, with their reasons.
    pub decisions: Vec<Decision>,
    /// What rules found, waived or not; filled by whoever judges the plan.
    pub findings: Vec<Finding>,
    /// Secrets whose values people put in between the two roots.
    pub empty_secrets: Vec<EmptySecret>,
    /// Commands for the environment's README that run after the main root is applied, in order:
    /// what it does, and the command line.
    pub after_apply: Vec<(String, String)>,
    /// Commands that run after images are pushed and before services change, likewise.
    pub before_services: Vec<(String, String)>,
}

impl Plan {
    /// An empty plan for a resolved graph.
    pub fn new(graph: IntentGraph) -> Self {
        Self {
            graph,
            resources: IndexMap::new(),
            variables: Vec::new(),
            locals: Vec::new(),
            outputs: Vec::new(),
            moved: Vec::new(),
            released: Vec::new(),
            imports: Vec::new(),
            modules: Vec::new(),
            kubernetes: None,
            images: Vec::new(),
            decisions: Vec::new(),
            findings: Vec::new(),
            empty_secrets: Vec::new(),
            after_apply: Vec::new(),
            before_services: Vec::new(),
        }
    }

    /// Adds a resource and returns its address.
    ///
    /// # Panics
    /// When the address is taken: a bug in a lowering.
    pub fn add(&mut self, resource: Resource) -> Address {
        let address = resource.address.clone();
        let key = (resource.root, address.clone());
        let taken = self.resources.insert(key, resource).is_some();
        assert!(!taken, "two resources have the address {address}");
        address
    }

    /// The resource of an address in a root.
    pub fn get(&self, root: Root, address: &Address) -> Option<&Resource> {
        self.resources.get(&(root, address.clone()))
    }

    /// Resources of a root in the order in which they were asked for.
    pub fn in_root(&self, root: Root) -> impl Iterator<Item = &Resource> {
        self.resources
            .values()
            .filter(move |resource| resource.root == root)
    }

    /// Checks that every reference has its target in the same root.
    pub fn verify(&self) -> Result<(), PlanError> {
        for resource in self.resources.values() {
            let from = resource.address.to_string();
            for value in resource.body.0.values() {
                self.verify_value(resource.root, &from, value)?;
            }
            for address in &resource.depends_on {
                let found = if address.is_module() {
                    self.calls(resource.root, &address.name)
                } else {
                    self.get(resource.root, address).is_some()
                };
                if !found {
                    return Err(PlanError::Dangling {
                        from,
                        to: address.to_string(),
                    });
                }
            }
        }
        for call in &self.modules {
            let from = format!("module.{}", call.name);
            for value in call.inputs.0.values() {
                self.verify_value(call.root, &from, value)?;
            }
        }
        for local in &self.locals {
            self.verify_value(local.root, &format!("local.{}", local.name), &local.value)?;
        }
        for output in &self.outputs {
            self.verify_value(
                output.root,
                &format!("output.{}", output.name),
                &output.value,
            )?;
        }
        Ok(())
    }

    /// Whether a root calls a module by the name.
    fn calls(&self, root: Root, name: &str) -> bool {
        self.modules
            .iter()
            .any(|call| call.root == root && call.name == name)
    }

    fn verify_value(&self, root: Root, from: &str, value: &Value) -> Result<(), PlanError> {
        let mut dangling = None;
        value.for_each_ref(&mut |reference| {
            let (found, name) = match &reference.target {
                Target::Resource(address) => {
                    (self.get(root, address).is_some(), address.to_string())
                }
                Target::Variable(name) => (
                    self.variables
                        .iter()
                        .any(|v| v.root == root && v.name == *name),
                    format!("var.{name}"),
                ),
                Target::Local(name) => (
                    self.locals
                        .iter()
                        .any(|l| l.root == root && l.name == *name),
                    format!("local.{name}"),
                ),
                Target::Module(name) => (self.calls(root, name), format!("module.{name}")),
            };
            if !found && dangling.is_none() {
                dangling = Some(name);
            }
        });
        match dangling {
            Some(to) => Err(PlanError::Dangling {
                from: from.to_owned(),
                to,
            }),
            None => Ok(()),
        }
    }
}
