"""Report now, and wait for the acknowledgement."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from nornir_smartlic.errors import Refused
from nornir_smartlic.model import Instant, LicensingState, TransportType, UsageStatus
from nornir_smartlic.operations.conversation import Conversation, Exec
from nornir_smartlic.operations.licensing_log import read_log
from nornir_smartlic.operations.reading import read_state, why_not_ours
from nornir_smartlic.operations.refusals import remark
from nornir_smartlic.operations.results import SyncOutcome
from nornir_smartlic.operations.waiting import Expectation, Patience, ask_once, wait_for

SYNC_PATIENCE: Final = Patience(timedelta(minutes=10), longest=timedelta(seconds=20))
"""CSSM processes a report for minutes; the device asks for the ACK after 300 s. Source: reference/policy.md 3.4."""
_COMMAND: Final = "license smart sync all"


def sync_usage(*, commit: bool = True, patience: Patience = SYNC_PATIENCE) -> Conversation[SyncOutcome]:
    """Send a usage report and wait until CSSM acknowledged it.

    Raises:
        Refused: the report did not reach CSSM; ``reason`` is the device's.
        TimedOut: no acknowledgement in time. It may still come: the device goes on asking for it.
        StateUnknown: the session was lost, and whether the report went out is not known.
    """
    state = yield from read_state()
    reason = (yield from why_not_ours(state)) or _not_applicable(state)
    if reason is not None or not commit:
        return _outcome(state, requested=False, needed=reason is None, not_applicable=reason)
    log = yield from read_log()
    answer, lost = yield from ask_once(Exec(_COMMAND))
    if (said := remark(answer.text)) is not None:
        raise Refused("no report was sent", said, command=_COMMAND)
    before = _last_ack(state)
    expected = Expectation(
        "a new ACK",
        _COMMAND,
        lambda now: _last_ack(now) not in (None, before),
        statistic="Usage Reporting",
        lost=lost,
    )
    came = yield from wait_for(expected, log, patience)
    return _outcome(came.state, requested=True, waited=came.waited)


def _last_ack(state: LicensingState) -> Instant | None:
    return state.usage_reporting.last_ack if state.usage_reporting is not None else None


def _has_nothing_to_report(state: LicensingState) -> bool:
    """No licence in use, no report planned, and none left from before: no ACK would ever come."""
    reporting, summary = state.usage_reporting, state.report_summary
    in_use = any(line.status is UsageStatus.IN_USE for line in state.usage or ())
    left = summary is not None and (summary.available_to_report or summary.waiting_for_ack)
    return not in_use and not left and reporting is not None and not reporting.push_interval


def _outcome(
    state: LicensingState,
    *,
    requested: bool,
    needed: bool = True,
    waited: timedelta = timedelta(0),
    not_applicable: str | None = None,
) -> SyncOutcome:
    reporting = state.usage_reporting
    return SyncOutcome(
        needed=needed,
        requested=requested,
        acknowledged=requested,
        last_ack=_last_ack(state),
        next_ack_deadline=reporting.next_ack_deadline if reporting is not None else None,
        last_report_push=reporting.last_report_push if reporting is not None else None,
        waited=waited,
        not_applicable=not_applicable,
    )


def _not_applicable(state: LicensingState) -> str | None:
    if state.transport is not None and state.transport.type is TransportType.OFF:
        return "transport is off: usage reports go by file: 'smartlic reports'"
    if _has_nothing_to_report(state):
        return "nothing to report: no licence is in use, and the push interval is 0"
    return None
