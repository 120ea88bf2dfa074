"""Licence levels of ``license boot level`` and ``license air level``, and which device takes which."""

from __future__ import annotations

from typing import Final

from nornir_smartlic.intent import releases
from nornir_smartlic.intent.products import AIR, CSR, PACKAGES, ROUTER, SWITCH, UNIFIED, Levels, product_of
from nornir_smartlic.intent.releases import release_of, shown
from nornir_smartlic.model import BootLevel, DeviceVersion, LicensingReading

ADDONS: Final[Levels] = {**ROUTER, **SWITCH, **AIR, **UNIFIED, **CSR, **PACKAGES}
"""Every level, and the addons that it has somewhere."""

_AIR_LEVELS: Final = {
    "AIR DNA Advantage": BootLevel("air-network-advantage", "air-dna-advantage"),
    "AIR DNA Essentials": BootLevel("air-network-essentials", "air-dna-essentials"),
    "AIR Network Advantage": BootLevel("air-network-advantage"),
    "AIR Network Essentials": BootLevel("air-network-essentials"),
}
"""As ``show version`` of a wireless controller names them; the first is seen (show-version/genie-c9800), the others are
unverified."""


def levels_of(reading: LicensingReading) -> Levels | None:
    """The levels that the product takes, by its PID; ``None``: not known.

    Catalyst switches with embedded wireless take those of a controller too, and print one.
    """
    version, configuration = reading.version, reading.configuration
    product = product_of(version.platform)
    found = product.levels if product is not None else None
    if found is not None and (version.air_level or configuration.air_level) is not None:
        return {**found, **AIR}
    return found


def has_packages(reading: LicensingReading) -> bool:
    """Whether each technology package has its own line, several beside each other."""
    product = product_of(reading.version.platform)
    return product is not None and product.has_packages


def level_refusal(wanted: BootLevel, reading: LicensingReading) -> tuple[str, tuple[str, str]] | None:
    """The part of *wanted* that the device cannot take: its key, and what was found and is expected; ``None``: none."""
    release, product = reading.version.release, reading.version.platform
    if wanted.level in UNIFIED and release_of(release) < releases.UNIFIED_LEVELS:
        return "level", (f"{wanted.level} on release {release}", f"{shown(releases.UNIFIED_LEVELS)} or later")
    known = levels_of(reading)
    if known is None:
        return None
    if wanted.level not in known:
        return "level", (f"{wanted.level!r} on {product}", f"one of {', '.join(known)}")
    if wanted.addon is not None and wanted.addon not in known[wanted.level]:
        expected = " or ".join(known[wanted.level]) or "no addon"
        return "addon", (f"{wanted.addon!r} with {wanted.level} on {product}", expected)
    return None


def command_of(level: str) -> str:
    """``license air level`` for wireless controllers, ``license boot level`` for everyone else."""
    return "license air level" if level in AIR else "license boot level"


def configured_levels(reading: LicensingReading, wanted: BootLevel) -> tuple[BootLevel, ...]:
    """The levels that stand in the configuration, of the command that *wanted* has."""
    configuration = reading.configuration
    if wanted.level in AIR:
        return (configuration.air_level,) if configuration.air_level is not None else ()
    return configuration.boot_levels


def next_level(version: DeviceVersion, wanted: BootLevel) -> BootLevel | None:
    """The level of the next boot, as ``show version`` has it; ``None``: it prints none, or one that is not known."""
    if wanted.level in AIR:
        return _AIR_LEVELS.get(version.next_air_level or "")
    level, addon = version.next_boot_level or version.boot_level, version.next_addon_level or version.addon_level
    return None if level is None else BootLevel(level, addon)


def running_level(version: DeviceVersion, wanted: BootLevel) -> BootLevel | None:
    """The level that the device was booted with, as ``show version`` has it."""
    if wanted.level in AIR:
        return _AIR_LEVELS.get(version.air_level or "")
    return None if version.boot_level is None else BootLevel(version.boot_level, version.addon_level)
