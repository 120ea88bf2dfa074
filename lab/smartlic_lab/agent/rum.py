"""RUM reports: opened for each licence in use, measured, closed, signed, pushed, acknowledged, purged.

Measurements are computed from the times at which the count changed; nothing is ticked every 15 minutes.
Source: reference/reports.md section 1.2, reference/policy.md section 3.6.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import Enum
from typing import Any, Final

from nornir_smartlic.files import RumReport, samples, sign
from nornir_smartlic.model import (
    Entitlement,
    Member,
    RumReportDetail,
    RumReportLine,
    RumReportState,
    Udi,
    UsageReportSummary,
)
from smartlic_lab.agent.transitions import step
from smartlic_lab.world.signing import report_key


class ReportTrigger(Enum):
    """What happens to a report."""

    CLOSED = "closed"
    PUSHED = "pushed"
    GIVEN_UP = "ACK given up"
    ACKNOWLEDGED = "acknowledged"
    PURGED = "purged"


TRANSITIONS: Final = {
    (RumReportState.OPEN, ReportTrigger.CLOSED): RumReportState.CLOSED,
    (RumReportState.CLOSED, ReportTrigger.PUSHED): RumReportState.UNACK,
    (RumReportState.UNACK, ReportTrigger.GIVEN_UP): RumReportState.CLOSED,  # it is sent again
    (RumReportState.CLOSED, ReportTrigger.ACKNOWLEDGED): RumReportState.ACK,  # by file
    (RumReportState.UNACK, ReportTrigger.ACKNOWLEDGED): RumReportState.ACK,
    (RumReportState.ACK, ReportTrigger.PURGED): RumReportState.DELETED,
    (RumReportState.CLOSED, ReportTrigger.PURGED): RumReportState.DELETED,  # there are too many
}

USAGE_REQUESTED: Final = "CurrentUsageRequested"  # save usage, or a push
RELOADED: Final = "ProductReload"

# How many reports are kept; both numbers are unverified. Agents print SmartAgentTelemetryRumReportMax: 600.
KEPT_ACKNOWLEDGED: Final = 20
KEPT_UNREPORTED: Final = 600


@dataclass(slots=True)
class Span:
    """One measurement; ``end`` is ``None`` while it goes on.

    A change of the clock begins another one, that starts where the clock stood before and notes the change; so the time
    that was measured is that between start and end, less the change, and no measurement ends before it starts.
    Source: the third measurement of rum-report-file/xavier-c9800cl-17.9.2-rum-v2.
    """

    start: datetime
    count: int
    end: datetime | None = None
    clock_change: timedelta = timedelta(0)
    joined: tuple[Udi, ...] | None = None  # access points that came with this measurement; None: nothing changed
    left: tuple[Udi, ...] = ()

    def has_measured(self, now: datetime) -> bool:
        """Whether time has passed in it."""
        return now > self.start + self.clock_change

    def ended(self, now: datetime, count: int) -> Span:
        """End it; gives back the one that follows."""
        self.end = max(now, self.start)
        return Span(self.end, count, clock_change=now - self.end)


@dataclass(frozen=True, slots=True)
class Identity:
    """Who reports, as it was when the report was closed."""

    software_id: str
    software_version: str | None  # None: kept out by privacy
    members: tuple[Member, ...]
    version_2: bool
    names_instance: bool
    utility: bool = False

    @property
    def udi(self) -> Udi:
        """The active member."""
        return self.members[0].udi


@dataclass(slots=True)
class Report:
    """One report. ``payload`` is written once, when it is first needed after closing, and never again."""

    report_id: int
    entitlement: Entitlement
    udi: Udi
    spans: list[Span]
    state: RumReportState = RumReportState.OPEN
    previous_id: int | None = None
    next_id: int | None = None
    close_reason: str | None = None
    identity: Identity | None = None
    payload: str | None = None
    stored: bool = True
    signed: RumReport | None = field(default=None, repr=False, compare=False)  # made of payload, not stored

    @property
    def start(self) -> datetime:
        """When measuring began."""
        return self.spans[0].start

    @property
    def end(self) -> datetime | None:
        """When measuring ended; ``None``: it goes on."""
        return self.spans[-1].end

    def has_measured(self, now: datetime) -> bool:
        """Whether there is anything in it yet."""
        return len(self.spans) > 1 or self.end is not None or self.spans[0].has_measured(now)

    def move(self, trigger: ReportTrigger) -> None:
        """Take *trigger*; raises `IllegalEvent`."""
        self.state = step(TRANSITIONS, self.state, trigger)


@dataclass(slots=True)
class RumReports:
    """All reports of a device, in the order of their ids; ``open_ids`` has a tag's open report."""

    reports: dict[int, Report] = field(default_factory=dict)
    open_ids: dict[str, int] = field(default_factory=dict)
    last_ids: dict[str, int] = field(default_factory=dict)
    next_id: int | None = None  # None: no report yet
    total: int = 0
    acknowledged: int = 0
    purged: int = 0
    dropped: int = 0  # of the purged ones, those that were not acknowledged

    # --- opening and measuring ---

    def open_since(self) -> datetime | None:
        """When the oldest open report began, by the clock as it is since; ``None``: there is none."""
        first = (self.reports[number].spans[0] for number in self.open_ids.values())
        return min((span.start + span.clock_change for span in first), default=None)

    def open(self, entitlement: Entitlement, span: Span, udi: Udi) -> None:
        """Begin to measure a licence. The first id is the epoch of its creation. Source: reports.md section 1.2."""
        number = int(span.start.timestamp()) if self.next_id is None else self.next_id
        self.next_id = number + 1
        previous = self.last_ids.get(entitlement.tag)
        self.reports[number] = Report(number, entitlement, udi, [span], previous_id=previous)
        if previous in self.reports:
            self.reports[previous].next_id = number
        self.open_ids[entitlement.tag] = self.last_ids[entitlement.tag] = number
        self.total += 1

    def measure(
        self, tag: str, count: int, now: datetime, joined: tuple[Udi, ...] | None = None, left: tuple[Udi, ...] = ()
    ) -> None:
        """The count changed: one measurement ends, the next begins, in the same report."""
        report = self.reports[self.open_ids[tag]]
        last = report.spans[-1]
        if last.has_measured(now):
            following = last.ended(now, count)
            following.joined, following.left = joined, left
            report.spans.append(following)
            return
        last.count = count
        if joined is not None:  # twice at this moment: both changes are reported, and what came and went is in neither
            came, gone = (*(last.joined or ()), *joined), (*last.left, *left)
            last.joined = tuple(udi for udi in came if udi not in gone)
            last.left = tuple(udi for udi in gone if udi not in came)

    def clock_changed(self, change: timedelta, now: datetime) -> None:
        """The clock jumped by *change* to *now*."""
        before = now - change
        for number in self.open_ids.values():
            report = self.reports[number]
            last = report.spans[-1]
            if last.has_measured(before):
                last = last.ended(before, last.count)
                report.spans.append(last)
            last.clock_change += change

    # --- closing ---

    def close(
        self,
        now: datetime,
        reason: str,
        identity: Identity,
        tags: Iterable[str] | None = None,
        new_udi: Udi | None = None,
    ) -> None:
        """Close the open reports of *tags* (``None``: all) and begin new ones for what is still in use.

        A report that has measured nothing yet stays open. *new_udi*: who reports from now on, if another.
        """
        for tag in list(self.open_ids) if tags is None else list(tags):
            report = self.reports[self.open_ids[tag]]
            if not report.has_measured(now):
                report.udi = new_udi or report.udi
                continue
            last = report.spans[-1]
            changed_now = not last.has_measured(now)  # then the new report has it
            following = report.spans.pop() if changed_now else last.ended(now, last.count)
            report.close_reason, report.identity = reason, identity
            report.move(ReportTrigger.CLOSED)
            del self.open_ids[tag]
            if last.count > 0:
                self.open(report.entitlement, following, new_udi or identity.udi)

    def stop(self, now: datetime, reason: str, identity: Identity) -> None:
        """Close all open reports and begin none: the device goes down."""
        self.close(now, reason, identity)
        for number in sorted(self.open_ids.values(), reverse=True):
            self._forget(number)
        self.open_ids.clear()

    def _forget(self, number: int) -> None:
        # Opened at the moment of closing, it has measured nothing: it never was, and its id is free again.
        report = self.reports.pop(number)
        self.total -= 1
        if self.next_id == number + 1:
            self.next_id = number
        tag = report.entitlement.tag
        if report.previous_id is None:
            del self.last_ids[tag]
        else:
            self.last_ids[tag] = report.previous_id
            if report.previous_id in self.reports:
                self.reports[report.previous_id].next_id = None

    # --- the way of a report ---

    def unreported(self) -> tuple[Report, ...]:
        """Closed and not yet taken by the far end."""
        return tuple(report for report in self.reports.values() if report.state is RumReportState.CLOSED)

    def in_storage(self) -> tuple[Report, ...]:
        """Closed, and their payload is still there."""
        return tuple(r for r in self.reports.values() if r.state is not RumReportState.OPEN and r.stored)

    def pushed(self, ids: Iterable[int]) -> None:
        """The far end took these reports."""
        for number in ids:
            report = self.reports.get(number)
            if report is not None and report.state is RumReportState.CLOSED:
                report.move(ReportTrigger.PUSHED)

    def give_up(self, ids: Iterable[int]) -> None:
        """Their ACK does not come: they are reported again."""
        for number in ids:
            report = self.reports.get(number)
            if report is not None and report.state is RumReportState.UNACK:
                report.move(ReportTrigger.GIVEN_UP)

    def acknowledge(self, ids: Iterable[int], *, keep_all: bool) -> int:
        """CSSM has these reports; how many of them were not acknowledged before. *keep_all*: FN72578."""
        fresh = 0
        for number in ids:
            report = self.reports.get(number)
            if report is None or report.state not in (RumReportState.CLOSED, RumReportState.UNACK):
                continue
            report.move(ReportTrigger.ACKNOWLEDGED)
            report.stored = keep_all
            report.signed = None
            fresh += 1
        self.acknowledged += fresh
        if not keep_all:
            self._purge()
        return fresh

    def make_room(self) -> None:
        """The oldest reports that nobody took make way; this is how a real device loses usage (5.9.4: 1204 purged)."""
        closed = [number for number, report in self.reports.items() if report.state is RumReportState.CLOSED]
        for number in closed[: max(0, len(closed) - KEPT_UNREPORTED)]:
            self.reports.pop(number).move(ReportTrigger.PURGED)
            self.purged += 1
            self.dropped += 1

    def _purge(self) -> None:
        done = [number for number, report in self.reports.items() if report.state is RumReportState.ACK]
        for number in done[: max(0, len(done) - KEPT_ACKNOWLEDGED)]:
            self.reports.pop(number).move(ReportTrigger.PURGED)
            self.purged += 1

    # --- what is shown ---

    def summary(self) -> UsageReportSummary:
        """``Usage Report Summary:``. Source: how the numbers relate is computed from the tech-support captures."""
        states = [report.state for report in self.reports.values()]
        collecting = states.count(RumReportState.OPEN)
        waiting = states.count(RumReportState.UNACK)
        available = states.count(RumReportState.CLOSED) + collecting
        return UsageReportSummary(
            total=self.total,
            purged=self.purged,
            acknowledged=self.acknowledged,
            waiting_for_ack=waiting,
            available_to_report=available,
            collecting_data=collecting,
            purged_bracket=self.purged,
            waiting_for_ack_bracket=available + waiting,
            maximum_display=len(states),
            in_storage=sum(report.stored for report in self.reports.values()),
            mia=0,
            mia_bracket=0,
            module_status="Ready",
        )

    def lines(self) -> tuple[RumReportLine, ...]:
        """``show license rum id all``."""
        return tuple(RumReportLine(r.report_id, r.state, "N", r.entitlement.name) for r in self.reports.values())


