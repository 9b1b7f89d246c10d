"""The start of a container that fetches its own secrets, against an emulated Secrets Manager."""

import datetime
import http.server
import json
import subprocess
import sys
import threading
from typing import Any

import botocore.auth
import botocore.awsrequest
import botocore.credentials
import pytest

import entries
from klo_runtime import aws

PRINT = [sys.executable, "-c", "import os; print(os.environ['DATABASE_URL'])"]


@pytest.fixture(scope="module")
def address():
    with entries.moto() as address:
        yield address


def start(address: str, reference: Any, *command: str, **more: str) -> subprocess.CompletedProcess:
    environment = entries.environment(address, **more)
    if reference is not None:
        environment["KLO_SECRET"] = json.dumps(reference)
    return subprocess.run(
        [
            sys.executable,
            "-m",
            "klo_runtime.secrets",
            "DATABASE_URL=KLO_SECRET",
            "--",
            *(command or PRINT),
        ],
        env=environment,
        capture_output=True,
        text=True,
    )


def made(address: str, name: str, value: str) -> tuple[Any, dict]:
    manager = entries.client("secretsmanager", address)
    return manager, manager.create_secret(Name=name, SecretString=value)


def test_a_whole_secret(address):
    _, secret = made(address, "whole", "postgresql://klo:p%25ss@db/orders")
    done = start(address, {"arn": secret["ARN"], "key": None, "version": None})
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "postgresql://klo:p%25ss@db/orders\n"


def test_a_key_of_a_secret(address):
    _, secret = made(address, "keys", json.dumps({"url": "redis://x", "port": 6379}))
    assert start(address, {"arn": secret["ARN"], "key": "url"}).stdout == "redis://x\n"
    assert start(address, {"arn": secret["ARN"], "key": "port"}).stdout == "6379\n"
    missing = start(address, {"arn": secret["ARN"], "key": "host"})
    assert missing.returncode == 1
    assert "no key 'host'" in missing.stderr
    assert "redis://x" not in missing.stderr


def test_the_version_that_is_meant(address):
    manager, secret = made(address, "versions", "old")
    manager.put_secret_value(SecretId=secret["ARN"], SecretString="new")
    old = {"arn": secret["ARN"], "version": secret["VersionId"]}
    assert start(address, old).stdout == "old\n"
    assert start(address, {"arn": secret["ARN"]}).stdout == "new\n"


def test_the_command_replaces_the_start(address):
    _, secret = made(address, "exec", "x")
    reference = {"arn": secret["ARN"]}
    done = start(address, reference, "sh", "-c", 'printf "%s|" "$0" "$@"; exit 7', "a b", "$HOME")
    assert done.stdout == "a b|$HOME|"
    assert done.returncode == 7


def test_a_command_that_is_not_there(address):
    _, secret = made(address, "no-command", "x")
    done = start(address, {"arn": secret["ARN"]}, "no-such-program")
    assert done.returncode == 1
    assert done.stderr == "klo: cannot start no-such-program: No such file or directory\n"


@pytest.mark.parametrize(
    "reference,told",
    [
        (None, "KLO_SECRET is not set"),
        ("text", "does not hold a reference"),
        ({"key": "x"}, "does not hold a reference"),
        ({"arn": "orders"}, "not the ARN"),
        (
            {"arn": "arn:aws:secretsmanager:eu-west-1:123456789012:secret:gone-abcdef"},
            "ResourceNotFoundException",
        ),
    ],
)
def test_what_keeps_a_start_from_happening_is_said(address, reference, told):
    done = start(address, reference)
    assert done.returncode == 1
    assert done.stdout == ""
    assert told in done.stderr
    assert "Traceback" not in done.stderr


def test_the_signature_is_the_one_that_aws_expects():
    """Compared with botocore's own."""
    url = "https://secretsmanager.eu-west-1.amazonaws.com"
    headers = {"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": "a.b"}
    request = botocore.awsrequest.AWSRequest("POST", url, headers=headers, data=b'{"a": 1}')
    credentials = botocore.credentials.Credentials("AKID", "secret", "token")
    signer = botocore.auth.SigV4Auth(credentials, "secretsmanager", "eu-west-1")
    signer.add_auth(request)
    now = datetime.datetime.strptime(request.context["timestamp"], "%Y%m%dT%H%M%SZ")
    own = aws.signature(
        url,
        "secretsmanager",
        "eu-west-1",
        headers,
        b'{"a": 1}',
        aws.Credentials("AKID", "secret", "token", None),
        now.replace(tzinfo=datetime.timezone.utc),
    )
    assert own["Authorization"] == request.headers["Authorization"]


class Platform(http.server.BaseHTTPRequestHandler):
    """Hands out credentials as ECS does, and secrets with a fault at first."""

    seen: list[tuple[str, str]] = []
    faults: list[int] = []

    def do_GET(self) -> None:
        self.seen.append((self.path, self.headers["Authorization"]))
        expires = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=1)
        self.reply(
            200,
            {
                "AccessKeyId": "ROLEKEY",
                "SecretAccessKey": "secret",
                "Token": "session",
                "Expiration": expires.strftime("%Y-%m-%dT%H:%M:%SZ"),
            },
        )

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.seen.append((self.headers["X-Amz-Security-Token"], self.headers["Authorization"]))
        if self.faults:
            self.reply(self.faults.pop(), {"__type": "com.amazon#InternalServiceError"})
        else:
            self.reply(200, {"SecretString": "kept"})

    def reply(self, status: int, body: dict) -> None:
        payload = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(payload)))
        self.end_headers()
        self.wfile.write(payload)

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def platform():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Platform)
    Platform.seen, Platform.faults = [], []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


def test_credentials_of_the_platform_and_faults_that_pass(platform, tmp_path):
    token = tmp_path / "token"
    token.write_text("pod-token\n")
    Platform.faults = [500, 503]
    done = start(
        platform,
        {"arn": "arn:aws:secretsmanager:eu-west-1:123456789012:secret:x-abcdef"},
        AWS_ACCESS_KEY_ID="",
        AWS_CONTAINER_CREDENTIALS_FULL_URI=f"{platform}/credentials",
        AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE=str(token),
    )
    assert (done.stdout, done.stderr) == ("kept\n", "")
    assert Platform.seen[0] == ("/credentials", "pod-token")
    assert len(Platform.seen) == 4
    assert all(t == "session" and "Credential=ROLEKEY/" in a for t, a in Platform.seen[1:])


def test_faults_that_stay_end_the_start(platform):
    Platform.faults = [500] * 10
    done = start(platform, {"arn": "arn:aws:secretsmanager:eu-west-1:123456789012:secret:x-abcdef"})
    assert done.returncode == 1
    assert "InternalServiceError" in done.stderr


def test_no_credentials_at_all(address):
    arn = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:x-abcdef"
    done = start(address, {"arn": arn}, AWS_ACCESS_KEY_ID="")
    assert done.returncode == 1
    assert "no AWS credentials" in done.stderr
