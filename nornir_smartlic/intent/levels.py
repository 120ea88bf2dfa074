"""Licence levels of ``license boot level`` and ``license air level``, and the addons that each can have."""

from __future__ import annotations

from typing import Final

from nornir_smartlic.model import BootLevel

ADDONS: Final[dict[str, tuple[str, ...]]] = {
    "network-premier": ("dna-premier",),
    "network-advantage": ("dna-advantage", "dna-essentials"),
    "network-essentials": ("dna-essentials",),
    "advantage": (),
    "essentials": (),
    "air-network-advantage": ("air-dna-advantage",),
    "air-network-essentials": ("air-dna-essentials",),
    "ax": (),
    "appx": (),
    "security": (),
    "ipbase": (),
    "securityk9": (),
    "uck9": (),
    "appxk9": (),
}
"""Source: reference/cli.md section 2, license level commands; the addon of network-premier is recalled."""


_AIR_LEVELS: Final = {
    "AIR DNA Advantage": BootLevel("air-network-advantage", "air-dna-advantage"),
    "AIR DNA Essentials": BootLevel("air-network-essentials", "air-dna-essentials"),
    "AIR Network Advantage": BootLevel("air-network-advantage"),
    "AIR Network Essentials": BootLevel("air-network-essentials"),
}
"""As ``show version`` of a wireless controller names them; the first is seen (show-version/genie-c9800), the others are
recalled."""


def is_wireless(level: str) -> bool:
    """Whether *level* is one of a wireless controller."""
    return level.startswith("air-")


def air_level_of(shown: str | None) -> BootLevel | None:
    """The level behind a name that ``show version`` prints; ``None``: it prints none, or one that is not known."""
    return _AIR_LEVELS.get(shown) if shown is not None else None


def command_of(level: str) -> str:
    """``license air level`` for wireless controllers, ``license boot level`` for everyone else."""
    return "license air level" if is_wireless(level) else "license boot level"
