"""examples/shop, environment prod: brought up by its README, read back, destroyed."""

from lifecycle import Lifecycle
from readback import admitted, groups_by_name
from stacks import EXAMPLES, Stack


class TestShopProd(Lifecycle):
    app = EXAMPLES / "shop"
    environment = "prod"
    databases = 1
    is_protected = True

    def test_the_database_is_a_production_one(self, stack: Stack) -> None:
        (database,) = stack.client("rds").describe_db_instances()["DBInstances"]
        assert database["MultiAZ"]
        assert database["DeletionProtection"]
        assert database["BackupRetentionPeriod"] == 35
        assert not database["PubliclyAccessible"]
        (group,) = database["VpcSecurityGroups"]
        groups = groups_by_name(stack)
        assert admitted(stack, group["VpcSecurityGroupId"]) == {
            groups["shop-prod-orders-api"],
            groups["shop-prod-nightly-report"],
        }
