"""What holds of every environment that is brought up by its README, from there to its end."""

from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import judged
import pytest
from stacks import Stack, brought_up


class Lifecycle:
    """Tests of one environment; a class that says which has them all, beside its own."""

    app: ClassVar[Path]
    environment: ClassVar[str]
    # Databases, each with a password that klo makes.
    databases: ClassVar[int] = 0
    # Whether a person has to unprotect it before it can be destroyed.
    is_protected: ClassVar[bool] = False

    @pytest.fixture(scope="class")
    @classmethod
    def stack(cls) -> Iterator[Stack]:
        with brought_up(cls.app, cls.environment) as stack:
            yield stack

    def test_the_second_plan_is_empty(self, stack: Stack) -> None:
        judged.settled(stack)

    def test_no_credential_is_kept(self, stack: Stack) -> None:
        assert len(stack.passwords()) == self.databases
        judged.keeps_credentials(stack)

    def test_what_no_plan_checks(self, stack: Stack) -> None:
        judged.is_sound(stack)

    @pytest.mark.last
    def test_destroying_leaves_nothing(self, stack: Stack) -> None:
        if self.is_protected:
            refused = stack.main.terraform("plan", "-destroy", ok=(1,))
            assert "prevent_destroy" in refused.stderr
            for root in stack.roots():
                root.unprotect()
                root.apply()
        stack.destroy()
        for root in stack.roots():
            assert root.resources() == []
