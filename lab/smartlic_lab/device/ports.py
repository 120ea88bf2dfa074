"""Interfaces as show commands see them, and the VLANs that switch ports are in: a view of the running configuration."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from smartlic_lab.device import settings
from smartlic_lab.device.configuration import Section
from smartlic_lab.device.factory import interface_names
from smartlic_lab.device.machine import Machine

_VIRTUAL: Final = ("Vlan", "Loopback", "Tunnel", "VirtualPortGroup")
_SHORT: Final = {"TwentyFiveGigE": "Twe"}  # "Tw" is TwoGigabitEthernet; all others have two letters
_LAST_VLAN: Final = 4094
_ALL_VLANS: Final = f"1-{_LAST_VLAN}"


@dataclass(frozen=True, slots=True)
class InterfaceView:
    """An interface as show commands see it."""

    name: str
    address: str | None
    mask: str | None
    vrf: str | None
    description: str | None
    shutdown: bool
    has_link: bool = False  # a cable at a port without an address

    @property
    def is_up(self) -> bool:
        """Addressed interfaces have a cable; of the others the one behind an addressed VLAN, all else shows down."""
        cabled = self.address is not None or self.has_link
        return not self.shutdown and (cabled or self.name.startswith("Loopback"))

    @property
    def short(self) -> str:
        """``Gi1/0/1``."""
        return short_name(self.name)

    @property
    def state(self) -> str:
        """The first half of ``up, line protocol is up``."""
        return "administratively down" if self.shutdown else "up" if self.is_up else "down"

    @property
    def is_virtual(self) -> bool:
        """Whether there is no socket for a cable."""
        return self.name.startswith((*_VIRTUAL, "Port-channel"))


@dataclass(frozen=True, slots=True)
class SwitchPort:
    """A layer 2 port."""

    view: InterfaceView
    mode: str  # as typed: access, trunk, dynamic auto; the factory's is dynamic auto
    access_vlan: int
    voice_vlan: int | None
    native_vlan: int
    allowed: str  # 1-4094, none, 10,20-30
    negotiates: bool
    channel: tuple[int, str] | None  # number of the channel-group and its mode

    @property
    def is_trunk(self) -> bool:
        return self.mode == "trunk"

    @property
    def is_trunking(self) -> bool:
        """Whether it is a trunk with a link."""
        return self.is_trunk and self.view.is_up


@dataclass(frozen=True, slots=True)
class Vlan:
    """A VLAN of the database."""

    number: int
    name: str
    status: str  # active | suspended | act/lshut
    media: str = "enet"
    remote_span: bool = False

    @property
    def is_active(self) -> bool:
        return self.status == "active"


# What every VLAN database is born with. Source: the example of "show vlan" in Cisco's command references.
_LEGACY_VLANS: Final = (
    Vlan(1002, "fddi-default", "act/unsup", "fddi"),
    Vlan(1003, "token-ring-default", "act/unsup", "tr"),
    Vlan(1004, "fddinet-default", "act/unsup", "fdnet"),
    Vlan(1005, "trnet-default", "act/unsup", "trnet"),
)


def short_name(name: str) -> str:
    """``GigabitEthernet1/0/1`` as ``Gi1/0/1``."""
    head = name.rstrip("0123456789/.")
    return _SHORT.get(head, head[:2]) + name[len(head) :]


def interfaces_of(device: Machine) -> Iterator[InterfaceView]:
    """Every interface of the running configuration."""
    cabled = _cabled(device)
    for line in device.running.under("interface"):
        section = line.section or Section()
        words = (section.value("ip", "address") or "").split()
        addressed = len(words) >= 2 and words[0] != "dhcp"
        yield InterfaceView(
            line.words[1],
            words[0] if addressed else None,
            words[1] if addressed else None,
            settings.interface_vrf(section),
            section.value("description"),
            section.has("shutdown"),
            line.words[1] in cabled,
        )


def switches(device: Machine) -> bool:
    """Whether the device has a VLAN database."""
    return bool(device.family.traits & {"switch", "wireless"})


def _is_switch_port(name: str, section: Section, born_in: str | None) -> bool:
    """Layer 2 is the default of a switch's ports; not of its management port, nor of one that was made routed.

    Unverified: the same of a wireless controller's.
    """
    if born_in is not None or name.startswith(_VIRTUAL) or "." in name:
        return False
    return not section.denied("switchport") and section.value("ip", "address") is None


def _port_sections(device: Machine) -> Iterator[tuple[str, Section]]:
    if not switches(device):
        return
    born = dict(interface_names(device.build))
    for line in device.running.under("interface"):
        section = line.section or Section()
        if _is_switch_port(line.words[1], section, born.get(line.words[1])):
            yield line.words[1], section


def _number(text: str | None, default: int) -> int:
    return int(text) if text is not None and text.isdigit() else default


def _allowed(section: Section) -> str:
    return section.value("switchport", "trunk", "allowed", "vlan") or _ALL_VLANS


def _cabled(device: Machine) -> frozenset[str]:
    """The ports that have a link without an address: for each addressed VLAN the first port that carries it."""
    wanted = set()
    for line in device.running.under("interface"):
        section = line.section or Section()
        name = line.words[1]
        if name.startswith("Vlan") and section.value("ip", "address") and not section.has("shutdown"):
            wanted.add(int(name[4:]))
    found = set()
    for name, section in _port_sections(device) if wanted else ():
        if section.has("shutdown"):
            continue
        if section.value("switchport", "mode") == "trunk":
            carried = {number for number in wanted if contains(_allowed(section), number)}
        else:
            carried = wanted & {_number(section.value("switchport", "access", "vlan"), 1)}
        if carried:
            found.add(name)
            wanted -= carried
    return frozenset(found)


def contains(numbers: str, number: int) -> bool:
    """Whether a list like ``1,10-20`` has *number*."""
    return number in numbers_of(numbers)


def numbers_of(text: str) -> frozenset[int]:
    """The VLANs of ``1,10-20``; raises `ValueError` where it is no list of VLANs."""
    found: set[int] = set()
    for part in text.split(",") if text != "none" else ():
        first, dash, last = part.strip().partition("-")
        start, end = int(first), int(last) if dash else int(first)
        if not 1 <= start <= end <= _LAST_VLAN:
            raise ValueError(f"{part!r} - expected VLANs from 1 to {_LAST_VLAN}")
        found.update(range(start, end + 1))
    return frozenset(found)


def list_of(numbers: Iterable[int]) -> str:
    """``1,10-20``; ``none`` where there are none."""
    runs: list[list[int]] = []
    for number in sorted(numbers):
        if runs and number == runs[-1][-1] + 1:
            runs[-1][1:] = [number]
        else:
            runs.append([number])
    return ",".join("-".join(str(end) for end in run) for run in runs) or "none"


def switch_ports(device: Machine) -> tuple[SwitchPort, ...]:
    """The layer 2 ports in the order of the configuration."""
    views = {view.name: view for view in interfaces_of(device)}
    ports = []
    for name, section in _port_sections(device):
        voice = section.value("switchport", "voice", "vlan")
        group = next((line.text.split() for line in section.under("channel-group")), None)
        ports.append(
            SwitchPort(
                view=views[name],
                mode=section.value("switchport", "mode") or "dynamic auto",
                access_vlan=_number(section.value("switchport", "access", "vlan"), 1),
                voice_vlan=int(voice) if voice and voice.isdigit() else None,
                native_vlan=_number(section.value("switchport", "trunk", "native", "vlan"), 1),
                allowed=_allowed(section),
                negotiates=not section.has("switchport", "nonegotiate"),
                channel=(int(group[1]), group[-1]) if group and group[1].isdigit() else None,
            )
        )
    return tuple(ports)


def vlans(device: Machine) -> tuple[Vlan, ...]:
    """The VLAN database by number: what was configured, and what every switch has."""
    found = {1: Vlan(1, "default", "active")}
    for line in device.running.under("vlan"):
        section, number = line.section or Section(), int(line.words[1])
        status = "suspended" if section.value("state") == "suspend" else "active"
        if section.has("shutdown"):
            status = "act/lshut"
        name = section.value("name") or ("default" if number == 1 else f"VLAN{number:04}")
        found[number] = Vlan(number, name, status, remote_span=section.has("remote-span"))
    for vlan in _LEGACY_VLANS:
        found.setdefault(vlan.number, vlan)
    return tuple(found[number] for number in sorted(found))
