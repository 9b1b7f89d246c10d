//! Files that are worth a look, and names that say what a call or a variable may be.

use std::collections::BTreeSet;

use klo_config::App;
use klo_source::{Tree, join};

use crate::knowledge::{clients, django};

/// Folders whose code is no part of the running application.
const SKIPPED_FOLDERS: [&str; 16] = [
    "tests",
    "test",
    "testing",
    "migrations",
    "alembic",
    "versions",
    "docs",
    "doc",
    "node_modules",
    "site-packages",
    "venv",
    ".venv",
    "benches",
    "benchmarks",
    "vendor",
    "target",
];

/// Files of tools.
const SKIPPED_FILES: [&str; 6] = [
    "conftest.py",
    "setup.py",
    "noxfile.py",
    "fabfile.py",
    "build.rs",
    "gunicorn.conf.py",
];

/// Words without which a file holds neither a client nor a unit.
const HINTS: [&str; 29] = [
    "environ",
    "getenv",
    "env::",
    "env(",
    "config(",
    "Settings",
    "create_engine",
    "SQLAlchemy",
    "create_pool",
    "connect",
    "redis",
    "valkey",
    "boto3",
    "aioboto3",
    "Celery",
    "FastAPI",
    "Starlette",
    "Flask",
    "aiohttp",
    "Quart",
    "Sanic",
    "Litestar",
    "get_wsgi_application",
    "get_asgi_application",
    "_app",
    "app =",
    "application =",
    "__main__",
    "fn main",
];

/// Most files that are looked at; of more, those that come first.
pub(super) const MOST_FILES: usize = 4000;

/// The files that are looked at, and whether there are more.
pub(super) fn looked_at(tree: &dyn Tree, app: &App, nested: &[String]) -> (BTreeSet<String>, bool) {
    let mut found = BTreeSet::new();
    for source in &app.sources {
        let files = tree.files(source).files.into_iter().filter(|path| {
            (path.ends_with(".py") || path.ends_with(".rs"))
                && is_looked_at(&app.root, path)
                && !nested
                    .iter()
                    .any(|folder| path.starts_with(&join(folder, "")))
        });
        found.extend(files);
    }
    let more = found.len() > MOST_FILES;
    (found.into_iter().take(MOST_FILES).collect(), more)
}

/// Whether a file is looked at for what may be annotated.
fn is_looked_at(root: &str, path: &str) -> bool {
    let below = path.strip_prefix(root).unwrap_or(path);
    let mut parts: Vec<&str> = below.split('/').collect();
    let name = parts.pop().unwrap_or("");
    let is_test = name.starts_with("test_")
        || name.ends_with("_test.py")
        || name.ends_with("_test.rs")
        || name == "tests.py"
        || name == "tests.rs";
    !is_test
        && !SKIPPED_FILES.contains(&name)
        && !parts.iter().any(|part| SKIPPED_FOLDERS.contains(part))
}

/// Whether a file's content may hold anything to annotate.
pub(super) fn has_hint(path: &str, bytes: &[u8]) -> bool {
    django::command_of(path).is_some()
        || path.ends_with("settings.py")
        || path.contains("settings/")
        || memchr::memmem::find(bytes, b"context").is_some()
        || memchr::memmem::find(bytes, b"@klo::").is_some()
        || HINTS
            .iter()
            .any(|hint| memchr::memmem::find(bytes, hint.as_bytes()).is_some())
}

/// A file that cargo makes a program of (The Cargo Book, "Package Layout").
pub(super) fn is_program(path: &str) -> bool {
    path.ends_with("main.rs") || path.contains("/bin/") || path.starts_with("bin/")
}

/// Whether calling a name makes an application of a framework that klo knows.
pub(super) fn is_application(name: &str) -> bool {
    matches!(
        name,
        "FastAPI"
            | "Starlette"
            | "Quart"
            | "Sanic"
            | "Litestar"
            | "Flask"
            | "Bottle"
            | "App"
            | "Application"
            | "Celery"
            | "get_wsgi_application"
            | "get_asgi_application"
    )
}

/// Whether calling a name may make a client.
pub(super) fn is_client(name: &str) -> bool {
    let known = |path: &str| path.rsplit('.').next() == Some(name);
    matches!(
        name,
        "from_url"
            | "connect"
            | "connect_with"
            | "connect_lazy"
            | "connect_lazy_with"
            | "open"
            | "establish"
            | "create_pool"
            | "build"
            | "Table"
            | "Bucket"
            | "Queue"
            | "Topic"
            | "get_queue_by_name"
            | "builder"
    ) || clients::paths().any(known)
}

/// Whether a variable holds what nobody should see, by its name.
pub(super) fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    let ends = [
        "_KEY",
        "_SECRET",
        "_TOKEN",
        "_PASSWORD",
        "_PASSPHRASE",
        "_CREDENTIALS",
        "_DSN",
        "_SALT",
    ];
    let whole = ["SECRET", "TOKEN", "PASSWORD", "APIKEY"];
    let not = [
        "PUBLIC_KEY",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "PARTITION_KEY",
        "SORT_KEY",
        "CACHE_KEY",
    ];
    (ends.iter().any(|end| name.ends_with(end))
        || whole.contains(&name.as_str())
        || name.contains("SECRET") && !name.ends_with("_ARN") && !name.ends_with("_NAME"))
        && !not.iter().any(|no| name.ends_with(no))
}
