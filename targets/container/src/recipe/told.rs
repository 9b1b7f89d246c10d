//! What people are told of a unit's project: missing servers, files that cannot be used, versions
//! that nobody knows.

use std::rc::Rc;

use klo_diagnostics::codes::containers as codes;
use klo_diagnostics::{At, Diagnostic};
use klo_intent::{EntryCall, Intent, UnitCode};
use klo_parse::python::dependencies::{Dependencies, Source, dependencies};
use klo_plan::{Image, ImageCommand};
use klo_source::join;

use super::Kitchen;
use crate::cuda::{self, Cuda};
use crate::facts::PythonRelease;
use crate::python;

impl<'a> Kitchen<'a> {
    pub(super) fn dependencies_of(
        &mut self,
        unit: &Intent,
        code: &'a UnitCode,
    ) -> Rc<Dependencies> {
        let project = code.project_root.as_str();
        let found = self.dependencies.get(project).cloned().unwrap_or_else(|| {
            let found = dependencies(self.tree, &self.deployment.root, project);
            let found = Rc::new(found);
            self.dependencies.insert(project, Rc::clone(&found));
            found
        });
        for (file, message) in &found.problems {
            if self.reported.insert(file.clone()) {
                self.diagnostics.push(
                    Diagnostic::error(
                        codes::UNREADABLE_DEPENDENCIES,
                        At::File(file.as_str().into()),
                        format!("`{file}` cannot be read: {message}"),
                    )
                    .help("images install what this file states"),
                );
            }
        }
        if let (Some(Source::Pyproject), [file, ..]) = (found.source, found.files.as_slice())
            && found.problems.is_empty()
            && self.reported.insert(file.clone())
        {
            self.diagnostics.push(
                Diagnostic::warning(
                    codes::UNLOCKED_DEPENDENCIES,
                    At::File(file.as_str().into()),
                    format!("nothing locks the dependencies that `{file}` states"),
                )
                .help("run `uv lock` or `poetry lock` beside it, so that every build is the same"),
            );
        }
        if found.source.is_none() && !code.external_packages.is_empty() {
            let imported: Vec<&str> = code.external_packages.iter().map(String::as_str).collect();
            let file = join(&code.project_root, "requirements.txt");
            self.report(
                Diagnostic::error(
                    codes::NO_DEPENDENCIES,
                    unit.at,
                    format!("nothing states the dependencies of `{}`", unit.id()),
                )
                .help(format!(
                    "its code imports {}; add `{file}` with a line such as `package==1.0` for each",
                    imported.join(", ")
                )),
                unit,
            );
        }
        found
    }

    pub(super) fn release(&mut self, code: &UnitCode) -> &'static PythonRelease {
        let choice = python::choose(self.tree, &self.deployment.root, &code.project_root);
        if let Some((file, wanted)) = choice.unknown
            && self.reported.insert(format!("python {file}"))
        {
            let newest = choice.release.minor;
            self.diagnostics.push(
                Diagnostic::warning(
                    codes::UNKNOWN_PYTHON,
                    At::File(file.as_str().into()),
                    format!("klo knows no base image for Python {wanted} and takes 3.{newest}"),
                )
                .help("state a version of Python that exists, or use `image = \"Dockerfile\"`"),
            );
        }
        choice.release
    }

    /// CUDA for a unit with a GPU.
    pub(super) fn cuda(&mut self, unit: &Intent, dependencies: &Dependencies) -> Option<Cuda> {
        if unit.value("gpu").is_null() {
            return None;
        }
        let choice = cuda::choose(dependencies);
        for (package, stated, taken) in choice.unknown {
            if !self.reported.insert(format!("cuda {package}")) {
                continue;
            }
            let what = match stated {
                Some(version) => format!("{package} {version}"),
                None => format!("{package}, of which no one version is stated,"),
            };
            self.report(
                Diagnostic::warning(
                    codes::UNKNOWN_FRAMEWORK,
                    unit.span_of("gpu"),
                    format!("klo does not know which CUDA {what} was built for, and takes {taken}"),
                )
                .help(
                    "lock a version that klo knows, or build the image with a Dockerfile of your \
                     own: `image = \"Dockerfile\"`",
                ),
                unit,
            );
        }
        Some(choice.cuda)
    }

    pub(super) fn no_server(
        &mut self,
        unit: &Intent,
        code: &UnitCode,
        dependencies: &Dependencies,
        suggested: &[(&str, &str)],
    ) {
        // Without dependencies that can be read, that is the one mistake to tell of.
        let (Some(source), Some((name, version))) = (dependencies.source, suggested.first()) else {
            return;
        };
        if !dependencies.problems.is_empty() {
            return;
        }
        let manifest = join(
            if dependencies.member.is_some() {
                &code.project_root
            } else {
                &dependencies.folder
            },
            "pyproject.toml",
        );
        let range = version
            .rsplit_once('.')
            .map_or(*version, |(range, _)| range);
        let help = match source {
            Source::Requirements => {
                let file = dependencies.files.first().map_or("", String::as_str);
                format!("add the line `{name}=={version}` to `{file}`")
            }
            Source::UvLock => format!(
                "add `\"{name}>={range}\",` to `dependencies` in `{manifest}` and run `uv lock`"
            ),
            Source::PoetryLock => format!(
                "add `{name} = \"^{range}\"` to the dependencies in `{manifest}` and run `poetry lock`"
            ),
            Source::Pyproject => {
                format!("add `\"{name}>={range}\",` to `dependencies` in `{manifest}`")
            }
        };
        let what = if code.entry.framework.is_empty() {
            "the application".to_owned()
        } else {
            format!("the {} application", code.entry.framework)
        };
        self.report(
            Diagnostic::error(
                codes::NO_SERVER,
                unit.at,
                format!("no server that can run {what} is among its dependencies"),
            )
            .help(format!(
                "{help}, or state the start command with `command = [\"…\"]`"
            )),
            unit,
        );
    }

    /// A function that nothing is passed to must need nothing.
    pub(super) fn check_parameters(&mut self, image: &Image, unit: &Intent, code: &UnitCode) {
        let EntryCall::Callable { parameters, .. } = &code.entry.call else {
            return;
        };
        let gets_nothing = image.events.iter().all(|event| *event == "schedule");
        let is_called_once = image.command == ImageCommand::Unit
            || (image.command == ImageCommand::LambdaHandler && image.events == ["schedule"]);
        let needed: Vec<String> = parameters
            .iter()
            .filter(|parameter| !parameter.optional)
            .map(|parameter| format!("`{}`", parameter.name))
            .collect();
        if gets_nothing && is_called_once && !needed.is_empty() {
            self.report(
                Diagnostic::error(
                    codes::NOTHING_TO_PASS,
                    unit.at,
                    format!(
                        "`{}` needs {}, and nothing passes {}",
                        unit.id(),
                        needed.join(" and "),
                        if needed.len() == 1 { "it" } else { "them" }
                    ),
                )
                .help("give the parameter a default, or work the value out in the function"),
                unit,
            );
        }
    }
}
