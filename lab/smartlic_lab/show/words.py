"""How single values are printed."""

from __future__ import annotations

from datetime import timedelta
from enum import Enum
from typing import Final

from nornir_smartlic.model import Instant, Member, Udi, UnplacedTime

UNITS: Final = {"week": 604800, "day": 86400, "hour": 3600, "minute": 60, "second": 1}  # seconds of each
CODES: Final = {  # keys of the codes of a member, and their fields
    "Request code": "request_code",
    "Last return code": "last_return_code",
    "Last Confirmation code": "last_confirmation_code",
    "Reservation authorization code": "authorization_code",
}
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def word(value: Enum | None) -> str:
    """The device's spelling; a text whose word nobody knew is not printed back, and says so."""
    return "<unknown>" if value is None else str(value.value)


def instant(time: Instant) -> str:
    """``Oct 14 12:10:32 2021 UTC``; the zone is spelled as the device spells it, whatever the language here."""
    wall, zone = (time.wall, time.zone) if isinstance(time, UnplacedTime) else (time, time.tzname())
    return (
        f"{_MONTHS[wall.month - 1]} {wall.day:02d} {wall.hour:02d}:{wall.minute:02d}:{wall.second:02d} "
        f"{wall.year} {zone}"
    )


def clock(time: Instant) -> str:
    """``15:09:55.102 UTC Wed Nov 10 2021``."""
    wall, zone = (time.wall, time.zone) if isinstance(time, UnplacedTime) else (time, time.tzname())
    day = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")[wall.weekday()]
    return (
        f"{wall.hour:02d}:{wall.minute:02d}:{wall.second:02d}.{wall.microsecond // 1000:03d} {zone} "
        f"{day} {_MONTHS[wall.month - 1]} {wall.day} {wall.year}"
    )


def time_or_none(time: Instant | None) -> str:
    """A time, or ``<none>``."""
    return "<none>" if time is None else instant(time)


def none(value: str | None) -> str:
    """A missing fact is ``<none>``."""
    return "<none>" if value is None else value


def empty(value: object | None) -> str:
    """A setting that is not configured is ``<empty>``."""
    return "<empty>" if value is None else str(value)


def switch(on: bool) -> str:
    """ENABLED or DISABLED."""
    return "ENABLED" if on else "DISABLED"


def truth(value: bool) -> str:
    """True or False."""
    return "True" if value else "False"


def allowed(value: bool) -> str:
    """ALLOWED or NOT ALLOWED."""
    return "ALLOWED" if value else "NOT ALLOWED"


def member(who: Member) -> str:
    """``Active: PID:...,SN:...``."""
    return f"{who.role.value}: {who.udi}"


def short_udi(udi: Udi) -> str:
    """``P:...,S:...``."""
    return f"P:{udi.pid},S:{udi.sn}"


def remaining(span: timedelta, units: tuple[str, ...] = ()) -> str:
    """``6 hours, 53 minutes, 4 seconds``; larger units that are zero are left out, smaller ones are not.

    Devices print ``1 hours``. With *units*, in those and in their spelling.
    """
    seconds = int(span.total_seconds())
    if units:
        counts = []
        for unit in units:
            count, seconds = divmod(seconds, UNITS[unit.removesuffix("s")])
            counts.append(f"{count} {unit}")
        return ", ".join(counts)
    days, seconds = divmod(seconds, 86400)
    hours, seconds = divmod(seconds, 3600)
    minutes, seconds = divmod(seconds, 60)
    parts = [(days, "days"), (hours, "hours"), (minutes, "minutes"), (seconds, "seconds")]
    while len(parts) > 1 and parts[0][0] == 0:
        del parts[0]
    return ", ".join(f"{count} {unit}" for count, unit in parts)


def interval(span: timedelta) -> str:
    """``00:15:00``."""
    seconds = int(span.total_seconds())
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
