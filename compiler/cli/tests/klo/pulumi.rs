//! Pulumi programs as their reviewer reads them: what another app publishes, former names, adoptions,
//! and what has no place in such a program.

use std::fs;
use std::path::Path;

use crate::{copy, klo, repository};

#[test]
fn what_another_app_publishes_is_checked_before_it_is_used() {
    let scratch = tempfile::tempdir().expect("a folder");
    let apps = Path::new(env!("CARGO_MANIFEST_DIR")).join("verify/together");
    copy(&apps, scratch.path());
    fs::create_dir(scratch.path().join(".git")).expect("a folder");
    let run = klo(scratch.path(), &["compile", "mailer", "--emit", "pulumi"]);
    assert_eq!(run.code, 0, "{}", run.err);
    let written = scratch.path().join("mailer/infra/dev/pulumi/other-apps.ts");
    insta::assert_snapshot!(fs::read_to_string(written).expect("a file"));
}

const CONFIG: &str = "app: till
environments:
  dev: { region: eu-west-1 }
  prod: { region: eu-west-1 }
rules: [klo/baseline, rules/acme.yaml]
emit: pulumi
";
const PACK: &str = "klo-rules: 1
pack: acme/platform
version: 1.0.0
choose:
  secret:
    module: { source: app.terraform.io/acme/secret/aws, version: ~> 2.1, inputs: { name: $name }, outputs: { arn: arn } }
  bucket:
    module: { source: \"git::https://git.acme.dev/tf/bucket?ref=v3.2.0\", inputs: { name: $name }, outputs: { name: id, arn: arn } }
";
const CODE: &str = "import os

import boto3

s3 = boto3.resource(\"s3\")

# @klo::persist(name = \"receipts\")
receipts = s3.Bucket(os.environ[\"RECEIPTS_BUCKET\"])

# @klo::persist(name = \"labels\")
labels = s3.Bucket(os.environ[\"LABELS_BUCKET\"])

# @klo::secret(name = \"signing-key\")
signing_key = os.environ[\"SIGNING_KEY\"]


# @klo::function(name = \"keeper\")
def keep(event, context):
    receipts.put_object(Key=\"one\", Body=signing_key.encode())
    labels.put_object(Key=\"one\", Body=b\"\")
";

#[test]
fn modules_are_refused_where_a_rule_set_chooses_them() {
    let (_scratch, folder) = repository(&[
        ("klo.yaml", CONFIG),
        ("rules/acme.yaml", PACK),
        ("app.py", CODE),
        ("requirements.txt", "boto3==1.44.5\n"),
    ]);
    let run = klo(&folder, &["compile"]);
    assert_eq!(run.code, 1, "{run:?}");
    assert!(!folder.join("infra").exists(), "nothing is written");
    let both = klo(
        &folder,
        &["compile", "--emit", "terraform", "--emit", "pulumi"],
    );
    assert_eq!(both.code, 1, "{both:?}");
    let said = "write this app for Terraform alone";
    assert!(both.err.contains(said), "{}", both.err);
    let alone = klo(&folder, &["compile", "--emit", "terraform"]);
    assert_eq!(alone.code, 0, "{alone:?}");
    let concise = klo(&folder, &["compile", "--format", "concise"]);
    insta::assert_snapshot!(format!("{}\n{}", run.err, concise.err));
}

const OLD: &str = "import os

import boto3
from sqlalchemy import create_engine

# @klo::persist(name = \"ledger\")
engine = create_engine(os.environ[\"DATABASE_URL\"])

# @klo::persist(name = \"receipts\", import = \"acme-receipts\")
receipts = boto3.resource(\"s3\").Bucket(os.environ[\"RECEIPTS_BUCKET\"])


# @klo::function(name = \"keeper\", memory = \"512Mi\")
def keep(event, context):
    receipts.put_object(Key=\"one\", Body=b\"\")
    with engine.connect() as connection:
        connection.execute(\"select 1\")
";

#[test]
fn former_names_and_adoptions_are_options_of_resources() {
    let renamed = OLD
        .replace("name = \"ledger\"", "name = \"books\", was = \"ledger\"")
        .replace(
            "name = \"receipts\"",
            "name = \"bills\", was = \"receipts\"",
        )
        .replace("name = \"keeper\"", "name = \"clerk\", was = \"keeper\"");
    let config = "app: till\nenvironments: { prod: { region: eu-west-1 } }\nemit: pulumi\n";
    let (_scratch, folder) = repository(&[
        ("klo.yaml", config),
        ("app.py", &renamed),
        (
            "requirements.txt",
            "boto3==1.44.5\npsycopg[binary]==3.3.9\nsqlalchemy==2.1.9\n",
        ),
    ]);
    let run = klo(&folder, &["compile"]);
    assert_eq!(run.code, 0, "{}", run.err);
    let read = |name: &str| {
        let path = folder.join("infra/prod/pulumi").join(name);
        fs::read_to_string(path).expect("a file")
    };
    let files = ["bucket-bills.ts", "database-books.ts", "function-clerk.ts"];
    let text: Vec<String> = files.iter().map(|name| read(name)).collect();
    insta::assert_snapshot!(text.join("\n── \n\n"));
}

#[test]
fn the_guide_names_what_is_written() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let read = |path: &str| fs::read_to_string(root.join(path)).expect(path);
    let guide = read("docs/guides/pulumi.md");
    let written = "snapshots/pulumi/shop/prod";
    let (_, tree) = guide.split_once("infra/prod/\n").expect("the tree");
    let (tree, _) = tree.split_once("```").expect("its end");
    let names: Vec<(&str, &str)> = tree
        .lines()
        .map(|line| {
            let name = line.split_whitespace().next().expect("a name");
            match line.strip_prefix("    ") {
                Some(_) => ("pulumi", name),
                None => ("", name),
            }
        })
        .collect();
    assert!(names.len() > 10, "{names:?}");
    for (folder, name) in names {
        let path = root.join(written).join(folder).join(name);
        assert!(path.exists(), "{}", path.display());
    }
    let readme = read(&format!("{written}/README.md"));
    let mut rest = readme.as_str();
    for command in [
        "pulumi -C bootstrap login",
        "pulumi -C pulumi install",
        "pulumi -C pulumi stack select --create prod",
        "pulumi -C bootstrap up",
        "> pulumi/bootstrap.json",
        "put-secret-value",
        "docker buildx bake",
        "pulumi -C pulumi config set images",
        "pulumi -C pulumi up",
    ] {
        let (_, after) = rest
            .split_once(command)
            .unwrap_or_else(|| panic!("{command}\n{rest}"));
        rest = after;
    }
    let config = read(&format!("{written}/pulumi/config.ts"));
    assert!(guide.contains("config set ordersPasswordVersion 2"));
    assert!(config.contains("config.getNumber(\"ordersPasswordVersion\")"));
    let said = read("compiler/cli/tests/edits/snapshots/loses-pulumi-database-renamed.snap");
    let said: Vec<&str> = said.split_whitespace().collect();
    let urn = "'urn:pulumi:prod::shop::aws:rds/instance:Instance::orders'";
    assert!(guide.contains(&format!("pulumi -C pulumi state unprotect {urn}")));
    assert!(
        said.join(" ")
            .contains(&format!("pulumi -C pulumi state unprotect {urn}"))
    );
    let program = read(
        "compiler/cli/tests/klo/snapshots/klo__pulumi__what_another_app_publishes_is_checked_before_it_is_used.snap",
    );
    let sentence = guide
        .split_once("```text\n")
        .and_then(|(_, rest)| rest.split_once("\n```"));
    let (sentence, _) = sentence.expect("the sentence");
    assert!(program.contains(&sentence.replace('\n', " ")), "{sentence}");
}
