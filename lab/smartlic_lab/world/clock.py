"""Virtual time: still, moved by hand, or passing at a multiple of real time."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final

from nornir_smartlic.errors import UsageError

_UNITS: Final = {"w": "weeks", "d": "days", "h": "hours", "m": "minutes", "s": "seconds"}
_SPAN: Final = re.compile(r"(?:\d+(?:\.\d+)?[wdhms])+")


def parse_span(text: str) -> timedelta:
    """The span of ``30d``, ``1d12h``, ``90m`` or ``45s``; raises `UsageError`."""
    text = text.strip().lower()
    if not _SPAN.fullmatch(text):
        raise UsageError(f"{text!r} is not a span of time - expected something like 30d, 1d12h, 90m or 45s")
    total = timedelta()
    try:
        for number, unit in re.findall(r"(\d+(?:\.\d+)?)([wdhms])", text):
            total += timedelta(**{_UNITS[unit]: float(number)})
    except OverflowError:
        raise UsageError(f"{text!r} is longer than a calendar has days") from None
    return total


class VirtualClock:
    """The time of a world. It never goes backwards; ``speed`` 0 stands still until `move_to`.

    Args:
        start: an aware instant.
        speed: virtual seconds per real second.
        monotonic: the real time, in seconds; tests hand in their own.
    """

    def __init__(self, start: datetime, speed: float = 0.0, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        if start.tzinfo is None:
            raise ValueError("a clock starts at an aware instant")
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._base = start.astimezone(UTC)
        self._anchor = monotonic()
        self._speed = 0.0
        self.speed = speed

    def now(self) -> datetime:
        """The instant, in UTC."""
        if not self._speed:
            return self._base
        with self._lock:
            return self._base + timedelta(seconds=(self._monotonic() - self._anchor) * self._speed)

    @property
    def speed(self) -> float:
        """Virtual seconds per real second; 0: still."""
        return self._speed

    @speed.setter
    def speed(self, speed: float) -> None:
        if not 0 <= speed <= 10_000_000:
            raise UsageError(f"speed {speed:g} - expected a number from 0 (still) to 10000000")
        now = self.now()
        with self._lock:
            self._base, self._anchor, self._speed = now, self._monotonic(), float(speed)

    def move_to(self, instant: datetime) -> None:
        """Go forward to *instant*; an instant that has passed changes nothing."""
        if instant > self.now():
            with self._lock:
                self._base, self._anchor = instant, self._monotonic()
