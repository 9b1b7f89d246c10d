//! `docker-bake.hcl`: every image in one command.

use std::collections::BTreeMap;

use askama::Template;
use klo_intent::Deployment;
use klo_source::join;

use crate::template::{filters, render};

/// The folder of an environment's images, relative to the repository's root.
pub(crate) fn folder(deployment: &Deployment) -> String {
    join(
        &join(&deployment.out, &deployment.environment),
        "containers",
    )
}

/// An image to build.
#[derive(Debug)]
pub(crate) struct Target {
    /// The target's name.
    pub(crate) name: String,
    /// What it is, for the comment above it.
    pub(crate) about: String,
    /// The context, relative to the repository's root.
    pub(crate) context: String,
    /// The Dockerfile, relative to the context.
    pub(crate) dockerfile: String,
    /// The platform.
    pub(crate) platform: &'static str,
    /// Labels of the image, by name.
    pub(crate) labels: BTreeMap<&'static str, String>,
    /// The target that its base is built by, as `target:name`.
    pub(crate) own: Option<String>,
}

#[derive(Template)]
#[template(path = "docker-bake.hcl.jinja")]
struct File<'a> {
    header: [String; 4],
    targets: &'a [Target],
    owns: &'a [Target],
}

/// The bake file for these images, and for the applications' own images that some rest on.
pub(crate) fn file(deployment: &Deployment, targets: &[Target], owns: &[Target]) -> String {
    let path = join(&folder(deployment), "docker-bake.hcl");
    let header = [
        format!(
            "Images of {} in {}, one target per unit. Written by klo.",
            deployment.app, deployment.environment
        ),
        "Paths are relative to the repository's root, so run it from there:".to_owned(),
        String::new(),
        format!(
            "  docker buildx bake --file {} --push",
            crate::escape::shell_word(&path)
        ),
    ];
    render(&File {
        header,
        targets,
        owns,
    })
}
