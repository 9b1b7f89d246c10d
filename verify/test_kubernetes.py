"""Manifests before kubectl, Kubernetes' own schemas and those of the custom resources."""

import copy
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus

import custom_resources
import pytest
import readme
import yaml
from manifest_judges import judged, objects, rejected
from manifests import build, kustomizations, lay, pod, scenarios, steps, tell
from readme import BIN
from stacks import TEST_APPS, apps, environments
from tools import compiled, program, run

CASES = scenarios()
every_case = pytest.mark.parametrize("name", CASES)


def test_there_are_manifests_of_every_sort() -> None:
    assert len(CASES) >= 4
    text = "".join(text for files in CASES.values() for text in files.values())
    custom = {kind for _, kind in custom_resources.STATED}
    for kind in custom | {"NodePool", "ScaledObject", "ExternalSecret", "PeerAuthentication"}:
        assert f"kind: {kind}\n" in text, kind


@every_case
def test_every_judge_accepts_what_is_written(name: str, tmp_path: Path) -> None:
    environment = lay(CASES[name], tmp_path / "prod")
    found = judged(environment, tmp_path / "custom")
    assert len(found) > 8


@every_case
def test_every_file_is_applied(name: str, tmp_path: Path) -> None:
    """Whatever is written is in what kubectl builds, once in each that needs it."""
    environment = lay(CASES[name], tmp_path / "prod")
    written = set()
    for path, text in CASES[name].items():
        if "platform/" not in path and not path.endswith("kustomization.yaml"):
            written.update(identity(one) for one in yaml.safe_load_all(text) if one)
    built = [[identity(one) for one in build(folder)] for folder in kustomizations(environment)]
    assert written == {one for folder in built for one in folder}
    for folder in built:
        assert len(folder) == len(set(folder))


def identity(document: dict[str, Any]) -> tuple[str, str]:
    return document["kind"], document["metadata"]["name"]


@every_case
def test_pods_keep_to_the_restricted_standard(name: str, tmp_path: Path) -> None:
    """Pod Security Standards, restricted, and what klo adds to it."""
    found = objects(lay(CASES[name], tmp_path / "prod"))
    pods = [spec for spec in map(pod, found) if spec]
    assert pods
    for spec in pods:
        assert spec["securityContext"]["runAsNonRoot"] is True
        assert spec["securityContext"]["seccompProfile"]["type"] == "RuntimeDefault"
        assert spec["automountServiceAccountToken"] is False
        kinds = {key for volume in spec["volumes"] for key in volume} - {"name"}
        assert kinds <= {"emptyDir", "persistentVolumeClaim"}
        for container in spec["containers"]:
            context = container["securityContext"]
            assert context["allowPrivilegeEscalation"] is False
            assert context["capabilities"] == {"drop": ["ALL"]}
            assert context["readOnlyRootFilesystem"] is True
            assert set(container["resources"]) == {"limits", "requests"}
    (namespace,) = {one["metadata"]["name"] for one in found if one["kind"] == "Namespace"}
    for one in found:
        inside = one["metadata"].get("namespace", namespace)
        assert inside in (namespace, "kube-system")


@every_case
def test_names_of_secrets_agree(name: str, tmp_path: Path) -> None:
    """Every Secret that a pod reads is made, with that key, and carries its version."""
    found = objects(lay(CASES[name], tmp_path / "prod"))
    made = {
        (one["spec"]["target"]["name"], key)
        for one in found
        if one["kind"] == "ExternalSecret"
        for key in keys(one["spec"])
    }
    read = {
        (reference["name"], reference["key"])
        for spec in map(pod, found)
        for container in (spec or {}).get("containers", [])
        for variable in container.get("env", [])
        if (reference := variable.get("valueFrom", {}).get("secretKeyRef"))
    }
    assert read == made
    for one in found:
        if one["kind"] == "ExternalSecret":
            for data in one["spec"]["data"]:
                version = data["remoteRef"].get("version", "")
                assert one["spec"]["target"]["name"].endswith(version.removeprefix("uuid/"))


def keys(secret: dict[str, Any]) -> list[str]:
    """What the Secret of an ExternalSecret has: what its template says, where there is one."""
    if template := secret["target"].get("template"):
        return list(template["data"])
    return [data["secretKey"] for data in secret["data"]]


@every_case
def test_pods_reach_the_nodes_of_their_pool_and_no_others(name: str, tmp_path: Path) -> None:
    found = objects(lay(CASES[name], tmp_path / "prod"))
    pools = {
        spec["template"]["metadata"]["labels"]["klo/pool"]: spec["template"]["spec"]
        for spec in (one["spec"] for one in found if one["kind"] == "NodePool")
    }
    used = set()
    for spec in filter(None, map(pod, found)):
        (container,) = spec["containers"]
        tolerated = {one["key"]: one.get("value") for one in spec.get("tolerations", [])}
        gpus = "nvidia.com/gpu" in container["resources"]["limits"]
        assert gpus == ("nvidia.com/gpu" in tolerated)
        pool = spec["nodeSelector"].get("klo/pool")
        assert ("klo/pool" in tolerated) == (pool in pools and not gpus)
        if pool in pools:
            used.add(pool)
            for taint in pools[pool]["taints"]:
                assert tolerated[taint["key"]] in (None, taint["value"])
            for need in pools[pool]["requirements"]:
                if need["key"] in spec["nodeSelector"]:
                    assert spec["nodeSelector"][need["key"]] in need["values"]
    assert used == set(pools)


def test_the_judges_reject() -> None:
    deployment = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "x"},
        "spec": {
            "selector": {"matchLabels": {"a": "b"}},
            "template": {"spec": {"containers": [{"name": "x", "image": "y"}]}},
        },
    }
    assert rejected([deployment]) == []
    wrong = copy.deepcopy(deployment)
    wrong["spec"]["replicaz"] = 1
    assert len(rejected([wrong])) == 4