CHANGE_REASONS: Final = {
    RumReportState.OPEN: None,
    RumReportState.CLOSED: "REPORTING",
    RumReportState.UNACK: "REPORTING",
    RumReportState.ACK: "ACKED",
}


def detail(report: Report) -> RumReportDetail:
    """``show license rum id N detail``. Source: show-license-rum-id-detail/genie-c9300-entitlement-acked.txt."""
    return RumReportDetail(
        report_id=report.report_id,
        metric_name="ENTITLEMENT",
        feature_name=report.entitlement.name,
        metric_value=report.entitlement.tag,
        udi=report.udi,
        previous_report_id=report.previous_id,
        next_report_id=report.next_id,
        state=report.state,
        change_reason=CHANGE_REASONS[report.state],
        start=report.start,
        end=report.end,
        storage_state="EXIST" if report.stored else "DELETED",
        transaction_id=0,
        transaction_message=None,
    )


def rum_report(report: Report) -> RumReport:
    """The signed report of a closed one; its text is made once and kept."""
    identity = report.identity
    if identity is None:
        raise ValueError(f"report {report.report_id} is open")
    if report.signed is not None:
        return report.signed
    if report.payload is None:
        report.payload = _payload(report, identity)
    signature = {
        "sudi": _sudi(report.udi),
        "signing_type": "builtin",
        "key": identity.software_id,
        "value": sign(report.payload, report_key(identity.software_id, report.udi)),
    }
    report.signed = RumReport(report.payload, {"type": "rum"}, signature)
    return report.signed


