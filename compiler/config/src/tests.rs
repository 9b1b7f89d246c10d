use klo_diagnostics::At;
use klo_source::{MemoryTree, SourceMap};

use super::*;

/// Apps and mistakes of a tree, as text.
fn found(files: &[(&str, &str)], path: &str) -> (Vec<App>, String) {
    let tree = MemoryTree::new(files.iter().map(|(path, text)| (*path, *text)));
    let mut sources = SourceMap::new();
    let (apps, diagnostics) = discover(&tree, "repo", path, None, &mut sources);
    let lines: Vec<String> = diagnostics
        .iter()
        .map(|d| {
            let at = match &d.at {
                At::Span(span) => {
                    let at = sources.location(*span);
                    format!(
                        "{}:{}:{} {:?}",
                        at.file,
                        at.start.line,
                        at.start.column,
                        sources.text(*span)
                    )
                }
                At::File(file) => file.to_string(),
                At::Nowhere => "-".to_owned(),
            };
            let help = d.help.as_deref().unwrap_or("-");
            format!("{:?} {} {at}: {}; {help}", d.level, d.code.id(), d.message)
        })
        .collect();
    (apps, lines.join("\n"))
}

fn mistakes(yaml: &str) -> String {
    found(
        &[("a/klo.yaml", yaml), ("a/src/x.py", ""), ("a/w.yaml", "")],
        "a",
    )
    .1
}

#[test]
fn the_whole_file() {
    let yaml = include_str!("tests/whole.yaml");
    let (apps, report) = found(
        &[
            ("a/klo.yaml", yaml),
            ("a/services/x.py", ""),
            ("a/waivers.yaml", ""),
            ("platform/rules/base.yaml", ""),
        ],
        "a",
    );
    assert_eq!(report, "");
    insta::assert_debug_snapshot!(apps[0]);
}

#[test]
fn mistakes_have_places_and_suggestions() {
    let cases = [
        "enviroments: {}\nap: x\nfoo: 1",
        "app: My Shop",
        "app: 12",
        "app:",
        "[1, 2]",
        "app: a\n\tenvironments: {}",
        "app: a\napp: b",
        "environments: { Dev: {}, prod: { regon: x }, x: 1, y: { region: Ireland }, z: { region: eu-wets-1 }, w: { account: 012345678901 }, v: { account: \"12\" } }",
        "environments: [dev]",
        "sources: [../../x, missing, src]",
        "sources: []",
        "sources: src",
        "rules: [klo/baselin, ../../../rules, nope]",
        "emit: teraform",
        "emit: [pulumi, terraform, pulumi]\nout: ..",
        "out: .",
        "run_on: { service: lamda, site: lambda }",
        "platform: gcp\nkubernetes: { nodes: some, mesh: consul, version: 1 }",
        "network: { cidr: 10.0.0.0 }",
        "network: { cidr: 10.0.0.1/16 }",
        "network: { cidr: 8.8.0.0/16, vpc: vpc-0123456789abcdef0 }",
        "network: { vpc: vpc-1 }",
        "network: { vpc: vpc-0123456789abcdef0 }",
        "network: { private_subnets: [subnet-0123456789abcdef0] }",
        "network: { vpc: vpc-0123456789abcdef0, private_subnets: [subnet-0123456789abcdef0, subnet-0123456789abcdef0, x] }",
        "state: { bucket: My_Bucket }",
        "state: local",
        "state: {}",
        "tags: { \"aws:x\": y, ok: [1] }",
        "resources: { databse.orders: {}, orders: {}, database.Orders: {}, database.orders: { backup_day: 1, backup_days: -1, region: x } }",
        "resources: { site.web: { dir: ../../../x } }",
        "declare: { service.api: {}, site.web: { spa: true }, topic.x: { existing: { arn: nope } }, bucket.y: { import: a, existing: { id: b } }, queue.z: { was: Old } }",
        "waivers: none.yaml",
        "alarms: { email: me }",
        "alarms: { mail: me@example.com }",
        "app: x\n---\napp: y",
    ];
    let report: Vec<String> = cases
        .iter()
        .map(|yaml| format!("{yaml}\n{}\n", mistakes(yaml)))
        .collect();
    insta::assert_snapshot!(report.join("\n"));
}

