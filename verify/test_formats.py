"""`klo lint --format …`: every form is what its service documents, and all say the same."""

import json
import re
import urllib.parse
from collections import Counter
from pathlib import Path
from typing import Any

import formats
import pytest
from tools import REPOSITORY, klo, run

MACHINE = ("json", "sarif", "github", "gitlab", "junit")
# Documents with every shape of finding, waived ones among them, that the tests in Rust wrote down.
SNAPSHOTS = REPOSITORY / "compiler" / "diagnostics" / "src" / "render" / "snapshots"

ODD = "services/été, 50%:x [1](2).py"
HOSTILE = {
    "klo.yaml": """app: shop
sources: [services]
environments:
  dev: { region: eu-west-1 }
  prod: { region: eu-west-1 }
""",
    ODD: """import os
# é😀 is prose
# @klo::persists(name = "o")
a = 1
# @klo::persist(name = "x]]><b>&amp;", kind = "::error::%0A")
b = 2
""",
    "services/db.py": """import os
from sqlalchemy import create_engine

# @klo::persist(name = "orders", nmae = "😀")
engine = create_engine(os.environ["DATABASE_URL"])
# @klo::persist(
#   name = "carts",
#   backup_days = -1)
carts = create_engine(os.environ["CARTS_URL"])
""",
    "services/latin.py": b"# @klo::service\n\xff\n",
    "tools/x.py": "# @klo::job\ndef main(): ...\n",
    "quiet/klo.yaml": "app: quiet\n",
}
UNREADABLE = {"klo.yaml": "app: shop\nenviroments:\n  dev: {}\n"}
CLEAN = {
    "klo.yaml": "app: shop\n",
    "app.py": "from fastapi import FastAPI\n\n# @klo::service(name = 'api')\napp = FastAPI()\n".replace(
        "'", '"'
    ),
    "requirements.txt": "fastapi==0.115.0\nuvicorn==0.32.0\n",
}


def repository(folder: Path, files: dict[str, Any]) -> Path:
    (folder / ".git").mkdir(parents=True)
    for path, content in files.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def lint(folder: Path, form: str, *arguments: str, code: int) -> str:
    done = run(klo(), "lint", "--format", form, *arguments, cwd=folder, ok=(code,))
    assert done.stderr == "", "programs read standard output alone"
    assert str(folder) not in done.stdout, "the machine's path is in the document"
    return done.stdout


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return repository(tmp_path_factory.mktemp("hostile") / "shop", HOSTILE)


def snapshot(form: str) -> str:
    text = (SNAPSHOTS / f"klo_diagnostics__render__tests__{form}.snap").read_text()
    return text.split("---\n", 2)[2]


def document(form: str, case: str, folder: Path) -> str:
    match case:
        case "findings":
            return snapshot(form)
        case "hostile":
            return lint(repository(folder / "shop", HOSTILE), form, code=1)
        case "unreadable":
            return lint(repository(folder / "shop", UNREADABLE), form, code=2)
    return lint(repository(folder / "shop", CLEAN), form, code=0)


CASES = ("findings", "hostile", "unreadable", "clean")


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("form", ["sarif", "github", "gitlab", "junit"])
def test_every_document_is_one(form: str, case: str, tmp_path: Path) -> None:
    getattr(formats, form)(document(form, case, tmp_path))


def test_the_validator_of_sarif_finds_no_mistake(tmp_path: Path) -> None:
    files = []
    for case in CASES:
        files.append(tmp_path / f"{case}.sarif")
        files[-1].write_text(document("sarif", case, tmp_path / case))
    found = formats.sarif_mistakes(files, tmp_path / "mistakes.sarif")
    # klo has no home page that a log could name.
    assert {rule for rule, _ in found} <= {"SARIF2005"}, found


def test_the_validator_of_sarif_finds_mistakes(tmp_path: Path) -> None:
    log = json.loads(snapshot("sarif"))
    region = log["runs"][0]["results"][3]["locations"][0]["physicalLocation"]["region"]
    region["endColumn"] = region["startColumn"] - 1
    (tmp_path / "wrong.sarif").write_text(json.dumps(log))
    found = formats.sarif_mistakes([tmp_path / "wrong.sarif"], tmp_path / "mistakes.sarif")
    assert {rule for rule, _ in found} > {"SARIF2005"}


def diagnostics(folder: Path) -> list[dict[str, Any]]:
    return json.loads(lint(folder, "json", code=1))["diagnostics"]


def test_the_hostile_app_has_errors_warnings_and_odd_places(hostile: Path) -> None:
    found = diagnostics(hostile)
    assert {one["level"] for one in found} >= {"error", "warning"}
    assert ODD in {one["at"]["file"] for one in found if one["at"]}
    assert len({one["code"] for one in found}) >= 5


def test_sarif_says_what_json_says(hostile: Path) -> None:
    results = formats.sarif(lint(hostile, "sarif", code=1))["results"]
    for one, result in zip(diagnostics(hostile), results, strict=True):
        assert (result["ruleId"], result["level"]) == (one["code"], one["level"])
        assert result["properties"]["app"] == one["app"]
        assert result["properties"]["environments"] == one["environments"]
        place = result["locations"][0]["physicalLocation"]
        assert urllib.parse.unquote(place["artifactLocation"]["uri"]) == one["at"]["file"]
        region, at = place["region"], one["at"]
        begin = (region["startLine"], region.get("startColumn", 1))
        assert begin == (at["line"], at["column"])
        if "endLine" in region:
            assert (region["endLine"], region["endColumn"]) == (at["end_line"], at["end_column"])


