//! The same application on other platforms and with other meshes: what it intends and what keeps its
//! data stay as they are.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use tempfile::TempDir;

use crate::examples::example;
use crate::klo;

/// Kinds whose resources keep data.
const DATA: [&str; 9] = [
    "bucket", "cache", "config", "database", "queue", "secret", "table", "topic", "volume",
];
/// Settings that Lambda decides where nobody states them: its memory is its CPU, and it counts
/// instances in another way.
const LAMBDA: [&str; 4] = ["concurrency", "cpu", "max", "min"];

/// What compile wrote for an environment, by path.
struct Written {
    _scratch: TempDir,
    folder: PathBuf,
}

impl Written {
    /// An example with lines of its own in klo.yaml.
    fn of(name: &str, lines: &str) -> Self {
        let (scratch, folder) = example(name);
        let path = folder.join("klo.yaml");
        let stated = fs::read_to_string(&path).unwrap_or_else(|_| format!("app: {name}\n"));
        fs::write(&path, format!("{stated}{lines}")).expect("written");
        let run = klo(&folder, &["compile", "--env", "dev"]);
        assert_eq!(run.code, 0, "{name} with {lines}: {}", run.err);
        Self {
            _scratch: scratch,
            folder: folder.join("infra/dev"),
        }
    }

    fn json(&self, file: &str) -> Value {
        let text = fs::read_to_string(self.folder.join(file)).expect("a file");
        serde_json::from_str(&text).expect("JSON")
    }

    /// Intents and edges without the platform and what it decides.
    fn graph(&self, decided: &[&str]) -> Value {
        let mut graph = self.json("graph.json");
        let graph = graph.as_object_mut().expect("an object");
        graph.remove("decisions");
        for intent in graph["intents"].as_array_mut().expect("intents") {
            let attributes = intent["attributes"].as_object_mut().expect("attributes");
            attributes.remove("run_on");
            for attribute in decided {
                attributes.remove(*attribute);
            }
        }
        Value::Object(graph.clone())
    }

    /// Resources that keep data, by address: those of data intents but for rules on who may come in.
    fn data(&self) -> BTreeMap<String, Value> {
        let plan = self.json("plan.json");
        let resources = plan["resources"].as_array().expect("resources").iter();
        resources
            .filter(|resource| {
                let text = |key: &str| resource[key].as_str().unwrap_or_default();
                let keeps = is_of_data(text("file").rsplit('/').next().unwrap_or_default());
                keeps && !text("type").starts_with(RULE)
            })
            .map(|resource| {
                let address = resource["address"].as_str().expect("an address");
                (address.to_owned(), resource.clone())
            })
            .collect()
    }

    /// Terraform's blocks of the files of data intents, but for rules of security groups.
    fn data_blocks(&self) -> BTreeSet<(String, String)> {
        let mut found = BTreeSet::new();
        for path in files(&self.folder.join("terraform")) {
            let name = path.file_name().and_then(|name| name.to_str());
            let name = name.unwrap_or_default();
            if !is_of_data(name) {
                continue;
            }
            let text = fs::read_to_string(&path).expect("a file");
            let blocks = text.split("\n}\n").map(str::trim);
            let blocks = blocks.filter(|block| !block.contains(&format!("resource \"{RULE}")));
            found.extend(blocks.map(|block| (name.to_owned(), block.to_owned())));
        }
        found
    }

    fn has_proxy(&self) -> bool {
        let plan = self.json("plan.json");
        let mut resources = plan["resources"].as_array().expect("resources").iter();
        resources.any(|resource| resource["type"] == "aws_db_proxy")
    }

    /// Every file below a folder, but for what differs by name alone.
    fn all(&self) -> BTreeMap<String, String> {
        let mut folders = vec![self.folder.clone()];
        let mut found = BTreeMap::new();
        while let Some(folder) = folders.pop() {
            for path in files(&folder) {
                if path.is_dir() {
                    folders.push(path);
                    continue;
                }
                let name = path.strip_prefix(&self.folder).expect("below it");
                let text = fs::read_to_string(&path).expect("text");
                found.insert(name.display().to_string(), text);
            }
        }
        found
    }
}

/// The type of a rule of a security group, but for its direction.
const RULE: &str = "aws_vpc_security_group_";

/// Blocks that say where a database is reached: at its proxy, where it has one.
const TELLS_WHERE: [&str; 3] = ["locals {", "resource \"aws_ssm_parameter\"", "_urls\" {"];

