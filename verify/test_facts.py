"""The checks of facts.py find what they are for: each is shown a fault, and a good one."""

import json

import pytest
from facts import cron, fargate, listed, mistakes


@pytest.mark.parametrize(
    "expression",
    ["cron(30 2 * * ? *)", "cron(0 9 ? * 2-6 *)", "cron(0/15 * 1 1,7 ? *)", "rate(5 minutes)"],
)
def test_schedules_that_aws_takes(expression: str) -> None:
    assert cron(expression) == []


@pytest.mark.parametrize(
    "expression",
    ["cron(30 2 * * *)", "cron(61 2 * * ? *)", "cron(0 0 1 * 2 *)", "rate(1 minutes)", "daily"],
)
def test_schedules_that_aws_refuses(expression: str) -> None:
    assert cron(expression)


def test_sizes() -> None:
    assert fargate(256, 512) == []
    assert fargate(256, 4096)
    assert listed("instance class", "db.t4g.small", "aws_rds_dbinstance") == []
    assert listed("instance class", "db.t9g.small", "aws_rds_dbinstance")
    assert listed("node type", "cache.t4g.small", "aws_elasticache_cachecluster") == []
    assert listed("node type", "cache.small", "aws_elasticache_cachecluster")


@pytest.mark.parametrize(
    ("action", "right"),
    [("s3:GetObject", True), ("s3:FetchObject", False), ("s3:*", False), ("nosuch:Do", False)],
)
def test_actions(action: str, right: bool) -> None:
    statement = {"Effect": "Allow", "Action": action, "Resource": "arn:aws:s3:::receipts/*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    resource = {
        "address": "aws_iam_role_policy.worker",
        "type": "aws_iam_role_policy",
        "values": {"role": "worker", "policy": policy},
    }
    assert (mistakes([resource]) == []) == right
