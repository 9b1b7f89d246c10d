"""The apps that are judged, and one environment of an app brought up in an emulator."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import readme
from emulators import client, emulator
from terraform import Root
from tools import REPOSITORY, compiled

EXAMPLES = REPOSITORY / "examples"
# Apps that exist only to be judged: what the examples leave out.
TEST_APPS = Path(__file__).resolve().parent / "apps"


def apps() -> list[Path]:
    folders = [*EXAMPLES.iterdir(), *(TEST_APPS.iterdir() if TEST_APPS.exists() else [])]
    return sorted(folder for folder in folders if folder.is_dir())


def environments(app: Path) -> list[Path]:
    """The folders that compile wrote for an app, one an environment."""
    return sorted(folder for folder in compiled(app).iterdir() if folder.is_dir())


def roots(environment: Path) -> list[Path]:
    """Terraform roots of an environment, in the order in which they are applied."""
    return [
        environment / name
        for name in ("bootstrap", "terraform")
        if any((environment / name).glob("*.tf"))
    ]


@dataclass
class Stack:
    """An environment whose README was followed against an emulator."""

    folder: Path
    endpoint: str
    region: str
    printed: str = ""

    @cached_property
    def main(self) -> Root:
        return Root(self.folder / "terraform", self.endpoint)

    @cached_property
    def bootstrap(self) -> Root:
        return Root(self.folder / "bootstrap", self.endpoint)

    def roots(self) -> list[Root]:
        return [root for root in (self.bootstrap, self.main) if root.folder.exists()]

    def client(self, service: str) -> Any:
        return client(service, self.endpoint, self.region)

    def asked_for(self, prefix: str = "SECRET_") -> list[str]:
        """The variables in which the README asks for values: of secrets, or those of Terraform."""
        found = readme.ASKED_FOR.findall((self.folder / "README.md").read_text())
        return [variable for variable in found if variable.startswith(prefix)]

    def passwords(self) -> list[str]:
        """Every database password that the emulator's Secrets Manager holds now."""
        secrets = self.client("secretsmanager")
        found = []
        for secret in secrets.list_secrets()["SecretList"]:
            try:
                value = secrets.get_secret_value(SecretId=secret["ARN"])["SecretString"]
            except secrets.exceptions.ResourceNotFoundException:
                continue
            try:
                found.append(json.loads(value)["password"])
            except (ValueError, KeyError, TypeError):
                continue
        return found

    def destroy(self) -> None:
        for root in reversed(self.roots()):
            root.destroy()


@contextmanager
def brought_up(app: Path, environment: str) -> Iterator[Stack]:
    """Compiles an app and follows the README of one environment, in an emulator of its own."""
    with emulator(compiled(app).parent / f"emulator-{app.name}-{environment}.log") as endpoint:
        yield bring_up(app, environment, endpoint)


def bring_up(app: Path, environment: str, endpoint: str) -> Stack:
    """The same, in an emulator that is there already."""
    folder = compiled(app) / environment
    region = region_of(json.loads((folder / "graph.json").read_text()))
    stack = Stack(folder, endpoint, region)
    for root in roots(folder):
        Root(root, endpoint)
    stack.printed = readme.follow(folder, endpoint, region)
    return stack


def region_of(graph: dict[str, Any]) -> str:
    (region,) = {
        intent["attributes"]["region"]
        for intent in graph["intents"]
        if intent["attributes"].get("region")
    }
    return region
