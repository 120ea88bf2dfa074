"""Licences of the classic model (PAK and right-to-use): reported, and candidates for conversion."""

from __future__ import annotations

from dataclasses import dataclass

from nornir_smartlic.model.seldom import seldom


@dataclass(frozen=True, slots=True)
class ClassicLicense:
    """One ``Index`` of ``show license``; ``None`` where nothing is printed below the feature's name.

    Source: show-license-legacy/ntc-isr-10-features, genie-asr1k-37-features.
    """

    index: int
    feature: str
    period_left: str | None = None  # Life time | Not Activated | 8  weeks 4  days
    period_used: str | None = None  # 0  minute  0  second
    license_type: str | None = None  # Permanent | EvalRightToUse | RightToUse ...
    state: str | None = None  # Active, In Use | Active, Not in Use, EULA not accepted ...
    count: str | None = None  # Non-Counted, or what is in use of how many may
    in_use: int | None = None  # of a counted licence
    violation: int | None = None
    priority: str | None = None


@dataclass(frozen=True, slots=True)
class RightToUseLicense:
    """A row of ``show license right-to-use`` (Catalyst 3650 and 3850). Unverified: no capture was found."""

    slot: int | None  # None: the summary has no column for it
    name: str
    license_type: str
    count: str  # N/A, or a number
    period_left: str


@dataclass(frozen=True, slots=True)
class RightToUseUsage:
    """A row of ``show license right-to-use usage``; unverified."""

    slot: int
    name: str
    license_type: str
    duration: str  # years, months and days in use, as printed: 0 :3 :29
    in_use: bool
    eula_accepted: bool


@dataclass(frozen=True, slots=True)
class RightToUse:
    """``show license right-to-use [summary | usage | detail]``, with the lines below a table as printed."""

    licenses: tuple[RightToUseLicense, ...]
    levels: tuple[tuple[str, str], ...] = ()
    usage: tuple[RightToUseUsage, ...] = seldom(())
    details: tuple[tuple[int, tuple[tuple[str, str], ...]], ...] = seldom(())  # index, and keys and values as printed
