//! Images of Rust programs: built with the locked dependencies, and run without the toolchain.

mod cargo_config;
mod data;
pub(crate) mod facts;
pub(crate) mod launcher;
mod system;
mod toolchain;
mod workspace;

use std::collections::{BTreeMap, BTreeSet};

use askama::Template;
use klo_diagnostics::codes::containers as codes;
use klo_diagnostics::{At, Diagnostic};
use klo_intent::{Intent, UnitCode, UrlForm};
use klo_plan::{Image, ImageCommand};
use klo_source::{Tree, join, parent};

use self::cargo_config::CargoConfig;
use self::data::{Data, Search};
use self::facts::{BASE, LAUNCHER_BASE, SYSTEM_CERTIFICATES};
use self::system::{Lock, SystemPackages};
use self::toolchain::Toolchain;
use self::workspace::{Stubs, Workspace};
use crate::bake;
use crate::certificates::Certificates;
use crate::escape::fits_a_line;
use crate::facts::WEB_ADAPTER;
use crate::recipe::{Kitchen, command_of, web_environment};
use crate::sources::{Copy, Layout, by_folder};
use crate::template::{filters, render};

/// A program that cargo builds.
pub(crate) struct Program<'a> {
    /// Its package.
    pub(crate) package: &'a str,
    /// Its own name.
    pub(crate) name: &'a str,
    /// What it is told to do.
    pub(crate) arguments: &'a [String],
}

/// The image of a Rust program.
#[derive(Template)]
#[template(path = "Dockerfile.rust.jinja")]
struct Dockerfile {
    header: [String; 2],
    build: Build,
    launcher: Option<Launcher>,
    base: &'static str,
    certificates: Option<Certificates>,
    system_certificates: &'static str,
    packages: Vec<String>,
    /// `NAME=value`, sorted; names are ours.
    env: Vec<String>,
    web_adapter: Option<&'static str>,
    program: String,
    workdir: String,
    copies: Vec<Copy>,
    volume: bool,
    port: Option<u16>,
    stop_signal: Option<&'static str>,
    entrypoint: Vec<String>,
    cmd: Vec<String>,
}

/// The stage that builds the program.
struct Build {
    base: String,
    packages: Vec<&'static str>,
    channel: Option<String>,
    target: Option<String>,
    env: Vec<String>,
    workdir: String,
    manifests: Vec<Copy>,
    libraries: Vec<String>,
    programs: Vec<String>,
    sources: Vec<Copy>,
    cargo: Vec<String>,
    program: String,
}

/// The stage that builds the launcher.
pub(crate) struct Launcher {
    /// The image that has the toolchain.
    pub(crate) base: &'static str,
    /// Its sources.
    pub(crate) copies: Vec<Copy>,
    /// Where it lies in the image.
    pub(crate) program: &'static str,
}

/// What is known of a program before its Dockerfile is written.
struct Project {
    toolchain: Toolchain,
    packages: SystemPackages,
    /// Manifests, the lock file and cargo's configuration.
    manifests: BTreeSet<String>,
    stubs: Stubs,
    sources: BTreeSet<String>,
    data: Data,
    features: Vec<String>,
    config: CargoConfig,
    is_locked: bool,
    package: String,
}

impl Launcher {
    /// The files that its stage copies.
    pub(crate) fn files(&self) -> impl Iterator<Item = &String> {
        self.copies.iter().flat_map(|copy| &copy.sources)
    }
}

impl<'a> Kitchen<'a> {
    /// The image of a Rust program.
    pub(crate) fn rust(
        &mut self,
        image: &Image,
        unit: &'a Intent,
        code: &'a UnitCode,
        program: &Program<'_>,
    ) {
        if program.package.is_empty() {
            let message = "no cargo package has a program that this is part of";
            let help =
                "annotate the `main` of a program, or a function in a package that builds one";
            let error = Diagnostic::error(codes::NO_PROGRAM, unit.at, message).help(help);
            return self.report(error, unit);
        }
        let Some(project) = self.project(unit, code, program) else {
            return;
        };
        let held: BTreeSet<String> = (project.manifests.iter())
            .chain(&project.sources)
            .chain(&project.data.compiled)
            .chain(&project.data.run)
            .cloned()
            .collect();
        if !self.printable(held.iter()) {
            return;
        }
        let target = image.target();
        let layout = Layout::of(code, &held);
        let packages = self.packages(
            unit,
            project
                .packages
                .run
                .iter()
                .map(|name| (*name).to_owned())
                .collect(),
        );
        let launcher = self.launcher(image, &target);
        let dockerfile = Dockerfile {
            header: self.header(unit),
            build: build(&project, code, &layout, program),
            launcher,
            base: BASE,
            certificates: Certificates::of(image, BASE),
            system_certificates: SYSTEM_CERTIFICATES,
            packages,
            env: environment(image),
            web_adapter: (image.command == ImageCommand::LambdaWeb).then_some(WEB_ADAPTER),
            program: installed(program),
            workdir: layout.folder(if project.data.is_in_package {
                &project.package
            } else {
                &code.project_root
            }),
            copies: layout.copies(&project.data.run),
            volume: matches!(
                image.command,
                ImageCommand::Unit | ImageCommand::QueueWorker
            ),
            port: image.port,
            stop_signal: stop_signal(self.tree, &project.sources),
            entrypoint: launcher::entrypoint(&image.fetched_secrets),
            cmd: command(unit, program),
        };
        self.write(&target, "Dockerfile", render(&dockerfile));
        let launcher = dockerfile.launcher.iter().flat_map(Launcher::files);
        self.ignore(&target, held.iter().chain(launcher));
        self.target(image, unit, None);
    }

