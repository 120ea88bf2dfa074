"""Call-home: its profiles by the configuration, and what it has sent since the boot."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from nornir_smartlic.model import CallHomeProfile
from smartlic_lab.agent.events import CALLHOME_URL
from smartlic_lab.device.configuration import Section
from smartlic_lab.world.wire import MessageKind

PREDEFINED: Final = "CiscoTAC-1"
_EMAIL: Final = "callhome@cisco.com"
_CERTIFICATE: Final = "Server certificate verification failed"
_DATA: Final = {"smart-call-home-data": "Smart Call Home", "smart-licensing-data": "Smart Licensing"}


def error_of(reason: str) -> str:
    """The error of call-home's HTTP client for a *reason* of the network.

    Source: field notices on its root certificate have ``ERR 205 : Request Aborted`` for a certificate that is not
    trusted, and ``ERR 207 : Connection time out``. Unverified: which of the two every other reason gives.
    """
    return "ERR 205 : Request Aborted" if reason == _CERTIFICATE else "ERR 207 : Connection time out"


# --- what it sent ---------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Count:
    """Messages of one kind."""

    success: int = 0
    failed: int = 0
    dropped: int = 0  # not taken, by the configuration
    last_sent: datetime | None = None  # by the device's clock; None: none has got through

    def succeed(self, now: datetime) -> None:
        """One got through."""
        self.success, self.last_sent = self.success + 1, now


@dataclass(slots=True)
class Calls:
    """Licensing messages by kind, and tests by the way that they took."""

    by_kind: dict[MessageKind, Count] = field(default_factory=dict)
    tests: dict[str, Count] = field(default_factory=lambda: {"email": Count(), "http": Count()})

    def licensing(self, kind: MessageKind) -> Count:
        """The count of one kind of licensing message."""
        return self.by_kind.setdefault(kind, Count())

    @property
    def last_sent(self) -> datetime | None:
        """When a message last got through; ``None``: none has."""
        found = [count.last_sent for count in (*self.by_kind.values(), *self.tests.values()) if count.last_sent]
        return max(found, default=None)


# --- its profiles ---------------------------------------------------------------------------------------------------


def profiles(running: Section) -> tuple[CallHomeProfile, ...]:
    """The predefined profile, then those of the configuration in its order."""
    sections = dict(_sections(running))
    predefined = sections.pop(PREDEFINED, Section())
    return (_profile(PREDEFINED, predefined), *(_profile(name, section) for name, section in sections.items()))


def profile_named(running: Section, name: str) -> CallHomeProfile | None:
    """``None``: there is none of that name, in whatever case it is typed."""
    return next((one for one in profiles(running) if one.name.lower() == name.strip('"').lower()), None)


def _sections(running: Section) -> Iterator[tuple[str, Section]]:
    for line in running.section("call-home").under("profile"):
        yield " ".join(line.key[1:]).strip('"'), line.section or Section()


def _profile(name: str, section: Section) -> CallHomeProfile:
    """What is not configured is as in show-call-home-profile-all/genie-ciscotac1-plus-inactive.txt."""
    known = name == PREDEFINED
    http = section.has("destination", "transport-method", "http")
    urls = tuple(line.words[3] for line in section.under("destination", "address", "http"))
    emails = tuple(line.words[3] for line in section.under("destination", "address", "email"))
    chosen = next((line.words[1] for line in section.under("reporting")), "all" if known else "smart-call-home-data")
    return CallHomeProfile(
        name=name,
        active=section.has("active"),
        mode="Full Reporting",
        reporting=(_DATA[chosen],) if chosen in _DATA else tuple(_DATA.values()),
        message_format=section.value("destination", "preferred-msg-format") or "xml",
        size_limit_bytes=int(section.value("destination", "message-size-limit") or 3_145_728),
        transport="http" if http else "email",
        http_addresses=(urls or ((CALLHOME_URL,) if known else ())) if http else (),
        email_addresses=() if http else (emails or ((_EMAIL,) if known else ())),
        other_addresses=(emails or (("default",) if known else ())) if http else urls,
        schedules=_SCHEDULES if known else (),
        alert_groups=_ALERTS if known else (),
        syslog_patterns=_PATTERNS if known else (),
    )


_SCHEDULES: Final = (
    ("configuration", "every 1 day of the month at 09:15"),
    ("inventory", "every 1 day of the month at 09:00"),
)
_ALERTS: Final = (("crash", "debugging"), ("diagnostic", "minor"), ("environment", "warning"), ("inventory", "normal"))
_PATTERNS: Final = (("APF-.-WLC_.*", "warning"), (".*", "major"))


def mail_servers(home: Section) -> list[tuple[str, int]]:
    """``mail-server ADDRESS priority N`` of the section ``call-home``: address and priority, by priority."""
    lines = [line.text.split() for line in home.under("mail-server")]
    return sorted(((words[1], int(words[-1])) for words in lines if words[-1].isdecimal()), key=lambda one: one[1])
