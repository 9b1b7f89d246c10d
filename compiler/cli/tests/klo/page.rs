//! `klo graph --format html`: what the page holds; how it works in a browser is judged by
//! `verify/test_page.py`.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::examples::example;
use crate::{Run, copy, klo};

/// The page's data.
fn data(run: &Run) -> Value {
    let start = run
        .out
        .split_once("<script type=\"application/json\" id=\"data\">")
        .expect("data");
    let (text, _) = start.1.split_once("</script>").expect("its end");
    serde_json::from_str(text).expect("JSON")
}

fn views(data: &Value) -> Vec<&Value> {
    data["views"].as_array().expect("views").iter().collect()
}

fn names(views: &[&Value]) -> Vec<(String, String)> {
    let text = |view: &Value, key: &str| view[key].as_str().expect("a name").to_owned();
    let both = |view: &&Value| (text(view, "app"), text(view, "environment"));
    views.iter().map(both).collect()
}

fn node<'a>(view: &'a Value, id: &str) -> &'a Value {
    let nodes = view["nodes"].as_array().expect("nodes");
    nodes.iter().find(|node| node["id"] == id).expect(id)
}

/// Who does what to whom.
fn edges(view: &Value) -> BTreeSet<(String, String, String)> {
    let id = |end: &Value| {
        let id = match end.as_u64() {
            Some(number) => &view["nodes"][number as usize]["id"],
            None => end,
        };
        id.as_str().expect("an id").to_owned()
    };
    let all = view["edges"].as_array().expect("edges").iter();
    all.map(|edge| {
        let access = edge["access"].to_string();
        (id(&edge["from"]), id(&edge["to"]), access)
    })
    .collect()
}

#[test]
fn the_shop_in_both_environments_is_one_file() {
    let (_scratch, folder) = example("shop");
    let page = klo(&folder, &["graph", "--format", "html"]);
    assert_eq!(page.code, 0, "{}", page.err);
    let data = data(&page);
    let views = views(&data);
    let both = ["dev", "prod"].map(|environment| ("shop".to_owned(), environment.to_owned()));
    assert_eq!(names(&views), both);
    for view in &views {
        let environment = view["environment"].as_str().expect("a name");
        let graph = klo(&folder, &["graph", "--env", environment]);
        let graph: Value = serde_json::from_str(&graph.out).expect("JSON");
        assert_eq!(edges(view), edges(&graph));
        for intent in graph["intents"].as_array().expect("intents") {
            let drawn = node(view, intent["id"].as_str().expect("an id"));
            let at = &intent["at"];
            let place = format!(
                "{}:{}:{}",
                at["file"].as_str().expect("a file"),
                at["line"],
                at["column"]
            );
            // The graph's places are relative to the repository, which klo was started in here.
            assert_eq!(drawn["place"]["at"], place);
        }
        assert_eq!(view["problems"], Value::Array(Vec::new()));
    }
    assert!(page.out.len() < 400_000, "{} bytes", page.out.len());
}

#[test]
fn the_page_is_the_same_wherever_klo_is_started() {
    let (_scratch, folder) = example("shop");
    let own = klo(&folder, &["graph", "--format", "html"]);
    let below = folder.join("services");
    let from_below = klo(&below, &["graph", "..", "--format", "html"]);
    assert_eq!(own.out, from_below.out);
    assert!(own.out.contains("services/orders/main.py:16:3"));
}

#[test]
fn a_node_says_what_explain_says() {
    let (_scratch, folder) = example("shop");
    let page = klo(&folder, &["graph", "--env", "prod", "--format", "html"]);
    let data = data(&page);
    let views = views(&data);
    assert_eq!(views.len(), 1);
    let orders = node(views[0], "database.orders");
    let explained = klo(&folder, &["explain", "database.orders", "--env", "prod"]).out;
    for setting in orders["settings"].as_array().expect("settings") {
        let text = |key: &str| setting[key].as_str().unwrap_or("").to_owned();
        let line = explained
            .lines()
            .find(|line| line.split_whitespace().next() == Some(&text("name")))
            .unwrap_or_else(|| panic!("{setting}"));
        for part in ["value", "origin", "at"] {
            assert!(line.contains(&text(part)), "{part} of {setting}: {line}");
        }
    }
    let resources = orders["resources"].as_array().expect("resources");
    assert!(!resources.is_empty());
    for resource in resources {
        let address = resource["address"].as_str().expect("an address");
        assert!(explained.contains(&format!("  {address}: ")), "{address}");
        let file = resource["file"].as_str().expect("a file");
        let out = folder.join("infra/prod").join(file);
        assert!(file.ends_with(".tf"), "{}", out.display());
    }
    for decision in orders["decisions"].as_array().expect("decisions") {
        let because = decision["because"].as_str().expect("a reason");
        assert!(explained.contains(because), "{because}");
    }
    let backups = orders["settings"].as_array().expect("settings");
    let backups = backups.iter().find(|s| s["name"] == "backup_days");
    let backups = backups.expect("backup_days");
    assert_eq!(backups["value"], "35");
    assert_eq!(backups["origin"], "`resources` of the environment");
}

