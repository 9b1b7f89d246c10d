"""Every app's written files, by judges that need no server: terraform, hadolint, plain reading."""

import json
import re
import shutil
from pathlib import Path

import pytest
from openapi_spec_validator import validate
from stacks import apps, environments, roots
from terraform import Root
from tools import REPOSITORY, compiled, klo, program, run

CREDENTIAL = re.compile(
    r"""AKIA[0-9A-Z]{16}                           # an access key
    |   [a-z0-9+]+://[^\s:/@"$]+:[^\s/@"${]+@       # a URL with a password in it
    |   password["']?\s*[:=]\s*["'][^"'$]{4,}["']   # a literal password
    """,
    re.X | re.I,
)


def names(folders: list[Path]) -> list[str]:
    return [folder.name for folder in folders]


every_app = pytest.mark.parametrize("app", apps(), ids=names(apps()))


@every_app
def test_terraform_accepts_the_roots(app: Path) -> None:
    terraform = program("terraform")
    for environment in environments(app):
        for written in roots(environment):
            run(terraform, "fmt", "-check", "-diff", "-recursive", cwd=written)
            root = Root(copied(written))
            root.init()
            root.validate()


@every_app
def test_bootstrap_plans_without_a_server(app: Path) -> None:
    program("terraform")
    for environment in environments(app):
        if (environment / "bootstrap") in roots(environment):
            root = Root(copied(environment / "bootstrap"))
            root.init()
            assert root.changes(), f"{environment} has an empty bootstrap root"


@every_app
def test_dockerfiles_have_no_hadolint_warning(app: Path) -> None:
    hadolint = program("hadolint")
    for environment in environments(app):
        files = sorted(environment.glob("containers/*/Dockerfile"))
        for dockerfile in files:
            run(hadolint, "--no-color", str(dockerfile), cwd=environment)


@every_app
def test_routes_are_described(app: Path) -> None:
    """Every route of the graph is in the unit's OpenAPI description, which its image carries too."""
    for environment in environments(app):
        bake = (environment / "containers" / "docker-bake.hcl").read_text()
        for unit in json.loads((environment / "graph.json").read_text())["intents"]:
            routes = unit["attributes"].get("routes") or []
            target = unit["id"].replace(".", "-", 1)
            file = environment / "containers" / target / "openapi.json"
            assert file.exists() == bool(routes), target
            if not routes:
                continue
            description = json.loads(file.read_text())
            validate(description)
            (block,) = re.findall(rf'^target "{target}" \{{\n(.*?)^\}}', bake, re.M | re.S)
            (label,) = re.findall(r'"klo\.openapi" = (".*")$', block, re.M)
            literal = label.replace("$${", "${").replace("%%{", "%{")
            assert json.loads(json.loads(literal)) == description
            described = {
                (method.upper(), nameless(path))
                for path, operations in description["paths"].items()
                for method in operations
            }
            for route in routes:
                method = "GET" if route["method"] in ("ANY", "WEBSOCKET") else route["method"]
                assert (method, nameless(route["path"])) in described


def nameless(path: str) -> str:
    return re.sub(r"\{[^}]*\}", "{}", path)


@every_app
def test_no_credential_is_written(app: Path) -> None:
    out = compiled(app)
    for name in json.loads((out / ".klo.json").read_text())["files"]:
        found = CREDENTIAL.search((out / name).read_text())
        assert not found, f"{name} holds what looks like a credential: {found and found[0]}"


@every_app
def test_compiling_again_changes_nothing(app: Path) -> None:
    out = compiled(app)
    run(klo(), "compile", str(app), "--out", str(out), "--check", cwd=REPOSITORY)


def copied(root: Path) -> Path:
    """A copy that a test may write into: the written root stays as it is."""
    copy = root.parent / f".judged-{root.name}"
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(root, copy, ignore=shutil.ignore_patterns(".terraform*", "terraform.tfstate*"))
    return copy
