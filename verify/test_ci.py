"""The GitHub action, its scripts run as GitHub runs them, and every snippet of the guides to CI and to reviews."""

import json
import os
import re
import subprocess
from pathlib import Path

import pytest
import yaml
from tools import REPOSITORY, klo, program, run

ACTION = REPOSITORY / "action.yml"
GUIDES = [REPOSITORY / "docs" / "guides" / name for name in ("ci.md", "review.md")]
SCHEMAS = {
    ".github/workflows/klo.yaml": "vendor.github-workflows",
    ".github/workflows/klo-diff.yaml": "vendor.github-workflows",
    ".gitlab-ci.yml": "vendor.gitlab-ci",
    ".pre-commit-config.yaml": None,
}


def action() -> dict:
    return yaml.safe_load(ACTION.read_text())


def steps() -> dict[str, dict]:
    return {step["name"]: step for step in action()["runs"]["steps"]}


def snippets() -> list[tuple[str, str]]:
    """Every YAML snippet of the guides with the file that its first line names."""
    text = "".join(guide.read_text() for guide in GUIDES)
    found = re.findall(r"^```yaml\n# (\S+)\n(.*?)^```$", text, re.M | re.S)
    assert len(found) == text.count("```yaml"), "a snippet names no file"
    return found


def test_the_action_is_one() -> None:
    judge = program("check-jsonschema")
    run(judge, "--builtin-schema", "vendor.github-actions", str(ACTION), cwd=REPOSITORY)


def test_expressions_name_what_there_is() -> None:
    text = ACTION.read_text()
    made = {step["id"]: step for step in action()["runs"]["steps"] if "id" in step}
    assert set(re.findall(r"inputs\.([\w-]+)", text)) == set(action()["inputs"])
    for step, output in re.findall(r"steps\.([\w-]+)\.outputs\.([\w-]+)", text):
        given = made[step].get("run", "cache-hit=")
        assert f"{output}=" in given, f"{step} has no output {output}"


def test_nothing_is_pasted_into_a_script() -> None:
    for name, step in steps().items():
        assert "${{" not in step.get("run", ""), name


@pytest.mark.parametrize("number", range(len(snippets())))
def test_snippets_are_accepted(number: int, tmp_path: Path) -> None:
    file, text = snippets()[number]
    (tmp_path / "snippet.yaml").write_text(text)
    if schema := SCHEMAS[file]:
        judge = (program("check-jsonschema"), "--builtin-schema", schema)
    else:
        judge = (program("pre-commit"), "validate-config")
    run(*judge, "snippet.yaml", cwd=tmp_path)


def test_snippets_name_hooks_and_inputs_that_there_are() -> None:
    offered = {hook["id"] for hook in yaml.safe_load((REPOSITORY / ".pre-commit-hooks.yaml").read_text())}
    used = set()
    for file, text in snippets():
        document = yaml.safe_load(text)
        for repository in document.get("repos", []):
            assert {hook["id"] for hook in repository["hooks"]} <= offered, file
        for job in document.get("jobs", {}).values():
            for step in job["steps"]:
                if "/klo@" in step.get("uses", ""):
                    used |= set(step["with"])
    assert used and used <= set(action()["inputs"])


def scripts() -> list[str]:
    found = [step["run"] for step in steps().values() if "run" in step]
    for guide in GUIDES:
        found += re.findall(r"^```sh\n(.*?)^```$", guide.read_text(), re.M | re.S)
    for _, text in snippets():
        document = yaml.safe_load(text)
        for job in document.get("jobs", {}).values():
            found += [step["run"] for step in job["steps"] if "run" in step]
        found += ["\n".join(document["klo"]["script"])] if "klo" in document else []
    return found


def test_scripts_are_bash() -> None:
    assert len(scripts()) >= 12
    for script in scripts():
        done = subprocess.run(["bash", "-n"], input=script, text=True, capture_output=True)
        assert done.returncode == 0, f"{script}\n{done.stderr}"


