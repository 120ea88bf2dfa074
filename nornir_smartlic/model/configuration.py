"""Licensing configuration: what is wanted of a device, and what its running configuration holds."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from enum import Enum

from nornir_smartlic.model.identity import Udi
from nornir_smartlic.model.seldom import seldom
from nornir_smartlic.model.transport import Proxy, TransportType


class RevocationCheck(Enum):
    """``revocation-check`` of the trustpoint SLA-TrustPoint."""

    NONE = "none"
    CRL = "crl"
    CRL_NONE = "crl none"


@dataclass(frozen=True, slots=True)
class BootLevel:
    """``license boot level LEVEL [addon ADDON]``; ``addon`` is ``None`` where there is none."""

    level: str
    addon: str | None = None

    def __str__(self) -> str:
        return f"{self.level} addon {self.addon}" if self.addon else self.level


@dataclass(frozen=True, slots=True)
class Intent:
    """A device's licensing configuration, as the inventory asks for it or as a running configuration has it.

    In an intent ``None`` means "left alone"; in a running configuration "not there, so the release's default".
    Source: design.md section 3.1 (keys), reference/cli.md sections 2 and 4 (lines).
    """

    transport: TransportType | None = None
    url: str | None = None  # "default", or the URL of the receiver, CSLU or SSM On-Prem
    vrf: str | None = None
    source_interface: str | None = None  # ip http client source-interface
    name_servers: tuple[str, ...] | None = None  # in the VRF of this intent
    name_servers_exact: bool | None = None  # True: no other ones beside them
    proxy: Proxy | None = None
    revocation_check: RevocationCheck | None = None
    server_identity_check: bool | None = None
    hostname_privacy: bool | None = None  # True: kept out of reports
    version_privacy: bool | None = None
    usage_interval_days: int | None = None
    customer_tags: tuple[tuple[str, str], ...] | None = None  # ("tag1", "branch-17"), ...
    boot_level: BootLevel | None = None
    packages: tuple[str, ...] | None = seldom(None)  # technology packages of an ISR, and no others
    suite: str | None = seldom(None)
    throughput: str | None = seldom(None)  # T2, 500, 500M, 1G; in a running configuration as it stands there
    features: tuple[str, ...] | None = seldom(None)  # license feature
    smart_account: str | None = None  # what the device must belong to
    virtual_account: str | None = None
    trust: bool | None = None  # True: a trust code must be installed
    authorizations: tuple[str, ...] | None = None  # SLACs that must be installed
    registered: bool | None = seldom(None)  # before SLP: True: it must be registered, and its way to CSSM be as wanted


@dataclass(frozen=True, slots=True)
class CallHome:
    """What licensing needs of ``call-home``."""

    service: bool = False  # service call-home
    contact_email: str | None = None
    profile_active: bool = False  # profile "CiscoTAC-1"
    transport_method: str | None = None  # http | email
    destination_url: str | None = None
    http_proxy: Proxy | None = None
    vrf: str | None = None
    server_identity_check: bool = True


@dataclass(frozen=True, slots=True)
class RunningConfiguration:
    """The lines of a running configuration that licensing needs, typed."""

    intent: Intent  # url is the smart URL, the CSLU URL or the plain one, by the transport
    hostname: str | None = None
    smart_url: str | None = None  # license smart url smart
    plain_url: str | None = None  # license smart url
    cslu_url: str | None = None  # license smart url cslu
    utility_url: str | None = None
    name_servers: tuple[tuple[str | None, str], ...] = ()  # (VRF or None, address)
    domain_lookup: bool = True
    domain_name: str | None = None
    hosts: tuple[tuple[str | None, str, str], ...] = ()  # (VRF or None, name, address)
    vrfs: tuple[str, ...] = ()
    interfaces: tuple[tuple[str, str | None, str | None], ...] = ()  # (name, VRF, address)
    trustpoints: tuple[tuple[str, str | None], ...] = ()  # (name, revocation-check as configured)
    call_home: CallHome = field(default_factory=CallHome)
    clock_timezone: tuple[str, timedelta] | None = None
    udi: Udi | None = None  # license udi
    smart_enabled: bool | None = None  # False: "no license smart enable"
    packages: tuple[str, ...] = seldom(())  # license boot level, every line of it; intent.boot_level is the last
    suite: str | None = seldom(None)  # license boot suite
    throughput: str | None = seldom(None)  # platform hardware throughput level [MB], or crypto: its value
    features: tuple[str, ...] = seldom(())  # license feature, every line of it
    air_level: BootLevel | None = None  # license air level, of a wireless controller; intent.boot_level has the other
    license_lines: tuple[str, ...] = ()  # every line that starts with "license", as it stands

    @property
    def plain_cslu_url(self) -> str | None:
        """``license smart url URL`` with a URL of a CSLU or of an SSM On-Prem for CSLU, as users of the latter have it.

        Source: reference/corrections-2026-11.md. Unverified: what a device does where ``url cslu`` stands beside it.
        """
        plain = self.plain_url
        return plain if plain is not None and TransportType.of_url(plain) is TransportType.CSLU else None

    @property
    def boot_levels(self) -> tuple[BootLevel, ...]:
        """Every ``license boot level``; ISRs have one for each technology package."""
        found = (line.split()[3:] for line in self.license_lines if line.startswith("license boot level "))
        levels = [BootLevel(words[0], words[2] if words[1:2] == ["addon"] else None) for words in found if words]
        return tuple(levels) or ((self.intent.boot_level,) if self.intent.boot_level is not None else ())

    def url_of(self, transport: TransportType) -> str | None:
        """Where reports go under *transport*; ``None``: nowhere, and under cslu to the name ``cslu-local``."""
        if transport is TransportType.CALLHOME:
            return self.call_home.destination_url
        if transport is TransportType.CSLU:
            return self.cslu_url or self.plain_cslu_url
        return None if transport is TransportType.OFF else self.smart_url or self.plain_url
