"""A device before Smart Licensing Using Policy that is to be registered: what it can have of an intent."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from nornir_smartlic.model import Intent, LicensingModel, LicensingReading, TransportType

_LATER: Final = (
    "hostname_privacy", "version_privacy", "usage_interval_days", "customer_tags", "packages", "suite", "throughput",
    "features",
)  # fmt: skip
"""Unverified: that no release before SLP takes one of them in this form."""
_KEYS: Final = {"hostname_privacy": "privacy.hostname", "version_privacy": "privacy.version"}
_OF_CALL_HOME: Final = ("vrf", "proxy", "server_identity_check")
"""Before SLP they are lines of call-home alone. Source: reference/cli.md section 7 names no others."""


def is_to_register(intent: Intent, reading: LicensingReading) -> bool:
    """Whether *intent* asks for a registration, and the device follows the model that has one."""
    return intent.registered is True and reading.state.model is LicensingModel.REGISTERED


def part_before_slp(intent: Intent, transport: TransportType) -> Intent:
    """What of *intent* a device before SLP can have, under *transport*; the rest waits for the upgrade."""
    return replace(intent, **dict.fromkeys(_left_out(transport)))


def waiting_for_slp(intent: Intent, transport: TransportType) -> tuple[str, ...]:
    """The keys of *intent* that a device before SLP cannot have."""
    left_out = [name for name in _left_out(transport) if getattr(intent, name) is not None]
    return tuple(_KEYS.get(name, name) for name in left_out)


def _left_out(transport: TransportType) -> tuple[str, ...]:
    return _LATER if transport is TransportType.CALLHOME else (*_LATER, *_OF_CALL_HOME)
