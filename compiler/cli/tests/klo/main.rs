//! The program as people run it: its streams, exit codes and what it leaves on disk.
#![allow(
    clippy::disallowed_methods,
    reason = "these tests look at the disk and run the program"
)]

mod addresses;
mod choices;
mod clusters;
mod diff;
mod examples;
mod findings;
mod formats;
mod hooks;
mod hostile;
mod init;
mod malformed;
mod page;
mod pulumi;
mod reviewed;
mod rules;
mod swaps;
mod together;
mod usage;
mod writing;

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

/// What a run of the program left behind.
#[derive(Debug)]
struct Run {
    code: i32,
    out: String,
    err: String,
}

impl Run {
    /// Exit code and both streams, for snapshots.
    fn text(&self) -> String {
        format!(
            "exit {}\n──── stdout\n{}──── stderr\n{}",
            self.code, self.out, self.err
        )
    }
}

impl From<Output> for Run {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code().expect("it ended by itself"),
            out: String::from_utf8(output.stdout).expect("text"),
            err: String::from_utf8(output.stderr).expect("text"),
        }
    }
}

/// Copies a folder with everything in it.
fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder") {
        let path = entry.expect("an entry").path();
        let target = to.join(path.file_name().expect("a name"));
        if path.is_dir() {
            copy(&path, &target);
        } else {
            fs::copy(&path, &target).expect("a copy");
        }
    }
}

fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_klo"));
    command
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .env("LANG", "C.UTF-8")
        .stdin(Stdio::null());
    command
}

fn klo(folder: &Path, arguments: &[&str]) -> Run {
    command(folder, arguments)
        .output()
        .expect("klo runs")
        .into()
}

/// A repository with these files; its folder is always called `shop`.
fn repository(files: &[(&str, &str)]) -> (TempDir, std::path::PathBuf) {
    let scratch = tempfile::tempdir().expect("a folder");
    let folder = scratch.path().join("shop");
    fs::create_dir_all(folder.join(".git")).expect("a folder");
    for (path, content) in files {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        fs::write(path, content).expect("a file");
    }
    (scratch, folder)
}

/// A service and nothing else.
const SERVICE: &str =
    "from fastapi import FastAPI\n\n# @klo::service(name = \"api\")\napp = FastAPI()\n";
const REQUIREMENTS: &str = "fastapi==0.115.0\nuvicorn==0.32.0\n";

fn service() -> (TempDir, std::path::PathBuf) {
    repository(&[
        (
            "klo.yaml",
            "app: shop\nenvironments:\n  dev: { region: eu-west-1 }\n  prod: { region: eu-west-1 }\n",
        ),
        ("app.py", SERVICE),
        ("requirements.txt", REQUIREMENTS),
    ])
}
