//! Builds a plan of a few units over files in memory, and prints what is emitted for it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use klo_intent::{
    AttrValue, Deployment, Entry, EntryCall, Intent, IntentGraph, Interface, Kind, Origin,
    Parameter, Place, Setting, Tier, UnitCode,
};
use klo_plan::{Image, ImageCommand, Plan, Why};
use klo_source::{FileId, MemoryTree, Span};

use crate::{Emitted, emit_plan};

/// An app in the making.
pub(super) struct Scenario {
    deployment: Deployment,
    files: Vec<(String, String)>,
    units: Vec<(Intent, Image)>,
}

pub(super) const AT: Span = Span {
    file: FileId(0),
    start: 0,
    end: 1,
};

impl Scenario {
    /// `shop` in `prod`, with its app in the repository's root.
    pub(super) fn new(files: &[(&str, &str)]) -> Self {
        Self::in_folder("", files)
    }

    /// The same with its app in a folder.
    pub(super) fn in_folder(root: &str, files: &[(&str, &str)]) -> Self {
        let deployment = Deployment {
            region: "eu-west-1".to_owned(),
            root: root.to_owned(),
            out: klo_source::join(root, "infra"),
            ..Deployment::new("shop", "prod", Tier::Prod)
        };
        Self {
            deployment,
            files: files
                .iter()
                .map(|(path, text)| ((*path).to_owned(), (*text).to_owned()))
                .collect(),
            units: Vec::new(),
        }
    }

    /// Adds a unit that holds every file of the scenario in its language.
    pub(super) fn unit(mut self, unit: Unit) -> Self {
        let (mut intent, image) = (unit.intent, unit.image);
        let is_rust = intent.place.file.ends_with(".rs");
        let ending = if is_rust { ".rs" } else { ".py" };
        let files: BTreeSet<String> = self
            .files
            .iter()
            .map(|(path, _)| path.clone())
            .filter(|path| path.ends_with(ending) && path != "gunicorn.conf.py")
            .collect();
        // Which crates a program is built from, its test says.
        if let Some(code) = &mut intent.code
            && (!is_rust || code.files.is_empty())
        {
            code.files = files;
        }
        self.units.push((intent, image));
        self
    }

    /// Everything that is emitted.
    pub(super) fn emit(self) -> Emitted {
        let mut units = self.units;
        units.sort_by_key(|(intent, _)| intent.id());
        let (intents, images): (Vec<_>, Vec<_>) = units.into_iter().unzip();
        let mut plan = Plan::new(IntentGraph {
            app: "shop".to_owned(),
            deployment: Some(self.deployment),
            intents,
            edges: Vec::new(),
        });
        plan.images = images;
        let tree = MemoryTree::new(self.files.into_iter().map(|(p, t)| (p, t.into_bytes())));
        emit_plan(&plan, &tree)
    }

    /// The same as text; klo's own modules by name alone, since they are tested where they run.
    pub(super) fn print(self) -> String {
        let (files, diagnostics) = self.emit();
        let mut out = String::new();
        for diagnostic in &diagnostics {
            let _ = writeln!(
                out,
                "{:?} {}: {}\n  help: {}",
                diagnostic.level,
                diagnostic.code.id(),
                diagnostic.message,
                diagnostic.help.as_deref().unwrap_or("none")
            );
        }
        for (path, text) in &files {
            if path.contains("/klo_runtime/") {
                let _ = writeln!(out, "=== {path} (as it is)");
            } else {
                let _ = writeln!(out, "=== {path}\n{text}");
            }
        }
        out
    }

    /// The Dockerfile of the first unit.
    pub(super) fn dockerfile(self) -> String {
        let (files, diagnostics) = self.emit();
        assert_eq!(diagnostics, []);
        files
            .into_iter()
            .find(|(path, _)| path.ends_with("/Dockerfile"))
            .map(|(_, text)| text)
            .unwrap_or_default()
    }

    /// What is reported, as `CODE message / help`.
    pub(super) fn mistakes(self) -> Vec<String> {
        let (_, diagnostics) = self.emit();
        diagnostics
            .iter()
            .map(|diagnostic| {
                let help = diagnostic.help.as_deref().unwrap_or_default();
                format!("{} {} / {help}", diagnostic.code.id(), diagnostic.message)
            })
            .collect()
    }
}

/// A unit and its image.
pub(super) struct Unit {
    pub(super) intent: Intent,
    pub(super) image: Image,
}

