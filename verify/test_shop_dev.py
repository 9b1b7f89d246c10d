"""examples/shop, environment dev: brought up by its README, read back, destroyed."""

from collections.abc import Iterator

import judged
import pytest
from readback import admitted, allowed, groups_by_name, role_named
from stacks import EXAMPLES, Stack, brought_up


@pytest.fixture(scope="module")
def shop() -> Iterator[Stack]:
    with brought_up(EXAMPLES / "shop", "dev") as stack:
        yield stack


def test_the_second_plan_is_empty(shop: Stack) -> None:
    judged.settled(shop)


def test_no_credential_is_kept(shop: Stack) -> None:
    assert len(shop.passwords()) == 1
    judged.keeps_credentials(shop)


def test_what_no_plan_checks(shop: Stack) -> None:
    judged.is_sound(shop)


def test_the_database_admits_only_the_two_units_with_an_edge(shop: Stack) -> None:
    groups = groups_by_name(shop)
    units = {groups["shop-dev-orders-api"], groups["shop-dev-nightly-report"]}
    (database,) = shop.client("rds").describe_db_instances()["DBInstances"]
    (group,) = database["VpcSecurityGroups"]
    assert admitted(shop, group["VpcSecurityGroupId"]) == units
    assert not database["PubliclyAccessible"]
    assert database["StorageEncrypted"]


def test_the_cache_admits_only_the_orders_api(shop: Stack) -> None:
    (member, *_) = shop.client("elasticache").describe_cache_clusters()["CacheClusters"]
    (group,) = member["SecurityGroups"]
    assert admitted(shop, group["SecurityGroupId"]) == {groups_by_name(shop)["shop-dev-orders-api"]}


def test_the_worker_receives_from_exactly_its_queue(shop: Stack) -> None:
    sqs = shop.client("sqs")
    url = sqs.get_queue_url(QueueName="shop-dev-receipt-requests")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]
    may = allowed(shop, role_named(shop, "receipt-worker"))
    assert may["sqs:ReceiveMessage"] == {arn["QueueArn"]}
    assert may["sqs:DeleteMessage"] == {arn["QueueArn"]}
    assert "sqs:SendMessage" not in may


def test_the_worker_writes_receipts_and_reads_none(shop: Stack) -> None:
    may = allowed(shop, role_named(shop, "receipt-worker"))
    assert all(arn.startswith("arn:aws:s3:::shop-dev-receipts") for arn in may["s3:PutObject"])
    assert not {"s3:GetObject", "s3:ListBucket", "s3:DeleteObject"} & may.keys()


def test_the_bucket_is_private(shop: Stack) -> None:
    s3 = shop.client("s3")
    (name,) = (
        bucket["Name"]
        for bucket in s3.list_buckets()["Buckets"]
        if bucket["Name"].startswith("shop-dev-receipts")
    )
    block = s3.get_public_access_block(Bucket=name)["PublicAccessBlockConfiguration"]
    assert all(block.values()) and len(block) == 4
    rules = s3.get_bucket_encryption(Bucket=name)["ServerSideEncryptionConfiguration"]["Rules"]
    assert rules
    assert '"aws:SecureTransport"' in s3.get_bucket_policy(Bucket=name)["Policy"]


def test_the_worker_starts_with_settings_that_reach_nothing(shop: Stack) -> None:
    """Its settings class wants a database and a queue to send to, which it does not use."""
    functions = shop.client("lambda").list_functions()["Functions"]
    (worker,) = (found for found in functions if "receipt-worker" in found["FunctionName"])
    variables = worker["Environment"]["Variables"]
    assert variables["RECEIPTS_BUCKET"].startswith("shop-dev-receipts")
    assert variables["DATABASE_URL"].startswith("postgresql")
    assert "unused.invalid" in variables["DATABASE_URL"]
    assert "unused.invalid" in variables["RECEIPT_QUEUE_URL"]


def test_destroying_leaves_nothing(shop: Stack) -> None:
    shop.destroy()
    for root in shop.roots():
        assert root.resources() == []
