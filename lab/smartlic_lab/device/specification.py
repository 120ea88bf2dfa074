"""What a device is asked to be, checked against what its family and release can be."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256
from typing import Final

from nornir_smartlic.errors import SmartLicError
from nornir_smartlic.model import Member, Role, Secret, Udi
from smartlic_lab.platforms import Family, PlatformError, Release, family, release


class SpecificationError(SmartLicError):
    """A device that cannot be; ``key`` is the key of the topology that says so."""

    def __init__(self, key: str, problem: str) -> None:
        super().__init__(f"{key}: {problem}")
        self.key = key
        self.problem = problem


@dataclass(frozen=True, slots=True)
class MemberSpec:
    """One member of a stack, chassis or pair; no serial number: one is made from the device's name."""

    pid: str
    sn: str | None = None


@dataclass(frozen=True, slots=True)
class DeviceSpec:
    """A device of the lab. ``members`` is their number, all of the family's usual model, or each of them."""

    name: str
    platform: str = "c9300"
    release: str = "17.12"
    members: tuple[MemberSpec, ...] | int = 1
    hostname: str | None = None  # None: the name
    username: str = "admin"
    password: Secret = field(default_factory=lambda: Secret("admin"))
    enable_secret: Secret | None = None
    day0: tuple[str, ...] = ()  # configuration lines
    licenses: Mapping[str, int] = field(default_factory=dict)  # further licences in use: name -> count
    timezone: tuple[str, timedelta] = ("UTC", timedelta(0))
    clock_offset: timedelta = timedelta(0)  # how wrong the device's clock is
    clock_authoritative: bool = True  # False: until NTP or "clock set"
    access_points: int = 0  # joined to a wireless controller
    boot_seconds: int | None = None  # how long a reload takes; None: the family's
    controller_managed: bool = False  # a router in controller mode: SD-WAN Manager owns its configuration


CONTROLLER_MODE: Final = (17, 2, 1)
"""The first image for both modes. Source: Cisco's guides on install and upgrade of IOS-XE SD-WAN from 17.2.1r on."""
_SERIAL_LETTERS: Final = "ABCDEFGHJKLMNPQRSTUVWXYZ0123456789"
_HOSTNAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}")


def serial_number(prefix: str, name: str, number: int) -> str:
    """A serial number of the right shape: letters of the site, year, week and four signs; always the same."""
    digest = sha256(f"{name}/{number}".encode()).digest()
    tail = "".join(_SERIAL_LETTERS[byte % len(_SERIAL_LETTERS)] for byte in digest[2:6])
    if prefix == "9":  # virtual platforms: eleven signs that start with 9
        return "9" + "".join(_SERIAL_LETTERS[byte % len(_SERIAL_LETTERS)] for byte in digest[:10])
    return f"{prefix}{20 + digest[0] % 8}{1 + digest[1] % 52:02}{tail}"


@dataclass(frozen=True, slots=True)
class Build:
    """A checked specification: its family, release and members."""

    spec: DeviceSpec
    family: Family
    release: Release
    members: tuple[Udi, ...]  # the active first, then the standby
    numbers: tuple[int, ...] = ()  # of the members, which keep them when roles change; empty: 1, 2, ...

    @property
    def member_numbers(self) -> tuple[int, ...]:
        """The number of each of ``members``."""
        return self.numbers or tuple(range(1, len(self.members) + 1))

    @property
    def numbered(self) -> tuple[tuple[int, Member], ...]:
        """The members by their numbers, with their roles."""
        return tuple(sorted(zip(self.member_numbers, roles(self.members), strict=True), key=lambda pair: pair[0]))


def check(spec: DeviceSpec) -> Build:
    """The family, release and members that *spec* names; raises `SpecificationError` with the key that is wrong."""
    if not _HOSTNAME.fullmatch(spec.hostname or spec.name):
        raise SpecificationError(
            "hostname" if spec.hostname else "name", f"{spec.hostname or spec.name!r} is no hostname"
        )
    try:
        found = family(spec.platform)
    except PlatformError as error:
        raise SpecificationError("platform", str(error).removeprefix("platform ")) from error
    try:
        train = release(spec.release)
    except PlatformError as error:
        raise SpecificationError("release", str(error).removeprefix("release ")) from error
    if not found.supports(train.version):
        raise SpecificationError("release", f"{spec.release!r} does not run on {found.name}")
    train = found.runs(train)
    members = _members(spec, found)
    for name, count in spec.licenses.items():
        known = sorted({entitlement.name for _, entitlement in found.entitlements})
        if name not in known:
            raise SpecificationError(
                "licenses", f"{name!r} is no licence of {found.name} - it has {', '.join(known[:12])}"
            )
        if count < 0:
            raise SpecificationError("licenses", f"{name!r}: a count of {count}")
    if spec.access_points < 0:
        raise SpecificationError("access_points", f"a number of {spec.access_points}")
    if spec.access_points and "wireless" not in found.traits:
        raise SpecificationError("access_points", f"{found.name} is no wireless controller")
    if spec.controller_managed and "sdwan" not in found.traits:
        raise SpecificationError("controller_managed", f"{found.name} has no controller mode")
    if spec.controller_managed and train.version < CONTROLLER_MODE:
        raise SpecificationError("controller_managed", f"{train.number} has no controller mode - it came with 17.2.1")
    return Build(spec, found, train, members)


def _members(spec: DeviceSpec, found: Family) -> tuple[Udi, ...]:
    wanted = spec.members
    if isinstance(wanted, int):
        if found.arrangement == "chassis":
            chassis = MemberSpec(found.default_pid)
            wanted = (chassis,) * wanted
        else:
            wanted = tuple(MemberSpec(found.default_pid) for _ in range(wanted))
    if not 1 <= len(wanted) <= found.max_members:
        raise SpecificationError("members", f"{len(wanted)} - {found.name} has 1 to {found.max_members}")
    members = []
    for number, member in enumerate(wanted, 1):
        if member.pid not in found.models:
            raise SpecificationError(
                "members", f"{member.pid!r} is no model of {found.name} - it has {', '.join(found.models)}"
            )
        same = found.arrangement == "chassis"  # both supervisors print the UDI of the chassis
        members.append(
            Udi(member.pid, member.sn or serial_number(found.serial_prefix, spec.name, 1 if same else number))
        )
    if found.arrangement != "chassis" and len(set(members)) != len(members):
        raise SpecificationError("members", "two members have the same serial number")
    return tuple(members)


def roles(members: tuple[Udi, ...]) -> tuple[Member, ...]:
    """Members with their roles: exactly one active, at most one standby. Source: reference/outputs.md section 0."""
    names = (Role.ACTIVE, Role.STANDBY)
    return tuple(Member(names[at] if at < 2 else Role.MEMBER, udi) for at, udi in enumerate(members))
