"""Any value as plain JSON, parsed, printed or stored: one rule per type, so that a fact looks the same everywhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime, timedelta
from enum import Enum
from pathlib import Path
from typing import Any, Final, TypeAlias

from nornir_smartlic.model import (
    DeviceVersion,
    Intent,
    LicenseUsage,
    LicensingState,
    RunningConfiguration,
    Secret,
    UnplacedTime,
)
from nornir_smartlic.model.seldom import is_left_out
from nornir_smartlic.outputs.texts import clean

Plain: TypeAlias = bool | int | float | str | list["Plain"] | dict[str, "Plain"] | None
_SPARSE: Final = (LicensingState, LicenseUsage, DeviceVersion, RunningConfiguration, Intent)  # None: not printed


def plain(value: object) -> Plain:
    """*value* as JSON has it.

    Dataclasses become objects, enums the device's spelling, instants ISO 8601 with their offset, spans ISO 8601
    durations (``P30D``, ``PT15M``). A time in a zone whose offset is unknown is ``{"wall": ..., "zone": ...}``.
    What would act in a text is shown (`texts`). A key is absent where the output that was read does not print the
    field; ``null`` is the fact that nothing is there.

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
        return {name: plain(item) for name, item in _told(value)}
    if isinstance(value, Secret):
        raise TypeError("a secret has no place in a result")
    raise TypeError(f"{type(value).__name__} has no JSON form")


def _told(value: Any) -> list[tuple[str, object]]:
    """The fields of *value* that are in JSON, and what they hold."""
    told = [(item.name, shown) for item in fields(value) if not is_left_out(item, shown := getattr(value, item.name))]
    return [pair for pair in told if pair[1] is not None] if isinstance(value, _SPARSE) else told


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
