"""Where a device's packets go by its configuration: those of the Smart Agent, and those of ``ping`` and ``telnet``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from ipaddress import IPv4Address, IPv4Network

from nornir_smartlic.model import TransportType
from smartlic_lab.device import settings
from smartlic_lab.device.configuration import Section
from smartlic_lab.world.network import Origin


@dataclass(frozen=True, slots=True)
class Connected:
    """An interface that is up, and its network."""

    interface: str
    address: str
    network: IPv4Network


@dataclass(frozen=True, slots=True)
class StaticRoute:
    """``ip route [vrf NAME] PREFIX MASK {ADDRESS|INTERFACE}``."""

    network: IPv4Network
    behind: str  # an address or an interface

    @property
    def gateway(self) -> IPv4Address | None:
        """``None``: it leads out of an interface."""
        return IPv4Address(self.behind) if self.behind[0].isdigit() else None


def connected(configuration: Section, vrf: str | None) -> Iterator[Connected]:
    """The interfaces of a VRF that have an address and are up."""
    for line in configuration.under("interface"):
        section = line.section or Section()
        words = (section.value("ip", "address") or "").split()
        if section.has("shutdown") or len(words) < 2 or words[0] == "dhcp" or settings.interface_vrf(section) != vrf:
            continue
        yield Connected(line.words[1], words[0], IPv4Network((words[0], words[1]), strict=False))


def configured_routes(configuration: Section, vrf: str | None) -> Iterator[StaticRoute]:
    """The ``ip route`` lines of a VRF."""
    for line in configuration.under("ip", "route"):
        words = line.text.split()[2:]
        named = words[1] if words[:1] == ["vrf"] else None
        prefix, mask, *rest = [*(words[2:] if named else words), "", ""]
        if named != vrf or not any(rest):
            continue
        try:
            route = StaticRoute(IPv4Network((prefix, mask)), rest[0])
            _ = route.gateway
        except ValueError:
            continue
        yield route


def static_routes(configuration: Section, vrf: str | None) -> Iterator[StaticRoute]:
    """The static routes of a VRF whose gateway, or interface, is in reach: others are not in its table.

    Unverified: a gateway behind another static route is not followed here.
    """
    here = list(connected(configuration, vrf))
    for route in configured_routes(configuration, vrf):
        gateway = route.gateway
        if gateway is None:
            in_reach = route.behind.startswith("Null") or any(one.interface == route.behind for one in here)
        else:
            in_reach = any(gateway in one.network for one in here)
        if in_reach:
            yield route


def routes(configuration: Section, vrf: str | None) -> tuple[IPv4Network, ...]:
    """Every destination that packets of a VRF find a way to."""
    behind = [route.network for route in static_routes(configuration, vrf) if not route.behind.startswith("Null")]
    return (*(one.network for one in connected(configuration, vrf)), *behind)


def gateway_to(configuration: Section, vrf: str | None, address: str) -> str | None:
    """The first router on the way; ``None``: there is none, or *address* is in a network of the device's own."""
    target = IPv4Address(address)
    if any(target in one.network for one in connected(configuration, vrf)):
        return None
    found = [route for route in static_routes(configuration, vrf) if target in route.network and route.gateway]
    return max(found, key=lambda route: route.network.prefixlen).behind if found else None


def licensing_origin(device: str, configuration: Section, clock: datetime, transport: TransportType) -> Origin:
    """Where a licensing request starts: VRF and source by the transport.

    The VRF is that of ``license smart vrf`` (smart and cslu), of call-home for callhome, else the one of the source
    interface of the HTTP client.
    """
    source = configuration.value("ip", "http", "client", "source-interface")
    interface = configuration.section("interface", source) if source else Section()
    if transport is TransportType.CALLHOME:
        vrf = configuration.section("call-home").value("vrf")
    else:
        vrf = configuration.value("license", "smart", "vrf")
    vrf = vrf or settings.interface_vrf(interface)
    return settings.origin(
        device, configuration, clock, transport, vrf=vrf, source=source, routes=routes(configuration, vrf)
    )


def packet_origin(device: str, configuration: Section, clock: datetime, vrf: str | None, source: str | None) -> Origin:
    """Where a ping or a connection by hand starts; without a *source* it takes an interface of the VRF that is up."""
    if source is None:
        source = next((one.interface for one in connected(configuration, vrf)), None)
    return settings.origin(
        device, configuration, clock, TransportType.OFF, vrf=vrf, source=source, routes=routes(configuration, vrf)
    )
