"""What a page shows beside the audit itself: audits before it, and what was bought. Where nobody keeps it: nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from nornir_smartlic.reconciliation import Position


@dataclass(frozen=True, slots=True)
class PastAudit:
    """How many devices an audit was of, and how they were; one that fails and is unknown counts as failing."""

    taken: datetime
    hosts: int
    failing: int
    unknown: int
    not_read: int


@dataclass(frozen=True, slots=True)
class Drift:
    """What differs on a device since the audit before; ``None`` where there was, or is, nothing."""

    host: str
    what: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Background:
    """From the store, where one is set, and from CSSM, where access to it is."""

    audits: tuple[PastAudit, ...] = ()  # the oldest first, this one last
    drift: tuple[Drift, ...] = ()  # between the last two of them
    consumption: Mapping[str, tuple[int, ...]] = field(default_factory=dict)  # by licence, one number for each audit
    since: Mapping[tuple[str, str], datetime] = field(default_factory=dict)  # a finding stands, by host and rule
    positions: tuple[Position, ...] | None = None  # None: CSSM was not asked, or did not answer
