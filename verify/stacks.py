"""The apps that are judged, and an environment of one brought up in an emulator."""

import json
import re
import shlex
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from emulators import client
from terraform import Root
from tools import REPOSITORY, compiled

EXAMPLES = REPOSITORY / "examples"
TEST_APPS = Path(__file__).resolve().parent / "apps"

# App folder, environment.
ENVIRONMENTS = [
    (EXAMPLES / "minimal", "dev"),
    (EXAMPLES / "shop", "dev"),
    (EXAMPLES / "shop", "prod"),
]


def label(case: tuple[Path, str]) -> str:
    return f"{case[0].name}-{case[1]}"


def digest(name: str) -> str:
    """A made-up image digest: what `docker buildx bake --push` would have answered."""
    return f"sha256:{name.encode().hex():0<64.64}"
