"""Throughput, call-home and trustpoints, as lines."""

from __future__ import annotations

from typing import Final

from nornir_smartlic.model import CallHomeProfile, CryptoThroughput, SmartCallHome, ThroughputLevel, Trustpoint
from smartlic_lab.show.printer import Printer
from smartlic_lab.show.style import Style

Lines = list[str]


def throughput_level(told: ThroughputLevel, _: Style) -> Lines:
    """``show platform hardware throughput level``."""
    level = "unthrottled" if told.kbps is None else f"{told.kbps} {told.unit or 'kb/s'}"
    return [f"The current {'crypto ' if told.crypto else ''}throughput level is {level}"]


def crypto_throughput(told: CryptoThroughput, _: Style) -> Lines:
    """``show platform hardware throughput crypto``."""
    saved, reboot = "" if told.saved else "not ", "" if told.reboot_required else "not "
    lines = [
        f"Current configured crypto throughput level: {told.configured}",
        f"Level is {saved}saved, reboot is {reboot}required",
    ]
    if told.enforced is not None:
        lines.append(f"Current enforced crypto throughput level: {told.enforced}")
    if told.throttling is not None:
        lines.append(f"Crypto Throughput is {told.throttling}")
    if told.default is not None:
        lines.append(f"Default Crypto throughput level: {told.default}")
    if told.boot_level is not None:
        lines.append(f"Current boot level is {told.boot_level}")
    return lines


def smart_call_home(told: SmartCallHome, _: Style) -> Lines:
    """``show call-home smart-licensing``."""
    lines = [
        "Current smart-licensing transport settings:",
        f" Smart-license messages: {'enabled' if told.messages_enabled else 'disabled'}",
    ]
    if told.profile is not None:
        lines.append(f" Profile: {told.profile} (status: {_active(told.profile_active)})")
    for number, url in enumerate(told.urls):
        lines.append(f" Destination  URL(s):  {url}" if number == 0 else f"                       {url}")
    return lines


def _active(active: bool | None) -> str:
    return "ACTIVE" if active else "INACTIVE"


def call_home_profiles(told: tuple[CallHomeProfile, ...], style: Style) -> Lines:
    """``show call-home profile``; some releases write "HTTP  address(es)"."""
    plural = style.prints("", "HTTP  address(es)", False)
    lines: Lines = []
    for profile in told:
        lines += [*([""] if lines else []), *_profile(profile, style, "(es)" if plural else "")]
    return lines


def _profile(told: CallHomeProfile, style: Style, plural: str) -> Lines:
    indent = "    "
    lines = [
        f"Profile Name: {told.name}",
        f"{indent}Profile status: {_active(told.active)}",
        f"{indent}Profile mode: {told.mode}",
        f"{indent}Reporting Data: {', '.join(told.reporting)}",
        f"{indent}Preferred Message Format: {told.message_format}",
        f"{indent}Message Size Limit: {told.size_limit_bytes} Bytes",
        f"{indent}Transport Method: {told.transport}",
    ]
    for kind, key, addresses in (
        ("http", f"HTTP  address{plural}", told.http_addresses),
        ("email", "Email address(es)", told.email_addresses),
    ):
        lines += _addresses(f"{key}: ", addresses)
        if not addresses and kind in told.transport and style.prints("", key, kind == "email"):
            lines.append(f"{indent}{key}: Not yet set up")
    lines += _addresses("Other address(es): ", told.other_addresses)
    for kind, schedule in told.schedules:
        lines += ["", f"{indent}Periodic {kind} info message is scheduled {schedule}"]
    lines += ["", *_table("Alert-group", told.alert_groups)]
    return [*lines, "", *_table("Syslog-Pattern", told.syslog_patterns)]


def _addresses(key: str, addresses: tuple[str, ...]) -> Lines:
    return [f"    {key if number == 0 else ' ' * len(key)}{address}" for number, address in enumerate(addresses)]


def _table(title: str, rows: tuple[tuple[str, str], ...]) -> Lines:
    lines = [f"    {title:<26}Severity", f"    {'-' * 24}  {'-' * 12}"]
    return lines + [f"    {name:<25} {severity:<12}" for name, severity in rows or (("N/A", "N/A"),)]


def trustpoints(told: tuple[Trustpoint, ...], _: Style) -> Lines:
    """``show crypto pki trustpoints``."""
    lines: Lines = []
    for point in told:
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