impl Unit {
    pub(super) fn new(kind: Kind, name: &str, file: &str, call: EntryCall) -> Self {
        let module = file.trim_end_matches(".py").replace('/', ".");
        let id = format!("{kind}.{name}");
        let code = UnitCode {
            entry: Entry {
                file: file.to_owned(),
                module,
                source_root: String::new(),
                attribute: Some("app".to_owned()),
                call,
                framework: String::new(),
            },
            routes: Vec::new(),
            files: BTreeSet::new(),
            inert: Vec::new(),
            project_root: String::new(),
            processes: None,
            settings_module: None,
            streams: None,
            external_packages: BTreeSet::new(),
        };
        Self {
            intent: Intent {
                code: Some(code),
                ..Intent::new(kind, name.to_owned(), AT, Place::new(file, "app"))
            },
            image: Image {
                unit: id.clone(),
                command: ImageCommand::Unit,
                platform: "linux/amd64",
                port: None,
                health: None,
                fetched_secrets: BTreeMap::new(),
                ca_bundle: false,
                events: Vec::new(),
                why: Why::intent(id, "image"),
            },
        }
    }

    /// A web application on a container.
    pub(super) fn web(framework: &str, interface: Interface) -> Self {
        let call = EntryCall::WebApplication {
            interface,
            factory: false,
        };
        let mut unit = Self::new(Kind::Service, "api", "api/main.py", call).framework(framework);
        unit.image.port = Some(8000);
        unit
    }

    /// A program of the Rust package `shop-<name>` in `crates/<name>`.
    pub(super) fn program(kind: Kind, name: &str, runtime: &str, serves: bool) -> Self {
        let call = EntryCall::Binary {
            package: format!("shop-{name}"),
            name: name.to_owned(),
            runtime: runtime.to_owned(),
            serves,
            arguments: Vec::new(),
        };
        let mut unit = Self::new(kind, name, &format!("crates/{name}/src/main.rs"), call);
        if serves {
            unit.image.port = Some(8080);
        }
        unit.code(|code| {
            code.entry.source_root = format!("crates/{name}");
            code.entry.attribute = None;
        })
    }

    /// A function on Lambda.
    pub(super) fn function(name: &str, attribute: &str, events: &[&'static str]) -> Self {
        let call = EntryCall::Callable {
            parameters: Vec::new(),
            is_async: false,
        };
        let mut unit = Self::new(Kind::Function, name, "work.py", call).attribute(attribute);
        unit.image.command = ImageCommand::LambdaHandler;
        unit.image.events = events.to_vec();
        unit
    }

    pub(super) fn code(mut self, change: impl FnOnce(&mut UnitCode)) -> Self {
        if let Some(code) = &mut self.intent.code {
            change(code);
        }
        self
    }

    pub(super) fn image(mut self, change: impl FnOnce(&mut Image)) -> Self {
        change(&mut self.image);
        self
    }

    pub(super) fn attribute(self, attribute: &str) -> Self {
        self.code(|code| code.entry.attribute = Some(attribute.to_owned()))
    }

    pub(super) fn factory(self) -> Self {
        let unit = self.attribute("create_app");
        unit.code(|code| {
            if let EntryCall::WebApplication { factory, .. } = &mut code.entry.call {
                *factory = true;
            }
        })
    }

    pub(super) fn framework(self, framework: &str) -> Self {
        self.code(|code| {
            code.entry.framework = framework.to_owned();
            code.external_packages.insert(framework.to_owned());
        })
    }

    /// The app's folder, which is the project's too.
    pub(super) fn in_folder(self, folder: &str) -> Self {
        let file = klo_source::join(folder, "api/main.py");
        self.code(|code| {
            code.project_root = folder.to_owned();
            code.entry.source_root = folder.to_owned();
            code.entry.file = file;
        })
    }

    pub(super) fn parameter(self, name: &str) -> Self {
        self.code(|code| {
            if let EntryCall::Callable { parameters, .. } = &mut code.entry.call {
                parameters.push(Parameter {
                    name: name.to_owned(),
                    annotation: String::new(),
                    optional: false,
                });
            }
        })
    }

    pub(super) fn setting(mut self, name: &'static str, value: AttrValue) -> Self {
        let setting = Setting {
            value,
            origin: Origin::Annotation,
            span: Some(AT),
            overridden: Vec::new(),
        };
        self.intent.settings.insert(name, setting);
        self
    }
}

/// A list setting.
pub(super) fn texts(words: &[&str]) -> AttrValue {
    AttrValue::List(words.iter().map(|word| AttrValue::from(*word)).collect())
}
