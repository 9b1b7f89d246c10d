"""Gaps in EC2's networking."""

from typing import Any

from moto.ec2.models.security_groups import SecurityGroupBackend, SecurityGroupRule

from emulator.patching import after

# Which argument of a rule names its prefix list.
PREFIX_LIST = 7


def rules_keep_their_description() -> None:
    """moto finds a rule's description only where its peer is an address range."""

    def peer(self: SecurityGroupRule, _: None, *by_place: Any, **by_name: Any) -> None:
        prefix_list = by_name.get("prefix_list_id") or next(iter(by_place[PREFIX_LIST:]), None)
        self.peers = [peer for peer in (self.ip_range, self.source_group, prefix_list) if peer]

    def description(self: SecurityGroupRule) -> str | None:
        found = (peer.get("Description") for peer in self.peers)
        return next((text for text in found if text), None)

    after(SecurityGroupRule, "__init__", peer)
    SecurityGroupRule.description = property(description)


def rules_change_the_group_that_they_refer_to() -> None:
    """moto answers ModifySecurityGroupRules and leaves a referenced group as it was."""

    def refer(
        self: SecurityGroupBackend, _: None, group_id: str, rules: dict[str, dict[str, Any]]
    ) -> None:
        group = self.get_security_group_by_name_or_id(group_id)
        for rule_id, asked in rules.items():
            if other := asked.get("ReferencedGroupId"):
                group.get_rule(rule_id).source_group["GroupId"] = other

    after(SecurityGroupBackend, "modify_security_group_rules", refer)


def fill() -> None:
    rules_keep_their_description()
    rules_change_the_group_that_they_refer_to()
