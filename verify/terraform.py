"""One Terraform root that klo wrote, pointed at an emulator (or at nothing)."""

import json
import os
import re
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


# Arguments that keep a resource from being destroyed, and what they are without.
PROTECTIONS = {
    "aws_db_instance": {"deletion_protection": "false", "skip_final_snapshot": "true"},
    "aws_dynamodb_table": {"deletion_protection_enabled": "false"},
    "aws_ecr_repository": {"force_delete": "true"},
    "aws_lb": {"enable_deletion_protection": "false"},
    "aws_rds_cluster": {"deletion_protection": "false", "skip_final_snapshot": "true"},
    "aws_s3_bucket": {"force_destroy": "true"},
}


def environment(endpoint: str | None) -> dict[str, str]:
    """What terraform and the AWS CLI are told so that nothing of this machine is used."""
    mirror = provider_mirror()
    asked = "-input=false -no-color"
    settings = {
        "TF_CLI_CONFIG_FILE": os.devnull,
        "TF_IN_AUTOMATION": "1",
        "CHECKPOINT_DISABLE": "1",
        "TF_CLI_ARGS_init": f"{asked} -plugin-dir={mirror}" if mirror else asked,
        "TF_CLI_ARGS_plan": f"{asked} -parallelism=30",
        "TF_CLI_ARGS_apply": f"{asked} -parallelism=30 -auto-approve",
        "TF_CLI_ARGS_destroy": f"{asked} -parallelism=30 -auto-approve",
        "TF_CLI_ARGS_validate": "-no-color",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_PAGER": "",
    }
    if endpoint:
        settings["AWS_ENDPOINT_URL"] = endpoint
    return settings


class Root:
    """An emitted root in which terraform runs; without an endpoint it can only plan."""

    def __init__(self, folder: Path, endpoint: str | None = None) -> None:
        self.folder = folder
        self.endpoint = endpoint
        self.log: list[str] = []
        (folder / "testing_override.tf").write_text(self.override())

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

    def unprotect(self) -> None:
        """What a person has to take away before production can be destroyed."""
        written = "\n".join(path.read_text() for path in sorted(self.folder.glob("*.tf")))
        blocks = re.findall(r'^resource "(\w+)" "(\w+)" \{\n(.*?)^\}', written, re.M | re.S)
        lifted = []
        for kind, name, body in blocks:
            lines = [f"  {key} = {off}\n" for key, off in PROTECTIONS.get(kind, {}).items()]
            if re.search(r"^ +prevent_destroy += true$", body, re.M):
                lines.append("  lifecycle {\n    prevent_destroy = false\n  }\n")
            if lines:
                lifted.append(f'resource "{kind}" "{name}" {{\n{"".join(lines)}}}\n')
        (self.folder / "unprotected_override.tf").write_text("\n".join(lifted))

    def terraform(self, *arguments: str, ok: tuple[int, ...] = (0,), **extra: str) -> Any:
        done = run(
            program("terraform"),
            *arguments,
            cwd=self.folder,
            env={**environment(self.endpoint), **extra},
            ok=ok,
        )
        self.log += [done.stdout, done.stderr]
        return done

    def init(self) -> None:
        self.terraform("init")

    def validate(self) -> None:
        self.terraform("validate")

    def apply(self, *arguments: str, ok: tuple[int, ...] = (0,), **extra: str) -> Any:
        return self.terraform("apply", *arguments, ok=ok, **extra)

    def destroy(self, *arguments: str) -> Any:
        return self.terraform("destroy", *arguments)

    def plan(self, *arguments: str) -> dict[str, Any]:
        """A plan as data; the file it came from stays in the folder as `tfplan`."""
        self.terraform("plan", "-out=tfplan", *arguments)
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
