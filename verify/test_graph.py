"""The examples' graphs have exactly the edges that a reader of their code would draw."""

import json
from pathlib import Path

import pytest
from stacks import EXAMPLES, TEST_APPS
from tools import REPOSITORY, klo, run

SHOP = {
    ("internet", "service.orders-api"): ["expose"],
    ("service.orders-api", "database.orders"): ["connect"],
    ("service.orders-api", "cache.catalog"): ["connect"],
    ("service.orders-api", "bucket.receipts"): ["read"],
    ("service.orders-api", "queue.receipt-requests"): ["publish"],
    ("service.orders-api", "secret.payments-api-key"): ["read"],
    ("queue.receipt-requests", "function.receipt-worker"): ["trigger"],
    ("function.receipt-worker", "bucket.receipts"): ["write"],
    ("schedule.nightly-report", "job.nightly-report"): ["trigger"],
    ("job.nightly-report", "database.orders"): ["connect"],
    ("job.nightly-report", "bucket.receipts"): ["write"],
}
SHOP_INTENTS = {
    "bucket.receipts",
    "cache.catalog",
    "database.orders",
    "function.receipt-worker",
    "job.nightly-report",
    "queue.receipt-requests",
    "secret.payments-api-key",
    "service.orders-api",
    "site.storefront",
}
ROUTES = [
    ("GET", "/health"),
    ("GET", "/orders/{order_id}"),
    ("GET", "/orders/{order_id}/receipt"),
    ("GET", "/products"),
    ("POST", "/orders"),
]


def graph(app: Path, environment: str) -> dict:
    command = (klo(), "graph", str(app), "--env", environment, "--format", "json")
    return json.loads(run(*command, cwd=REPOSITORY).stdout)


def edges(found: dict) -> dict[tuple[str, str], list[str]]:
    return {(edge["from"], edge["to"]): edge["access"] for edge in found["edges"]}


@pytest.mark.parametrize("environment", ["dev", "prod"])
def test_the_shop_has_exactly_the_edges_of_its_code(environment: str) -> None:
    found = graph(EXAMPLES / "shop", environment)
    assert edges(found) == SHOP
    assert {intent["id"] for intent in found["intents"]} == SHOP_INTENTS


def test_every_edge_and_intent_says_where_it_stands() -> None:
    found = graph(EXAMPLES / "shop", "dev")
    for edge in found["edges"]:
        assert edge["at"], edge
        for place in edge["at"]:
            assert (EXAMPLES / "shop" / place["file"]).exists() or (
                REPOSITORY / place["file"]
            ).exists(), place


def test_the_shops_routes_are_read_from_its_routers() -> None:
    found = graph(EXAMPLES / "shop", "dev")
    (service,) = (i for i in found["intents"] if i["id"] == "service.orders-api")
    routes = service["attributes"]["routes"]
    assert sorted((route["method"], route["path"]) for route in routes) == ROUTES


def test_the_minimal_app_is_one_service() -> None:
    found = graph(EXAMPLES / "minimal", "dev")
    assert [intent["id"] for intent in found["intents"]] == ["service.minimal"]
    assert edges(found) == {}


def test_what_comes_from_one_store_and_goes_to_another_is_no_write_of_the_first() -> None:
    found = edges(graph(TEST_APPS / "media", "dev"))
    assert "write" not in found.get(("function.index-upload", "bucket.uploads"), [])
    assert found[("function.index-upload", "table.assets")] == ["write"]
