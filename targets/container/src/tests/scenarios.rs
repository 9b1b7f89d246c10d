//! What is written, scenario by scenario; the snapshots are read like code.

use std::collections::BTreeMap;

use insta::assert_snapshot;
use klo_intent::{AttrValue, EntryCall, Interface, Kind};
use klo_plan::ImageCommand;

use super::scenario::{Scenario, Unit, texts};

const FASTAPI: [(&str, &str); 4] = [
    (
        "requirements.txt",
        "fastapi==0.115.0\nuvicorn==0.34.0\npsycopg2==2.9.10\n",
    ),
    ("api/__init__.py", ""),
    (
        "api/main.py",
        "from shared import db\nPRICES = open('data/prices.csv')\n",
    ),
    ("shared/db.py", "import os\n"),
];

#[test]
fn service_on_fargate() {
    let mut files = FASTAPI.to_vec();
    files.push(("data/prices.csv", "a,1\n"));
    files.push(("data/other.csv", "a,1\n"));
    files.push((".env", "SECRET=1\n"));
    let unit = Unit::web("fastapi", Interface::Asgi)
        .code(|code| code.processes = Some(2))
        .image(|image| {
            image.ca_bundle = true;
            image.health = Some("/health".to_owned());
        })
        .setting("packages", texts(&["ffmpeg"]));
    assert_snapshot!(Scenario::new(&files).unit(unit).print());
}

#[test]
fn service_on_lambda_with_secrets() {
    let unit = Unit::web("fastapi", Interface::Asgi).image(|image| {
        image.command = ImageCommand::LambdaWeb;
        image.platform = "linux/arm64";
        image.health = Some("/health check".to_owned());
        image.fetched_secrets = BTreeMap::from([(
            "DATABASE_URL".to_owned(),
            "KLO_SECRET_DATABASE_URL".to_owned(),
        )]);
    });
    assert_snapshot!(Scenario::new(&FASTAPI).unit(unit).print());
}

#[test]
fn functions_on_lambda() {
    let files = [
        ("requirements.txt", "-e .\nboto3==1.35.0\n"),
        ("work.py", "def on_order(order): ...\n"),
    ];
    let queue = Unit::function("on-order", "on_order", &["queue", "topic"])
        .parameter("order")
        .code(|code| {
            code.external_packages.insert("boto3".to_owned());
        });
    let handler = Unit::function("raw", "handle", &["schedule"]).code(|code| {
        code.entry.call = EntryCall::Handler;
    });
    assert_snapshot!(Scenario::new(&files).unit(queue).unit(handler).print());
}

#[test]
fn a_function_of_the_standard_library_alone() {
    let unit = Unit::function("tidy", "tidy", &["schedule"]);
    assert_snapshot!(
        Scenario::new(&[("work.py", "def tidy(): ...\n")])
            .unit(unit)
            .print()
    );
}

#[test]
fn a_job_and_a_queue_worker() {
    let files = [
        ("requirements.txt", "boto3==1.35.0\n"),
        ("work.py", "def report(): ...\n"),
    ];
    let job = Unit::function("report", "report", &[]).image(|image| {
        image.command = ImageCommand::Unit;
    });
    let worker = Unit::function("mail", "mail", &["queue"])
        .parameter("message")
        .image(|image| {
            image.command = ImageCommand::QueueWorker;
        });
    assert_snapshot!(Scenario::new(&files).unit(job).unit(worker).print());
}

#[test]
fn an_app_in_a_folder_of_a_larger_repository() {
    let files = [
        (
            "apps/shop/pyproject.toml",
            "[project]\nname='shop'\nrequires-python='>=3.10,<3.13'\n",
        ),
        (
            "apps/shop/uv.lock",
            "[[package]]\nname='uvicorn'\nversion='0.34.0'\n[[package]]\nname='flask'\nversion='3'\n",
        ),
        ("apps/shop/api/main.py", ""),
        ("apps/shop/api/templates/a b[1].html", ""),
    ];
    let unit = Unit::web("flask", Interface::Asgi).in_folder("apps/shop");
    assert_snapshot!(Scenario::in_folder("apps/shop", &files).unit(unit).print());
}

#[test]
fn an_image_of_the_applications_own() {
    let files = [
        ("docker/api.Dockerfile", "FROM python:3.13\n"),
        ("api/main.py", ""),
    ];
    let plain =
        Unit::web("fastapi", Interface::Asgi).setting("image", "docker/api.Dockerfile".into());
    let mut wrapped = Unit::web("fastapi", Interface::Asgi)
        .setting("image", "docker/api.Dockerfile".into())
        .setting("command", texts(&["uvicorn", "api.main:app"]))
        .image(|image| {
            image.unit = "service.web".to_owned();
            image.command = ImageCommand::LambdaWeb;
            image.ca_bundle = true;
            image.fetched_secrets = BTreeMap::from([("A".to_owned(), "KLO_A".to_owned())]);
        });
    wrapped.intent.name = "web".to_owned();
    assert_snapshot!(Scenario::new(&files).unit(plain).unit(wrapped).print());
}

