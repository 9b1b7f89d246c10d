"""`klo diff --format json` by its schema, on an example between a commit and an edit of it."""

import json
import shutil
from pathlib import Path

import pytest
from tools import REPOSITORY, klo, program, run

SCHEMA = REPOSITORY / "docs" / "schema" / "diff.schema.json"
EDITS = {
    "nothing": ("klo.yaml", "", ""),
    "a risk": ("klo.yaml", "backup_days: 35", "backup_days: 7"),
    "a new environment": ("klo.yaml", "  prod:\n", "  stage: { region: eu-west-1 }\n  prod:\n"),
    "another app": ("klo.yaml", "app: shop", "app: store"),
    "a role": ("shared/receipts.py", "ContentType=content_type)", 'ContentType=content_type)\n        bucket.Object("x").delete()'),
}


@pytest.mark.parametrize("edit", EDITS)
def test_the_document_is_what_its_schema_says(edit: str, tmp_path: Path) -> None:
    folder = tmp_path / "shop"
    shutil.copytree(REPOSITORY / "examples" / "shop", folder)
    git = ("git", "-c", "user.name=klo", "-c", "user.email=klo@example.com")
    run(*git, "init", "--quiet", cwd=folder)
    run(*git, "add", "--all", cwd=folder)
    run(*git, "commit", "--quiet", "--message", "state", cwd=folder)
    file, old, new = EDITS[edit]
    text = (folder / file).read_text()
    (folder / file).write_text(text.replace(old, new, 1))
    found = run(klo(), "diff", "--format", "json", cwd=folder).stdout
    (tmp_path / "found.json").write_text(found)
    run(program("check-jsonschema"), "--schemafile", str(SCHEMA), str(tmp_path / "found.json"), cwd=tmp_path)
    document = json.loads(found)
    assert document["base"]["kind"] == "revision"
    changed = [one for one in document["changes"] if one["status"] != "unchanged"]
    assert bool(changed) == (edit != "nothing")
    assert document["loses_data"] == any(risk["loses_data"] for one in changed for risk in one["at_risk"])
    assert run(klo(), "diff", "--format", "json", cwd=folder).stdout == found


def test_the_schema_is_that_of_the_program() -> None:
    assert run(klo(), "schema", "diff", cwd=REPOSITORY).stdout == SCHEMA.read_text()