def payload_so_far(report: Report, identity: Identity, now: datetime) -> str | None:
    """The signed text of a report, of an open one up to *now*; ``None``: it is not stored any more.

    Source: rum-report-file/xavier-c9800cl-test-license-smart-rum-show, where report 1671840757 is OPEN.
    """
    if not report.stored:
        return None
    if report.identity is not None:
        return rum_report(report).payload
    last = report.spans[-1]
    return _payload(replace(report, spans=[*report.spans[:-1], replace(last, end=max(now, last.start))]), identity)


_compact: Final = json.JSONEncoder(separators=(",", ":")).encode


def _payload(report: Report, identity: Identity) -> str:
    instance: dict[str, Any] = {"sudi": _sudi(report.udi)}
    if identity.names_instance:
        instance["product_instance_identifier"] = ""
    asset: dict[str, Any] = {"asset": {"name": identity.software_id}, "instance": instance}
    meta: dict[str, Any] = {"entitlement_tag": report.entitlement.tag}
    if identity.version_2:
        asset = {"report_id": report.report_id, **asset}
        meta["utility_enabled"] = identity.utility
    else:
        meta["report_id"] = report.report_id
    if identity.software_version is not None:
        meta["software_version"] = identity.software_version
    meta["ha_udi"] = [{"role": member.role.value, "sudi": _sudi(member.udi)} for member in identity.members]
    parts = [
        _compact(asset),
        _compact(meta),
        _compact(_measurements(report, lists=identity.version_2)),
    ]  # each is written once
    inner = sign(f"[{','.join(parts)}]", report_key(identity.software_id, report.udi))
    signature = _compact({"signing_type": "builtin", "key": identity.software_id, "value": inner})
    version = '"version":"2.0",' if identity.version_2 else ""
    return (
        f'{{{version}"asset_identification":{parts[0]},"signature":{signature},'
        f'"meta":{parts[1]},"measurements":{parts[2]}}}'
    )


