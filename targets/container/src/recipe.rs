//! One image: what goes into it, how it starts, and the files that say so.

mod own;
mod told;

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use askama::Template;
use klo_diagnostics::codes::containers as codes;
use klo_diagnostics::{At, Diagnostic};
use klo_intent::{AttrValue, Deployment, EntryCall, Intent, UnitCode, UrlForm};
use klo_parse::python::dependencies::Dependencies;
use klo_plan::{Image, ImageCommand, Plan};
use klo_source::{Tree, join};

use crate::bake::{self, Target};
use crate::certificates::Certificates;
use crate::cuda::Cuda;
use crate::entry::{self, Kind, Runtime};
use crate::escape::fits_a_line;
use crate::facts::{PythonRelease, WEB_ADAPTER};
use crate::install::{Install, install, system_packages};
use crate::openapi;
use crate::rust::Program;
use crate::sources::{Copy, Layout, by_folder, files};
use crate::start::{Circumstances, Start, start};
use crate::template::{filters, render};

/// Ports of services whose code states none (language.md §1, `port`).
const USUAL_PORT: u16 = 8080;

/// The images of an environment in the making.
pub(crate) struct Kitchen<'a> {
    plan: &'a Plan,
    pub(crate) tree: &'a dyn Tree,
    pub(crate) deployment: &'a Deployment,
    dependencies: BTreeMap<&'a str, Rc<Dependencies>>,
    /// Files and versions that were reported already, since several units share them.
    pub(crate) reported: BTreeSet<String>,
    /// Files as path in `containers/` and content.
    pub(crate) files: Vec<(String, String)>,
    /// Images to build.
    pub(crate) targets: Vec<Target>,
    /// The applications' own images that some of them rest on.
    pub(crate) owns: Vec<Target>,
    /// What to tell the user.
    pub(crate) diagnostics: Vec<Diagnostic>,
}

/// What talks to Lambda.
struct Lambda {
    client: &'static str,
    site_packages: String,
}

/// The image of a Python program.
#[derive(Template)]
#[template(path = "Dockerfile.jinja")]
struct Dockerfile {
    header: [String; 2],
    base: &'static str,
    /// Python's image, which the stage with CUDA takes it from.
    python: &'static str,
    cuda: Option<Cuda>,
    install: Option<Install>,
    lambda: Option<Lambda>,
    certificates: Option<Certificates>,
    packages: Vec<String>,
    /// `NAME=value`, sorted; names are ours.
    env: Vec<String>,
    web_adapter: Option<&'static str>,
    workdir: String,
    copies: Vec<Copy>,
    volume: bool,
    port: Option<u16>,
    entrypoint: Vec<String>,
    cmd: Vec<String>,
}

/// Which files the builder is given.
#[derive(Template)]
#[template(path = "dockerignore.jinja")]
struct Ignore<'a> {
    files: BTreeSet<&'a str>,
}

/// The command of an image and the module that it may rest on.
struct Started {
    command: Vec<String>,
    module: Option<Kind>,
}

impl Started {
    /// A generated module, run as a program.
    fn module(kind: Kind) -> Self {
        let file = format!("{}/{}.py", entry::FOLDER, entry::MODULE);
        Self {
            command: vec!["python".to_owned(), file],
            module: Some(kind),
        }
    }

    /// The runtime client with the handler: the unit's own, or that of a generated module.
    fn on_lambda(image: &Image, code: &UnitCode) -> Self {
        let module = Kind::of(image.command, code);
        let attribute = code.entry.attribute.as_deref().unwrap_or_default();
        let handler = match module {
            Some(_) => format!("{}.handler", entry::MODULE),
            None => format!("{}.{attribute}", code.entry.module),
        };
        let words = ["python", "-m", "awslambdaric", &handler];
        Self {
            command: words.map(str::to_owned).to_vec(),
            module,
        }
    }
}

impl<'a> Kitchen<'a> {
    /// Nothing made yet.
    pub(crate) fn new(plan: &'a Plan, tree: &'a dyn Tree) -> Self {
        Self {
            plan,
            tree,
            deployment: plan.graph.deployment(),
            dependencies: BTreeMap::new(),
            reported: BTreeSet::new(),
            files: Vec::new(),
            targets: Vec::new(),
            owns: Vec::new(),
            diagnostics: Vec::new(),
        }
    }