def test_the_judges_of_custom_resources_reject(tmp_path: Path) -> None:
    scaled = {
        "apiVersion": "keda.sh/v1alpha1",
        "kind": "ScaledObject",
        "metadata": {"name": "x"},
        "spec": {
            "scaleTargetRef": {"name": "x"},
            "triggers": [{"type": "cpu", "metadata": {"value": "60"}}],
        },
    }
    assert custom_resources.mistakes([scaled], tmp_path / "right") == []
    unknown = copy.deepcopy(scaled)
    unknown["spec"]["minReplicas"] = 1
    lacking = copy.deepcopy(scaled)
    del lacking["spec"]["scaleTargetRef"]
    binding = {
        "apiVersion": "eks.amazonaws.com/v1",
        "kind": "TargetGroupBinding",
        "metadata": {"name": "x"},
        "spec": {"serviceRef": {"name": "x", "port": 80}, "targetGroupARN": "a"},
    }
    for index, wrong in enumerate([unknown, lacking, binding]):
        assert custom_resources.mistakes([wrong], tmp_path / str(index)), wrong


@every_case
def test_the_platform_is_installed_by_one_script(name: str, tmp_path: Path) -> None:
    """Run with stand-ins: it names every chart of the list in its version, and can be repeated."""
    environment = lay(CASES[name], tmp_path / "prod")
    script = environment / "kubernetes" / "platform" / "install.sh"
    bin, log = tmp_path / "bin", tmp_path / "log"
    bin.mkdir()
    for tool in ("helm", "kubectl", "aws"):
        stub = bin / tool
        # The first installation finds nothing; values and certificates have to be there.
        stub.write_text(
            f"""#!/bin/sh
echo {tool} "$@" >>{log}
case "$*" in *status*) exit "${{ABSENT:-0}}";; esac
for word; do
  file=${{word#*=}}
  case "$word" in *.yaml|*.crt|*.key) [ -s "$file" ] || exit 9;; esac
done
"""
        )
        stub.chmod(0o755)
    run("sh", "-n", str(script), cwd=environment)
    env = {"PATH": f"{bin}:{os.environ['PATH']}"}
    for absent in ("1", "0"):
        run("sh", "kubernetes/platform/install.sh", cwd=environment, env={**env, "ABSENT": absent})
    listed = re.findall(r"^\| (\S+) \| (\d\S+) \|", (script.parent / "README.md").read_text(), re.M)
    done = log.read_text()
    for chart, version in listed:
        assert re.search(rf" {re.escape(chart)} .*--version {re.escape(version)} ", done), chart


def test_the_commands_of_the_readme_run_as_they_stand(tmp_path: Path) -> None:
    """With kubectl building and stand-ins for a cluster; what only AWS can answer is left out."""
    environment = lay(CASES["auto_mode"], tmp_path / "prod")
    path = os.pathsep.join([str(BIN), str(Path(sys.executable).parent), os.environ["PATH"]])
    lines = [line for line in steps() if not line.startswith(("aws ", "terraform "))]
    assert len(lines) >= 6
    for line in lines:
        shell = ("bash", "-euo", "pipefail", "-c", line)
        printed = run(*shell, cwd=environment, env={"PATH": path}).stdout
        if "apply" in line:
            assert " applied\n" in printed


@pytest.mark.parametrize("app", apps(), ids=lambda app: app.name)
def test_apps_that_run_on_kubernetes(app: Path, tmp_path: Path) -> None:
    for environment in environments(app):
        if (environment / "kubernetes").is_dir():
            copied = tmp_path / environment.name
            subprocess.run(["cp", "-r", str(environment), str(copied)], check=True)
            tell(copied)
            judged(copied, tmp_path / f"custom-{environment.name}")


def test_any_cluster_is_reached_by_the_readme_alone(tmp_path: Path) -> None:
    """With stand-ins for a registry and a cluster; nothing of AWS is made, and no password written."""
    (environment,) = environments(TEST_APPS / "outpost")
    assert not list(environment.rglob("*.tf"))
    printed = readme.follow(environment, "", "eu-west-1")
    assert "deployment/desk applied" in printed and "job/migrate applied" in printed
    found = judged(environment, tmp_path / "custom")
    registry = readme.secret_value("REGISTRY")
    images = {one["image"] for spec in map(pod, found) if spec for one in spec["containers"]}
    assert len(images) == 4
    for image in images:
        assert re.fullmatch(rf"{registry}/outpost-prod-[a-z]+@sha256:[0-9a-f]{{64}}", image)
    (url,) = {
        one["spec"]["target"]["template"]["data"]["DATABASE_URL"]
        for one in found
        if one["kind"] == "ExternalSecret" and "template" in one["spec"]["target"]
    }
    assert filled(url, {"username": "o'neil", "password": "a b+{{@/%"}) == (
        "postgresql+psycopg://o%27neil:a%20b%2B%7B%7B%40%2F%25"
        "@postgres.data.svc.cluster.local:5432/notes?sslmode=prefer"
    )
    kinds = {one["kind"] for one in found}
    assert {"Ingress", "CronJob", "ScaledObject", "TriggerAuthentication"} <= kinds


def filled(template: str, secret: dict[str, str]) -> str:
    """What External Secrets makes of a template, for the one form of expression that klo writes."""
    form = re.compile(r'\{\{ \.(\w+) \| urlquery \| replace "\+" "%20" \}\}')
    text = form.sub(lambda found: quote_plus(secret[found[1]]).replace("+", "%20"), template)
    assert "{{" not in text
    return text
