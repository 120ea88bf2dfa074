"""Licence levels of ``license boot level`` and ``license air level``, and the addons that each can have."""

from __future__ import annotations

from typing import Final

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


def command_of(level: str) -> str:
    """``license air level`` for wireless controllers, ``license boot level`` for everyone else."""
    return "license air level" if level.startswith("air-") else "license boot level"
