"""The way that reports take from a device to CSSM: one value, made in one place, wanted or actual."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from nornir_smartlic.intent.comparison import Evidence
from nornir_smartlic.intent.releases import SMART_VRF, release_of
from nornir_smartlic.model import (
    Intent,
    LicensingReading,
    Proxy,
    RunningConfiguration,
    TransportType,
)

SMART_RECEIVER: Final = "https://smartreceiver.cisco.com/licservice/license"
"""What ``license smart url default`` sets. Source: reference/cli.md section 2."""
CALL_HOME_RECEIVER: Final = "https://tools.cisco.com/its/service/oddce/services/DDCEService"
"""Source: reference/reports.md section 6."""
CSLU_NAME: Final = "cslu-local"
"""The name that a device without URL looks for under cslu. Source: reference/policy.md."""
SHOW_RUN: Final = "show running-config"


@dataclass(frozen=True, slots=True)
class Way:
    """How the reports of a device leave it."""

    transport: TransportType
    url: str | None  # None: nowhere, and under cslu to the name cslu-local
    vrf: str | None  # None: the global table
    source_interface: str | None
    proxy: Proxy | None
    server_identity_check: bool
    name_servers: tuple[str, ...]  # of its VRF

    @property
    def host(self) -> str | None:
        """The name that the device must resolve; ``None``: its first hop is an address, or it sends nothing."""
        if self.proxy is not None and self.proxy.address is not None:
            host: str | None = self.proxy.address  # a proxy resolves the receiver's name by itself
        elif self.url is not None:
            host = urlsplit(self.url).hostname
        else:
            host = CSLU_NAME if self.transport is TransportType.CSLU else None
        return None if host is None or self.transport is TransportType.OFF or is_address(host) else host

    @property
    def place(self) -> str:
        """Where names are resolved, in words."""
        return f"in VRF {self.vrf}" if self.vrf is not None else "in the default VRF"


def actual_transport(reading: LicensingReading) -> TransportType:
    """The transport in use: as configured, as shown, or else the default of SLP releases."""
    configured = reading.configuration.intent.transport
    if configured is not None:
        return configured
    shown = reading.state.transport.type if reading.state.transport is not None else None
    return shown or TransportType.CSLU


def way_of(reading: LicensingReading, intent: Intent | None = None) -> Way:
    """The way of the device, or the one that it has once it is as *intent* wants."""
    intent = intent or Intent()
    configuration = reading.configuration
    transport = intent.transport or actual_transport(reading)
    is_callhome = transport is TransportType.CALLHOME
    home, smart = configuration.call_home, configuration.intent
    source = intent.source_interface or smart.source_interface
    vrf = None
    if transport is not TransportType.OFF:
        found = interface_of(configuration, source)
        vrf = intent.vrf or configured_vrf(reading, transport) or (found.vrf if found is not None else None)
    # On by default. Source: reference/cli.md section 2.
    check = home.server_identity_check if is_callhome else smart.server_identity_check is not False
    there = tuple(canonical(address) for where, address in configuration.name_servers if where == vrf)
    kept = () if intent.name_servers_exact else there
    return Way(
        transport,
        configuration.url_of(transport) if intent.url is None else url_meant(transport, intent.url),
        vrf,
        source,
        intent.proxy or (home.http_proxy if is_callhome else smart.proxy),
        check if intent.server_identity_check is None else intent.server_identity_check,
        there if intent.name_servers is None else tuple(dict.fromkeys((*kept, *intent.name_servers))),
    )


def url_meant(transport: TransportType, url: str) -> str | None:
    """The URL that *url* means; ``default`` under cslu is none: the device then looks for the name ``cslu-local``."""
    if url != "default":
        return url
    return {TransportType.SMART: SMART_RECEIVER, TransportType.CALLHOME: CALL_HOME_RECEIVER}.get(transport)


def configured_vrf(reading: LicensingReading, transport: TransportType) -> str | None:
    """The VRF of the line that *transport* has for it; ``None``: that of the source interface counts."""
    if transport is TransportType.CALLHOME:
        return reading.configuration.call_home.vrf
    return reading.configuration.intent.vrf if has_vrf_line(reading) else None


def has_vrf_line(reading: LicensingReading) -> bool:
    """Whether the device knows ``license smart vrf``: by its release, or since the line is there."""
    return reading.configuration.intent.vrf is not None or release_of(reading.version.release) >= SMART_VRF


@dataclass(frozen=True, slots=True)
class Interface:
    """An interface of the device."""

    name: str
    vrf: str | None  # None: the global table
    address: str | None  # None: it has none

    @property
    def place(self) -> str:
        """Where it is, in words."""
        return f"VRF {self.vrf}" if self.vrf is not None else "the global table"


def interface_of(configuration: RunningConfiguration, name: str | None) -> Interface | None:
    """The interface that *name* means, ``Gi0/0`` too; ``None``: there is none, or several may be meant."""
    if name is None:
        return None
    found = [Interface(*each) for each in configuration.interfaces if each[0] == name]
    found = found or [Interface(*each) for each in configuration.interfaces if same_interface(each[0], name)]
    return found[0] if len(found) == 1 else None


def misplaced_source(reading: LicensingReading, intent: Intent | None = None) -> tuple[Interface, str] | None:
    """The source interface that is not in the VRF whose line the reports follow, and that VRF; ``None``: it is.

    With *intent*, once the device is as it wants.
    """
    way = way_of(reading, intent)
    source = interface_of(reading.configuration, way.source_interface)
    vrf = (intent.vrf if intent is not None else None) or configured_vrf(reading, way.transport)
    if source is None or vrf is None or source.vrf == vrf or way.transport is TransportType.OFF:
        return None
    return source, vrf


def same_interface(one: str, other: str) -> bool:
    """Whether two spellings mean one interface: ``Gi0/0`` is ``GigabitEthernet0/0``."""
    if one[-1:].lower() != other[-1:].lower():
        return False  # most interfaces, at no cost
    short, long = sorted((one.lower().replace(" ", ""), other.lower().replace(" ", "")), key=len)
    split = re.match(r"[a-z-]+", short)
    name = re.match(r"[a-z-]+", long)
    if split is None or name is None:
        return short == long
    return name[0].startswith(split[0]) and long[name.end() :] == short[split.end() :]


def canonical(address: str) -> str:
    """*address* in the one spelling that IPv6 has many of; what is none stays as it is."""
    try:
        return str(ipaddress.ip_address(address))
    except ValueError:
        return address


@dataclass(frozen=True, slots=True)
class Unresolved:
    """Why the name at the end of a way cannot be resolved, and the line that is missing."""

    text: str
    evidence: Evidence
    fix: str
    is_lookup: bool  # names are not looked up at all; False: no name server is configured


def host_entry(way: Way, configuration: RunningConfiguration) -> str | None:
    """The address that ``ip host`` gives the name; ``None``: it gives none."""
    return next((address for vrf, name, address in configuration.hosts if vrf == way.vrf and name == way.host), None)


def unresolved(way: Way, configuration: RunningConfiguration) -> Unresolved | None:
    """Why the configuration does not let the name be resolved; ``None``: it does, or there is no name."""
    if way.host is None or host_entry(way, configuration) is not None:
        return None
    if not configuration.domain_lookup:
        evidence = Evidence(SHOW_RUN, "no ip domain lookup")
        return Unresolved(f"{way.host} is not looked up", evidence, "ip domain lookup", is_lookup=True)
    if way.name_servers:
        return None
    line = name_server_line(way.vrf)
    evidence = Evidence(SHOW_RUN, f"no line '{line} ...'")
    return Unresolved(f"no name server {way.place}", evidence, f"{line} ADDRESS", is_lookup=False)


def name_server_line(vrf: str | None) -> str:
    """What stands before the address of a name server."""
    return "ip name-server" + (f" vrf {vrf}" if vrf is not None else "")


def wrong_transport(way: Way) -> TransportType | None:
    """Whose URL the way has instead of its own transport's; ``None``: its own, or the URL does not tell."""
    spoken_by = TransportType.of_url(way.url) if way.url is not None else None
    if way.transport is TransportType.AUTOMATIC:
        return None  # the device chooses
    return spoken_by if spoken_by is not way.transport else None


