//! How a unit's process is started: from the framework, and the server among its dependencies.

use klo_intent::{EntryCall, Interface, UnitCode};
use klo_parse::python::dependencies::Dependencies;

use crate::facts::{AIOHTTP, CELERY, GUNICORN, UVICORN};

/// Requests at once per instance that capacity from `users` rests on (language.md §1, "Units"): what
/// a server of threads must be able to hold.
const REQUESTS_AT_ONCE: u32 = 40;

/// How a unit starts.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Start {
    /// A command.
    Command(Vec<String>),
    /// Server and arguments that end with an application object; the factory behind it has to be
    /// called by a module of ours.
    FactoryBehind(Vec<String>),
    /// aiohttp's own server, from a module of ours.
    Aiohttp,
    /// A module of ours that calls the function.
    Entry,
    /// No server among the dependencies; these would do, the first being suggested.
    NoServer(&'static [(&'static str, &'static str)]),
}

/// What a start command depends on beside the code.
pub(crate) struct Circumstances<'a> {
    /// The locked dependencies.
    pub(crate) dependencies: &'a Dependencies,
    /// The port to listen on.
    pub(crate) port: u16,
    /// Processes per instance.
    pub(crate) processes: u32,
    /// The text of `gunicorn.conf.py`, if the project has one.
    pub(crate) gunicorn_config: Option<String>,
}

/// How to start a unit.
pub(crate) fn start(code: &UnitCode, around: &Circumstances<'_>) -> Start {
    match &code.entry.call {
        EntryCall::WebApplication { .. } if code.entry.framework == "aiohttp" => {
            aiohttp(code, around)
        }
        EntryCall::WebApplication { interface, factory } => {
            let server = match interface {
                Interface::Asgi => asgi(code, around, *factory),
                Interface::Wsgi => wsgi(code, around, *factory),
            };
            server.unwrap_or(Start::NoServer(match interface {
                Interface::Asgi => &[UVICORN],
                Interface::Wsgi => &[GUNICORN],
            }))
        }
        EntryCall::Celery if !around.dependencies.has("celery") => Start::NoServer(&[CELERY]),
        EntryCall::Celery => Start::Command(words([
            "celery",
            "--app",
            &target(code),
            "worker",
            "--loglevel",
            "INFO",
            "--concurrency",
            &around.processes.to_string(),
        ])),
        EntryCall::Program => Start::Command(program(code)),
        EntryCall::DjangoCommand { name, manage, .. } => {
            Start::Command(django(code, name, manage.as_deref()))
        }
        EntryCall::Handler | EntryCall::Callable { .. } => Start::Entry,
        // A program that is compiled starts by itself; `rust` writes its image.
        EntryCall::Binary {
            name, arguments, ..
        } => Start::Command([std::slice::from_ref(name), arguments].concat()),
    }
}

/// A file that is a program, run as a module so that its imports are the project's.
fn program(code: &UnitCode) -> Vec<String> {
    let entry = &code.entry;
    let is_module = entry
        .module
        .split('.')
        .all(|part| !part.is_empty() && !part.starts_with('-'));
    if is_module {
        words(["python", "-m", &entry.module])
    } else {
        words(["python", &entry.file])
    }
}

/// Django's own way to run a command: the project's `manage.py` where the working folder reaches it,
/// else Django's module, which finds the settings in the environment.
fn django(code: &UnitCode, name: &str, manage: Option<&str>) -> Vec<String> {
    let root = code.project_root.as_str();
    let inside = manage.and_then(|manage| match root {
        "" => Some(manage),
        root => manage.strip_prefix(root)?.strip_prefix('/'),
    });
    match inside {
        Some(manage) => words(["python", manage, name]),
        None => words(["python", "-m", "django", name]),
    }
}

fn aiohttp(code: &UnitCode, around: &Circumstances<'_>) -> Start {
    let EntryCall::WebApplication { factory, .. } = code.entry.call else {
        return Start::Entry;
    };
    if around.dependencies.has("gunicorn") {
        let mut command = gunicorn(around, Some("aiohttp.GunicornWebWorker"));
        // This worker calls a coroutine function by itself and takes no other factory.
        command.push(target(code));
        return if factory {
            Start::Aiohttp
        } else {
            Start::Command(command)
        };
    }
    if around.dependencies.has("aiohttp") {
        Start::Aiohttp
    } else {
        Start::NoServer(&[AIOHTTP])
    }
}