def test_commands_have_flags_that_klo_knows() -> None:
    used = {("lint", flag) for flag in re.findall(r"--(rules|waivers)=", ACTION.read_text())}
    for script in scripts():
        for command, rest in re.findall(r"\bklo (lint|compile|diff)\b([^|>\n]*)", script):
            used |= {(command, flag) for flag in re.findall(r"--([a-z-]+)", rest)}
    assert len(used) >= 5
    helps = {name: run(klo(), name, "--help", cwd=REPOSITORY).stdout for name in ("lint", "compile", "diff")}
    unknown = {(name, flag) for name, flag in used if f"--{flag}" not in helps[name]}
    assert not unknown


class Runner:
    """What GitHub gives a step: variables, files to answer in, and programs, here stand-ins."""

    def __init__(self, scratch: Path) -> None:
        self.scratch = scratch
        self.work = scratch / "work"
        self.work.mkdir()
        (scratch / "klo" / "bin").mkdir(parents=True)
        (scratch / "bin").mkdir()
        self.inputs = {name: str(given.get("default", "")) for name, given in action()["inputs"].items()}
        self.outputs: dict[str, str] = {}

    def stand_in(self, path: str, script: str) -> None:
        file = self.scratch / path
        file.write_text(f"#!/bin/bash\n{script}")
        file.chmod(0o755)

    def step(self, name: str, **variables: str) -> subprocess.CompletedProcess[str]:
        step = steps()[name]
        answers = self.scratch / "answers"
        answers.write_text("")
        settings = {key: self.value(text) for key, text in step.get("env", {}).items()}
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
            cwd=self.work,
            env={
                "PATH": f"{self.scratch / 'bin'}:{os.environ['PATH']}",
                "RUNNER_TEMP": str(self.scratch),
                "GITHUB_OUTPUT": str(answers),
                "GITHUB_ACTION_PATH": str(REPOSITORY),
                "GITHUB_REPOSITORY": "acme/shop",
                **settings,
                **variables,
            },
            capture_output=True,
            text=True,
        )
        for line in answers.read_text().splitlines():
            key, _, value = line.partition("=")
            self.outputs[f"{step.get('id')}.{key}"] = value
        return done

    def value(self, text: str) -> str:
        def one(found: re.Match[str]) -> str:
            kind, _, name = found[1].partition(".")
            if kind == "inputs":
                return self.inputs[name]
            if kind == "steps":
                return self.outputs.get(name.replace(".outputs", ""), "")
            return ""

        return re.sub(r"\$\{\{ (\S+) \}\}", one, text)


@pytest.fixture
def runner(tmp_path: Path) -> Runner:
    made = Runner(tmp_path)
    made.stand_in(
        "klo/bin/klo",
        'printf "<%s>" "$@" >>"$RUNNER_TEMP/asked"; echo >>"$RUNNER_TEMP/asked"\n'
        'case "$*" in *json*) [ ! -e said.json ] || cat said.json ;;'
        " *sarif*) [ ! -e said.json ] || echo '{}' ;; esac\n"
        "exit $(cat status 2>/dev/null || echo 0)\n",
    )
    return made


def finding(level: str, waived: bool = False) -> dict:
    return {"level": level, "waived": waived}


def judged(runner: Runner, status: int, findings: list[dict] | None) -> int:
    (runner.work / "status").write_text(str(status))
    if findings is not None:
        (runner.work / "said.json").write_text(json.dumps({"version": 1, "diagnostics": findings}))
    done = runner.step("klo lint")
    assert done.returncode == 0, done.stderr
    return runner.step("Pass or fail").returncode


def test_a_version_is_named_by_what_it_is_built_from(runner: Runner) -> None:
    done = runner.step("Name this version of klo")
    assert re.fullmatch("[0-9a-f]{40}", runner.outputs["version.hash"]), done.stderr


def test_arguments_arrive_as_they_were_given(runner: Runner) -> None:
    runner.inputs["path"] = "-a b; $(touch pwned) `touch pwned`"
    runner.inputs["rules"] = "klo/production\n\nplatform rules\n"
    runner.inputs["args"] = '--waivers=$(touch pwned)"\n'
    judged(runner, 0, [])
    asked = (runner.scratch / "asked").read_text().splitlines()
    flags = '<lint><--rules=klo/production><--rules=platform rules><--waivers=$(touch pwned)">'
    path = "<--><-a b; $(touch pwned) `touch pwned`>"
    assert asked == [f"{flags}<--format><{form}>{path}" for form in ("github", "sarif", "json")]
    assert not (runner.work / "pwned").exists()
    runner.inputs["path"] = "."
    assert runner.step("klo compile --check").returncode == 0
    last = (runner.scratch / "asked").read_text().splitlines()[-1]
    assert last.startswith("<compile><--check><--format><concise><--rules=klo/production>"), last


