"""Product families: members, models, licences and what they print of themselves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from uuid import NAMESPACE_DNS, uuid5

from nornir_smartlic.model import EnforcementType, Entitlement, LicenseType
from smartlic_lab.platforms.documents import Document, Evidence, PlatformError, read_documents

__all__ = ["BootLevels", "Evidence", "Family", "InterfaceRange", "Model", "PlatformError", "families", "family"]


@dataclass(frozen=True, slots=True)
class InterfaceRange:
    """Interfaces that every device or member has: ``GigabitEthernet{member}/0/{port}``."""

    name: str
    count: int = 1
    first: int = 1
    vrf: str | None = None
    per_member: bool = False


@dataclass(frozen=True, slots=True)
class Model:
    """One PID: the class that its licences go by, and its ports."""

    pid: str
    license_class: str
    ports: int = 0  # as the table of show version counts them
    interfaces: tuple[InterfaceRange, ...] = ()


@dataclass(frozen=True, slots=True)
class BootLevels:
    """``license boot level``: the levels, and the add-ons that each takes."""

    levels: Mapping[str, tuple[str, ...]]
    default: str | None  # what a staged device has; None: nothing
    style: str = "catalyst"  # catalyst: a table in show version; router: License Level lines; air: AIR License Level


@dataclass(frozen=True, slots=True)
class Family:
    """A product family."""

    name: str
    title: str
    traits: frozenset[str]  # what grammar rows and templates ask for: switch, router, stack, wireless, virtual
    arrangement: str  # standalone | stack | chassis | pair
    models: Mapping[str, Model]
    default_pid: str
    max_members: int
    hostname: str
    flash: str  # flash | bootflash
    image: str  # cat9k_iosxe
    software: str  # Catalyst L3 Switch Software
    software_image: str  # CAT9K_IOSXE
    software_id: str  # regid... of the product
    processor: str  # (X86)
    memory: str  # 1331521K/6147K
    storage: tuple[str, ...]  # the lines of show version on memories
    serial_prefix: str
    boot: BootLevels
    entitlements: tuple[tuple[str, Entitlement], ...]  # (license class or "", licence)
    interfaces: tuple[InterfaceRange, ...]
    first_release: tuple[int, ...]
    known: Evidence  # how well, on releases of which no capture is named below
    evidence: Mapping[str, str]  # release -> capture that shows this family on its agent
    source: str
    throughputs: Mapping[str, str] = field(default_factory=dict)  # what is typed -> the tier in licence names
    default_throughput: str | None = None
    unrestricted_throughput: int = 250  # Mbps; more needs a SLAC for hseck9
    boot_seconds: int = 30
    enforced_tags: tuple[str, ...] = ()  # Enforced Licenses of tech support
    usage_counts: str = "members"  # one per member; supervisors: subscriptions once per chassis; access-points
    always: tuple[str, ...] = ()  # licences in use whatever the boot level is
    last_release: tuple[int, ...] | None = None

    def entitlement(self, name: str, license_class: str = "") -> Entitlement | None:
        """The licence called *name* for a class of models."""
        for klass, entitlement in self.entitlements:
            if entitlement.name == name and klass in ("", license_class):
                return entitlement
        return None

    def supports(self, version: tuple[int, ...]) -> bool:
        """Whether this family runs the release."""
        return version >= self.first_release and (self.last_release is None or version <= self.last_release)


def _entitlement(document: Document) -> Entitlement:
    name = document.take("name", str)
    display = document.take("display", str, name)
    entitlement = Entitlement(
        name=name,
        display=display,
        tag=document.take("tag", str, None) or _own_tag(display),
        description=document.take("description", str, display),
        license_type=LicenseType(document.take("type", str, "Perpetual")),
        enforcement=EnforcementType(document.take("enforcement", str, "NOT ENFORCED")),
    )
    document.done()
    return entitlement


def _own_tag(display: str) -> str:
    """A tag of the right shape for a licence whose tag no capture shows: ours, not Cisco's."""
    word = "".join(letter if letter.isalnum() else "_" for letter in display)
    return f"regid.2019-01.com.cisco.{word},1.0_{uuid5(NAMESPACE_DNS, display + '.example.com')}"


