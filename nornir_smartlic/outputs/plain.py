"""Any value of the model as plain JSON: one rule per type, so that a fact looks the same everywhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime, timedelta
from enum import Enum
from pathlib import Path
from typing import TypeAlias

from nornir_smartlic.model import Secret, UnplacedTime
from nornir_smartlic.outputs.texts import clean

Plain: TypeAlias = bool | int | float | str | list["Plain"] | dict[str, "Plain"] | None


def plain(value: object) -> Plain:
    """*value* as JSON has it.

    Dataclasses become objects, enums the device's spelling, instants ISO 8601 with their offset, spans ISO 8601
    durations (``P30D``, ``PT15M``). A time in a zone whose offset is unknown is ``{"wall": ..., "zone": ...}``.
    What would act in a text is shown (`texts`).

    Raises:
        TypeError: a secret, or a type that has no rule; neither belongs into a result.
    """
    if isinstance(value, Enum):
        return plain(value.value)
    if isinstance(value, str):
        return clean(value)
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, UnplacedTime):
        return {"wall": value.wall.isoformat(), "zone": value.zone}
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, timedelta):
        return duration(value)
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, Mapping):
        return {str(plain(key)): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, set | frozenset):
        return sorted((plain(item) for item in value), key=str)
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Secret):
        raise TypeError("a secret has no place in a result")
    raise TypeError(f"{type(value).__name__} has no JSON form")


def duration(span: timedelta) -> str:
    """*span* as an ISO 8601 duration."""
    sign, rest = ("-", -span) if span < timedelta(0) else ("", span)
    hours, seconds = divmod(rest.seconds, 3600)
    minutes, seconds = divmod(seconds, 60)
    fraction = f".{rest.microseconds:06d}".rstrip("0") if rest.microseconds else ""
    clock = "".join(
        [
            f"{hours}H" if hours else "",
            f"{minutes}M" if minutes else "",
            f"{seconds}{fraction}S" if seconds or fraction else "",
        ]
    )
    if not rest:
        return "PT0S"
    days = f"{rest.days}D" if rest.days else ""
    return f"{sign}P{days}" + (f"T{clock}" if clock else "")
