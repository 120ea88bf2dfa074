"""Instants as devices print them: wall time and the name of a zone, with the offset only where it is known."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, TypeAlias


@dataclass(frozen=True, slots=True)
class UnplacedTime:
    """A wall time in a zone whose offset nobody gave: ``Apr 23 15:28:43 2025 IST`` without a ``clock timezone`` line.

    It says so instead of guessing. Names that mean several zones (IST, CST, BST) are unplaced too.
    """

    wall: datetime  # naive
    zone: str

    def __post_init__(self) -> None:
        if self.wall.tzinfo is not None:
            raise ValueError("an unplaced time is naive; a datetime with an offset stands for itself")

    def __str__(self) -> str:
        return f"{self.wall:%b %d %H:%M:%S %Y} {self.zone}"


Instant: TypeAlias = datetime | UnplacedTime
"""An aware datetime, its ``tzname()`` the device's spelling of the zone; or an `UnplacedTime`."""


def placed(instant: Instant | None) -> datetime | None:
    """The aware datetime of *instant*; ``None`` where there is none or its zone is unknown."""
    return instant if isinstance(instant, datetime) else None


_STAMP: Final = re.compile(r"[*.]?(?P<month>[A-Z][a-z]{2}) +(?P<day>\d+) (?:(?P<year>\d{4}) )?(?P<clock>\d+:\d\d:\d\d)")


def logged_at(line: str, now: datetime | None) -> datetime | None:
    """When a log line was written, by the device's time *now*; ``None``: it does not tell (uptime, no timestamps).

    The log counts in UTC, or in the device's zone with ``localtime``: of the two, the later is taken, so that a
    failure is rather shown too long. A year is seldom printed: it is the last one that is not in the future.
    """
    found = _STAMP.search(line.partition("%")[0])
    if found is None or now is None:
        return None
    offset = min(now.utcoffset() or timedelta(0), timedelta(0))
    years = [int(found["year"])] if found["year"] else [now.year, now.year - 1]
    for year in years:
        try:
            text = f"{year} {found['month']} {found['day']} {found['clock']}"
            at = datetime.strptime(text, "%Y %b %d %H:%M:%S").replace(tzinfo=UTC) - offset
        except ValueError:
            continue
        if at <= now + timedelta(days=1):
            return at
    return None
