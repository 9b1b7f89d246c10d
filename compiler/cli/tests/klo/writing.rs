use std::fs;
use std::path::Path;

use crate::{klo, repository, service};

fn changed_by_hand(path: &Path) {
    let text = fs::read_to_string(path).expect("a file that klo wrote");
    fs::write(path, format!("{text}by hand\n")).expect("written");
}

#[test]
fn compile_writes_and_check_agrees() {
    let (_scratch, folder) = service();
    let stale = klo(&folder, &["compile", "--check"]);
    assert_eq!(stale.code, 1, "{stale:?}");
    assert!(
        stale.out.contains("+++ b/infra/dev/README.md"),
        "{}",
        stale.out
    );
    assert!(!folder.join("infra").exists(), "--check writes nothing");
    let run = klo(&folder, &["compile"]);
    assert_eq!((run.code, run.err.as_str()), (0, ""));
    assert!(run.out.contains("files written"), "{}", run.out);
    let check = klo(&folder, &["compile", "--check"]);
    assert_eq!((check.code, check.out.as_str()), (0, ""), "{check:?}");
    let again = klo(&folder, &["compile"]);
    assert!(
        again.out.starts_with("shop: nothing to write"),
        "{}",
        again.out
    );
    assert_eq!(klo(&folder, &["compile", "--quiet"]).out, "");
}

#[test]
fn what_a_person_changed_is_shown_and_kept() {
    let (_scratch, folder) = service();
    klo(&folder, &["compile"]);
    let path = folder.join("infra/dev/README.md");
    changed_by_hand(&path);
    let run = klo(&folder, &["compile"]);
    assert_eq!(run.code, 1);
    assert!(run.err.contains("KLO0801"), "{}", run.err);
    assert!(run.err.contains("\n-by hand\n"), "{}", run.err);
    assert!(fs::read_to_string(&path).expect("text").contains("by hand"));
    let forced = klo(&folder, &["compile", "--force"]);
    assert_eq!(forced.code, 0, "{forced:?}");
    assert!(!fs::read_to_string(&path).expect("text").contains("by hand"));
}

#[test]
fn files_of_others_are_left_alone() {
    let (_scratch, folder) = service();
    let mine = folder.join("infra/dev/terraform/mine.tf");
    fs::create_dir_all(mine.parent().expect("a parent")).expect("a folder");
    fs::write(&mine, "# mine\n").expect("written");
    assert_eq!(klo(&folder, &["compile"]).code, 0);
    assert_eq!(fs::read_to_string(&mine).expect("text"), "# mine\n");
    let path = folder.join("infra/dev/plan.json");
    fs::remove_file(folder.join("infra/.klo.json")).expect("removed");
    fs::write(&path, "{}").expect("written");
    let run = klo(&folder, &["compile"]);
    assert_eq!(run.code, 1);
    assert!(run.err.contains("KLO0802"), "{}", run.err);
}

