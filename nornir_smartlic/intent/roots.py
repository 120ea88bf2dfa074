"""Releases that hold no root which today's CSSM can be verified by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from nornir_smartlic.intent.comparison import Evidence
from nornir_smartlic.intent.releases import Release, release_evidence, release_of, shown
from nornir_smartlic.model import LicensingReading

_FIXED_IN: Final[tuple[tuple[tuple[str, ...], Release, str], ...]] = (
    (("IE-3", "IE3", "ESS-3", "ESS3"), (17, 6, 1), "FN72298"),
    (("CBR-8", "CBR8", "CBR-CCAP"), (17, 3, 2), "FN72116"),  # 17.3.1z has it too
)
"""Products, by how their PID begins, the release with the new root, and the field notice.

Source: Cisco field notices FN72298 (IE3x00, ESS3x00) and FN72116 (cBR-8). Other products are in none that was found.
"""
_IMPORT: Final = (
    "crypto pki trustpool import clean url http://www.cisco.com/security/pki/trs/ios.p7b",
    "upgrade to {release} or later",
)
"""Source: the PKI trustpool guide (import url); the address of the bundle is Cisco's published one, unverified."""


@dataclass(frozen=True, slots=True)
class OldRoots:
    """Why this device cannot verify CSSM, and what helps."""

    text: str
    evidence: Evidence
    fix: tuple[str, ...]
    fixed_in: str


def product_of(reading: LicensingReading) -> str:
    """The PID, or the model where no UDI was read; empty: neither is known."""
    udi = reading.state.udi or reading.version.udi
    return (udi.pid if udi is not None else reading.version.platform or "").upper()


def fixed_roots(reading: LicensingReading) -> tuple[Release, str] | None:
    """The release with which this product got the new root, and the field notice; ``None``: it is in none."""
    pid = product_of(reading)
    return next(((release, notice) for names, release, notice in _FIXED_IN if pid.startswith(names)), None)


def old_roots(reading: LicensingReading) -> OldRoots | None:
    """The device as one that trusts the QuoVadis root and not that of IdenTrust; ``None``: it is none of those."""
    found = fixed_roots(reading)
    if found is None or release_of(reading.version.release) >= found[0]:
        return None
    release, notice = shown(found[0]), found[1]
    return OldRoots(
        f"release {reading.version.release} has no root of IdenTrust, from which CSSM has its certificate ({notice})",
        release_evidence(reading.version),
        tuple(line.replace("{release}", release) for line in _IMPORT),
        release,
    )
