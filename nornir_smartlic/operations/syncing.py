"""Report now, and wait for the acknowledgement."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from nornir_smartlic.errors import Refused, TimedOut
from nornir_smartlic.intent import why_not_slp
from nornir_smartlic.model import LicensingModel, LicensingState, TransportType
from nornir_smartlic.operations.conversation import Conversation, Exec, Wait
from nornir_smartlic.operations.licensing_log import LogMessage, last_of, new_messages, read_log
from nornir_smartlic.operations.patience import Patience
from nornir_smartlic.operations.reading import read_state
from nornir_smartlic.operations.refusals import remark
from nornir_smartlic.operations.results import SyncOutcome

SYNC_PATIENCE: Final = Patience(timedelta(minutes=10), first=timedelta(seconds=5), longest=timedelta(seconds=20))
"""CSSM processes a report for minutes; the device asks for the ACK after 300 s. Source: reference/policy.md 3.4."""
LOOKS_AFTER_A_FAILED_COMMUNICATION: Final = 2
_COMMAND: Final = "license smart sync all"


def sync_usage(*, commit: bool = True, patience: Patience = SYNC_PATIENCE) -> Conversation[SyncOutcome]:
    """Send a usage report and wait until CSSM acknowledged it.

    Raises:
        Refused: the report did not reach CSSM; ``reason`` is the device's.
        TimedOut: no acknowledgement in time. It may still come: the device goes on asking for it.
    """
    state = yield from read_state()
    reason = _not_applicable(state)
    if reason is not None or not commit:
        return _outcome(state, state, requested=False, needed=reason is None, not_applicable=reason)
    log = yield from read_log()
    answer = yield Exec(_COMMAND)
    if (said := remark(answer.text)) is not None:
        raise Refused("no report was sent", said, command=_COMMAND)
    return (yield from _acknowledged(state, log, patience))


def _acknowledged(before: LicensingState, log: tuple[str, ...], patience: Patience) -> Conversation[SyncOutcome]:
    waited, failures = timedelta(0), 0
    failure: LogMessage | None = None
    for span in patience.spans():
        yield Wait(span, "for the ACK")
        waited += span
        state = yield from read_state("show license status")
        outcome = _outcome(before, state, requested=True, waited=waited)
        if outcome.acknowledged:
            return outcome
        failure = last_of(new_messages(log, (yield from read_log())), "COMM_FAILED", "COMM_RESTORED")
        failures = failures + 1 if failure is not None and failure.mnemonic == "COMM_FAILED" else 0
        if failure is not None and failures > LOOKS_AFTER_A_FAILED_COMMUNICATION:
            raise Refused("the report did not arrive", failure.reason, command=_COMMAND)
    raise TimedOut(f"no new ACK within {patience.limit.total_seconds():.0f} s after the report", command=_COMMAND)


def _outcome(
    before: LicensingState,
    state: LicensingState,
    *,
    requested: bool,
    needed: bool = True,
    waited: timedelta = timedelta(0),
    not_applicable: str | None = None,
) -> SyncOutcome:
    reporting = state.usage_reporting
    last_ack = reporting.last_ack if reporting is not None else None
    old_ack = before.usage_reporting.last_ack if before.usage_reporting is not None else None
    return SyncOutcome(
        needed=needed,
        requested=requested,
        acknowledged=requested and last_ack is not None and last_ack != old_ack,
        last_ack=last_ack,
        next_ack_deadline=reporting.next_ack_deadline if reporting is not None else None,
        last_report_push=reporting.last_report_push if reporting is not None else None,
        waited=waited,
        not_applicable=not_applicable,
    )


def _not_applicable(state: LicensingState) -> str | None:
    if state.model is not LicensingModel.SLP:
        return why_not_slp(state, None)
    if state.transport is not None and state.transport.type is TransportType.OFF:
        return "transport is off: usage reports go by file, with collect_usage_reports and import_files"
    return None
