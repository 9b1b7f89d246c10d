"""An organization's own modules, chosen by its rule set, in place of klo's resources."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import judged
import pytest
import readme
from stacks import Stack, brought_up
from tools import REPOSITORY, SCRATCH, klo, program, run

REGION = "eu-west-1"
MODULES = Path(__file__).resolve().parent / "modules"

APP = """\
import os

import boto3
import redis
from sqlalchemy import create_engine, text

# @klo::persist(name = "ledger")
engine = create_engine(os.environ["DATABASE_URL"], pool_size=2, max_overflow=0)

# @klo::persist(name = "totals")
totals = redis.Redis.from_url(os.environ["REDIS_URL"])

# @klo::persist(name = "receipts")
receipts = boto3.resource("s3").Bucket(os.environ["RECEIPTS_BUCKET"])

# @klo::queue(name = "sales")
SALES = os.environ["SALES_QUEUE_URL"]

# @klo::secret(name = "signing-key")
signing_key = os.environ["SIGNING_KEY"]

sqs = boto3.client("sqs")


# @klo::service(name = "cashier")
def main():
    while True:
        answer = sqs.receive_message(QueueUrl=SALES, WaitTimeSeconds=20)
        for message in answer.get("Messages", []):
            with engine.begin() as connection:
                connection.execute(text("insert into sales default values"))
            totals.incr("sales")
            receipts.put_object(Key=message["MessageId"], Body=signing_key.encode())
            sqs.delete_message(QueueUrl=SALES, ReceiptHandle=message["ReceiptHandle"])


if __name__ == "__main__":
    main()
"""

# Each output is reached another way: by name, through an object, through a list.
CHOICES: dict[str, tuple[dict[str, Any], dict[str, str]]] = {
    "bucket": (
        {"name": "$name", "versioning": "$versioning", "tags": "$tags"},
        {"name": "bucket.id", "arn": "bucket.arn"},
    ),
    "queue": (
        {"name": "$name", "kept_for": "$retention"},
        {"url": "url", "arn": "arns[0]", "name": "name"},
    ),
    "database": (
        {
            "name": "$name",
            "engine": "$engine",
            "subnets": "$data_subnets",
            "security_groups": ["$security_group"],
            "settings": {"multi_az": "$multi_az", "storage": "$storage"},
        },
        {"host": "address", "port": "port", "database": "name", "secret": "secret_arn"},
    ),
    "cache": (
        {"name": "$name", "vpc": "$vpc", "subnets": "$private_subnets"},
        {"host": "host", "security_group": "security_group_id"},
    ),
    "secret": ({"name": "$name"}, {"arn": "arn"}),
}


def published(folder: Path) -> Path:
    """The modules in a Git repository, as `v1.0.0`."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(MODULES, folder)
    who = ["-c", "user.name=Platform", "-c", "user.email=platform@acme.dev"]
    git = [program("git"), *who, "-c", "commit.gpgsign=false", "-c", "tag.gpgsign=false"]
    for arguments in (["init", "-q"], ["add", "."], ["commit", "-qm", "1"], ["tag", "v1.0.0"]):
        run(*git, *arguments, cwd=folder)
    return folder


def write(app: Path, modules: Path, version: str) -> None:
    """The app, and the rule set that chooses one version of every module."""
    choose = {
        kind: {
            "module": {
                "source": f"git::file://{modules}//{kind}?ref={version}",
                "inputs": inputs,
                "outputs": outputs,
            }
        }
        for kind, (inputs, outputs) in CHOICES.items()
    }
    pack = {"klo-rules": 1, "pack": "acme/platform", "version": "1.0.0", "choose": choose}
    settings = {
        "app": "till",
        "environments": {"dev": {"region": REGION}},
        "rules": ["platform.yaml"],
        "tags": {"team": "stores"},
    }
    requirements = "boto3==1.44.5\npsycopg[binary]==3.3.9\nredis==8.1.0\nsqlalchemy==2.1.9\n"
    app.mkdir(parents=True, exist_ok=True)
    (app / "cashier.py").write_text(APP)
    (app / "requirements.txt").write_text(requirements)
    # YAML takes JSON as it is.
    (app / "platform.yaml").write_text(json.dumps(pack, indent=2) + "\n")
    (app / "klo.yaml").write_text(json.dumps(settings, indent=2) + "\n")