#[test]
fn dependencies_by_poetry_and_by_a_workspace() {
    let poetry = [
        (
            "poetry.lock",
            "[[package]]\nname='uvicorn'\nversion='0.34.0'\ngroups=['main']\n",
        ),
        (
            "pyproject.toml",
            "[tool.poetry.dependencies]\npython='~3.11'\nuvicorn='*'\n",
        ),
        ("api/main.py", ""),
    ];
    let unit = Unit::web("fastapi", Interface::Asgi);
    assert_snapshot!("poetry", Scenario::new(&poetry).unit(unit).dockerfile());
    let workspace = [
        (
            "uv.lock",
            "[[package]]\nname='api'\nsource={editable='svc'}\ndependencies=[{name='uvicorn'}]\n[[package]]\nname='uvicorn'\nversion='0.34.0'\n",
        ),
        ("pyproject.toml", "[tool.uv.workspace]\nmembers=['svc']\n"),
        (
            "svc/pyproject.toml",
            "[project]\nname='api'\nversion='1'\ndependencies=['uvicorn']\n",
        ),
        ("svc/api/main.py", ""),
        (".python-version", "3.12\n"),
    ];
    let unit = Unit::web("fastapi", Interface::Asgi).in_folder("svc");
    assert_snapshot!(
        "workspace",
        Scenario::new(&workspace).unit(unit).dockerfile()
    );
}

/// The last word of a Dockerfile, with the locked packages and the unit that it is for.
fn command(packages: &str, unit: Unit) -> String {
    let requirements: String = packages.split(' ').map(|p| format!("{p}==1.0\n")).collect();
    let files = [
        ("requirements.txt", requirements.as_str()),
        ("api/main.py", ""),
        ("work.py", ""),
    ];
    command_in(&files, unit)
}

fn command_in(files: &[(&str, &str)], unit: Unit) -> String {
    let text = Scenario::new(files).unit(unit).dockerfile();
    let line = text.lines().rfind(|line| line.starts_with("CMD "));
    let words: Vec<String> = line
        .and_then(|line| serde_json::from_str(line.trim_start_matches("CMD ")).ok())
        .unwrap_or_default();
    words.join(" ")
}

fn environment(name: &str, value: &str) -> AttrValue {
    AttrValue::Map([(name.to_owned(), value.into())].into_iter().collect())
}

#[test]
fn start_commands() {
    let asgi = || Unit::web("fastapi", Interface::Asgi);
    let wsgi = || Unit::web("flask", Interface::Wsgi);
    let program = || Unit::new(Kind::Job, "report", "work.py", EntryCall::Program);
    let celery = || {
        Unit::new(Kind::Service, "tasks", "work.py", EntryCall::Celery)
            .code(|code| code.processes = Some(4))
    };
    let commands = [
        command("uvicorn", asgi()),
        command("uvicorn", asgi().factory()),
        command(
            "uvicorn gunicorn",
            asgi().code(|code| code.processes = Some(3)),
        ),
        command("uvicorn gunicorn uvicorn-worker", asgi().factory()),
        command("hypercorn", asgi().factory()),
        command("granian", asgi().factory()),
        command("daphne", asgi()),
        command("daphne", asgi().factory()),
        command("gunicorn", wsgi()),
        command("gunicorn", wsgi().factory()),
        command("waitress", wsgi().factory()),
        command("uwsgi", wsgi().factory()),
        command("granian", wsgi()),
        command("hypercorn", wsgi()),
        command("celery", celery()),
        command(
            "celery",
            celery()
                .code(|code| code.processes = None)
                .setting("cpu", AttrValue::Float(2.5)),
        ),
        command(
            "gunicorn",
            wsgi().setting("env", environment("WEB_CONCURRENCY", "6")),
        ),
        command("aiohttp", Unit::web("aiohttp", Interface::Asgi)),
        command("aiohttp gunicorn", Unit::web("aiohttp", Interface::Asgi)),
        command("boto3", program()),
        command(
            "boto3",
            asgi().setting("command", texts(&["./run.sh", "a b", "$HOME"])),
        ),
    ];
    assert_snapshot!(commands.join("\n"));
}

#[test]
fn the_configuration_of_gunicorn_holds() {
    let files = [
        ("requirements.txt", "gunicorn==23.0\nuvicorn==0.34\n"),
        (
            "gunicorn.conf.py",
            "workers = 4\nworker_class = 'gthread'\nthreads=2\naccesslog = None\n",
        ),
        ("api/main.py", ""),
    ];
    let unit = || Unit::web("flask", Interface::Wsgi).code(|code| code.processes = Some(4));
    assert_eq!(
        command_in(&files, unit()),
        "gunicorn --bind 0.0.0.0:8000 --workers 4 --forwarded-allow-ips * api.main:app"
    );
    let text = Scenario::new(&files).unit(unit()).dockerfile();
    assert!(text.contains("COPY gunicorn.conf.py /app/"), "{text}");
}

