"""apps/ledger: a database behind a proxy, and what happens to its password over its life."""

from collections.abc import Iterator

import judged
import pytest
from stacks import TEST_APPS, Stack, brought_up

# Nothing listens there: what has to reach it fails.
NOWHERE = "http://127.0.0.1:9"


@pytest.fixture(scope="module")
def ledger() -> Iterator[Stack]:
    with brought_up(TEST_APPS / "ledger", "dev") as stack:
        yield stack


def test_the_second_plan_is_empty(ledger: Stack) -> None:
    judged.settled(ledger)


def test_what_no_plan_checks(ledger: Stack) -> None:
    judged.is_sound(ledger)


def test_a_thousand_lambdas_reach_the_database_through_a_proxy(ledger: Stack) -> None:
    (proxy,) = ledger.client("rds").describe_db_proxies()["DBProxies"]
    assert proxy["RequireTLS"]


def test_the_password_rotates(ledger: Stack) -> None:
    (before,) = ledger.passwords()
    rotated = "-var=ledger_password_version=2"
    ledger.main.apply(rotated)
    (after,) = ledger.passwords()
    assert after != before
    assert ledger.main.changes(rotated) == {}
    judged.keeps_credentials(ledger)


def test_replacing_the_instance_keeps_one_password(ledger: Stack) -> None:
    rotated = "-var=ledger_password_version=2"
    (before,) = ledger.passwords()
    ledger.main.apply(rotated, "-replace=aws_db_instance.ledger")
    assert ledger.passwords() == [before]
    assert ledger.main.changes(rotated) == {}
    judged.keeps_credentials(ledger)


def test_an_apply_that_failed_half_way_converges(ledger: Stack) -> None:
    rotated = "-var=ledger_password_version=3"
    ledger.main.apply(rotated, ok=(1,), AWS_ENDPOINT_URL_RDS=NOWHERE)
    ledger.main.apply(rotated)
    assert ledger.main.changes(rotated) == {}
    judged.keeps_credentials(ledger)


def test_destroying_leaves_nothing(ledger: Stack) -> None:
    ledger.destroy()
    for root in ledger.roots():
        assert root.resources() == []
