"""What a Pulumi program does about what is there already: former names, adoptions, protection, and what
another app has to have published."""

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from mocked import Written
from tools import REPOSITORY, SCRATCH, klo, run

APPS = SCRATCH / "pulumi-history-apps"
SETTINGS = """\
app: depot
environments:
  dev: { region: eu-west-1 }
  prod: { region: eu-west-1, account: "123456789012" }
"""
REQUIREMENTS = """\
boto3==1.44.5
psycopg[binary]==3.3.9
redis==8.1.0
sqlalchemy==2.1.9
"""
SOURCE = '''\
"""Keeps parcels; one store of each kind, and a unit of each kind that uses them."""

import os

import boto3
import redis
from sqlalchemy import create_engine, text

# @klo::persist({database})
engine = create_engine(os.environ["DATABASE_URL"], pool_size=2, max_overflow=0)
# @klo::persist({cache})
seen = redis.Redis.from_url(os.environ["REDIS_URL"])
# @klo::persist({bucket})
labels = boto3.resource("s3").Bucket(os.environ["LABELS_BUCKET"])
# @klo::persist({table}, key = "id")
parcels = boto3.resource("dynamodb").Table(os.environ["PARCELS_TABLE"])
# @klo::queue({queue})
ARRIVALS = os.environ["ARRIVALS_QUEUE_URL"]
# @klo::topic({topic})
NEWS = os.environ["NEWS_TOPIC_ARN"]
# @klo::secret({secret})
carrier_key = os.environ["CARRIER_KEY"]

sqs = boto3.client("sqs")
sns = boto3.client("sns")


# @klo::function({function})
# @klo::trigger(queue = "{trigger}")
def arrive(event, context):
    for record in event["Records"]:
        parcels.put_item(Item={{"id": record["body"]}})
        labels.put_object(Key=record["body"], Body=carrier_key.encode())
        sns.publish(TopicArn=NEWS, Message=record["body"])


# @klo::job({job}, schedule = "rate(1 hours)")
def count():
    with engine.connect() as connection:
        seen.set("parcels", connection.execute(text("select count(*) from parcels")).scalar())
    sqs.send_message(QueueUrl=ARRIVALS, MessageBody="counted")


if __name__ == "__main__":
    count()
'''
KINDS = ("database", "cache", "bucket", "table", "queue", "topic", "secret", "function", "job")
OLD = {kind: f"{kind}-then" for kind in KINDS}
NEW = {kind: f"{kind}-now" for kind in KINDS}
# Where each kind is found in AWS when it is adopted.
THERE = {
    "bucket": "acme-depot-labels",
    "table": "acme-parcels",
    "queue": "https://sqs.eu-west-1.amazonaws.com/123456789012/acme-arrivals",
    "topic": "arn:aws:sns:eu-west-1:123456789012:acme-news",
    "database": "acme-ledger",
}
STORES = {
    "aws:s3/bucket:Bucket": "bucket",
    "aws:dynamodb/table:Table": "table",
    "aws:sqs/queue:Queue": "queue",
    "aws:rds/instance:Instance": "database",
    "aws:elasticache/replicationGroup:ReplicationGroup": "cache",
    "aws:secretsmanager/secret:Secret": "secret",
}
PASSWORD = "random:index/randomPassword:RandomPassword"


def app(name: str, names: dict[str, str], more: dict[str, str] | None = None) -> Path:
    """The app under these names, with arguments of annotations by kind."""
    folder = APPS / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    stated = {
        kind: ", ".join(filter(None, (f'name = "{called}"', (more or {}).get(kind))))
        for kind, called in names.items()
    }
    (folder / "depot.py").write_text(SOURCE.format(trigger=names["queue"], **stated))
    (folder / "requirements.txt").write_text(REQUIREMENTS)
    (folder / "klo.yaml").write_text(SETTINGS)
    return folder


