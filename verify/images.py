"""An image without a container engine: what its Dockerfile copies, started as it says."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from queue import Queue
from typing import Any

import dockerfile

from tools import REPOSITORY

SECONDS = 60


class Image:
    """The last stage of a Dockerfile, unpacked below a folder."""

    def __init__(self, dockerfile_path: Path, root: Path) -> None:
        self.root = root
        self.variables: dict[str, str] = {}
        self.entrypoint: list[str] = []
        self.command: list[str] = []
        self.folder = root
        allowed = dockerfile_path.with_name("Dockerfile.dockerignore").read_text().splitlines()
        self.allowed = {line[1:] for line in allowed if line.startswith("!")}
        instructions = dockerfile.parse_file(str(dockerfile_path))
        last = max(at for at, i in enumerate(instructions) if i.cmd == "FROM")
        for instruction in instructions[last:]:
            self.take(instruction)

    def take(self, instruction: Any) -> None:
        values = list(instruction.value)
        match instruction.cmd:
            case "ENV":
                self.variables |= dict(zip(values[0::2], values[1::2]))
            case "WORKDIR":
                self.folder = self.inside(values[0])
            case "COPY" if not instruction.flags:
                *sources, target = values
                for source in sources:
                    self.copy(source, self.inside(target))
            case "ENTRYPOINT":
                self.entrypoint = values
            case "CMD":
                self.command = values

    def copy(self, source: str, target: Path) -> None:
        assert source in self.allowed, f"the builder is not given {source}"
        target.mkdir(parents=True, exist_ok=True)
        (target / Path(source).name).write_bytes((REPOSITORY / source).read_bytes())

    def inside(self, path: str) -> Path:
        return self.root / path.lstrip("/")

    @contextmanager
    def running(self, **variables: str) -> Iterator[subprocess.Popen]:
        """The process of a container, with the packages of this Python."""
        environment = {**self.variables, **variables}
        folders = environment["PYTHONPATH"].split(":")
        environment["PYTHONPATH"] = ":".join(str(self.inside(folder)) for folder in folders)
        environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        words = [
            str(self.inside(word)) if word.startswith("/opt/") else word
            for word in self.entrypoint + self.command
        ]
        process = subprocess.Popen(
            words, cwd=self.folder, env=environment, stderr=subprocess.PIPE, text=True
        )
        try:
            yield process
        finally:
            process.kill()
            process.wait()


class Lambda:
    """The runtime API that AWS Lambda offers inside a function's container."""

    def __init__(self) -> None:
        self.events: Queue[Any] = Queue()
        self.answers: Queue[Any] = Queue()
        platform = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                event = json.dumps(platform.events.get()).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Lambda-Runtime-Aws-Request-Id", "request")
                self.send_header("Lambda-Runtime-Trace-Id", "Root=1-0-0")
                self.send_header("Lambda-Runtime-Deadline-Ms", "9999999999999")
                self.send_header("Lambda-Runtime-Invoked-Function-Arn", "arn")
                self.send_header("Content-Length", str(len(event)))
                self.end_headers()
                self.wfile.write(event)

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                platform.answers.put((self.path.rsplit("/", 1)[-1], body))
                self.send_response(202)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.variables = {
            "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{self.server.server_port}",
            "AWS_LAMBDA_FUNCTION_NAME": "f",
            "AWS_LAMBDA_FUNCTION_VERSION": "1",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512",
            "AWS_LAMBDA_LOG_GROUP_NAME": "g",
            "AWS_LAMBDA_LOG_STREAM_NAME": "s",
        }

    def invoke(self, event: Any) -> tuple[str, Any]:
        """`response` or `error`, and the body."""
        self.events.put(event)
        return self.answers.get(timeout=SECONDS)
