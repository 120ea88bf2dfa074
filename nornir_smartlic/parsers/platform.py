"""What the platform says beside the Smart Agent: throughput, call-home, trustpoints."""

from __future__ import annotations

import re
from typing import Final

from nornir_smartlic.model import CallHomeProfile, CryptoThroughput, SmartCallHome, ThroughputLevel, Trustpoint
from nornir_smartlic.parsers.section import Problem, Section, heading, number, one_of, text

_LEVEL: Final = re.compile(r"The current (crypto )?throughput level is (?:(\d+) (kb/s|kbps)|unthrottled)")


def throughput_level(section: Section) -> ThroughputLevel:
    """``show platform hardware throughput level``."""
    line = section.take_line()
    found = _LEVEL.fullmatch(line.rstrip("."))
    if found is None:
        raise Problem("expected 'The current throughput level is unthrottled', or a number of kb/s", line)
    crypto, level, unit = found.groups()
    return ThroughputLevel(None if level is None else int(level), unit, crypto is not None)


def crypto_throughput(section: Section) -> CryptoThroughput:
    """``show platform hardware throughput crypto``; the boot level is the last line, and not everywhere."""
    configured = section.take("Current configured crypto throughput level", text)
    saved = reboot = None
    throttling = boot = None
    unknown = []
    for line in section.take_lines():
        if found := re.fullmatch(r"Level is (not )?saved, reboot is (not )?required", line):
            saved, reboot = found.group(1) is None, found.group(2) is None
        elif found := re.fullmatch(r"Crypto Throughput is (.+)", line):
            throttling = found.group(1)
        elif found := re.fullmatch(r"Current boot level is (\S+)", line):
            boot = found.group(1)
        else:
            unknown.append(line)
    section.put_back(unknown)
    if saved is None or reboot is None:
        raise section.missing("Level is saved, reboot is not required")
    return CryptoThroughput(
        configured=configured,
        saved=saved,
        reboot_required=reboot,
        enforced=section.take("Current enforced crypto throughput level", text),
        throttling=throttling,
        default=section.take("Default Crypto throughput level", text),
        boot_level=boot,
    )


_ACTIVE: Final = one_of({"ACTIVE": True, "INACTIVE": False})
_PROFILE: Final = re.compile(r"(.+?) \(status: (\w+)\)")


def smart_call_home(section: Section) -> SmartCallHome:
    """``show call-home smart-licensing``."""
    section.take("Current smart-licensing transport settings", heading)
    enabled = section.take("Smart-license messages", one_of({"enabled": True, "disabled": False}))
    if not enabled and section.next_line() is None:
        return SmartCallHome(enabled, None, None, ())  # unverified
    profile = section.take("Profile", _profile)
    urls: list[str] = []
    if section.next_key() == "Destination  URL(s)":
        urls.append(section.take("Destination  URL(s)", text))
    elif section.has("Destination URL(s)"):
        urls.append(section.take("Destination URL(s)", text))
    while (line := section.next_line()) is not None and "://" in line:
        urls.append(section.take_line())
    if not urls:
        raise section.missing("Destination  URL(s):")
    return SmartCallHome(enabled, profile[0], profile[1], tuple(urls))


def _profile(value: str) -> tuple[str, bool]:
    found = _PROFILE.fullmatch(value)
    if found is None:
        raise ValueError("expected a profile and its status in brackets")
    return found.group(1), _ACTIVE(found.group(2))


def call_home_profiles(section: Section) -> tuple[CallHomeProfile, ...]:
    """``show call-home profile {NAME | all}``."""
    profiles = []
    while section.next_key() == "Profile Name":
        profiles.append(_call_home_profile(section))
    if not profiles:
        raise section.missing("Profile Name:")
    return tuple(profiles)


