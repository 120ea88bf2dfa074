"""Trust codes: one per member, from a token, over CSLU without one, or from a file; renewed before they expire."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from typing import Final

from nornir_smartlic.files import TrustCodeDocument
from smartlic_lab.agent.transitions import step


class Trust(Enum):
    """What the device has."""

    NONE = "none"
    ESTABLISHING = "establishing"
    INSTALLED = "installed"
    RENEWING = "renewing"


class TrustTrigger(Enum):
    """What moves it."""

    REQUESTED = "trust requested"
    FORCED = "trust requested with force"
    INSTALLED = "trust code installed"
    FAILED = "trust refused"
    RENEWAL_DUE = "renewal due"
    EXPIRED = "trust code expired"


TRANSITIONS: Final = {
    (Trust.NONE, TrustTrigger.REQUESTED): Trust.ESTABLISHING,
    (Trust.NONE, TrustTrigger.FORCED): Trust.ESTABLISHING,
    (Trust.NONE, TrustTrigger.INSTALLED): Trust.INSTALLED,  # from a file
    (Trust.ESTABLISHING, TrustTrigger.REQUESTED): Trust.ESTABLISHING,  # another token takes the place of the first
    (Trust.ESTABLISHING, TrustTrigger.FORCED): Trust.ESTABLISHING,
    (Trust.ESTABLISHING, TrustTrigger.INSTALLED): Trust.INSTALLED,
    (Trust.ESTABLISHING, TrustTrigger.FAILED): Trust.NONE,
    (Trust.INSTALLED, TrustTrigger.FORCED): Trust.RENEWING,  # without force: "already registered"
    (Trust.INSTALLED, TrustTrigger.INSTALLED): Trust.INSTALLED,
    (Trust.INSTALLED, TrustTrigger.RENEWAL_DUE): Trust.RENEWING,
    (Trust.INSTALLED, TrustTrigger.EXPIRED): Trust.NONE,
    (Trust.RENEWING, TrustTrigger.FORCED): Trust.RENEWING,
    (Trust.RENEWING, TrustTrigger.INSTALLED): Trust.INSTALLED,
    (Trust.RENEWING, TrustTrigger.FAILED): Trust.INSTALLED,
    (Trust.RENEWING, TrustTrigger.EXPIRED): Trust.ESTABLISHING,
}

ALREADY_INSTALLED: Final = "The agent is already registered"  # agent error 40; Source: reference/cli.md section 3

# When renewal starts before a code expires, and how often it is tried again. Unverified: policy.md section 4.
RENEWAL_LEAD: Final = timedelta(days=60)
RENEWAL_RETRY: Final = timedelta(days=1)


@dataclass(slots=True)
class InstalledTrustCode:
    """A trust code on one member, by its UDI."""

    trust_id: str
    installed: datetime
    valid: datetime
    expires: datetime


@dataclass(slots=True)
class TrustCodes:
    """The trust part of the licensing store; ``codes`` by serial number and PID."""

    state: Trust = Trust.NONE
    codes: dict[str, InstalledTrustCode] = field(default_factory=dict)
    next_renewal: datetime | None = None

    def move(self, trigger: TrustTrigger) -> None:
        """Take *trigger*; raises `IllegalEvent`."""
        self.state = step(TRANSITIONS, self.state, trigger, ALREADY_INSTALLED)

    @property
    def installed(self) -> bool:
        """Whether any member has a code: the device may talk to CSSM directly."""
        return bool(self.codes)

    def install(self, document: TrustCodeDocument, now: datetime) -> None:
        """Put a code on its member."""
        self.move(TrustTrigger.INSTALLED)
        self.codes[str(document.udi)] = InstalledTrustCode(document.trust_id, now, document.issued, document.expires)
        self._schedule()

    def expire(self, now: datetime) -> tuple[str, ...]:
        """Drop what has expired; gives back the UDIs."""
        gone = tuple(udi for udi, code in self.codes.items() if code.expires <= now)
        for udi in gone:
            del self.codes[udi]
        if gone and not self.codes:
            self.move(TrustTrigger.EXPIRED)
        self._schedule()
        return gone

    def renewal_tried(self, now: datetime) -> None:
        """Renewal is asked for again after a while, or when a code expires."""
        self.next_renewal = min([now + RENEWAL_RETRY, *(code.expires for code in self.codes.values())])

    def _schedule(self) -> None:
        self.next_renewal = min((code.expires - RENEWAL_LEAD for code in self.codes.values()), default=None)
