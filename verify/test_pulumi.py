"""Pulumi programs before the compiler of their language, its formatter and Pulumi's own mocks; and the
table of what Pulumi calls things before the package that it was made from."""

import json
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import programs
import pytest
from mocked import Written, modules
from stacks import apps
from tools import REPOSITORY, klo, program, run

TOGETHER = Path(__file__).resolve().parent / "together"
# Applications in the styles that people write, for the front ends: nobody had Pulumi in mind.
FIXTURES = REPOSITORY / "compiler" / "parse" / "tests" / "fixtures"
STYLES = (
    "python/celery_worker",
    "python/django_polls",
    "python/redis_clients_by_key",
    "rust/axum_sqlx_state",
    "rust/lambda_workspace",
)


@pytest.fixture(scope="module")
def written() -> Written:
    """The programs of every example, of the apps that are judged and of some that others wrote."""
    found = {app.name: app for app in apps()}
    found |= {f"together-{app.name}": app for app in sorted(TOGETHER.iterdir())}
    found |= {style.replace("/", "-"): FIXTURES / style for style in STYLES}
    return Written("pulumi", found)


@pytest.fixture(scope="module")
def built(written: Written) -> Written:
    written.build()
    return written


def test_each_app_has_programs(written: Written) -> None:
    environments = {one.parent for one in written.programs()}
    plans = {one: json.loads((one / "plan.json").read_text()) for one in written.environments()}
    made = {one for one, plan in plans.items() if plan["resources"]}
    assert environments == made
    assert len(written.programs()) > len(environments)
    # Units on a cluster that is just there need nothing of AWS.
    assert written.folder / "outpost" / "prod" in set(plans) - made


def test_programs_have_no_type_errors(built: Written) -> None:
    made = list((built.folder / "built").glob("*/*/*/index.js"))
    assert len(made) == len(built.programs())


def test_a_program_is_checked_by_its_own_options(written: Written) -> None:
    tsc = modules() / ".bin" / "tsc"
    minimal = written.folder / "minimal" / "dev" / "pulumi"
    run(str(tsc), "--project", str(minimal), cwd=minimal)
    broken = minimal / "cluster.ts"
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


def test_programs_are_as_prettier_leaves_them(written: Written) -> None:
    prettier = modules() / "prettier" / "bin" / "prettier.cjs"
    files = written.files("*.ts", "*.json", "Pulumi*.yaml")
    check = (str(prettier), "--no-config", "--check")
    run(program("node"), *check, *files, cwd=written.folder)


def test_programs_register_what_is_planned_and_nothing_else(built: Written) -> None:
    with ThreadPoolExecutor(2) as pool:
        found = [line for lines in pool.map(built.mistakes, built.programs()) for line in lines]
    assert found == []


def test_what_is_left_out_or_added_is_found(built: Written) -> None:
    folder = built.folder / "minimal" / "dev" / "pulumi"
    plan = json.loads((folder.parent / "plan.json").read_text())
    result = built.registered(folder)
    resource = next(one for one in result["resources"] if one["type"] == "aws:ec2/vpc:Vpc")
    taken = resource["inputs"].pop("cidrBlock")
    assert programs.Comparison(plan, result, "pulumi").mistakes() != []
    resource["inputs"]["cidrBlock"] = "10.9.9.0/24"
    assert programs.Comparison(plan, result, "pulumi").mistakes() != []
    resource["inputs"]["cidrBlock"] = taken
    assert programs.Comparison(plan, result, "pulumi").mistakes() == []
    for option, value in {"protect": True, "aliases": ["old"], "import": "vpc-1"}.items():
        stated = resource["options"][option]
        resource["options"][option] = value
        assert programs.Comparison(plan, result, "pulumi").mistakes() != [], option
        resource["options"][option] = stated
    result["resources"].remove(resource)
    assert programs.Comparison(plan, result, "pulumi").mistakes() != []


def test_default_tags_and_accounts_are_the_providers(built: Written) -> None:
    result = built.registered(built.folder / "shop" / "prod" / "pulumi")
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
