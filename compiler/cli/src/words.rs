//! What is known of an intent, as `explain` and the page of a graph both say it.

use klo_intent::{AttrValue, Origin};
use klo_plan::{Group, Plan, Resource};

/// A layer of settings as people call it.
pub(crate) fn layer(origin: &Origin) -> String {
    match origin {
        Origin::EnvironmentResources => "`resources` of the environment".to_owned(),
        Origin::Resources => "`resources` of klo.yaml".to_owned(),
        Origin::Annotation => "the annotation".to_owned(),
        Origin::Code => "the code".to_owned(),
        Origin::Configuration => "klo.yaml".to_owned(),
        Origin::Choose { pack } => format!("`choose` of the pack {pack}"),
        Origin::Defaults { pack } => format!("`defaults` of the pack {pack}"),
        Origin::Formula => "worked out from other values".to_owned(),
        Origin::BuiltIn => "klo's default".to_owned(),
    }
}

/// A value as people write it.
pub(crate) fn shown(value: &AttrValue) -> String {
    match value.to_json() {
        serde_json::Value::Null => "unset".to_owned(),
        serde_json::Value::String(text) => text,
        other => other.to_string(),
    }
}

/// Cloud resources that serve an intent.
pub(crate) struct Serving<'a> {
    /// Those in files of intents, its own among them.
    pub(crate) own: Vec<&'a Resource>,
    /// Those in files that others need too.
    pub(crate) shared: Vec<&'a Resource>,
}

/// What serves the intent of an id, by root and address.
pub(crate) fn serving<'a>(plan: &'a Plan, id: &str) -> Serving<'a> {
    let mut all: Vec<&Resource> = plan
        .resources
        .values()
        .filter(|resource| resource.why.intents.contains(id))
        .collect();
    all.sort_by_key(|resource| (resource.root, &resource.address));
    let (own, shared) = all
        .into_iter()
        .partition(|resource| matches!(resource.group, Group::Intent { .. }));
    Serving { own, shared }
}
