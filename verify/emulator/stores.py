"""Gaps in RDS, ElastiCache, EFS and AWS Backup."""

import json
import re
import uuid
from typing import Any
from urllib.parse import unquote

import moto.elasticache.models as elasticache
from moto.backup.responses import BackupResponse
from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult, EmptyResult
from moto.efs.responses import EFSResponse
from moto.elasticache.responses import ElastiCacheResponse
from moto.iam.access_control import PermissionResult
from moto.rds.models import DBCluster, DBInstance, DBParameterGroup
from moto.s3.models import FakeBucket

from emulator.patching import after, body, plain


def database_instances_have_their_own_id() -> None:
    """moto gives every DB instance one DbiResourceId, so that a second is not found."""

    def identify(self: DBInstance, _: None, *__: Any, **___: Any) -> None:
        self.dbi_resource_id = "db-" + uuid.uuid4().hex[:26].upper()

    after(DBInstance, "__init__", identify)


def database_instances_keep_performance_insights() -> None:
    """moto drops Performance Insights, at creation and at change."""

    def keep(self: DBInstance, _: None, *__: Any, **given: Any) -> None:
        if "enable_performance_insights" in given:
            self.performance_insights_enabled = given["enable_performance_insights"]
        for key in ("performance_insights_retention_period", "performance_insights_kms_key_id"):
            if key in given:
                setattr(self, key, given[key])

    after(DBInstance, "__init__", keep)
    after(DBInstance, "update", keep)


def database_parameters_are_the_users() -> None:
    """The provider keeps parameters whose source is the user; moto names no source."""

    def mark(self: DBParameterGroup, _: None, *__: Any, **___: Any) -> None:
        for parameter in self.parameters.values():
            parameter["Source"] = "user"

    after(DBParameterGroup, "update_parameters", mark)


def provisioned_clusters_have_no_serverless_v1_scaling() -> None:
    """moto answers an empty ScalingConfigurationInfo for clusters of Serverless v2."""
    original = DBCluster.scaling_configuration_info.fget

    def info(self: DBCluster) -> dict[str, Any] | None:
        return original(self) if self.engine_mode == "serverless" else None

    DBCluster.scaling_configuration_info = property(info)


class CacheParameterGroupNotFound(ServiceException):
    code = "CacheParameterGroupNotFound"
    message = "The cache parameter group does not exist."


def caches_have_parameter_groups() -> None:
    """moto has no cache parameter groups."""
    groups: dict[str, dict[str, Any]] = {}

    def found(self: ElastiCacheResponse) -> dict[str, Any]:
        try:
            return groups[self._get_param("CacheParameterGroupName")]
        except KeyError:
            raise CacheParameterGroupNotFound from None

    def create(self: ElastiCacheResponse) -> ActionResult:
        name = self._get_param("CacheParameterGroupName")
        arn = f"arn:aws:elasticache:{self.region}:{self.current_account}:parametergroup:{name}"
        groups[name] = {
            "CacheParameterGroupName": name,
            "CacheParameterGroupFamily": self._get_param("CacheParameterGroupFamily"),
            "Description": self._get_param("Description"),
            "IsGlobal": False,
            "ARN": arn,
            "parameters": {},
        }
        self.elasticache_backend.tagging_service.tag_resource(arn, self._get_param("Tags", []))
        return ActionResult({"CacheParameterGroup": groups[name]})

    def modify(self: ElastiCacheResponse) -> ActionResult:
        group = found(self)
        for given in plain(self._get_param("ParameterNameValues", [])):
            group["parameters"][given["ParameterName"]] = given | {"Source": "user"}
        return ActionResult({"CacheParameterGroupName": group["CacheParameterGroupName"]})

    def parameters(self: ElastiCacheResponse) -> ActionResult:
        return ActionResult({"Parameters": list(found(self)["parameters"].values())})

    def delete(self: ElastiCacheResponse) -> EmptyResult:
        del groups[found(self)["CacheParameterGroupName"]]
        return EmptyResult()

    ElastiCacheResponse.create_cache_parameter_group = create
    ElastiCacheResponse.modify_cache_parameter_group = modify
    ElastiCacheResponse.describe_cache_parameters = parameters
    ElastiCacheResponse.describe_cache_parameter_groups = lambda self: ActionResult(
        {"CacheParameterGroups": [found(self)]}
    )
    ElastiCacheResponse.delete_cache_parameter_group = delete


