"""One Terraform root that klo wrote, copied away and pointed at an emulator (or at nothing)."""

import json
import os
import re
import shutil
from pathlib import Path
from typing import Any

from tools import program, provider_mirror, run

# Settings that a test needs and no user has: they go into an override file, the
# written files stay as they are.
TESTING = """  access_key                  = "test"
  secret_key                  = "test"
  s3_use_path_style           = true
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  max_retries                 = 2
"""
OFFLINE = "  skip_requesting_account_id  = true\n  allowed_account_ids         = null\n"
PARALLEL = "-parallelism=30"


class Root:
    """A copy of an emitted root in which terraform runs."""

    def __init__(self, emitted: Path, into: Path, endpoint: str | None) -> None:
        self.folder = into
        shutil.copytree(emitted, into, ignore=shutil.ignore_patterns(".terraform*"))
        self.endpoint = endpoint
        self.log: list[str] = []
        (into / "testing_override.tf").write_text(self.override())

    def override(self) -> str:
        written = "\n".join(path.read_text() for path in sorted(self.folder.glob("*.tf")))
        settings = TESTING + ("" if self.endpoint else OFFLINE)
        blocks = []
        for body in re.findall(r'^provider "aws" \{\n(.*?)^\}', written, re.M | re.S):
            alias = re.search(r"^  alias\s+=.*\n", body, re.M)
            blocks.append(f'provider "aws" {{\n{alias[0] if alias else ""}{settings}}}\n')
        if re.search(r'^  backend "', written, re.M):
            blocks.append('terraform {\n  backend "local" {}\n}\n')
        return "\n".join(blocks)

    def environment(self) -> dict[str, str]:
        settings = {
            "TF_CLI_CONFIG_FILE": os.devnull,
            "TF_IN_AUTOMATION": "1",
            "CHECKPOINT_DISABLE": "1",
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        }
        if self.endpoint:
            settings["AWS_ENDPOINT_URL"] = self.endpoint
        return settings

    def terraform(self, *arguments: str, ok: tuple[int, ...] = (0,), **extra: str) -> Any:
        done = run(
            program("terraform"),
            *arguments,
            cwd=self.folder,
            env={**self.environment(), **extra},
            ok=ok,
        )
        self.log += [done.stdout, done.stderr]
        return done

    def init(self) -> None:
        mirror = provider_mirror()
        source = [f"-plugin-dir={mirror}"] if mirror else []
        self.terraform("init", "-input=false", "-no-color", *source)

    def validate(self) -> None:
        self.terraform("validate", "-no-color")

    def apply(self, *arguments: str, ok: tuple[int, ...] = (0,), **extra: str) -> Any:
        return self.terraform(
            "apply",
            "-auto-approve",
            "-input=false",
            "-no-color",
            PARALLEL,
            *arguments,
            ok=ok,
            **extra,
        )

    def destroy(self, *arguments: str) -> Any:
        return self.terraform(
            "destroy", "-auto-approve", "-input=false", "-no-color", PARALLEL, *arguments
        )

    def plan(self, *arguments: str) -> dict[str, Any]:
        """A plan as data; the file it came from stays in the folder as `tfplan`."""
        self.terraform("plan", "-input=false", "-no-color", "-out=tfplan", PARALLEL, *arguments)
        return json.loads(self.terraform("show", "-json", "tfplan").stdout)

    def changes(self, *arguments: str) -> dict[str, list[str]]:
        """What a plan would do: address to actions, for what it would touch."""
        plan = self.plan(*arguments)
        return {
            change["address"]: change["change"]["actions"]
            for change in plan.get("resource_changes", [])
            if change["change"]["actions"] not in (["no-op"], ["read"])
        }

    def state(self) -> dict[str, Any]:
        return json.loads(self.terraform("show", "-json").stdout)

    def resources(self) -> list[dict[str, Any]]:
        """The managed resources of the state, each with address, type and values."""
        module = self.state().get("values", {}).get("root_module", {})
        return [found for found in module.get("resources", []) if found["mode"] == "managed"]

    def written_by_terraform(self) -> str:
        """State, plans and everything printed: where no credential may be."""
        kept = [path.read_text() for path in self.folder.glob("terraform.tfstate*")]
        if (self.folder / "tfplan").exists():
            kept.append(self.terraform("show", "-json", "tfplan").stdout)
        return "\n".join(kept + self.log)
