//! What hooks hand over: names of changed files, of any app or none.

use std::fs;
use std::path::Path;

use crate::{SERVICE, klo, repository};

/// An annotation that no program has: linting its app says so.
const MISTAKE: &str = "# @klo::servise\napp = FastAPI()\n";

fn lint(folder: &Path, files: &[&str]) -> (i32, String) {
    let run = klo(folder, &[&["lint", "--format", "concise"], files].concat());
    assert_eq!(run.out, "", "{run:?}");
    (run.code, run.err)
}

#[test]
fn a_file_stands_for_its_app_and_no_other() {
    let (_scratch, folder) = repository(&[
        ("klo.yaml", "app: outer\nsources: [src]\n"),
        ("src/app.py", SERVICE),
        ("a/klo.yaml", "app: a\n"),
        ("a/app.py", MISTAKE),
        ("b/klo.yaml", "app: b\n"),
        ("b/deep/er/app.py", MISTAKE),
    ]);
    assert_eq!(lint(&folder, &["src/app.py", "klo.yaml"]).0, 0);
    let (code, text) = lint(&folder, &["src/app.py", "b/deep/er/app.py"]);
    assert_eq!((code, text.lines().count()), (1, 1), "{text}");
    assert!(text.starts_with("b/deep/er/app.py:1:"), "{text}");
}

#[test]
fn files_in_no_app_make_none() {
    let (_scratch, folder) = repository(&[
        ("a/klo.yaml", "app: a\n"),
        ("a/app.py", MISTAKE),
        ("README.md", ""),
        ("docs/x.yaml", ""),
        ("tools/9/x.py", ""),
        ("tools/old.py", SERVICE),
    ]);
    let strays = ["README.md", "docs/x.yaml", "tools/9/x.py"];
    assert_eq!(lint(&folder, &strays), (0, String::new()));
    let named = ["--env", "prod", "README.md"];
    assert_eq!(lint(&folder, &named), (0, String::new()));
    let (code, text) = lint(&folder, &["tools/old.py"]);
    assert_eq!((code, text.contains("KLO0122")), (0, true), "{text}");
    for command in ["compile", "graph"] {
        let run = klo(&folder, &[command, "README.md"]);
        assert_eq!(run.code, 2, "{run:?}");
        assert!(run.err.contains("`README.md` lies in no app"), "{run:?}");
    }
}

#[test]
fn without_any_klo_yaml_files_belong_to_the_app_that_the_current_folder_is() {
    let (_scratch, folder) = repository(&[("services/api/app.py", MISTAKE), ("README.md", "")]);
    let whole = lint(&folder, &[]);
    assert_eq!(whole.0, 1, "{whole:?}");
    assert_eq!(lint(&folder, &["services/api/app.py"]), whole);
    fs::remove_dir(folder.join(".git")).expect("an empty folder");
    assert_eq!(lint(&folder, &["services/api/app.py"]), whole);
}

#[test]
fn a_file_that_is_gone_is_wrong_usage() {
    let (_scratch, folder) = repository(&[("klo.yaml", "app: shop\n")]);
    let (code, text) = lint(&folder, &["gone.py"]);
    assert_eq!(code, 2, "{text}");
    assert!(text.contains("there is no such file or folder"), "{text}");
}

#[test]
#[cfg(unix)]
fn names_are_taken_as_they_are() {
    use std::os::unix::ffi::OsStrExt;
    let (_scratch, folder) = repository(&[
        ("klo.yaml", "app: shop\n"),
        ("app.py", MISTAKE),
        ("-f.py", ""),
        ("a b\n.py", ""),
    ]);
    std::os::unix::fs::symlink("/no/such", folder.join("dangling.py")).expect("a link");
    for name in ["-f.py", "a b\n.py", "dangling.py"] {
        assert_eq!(lint(&folder, &["--", name]).0, 1, "{name}");
    }
    let name = std::ffi::OsStr::from_bytes(b"\xff.py");
    fs::write(folder.join(name), "").expect("a file");
    let mut command = crate::command(&folder, &["lint"]);
    let run: crate::Run = command.arg(name).output().expect("klo runs").into();
    assert_eq!(run.code, 1, "{run:?}");
}

/// Files of other apps are named pipes here: whoever opens one waits for ever.
#[test]
#[cfg(unix)]
fn nothing_of_other_apps_is_opened() {
    use std::time::{Duration, Instant};
    let (_scratch, folder) = repository(&[
        ("shop/klo.yaml", "app: shop\n"),
        ("shop/app.py", SERVICE),
        ("other/nested/x.txt", ""),
        ("stray/x.txt", ""),
    ]);
    for pipe in [
        "other/klo.yaml",
        "other/app.py",
        "other/nested/app.py",
        "stray/app.py",
        "app.py",
    ] {
        let made = std::process::Command::new("mkfifo")
            .arg(folder.join(pipe))
            .status();
        assert!(made.expect("mkfifo runs").success());
    }
    let mut child = crate::command(&folder, &["lint", "shop/app.py"])
        .spawn()
        .expect("klo runs");
    let began = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().expect("a child") {
            break status;
        }
        if began.elapsed() > Duration::from_secs(60) {
            child.kill().expect("a child");
            panic!("a file of another app was opened");
        }
        std::thread::sleep(Duration::from_millis(5));
    };
    assert_eq!(status.code(), Some(0));
}
