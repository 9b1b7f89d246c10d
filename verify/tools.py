"""Finds the programs that judge. A missing one is a loud skip, and a failure when CI=true."""

import functools
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parent.parent
SCRATCH = REPOSITORY / "target" / "verify"
PROVIDER = Path("registry.terraform.io", "hashicorp", "aws")


def missing(what: str) -> None:
    """Ends the test: skipped with a line that stands out, failed in CI."""
    message = f"MISSING TOOL: {what}"
    if os.environ.get("CI") == "true":
        pytest.fail(message, pytrace=False)
    pytest.skip(message)


def program(name: str) -> str:
    """The path of a program, beside this Python first: that is where pip puts them."""
    found = shutil.which(name, path=str(Path(sys.executable).parent)) or shutil.which(name)
    if found is None:
        missing(name)
    return found


def klo() -> str:
    """The compiler under test: $KLO, or what `cargo build` leaves behind."""
    found = os.environ.get("KLO") or str(REPOSITORY / "target" / "debug" / "klo")
    if not Path(found).exists():
        missing("klo (cargo build -p klo)")
    return found


@functools.cache
def provider_mirror() -> Path | None:
    """The folder for `terraform init -plugin-dir`, or None: then the registry is asked."""
    if given := os.environ.get("KLO_TERRAFORM_MIRROR"):
        return Path(given)
    # What `terraform init` leaves in a root is no mirror: it may be gone by the next test.
    pruned = " -o ".join(f"-name {name}" for name in (".git", ".terraform", "node_modules", "target"))
    search = f"find / -xdev ( {pruned} ) -prune -o -type d -path */{PROVIDER} -print -quit"
    found = subprocess.run(search.split(), capture_output=True, text=True).stdout.strip()
    return Path(found).parents[2] if found else None


def run(*command: str, cwd: Path, env: dict[str, str] | None = None, ok: tuple[int, ...] = (0,)):
    """Runs a judge; an exit code that is not `ok` fails the test with all that it printed."""
    done = subprocess.run(
        command,
        cwd=cwd,
        env={**os.environ, **(env or {})},
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
    )
    if done.returncode not in ok:
        shown = " ".join(command)
        pytest.fail(
            f"`{shown}` in {cwd} ended with {done.returncode}\n{done.stdout}\n{done.stderr}",
            pytrace=False,
        )
    return done


def compiled(app: Path) -> Path:
    """What `klo compile` writes for an app, in a folder of its own: one folder an environment.

    Files of tests do not share it: one that brings a stack up leaves settings and state there.
    """
    current = os.environ.get("PYTEST_CURRENT_TEST", "main").split("::")[0]
    return compiled_for(app, Path(current).stem)


@functools.cache
def compiled_for(app: Path, user: str) -> Path:
    out = SCRATCH / f"{user}-{app.name}"
    shutil.rmtree(out, ignore_errors=True)
    run(klo(), "compile", str(app), "--out", str(out), "--quiet", cwd=REPOSITORY)
    return out