    fn project(
        &mut self,
        unit: &Intent,
        code: &UnitCode,
        program: &Program<'_>,
    ) -> Option<Project> {
        let root = code.project_root.as_str();
        let tree = self.tree;
        let workspace = Workspace::read(tree, root);
        for (file, message) in &workspace.problems {
            self.unreadable(
                file,
                message,
                "cargo builds images by what this file states",
            );
        }
        let package = workspace
            .folder_of(program.package)
            .unwrap_or(root)
            .to_owned();
        let lock = self
            .lock(unit, root)
            .map(|lock| lock.without_weak(|word| workspace.asks_for(word)));
        let config = CargoConfig::read(tree, root);
        let mut manifests = workspace.files();
        manifests.extend(config.file.clone());
        let is_locked = lock.is_some();
        if is_locked {
            manifests.insert(join(root, "Cargo.lock"));
        }
        let (packages, scripts) = sources(tree, &workspace, &package, code);
        let search = Search {
            tree,
            out: &self.deployment.out,
            project: root,
            package: &package,
        };
        let data = search.data(&packages, &scripts);
        let needs = lock.map(|lock| lock.packages(program.package, &config.text));
        let readable = workspace.problems.is_empty();
        readable.then(|| Project {
            toolchain: toolchain::choose(tree, root, workspace.least(&package)),
            packages: needs.unwrap_or_default(),
            stubs: workspace.stubs(&code.entry.file),
            features: workspace.features(&package, program.name),
            sources: packages.into_iter().flat_map(|(_, files)| files).collect(),
            manifests,
            data,
            config,
            is_locked,
            package,
        })
    }

    /// The lock file; without one that can be read its user is told.
    fn lock(&mut self, unit: &Intent, root: &str) -> Option<Lock> {
        let file = join(root, "Cargo.lock");
        let text = match self.tree.read_text(&file) {
            Ok(text) => text,
            Err(klo_source::ReadError::Missing) => {
                let manifest = join(root, "Cargo.toml");
                if self.reported.insert(manifest.clone()) {
                    self.report(
                        Diagnostic::warning(
                            codes::UNLOCKED_DEPENDENCIES,
                            At::File(manifest.as_str().into()),
                            format!("nothing locks the dependencies that `{manifest}` states"),
                        )
                        .help(
                            "run `cargo generate-lockfile` beside it and commit `Cargo.lock`, so \
                             that every build is the same",
                        ),
                        unit,
                    );
                }
                return None;
            }
            Err(error) => {
                let help = "images install what this file states";
                self.unreadable(&file, &error.to_string(), help);
                return None;
            }
        };
        match Lock::read(&text) {
            Ok(lock) => Some(lock),
            Err(message) => {
                self.unreadable(&file, &message, "`cargo generate-lockfile` writes it anew");
                None
            }
        }
    }

    fn unreadable(&mut self, file: &str, message: &str, help: &str) {
        if self.reported.insert(file.to_owned()) {
            self.diagnostics.push(
                Diagnostic::error(
                    codes::UNREADABLE_DEPENDENCIES,
                    At::File(file.into()),
                    format!("`{file}` cannot be read: {message}"),
                )
                .help(help),
            );
        }
    }

    /// Writes the launcher's sources where an image fetches secrets.
    pub(crate) fn launcher(&mut self, image: &Image, target: &str) -> Option<Launcher> {
        if image.fetched_secrets.is_empty() {
            return None;
        }
        let folder = join(&bake::folder(self.deployment), target);
        let mut paths = Vec::new();
        for (name, text) in launcher::FILES {
            self.write(target, name, text.to_owned());
            paths.push(join(&folder, name));
        }
        let copies = by_folder(paths.iter())
            .into_iter()
            .map(|(from, sources)| Copy {
                sources,
                target: format!("{}/", from.strip_prefix(&folder).unwrap_or_default()),
            })
            .collect();
        Some(Launcher {
            base: LAUNCHER_BASE,
            copies,
            program: launcher::PROGRAM,
        })
    }
}

