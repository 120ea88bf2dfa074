"""What is remembered between runs: the history of audits, and the journal of usage reports."""

from nornir_smartlic.store.database import Store
from nornir_smartlic.store.history import (
    Change,
    Consumption,
    HostRecord,
    LastReading,
    LastState,
    Standing,
    changes,
    consumption,
    forget_audits,
    last_readings,
    last_states,
    record_audit,
    standing,
)
from nornir_smartlic.store.journal import (
    CollectedFile,
    FileStatus,
    Journal,
    ReceivedAck,
    ReportState,
    Shipment,
    SubmissionKind,
    SubmissionState,
)
from nornir_smartlic.store.trends import AuditTotals, consumption_totals, drift, totals

__all__ = [
    "AuditTotals",
    "Change",
    "CollectedFile",
    "Consumption",
    "FileStatus",
    "HostRecord",
    "Journal",
    "LastReading",
    "LastState",
    "ReceivedAck",
    "ReportState",
    "Shipment",
    "Standing",
    "Store",
    "SubmissionKind",
    "SubmissionState",
    "changes",
    "consumption",
    "consumption_totals",
    "drift",
    "forget_audits",
    "last_readings",
    "last_states",
    "record_audit",
    "standing",
    "totals",
]
