"""examples/minimal: one annotation, no klo.yaml, brought up by its README and destroyed."""

from collections.abc import Iterator

import judged
import pytest
from stacks import EXAMPLES, Stack, brought_up


@pytest.fixture(scope="module")
def minimal() -> Iterator[Stack]:
    with brought_up(EXAMPLES / "minimal", "dev") as stack:
        yield stack


def test_the_second_plan_is_empty(minimal: Stack) -> None:
    judged.settled(minimal)


def test_what_no_plan_checks(minimal: Stack) -> None:
    judged.is_sound(minimal)


def test_one_service_runs_and_nothing_reaches_it(minimal: Stack) -> None:
    ecs = minimal.client("ecs")
    (cluster,) = ecs.list_clusters()["clusterArns"]
    (service,) = ecs.list_services(cluster=cluster)["serviceArns"]
    (found,) = ecs.describe_services(cluster=cluster, services=[service])["services"]
    assert found["loadBalancers"] == []
    assert found["networkConfiguration"]["awsvpcConfiguration"]["assignPublicIp"] == "DISABLED"


def test_destroying_leaves_nothing(minimal: Stack) -> None:
    minimal.destroy()
    for root in minimal.roots():
        assert root.resources() == []
