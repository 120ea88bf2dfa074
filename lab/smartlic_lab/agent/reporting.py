"""Usage reporting: pushes, acknowledgements, deadlines and reminders of one product instance."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Final

from nornir_smartlic.model import CISCO_DEFAULT_POLICY, Policy
from smartlic_lab.agent import deadlines
from smartlic_lab.agent.deadlines import LicenseClass
from smartlic_lab.agent.transitions import step


class Reporting(Enum):
    """Where a usage report stands."""

    IDLE = "idle"
    PENDING = "pending"
    AWAITING_ACK = "awaiting ACK"


class ReportingTrigger(Enum):
    """What moves it."""

    DUE = "report due"
    SENT = "report sent"
    REFUSED = "report refused"
    ACKNOWLEDGED = "ACK received"
    GIVEN_UP = "ACK given up"


TRANSITIONS: Final = {
    (Reporting.IDLE, ReportingTrigger.DUE): Reporting.PENDING,
    (Reporting.PENDING, ReportingTrigger.DUE): Reporting.PENDING,
    (Reporting.AWAITING_ACK, ReportingTrigger.DUE): Reporting.PENDING,
    (Reporting.PENDING, ReportingTrigger.SENT): Reporting.AWAITING_ACK,
    (Reporting.IDLE, ReportingTrigger.SENT): Reporting.AWAITING_ACK,  # two pushes were on their way at once
    (Reporting.AWAITING_ACK, ReportingTrigger.SENT): Reporting.AWAITING_ACK,
    (Reporting.PENDING, ReportingTrigger.REFUSED): Reporting.IDLE,
    (Reporting.IDLE, ReportingTrigger.REFUSED): Reporting.IDLE,
    (Reporting.AWAITING_ACK, ReportingTrigger.REFUSED): Reporting.AWAITING_ACK,
    (Reporting.IDLE, ReportingTrigger.GIVEN_UP): Reporting.IDLE,
    (Reporting.AWAITING_ACK, ReportingTrigger.GIVEN_UP): Reporting.IDLE,
    (Reporting.PENDING, ReportingTrigger.GIVEN_UP): Reporting.PENDING,
    (Reporting.IDLE, ReportingTrigger.ACKNOWLEDGED): Reporting.IDLE,  # from a file
    (Reporting.PENDING, ReportingTrigger.ACKNOWLEDGED): Reporting.PENDING,  # from a file, or of an earlier push
    (Reporting.AWAITING_ACK, ReportingTrigger.ACKNOWLEDGED): Reporting.IDLE,
}

# How long before the deadline REPORTING_REQUIRED is logged. The ladder of IOS-XE is unverified (policy.md 3.5): the
# captures show an External Event 60 days before (5.10.3) and at the deadline itself (5.3.16).
REMINDERS: Final = tuple(timedelta(days=number) for number in (60, 30, 15, 10, 5, 4, 3, 2, 1, 0))

_LEADS: Final = REMINDERS[::-1]

# After trust is established the first report follows by itself. Source: 36 s in
# show-license-all/genie-c9350-stack3-agent6.3.10-smart-trustcode-type.txt and show-license-status/ntc4-....txt.
PUSH_AFTER_TRUST: Final = timedelta(seconds=36)


@dataclass(slots=True)
class UsageReports:
    """The reporting part of the licensing store."""

    policy: Policy = CISCO_DEFAULT_POLICY
    state: Reporting = Reporting.IDLE
    started: datetime | None = None  # T0: the first licence came in use
    deadline: datetime | None = None
    last_ack: datetime | None = None
    last_push: datetime | None = None
    next_push: datetime | None = None
    repeats: bool = False  # the next push brings again what did not get through: it closes no report
    period_began: datetime | None = None  # when the open reports last began together; None: with the first licence
    backlog: datetime | None = None  # when the rest of a long backlog is pushed
    last_file_write: datetime | None = None
    last_ack_issued: datetime | None = None  # by CSSM's clock, so that an old ACK changes nothing
    reminded: datetime | None = None  # the last reminder that was logged, or passed by

    def move(self, trigger: ReportingTrigger) -> None:
        """Take *trigger*; raises `IllegalEvent`."""
        self.state = step(TRANSITIONS, self.state, trigger)

    @property
    def acknowledged(self) -> bool:
        """State(4) of tech support, instead of State(2)."""
        return self.last_ack is not None

    # --- licences in use ---

    def license_added(self, license_class: LicenseClass, classes: frozenset[LicenseClass], now: datetime) -> None:
        """A licence came in use that was not before; *classes* are those in use with it."""
        if self.started is None:
            self.started = now
        if self.acknowledged:
            self.changed(classes, now)
            return
        span = deadlines.first_report_within(self.policy, [license_class])
        self._bring_forward(None if span is None else now + span)
        if self.next_push is None and span is not None:
            self.next_push = now + deadlines.FIRST_PUSH_DELAY

    def first_required(self, classes: frozenset[LicenseClass], now: datetime) -> None:
        """A new policy asks for a first report where the one before did not."""
        span = deadlines.first_report_within(self.policy, classes)
        if span is not None and self.deadline is None and not self.acknowledged:
            self.deadline = now + span
            self.next_push = self.next_push or now + deadlines.FIRST_PUSH_DELAY

    def changed(self, classes: frozenset[LicenseClass], now: datetime) -> None:
        """The usage that CSSM knows is no longer that of the device: report on change."""
        span = deadlines.report_change_within(self.policy, classes)
        if span is None or not self.acknowledged:
            return
        self._bring_forward(now + span)
        if self.next_push is None:
            self.next_push = now + min(span, deadlines.DEFAULT_PUSH_INTERVAL)  # when is unverified

    def _bring_forward(self, deadline: datetime | None) -> None:
        if deadline is not None and (self.deadline is None or deadline < self.deadline):
            self.deadline = deadline

    # --- the way of a report ---

    def sent(self, now: datetime, interval: timedelta | None) -> None:
        """A push was taken."""
        self.move(ReportingTrigger.SENT)
        self.last_push = now
        self.plan_push(interval, now)

    def plan_push(self, interval: timedelta | None, now: datetime) -> None:
        """What was to be pushed is; the next push is due when the period ends, be this one late or not."""
        self.repeats = False
        began = self.period_began or now
        self.next_push = None if interval is None else max(now, began + interval)

    def received_ack(self, classes: frozenset[LicenseClass], now: datetime, issued: datetime) -> None:
        """An ACK arrived, online or by file. One that CSSM issued before the last one moves nothing."""
        if self.last_ack_issued is not None and issued <= self.last_ack_issued:
            return
        self.move(ReportingTrigger.ACKNOWLEDGED)
        self.last_ack_issued = issued
        self.last_ack = now
        self.deadline = deadlines.deadline_after_ack(self.policy, classes, now)
        self.reminded = None

    def reschedule(self, interval: timedelta | None, now: datetime, *, before: timedelta | None = None) -> None:
        """The push interval may have changed, by policy, configuration, ACK or licences in use.

        A push that was due by the interval of *before*, and for no other reason, may come later now.
        """
        began = None if self.last_push is None else self.period_began or self.last_push
        regular = None if before is None or began is None else began + before
        if interval is not None and regular is not None and self.next_push == regular:
            self.next_push = None
        if interval is None:
            if self.acknowledged:
                self.next_push = None
        elif began is not None:
            self.next_push = min(self.next_push or began + interval, max(now, began + interval))

    def clock_changed(self, change: timedelta, now: datetime) -> None:
        """Pushes are as far ahead as before; a reminder that lies ahead now was not logged yet."""
        if self.next_push is not None:
            self.next_push += change
        if self.backlog is not None:
            self.backlog += change
        if self.period_began is not None:
            self.period_began += change
        if self.reminded is not None:
            self.reminded = min(self.reminded, now)

    # --- reminders ---

    def next_reminder(self, after: datetime) -> datetime | None:
        """When REPORTING_REQUIRED is next logged; ``None``: the deadline has passed, or there is none."""
        if self.deadline is None:
            return None
        if self.reminded is not None and self.reminded > after:
            after = self.reminded
        later = bisect_left(_LEADS, self.deadline - after)  # asked at every event
        return None if later == 0 else self.deadline - _LEADS[later - 1]

    def days_left(self, now: datetime) -> int | None:
        """Whole days until the deadline, 0 once it has passed; ``None``: there is none."""
        return None if self.deadline is None else max(0, (self.deadline - now).days)

    def is_overdue(self, now: datetime) -> bool:
        """Whether an ACK is required and the deadline has passed."""
        return self.policy.ack_required and self.deadline is not None and now >= self.deadline
