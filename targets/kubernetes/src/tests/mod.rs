//! What is written for an app with one of everything. `verify/test_kubernetes.py` hands these
//! snapshots to kubectl and to the schemas of Kubernetes and of the custom resources.

mod random;
mod sample;

use std::collections::BTreeMap;

use klo_plan::kubernetes::{Cluster, Kubernetes, Mesh, Nodes, Text, WorkloadKind};
use proptest::prelude::*;
use serde_json::Value;

use sample::{eks, known, orders_api, plain, plan};

fn written(kube: Kubernetes) -> BTreeMap<String, String> {
    crate::manifests(&plan(kube)).files.into_iter().collect()
}

/// Every file under a line with its path.
fn shown(files: &BTreeMap<String, String>) -> String {
    files
        .iter()
        .map(|(path, content)| format!("==> {path}\n{content}"))
        .collect()
}

#[test]
fn nothing_without_kubernetes() {
    let mut plan = plan(plain());
    plan.kubernetes = None;
    let manifests = crate::manifests(&plan);
    assert_eq!((manifests.files, manifests.objects), (vec![], vec![]));
}

#[test]
fn auto_mode() {
    let kube = eks(Cluster::Created, Nodes::Auto, Mesh::None);
    insta::assert_snapshot!(shown(&written(kube)));
}

#[test]
fn node_groups_with_istio() {
    let kube = eks(Cluster::Created, Nodes::Managed, Mesh::Istio);
    insta::assert_snapshot!(shown(&written(kube)));
}

#[test]
fn auto_mode_with_linkerd() {
    let kube = eks(Cluster::Created, Nodes::Auto, Mesh::Linkerd);
    insta::assert_snapshot!(shown(&written(kube)));
}

#[test]
fn any_cluster() {
    insta::assert_snapshot!(shown(&written(plain())));
}

#[test]
fn a_cluster_that_is_there_has_what_it_needs() {
    let given = written(eks(Cluster::Existing, Nodes::Auto, Mesh::None));
    let mut made = written(eks(Cluster::Created, Nodes::Auto, Mesh::None));
    made.retain(|path, _| !path.starts_with("kubernetes/platform/"));
    assert_eq!(given, made);
}

#[test]
fn what_a_cluster_lacks_is_listed_where_a_step_installs_it() {
    let mut bare = plain();
    for workload in &mut bare.workloads {
        workload.secrets.clear();
        workload.composed.clear();
        workload.gpu = None;
        if let Some(server) = &mut workload.server {
            server.entrances.clear();
        }
        if let WorkloadKind::Service { replicas, .. } = &mut workload.kind {
            *replicas = (1, 1);
        }
    }
    let kubes = [
        bare,
        plain(),
        eks(Cluster::Existing, Nodes::Managed, Mesh::None),
        eks(Cluster::Created, Nodes::Managed, Mesh::None),
    ];
    let listed = kubes.map(|kube| {
        let steps = kube.steps("eu-west-1");
        let installs = steps
            .iter()
            .any(|(_, lines)| lines.contains("platform/install.sh"));
        let script = written(kube).contains_key("kubernetes/platform/install.sh");
        assert_eq!(installs, script);
        script
    });
    assert_eq!(listed, [false, true, false, true]);
}

#[test]
fn every_object_is_listed_with_who_asked_for_it() {
    let plan = plan(eks(Cluster::Created, Nodes::Auto, Mesh::Istio));
    let manifests = crate::manifests(&plan);
    let mut written = 0;
    for (path, content) in &manifests.files {
        if path.ends_with(".yaml") && !path.contains("platform/") && !path.contains("kustomization")
        {
            for (kind, name) in documents(content).into_keys() {
                written += 1;
                let listed = manifests
                    .objects
                    .iter()
                    .find(|one| one.file == *path && one.kind == kind && one.name == name);
                let listed = listed.unwrap_or_else(|| panic!("{kind} {name} of {path}"));
                assert!(!listed.why.intents.is_empty(), "{kind} {name}");
            }
        }
    }
    assert_eq!(manifests.objects.len(), written);
    let pool = manifests
        .objects
        .iter()
        .find(|one| one.name.ends_with("gpu-l4"));
    let intents = pool.map(|pool| pool.why.intents.clone());
    assert_eq!(intents, Some(["service.inference".to_owned()].into()));
}

#[test]
fn steps_stand_in_the_order_in_which_they_need_each_other() {
    let kube = eks(Cluster::Created, Nodes::Auto, Mesh::None);
    insta::assert_snapshot!("values_of_any_cluster", plain().telling().join("\n"));
    let steps: Vec<String> = kube
        .steps("eu-west-1")
        .into_iter()
        .map(|(what, lines)| format!("# {what}\n{lines}\n"))
        .collect();
    insta::assert_snapshot!(steps.concat());
}

