"""What an audit says of one rule on one device."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum

from nornir_smartlic.intent import Evidence


class Severity(Enum):
    """How much a failed rule matters; the order is from little to much."""

    INFO = "info"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"

    @property
    def rank(self) -> int:
        """0 for info, 3 for high."""
        return list(Severity).index(self)


class Verdict(Enum):
    """The outcome of a rule. ``unknown`` is not ``pass``: the device did not tell what the rule needs."""

    PASS = "pass"  # noqa: S105  a verdict
    FAIL = "fail"
    UNKNOWN = "unknown"
    WAIVED = "waived"
    NOT_APPLICABLE = "not applicable"

    @property
    def is_finding(self) -> bool:
        """Whether an audit with this verdict is not clean."""
        return self in (Verdict.FAIL, Verdict.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Waiver:
    """A failure that somebody answers for until a day; on the day after it, it counts again.

    ``hosts`` are names with ``*`` and ``?`` as in file names.
    """

    rule_id: str
    hosts: tuple[str, ...]
    owner: str
    reason: str
    until: date  # the last day, by the device's own clock

    def __post_init__(self) -> None:
        for name in ("rule_id", "owner", "reason"):
            if not getattr(self, name).strip():
                raise ValueError(f"a waiver has a {name}")
        if not self.hosts:
            raise ValueError("a waiver names at least one host, '*' for all")


@dataclass(frozen=True, slots=True)
class Finding:
    """One rule on one device."""

    rule_id: str
    title: str
    severity: Severity
    verdict: Verdict
    host: str
    found: str | None = None  # None: nothing to tell, the rule does not apply
    expected: str | None = None
    why: str | None = None  # of unknown and not applicable
    evidence: tuple[Evidence, ...] = ()
    deadline: datetime | None = None  # by which it must be mended, or was to be
    fix: tuple[str, ...] = ()  # commands, of `smartlic` or of the device
    waiver: Waiver | None = None  # of waived; of fail: one that has ended

    @property
    def message(self) -> str:
        """What was found and what was expected, in one line."""
        if self.why is not None:
            return self.why
        return f"{self.found or 'nothing'} - expected {self.expected}" if self.expected else self.found or self.title
