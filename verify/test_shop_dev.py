"""examples/shop, environment dev: brought up by its README, read back, destroyed."""

from lifecycle import Lifecycle
from readback import admitted, allowed, groups_by_name, role_named
from stacks import EXAMPLES, Stack


class TestShopDev(Lifecycle):
    app = EXAMPLES / "shop"
    environment = "dev"
    databases = 1

    def test_the_database_admits_only_the_two_units_with_an_edge(self, stack: Stack) -> None:
        groups = groups_by_name(stack)
        units = {groups["shop-dev-orders-api"], groups["shop-dev-nightly-report"]}
        (database,) = stack.client("rds").describe_db_instances()["DBInstances"]
        (group,) = database["VpcSecurityGroups"]
        assert admitted(stack, group["VpcSecurityGroupId"]) == units
        assert not database["PubliclyAccessible"]
        assert database["StorageEncrypted"]

    def test_the_cache_admits_only_the_orders_api(self, stack: Stack) -> None:
        (member, *_) = stack.client("elasticache").describe_cache_clusters()["CacheClusters"]
        (group,) = member["SecurityGroups"]
        orders_api = groups_by_name(stack)["shop-dev-orders-api"]
        assert admitted(stack, group["SecurityGroupId"]) == {orders_api}

    def test_the_worker_receives_from_exactly_its_queue(self, stack: Stack) -> None:
        sqs = stack.client("sqs")
        url = sqs.get_queue_url(QueueName="shop-dev-receipt-requests")["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]
        may = allowed(stack, role_named(stack, "receipt-worker"))
        assert may["sqs:ReceiveMessage"] == {arn["QueueArn"]}
        assert may["sqs:DeleteMessage"] == {arn["QueueArn"]}
        assert "sqs:SendMessage" not in may

    def test_the_worker_writes_receipts_and_reads_none(self, stack: Stack) -> None:
        may = allowed(stack, role_named(stack, "receipt-worker"))
        assert all(arn.startswith("arn:aws:s3:::shop-dev-receipts") for arn in may["s3:PutObject"])
        assert not {"s3:GetObject", "s3:ListBucket", "s3:DeleteObject"} & may.keys()

    def test_the_bucket_is_private(self, stack: Stack) -> None:
        s3 = stack.client("s3")
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

    def test_the_worker_starts_with_settings_that_reach_nothing(self, stack: Stack) -> None:
        """Its settings class wants a database and a queue to send to, which it does not use."""
        functions = stack.client("lambda").list_functions()["Functions"]
        (worker,) = (found for found in functions if "receipt-worker" in found["FunctionName"])
        variables = worker["Environment"]["Variables"]
        assert variables["RECEIPTS_BUCKET"].startswith("shop-dev-receipts")
        assert variables["DATABASE_URL"].startswith("postgresql")
        assert "unused.invalid" in variables["DATABASE_URL"]
        assert "unused.invalid" in variables["RECEIPT_QUEUE_URL"]
