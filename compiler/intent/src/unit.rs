use std::collections::BTreeSet;

use klo_source::Span;

use crate::binding::InertBinding;
use crate::place::Place;

/// How a process starts the unit's code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The file that holds it, relative to the repository's root.
    pub file: String,
    /// The import path of that file: `orders.main`.
    pub module: String,
    /// The folder that must be on the import path, relative to the repository's root.
    pub source_root: String,
    /// The variable, function or class; `None` when the file itself is the program.
    pub attribute: Option<String>,
    /// How it is called.
    pub call: EntryCall,
    /// The library that makes it: `fastapi`, `flask`, `celery`; empty for plain code.
    pub framework: String,
}

/// The protocol between a server and a web application.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Interface {
    /// Asynchronous Python.
    Asgi,
    /// Synchronous Python.
    Wsgi,
}

/// The ways in which code is started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EntryCall {
    /// A web application object, or a function that returns one.
    WebApplication {
        /// What the server speaks with it.
        interface: Interface,
        /// Whether the attribute is a function to call first.
        factory: bool,
    },
    /// A Celery application that a worker process runs.
    Celery,
    /// A function with the platform's own signature `(event, context)`.
    Handler,
    /// Any other function.
    Callable {
        /// Its parameters without `self`.
        parameters: Vec<Parameter>,
        /// Whether it is a coroutine function.
        is_async: bool,
    },
    /// The file, run as a program.
    Program,
    /// A program that is compiled: a Rust package's binary.
    Binary {
        /// The package, as cargo calls it.
        package: String,
        /// The program, as cargo calls it.
        name: String,
        /// The library that speaks to the platform, where the program is one of Lambda's own
        /// (`lambda_runtime`, `lambda_http`); empty where it is not.
        runtime: String,
        /// Whether it answers requests over HTTP.
        serves: bool,
        /// The commands by which the program comes to the unit, outermost first; empty where it runs
        /// without.
        arguments: Vec<String>,
    },
    /// A management command of Django, which Django finds by its name.
    DjangoCommand {
        /// The command's name.
        name: String,
        /// The project's `manage.py`, relative to the repository's root.
        manage: Option<String>,
    },
}

/// A parameter of a function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// Its type as written; empty without one.
    pub annotation: String,
    /// Whether it may be left out.
    pub optional: bool,
}

/// A route of a web framework, as the code states it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Route {
    /// The path with every prefix, parameters as `{name}`.
    pub path: String,
    /// `GET`, or `ANY`; `WEBSOCKET` for a socket.
    pub method: String,
    /// The handler.
    pub place: Place,
    /// Where it is stated.
    pub at: Span,
}

/// What reading its code says about a unit.
#[derive(Debug, Clone, PartialEq)]
pub struct UnitCode {
    /// How it starts.
    pub entry: Entry,
    /// Its routes, sorted.
    pub routes: Vec<Route>,
    /// Every project file that starting it may load, sorted.
    pub files: BTreeSet<String>,
    /// Variables that importing reads for resources that the unit does not use, sorted.
    pub inert: Vec<InertBinding>,
    /// The folder whose lock file or requirements hold for it, relative to the repository's root.
    pub project_root: String,
    /// Server processes per instance that the code or its server configuration states.
    pub processes: Option<u32>,
    /// Whether it answers with a stream or a socket, which some ways in cannot carry.
    pub streams: Option<Span>,
    /// The settings module of Django's that its process has to be told, since its code starts Django
    /// and names none.
    pub settings_module: Option<String>,
    /// Top-level packages that its code imports from outside the project, sorted.
    pub external_packages: BTreeSet<String>,
}
