"""klo and iam-policy-autopilot on the same Python files, against what the code needs.

`python verify/autopilot.py` writes docs/iam-comparison.md; `test_autopilot.py` judges what it says.
"""

import json
import os
import re
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

import iam_reference
from tools import REPOSITORY, SCRATCH, klo, program, run

PAGE = REPOSITORY / "docs/iam-comparison.md"
CORPUS = "compiler/parse/tests/fixtures/python"
FOLDERS = [CORPUS, "examples", "verify/apps"]
# A thing that the code is granted something on, by action and by who is granted it.
Grants = dict[tuple[str, str], set[str]]


@dataclass
class Given:
    """What iam-policy-autopilot says of one action: on what, and which operations it saw."""

    resources: set[str] = field(default_factory=set)
    operations: set[tuple[str, str]] = field(default_factory=set)


@dataclass
class App:
    """One application with the three answers."""

    path: str
    needed: Grants
    klo: Grants
    tool: dict[str, Given]

    @property
    def name(self) -> str:
        return self.path.removeprefix(f"{CORPUS}/")

    def actions_needed(self) -> set[str]:
        return {action for _, action in self.needed}

    def actions_of_klo(self) -> set[str]:
        return {action for _, action in self.klo}


def sources(app: str) -> list[str]:
    return sorted(str(p.relative_to(REPOSITORY)) for p in (REPOSITORY / app).rglob("*.py"))


def apps_with_boto3() -> list[str]:
    """Every application of the corpus some of whose Python imports AWS's SDK."""
    folders = [app for folder in FOLDERS for app in sorted((REPOSITORY / folder).iterdir())]
    return [
        str(app.relative_to(REPOSITORY))
        for app in folders
        if any(re.search(r"^(import|from) boto", p.read_text(), re.M) for p in app.rglob("*.py"))
    ]


def needed() -> dict[str, Grants]:
    """What was read out of the code by hand: by app, unit and action, the resources."""
    found: dict[str, Grants] = defaultdict(lambda: defaultdict(set))
    for line in (REPOSITORY / "verify/iam_truth.tsv").read_text().splitlines():
        if line.startswith("#"):
            continue
        app, unit, resource, actions, _ = line.split("\t")
        for action in actions.split():
            if action != "-":
                found[app][unit, action].add("*" if resource == "-" else resource)
    return found


@cache
def stated() -> set[tuple[str, ...]]:
    """App, unit and resource where `uses` says what no call in the code shows."""
    rows = (REPOSITORY / "verify/iam_truth.tsv").read_text().splitlines()
    cells = [row.split("\t") for row in rows if not row.startswith("#")]
    return {tuple(row[:3]) for row in cells if row[3] == "-"}


def references(value: Any) -> Iterator[str]:
    """What a value of klo's plan refers to, `*` for everything."""
    if value == "*":
        yield value
    elif isinstance(value, str):
        yield f"the text {value}"
    elif isinstance(value, list):
        for each in value:
            yield from references(each)
    elif "$ref" in value:
        yield value["$ref"]
    elif "$concat" in value:
        yield from (part["$ref"] for part in value["$concat"] if isinstance(part, dict))


def by_klo(app: str, folder: Path) -> Grants:
    """What the policies of the app's Python units allow, by unit and action, with the resources."""
    out = folder / Path(app).name
    run(klo(), "compile", app, "--out", str(out), "--quiet", cwd=REPOSITORY)
    environment = "dev" if (out / "dev").exists() else min(p.name for p in out.iterdir())
    plan = json.loads((out / environment / "plan.json").read_text())
    graph = json.loads((out / environment / "graph.json").read_text())
    python = {
        intent["id"] for intent in graph["intents"] if intent["at"]["file"].endswith(".py")
    }
    intents = {r["address"]: r["intents"] for r in plan["resources"]}
    found: Grants = defaultdict(set)
    for resource in plan["resources"]:
        unit, _, to = (resource["edge"] or "").partition(" -> ")
        if resource["type"] != "aws_iam_role_policy" or unit not in python:
            continue
        if (app, unit, to) in stated() or to.startswith("volume."):
            # No call of the SDK is behind what a person states, nor behind what is mounted.
            continue
        if not unit.startswith(("function.", "job.", "service.")):
            continue
        for statement in resource["attributes"]["policy"]["$json"]["Statement"]:
            actions = statement["Action"]
            for action in [actions] if isinstance(actions, str) else actions:
                found[unit, action] |= {
                    named(reference, intents, to) for reference in references(statement["Resource"])
                }
    return found


