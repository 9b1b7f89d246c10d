"""Manifests as people would apply them: written down, given what Terraform would tell, built."""

import re
from pathlib import Path
from typing import Any

import yaml
from tools import REPOSITORY, program, run

SNAPSHOTS = REPOSITORY / "targets" / "kubernetes" / "src" / "tests" / "snapshots"
PLACEHOLDER = re.compile(r"<[A-Z0-9_]+>")

# What Terraform might tell, by the end of an output's name.
MADE_UP = {
    "_IMAGE": "123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop@sha256:" + "0f" * 32,
    "_ROLE": "arn:aws:iam::123456789012:role/shop-prod",
    "_SECRET": "arn:aws:secretsmanager:eu-west-1:123456789012:secret:shop-prod-x-AbCdEf",
    "_VERSION": "6f1d3c62-9c5e-4f0b-8f11-0a1b2c3d4e5f",
    "_CIDR": "10.20.0.0/16",
    "_QUEUE_URL": "https://sqs.eu-west-1.amazonaws.com/123456789012/shop-prod-mails",
    "_TARGET_GROUP": "arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/shop/0123456789abcdef",
    "_FILE_SYSTEM": "fs-0123456789abcdef0",
    "_ACCESS_POINT": "fsap-0123456789abcdef0",
}


def scenarios() -> dict[str, dict[str, str]]:
    """The files of each snapshot of the Kubernetes target, by path."""
    found = {}
    for path in sorted(SNAPSHOTS.glob("*.snap")):
        body = path.read_text().split("\n---\n", 1)[1]
        files = re.findall(r"^==> (\S+)\n(.*?)(?=^==> |\Z)", body, re.M | re.S)
        if files:
            found[path.stem.split("__")[-1]] = dict(files)
    return found


def steps() -> list[str]:
    """The command lines that a README gives for the snapshot `auto_mode`."""
    name = "klo_kubernetes__tests__steps_stand_in_the_order_in_which_they_need_each_other.snap"
    body = SNAPSHOTS / name
    lines = body.read_text().split("\n---\n", 1)[1].splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def lay(files: dict[str, str], folder: Path) -> Path:
    """Writes the files of an environment, and what Terraform tells; answers its folder."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    tell(folder)
    return folder


def tell(environment: Path) -> None:
    """Writes the file with a value for every line that a kustomization reads."""
    names: dict[str, set[str]] = {}
    for path in environment.glob("kubernetes/**/kustomization.yaml"):
        text = path.read_text()
        for file in re.findall(r"envs:\n +- (\S+)", text):
            told = names.setdefault(Path(file).name, set())
            told.update(re.findall(r"fieldPath: data\.(\w+)", text))
    for file, told in names.items():
        lines = [f"{name}={made_up(name)}\n" for name in sorted(told)]
        (environment / "kubernetes" / file).write_text("".join(lines))


def made_up(name: str) -> str:
    """A value for an output."""
    ends = (value for end, value in MADE_UP.items() if name.endswith(end))
    return next(ends, f"made-up-{name.lower().replace('_', '-')}")


def kustomizations(environment: Path) -> list[Path]:
    """The folders that are built, in the order in which they are applied."""
    folders = [environment / "kubernetes" / "before-deploy", environment / "kubernetes"]
    return [folder for folder in folders if (folder / "kustomization.yaml").exists()]


def build(folder: Path) -> list[dict[str, Any]]:
    """The objects of a folder, by kubectl."""
    kubectl = program("kubectl")
    restrict = ("--load-restrictor", "LoadRestrictionsNone")
    options = restrict if folder.name == "before-deploy" else ()
    done = run(kubectl, "kustomize", *options, str(folder), cwd=folder)
    return [document for document in yaml.safe_load_all(done.stdout) if document]


def pod(document: dict[str, Any]) -> dict[str, Any] | None:
    """The pod of whatever makes pods."""
    spec = document.get("spec") or {}
    match document["kind"]:
        case "Deployment" | "Job":
            return spec["template"]["spec"]
        case "CronJob":
            return spec["jobTemplate"]["spec"]["template"]["spec"]
    return None