    /// Makes one image; what is in its way is reported.
    pub(crate) fn add(&mut self, image: &Image) {
        let Some(id) = self.plan.graph.by_id(&image.unit) else {
            return;
        };
        let unit = self.plan.graph.intent(id);
        match unit.text("image") {
            Some(path) => self.own(image, unit, path),
            None => {
                if let Some(code) = &unit.code {
                    self.program(image, unit, code);
                }
            }
        }
    }

    fn program(&mut self, image: &Image, unit: &'a Intent, code: &'a UnitCode) {
        match &code.entry.call {
            EntryCall::Binary {
                package,
                name,
                arguments,
                ..
            } => {
                let program = Program {
                    package,
                    name,
                    arguments,
                };
                self.rust(image, unit, code, &program);
            }
            _ => self.python(image, unit, code),
        }
    }

    fn python(&mut self, image: &Image, unit: &'a Intent, code: &'a UnitCode) {
        let dependencies = self.dependencies_of(unit, code);
        let release = self.release(code);
        let port = image.port.unwrap_or(USUAL_PORT);
        self.check_parameters(image, unit, code);
        let Some(started) = self.started(image, unit, code, &dependencies, port) else {
            return;
        };
        let held = files(self.tree, code, &self.deployment.out);
        if !self.printable(held.iter().chain(&dependencies.files)) {
            return;
        }
        let target = image.target();
        let layout = Layout::of(code, &held);
        let mut runtime = Runtime::default();
        let entrypoint = entrypoint(image, &mut runtime);
        let mut written = Vec::new();
        if let Some(kind) = started.module {
            let text = entry::module(kind, unit, code, image, port, &mut runtime);
            written.push((format!("{}.py", entry::MODULE), text));
        }
        let mut copies = self.runtime(&target, &runtime, written);
        copies.extend(layout.copies(&held));
        let install = install(self.tree, &dependencies, release);
        let cuda = self.cuda(unit, &dependencies);
        let mut needed = system_packages(&dependencies, |needs| needs.run);
        needed.extend(cuda.iter().flat_map(|cuda| &cuda.run));
        let needed = needed.into_iter().map(str::to_owned).collect();
        let base = if cuda.is_some() { "base" } else { release.tag };
        let dockerfile = Dockerfile {
            header: self.header(unit),
            base,
            python: release.tag,
            cuda,
            lambda: lambda(image, release, install.is_some()),
            install,
            certificates: Certificates::of(image, base),
            packages: self.packages(unit, needed),
            env: environment(image, code, &layout),
            web_adapter: (image.command == ImageCommand::LambdaWeb).then_some(WEB_ADAPTER),
            workdir: layout.folder(&code.project_root),
            volume: matches!(
                image.command,
                ImageCommand::Unit | ImageCommand::QueueWorker
            ),
            port: image.port,
            entrypoint,
            cmd: started.command,
            copies,
        };
        self.write(&target, "Dockerfile", render(&dockerfile));
        let copied = dockerfile.copies.iter().flat_map(|copy| &copy.sources);
        let installed = dockerfile.install.iter().flat_map(|_| &dependencies.files);
        self.ignore(&target, installed.chain(copied));
        self.target(image, unit, None);
    }

    /// The command, from the setting, the platform and the code, in this order.
    fn started(
        &mut self,
        image: &Image,
        unit: &Intent,
        code: &UnitCode,
        dependencies: &Dependencies,
        port: u16,
    ) -> Option<Started> {
        let stated = command_of(unit);
        if !stated.is_empty() {
            return Some(Started {
                command: stated,
                module: None,
            });
        }
        match image.command {
            ImageCommand::LambdaHandler => return Some(Started::on_lambda(image, code)),
            ImageCommand::QueueWorker if is_called(code) => {
                return Kind::of(image.command, code).map(Started::module);
            }
            // A program or worker application takes its messages itself.
            ImageCommand::QueueWorker | ImageCommand::Unit | ImageCommand::LambdaWeb => {}
        }
        let config = join(&code.project_root, "gunicorn.conf.py");
        let around = Circumstances {
            dependencies,
            port,
            processes: unit.processes(),
            gunicorn_config: self.tree.read_text(&config).ok(),
        };
        match start(code, &around) {
            Start::Command(command) => Some(Started {
                command,
                module: None,
            }),
            Start::FactoryBehind(mut command) => {
                command.push(format!("{}:app", entry::MODULE));
                Some(Started {
                    command,
                    module: Some(Kind::Application),
                })
            }
            Start::Aiohttp => Some(Started::module(Kind::Aiohttp)),
            Start::Entry => Kind::of(image.command, code).map(Started::module),
            Start::NoServer(suggested) => {
                self.no_server(unit, code, dependencies, suggested);
                None
            }
        }
    }

