"""examples/inference, environment dev: a cluster, pods with roles of their own, nodes with GPUs."""

from typing import Any

from lifecycle import Lifecycle
from manifests import build, pod
from readback import admitted, allowed, groups_by_name
from stacks import EXAMPLES, Stack


def role_of(stack: Stack, account: str) -> str:
    """The role that pods of a service account take, by EKS's own answer."""
    eks = stack.client("eks")
    (cluster,) = eks.list_clusters()["clusters"]
    listed = eks.list_pod_identity_associations(clusterName=cluster)["associations"]
    (found,) = (one for one in listed if one["serviceAccount"] == account)
    described = eks.describe_pod_identity_association(
        clusterName=cluster, associationId=found["associationId"]
    )["association"]
    assert described["namespace"] == "inference-dev"
    return described["roleArn"].rsplit("/", 1)[-1]


def applied(stack: Stack) -> list[dict[str, Any]]:
    """What `kubectl apply --kustomize` was given."""
    return build(stack.folder / "kubernetes")


class TestInference(Lifecycle):
    app = EXAMPLES / "inference"
    environment = "dev"
    databases = 1

    def test_the_cluster_is_one_of_auto_mode(self, stack: Stack) -> None:
        eks = stack.client("eks")
        (name,) = eks.list_clusters()["clusters"]
        cluster = eks.describe_cluster(name=name)["cluster"]
        assert name == "inference-dev"
        assert cluster["computeConfig"]["enabled"]
        assert cluster["accessConfig"]["authenticationMode"] == "API"
        logging = cluster["logging"]["clusterLogging"]
        kept = {kind for logs in logging if logs["enabled"] for kind in logs["types"]}
        assert kept == {"api", "audit", "authenticator", "controllerManager", "scheduler"}

    def test_the_job_reaches_exactly_its_bucket(self, stack: Stack) -> None:
        may = allowed(stack, role_of(stack, "embed"))
        buckets = [one["Name"] for one in stack.client("s3").list_buckets()["Buckets"]]
        (documents,) = (name for name in buckets if name.startswith("inference-dev-documents"))
        arn = f"arn:aws:s3:::{documents}"
        assert may == {
            "s3:ListBucket": {arn},
            "s3:GetObject": {f"{arn}/*"},
            "s3:PutObject": {f"{arn}/*"},
        }

    def test_the_scorer_may_do_nothing_of_it(self, stack: Stack) -> None:
        may = allowed(stack, role_of(stack, "scorer"))
        assert not any(action.startswith("s3:") for action in may)

    def test_the_database_admits_the_api_alone(self, stack: Stack) -> None:
        (database,) = stack.client("rds").describe_db_instances()["DBInstances"]
        (group,) = database["VpcSecurityGroups"]
        api = groups_by_name(stack)["inference-dev-api"]
        assert admitted(stack, group["VpcSecurityGroupId"]) == {api}

    def test_outputs_stand_in_the_manifests(self, stack: Stack) -> None:
        """Images by their digest, the access point of the weights, the target group of the scorer."""
        found = applied(stack)
        images = {one["image"] for spec in map(pod, found) if spec for one in spec["containers"]}
        assert len(images) == 2 and all("@sha256:" in image for image in images)
        groups = stack.client("elbv2").describe_target_groups()["TargetGroups"]
        arns = {group["TargetGroupArn"] for group in groups}
        bound = {
            one["spec"]["targetGroupARN"] for one in found if one["kind"] == "TargetGroupBinding"
        }
        assert bound and bound <= arns
        points = stack.client("efs").describe_access_points()["AccessPoints"]
        (volume,) = (one for one in found if one["kind"] == "PersistentVolume")
        handle = volume["spec"]["csi"]["volumeHandle"]
        assert handle.split("::")[1] in {point["AccessPointId"] for point in points}

    def test_nodes_with_gpus_are_for_pods_with_gpus(self, stack: Stack) -> None:
        found = applied(stack)
        pools = {
            one["spec"]["template"]["metadata"]["labels"]["klo/pool"]: one["spec"]
            for one in found
            if one["kind"] == "NodePool"
        }
        assert set(pools) == {"gpu-a10g-spot", "gpu-l4"}
        for name, spec in pools.items():
            node = spec["template"]["spec"]
            (taint,) = node["taints"]
            assert (taint["key"], taint["effect"]) == ("nvidia.com/gpu", "NoSchedule")
            needs = {need["key"]: need["values"] for need in node["requirements"]}
            capacity = needs["karpenter.sh/capacity-type"]
            assert ("spot" in capacity) == name.endswith("spot")
            family = {"gpu-l4": "g6.", "gpu-a10g-spot": "g5."}[name]
            instances = needs["node.kubernetes.io/instance-type"]
            assert instances and all(one.startswith(family) for one in instances)
            assert int(spec["limits"]["nvidia.com/gpu"]) >= 1
