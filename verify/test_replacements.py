"""What klo says of replaced data stores, against the AWS provider itself: a state with one value, a
configuration with another, and the plan that Terraform makes of the two. Nothing is asked of AWS."""

import json
import tomllib
from typing import Any

import pytest
from terraform import environment
from tools import REPOSITORY, program, run

STORES = tomllib.loads((REPOSITORY / "compiler/diff/src/stores.toml").read_text())["store"]
KEY = "arn:aws:kms:eu-west-1:123456789012:key/aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee"
OTHER_KEY = KEY.replace("aaaaaaaa", "bbbbbbbb")
PROVIDER = {
    "region": "eu-west-1",
    "skip_credentials_validation": True,
    "skip_metadata_api_check": True,
    "skip_requesting_account_id": True,
}


def keys(*names: str) -> list[dict[str, str]]:
    return [{"name": name, "type": "S"} for name in names]


# For each type: the version of its state, arguments, what is only in the state, and other values of the arguments.
SAMPLES: dict[str, tuple[int, dict[str, Any], dict[str, Any], dict[str, Any]]] = {
    "aws_db_instance": (
        2,
        {
            "identifier": "a",
            "engine": "postgres",
            "engine_version": "17",
            "instance_class": "db.t4g.medium",
            "allocated_storage": 20,
            "storage_type": "gp3",
            "storage_encrypted": True,
            "kms_key_id": KEY,
            "db_name": "orders",
            "username": "klo",
            "password": "a-long-password",
            "db_subnet_group_name": "s",
            "parameter_group_name": "p",
            "publicly_accessible": False,
            "multi_az": True,
            "backup_retention_period": 35,
            "deletion_protection": True,
            "skip_final_snapshot": True,
        },
        {},
        {
            "identifier": "b",
            "engine": "mysql",
            "engine_version": "16",
            "instance_class": "db.t4g.small",
            "allocated_storage": 10,
            "storage_type": "io1",
            "storage_encrypted": False,
            "kms_key_id": OTHER_KEY,
            "db_name": "other",
            "username": "other",
            "db_subnet_group_name": "t",
            "parameter_group_name": "q",
            "publicly_accessible": True,
            "multi_az": False,
            "backup_retention_period": 7,
            "deletion_protection": False,
            "availability_zone": "eu-west-1a",
        },
    ),
    "aws_rds_cluster": (
        0,
        {
            "cluster_identifier": "a",
            "engine": "aurora-postgresql",
            "engine_version": "17.4",
            "storage_encrypted": True,
            "kms_key_id": KEY,
            "database_name": "orders",
            "master_username": "klo",
            "master_password": "a-long-password",
            "db_subnet_group_name": "s",
            "backup_retention_period": 35,
            "skip_final_snapshot": True,
            "deletion_protection": True,
        },
        {"availability_zones": [], "engine_mode": "provisioned"},
        {
            "cluster_identifier": "b",
            "engine": "aurora-mysql",
            "engine_version": "16.4",
            "storage_encrypted": False,
            "kms_key_id": OTHER_KEY,
            "database_name": "other",
            "master_username": "other",
            "db_subnet_group_name": "t",
            "backup_retention_period": 7,
            "deletion_protection": False,
        },
    ),
    "aws_elasticache_replication_group": (
        2,
        {
            "replication_group_id": "a",
            "description": "d",
            "engine": "valkey",
            "engine_version": "8.0",
            "node_type": "cache.t4g.micro",
            "port": 6379,
            "num_cache_clusters": 2,
            "automatic_failover_enabled": True,
            "multi_az_enabled": True,
            "at_rest_encryption_enabled": "true",
            "kms_key_id": KEY,
            "transit_encryption_enabled": True,
            "transit_encryption_mode": "required",
            "snapshot_retention_limit": 7,
            "subnet_group_name": "s",
        },
        {"engine_version_actual": "8.0.1", "security_group_names": []},
        {
            "replication_group_id": "b",
            "description": "e",
            "engine": "redis",
            "engine_version": "7.2",
            "node_type": "cache.t4g.small",
            "port": 6380,
            "num_cache_clusters": 3,
            "at_rest_encryption_enabled": "false",
            "kms_key_id": OTHER_KEY,
            "snapshot_retention_limit": 1,
            "subnet_group_name": "t",
        },
    ),
    "aws_s3_bucket": (
        0,
        {"bucket": "a-bucket", "force_destroy": False, "object_lock_enabled": False},
        {},
        {"bucket": "b-bucket", "force_destroy": True, "object_lock_enabled": True},
    ),
    "aws_dynamodb_table": (
        1,
        {
            "name": "a",
            "billing_mode": "PAY_PER_REQUEST",
            "hash_key": "id",
            "range_key": "at",
            "attribute": keys("id", "at"),
            "deletion_protection_enabled": True,
        },
        {},
        {
            "name": "b",
            "hash_key": "x",
            "range_key": "x",
            "local_secondary_index": [{"name": "l", "range_key": "id", "projection_type": "ALL"}],
            "deletion_protection_enabled": False,
        },
    ),
    "aws_efs_file_system": (
        0,
        {
            "creation_token": "a",
            "encrypted": True,
            "kms_key_id": KEY,
            "performance_mode": "generalPurpose",
            "throughput_mode": "bursting",
        },
        {},
        {
            "creation_token": "b",
            "encrypted": False,
            "kms_key_id": OTHER_KEY,
            "performance_mode": "maxIO",
            "throughput_mode": "elastic",
            "availability_zone_name": "eu-west-1a",
        },
    ),
    "aws_sqs_queue": (
        0,
        {
            "name": "a",
            "kms_master_key_id": KEY,
            "visibility_timeout_seconds": 180,
            "message_retention_seconds": 345600,
        },
        {"fifo_queue": False},
        {
            "name": "b",
            "fifo_queue": True,
            "kms_master_key_id": OTHER_KEY,
            "visibility_timeout_seconds": 60,
            "message_retention_seconds": 60,
        },
    ),
    "aws_secretsmanager_secret": (
        0,
        {"name": "a", "kms_key_id": KEY, "recovery_window_in_days": 30, "description": "x"},
        {},
        {"name": "b", "kms_key_id": OTHER_KEY, "recovery_window_in_days": 7, "description": "y"},
    ),
    "aws_kms_key": (
        0,
        {
            "description": "d",
            "deletion_window_in_days": 30,
            "enable_key_rotation": True,
            "policy": "{}",
        },
        {
            "customer_master_key_spec": "SYMMETRIC_DEFAULT",
            "key_usage": "ENCRYPT_DECRYPT",
            "multi_region": False,
            "is_enabled": True,
        },
        {
            "description": "e",
            "deletion_window_in_days": 7,
            "enable_key_rotation": False,
            "customer_master_key_spec": "RSA_2048",
            "key_usage": "SIGN_VERIFY",
            "multi_region": True,
        },
    ),
    "aws_backup_vault": (
        0,
        {"name": "aa", "kms_key_arn": KEY, "force_destroy": False},
        {},
        {"name": "bb", "kms_key_arn": OTHER_KEY, "force_destroy": True},
    ),
}
# What has to change beside an argument, so that the configuration is one.
WITH = {
    ("aws_dynamodb_table", "hash_key"): {"attribute": keys("x", "at")},
    ("aws_dynamodb_table", "range_key"): {"attribute": keys("id", "x")},
    ("aws_sqs_queue", "fifo_queue"): {"name": "a.fifo"},
}


