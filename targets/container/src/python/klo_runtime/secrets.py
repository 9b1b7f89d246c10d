"""Puts secrets into the environment and becomes the command.

python -m klo_runtime.secrets VARIABLE=REFERENCE ... -- COMMAND ...

REFERENCE names an environment variable that holds {"arn": ..., "key": ..., "version": ...}: the
secret, the key in its JSON (null for the whole value) and the version (null for the current one).
"""

from __future__ import annotations

import base64
import json
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Callable, NamedTuple

from klo_runtime.aws import AwsError, Client


class SecretError(Exception):
    """Why a variable cannot be set; never holds a value."""


class Reference(NamedTuple):
    arn: str
    key: str | None
    version: str | None

    @classmethod
    def read(cls, variable: str) -> Reference:
        text = os.environ.get(variable)
        if text is None:
            raise SecretError(f"{variable} is not set")
        try:
            given = json.loads(text)
            return cls(given["arn"], given.get("key"), given.get("version"))
        except (ValueError, KeyError, TypeError, AttributeError):
            raise SecretError(f"{variable} does not hold a reference to a secret") from None


def read_secret(arn: str, version: str | None) -> str:
    """The whole value of a secret."""
    parts = arn.split(":")
    if len(parts) < 7:
        raise SecretError(f"{arn} is not the ARN of a secret")
    # Lambda gives a start ten seconds; these attempts end before.
    client = Client(
        "secretsmanager",
        parts[3],
        target="secretsmanager",
        endpoint_variable="AWS_ENDPOINT_URL_SECRETS_MANAGER",
        attempts=3,
    )
    wanted = {"SecretId": arn}
    if version is not None:
        wanted["VersionId"] = version
    try:
        answer = client.call("GetSecretValue", wanted, timeout=2.5)
    except AwsError as error:
        raise SecretError(f"cannot read {arn}: {error}") from None
    text = answer.get("SecretString")
    if isinstance(text, str):
        return text
    return base64.b64decode(answer["SecretBinary"]).decode()


def value_of(text: str, reference: Reference) -> str:
    """The value that a reference means within a secret's text."""
    if reference.key is None:
        return text
    try:
        found = json.loads(text)[reference.key]
    except (ValueError, KeyError, TypeError):
        raise SecretError(f"{reference.arn} holds no key {reference.key!r}") from None
    return found if isinstance(found, str) else json.dumps(found)


def resolve(
    wanted: dict[str, str], read: Callable[[str, str | None], str] = read_secret
) -> dict[str, str]:
    """Values by variable. Each secret is read once, all of them at the same time."""
    references = {variable: Reference.read(source) for variable, source in wanted.items()}
    secrets = sorted({(r.arn, r.version or "") for r in references.values()})
    if not secrets:
        return {}
    with ThreadPoolExecutor(max_workers=min(8, len(secrets))) as pool:
        texts = dict(zip(secrets, pool.map(lambda s: read(s[0], s[1] or None), secrets)))
    return {
        variable: value_of(texts[r.arn, r.version or ""], r) for variable, r in references.items()
    }


def parse(arguments: list[str]) -> tuple[dict[str, str], list[str]]:
    """The variables to set with their references, and the command."""
    at = arguments.index("--") if "--" in arguments else len(arguments)
    if not arguments[at + 1 :]:
        raise SecretError("no command after --")
    wanted = dict(pair.split("=", 1) for pair in arguments[:at])
    return wanted, arguments[at + 1 :]


def main() -> None:
    try:
        wanted, command = parse(sys.argv[1:])
        os.environ.update(resolve(wanted))
    except SecretError as error:
        sys.exit(f"klo: {error}")
    try:
        os.execvp(command[0], command)
    except OSError as error:
        sys.exit(f"klo: cannot start {command[0]}: {error.strerror}")


if __name__ == "__main__":
    main()
