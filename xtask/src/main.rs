//! Tasks of this repository: `cargo xtask generate` writes the pages and schemas that are made from
//! the code, and with `--check` fails where one is not up to date; `cargo xtask provider-schema` takes
//! over a version of the AWS provider, `cargo xtask pulumi-types` one of its package for Pulumi;
//! `cargo xtask aws-operations` takes over a version of the AWS
//! SDK's models and of AWS's service authorization reference.
#![allow(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "writes generated files of this repository and talks about it; nothing of it is in the compiler"
)]

mod addresses;
mod attributes;
mod diagnostics;
mod markdown;
mod provider_schema;
mod pulumi_types;
mod rules;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

const USAGE: &str = "usage: cargo xtask generate [--check]
       cargo xtask provider-schema FILE   (what `terraform providers schema -json` printed)
       cargo xtask pulumi-types FOLDER [--check]   (of the package @pulumi/aws)
       cargo xtask aws-operations [PYTHON]   (of an environment made from verify/requirements.txt)";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let check = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["generate"] => false,
        ["generate", "--check"] => true,
        ["provider-schema", file] => return done(provider_schema::write(&root(), file)),
        ["pulumi-types", folder] => return done(pulumi_types::write(&root(), folder, false)),
        ["pulumi-types", folder, "--check"] => {
            return done(pulumi_types::write(&root(), folder, true));
        }
        ["aws-operations"] => return done(aws_operations(&root(), "python3")),
        ["aws-operations", python] => return done(aws_operations(&root(), python)),
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match generate(check) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn done(result: std::io::Result<()>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// The repository's folder.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Writes the tables of AWS operations by the script that reads the sources' Python packages.
fn aws_operations(root: &Path, python: &str) -> std::io::Result<()> {
    let status = std::process::Command::new(python)
        .arg(root.join("xtask/aws_operations.py"))
        .status()?;
    if status.success() {
        return Ok(());
    }
    Err(std::io::Error::other(
        "the tables of AWS operations could not be written",
    ))
}

/// Every generated file: its path in the repository, and what it holds.
fn files(root: &Path) -> std::io::Result<Vec<(&'static str, String)>> {
    let pretty = |schema| {
        let text = serde_json::to_string_pretty(&schema).unwrap_or_default();
        format!("{text}\n")
    };
    Ok(vec![
        (addresses::PATH, addresses::list(root)?),
        ("docs/attributes.md", attributes::page()),
        ("docs/diagnostics.md", diagnostics::page()),
        ("docs/rules.md", rules::page()),
        ("docs/schema/diff.schema.json", pretty(klo_diff::schema())),
        ("docs/schema/klo.schema.json", pretty(klo_config::schema())),
        (
            "docs/schema/rules.schema.json",
            pretty(klo_check::pack_schema()),
        ),
        (
            "docs/schema/waivers.schema.json",
            pretty(klo_check::waiver_schema()),
        ),
    ])
}

/// Writes what is not up to date, or only tells of it; whether all was.
fn generate(check: bool) -> std::io::Result<bool> {
    let root = root();
    let mut fresh = true;
    for (path, text) in files(&root)? {
        let file = root.join(path);
        if std::fs::read_to_string(&file).is_ok_and(|found| found == text) {
            continue;
        }
        if check {
            fresh = false;
            eprintln!("{path} is not up to date; run `cargo xtask generate`");
            continue;
        }
        if let Some(folder) = file.parent() {
            std::fs::create_dir_all(folder)?;
        }
        std::fs::write(&file, text)?;
        println!("wrote {path}");
    }
    Ok(fresh)
}

#[cfg(test)]
mod tests {
    #[test]
    fn generated_files_are_up_to_date() {
        assert!(
            super::generate(true).unwrap(),
            "run `cargo xtask generate` and commit what it writes"
        );
    }
}
