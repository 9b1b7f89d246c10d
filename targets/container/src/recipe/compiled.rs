//! The image of a program that is compiled.

use std::collections::BTreeSet;

use klo_diagnostics::Diagnostic;
use klo_diagnostics::codes::containers as codes;
use klo_intent::{EntryCall, Intent, UnitCode, UrlForm};
use klo_plan::{Image, ImageCommand};
use klo_source::join;
use serde::Serialize;

use super::{Kitchen, command_of, entrypoint, web_environment};
use crate::entry::{self, Runtime};
use crate::escape::fits_a_line;
use crate::facts::{CERTIFICATES, DEBIAN, WEB_ADAPTER};
use crate::python;
use crate::rust::Workspace;
use crate::sources::{Copy, by_folder};
use crate::template::render;

/// Where the sources lie while an image is built.
const BUILD: &str = "/build";
/// The program in its image.
const PROGRAM: &str = "/usr/local/bin/program";

#[derive(Serialize)]
struct Compiled {
    header: Vec<String>,
    toolchain: String,
    build_packages: BTreeSet<&'static str>,
    folder: String,
    copies: Vec<Copy>,
    locked: bool,
    package: String,
    name: String,
    /// The program where cargo leaves it.
    built: String,
    base: &'static str,
    ca_bundle: Option<&'static str>,
    certificates: [&'static str; CERTIFICATES.len()],
    packages: BTreeSet<String>,
    /// `NAME=value`, sorted; names are ours.
    env: Vec<String>,
    web_adapter: Option<&'static str>,
    program: &'static str,
    data: Vec<Copy>,
    volume: bool,
    port: Option<String>,
    entrypoint: Vec<String>,
    cmd: Vec<String>,
}

impl Kitchen<'_> {
    /// Builds a Rust package's program in one stage, and puts it alone into the next.
    pub(super) fn compiled(&mut self, image: &Image, unit: &Intent, code: &UnitCode) {
        let EntryCall::Binary {
            package,
            name,
            runtime,
            serves,
        } = &code.entry.call
        else {
            return;
        };
        if !self.can_run(image, unit, package, runtime, *serves) {
            return;
        }
        let root = code.project_root.as_str();
        let out = self.deployment.out.as_str();
        let workspace = Workspace::of(self.tree, root, package, &code.files, out);
        if !self.printable(workspace.files.iter().chain(&workspace.data)) {
            return;
        }
        if !workspace.locked && self.reported.insert(join(root, "Cargo.lock")) {
            let file = join(root, "Cargo.toml");
            self.diagnostics.push(
                Diagnostic::warning(
                    codes::UNLOCKED_DEPENDENCIES,
                    klo_diagnostics::At::File(file.as_str().into()),
                    format!("nothing locks the dependencies that `{file}` states"),
                )
                .help("commit the `Cargo.lock` that cargo writes, so that every build is the same"),
            );
        }
        let target = image.target();
        let mut fetching = Runtime::default();
        let entrypoint = entrypoint(image, &mut fetching);
        let mut data = self.runtime(&target, &fetching, Vec::new());
        data.extend(copies(&workspace.data, |folder| {
            join(
                "/app",
                folder
                    .strip_prefix(root)
                    .unwrap_or(folder)
                    .trim_matches('/'),
            )
        }));
        let stated = command_of(unit);
        let dockerfile = Compiled {
            header: self.header(unit),
            toolchain: workspace.toolchain.clone(),
            build_packages: workspace.system_packages(|needs| needs.build),
            folder: join(BUILD, root),
            copies: copies(&workspace.files, |folder| join(BUILD, folder)),
            locked: workspace.locked,
            package: package.clone(),
            built: format!("/target/release/{name}"),
            name: name.clone(),
            // What fetches secrets before the program starts is written in Python.
            base: if entrypoint.is_empty() {
                DEBIAN
            } else {
                python::usual().tag
            },
            ca_bundle: image.ca_bundle.then_some(UrlForm::CA_BUNDLE),
            certificates: CERTIFICATES,
            packages: self.run_packages(unit, &workspace),
            env: environment(image, !entrypoint.is_empty()),
            web_adapter: (image.command == ImageCommand::LambdaWeb).then_some(WEB_ADAPTER),
            program: PROGRAM,
            data,
            volume: matches!(
                image.command,
                ImageCommand::Unit | ImageCommand::QueueWorker
            ),
            port: image.port.map(|port| port.to_string()),
            entrypoint,
            cmd: if stated.is_empty() {
                vec![PROGRAM.to_owned()]
            } else {
                stated
            },
        };
        let text = render("rust", &dockerfile);
        self.write(&target, "Dockerfile", text);
        let all: Vec<Copy> = dockerfile
            .copies
            .into_iter()
            .chain(dockerfile.data)
            .collect();
        self.ignore(&target, BTreeSet::new(), &all);
        self.target(image, unit, None);
    }

    /// Whether a program can be what the platform runs.
    fn can_run(
        &mut self,
        image: &Image,
        unit: &Intent,
        package: &str,
        runtime: &str,
        serves: bool,
    ) -> bool {
        let (message, help) = if package.is_empty() {
            (
                "no cargo package has a program that this is part of".to_owned(),
                "annotate the `main` of a program, or a function in a package that builds one",
            )
        } else if image.command == ImageCommand::LambdaHandler && runtime.is_empty() {
            (
                format!(
                    "{} would run on Lambda, and its program does not speak to it",
                    unit.id()
                ),
                "start it with `lambda_runtime::run`, or state `run_on = \"fargate\"`",
            )
        } else if image.command == ImageCommand::LambdaWeb && !serves && runtime.is_empty() {
            (
                format!(
                    "{} would run on Lambda, and its program answers no requests",
                    unit.id()
                ),
                "state `run_on = \"fargate\"`",
            )
        } else {
            return true;
        };
        let diagnostic = Diagnostic::error(codes::NO_PROGRAM, unit.at, message).help(help);
        self.report(diagnostic, unit);
        false
    }

    fn run_packages(&mut self, unit: &Intent, workspace: &Workspace) -> BTreeSet<String> {
        let mut packages = self.stated_packages(unit);
        packages.insert("ca-certificates".to_owned());
        let needed = workspace.system_packages(|needs| needs.run);
        packages.extend(needed.into_iter().map(str::to_owned));
        packages
    }
}

fn copies(files: &BTreeSet<String>, target: impl Fn(&str) -> String) -> Vec<Copy> {
    by_folder(files.iter())
        .into_iter()
        .map(|(folder, sources)| Copy {
            sources,
            target: format!("{}/", target(folder).trim_end_matches('/')),
        })
        .collect()
}

fn environment(image: &Image, fetches: bool) -> Vec<String> {
    let mut variables = vec!["HOME=/tmp".to_owned()];
    variables.extend(image.port.map(|port| format!("PORT={port}")));
    variables.extend(web_environment(image));
    if fetches {
        variables.push(format!("PYTHONPATH={}", entry::FOLDER));
    }
    if image.ca_bundle {
        // See the images of Python: clients of libpq that take the parts of an address read these.
        variables.push("PGSSLMODE=verify-full".to_owned());
        variables.push(format!("PGSSLROOTCERT={}", UrlForm::CA_BUNDLE));
    }
    variables.retain(|variable| fits_a_line(variable));
    variables.sort();
    variables
}
