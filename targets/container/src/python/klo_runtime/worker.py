"""Takes messages off queues and calls one function for each, until told to stop.

A message is deleted once the call returned. While it is being worked on it is kept invisible to
others; when the call fails it becomes visible again after the queue's visibility timeout.
"""

from __future__ import annotations

import functools
import logging
import os
import re
import signal
import sys
import threading
import time
from typing import Any, Callable

from klo_runtime.aws import AwsError, Client
from klo_runtime.convert import Call, finished
from klo_runtime.events import Handler, event_of, messages_of

log = logging.getLogger("klo")

#: Short enough that a worker that waits for messages ends well within ECS's 30 seconds of grace.
WAIT_SECONDS = 10
PAUSE_AFTER_ERROR = 5.0


class Queue:
    """One SQS queue."""

    def __init__(self, url: str) -> None:
        self.url = url
        found = re.match(r"https?://sqs\.([a-z0-9-]+)\.", url)
        region = found.group(1) if found else _region()
        self.client = Client(
            "sqs",
            region,
            target="AmazonSQS",
            endpoint_variable="AWS_ENDPOINT_URL_SQS",
            content_type="application/x-amz-json-1.0",
        )

    @functools.cached_property
    def visibility(self) -> int:
        """For how many seconds a received message is invisible to others, as the queue has it."""
        wanted = {"QueueUrl": self.url, "AttributeNames": ["VisibilityTimeout"]}
        answer = self.client.call("GetQueueAttributes", wanted)
        return int(answer["Attributes"]["VisibilityTimeout"])

    def receive(self) -> dict[str, Any] | None:
        """The next message, or None when none came while waiting.

        One at a time: a worker that is slow then holds nothing back from the others, and the next
        message of a FIFO group cannot overtake one that failed.
        """
        answer = self.client.call(
            "ReceiveMessage",
            {
                "QueueUrl": self.url,
                "MaxNumberOfMessages": 1,
                "WaitTimeSeconds": WAIT_SECONDS,
            },
            timeout=WAIT_SECONDS + 10,
        )
        messages = answer.get("Messages") or []
        return messages[0] if messages else None

    def delete(self, receipt: str) -> None:
        self.client.call("DeleteMessage", {"QueueUrl": self.url, "ReceiptHandle": receipt})

    def hide(self, receipt: str, seconds: int) -> None:
        """Keeps a message invisible for so long from now."""
        self.client.call(
            "ChangeMessageVisibility",
            {"QueueUrl": self.url, "ReceiptHandle": receipt, "VisibilityTimeout": seconds},
        )


class Hidden:
    """Keeps a message invisible while the block runs."""

    def __init__(self, queue: Queue, receipt: str) -> None:
        self.queue = queue
        self.receipt = receipt
        self.done = threading.Event()
        self.thread = threading.Thread(target=self._renew, daemon=True)

    def _renew(self) -> None:
        while not self.done.wait(max(1.0, self.queue.visibility / 2)):
            try:
                self.queue.hide(self.receipt, self.queue.visibility)
            except AwsError as error:
                log.warning("cannot keep a message invisible: %s", error)

    def __enter__(self) -> None:
        self.thread.start()

    def __exit__(self, *_: object) -> None:
        self.done.set()
        self.thread.join()


class Worker:
    """Works off queues, one thread each."""

    def __init__(self, queues: list[Queue], work: Callable[[dict[str, Any]], None]) -> None:
        self.queues = queues
        self.work = work
        self.stopping = threading.Event()
        self.failed = False

    def run(self) -> int:
        """Works until SIGTERM or SIGINT; 0 then, 1 when a queue cannot be worked off at all."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self.stopping.set())
        threads = [threading.Thread(target=self._serve, args=(queue,)) for queue in self.queues]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return 1 if self.failed else 0

    def _serve(self, queue: Queue) -> None:
        try:
            log.info("working off %s, invisible for %d s", queue.url, queue.visibility)
            while not self.stopping.is_set():
                self._step(queue)
        except Exception:
            log.exception("cannot work off %s", queue.url)
            self.failed = True
            self.stopping.set()

    def _step(self, queue: Queue) -> None:
        try:
            message = queue.receive()
        except AwsError as error:
            if 400 <= error.status < 500:
                raise
            log.warning("cannot receive: %s", error)
            self.stopping.wait(PAUSE_AFTER_ERROR)
            return
        if message is None:
            return
        receipt = message["ReceiptHandle"]
        if self.stopping.is_set():
            queue.hide(receipt, 0)
            return
        started = time.monotonic()
        try:
            with Hidden(queue, receipt):
                self.work(message)
        except (Exception, SystemExit):
            log.exception("message %s failed", message["MessageId"])
            return
        queue.delete(receipt)
        log.info("message %s done in %.3f s", message["MessageId"], time.monotonic() - started)


def _region() -> str:
    region = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")
    if not region:
        sys.exit("klo: AWS_REGION is not set")
    return region


def serve(function: Callable[..., Any], events: tuple[str, ...]) -> None:
    """Works off the queues in KLO_QUEUE_URLS with a function of the application."""
    call = Call(function)

    def work(message: dict[str, Any]) -> None:
        for each in messages_of(message["Body"], events):
            call.with_message(each)

    _serve(work)


def serve_handler(handler: Handler, events: tuple[str, ...]) -> None:
    """Works off the queues in KLO_QUEUE_URLS with a Lambda handler, one message an event."""

    def work(message: dict[str, Any]) -> None:
        answer = finished(handler(event_of(message["MessageId"], message["Body"], events), None))
        if isinstance(answer, dict) and answer.get("batchItemFailures"):
            raise RuntimeError("the handler reports that it failed")

    _serve(work)


def _log_to_stderr() -> None:
    """Shows what this module logs, and leaves the application's own logging as it is."""
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(levelname)s %(name)s %(message)s"))
    log.addHandler(handler)
    log.setLevel(logging.INFO)
    log.propagate = False


def _serve(work: Callable[[dict[str, Any]], None]) -> None:
    _log_to_stderr()
    queues = [Queue(url) for url in os.environ.get("KLO_QUEUE_URLS", "").split()]
    if not queues:
        sys.exit("klo: KLO_QUEUE_URLS names no queue")
    sys.exit(Worker(queues, work).run())