def cases() -> dict[str, tuple[str, str]]:
    return {
        f"{kind}__{argument}": (kind, argument)
        for kind, (_, _, _, others) in SAMPLES.items()
        for argument in others
    }


@pytest.fixture(scope="module")
def replaced(tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[str]]:
    """For each case the arguments that Terraform replaces the resource for."""
    folder = tmp_path_factory.mktemp("replacements")
    resources: dict[str, Any] = {}
    state = []
    for name, (kind, argument) in cases().items():
        version, arguments, more, others = SAMPLES[kind]
        wanted = {**arguments, argument: others[argument], **WITH.get((kind, argument), {})}
        resources.setdefault(kind, {})[name] = wanted
        attributes = {**arguments, **more, "id": "x"}
        state.append(
            {
                "mode": "managed",
                "type": kind,
                "name": name,
                "provider": 'provider["registry.terraform.io/hashicorp/aws"]',
                "instances": [{"schema_version": version, "attributes": attributes}],
            }
        )
    root = {
        "terraform": {"required_providers": {"aws": {"source": "hashicorp/aws", "version": ">= 5.100"}}},
        "provider": {"aws": PROVIDER},
        "resource": resources,
    }
    (folder / "main.tf.json").write_text(json.dumps(root))
    (folder / "terraform.tfstate").write_text(
        json.dumps(
            {"version": 4, "terraform_version": "1.11.0", "serial": 1, "lineage": "x", "outputs": {}, "resources": state}
        )
    )
    terraform, settings = program("terraform"), environment(None)
    run(terraform, "init", cwd=folder, env=settings)
    run(terraform, "plan", "-refresh=false", "-out=plan", cwd=folder, env=settings)
    plan = json.loads(run(terraform, "show", "-json", "plan", cwd=folder, env=settings).stdout)
    return {
        change["name"]: {path[0] for path in change["change"].get("replace_paths") or []}
        for change in plan["resource_changes"]
    }


def test_every_row_is_asked() -> None:
    for store in STORES:
        kind = store["type"]
        asked = set(SAMPLES[kind][3])
        named = {*store["replaced_by"], *store.get("replaced_down", [])}
        named |= {entry["argument"] for entry in store.get("replaced_from", [])}
        assert named <= asked, f"{kind}: {named - asked}"
    assert {store["type"] for store in STORES} == set(SAMPLES)


@pytest.mark.parametrize("name", cases())
def test_the_provider_agrees(name: str, replaced: dict[str, set[str]]) -> None:
    kind, argument = cases()[name]
    store = next(store for store in STORES if store["type"] == kind)
    # The samples go to a lower version, and away from the value that cannot be left.
    said = {*store["replaced_by"], *store.get("replaced_down", [])}
    said |= {entry["argument"] for entry in store.get("replaced_from", [])}
    assert (argument in replaced[name]) == (argument in said), replaced[name]


def test_nothing_else_forces_it(replaced: dict[str, set[str]]) -> None:
    alone = {name: paths for name, paths in replaced.items() if paths - {cases()[name][1]}}
    beside = {f"{kind}__{argument}" for kind, argument in WITH}
    assert set(alone) <= beside, alone

