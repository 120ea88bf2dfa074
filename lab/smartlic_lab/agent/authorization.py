"""Authorization codes (SLAC) for export-controlled and enforced licences: asked for, installed, confirmed, returned."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Final

from nornir_smartlic.files import AuthorizationDocument, AuthorizedLicense
from nornir_smartlic.model import AuthorizationStatus, EnforcementType, Entitlement, Udi
from smartlic_lab.agent.transitions import step
from smartlic_lab.world.signing import return_code


class Authorizing(Enum):
    """Where one member's authorization stands."""

    NONE = "none"
    REQUESTED = "requested"
    INSTALLED = "installed"
    REPLACING = "replacing"


class AuthorizationTrigger(Enum):
    """What moves it."""

    REQUESTED = "authorization requested"
    INSTALLED = "authorization code installed"
    REFUSED = "authorization refused"
    RETURNED = "authorization returned"


TRANSITIONS: Final = {
    (Authorizing.NONE, AuthorizationTrigger.REQUESTED): Authorizing.REQUESTED,
    (Authorizing.NONE, AuthorizationTrigger.INSTALLED): Authorizing.INSTALLED,  # from a file, or from the factory
    (Authorizing.REQUESTED, AuthorizationTrigger.REQUESTED): Authorizing.REQUESTED,
    (Authorizing.REQUESTED, AuthorizationTrigger.INSTALLED): Authorizing.INSTALLED,
    (Authorizing.REQUESTED, AuthorizationTrigger.REFUSED): Authorizing.NONE,
    (Authorizing.INSTALLED, AuthorizationTrigger.REQUESTED): Authorizing.REPLACING,
    (Authorizing.INSTALLED, AuthorizationTrigger.INSTALLED): Authorizing.INSTALLED,
    (Authorizing.INSTALLED, AuthorizationTrigger.RETURNED): Authorizing.NONE,
    (Authorizing.REPLACING, AuthorizationTrigger.REQUESTED): Authorizing.REPLACING,
    (Authorizing.REPLACING, AuthorizationTrigger.INSTALLED): Authorizing.INSTALLED,
    (Authorizing.REPLACING, AuthorizationTrigger.REFUSED): Authorizing.INSTALLED,
    (Authorizing.REPLACING, AuthorizationTrigger.RETURNED): Authorizing.NONE,
}

_UNLIMITED: Final = 2**31
NOTHING_INSTALLED: Final = "No reservation authorization code installed in device"  # agent error 144
NOT_FOUND: Final = "The requested item was not found"  # agent error 143

STATUS_OF_KIND: Final = {
    "SMART": AuthorizationStatus.SMART_INSTALLED,
    "SPECIFIC": AuthorizationStatus.SPECIFIC_INSTALLED,
    "UNIVERSAL": AuthorizationStatus.UNIVERSAL_INSTALLED,
}


@dataclass(slots=True)
class MemberCode:
    """One member's authorization code and what is known of earlier ones."""

    state: Authorizing = Authorizing.NONE
    code: str | None = None
    kind: str = "SMART"
    installed: datetime | None = None
    licenses: tuple[AuthorizedLicense, ...] = ()
    confirmation_code: str | None = None
    return_code: str | None = None

    def move(self, trigger: AuthorizationTrigger) -> None:
        """Take *trigger*; raises `IllegalEvent`."""
        self.state = step(TRANSITIONS, self.state, trigger, NOTHING_INSTALLED)

    @property
    def is_reservation(self) -> bool:
        """Whether the code installed is one of SLR or PLR, and not a SLAC."""
        return self.code is not None and self.kind != "SMART"

    def install(self, document: AuthorizationDocument, now: datetime) -> None:
        """Put *document* in the place of what was there; its confirmation code is what CSSM gets."""
        self.move(AuthorizationTrigger.INSTALLED)
        self.confirmation_code = confirmation_code(document.code)
        self.code, self.kind, self.licenses, self.installed = document.code, document.kind, document.licenses, now

    def give_back(self, udi: Udi, now: datetime) -> str:
        """Remove the code; gives back the return code."""
        self.move(AuthorizationTrigger.RETURNED)
        self.return_code = return_code(udi, f"{self.code} {now.isoformat()}")
        self.code, self.licenses, self.installed = None, (), None
        return self.return_code


@dataclass(slots=True)
class RequestedAuthorization:
    """What ``license smart authorization request`` asked for, until it is answered."""

    tag: str
    feature: str
    count: int
    replace: bool
    udis: tuple[Udi, ...]


@dataclass(slots=True)
class Authorizations:
    """The authorization part of the licensing store; ``members`` by UDI."""

    members: dict[str, MemberCode] = field(default_factory=dict)
    request: RequestedAuthorization | None = None

    def of(self, udi: Udi) -> MemberCode:
        """The record of one member, made where there is none."""
        return self.members.setdefault(str(udi), MemberCode())

    def is_installed(self, udi: Udi) -> bool:
        """Whether a member has a code, whatever its kind."""
        member = self.members.get(str(udi))
        return member is not None and member.code is not None

    @property
    def is_reserved(self) -> bool:
        """Whether a member has a reservation code."""
        return any(member.is_reservation for member in self.members.values())

    def reserved(self) -> dict[str, int]:
        """How many of each tag are reserved: they need no report. Source: reference/policy.md section 6."""
        reserved: dict[str, int] = {}
        for member in self.members.values():
            if member.is_reservation:
                for license_ in member.licenses:
                    reserved[license_.tag] = reserved.get(license_.tag, 0) + license_.count
        return reserved

    def reserves(self, tag: str) -> int:
        """How many of one tag are reserved."""
        return _UNLIMITED if self.is_universal else self.reserved().get(tag, 0)

    @property
    def is_universal(self) -> bool:
        """Whether all that is used is reserved (PLR; unverified)."""
        return any(member.code is not None and member.kind == "UNIVERSAL" for member in self.members.values())

    def authorizes(self, entitlement: Entitlement, now: datetime) -> bool:
        """Whether *entitlement* may be used: it needs no code, or a code for it is installed and has not ended."""
        if entitlement.enforcement is EnforcementType.NOT_ENFORCED or self.is_universal:
            return True
        return any(
            license_.tag == entitlement.tag and (license_.end is None or license_.end > now)
            for member in self.members.values()
            for license_ in member.licenses
        )


def confirmation_code(code: str) -> str:
    """Eight hexadecimal digits, as in the c8000v capture (``1fc54c75``); how they come about is ours."""
    return hashlib.sha256(code.encode()).hexdigest()[:8]
