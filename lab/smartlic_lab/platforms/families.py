"""Product families: members, models, licences and what they print of themselves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Annotated, Any, ClassVar
from uuid import NAMESPACE_DNS, uuid5

from pydantic import BeforeValidator, ConfigDict, Field, PlainValidator, TypeAdapter, ValidationInfo

from nornir_smartlic.model import EnforcementType, Entitlement, LicenseType
from smartlic_lab.platforms.documents import SHAPE, Known, PlatformError, Version, checked, read_documents
from smartlic_lab.platforms.releases import LEGACY_AGENT, Release

__all__ = ["BootLevels", "Family", "InterfaceRange", "Model", "PlatformError", "families", "family"]

Typed = Annotated[str, Field(coerce_numbers_to_str=True)]
"""A word that users type, which YAML may take for a number: ``250``."""


@dataclass(frozen=True, slots=True)
class InterfaceRange:
    """Interfaces that every device or member has: ``GigabitEthernet{member}/0/{port}``."""

    __pydantic_config__: ClassVar[ConfigDict] = SHAPE

    name: str
    count: int = 1
    first: int = 1
    vrf: str | None = None

    @property
    def per_member(self) -> bool:
        """Whether each member has them."""
        return "{member}" in self.name


@dataclass(frozen=True, slots=True)
class Model:
    """One PID: the class that its licences go by, and its ports."""

    __pydantic_config__: ClassVar[ConfigDict] = SHAPE

    pid: str
    license_class: Annotated[str, Field(alias="class")] = ""
    brand: str = "cisco"  # as the line on the processor has it
    ports: int = 0  # as the table of show version counts them
    throughputs: tuple[int, ...] = ()  # kbps: the base, and what a performance licence brings; ISR 4000
    interfaces: tuple[InterfaceRange, ...] = ()


@dataclass(frozen=True, slots=True)
class BootLevels:
    """``license boot level``: the levels, and the add-ons that each takes."""

    __pydantic_config__: ClassVar[ConfigDict] = SHAPE

    levels: Annotated[Mapping[str, tuple[str, ...]], BeforeValidator(lambda value: _without_nothing(value, []))] = (
        field(default_factory=dict)
    )
    default: str | None = None  # what a staged device has; None: nothing
    style: str = "catalyst"  # catalyst: a table in show version; router: License Level lines; air: AIR License Level


def _without_nothing(value: Any, empty: Any) -> Any:
    """A mapping whose keys without a value have an empty one."""
    if not isinstance(value, dict):
        return value
    return {key: empty if below is None else below for key, below in value.items()}


def _named(value: Any) -> Any:
    """Models by PID, each with its PID in it."""
    if not isinstance(value, dict):
        return value
    return {
        pid: {"pid": pid, **below} if isinstance(below, dict) else below
        for pid, below in _without_nothing(value, {}).items()
    }


@dataclass(frozen=True, slots=True)
class _Licence:
    """A licence as a file has it."""

    __pydantic_config__: ClassVar[ConfigDict] = SHAPE

    name: str
    license_class: Annotated[str, Field(alias="class")] = ""
    tiers: bool = False  # "{tier}" in name and display stands for every throughput
    classes: bool = False  # "{class}" in display stands for the class of every model
    display: str | None = None
    tag: str | None = None  # None: no capture shows it
    description: str | None = None
    type: LicenseType = LicenseType.PERPETUAL
    enforcement: EnforcementType = EnforcementType.NOT_ENFORCED


_LICENCES: TypeAdapter[tuple[_Licence, ...]] = TypeAdapter(tuple[_Licence, ...])


def _entitlements(value: Any, info: ValidationInfo) -> tuple[tuple[str, Entitlement], ...]:
    """The licences of a family: those with tiers once for each throughput, those with classes for each class."""
    tiers = tuple(dict.fromkeys(info.data.get("throughputs", {}).values()))
    classes = tuple(dict.fromkeys(model.license_class for model in info.data.get("models", {}).values()))
    return tuple(
        (licence.license_class, entitlement)
        for found in _LICENCES.validate_python(value)
        for licence in _of_classes(found, classes)
        for entitlement in _of_licence(licence, tiers)
    )


def _of_classes(licence: _Licence, classes: tuple[str, ...]) -> list[_Licence]:
    if not licence.classes:
        return [licence]
    display = licence.display or licence.name
    return [replace(licence, license_class=one, display=display.replace("{class}", one)) for one in classes]


def _of_licence(licence: _Licence, tiers: tuple[str, ...]) -> list[Entitlement]:
    display = licence.display or licence.name
    entitlement = Entitlement(
        name=licence.name,
        display=display,
        tag=licence.tag or _own_tag(display),
        description=licence.description or display,
        license_type=licence.type,
        enforcement=licence.enforcement,
    )
    if not licence.tiers:
        return [entitlement]
    names = [(licence.name.format(tier=tier), display.format(tier=tier)) for tier in tiers]
    return [
        replace(entitlement, name=name, display=display, description=name, tag=_own_tag(display))
        for name, display in names
    ]


def _own_tag(display: str) -> str:
    """A tag of the right shape for a licence whose tag no capture shows: ours, not Cisco's."""
    word = "".join(letter if letter.isalnum() else "_" for letter in display)
    return f"regid.2019-01.com.cisco.{word},1.0_{uuid5(NAMESPACE_DNS, display + '.example.com')}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """A product family, as its file has it."""

    __pydantic_config__: ClassVar[ConfigDict] = SHAPE

    name: str
    title: str
    traits: frozenset[str]  # what grammar rows and templates ask for: switch, router, stack, wireless, virtual
    arrangement: str = "standalone"  # standalone | stack | chassis | pair
    models: Annotated[Mapping[str, Model], BeforeValidator(_named)]
    default_pid: str
    max_members: int = 1
    hostname: str
    flash: str  # flash | bootflash
    image: str  # cat9k_iosxe
    software: str  # Catalyst L3 Switch Software
    software_image: str  # CAT9K_IOSXE
    software_id: str  # regid... of the product
    processor: str  # (X86)
    memory: str  # 1331521K/6147K
    storage: tuple[str, ...]  # the lines of show version on memories
    serial_prefix: str = "FOC"
    boot: BootLevels = BootLevels()
    throughputs: Mapping[Typed, Typed] = field(default_factory=dict)  # what is typed -> the tier in licence names
    entitlements: Annotated[tuple[tuple[str, Entitlement], ...], PlainValidator(_entitlements)] = ()  # ("": any class)
    interfaces: tuple[InterfaceRange, ...] = ()
    first_release: Version = (16, 12, 1)
    last_release: Version | None = None
    first_slp: Version = (17, 3, 2)  # Smart Licensing Using Policy; before it, registration
    known: Known  # how well, on releases of which no capture is named below
    evidence: Mapping[str, str] = field(default_factory=dict)  # release -> capture of this family on its agent
    source: str
    default_throughput: Typed | None = None
    idle: Mapping[str, tuple[str, str]] = field(default_factory=dict)  # licence -> name and description while not used
    unrestricted_throughput: int = 250  # Mbps; more needs a SLAC for hseck9
    boot_seconds: int = 30
    usage_counts: str = "members"  # one per member; supervisors: subscriptions once per chassis; access-points
    always: tuple[str, ...] = ()  # licences in use whatever the boot level is

    def entitlement(self, name: str, license_class: str = "") -> Entitlement | None:
        """The licence called *name* for a class of models."""
        for klass, entitlement in self.entitlements:
            if entitlement.name == name and klass in ("", license_class):
                return entitlement
        return None

    @property
    def file_systems(self) -> dict[str, int]:
        """The bytes of each file system by its name, as ``show version`` has them: ``flash``, ``nvram``, ``disk0``."""
        found = {}
        for line in self.storage:
            kib, _, rest = line.partition("K bytes of ")
            name = "nvram" if rest.startswith("non-volatile") else rest.rstrip(".:").rpartition(" at ")[2]
            if " at " in rest or name == "nvram":
                found[self.flash if name in ("flash", "bootflash") else name] = int(kib) * 1024
        return found

    def supports(self, version: tuple[int, ...]) -> bool:
        """Whether this family runs the release."""
        return version >= self.first_release and (self.last_release is None or version <= self.last_release)

    def has_air_levels(self, version: tuple[int, ...]) -> bool:
        """Whether ``license air level`` is known: to controllers, and to switches with embedded wireless.

        Source: show-version/genie-c9500h-svl.txt, 17.3.4 and 17.6.3 of C9300; unverified: that they took the command.
        """
        return self.boot.style == "air" or ("cat9k" in self.traits and (17, 3, 0) <= version < (17, 9, 0))

    def runs(self, release: Release) -> Release:
        """*release* as this family has it: some turn to Smart Licensing Using Policy later than others.

        Unverified: the Smart Agent of such a release; that of 17.3.1 is taken.
        """
        if not release.slp or release.version >= self.first_slp:
            return release
        return replace(release, slp=False, licensing_status="", agent_version=LEGACY_AGENT)


_FAMILY: TypeAdapter[Family] = TypeAdapter(Family)


def read_family(where: str, data: Any) -> Family:
    """The family of one file; raises `PlatformError`."""
    built = checked(where, data, _FAMILY)
    if built.default_pid not in built.models:
        raise PlatformError(f"{where}: default_pid: {built.default_pid!r} is not one of its models")
    return built


@cache
def families() -> dict[str, Family]:
    """All families by name."""
    return {found.name: found for found in (read_family(*document) for document in read_documents("families"))}


def family(name: str) -> Family:
    """The family called *name*; raises `PlatformError`."""
    known = families()
    if name not in known:
        raise PlatformError(f"platform {name!r} - expected one of {', '.join(known)}")
    return known[name]
