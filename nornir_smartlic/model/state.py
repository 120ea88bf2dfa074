"""What one device says of its licensing, whichever command said it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from nornir_smartlic.model.classic import ClassicLicense, RightToUse
from nornir_smartlic.model.identity import Member, SlotUdi, Udi
from nornir_smartlic.model.licenses import LicenseAuthorizations, LicenseUsage, Reservation, TrustCode
from nornir_smartlic.model.policy import Policy, PolicyV2
from nornir_smartlic.model.registration import AuthorizationState, Registration
from nornir_smartlic.model.reporting import (
    CommunicationStatistic,
    EventLogEntry,
    MessageHistory,
    RumReportDetail,
    RumReportLine,
    ScheduledJob,
    TelemetrySummary,
    UsageReporting,
    UsageReportSummary,
)
from nornir_smartlic.model.seldom import seldom
from nornir_smartlic.model.times import Instant
from nornir_smartlic.model.transport import DataPrivacy, Transport


class LicensingModel(Enum):
    """The four models that live in one fleet. Source: design.md section 1."""

    SLP = "SLP"
    REGISTERED = "registered"
    RESERVED = "reserved"
    CLASSIC = "classic"


@dataclass(frozen=True, slots=True)
class Account:
    """``Account Information:``; ``None`` where <none> is printed."""

    smart_account: str | None
    virtual_account: str | None
    as_of: Instant | None = None


@dataclass(frozen=True, slots=True)
class Conversion:
    """``License Conversion:`` of agent 5.10 and later."""

    automatic: bool
    status: str | None = None
    last_data_push: Instant | None = None
    last_file_export: Instant | None = None
    members: tuple[tuple[Member, str], ...] = seldom(())  # each with its own status; unverified


@dataclass(frozen=True, slots=True)
class ClockHeader:
    """``Load for five secs`` and ``Time source is``, printed under ``terminal exec prompt timestamp``."""

    load: tuple[str, str, str]  # five seconds ("1%/0%"), one minute, five minutes
    source: str | None  # NTP, hardware calendar, ...; None: No time source
    time: Instant
    mark: str = ""  # "." lost, "*" never synchronised


@dataclass(frozen=True, slots=True)
class TechSupport:
    """What only ``show license tech support`` prints."""

    current_time: Instant | None
    jobs: tuple[ScheduledJob, ...]
    communication_level: str | None  # DIRECT | INDIRECT
    overall_state: str | None
    statistics: tuple[CommunicationStatistic, ...]
    certificates: tuple[tuple[str, str], ...]
    ha: tuple[tuple[str, str], ...]
    reporting_not_required: tuple[str, ...]
    other: tuple[tuple[str, str | None], ...]  # Other Info, flat, as printed; None: <empty>, or nothing
    trust_lines: tuple[tuple[str, str], ...]
    mapping: tuple[tuple[str, int], ...]  # PID and "Total licenses found"
    enforced: tuple[tuple[Udi, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class LicensingState:
    """Everything that the licensing outputs of one device tell.

    A field is ``None`` (a tuple of ``usage``: ``None`` too) where no command that was read prints it; inside a
    section ``None`` means that the device prints <none>. So two outputs can be merged, and nothing is guessed.
    """

    udi: Udi | None = None
    members: tuple[Member, ...] | None = None  # HA UDI List; None: a standalone device, or not printed
    agent_version: str | None = None
    enabled: bool | None = None  # Smart Licensing is ENABLED
    slp: bool | None = None  # Smart Licensing Using Policy: ENABLED; False: a legacy output
    reporting_mode: str | None = None
    account: Account | None = None
    privacy: DataPrivacy | None = None
    transport: Transport | None = None
    custom_id: str | None = None
    policy: Policy | None = None
    usage_reporting: UsageReporting | None = None
    trust_codes: tuple[TrustCode, ...] | None = None  # (): Trust Code Installed: <none>
    usage: tuple[LicenseUsage, ...] | None = None  # (): No licenses in use
    authorizations: LicenseAuthorizations | None = None
    report_summary: UsageReportSummary | None = None
    utility: bool | None = None
    export_authorization_keys: tuple[str, ...] | None = None
    conversion: Conversion | None = None
    telemetry: TelemetrySummary | None = None
    device_enforcement: str | None = None
    registration: Registration | None = None  # legacy
    authorization_state: AuthorizationState | None = None  # legacy; "Not Applicable" under SLP
    reservation: Reservation | None = None
    rum_reports: tuple[RumReportLine, ...] | None = None
    rum_details: tuple[RumReportDetail, ...] | None = None
    history: MessageHistory | None = None
    event_log: tuple[EventLogEntry, ...] | None = None
    tech_support: TechSupport | None = None
    header: ClockHeader | None = None
    slots: tuple[SlotUdi, ...] | None = None  # the table of show license udi on old images
    classic: tuple[ClassicLicense, ...] | None = None  # show license
    right_to_use: RightToUse | None = None
    policy_v2: PolicyV2 | None = None  # agent 8
    utility_details: tuple[tuple[str, str | None], ...] | None = None  # behind the status, as printed; unverified
    evaluation_period: tuple[tuple[str, str], ...] | None = None  # legacy tech support, as printed; unverified
    component_versions: str | None = None  # of agents before 4.8; unverified
    reservation_mode: bool | None = None  # "License Reservation is ENABLED", a line of legacy outputs; unverified
    secondary_signing_cert: int | None = None  # agent 8

    @property
    def model(self) -> LicensingModel:
        """Which of the four models this device follows."""
        if self.slp:
            return LicensingModel.SLP
        if self.reservation is not None and self.reservation.enabled:
            return LicensingModel.RESERVED
        return LicensingModel.REGISTERED if self.registration is not None else LicensingModel.CLASSIC


@dataclass(frozen=True, slots=True)
class DeviceClock:
    """``show clock``: the device's own time, and whether it is to be trusted."""

    time: Instant
    synchronised: bool

    def now(self) -> datetime | None:
        """The aware time; ``None`` where the zone's offset is unknown."""
        return self.time if isinstance(self.time, datetime) else None
