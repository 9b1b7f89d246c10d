"""What the tests of entry modules share: the modules as images hold them, and an emulator."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3
from moto.server import ThreadedMotoServer

REPOSITORY = Path(__file__).resolve().parent.parent
RUNTIME = REPOSITORY / "targets" / "container" / "src" / "python"
REGION = "eu-west-1"

if str(RUNTIME) not in sys.path:
    sys.path.insert(0, str(RUNTIME))


@contextmanager
def moto() -> Iterator[str]:
    """The address of an AWS emulator that ends with the block."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        yield f"http://{host}:{port}"
    finally:
        server.stop()


def client(service: str, address: str) -> Any:
    return boto3.client(
        service,
        endpoint_url=address,
        region_name=REGION,
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )


def environment(address: str, **more: str) -> dict[str, str]:
    """The environment of a process that stands in for a container."""
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(RUNTIME),
        "AWS_REGION": REGION,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_ENDPOINT_URL": address,
        **more,
    }
