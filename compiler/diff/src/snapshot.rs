//! One environment as the documents that klo writes have it.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::{Map, Value};
use thiserror::Error;

use crate::tool::{Tool, Tools};

/// The version of `graph.json` and `plan.json` that is understood.
const VERSION: u32 = 1;

/// Why documents give no snapshot.
#[derive(Debug, Error)]
pub enum SnapshotError {
    /// It is not what it should be.
    #[error("{file} is not what klo writes there: {why}")]
    Malformed {
        /// The file.
        file: String,
        /// What the decoder says.
        why: String,
    },
    /// Another version of klo wrote it.
    #[error("{file} has version {version}, and this klo understands {VERSION}")]
    Version {
        /// The file.
        file: &'static str,
        /// Its version.
        version: u32,
    },
    /// The two do not belong together.
    #[error("graph.json is of {graph} and plan.json of {plan}")]
    Apart {
        /// App and environment of the graph.
        graph: String,
        /// App and environment of the plan.
        plan: String,
    },
}

/// One environment of one app.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Snapshot {
    /// The app.
    pub(crate) app: String,
    /// The environment.
    pub(crate) environment: String,
    /// What it is written for.
    pub(crate) tools: Tools,
    /// Intents by id.
    pub(crate) intents: BTreeMap<String, Intent>,
    /// Accesses by both ends.
    pub(crate) edges: BTreeMap<(String, String), BTreeSet<String>>,
    /// What was chosen and why, by code and subject.
    pub(crate) decisions: BTreeMap<(String, String), Chosen>,
    /// Resources and calls of modules.
    pub(crate) resources: BTreeMap<Spot, Resource>,
    /// Former spots by present ones.
    pub(crate) moved: BTreeMap<Spot, Spot>,
    /// What is let go without being destroyed.
    pub(crate) released: BTreeSet<Spot>,
    /// Objects on Kubernetes by kind and name.
    pub(crate) objects: BTreeMap<String, Object>,
}

/// An intent.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Intent {
    pub(crate) kind: String,
    /// Attributes without the places that some of them hold.
    pub(crate) attributes: Map<String, Value>,
    /// `shared/database.py, engine`.
    pub(crate) at: String,
}

impl Intent {
    pub(crate) fn attribute(&self, name: &str) -> &Value {
        self.attributes.get(name).unwrap_or(&Value::Null)
    }
}

/// What was chosen and why.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Chosen {
    pub(crate) chosen: String,
    pub(crate) because: String,
}

/// A root, whichever tool it is written for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Root {
    Bootstrap,
    Main,
}

impl Root {
    pub(crate) const ALL: [Self; 2] = [Self::Main, Self::Bootstrap];

    fn of(folder: &str) -> Self {
        match folder {
            "bootstrap" => Self::Bootstrap,
            _ => Self::Main,
        }
    }

    /// Its folder below the environment's.
    pub(crate) const fn folder(self, tool: Tool) -> &'static str {
        match (self, tool) {
            (Self::Bootstrap, _) => "bootstrap",
            (Self::Main, Tool::Terraform) => "terraform",
            (Self::Main, Tool::Pulumi) => "pulumi",
        }
    }
}

/// Where a resource is: its root and its address there.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Spot {
    pub(crate) root: Root,
    pub(crate) address: String,
}

/// A resource, data source, ephemeral or call of a module.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Resource {
    /// Its type; `module` for a call.
    pub(crate) kind: String,
    /// Whether it is created and kept in state.
    pub(crate) managed: bool,
    pub(crate) attributes: Map<String, Value>,
    pub(crate) prevent_destroy: bool,
    pub(crate) intents: Vec<String>,
    pub(crate) purpose: String,
    pub(crate) file: String,
}

/// An object on Kubernetes.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Object {
    pub(crate) file: String,
    pub(crate) body: Value,
}

impl Snapshot {
    /// Reads an environment's `graph.json`, `plan.json` and manifests, which are paths with their
    /// contents.
    pub fn read(
        graph: &str,
        plan: &str,
        manifests: &[(String, String)],
    ) -> Result<Self, SnapshotError> {
        let graph: GraphDocument = decode("graph.json", graph)?;
        let plan: PlanDocument = decode("plan.json", plan)?;
        for (file, version) in [("graph.json", graph.version), ("plan.json", plan.version)] {
            if version != VERSION {
                return Err(SnapshotError::Version { file, version });
            }
        }
        let environment = graph.environment.clone().unwrap_or_default();
        if (&graph.app, &environment) != (&plan.app, &plan.environment) {
            return Err(SnapshotError::Apart {
                graph: format!("{} {environment}", graph.app),
                plan: format!("{} {}", plan.app, plan.environment),
            });
        }
        let mut snapshot = Self {
            app: graph.app,
            environment,
            tools: plan.tools(),
            intents: graph.intents.into_iter().map(Intent::of).collect(),
            ..Self::default()
        };
        for edge in graph.edges {
            let access = snapshot.edges.entry((edge.from, edge.to)).or_default();
            access.extend(edge.access);
        }
        for one in graph.decisions {
            let known = snapshot.decisions.entry((one.code, one.subject));
            let known = known.or_default();
            join(&mut known.chosen, &one.chosen);
            join(&mut known.because, &one.because);
        }
        for one in plan.resources.into_iter().chain(plan.modules) {
            let (spot, resource) = one.read();
            snapshot.resources.insert(spot, resource);
        }
        for one in plan.moved {
            let spot = |address| Spot {
                root: Root::of(&one.root),
                address,
            };
            snapshot.moved.insert(spot(one.to), spot(one.from));
        }
        let released = plan.released.into_iter().map(|one| Spot {
            root: Root::of(&one.root),
            address: one.from,
        });
        snapshot.released = released.collect();
        for (file, text) in manifests {
            snapshot.objects.extend(objects(file, text)?);
        }
        Ok(snapshot)
    }

