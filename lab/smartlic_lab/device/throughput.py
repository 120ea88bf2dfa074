"""How fast a router may be: what is configured, what an authorization code allows, and what the device says of it."""

from __future__ import annotations

from typing import Final

from nornir_smartlic.model import Udi
from smartlic_lab.device.configuration import Section
from smartlic_lab.platforms import Family, Release

_TIERS: Final = {"T0": 25, "T1": 200, "T2": 1_000, "T3": 10_000}
"""Mbps in each direction. Source: the C8000 guides name them; unverified: that of T0."""
_AGGREGATE_VIRTUAL: Final = (17, 9, 1)
_AGGREGATE_PHYSICAL: Final = (17, 8, 1)
_FIVE_HUNDRED: Final = (17, 14, 1)
"""Source: Configure Licenses and Throughput for Catalyst 8000 Series, what's new: releases of aggregate throughput, and
of 500 Mbps for 250M and T1 with HSEC."""


def configured_throughput(running: Section) -> str | None:
    """The throughput level that is configured, as typed."""
    throughput = ("platform", "hardware", "throughput")
    return (
        running.value(*throughput, "level", "MB")
        or running.value(*throughput, "crypto")
        or running.value(*throughput, "level")
    )


def default_throughput(family: Family, udi: Udi) -> str | None:
    """What a device has that was given no level; ``None``: it is not throttled."""
    steps = family.models[udi.pid].throughputs
    return str(steps[0]) if steps else family.default_throughput


def rate_mbps(family: Family, level: str) -> int:
    """A level in Mbps: a tier, a number with its unit, or one in Mbps; in kbps where each model has its own."""
    if level in _TIERS:
        return _TIERS[level]
    if level[-1] in "MG":
        return int(float(level[:-1]) * (1_000 if level[-1] == "G" else 1))
    return int(level) if family.throughputs else int(level) // 1_000


def needs_authorization(family: Family, level: str | None) -> bool:
    """Whether a throughput level is more than may be had without a SLAC; ``None`` is not.

    An ISR 4000 asks for a performance licence instead, and for a SLAC for the feature hseck9 alone.
    Source: reference/policy.md section 5: above 250 Mbps; unverified: T1 holds up to 200 Mbps, T2 is 1 Gbps.
    """
    if level is None or not family.throughputs:
        return False
    return rate_mbps(family, level) > family.unrestricted_throughput


def enforced_throughput(running: Section, family: Family, *, authorized: bool) -> str | None:
    """The configured level; where it needs a code and there is none, the highest that needs none. Unverified: that."""
    level = configured_throughput(running)
    if authorized or not needs_authorization(family, level):
        return level
    tiers = level is not None and level.startswith("T")
    free = [
        name for name in family.throughputs if name.startswith("T") == tiers and not needs_authorization(family, name)
    ]
    return free[-1] if free else None


def rate_kbps(family: Family, release: Release, level: str, *, authorized: bool) -> int:
    """What ``show version`` and ``show platform hardware throughput level`` print for an enforced level.

    Once the aggregate of both directions counts, that is twice the rate; on physical platforms above 250 Mbps alone.
    Unverified: without HSEC it stays within 250 Mbps; with it, before 17.14.1a, 250M and T1 too.
    """
    mbps, version = rate_mbps(family, level), release.version
    if not family.throughputs:
        return mbps * 1_000
    limit = family.unrestricted_throughput
    is_virtual = "virtual" in family.traits
    if mbps > limit:
        counts_twice = version >= (_AGGREGATE_VIRTUAL if is_virtual else _AGGREGATE_PHYSICAL)
        return mbps * (2_000 if counts_twice else 1_000)
    if level in ("250", "250M", "T1") and authorized and version >= _FIVE_HUNDRED:
        return 500_000
    if is_virtual and version >= _AGGREGATE_VIRTUAL:
        return min(2 * mbps, max(limit, mbps)) * 1_000
    return mbps * 1_000


def is_performance(family: Family, udi: Udi, level: str | None) -> bool:
    """Whether the level is one for which an ISR 4000 uses its performance licence."""
    steps = family.models[udi.pid].throughputs
    return bool(steps) and level is not None and int(level) > steps[0]