@pytest.fixture(scope="module")
def written() -> Written:
    was = {kind: f'was = "{OLD[kind]}"' for kind in KINDS}
    adopted = {kind: f'import = "{identifier}"' for kind, identifier in THERE.items()}
    both = {kind: ", ".join(filter(None, (was[kind], adopted.get(kind)))) for kind in KINDS}
    mailer = Path(__file__).resolve().parent / "together" / "mailer"
    programs = Written(
        "pulumi-history",
        {
            "then": app("then", OLD),
            "now": app("now", NEW, was),
            "adopted": app("adopted", OLD, adopted),
            "both": app("both", NEW, both),
            "mailer": mailer,
        },
    )
    programs.build()
    return programs


def program(written: Written, name: str, environment: str = "prod", root: str = "pulumi") -> Path:
    return written.folder / name / environment / root


def made(written: Written, name: str, **where: str) -> dict[str, dict[str, Any]]:
    """What a program registers, by type and name: what Pulumi tells resources of a stack apart by."""
    registered = written.registered(program(written, name, **where))["resources"]
    return {
        f"{one['type']}::{one['name']}": one
        for one in registered
        if one["type"].startswith(("aws:", "random:"))
    }


def test_programs_are_what_is_planned(written: Written) -> None:
    renamed = [one for one in written.programs() if one.parts[-3] in ("then", "now")]
    assert len(renamed) == 8
    assert [line for one in renamed for line in written.mistakes(one)] == []


@pytest.mark.parametrize("environment", ["dev", "prod"])
@pytest.mark.parametrize("root", ["pulumi", "bootstrap"])
def test_a_rename_leaves_everything_where_it_is(
    written: Written, environment: str, root: str
) -> None:
    then = made(written, "then", environment=environment, root=root)
    now = made(written, "now", environment=environment, root=root)
    found: dict[str, str] = {}
    for name, resource in now.items():
        aliases = resource["options"]["aliases"]
        former = [f"{resource['type']}::{alias}" for alias in aliases] or [name]
        assert len(former) == 1
        assert former[0] not in found, "two resources that were one"
        found[former[0]] = name
    # Nothing is made and nothing deleted: each resource of before is one of now.
    assert set(found) == set(then)
    assert any(one["options"]["aliases"] for one in now.values())
    if root == "pulumi":
        assert found[f"{PASSWORD}::database_database_then"] == f"{PASSWORD}::database_database_now"


# What a store is known by in AWS, and what its key or password is made anew by.
IDENTITY = ("bucket", "name", "identifier", "replicationGroupId", "engine", "dbName", "hashKey", "keepers")


@pytest.mark.parametrize("root", ["pulumi", "bootstrap"])
def test_a_renamed_store_keeps_its_name_in_aws(written: Written, root: str) -> None:
    then, now = (made(written, name, root=root) for name in ("then", "now"))
    compared = set()
    for resource in now.values():
        if resource["type"] != PASSWORD and not resource["options"]["protect"]:
            continue
        for alias in resource["options"]["aliases"]:
            before = then[f"{resource['type']}::{alias}"]["inputs"]
            for argument in IDENTITY:
                assert resource["inputs"].get(argument) == before.get(argument), resource["name"]
            compared.add(resource["type"])
    main = {*STORES, PASSWORD} - {"aws:secretsmanager/secret:Secret"}
    assert compared == (main if root == "pulumi" else {"aws:secretsmanager/secret:Secret"})


def imported(resources: dict[str, dict[str, Any]]) -> dict[str, str]:
    found = {name: one["options"]["import"] for name, one in resources.items()}
    return {name: identifier for name, identifier in found.items() if identifier}


def test_what_is_there_is_adopted_and_nothing_else(written: Written) -> None:
    resources = made(written, "adopted")
    classes = {kind: name for name, kind in STORES.items()} | {"topic": "aws:sns/topic:Topic"}
    assert imported(resources) == {
        f"{classes[kind]}::{kind}_then": identifier for kind, identifier in THERE.items()
    }
    assert imported(made(written, "then")) == {}


