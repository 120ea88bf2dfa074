"""Times as devices print them, and the offsets of the zone names that mean one zone only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Any, Final

from nornir_smartlic.model import Instant, UnplacedTime

_MONTHS: Final = {
    name: f"{number:02d}"
    for number, name in enumerate(
        ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"), start=1
    )
}

_HOURS: Final = {
    # Names that mean one zone in practice. IST (India, Israel, Ireland), BST (Britain, Bangladesh), CST (Chicago,
    # China) and others that mean several are left out on purpose: a device prints the name only.
    "UTC": 0, "GMT": 0, "Z": 0, "WET": 0, "WEST": 1, "CET": 1, "CEST": 2, "MEZ": 1, "MESZ": 2, "EET": 2, "EEST": 3,
    "MSK": 3, "EST": -5, "EDT": -4, "CDT": -5, "MDT": -6, "PST": -8, "PDT": -7, "AKST": -9, "AKDT": -8, "HST": -10,
    "NST": -3.5, "NDT": -2.5, "JST": 9, "KST": 9, "HKT": 8, "SGT": 8, "PKT": 5, "AEST": 10, "AEDT": 11,
    "ACST": 9.5, "ACDT": 10.5, "AWST": 8, "NZST": 12, "NZDT": 13, "SAST": 2, "BRT": -3, "ART": -3,
}  # fmt: skip

_zones: dict[str, timezone | None] = {}  # spelling -> zone; None: unplaced. Filled as spellings occur, bounded below.


def _zone(spelling: str) -> timezone | None:
    hours = _HOURS.get(spelling.upper())
    if hours is None:
        found = None
    elif hours == 0 and spelling == "UTC":
        found = UTC
    else:
        found = timezone(timedelta(hours=hours), spelling)
    if len(_zones) < 1000 and len(spelling) < 20:
        _zones[spelling] = found
    return found


_DAYS: Final = {
    f"{name} {day}": f"{month}-{number:02d}"
    for name, month in _MONTHS.items()
    for number in range(1, 32)
    for day in (f"{number:2d}", f"{number:02d}")
}  # "Oct 14" -> "10-14", "Oct  4" and "Oct 04" -> "10-04"


def instant(text: str) -> Instant:
    """``Oct 14 12:10:32 2021 UTC``; raises `ValueError`."""
    try:
        if text[9:13:3] != "::" or text[15:21:5] != "  " or text[6] != " ":
            raise ValueError
        day = f"{text[16:20]}-{_DAYS[text[:6]]}"
        spelling = text[21:]
        if spelling == "UTC":
            return datetime.fromisoformat(f"{day}T{text[7:15]}+00:00")
        if not spelling or " " in spelling:
            raise ValueError
        zone = zone_named(spelling)
        if zone is None:  # by far the most common beside UTC, and read at once
            return UnplacedTime(datetime.fromisoformat(f"{day}T{text[7:15]}"), spelling)
        return _wall(date.fromisoformat(day), time.fromisoformat(text[7:15]), zone)
    except (KeyError, IndexError, ValueError):
        raise ValueError("expected a time such as 'Oct 14 12:10:32 2021 UTC'") from None


_wall: Final = datetime.combine


def zone_named(spelling: str) -> timezone | None:
    """The zone of this name; ``None`` for a name that means several, or none that is known."""
    return _zones[spelling] if spelling in _zones else _zone(spelling)


def optional_instant(text: str) -> Instant | None:
    """A time, or ``<none>`` (``None`` in legacy outputs)."""
    if text == "<none>" or text == "None":
        return None
    return instant(text)


def clock_instant(text: str) -> Instant:
    """``15:09:55.102 UTC Wed Nov 10 2021``, as ``show clock`` and the header print it; raises `ValueError`."""
    try:
        clock, spelling, _weekday, month, day, year = text.split()
        if not clock[:2].isdigit() or len(day) > 2:
            raise ValueError
        wall = datetime.fromisoformat(f"{year}-{_MONTHS[month]}-{day:0>2}T{clock}")
        if wall.tzinfo is not None:
            raise ValueError
        zone = zone_named(spelling)
        return UnplacedTime(wall, spelling) if zone is None else wall.replace(tzinfo=zone)
    except (KeyError, ValueError):
        raise ValueError("expected a time such as '15:09:55.102 UTC Wed Nov 10 2021'") from None


def in_zones(value: Any, zones: Mapping[str, timedelta]) -> Any:
    """*value* with every time in it placed by what *zones* states of the zone names of this device."""
    if isinstance(value, UnplacedTime):
        offset = zones.get(value.zone)
        return value if offset is None else value.wall.replace(tzinfo=timezone(offset, value.zone))
    if isinstance(value, datetime):
        offset = zones.get(value.tzname() or "")
        return value if offset is None else value.replace(tzinfo=timezone(offset, value.tzname() or ""))
    if isinstance(value, tuple):
        items = tuple(in_zones(item, zones) for item in value)
        return value if all(new is old for new, old in zip(items, value, strict=True)) else items
    if is_dataclass(value) and not isinstance(value, type):
        changes = {
            item.name: new
            for item in fields(value)
            if (new := in_zones(old := getattr(value, item.name), zones)) is not old
        }
        return replace(value, **changes) if changes else value
    return value
