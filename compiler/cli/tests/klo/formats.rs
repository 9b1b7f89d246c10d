use std::fs;

use crate::{klo, repository, service};

const MISSPELLED: &str = "app: shop\nenvironments:\n  dev: { regoin: eu-west-1 }\ntag: {}\n";

#[test]
fn full() {
    let (_scratch, folder) = repository(&[("klo.yaml", MISSPELLED)]);
    insta::assert_snapshot!(klo(&folder, &["lint"]).text());
}

#[test]
fn concise() {
    let (_scratch, folder) = repository(&[("klo.yaml", MISSPELLED)]);
    insta::assert_snapshot!(klo(&folder, &["lint", "--format", "concise"]).text());
}

#[test]
fn json() {
    let (_scratch, folder) = repository(&[("klo.yaml", MISSPELLED)]);
    insta::assert_snapshot!(klo(&folder, &["lint", "--format", "json"]).text());
}

#[test]
fn what_programs_read_is_on_standard_output_alone() {
    let (_misspelled, broken) = repository(&[("klo.yaml", MISSPELLED)]);
    let (_scratch, fine) = service();
    for format in ["json", "sarif", "github", "gitlab", "junit"] {
        let run = klo(&broken, &["lint", "--format", format]);
        assert_eq!((run.code, run.err.as_str()), (2, ""), "{run:?}");
        assert!(run.out.contains("regoin"), "{run:?}");
        let run = klo(&broken, &["compile", "--format", format]);
        assert_eq!((run.code, run.out.as_str()), (2, ""), "{run:?}");
        assert!(run.err.contains("regoin"), "{run:?}");
        let run = klo(&fine, &["lint", "--format", format]);
        assert_eq!((run.code, run.err.as_str()), (0, ""), "{run:?}");
        assert!(!run.out.contains("KLO"), "{run:?}");
    }
}

#[test]
fn apps_pass_in_junit_only_when_they_were_judged() {
    let (_scratch, folder) = repository(&[("a/klo.yaml", MISSPELLED), ("b/klo.yaml", "app: b\n")]);
    let run = klo(&folder, &["lint", "--format", "junit"]);
    assert!(!run.out.contains("no findings"), "{}", run.out);
    let run = klo(&folder, &["lint", "--format", "junit", "b"]);
    assert!(run.out.contains("classname=\"klo.b\"/>"), "{}", run.out);
}

#[test]
fn paths_are_relative_to_where_klo_was_started() {
    let (_scratch, folder) = repository(&[("a/klo.yaml", MISSPELLED), ("b/x.txt", "")]);
    let run = klo(&folder.join("b"), &["lint", "--format", "concise", "../a"]);
    assert!(
        run.err.starts_with("../a/klo.yaml:3:10: error["),
        "{}",
        run.err
    );
    let run = klo(&folder.join("a"), &["lint", "--format", "concise"]);
    assert!(run.err.starts_with("klo.yaml:3:10: error["), "{}", run.err);
}

#[test]
fn files_stand_for_the_apps_that_hold_them() {
    let (_scratch, folder) = repository(&[
        ("a/klo.yaml", "app: a\n"),
        ("a/x.py", ""),
        ("b/klo.yaml", MISSPELLED),
        ("b/x.py", ""),
    ]);
    assert_eq!(klo(&folder, &["lint", "a/x.py"]).code, 0);
    assert_eq!(klo(&folder, &["lint", "a/x.py", "b/x.py"]).code, 2);
}

#[test]
fn the_graph_is_one_object_or_an_array_sorted_by_app_and_environment() {
    let (_scratch, folder) = service();
    let one = klo(&folder, &["graph", "--env", "dev"]);
    let one: serde_json::Value = serde_json::from_str(&one.out).expect("JSON");
    assert_eq!(one["environment"], "dev");
    fs::create_dir_all(folder.join("another")).expect("a folder");
    fs::write(folder.join("another/klo.yaml"), "app: another\n").expect("a file");
    let all = klo(&folder, &["graph"]);
    let all: serde_json::Value = serde_json::from_str(&all.out).expect("JSON");
    let names: Vec<String> = all
        .as_array()
        .expect("an array")
        .iter()
        .map(|graph| format!("{} {}", graph["app"], graph["environment"]).replace('"', ""))
        .collect();
    assert_eq!(names, ["another dev", "shop dev", "shop prod"]);
}

#[test]
fn annotations_in_no_app_are_warned_about() {
    let (_scratch, folder) = repository(&[
        ("klo.yaml", "app: shop\nsources: [services]\n"),
        ("services/x.py", ""),
        (
            "tools/import.py",
            "# prose: @klo::job\n  # @klo::job(name = \"import\")\ndef main(): ...\n",
        ),
    ]);
    let run = klo(&folder, &["lint", "--format", "concise"]);
    assert_eq!(run.code, 0, "{run:?}");
    let first = run.err.lines().next().unwrap_or_default();
    assert!(
        first.starts_with("tools/import.py:2:5: warning[KLO0122]"),
        "{}",
        run.err
    );
    assert_eq!(run.err.lines().count(), 1, "{}", run.err);
    let run = klo(&folder, &["lint", "--format", "concise", "services"]);
    assert_eq!(run.err, "");
}
