//! Apps on any cluster: what is written, and what is refused.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::rules::blocks;
use crate::{REQUIREMENTS, klo, repository};

const SETTINGS: &str = "app: shop\nplatform: kubernetes\nenvironments: { dev: {} }\n";
const APP: &str = "import os\n\nfrom fastapi import FastAPI\nfrom sqlalchemy import create_engine\n\n\
    # @klo::persist(name = \"orders\", existing = { endpoint = \"pg.data.svc:5432/orders\", secret = \"data/orders\" })\n\
    engine = create_engine(os.environ[\"DATABASE_URL\"])\n\n\
    # @klo::service(name = \"api\")\n# @klo::expose(to = \"internal\")\napp = FastAPI()\n\n\n\
    @app.get(\"/orders\")\ndef orders() -> int:\n    return engine.connect().closed\n";

fn written(folder: &Path) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).expect("below it");
                found.insert(name.display().to_string());
            }
        }
    }
    found
}

#[test]
fn nothing_of_aws_is_written() {
    let requirements = format!("{REQUIREMENTS}sqlalchemy==2.0.43\npsycopg[binary]==3.2.10\n");
    let (_scratch, folder) = repository(&[
        ("klo.yaml", SETTINGS),
        ("app.py", APP),
        ("requirements.txt", &requirements),
    ]);
    let run = klo(&folder, &["compile"]);
    assert_eq!((run.code, run.err.contains("error")), (0, false), "{run:?}");
    let environment = folder.join("infra/dev");
    let names = written(&environment);
    insta::assert_snapshot!(names.iter().cloned().collect::<Vec<_>>().join("\n"));
    let all: String = names
        .iter()
        .filter(|name| !name.ends_with(".json"))
        .map(|name| fs::read_to_string(environment.join(name)).expect("text"))
        .collect();
    assert!(!all.contains("aws") && !all.contains("terraform"), "{all}");
    let readme = fs::read_to_string(environment.join("README.md")).expect("a page");
    insta::assert_snapshot!(readme);
}

#[test]
fn stores_that_would_have_to_be_made_are_refused_where_they_stand() {
    let made = APP.replace(
        ", existing = { endpoint = \"pg.data.svc:5432/orders\", secret = \"data/orders\" }",
        "",
    );
    let (_scratch, folder) = repository(&[
        ("klo.yaml", SETTINGS),
        ("app.py", &made.replace("internal", "internet")),
        ("requirements.txt", REQUIREMENTS),
    ]);
    let run = klo(&folder, &["lint"]);
    assert_eq!(run.code, 1);
    insta::assert_snapshot!(run.text());
}

#[test]
fn what_aws_alone_has_is_refused_where_it_is_asked_for() {
    let asked = APP.replace(
        "expose(to = \"internal\")",
        "expose(to = \"internet\", waf = true)",
    );
    let (_scratch, folder) = repository(&[
        ("klo.yaml", SETTINGS),
        ("app.py", &asked),
        ("requirements.txt", REQUIREMENTS),
    ]);
    let run = klo(&folder, &["lint"]);
    assert_eq!(run.code, 1);
    insta::assert_snapshot!(run.text());
}

#[test]
fn on_aws_a_secret_is_named_by_its_arn() {
    let (_scratch, folder) = repository(&[("app.py", APP), ("requirements.txt", REQUIREMENTS)]);
    let run = klo(&folder, &["lint", "--format", "concise"]);
    assert_eq!(run.code, 1);
    assert!(
        run.err
            .contains("`secret` of `database.orders` is `data/orders`, which is no ARN"),
        "{run:?}"
    );
}

#[test]
fn the_guide_to_any_cluster_does_what_it_says() {
    let page = format!("{}/docs/guides/kubernetes.md", env!("CARGO_MANIFEST_DIR"));
    let page = fs::read_to_string(page).expect("the guide");
    let blocks = blocks(&page);
    let files: Vec<(&str, &str)> = blocks
        .iter()
        .filter_map(|(head, text)| Some((head.split_once(" file=")?.1, text.as_str())))
        .collect();
    assert_eq!(files.len(), 3);
    let (_scratch, folder) = repository(&files);
    let commands: Vec<&str> = blocks
        .iter()
        .filter(|(head, _)| head == "sh")
        .flat_map(|(_, text)| text.lines())
        .collect();
    assert_eq!(commands, ["klo compile"]);
    let run = klo(&folder, &["compile"]);
    assert_eq!((run.code, run.err.as_str()), (0, ""), "{run:?}");
    let read = |path: &str| {
        let path = folder.join("infra/prod/kubernetes").join(path);
        fs::read_to_string(path).expect("a file")
    };
    let platform = read("platform/README.md");
    for said in [
        "ClusterSecretStore `notes-prod`",
        "| `data/notes` | `password`, `username` | service.api |",
        "| `notes.example.com` | service.api | `api-tls` |",
    ] {
        assert!(platform.contains(said), "{said}\n{platform}");
    }
    let unit = read("service-api.yaml");
    for said in ["kind: Ingress\n", "kubernetes.io/metadata.name: data\n"] {
        assert!(unit.contains(said), "{said}\n{unit}");
    }
}