def is_address(host: str) -> bool:
    """Whether *host* is an address and no name."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


@dataclass(frozen=True, slots=True)
class WayProblem:
    """One thing on the way that cannot be as it is, or hardly."""

    id: str
    text: str
    evidence: Evidence
    fix: tuple[str, ...] = ()
    is_certain: bool = True


def source_line(configuration: RunningConfiguration, vrf: str | None) -> str | None:
    """The line that makes an interface of *vrf* with an address the source; ``None``: there is none."""
    found = next((name for name, where, address in configuration.interfaces if address and where == vrf), None)
    return f"ip http client source-interface {found}" if found is not None else None


def source_problems(reading: LicensingReading) -> Iterator[WayProblem]:
    """What is wrong with the VRF and the source interface that reports leave through."""
    configuration, way = reading.configuration, way_of(reading)
    if way.transport is TransportType.OFF:
        return
    in_call_home = way.transport is TransportType.CALLHOME
    vrf, prefix = configured_vrf(reading, way.transport), "vrf" if in_call_home else "license smart vrf"

    def line(name: str) -> tuple[str, ...]:
        return ("call-home", f" {prefix} {name}") if in_call_home else (f"{prefix} {name}",)

    if vrf is not None and vrf not in configuration.vrfs:
        fix = line(configuration.vrfs[0]) if configuration.vrfs else ()
        yield WayProblem("no-vrf", f"VRF {vrf} is not on the device", Evidence(SHOW_RUN, line(vrf)[-1].strip()), fix)
    name = way.source_interface
    if name is None:
        return
    found = interface_of(configuration, name)
    evidence = Evidence(SHOW_RUN, f"ip http client source-interface {name}")
    instead = (source_line(configuration, way.vrf) or f"no ip http client source-interface {name}",)
    if found is None and configuration.interfaces:
        yield WayProblem("no-source-interface", f"the source interface {name} does not exist", evidence, instead)
    elif found is not None and found.address is None:
        yield WayProblem("no-source-address", f"the source interface {name} has no address", evidence, instead)
    elif found is not None and misplaced_source(reading) is not None:
        text = f"the source interface {name} is in {found.place}, the reports go through VRF {vrf}"
        fix = line(found.vrf) if found.vrf else tuple(each.replace(prefix, f"no {prefix}") for each in line(vrf or ""))
        yield WayProblem("vrf-mismatch", text, evidence, fix, is_certain=False)


def url_problem(reading: LicensingReading) -> WayProblem | None:
    """Why the transport cannot use its URL; ``None``: it can, or has none and needs none."""
    way = way_of(reading)
    is_smart = way.transport is TransportType.SMART
    fix = ("license smart url default",) if is_smart else ()
    if way.url is None:
        line = Evidence(SHOW_RUN, "license smart transport smart")
        return WayProblem("no-url", "transport smart has no URL", line, fix) if is_smart else None
    if (other := wrong_transport(way)) is not None:
        text = f"{way.url!r} is a URL of transport {other.keyword}, and the transport is {way.transport.keyword}"
        return WayProblem("wrong-url", text, Evidence(SHOW_RUN, way.url), fix)
    host = urlsplit(way.url).hostname or ""
    if is_smart and host.endswith("cisco.com") and host != urlsplit(SMART_RECEIVER).hostname:
        text = f"{host} is not the receiver of smart transport, which is {urlsplit(SMART_RECEIVER).hostname}"
        return WayProblem("old-url", text, Evidence(SHOW_RUN, way.url), fix, is_certain=False)
    return None
