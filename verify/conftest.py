"""Loud skips: what was not judged is said in the last lines, where it can't be missed."""

from typing import Any

import pytest

pytest.register_assert_rewrite("judged", "lifecycle", "manifest_judges", "readback")


def pytest_terminal_summary(terminalreporter: Any) -> None:
    missing = sorted(
        {
            str(report.longrepr[2])
            for report in terminalreporter.stats.get("skipped", [])
            if "MISSING TOOL" in str(report.longrepr)
        }
    )
    for line in missing:
        terminalreporter.write_line(f"!!! NOT JUDGED: {line}", yellow=True, bold=True)


# Files that wait for an emulator for minutes, the longest first: begun early, the short ones run beside them.
WAIT = (
    "test_shop_prod",
    "test_inference",
    "test_orders_rust",
    "test_mixed",
    "test_shop_dev",
    "test_media",
    "test_credentials",
    "test_proxy",
    "test_minimal",
    "test_existing",
    "test_together",
    "test_modules",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What ends a stack runs after everything that looks at it; inherited tests come first else."""
    places: dict[object, int] = {}
    for item in items:
        places.setdefault(item.parent, len(places))

    def order(item: pytest.Item) -> tuple[int, int, bool]:
        file = item.path.stem
        rank = WAIT.index(file) if file in WAIT else len(WAIT)
        return rank, places[item.parent], item.get_closest_marker("last") is not None

    items.sort(key=order)
