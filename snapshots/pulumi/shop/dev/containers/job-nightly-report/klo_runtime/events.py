"""From the events of AWS to calls of one function."""

from __future__ import annotations

import base64
import importlib
import json
import logging
import operator
import os
import runpy
import urllib.parse
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Callable

from klo_runtime import http
from klo_runtime.convert import Call, Message, finished

log = logging.getLogger("klo")

Handler = Callable[[Any, Any], Any]


def load(module: str, attribute: str) -> Any:
    """The function of a name in a module; the name may have dots."""
    return operator.attrgetter(attribute)(importlib.import_module(module))


def lambda_handler(function: Callable[..., Any], events: tuple[str, ...]) -> Handler:
    """A Lambda handler that calls the function for each message of an event.

    `events` names the triggers that the function has, so that a message that merely looks like an
    event of another trigger is left as it is.
    """
    call = Call(function)

    def handle(event: Any, context: Any) -> Any:
        source = _source(event)
        if source == "aws:sqs":
            return _queue(call, event["Records"], events)
        if source == "aws:dynamodb":
            return _stream(call, event["Records"])
        if source in ("aws:s3", "aws:sns"):
            return _each(call, event["Records"], events)
        if "http" in events and http.is_request(event):
            return http.answer(call, event)
        return run(call, event, events)

    return handle


def run(call: Call, event: Any, events: tuple[str, ...]) -> Any:
    """Calls the function for an event that is no batch: a schedule's, or a caller's own."""
    if "schedule" in events and _is_tick(event):
        return call.without_message()
    if isinstance(event, dict) and event.get("Event") == "s3:TestEvent":
        return None
    return http.plain(call.with_message(Message.of(event)))


def run_once(function: Callable[..., Any]) -> None:
    """Runs the function as a job, for the event in KLO_EVENT where there is one."""
    call = Call(function)
    event = os.environ.get("KLO_EVENT")
    if event:
        call.with_message(Message.of_text(event))
    else:
        call.without_message()


def run_handler_once(handler: Handler) -> None:
    """Runs a Lambda handler as a job, for the event in KLO_EVENT or an empty one."""
    finished(handler(json.loads(os.environ.get("KLO_EVENT") or "{}"), None))


def program_handler(module: str) -> Handler:
    """A Lambda handler that runs a program for each event."""

    def handle(event: Any, context: Any) -> None:
        runpy.run_module(module, run_name="__main__", alter_sys=True)

    return handle


def event_of(message_id: str, body: str, events: tuple[str, ...]) -> Any:
    """The event that Lambda would hand over, for a message of a queue that stands for a trigger."""
    try:
        data = json.loads(body)
    except ValueError:
        data = None
    if isinstance(data, list) and len(data) == 1 and "table" in events:
        data = data[0]
    if isinstance(data, dict):
        if "topic" in events and data.get("Type") == "Notification":
            return {"Records": [{"EventSource": "aws:sns", "Sns": data}]}
        if "bucket" in events and _source(data) == "aws:s3":
            return data
        if "table" in events and data.get("eventSource") == "aws:dynamodb":
            return {"Records": [data]}
    record = {"messageId": message_id, "body": body, "eventSource": "aws:sqs"}
    return {"Records": [{**record, "attributes": {}, "messageAttributes": {}}]}


def _source(event: Any) -> str:
    records = event.get("Records") if isinstance(event, dict) else None
    if not isinstance(records, list) or not records or not isinstance(records[0], dict):
        return ""
    return str(records[0].get("eventSource") or records[0].get("EventSource") or "")


def _is_tick(event: Any) -> bool:
    if not isinstance(event, dict):
        return event is None
    return not event or event.get("source") in ("aws.scheduler", "aws.events")


