//! Secrets: External Secrets reads them where they are kept and makes Secrets of them, which pods
//! take variables from. A Secret's name carries the version, so that another version is another pod.

use std::collections::{BTreeMap, BTreeSet};

use klo_plan::kubernetes::{Composed, Piece, Secret, Text, Workload};

use crate::custom::{
    AwsStore, ExternalSecretSpec, RemoteRef, SecretData, SecretStoreSpec, SecretTarget,
    SecretTemplate, Spec, StoreProvider, StoreRef,
};
use crate::document::Object;
use crate::scope::Scope;
use crate::text::{literal, text};

/// The name of the app's store.
const STORE: &str = "secrets";

/// Secrets of a unit that are of one version, or all that have none; or one text that secrets
/// stand in.
pub(crate) struct Bundle<'a> {
    /// The name of its ExternalSecret: the unit's, and a variable's where the version counts.
    name: String,
    version: Option<&'a Text>,
    entries: Vec<(&'a String, Entry<'a>)>,
}

/// What becomes a variable.
#[derive(Clone, Copy)]
enum Entry<'a> {
    Secret(&'a Secret),
    Composed(&'a Composed),
}

impl Bundle<'_> {
    /// The name of the Secret that is made of it.
    pub(crate) fn secret(&self) -> String {
        match self.version {
            Some(version) => format!("{}.{}", self.name, text(version)),
            None => self.name.clone(),
        }
    }

    /// Its variables, each with its key in the Secret.
    pub(crate) fn variables(&self) -> impl Iterator<Item = (&String, String)> {
        let entries = self.entries.iter().enumerate();
        entries.map(|(index, (variable, _))| (*variable, key(variable, index)))
    }
}

/// The key for a variable: the variable itself where a Secret may have such a key.
fn key(variable: &str, index: usize) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if !variable.is_empty() && variable.len() <= 253 && variable.chars().all(plain) {
        variable.to_owned()
    } else {
        format!("variable.{index}")
    }
}

/// A unit's secrets by version, those without one last.
pub(crate) fn bundles(workload: &Workload) -> Vec<Bundle<'_>> {
    let mut by_version: BTreeMap<Option<&Text>, Vec<(&String, Entry<'_>)>> = BTreeMap::new();
    for (variable, secret) in &workload.secrets {
        let version = secret.version.as_ref();
        by_version
            .entry(version)
            .or_default()
            .push((variable, Entry::Secret(secret)));
    }
    let mut taken = BTreeSet::new();
    let composed = workload.composed.iter();
    let composed = composed.map(|(variable, one)| (None, vec![(variable, Entry::Composed(one))]));
    let mut bundles: Vec<Bundle<'_>> = by_version
        .into_iter()
        .chain(composed)
        .map(|(version, entries)| {
            let mut name = workload.name.clone();
            let is_composed = matches!(entries.first(), Some((_, Entry::Composed(_))));
            if version.is_some() || is_composed {
                // A unit's name has no dot, so no two units meet here.
                let first = entries
                    .first()
                    .map_or("", |(variable, _)| variable.as_str());
                name = format!("{name}.{}", label(first));
            }
            while !taken.insert(name.clone()) {
                name.push('x');
            }
            Bundle {
                name,
                version,
                entries,
            }
        })
        .collect();
    bundles.sort_by(|a, b| a.name.cmp(&b.name));
    bundles
}

/// A variable's name as a DNS label.
fn label(variable: &str) -> String {
    let plain: String = variable
        .chars()
        .map(|c| match c {
            c if c.is_ascii_alphanumeric() => c.to_ascii_lowercase(),
            _ => '-',
        })
        .collect();
    let plain = klo_plan::physical_name(&[plain.trim_matches('-')], 63);
    if plain.is_empty() {
        "secret".to_owned()
    } else {
        plain
    }
}

/// The objects that make the Secrets of a unit.
pub(crate) fn external(scope: &Scope<'_>, workload: &Workload) -> Vec<Object> {
    let bundles = bundles(workload);
    bundles
        .iter()
        .map(|bundle| Object::new(&spec(scope, bundle).object(scope.of(workload, &bundle.name))))
        .collect()
}

fn spec(scope: &Scope<'_>, bundle: &Bundle<'_>) -> ExternalSecretSpec {
    let (kind, name) = match scope.kube.store {
        Some(_) => ("SecretStore", STORE),
        None => ("ClusterSecretStore", scope.kube.namespace.as_str()),
    };
    let mut data = Vec::new();
    let mut template = None;
    for (index, (variable, entry)) in bundle.entries.iter().enumerate() {
        let key = key(variable, index);
        match entry {
            Entry::Secret(secret) => data.push(SecretData {
                secret_key: key,
                remote_ref: RemoteRef {
                    key: text(&secret.name),
                    property: secret.key.as_deref().map(literal),
                    version: version(scope, bundle),
                },
            }),
            Entry::Composed(composed) => {
                data.extend(read(composed));
                template = Some(SecretTemplate {
                    engine_version: "v2",
                    data: BTreeMap::from([(key, composition(composed))]),
                });
            }
        }
    }
    ExternalSecretSpec {
        refresh_interval: "1h0m0s",
        secret_store_ref: StoreRef {
            kind,
            name: name.to_owned(),
        },
        target: SecretTarget {
            name: bundle.secret(),
            creation_policy: "Owner",
            template,
        },
        data,
    }
}

/// The keys that a composed text is made of.
fn read(composed: &Composed) -> Vec<SecretData> {
    let keys: BTreeSet<&str> = composed
        .parts
        .iter()
        .filter_map(|part| match part {
            Piece::Encoded(key) => Some(*key),
            Piece::Text(_) => None,
        })
        .collect();
    keys.into_iter()
        .map(|key| SecretData {
            secret_key: key.to_owned(),
            remote_ref: RemoteRef {
                key: text(&composed.name),
                property: Some(key.to_owned()),
                version: None,
            },
        })
        .collect()
}

/// The template that External Secrets makes the text by. Go's `urlquery` writes a space as `+`, which
/// means a space in queries alone.
fn composition(composed: &Composed) -> String {
    let parts = composed.parts.iter().map(|part| match part {
        Piece::Text(raw) => literal(raw).replace("{{", "{{ \"{{\" }}"),
        Piece::Encoded(key) => {
            format!("{{{{ .{key} | urlquery | replace \"+\" \"%20\" }}}}")
        }
    });
    parts.collect()
}

/// External Secrets tells ids of versions from their stages by this prefix.
fn version(scope: &Scope<'_>, bundle: &Bundle<'_>) -> Option<String> {
    let prefix = scope.kube.store.as_ref().map_or("", |_| "uuid/");
    let version = bundle.version?;
    Some(format!("{prefix}{}", text(version)))
}

/// The app's store, where klo describes one and something is read from it.
pub(crate) fn store(scope: &Scope<'_>) -> Option<Object> {
    let store = scope.kube.store.as_ref()?;
    if !scope.kube.workloads.iter().any(Workload::has_secrets) {
        return None;
    }
    let spec = SecretStoreSpec {
        provider: StoreProvider {
            aws: AwsStore {
                service: "SecretsManager",
                region: scope.plan.graph.deployment().region.clone(),
                role: store.role.as_ref().map(text),
            },
        },
    };
    Some(Object::new(&spec.object(scope.shared(STORE))))
}
