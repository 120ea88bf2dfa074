"""What a release of IOS-XE can take. Source: reference/cli.md section 1, the release ladder."""

from __future__ import annotations

import re
from typing import Final

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


def shown(release: Release) -> str:
    """The release as users write it."""
    return ".".join(map(str, release))
