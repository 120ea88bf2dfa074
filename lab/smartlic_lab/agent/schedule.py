"""What is due when: one list of alarms, for the ticks that time passes by, and the jobs that tech support shows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Final

from nornir_smartlic.model import ScheduledJob, TransportType
from smartlic_lab.agent import exchange, legacy, upgrade
from smartlic_lab.agent.communication import Errand
from smartlic_lab.agent.core import Core
from smartlic_lab.agent.deadlines import DEFAULT_PUSH_INTERVAL
from smartlic_lab.agent.releases import MEASUREMENT_INTERVAL, agent_number, stops_calls
from smartlic_lab.agent.trust import TrustTrigger
from smartlic_lab.world.wire import MessageKind

Job = Callable[[Core, datetime], None]

PERIOD: Final = DEFAULT_PUSH_INTERVAL  # how long a report is open where no push interval rules; unverified


def alarms(core: Core) -> Iterator[tuple[datetime, Job]]:
    """Everything that will be due, each with what then is done."""
    if core.booted is None:
        return
    if core.settles is not None:
        yield core.settles, _settle
    if not core.slp:
        yield from legacy.alarms(core)
        yield from _communication(core)
        return
    store, reporting = core.store, core.store.reporting
    yield from _communication(core)
    if core.settings.transport is not TransportType.OFF and core.communication.is_idle:
        for poll in store.polls:
            yield poll.due, _poll
    if core.settles is None and core.may_report() and not exchange.is_reporting(core):
        if reporting.next_push is not None:
            yield reporting.next_push, exchange.push
        if reporting.backlog is not None:
            yield reporting.backlog, exchange.push_backlog
    if core.settles is None and reporting.deadline is not None and reporting.policy.ack_required:
        since = reporting.reminded or core.booted
        reminder = reporting.next_reminder(since)
        if reminder is not None:
            yield reminder, _remind
        if core.profile.cube and stops_calls(core.profile.release) and not core.calls_stopped:
            yield reporting.deadline, _stop_calls
    began = store.reports.open_since()
    if began is not None and core.settles is None:
        yield (reporting.period_began or began) + (core.push_interval() or PERIOD), _rotate
    if store.trust.next_renewal is not None:
        yield store.trust.next_renewal, _renew_trust


def _communication(core: Core) -> Iterator[tuple[datetime, Job]]:
    communication = core.communication
    for noticed in communication.noticed:
        yield noticed.due, exchange.notice_failures
    if communication.retry is not None and communication.waiting:
        yield communication.retry, exchange.retry


def run_due(core: Core, now: datetime) -> datetime | None:
    """Do all that is due by *now*, in order of time; what is done makes other things due, at most once each.

    Gives back when something is next due, as `next_alarm` does.
    """
    done: set[tuple[datetime, Job]] = set()
    while True:
        ahead = list(alarms(core))
        due = [alarm for alarm in ahead if alarm[0] <= now and alarm not in done]
        if not due:
            return min((when for when, _job in ahead), default=None)
        alarm = min(due, key=lambda one: one[0])
        done.add(alarm)
        alarm[1](core, now)


def next_alarm(core: Core) -> datetime | None:
    """When something is next due; ``None``: not until an event."""
    return min((due for due, _job in alarms(core)), default=None)


# --- jobs -----------------------------------------------------------------------------------------------------------


def _settle(core: Core, now: datetime) -> None:
    """The boot is over: what is no longer in use has been reported by its absence, and the first reminder is logged.

    Source: syslog/c1117-17.6.4-boot-default-cslu.txt has REPORTING_REQUIRED right before the first attempt.
    """
    core.settles = None
    store = core.store
    if not core.slp:
        legacy.booted(core, now)
        return
    upgrade.settle(core, now)
    gone = [tag for tag in store.usage if tag not in core.usage or core.usage[tag].count == 0]
    for tag in gone:
        del store.usage[tag]
    if gone:
        store.reporting.changed(core.classes(), now)
    _remind(core, now)


def _remind(core: Core, now: datetime) -> None:
    reporting = core.store.reporting
    days = reporting.days_left(now)
    reporting.reminded = now
    if days is not None and reporting.policy.ack_required and not reporting.is_overdue(now - timedelta(seconds=1)):
        text = f"A Usage report acknowledgement will be required in {days} days."
        core.log(6, "REPORTING_REQUIRED", text)


def _poll(core: Core, now: datetime) -> None:
    for poll in core.store.polls:
        if poll.due <= now:
            poll.due = now + poll.interval
            exchange.launch(core, Errand(MessageKind.RESULT_POLLING, {"poll_id": poll.poll_id}), now)


def _rotate(core: Core, now: datetime) -> None:
    """A report ends with its period, also where nothing is pushed: transport off, none required, nobody answers."""
    exchange.begin_period(core, now)


def _stop_calls(core: Core, _now: datetime) -> None:
    core.stop_calls(True)


def _renew_trust(core: Core, now: datetime) -> None:
    trust = core.store.trust
    for udi in trust.expire(now):
        core.store.history.log(now, "SAEVT_TRUST_EXPIRED", udi=udi)
    if trust.installed:
        trust.renewal_tried(now)
        trust.move(TrustTrigger.RENEWAL_DUE)
        exchange.launch(core, Errand(MessageKind.TRUST_SYNC, renews_trust=True), now)


# --- what tech support shows ----------------------------------------------------------------------------------------

# Offsets from the boot, in the tech-support captures of agents 6.0.1 and 6.3.7 (reference/policy.md section 3.5).
_DAILY: Final = timedelta(seconds=2)
_AUTHORIZATION_RENEWAL: Final = timedelta(seconds=104)
_PROCESS_REPORTS: Final = timedelta(seconds=50)
_SEND_REPORTS: Final = timedelta(seconds=120)
_MEASURE: Final = timedelta(seconds=228)
_SAVE: Final = timedelta(seconds=259)
_DAY: Final = timedelta(days=1)
_HOUR: Final = timedelta(hours=1)


def jobs(core: Core, now: datetime) -> tuple[ScheduledJob, ...]:
    """``Upcoming Scheduled Jobs``; jobs of a fixed rhythm are computed, they do nothing that is not computed too."""
    booted = core.booted or now
    if not core.slp:
        timed = (("Daily", _next(booted + _DAILY, _DAY, now)), ("Init Flag Check", None), *legacy.jobs(core))
        ahead = ((name, due if due is not None and due > now else None) for name, due in timed)
        return tuple(ScheduledJob(name, due, None if due is None else due - now) for name, due in ahead)
    agent = agent_number(core.profile.agent_version)
    reporting = core.store.reporting
    push = reporting.next_push if reporting.next_push is not None and reporting.next_push > now else None
    if push is None and core.push_interval() is not None:
        push = _next(booted + _SEND_REPORTS, _DAY, now)
    measure = _next(booted + _MEASURE, MEASUREMENT_INTERVAL, now)
    expired = None
    trusted, connected = core.store.trust.installed, reporting.last_push is not None
    listed: list[tuple[str, datetime | None, bool]] = [  # name, when, whether it is printed
        ("Daily", _next(booted + _DAILY, _DAY, now), True),
        ("Authorization Renewal", _next(booted + _AUTHORIZATION_RENEWAL, _DAY, now), agent < (5, 8)),
        ("Init Flag Check", expired, True),
        ("Register Period Expiration Check", expired, trusted and agent < (5, 8)),
        ("Ack Expiration Check", expired, trusted and agent < (5, 1, 30)),
        ("Reservation configuration mismatch between nodes in HA mode", expired, True),
        ("Retrieve data processing result", _next_poll(core, now), connected),
        ("Start Utility Measurements", measure, True),
        ("Send Utility RUM reports", push, True),
        ("Save unreported RUM Reports", _next(booted + _SAVE, _HOUR, now), True),
        ("Process Utility RUM reports", _next(booted + _PROCESS_REPORTS, _DAY, now), True),
        ("Telemetry Reporting", expired, trusted and agent >= (5, 7)),
        ("Authorization Code Process", expired, trusted and agent >= (5, 7)),
        ("Data Synchronization", core.communication.retry, True),  # an hour after the last failure in 5.9.4, 5.10.3
        ("External Event", reporting.next_reminder(now), True),
        ("Operational Model", expired, True),
    ]
    return tuple(ScheduledJob(name, due, None if due is None else due - now) for name, due, exists in listed if exists)


def _next_poll(core: Core, now: datetime) -> datetime | None:
    return min((poll.due for poll in core.store.polls if poll.due > now), default=None)


def _next(first: datetime, every: timedelta, now: datetime) -> datetime:
    """The first moment after *now* of a rhythm that began at *first*."""
    return first if first > now else first + every * ((now - first) // every + 1)
