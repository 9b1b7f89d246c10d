//! What people get wrong, and what they are told.

use std::collections::BTreeMap;

use insta::assert_snapshot;
use klo_intent::Interface;
use klo_plan::ImageCommand;

use super::scenario::{Scenario, Unit, texts};

const MAIN: (&str, &str) = ("api/main.py", "");

fn asgi() -> Unit {
    Unit::web("fastapi", Interface::Asgi)
}

#[test]
fn no_server_names_the_line_and_the_file() {
    let told = [
        Scenario::new(&[MAIN, ("requirements.txt", "fastapi==0.115.0\n")]).unit(asgi()),
        Scenario::new(&[MAIN, ("requirements.txt", "flask==3.1\n")])
            .unit(Unit::web("flask", Interface::Wsgi)),
        Scenario::new(&[MAIN, ("uv.lock", ""), ("pyproject.toml", "")]).unit(asgi()),
        Scenario::new(&[MAIN, ("poetry.lock", ""), ("pyproject.toml", "")]).unit(asgi()),
        Scenario::new(&[
            MAIN,
            ("pyproject.toml", "[project]\ndependencies=['fastapi']"),
        ])
        .unit(asgi()),
        Scenario::new(&[MAIN]).unit(asgi()),
    ];
    let told: Vec<String> = told.into_iter().map(|s| s.mistakes().join("\n")).collect();
    assert_snapshot!(told.join("\n\n"));
}

#[test]
fn files_that_cannot_be_used() {
    let requirements = ("requirements.txt", "uvicorn==0.34\n-r gone.txt\n");
    let told = [
        Scenario::new(&[MAIN, requirements]).unit(asgi()),
        Scenario::new(&[MAIN, ("uv.lock", "[[")]).unit(asgi()),
        Scenario::new(&[
            MAIN,
            ("requirements.txt", "uvicorn==0.34\n"),
            (".python-version", "2.7"),
        ])
        .unit(asgi()),
        Scenario::new(&[
            MAIN,
            ("requirements.txt", "uvicorn==0.34\n"),
            ("bad\nname.py", ""),
        ])
        .unit(asgi()),
    ];
    let told: Vec<String> = told.into_iter().map(|s| s.mistakes().join("\n")).collect();
    assert_snapshot!(told.join("\n\n"));
}

#[test]
fn settings_that_cannot_be_used() {
    let server = ("requirements.txt", "uvicorn==0.34\n");
    let secret = BTreeMap::from([("A".to_owned(), "KLO_A".to_owned())]);
    let told = [
        Scenario::new(&[MAIN, server]).unit(asgi().setting(
            "packages",
            texts(&["ffmpeg", "curl; rm", "-o", "a", "libx=1.0+b~1"]),
        )),
        Scenario::new(&[MAIN]).unit(asgi().setting("image", "docker/Dockerfile".into())),
        Scenario::new(&[MAIN]).unit(asgi().setting("image", "../../etc/passwd".into())),
        Scenario::new(&[MAIN, ("Dockerfile", "")]).unit(
            asgi()
                .setting("image", "Dockerfile".into())
                .image(|image| image.fetched_secrets = secret),
        ),
        Scenario::new(&[("work.py", "")])
            .unit(Unit::function("report", "report", &["schedule"]).parameter("day")),
        Scenario::new(&[("work.py", "")]).unit(
            Unit::function("report", "report", &[])
                .parameter("day")
                .parameter("shop")
                .image(|image| image.command = ImageCommand::Unit),
        ),
    ];
    let told: Vec<String> = told.into_iter().map(|s| s.mistakes().join("\n")).collect();
    assert_snapshot!(told.join("\n\n"));
}

#[test]
fn units_that_share_a_file_are_told_of_it_once() {
    let mut other = asgi();
    other.intent.name = "web".to_owned();
    other.image.unit = "service.web".to_owned();
    let scenario = Scenario::new(&[MAIN, ("requirements.txt", "uvicorn==1\n-r gone.txt\n")])
        .unit(asgi())
        .unit(other);
    assert_eq!(scenario.mistakes().len(), 1);
}
