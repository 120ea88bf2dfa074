"""What survives a reload, as JSON: dataclasses to plain values and back, by their type hints."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Set
from dataclasses import fields, is_dataclass
from datetime import datetime, timedelta
from types import UnionType
from typing import Any, Final, TypeVar, Union, get_args, get_origin

from cattrs import Converter
from cattrs.gen import make_dict_structure_fn, make_dict_unstructure_fn, override

V = TypeVar("V")


def encode(value: Any) -> Any:
    """*value* in JSON's types: dataclasses as objects, instants in ISO form, spans in seconds, enums by value."""
    return _CONVERTER.unstructure(value)


def decode(kind: type[V], raw: Any) -> V:
    """The value of type *kind* that `encode` made *raw* of; fields that are not there keep their defaults.

    Raises:
        KeyError, TypeError, ValueError, AttributeError: *raw* is nothing that `encode` makes of such a value.
    """
    return _CONVERTER.structure(raw, kind)


def _unknown(kind: Any) -> Callable[[Any], Any]:
    if kind in (bool, int, float, type(None)):
        return lambda value: value

    def refuse(value: object) -> Any:
        raise TypeError(f"a {type(value).__name__} has no place in the licensing store")

    return refuse


def _is_instant(kind: Any) -> bool:
    """Whether *kind* is a datetime or a union with one: an agent's instants are always placed."""
    return kind is datetime or (get_origin(kind) in (Union, UnionType) and datetime in get_args(kind))


def _converter() -> Converter:
    made = Converter(
        unstruct_collection_overrides={tuple: list, deque: list, Set: list},
        unstructure_fallback_factory=_unknown,
        detailed_validation=False,
    )
    made.register_unstructure_hook(datetime, datetime.isoformat)
    made.register_unstructure_hook(timedelta, timedelta.total_seconds)
    made.register_structure_hook_func(_is_instant, lambda raw, _: None if raw is None else datetime.fromisoformat(raw))
    made.register_structure_hook(timedelta, lambda raw, _: timedelta(seconds=raw))
    made.register_unstructure_hook_factory(
        is_dataclass, lambda kind: make_dict_unstructure_fn(kind, made, **_left_out(kind))
    )
    made.register_structure_hook_factory(
        is_dataclass, lambda kind: make_dict_structure_fn(kind, made, **_left_out(kind))
    )
    return made


def _left_out(kind: Any) -> dict[str, Any]:
    """Fields without a ``repr`` are made again of the others."""
    return {item.name: override(omit=True) for item in fields(kind) if not item.repr}


_CONVERTER: Final = _converter()