    /// The app.
    pub fn app(&self) -> &str {
        &self.app
    }

    /// The environment.
    pub fn environment(&self) -> &str {
        &self.environment
    }
}

fn join(all: &mut String, one: &str) {
    if !all.is_empty() {
        all.push_str("; ");
    }
    all.push_str(one);
}

fn decode<T: for<'de> Deserialize<'de>>(file: &str, text: &str) -> Result<T, SnapshotError> {
    serde_json::from_str(text).map_err(|error| SnapshotError::Malformed {
        file: file.to_owned(),
        why: error.to_string(),
    })
}

/// The objects of a manifest. Kustomizations tie files together and are none.
fn objects(file: &str, text: &str) -> Result<Vec<(String, Object)>, SnapshotError> {
    let documents: Vec<Value> =
        serde_yaml::from_multiple(text).map_err(|error| SnapshotError::Malformed {
            file: file.to_owned(),
            why: error.to_string().lines().next().unwrap_or("").to_owned(),
        })?;
    let named = documents.into_iter().filter_map(|body| {
        let kind = body.get("kind")?.as_str()?;
        let name = body.get("metadata")?.get("name")?.as_str()?;
        let key = format!("{kind}/{name}");
        let file = file.to_owned();
        Some((key, Object { file, body }))
    });
    Ok(named.collect())
}

#[derive(Deserialize)]
struct GraphDocument {
    version: u32,
    app: String,
    environment: Option<String>,
    intents: Vec<IntentDocument>,
    edges: Vec<EdgeDocument>,
    decisions: Vec<DecisionDocument>,
}

#[derive(Deserialize)]
struct IntentDocument {
    id: String,
    kind: String,
    attributes: Map<String, Value>,
    at: PlaceDocument,
}

#[derive(Deserialize)]
struct PlaceDocument {
    file: String,
    #[serde(default)]
    item: String,
}

#[derive(Deserialize)]
struct EdgeDocument {
    from: String,
    to: String,
    access: Vec<String>,
}

#[derive(Deserialize)]
struct DecisionDocument {
    code: String,
    subject: String,
    chosen: String,
    because: String,
}

#[derive(Deserialize)]
struct PlanDocument {
    version: u32,
    app: String,
    environment: String,
    resources: Vec<ResourceDocument>,
    modules: Vec<ResourceDocument>,
    /// What it is written for, where that is more than one tool.
    #[serde(default)]
    tools: Vec<Tool>,
    #[serde(default)]
    moved: Vec<MovedDocument>,
    #[serde(default)]
    released: Vec<ReleasedDocument>,
}

impl PlanDocument {
    /// The tools it is written for: as it says, else those whose files it names.
    fn tools(&self) -> Tools {
        let named = self.resources.iter().chain(&self.modules);
        let named = named.filter_map(|one| match one.file.rsplit_once('.')?.1 {
            "tf" => Some(Tool::Terraform),
            "ts" => Some(Tool::Pulumi),
            _ => None,
        });
        self.tools.iter().copied().chain(named).collect()
    }
}

#[derive(Deserialize)]
struct ResourceDocument {
    root: String,
    address: String,
    #[serde(default)]
    mode: String,
    #[serde(rename = "type", default)]
    kind: Option<String>,
    file: String,
    #[serde(default)]
    source: Option<String>,
    #[serde(default)]
    version: Option<String>,
    attributes: Map<String, Value>,
    #[serde(default)]
    lifecycle: LifecycleDocument,
    purpose: String,
    intents: Vec<String>,
}

#[derive(Deserialize, Default)]
struct LifecycleDocument {
    prevent_destroy: bool,
}

#[derive(Deserialize)]
struct MovedDocument {
    root: String,
    from: String,
    to: String,
}

#[derive(Deserialize)]
struct ReleasedDocument {
    root: String,
    from: String,
}

impl Intent {
    fn of(document: IntentDocument) -> (String, Self) {
        let mut attributes = document.attributes;
        // Routes say where they stand, which is compared by nothing.
        for route in attributes
            .get_mut("routes")
            .and_then(Value::as_array_mut)
            .into_iter()
            .flatten()
        {
            if let Some(route) = route.as_object_mut() {
                for place in ["file", "item", "line", "column"] {
                    route.remove(place);
                }
            }
        }
        let at = match document.at.item.as_str() {
            "" => document.at.file,
            item => format!("{}, {item}", document.at.file),
        };
        let intent = Self {
            kind: document.kind,
            attributes,
            at,
        };
        (document.id, intent)
    }
}

impl ResourceDocument {
    fn read(self) -> (Spot, Resource) {
        let mut attributes = self.attributes;
        // A module's source is no input of it, but another source is another module.
        for (name, text) in [("source", self.source), ("version", self.version)] {
            if let Some(text) = text {
                attributes.insert(format!("module.{name}"), Value::String(text));
            }
        }
        let spot = Spot {
            root: Root::of(&self.root),
            address: self.address,
        };
        let resource = Resource {
            managed: self.kind.is_none() || self.mode == "managed",
            kind: self.kind.unwrap_or_else(|| "module".to_owned()),
            attributes,
            prevent_destroy: self.lifecycle.prevent_destroy,
            intents: self.intents,
            purpose: self.purpose,
            file: self.file,
        };
        (spot, resource)
    }
}
