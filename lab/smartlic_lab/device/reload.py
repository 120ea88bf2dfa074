"""Going down and coming up again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(slots=True)
class Reload:
    """Why the device last went down, when it goes down next, and when it is up again."""

    reason: str = "Reload Command"
    planned: datetime | None = None  # reload in, reload at
    up_at: datetime | None = None  # while it is down

    def cancel(self) -> bool:
        """``reload cancel``: whether one was planned."""
        was_planned, self.planned = self.planned is not None, None
        return was_planned

    def is_up(self, now: datetime) -> bool:
        """False while the device boots."""
        return self.up_at is None or now >= self.up_at

    def begin(self, reason: str, up_at: datetime) -> None:
        """Down until *up_at*; what was planned is done with."""
        self.reason, self.planned, self.up_at = reason, None, up_at
