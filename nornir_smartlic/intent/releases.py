"""What a release of IOS-XE can take. Source: reference/cli.md section 1, the release ladder."""

from __future__ import annotations

import re
from typing import Final

from nornir_smartlic.intent.comparison import Evidence
from nornir_smartlic.model import DeviceVersion

Release = tuple[int, ...]

SLP: Final[Release] = (17, 3, 2)  # Smart Licensing Using Policy; cslu and off come with it
SMART_VRF: Final[Release] = (17, 6, 1)
"""``license smart vrf``, for smart and cslu alike. Unverified: the release; outputs show a VRF line from 5.1 on."""
UNIFIED_LEVELS: Final[Release] = (17, 16, 1)  # license boot level {advantage | essentials}


def first_slp(pid: str | None) -> Release:
    """The release with which a product turns to Smart Licensing Using Policy.

    CSR1000V, ISRv and C1100TGX stay with registration on 17.3.x; 17.4.1 makes C8000V of the virtual ones.
    Source: Cisco documents 217046 and 217897.
    """
    return (17, 4, 1) if pid is not None and pid.upper().startswith(("CSR1000V", "ISRV", "C1100TGX")) else SLP


def release_of(text: str) -> Release:
    """``17.12.4`` or ``17.03.02a`` as numbers that compare; ``(17, 12)`` is older than ``(17, 12, 1)``."""
    return tuple(int(number) for number in re.findall(r"\d+", text)[:3])


def piles_reports(release: Release) -> bool:
    """Whether *release* is under FN72578: reports pile up, and about 1000 of them give high CPU.

    Source: FN72578, reference/policy.md section 3.6: 17.3.2a to 17.7.1; fixed in 17.3.7, 17.6.5, 17.9.1. Unverified:
    17.8, taken as affected since no fix before 17.9.1 is named.
    """
    if release[:2] == (17, 3):
        return (17, 3, 2) <= release < (17, 3, 7)
    if release[:2] == (17, 6):
        return release < (17, 6, 5)
    return (17, 4) <= release < (17, 9, 1)


def stops_calls(release: Release) -> bool:
    """Whether CUBE and SRST stop taking calls on *release* once the deadline of an ACK has passed.

    Source: Cisco's CUBE guide on Smart Licensing, reference/policy.md section 5: 17.3.2, 17.3.3, 17.3.4a, 17.6.1a and
    all of 17.4 and 17.5.
    """
    return (17, 3, 2) <= release <= (17, 3, 4) or release[:2] in ((17, 4), (17, 5)) or release == (17, 6, 1)


def shown(release: Release) -> str:
    """The release as users write it."""
    return ".".join(map(str, release))


def release_evidence(version: DeviceVersion) -> Evidence:
    """Where ``show version`` names the release, in its own spelling (``17.12.04``)."""
    build = version.details.build if version.details is not None else None
    return Evidence("show version", f"Version {(build.xe_version or build.version) if build else version.release}")
