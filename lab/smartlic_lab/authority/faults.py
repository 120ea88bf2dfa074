"""Faults of an authority, on demand. What fails on the way to it (names, routes, certificates) is the world's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

from nornir_smartlic.errors import UsageError


class FaultKind(Enum):
    """What goes wrong; the value is the name that ``smartlic-lab fault add`` takes."""

    LOSE_NEXT_ACK = "lose-next-ack"  # the ACK is made and its answer is lost
    LOSE_ANSWERS = "lose-answers"  # the work is done, no answer arrives
    DELIVER_TWICE = "deliver-twice"  # a request arrives twice
    TOO_MANY_REQUESTS = "too-many-requests"  # HTTP 429 with Retry-After
    SERVER_ERROR = "server-error"  # HTTP 500, nothing is done
    UNAVAILABLE = "unavailable"  # HTTP 503, nothing is done
    SLOW_POLLS = "slow-polls"  # polls get "try again" although the result is there
    FAIL = "fail"  # FAILED with the fault's reason, to the next message that asks for something
    CLOCK_OFF = "clock-off"  # the authority's clock is ahead by the fault's span


DEFAULT_COUNT = {FaultKind.LOSE_NEXT_ACK: 1, FaultKind.FAIL: 1, FaultKind.DELIVER_TWICE: 1}
"""How often a fault strikes that was added without a number; the others last until they are cleared."""


@dataclass(slots=True)
class Fault:
    """A fault in force: ``remaining`` times (``None``: any number), until ``until`` (``None``: without end)."""

    kind: FaultKind
    remaining: int | None = None
    until: datetime | None = None
    reason: str = "Internal error"
    offset: timedelta = timedelta(hours=2)
    retry_after: int = 60


class Faults:
    """The faults of one authority."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []

    def add(
        self,
        kind: FaultKind | str,
        *,
        count: int | None = None,
        until: datetime | None = None,
        reason: str | None = None,
        offset: timedelta | None = None,
        retry_after: int | None = None,
    ) -> Fault:
        """Bring a fault in; raises `UsageError` for a kind that there is not."""
        try:
            kind = FaultKind(kind)
        except ValueError:
            known = ", ".join(one.value for one in FaultKind)
            raise UsageError(f"there is no fault {kind!r} - expected one of {known}") from None
        fault = Fault(kind, remaining=count if count is not None or until else DEFAULT_COUNT.get(kind), until=until)
        fault.reason = fault.reason if reason is None else reason
        fault.offset = fault.offset if offset is None else offset
        fault.retry_after = fault.retry_after if retry_after is None else retry_after
        self._faults.append(fault)
        return fault

    def listed(self) -> tuple[Fault, ...]:
        """The faults in force, oldest first."""
        return tuple(self._faults)

    def stored(self) -> list[dict[str, Any]]:
        """The faults in force, JSON-able."""
        return [
            {
                "kind": one.kind.value,
                "remaining": one.remaining,
                "until": None if one.until is None else one.until.isoformat(),
                "reason": one.reason,
                "offset": one.offset.total_seconds(),
                "retry_after": one.retry_after,
            }
            for one in self._faults
        ]

    def restore(self, stored: Iterable[Mapping[str, Any]]) -> None:
        """Take up what `stored` gave."""
        self._faults = []
        for one in stored:
            until = None if one["until"] is None else datetime.fromisoformat(one["until"])
            fault = self.add(
                one["kind"],
                count=one["remaining"],
                until=until,
                reason=one["reason"],
                offset=timedelta(seconds=one["offset"]),
                retry_after=one["retry_after"],
            )
            fault.remaining = one["remaining"]

    def clear(self, kind: FaultKind | str | None = None) -> None:
        """Take away those of one kind, or all."""
        self._faults = [] if kind is None else [one for one in self._faults if one.kind is not FaultKind(kind)]

    def active(self, kind: FaultKind, now: datetime) -> Fault | None:
        """The fault of that kind, without using it up."""
        if not self._faults:
            return None
        self._faults = [one for one in self._faults if one.until is None or now < one.until]
        return next((one for one in self._faults if one.kind is kind), None)

    def strike(self, kind: FaultKind, now: datetime) -> Fault | None:
        """The fault of that kind, which has struck once more; ``None``: all is well."""
        fault = self.active(kind, now)
        if fault is not None and fault.remaining is not None:
            fault.remaining -= 1
            if fault.remaining <= 0:
                self._faults.remove(fault)
        return fault
