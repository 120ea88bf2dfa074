"""What operations give back: frozen, documented, JSON-able through ``outputs``, without secrets.

Each has ``not_applicable``: why the operation makes no sense on this device (its licensing model), ``None`` where it
does. ``requested`` is ``False`` in a dry run and where nothing needed doing; ``needed`` distinguishes the two.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from nornir_smartlic.compliance import Finding
from nornir_smartlic.intent.plan import Difference, Plan
from nornir_smartlic.migration import MigrationPlan
from nornir_smartlic.model import (
    Account,
    AuthorizationState,
    Instant,
    LicensingReading,
    MemberAuthorization,
    Registration,
    TrustCode,
    Udi,
    Unparsed,
)
from nornir_smartlic.operations.causes import Cause
from nornir_smartlic.operations.trust_results import TrustResult

__all__ = [
    "CollectedReports",
    "ComplianceReport",
    "DeregistrationOutcome",
    "Diagnosis",
    "Difference",
    "ImportOutcome",
    "ImportedFile",
    "LicensingReading",
    "MigrationOutcome",
    "Plan",
    "RegistrationOutcome",
    "RenewalOutcome",
    "ReservationOutcome",
    "ResetOutcome",
    "ReturnCode",
    "ReturnOutcome",
    "SyncOutcome",
    "TrustOutcome",
    "TrustResult",
    "Unparsed",
]


@dataclass(frozen=True, slots=True)
class TrustOutcome:
    """Trust with CSSM, member by member. A trust that failed is no outcome: it raises `Refused` with the reason."""

    needed: bool  # a member was without trust code, or force was asked for
    requested: bool  # the token was sent
    trust_codes: tuple[TrustCode, ...] = ()
    untrusted: tuple[Udi, ...] = ()  # members without trust code: with scope local, or in a dry run
    account: Account | None = None  # what came with the trust
    waited: timedelta = timedelta(0)
    not_applicable: str | None = None
    result: TrustResult | None = None  # the same in a word; of a trust that failed it is the error's ``cause``
    other_account: str | None = None  # trusted before, with an account that is not the wanted one


@dataclass(frozen=True, slots=True)
class MigrationOutcome:
    """The plan of a device's way to Smart Licensing Using Policy; ``plan`` is ``None`` where a controller owns it."""

    plan: MigrationPlan | None
    licenses: tuple[tuple[str, int], ...] = ()  # in use now, name and count: what has to be in use afterwards
    not_applicable: str | None = None


@dataclass(frozen=True, slots=True)
class SyncOutcome:
    """A usage report sent now, and the acknowledgement that came of it."""

    needed: bool
    requested: bool
    acknowledged: bool = False  # a new ACK came
    last_ack: Instant | None = None
    next_ack_deadline: Instant | None = None
    last_report_push: Instant | None = None
    waited: timedelta = timedelta(0)
    not_applicable: str | None = None


@dataclass(frozen=True, slots=True)
class CollectedReports:
    """A file of usage reports, fetched from a device, checked and stored."""

    path: Path | None  # None: the device had no reports, or a dry run
    report_count: int = 0
    report_ids: tuple[int, ...] = ()
    udi: Udi | None = None
    digest: str | None = None  # SHA-256 of the file, hexadecimal
    size_bytes: int = 0
    warnings: tuple[str, ...] = ()  # what the check of the reports found
    explanation: str | None = None  # why there is no file
    needed: bool = False  # a dry run: the device has reports to collect
    not_applicable: str | None = None


@dataclass(frozen=True, slots=True)
class ImportedFile:
    """One file from CSSM, and what the device made of it."""

    path: Path
    kinds: tuple[str, ...]  # ACK, policy, trust code, authorization, ...: the documents in it
    udi: Udi | None  # whose it is; None: the file names none
    applies: bool  # it is for this device
    imported: bool  # False: not for this device, there already, or a dry run
    answer: str | None = None  # what the device printed
    explanation: str | None = None  # why it was not imported


