"""Gaps in EKS."""

import json
from typing import Any
from uuid import uuid4

import moto.eks.urls as eks_urls
from moto.ec2.models import ec2_backends
from moto.eks.exceptions import ResourceNotFoundException
from moto.eks.responses import EKSResponse

from emulator.patching import after, body, plain, route

CLUSTER_SETTINGS = {
    "accessConfig": "access_config",
    "computeConfig": "compute_config",
    "storageConfig": "storage_config",
    "upgradePolicy": "upgrade_policy",
}


def clusters_come_back_whole() -> None:
    """moto forgets how a cluster is to be entered, what Auto Mode is to do and how it is upgraded,
    and gives it no security group."""

    def keep(self: EKSResponse, answer: Any) -> Any:
        cluster = self.eks_backend.clusters[self._get_param("name")]
        for key, attribute in CLUSTER_SETTINGS.items():
            value = plain(self._get_param(key))
            if value is not None:
                setattr(cluster, attribute, value)
        network = plain(cluster.resources_vpc_config)
        ec2 = ec2_backends[self.current_account][self.region]
        vpc = ec2.get_subnet(network["subnetIds"][0]).vpc_id
        name = f"eks-cluster-sg-{cluster.name}"
        group = ec2.create_security_group(name, "Made by EKS for its nodes.", vpc_id=vpc)
        own = {"vpcId": vpc, "clusterSecurityGroupId": group.id}
        cluster.resources_vpc_config = {**network, **own}
        return answer

    original = EKSResponse.delete_cluster

    def delete(self: EKSResponse) -> Any:
        cluster = self.eks_backend.clusters.get(self._get_param("name"))
        answer = original(self)
        if cluster:
            ec2 = ec2_backends[self.current_account][self.region]
            ec2.delete_security_group(
                group_id=cluster.resources_vpc_config["clusterSecurityGroupId"]
            )
        return answer

    after(EKSResponse, "create_cluster", keep)
    EKSResponse.delete_cluster = delete


class Things:
    """Add-ons or associations of clusters, by the last two names of their path."""

    def __init__(self, answer: str) -> None:
        self.answer = answer
        self.kept: dict[tuple[str, str], dict[str, Any]] = {}

    def shown(self, thing: dict[str, Any]) -> str:
        return json.dumps({self.answer: thing})

    def key(self, path: str) -> tuple[str, str]:
        *_, cluster, _, name = path.rstrip("/").split("/")
        return cluster, name

    def describe(self, response: EKSResponse) -> str:
        return self.shown(self.found(response, dict.get))

    def delete(self, response: EKSResponse) -> str:
        return self.shown(self.found(response, dict.pop))

    def found(self, response: EKSResponse, how: Any) -> dict[str, Any]:
        thing = how(self.kept, self.key(response.path), None)
        if thing is None:
            raise ResourceNotFoundException(
                clusterName=None,
                nodegroupName=None,
                fargateProfileName=None,
                addonName=None,
                message=f"No {self.answer} found.",
            )
        return thing


def arn(response: EKSResponse, kind: str, *parts: str) -> str:
    account = response.current_account
    return f"arn:aws:eks:{response.region}:{account}:{kind}/{'/'.join(parts)}"


def cluster_of(response: EKSResponse) -> str:
    return response.path.rstrip("/").split("/")[-2]


def there_are_add_ons() -> None:
    """moto has none."""
    add_ons = Things("addon")

    def create(self: EKSResponse) -> str:
        cluster, asked = cluster_of(self), body(self)
        name = asked["addonName"]
        add_on = {
            "addonName": name,
            "clusterName": cluster,
            "status": "ACTIVE",
            "addonVersion": asked.get("addonVersion", "v1.0.0-eksbuild.1"),
            "addonArn": arn(self, "addon", cluster, name, uuid4().hex),
            "createdAt": 0,
            "modifiedAt": 0,
            "health": {"issues": []},
            "tags": asked.get("tags", {}),
        }
        add_ons.kept[cluster, name] = add_on
        return add_ons.shown(add_on)

    EKSResponse.create_addon = create
    EKSResponse.describe_addon = lambda self: add_ons.describe(self)
    EKSResponse.delete_addon = lambda self: add_ons.delete(self)
    paths = r"/clusters/(?P<name>[^/]+)/addons"
    route(eks_urls, EKSResponse.dispatch, f"{paths}$", paths + r"/(?P<addonName>[^/]+)$")


def pods_have_identities() -> None:
    """moto has no associations of roles with service accounts."""
    identities = Things("association")

    def create(self: EKSResponse) -> str:
        cluster, asked, name = cluster_of(self), body(self), f"a-{uuid4().hex[:16]}"
        identity = {
            "clusterName": cluster,
            "namespace": asked["namespace"],
            "serviceAccount": asked["serviceAccount"],
            "roleArn": asked["roleArn"],
            "associationId": name,
            "associationArn": arn(self, "podidentityassociation", cluster, name),
            "createdAt": 0,
            "modifiedAt": 0,
            "tags": asked.get("tags", {}),
        }
        identities.kept[cluster, name] = identity
        return identities.shown(identity)

    def listed(self: EKSResponse) -> str:
        own = [one for (of, _), one in identities.kept.items() if of == cluster_of(self)]
        return json.dumps({"associations": own})

    EKSResponse.create_pod_identity_association = create
    EKSResponse.list_pod_identity_associations = listed
    EKSResponse.describe_pod_identity_association = lambda self: identities.describe(self)
    EKSResponse.delete_pod_identity_association = lambda self: identities.delete(self)
    paths = r"/clusters/(?P<name>[^/]+)/pod-identity-associations"
    route(eks_urls, EKSResponse.dispatch, f"{paths}$", paths + r"/(?P<associationId>[^/]+)$")


def fill() -> None:
    clusters_come_back_whole()
    there_are_add_ons()
    pods_have_identities()