def _call_home_profile(section: Section) -> CallHomeProfile:
    name = section.take("Profile Name", text)
    active = section.take("Profile status", _ACTIVE)
    mode = section.take("Profile mode", text)
    reporting = section.take("Reporting Data", text)
    message_format = section.take("Preferred Message Format", text)
    limit = section.take("Message Size Limit", _bytes)
    transport = section.take("Transport Method", text)
    addresses: dict[str, list[str]] = {"HTTP": [], "Email": [], "Other": []}
    while (found_kind := _ADDRESSES.fullmatch(section.next_key() or "")) is not None:
        addresses[found_kind.group(1)] += _addresses(section, found_kind.group())
    schedules = []
    while (line := section.next_line()) is not None and (found := _PERIODIC.fullmatch(line)):
        schedules.append((found.group(1), found.group(2)))
        section.take_line()
    return CallHomeProfile(
        name=name,
        active=active,
        mode=mode,
        reporting=tuple(part.strip() for part in reporting.split(",")),
        message_format=message_format,
        size_limit_bytes=limit,
        transport=transport,
        http_addresses=tuple(addresses["HTTP"]),
        email_addresses=tuple(addresses["Email"]),
        other_addresses=tuple(addresses["Other"]),
        schedules=tuple(schedules),
        alert_groups=_table(section, "Alert-group"),
        syslog_patterns=_table(section, "Syslog-Pattern"),
    )


_ADDRESSES: Final = re.compile(r"(HTTP|Email|Other) +address(?:\(es\))?")
_PERIODIC: Final = re.compile(r"Periodic (\S+) info message is scheduled (.+)")


def _bytes(value: str) -> int:
    return number(value.removesuffix(" Bytes"))


def _addresses(section: Section, kind: str) -> list[str]:
    """The addresses of one kind: the first on the line of its key, more of them on lines of their own."""
    first = section.take(kind, str)
    found = [] if first in ("Not yet set up", "") else [first]
    while (line := section.next_line()) is not None and " " not in line and ("@" in line or "://" in line):
        found.append(section.take_line())
    return found


_SEVERITIES: Final = (
    "catastrophic", "disaster", "fatal", "critical", "major", "minor", "warning", "notification", "normal", "debug",
    "debugging", "N/A",
)  # fmt: skip


def _table(section: Section, title: str) -> tuple[tuple[str, str], ...]:
    """Two columns under *title* and a rule; "N/A" stands for an empty table."""
    line = section.next_line()
    if line is None or line.split() != [title, "Severity"]:
        raise section.missing(f"{title}  Severity")
    section.take_line()
    rows = []
    seen = False
    while (line := section.next_line()) is not None:
        name, _, severity = line.rpartition(" ")
        if line.replace(" ", "").strip("-") and severity not in _SEVERITIES:
            break
        section.take_line()
        if severity not in _SEVERITIES:
            continue
        seen = True
        if (name.strip(), severity) != ("N/A", "N/A"):
            rows.append((name.strip(), severity))
    if not seen:
        raise section.missing("a severity")
    return tuple(rows)


def trustpoints(section: Section) -> tuple[Trustpoint, ...]:
    """``show crypto pki trustpoints``."""
    found = []
    while (line := section.next_line()) is not None and line.startswith("Trustpoint ") and line.endswith(":"):
        section.take_line()
        found.append(_trustpoint(section, line.removeprefix("Trustpoint ").removesuffix(":").strip()))
    if not found:
        raise section.missing("Trustpoint SLA-TrustPoint:")
    return tuple(found)


_RDN: Final = re.compile(r"([A-Za-z][\w.]*)=(.*)")


def _trustpoint(section: Section, name: str) -> Trustpoint:
    subject: list[tuple[str, str]] = []
    serial = None
    notes: list[str] = []
    while (line := section.next_line()) is not None and not (line.startswith("Trustpoint ") and line.endswith(":")):
        section.take_line()
        if line == "Subject Name:" and not subject:
            while (part := section.next_line()) is not None and (pair := _RDN.fullmatch(part)):
                subject.append((pair.group(1), pair.group(2)))
                section.take_line()
        elif line.startswith("Serial Number (hex): ") and serial is None:
            serial = line.removeprefix("Serial Number (hex): ").strip()
        else:
            notes.append(line)
    if subject and (serial is None or not notes):
        raise section.missing("Serial Number (hex):" if serial is None else "Certificate configured.")
    return Trustpoint(name, tuple(subject), serial, tuple(notes))
