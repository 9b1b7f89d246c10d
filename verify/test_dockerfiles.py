"""Every Dockerfile that the container target's snapshots hold, before the judges."""

import re
from collections.abc import Iterator

import dockerfile
import pytest

import entries
import tools

SNAPSHOTS = entries.REPOSITORY / "targets" / "container" / "src" / "tests" / "snapshots"


def dockerfiles() -> Iterator[tuple[str, str]]:
    for path in sorted(SNAPSHOTS.glob("*.snap")):
        body = path.read_text().split("\n---\n", 1)[1]
        name = path.stem.split("__")[-1]
        if body.startswith("# Image of "):
            yield name, body + "\n"
        for file, text in re.findall(r"^=== (\S+)[^\n]*\n(.*?)(?=^=== |\Z)", body, re.M | re.S):
            if file.endswith("/Dockerfile"):
                yield f"{name}-{file.split('/')[1]}", text


CASES = dict(dockerfiles())


def test_there_are_dockerfiles():
    assert len(CASES) >= 10


@pytest.mark.parametrize("name", CASES)
def test_hadolint_has_nothing_to_say(name, tmp_path):
    (tmp_path / "Dockerfile").write_text(CASES[name])
    done = tools.run(
        tools.program("hadolint"), "--failure-threshold", "style", "Dockerfile", cwd=tmp_path
    )
    assert done.stdout == ""


@pytest.mark.parametrize("name", CASES)
def test_what_an_image_is_held_to(name):
    """Read by the builder's own parser: pinned bases, no root, commands without a shell."""
    instructions = dockerfile.parse_string(CASES[name])
    stages = {i.value[2] for i in instructions if i.cmd == "FROM" and len(i.value) == 3}
    bases = [i.value[0] for i in instructions if i.cmd == "FROM"]
    for base in bases:
        assert base in stages or base == "own" or re.search(r":\d[\w.-]+$", base), base
    last = max(i.start_line for i in instructions if i.cmd == "FROM")
    final = [i for i in instructions if i.start_line > last]
    if "own" not in bases:
        assert [i.value for i in final if i.cmd == "USER"] == [("10001",)]
    for instruction in final:
        if instruction.cmd in ("CMD", "ENTRYPOINT"):
            assert instruction.json


def test_a_path_with_special_characters_is_one_word():
    text = next(t for t in CASES.values() if "a b[[]1].html" in t)
    copies = [i for i in dockerfile.parse_string(text) if i.cmd == "COPY" and i.json]
    assert [i.value for i in copies] == [
        ("apps/shop/api/templates/a b[[]1].html", "/app/api/templates/")
    ]