#[test]
fn files_that_the_page_names_are_those_that_compile_writes() {
    let (_scratch, folder) = example("shop");
    let page = data(&klo(
        &folder,
        &["graph", "--env", "dev", "--format", "html"],
    ));
    assert_eq!(klo(&folder, &["compile", "--env", "dev"]).code, 0);
    let nodes = page["views"][0]["nodes"].as_array().expect("nodes").clone();
    for node in nodes {
        let own = node["resources"].as_array().expect("resources").iter();
        let own = own.map(|resource| resource["file"].clone());
        let shared = node["shared"].as_array().expect("shared").iter();
        for file in own.chain(shared.map(|pair| pair[0].clone())) {
            let path = folder
                .join("infra/dev")
                .join(file.as_str().expect("a file"));
            assert!(path.is_file(), "{}", path.display());
        }
    }
}

#[test]
fn findings_and_waivers_are_told_where_they_belong() {
    let (_scratch, folder) = example("minimal");
    let pack = "klo-rules: 1\npack: acme/platform\nversion: 1.0.0\nrules:\n\
        - id: ACME-1\n  name: too-few\n  on: service\n  level: deny\n  why: One task is none while it is replaced.\n  require: { min: { min: 3 } }\n";
    fs::write(folder.join("acme.yaml"), pack).expect("written");
    let waivers = "- rule: ACME-1\n  on: service.minimal\n  reason: A trial.\n  approver: ops\n  until: 2030-01-31\n";
    fs::write(folder.join("waivers.yaml"), waivers).expect("written");
    let arguments = [
        "graph",
        "--format",
        "html",
        "--rules",
        "acme.yaml",
        "--today",
        "2029-12-01",
    ];
    let found = |extra: &[&str]| {
        let run = klo(&folder, &[&arguments[..], extra].concat());
        (
            run.code,
            node(views(&data(&run))[0], "service.minimal")["findings"][0].clone(),
        )
    };
    let (code, denied) = found(&[]);
    assert_eq!(code, 1);
    assert_eq!(denied["rule"], "ACME-1 too-few");
    assert_eq!(denied["level"], "deny");
    assert_eq!(denied["waived"], Value::Null);
    let (code, waived) = found(&["--waivers", "waivers.yaml"]);
    assert_eq!(code, 0);
    assert_eq!(waived["waived"], "until 2030-01-31, by ops: A trial.");
}

#[test]
fn an_app_with_an_error_has_a_page_that_says_so() {
    let (_scratch, folder) = example("shop");
    let file = folder.join("services/orders/main.py");
    let text = fs::read_to_string(&file).expect("a file");
    let wrong = text.replace("latency = \"low\"", "latency = \"lwo\"");
    assert_ne!(text, wrong);
    fs::write(&file, wrong).expect("written");
    let run = klo(&folder, &["graph", "--format", "html"]);
    assert_eq!(run.code, 1);
    assert!(run.err.contains("error["), "{}", run.err);
    let data = data(&run);
    for view in views(&data) {
        let problems = view["problems"].as_array().expect("problems");
        assert_eq!(problems.len(), 1, "{problems:?}");
        let message = problems[0]["message"].as_str().expect("a sentence");
        assert!(message.contains("latency"), "{message}");
        let at = problems[0]["at"].as_str().expect("a place");
        assert!(at.starts_with("services/orders/main.py:"), "{at}");
    }
}

#[test]
fn apps_side_by_side_are_one_file() {
    let scratch = tempfile::tempdir().expect("a folder");
    let apps = Path::new(env!("CARGO_MANIFEST_DIR")).join("verify/together");
    copy(&apps, scratch.path());
    fs::create_dir(scratch.path().join(".git")).expect("a folder");
    let run = klo(scratch.path(), &["graph", "--format", "html"]);
    assert_eq!(run.code, 0, "{}", run.err);
    let data = data(&run);
    let views = views(&data);
    let wanted = ["mailer", "shop"].map(|app| (app.to_owned(), "dev".to_owned()));
    assert_eq!(names(&views), wanted);
    let other = node(views[0], "shop:topic.order-events");
    assert_eq!(other["kind"], "other-app");
    assert!(run.out.contains("<optgroup label=\"mailer\">"));
}