def cache_subnet_groups_can_be_deleted() -> None:
    """moto makes and lists cache subnet groups, and has no way to delete one."""

    def delete(self: ElastiCacheResponse) -> EmptyResult:
        name = self._get_param("CacheSubnetGroupName")
        self.elasticache_backend.describe_cache_subnet_groups(name)
        del self.elasticache_backend.cache_subnet_groups[name]
        return EmptyResult()

    ElastiCacheResponse.delete_cache_subnet_group = delete


def replication_groups_have_members() -> None:
    """moto makes a replication group without its cache clusters, and never ends deleting one."""
    original = elasticache.ElastiCacheBackend.create_replication_group

    def create(self: Any, *args: Any, **kwargs: Any) -> Any:
        kwargs["replicas_per_node_group"] = (kwargs.get("num_cache_clusters") or 1) - 1
        group = original(self, *args, **kwargs)
        for member in group.member_clusters:
            cluster = elasticache.CacheCluster.__new__(elasticache.CacheCluster)
            cluster.__dict__.update(member_of(group, member, self))
            self.cache_clusters[member] = cluster
        return group

    def delete(self: Any, group: Any, *_: Any, **__: Any) -> Any:
        self.replication_groups.pop(group.replication_group_id, None)
        for member in group.member_clusters:
            self.cache_clusters.pop(member, None)
        return group

    elasticache.ElastiCacheBackend.create_replication_group = create
    after(elasticache.ElastiCacheBackend, "delete_replication_group", delete)


def member_of(group: Any, member: str, backend: Any) -> dict[str, Any]:
    """What one node of a replication group says of itself."""
    return {
        "arn": f"arn:aws:elasticache:{backend.region_name}:{backend.account_id}:cluster:{member}",
        "status": "available",
        "cache_cluster_id": member,
        "cache_cluster_status": "available",
        "replication_group_id": group.replication_group_id,
        "engine": group.engine,
        "engine_version": full_version(group.engine_version),
        "cache_node_type": group.cache_node_type,
        "num_cache_nodes": 1,
        "cache_subnet_group_name": group.cache_subnet_group_name,
        "cache_parameter_group": {
            "CacheParameterGroupName": group.cache_parameter_group_name
            or f"default.{group.engine}{(group.engine_version or '7').split('.')[0]}",
            "ParameterApplyStatus": "in-sync",
        },
        "security_groups": [
            {"SecurityGroupId": found, "Status": "active"}
            for found in group.security_group_ids or []
        ],
        "preferred_maintenance_window": group.preferred_maintenance_window or "sun:05:00-sun:06:00",
        "snapshot_retention_limit": group.snapshot_retention_limit,
        "snapshot_window": group.snapshot_window,
        "auto_minor_version_upgrade": True,
        "at_rest_encryption_enabled": group.at_rest_encryption_enabled,
        "transit_encryption_enabled": group.transit_encryption_enabled,
        "transit_encryption_mode": group.transit_encryption_mode,
        "cache_nodes": [
            {
                "CacheNodeId": "0001",
                "CacheNodeStatus": "available",
                "Endpoint": {"Address": f"{member}.cache.amazonaws.com", "Port": group.port},
            }
        ],
    }


def full_version(asked: str | None) -> str:
    """ElastiCache answers three numbers where two were asked for."""
    asked = asked or "8.0"
    return asked if asked.count(".") == 2 else f"{asked}.1"


