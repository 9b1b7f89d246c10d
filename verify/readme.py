"""Reads the commands that an environment's README gives a person, and runs them."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from terraform import environment
from tools import program

BIN = Path(__file__).resolve().parent / "bin"
FENCED = re.compile(r"^```sh\n(.*?)^```", re.M | re.S)
ASKED_FOR = re.compile(r"\$\{(\w+):\?")


def steps(folder: Path) -> list[str]:
    """The shell blocks of `README.md`, in order."""
    return FENCED.findall((folder / "README.md").read_text())


def secret_value(variable: str) -> str:
    """What the test says where the README asks for a value, of a secret or a setting."""
    return f"value-of-{variable.lower()}-{'x' * 12}"


def follow(folder: Path, endpoint: str, region: str) -> str:
    """Runs every block as it stands; answers all that was printed."""
    program("terraform")
    page = (folder / "README.md").read_text()
    path = os.pathsep.join([str(BIN), str(Path(sys.executable).parent), os.environ["PATH"]])
    settings = {
        **os.environ,
        **environment(endpoint),
        **{variable: secret_value(variable) for variable in ASKED_FOR.findall(page)},
        "AWS_DEFAULT_REGION": region,
        "KUBECONFIG": str(folder / ".kubeconfig"),
        "PATH": path,
    }
    printed = []
    for number, step in enumerate(steps(folder), start=1):
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", step],
            cwd=folder,
            env=settings,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
        )
        printed += [done.stdout, done.stderr]
        if done.returncode != 0:
            pytest.fail(
                f"step {number} of {folder.name}/README.md ended with {done.returncode}\n"
                f"{step}\n{done.stdout[-6000:]}\n{done.stderr[-6000:]}",
                pytrace=False,
            )
    return "\n".join(printed)
