"""From an HTTP request, as gateways and load balancers hand it to Lambda, to a call and back."""

from __future__ import annotations

import base64
import dataclasses
import datetime
import decimal
import enum
import json
import logging
import uuid
from typing import Any

from klo_runtime.convert import Call, Message, MessageError, finished

log = logging.getLogger("klo")


def is_request(event: Any) -> bool:
    """Whether an event is a request of an HTTP API, a REST API or a load balancer."""
    return isinstance(event, dict) and (
        "httpMethod" in event or "http" in (event.get("requestContext") or {})
    )


def answer(call: Call, event: dict[str, Any]) -> dict[str, Any]:
    """Calls the function for a request; its result is the response's body, as JSON."""
    try:
        positional, named = call.bind(request(event))
    except MessageError as error:
        log.warning("bad request: %s", error)
        return _response(400, {"error": str(error)})
    result = finished(call.function(*positional, **named))
    if isinstance(result, dict) and isinstance(result.get("statusCode"), int):
        body = result.get("body")
        if body is not None and not isinstance(body, str):
            result = {**result, "body": json.dumps(body, default=plain)}
        return result
    if result is None:
        return {"statusCode": 204, "headers": {}, "body": "", "isBase64Encoded": False}
    return _response(200, result)


def _response(status: int, body: Any) -> dict[str, Any]:
    return {
        "statusCode": status,
        "headers": {"content-type": "application/json"},
        "body": json.dumps(body, default=plain),
        "isBase64Encoded": False,
    }


def request(event: dict[str, Any]) -> Message:
    """A request as a message: several parameters take its path, query and body values by name."""
    context = event.get("requestContext") or {}
    over_http = context.get("http") or {}
    body = _body(event)
    text = body if isinstance(body, str) else ""
    try:
        parsed = json.loads(text) if text else None
    except ValueError:
        parsed = text
    if isinstance(body, bytes):
        parsed = body
    path_parameters = event.get("pathParameters") or {}
    query = event.get("queryStringParameters") or {}
    data = {
        "method": event.get("httpMethod") or over_http.get("method"),
        "path": event.get("rawPath") or event.get("path"),
        "headers": {k.lower(): v for k, v in (event.get("headers") or {}).items()},
        "query": query,
        "path_parameters": path_parameters,
        "cookies": event.get("cookies") or [],
        "body": parsed,
    }
    values = {**query, **path_parameters, **(parsed if isinstance(parsed, dict) else {})}
    model = values if parsed is None else parsed
    return Message(data, text, model, {**data, "request": data, **values}, named=True)


def _body(event: dict[str, Any]) -> Any:
    body = event.get("body")
    if not event.get("isBase64Encoded") or body is None:
        return body
    raw = base64.b64decode(body)
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw


def plain(value: Any) -> Any:
    """A value as one that JSON knows; a value that it knows already stays."""
    if hasattr(value, "model_dump"):
        return value.model_dump(mode="json")
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, decimal.Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, (datetime.datetime, datetime.date, datetime.time)):
        return value.isoformat()
    if isinstance(value, uuid.UUID):
        return str(value)
    if isinstance(value, (bytes, bytearray)):
        return base64.b64encode(value).decode()
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(item) for item in value]
    return value
