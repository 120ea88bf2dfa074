"""How long to wait for what a device does by itself, and how often to look."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Patience:
    """Look after *first*, then after ever longer spans up to *longest*, until *limit* has passed in all."""

    limit: timedelta
    first: timedelta = timedelta(seconds=2)
    longest: timedelta = timedelta(seconds=10)

    def spans(self) -> Iterator[timedelta]:
        """The spans to wait between looks; they add up to the limit."""
        left, span = self.limit, self.first
        while left > timedelta(0):
            yield min(span, left)
            left -= span
            span = min(span * 2, self.longest)
