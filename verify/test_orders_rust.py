"""examples/orders-rust, environment dev: brought up by its README, read back, destroyed."""

from collections.abc import Iterator

import judged
import pytest
from readback import admitted, allowed, groups_by_name
from stacks import EXAMPLES, Stack, brought_up


@pytest.fixture(scope="module")
def orders() -> Iterator[Stack]:
    with brought_up(EXAMPLES / "orders-rust", "dev") as stack:
        yield stack


def test_the_second_plan_is_empty(orders: Stack) -> None:
    judged.settled(orders)


def test_no_credential_is_kept(orders: Stack) -> None:
    assert len(orders.passwords()) == 1
    judged.keeps_credentials(orders)


def test_what_no_plan_checks(orders: Stack) -> None:
    judged.is_sound(orders)


def test_the_database_admits_what_queries_it(orders: Stack) -> None:
    groups = groups_by_name(orders)
    (database,) = orders.client("rds").describe_db_instances()["DBInstances"]
    (group,) = database["VpcSecurityGroups"]
    units = {"api", "migrate", "receipt-worker"}
    assert admitted(orders, group["VpcSecurityGroupId"]) == {
        groups[f"orders-rust-dev-{unit}"] for unit in units
    }
    assert not database["PubliclyAccessible"]


def test_the_cache_admits_only_the_api(orders: Stack) -> None:
    (member, *_) = orders.client("elasticache").describe_cache_clusters()["CacheClusters"]
    (group,) = member["SecurityGroups"]
    admits = admitted(orders, group["SecurityGroupId"])
    assert admits == {groups_by_name(orders)["orders-rust-dev-api"]}


def test_each_end_of_the_queue_may_do_its_part(orders: Stack) -> None:
    sqs = orders.client("sqs")
    url = sqs.get_queue_url(QueueName="orders-rust-dev-receipt-requests")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]
    worker = allowed(orders, "orders-rust-dev-receipt-worker")
    assert worker["sqs:ReceiveMessage"] == {arn["QueueArn"]}
    assert worker["sqs:DeleteMessage"] == {arn["QueueArn"]}
    assert "sqs:SendMessage" not in worker
    api = allowed(orders, "orders-rust-dev-api")
    assert api["sqs:SendMessage"] == {arn["QueueArn"]}
    assert "sqs:ReceiveMessage" not in api


def test_the_worker_writes_receipts_and_reads_none(orders: Stack) -> None:
    may = allowed(orders, "orders-rust-dev-receipt-worker")
    assert all(arn.startswith("arn:aws:s3:::orders-rust-dev-receipts") for arn in may["s3:PutObject"])
    assert not {"s3:GetObject", "s3:ListBucket", "s3:DeleteObject"} & may.keys()


def test_destroying_leaves_nothing(orders: Stack) -> None:
    orders.destroy()
    for root in orders.roots():
        assert root.resources() == []
