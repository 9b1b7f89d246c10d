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


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What ends a stack runs after everything that looks at it; inherited tests come first else."""
    places: dict[object, int] = {}
    for item in items:
        places.setdefault(item.parent, len(places))
    items.sort(key=lambda item: (places[item.parent], item.get_closest_marker("last") is not None))
