//! Two apps of one repository that use each other.

use std::fs;
use std::path::Path;

use tempfile::TempDir;

use crate::{copy, klo};

/// The two apps that are judged together, as a repository.
fn together() -> TempDir {
    let scratch = tempfile::tempdir().expect("a folder");
    let apps = Path::new(env!("CARGO_MANIFEST_DIR")).join("verify/together");
    copy(&apps, scratch.path());
    fs::create_dir(scratch.path().join(".git")).expect("a folder");
    scratch
}

fn replace(folder: &TempDir, file: &str, from: &str, to: &str) {
    let file = folder.path().join(file);
    let text = fs::read_to_string(&file).expect("a file");
    assert!(text.contains(from), "{from}");
    fs::write(file, text.replace(from, to)).expect("written");
}

const EVENTS: &str = "shop:topic.order-events\", bind = { arn = \"ORDER_EVENTS_ARN\" }";

#[test]
fn one_app_reads_what_another_publishes() {
    let folder = together();
    for path in [".", "mailer"] {
        let run = klo(folder.path(), &["compile", path]);
        assert_eq!(run.code, 0, "{}", run.err);
        assert_eq!(run.err.matches("error").count(), 0, "{}", run.err);
    }
    let written = "mailer/infra/dev/terraform/other-apps.tf";
    let text = fs::read_to_string(folder.path().join(written)).expect("a file");
    insta::assert_snapshot!(text);
    let shop = "shop/infra/dev/terraform/topic-order-events.tf";
    let text = fs::read_to_string(folder.path().join(shop)).expect("a file");
    assert!(
        text.contains("/klo/shop/dev/topic/order-events/arn"),
        "{text}"
    );
}

#[test]
fn mistakes_about_another_app_are_told_where_they_stand() {
    let mut shown = String::new();
    for (about, with) in [
        ("an app of nearly that name", "shpo:topic.order-events\""),
        ("a name that is not there", "shop:topic.order-event\""),
        (
            "another kind",
            "shop:queue.orders\", access = [\"publish\"]",
        ),
        ("nothing of that kind", "shop:bucket.receipts\""),
        (
            "an access that the kind lacks",
            "shop:topic.order-events\", access = [\"consume\"]",
        ),
        (
            "a field of another kind",
            "shop:table.orders\", bind = { url = \"ORDERS_URL\" }",
        ),
        (
            "a unit that answers nothing",
            "shop:function.place\", bind = { url = \"PLACE_URL\" }",
        ),
        ("a job", "shop:job.report\""),
        ("an app elsewhere", "warehouse:topic.parcels\""),
        ("this app by its name", "mailer:function.notfy\""),
    ] {
        let folder = together();
        replace(&folder, "mailer/notices.py", EVENTS, with);
        let run = klo(folder.path(), &["lint", "--format", "concise", "mailer"]);
        shown.push_str(&format!("── {about}: exit {}\n{}\n", run.code, run.err));
    }
    insta::assert_snapshot!(shown);
}

#[test]
fn environments_have_to_be_in_one_place() {
    let mut shown = String::new();
    for (about, environments) in [
        ("another environment", "  staging: { region: eu-west-1 }"),
        ("another region", "  dev: { region: eu-central-1 }"),
        (
            "another account",
            "  dev: { region: eu-west-1, account: \"210987654321\" }",
        ),
    ] {
        let folder = together();
        let from = "  dev: { region: eu-west-1 }";
        replace(&folder, "mailer/klo.yaml", from, environments);
        let account = "  dev: { region: eu-west-1, account: \"123456789012\" }";
        replace(&folder, "shop/klo.yaml", from, account);
        let run = klo(folder.path(), &["lint", "--format", "concise", "mailer"]);
        shown.push_str(&format!("── {about}: exit {}\n{}\n", run.code, run.err));
    }
    insta::assert_snapshot!(shown);
}

#[test]
fn apps_that_wait_for_each_other_cannot_begin() {
    let folder = together();
    let function = "# @klo::function(name = \"place\")\n";
    let uses = format!("{function}# @klo::uses(to = \"mailer:function.notify\")\n");
    replace(&folder, "shop/orders.py", function, &uses);
    let run = klo(folder.path(), &["lint", "--format", "concise", "."]);
    insta::assert_snapshot!(format!("exit {}\n{}", run.code, run.err));
}

#[test]
fn the_other_apps_rules_judge_the_use() {
    let folder = together();
    let pack = r#"klo-rules: 1
pack: acme/tables
version: 1.0.0
rules:
  - id: ACME-TAB-001
    name: table-read-by-another-app
    on: table
    level: deny
    assert: "!edges.exists(e, e.to == intent.id && e.from.contains(':'))"
    why: A table's items change their form with its app.
"#;
    fs::write(folder.path().join("acme.yaml"), pack).expect("written");
    let config = folder.path().join("shop/klo.yaml");
    let text = fs::read_to_string(&config).expect("a file");
    fs::write(config, format!("{text}rules: [../acme.yaml]\n")).expect("written");
    for (path, code) in [("shop", 0), ("mailer", 1), (".", 1)] {
        let run = klo(folder.path(), &["lint", "--format", "concise", path]);
        assert_eq!(run.code, code, "{path}: {}", run.err);
        if path == "mailer" {
            insta::assert_snapshot!(run.err);
        }
    }
}
