"""apps/media: every trigger, a table, a topic, a FIFO queue and a service on Lambda."""

from collections.abc import Iterator

import judged
import pytest
from stacks import TEST_APPS, Stack, brought_up


@pytest.fixture(scope="module")
def media() -> Iterator[Stack]:
    with brought_up(TEST_APPS / "media", "dev") as stack:
        yield stack


def test_the_second_plan_is_empty(media: Stack) -> None:
    judged.settled(media)


def test_what_no_plan_checks(media: Stack) -> None:
    judged.is_sound(media)


def test_every_trigger_reaches_its_function(media: Stack) -> None:
    mappings = media.client("lambda").list_event_source_mappings()["EventSourceMappings"]
    assert any(":dynamodb:" in mapping["EventSourceArn"] for mapping in mappings)
    subscriptions = media.client("sns").list_subscriptions()["Subscriptions"]
    assert [found["Protocol"] for found in subscriptions] == ["lambda"]


def test_destroying_leaves_nothing(media: Stack) -> None:
    media.destroy()
    for root in media.roots():
        assert root.resources() == []
