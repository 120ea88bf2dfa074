"""Rate limiting: so many calls of one client in a span of time, then 429 with Retry-After."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import ClassVar

from smartlic_lab.authority.errors import Refusal


class TooManyRequests(Refusal):
    """The client is too fast; ``retry_after`` is in whole seconds."""

    status: ClassVar[int] = 429

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"Too Many Requests: try again in {retry_after} s")
        self.retry_after = retry_after


@dataclass(slots=True)
class RateLimit:
    """At most ``calls`` of one client in any ``span`` (what Cisco's limits are is not public)."""

    calls: int
    span: timedelta
    _seen: dict[str, deque[datetime]] = field(default_factory=dict)

    def count(self, client: str, now: datetime) -> None:
        """Count one call of *client*; raises `TooManyRequests`, which is not counted."""
        seen = self._seen.setdefault(client, deque())
        while seen and seen[0] <= now - self.span:
            seen.popleft()
        if len(seen) >= self.calls:
            left = seen[0] + self.span - now
            raise TooManyRequests(max(1, math.ceil(left.total_seconds())))
        seen.append(now)