def named(reference: str, intents: dict[str, list[str]], to: str) -> str:
    """The resource of the application that a reference is to."""
    if reference.startswith("var.secrets["):
        kind, _, name = reference.split('"')[1].partition("-")
        return f"{kind}.{name}"
    of = intents.get(".".join(reference.split(".")[:2]), [])
    return of[0] if of == [to] else reference


def by_tool(app: str, address: str, home: Path) -> dict[str, Given]:
    """What iam-policy-autopilot makes of the app's Python files."""
    done = run(
        program("iam-policy-autopilot"),
        "generate-policies",
        "--disable-cache",
        "--explain",
        "*",
        "--",
        *sources(app),
        cwd=REPOSITORY,
        env={
            "DISABLE_IAM_POLICY_AUTOPILOT_TELEMETRY": "true",
            "HOME": str(home),
            "IAM_POLICY_AUTOPILOT_SERVICE_REFERENCE_URL": address,
            "NO_PROXY": "127.0.0.1",
            "TMPDIR": str(home),
        },
    )
    answer = json.loads(done.stdout)
    found: dict[str, Given] = defaultdict(Given)
    for policy in answer["Policies"]:
        for statement in policy["Policy"]["Statement"]:
            for action in statement["Action"]:
                found[action].resources |= set(statement["Resource"])
    explained = answer.get("Explanations", {}).get("ExplanationForAction", {})
    for action, reasons in explained.items():
        for reason in reasons:
            found[action].operations |= {(o["Service"], o["Name"]) for o in reason["Operations"]}
    return dict(found)


def compared() -> list[App]:
    """Every application of the corpus with what it needs and what both give it."""
    SCRATCH.mkdir(parents=True, exist_ok=True)
    truth = needed()
    paths = apps_with_boto3()
    with (
        tempfile.TemporaryDirectory(dir=SCRATCH) as folder,
        iam_reference.serve() as address,
        ThreadPoolExecutor(os.cpu_count()) as workers,
    ):
        home = Path(folder)
        given = list(workers.map(lambda app: by_tool(app, address, home), paths))
        granted = list(workers.map(lambda app: by_klo(app, home), paths))
    return [
        App(path, truth.get(path, {}), ours, theirs)
        for path, ours, theirs in zip(paths, granted, given, strict=True)
    ]


def added_because(app: App, action: str) -> str:
    """Why iam-policy-autopilot gives an action that the code does not need."""
    service = action.split(":")[0]
    seen = app.tool[action].operations
    if service == "kms":
        return "key"
    if service not in {needed.split(":")[0] for needed in app.actions_needed()}:
        return "other"
    name = action.split(":")[1]
    plain = {
        of
        for of, operation in seen
        if of == service and name in iam_reference.always(service).get(operation, {operation})
    }
    return "unneeded" if plain else "argument"


REASONS = {
    "key": "of keys, which only data that is encrypted with a key of the account's own asks for",
    "other": "of services that the code does not use and that have a method of the same name",
    "unneeded": "of calls that no unit reaches, or that are made on something else",
}


def added(app: App) -> dict[str, str]:
    """What iam-policy-autopilot gives beyond need, and why.

    Not what only arguments ask for which the calls do not have: that it gives those actions may be
    no more than what `iam_reference.at_most` tells it.
    """
    reasons = {a: added_because(app, a) for a in set(app.tool) - app.actions_needed()}
    return {action: why for action, why in sorted(reasons.items()) if why in REASONS}


def every_resource(pattern: str) -> bool:
    """Whether an ARN is of any resource of its type."""
    return pattern == "*" or "*" in pattern.split(":", 5)[5]


def short(pattern: str) -> str:
    return pattern.replace("arn:*:", "").replace("arn:aws:", "")