def test_a_rename_of_what_was_adopted_says_both(written: Written) -> None:
    resources = made(written, "both")
    adopted = imported(resources)
    assert sorted(adopted.values()) == sorted(THERE.values())
    for name in adopted:
        kind = name.rsplit("::", 1)[-1].removesuffix("_now")
        assert resources[name]["options"]["aliases"] == [f"{kind}_then"]


def test_stores_are_protected_in_prod_and_only_there(written: Written) -> None:
    for environment, expected in (("prod", set(STORES.values())), ("dev", set())):
        resources = {
            **made(written, "then", environment=environment),
            **made(written, "then", environment=environment, root="bootstrap"),
        }
        protected = {
            STORES[one["type"]]
            for one in resources.values()
            if one["options"]["protect"] and one["type"] in STORES
        }
        assert protected == expected, environment


def test_a_password_is_a_secret_of_the_state(written: Written) -> None:
    text = "".join(path.read_text() for path in program(written, "then").glob("*.ts"))
    assert "new random.RandomPassword(" in text
    for resource in made(written, "then").values():
        for argument, value in resource["inputs"].items():
            if argument.endswith("Wo"):
                assert isinstance(value, dict) and "value" in value, f"{resource['name']}: {argument}"


PARAMETERS = {
    "/klo/shop/dev/table/orders/arn": "arn:aws:dynamodb:eu-west-1:123456789012:table/shop-dev-orders",
    "/klo/shop/dev/table/orders/name": "shop-dev-orders",
    "/klo/shop/dev/topic/order-events/arn": "arn:aws:sns:eu-west-1:123456789012:shop-dev-order-events",
}


def refusal(name: str) -> str:
    """What the plan says where a parameter is not there."""
    _, _, shop, environment, kind, intent, field = name.split("/")
    subject = f"{kind}.{intent}"
    return (
        f"The app {shop} publishes no {field} of {subject} in eu-west-1 for the environment "
        f"{environment}. Apply its environment {environment} first; if it was applied, look whether "
        f"{subject} is still in it.\n"
    )


def test_what_another_app_publishes_is_used(written: Written) -> None:
    done = written.run(program(written, "mailer", "dev"), PARAMETERS)
    assert done.returncode == 0, done.stderr
    resources = json.loads(done.stdout)["resources"]
    (function,) = (one for one in resources if one["type"] == "aws:lambda/function:Function")
    variables = function["inputs"]["environment"]["variables"]
    assert variables["ORDERS_TABLE"] == "shop-dev-orders"
    assert variables["ORDER_EVENTS_ARN"] == PARAMETERS["/klo/shop/dev/topic/order-events/arn"]


@pytest.mark.parametrize("left_out", PARAMETERS)
def test_what_another_app_does_not_publish_ends_the_program(
    written: Written, left_out: str
) -> None:
    published = {name: value for name, value in PARAMETERS.items() if name != left_out}
    done = written.run(program(written, "mailer", "dev"), published)
    # The message alone, without a stack; Pulumi puts before it whose argument it was to be.
    assert done.returncode == 1
    prefix = r'error: (error serializing property "\w+": )*'
    assert re.fullmatch(prefix + re.escape(refusal(left_out)), done.stderr)
    # Terraform's plan says the same.
    sentence = refusal(left_out).rstrip()
    out = SCRATCH / "pulumi-history-terraform"
    mailer = Path(__file__).resolve().parent / "together" / "mailer"
    run(klo(), "compile", str(mailer), "--quiet", "--force", "--out", str(out), cwd=REPOSITORY)
    assert sentence in (out / "dev" / "terraform" / "other-apps.tf").read_text()


def test_another_apps_things_that_are_not_there_are_not_used(written: Written) -> None:
    elsewhere = {name.replace("/dev/", "/prod/"): value for name, value in PARAMETERS.items()}
    done = written.run(program(written, "mailer", "dev"), elsewhere)
    assert done.returncode == 1 and "publishes no" in done.stderr