    /// Debian packages of an image: what its dependencies need and what its unit asks for.
    pub(crate) fn packages(
        &mut self,
        unit: &Intent,
        mut packages: BTreeSet<String>,
    ) -> Vec<String> {
        for name in unit
            .value("packages")
            .items()
            .iter()
            .filter_map(AttrValue::as_str)
        {
            if is_package(name) {
                packages.insert(name.to_owned());
            } else {
                self.report(
                    Diagnostic::error(
                        codes::BAD_PACKAGE,
                        unit.span_of("packages"),
                        format!("`{name}` is no name of a Debian package"),
                    )
                    .help("names are like `ffmpeg` or `libpq5`"),
                    unit,
                );
            }
        }
        packages.into_iter().collect()
    }

    pub(crate) fn printable<'p>(&mut self, mut paths: impl Iterator<Item = &'p String>) -> bool {
        let Some(path) = paths.find(|path| !fits_a_line(path)) else {
            return true;
        };
        if self.reported.insert(path.clone()) {
            self.diagnostics.push(
                Diagnostic::error(
                    codes::UNPRINTABLE_PATH,
                    At::File(path.as_str().into()),
                    format!(
                        "{path:?} holds a control character, which a Dockerfile has no form for"
                    ),
                )
                .help("rename it"),
            );
        }
        false
    }

    /// Writes the modules that klo adds beside the Dockerfile, and says how they are copied.
    fn runtime(
        &mut self,
        target: &str,
        runtime: &Runtime,
        mut written: Vec<(String, String)>,
    ) -> Vec<Copy> {
        for (name, text) in runtime.modules() {
            written.push((format!("klo_runtime/{name}"), text.to_owned()));
        }
        written.sort();
        let folder = join(&bake::folder(self.deployment), target);
        let paths: Vec<String> = written
            .iter()
            .map(|(name, _)| join(&folder, name))
            .collect();
        let copies = by_folder(paths.iter())
            .into_iter()
            .map(|(from, sources)| {
                let inner = from.strip_prefix(folder.as_str()).unwrap_or_default();
                Copy {
                    sources,
                    target: format!("{}{inner}/", entry::FOLDER),
                }
            })
            .collect();
        for (name, text) in written {
            self.write(target, &name, text);
        }
        copies
    }

    /// Writes which files the builder is given.
    pub(crate) fn ignore<'f>(&mut self, target: &str, files: impl Iterator<Item = &'f String>) {
        let files: BTreeSet<&str> = files.map(String::as_str).collect();
        let text = render(&Ignore { files });
        self.write(target, "Dockerfile.dockerignore", text);
    }

    pub(crate) fn header(&self, unit: &Intent) -> [String; 2] {
        [
            format!(
                "Image of {} of {} in {}: {}.",
                unit.id(),
                self.deployment.app,
                self.deployment.environment,
                unit.place
            ),
            "Written by klo. It is built by docker-bake.hcl in the folder above.".to_owned(),
        ]
    }

    pub(crate) fn target(&mut self, image: &Image, unit: &Intent, own: Option<String>) {
        let name = image.target();
        let folder = join(&bake::folder(self.deployment), &name);
        let openapi = openapi::describe(unit);
        if let Some(description) = &openapi {
            // Plain data always becomes JSON.
            let mut text = serde_json::to_string_pretty(description).unwrap_or_default();
            text.push('\n');
            self.write(&name, openapi::FILE, text);
        }
        self.targets.push(Target {
            labels: openapi
                .map(|description| (openapi::LABEL, description.to_string()))
                .into_iter()
                .collect(),
            about: about(unit),
            context: ".".to_owned(),
            dockerfile: join(&folder, "Dockerfile"),
            platform: image.platform,
            own,
            name,
        });
    }

    pub(crate) fn write(&mut self, target: &str, name: &str, text: String) {
        self.files.push((join(target, name), text));
    }

    pub(crate) fn report(&mut self, diagnostic: Diagnostic, unit: &Intent) {
        self.diagnostics.push(diagnostic.subject(unit.id()));
    }
}

