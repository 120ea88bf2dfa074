"""Licences: what they are, how many are in use, and what authorizes them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import Enum

from nornir_smartlic.model.identity import Member
from nornir_smartlic.model.times import Instant


class LicenseType(Enum):
    """``License type:`` of a licence."""

    PERPETUAL = "Perpetual"
    SUBSCRIPTION = "Subscription"


class EnforcementType(Enum):
    """``Enforcement type:``; only the first is seen in captures, the others are unverified."""

    NOT_ENFORCED = "NOT ENFORCED"
    ENFORCED = "ENFORCED"
    EXPORT_RESTRICTED = "EXPORT RESTRICTED"


class AuthorizationStatus(Enum):
    """Whether a member has an authorization code. Source: reference/outputs.md section 5; the last three unverified."""

    NOT_INSTALLED = "NOT INSTALLED"
    SMART_INSTALLED = "SMART AUTHORIZATION INSTALLED"
    SPECIFIC_INSTALLED = "SPECIFIC INSTALLED"
    UNIVERSAL_INSTALLED = "UNIVERSAL INSTALLED"
    PAK = "PAK"


class UsageStatus(Enum):
    """Status of a licence. SLP has the first two; the rest is legacy, unverified."""

    IN_USE = "IN USE"
    NOT_IN_USE = "NOT IN USE"
    AUTHORIZED = "AUTHORIZED"
    EVAL_MODE = "EVAL MODE"
    EVAL_EXPIRED = "EVAL EXPIRED"
    OUT_OF_COMPLIANCE = "OUT OF COMPLIANCE"
    INIT = "INIT"
    AUTH_EXPIRED = "AUTH EXPIRED"
    WAITING = "WAITING"
    NOT_AUTHORIZED = "NOT AUTHORIZED"
    IN_COMPLIANCE = "IN COMPLIANCE"
    RESERVED_IN_COMPLIANCE = "RESERVED - IN COMPLIANCE"


@dataclass(frozen=True, slots=True)
class Entitlement:
    """A licence that CSSM sells: what a platform can use.

    ``name`` is the feature name (``network-advantage``), ``display`` what stands in brackets behind it
    (``C9300-24 Network Advantage``, ``ESR_P_2.5G_P``), ``tag`` the ``regid...`` of tech support and reports.
    """

    name: str
    display: str
    tag: str
    description: str
    license_type: LicenseType = LicenseType.PERPETUAL
    enforcement: EnforcementType = EnforcementType.NOT_ENFORCED


@dataclass(frozen=True, slots=True)
class ApplicationHa:
    """``Application HA Info:`` of CUBE."""

    name: str
    id: int
    role: str
    peers: tuple[ApplicationHa, ...] = ()  # unverified
    peer_info: tuple[str, ...] = ()  # lines under Peer Info in another form, as printed


@dataclass(frozen=True, slots=True)
class Measurement:
    """``Measurements:`` of one licence in tech support; report ids are ``None`` where 0 is printed."""

    metric: str  # ENTITLEMENT
    interval: timedelta
    current_value: int
    current_report: int | None
    previous_report: int | None


@dataclass(frozen=True, slots=True)
class UsageReservation:
    """``Reservation:`` of one licence; unverified."""

    status: AuthorizationStatus | None
    total_count: int


@dataclass(frozen=True, slots=True)
class LicenseUsage:
    """One licence, as far as the command prints it: summary gives the first four fields, tech support all."""

    name: str  # "" before a legacy device is registered: the name comes from CSSM then; unverified
    display: str | None  # in brackets; cut to 20 characters and "..." in the summary
    count: int
    status: UsageStatus | None  # None, here and below: a word that is not known, which is left unparsed
    description: str | None = None
    version: str | None = None  # "" where the device prints nothing behind the colon, as for the features below
    export_status: str | None = None  # NOT RESTRICTED | RESTRICTED - ALLOWED | RESTRICTED - NOT ALLOWED
    feature_name: str | None = None
    feature_description: str | None = None
    enforcement: EnforcementType | None = None
    license_type: LicenseType | None = None
    application_ha: ApplicationHa | None = None
    handle: int | None = None  # tech support from here on
    tag: str | None = None
    status_code: int | None = None  # 15 in use, 1 not in use
    status_time: Instant | None = None
    request_time: Instant | None = None
    counts: tuple[int, int, int, int] | None = None  # authorized, out of compliance, insufficient, no license (6.3)
    day0_verification: bool | None = None
    measurements: tuple[Measurement, ...] = ()
    soft_enforced: bool | None = None
    sync_overdue_deadline: Instant | None = None  # agents with PolicyV2
    reservation: UsageReservation | None = None


@dataclass(frozen=True, slots=True)
class MemberAuthorization:
    """One member's line in ``Overall status:``."""

    member: Member
    status: AuthorizationStatus | None
    installed: Instant | None = None
    last_confirmation_code: str | None = None
    last_return_code: str | None = None


@dataclass(frozen=True, slots=True)
class AuthorizationTerm:
    """What one member is authorized for, under ``Term information:``."""

    member: Member
    authorization_type: str | None  # None: not printed, as under a reservation
    license_type: str  # PERPETUAL | SUBSCRIPTION | TERM
    count: int
    start: Instant | None = None
    end: Instant | None = None
    subscription_id: str | None = None


@dataclass(frozen=True, slots=True)
class Authorization:
    """An authorized licence of ``show license authorization``; the block is partly unverified (outputs.md 5)."""

    name: str
    display: str
    description: str
    total_count: int
    enforcement: EnforcementType | None
    terms: tuple[AuthorizationTerm, ...]


@dataclass(frozen=True, slots=True)
class LicenseAuthorizations:
    """``show license authorization`` and the like section of ``show license all``."""

    members: tuple[MemberAuthorization, ...]
    authorizations: tuple[Authorization, ...] = ()
    purchased: tuple[str, ...] = ()  # empty: No Purchase Information Available
    derived_tags: tuple[str, ...] = ()
    last_data_push: Instant | None = None  # agent 5.11 and later
    last_file_export: Instant | None = None


@dataclass(frozen=True, slots=True)
class TrustCode:
    """A trust code on one member. Source: reference/outputs.md section 2, ``Trust Code Installed:``."""

    member: Member | None  # None: a standalone device prints the time alone
    installed: Instant | None  # None: this member has none
    valid: Instant | None = None  # agent 6 from here on
    expires: Instant | None = None
    type: str | None = None  # CSSM
    attributes: str | None = None


@dataclass(frozen=True, slots=True)
class MemberReservation:
    """One member in ``Reservation Info``; ``None`` where <none> is printed."""

    member: Member
    status: AuthorizationStatus | None
    installed: Instant | None = None
    request_code: str | None = None
    last_return_code: str | None = None
    last_confirmation_code: str | None = None
    authorization_code: str | None = None


@dataclass(frozen=True, slots=True)
class ReservedLicense:
    """A licence under ``Specified license reservations:``; unverified (outputs.md section 11)."""

    name: str
    display: str
    description: str
    total_count: int
    terms: tuple[AuthorizationTerm, ...] = ()
    enforcement: EnforcementType | None = None  # None: not printed


@dataclass(frozen=True, slots=True)
class Reservation:
    """``Reservation Info``."""

    enabled: bool | None  # None: not printed, as where SLP lists what was reserved before
    members: tuple[MemberReservation, ...] = ()
    licenses: tuple[ReservedLicense, ...] = ()
    export_controlled_allowed: bool | None = None