@pytest.fixture(scope="module")
def till() -> Iterator[tuple[Stack, Path]]:
    app = SCRATCH / "till"
    shutil.rmtree(app, ignore_errors=True)
    modules = published(SCRATCH / "till-modules")
    write(app, modules, "v1.0.0")
    with brought_up(app, "dev") as stack:
        yield stack, modules


def inside(root: Any) -> dict[str, list[dict[str, Any]]]:
    """The managed resources of each module that a root calls."""
    called = root.state()["values"]["root_module"].get("child_modules", [])
    return {
        module["address"]: [found for found in module["resources"] if found["mode"] == "managed"]
        for module in called
    }


def test_the_second_plan_is_empty(till: tuple[Stack, Path]) -> None:
    judged.settled(till[0])


def test_modules_make_the_stores_and_klo_makes_none(till: tuple[Stack, Path]) -> None:
    stack, _ = till
    assert sorted(inside(stack.main)) == [
        "module.bucket_receipts",
        "module.cache_totals",
        "module.database_ledger",
        "module.queue_sales",
    ]
    assert sorted(inside(stack.bootstrap)) == ["module.secret_signing_key"]
    kinds = {resource["type"] for root in stack.roots() for resource in root.resources()}
    stores = {"aws_s3_bucket", "aws_sqs_queue", "aws_db_instance"}
    assert not kinds & (stores | {"aws_elasticache_replication_group"})


def test_inputs_are_what_klo_knows(till: tuple[Stack, Path]) -> None:
    stack, _ = till
    buckets = inside(stack.main)["module.bucket_receipts"]
    (bucket,) = (found["values"] for found in buckets if found["type"] == "aws_s3_bucket")
    assert bucket["bucket"] == "till-dev-receipts"
    tags = {"app": "till", "environment": "dev", "managed-by": "klo", "team": "stores"}
    assert bucket["tags"] == tags
    (queue,) = inside(stack.main)["module.queue_sales"]
    assert queue["values"]["message_retention_seconds"] == 4 * 86_400


def test_units_find_what_the_modules_made(till: tuple[Stack, Path]) -> None:
    stack, _ = till
    ecs = stack.client("ecs")
    (name,) = ecs.list_task_definitions()["taskDefinitionArns"]
    task = ecs.describe_task_definition(taskDefinition=name)["taskDefinition"]
    (container,) = task["containerDefinitions"]
    plain = {entry["name"]: entry["value"] for entry in container["environment"]}
    queue = stack.client("sqs").get_queue_url(QueueName="till-dev-sales")["QueueUrl"]
    assert plain["SALES_QUEUE_URL"] == queue
    assert plain["RECEIPTS_BUCKET"] == "till-dev-receipts"
    assert plain["REDIS_URL"].startswith("rediss://")
    secret = {entry["name"]: entry["valueFrom"] for entry in container["secrets"]}
    secrets = stack.client("secretsmanager")
    (url,) = json.loads(
        secrets.get_secret_value(SecretId="till-dev-ledger-database-urls")["SecretString"]
    ).values()
    golden = json.loads(secrets.get_secret_value(SecretId="till-dev-ledger-golden")["SecretString"])
    assert f"://golden:{golden['password']}@" in url
    assert ":6543/golden?" in url
    key = secrets.describe_secret(SecretId="till-dev-signing-key-golden")["ARN"]
    assert secret["SIGNING_KEY"] == key


def test_the_value_of_a_secret_is_put_where_the_module_holds_it(till: tuple[Stack, Path]) -> None:
    stack, _ = till
    secrets = stack.client("secretsmanager")
    value = secrets.get_secret_value(SecretId="till-dev-signing-key-golden")["SecretString"]
    assert value == readme.secret_value("SECRET_SIGNING_KEY")
    judged.keeps_credentials(stack)


