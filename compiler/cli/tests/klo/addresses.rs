//! States of users hold the addresses that a release gave. `tests/addresses/` has each release's list of
//! what the examples became, which `cargo xtask generate` writes for the version at hand; what a later
//! version writes keeps each of them, moves it or lets it go without destroying it.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde_json::{Value, json};

/// What stands under `snapshots` for an environment, if it is still there.
fn plan(example: &str, environment: &str) -> Option<Value> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("snapshots")
        .join(example)
        .join(environment)
        .join("plan.json");
    let text = fs::read_to_string(path).ok()?;
    Some(serde_json::from_str(&text).expect("a plan"))
}

/// Whether a plan accounts for an address of a root.
fn accounts_for(plan: &Value, root: &str, address: &str) -> bool {
    let has = |list: &str, key: &str| {
        let mut entries = plan[list].as_array().into_iter().flatten();
        entries.any(|entry| entry["root"] == root && entry[key] == address)
    };
    has("resources", "address")
        || has("modules", "address")
        || has("moved", "from")
        || has("released", "from")
}

/// The lines of a release's list that its successor forgot.
fn forgotten(list: &str, plan: impl Fn(&str, &str) -> Option<Value>) -> Vec<String> {
    let mut lost = Vec::new();
    for line in list.lines() {
        let [example, environment, root, address] = line.split(' ').collect::<Vec<_>>()[..] else {
            panic!("`{line}` is no line of such a list");
        };
        if !plan(example, environment).is_some_and(|plan| accounts_for(&plan, root, address)) {
            lost.push(line.to_owned());
        }
    }
    lost
}

#[test]
fn addresses_of_releases_are_kept_or_moved() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("compiler/cli/tests/addresses");
    let mut versions = BTreeSet::new();
    for entry in fs::read_dir(folder).expect("the lists") {
        let path = entry.expect("a list").path();
        let list = fs::read_to_string(&path).expect("text");
        let lost = forgotten(&list, plan);
        assert!(
            lost.is_empty(),
            "addresses of {} that states hold and no `moved` block leads on from:\n{}",
            path.display(),
            lost.join("\n")
        );
        versions.insert(path.file_stem().expect("a version").to_owned());
    }
    let own = std::ffi::OsStr::new(env!("CARGO_PKG_VERSION"));
    assert!(versions.contains(own), "run `cargo xtask generate`");
}

#[test]
fn an_address_that_is_forgotten_is_told() {
    let plan = json!({
        "resources": [{ "root": "terraform", "address": "aws_vpc.main" }],
        "modules": [],
        "moved": [{ "root": "terraform", "from": "aws_lb.old", "to": "aws_lb.new" }],
        "released": [{ "root": "bootstrap", "from": "aws_kms_key.old" }],
    });
    let list = "shop dev terraform aws_vpc.main\n\
                shop dev terraform aws_lb.old\n\
                shop dev bootstrap aws_kms_key.old\n\
                shop dev bootstrap aws_vpc.main\n\
                shop prod terraform aws_vpc.main\n";
    let of = |_: &str, environment: &str| (environment == "dev").then(|| plan.clone());
    assert_eq!(
        forgotten(list, of),
        [
            "shop dev bootstrap aws_vpc.main",
            "shop prod terraform aws_vpc.main"
        ]
    );
}
