"""The table from SDK methods to IAM actions, against AWS's own lists.

Methods are checked against botocore's and boto3's models, actions and the resources that they act
on against parliament's copy of the service authorization reference.
"""

import json
from contextlib import suppress
from typing import Any

import boto3
import botocore.session
import parliament
import pytest
from botocore import xform_name
from botocore.exceptions import UnknownServiceError
from tools import REPOSITORY

TABLE = json.loads((REPOSITORY / "targets/aws/data/actions.json").read_text())
# What the reference calls the resource that a shape stands for.
SHAPES = {
    "object": {"object"},
    "index": {"index"},
    "stream": {"stream"},
    "backup": {"backup"},
    "export": {"export"},
    "import": {"import"},
    "qualifier": {"function", "function alias", "function version"},
    "arn": {
        "bucket",
        "table",
        "queue",
        "topic",
        "Secret",
        "parameter",
        "function",
        "file-system",
        "job-definition",
        "job-queue",
    },
}
# boto3 adds these to clients and resources by hand, so no model lists them.
BY_HAND = {
    "batch_writer",
    "copy",
    "download_file",
    "download_fileobj",
    "generate_presigned_post",
    "object_versions",
    "objects",
    "upload_file",
    "upload_fileobj",
}


def reference(action: str) -> dict[str, Any]:
    prefix, name = action.split(":")
    service = next(entry for entry in parliament.iam_definition if entry["prefix"] == prefix)
    return next(entry for entry in service["privileges"] if entry["privilege"] == name)


def grants() -> list[tuple[str, str, str]]:
    """Who asks, shape and action of every entry."""
    asked = [
        (f"{service}.{method}", entry["allow"])
        for service, methods in TABLE["methods"].items()
        for method, entry in methods.items()
    ] + [
        (f"{kind} {access}", allow)
        for kind, accesses in TABLE["stated"].items()
        for access, allow in accesses.items()
    ]
    return [
        (who, shape, action)
        for who, allow in asked
        for shape, actions in allow.items()
        for action in actions
    ]


def test_every_action_exists_and_acts_on_what_the_table_says() -> None:
    wrong = []
    for who, shape, action in grants():
        try:
            found = reference(action)
        except StopIteration:
            wrong.append(f"{who}: there is no action {action}")
            continue
        types = {entry["resource_type"].rstrip("*") for entry in found["resource_types"]} - {""}
        if shape == "any":
            wrong += [f"{who}: {action} knows {types}"] if types & SHAPES["arn"] else []
        elif not types & SHAPES[shape]:
            wrong.append(f"{who}: {action} does not act on {shape}, only on {types or 'all'}")
    assert wrong == []


@pytest.mark.parametrize("service", sorted(TABLE["methods"]))
def test_every_method_is_one_of_the_sdk(service: str) -> None:
    session = botocore.session.get_session()
    model = session.get_service_model(service)
    known = {xform_name(name) for name in model.operation_names} | BY_HAND
    with suppress(UnknownServiceError):
        known |= {xform_name(name) for name in session.get_waiter_model(service).waiter_names}
    if service in boto3.Session().get_available_resources():
        known |= resource_methods(service)
    assert set(TABLE["methods"][service]) - known == set()


def resource_methods(service: str) -> set[str]:
    """Methods of a service's resources, of all its objects."""
    model = boto3.Session()._loader.load_service_model(service, "resources-1")
    names = set()
    for resource in [model["service"], *model["resources"].values()]:
        names |= {xform_name(name) for name in resource.get("actions", {})}
        names |= {xform_name(name) for name in resource.get("hasMany", {})}
        names |= {f"wait_until_{xform_name(name)}" for name in resource.get("waiters", {})}
        if "load" in resource:
            names |= {"load", "reload"}
    return names


def test_reading_never_grants_writing() -> None:
    """The reference's access levels and the table's accesses agree."""
    wrong = []
    for service, methods in TABLE["methods"].items():
        for method, entry in methods.items():
            levels = {
                reference(action)["access_level"]
                for actions in entry["allow"].values()
                for action in actions
            }
            if entry["access"] == "read" and not levels <= {"Read", "List"}:
                wrong.append(f"{service}.{method}: {levels}")
    assert wrong == []
