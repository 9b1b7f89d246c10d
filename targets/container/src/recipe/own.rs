//! An image that the application describes itself.

use askama::Template;
use klo_diagnostics::Diagnostic;
use klo_diagnostics::codes::containers as codes;
use klo_intent::{EntryCall, Intent};
use klo_plan::{Image, ImageCommand};
use klo_source::{EntryKind, normalize};

use super::{Kitchen, about, command_of, entrypoint, web_environment};
use crate::bake::Target;
use crate::certificates::Certificates;
use crate::entry::{self, Runtime};
use crate::facts::WEB_ADAPTER;
use crate::python;
use crate::rust::{Launcher, launcher};
use crate::sources::Copy;
use crate::template::{filters, render};

/// What is put on top of an image of the application's own.
#[derive(Template)]
#[template(path = "Dockerfile.own.jinja")]
struct OwnDockerfile {
    header: [String; 2],
    certificates: Option<Certificates>,
    launcher: Option<Launcher>,
    /// `NAME=value`; names are ours.
    env: Vec<String>,
    web_adapter: Option<&'static str>,
    copies: Vec<Copy>,
    entrypoint: Vec<String>,
    cmd: Vec<String>,
}

impl Kitchen<'_> {
    /// An image of the application's own: built as it is, with what the platform needs on top.
    pub(super) fn own(&mut self, image: &Image, unit: &Intent, path: &str) {
        let root = self.deployment.root.as_str();
        let found = normalize(root, path).filter(|path| self.tree.kind(path) == EntryKind::File);
        let Some(found) = found else {
            self.report(
                Diagnostic::error(
                    codes::NO_SUCH_IMAGE,
                    unit.span_of("image"),
                    format!("there is no Dockerfile `{path}`"),
                )
                .help("the path is relative to the app's folder and stays inside the repository"),
                unit,
            );
            return;
        };
        let inner = match root {
            "" => Some(found.as_str()),
            root => found
                .strip_prefix(root)
                .and_then(|rest| rest.strip_prefix('/')),
        };
        let (context, dockerfile) = match inner {
            Some(inner) if !root.is_empty() => (root.to_owned(), inner.to_owned()),
            _ => (".".to_owned(), found.clone()),
        };
        let own = Target {
            labels: std::collections::BTreeMap::new(),
            name: image.target(),
            about: about(unit),
            context,
            dockerfile,
            platform: image.platform,
            own: None,
        };
        let is_web = image.command == ImageCommand::LambdaWeb;
        if !image.ca_bundle && !is_web && image.fetched_secrets.is_empty() {
            self.targets.push(own);
            return;
        }
        let command = command_of(unit);
        if command.is_empty() && !image.fetched_secrets.is_empty() {
            self.report(
                Diagnostic::error(
                    codes::OWN_IMAGE_COMMAND,
                    unit.span_of("image"),
                    format!(
                        "the command of `{path}` has to wait for secrets, and klo does not know it"
                    ),
                )
                .help("state it with `command = [\"…\"]`"),
                unit,
            );
            return;
        }
        self.wrap(image, unit, own, command);
    }

    pub(super) fn wrap(&mut self, image: &Image, unit: &Intent, own: Target, command: Vec<String>) {
        let target = image.target();
        let is_compiled = (unit.code.as_ref())
            .is_some_and(|code| matches!(code.entry.call, EntryCall::Binary { .. }));
        let mut runtime = Runtime::default();
        // The image of a compiled program need not have Python in it.
        let (launcher, entrypoint) = if is_compiled {
            let entrypoint = launcher::entrypoint(&image.fetched_secrets);
            (self.launcher(image, &target), entrypoint)
        } else {
            (None, entrypoint(image, &mut runtime))
        };
        let copies = self.runtime(&target, &runtime, Vec::new());
        let is_web = image.command == ImageCommand::LambdaWeb;
        let mut env = web_environment(image);
        if !entrypoint.is_empty() && !is_compiled {
            env.push(format!("PYTHONPATH={}", entry::FOLDER));
        }
        let dockerfile = OwnDockerfile {
            header: self.header(unit),
            certificates: Certificates::of(image, python::usual().tag),
            launcher,
            env,
            web_adapter: is_web.then_some(WEB_ADAPTER),
            cmd: if entrypoint.is_empty() {
                Vec::new()
            } else {
                command
            },
            entrypoint,
            copies,
        };
        self.write(&target, "Dockerfile", render(&dockerfile));
        let launcher = dockerfile.launcher.iter().flat_map(Launcher::files);
        let copied = dockerfile.copies.iter().flat_map(|copy| &copy.sources);
        self.ignore(&target, launcher.chain(copied));
        let name = format!("{target}-own");
        self.target(image, unit, Some(format!("target:{name}")));
        self.owns.push(Target { name, ..own });
    }
}
