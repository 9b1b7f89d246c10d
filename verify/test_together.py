"""Two apps of one repository: one reads what the other publishes, once that was applied."""

from collections.abc import Iterator
from pathlib import Path

import judged
import pytest
import readback
from emulators import emulator
from stacks import Stack, bring_up
from terraform import Root
from tools import compiled

APPS = Path(__file__).resolve().parent / "together"
# What the bootstrap root and the build hand over, for a plan that is made without them.
HANDED = [
    "-var",
    'images={"function-notify"="sha256:' + "0" * 64 + '"}',
    "-var",
    'repositories={"function-notify"="123456789012.dkr.ecr.eu-west-1.amazonaws.com/notify"}',
]


@pytest.fixture(scope="module")
def both() -> Iterator[tuple[str, Stack, Stack]]:
    """What a plan of the mailer says before the shop stands, the shop, and the mailer."""
    log = compiled(APPS / "mailer").parent / "emulator-together.log"
    with emulator(log) as endpoint:
        root = Root(compiled(APPS / "mailer") / "dev" / "terraform", endpoint)
        root.init()
        refused = root.terraform("plan", *HANDED, ok=(1,)).stderr
        shop = bring_up(APPS / "shop", "dev", endpoint)
        yield refused, shop, bring_up(APPS / "mailer", "dev", endpoint)


def test_a_plan_says_what_is_not_there_yet(both: tuple[str, Stack, Stack]) -> None:
    text = " ".join(both[0].replace("│", " ").split())
    assert "The app shop publishes no arn of topic.order-events in eu-west-1" in text
    assert "Apply its environment dev first" in text


def test_second_plans_are_empty(both: tuple[str, Stack, Stack]) -> None:
    _, shop, mailer = both
    judged.settled(shop)
    judged.settled(mailer)
    judged.is_sound(mailer)


def test_the_mailer_may_do_what_it_says_to_the_shops_things(
    both: tuple[str, Stack, Stack],
) -> None:
    _, shop, mailer = both
    topic = shop.client("sns").list_topics()["Topics"][0]["TopicArn"]
    table = shop.client("dynamodb").describe_table(TableName="shop-dev-orders")["Table"]["TableArn"]
    allowed = readback.allowed(mailer, readback.role_named(mailer, "notify"))
    assert allowed["sns:Publish"] == {topic}
    assert table in allowed["dynamodb:GetItem"]
    assert "dynamodb:PutItem" not in allowed
    function = mailer.client("lambda").list_functions()["Functions"]
    (variables,) = [
        one["Environment"]["Variables"] for one in function if "notify" in one["FunctionName"]
    ]
    assert variables["ORDER_EVENTS_ARN"] == topic
    assert variables["ORDERS_TABLE"] == "shop-dev-orders"


def test_both_can_be_destroyed(both: tuple[str, Stack, Stack]) -> None:
    _, shop, mailer = both
    mailer.destroy()
    shop.destroy()
