"""Usage reports and the acknowledgements that they must get before a deadline."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import Enum

from nornir_smartlic.model.identity import Udi
from nornir_smartlic.model.seldom import seldom
from nornir_smartlic.model.times import Instant


@dataclass(frozen=True, slots=True)
class UsageReporting:
    """When this device last reported, and when it next must. ``None`` where the device prints <none>."""

    last_ack: Instant | None
    next_ack_deadline: Instant | None
    push_interval: timedelta | None  # None: "0 (no reporting)"
    next_ack_push_check: Instant | None
    next_report_push: Instant | None
    last_report_push: Instant | None
    last_report_file_write: Instant | None
    state: int | None = None  # tech support only: 2 no ACK yet, 4 acknowledged before
    in_policy: timedelta | None = None  # tech support only


@dataclass(frozen=True, slots=True)
class UsageReportSummary:
    """``Usage Report Summary:``, numbers of RUM reports. Those in brackets and below are tech support's."""

    total: int
    purged: int
    acknowledged: int
    waiting_for_ack: int
    available_to_report: int
    collecting_data: int
    purged_bracket: int | None = None
    waiting_for_ack_bracket: int | None = None
    maximum_display: int | None = None
    in_storage: int | None = None
    mia: int | None = None
    mia_bracket: int | None = None
    module_status: str | None = None


class RumReportState(Enum):
    """State of a RUM report in ``show license rum id``; UNACK and PENDING are unverified (outputs.md section 8)."""

    OPEN = "OPEN"
    CLOSED = "CLOSED"
    UNACK = "UNACK"
    ACK = "ACK"
    DELETED = "DELETED"
    PENDING = "PENDING"


@dataclass(frozen=True, slots=True)
class RumReportLine:
    """A line of ``show license rum id all``."""

    report_id: int
    state: RumReportState
    flag: str
    feature_name: str


@dataclass(frozen=True, slots=True)
class RumReportDetail:
    """``show license rum id N detail``. Report ids are ``None`` where 0 is printed."""

    report_id: int
    metric_name: str
    feature_name: str | None  # None: a telemetry report
    metric_value: str | None  # the entitlement tag
    udi: Udi
    previous_report_id: int | None
    next_report_id: int | None
    state: RumReportState
    change_reason: str | None
    start: Instant | None
    end: Instant | None
    storage_state: str
    transaction_id: int
    transaction_message: str | None
    reason_label: str = "State Change Reason"  # some releases print "Close Reason"


@dataclass(frozen=True, slots=True)
class CommunicationStatistic:
    """One group of ``Communication Statistics:`` in tech support."""

    name: str  # Trust Establishment, Usage Reporting, ...
    total: int
    success: int
    fail: int
    ongoing_overall: int
    ongoing_communication: int
    last_response: str | None  # OK, OK_POLL, NO REPLY, ...
    last_response_time: Instant | None
    failure_reason: str | None
    last_success: Instant | None
    last_failure: Instant | None


@dataclass(frozen=True, slots=True)
class ScheduledJob:
    """A line of ``Upcoming Scheduled Jobs``; ``due`` is ``None`` for "Expired Not Rescheduled"."""

    name: str
    due: Instant | None
    remaining: timedelta | None
    available: bool = seldom(True)  # False: "Not Available"; agent 6.3 after a boot


@dataclass(frozen=True, slots=True)
class TelemetrySummary:
    """``Device Telemetry``, ``Telemetry`` or ``Product Analytics Report Summary:``, whichever the agent prints."""

    title: str
    lines: tuple[tuple[str, str | None], ...]  # key and value as printed, None: <empty>


@dataclass(frozen=True, slots=True)
class EventLogEntry:
    """A line of ``show license eventlog``."""

    time: Instant
    event: str  # SAEVT_...
    attributes: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class HistoryMessage:
    """A request or response kept in ``show license history message``; the shape is unverified."""

    kind: str  # Request | Response | Received on
    time: Instant
    text: str


@dataclass(frozen=True, slots=True)
class MessageHistory:
    """``show license history message``: groups in the order printed, each with its messages."""

    messages: tuple[tuple[str, tuple[HistoryMessage, ...]], ...]
    imports: tuple[tuple[str, tuple[HistoryMessage, ...]], ...]