def _measurements(report: Report, *, lists: bool) -> list[dict[str, Any]]:
    """*lists*: whether the serial numbers of access points stand in them. Source: rum-report-file/xavier-c9800cl."""
    made = []
    start = int(report.start.timestamp())
    for number, span in enumerate(report.spans, 1):
        assert span.end is not None  # closed reports have no open span
        end = int(span.end.timestamp())
        meta: dict[str, Any] = {}
        if span.joined is not None and lists:
            meta["removed_sudi_list"] = [_sudi(udi) for udi in span.left]
            meta["added_sudi_list"] = [_sudi(udi) for udi in span.joined]
        if span.clock_change:
            meta["clock_change_delta"] = str(int(span.clock_change.total_seconds()))
        if number == len(report.spans) and report.close_reason is not None:
            meta["termination_reason"] = meta["close_reason"] = report.close_reason
        made.append(
            {
                "log_time": start + int(span.clock_change.total_seconds()),
                "metric_name": "ENTITLEMENT",
                "start_time": start,
                "end_time": end,
                "sample_interval": end - start,
                "num_samples": samples(timedelta(seconds=end - start), span.clock_change),
                "meta": meta,
                "value": {"type": "COUNT", "value": str(span.count)},
            }
        )
        start = end
    return made


def _sudi(udi: Udi) -> dict[str, str]:
    return {"udi_pid": udi.pid, "udi_serial_number": udi.sn}