#[test]
fn one_environment_leaves_the_other_as_it_is() {
    let (_scratch, folder) = service();
    klo(&folder, &["compile"]);
    changed_by_hand(&folder.join("infra/prod/README.md"));
    let run = klo(&folder, &["compile", "--env", "dev"]);
    assert_eq!(run.code, 0, "{run:?}");
    fs::remove_dir_all(folder.join("infra/prod")).expect("removed");
    let run = klo(&folder, &["compile", "--env", "dev"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(!folder.join("infra/prod").exists());
}

#[test]
fn an_environment_that_is_no_longer_declared_goes_away() {
    let (_scratch, folder) = service();
    klo(&folder, &["compile"]);
    assert!(folder.join("infra/prod").exists());
    let config = "app: shop\nenvironments:\n  dev: { region: eu-west-1 }\n";
    fs::write(folder.join("klo.yaml"), config).expect("written");
    let run = klo(&folder, &["compile"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.out.contains("removed"), "{}", run.out);
    assert!(!folder.join("infra/prod").exists());
}

#[test]
fn out_names_another_folder_with_the_same_files() {
    let (scratch, folder) = service();
    klo(&folder, &["compile"]);
    let outside = scratch.path().join("elsewhere");
    let run = klo(&folder, &["compile", "--out", "../elsewhere"]);
    assert_eq!(run.code, 0, "{run:?}");
    let path = "dev/README.md";
    assert_eq!(
        fs::read(folder.join("infra").join(path)).expect("a file"),
        fs::read(outside.join(path)).expect("a file")
    );
    let check = klo(&folder, &["compile", "--check", "--out", "../elsewhere"]);
    assert_eq!(check.code, 0, "{check:?}");
}

#[test]
fn a_folder_that_cannot_be_written_is_one_error() {
    let (_scratch, folder) = service();
    fs::write(folder.join("infra"), "a file").expect("written");
    let run = klo(&folder, &["compile", "--format", "concise"]);
    assert_eq!(run.code, 1, "{run:?}");
    assert!(run.err.starts_with("infra: error[KLO0805]"), "{}", run.err);
}

#[cfg(unix)]
#[test]
fn an_output_folder_that_leads_out_is_refused() {
    let (scratch, folder) = service();
    let outside = scratch.path().join("outside");
    fs::create_dir(&outside).expect("a folder");
    std::os::unix::fs::symlink(&outside, folder.join("infra")).expect("a link");
    assert_eq!(klo(&folder, &["compile"]).code, 2);
    assert_eq!(fs::read_dir(&outside).expect("a folder").count(), 0);
}

#[test]
fn an_interrupted_run_is_brought_to_its_end_and_said() {
    let (_scratch, folder) = service();
    klo(&folder, &["compile"]);
    let staging = folder.join("infra/.klo.staging");
    fs::create_dir(&staging).expect("a folder");
    fs::write(staging.join("0.new"), "half").expect("written");
    let check = klo(&folder, &["compile", "--check"]);
    assert!(check.err.contains("KLO0806"), "{}", check.err);
    assert!(staging.exists(), "--check writes nothing");
    let run = klo(&folder, &["compile"]);
    assert_eq!(run.code, 0);
    assert!(run.err.contains("taken back"), "{}", run.err);
    assert!(!staging.exists());
}

#[test]
fn an_error_in_one_environment_writes_none() {
    let (_scratch, folder) = repository(&[
        ("app.py", "# @klo::servise\napp = 1\n"),
        (
            "klo.yaml",
            "app: shop\nenvironments:\n  dev: {}\n  prod: {}\n",
        ),
    ]);
    let run = klo(&folder, &["compile"]);
    assert_eq!(run.code, 1, "{run:?}");
    assert!(!folder.join("infra").exists());
}

#[test]
fn json_of_nothing_is_a_document_all_the_same() {
    let (_scratch, folder) = service();
    let run = klo(&folder, &["lint", "--format", "json"]);
    assert_eq!((run.code, run.err.as_str()), (0, ""));
    let document: serde_json::Value = serde_json::from_str(&run.out).expect("JSON");
    assert_eq!(
        document,
        serde_json::json!({ "version": 1, "diagnostics": [] })
    );
}

#[test]
fn the_same_input_gives_the_same_graph() {
    let (_scratch, folder) = service();
    for format in ["json", "mermaid", "dot", "html"] {
        let run = klo(&folder, &["graph", "--format", format]);
        assert_eq!(run.code, 0, "{run:?}");
        assert_eq!(run.out, klo(&folder, &["graph", "--format", format]).out);
    }
}

#[test]
fn nothing_from_source_breaks_out_of_its_place() {
    let (_scratch, folder) = repository(&[
        (
            "app.py",
            "from fastapi import FastAPI\n\n\
             # @klo::service(name = \"api\", env = { \"A\" = \"${path.module}\", \"B\" = \"q\\\"\\n%{ if true }\" })\n\
             app = FastAPI()\n",
        ),
        ("requirements.txt", crate::REQUIREMENTS),
    ]);
    let run = klo(&folder, &["compile"]);
    assert_eq!(run.code, 0, "{run:?}");
    let path = folder.join("infra/dev/terraform/service-api.tf");
    let text = fs::read_to_string(path).expect("a file");
    assert!(text.contains(r#""$${path.module}""#), "{text}");
    assert!(text.contains(r#""q\"\n%%{ if true }""#), "{text}");
}

#[test]
fn an_app_without_annotations_is_told_so_and_gets_nothing() {
    let (_scratch, folder) = service();
    klo(&folder, &["compile"]);
    fs::write(folder.join("app.py"), "app = 1\n").expect("written");
    let run = klo(&folder, &["compile"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.err.contains("KLO0809"), "{}", run.err);
    assert!(run.out.contains("removed"), "{}", run.out);
    assert!(!folder.join("infra/dev").exists());
    let (_scratch, folder) = repository(&[("app.py", "app = 1\n")]);
    let run = klo(&folder, &["compile", "--format", "concise"]);
    assert_eq!((run.code, run.out.as_str()), (0, ""), "{run:?}");
    assert!(run.err.starts_with(".: warning[KLO0809]"), "{}", run.err);
    assert!(!folder.join("infra").exists());
}

#[test]
fn runs_at_the_same_time_wait_for_each_other() {
    let (_scratch, folder) = service();
    let children: Vec<_> = (0..6)
        .map(|_| {
            crate::command(&folder, &["compile"])
                .stdout(std::process::Stdio::piped())
                .stderr(std::process::Stdio::piped())
                .spawn()
                .expect("klo runs")
        })
        .collect();
    for child in children {
        let run = crate::Run::from(child.wait_with_output().expect("it ends"));
        assert_eq!((run.code, run.err.as_str()), (0, ""));
    }
    assert_eq!(klo(&folder, &["compile", "--check"]).code, 0);
    assert!(!folder.join("infra/.klo.staging").exists());
}
