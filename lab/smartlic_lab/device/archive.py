"""What ``archive config`` has kept, and the configuration to which a change that nobody confirms goes back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Rollback:
    """The configuration before a change, and when it comes back."""

    due: datetime
    text: str


class Archive:
    """The names of the kept configurations, oldest first, and the rollback that is pending."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.pending: Rollback | None = None

    def next_name(self, path: str) -> str:
        """What the next kept configuration is called, without its time."""
        return f"{path}-{len(self.names)}"

    def plan_rollback(self, due: datetime, text: str) -> Rollback:
        """Go back to *text* at *due*; takes the place of what was planned before."""
        self.pending = Rollback(due, text)
        return self.pending

    def confirm(self) -> Rollback | None:
        """The change stays, or its rollback is done by hand: what was pending is taken; ``None``: nothing was."""
        taken, self.pending = self.pending, None
        return taken
