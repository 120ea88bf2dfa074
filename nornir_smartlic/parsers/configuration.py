"""The lines of a running configuration that licensing needs. Source: reference/cli.md sections 2 and 4."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

from nornir_smartlic.errors import ParseError
from nornir_smartlic.model import (
    BootLevel,
    CallHome,
    Intent,
    Proxy,
    RevocationCheck,
    RunningConfiguration,
    TransportType,
    Udi,
)
from nornir_smartlic.parsers.texts import Text

_LICENSING_WORDS: Final = ("license ", "no license ")
_TRANSPORTS: Final = {kind.keyword: kind for kind in TransportType}
DEFAULT_SMART_URL: Final = "https://smartreceiver.cisco.com/licservice/license"


@dataclass
class _Draft:
    """What has been read so far."""

    facts: dict[str, Any] = field(default_factory=dict)
    name_servers: list[tuple[str | None, str]] = field(default_factory=list)
    hosts: list[tuple[str | None, str, str]] = field(default_factory=list)
    vrfs: list[str] = field(default_factory=list)
    interfaces: list[tuple[str, str | None, str | None]] = field(default_factory=list)
    trustpoints: list[tuple[str, str | None]] = field(default_factory=list)
    packages: list[str] = field(default_factory=list)
    features: list[str] = field(default_factory=list)
    tags: dict[str, str] = field(default_factory=dict)
    call_home: dict[str, Any] = field(default_factory=dict)
    license_lines: list[str] = field(default_factory=list)
    unparsed: list[str] = field(default_factory=list)


def running_configuration(command: str, text: Text) -> tuple[RunningConfiguration, tuple[str, ...]]:
    """The licensing part of a running configuration, typed.

    A line of another subject is nobody's here; only one that begins with a licensing word and was not understood is
    unparsed. Raises `ParseError` where nothing looks like a configuration.
    """
    draft = _Draft()
    lines = text.lines
    index = 0
    recognised = False
    while index < len(lines):
        line = lines[index]
        index += 1
        if not line or line[0] in " !":
            continue
        block = []
        while index < len(lines) and lines[index][:1] == " ":
            block.append(lines[index].strip())
            index += 1
        words = line.split()
        if not words:
            continue
        recognised = recognised or words[0] in _OPENERS
        if line.startswith(_LICENSING_WORDS):
            if words[:4] == ["license", "smart", "proxy", "password"]:
                line, words = " ".join(words[:4]), words[:4]  # what it is, is nobody's
            draft.license_lines.append(line)
            if not _license(draft, words):
                draft.unparsed.append(line)
        elif (read := _BLOCKS.get(words[0])) is not None:
            read(draft, words, block)
    if not recognised:
        raise ParseError(command, "expected a running configuration", line_number=text.number(0), line=lines[0])
    return _configuration(draft), tuple(draft.unparsed)


_OPENERS: Final = {
    "version", "hostname", "license", "interface", "ip", "crypto", "service", "call-home", "line", "Building",
    "Current", "platform", "no", "vrf", "clock", "end",
}  # fmt: skip


def _license(draft: _Draft, words: list[str]) -> bool:
    """One line that starts with ``license`` or ``no license``; whether it was understood."""
    facts = draft.facts
    match words:
        case ["license", "smart", "transport", kind] if kind in _TRANSPORTS:
            facts["transport"] = _TRANSPORTS[kind]
        case ["license", "smart", "url", "smart", url]:
            facts["smart_url"] = url
        case ["license", "smart", "url", "cslu", url]:
            facts["cslu_url"] = url
        case ["license", "smart", "url", "utility", url]:
            facts["utility_url"] = url
        case ["license", "smart", "url", url]:
            facts["plain_url"] = url
        case ["license", "smart", "vrf", name]:
            facts["vrf"] = name
        case ["license", "smart", "proxy", "address", address]:
            facts["proxy_address"] = address
        case ["license", "smart", "proxy", "port", port] if port.isdigit():
            facts["proxy_port"] = int(port)
        case ["license", "smart", "privacy", ("hostname" | "version" | "all") as what]:
            for name in ("hostname", "version") if what == "all" else (what,):
                facts[f"{name}_privacy"] = True
        case ["no", "license", "smart", "privacy", ("hostname" | "version" | "all") as what]:
            for name in ("hostname", "version") if what == "all" else (what,):
                facts[f"{name}_privacy"] = False
        case ["license", "smart", "usage", "interval", days] if days.isdigit():
            facts["usage_interval_days"] = int(days)
        case ["license", "smart", "usage", "customer-tags", tag, *value] if value:
            draft.tags[tag] = " ".join(value)
        case ["license", "smart", "custom_id", *value] if value:
            facts["custom_id"] = " ".join(value)
        case ["no", "license", "smart", "server-identity-check"]:
            facts["server_identity_check"] = False
        case ["license", "smart", "server-identity-check"]:
            facts["server_identity_check"] = True
        case ["license", "smart", "enable"]:
            facts["smart_enabled"] = True
        case ["no", "license", "smart", "enable"]:
            facts["smart_enabled"] = False
        case ["license", "smart", "reservation"]:
            facts["reservation"] = True
        case ["license", "smart", "utility", *_]:
            facts["utility"] = True
        case ["license", "boot", "level", level, "addon", addon]:
            facts["boot_level"] = BootLevel(level, addon)
            draft.packages.append(level)
        case ["license", "boot", "level", level]:
            facts["boot_level"] = BootLevel(level)
            draft.packages.append(level)
        case ["license", "feature", name]:
            draft.features.append(name)
        case ["license", "boot", "suite", name]:
            facts["suite"] = name
        case ["license", "air", "level", level, "addon", addon]:
            facts["air_level"] = BootLevel(level, addon)
        case ["license", "air", "level", level]:
            facts["air_level"] = BootLevel(level)
        case ["license", "udi", "pid", pid, "sn", sn]:
            facts["udi"] = Udi(pid, sn)
        case ["license", "accept", "end", "user", "agreement"] | ["license", ("feature" | "boot" | "suite"), *_]:
            pass  # classic licences: kept in license_lines
        case ["no", "license", "feature", *_] | ["license", "smart", ("conversion" | "mfg"), *_]:
            pass  # kept in license_lines too
        case ["license", "smart", "proxy", "password"] | ["license", "smart", "proxy", "username", _]:
            pass
        case _:
            return False
    return True


def _hostname(draft: _Draft, words: list[str], _: list[str]) -> None:
    if len(words) > 1:
        draft.facts["hostname"] = words[1]


def _ip(draft: _Draft, words: list[str], _: list[str]) -> None:
    match words:
        case ["ip", "name-server", "vrf", vrf, *addresses]:
            draft.name_servers += [(vrf, address) for address in addresses]
        case ["ip", "name-server", *addresses]:
            draft.name_servers += [(None, address) for address in addresses]
        case ["ip", "http", "client", "source-interface", name]:
            draft.facts["source_interface"] = name
        case ["ip", "domain", "name", "vrf", _, _] | ["ip", "domain-name", "vrf", _, _]:
            pass
        case ["ip", "domain", "name", name] | ["ip", "domain-name", name]:
            draft.facts["domain_name"] = name
        case ["ip", "host", "vrf", vrf, name, *addresses]:
            draft.hosts += [(vrf, name, address) for address in addresses]
        case ["ip", "host", name, *addresses]:
            draft.hosts += [(None, name, address) for address in addresses]
        case ["ip", "vrf", name]:
            draft.vrfs.append(name)


def _no(draft: _Draft, words: list[str], _: list[str]) -> None:
    if words[1:] in (["ip", "domain", "lookup"], ["ip", "domain-lookup"]):
        draft.facts["domain_lookup"] = False


def _vrf(draft: _Draft, words: list[str], _: list[str]) -> None:
    if words[1:2] == ["definition"] and len(words) > 2:
        draft.vrfs.append(words[2])


def _interface(draft: _Draft, words: list[str], block: list[str]) -> None:
    vrf = address = None
    for line in block:
        match line.split():
            case ["vrf", "forwarding", name] | ["ip", "vrf", "forwarding", name]:
                vrf = name
            case ["ip", "address", "dhcp", *_]:
                address = "dhcp"
            case ["ip", "address", ip, mask] if ip != "dhcp":
                address = f"{ip} {mask}"
            case ["ipv6", "address", ip, *_] if address is None:
                address = ip
    draft.interfaces.append((" ".join(words[1:]), vrf, address))


def _crypto(draft: _Draft, words: list[str], block: list[str]) -> None:
    if words[1:3] != ["pki", "trustpoint"] or len(words) < 4:
        return
    check = None
    for line in block:
        if line.startswith("revocation-check "):
            check = line.removeprefix("revocation-check ").strip()
    draft.trustpoints.append((words[3], check))


def _service(draft: _Draft, words: list[str], _: list[str]) -> None:
    if words == ["service", "call-home"]:
        draft.call_home["service"] = True


def _call_home(draft: _Draft, words: list[str], block: list[str]) -> None:
    if len(words) > 1:
        return
    home = draft.call_home
    profile = None
    for line in block:
        match line.split():
            case ["contact-email-addr", address]:
                home["contact_email"] = address
            case ["http-proxy", address, "port", port] if port.isdigit():
                home["http_proxy"] = Proxy(address.strip('"'), int(port))
            case ["no", "http", "secure", "server-identity-check"]:
                home["server_identity_check"] = False
            case ["vrf", name]:
                home["vrf"] = name
            case ["profile", name]:
                profile = name.strip('"')
            case ["active"] if profile == "CiscoTAC-1":
                home["profile_active"] = True
            case ["destination", "transport-method", method] if profile == "CiscoTAC-1":
                home["transport_method"] = method
            case ["destination", "address", "http", url] if profile == "CiscoTAC-1":
                home["destination_url"] = url


def _platform(draft: _Draft, words: list[str], _: list[str]) -> None:
    match words[1:]:
        case ["hardware", "throughput", "level", "MB", value] | ["hardware", "throughput", "level" | "crypto", value]:
            draft.facts["throughput"] = value


def _clock(draft: _Draft, words: list[str], _: list[str]) -> None:
    if words[1:2] == ["timezone"] and len(words) >= 4:
        try:
            hours, minutes = int(words[3]), int(words[4]) if len(words) > 4 else 0
        except ValueError:
            return
        span = timedelta(hours=abs(hours), minutes=minutes)
        draft.facts["clock_timezone"] = (words[2], -span if words[3].startswith("-") else span)


_BLOCKS: Final[dict[str, Callable[[_Draft, list[str], list[str]], None]]] = {
    "hostname": _hostname,
    "ip": _ip,
    "no": _no,
    "vrf": _vrf,
    "interface": _interface,
    "crypto": _crypto,
    "service": _service,
    "call-home": _call_home,
    "clock": _clock,
    "platform": _platform,
}


def _configuration(draft: _Draft) -> RunningConfiguration:
    facts = draft.facts
    transport = facts.get("transport")
    smart_url = facts.get("smart_url")
    cslu_url = facts.get("cslu_url")
    plain_url = facts.get("plain_url")
    call_home = CallHome(**draft.call_home)
    if transport is TransportType.SMART:
        url = smart_url or plain_url
    elif transport is TransportType.CALLHOME:
        url = call_home.destination_url
    elif transport is TransportType.OFF:
        url = None
    else:
        url = cslu_url
    checks = dict(draft.trustpoints)
    revocation = checks.get("SLA-TrustPoint")
    vrf = facts.get("vrf")
    proxy = None
    if "proxy_address" in facts or "proxy_port" in facts:
        proxy = Proxy(facts.get("proxy_address"), facts.get("proxy_port"))
    intent = Intent(
        transport=transport,
        url="default" if transport is TransportType.SMART and url == DEFAULT_SMART_URL else url,
        vrf=vrf,
        source_interface=facts.get("source_interface"),
        name_servers=tuple(address for name, address in draft.name_servers if name == vrf) or None,
        proxy=proxy,
        revocation_check=RevocationCheck(revocation) if revocation in ("none", "crl", "crl none") else None,
        server_identity_check=facts.get("server_identity_check"),
        hostname_privacy=facts.get("hostname_privacy"),
        version_privacy=facts.get("version_privacy"),
        usage_interval_days=facts.get("usage_interval_days"),
        customer_tags=tuple(sorted(draft.tags.items())) or None,
        boot_level=facts.get("boot_level"),
    )
    return RunningConfiguration(
        intent=intent,
        hostname=facts.get("hostname"),
        smart_url=smart_url,
        plain_url=plain_url,
        cslu_url=cslu_url,
        utility_url=facts.get("utility_url"),
        name_servers=tuple(draft.name_servers),
        domain_lookup=facts.get("domain_lookup", True),
        domain_name=facts.get("domain_name"),
        hosts=tuple(draft.hosts),
        vrfs=tuple(draft.vrfs),
        interfaces=tuple(draft.interfaces),
        trustpoints=tuple(draft.trustpoints),
        call_home=call_home,
        clock_timezone=facts.get("clock_timezone"),
        udi=facts.get("udi"),
        smart_enabled=facts.get("smart_enabled"),
        packages=tuple(dict.fromkeys(draft.packages)),
        suite=facts.get("suite"),
        throughput=facts.get("throughput"),
        features=tuple(dict.fromkeys(draft.features)),
        air_level=facts.get("air_level"),
        license_lines=tuple(draft.license_lines),
    )
