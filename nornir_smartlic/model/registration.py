"""Legacy Smart Licensing, before 17.3.2: registration with an idtoken and the renewal of its authorization."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import Enum

from nornir_smartlic.model.seldom import seldom
from nornir_smartlic.model.times import Instant


class RegistrationStatus(Enum):
    """``Status:`` of ``Registration:``; all but the first two are unverified."""

    REGISTERED = "REGISTERED"
    UNREGISTERED = "UNREGISTERED"
    REGISTERING = "REGISTERING"
    REGISTERED_SPECIFIC = "REGISTERED - SPECIFIC LICENSE RESERVATION"
    REGISTRATION_FAILED = "UNREGISTERED - REGISTRATION FAILED"
    REGISTRATION_IN_PROGRESS = "REGISTERING - REGISTRATION IN PROGRESS"
    REGISTRATION_EXPIRED = "REGISTRATION EXPIRED"
    REGISTERED_UNIVERSAL = "REGISTERED - UNIVERSAL LICENSE RESERVATION"
    REGISTRATION_PENDING = "UNREGISTERED - REGISTRATION PENDING"
    UNREGISTERED_EXPIRED = "UNREGISTERED - REGISTRATION EXPIRED"


@dataclass(frozen=True, slots=True)
class Attempt:
    """``SUCCEEDED on TIME``, ``FAILED on TIME``; the reason stands on a line of its own."""

    outcome: str
    time: Instant | None
    failure_reason: str | None = None


@dataclass(frozen=True, slots=True)
class Registration:
    """The ``Registration:`` section. ``None``: not printed in this state, or printed as ``None``."""

    status: RegistrationStatus | None  # None: a word that is not known, which is left unparsed
    smart_account: str | None = None
    virtual_account: str | None = None
    export_controlled_allowed: bool | None = None
    initial: Attempt | None = None
    last_renewal: Attempt | None = None
    next_renewal: Instant | None = None
    expires: Instant | None = None
    next_attempt: Instant | None = None  # after a failed registration; unverified


@dataclass(frozen=True, slots=True)
class AuthorizationState:
    """The ``License Authorization:`` section; under SLP it is ``Not Applicable``.

    ``status`` is as printed: AUTHORIZED, OUT OF COMPLIANCE, EVAL MODE, No Licenses in Use, Not Applicable, ...
    """

    status: str
    since: Instant | None = None
    evaluation_remaining: timedelta | None = None
    last_communication: Attempt | None = None
    next_communication: Instant | None = None
    communication_deadline: Instant | None = None
    evaluation_expired: Instant | None = None  # unverified
    deadline_exceeded: bool = seldom(False)  # "DEADLINE EXCEEDED" in place of the deadline; unverified
