"""The loop that takes messages off a queue, against an emulated SQS."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import entries

MODULE = '''
import json, logging, os, pathlib, sys, time
logging.basicConfig(level=logging.ERROR)
OUT = pathlib.Path(os.environ["OUT"])

def work(order: dict) -> None:
    with OUT.open("a") as out:
        out.write(f"begin {order['id']}\\n")
    time.sleep(order.get("seconds", 0))
    if order.get("fails") and not OUT.with_suffix(".healed").exists():
        raise ValueError("no")
    if order.get("exits") and not OUT.with_suffix(".healed").exists():
        sys.exit(3)
    with OUT.open("a") as out:
        out.write(f"end {order['id']}\\n")
'''
START = (
    "from klo_runtime.events import load; from klo_runtime.worker import serve; "
    "serve(load('app', 'work'), ('queue', 'bucket'))"
)
SECONDS = 30


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with entries.moto() as address:
        yield address


class Running:
    """A worker process and its queue."""

    def __init__(self, address: str, folder: Path, visibility: int, fifo: bool) -> None:
        self.sqs = entries.client("sqs", address)
        attributes = {"VisibilityTimeout": str(visibility)}
        if fifo:
            attributes["FifoQueue"] = "true"
        name = folder.name + (".fifo" if fifo else "")
        self.url = self.sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
        self.out = folder / "out"
        self.out.touch()
        (folder / "app.py").write_text(MODULE)
        self.log = (folder / "log").open("w+")
        environment = entries.environment(
            address,
            KLO_QUEUE_URLS=self.url,
            OUT=str(self.out),
        )
        environment["PYTHONPATH"] += f":{folder}"
        self.process = subprocess.Popen(
            [sys.executable, "-c", START], env=environment, stderr=self.log
        )

    def send(self, body: Any, **more: str) -> None:
        self.sqs.send_message(QueueUrl=self.url, MessageBody=json.dumps(body), **more)

    def lines(self) -> list[str]:
        return self.out.read_text().splitlines()

    def logged(self) -> str:
        self.log.seek(0)
        return self.log.read()

    def wait(self, condition: Callable[[], Any]) -> None:
        deadline = time.monotonic() + SECONDS
        while not condition():
            assert time.monotonic() < deadline, (self.lines(), self.logged())
            time.sleep(0.05)

    def counts(self) -> tuple[int, int]:
        """Messages that wait, and messages that are being worked on."""
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        given = self.sqs.get_queue_attributes(QueueUrl=self.url, AttributeNames=names)
        return tuple(int(given["Attributes"][name]) for name in names)  # type: ignore[return-value]

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=SECONDS)


@pytest.fixture
def worker(address, tmp_path) -> Iterator[Callable[..., Running]]:
    started = []

    def start(visibility: int = 30, fifo: bool = False) -> Running:
        started.append(Running(address, tmp_path, visibility, fifo))
        return started[-1]

    yield start
    for running in started:
        running.process.kill()
        running.process.wait()
        running.log.close()


def test_a_message_is_worked_on_and_deleted(worker):
    running = worker()
    running.send({"id": 1})
    running.send({"id": 2})
    running.wait(lambda: running.counts() == (0, 0) and len(running.lines()) == 4)
    assert running.lines() == ["begin 1", "end 1", "begin 2", "end 2"]
    assert running.stop() == 0


def test_a_message_that_failed_comes_again(worker):
    running = worker(visibility=1)
    running.send({"id": 1, "fails": True})
    running.wait(lambda: running.lines().count("begin 1") >= 2)
    assert "ValueError: no" in running.logged()
    running.out.with_suffix(".healed").touch()
    running.wait(lambda: running.lines()[-1] == "end 1" and running.counts() == (0, 0))


def test_a_message_that_wants_to_exit_only_fails(worker):
    running = worker(visibility=1)
    running.send({"id": 1, "exits": True})
    running.wait(lambda: running.lines().count("begin 1") >= 2)
    assert running.process.poll() is None
    assert running.stop() == 0


def test_a_slow_message_stays_hidden(worker):
    running = worker(visibility=2)
    running.send({"id": 1, "seconds": 5})
    running.wait(lambda: "begin 1" in running.lines())
    deadline = time.monotonic() + 4
    while time.monotonic() < deadline:
        assert running.counts() == (0, 1)
        time.sleep(0.2)
    running.wait(lambda: running.counts() == (0, 0))
    assert running.lines() == ["begin 1", "end 1"]


def test_told_to_stop_it_ends_what_it_began_and_begins_nothing(worker):
    running = worker()
    running.send({"id": 1, "seconds": 2})
    running.wait(lambda: "begin 1" in running.lines())
    running.send({"id": 2})
    assert running.stop() == 0
    assert running.lines() == ["begin 1", "end 1"]
    assert running.counts() == (1, 0)


def test_the_next_of_a_fifo_group_waits_for_one_that_failed(worker):
    running = worker(visibility=2, fifo=True)
    for number in (1, 2):
        running.send(
            {"id": number, "fails": number == 1},
            MessageGroupId="red",
            MessageDeduplicationId=str(number),
        )
    running.wait(lambda: running.lines().count("begin 1") >= 2)
    assert "begin 2" not in running.lines()
    running.out.with_suffix(".healed").touch()
    running.wait(lambda: "end 2" in running.lines())
    assert running.lines().index("end 1") < running.lines().index("begin 2")


def test_a_queue_that_is_gone_ends_the_worker(worker):
    running = worker()
    running.sqs.delete_queue(QueueUrl=running.url)
    assert running.process.wait(timeout=SECONDS) == 1
    assert "cannot work off" in running.logged()


def test_no_queue_is_said(address, tmp_path):
    (tmp_path / "app.py").write_text("def work(): ...")
    environment = entries.environment(address)
    environment["PYTHONPATH"] += f":{tmp_path}"
    done = subprocess.run(
        [sys.executable, "-c", START], env=environment, capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (1, "klo: KLO_QUEUE_URLS names no queue\n")
