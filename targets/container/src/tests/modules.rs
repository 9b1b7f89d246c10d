//! The modules that are generated, and parts of Dockerfiles that few apps have.

use std::fmt::Write as _;

use insta::assert_snapshot;
use klo_intent::{EntryCall, Interface, Kind};
use klo_plan::ImageCommand;

use super::scenario::{Scenario, Unit};

/// The module that is generated for a unit beside these packages.
fn module(packages: &str, unit: Unit) -> String {
    let requirements: String = packages.split(' ').map(|p| format!("{p}==1.0\n")).collect();
    let files = [
        ("requirements.txt", requirements.as_str()),
        ("api/main.py", ""),
        ("work.py", ""),
    ];
    let (files, diagnostics) = Scenario::new(&files).unit(unit).emit();
    assert_eq!(diagnostics, []);
    let mut modules = files
        .into_iter()
        .filter(|(path, _)| path.ends_with("/klo_entry.py"));
    let (_, text) = modules.next().unwrap();
    text
}

#[test]
fn every_generated_module() {
    let aiohttp = || Unit::web("aiohttp", Interface::Asgi);
    let events = ["topic", "queue", "topic"];
    let function = |command| {
        let unit = Unit::function("mail", "send \"all\"", &events).parameter("message");
        unit.image(|image| image.command = command)
    };
    let handler = |command| function(command).code(|code| code.entry.call = EntryCall::Handler);
    let program = Unit::new(Kind::Function, "tidy", "work.py", EntryCall::Program)
        .image(|image| image.command = ImageCommand::LambdaHandler);
    let modules = [
        module("aiohttp", aiohttp()),
        module("aiohttp", aiohttp().factory()),
        module("daphne", Unit::web("django", Interface::Asgi).factory()),
        module("boto3", function(ImageCommand::LambdaHandler)),
        module("boto3", function(ImageCommand::Unit)),
        module("boto3", function(ImageCommand::QueueWorker)),
        module(
            "boto3",
            handler(ImageCommand::LambdaHandler).attribute("Mail.send"),
        ),
        module("boto3", handler(ImageCommand::Unit)),
        module("boto3", handler(ImageCommand::QueueWorker)),
        module("boto3", program),
    ];
    let mut out = String::new();
    for text in modules {
        let _ = writeln!(out, "===\n{text}");
    }
    assert_snapshot!(out);
}

#[test]
fn a_job_that_depends_on_nothing() {
    let unit = Unit::new(Kind::Job, "tidy", "work.py", EntryCall::Program);
    let text = Scenario::new(&[("work.py", "")]).unit(unit).dockerfile();
    assert_snapshot!(text);
}

#[test]
fn a_project_that_nothing_locks() {
    let files = [
        (
            "pyproject.toml",
            "[project]\nname = 'shop'\ndependencies = ['uvicorn']\n",
        ),
        ("api/main.py", ""),
    ];
    let unit = Unit::web("fastapi", Interface::Asgi);
    assert_snapshot!(Scenario::new(&files).unit(unit).print());
}

#[test]
fn an_own_image_that_needs_certificates_alone() {
    let files = [("Dockerfile", "FROM python:3.13\n"), ("api/main.py", "")];
    let unit = Unit::web("fastapi", Interface::Asgi)
        .setting("image", "Dockerfile".into())
        .image(|image| image.ca_bundle = true);
    assert_snapshot!(Scenario::new(&files).unit(unit).print());
}

#[test]
fn a_program_for_another_target() {
    let files = [
        (
            "Cargo.toml",
            "[package]\nname = \"shop-tidy\"\nversion = \"0.1.0\"\nedition = \"2024\"\n",
        ),
        (
            "Cargo.lock",
            "version = 4\n\n[[package]]\nname = \"shop-tidy\"\nversion = \"0.1.0\"\n",
        ),
        (
            ".cargo/config.toml",
            "[build]\ntarget = \"x86_64-unknown-linux-musl\"\n",
        ),
        ("src/main.rs", "fn main() {}\n"),
    ];
    let unit = Unit::program(Kind::Job, "tidy", "", false)
        .code(|code| {
            code.entry.file = "src/main.rs".to_owned();
            code.entry.source_root = String::new();
        })
        .image(|image| image.ca_bundle = true);
    assert_snapshot!(Scenario::new(&files).unit(unit).dockerfile());
}