#[test]
fn paths_and_the_apps_they_cover() {
    let files = [
        ("klo.yaml", "app: outer"),
        ("services/a/klo.yaml", "app: inner-a"),
        ("services/a/main.py", ""),
        ("services/b/main.py", ""),
        ("tools/klo.yml", ""),
    ];
    let names = |path: &str| -> Vec<String> {
        let (apps, _) = found(&files, path);
        apps.iter().map(|app| app.name.clone()).collect()
    };
    assert_eq!(names(""), ["outer", "inner-a"]);
    assert_eq!(names("services"), ["inner-a"]);
    assert_eq!(names("services/a"), ["inner-a"]);
    assert_eq!(names("services/b"), ["outer"]);
    assert_eq!(names("services/b/main.py"), ["outer"]);
    let (apps, report) = found(&files, "");
    assert!(report.contains("KLO0212"), "{report}");
    let outer = &apps[0];
    assert_eq!(outer.nested, ["services/a"]);
    assert!(outer.owns("services/b/main.py"));
    assert!(!outer.owns("services/a/main.py"));
    assert!(!outer.owns("infra/dev/x.py"));
    assert!(apps[1].owns("services/a/main.py"));
    let (apps, _) = found(&files, "services/b");
    assert_eq!(apps[0].nested, ["services/a"]);
}

#[test]
fn without_a_file_the_folder_is_the_app() {
    let (apps, report) = found(&[("shop_api/main.py", "")], "shop_api");
    assert_eq!(report, "");
    assert_eq!(apps[0].name, "shop-api");
    assert_eq!(apps[0].out, "shop_api/infra");
    assert_eq!(apps[0].environments[0].region, "us-east-1");
    let (apps, _) = found(&[("main.py", "")], "");
    assert_eq!(apps[0].name, "repo");
    let (_, report) = found(&[("2024/main.py", "")], "2024");
    assert!(report.contains("KLO0208"), "{report}");
}

#[test]
fn a_file_that_cannot_be_read_is_no_default() {
    let tree = MemoryTree::new([("klo.yaml", b"app: \xff".to_vec())]);
    let mut sources = SourceMap::new();
    let (apps, diagnostics) = discover(&tree, "repo", "", None, &mut sources);
    assert!(apps.is_empty());
    assert_eq!(diagnostics[0].code.id(), "KLO0209");
}

#[test]
fn two_apps_cannot_share_a_name() {
    let (_, report) = found(&[("a/klo.yaml", "app: x"), ("b/klo.yaml", "app: x")], "");
    assert!(report.contains("KLO0211"), "{report}");
}

#[test]
fn files_belong_to_the_nearest_app_upwards() {
    let tree = MemoryTree::new([
        ("a/klo.yaml", "app: a\n"),
        ("a/x.py", ""),
        ("a/in/klo.yaml", "app: inner\n"),
        ("a/in/deep/x.py", ""),
        ("b/klo.yaml", "app: b\n"),
        ("docs/x.md", ""),
    ]);
    let roots = |files: &[&str], start: Option<&str>| {
        let mut sources = SourceMap::new();
        let (apps, found) = discover_holding(&tree, "repo", files, start, None, &mut sources);
        assert!(found.is_empty(), "{found:?}");
        apps.into_iter().map(|app| app.root).collect::<Vec<_>>()
    };
    assert_eq!(roots(&["a/x.py", "a/klo.yaml"], Some("")), ["a"]);
    assert_eq!(roots(&["a/in/deep/x.py"], Some("")), ["a/in"]);
    assert_eq!(roots(&["b/gone.py", "a/x.py"], None), ["a", "b"]);
    assert!(roots(&["docs/x.md"], Some("")).is_empty());
    assert_eq!(roots(&["docs/x.md"], Some("docs")), ["docs"]);
    assert!(roots(&["docs/x.md"], None).is_empty());
    assert!(roots(&[], Some("docs")).is_empty());
}