fn is_called(code: &UnitCode) -> bool {
    matches!(
        code.entry.call,
        EntryCall::Callable { .. } | EntryCall::Handler
    )
}

fn about(unit: &Intent) -> String {
    format!("{}: {}", unit.id(), unit.place)
}

/// The command that a unit states.
pub(crate) fn command_of(unit: &Intent) -> Vec<String> {
    let words = unit.value("command").items().iter();
    words
        .filter_map(AttrValue::as_str)
        .map(str::to_owned)
        .collect()
}

/// The start that fetches secrets before it becomes the command.
fn entrypoint(image: &Image, runtime: &mut Runtime) -> Vec<String> {
    if image.fetched_secrets.is_empty() {
        return Vec::new();
    }
    runtime.with_secrets();
    let mut words: Vec<String> = ["python", "-m", "klo_runtime.secrets"]
        .map(str::to_owned)
        .to_vec();
    for (variable, reference) in &image.fetched_secrets {
        words.push(format!("{variable}={reference}"));
    }
    words.push("--".to_owned());
    words
}

fn lambda(image: &Image, release: &PythonRelease, in_venv: bool) -> Option<Lambda> {
    let prefix = if in_venv { "/opt/venv" } else { "/usr/local" };
    (image.command == ImageCommand::LambdaHandler).then(|| Lambda {
        client: release.lambda_client,
        site_packages: format!("{prefix}/lib/python3.{}/site-packages/", release.minor),
    })
}

fn environment(image: &Image, code: &UnitCode, layout: &Layout) -> Vec<String> {
    let root = layout.folder(&code.entry.source_root);
    let mut variables = vec![
        "HOME=/tmp".to_owned(),
        "PYTHONDONTWRITEBYTECODE=1".to_owned(),
        format!("PYTHONPATH={root}:{}", entry::FOLDER),
        "PYTHONUNBUFFERED=1".to_owned(),
    ];
    variables.extend(image.port.map(|port| format!("PORT={port}")));
    variables.extend(web_environment(image));
    if let Some(settings) = code
        .settings_module
        .as_ref()
        .filter(|name| fits_a_line(name))
    {
        variables.push(format!("DJANGO_SETTINGS_MODULE={settings}"));
    }
    if image.ca_bundle {
        // Postgres drivers that take no certificate in their URL, and code that passes the parts of
        // an address one by one, read these (libpq documentation, "Environment Variables").
        variables.push("PGSSLMODE=verify-full".to_owned());
        variables.push(format!("PGSSLROOTCERT={}", UrlForm::CA_BUNDLE));
    }
    variables.sort();
    variables
}

/// What the Lambda Web Adapter is told.
pub(crate) fn web_environment(image: &Image) -> Vec<String> {
    if image.command != ImageCommand::LambdaWeb {
        return Vec::new();
    }
    let mut variables = vec![format!("AWS_LWA_PORT={}", image.port.unwrap_or(USUAL_PORT))];
    if let Some(health) = image.health.as_ref().filter(|health| fits_a_line(health)) {
        variables.push(format!("AWS_LWA_READINESS_CHECK_PATH={health}"));
    }
    variables
}

/// Debian Policy 5.6.1 (package names) and 5.6.12 (versions).
fn is_package(text: &str) -> bool {
    let (name, version) = text
        .split_once('=')
        .map_or((text, None), |(name, version)| (name, Some(version)));
    let lower = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    let in_version = |c: char| c.is_ascii_alphanumeric() || ".+~:-".contains(c);
    name.len() >= 2
        && name.starts_with(lower)
        && name.chars().all(|c| lower(c) || "+-.".contains(c))
        && version.is_none_or(|version| !version.is_empty() && version.chars().all(in_version))
}
