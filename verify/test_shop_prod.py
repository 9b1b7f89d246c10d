"""examples/shop, environment prod: brought up by its README, read back, destroyed."""

from collections.abc import Iterator

import judged
import pytest
from readback import admitted, groups_by_name
from stacks import EXAMPLES, Stack, brought_up


@pytest.fixture(scope="module")
def shop() -> Iterator[Stack]:
    with brought_up(EXAMPLES / "shop", "prod") as stack:
        yield stack


def test_the_second_plan_is_empty(shop: Stack) -> None:
    judged.settled(shop)


def test_no_credential_is_kept(shop: Stack) -> None:
    assert len(shop.passwords()) == 1
    judged.keeps_credentials(shop)


def test_what_no_plan_checks(shop: Stack) -> None:
    judged.is_sound(shop)


def test_the_database_is_a_production_one(shop: Stack) -> None:
    (database,) = shop.client("rds").describe_db_instances()["DBInstances"]
    assert database["MultiAZ"]
    assert database["DeletionProtection"]
    assert database["BackupRetentionPeriod"] == 35
    assert not database["PubliclyAccessible"]
    (group,) = database["VpcSecurityGroups"]
    groups = groups_by_name(shop)
    assert admitted(shop, group["VpcSecurityGroupId"]) == {
        groups["shop-prod-orders-api"],
        groups["shop-prod-nightly-report"],
    }


def test_it_is_destroyed_only_when_a_person_unprotects_it(shop: Stack) -> None:
    refused = shop.main.terraform("plan", "-destroy", ok=(1,))
    assert "prevent_destroy" in refused.stderr
    for root in shop.roots():
        root.unprotect()
        root.apply()
    shop.destroy()
    for root in shop.roots():
        assert root.resources() == []
