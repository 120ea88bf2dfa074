"""Which licences a platform uses: by boot level, members, throughput and what joined it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from nornir_smartlic.model import BootLevel, Entitlement, LicenseType, Udi
from smartlic_lab.device.specification import Build, serial_number
from smartlic_lab.device.throughput import default_throughput, is_performance

ACCESS_POINT: Final = "AIR-AP2802I-E-K9"  # Source: rum-report-file/xavier-c9800cl-17.9.2-rum-v2


@dataclass(frozen=True, slots=True)
class Booted:
    """What the device has booted with: these levels count, whatever the running configuration says by now."""

    levels: tuple[BootLevel, ...] = ()  # one; technology packages of ISRs may be several
    suite: str | None = None  # license boot suite
    air_level: BootLevel | None = None
    throughput: str | None = None  # as typed: 250, T1

    @property
    def level(self) -> BootLevel | None:
        """The boot level of families that have one."""
        return self.levels[0] if self.levels else None


def boot_level(text: str | None) -> BootLevel | None:
    """``network-advantage addon dna-advantage`` as a value."""
    if not text:
        return None
    level, _, rest = text.partition(" addon ")
    return BootLevel(level.strip(), rest.strip() or None)


def access_points(controller: str, first: int, last: int) -> tuple[Udi, ...]:
    """The access points of a controller by their numbers, as its RUM reports name them."""
    return tuple(
        Udi(ACCESS_POINT, serial_number("FDW", f"{controller}/ap", number)) for number in range(first, last + 1)
    )


def licenses_in_use(
    build: Build, booted: Booted, *, access_points: int, extras: Mapping[str, int], export: bool
) -> dict[Entitlement, int]:
    """What is in use and how often. *export*: an export-controlled licence (hseck9) is in use."""
    counts: Counter[Entitlement] = Counter()
    classes = [build.family.models[member.pid].license_class for member in build.members]
    for entitlement in _of_levels(build, booted, classes):
        counts[entitlement] += 1
    if is_performance(build.family, build.members[0], booted.throughput):
        found = build.family.entitlement("throughput", classes[0])
        if found is not None:
            counts[found] += 1
    if booted.air_level is not None and access_points:
        for name in (booted.air_level.level, booted.air_level.addon):
            found = build.family.entitlement(name) if name else None
            if found is not None:
                counts[found] = access_points
    for name, number in extras.items():
        found = next((one for klass in classes if (one := build.family.entitlement(name, klass))), None)
        if found is not None and number:
            counts[found] += number
    if export and (found := build.family.entitlement("hseck9", classes[0])):
        counts[found] = max(counts[found], 1)
    return dict(counts)


def _of_levels(build: Build, booted: Booted, classes: list[str]) -> Iterator[Entitlement]:
    """The licences of the boot levels, once for each that counts."""
    family = build.family
    tier = family.throughputs.get(booted.throughput or default_throughput(family, build.members[0]) or "")
    suite = (booted.suite,) if booted.suite is not None else ()
    names = [*suite, *(name for level in booted.levels for name in (level.level, level.addon) if name is not None)]
    for number, license_class in enumerate(classes):
        for name in [*names, *(always for always in family.always if always not in names)]:
            found = family.entitlement(f"{name}_{tier}" if tier and name not in family.always else name, license_class)
            if found is None:
                continue
            once = found.license_type is LicenseType.SUBSCRIPTION or "router" in family.traits
            if number and family.arrangement == "chassis" and once:
                continue  # subscriptions of a chassis count once: captures of C9407R and C9410R
            if number and family.usage_counts == "access-points":
                continue
            yield found
