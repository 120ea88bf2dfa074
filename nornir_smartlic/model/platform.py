"""What the platform says beside the Smart Agent: throughput, call-home, trustpoints, log lines."""

from __future__ import annotations

import re
from dataclasses import dataclass

from nornir_smartlic.model.seldom import seldom


@dataclass(frozen=True, slots=True)
class ThroughputLevel:
    """``show platform hardware throughput level``; ``kbps`` is ``None`` when unthrottled."""

    kbps: int | None
    unit: str | None = None  # kb/s | kbps, as printed
    crypto: bool = seldom(False)  # "The current crypto throughput level is"; unverified


@dataclass(frozen=True, slots=True)
class CryptoThroughput:
    """``show platform hardware throughput crypto``; levels as printed: T3, 250M, 10G."""

    configured: str
    saved: bool
    reboot_required: bool
    enforced: str | None
    throttling: str | None  # not throttled | throttled at 250M ...
    default: str | None
    boot_level: str | None


@dataclass(frozen=True, slots=True)
class SmartCallHome:
    """``show call-home smart-licensing``."""

    messages_enabled: bool
    profile: str | None
    profile_active: bool | None
    urls: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CallHomeProfile:
    """One profile of ``show call-home profile``; empty where "Not yet set up" or "N/A" is printed."""

    name: str
    active: bool
    mode: str
    reporting: tuple[str, ...]  # Smart Call Home, Smart Licensing
    message_format: str
    size_limit_bytes: int
    transport: str  # http | email
    http_addresses: tuple[str, ...] = ()
    email_addresses: tuple[str, ...] = ()
    other_addresses: tuple[str, ...] = ()
    schedules: tuple[tuple[str, str], ...] = ()  # ("inventory", "daily at 00:00")
    alert_groups: tuple[tuple[str, str], ...] = ()  # and their severity
    syslog_patterns: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Trustpoint:
    """One trustpoint of ``show crypto pki trustpoints``."""

    name: str
    subject: tuple[tuple[str, str], ...] = ()  # ("cn", "Cisco Licensing Root CA"), ...
    serial: str | None = None  # hexadecimal
    notes: tuple[str, ...] = ()  # Certificate configured. ...


@dataclass(frozen=True, slots=True)
class SyslogLine:
    """A log line of licensing, call-home or PKI. Its time is as printed: no year, mostly no zone."""

    facility: str
    severity: int
    mnemonic: str
    text: str
    stamp: str | None = None  # Nov 19 14:53:07.300
    mark: str = ""  # "*" clock never set, "." lost
    sequence: int | None = None
    prefix: str | None = seldom(None)  # what a syslog server or a stack puts before it

    @property
    def peer(self) -> str | None:
        """Of COMM_FAILED and COMM_RESTORED: with whom."""
        found = re.match(r"Communications? (?:failure )?with (?:the )?(.*?)(?: :| restored|$)", self.text)
        return found.group(1) if found else None

    @property
    def reason(self) -> str | None:
        """Of a failure: why."""
        return self.text.partition(" : ")[2].strip() or None if self.severity <= 3 else None
