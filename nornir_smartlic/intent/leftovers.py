"""What earlier models and other transports leave in a configuration, and nothing uses any more."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from nornir_smartlic.intent.comparison import Evidence
from nornir_smartlic.intent.way import SHOW_RUN, actual_transport
from nornir_smartlic.model import AuthorizationStatus, LicensingReading, TransportType

RESERVATION: Final = "license smart reservation"
_RESERVED: Final = (AuthorizationStatus.SPECIFIC_INSTALLED, AuthorizationStatus.UNIVERSAL_INSTALLED)


@dataclass(frozen=True, slots=True)
class Leftover:
    """A line that nothing uses, and what takes it away."""

    text: str
    evidence: Evidence
    fix: tuple[str, ...]


def reserved_members(reading: LicensingReading) -> tuple[str, ...]:
    """The members that hold an authorization code of a reservation, as the device prints them."""
    reservation, held = reading.state.reservation, reading.state.authorizations
    lines = [(each.member, each.status) for each in (reservation.members if reservation is not None else ())]
    lines += [(each.member, each.status) for each in (held.members if held is not None else ())]
    return tuple(dict.fromkeys(str(member) for member, status in lines if status in _RESERVED))


def reservation_line(reading: LicensingReading) -> Leftover | None:
    """``license smart reservation`` where nothing is reserved; ``None``: it is not there, or is needed."""
    if RESERVATION not in reading.configuration.license_lines or reserved_members(reading):
        return None
    return Leftover(RESERVATION, Evidence(SHOW_RUN, RESERVATION), (f"no {RESERVATION}",))


def of_call_home(reading: LicensingReading) -> Iterator[Leftover]:
    """What call-home holds for licensing while the transport is another one.

    An address of Cisco is left alone: Smart Call Home opens its service requests there.
    """
    home = reading.configuration.call_home
    if actual_transport(reading) is TransportType.CALLHOME:
        return
    if home.http_proxy is not None:
        line = f'http-proxy "{home.http_proxy.address}" port {home.http_proxy.port}'
        yield Leftover("call-home: http-proxy", Evidence(SHOW_RUN, line), ("call-home", " no http-proxy"))
    url = home.destination_url
    if url is not None and TransportType.of_url(url) is TransportType.CALLHOME and not _is_cisco(url):
        line = f"destination address http {url}"
        fix = ("call-home", ' profile "CiscoTAC-1"', f"  no {line}")
        yield Leftover(f"call-home: {line}", Evidence(SHOW_RUN, line), fix)


def of_other_transports(reading: LicensingReading) -> Iterator[Leftover]:
    """URLs of transports that are not in use: a change of transport brings them back without a word."""
    configuration, transport = reading.configuration, actual_transport(reading)
    if transport is not TransportType.CSLU and configuration.cslu_url is not None:
        line = f"license smart url cslu {configuration.cslu_url}"
        yield Leftover(line, Evidence(SHOW_RUN, line), ("no license smart url cslu",))
    if transport is TransportType.CSLU and configuration.smart_url is not None:
        line = f"license smart url smart {configuration.smart_url}"
        yield Leftover(line, Evidence(SHOW_RUN, line), ("no license smart url smart",))


def _is_cisco(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    return host == "cisco.com" or host.endswith(".cisco.com")
