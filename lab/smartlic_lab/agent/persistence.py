"""What survives a reload, as JSON: dataclasses to plain values and back, by their type hints."""

from __future__ import annotations

import types
from collections import deque
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime, timedelta
from enum import Enum
from functools import cache
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

V = TypeVar("V")


def encode(value: Any) -> Any:
    """*value* in JSON's types: dataclasses as objects, instants in ISO form, spans in seconds, enums by value."""
    if value is None or isinstance(value, str | int | float):
        return value
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, list | tuple | deque | set | frozenset):
        return [encode(item) for item in value]
    if isinstance(value, Mapping):
        return {str(key): encode(item) for key, item in value.items()}
    if is_dataclass(value):
        return {field.name: encode(getattr(value, field.name)) for field in fields(value) if field.repr}
    raise TypeError(f"a {type(value).__name__} has no place in the licensing store")


def decode(kind: type[V], raw: Any) -> V:
    """The value of type *kind* that `encode` made *raw* of; fields that are not there keep their defaults."""
    result: V = _decode(kind, raw)
    return result


def _decode(kind: Any, raw: Any) -> Any:
    origin = get_origin(kind)
    if origin in (Union, types.UnionType):
        if raw is None:
            return None
        options = [option for option in get_args(kind) if option is not types.NoneType]
        return _decode(datetime if datetime in options else options[0], raw)  # an agent's instants are always placed
    if origin in (list, deque, set):
        (item,) = get_args(kind)
        made = (_decode(item, one) for one in raw)
        return list(made) if origin is list else set(made) if origin is set else deque(made)
    if origin is tuple:
        items = get_args(kind)
        if len(items) == 2 and items[1] is Ellipsis:
            return tuple(_decode(items[0], one) for one in raw)
        return tuple(_decode(item, one) for item, one in zip(items, raw, strict=True))
    if origin is dict:
        key, item = get_args(kind)
        return {_decode_key(key, name): _decode(item, one) for name, one in raw.items()}
    if kind is datetime:
        return datetime.fromisoformat(raw)
    if kind is timedelta:
        return timedelta(seconds=raw)
    if isinstance(kind, type) and is_dataclass(kind):
        hints = _hints(kind)
        return kind(**{name: _decode(hints[name], one) for name, one in raw.items() if name in hints})
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind(raw)
    return raw


def _decode_key(kind: Any, name: str) -> Any:
    return int(name) if kind is int else _decode(kind, name)


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)