#[test]
fn data_that_frameworks_and_code_name() {
    let files = [
        ("requirements.txt", "uvicorn==0.34\n"),
        (
            "api/main.py",
            "Jinja2Templates(directory='templates'); open('gone.txt'); open('../up.txt')",
        ),
        ("api/static/site.css", ""),
        ("api/templates/index.html", ""),
        ("templates/base.html", ""),
        ("infra/prod/graph.json", ""),
        (
            "alembic.ini",
            "[alembic]\nscript_location = db/migrations\n",
        ),
        ("db/migrations/script.py.mako", ""),
        ("db/migrations/versions/1.sql", ""),
        ("secrets/server.key", ""),
        ("api/notes.md", ""),
    ];
    let unit = Unit::web("flask", Interface::Asgi).code(|code| {
        code.external_packages.insert("alembic".to_owned());
    });
    let text = Scenario::new(&files).unit(unit).dockerfile();
    let copied: Vec<&str> = text
        .lines()
        .filter(|line| line.starts_with("COPY ") && line.contains(" /app"))
        .collect();
    assert_snapshot!(copied.join("\n"), @r"
    COPY alembic.ini /app/
    COPY api/main.py /app/api/
    COPY api/static/site.css /app/api/static/
    COPY api/templates/index.html /app/api/templates/
    COPY db/migrations/script.py.mako /app/db/migrations/
    COPY db/migrations/versions/1.sql /app/db/migrations/versions/
    COPY templates/base.html /app/templates/
    ");
}

/// A management command that runs as a job.
fn management(manage: Option<&str>, settings: Option<&str>) -> Unit {
    let call = EntryCall::DjangoCommand {
        name: "purge_visits".to_owned(),
        manage: manage.map(str::to_owned),
    };
    let file = "clinic/visits/management/commands/purge_visits.py";
    Unit::new(Kind::Job, "purge", file, call).code(|code| {
        code.files.extend(manage.map(str::to_owned));
        code.settings_module = settings.map(str::to_owned);
    })
}

const CLINIC: [(&str, &str); 3] = [
    ("requirements.txt", "django==5.2\n"),
    ("manage.py", ""),
    ("clinic/visits/management/commands/purge_visits.py", ""),
];

#[test]
fn a_management_command_of_django() {
    let unit = management(Some("manage.py"), Some("config.settings.production"));
    assert_snapshot!(Scenario::new(&CLINIC).unit(unit).print());
}

#[test]
fn management_commands_start_in_djangos_own_ways() {
    let end = |unit: Unit| {
        let text = Scenario::new(&CLINIC).unit(unit).dockerfile();
        let about = |line: &&str| line.starts_with("CMD") || line.contains("SETTINGS");
        text.lines().filter(about).collect::<Vec<_>>().join("\n")
    };
    let by_manage = end(management(Some("manage.py"), None));
    assert_eq!(
        by_manage,
        "CMD [\"python\", \"manage.py\", \"purge_visits\"]"
    );
    let by_module = end(management(None, None));
    assert_eq!(
        by_module,
        "CMD [\"python\", \"-m\", \"django\", \"purge_visits\"]"
    );
    let elsewhere = management(Some("src/manage.py"), None).code(|code| {
        code.project_root = "src".to_owned();
    });
    assert_eq!(end(elsewhere), by_manage);
}

#[test]
fn a_management_command_on_lambda() {
    let unit = management(Some("manage.py"), Some("config.settings")).image(|image| {
        image.command = ImageCommand::LambdaHandler;
        image.events = vec!["schedule"];
    });
    assert_snapshot!(Scenario::new(&CLINIC).unit(unit).print());
}

#[test]
fn service_with_a_gpu() {
    let files = [
        (
            "requirements.txt",
            "fastapi==0.115.0\nuvicorn==0.34.0\ntorch==2.8.0\nopencv-python==4.11.0\n",
        ),
        ("model.py", "import torch\n"),
    ];
    let gpu = AttrValue::Map([("type".to_owned(), AttrValue::from("l4"))].into());
    let unit = Unit::web("fastapi", Interface::Asgi).setting("gpu", gpu);
    assert_snapshot!(Scenario::new(&files).unit(unit).print());
}

#[test]
fn a_framework_of_a_version_that_nobody_knows() {
    let files = [
        (
            "requirements.txt",
            "fastapi==0.115.0\nuvicorn==0.34.0\ntorch\n",
        ),
        ("model.py", "import torch\n"),
    ];
    let gpu = AttrValue::Map([("type".to_owned(), AttrValue::from("l4"))].into());
    let unit = Unit::web("fastapi", Interface::Asgi).setting("gpu", gpu);
    insta::assert_debug_snapshot!(Scenario::new(&files).unit(unit).mistakes());
}
