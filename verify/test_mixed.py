"""examples/mixed, environment dev: units in two languages share a queue and a database."""

from collections.abc import Iterator

import judged
import pytest
from readback import admitted, allowed, groups_by_name
from stacks import EXAMPLES, Stack, brought_up


@pytest.fixture(scope="module")
def reports() -> Iterator[Stack]:
    with brought_up(EXAMPLES / "mixed", "dev") as stack:
        yield stack


def test_the_second_plan_is_empty(reports: Stack) -> None:
    judged.settled(reports)


def test_no_credential_is_kept(reports: Stack) -> None:
    assert len(reports.passwords()) == 1
    judged.keeps_credentials(reports)


def test_what_no_plan_checks(reports: Stack) -> None:
    judged.is_sound(reports)


def test_both_languages_share_the_database(reports: Stack) -> None:
    groups = groups_by_name(reports)
    (database,) = reports.client("rds").describe_db_instances()["DBInstances"]
    (group,) = database["VpcSecurityGroups"]
    admits = admitted(reports, group["VpcSecurityGroupId"])
    assert admits == {groups["reports-dev-api"], groups["reports-dev-worker"]}


def test_both_languages_share_the_queue(reports: Stack) -> None:
    sqs = reports.client("sqs")
    url = sqs.get_queue_url(QueueName="reports-dev-report-requests")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]
    api = allowed(reports, "reports-dev-api")
    worker = allowed(reports, "reports-dev-worker")
    assert api["sqs:SendMessage"] == {arn["QueueArn"]}
    assert "sqs:ReceiveMessage" not in api
    assert worker["sqs:ReceiveMessage"] == {arn["QueueArn"]}
    assert "sqs:SendMessage" not in worker


def test_destroying_leaves_nothing(reports: Stack) -> None:
    reports.destroy()
    for root in reports.roots():
        assert root.resources() == []
