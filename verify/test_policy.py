"""Checkov on production: what it finds and is right to be left is listed, with the reason."""

import json
import os
import shutil
import warnings
from pathlib import Path

import yaml
from stacks import EXAMPLES, roots
from tools import REPOSITORY, klo, program, run

# The pack says which checks its users let stand, each with the reason. A check that no longer fails
# has to be taken out: the test says so.
PACK = REPOSITORY / "rules" / "production.yaml"


def exceptions() -> dict[str, str]:
    return yaml.safe_load(PACK.read_text())["exceptions"]["checkov"]


def held_to_production(example: str, folder: Path) -> Path:
    """A copy of an example that is held to klo/production, compiled: its output folder.

    Its own: where other tests apply an app, they add override files, which Checkov would judge too.
    """
    app = folder / example
    shutil.copytree(EXAMPLES / example, app, ignore=shutil.ignore_patterns("infra"))
    (app / ".git").mkdir()
    config = app / "klo.yaml"
    with config.open("a") as file:
        file.write("rules: [klo/production]\nalarms: { email: oncall@example.com }\n")
    # What the pack asks for and the example does not say.
    run(klo(), "fix", ".", cwd=app)
    run(klo(), "compile", ".", "--quiet", cwd=app)
    return app / "infra"


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


def test_production_has_no_finding_without_a_reason(tmp_path: Path) -> None:
    found: dict[str, set[str]] = {}
    examples = sorted(folder.name for folder in EXAMPLES.iterdir() if folder.is_dir())
    for example in examples:
        for root in roots(held_to_production(example, tmp_path) / "prod"):
            for check, where in failures(root).items():
                found.setdefault(check, set()).update(f"{example}: {at}" for at in where)
    allowed = exceptions()
    new = {check: sorted(where) for check, where in found.items() if check not in allowed}
    count = (
        f"Checkov on {len(examples)} examples: {len(found)} checks fail, "
        f"{len(new)} of them without a reason in the pack"
    )
    # Seen at the end of a run whose tests are spread over processes, where nothing else is.
    warnings.warn(count, stacklevel=1)
    assert new == {}
    assert allowed.keys() - found.keys() == set(), "these are found no more: take them out"
