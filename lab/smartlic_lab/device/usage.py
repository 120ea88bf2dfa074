"""Which licences a platform uses: by boot level, members, throughput and what joined it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from nornir_smartlic.model import BootLevel, Entitlement
from smartlic_lab.device.specification import Build


@dataclass(frozen=True, slots=True)
class Booted:
    """What the device has booted with: these levels count, whatever the running configuration says by now."""

    level: BootLevel | None
    air_level: BootLevel | None = None
    throughput: str | None = None  # as typed: 250, T1


def boot_level(text: str | None) -> BootLevel | None:
    """``network-advantage addon dna-advantage`` as a value."""
    if not text:
        return None
    level, _, rest = text.partition(" addon ")
    return BootLevel(level.strip(), rest.strip() or None)


def licenses_in_use(
    build: Build, booted: Booted, *, access_points: int, extras: Mapping[str, int], export: bool = False
) -> dict[Entitlement, int]:
    """What is in use and how often. *export*: an export-controlled licence (hseck9) is in use."""
    family = build.family
    counts: Counter[Entitlement] = Counter()
    classes = [family.models[member.pid].license_class for member in build.members]
    tier = family.throughputs.get(booted.throughput or family.default_throughput or "")
    if booted.level is not None:
        for license_class in classes if family.usage_counts == "members" else classes[:1]:
            for name in (booted.level.level, booted.level.addon):
                if name is None:
                    continue
                if tier is not None:
                    name = f"{name}_{tier}"
                found = family.entitlement(name, license_class)
                if found is not None:
                    counts[found] += 1
    if booted.air_level is not None and access_points:
        for name in (booted.air_level.level, booted.air_level.addon):
            found = family.entitlement(name) if name else None
            if found is not None:
                counts[found] += access_points
    for name, count in extras.items():
        found = next((family.entitlement(name, klass) for klass in classes if family.entitlement(name, klass)), None)
        if found is not None and count:
            counts[found] += count
    if export and (found := family.entitlement("hseck9")):
        counts[found] += 1
    return dict(counts)
