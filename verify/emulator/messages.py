"""Gaps in SQS."""

import json
from typing import Any

import moto.sqs.models as sqs


def redrive_policies_come_back_as_written() -> None:
    """moto answers the redrive policy with spaces, which the provider waits to see go away."""

    def compact(self: sqs.Queue, attributes: dict[str, Any]) -> dict[str, Any]:
        if self.redrive_policy:
            policy = json.dumps(self.redrive_policy, separators=(",", ":"))
            attributes["RedrivePolicy"] = policy
        return attributes

    original = sqs.Queue.attributes.fget
    sqs.Queue.attributes = property(lambda self: compact(self, original(self)))


def redrive_allow_policies_are_known() -> None:
    """moto takes a RedriveAllowPolicy and never answers it; an empty one is none."""
    sqs.Queue.BASE_ATTRIBUTES = [*sqs.Queue.BASE_ATTRIBUTES, "RedriveAllowPolicy"]
    sqs.Queue.redrive_allow_policy = None
    original = sqs.Queue.attributes.fget

    def without_empty(self: sqs.Queue) -> dict[str, Any]:
        attributes = original(self)
        if not attributes["RedriveAllowPolicy"]:
            del attributes["RedriveAllowPolicy"]
        return attributes

    sqs.Queue.attributes = property(without_empty)


def setting_one_attribute_keeps_the_policy() -> None:
    """moto clears a queue's policy whenever any other attribute is set."""
    original = sqs.Queue._set_attributes

    def keep(self: sqs.Queue, attributes: dict[str, Any], now: float | None = None) -> None:
        policy = getattr(self, "policy", None)
        original(self, attributes, now)
        if "Policy" not in attributes:
            self.policy = policy

    sqs.Queue._set_attributes = keep


def fill() -> None:
    redrive_policies_come_back_as_written()
    redrive_allow_policies_are_known()
    setting_one_attribute_keeps_the_policy()