def test_groups_admit_the_unit_and_nothing_else(till: tuple[Stack, Path]) -> None:
    stack, _ = till
    ec2 = stack.client("ec2")
    groups = {group["GroupName"]: group for group in ec2.describe_security_groups()["SecurityGroups"]}
    caller = groups["till-dev-cashier"]["GroupId"]
    for name, port in (("till-dev-ledger-database", 6543), ("till-dev-totals-golden", 6379)):
        (rule,) = groups[name]["IpPermissions"]
        assert (rule["FromPort"], rule["ToPort"]) == (port, port)
        assert [pair["GroupId"] for pair in rule["UserIdGroupPairs"]] == [caller]
        assert rule["IpRanges"] == []


def test_permissions_name_the_modules_outputs(till: tuple[Stack, Path]) -> None:
    stack, _ = till
    policies = [
        found["values"]
        for found in stack.main.resources()
        if found["type"] == "aws_iam_role_policy"
    ]
    allowed = "\n".join(policy["policy"] for policy in policies)
    assert "arn:aws:s3:::till-dev-receipts" in allowed
    assert f"arn:aws:sqs:{REGION}:" in allowed


def test_the_review_names_each_module(till: tuple[Stack, Path]) -> None:
    stack, modules = till
    review = (stack.folder / "REVIEW.md").read_text()
    page = (stack.folder / "README.md").read_text()
    for kind in CHOICES:
        source = f"git::file://{modules}//{kind}?ref=v1.0.0"
        assert f"is made by the module `{source}`" in review
        assert f"`{source}`" in page


def test_a_new_version_of_a_module_is_a_difference(till: tuple[Stack, Path]) -> None:
    stack, modules = till
    app = SCRATCH / "till"
    check = [klo(), "compile", str(app), "--out", str(stack.folder.parent), "--check"]
    # What the test itself put beside the written files is nobody's business here.
    run(*check, cwd=REPOSITORY)
    write(app, modules, "v1.1.0")
    changed = run(*check, cwd=REPOSITORY, ok=(1,))
    shown = changed.stdout + changed.stderr
    assert "bucket-receipts.tf" in shown
    assert "?ref=v1.1.0" in shown


KEEPER = """\
import os

import boto3

# @klo::persist(name = "receipts")
receipts = boto3.resource("s3").Bucket(os.environ["RECEIPTS_BUCKET"])


# @klo::function(name = "keeper")
def keep(event, context):
    receipts.put_object(Key="one", Body=b"1")
"""


def test_a_store_that_becomes_a_modules_is_let_go_and_not_destroyed() -> None:
    app = SCRATCH / "keeper"
    shutil.rmtree(app, ignore_errors=True)
    app.mkdir(parents=True)
    modules = published(SCRATCH / "keeper-modules")
    (app / "keeper.py").write_text(KEEPER)
    (app / "requirements.txt").write_text("boto3==1.44.5\n")
    (app / "klo.yaml").write_text(f"app: keeper\nenvironments: {{ dev: {{ region: {REGION} }} }}\n")
    with brought_up(app, "dev") as stack:
        assert "aws_s3_bucket" in {found["type"] for found in stack.main.resources()}
        inputs, outputs = CHOICES["bucket"]
        source = f"git::file://{modules}//bucket?ref=v1.0.0"
        module = {"source": source, "inputs": inputs, "outputs": outputs}
        choose = {"bucket": {"module": module}}
        pack = {"klo-rules": 1, "pack": "acme/x", "version": "1.0.0", "choose": choose}
        (app / "platform.yaml").write_text(json.dumps(pack) + "\n")
        stated = (app / "klo.yaml").read_text()
        (app / "klo.yaml").write_text(stated + "rules: [platform.yaml]\n")
        run(klo(), "compile", str(app), "--out", str(stack.folder.parent), cwd=REPOSITORY)
        stack.main.init()
        changes = stack.main.changes()
        assert changes["aws_s3_bucket.receipts"] == ["forget"]
        made = changes["module.bucket_receipts.aws_s3_bucket.this"]
        assert made == ["create"]
