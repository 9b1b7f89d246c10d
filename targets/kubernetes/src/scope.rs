//! What every object needs to know: whose it is, and what it is called.

use std::collections::BTreeMap;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::{LabelSelector, ObjectMeta};
use klo_plan::Plan;
use klo_plan::kubernetes::{Cluster, Kubernetes, Workload};

/// The label that pods are chosen by.
pub(crate) const NAME: &str = "app.kubernetes.io/name";

/// The plan, and its part that runs on Kubernetes.
#[derive(Clone, Copy)]
pub(crate) struct Scope<'a> {
    /// The plan.
    pub(crate) plan: &'a Plan,
    /// Its part that runs on Kubernetes.
    pub(crate) kube: &'a Kubernetes,
}

impl Scope<'_> {
    /// The metadata of an object of the namespace that belongs to no unit alone.
    pub(crate) fn shared(&self, name: impl Into<String>) -> ObjectMeta {
        ObjectMeta {
            namespace: Some(self.kube.namespace.clone()),
            ..self.cluster_wide(name)
        }
    }

    /// The metadata of an object outside of any namespace.
    pub(crate) fn cluster_wide(&self, name: impl Into<String>) -> ObjectMeta {
        ObjectMeta {
            name: Some(name.into()),
            labels: Some(self.labels()),
            ..ObjectMeta::default()
        }
    }

    /// The metadata of an object of a unit.
    pub(crate) fn of(&self, workload: &Workload, name: impl Into<String>) -> ObjectMeta {
        let mut metadata = self.shared(name);
        metadata.labels = Some(self.unit_labels(workload));
        metadata
    }

    /// The labels of an object of a unit, pods included.
    pub(crate) fn unit_labels(&self, workload: &Workload) -> BTreeMap<String, String> {
        let mut labels = self.labels();
        labels.insert(NAME.to_owned(), workload.name.clone());
        labels
    }

    fn labels(&self) -> BTreeMap<String, String> {
        let labels = [
            ("app.kubernetes.io/part-of", self.kube.namespace.as_str()),
            ("app.kubernetes.io/managed-by", "klo"),
        ];
        owned(labels)
    }

    /// Whether the cluster is of EKS.
    pub(crate) fn is_eks(&self) -> bool {
        self.kube.cluster != Cluster::Plain
    }

    /// Whose the files are, for their second line.
    pub(crate) fn whose(&self) -> String {
        let deployment = self.plan.graph.deployment();
        format!(
            "{}, environment {}. Written by klo from the annotated source: change that instead.",
            deployment.app, deployment.environment
        )
    }

    /// What the file of an intent begins with: what it holds, and where the intent is stated.
    pub(crate) fn about(&self, id: &str) -> String {
        let intent = self.plan.graph.intents.iter().find(|one| one.id() == id);
        match intent {
            Some(intent) => format!(
                "The {} {} ({id}), stated in {} at {}.",
                intent.kind, intent.name, intent.place.file, intent.place.item
            ),
            None => format!("What {id} needs."),
        }
    }
}

/// The pods of a workload.
pub(crate) fn selector(name: &str) -> LabelSelector {
    LabelSelector {
        match_labels: Some(owned([(NAME, name)])),
        ..LabelSelector::default()
    }
}

/// A map of texts.
pub(crate) fn owned<const N: usize>(entries: [(&str, &str); N]) -> BTreeMap<String, String> {
    let entries = entries.into_iter();
    entries
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .collect()
}

/// The stem of the file of an intent: `service-orders-api`.
pub(crate) fn stem(id: &str) -> String {
    id.replacen('.', "-", 1)
}
