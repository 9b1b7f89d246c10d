"""examples/minimal: one annotation, no klo.yaml, brought up by its README and destroyed."""

from lifecycle import Lifecycle
from stacks import EXAMPLES, Stack


class TestMinimal(Lifecycle):
    app = EXAMPLES / "minimal"
    environment = "dev"

    def test_one_service_runs_and_nothing_reaches_it(self, stack: Stack) -> None:
        ecs = stack.client("ecs")
        (cluster,) = ecs.list_clusters()["clusterArns"]
        (service,) = ecs.list_services(cluster=cluster)["serviceArns"]
        (found,) = ecs.describe_services(cluster=cluster, services=[service])["services"]
        assert found["loadBalancers"] == []
        assert found["networkConfiguration"]["awsvpcConfiguration"]["assignPublicIp"] == "DISABLED"
