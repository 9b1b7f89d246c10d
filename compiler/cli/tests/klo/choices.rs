//! What a rule set chooses is traced back to it: by name in files that klo writes, with the pack's line
//! where commands print.

use std::fs;

use serde_json::Value;

use crate::{klo, repository};

const CONFIG: &str =
    "app: shop\nenvironments: { dev: { region: eu-west-1 } }\nrules: [rules/acme.yaml]\n";
const PACK: &str = "klo-rules: 1
pack: acme/platform
version: 1.0.0
choose:
  service: { run_on: lambda }
  database: { instance: db.t4g.medium }
  cache: { engine: redis }
  bucket:
    module: { source: \"git::https://git.acme.dev/tf/bucket?ref=v3.2.0\", inputs: { name: $name }, outputs: { name: id, arn: arn } }
";
const CODE: &str = "import os

import boto3
import redis
from fastapi import FastAPI
from sqlalchemy import create_engine

# @klo::persist(name = \"orders\")
engine = create_engine(os.environ[\"DATABASE_URL\"])

# @klo::persist(name = \"sessions\")
sessions = redis.Redis.from_url(os.environ[\"REDIS_URL\"])

# @klo::persist(name = \"receipts\")
receipts = boto3.resource(\"s3\").Bucket(os.environ[\"RECEIPTS_BUCKET\"])

# @klo::service(name = \"api\")
app = FastAPI()


@app.get(\"/\")
def orders():
    sessions.get(\"one\")
    receipts.put_object(Key=\"one\", Body=b\"\")
    with engine.connect() as connection:
        return connection.execute(\"select 1\")
";
const REQUIREMENTS: &str = "boto3==1.35.0
fastapi==0.115.0
mangum==0.19.0
psycopg2-binary==2.9.10
redis==5.2.0
sqlalchemy==2.0.36
uvicorn==0.32.0
";

/// Addresses of what follows from a choice, with what `klo explain` says of it.
const CHOSEN: [(&str, &str); 4] = [
    (
        "aws_lambda_function.service_api",
        "run_on is lambda: rules/acme.yaml:5:22",
    ),
    (
        "aws_db_instance.orders",
        "instance is db.t4g.medium: rules/acme.yaml:6:25",
    ),
    (
        "aws_elasticache_replication_group.sessions",
        "engine is redis: rules/acme.yaml:7:20",
    ),
    ("module.bucket_receipts", "the module: rules/acme.yaml:9:5"),
];

#[test]
fn what_a_rule_set_chooses_names_it() {
    let (_scratch, folder) = repository(&[
        ("klo.yaml", CONFIG),
        ("rules/acme.yaml", PACK),
        ("app.py", CODE),
        ("requirements.txt", REQUIREMENTS),
    ]);
    let run = klo(&folder, &["compile"]);
    assert_eq!(run.code, 0, "{run:?}");
    for (address, said) in CHOSEN {
        let run = klo(&folder, &["explain", address]);
        let by = format!("  chosen by the rule set acme/platform\n    {said}\n");
        assert!(run.out.contains(&by), "{address}: {}", run.out);
    }
    let read = |path: &str| fs::read_to_string(folder.join(path)).expect("a file");
    let plan = read("infra/dev/plan.json");
    let printed: Value = serde_json::from_str(&plan).expect("JSON");
    let list = |key: &str| printed[key].as_array().expect("a list").clone();
    let all = [list("resources"), list("modules")].concat();
    let rule = |address: &str| {
        let found = all.iter().find(|one| one["address"] == address);
        found.unwrap_or_else(|| panic!("no {address}"))["rule"].clone()
    };
    for (address, _) in CHOSEN {
        assert_eq!(rule(address), "acme/platform", "{address}");
    }
    assert_eq!(rule("aws_vpc.main"), Value::Null, "nobody chose it");
    let review = read("infra/dev/REVIEW.md");
    for said in [
        "The rule set `acme/platform` chooses `run_on = \"lambda\"`.",
        "The rule set `acme/platform` chooses `instance = \"db.t4g.medium\"`.",
        "The rule set `acme/platform` chooses `engine = \"redis\"`.",
        "`, which the rule set `acme/platform` chooses, in `terraform/bucket-receipts.tf`.",
        "the rule set acme/platform chooses Lambda for it",
    ] {
        assert!(review.contains(said), "{said}: {review}");
    }
    // Lines move with whoever edits the pack, and no written file with them.
    let graph = read("infra/dev/graph.json");
    for text in [plan, review, graph] {
        assert!(!text.contains("acme.yaml"), "{text}");
    }
}
