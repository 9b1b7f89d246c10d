//! The examples, through the program: what they become, and what moves when something changes.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::{copy, klo};

/// A copy of an example as a repository of its own.
pub(crate) fn example(name: &str) -> (TempDir, PathBuf) {
    let scratch = tempfile::tempdir().expect("a folder");
    let folder = scratch.path().join(name);
    let from = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("examples")
        .join(name);
    copy(&from, &folder);
    fs::create_dir(folder.join(".git")).expect("a folder");
    (scratch, folder)
}

fn edit(path: &Path, change: impl Fn(&str) -> String) {
    let text = fs::read_to_string(path).expect("a file");
    let changed = change(&text);
    assert_ne!(text, changed, "{}", path.display());
    fs::write(path, changed).expect("written");
}

fn python_files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() && path.file_name().is_some_and(|name| name != "infra") {
            found.extend(python_files(&path));
        } else if path.extension().is_some_and(|ending| ending == "py") {
            found.push(path);
        }
    }
    found
}

/// The written files that would change, below `infra/dev`.
fn changed(folder: &Path) -> BTreeSet<String> {
    let run = klo(folder, &["compile", "--check", "--env", "dev"]);
    run.out
        .lines()
        .filter_map(|line| {
            line.strip_prefix("+++ ")
                .or_else(|| line.strip_prefix("--- "))
        })
        .filter_map(|path| path.split_once("infra/dev/"))
        .map(|(_, path)| path.to_owned())
        .collect()
}

/// Notes tell what klo did; warnings and errors ask for something.
fn asks_for_nothing(err: &str) -> bool {
    !err.contains("warning[") && !err.contains("error[")
}

#[test]
fn both_examples_compile_without_a_warning() {
    for name in ["shop", "minimal"] {
        let (_scratch, folder) = example(name);
        let run = klo(&folder, &["compile"]);
        assert!(
            run.code == 0 && asks_for_nothing(&run.err),
            "{name}: {run:?}"
        );
    }
}

#[test]
fn moving_code_changes_no_written_file() {
    let (_scratch, folder) = example("shop");
    klo(&folder, &["compile"]);
    for path in python_files(&folder) {
        let text = fs::read_to_string(&path).expect("a file");
        fs::write(&path, format!("# moved\n\n\n{text}")).expect("written");
    }
    let check = klo(&folder, &["compile", "--check"]);
    assert_eq!((check.code, check.out.as_str()), (0, ""), "{check:?}");
}

#[test]
fn a_change_in_one_intent_touches_its_files_its_edges_and_what_is_shared() {
    let (_scratch, folder) = example("shop");
    klo(&folder, &["compile"]);
    let config = folder.join("klo.yaml");
    edit(&config, |text| {
        text.replace(
            "service.orders-api: { min: 1, max: 2 }",
            "service.orders-api: { min: 1, max: 2 }\n      queue.receipt-requests: { retention: 5d }",
        )
    });
    let own = [
        "graph.json",
        "plan.json",
        "terraform/queue-receipt-requests.tf",
    ];
    assert_eq!(changed(&folder), own.map(str::to_owned).into());
}

#[test]
fn the_graph_of_the_shop() {
    let (_scratch, folder) = example("shop");
    let run = klo(&folder, &["graph", "--env", "dev", "--format", "mermaid"]);
    assert!(run.code == 0 && asks_for_nothing(&run.err), "{run:?}");
    insta::assert_snapshot!(run.out);
}

fn explained(folder: &Path, what: &str) -> String {
    let run = klo(folder, &["explain", what]);
    assert_eq!((run.code, run.err.as_str()), (0, ""), "{what}");
    run.out
}

#[test]
fn a_value_is_explained_with_its_layers() {
    let (_scratch, folder) = example("shop");
    insta::assert_snapshot!(explained(&folder, "database.orders.backup_days"));
}

#[test]
fn an_intent_is_explained_with_values_edges_decisions_and_resources() {
    let (_scratch, folder) = example("shop");
    let text = explained(&folder, "database.orders");
    for part in [
        "# shop dev\n",
        "# shop prod\n",
        "  stated at shared/database.py:8:3 (engine)\n",
        "`resources` of the environment, klo.yaml:11:39\n",
        "  job.nightly-report -> database.orders: connect\n",
        "    DATABASE_URL holds its url: shared/settings.py:",
        "  rds-proxy (database.orders): ",
        "  aws_db_instance.orders: ",
        "network.tf, which others need too: ",
    ] {
        assert!(text.contains(part), "{part}\nis not in\n{text}");
    }
    assert_eq!(text, explained(&folder, "orders"), "the name alone will do");
}

#[test]
fn a_resource_is_explained_back_to_the_line() {
    let (_scratch, folder) = example("shop");
    let address = "aws_vpc_security_group_ingress_rule.job_nightly_report_to_database_orders";
    let text = explained(&folder, address);
    for part in [
        "  written to terraform/database-orders.tf\n",
        "  because of the edge job.nightly-report -> database.orders\n",
        "  serves database.orders, stated at shared/database.py:8:3 (engine)\n",
        "    jobs/nightly_report.py:",
        "resource \"aws_vpc_security_group_ingress_rule\"",
    ] {
        assert!(text.contains(part), "{part}\nis not in\n{text}");
    }
    let decision = explained(&folder, "rds-proxy");
    assert!(decision.contains("  because "), "{decision}");
}

#[test]
fn a_near_miss_is_named() {
    let (_scratch, folder) = example("shop");
    let run = klo(&folder, &["explain", "databse.orders"]);
    assert_eq!(run.code, 2);
    assert!(
        run.err.contains("did you mean `database.orders`?"),
        "{}",
        run.err
    );
}
