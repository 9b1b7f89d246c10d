"""What an AWS SDK sees of a stack, in the questions that a reviewer would ask."""

import json
from typing import Any
from urllib.parse import unquote

from stacks import Stack


def admitted(stack: Stack, group: str) -> set[str]:
    """Security groups that a security group lets in; an address range is named as it is."""
    rules = stack.client("ec2").describe_security_group_rules(
        Filters=[{"Name": "group-id", "Values": [group]}]
    )["SecurityGroupRules"]
    return {
        rule.get("ReferencedGroupInfo", {}).get("GroupId") or rule.get("CidrIpv4") or "other"
        for rule in rules
        if not rule["IsEgress"]
    }


def groups_by_name(stack: Stack) -> dict[str, str]:
    found = stack.client("ec2").describe_security_groups()["SecurityGroups"]
    return {group["GroupName"]: group["GroupId"] for group in found}


def allowed(stack: Stack, role: str) -> dict[str, set[str]]:
    """What a role may do by its own policies: action to resources."""
    iam = stack.client("iam")
    found: dict[str, set[str]] = {}
    for name in iam.list_role_policies(RoleName=role)["PolicyNames"]:
        document = iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
        if isinstance(document, str):
            document = json.loads(unquote(document))
        for statement in document["Statement"]:
            assert statement["Effect"] == "Allow", statement
            for action in as_list(statement["Action"]):
                found.setdefault(action, set()).update(as_list(statement["Resource"]))
    return found


def as_list(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else value


def role_named(stack: Stack, part: str) -> str:
    roles = stack.client("iam").list_roles()["Roles"]
    (name,) = (role["RoleName"] for role in roles if part in role["RoleName"])
    return name