@pytest.mark.parametrize(
    ("bar", "status", "findings", "expected"),
    [
        ("error", 0, [], 0),
        ("error", 0, [finding("warning")], 0),
        ("error", 1, [finding("error")], 1),
        ("warning", 0, [finding("warning")], 1),
        ("warning", 0, [finding("warning", waived=True), finding("note")], 0),
        ("never", 1, [finding("error")], 0),
        ("never", 2, None, 2),
        ("warning", 2, None, 2),
        ("sometimes", 0, [], 2),
    ],
)
def test_the_bar(runner: Runner, bar: str, status: int, findings: list | None, expected: int) -> None:
    runner.inputs["fail-on"] = bar
    assert judged(runner, status, findings) == expected
    # Where nothing could be read there is nothing to upload.
    assert bool(runner.outputs["lint.sarif-file"]) == (findings is not None)


def test_files_out_of_date_fail(runner: Runner) -> None:
    judged(runner, 0, [])
    (runner.work / "status").write_text("1")
    assert runner.step("klo compile --check").returncode == 0
    assert runner.step("Pass or fail").returncode == 1


def test_a_review_is_one_comment(runner: Runner) -> None:
    """The stand-in for GitHub's API keeps comments in a file: one of a person, then the bot's."""
    program("jq")
    comments = runner.scratch / "comments.json"
    person = {"id": 1, "user": {"type": "User"}, "body": "<!-- klo review: REVIEW.md -->"}
    comments.write_text(json.dumps([person]))
    runner.stand_in(
        "bin/gh",
        'set -e; file=$RUNNER_TEMP/comments.json; case "$*" in\n'
        '*PATCH*comments/2*) change=".[1].body = \\$sent.body" ;;\n'
        '*POST*issues/7/comments*)'
        ' change=". + [{id: 2, user: {type: \\"Bot\\"}, body: \\$sent.body}]" ;;\n'
        '*--paginate*issues/7/comments*) cat "$file"; exit ;;\n'
        "*) exit 1 ;; esac\n"
        'jq --argjson sent "$(cat)" "$change" "$file" >"$file.new"; mv "$file.new" "$file"\n',
    )
    runner.inputs["review"] = "REVIEW.md\nmissing.md\n"
    folded = "# Third\n\n<details>\n<summary>é</summary>\n\né\n\n</details>\n"
    large = folded + "x" * 50_000 + folded[7:].replace("\n\né\n", "\n\n" + "é" * 20_000 + "\n")
    for text in ("# First `$(touch pwned)`\n", "# Second é\n", large, "é" * 70_000):
        (runner.work / "REVIEW.md").write_text(text)
        done = runner.step("Show the review on the pull request", KLO_PULL="7")
        assert (done.returncode, done.stdout) == (0, ""), done.stderr
        kept = json.loads(comments.read_text())
        assert [comment["id"] for comment in kept] == [1, 2]
        assert kept[0] == person
        body = kept[1]["body"]
        whole = text[:60_000] if text != large else folded + "x" * 50_000
        assert body.startswith("<!-- klo review: REVIEW.md -->\n" + whole)
        assert body.count("<details>") == body.count("</details>")
        assert len(body) < 65_536
    assert body.endswith("The rest is in `REVIEW.md`.")
    assert not (runner.work / "pwned").exists()


def test_a_comment_that_is_refused_is_a_warning(runner: Runner) -> None:
    runner.stand_in("bin/gh", "exit 1\n")
    (runner.work / "REVIEW.md").write_text("x")
    runner.inputs["review"] = "REVIEW.md"
    done = runner.step("Show the review on the pull request", KLO_PULL="7")
    assert done.returncode == 0 and done.stdout.startswith("::warning::"), done
