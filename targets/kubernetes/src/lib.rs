//! What a plan runs on Kubernetes becomes manifests: typed objects, one file a unit, and the
//! kustomizations that tie them together and put in what Terraform knows.

mod custom;
mod document;
mod kustomize;
mod mesh;
mod network;
mod platform;
mod pod;
mod pools;
mod probe;
mod scaling;
mod scope;
mod secrets;
mod text;
mod unit;
mod volume;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use klo_check::Checked;
use klo_plan::kubernetes::{Listed, POOL_LABEL, Workload};
use klo_plan::{Plan, Why};

use crate::document::{Object, file};
use crate::scope::{Scope, stem};

/// The folder of manifests below the environment's.
const FOLDER: &str = "kubernetes";

/// The folder, below that, of jobs that run before services change.
const BEFORE: &str = "before-deploy";

/// The manifests, and what is in them.
#[derive(Debug, Default)]
pub struct Manifests {
    /// Paths below the environment's folder with their contents, sorted by path.
    pub files: Vec<(String, String)>,
    /// The objects that are applied, by file and in the file's order.
    pub objects: Vec<Listed>,
}

/// The manifests of a plan. None where nothing runs on Kubernetes.
pub fn emit(plan: &Checked<Plan>) -> Manifests {
    manifests(plan)
}

/// The manifests of a plan that may not have been judged, to be compared and not to be applied.
pub fn documents(plan: &Plan) -> Manifests {
    let mut manifests = manifests(plan);
    manifests.files.retain(|(path, _)| path.ends_with(".yaml"));
    manifests
}

fn manifests(plan: &Plan) -> Manifests {
    let Some(kube) = &plan.kubernetes else {
        return Manifests::default();
    };
    let scope = Scope { plan, kube };
    let (before, after): (Vec<&Workload>, Vec<&Workload>) = kube
        .workloads
        .iter()
        .partition(|workload| workload.runs_before_deploy());
    let mut written = Written::new(&scope);
    written.shared();
    written.volumes();
    for workload in &after {
        written.unit("", workload);
    }
    for workload in &before {
        written.unit(&format!("{BEFORE}/"), workload);
    }
    let objects = written.listed();
    let mut files = written.finish(&after, &before);
    files.extend(platform::files(&scope));
    for (path, _) in &mut files {
        *path = format!("{FOLDER}/{path}");
    }
    files.sort();
    Manifests { files, objects }
}

/// Files by path below the folder, each with its first line and its objects.
struct Written<'a> {
    scope: &'a Scope<'a>,
    files: BTreeMap<String, (String, Vec<Object>)>,
    /// Files that every kustomization needs, in the order in which they are applied.
    shared: Vec<String>,
}

impl<'a> Written<'a> {
    fn new(scope: &'a Scope<'a>) -> Self {
        Self {
            scope,
            files: BTreeMap::new(),
            shared: Vec::new(),
        }
    }

    fn add(&mut self, path: &str, about: String, objects: Vec<Object>) -> bool {
        if objects.is_empty() {
            return false;
        }
        self.files.insert(path.to_owned(), (about, objects));
        true
    }

    fn shared(&mut self) {
        let scope = self.scope;
        let files = [
            (
                "namespace.yaml",
                "The namespace, and the rule that no pod in it is reached or reaches out but by \
                 what its unit's own policy opens.",
                vec![
                    Object::new(&mesh::namespace(scope)),
                    Object::new(&network::default_deny(scope)),
                ],
            ),
            (
                "secret-store.yaml",
                "Where External Secrets reads this app's secrets.",
                secrets::store(scope).into_iter().collect(),
            ),
            (
                "mesh.yaml",
                "What every pod needs of the service mesh.",
                mesh::shared(scope),
            ),
            (
                "node-pools.yaml",
                "Nodes that are launched when units ask for them, and taken away when none does.",
                pools::objects(scope),
            ),
        ];
        for (path, about, objects) in files {
            if self.add(path, about.to_owned(), objects) {
                self.shared.push(path.to_owned());
            }
        }
    }

