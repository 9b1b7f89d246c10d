"""Gaps in EC2's networking."""

from typing import Any

from moto.ec2.models.security_groups import SecurityGroupRule

from emulator.patching import after


def rules_keep_their_description() -> None:
    """moto finds a rule's description only where its peer is an address range."""

    def peer(self: SecurityGroupRule, _: None, *__: Any, **given: Any) -> None:
        self.peers = [
            peer for peer in (self.ip_range, self.source_group, given.get("prefix_list_id")) if peer
        ]

    def description(self: SecurityGroupRule) -> str | None:
        found = (peer.get("Description") for peer in self.peers)
        return next((text for text in found if text), None)

    after(SecurityGroupRule, "__init__", peer)
    SecurityGroupRule.description = property(description)


def fill() -> None:
    rules_keep_their_description()
