"""Checkov on production: what it finds and is right to be left is listed, with the reason."""

import json
import os
from pathlib import Path

from stacks import EXAMPLES, roots
from tools import compiled, program, run

# A check that no longer fails has to be taken out: the test says so.
EXCEPTIONS: dict[str, str] = {}


def checkov() -> str:
    """Checkov lives in an environment of its own: $CHECKOV, or on the path."""
    return os.environ.get("CHECKOV") or program("checkov")


def failures(root: Path) -> dict[str, set[str]]:
    """Check to the addresses where it fails."""
    done = run(
        checkov(),
        *("--directory", ".", "--framework", "terraform", "--output", "json"),
        *("--skip-download", "--compact", "--quiet"),
        cwd=root,
        ok=(0, 1),
    )
    found: dict[str, set[str]] = {}
    for failed in json.loads(done.stdout).get("results", {}).get("failed_checks", []):
        found.setdefault(failed["check_id"], set()).add(failed["resource"])
    return found


def test_production_has_no_finding_without_a_reason() -> None:
    found: dict[str, set[str]] = {}
    for root in roots(compiled(EXAMPLES / "shop") / "prod"):
        for check, where in failures(root).items():
            found.setdefault(check, set()).update(where)
    new = {check: sorted(where) for check, where in found.items() if check not in EXCEPTIONS}
    assert new == {}
    assert EXCEPTIONS.keys() - found.keys() == set(), "these are found no more: take them out"
