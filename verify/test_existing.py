"""An app that lives in a VPC that was there before, beside a bucket and a queue that were too."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import judged
import pytest
import readme
from emulators import client, emulator
from stacks import Stack, bring_up
from tools import SCRATCH

REGION = "eu-west-1"

APP = """\
import os

import boto3

# @klo::persist(name = "archive", import = "legacy-archive")
archive = boto3.resource("s3").Bucket(os.environ["ARCHIVE_BUCKET"])

# @klo::queue(name = "orders", existing = { arn = "ARN" })
ORDERS = os.environ["ORDERS_QUEUE_URL"]

# @klo::config(name = "prefix")
PREFIX = os.environ["ARCHIVE_PREFIX"]

sqs = boto3.client("sqs")


# @klo::service(name = "archiver")
def main():
    while True:
        answer = sqs.receive_message(QueueUrl=ORDERS, WaitTimeSeconds=20)
        for message in answer.get("Messages", []):
            archive.put_object(Key=PREFIX + message["MessageId"], Body=message["Body"].encode())
            sqs.delete_message(QueueUrl=ORDERS, ReceiptHandle=message["ReceiptHandle"])


if __name__ == "__main__":
    main()
"""


def made_before(endpoint: str, app: Path) -> str:
    """Makes a VPC, a bucket and a queue, and an app that names them; answers the VPC."""
    ec2 = client("ec2", endpoint, REGION)
    vpc = ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        ec2.create_subnet(
            VpcId=vpc, CidrBlock=f"10.9.{number}.0/24", AvailabilityZone=f"{REGION}{zone}"
        )["Subnet"]["SubnetId"]
        for number, zone in enumerate("abab")
    ]
    client("s3", endpoint, REGION).create_bucket(
        Bucket="legacy-archive", CreateBucketConfiguration={"LocationConstraint": REGION}
    )
    sqs = client("sqs", endpoint, REGION)
    url = sqs.create_queue(QueueName="legacy-orders")["QueueUrl"]
    queue = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]
    shutil.rmtree(app, ignore_errors=True)
    app.mkdir(parents=True)
    (app / "archiver.py").write_text(APP.replace("ARN", queue["QueueArn"]))
    (app / "requirements.txt").write_text("boto3==1.44.5\n")
    network = {"vpc": vpc, "private_subnets": subnets[:2], "public_subnets": subnets[2:]}
    settings = {"app": "legacy", "environments": {"dev": {"region": REGION}}, "network": network}
    # YAML takes JSON as it is.
    (app / "klo.yaml").write_text(json.dumps(settings, indent=2) + "\n")
    return vpc


@pytest.fixture(scope="module")
def legacy() -> Iterator[tuple[Stack, str]]:
    app = SCRATCH / "legacy"
    app.parent.mkdir(parents=True, exist_ok=True)
    with emulator(app.parent / "emulator-legacy.log") as endpoint:
        vpc = made_before(endpoint, app)
        yield bring_up(app, "dev", endpoint), vpc


def test_the_second_plan_is_empty(legacy: tuple[Stack, str]) -> None:
    judged.settled(legacy[0])


def test_nothing_is_made_that_was_there(legacy: tuple[Stack, str]) -> None:
    stack, vpc = legacy
    kinds = {resource["type"] for root in stack.roots() for resource in root.resources()}
    assert not kinds & {"aws_vpc", "aws_subnet", "aws_nat_gateway", "aws_sqs_queue"}
    groups = stack.client("ec2").describe_security_groups(
        Filters=[{"Name": "group-name", "Values": ["legacy-dev-archiver"]}]
    )["SecurityGroups"]
    assert [group["VpcId"] for group in groups] == [vpc]


def test_a_setting_has_the_value_that_a_person_gave(legacy: tuple[Stack, str]) -> None:
    stack, _ = legacy
    (asked,) = stack.asked_for("TF_VAR_")
    assert asked == "TF_VAR_prefix_value"
    parameter = stack.client("ssm").get_parameter(Name="legacy-dev-prefix")["Parameter"]
    assert parameter["Value"] == readme.secret_value(asked)


def test_the_bucket_is_adopted(legacy: tuple[Stack, str]) -> None:
    stack, _ = legacy
    (bucket,) = (found for found in stack.main.resources() if found["type"] == "aws_s3_bucket")
    assert bucket["values"]["bucket"] == "legacy-archive"
    block = stack.client("s3").get_public_access_block(Bucket="legacy-archive")
    assert all(block["PublicAccessBlockConfiguration"].values())
