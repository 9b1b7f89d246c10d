"""A Dockerfile of a Rust program without a container engine: its build stage step by step, with
nothing but the files that it copies, and the launcher that fetches secrets."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import dockerfile
import pytest

import entries
import tools

CONTAINER = entries.REPOSITORY / "targets" / "container" / "src"
SNAPSHOT = (
    CONTAINER / "tests" / "snapshots" / "klo_container__tests__programs__a_workspace_on_disk.snap"
)
APP = Path(__file__).resolve().parent / "workspace"
LAUNCHER = CONTAINER / "rust" / "launcher"


class Builder:
    """Folders of an image below a folder of this machine."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.folder = root
        self.variables: dict[str, str] = {}

    def inside(self, text: str) -> str:
        for place in ("/app", "/target", "/usr/local/bin"):
            text = text.replace(f" {place}", f" {self.root}{place}")
        return text

    def take(self, instruction: dockerfile.Command) -> None:
        values = list(instruction.value)
        match instruction.cmd:
            case "ENV":
                self.variables |= dict(zip(values[0::2], values[1::2]))
            case "WORKDIR":
                self.folder = Path(f"{self.root}{values[0]}")
                self.folder.mkdir(parents=True, exist_ok=True)
            case "COPY":
                *sources, target = values
                for source in sources:
                    folder = Path(f"{self.root}{target}")
                    folder.mkdir(parents=True, exist_ok=True)
                    # The builder keeps the times of files, which are older than the stubs'.
                    shutil.copy2(APP / source, folder)
            case "RUN":
                self.run(self.inside(f" {values[0]}"))

    def run(self, command: str) -> None:
        variables = {**os.environ, **self.variables, "CARGO_NET_OFFLINE": "true"}
        variables["CARGO_TARGET_DIR"] = f"{self.root}/target"
        done = subprocess.run(
            ["sh", "-euc", command], cwd=self.folder, env=variables, text=True, capture_output=True
        )
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"


def test_what_is_copied_builds_and_runs(tmp_path):
    body = SNAPSHOT.read_text().split("\n---\n", 1)[1]
    instructions = dockerfile.parse_string(body + "\n")
    starts = [at for at, i in enumerate(instructions) if i.cmd == "FROM"]
    builder = Builder(tmp_path)
    for instruction in instructions[1 : starts[1]]:
        builder.take(instruction)
    final = instructions[starts[-1] :]
    program = next(i for i in final if i.cmd == "COPY" and "/target/release/api" in i.value)
    folder = next(i.value[0] for i in final if i.cmd == "WORKDIR")
    for instruction in final:
        if instruction.cmd == "COPY" and not instruction.flags:
            builder.take(instruction)
    done = subprocess.run(
        [f"{tmp_path}{program.value[0]}"],
        cwd=f"{tmp_path}{folder}",
        text=True,
        capture_output=True,
        check=True,
    )
    assert done.stdout == "3 of schema 7\n<p>ledger</p>\n\n"


@pytest.fixture(scope="module")
def launcher(tmp_path_factory) -> str:
    folder = os.environ.get("CARGO_TARGET_DIR") or str(entries.REPOSITORY / "target")
    target = Path(folder) / "launcher"
    subprocess.run(
        [tools.program("cargo"), "build", "--quiet", "--locked"],
        cwd=LAUNCHER,
        env={**os.environ, "CARGO_TARGET_DIR": str(target)},
        check=True,
    )
    return str(target / "debug" / "klo-launcher")


@pytest.fixture(scope="module")
def address():
    with entries.moto() as address:
        yield address


def started(launcher: str, address: str, words: list[str], **variables: str):
    given = entries.environment(address, **variables)
    return subprocess.run([launcher, *words], env=given, text=True, capture_output=True)


def test_the_launcher_sets_secrets_and_becomes_the_command(launcher, address):
    manager = entries.client("secretsmanager", address)
    text = json.dumps({"url": "postgresql://a:b%20c@host/d", "port": 5432})
    secret = manager.create_secret(Name="ledger/database", SecretString=text)
    plain = manager.create_secret(Name="ledger/seal", SecretString="red wax")
    version = secret["VersionId"]
    reference = {"arn": secret["ARN"], "key": "url", "version": version}
    done = started(
        launcher,
        address,
        ["DATABASE_URL=R", "PORT=P", "SEAL=S", "--", "sh", "-c", 'echo "$DATABASE_URL $PORT $SEAL"'],
        R=json.dumps(reference),
        P=json.dumps({**reference, "key": "port"}),
        S=json.dumps({"arn": plain["ARN"], "key": None, "version": None}),
    )
    assert (done.returncode, done.stdout) == (0, "postgresql://a:b%20c@host/d 5432 red wax\n")


@pytest.mark.parametrize(
    ("reference", "message"),
    [
        (None, "R is not set"),
        ("[]", "R does not hold a reference to a secret"),
        ('{"arn": "x"}', "x is not the ARN of a secret"),
        (
            '{"arn": "arn:aws:secretsmanager:eu-west-1:123456789012:secret:gone-abcdef"}',
            "ResourceNotFoundException",
        ),
    ],
)
def test_the_launcher_says_why_it_cannot(launcher, address, reference, message):
    variables = {} if reference is None else {"R": reference}
    done = started(launcher, address, ["A=R", "--", "true"], **variables)
    assert done.returncode == 1
    assert done.stderr.startswith("klo: ") and message in done.stderr
