"""What Terraform's validate and plan let pass, checked against published data.

Instance classes and Fargate sizes come from cfn-lint's copies of AWS's lists, IAM actions
from parliament's copy of the service authorization reference, both as pinned.
"""

import json
import re
from importlib.resources import files
from typing import Any

import parliament

FARGATE = {
    256: [512, 1024, 2048],
    512: range(1024, 4096 + 1, 1024),
    1024: range(2048, 8192 + 1, 1024),
    2048: range(4096, 16384 + 1, 1024),
    4096: range(8192, 30720 + 1, 1024),
    8192: range(16384, 61440 + 1, 4096),
    16384: range(32768, 122880 + 1, 8192),
}
# Fields of an EventBridge cron expression: lowest, highest.
CRON = [(0, 59), (0, 23), (1, 31), (1, 12), (1, 7), (1970, 2199)]
RATE = re.compile(r"rate\((1 (minute|hour|day)|(?!1 )[1-9]\d* (minutes|hours|days))\)")


def mistakes(resources: list[dict[str, Any]]) -> list[str]:
    """What is wrong with the resources of a state, one line each."""
    found = []
    for resource in resources:
        check = CHECKS.get(resource["type"])
        if check:
            found += [f"{resource['address']}: {text}" for text in check(resource["values"])]
        found += [f"{resource['address']}: {text}" for text in policies(resource["values"])]
    return found


def listed(kind: str, value: str, lists: str) -> list[str]:
    extensions = files("cfnlint.data.schemas.extensions").joinpath(lists)
    known: set[str] = set()
    for path in extensions.iterdir():
        if path.name.endswith(".json"):
            known |= strings(json.loads(path.read_text()))
    return [] if value in known else [f"there is no {kind} {value}"]


def strings(data: Any) -> set[str]:
    if isinstance(data, str):
        return {data}
    items = data.values() if isinstance(data, dict) else data if isinstance(data, list) else []
    return set().union(*(strings(item) for item in items))


def database(values: dict[str, Any]) -> list[str]:
    return listed("instance class", values["instance_class"], "aws_rds_dbinstance")


def cache(values: dict[str, Any]) -> list[str]:
    return listed("node type", values["node_type"], "aws_elasticache_cachecluster")


def fargate(cpu: int, memory: int) -> list[str]:
    if memory in FARGATE.get(cpu, ()):
        return []
    return [f"Fargate has no size of {cpu} CPU units with {memory} MiB"]


def task(values: dict[str, Any]) -> list[str]:
    return fargate(int(values["cpu"]), int(values["memory"]))


def batch_job(values: dict[str, Any]) -> list[str]:
    properties = json.loads(values["container_properties"])
    sizes = {need["type"]: need["value"] for need in properties["resourceRequirements"]}
    return fargate(int(float(sizes["VCPU"]) * 1024), int(sizes["MEMORY"]))


def function(values: dict[str, Any]) -> list[str]:
    wrong = []
    if not 128 <= values["memory_size"] <= 10240:
        wrong.append(f"Lambda has no memory of {values['memory_size']} MB")
    if not 1 <= values["timeout"] <= 900:
        wrong.append(f"Lambda has no timeout of {values['timeout']} s")
    return wrong


def schedule(values: dict[str, Any]) -> list[str]:
    return cron(values["schedule_expression"])


def cron(expression: str) -> list[str]:
    if RATE.fullmatch(expression):
        return []
    inner = re.fullmatch(r"cron\((.+)\)", expression)
    fields = inner[1].split(" ") if inner else []
    if len(fields) != len(CRON):
        return [f"{expression} is neither a rate nor a cron expression of six fields"]
    wrong = [
        f"{expression}: {field} is not between {low} and {high}"
        for field, (low, high) in zip(fields, CRON, strict=True)
        if not all(low <= int(number) <= high for number in re.findall(r"(?<!/)\b\d+", field))
    ]
    if (fields[2] == "?") == (fields[4] == "?"):
        wrong.append(f"{expression}: exactly one of the two day fields has to be ?")
    return wrong


def policies(values: dict[str, Any]) -> list[str]:
    """Unknown actions, actions with a star, and actions that their resource does not take."""
    wrong = []
    for key in ("policy", "assume_role_policy"):
        text = values.get(key)
        if not isinstance(text, str) or '"Statement"' not in text:
            continue
        wrong += [f"unknown action {action}" for action in unknown_actions(text)]
        if key == "policy" and "role" in values:
            wrong += role_policy(text)
    return wrong


def statements(text: str) -> list[dict[str, Any]]:
    found = json.loads(text)["Statement"]
    return found if isinstance(found, list) else [found]


def as_list(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value or [])


def unknown_actions(text: str) -> list[str]:
    unknown = []
    for action in (a for s in statements(text) for a in as_list(s.get("Action"))):
        if action == "*":
            continue
        try:
            parliament.expand_action(action)
        except parliament.UnknownActionException:
            unknown.append(action)
        except parliament.UnknownPrefixException:
            unknown.append(action)
    return unknown


# Where parliament finds that a resource does not fit, and AWS takes it.
FITS = {
    "ec2:AssignPrivateIpAddresses": "it is not seen that `*/*` holds network interfaces",
    "ec2:CreateNetworkInterface": "as ec2:AssignPrivateIpAddresses",
    "ec2:DeleteNetworkInterface": "as ec2:AssignPrivateIpAddresses",
    "ec2:UnassignPrivateIpAddresses": "as ec2:AssignPrivateIpAddresses",
    "dynamodb:ListStreams": "the tutorial for streams in DynamoDB's guide names the stream, too",
}


def role_policy(text: str) -> list[str]:
    """A role's own policy: no star in an action; what else parliament finds wrong with it."""
    wrong = [
        f"action {action} is not one action"
        for statement in statements(text)
        if statement["Effect"] == "Allow"
        for action in as_list(statement.get("Action"))
        if "*" in action
    ]
    # A stream's label is a time, whose colons parliament takes for those of the ARN.
    analyzed = parliament.analyze_policy_string(re.sub(r'(/stream/)[^"]+', r"\1label", text))
    for found in analyzed.findings:
        details = found.detail
        if found.issue == "RESOURCE_MISMATCH":
            details = [detail for detail in details if detail["action"] not in FITS]
        if details:
            wrong.append(f"{found.issue}: {details}")
    return wrong


CHECKS = {
    "aws_db_instance": database,
    "aws_elasticache_replication_group": cache,
    "aws_ecs_task_definition": task,
    "aws_batch_job_definition": batch_job,
    "aws_lambda_function": function,
    "aws_scheduler_schedule": schedule,
    "aws_backup_plan": lambda values: [w for r in values["rule"] for w in cron(r["schedule"])],
}
