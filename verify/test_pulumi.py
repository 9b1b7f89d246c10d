"""Pulumi programs before the compiler of their language, its formatter and Pulumi's own mocks; and the
table of what Pulumi calls things before the package that it was made from."""

import json
import os
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import programs
import pytest
from formats import package
from stacks import EXAMPLES
from tools import REPOSITORY, SCRATCH, klo, program, run

MOCKS = Path(__file__).resolve().parent / "pulumi_mocks.js"


def modules() -> Path:
    return package("@pulumi/aws/package.json").parents[2]


@pytest.fixture(scope="module")
def written() -> Path:
    """Every example's programs, in a folder that finds their packages."""
    out = SCRATCH / f"pulumi-{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    (out / "node_modules").symlink_to(modules())
    for app in sorted(EXAMPLES.iterdir()):
        command = (klo(), "compile", str(app), "--emit", "pulumi", "--quiet")
        run(*command, "--out", str(out / app.name), cwd=REPOSITORY)
    return out


def folders(written: Path) -> list[Path]:
    """The folder of each program."""
    return sorted(path.parent for path in written.glob("*/*/*/Pulumi.yaml"))


@pytest.fixture(scope="module")
def built(written: Path) -> Path:
    """All programs as JavaScript: one run of the compiler under the options that each of them has."""
    options = {json.dumps(json.loads((f / "tsconfig.json").read_text())) for f in folders(written)}
    assert len(options) == 1
    config = json.loads(options.pop())
    config["compilerOptions"] |= {"noEmit": False, "outDir": "built", "rootDir": "."}
    config["compilerOptions"] |= {"noUnusedLocals": True}
    config["files"] = [str(folder / "index.ts") for folder in folders(written)]
    (written / "tsconfig.json").write_text(json.dumps(config))
    tsc = modules() / ".bin" / "tsc"
    run(str(tsc), "--project", str(written), cwd=written)
    return written / "built"


def test_each_example_has_programs(written: Path) -> None:
    environments = {folder.parent for folder in folders(written)}
    assert len(environments) == sum(len(list(app.glob("*/plan.json"))) for app in written.iterdir())
    assert len(folders(written)) > len(environments)


def test_programs_have_no_type_errors(built: Path) -> None:
    assert any(built.rglob("index.js"))


def test_a_program_is_checked_by_its_own_options(written: Path) -> None:
    tsc = modules() / ".bin" / "tsc"
    run(str(tsc), "--project", str(written / "minimal" / "dev" / "pulumi"), cwd=written)
    broken = written / "minimal" / "dev" / "pulumi" / "cluster.ts"
    text = broken.read_text()
    assert "new aws.ecs.Cluster" in text
    try:
        broken.write_text(text.replace("name:", "nam:", 1))
        done = subprocess.run(
            [str(tsc), "--project", str(broken.parent)], capture_output=True, text=True
        )
        assert done.returncode != 0 and "nam" in done.stdout
    finally:
        broken.write_text(text)


def test_programs_are_as_prettier_leaves_them(written: Path) -> None:
    prettier = modules() / "prettier" / "bin" / "prettier.cjs"
    files = [str(path) for path in sorted(written.glob("*/*/*/*.ts"))]
    files += [str(path) for path in sorted(written.glob("*/*/*/*.json")) if "plan" not in path.name]
    files += [str(path) for path in sorted(written.glob("*/*/*/Pulumi*.yaml"))]
    run(program("node"), str(prettier), "--no-config", "--check", *files, cwd=written)


def ran(written: Path, built: Path, folder: Path) -> dict[str, Any]:
    """What a program registers."""
    environment = folder.parent
    plan = json.loads((environment / "plan.json").read_text())
    project = next(
        line.removeprefix("name: ").strip('"')
        for line in (folder / "Pulumi.yaml").read_text().splitlines()
        if line.startswith("name: ")
    )
    given = {"config": {}, "outputs": {}}
    if (folder / "config.ts").exists():
        given = programs.configuration(environment, plan, project, folder.name)
    script = built / folder.relative_to(written) / "index.js"
    arguments = (str(script), project, environment.name, json.dumps(given), str(modules()))
    done = run(program("node"), str(MOCKS), *arguments, cwd=written)
    return json.loads(done.stdout)


def test_programs_register_what_is_planned_and_nothing_else(written: Path, built: Path) -> None:
    def judged(folder: Path) -> list[str]:
        plan = json.loads((folder.parent / "plan.json").read_text())
        comparison = programs.Comparison(plan, ran(written, built, folder), folder.name)
        assert comparison.resources
        shown = folder.relative_to(written)
        return [f"{shown}: {mistake}" for mistake in comparison.mistakes()]

    with ThreadPoolExecutor(2) as pool:
        found = [line for lines in pool.map(judged, folders(written)) for line in lines]
    assert found == []


def test_what_is_left_out_or_added_is_found(written: Path, built: Path) -> None:
    folder = written / "minimal" / "dev" / "pulumi"
    plan = json.loads((folder.parent / "plan.json").read_text())
    result = ran(written, built, folder)
    resource = next(one for one in result["resources"] if one["type"] == "aws:ec2/vpc:Vpc")
    taken = resource["inputs"].pop("cidrBlock")
    assert programs.Comparison(plan, result, "pulumi").mistakes() != []
    resource["inputs"]["cidrBlock"] = "10.9.9.0/24"
    assert programs.Comparison(plan, result, "pulumi").mistakes() != []
    resource["inputs"]["cidrBlock"] = taken
    assert programs.Comparison(plan, result, "pulumi").mistakes() == []
    resource["options"]["protect"] = True
    assert programs.Comparison(plan, result, "pulumi").mistakes() != []
    result["resources"].remove(resource)
    assert programs.Comparison(plan, result, "pulumi").mistakes() != []


def test_default_tags_and_accounts_are_the_providers(written: Path, built: Path) -> None:
    result = ran(written, built, written / "shop" / "prod" / "pulumi")
    provider = next(
        one["inputs"] for one in result["resources"] if one["type"] == "pulumi:providers:aws"
    )
    assert provider["region"] == "eu-west-1"
    assert json.loads(provider["allowedAccountIds"]) == ["123456789012"]
    tags = json.loads(provider["defaultTags"])["tags"]
    assert tags["app"] == "shop" and tags["cost-center"] == "4410"


def test_the_table_of_names_is_what_the_package_declares() -> None:
    xtask = Path(klo()).with_name("xtask")
    run(str(xtask), "pulumi-types", str(modules() / "@pulumi" / "aws"), "--check", cwd=REPOSITORY)