@dataclass(frozen=True, slots=True)
class ImportOutcome:
    """Files from CSSM brought to a device."""

    files: tuple[ImportedFile, ...] = ()
    last_ack: Instant | None = None  # after the import
    next_ack_deadline: Instant | None = None
    account: Account | None = None
    not_applicable: str | None = None

    @property
    def changed(self) -> bool:
        """Whether the device took anything in, or would have in a dry run."""
        return any(file.applies for file in self.files)


@dataclass(frozen=True, slots=True)
class AuthorizationOutcome:
    """A SLAC asked for, online or by a request file for CSSM."""

    feature: str
    needed: bool
    requested: bool
    members: tuple[MemberAuthorization, ...] = ()
    request_file: Path | None = None  # to upload to CSSM, where the transport is off
    waited: timedelta = timedelta(0)
    not_applicable: str | None = None


@dataclass(frozen=True, slots=True)
class ReturnCode:
    """What CSSM takes back an authorization by; ``udi`` is ``None`` where the device prints the code alone."""

    udi: Udi | None
    code: str


@dataclass(frozen=True, slots=True)
class ReturnOutcome:
    """Authorization codes given back. Offline, the codes must be entered in CSSM."""

    needed: bool  # a code was installed
    requested: bool
    online: bool = True
    codes: tuple[ReturnCode, ...] = ()
    not_applicable: str | None = None


@dataclass(frozen=True, slots=True)
class RegistrationOutcome:
    """Legacy: a device registered with an idtoken."""

    needed: bool
    requested: bool
    registration: Registration | None = None
    authorization: AuthorizationState | None = None
    waited: timedelta = timedelta(0)
    not_applicable: str | None = None


@dataclass(frozen=True, slots=True)
class RenewalOutcome:
    """Legacy: the identity certificate, or what is in use, authorized anew by CSSM."""

    needed: bool
    requested: bool
    registration: Registration | None = None
    authorization: AuthorizationState | None = None
    waited: timedelta = timedelta(0)
    not_applicable: str | None = None


@dataclass(frozen=True, slots=True)
class DeregistrationOutcome:
    """Legacy: a device that gave its registration up, and its licences back to CSSM."""

    needed: bool  # it was registered
    requested: bool
    registration: Registration | None = None  # before; afterwards it has none
    waited: timedelta = timedelta(0)
    not_applicable: str | None = None


@dataclass(frozen=True, slots=True)
class ReservationOutcome:
    """Legacy: licences reserved (SLR, PLR): first request codes for CSSM, then the authorization code from there."""

    needed: bool
    requested: bool
    request_codes: tuple[str, ...] = ()
    installed: bool = False
    confirmation_codes: tuple[str, ...] = ()
    unsaved: tuple[str, ...] = ()  # the line of reservation mode, where startup-config has it not, or had it not
    saved: bool = False
    warnings: tuple[str, ...] = ()  # what others had changed and is saved too, or that nothing is saved
    not_applicable: str | None = None


@dataclass(frozen=True, slots=True)
class ResetOutcome:
    """Licensing set back to how it came; it takes effect at the next reload."""

    requested: bool
    answer: str | None = None  # what the device printed
    needs_reload: bool = False
    lost: tuple[str, ...] = ()  # what the device has now and forgets, in words
    not_applicable: str | None = None


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """Why a device does not report."""

    causes: tuple[Cause, ...]  # the freshest first, history last; (): nothing hinders it
    last_failure: str | None  # what the device logged last, in its words; None: nothing, or it was restored since
    reading: LicensingReading
    failed_at: datetime | None = None  # when it was logged, by the device's clock; None: the log has no time


@dataclass(frozen=True, slots=True)
class ComplianceReport:
    """The verdicts of all rules on one device, and the reading that they stand on."""

    findings: tuple[Finding, ...]
    reading: LicensingReading

    @property
    def is_compliant(self) -> bool:
        """Whether no rule failed or stayed unknown."""
        return not any(finding.verdict.is_finding for finding in self.findings)