fn is_of_data(file: &str) -> bool {
    DATA.iter()
        .any(|kind| file.starts_with(&format!("{kind}-")))
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = fs::read_dir(folder)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").path())
        .collect();
    found.sort();
    found
}

fn on(platform: &str) -> String {
    format!("run_on: {{ service: {platform}, function: {platform}, job: {platform} }}\n")
}

/// Each example with what its units can run on beside Fargate: a program with a loop of its own cannot
/// run on Lambda, and one with a GPU on EKS alone.
const PLATFORMS: [(&str, &[&str]); 4] = [
    ("minimal", &["lambda", "eks"]),
    ("shop", &["lambda", "eks"]),
    ("mixed", &["eks"]),
    ("orders-rust", &["eks"]),
];

#[test]
fn another_platform_leaves_the_graph_and_what_keeps_data_alone() {
    let mut proxies = 0;
    for (example, platforms) in PLATFORMS {
        let base = Written::of(example, &on("fargate"));
        let keeps_data = example != "minimal";
        assert_eq!(!base.data().is_empty(), keeps_data, "{example}");
        for platform in platforms {
            let other = Written::of(example, &on(platform));
            let swap = format!("{example} on {platform}");
            let decided: &[&str] = if *platform == "lambda" { &LAMBDA } else { &[] };
            assert_eq!(base.graph(decided), other.graph(decided), "{swap}");
            if other.has_proxy() == base.has_proxy() {
                assert_eq!(base.data(), other.data(), "{swap}");
                assert_eq!(base.data_blocks(), other.data_blocks(), "{swap}");
                continue;
            }
            // A proxy stands beside the database, and URLs lead to it; the database is the same.
            proxies += 1;
            let kept = other.data();
            for (address, resource) in base.data() {
                let other = kept.get(&address).expect(&address);
                let leads_to_proxy = other.to_string().contains("aws_db_proxy.");
                assert!(leads_to_proxy || *other == resource, "{swap}: {address}");
            }
            let database = "aws_db_instance.orders";
            assert_eq!(kept.get(database), base.data().get(database));
            let (before, after) = (base.data_blocks(), other.data_blocks());
            let gone: Vec<&String> = before.difference(&after).map(|(_, block)| block).collect();
            assert!(
                gone.iter()
                    .all(|block| TELLS_WHERE.iter().any(|part| block.contains(part))),
                "{swap}: {gone:?}"
            );
        }
    }
    assert_eq!(proxies, 1, "Lambda alone opens so many connections");
}

#[test]
fn another_mesh_changes_manifests_alone() {
    for example in ["shop", "inference"] {
        let of = |mesh: &str| {
            let lines = format!("{}kubernetes: {{ mesh: {mesh} }}\n", on("eks"));
            Written::of(example, &lines)
        };
        let [none, istio, linkerd] = ["none", "istio", "linkerd"].map(of);
        for mesh in [&istio, &linkerd] {
            assert_eq!(
                none.json("graph.json"),
                mesh.json("graph.json"),
                "{example}"
            );
            let (before, after) = (none.all(), mesh.all());
            let paths: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
            for path in paths {
                let manifests = path.starts_with("kubernetes/");
                let same = before.get(path) == after.get(path);
                assert!(
                    manifests || same || ["plan.json", "REVIEW.md"].contains(&path.as_str()),
                    "{example}: {path}"
                );
            }
            let resources = |plan: &Value| plan["resources"].clone();
            assert_eq!(
                resources(&none.json("plan.json")),
                resources(&mesh.json("plan.json"))
            );
        }
    }
}

#[test]
fn nodes_of_the_other_kind_leave_data_and_manifests_of_units_alone() {
    let of = |nodes: &str| {
        let lines = format!("{}kubernetes: {{ nodes: {nodes} }}\n", on("eks"));
        Written::of("shop", &lines)
    };
    let [auto, managed] = ["auto", "managed"].map(of);
    assert_eq!(auto.graph(&[]), managed.graph(&[]));
    assert_eq!(auto.data(), managed.data());
    assert_eq!(auto.data_blocks(), managed.data_blocks());
    let names = |written: &Written| -> Vec<String> {
        let all = written.all().into_keys();
        all.filter(|path| path.starts_with("containers/")).collect()
    };
    assert_eq!(names(&auto), names(&managed));
}