/// The documents of a file, by kind and name.
fn documents(content: &str) -> BTreeMap<(String, String), Value> {
    let read = |text: &str| serde_yaml::from_str::<Value>(text).expect("YAML");
    let named = |document: &Value, pointer: &str| {
        let found = document.pointer(pointer).and_then(Value::as_str);
        found.unwrap_or_default().to_owned()
    };
    let documents = content.split("---\n").skip(1).map(read);
    documents
        .map(|document| {
            let key = (
                named(&document, "/kind"),
                named(&document, "/metadata/name"),
            );
            (key, document)
        })
        .collect()
}

#[test]
fn a_mesh_changes_injection_mutual_tls_and_policies_alone() {
    let of = |mesh| written(eks(Cluster::Existing, Nodes::Auto, mesh));
    let without = of(Mesh::None);
    for mesh in [Mesh::Istio, Mesh::Linkerd] {
        let with = of(mesh);
        let added: Vec<&String> = with
            .keys()
            .filter(|path| !without.contains_key(*path))
            .collect();
        assert_eq!(added, ["kubernetes/mesh.yaml"]);
        for (path, content) in &without {
            if path.ends_with("kustomization.yaml") {
                continue;
            }
            let after = documents(&with[path]);
            for (key, document) in documents(content) {
                if key.0 == "Namespace" {
                    assert_ne!(after[&key], document);
                } else {
                    assert_eq!(after[&key], document, "{path}");
                }
            }
            let known = documents(content);
            for ((kind, _), document) in after.iter().filter(|(key, _)| !known.contains_key(*key)) {
                let group = document["apiVersion"].as_str().unwrap_or_default();
                let mesh = ["security.istio.io/", "policy.linkerd.io/"];
                assert!(mesh.iter().any(|of| group.starts_with(of)), "{kind}");
            }
        }
    }
}

#[test]
fn every_output_has_its_place_and_no_other_is_left() {
    let kube = eks(Cluster::Created, Nodes::Auto, Mesh::Istio);
    for (path, content) in written(kube) {
        if !path.ends_with("kustomization.yaml") && path.ends_with(".yaml") {
            assert!(
                !content.contains('\0') && !content.contains("\\0"),
                "{path}"
            );
        }
    }
}

#[test]
fn one_thing_scales_a_service() {
    let kube = eks(Cluster::Created, Nodes::Auto, Mesh::None);
    for (path, content) in written(kube) {
        let documents = documents(&content);
        let kinds: Vec<&str> = documents.keys().map(|(kind, _)| kind.as_str()).collect();
        let scalers = ["HorizontalPodAutoscaler", "ScaledObject"];
        let count = kinds.iter().filter(|kind| scalers.contains(kind)).count();
        assert!(count <= 1, "{path}");
        for ((kind, _), document) in &documents {
            if kind == "Deployment" {
                let fixed = !document["spec"]["replicas"].is_null();
                assert_eq!(fixed, count == 0, "{path}");
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever stands in the source stays one value: no key, no document, no output comes of it.
    #[test]
    fn no_text_breaks_out(name in "[^\0]{1,20}", value in any::<String>(), path in any::<String>()) {
        let mut kube = plain();
        let mut api = orders_api();
        api.image = known("image");
        api.secrets.clear();
        api.composed.clear();
        api.env = BTreeMap::from([(name.clone(), Text::Known(value.clone()))]);
        api.flows.clear();
        if let Some(server) = &mut api.server {
            server.target_groups.clear();
            server.health = Some(path.clone());
        }
        kube.workloads = vec![api];
        let files = written(kube);
        let unit = documents(&files["kubernetes/service-orders-api.yaml"]);
        let deployment = &unit[&("Deployment".to_owned(), "orders-api".to_owned())];
        let container = &deployment["spec"]["template"]["spec"]["containers"][0];
        prop_assert_eq!(container["env"][0]["name"].as_str(), Some(name.as_str()));
        let escaped = crate::text::unexpanded(&value);
        prop_assert_eq!(container["env"][0]["value"].as_str(), Some(escaped.as_str()));
        let asked = &container["startupProbe"]["httpGet"]["path"];
        prop_assert_eq!(asked.as_str(), Some(path.as_str()));
        let kustomization = &files["kubernetes/kustomization.yaml"];
        prop_assert!(!kustomization.contains("replacements"));
    }
}