def _entitlements(document: Document, throughputs: Mapping[str, str]) -> tuple[tuple[str, Entitlement], ...]:
    """The licences of a family; ``{tier}`` in a name or display stands for every throughput."""
    found: list[tuple[str, Entitlement]] = []
    for part in document.parts("entitlements"):
        license_class = part.take("class", str, "")
        tiers = part.take("tiers", bool, False)
        entitlement = _entitlement(part)
        if not tiers:
            found.append((license_class, entitlement))
            continue
        for tier in dict.fromkeys(throughputs.values()):
            name, display = entitlement.name.format(tier=tier), entitlement.display.format(tier=tier)
            found.append(
                (
                    license_class,
                    replace(entitlement, name=name, display=display, description=name, tag=_own_tag(display)),
                )
            )
    return tuple(found)


def _interfaces(document: Document, key: str = "interfaces") -> tuple[InterfaceRange, ...]:
    found = []
    for part in document.parts(key):
        name = part.take("name", str)
        found.append(
            InterfaceRange(
                name=name,
                count=part.take("count", int, 1),
                first=part.take("first", int, 1),
                vrf=part.take("vrf", str, None),
                per_member="{member}" in name,
            )
        )
        part.done()
    return tuple(found)


def _version(text: str | None) -> tuple[int, ...] | None:
    return tuple(int(part) for part in text.split(".")) if text else None


def _read(document: Document) -> Family:
    models = {}
    for pid, part in document.named_parts("models"):
        models[pid] = Model(pid, part.take("class", str, ""), part.take("ports", int, 0), _interfaces(part))
        part.done()
    boot = document.part("boot")
    levels = BootLevels(
        default=boot.take("default", str, None),
        style=boot.take("style", str, "catalyst"),
        levels={str(level): tuple(addons or ()) for level, addons in boot.take("levels", dict, {}).items()},
    )
    boot.done()
    throughputs = {str(typed): str(tier) for typed, tier in document.take("throughputs", dict, {}).items()}
    built = Family(
        name=document.take("name", str),
        title=document.take("title", str),
        traits=frozenset(document.take("traits", list)),
        arrangement=document.take("arrangement", str, "standalone"),
        models=models,
        default_pid=document.take("default_pid", str),
        max_members=document.take("max_members", int, 1),
        hostname=document.take("hostname", str),
        flash=document.take("flash", str),
        image=document.take("image", str),
        software=document.take("software", str),
        software_image=document.take("software_image", str),
        software_id=document.take("software_id", str),
        processor=document.take("processor", str),
        memory=document.take("memory", str),
        storage=tuple(document.take("storage", list)),
        serial_prefix=document.take("serial_prefix", str, "FOC"),
        boot=levels,
        entitlements=_entitlements(document, throughputs),
        interfaces=_interfaces(document),
        first_release=_version(document.take("first_release", str, "16.12.1")) or (),
        last_release=_version(document.take("last_release", str, None)),
        known=Evidence.of(document.take("known", str)),
        evidence={str(name): str(text) for name, text in document.take("evidence", dict, {}).items()},
        source=document.take("source", str),
        throughputs=throughputs,
        default_throughput=document.take("default_throughput", str, None),
        unrestricted_throughput=document.take("unrestricted_throughput", int, 250),
        boot_seconds=document.take("boot_seconds", int, 30),
        enforced_tags=tuple(document.take("enforced_tags", list, [])),
        usage_counts=document.take("usage_counts", str, "members"),
        always=tuple(document.take("always", list, [])),
    )
    document.done()
    if built.default_pid not in built.models:
        raise PlatformError(f"family {built.name}: default_pid {built.default_pid!r} is not one of its models")
    return built


@cache
def families() -> dict[str, Family]:
    """All families by name."""
    return {found.name: found for found in (_read(document) for document in read_documents("families"))}


def family(name: str) -> Family:
    """The family called *name*; raises `PlatformError`."""
    known = families()
    if name not in known:
        raise PlatformError(f"platform {name!r} - expected one of {', '.join(known)}")
    return known[name]