def _queue(call: Call, records: list[Any], events: tuple[str, ...]) -> dict[str, Any]:
    """One call per message. What failed goes back to the queue, what did not is done.

    In a FIFO queue a message may not overtake one of its group that failed.
    """
    failures = []
    failed_groups: set[str] = set()
    for record in records:
        message_id = record["messageId"]
        fifo = str(record.get("eventSourceARN", "")).endswith(".fifo")
        group = str(record.get("attributes", {}).get("MessageGroupId", "")) if fifo else ""
        if fifo and group in failed_groups:
            failures.append({"itemIdentifier": message_id})
            continue
        try:
            for message in messages_of(record["body"], events):
                call.with_message(message)
        except Exception:
            log.exception("message %s failed", message_id)
            failures.append({"itemIdentifier": message_id})
            failed_groups.add(group)
    return {"batchItemFailures": failures}


def _stream(call: Call, records: list[Any]) -> dict[str, Any]:
    """One call per change, in order: after one that failed, it and all later ones come again."""
    for record in records:
        try:
            call.with_message(_change(record))
        except Exception:
            number = record["dynamodb"]["SequenceNumber"]
            log.exception("change %s failed", number)
            return {"batchItemFailures": [{"itemIdentifier": number}]}
    return {"batchItemFailures": []}


def _each(call: Call, records: list[Any], events: tuple[str, ...]) -> None:
    """One call per record; an error fails the event, so that Lambda tries it again."""
    for record in records:
        if "Sns" in record:
            for message in messages_of(record["Sns"]["Message"], events):
                call.with_message(message)
        else:
            call.with_message(_object(record))


def messages_of(body: str, events: tuple[str, ...]) -> Iterator[Message]:
    """The messages in the body of a queue's message, out of the envelopes of other triggers."""
    message = Message.of_text(body)
    data = message.data
    if isinstance(data, list) and len(data) == 1 and "table" in events:
        data = data[0]
    if isinstance(data, dict):
        if "topic" in events and data.get("Type") == "Notification" and "TopicArn" in data:
            yield from messages_of(data["Message"], events)
            return
        if "bucket" in events:
            if data.get("Event") == "s3:TestEvent":
                return
            if _source(data) == "aws:s3":
                yield from map(_object, data["Records"])
                return
        if "table" in events and data.get("eventSource") == "aws:dynamodb":
            yield _change(data)
            return
    yield message


def _object(record: dict[str, Any]) -> Message:
    """An object of a bucket that came or went; as text it is its key."""
    stored = record["s3"]["object"]
    key = urllib.parse.unquote_plus(stored["key"])
    fields = {
        "bucket": record["s3"]["bucket"]["name"],
        "key": key,
        "size": stored.get("size"),
        "etag": stored.get("eTag"),
        "version": stored.get("versionId"),
        "event": record.get("eventName"),
        "time": record.get("eventTime"),
    }
    return Message.of(fields, key)


def _change(record: dict[str, Any]) -> Message:
    """A change of an item; a model is made of the item as it is now, or as it was when deleted."""
    change = record["dynamodb"]
    new, old = (
        {name: _attribute(value) for name, value in change[image].items()}
        if image in change
        else None
        for image in ("NewImage", "OldImage")
    )
    keys = {name: _attribute(value) for name, value in change.get("Keys", {}).items()}
    data = {"event": record.get("eventName"), "keys": keys, "new": new, "old": old}
    fields = {**data, "new_image": new, "old_image": old}
    return Message(data, json.dumps(data, default=http.plain), new or old or keys, fields)


def _attribute(value: dict[str, Any]) -> Any:
    """A value in DynamoDB's own JSON as a Python value."""
    ((kind, inner),) = value.items()
    if kind == "M":
        return {name: _attribute(item) for name, item in inner.items()}
    if kind == "L":
        return [_attribute(item) for item in inner]
    if kind in ("NS", "SS", "BS"):
        return {_attribute({kind[0]: item}) for item in inner}
    if kind == "N":
        number = Decimal(inner)
        return int(number) if number == number.to_integral_value() else number
    if kind == "B":
        return base64.b64decode(inner)
    return None if kind == "NULL" else inner
