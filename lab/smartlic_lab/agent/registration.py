"""Legacy Smart Licensing's part of the licensing store: registration, authorization, evaluation, reservation."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from typing import Final

from smartlic_lab.agent.transitions import step
from smartlic_lab.world.wire import MessageKind


class Registering(Enum):
    """Whether the device is registered."""

    UNREGISTERED = "unregistered"
    REGISTERING = "registering"
    REGISTERED = "registered"
    RENEWING = "renewing"


class RegistrationTrigger(Enum):
    """What moves it."""

    REQUESTED = "registration requested"
    FORCED = "registration requested with force"
    ACCEPTED = "registration accepted"
    REFUSED = "registration refused"
    RENEWAL = "renewal"
    EXPIRED = "registration expired"
    DEREGISTERED = "deregistered"


TRANSITIONS: Final = {
    (Registering.UNREGISTERED, RegistrationTrigger.REQUESTED): Registering.REGISTERING,
    (Registering.UNREGISTERED, RegistrationTrigger.FORCED): Registering.REGISTERING,
    (Registering.REGISTERING, RegistrationTrigger.REQUESTED): Registering.REGISTERING,  # with another token
    (Registering.REGISTERING, RegistrationTrigger.FORCED): Registering.REGISTERING,
    (Registering.REGISTERING, RegistrationTrigger.ACCEPTED): Registering.REGISTERED,
    (Registering.REGISTERING, RegistrationTrigger.REFUSED): Registering.UNREGISTERED,
    (Registering.REGISTERED, RegistrationTrigger.FORCED): Registering.REGISTERING,
    (Registering.REGISTERED, RegistrationTrigger.RENEWAL): Registering.RENEWING,
    (Registering.REGISTERED, RegistrationTrigger.EXPIRED): Registering.UNREGISTERED,
    (Registering.REGISTERED, RegistrationTrigger.DEREGISTERED): Registering.UNREGISTERED,
    (Registering.RENEWING, RegistrationTrigger.RENEWAL): Registering.RENEWING,
    (Registering.RENEWING, RegistrationTrigger.ACCEPTED): Registering.REGISTERED,
    (Registering.RENEWING, RegistrationTrigger.REFUSED): Registering.REGISTERED,
    (Registering.RENEWING, RegistrationTrigger.FORCED): Registering.REGISTERING,
    (Registering.RENEWING, RegistrationTrigger.EXPIRED): Registering.UNREGISTERED,
    (Registering.RENEWING, RegistrationTrigger.DEREGISTERED): Registering.UNREGISTERED,
}

EVALUATION: Final = timedelta(days=90)
EVALUATION_WARNINGS: Final = tuple(timedelta(days=number) for number in (30, 15, 10, 5, 4, 3, 2, 1))


@dataclass(slots=True)
class ReservationRequest:
    """What one member asked CSSM to reserve."""

    code: str
    universal: bool = False


@dataclass(slots=True)
class LegacyLicensing:
    """What a release before 17.3.2 knows; it is kept by later ones for the way back."""

    state: Registering = Registering.UNREGISTERED
    certificate: str | None = None  # the identity that CSSM gave
    smart_account: str | None = None
    virtual_account: str | None = None
    export_controlled_allowed: bool = False
    registered: datetime | None = None
    last_renewal: datetime | None = None
    last_renewal_reason: str | None = None  # why it failed; None: it did not
    next_renewal: datetime | None = None
    expires: datetime | None = None
    authorization: str | None = None  # AUTHORIZED, OUT OF COMPLIANCE, AUTHORIZATION EXPIRED; None: not asked yet
    authorized: datetime | None = None
    short: list[str] = field(default_factory=list)  # tags of what is out of compliance
    last_communication: datetime | None = None
    last_communication_reason: str | None = None
    next_communication: datetime | None = None
    communication_deadline: datetime | None = None
    failure: str | None = None  # of the last registration
    failed: datetime | None = None  # when that was
    evaluation_used: timedelta = timedelta(0)
    evaluation_since: datetime | None = None  # it runs while a licence is in use and the device is unregistered
    evaluation_warned: datetime | None = None  # when its end was last logged
    reservations: dict[str, ReservationRequest] = field(default_factory=dict)  # in progress, by UDI

    def move(self, trigger: RegistrationTrigger, refusal: str | None = None) -> None:
        """Take *trigger*; raises `IllegalEvent` with *refusal*."""
        self.state = step(TRANSITIONS, self.state, trigger, refusal)

    def evaluation_left(self, now: datetime) -> timedelta:
        """What is left of the evaluation period."""
        used = self.evaluation_used + (timedelta(0) if self.evaluation_since is None else now - self.evaluation_since)
        return max(EVALUATION - used, timedelta(0))

    def communication_failed(self, kind: MessageKind, reason: str, now: datetime) -> None:
        """A message of *kind* did not get through; it goes on."""
        if kind is MessageKind.AUTHORIZATION_RENEWAL:
            self.last_communication, self.last_communication_reason = now, reason
        elif kind is MessageKind.REGISTRATION and self.state is Registering.REGISTERING:
            self.failure, self.failed = reason, now
        elif kind is MessageKind.REGISTRATION and self.state is Registering.RENEWING:
            self.last_renewal, self.last_renewal_reason = now, reason

    def next_warning(self) -> datetime | None:
        """When the end of the evaluation period is next logged: before it, and daily from then on. Unverified: when."""
        if self.evaluation_since is None:
            return None
        since = self.evaluation_warned or self.evaluation_since
        ends = self.evaluation_since + self.evaluation_left(self.evaluation_since)
        if self.evaluation_since >= ends:
            return since + timedelta(days=1)
        return min((ends - lead for lead in EVALUATION_WARNINGS if ends - lead > since), default=None)

    def stop_evaluation(self, now: datetime) -> None:
        """It does not run any more; what is left stays."""
        self.evaluation_used = EVALUATION - self.evaluation_left(now)
        self.evaluation_since = self.evaluation_warned = None

    def forgotten(self) -> LegacyLicensing:
        """What stays when the registration is gone."""
        return LegacyLicensing(evaluation_used=self.evaluation_used, reservations=self.reservations)

    @property
    def is_registered(self) -> bool:
        """Whether CSSM knows the device."""
        return self.state in (Registering.REGISTERED, Registering.RENEWING)
