//! Modules that klo puts into images: generated ones that call the application's code, and the ones
//! that these rest on.

use std::collections::BTreeSet;

use askama::Template;
use klo_intent::{EntryCall, Intent, UnitCode};
use klo_plan::{Image, ImageCommand};

use crate::template::{filters, render};

/// Where klo's own modules lie in images.
pub(crate) const FOLDER: &str = "/opt/klo";
/// The generated module's name.
pub(crate) const MODULE: &str = "klo_entry";

/// A module of [`Runtime`] with its text.
type Module = (&'static str, &'static str);

const INIT: Module = (
    "__init__.py",
    include_str!("python/klo_runtime/__init__.py"),
);
const AWS: Module = ("aws.py", include_str!("python/klo_runtime/aws.py"));
const SECRETS: Module = ("secrets.py", include_str!("python/klo_runtime/secrets.py"));
const CONVERT: Module = ("convert.py", include_str!("python/klo_runtime/convert.py"));
const EVENTS: Module = ("events.py", include_str!("python/klo_runtime/events.py"));
const HTTP: Module = ("http.py", include_str!("python/klo_runtime/http.py"));
const WORKER: Module = ("worker.py", include_str!("python/klo_runtime/worker.py"));

/// The modules that an image needs.
#[derive(Debug, Default)]
pub(crate) struct Runtime(BTreeSet<Module>);

impl Runtime {
    /// What fetching secrets takes.
    pub(crate) fn with_secrets(&mut self) {
        self.0.extend([INIT, AWS, SECRETS]);
    }

    /// What a generated module takes.
    fn with_entry(&mut self, kind: Kind) {
        self.0.extend([INIT, CONVERT, EVENTS, HTTP]);
        if matches!(kind, Kind::Worker | Kind::HandlerWorker) {
            self.0.extend([AWS, WORKER]);
        }
    }

    /// File names and texts, sorted.
    pub(crate) fn modules(&self) -> impl Iterator<Item = Module> {
        self.0.iter().copied()
    }
}

/// What a generated module does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Maps events onto a function's parameters.
    Event,
    /// Names a handler that has no importable name of its own.
    Handler,
    /// Runs a program for each event.
    Program,
    /// Calls a function once.
    Once,
    /// Calls a handler once.
    HandlerOnce,
    /// Calls a function for each message of a queue.
    Worker,
    /// Calls a handler for each message of a queue.
    HandlerWorker,
    /// Calls a factory for a server that cannot.
    Application,
    /// Runs aiohttp's server.
    Aiohttp,
}

impl Kind {
    /// The generated module that runs a unit on this platform, when its start takes one.
    pub(crate) fn of(command: ImageCommand, code: &UnitCode) -> Option<Self> {
        let is_handler = code.entry.call == EntryCall::Handler;
        let is_program = matches!(
            code.entry.call,
            EntryCall::Program | EntryCall::DjangoCommand { .. }
        );
        match command {
            ImageCommand::LambdaHandler if is_handler && has_plain_name(code) => None,
            ImageCommand::LambdaHandler if is_handler => Some(Self::Handler),
            ImageCommand::LambdaHandler if is_program => Some(Self::Program),
            ImageCommand::LambdaHandler => Some(Self::Event),
            ImageCommand::QueueWorker if is_handler => Some(Self::HandlerWorker),
            ImageCommand::QueueWorker => Some(Self::Worker),
            ImageCommand::Unit | ImageCommand::LambdaWeb if is_handler => Some(Self::HandlerOnce),
            ImageCommand::Unit | ImageCommand::LambdaWeb => Some(Self::Once),
        }
    }

    fn purpose(self) -> &'static str {
        match self {
            Self::Event => "Calls it for each event, with what its parameters ask for:",
            Self::Handler => "Names the handler for Lambda:",
            Self::Program => "Runs it for each event:",
            Self::Once | Self::HandlerOnce => "Calls it once and ends:",
            Self::Worker | Self::HandlerWorker => "Calls it for each message of its queues:",
            Self::Application => "Makes the application for a server that takes no factory:",
            Self::Aiohttp => "Serves it with aiohttp's own server:",
        }
    }
}