def rows(app: App) -> list[list[str]]:
    """The lines of the table: actions that are needed or given."""
    lines = []
    for action in sorted(app.actions_needed() | app.actions_of_klo() | set(added(app))):
        wanted = [unit.split(".")[1] for unit, a in sorted(app.needed) if a == action]
        ours = {r for (_, a), found in app.klo.items() if a == action for r in found}
        theirs = app.tool[action].resources if action in app.tool else set()
        lines.append(
            [
                app.name,
                f"`{action}`",
                ", ".join(wanted) or "–",
                ", ".join(f"`{r}`" for r in sorted(ours)) or ("**missed**" if wanted else "–"),
                ", ".join(f"`{short(r)}`" for r in sorted(theirs))
                or ("**missed**" if wanted else "–"),
            ]
        )
    return lines


def figures(apps: list[App]) -> list[list[str]]:
    """How many actions are needed, found, missed and added, added up over the applications."""
    wanted = sum(len(app.actions_needed()) for app in apps)
    found = [len(app.actions_needed() & app.actions_of_klo()) for app in apps]
    more = [len(app.actions_of_klo() - app.actions_needed()) for app in apps]
    their_found = [len(app.actions_needed() & set(app.tool)) for app in apps]
    their_more = [len(added(app)) for app in apps]
    return [
        [name, str(wanted), str(sum(of)), str(wanted - sum(of)), str(sum(beyond))]
        for name, of, beyond in [
            ("klo", found, more),
            ("iam-policy-autopilot", their_found, their_more),
        ]
    ]


def scopes(apps: list[App]) -> tuple[int, int]:
    """Of the actions that both find: how many each gives on resources of the application alone."""
    both = [(app, a) for app in apps for a in sorted(app.actions_needed() & set(app.tool))]
    ours = sum(
        all(r != "*" for (_, of), found in app.klo.items() if of == a for r in found)
        for app, a in both
    )
    theirs = sum(not any(map(every_resource, app.tool[a].resources)) for app, a in both)
    return ours, theirs


def table(heads: list[str], lines: list[list[str]]) -> str:
    every = [heads, ["---"] * len(heads), *lines]
    return "\n".join(f"| {' | '.join(line)} |" for line in every)


def page(apps: list[App]) -> str:
    why = Counter(reason for app in apps for reason in added(app).values())
    reasons = "\n".join(f"- {why[name]} {text}" for name, text in REASONS.items() if why[name])
    ours, theirs = scopes(apps)
    heads = ["application", "action", "needed by", "klo, on", "iam-policy-autopilot, on"]
    version = metadata.version("iam-policy-autopilot")
    return f"""# Permissions: klo and iam-policy-autopilot

Written by `python verify/autopilot.py`; do not edit. `verify/test_autopilot.py` holds it to be true.

Both read the same Python files: those of every application under `{CORPUS}`, `examples`
and `verify/apps` that imports boto3, {len(apps)} of them. What the code needs was found by reading it, call by call,
and is in `verify/iam_truth.tsv`.

iam-policy-autopilot {version} from PyPI gets all the Python files of an application at once and nothing else. It
makes one policy of them. klo makes a role for each unit; the table adds up those of an application, in its
environment dev.

The tool asks AWS for its service reference when it runs. Here it asks `verify/iam_reference.py`, which answers in
the same form out of {iam_reference.SOURCES}, and says which operation needs which action by the
rules that klo's own tables are made by. So what is compared is how code is read and what permissions are scoped
to. The answer lists for an operation all that any argument may ask for, so that the tool misses nothing for want
of it; what it then gives for arguments that the calls do not have is left out below.

{table(["", "actions needed", "found", "missed", "added"], figures(apps))}

An action counts once for an application, whichever of its units need it. What iam-policy-autopilot adds is

{reasons}

klo adds `s3:ListBucket` where code asks for the head of an object: without it AWS answers 403 and not 404 for a key
that is not there.

Of the actions needed that iam-policy-autopilot finds, klo grants {ours} on the application's own resources alone, and
iam-policy-autopilot {theirs}: the names of buckets, tables, queues and topics are not in the code, so that its policies
have `*` in their place. The rest is of actions that act on no resource.

{table(heads, [line for app in apps for line in rows(app)])}
"""


if __name__ == "__main__":
    PAGE.write_text(page(compared()))
    print(f"wrote {PAGE.relative_to(REPOSITORY)}")
