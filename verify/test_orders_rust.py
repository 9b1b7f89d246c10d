"""examples/orders-rust, environment dev: brought up by its README, read back, destroyed."""

from lifecycle import Lifecycle
from readback import admitted, allowed, groups_by_name
from stacks import EXAMPLES, Stack


class TestOrdersRust(Lifecycle):
    app = EXAMPLES / "orders-rust"
    environment = "dev"
    databases = 1

    def test_the_database_admits_what_queries_it(self, stack: Stack) -> None:
        groups = groups_by_name(stack)
        (database,) = stack.client("rds").describe_db_instances()["DBInstances"]
        (group,) = database["VpcSecurityGroups"]
        units = {"api", "migrate", "receipt-worker"}
        assert admitted(stack, group["VpcSecurityGroupId"]) == {
            groups[f"orders-rust-dev-{unit}"] for unit in units
        }
        assert not database["PubliclyAccessible"]

    def test_the_cache_admits_only_the_api(self, stack: Stack) -> None:
        (member, *_) = stack.client("elasticache").describe_cache_clusters()["CacheClusters"]
        (group,) = member["SecurityGroups"]
        admits = admitted(stack, group["SecurityGroupId"])
        assert admits == {groups_by_name(stack)["orders-rust-dev-api"]}

    def test_each_end_of_the_queue_may_do_its_part(self, stack: Stack) -> None:
        sqs = stack.client("sqs")
        url = sqs.get_queue_url(QueueName="orders-rust-dev-receipt-requests")["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]
        worker = allowed(stack, "orders-rust-dev-receipt-worker")
        assert worker["sqs:ReceiveMessage"] == {arn["QueueArn"]}
        assert worker["sqs:DeleteMessage"] == {arn["QueueArn"]}
        assert "sqs:SendMessage" not in worker
        api = allowed(stack, "orders-rust-dev-api")
        assert api["sqs:SendMessage"] == {arn["QueueArn"]}
        assert "sqs:ReceiveMessage" not in api

    def test_the_worker_writes_receipts_and_reads_none(self, stack: Stack) -> None:
        may = allowed(stack, "orders-rust-dev-receipt-worker")
        receipts = "arn:aws:s3:::orders-rust-dev-receipts"
        assert all(arn.startswith(receipts) for arn in may["s3:PutObject"])
        assert not {"s3:GetObject", "s3:ListBucket", "s3:DeleteObject"} & may.keys()