/// The sources of the packages that are compiled, by the package's folder, and the build scripts
/// among them. Of other programs in the same package nothing is taken.
fn sources(
    tree: &dyn Tree,
    workspace: &Workspace<'_>,
    package: &str,
    code: &UnitCode,
) -> (Vec<(String, BTreeSet<String>)>, BTreeSet<String>) {
    let built = workspace.built(package);
    let mut scripts = BTreeSet::new();
    let mut packages: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for folder in &built {
        let files = packages.entry(folder).or_default();
        let programs = join(folder, "src/bin/");
        let below = tree.files(&join(folder, "src")).files;
        let is_source = |file: &String| file.ends_with(".rs") && !file.starts_with(&programs);
        files.extend(below.into_iter().filter(is_source));
        if let Some(script) = workspace.build_script(folder) {
            files.insert(script.clone());
            scripts.insert(script);
        }
    }
    for file in &code.files {
        let owner = built.iter().filter(|folder| is_below(file, folder));
        let owner = owner.max_by_key(|folder| folder.len());
        let owner = owner.map_or(package, String::as_str);
        packages.entry(owner).or_default().insert(file.clone());
    }
    let packages = packages
        .into_iter()
        .map(|(folder, files)| (folder.to_owned(), files))
        .collect();
    (packages, scripts)
}

fn is_below(file: &str, folder: &str) -> bool {
    folder.is_empty()
        || file
            .strip_prefix(folder)
            .is_some_and(|rest| rest.starts_with('/'))
}

fn build(project: &Project, code: &UnitCode, layout: &Layout, program: &Program<'_>) -> Build {
    let placed = |files: &BTreeSet<String>| -> Vec<String> {
        let place = |file: &String| {
            let name = file.rsplit('/').next().unwrap_or(file);
            format!("{}/{name}", layout.folder(parent(file)))
        };
        files.iter().map(place).collect()
    };
    let libraries = placed(&project.stubs.libraries);
    let programs = placed(&project.stubs.programs);
    let mut sources = project.sources.clone();
    sources.extend(
        project
            .data
            .compiled
            .iter()
            .chain(&project.data.run)
            .cloned(),
    );
    let has_queries = sources.iter().any(|file| file.contains(".sqlx/"));
    let mut env = vec!["CARGO_TARGET_DIR=/target".to_owned()];
    env.extend(
        project
            .toolchain
            .channel
            .iter()
            .map(|c| format!("RUSTUP_TOOLCHAIN={c}")),
    );
    env.extend(has_queries.then(|| "SQLX_OFFLINE=true".to_owned()));
    let target = project.config.target.clone();
    let inner = target
        .as_deref()
        .map_or(String::new(), |name| format!("{name}/"));
    Build {
        base: project.toolchain.image.clone(),
        packages: project.packages.build.iter().copied().collect(),
        channel: project.toolchain.channel.clone(),
        env,
        workdir: layout.folder(&code.project_root),
        manifests: layout.copies(&project.manifests),
        sources: layout.copies(&sources),
        cargo: cargo(project, program),
        program: format!("/target/{inner}release/{}", program.name),
        libraries,
        programs,
        target,
    }
}

/// Arguments of `cargo`.
fn cargo(project: &Project, program: &Program<'_>) -> Vec<String> {
    let mut words = vec!["build", "--release"];
    if project.is_locked {
        words.push("--locked");
    }
    words.extend(["--package", program.package, "--bin", program.name]);
    let features = project.features.join(",");
    if !features.is_empty() {
        words.extend(["--features", &features]);
    }
    words.into_iter().map(str::to_owned).collect()
}

/// Where the program lies in the image.
fn installed(program: &Program<'_>) -> String {
    format!("/usr/local/bin/{}", program.name)
}

fn command(unit: &Intent, program: &Program<'_>) -> Vec<String> {
    let stated = command_of(unit);
    if stated.is_empty() {
        [&[installed(program)], program.arguments].concat()
    } else {
        stated
    }
}

fn environment(image: &Image) -> Vec<String> {
    let mut variables = vec![
        "HOME=/tmp".to_owned(),
        // OpenSSL without Debian's package of certificates looks nowhere by itself.
        format!("SSL_CERT_FILE={SYSTEM_CERTIFICATES}"),
    ];
    variables.extend(image.port.map(|port| format!("PORT={port}")));
    variables.extend(web_environment(image));
    if image.ca_bundle {
        // libpq and sqlx read these (libpq documentation, "Environment Variables"; sqlx 0.8,
        // `PgConnectOptions`).
        variables.push("PGSSLMODE=verify-full".to_owned());
        variables.push(format!("PGSSLROOTCERT={}", UrlForm::CA_BUNDLE));
    }
    variables.retain(|variable| fits_a_line(variable));
    variables.sort();
    variables
}

/// Programs that end well on `SIGINT` alone are asked by it, on which tokio's `ctrl_c` waits; ECS
/// asks by the image's own signal (Amazon ECS API reference, `StopTask`, 2026-11).
fn stop_signal(tree: &dyn Tree, sources: &BTreeSet<String>) -> Option<&'static str> {
    let (mut interrupt, mut terminate) = (false, false);
    for file in sources {
        let Ok(text) = tree.read_text(file) else {
            continue;
        };
        interrupt |= text.contains("ctrl_c()") || text.contains("SignalKind::interrupt");
        // Servers of actix and Rocket wait for both by themselves.
        terminate |= ["SignalKind::terminate", "SIGTERM", "actix_web", "rocket::"]
            .iter()
            .any(|mark| text.contains(mark));
    }
    (interrupt && !terminate).then_some("SIGINT")
}