    fn volumes(&mut self) {
        for (intent, efs) in volume::mounted(&self.scope.kube.workloads) {
            let objects = volume::objects(self.scope, intent, efs);
            self.add(&path_of(intent), self.scope.about(intent), objects);
        }
    }

    fn unit(&mut self, folder: &str, workload: &Workload) {
        let path = format!("{folder}{}", path_of(&workload.unit));
        let objects = unit::objects(self.scope, workload);
        self.add(&path, self.scope.about(&workload.unit), objects);
    }

    /// Every object with its reason: its unit or volume, its pool, or all units together.
    fn listed(&self) -> Vec<Listed> {
        let mut listed = Vec::new();
        for (path, (_, objects)) in &self.files {
            let stem = path
                .rsplit('/')
                .next()
                .unwrap_or(path)
                .trim_end_matches(".yaml");
            for object in objects {
                let namespace = object.text("/metadata/namespace");
                listed.push(Listed {
                    file: format!("{FOLDER}/{path}"),
                    api_version: object.text("/apiVersion").to_owned(),
                    kind: object.text("/kind").to_owned(),
                    name: object.text("/metadata/name").to_owned(),
                    namespace: Some(namespace.to_owned()).filter(|name| !name.is_empty()),
                    why: self.why(stem, object),
                });
            }
        }
        listed
    }

    fn why(&self, of: &str, object: &Object) -> Why {
        let kube = self.scope.kube;
        if let Some(workload) = kube.workloads.iter().find(|one| stem(&one.unit) == of) {
            return workload.why.clone();
        }
        let label = format!(
            "/spec/template/metadata/labels/{}",
            POOL_LABEL.replace('/', "~1")
        );
        let pool = object.text(&label);
        if let Some(pool) = kube.pools.iter().find(|one| one.name == pool) {
            return pool.why.clone();
        }
        let mounts = volume::mounted(&kube.workloads);
        let units = kube.workloads.iter().map(|one| one.unit.clone());
        match mounts.keys().find(|intent| stem(intent) == of) {
            Some(intent) => Why::intent(*intent, "the file system as pods mount it"),
            None => Why::shared(units, "what units on the cluster share"),
        }
    }

    fn finish(self, after: &[&Workload], before: &[&Workload]) -> Vec<(String, String)> {
        let mut files = vec![(
            "kustomization.yaml".to_owned(),
            self.kustomization(
                "Everything that runs: `kubectl apply --kustomize kubernetes`.",
                after,
                "",
            ),
        )];
        if !before.is_empty() {
            let about = format!(
                "Jobs that run before services change. Files of the folder above belong to it too, \
                 so it is built with `kubectl kustomize --load-restrictor LoadRestrictionsNone \
                 {FOLDER}/{BEFORE}`."
            );
            files.push((
                format!("{BEFORE}/kustomization.yaml"),
                self.kustomization(&about, before, "../"),
            ));
        }
        let whose = self.scope.whose();
        for (path, (about, objects)) in &self.files {
            files.push((path.clone(), file(about, &whose, objects)));
        }
        files
    }

    /// A kustomization of what these units need; `up` leads from it to the folder.
    fn kustomization(&self, about: &str, units: &[&Workload], up: &str) -> String {
        let mut resources: Vec<String> = self.shared.clone();
        let volumes = volume::mounted(units.iter().copied());
        resources.extend(volumes.keys().map(|intent| path_of(intent)));
        let folder = if up.is_empty() {
            String::new()
        } else {
            format!("{BEFORE}/")
        };
        let own = units.iter();
        resources.extend(own.map(|unit| format!("{folder}{}", path_of(&unit.unit))));
        let objects = resources
            .iter()
            .filter_map(|path| self.files.get(path))
            .flat_map(|(_, objects)| objects);
        let relative: Vec<String> = resources
            .iter()
            .map(|path| match path.strip_prefix(folder.as_str()) {
                Some(own) if !folder.is_empty() => own.to_owned(),
                _ => format!("{up}{path}"),
            })
            .collect();
        let values = format!("{up}{}", self.scope.kube.values());
        kustomize::file(about, &self.scope.whose(), &relative, objects, &values)
    }
}

fn path_of(intent: &str) -> String {
    format!("{}.yaml", stem(intent))
}
