"""The policy in use: when reports are due, per class of licence."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from nornir_smartlic.model.times import Instant


class PolicyOrigin(Enum):
    """Where one value of the policy comes from, as printed in brackets behind it."""

    CISCO_DEFAULT = "CISCO default"
    CUSTOMER = "Customer Policy"


@dataclass(frozen=True, slots=True)
class PolicyDays:
    """One number of days of the policy; 0 means that none is required. ``origin`` is ``None`` for an unknown word."""

    days: int
    origin: PolicyOrigin | None = PolicyOrigin.CISCO_DEFAULT

    def __post_init__(self) -> None:
        if self.days < 0:
            raise ValueError(f"days of a policy are not negative: {self.days}")


@dataclass(frozen=True, slots=True)
class PolicyAttributes:
    """What the policy asks of one class of licences."""

    first_report: PolicyDays
    reporting_frequency: PolicyDays
    report_on_change: PolicyDays


@dataclass(frozen=True, slots=True)
class Policy:
    """The policy in use. Source: reference/policy.md section 2."""

    installed: Instant | None  # None: "Merged from multiple sources.", the Cisco default
    name: str | None  # None: no name line, as under the default
    ack_required: bool
    ack_required_origin: PolicyOrigin | None
    perpetual: PolicyAttributes  # unenforced, non-export
    subscription: PolicyAttributes  # unenforced, non-export
    enforced: PolicyAttributes
    export: PolicyAttributes


@dataclass(frozen=True, slots=True)
class PolicyV2:
    """``PolicyV2:`` of agent 8 (26.x). Source: field names in genieparser's schema; no output was seen."""

    installed: Instant | None
    name: str | None
    settings: tuple[tuple[str, str], ...]  # Sync Overdue Interval, Grace Period, ..., as printed


def _days(first: int, frequency: int, change: int) -> PolicyAttributes:
    return PolicyAttributes(PolicyDays(first), PolicyDays(frequency), PolicyDays(change))


CISCO_DEFAULT_POLICY = Policy(
    installed=None,
    name=None,
    ack_required=True,
    ack_required_origin=PolicyOrigin.CISCO_DEFAULT,
    perpetual=_days(365, 0, 90),
    subscription=_days(90, 90, 90),
    enforced=_days(0, 0, 0),
    export=_days(0, 0, 0),
)
"""The policy of every device that was given no other. Source: reference/policy.md section 2, seen in all captures."""
