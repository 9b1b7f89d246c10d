"""From a message to a function's parameters."""

from __future__ import annotations

import asyncio
import collections.abc
import dataclasses
import datetime
import decimal
import enum
import inspect
import json
import threading
import types
import typing
import uuid
from typing import Any, Callable

SCALARS = (
    bool,
    int,
    float,
    decimal.Decimal,
    uuid.UUID,
    datetime.datetime,
    datetime.date,
    datetime.time,
)
SEQUENCES: dict[Any, Callable[[list[Any]], Any]] = {
    list: list,
    collections.abc.Sequence: list,
    collections.abc.Iterable: list,
    collections.abc.Collection: list,
    set: set,
    frozenset: frozenset,
    tuple: tuple,
}
UNION_TYPES = (typing.Union, getattr(types, "UnionType", typing.Union))
EMPTY = inspect.Parameter.empty


class MessageError(Exception):
    """The message does not fit the function's parameters."""


@dataclasses.dataclass
class Message:
    """What an event says, in the forms that parameters may ask for."""

    #: For a parameter without a type, or of a mapping's.
    data: Any
    #: For `str` and `bytes`.
    text: str
    #: For pydantic models, dataclasses and other types.
    model: Any
    #: For several parameters, by name.
    fields: dict[str, Any]
    #: Whether a single parameter takes the value of its name too, as a request's values do.
    named: bool = False

    @classmethod
    def of(cls, data: Any, text: str | None = None) -> Message:
        fields = data if isinstance(data, dict) else {}
        return cls(data, json.dumps(data) if text is None else text, data, fields)

    @classmethod
    def of_text(cls, text: str) -> Message:
        """JSON where the text is that, else the text itself."""
        try:
            return cls.of(json.loads(text), text)
        except ValueError:
            return cls.of(text, text)