/// Lambda's runtime client takes everything before the last dot for the module's name.
fn has_plain_name(code: &UnitCode) -> bool {
    let is_plain = |name: &str| !name.is_empty() && !name.contains('.');
    code.entry.attribute.as_deref().is_some_and(is_plain)
}

/// Lines above the code: what the module is there for.
type Header<'a> = &'a [String];

/// The object that a module calls or serves.
struct Function<'a> {
    module: &'a str,
    attribute: &'a str,
}

/// The text of a module, by its [`Kind`].
#[derive(Template)]
enum Text<'a> {
    #[template(path = "entry/event.py.jinja")]
    Event {
        header: Header<'a>,
        function: Function<'a>,
        events: Vec<&'a str>,
    },
    #[template(path = "entry/handler.py.jinja")]
    Handler {
        header: Header<'a>,
        function: Function<'a>,
    },
    #[template(path = "entry/program.py.jinja")]
    Program {
        header: Header<'a>,
        module: &'a str,
        argument: Option<&'a str>,
    },
    #[template(path = "entry/once.py.jinja")]
    Once {
        header: Header<'a>,
        function: Function<'a>,
    },
    #[template(path = "entry/handler-once.py.jinja")]
    HandlerOnce {
        header: Header<'a>,
        function: Function<'a>,
    },
    #[template(path = "entry/worker.py.jinja")]
    Worker {
        header: Header<'a>,
        function: Function<'a>,
        events: Vec<&'a str>,
        is_handler: bool,
    },
    #[template(path = "entry/application.py.jinja")]
    Application {
        header: Header<'a>,
        function: Function<'a>,
    },
    #[template(path = "entry/aiohttp.py.jinja")]
    Aiohttp {
        header: Header<'a>,
        function: Function<'a>,
        is_factory: bool,
        port: u16,
    },
}

impl<'a> Text<'a> {
    fn of(kind: Kind, header: Header<'a>, code: &'a UnitCode, image: &'a Image, port: u16) -> Self {
        let entry = &code.entry;
        let function = Function {
            module: &entry.module,
            attribute: entry.attribute.as_deref().unwrap_or("app"),
        };
        match kind {
            Kind::Event => Self::Event {
                header,
                function,
                events: events(image),
            },
            Kind::Handler => Self::Handler { header, function },
            Kind::Program => {
                let (module, argument) = match &entry.call {
                    EntryCall::DjangoCommand { name, .. } => ("django", Some(name.as_str())),
                    _ => (entry.module.as_str(), None),
                };
                Self::Program {
                    header,
                    module,
                    argument,
                }
            }
            Kind::Once => Self::Once { header, function },
            Kind::HandlerOnce => Self::HandlerOnce { header, function },
            Kind::Worker | Kind::HandlerWorker => Self::Worker {
                header,
                function,
                events: events(image),
                is_handler: kind == Kind::HandlerWorker,
            },
            Kind::Application => Self::Application { header, function },
            Kind::Aiohttp => Self::Aiohttp {
                header,
                function,
                is_factory: matches!(entry.call, EntryCall::WebApplication { factory: true, .. }),
                port,
            },
        }
    }
}

/// What a unit is called for, sorted.
fn events(image: &Image) -> Vec<&str> {
    let events: BTreeSet<&str> = image.events.iter().copied().collect();
    events.into_iter().collect()
}

/// The text of the generated module.
pub(crate) fn module(
    kind: Kind,
    unit: &Intent,
    code: &UnitCode,
    image: &Image,
    port: u16,
    runtime: &mut Runtime,
) -> String {
    runtime.with_entry(kind);
    let header = [
        format!("Start of {}. Written by klo.", unit.id()),
        format!("{} {}.", kind.purpose(), unit.place),
    ];
    render(&Text::of(kind, &header, code, image, port))
}
