//! What rules find, in every form that programs read: a `deny`, a `forbid`, a `warn` that rises and a
//! finding that is waived, with the exit codes that go with them.

use std::path::PathBuf;

use serde_json::Value;
use tempfile::TempDir;

use crate::{REQUIREMENTS, klo, repository};

const PACK: &str = "klo-rules: 1
pack: acme/platform
version: 1.0.0
rules:
  - id: ACME-RUN-001
    name: single-instance
    on: service
    level: deny
    require: { min: { min: 2 } }
    why: A node is replaced every week.
    url: https://wiki.acme.dev/instances
    fix: true
  - id: ACME-ENV-001
    name: settings-in-code
    on: service
    level: forbid
    require: { env: { exists: false } }
    why: Settings are read from `config`.
  - id: ACME-TAG-001
    name: no-owner
    on: service
    level: warn
    then: { level: deny, from: 2027-01-01 }
    require: { tags: { keys: [owner] } }
    why: Somebody has to be asked.
  - id: ACME-LOG-001
    name: short-log-retention
    on: aws_cloudwatch_log_group
    level: deny
    require: { retention_in_days: { min: 400 } }
    why: Logs are evidence.
";
const WAIVERS: &str = "- { rule: ACME-LOG-001, on: service.api, reason: The archive keeps them., approver: audit, until: 2027-06-30 }\n";
const CONFIG: &str = "app: shop
environments: { dev: { region: eu-west-1 } }
rules: [rules/acme.yaml]
waivers: waivers.yaml
";
const BROKEN: &str = "from fastapi import FastAPI

# @klo::service(name = \"api\", min = 1, env = { MODE = \"shop\" })
app = FastAPI()
";
const MENDED: &str = "from fastapi import FastAPI

# @klo::service(name = \"api\", min = 2)
app = FastAPI()
";

fn app(code: &str) -> (TempDir, PathBuf) {
    repository(&[
        ("klo.yaml", CONFIG),
        ("rules/acme.yaml", PACK),
        ("waivers.yaml", WAIVERS),
        ("app.py", code),
        ("requirements.txt", REQUIREMENTS),
    ])
}

fn lint(code: &str, today: &str, more: &[&str]) -> (i32, String) {
    let (_scratch, folder) = app(code);
    let run = klo(&folder, &[&["lint", "--today", today], more].concat());
    assert!(!more.contains(&"--format") || run.err.is_empty(), "{run:?}");
    (run.code, run.out)
}

/// All four kinds of findings in a form.
fn all(format: &str) -> String {
    let (code, out) = lint(BROKEN, "2026-11-26", &["--format", format]);
    assert_eq!(code, 1, "{out}");
    out
}

#[test]
fn sarif() {
    let text = all("sarif");
    insta::assert_snapshot!(text);
    let log: Value = serde_json::from_str(&text).expect("JSON");
    let results = log["runs"][0]["results"].as_array().expect("a list");
    assert_eq!(results.len(), 4);
    for result in results {
        let waived = result["ruleId"] == "ACME-LOG-001";
        assert_eq!(result["suppressions"].is_array(), waived, "{result}");
        let related = &result["relatedLocations"][0]["physicalLocation"];
        assert_eq!(related["artifactLocation"]["uri"], "rules/acme.yaml");
    }
}

#[test]
fn gitlab() {
    insta::assert_snapshot!(all("gitlab"));
}

#[test]
fn junit() {
    insta::assert_snapshot!(all("junit"));
}

#[test]
fn github() {
    insta::assert_snapshot!(all("github"));
}

#[test]
fn json() {
    let text = all("json");
    insta::assert_snapshot!(text);
    let printed: Value = serde_json::from_str(&text).expect("JSON");
    for found in printed["diagnostics"].as_array().expect("a list") {
        assert_eq!(found["waived"], found["code"] == "ACME-LOG-001", "{found}");
    }
}

#[test]
fn warnings_and_waived_findings_end_well_until_their_day() {
    let json = ["--format", "json"];
    assert_eq!(lint(MENDED, "2026-12-31", &json).0, 0, "a warning, waived");
    assert_eq!(lint(MENDED, "2027-01-01", &json).0, 1, "the warning rose");
    let owned = MENDED.replace("min = 2", "min = 2, tags = { owner = \"commerce\" }");
    assert_eq!(lint(&owned, "2027-06-30", &json).0, 0, "the last day");
    assert_eq!(lint(&owned, "2027-07-01", &json).0, 1, "the waiver ended");
    let without = [json.as_slice(), &["--no-waivers"]].concat();
    assert_eq!(lint(&owned, "2027-06-30", &without).0, 1, "no waivers");
}

/// An app that breaks rules of two packs that come with klo, on intents, on the graph, on resources.
fn shipped() -> (TempDir, PathBuf) {
    let config = "app: shop\nenvironments: { prod: { region: eu-west-1 } }\nrules: [klo/production]\ntags: { owner: commerce }\n";
    let code = BROKEN.replace("MODE = \"shop\"", "STRIPE_API_KEY = \"sk_live_x\"");
    repository(&[
        ("klo.yaml", config),
        ("app.py", &code),
        ("requirements.txt", REQUIREMENTS),
    ])
}

#[test]
fn rules_that_come_with_klo_show_their_place_too() {
    let (_scratch, folder) = shipped();
    let run = klo(&folder, &["lint"]);
    assert_eq!(run.code, 1, "{run:?}");
    insta::assert_snapshot!(run.err);
    let run = klo(&folder, &["lint", "--format", "json"]);
    let printed: Value = serde_json::from_str(&run.out).expect("JSON");
    for found in printed["diagnostics"].as_array().expect("a list") {
        let file = &found["related"][0]["at"]["file"];
        assert_eq!(*file, found["rule"]["pack"], "{found}");
    }
    // Services have the repository and nothing else: no place is made up in it.
    for format in ["sarif", "github", "gitlab"] {
        let run = klo(&folder, &["lint", "--format", format]);
        assert!(!run.out.contains("klo/baseline:"), "{}", run.out);
        assert!(!run.out.contains("relatedLocations"), "{}", run.out);
    }
}