class Call:
    """A function of the application, called with what its parameters ask for."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function = function
        self.hints = _hints(function)
        parameters = list(inspect.signature(function).parameters.values())
        self.rest = any(p.kind is p.VAR_KEYWORD for p in parameters)
        self.parameters = [p for p in parameters if p.kind not in (p.VAR_KEYWORD, p.VAR_POSITIONAL)]
        self.required = [p for p in self.parameters if p.default is EMPTY]

    def without_message(self) -> Any:
        """Calls it as a schedule does."""
        return finished(self.function())

    def with_message(self, message: Message) -> Any:
        """Calls it for one message."""
        positional, named = self.bind(message)
        return finished(self.function(*positional, **named))

    def bind(self, message: Message) -> tuple[list[Any], dict[str, Any]]:
        """The arguments that a message gives; MessageError where it does not fit."""
        if not self.parameters and not self.rest:
            return [], {}
        by_name = {p.name for p in self.required} <= message.fields.keys()
        if message.named and self._is_by_name(message):
            values = self._by_name(message)
        elif len(self.parameters) == 1 and not self.rest:
            values = {self.parameters[0].name: self._whole(self.parameters[0], message)}
        elif by_name:
            values = self._by_name(message)
        elif len(self.required) == 1:
            values = {self.required[0].name: self._whole(self.required[0], message)}
        else:
            missing = [p.name for p in self.required if p.name not in message.fields]
            raise MessageError(f"the message has no {', '.join(missing)}")
        positional = [
            values.pop(p.name)
            for p in self.parameters
            if p.kind is p.POSITIONAL_ONLY and p.name in values
        ]
        return positional, values

    def _is_by_name(self, message: Message) -> bool:
        """Whether the one parameter is a value of the message, given or left out."""
        if len(self.parameters) != 1:
            return False
        (parameter,) = self.parameters
        plain = _without_none(self.hints.get(parameter.name, EMPTY))
        left_out = parameter.default is not EMPTY and (plain is str or plain in SCALARS)
        return parameter.name in message.fields or left_out

    def _whole(self, parameter: inspect.Parameter, message: Message) -> Any:
        hint = self.hints.get(parameter.name, EMPTY)
        plain = _without_none(hint)
        if plain in SCALARS and parameter.name in message.fields:
            return convert(message.fields[parameter.name], hint, parameter.name)
        if plain is str:
            return message.text
        if plain is bytes:
            return message.text.encode()
        return convert(message.model if _is_model(plain) else message.data, hint, parameter.name)

    def _by_name(self, message: Message) -> dict[str, Any]:
        known = {p.name: self.hints.get(p.name, EMPTY) for p in self.parameters}
        return {
            name: convert(value, known.get(name, EMPTY), name)
            for name, value in message.fields.items()
            if name in known or self.rest
        }


def _hints(function: Callable[..., Any]) -> dict[str, Any]:
    target = function if inspect.isroutine(function) else type(function).__call__
    try:
        return typing.get_type_hints(inspect.unwrap(target))
    except (NameError, TypeError):
        # A type that is imported for checkers alone cannot be looked up; values stay as they are.
        return {}


_loops = threading.local()


def finished(result: Any) -> Any:
    """The result itself; a coroutine is run on one loop per thread, so that clients can be kept."""
    if not inspect.isawaitable(result):
        return result
    loop = getattr(_loops, "loop", None)
    if loop is None:
        loop = _loops.loop = asyncio.new_event_loop()
        asyncio.set_event_loop(loop)

    async def wait() -> Any:
        return await result

    return loop.run_until_complete(wait())


def _without_none(hint: Any) -> Any:
    if typing.get_origin(hint) in UNION_TYPES:
        others = [arg for arg in typing.get_args(hint) if arg is not type(None)]
        return others[0] if len(others) == 1 else hint
    return hint


def _is_model(hint: Any) -> bool:
    return isinstance(hint, type) and (
        hasattr(hint, "model_validate")
        or hasattr(hint, "parse_obj")
        or dataclasses.is_dataclass(hint)
    )


def convert(value: Any, hint: Any, name: str) -> Any:
    """A JSON value as the type that a parameter or field states."""
    if hint in (EMPTY, Any, object):
        return value
    origin = typing.get_origin(hint)
    arguments = typing.get_args(hint)
    if origin in UNION_TYPES:
        return _convert_union(value, arguments, name)
    if origin is typing.Literal:
        if value not in arguments:
            raise _misfit(value, hint, name)
        return value
    if origin in SEQUENCES or hint in SEQUENCES:
        return _convert_sequence(value, origin or hint, arguments, name)
    if origin is not None or not isinstance(hint, type):
        # `Annotated`, `NewType`, aliases and mappings with types: judged by what is beneath.
        inner = getattr(hint, "__supertype__", None) or getattr(hint, "__value__", None) or origin
        return value if inner is None else convert(value, inner, name)
    return _convert_class(value, hint, name)


def _misfit(value: Any, hint: Any, name: str) -> MessageError:
    wanted = getattr(hint, "__name__", str(hint))
    return MessageError(f"{name} should be {wanted}, not {type(value).__name__}")


def _convert_union(value: Any, members: tuple[Any, ...], name: str) -> Any:
    for member in members:
        if member is type(None):
            if value is None:
                return None
        elif isinstance(member, type) and type(value) is member:
            return value
    problem: Exception = _misfit(value, members[0], name)
    for member in members:
        if member is type(None):
            continue
        try:
            return convert(value, member, name)
        except MessageError as error:
            problem = error
    raise problem


def _convert_sequence(value: Any, kind: Any, arguments: tuple[Any, ...], name: str) -> Any:
    if not isinstance(value, (list, tuple, set, frozenset)):
        raise _misfit(value, kind, name)
    if kind is tuple and arguments and arguments[-1] is not Ellipsis:
        if len(arguments) != len(value):
            raise MessageError(f"{name} should have {len(arguments)} items, not {len(value)}")
        return tuple(convert(item, hint, name) for item, hint in zip(value, arguments))
    item_hint = arguments[0] if arguments else Any
    return SEQUENCES[kind]([convert(item, item_hint, name) for item in value])


def _convert_class(value: Any, hint: type, name: str) -> Any:
    if hasattr(hint, "model_validate") or hasattr(hint, "parse_obj"):
        return _convert_pydantic(value, hint)
    if dataclasses.is_dataclass(hint):
        return _convert_dataclass(value, hint, name)
    if issubclass(hint, enum.Enum):
        try:
            return hint(value)
        except ValueError as error:
            raise MessageError(f"{name}: {error}") from None
    if hint in SCALARS:
        return _convert_scalar(value, hint, name)
    if hint is str:
        return value if isinstance(value, str) else _text(value, name)
    if hint is bytes:
        return value if isinstance(value, bytes) else _text(value, name).encode()
    if typing.is_typeddict(hint) if hasattr(typing, "is_typeddict") else False:
        hint = dict
    if isinstance(value, hint):
        return value
    raise _misfit(value, hint, name)


def _text(value: Any, name: str) -> str:
    if value is None:
        raise MessageError(f"{name} should be str, not null")
    return value if isinstance(value, str) else json.dumps(value)


def _convert_pydantic(value: Any, hint: Any) -> Any:
    validate = getattr(hint, "model_validate", None) or hint.parse_obj
    try:
        return validate(value)
    except ValueError as error:
        # Both versions of pydantic raise a subclass of ValueError.
        raise MessageError(str(error)) from error


def _convert_dataclass(value: Any, hint: Any, name: str) -> Any:
    if not isinstance(value, dict):
        raise _misfit(value, hint, name)
    hints = typing.get_type_hints(hint)
    given: dict[str, Any] = {}
    for field in dataclasses.fields(hint):
        if field.init and field.name in value:
            inner = f"{name}.{field.name}"
            given[field.name] = convert(value[field.name], hints.get(field.name, Any), inner)
    try:
        return hint(**given)
    except TypeError as error:
        raise MessageError(f"{name}: {error}") from None


def _convert_scalar(value: Any, hint: Any, name: str) -> Any:
    if type(value) is hint:
        return value
    if hint is bool and value in ("true", "false"):
        return value == "true"
    if hint is bool or isinstance(value, (bool, type(None))):
        raise _misfit(value, hint, name)
    try:
        if hint in (datetime.datetime, datetime.date, datetime.time):
            return hint.fromisoformat(value.replace("Z", "+00:00"))
        if hint is float and isinstance(value, int):
            return float(value)
        if hint is int and isinstance(value, float):
            raise _misfit(value, hint, name)
        return hint(str(value))
    except (ValueError, TypeError, AttributeError, ArithmeticError):
        raise _misfit(value, hint, name) from None