def replication_groups_can_be_modified() -> None:
    """moto has no ModifyReplicationGroup, and takes no tags on parameter groups."""

    def modify(self: ElastiCacheResponse) -> ActionResult:
        group_id = self._get_param("ReplicationGroupId")
        (group,) = self.elasticache_backend.describe_replication_groups(group_id)
        for key, value in plain(self.params).items():
            attribute = re.sub(r"(?<!^)(?=[A-Z])", "_", key).lower()
            if hasattr(group, attribute):
                setattr(group, attribute, value)
        return ActionResult({"ReplicationGroup": group})

    def taggable(self: Any, _: None, *__: Any, **___: Any) -> None:
        self.arn_regex = re.compile(r"^arn:aws:elasticache:.*:[0-9]*:[a-z]+:.*$")

    ElastiCacheResponse.modify_replication_group = modify
    after(elasticache.ElastiCacheBackend, "__init__", taggable)


def file_systems_have_backup_policies() -> None:
    """moto reads a file system's backup policy and cannot set it."""

    def put(self: EFSResponse) -> Any:
        system = self.efs_backend.file_systems_by_id[self._get_param("FileSystemId")]
        policy = body(self)["BackupPolicy"]
        system._backup = policy["Status"] == "ENABLED"
        return json.dumps({"BackupPolicy": policy}), {"Content-Type": "application/json"}

    EFSResponse.put_backup_policy = put


def file_systems_lose_their_policies() -> None:
    """moto takes a policy of a file system and has no way to take it away."""

    def delete(self: EFSResponse) -> Any:
        file_system = self.path.rstrip("/").split("/")[-2]
        self.efs_backend.file_systems_by_id[file_system].file_system_policy = None
        return 200, {"Content-Type": "application/json"}, "{}"

    EFSResponse.delete_file_system_policy = delete


def backups_have_selections() -> None:
    """moto has backup plans but no selection of what they back up."""
    selections: dict[str, dict[str, Any]] = {}

    def create(self: BackupResponse) -> str:
        selection = str(uuid.uuid4())
        selections[selection] = {
            "SelectionId": selection,
            "BackupPlanId": self.path.split("/")[3],
            "BackupSelection": body(self)["BackupSelection"],
            "CreationDate": 0,
        }
        return json.dumps(selections[selection])

    def get(self: BackupResponse) -> Any:
        found = selections.get(self.path.rstrip("/").split("/")[-1])
        if found is None:
            error = {"x-amzn-ErrorType": "ResourceNotFoundException"}
            return 404, error, json.dumps({"Message": "Cannot find the backup selection"})
        return json.dumps(found)

    def delete(self: BackupResponse) -> str:
        selections.pop(self.path.rstrip("/").split("/")[-1], None)
        return "{}"

    BackupResponse.create_backup_selection = create
    BackupResponse.get_backup_selection = get
    BackupResponse.delete_backup_selection = delete


def backup_tags_are_found() -> None:
    """moto expects a slash after the ARN in the path, which Go's SDK does not send."""

    def list_tags(self: BackupResponse) -> str:
        arn = unquote(self.path.removeprefix("/tags/").rstrip("/"))
        return json.dumps({"Tags": self.backup_backend.list_tags(resource_arn=arn)})

    BackupResponse.list_tags = list_tags


def bucket_policies_have_conditions() -> None:
    """moto reads a bucket policy without its conditions, so that one for TLS refuses everything."""

    def undecided(self: FakeBucket, action: str, resource: str) -> PermissionResult:
        return PermissionResult.NEUTRAL

    FakeBucket.get_permission = undecided


def fill() -> None:
    database_instances_have_their_own_id()
    database_instances_keep_performance_insights()
    database_parameters_are_the_users()
    provisioned_clusters_have_no_serverless_v1_scaling()
    caches_have_parameter_groups()
    cache_subnet_groups_can_be_deleted()
    replication_groups_have_members()
    replication_groups_can_be_modified()
    file_systems_have_backup_policies()
    file_systems_lose_their_policies()
    backups_have_selections()
    backup_tags_are_found()
    bucket_policies_have_conditions()