fn asgi(code: &UnitCode, around: &Circumstances<'_>, factory: bool) -> Option<Start> {
    let has = |package| around.dependencies.has(package);
    let port = around.port.to_string();
    let bind = format!("0.0.0.0:{port}");
    let processes = around.processes.to_string();
    // Who locks gunicorn beside an ASGI application means it to manage the server's processes.
    if has("gunicorn") && has("uvicorn") {
        let worker = if has("uvicorn-worker") {
            "uvicorn_worker.UvicornWorker"
        } else {
            "uvicorn.workers.UvicornWorker"
        };
        let mut command = gunicorn(around, Some(worker));
        command.push(called(code, factory));
        return Some(Start::Command(command));
    }
    if has("uvicorn") {
        let mut command = words([
            "uvicorn",
            &target(code),
            "--host",
            "0.0.0.0",
            "--port",
            &port,
        ]);
        if factory {
            command.push("--factory".to_owned());
        }
        command.extend(words(["--workers", &processes, "--proxy-headers"]));
        command.extend(words(["--forwarded-allow-ips", "*"]));
        return Some(Start::Command(command));
    }
    if has("hypercorn") {
        let command = hypercorn(around, &bind, called(code, factory));
        return Some(Start::Command(command));
    }
    if has("granian") {
        return Some(Start::Command(granian(
            code, around, "asgi", &port, factory,
        )));
    }
    has("daphne").then(|| {
        let mut command = words([
            "daphne",
            "--bind",
            "0.0.0.0",
            "--port",
            &port,
            "--proxy-headers",
        ]);
        if factory {
            return Start::FactoryBehind(command);
        }
        command.push(target(code));
        Start::Command(command)
    })
}

fn wsgi(code: &UnitCode, around: &Circumstances<'_>, factory: bool) -> Option<Start> {
    let has = |package| around.dependencies.has(package);
    let port = around.port.to_string();
    let bind = format!("0.0.0.0:{port}");
    let threads = REQUESTS_AT_ONCE.to_string();
    if has("gunicorn") {
        let mut command = gunicorn(around, None);
        command.push(called(code, factory));
        return Some(Start::Command(command));
    }
    if has("waitress") {
        let listen = format!("--listen={bind}");
        let threads = format!("--threads={threads}");
        let mut command = words(["waitress-serve", &listen, &threads]);
        if factory {
            command.push("--call".to_owned());
        }
        command.push(target(code));
        return Some(Start::Command(command));
    }
    if has("uwsgi") || has("pyuwsgi") {
        return Some(Start::Command(words([
            "uwsgi",
            "--master",
            "--die-on-term",
            "--need-app",
            "--http-socket",
            &bind,
            "--processes",
            &around.processes.to_string(),
            "--threads",
            &threads,
            "--module",
            &called(code, factory),
        ])));
    }
    if has("granian") {
        return Some(Start::Command(granian(
            code, around, "wsgi", &port, factory,
        )));
    }
    has("hypercorn").then(|| {
        let application = format!("wsgi:{}", called(code, factory));
        Start::Command(hypercorn(around, &bind, application))
    })
}

fn hypercorn(around: &Circumstances<'_>, bind: &str, application: String) -> Vec<String> {
    let workers = around.processes.to_string();
    words([
        "hypercorn",
        "--bind",
        bind,
        "--workers",
        &workers,
        &application,
    ])
}

/// gunicorn's command without the application. The number of processes is always said, since the
/// number of database connections was worked out with it; what else its configuration file says
/// holds.
fn gunicorn(around: &Circumstances<'_>, worker: Option<&str>) -> Vec<String> {
    let bind = format!("0.0.0.0:{}", around.port);
    let config = around.gunicorn_config.as_deref().unwrap_or_default();
    let says = |setting: &str| {
        config.lines().any(|line| {
            line.strip_prefix(setting)
                .is_some_and(|rest| rest.trim_start().starts_with('='))
        })
    };
    let mut command = words([
        "gunicorn",
        "--bind",
        &bind,
        "--workers",
        &around.processes.to_string(),
    ]);
    match worker {
        Some(_) if says("worker_class") => {}
        Some(worker) => command.extend(words(["--worker-class", worker])),
        None if says("worker_class") || says("threads") => {}
        None => command.extend(words(["--threads", &REQUESTS_AT_ONCE.to_string()])),
    }
    if !says("accesslog") {
        command.extend(words(["--access-logfile", "-"]));
    }
    if !says("forwarded_allow_ips") {
        command.extend(words(["--forwarded-allow-ips", "*"]));
    }
    command
}

fn granian(
    code: &UnitCode,
    around: &Circumstances<'_>,
    interface: &str,
    port: &str,
    factory: bool,
) -> Vec<String> {
    let mut command = words([
        "granian",
        "--interface",
        interface,
        "--host",
        "0.0.0.0",
        "--port",
        port,
        "--workers",
        &around.processes.to_string(),
    ]);
    if factory {
        command.push("--factory".to_owned());
    }
    command.push(target(code));
    command
}

/// `module:attribute`.
fn target(code: &UnitCode) -> String {
    let attribute = code.entry.attribute.as_deref().unwrap_or("app");
    format!("{}:{attribute}", code.entry.module)
}

/// The same, called where it is a factory, for servers that evaluate what they are given.
fn called(code: &UnitCode, factory: bool) -> String {
    format!("{}{}", target(code), if factory { "()" } else { "" })
}

fn words<const N: usize>(words: [&str; N]) -> Vec<String> {
    words.map(str::to_owned).to_vec()
}
