//! The kustomizations: what is applied together, and where what is known last goes.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::document::{Object, Target, comment, yaml};

/// The generated map that holds the lines of the values' file while a kustomization is built.
const VALUES: &str = "values";

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Kustomization<'a> {
    api_version: &'static str,
    kind: &'static str,
    resources: &'a [String],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    config_map_generator: Vec<Generator>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    replacements: Vec<Replacement<'a>>,
}

#[derive(Serialize)]
struct Generator {
    name: &'static str,
    envs: [String; 1],
    options: GeneratorOptions,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct GeneratorOptions {
    disable_name_suffix_hash: bool,
    annotations: BTreeMap<&'static str, &'static str>,
}

#[derive(Serialize)]
struct Replacement<'a> {
    source: Source,
    targets: Vec<Place<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Source {
    kind: &'static str,
    name: &'static str,
    field_path: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Place<'a> {
    select: Select<'a>,
    field_paths: Vec<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    options: Option<Part>,
}

#[derive(Serialize)]
struct Select<'a> {
    kind: &'a str,
    name: &'a str,
}

#[derive(Serialize, PartialEq, Eq, PartialOrd, Ord)]
struct Part {
    delimiter: char,
    index: usize,
}

/// A kustomization of these files, which hold these objects. `values` is the path to
/// the file with what is known last from where it lies.
pub(crate) fn file<'a>(
    about: &str,
    whose: &str,
    resources: &[String],
    objects: impl IntoIterator<Item = &'a Object>,
    values: &str,
) -> String {
    let replacements = replacements(objects.into_iter().flat_map(Object::targets));
    let mut about = about.to_owned();
    let mut config_map_generator = Vec::new();
    if !replacements.is_empty() {
        about.push_str(&format!(
            "\n\nIn these files, <NAME> stands for the line NAME of {values}, which a step of the \
             README writes: kustomize puts it in, and nothing is to be filled in by hand."
        ));
        config_map_generator.push(Generator {
            name: VALUES,
            envs: [values.to_owned()],
            options: GeneratorOptions {
                disable_name_suffix_hash: true,
                // It is there for the build alone and not applied.
                annotations: BTreeMap::from([("config.kubernetes.io/local-config", "true")]),
            },
        });
    }
    let kustomization = Kustomization {
        api_version: "kustomize.config.k8s.io/v1beta1",
        kind: "Kustomization",
        resources,
        config_map_generator,
        replacements,
    };
    format!(
        "{}#\n{}---\n{}",
        comment(&about),
        comment(whose),
        yaml(&kustomization)
    )
}

/// Replacements by output, then object, then part.
fn replacements<'a>(targets: impl Iterator<Item = &'a Target>) -> Vec<Replacement<'a>> {
    type Key<'a> = (&'a str, &'a str, Option<Part>);
    let mut by_output: BTreeMap<&str, BTreeMap<Key<'_>, Vec<&str>>> = BTreeMap::new();
    for target in targets {
        let part = target.hole.part;
        let part = part.map(|(delimiter, index)| Part { delimiter, index });
        let key = (target.kind.as_str(), target.name.as_str(), part);
        let places = by_output.entry(&target.hole.output).or_default();
        places.entry(key).or_default().push(&target.path);
    }
    by_output
        .into_iter()
        .map(|(output, places)| Replacement {
            source: Source {
                kind: "ConfigMap",
                name: VALUES,
                field_path: format!("data.{output}"),
            },
            targets: places
                .into_iter()
                .map(|((kind, name, options), field_paths)| Place {
                    select: Select { kind, name },
                    field_paths,
                    options,
                })
                .collect(),
        })
        .collect()
}
