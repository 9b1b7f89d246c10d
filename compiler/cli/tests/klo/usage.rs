use std::io::Read;
use std::process::Stdio;

use crate::{command, klo, repository, service};

#[test]
fn wrong_usage_is_exit_2() {
    let (_scratch, folder) = service();
    for arguments in [
        &["frobnicate"][..],
        &["compile", "no-such-folder"],
        &["compile", "--check", "--force"],
        &["compile", "--env", "staging"],
        &["compile", "--emit", "cobol"],
        &["compile", "--config", "no-such-file.yaml"],
        &["lint", "--format", "yaml"],
        &["explain", "nothing-of-that-name"],
        &["graph", "--env"],
        &[],
    ] {
        let run = klo(&folder, arguments);
        assert_eq!(
            (run.code, run.out.as_str()),
            (2, ""),
            "{arguments:?}: {run:?}"
        );
        assert!(!run.err.is_empty(), "{arguments:?}");
    }
}

#[test]
fn nothing_is_cached_and_every_command_may_be_told_so() {
    let (_scratch, folder) = service();
    for arguments in [
        &["compile", "--check"][..],
        &["lint"],
        &["fix", "--diff"],
        &["graph"],
        &["explain", "service.api"],
        &["rules", "list"],
        &["rules", "test", "klo/gpu-budget"],
        &["schema"],
        &["completions", "bash"],
    ] {
        let plain = klo(&folder, arguments).text();
        let after = [arguments, &["--no-cache"]].concat();
        let before = [&["--no-cache"], arguments].concat();
        assert_eq!(klo(&folder, &after).text(), plain, "{after:?}");
        assert_eq!(klo(&folder, &before).text(), plain, "{before:?}");
        let help: Vec<&str> = arguments
            .iter()
            .copied()
            .take(1)
            .chain(["--help"])
            .collect();
        let help = klo(&folder, &help).out;
        assert!(help.contains("klo keeps no cache"), "{help}");
    }
}

#[test]
fn an_environment_that_nobody_has_is_named_with_what_there_is() {
    let (_scratch, folder) = service();
    insta::assert_snapshot!(klo(&folder, &["compile", "--env", "prd"]).err);
}

#[test]
fn configuration_that_cannot_be_read_is_exit_2_and_writes_nothing() {
    let (_scratch, folder) = repository(&[("klo.yaml", "app: shop\nenviroments:\n  dev: {}\n")]);
    for command in ["compile", "lint", "graph"] {
        let run = klo(&folder, &[command]);
        assert_eq!(run.code, 2, "{run:?}");
        assert!(run.err.contains("enviroments"), "{run:?}");
    }
    assert!(!folder.join("infra").exists());
}

#[test]
fn help_version_and_completions_are_results() {
    let (_scratch, folder) = service();
    for arguments in [
        &["--help"][..],
        &["compile", "--help"],
        &["--version"],
        &["completions", "bash"],
        &["completions", "zsh"],
        &["completions", "fish"],
        &["schema"],
    ] {
        let run = klo(&folder, arguments);
        assert_eq!((run.code, run.err.as_str()), (0, ""), "{arguments:?}");
        assert!(!run.out.is_empty(), "{arguments:?}");
    }
}

#[test]
fn the_page_of_a_code() {
    let (_scratch, folder) = service();
    insta::assert_snapshot!(klo(&folder, &["explain", "klo0801"]).out);
    let by_name = klo(&folder, &["explain", "changed-by-hand"]).out;
    assert_eq!(by_name, klo(&folder, &["explain", "KLO0801"]).out);
}

#[test]
fn every_code_has_its_page() {
    let (_scratch, folder) = service();
    for code in klo_diagnostics::codes::all() {
        let run = klo(&folder, &["explain", code.id()]);
        assert_eq!(run.code, 0, "{}", code.id());
        assert!(run.out.starts_with(code.id()), "{}", run.out);
    }
}

#[test]
fn a_reader_that_leaves_early_is_no_fault() {
    let (_scratch, folder) = service();
    let mut child = command(&folder, &["completions", "bash"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("klo runs");
    drop(child.stdout.take());
    let mut err = String::new();
    let mut stream = child.stderr.take().expect("a stream");
    stream.read_to_string(&mut err).expect("text");
    let status = child.wait().expect("it ends");
    assert_eq!((status.code(), err.as_str()), (Some(0), ""));
}

#[test]
fn streams_that_are_no_terminals_get_no_colour_and_no_progress() {
    let (_scratch, folder) = repository(&[("klo.yaml", "app: shop\nenviroments: {}\n")]);
    let plain = klo(&folder, &["lint"]);
    assert!(!plain.err.contains('\u{1b}'), "{}", plain.err);
    let painted = klo(&folder, &["lint", "--color", "always"]);
    assert!(painted.err.contains("\u{1b}["), "{}", painted.err);
    let ascii = command(&folder, &["lint"])
        .env("LANG", "C")
        .output()
        .expect("klo runs");
    assert!(ascii.stderr.is_ascii());
}

#[test]
fn the_committed_schema_is_the_one_that_klo_prints() {
    let (_scratch, folder) = service();
    let files = [
        ("config", "klo.schema.json"),
        ("rules", "rules.schema.json"),
        ("waivers", "waivers.schema.json"),
    ];
    for (of, file) in files {
        let path = format!("{}/docs/schema/{file}", env!("CARGO_MANIFEST_DIR"));
        let committed = std::fs::read_to_string(path).expect("the committed schema");
        let printed = klo(&folder, &["schema", of]).out;
        assert!(committed == printed, "run `cargo xtask generate`");
    }
    assert_eq!(
        klo(&folder, &["schema"]).out,
        klo(&folder, &["schema", "config"]).out
    );
}

#[test]
fn pulumi_is_written_beside_terraform_and_alone() {
    let code = "from fastapi import FastAPI\n# @klo::service(name = \"api\")\napp = FastAPI()\n";
    let (_scratch, folder) = repository(&[
        ("klo.yaml", "app: shop\nemit: [pulumi, terraform]\n"),
        ("main.py", code),
        ("requirements.txt", "fastapi==0.121.0\nuvicorn==0.38.0\n"),
    ]);
    let run = klo(&folder, &["compile"]);
    assert_eq!(run.code, 0, "{run:?}");
    let dev = folder.join("infra/dev");
    assert!(dev.join("terraform/network.tf").exists());
    assert!(dev.join("pulumi/network.ts").exists());
    let readme = std::fs::read_to_string(dev.join("README.md")).expect("a page");
    assert!(readme.contains("terraform -chdir") && readme.contains("pulumi -C"));
    // Pulumi writes what encrypts secrets into the stack's file: klo leaves it alone from then on.
    let stack = dev.join("pulumi/Pulumi.dev.yaml");
    std::fs::write(&stack, "encryptionsalt: v1:a\n").expect("written");
    assert_eq!(klo(&folder, &["compile", "--check"]).code, 0);
    let run = klo(&folder, &["compile", "--emit", "pulumi"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(!dev.join("terraform").join("network.tf").exists());
    let kept = std::fs::read_to_string(&stack).expect("the stack's file");
    assert_eq!(kept, "encryptionsalt: v1:a\n");
    let readme = std::fs::read_to_string(dev.join("README.md")).expect("a page");
    assert!(!readme.contains("terraform"), "{readme}");
}
