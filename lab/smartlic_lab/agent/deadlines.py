"""When reports and their acknowledgements are due under a policy: arithmetic only.

Theory. A policy has three numbers of days for each of four classes of licences; 0 means that none is required. Only
classes with a licence in use count, and among them the smallest number above 0 rules. Before the first ACK the first
report requirement counts from the moment that the first such licence came in use; after an ACK the reporting frequency
counts from that ACK. Source: reference/policy.md sections 2 and 3, computed from the captures.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import Enum
from typing import Final

from nornir_smartlic.model import EnforcementType, Entitlement, LicenseType, Policy, PolicyAttributes

DEFAULT_PUSH_INTERVAL: Final = timedelta(days=30)
FIRST_PUSH_DELAY: Final = timedelta(seconds=120)


class LicenseClass(Enum):
    """The four classes of a policy."""

    PERPETUAL = "perpetual"
    SUBSCRIPTION = "subscription"
    ENFORCED = "enforced"
    EXPORT = "export"


def class_of(entitlement: Entitlement) -> LicenseClass:
    """The class that *entitlement* belongs to."""
    if entitlement.enforcement is EnforcementType.EXPORT_RESTRICTED:
        return LicenseClass.EXPORT
    if entitlement.enforcement is EnforcementType.ENFORCED:
        return LicenseClass.ENFORCED
    if entitlement.license_type is LicenseType.SUBSCRIPTION:
        return LicenseClass.SUBSCRIPTION
    return LicenseClass.PERPETUAL


def attributes(policy: Policy, license_class: LicenseClass) -> PolicyAttributes:
    """What *policy* asks of *license_class*."""
    match license_class:
        case LicenseClass.PERPETUAL:
            return policy.perpetual
        case LicenseClass.SUBSCRIPTION:
            return policy.subscription
        case LicenseClass.ENFORCED:
            return policy.enforced
        case LicenseClass.EXPORT:
            return policy.export


def first_report_within(policy: Policy, classes: Iterable[LicenseClass]) -> timedelta | None:
    """The first report requirement that rules; ``None``: none is required."""
    return _smallest(attributes(policy, one).first_report.days for one in classes)


def report_every(policy: Policy, classes: Iterable[LicenseClass]) -> timedelta | None:
    """The reporting frequency that rules; ``None``: none is required."""
    return _smallest(attributes(policy, one).reporting_frequency.days for one in classes)


def report_change_within(policy: Policy, classes: Iterable[LicenseClass]) -> timedelta | None:
    """The report on change requirement that rules; ``None``: none is required."""
    return _smallest(attributes(policy, one).report_on_change.days for one in classes)


def deadline_after_ack(policy: Policy, classes: frozenset[LicenseClass], last_ack: datetime) -> datetime | None:
    """When the next ACK is due after the one of *last_ack*; ``None`` is printed <none>.

    Where no frequency rules, Cisco's default policy falls back to the first report requirement and an installed policy
    asks for nothing. Source: show-license-status/ntc4-slp-smart-proxy-telemetry-noreporting.txt (ACK + 365 days),
    show-license-all/genie-c9350-stack3-agent6.3.10-smart-trustcode-type.txt (<none>).
    """
    span = report_every(policy, classes)
    if span is None and policy.installed is None:
        span = first_report_within(policy, classes)
    return None if span is None else last_ack + span


def in_policy(policy: Policy, classes: frozenset[LicenseClass], *, acknowledged: bool) -> timedelta | None:
    """``InPolicy(...)`` of tech support: the requirement that rules now."""
    return report_every(policy, classes) if acknowledged else first_report_within(policy, classes)


def push_interval(ruling: timedelta | None, configured_days: int | None) -> timedelta | None:
    """``Reporting push interval``; ``None`` is printed "0 (no reporting)". *ruling* is that of `in_policy`.

    The smaller one of policy and ``license smart usage interval`` rules: inferred from the sample with 1 day.
    """
    if ruling is None:
        return None
    wanted = DEFAULT_PUSH_INTERVAL if configured_days is None else timedelta(days=configured_days)
    return min(wanted, ruling)


def _smallest(days: Iterable[int]) -> timedelta | None:
    required = [number for number in days if number > 0]
    return timedelta(days=min(required)) if required else None
