"""apps/media: every trigger, a table, a topic, a FIFO queue and a service on Lambda."""

from lifecycle import Lifecycle
from stacks import TEST_APPS, Stack


class TestMedia(Lifecycle):
    app = TEST_APPS / "media"
    environment = "dev"

    def test_every_trigger_reaches_its_function(self, stack: Stack) -> None:
        mappings = stack.client("lambda").list_event_source_mappings()["EventSourceMappings"]
        assert any(":dynamodb:" in mapping["EventSourceArn"] for mapping in mappings)
        subscriptions = stack.client("sns").list_subscriptions()["Subscriptions"]
        assert [found["Protocol"] for found in subscriptions] == ["lambda"]
