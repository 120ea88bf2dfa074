"""What a running configuration means: to the Smart Agent, to the network, and for who may log in."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta, timezone
from ipaddress import IPv4Network
from typing import Final

from nornir_smartlic.model import Proxy, TransportType
from smartlic_lab.agent.events import CALLHOME_URL as CALLHOME_URL
from smartlic_lab.agent.events import AgentSettings
from smartlic_lab.device.configuration import Section
from smartlic_lab.device.passwords import matches
from smartlic_lab.world.network import Origin

CSSM_URL: Final = "https://smartreceiver.cisco.com/licservice/license"  # Source: reference/cli.md section 2
_TRANSPORTS: Final = {kind.keyword: kind for kind in TransportType}
_TAGS: Final = ("tag1", "tag2", "tag3", "tag4")


def agent_settings(configuration: Section, hostname: str, *, slp: bool = True) -> AgentSettings:
    """The licensing part of a configuration."""
    smart = ("license", "smart")
    transport = configuration.value(*smart, "transport") or ("cslu" if slp else "callhome")
    interval = configuration.value(*smart, "usage", "interval")
    all_private = configuration.has(*smart, "privacy", "all")
    return AgentSettings(
        transport=_TRANSPORTS[transport],
        smart_url=configuration.value(*smart, "url", "smart") or configuration.value(*smart, "url"),
        cslu_url=configuration.value(*smart, "url", "cslu") or plain_cslu_url(configuration),
        callhome_url=callhome_url(configuration),
        proxy=_proxy(configuration),
        vrf=configuration.value(*smart, "vrf"),
        hostname_privacy=all_private or configuration.has(*smart, "privacy", "hostname"),
        version_privacy=all_private or configuration.has(*smart, "privacy", "version"),
        usage_interval_days=int(interval) if interval else None,
        customer_tags=tuple(
            (tag, value) for tag in _TAGS if (value := configuration.value(*smart, "usage", "customer-tags", tag))
        ),
        custom_id=configuration.value(*smart, "custom_id"),
        server_identity_check=not configuration.denied(*smart, "server-identity-check"),
        utility=configuration.has(*smart, "utility"),
        hostname=hostname,
        reservation=configuration.has(*smart, "reservation"),
        legacy_enabled=not configuration.denied(*smart, "enable"),
    )


def plain_cslu_url(configuration: Section) -> str | None:
    """``license smart url URL`` with the URL of a CSLU, as users of SSM On-Prem have it.

    Source: reference/corrections-2026-11.md; unverified that ``url cslu`` counts where both stand there.
    """
    url = configuration.value("license", "smart", "url")
    return url if url is not None and TransportType.of_url(url) is TransportType.CSLU else None


def callhome_url(configuration: Section) -> str | None:
    """Where the profile CiscoTAC-1 sends to; ``None``: it is not active, or not by HTTP."""
    profile = callhome_profile(configuration)
    if not configuration.has("service", "call-home"):
        return None
    if not profile.has("active") or not profile.has("destination", "transport-method", "http"):
        return None
    for line in profile.under("destination", "address", "http"):
        return line.words[3]
    return CALLHOME_URL


def callhome_profile(configuration: Section) -> Section:
    """The section of profile CiscoTAC-1; an empty one where there is none."""
    home = configuration.section("call-home")
    for line in home.under("profile"):
        if line.words[1].strip('"') == "CiscoTAC-1" and line.section is not None:
            return line.section
    return Section()


def _proxy(configuration: Section) -> Proxy | None:
    address = configuration.value("license", "smart", "proxy", "address")
    port = configuration.value("license", "smart", "proxy", "port")
    return Proxy(address, int(port) if port else None) if address else None


def interface_address(interface: Section) -> str | None:
    """The primary address of an interface."""
    value = interface.value("ip", "address")
    if interface.has("shutdown") or not value or value == "dhcp":
        return None
    return value.split()[0]


def interface_vrf(interface: Section) -> str | None:
    """The VRF of an interface, written either way."""
    return interface.value("vrf", "forwarding") or interface.value("ip", "vrf", "forwarding")


def hosts(configuration: Section, vrf: str | None) -> dict[str, str]:
    """``ip host`` lines of a VRF: name to first address."""
    prefix = ("ip", "host") if vrf is None else ("ip", "host", "vrf", vrf)
    return {
        line.key[-1].lower(): line.words[len(line.key)]
        for line in configuration.under(*prefix)
        if len(line.key) == len(prefix) + 1 and len(line.words) > len(line.key)
    }


def domain_name(configuration: Section, vrf: str | None) -> str | None:
    """``ip domain name`` of a VRF, else the global one."""
    own = None if vrf is None else configuration.value("ip", "domain", "name", "vrf", vrf)
    return own or configuration.value("ip", "domain", "name")


def name_servers(configuration: Section, vrf: str | None) -> tuple[str, ...]:
    """``ip name-server`` of a VRF."""
    key = ("ip", "name-server") if vrf is None else ("ip", "name-server", "vrf", vrf)
    line = configuration.find(*key)
    return line.words[len(key) :] if line is not None else ()


def origin(
    device: str,
    configuration: Section,
    clock: datetime,
    transport: TransportType,
    *,
    vrf: str | None,
    source: str | None,
    routes: tuple[IPv4Network, ...],
) -> Origin:
    """Where a request starts in *vrf*: by *transport* its proxy and checks, by the VRF the names that it resolves."""
    interface = configuration.section("interface", source) if source else Section()
    home = configuration.section("call-home")
    trustpoint = configuration.find("crypto", "pki", "trustpoint", "SLA-TrustPoint")
    methods = (trustpoint.section.value("revocation-check") if trustpoint and trustpoint.section else None) or "crl"
    return Origin(
        device=device,
        clock=clock,
        vrf=vrf,
        source_interface=source,
        source_address=interface_address(interface) if source else None,
        routes=routes,
        domain_lookup=not configuration.denied("ip", "domain", "lookup"),
        domain_name=domain_name(configuration, vrf),
        name_servers=name_servers(configuration, vrf),
        hosts=hosts(configuration, vrf),
        proxy=_proxy(configuration) if transport is not TransportType.CALLHOME else _home_proxy(home),
        revocation_check="none" not in methods.split(),
        server_identity_check=not (
            home.denied("http", "secure", "server-identity-check")
            if transport is TransportType.CALLHOME
            else configuration.denied("license", "smart", "server-identity-check")
        ),
        trustpoint_present=trustpoint is not None,
    )


def time_zone(configuration: Section) -> timezone:
    """``clock timezone``; UTC where there is none."""
    value = configuration.value("clock", "timezone")
    if not value:
        return timezone(timedelta(0), "UTC")
    name, hours, *rest = value.split()
    offset = timedelta(hours=abs(int(hours)), minutes=int(rest[0]) if rest else 0)
    return timezone(-offset if hours.startswith("-") else offset, name)


def _user(configuration: Section, username: str) -> tuple[int, list[str]] | None:
    """Privilege level and the words of the password."""
    line = configuration.find("username", username)
    if line is None:
        return None
    words, level = list(line.words[2:]), 1
    if words[:1] == ["privilege"]:
        level, words = int(words[1]), words[2:]
    return level, words


def privilege_of(configuration: Section, username: str, password: str) -> int | None:
    """The privilege level that a local user logs in with; ``None``: no such user, or another password."""
    found = _user(configuration, username)
    if found is None:
        return None
    level, words = found
    known = words[:1] in (["secret"], ["password"]) and matches(" ".join(words[1:]), password)
    return level if known else None


def key_hash(blob: bytes) -> str:
    """A public key as ``key-hash`` of ``ip ssh pubkey-chain`` keeps it."""
    return hashlib.md5(blob, usedforsecurity=False).hexdigest().upper()


def privilege_of_key(configuration: Section, username: str, blob: bytes) -> int | None:
    """The privilege level that a local user logs in with by a public key; ``None``: the key is not this user's."""
    found = _user(configuration, username)
    chain = configuration.section("ip", "ssh", "pubkey-chain").section("username", username)
    hashes = {line.words[2].upper() for line in chain.under("key-hash")}
    return found[0] if found is not None and key_hash(blob) in hashes else None


def banner(configuration: Section, kind: str, line_name: str) -> str:
    """The text of a banner with its tokens filled in (which there are is unverified)."""
    text = configuration.value("banner", kind)
    if text is None:
        return ""
    tokens = {
        "$(hostname)": configuration.value("hostname") or "",
        "$(domain)": configuration.value("ip", "domain", "name") or "",
        "$(line)": line_name.removeprefix("vty").removeprefix("console"),
    }
    for token, value in tokens.items():
        text = text.replace(token, value)
    return text.removeprefix("^C").removesuffix("^C")


def _home_proxy(home: Section) -> Proxy | None:
    value = home.value("http-proxy")
    if not value:
        return None
    words = value.split()
    return Proxy(words[0].strip('"'), int(words[-1]))