def test_columns_count_characters(hostile: Path) -> None:
    results = formats.sarif(lint(hostile, "sarif", code=1))["results"]
    (result,) = [one for one in results if "`persists`" in one["message"]["text"]]
    place = result["locations"][0]["physicalLocation"]
    lines = (hostile / urllib.parse.unquote(place["artifactLocation"]["uri"])).read_text()
    region = place["region"]
    line = lines.splitlines()[region["startLine"] - 1]
    assert line[region["startColumn"] - 1 : region["endColumn"] - 1] == "persists"


def test_github_says_what_json_says(hostile: Path) -> None:
    commands = {"error": "error", "warning": "warning", "note": "notice"}
    annotations = formats.github(lint(hostile, "github", code=1))
    for one, annotation in zip(diagnostics(hostile), annotations, strict=True):
        assert annotation.command == commands[one["level"]]
        assert annotation.properties["file"] == one["at"]["file"]
        assert annotation.properties.get("line", "1") == str(one["at"]["line"])
        assert annotation.properties["title"].startswith(one["code"] + " ")
        first = annotation.message.splitlines()[0]
        assert first.startswith(" ".join(one["message"].split()))


def test_gitlab_says_what_json_says(hostile: Path) -> None:
    severities = {"error": "major", "warning": "minor", "note": "info"}
    issues = formats.gitlab(lint(hostile, "gitlab", code=1))
    for one, issue in zip(diagnostics(hostile), issues, strict=True):
        assert issue["check_name"] == one["code"]
        assert issue["severity"] == severities[one["level"]]
        assert issue["location"]["path"] == one["at"]["file"]
        assert issue["location"]["lines"]["begin"] == one["at"]["line"]


def test_junit_says_what_json_says(hostile: Path) -> None:
    suites = formats.junit(lint(hostile, "junit", code=1))
    levels = Counter((one["app"] or "klo", one["level"]) for one in diagnostics(hostile))
    for suite in suites:
        app = suite.get("name")
        assert int(suite.get("failures")) == levels[app, "error"]
        told = levels[app, "error"] + levels[app, "warning"] + levels[app, "note"]
        assert int(suite.get("tests")) == max(told, 1)
    (quiet,) = [suite for suite in suites if suite.get("name") == "quiet"]
    assert [case.get("name") for case in quiet] == ["no findings"]


@pytest.mark.parametrize("form", MACHINE)
def test_the_same_input_gives_the_same_bytes(form: str, hostile: Path) -> None:
    assert lint(hostile, form, code=1) == lint(hostile, form, code=1)


def test_services_get_paths_from_the_repository_wherever_klo_is_started(hostile: Path) -> None:
    for form in ("sarif", "github", "gitlab", "junit"):
        inside = lint(hostile / "services", form, "..", code=1)
        assert inside == lint(hostile, form, code=1)


def test_fingerprints_stay_when_code_moves(tmp_path: Path) -> None:
    def prints(folder: str, above: bytes) -> dict[str, list[str]]:
        moved = {
            path: above + (text if isinstance(text, bytes) else text.encode())
            for path, text in HOSTILE.items()
        }
        root = repository(tmp_path / folder / "shop", moved)
        results = formats.sarif(lint(root, "sarif", code=1))["results"]
        issues = formats.gitlab(lint(root, "gitlab", code=1))
        return {
            "sarif": sorted(one["partialFingerprints"]["kloFinding/v1"] for one in results),
            "gitlab": sorted(one["fingerprint"] for one in issues),
        }

    assert prints("before", b"") == prints("after", b"# moved\n\n\n")


def test_nothing_to_say_is_an_empty_document(tmp_path: Path) -> None:
    folder = repository(tmp_path / "shop", CLEAN)
    assert json.loads(lint(folder, "json", code=0)) == {"version": 1, "diagnostics": []}
    assert formats.sarif(lint(folder, "sarif", code=0))["results"] == []
    assert lint(folder, "github", code=0) == ""
    assert formats.gitlab(lint(folder, "gitlab", code=0)) == []
    (suite,) = formats.junit(lint(folder, "junit", code=0))
    assert [case.get("name") for case in suite] == ["no findings"]


def test_configuration_that_cannot_be_read_passes_for_nothing(tmp_path: Path) -> None:
    folder = repository(tmp_path / "shop", UNREADABLE)
    suites = formats.junit(lint(folder, "junit", code=2))
    assert [int(suite.get("failures")) for suite in suites] == [1]
    (result,) = formats.sarif(lint(folder, "sarif", code=2))["results"]
    assert result["level"] == "error" and "enviroments" in result["message"]["text"]


@pytest.mark.parametrize("form", MACHINE)
def test_compile_says_it_on_standard_error(form: str, hostile: Path) -> None:
    done = run(klo(), "compile", "--format", form, cwd=hostile, ok=(1,))
    if form == "json":
        json.loads(done.stderr)
    else:
        getattr(formats, form)(done.stderr)


def test_waivers_are_told_apart_in_every_form() -> None:
    results = formats.sarif(snapshot("sarif"))["results"]
    (waived,) = [one for one in results if one.get("suppressions")]
    assert waived["level"] == "error"
    (suppression,) = waived["suppressions"]
    assert (suppression["kind"], suppression["status"]) == ("external", "accepted")
    assert re.search(r"by dba-team until \d{4}-\d\d-\d\d: ", suppression["justification"])
    rule = waived["ruleId"]
    assert rule not in {one["check_name"] for one in formats.gitlab(snapshot("gitlab"))}
    (annotation,) = [
        one for one in formats.github(snapshot("github")) if rule in one.properties["title"]
    ]
    assert annotation.command == "notice" and "waived: by dba-team" in annotation.message
    (case,) = [
        one for one in formats.junit(snapshot("junit")).iter("testcase") if rule in one.get("name")
    ]
    assert case.find("skipped").text.startswith("waived by dba-team")
    assert case.find("failure") is None
