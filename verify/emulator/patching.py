"""How a gap is filled: wrap a method, or add an operation and its path."""

import json
from collections.abc import Callable
from functools import wraps
from typing import Any


def after(owner: type, name: str, then: Callable[..., Any]) -> None:
    """Calls `then(self, result, *args)` when `owner.name` returns; its answer counts."""
    original = getattr(owner, name)

    @wraps(original)
    def wrapped(self: Any, *args: Any, **kwargs: Any) -> Any:
        return then(self, original(self, *args, **kwargs), *args, **kwargs)

    setattr(owner, name, wrapped)


def plain(value: Any) -> Any:
    """A request parameter as moto parsed it, in the dictionaries that AWS's model names."""
    if hasattr(value, "original_dict"):
        return value.original_dict()
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value


def body(response: Any) -> dict[str, Any]:
    """The JSON body of a request."""
    return json.loads(response.body or "{}")


def route(urls: Any, handler: Any, *paths: str) -> None:
    """Makes a service's server answer on paths that moto does not list."""
    for path in paths:
        urls.url_paths["{0}" + path] = handler
