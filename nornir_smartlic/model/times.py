"""Instants as devices print them: wall time and the name of a zone, with the offset only where it is known."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class UnplacedTime:
    """A wall time in a zone whose offset nobody told: ``Apr 23 15:28:43 2025 IST`` without a ``clock timezone`` line.

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
