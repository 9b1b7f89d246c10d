"""examples/mixed, environment dev: units in two languages share a queue and a database."""

from lifecycle import Lifecycle
from readback import admitted, allowed, groups_by_name
from stacks import EXAMPLES, Stack


class TestMixed(Lifecycle):
    app = EXAMPLES / "mixed"
    environment = "dev"
    databases = 1

    def test_both_languages_share_the_database(self, stack: Stack) -> None:
        groups = groups_by_name(stack)
        (database,) = stack.client("rds").describe_db_instances()["DBInstances"]
        (group,) = database["VpcSecurityGroups"]
        admits = admitted(stack, group["VpcSecurityGroupId"])
        assert admits == {groups["reports-dev-api"], groups["reports-dev-worker"]}

    def test_both_languages_share_the_queue(self, stack: Stack) -> None:
        sqs = stack.client("sqs")
        url = sqs.get_queue_url(QueueName="reports-dev-report-requests")["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]
        api = allowed(stack, "reports-dev-api")
        worker = allowed(stack, "reports-dev-worker")
        assert api["sqs:SendMessage"] == {arn["QueueArn"]}
        assert "sqs:ReceiveMessage" not in api
        assert worker["sqs:ReceiveMessage"] == {arn["QueueArn"]}
        assert "sqs:SendMessage" not in worker
