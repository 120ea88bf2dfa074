"""Throughput, call-home and trustpoints, as lines."""

from __future__ import annotations

from typing import Final

from nornir_smartlic.model import CallHomeProfile, CryptoThroughput, SmartCallHome, ThroughputLevel, Trustpoint
from smartlic_lab.show.printer import Printer
from smartlic_lab.show.style import Style

Lines = list[str]


def throughput_level(shown: ThroughputLevel, _: Style) -> Lines:
    """``show platform hardware throughput level``."""
    level = "unthrottled" if shown.kbps is None else f"{shown.kbps} {shown.unit or 'kb/s'}"
    return [f"The current {'crypto ' if shown.crypto else ''}throughput level is {level}"]


def crypto_throughput(shown: CryptoThroughput, _: Style) -> Lines:
    """``show platform hardware throughput crypto``."""
    saved, reboot = "" if shown.saved else "not ", "" if shown.reboot_required else "not "
    lines = [
        f"Current configured crypto throughput level: {shown.configured}",
        f"Level is {saved}saved, reboot is {reboot}required",
    ]
    if shown.enforced is not None:
        lines.append(f"Current enforced crypto throughput level: {shown.enforced}")
    if shown.throttling is not None:
        lines.append(f"Crypto Throughput is {shown.throttling}")
    if shown.default is not None:
        lines.append(f"Default Crypto throughput level: {shown.default}")
    if shown.boot_level is not None:
        lines.append(f"Current boot level is {shown.boot_level}")
    return lines


def smart_call_home(shown: SmartCallHome, _: Style) -> Lines:
    """``show call-home smart-licensing``."""
    lines = [
        "Current smart-licensing transport settings:",
        f" Smart-license messages: {'enabled' if shown.messages_enabled else 'disabled'}",
    ]
    if shown.profile is not None:
        lines.append(f" Profile: {shown.profile} (status: {_active(shown.profile_active)})")
    for number, url in enumerate(shown.urls):
        lines.append(f" Destination  URL(s):  {url}" if number == 0 else f"                       {url}")
    return lines


def _active(active: bool | None) -> str:
    return "ACTIVE" if active else "INACTIVE"


def call_home_profiles(profiles: tuple[CallHomeProfile, ...], style: Style) -> Lines:
    """``show call-home profile``; some releases write "HTTP  address(es)"."""
    plural = style.prints("", "HTTP  address(es)", False)
    lines: Lines = []
    for profile in profiles:
        lines += [*([""] if lines else []), *_profile(profile, style, "(es)" if plural else "")]
    return lines


def _profile(shown: CallHomeProfile, style: Style, plural: str) -> Lines:
    indent = "    "
    lines = [
        f"Profile Name: {shown.name}",
        f"{indent}Profile status: {_active(shown.active)}",
        f"{indent}Profile mode: {shown.mode}",
        f"{indent}Reporting Data: {', '.join(shown.reporting)}",
        f"{indent}Preferred Message Format: {shown.message_format}",
        f"{indent}Message Size Limit: {shown.size_limit_bytes} Bytes",
        f"{indent}Transport Method: {shown.transport}",
    ]
    for kind, key, addresses in (
        ("http", f"HTTP  address{plural}", shown.http_addresses),
        ("email", "Email address(es)", shown.email_addresses),
    ):
        lines += _addresses(f"{key}: ", addresses)
        if not addresses and kind in shown.transport and style.prints("", key, kind == "email"):
            lines.append(f"{indent}{key}: Not yet set up")
    lines += _addresses("Other address(es): ", shown.other_addresses)
    for kind, schedule in shown.schedules:
        lines += ["", f"{indent}Periodic {kind} info message is scheduled {schedule}"]
    lines += ["", *_table("Alert-group", shown.alert_groups)]
    return [*lines, "", *_table("Syslog-Pattern", shown.syslog_patterns)]


def _addresses(key: str, addresses: tuple[str, ...]) -> Lines:
    return [f"    {key if number == 0 else ' ' * len(key)}{address}" for number, address in enumerate(addresses)]


def _table(title: str, rows: tuple[tuple[str, str], ...]) -> Lines:
    lines = [f"    {title:<26}Severity", f"    {'-' * 24}  {'-' * 12}"]
    return lines + [f"    {name:<25} {severity:<12}" for name, severity in rows or (("N/A", "N/A"),)]


def trustpoints(points: tuple[Trustpoint, ...], _: Style) -> Lines:
    """``show crypto pki trustpoints``."""
    lines: Lines = []
    for point in points:
        lines.append(f"Trustpoint {point.name}:")
        if point.subject:
            lines += ["    Subject Name:", *(f"    {key}={value}" for key, value in point.subject)]
        if point.serial is not None:
            lines.append(f"          Serial Number (hex): {point.serial}")
        lines += [*(f"    {note}" for note in point.notes), "", ""]
    return lines


PRINTERS: Final[dict[str, Printer]] = {
    "show call-home profile": call_home_profiles,
    "show call-home smart-licensing": smart_call_home,
    "show crypto pki trustpoints": trustpoints,
    "show platform hardware throughput crypto": crypto_throughput,
    "show platform hardware throughput level": throughput_level,
}
