"""What every stack that was brought up has to be."""

import re

from facts import mistakes
from readme import secret_value
from stacks import Stack


def settled(stack: Stack) -> None:
    """The second plan of every root is empty."""
    for root in stack.roots():
        assert root.changes() == {}, f"{root.folder} is not settled: {differences(root)}"


def differences(root) -> list[str]:
    """The lines of the last plan that say what would change."""
    shown = root.terraform("show", "-no-color", "tfplan").stdout
    return re.findall(r"^ *(?:# .* (?:will|must) be .*|[~+-]/?[+-]? .*)$", shown, re.M)


def keeps_credentials(stack: Stack) -> None:
    """No password and no secret's value in state, plans or anything that was printed."""
    secrets = stack.passwords() + [secret_value(name) for name in stack.asked_for()]
    kept = [root.written_by_terraform() for root in stack.roots()] + [stack.printed]
    for secret in secrets:
        assert len(secret) >= 12, "too short to look for"
        assert not any(secret in text for text in kept), "a credential was written down"


def is_sound(stack: Stack) -> None:
    """Sizes, classes, schedules and permissions are ones that AWS has."""
    wrong = [line for root in stack.roots() for line in mistakes(root.resources())]
    assert wrong == []
