"""Errands to CSSM, CSLU or On-Prem: what goes out, what comes back, and what a failure leads to."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from nornir_smartlic.errors import IllegalEvent
from nornir_smartlic.model import TransportType
from smartlic_lab.agent import releases
from smartlic_lab.agent.communication import (
    DEFAULT_CSLU_URL,
    DEFAULT_PEER,
    DEFAULT_POLL_INTERVAL,
    HOME_DISABLED,
    HOME_NOT_SENT,
    NAME_NOT_RESOLVED,
    NO_REPLY,
    NO_TRANSPORT,
    PEERS,
    POLL_INTERVALS,
    Errand,
    Flight,
    NoticedFailure,
    Poll,
)
from smartlic_lab.agent.core import Core
from smartlic_lab.agent.events import CallHomeFailed, Send
from smartlic_lab.agent.reporting import ReportingTrigger
from smartlic_lab.agent.rum import USAGE_REQUESTED, Report, rum_report
from smartlic_lab.world.wire import AnswerStatus, Message, MessageKind, Reply

ONE_DAY: Final = timedelta(days=1)
REPORTS_IN_A_MESSAGE: Final = 100  # this bound and the pause are ours: no source shows how a backlog is sent
BACKLOG_PAUSE: Final = timedelta(seconds=10)
REFUSED_PUSH_RETRY: Final = ONE_DAY  # Source: "Send Utility RUM reports" lies a day ahead (policy.md 3.5)


def url_of(core: Core) -> str | None:
    """Where messages go by the configuration; ``None``: nowhere."""
    settings = core.settings
    match settings.transport:
        case TransportType.SMART:
            return settings.smart_url
        case TransportType.CALLHOME:
            return settings.callhome_url
        case TransportType.CSLU | TransportType.AUTOMATIC:
            return settings.cslu_url or DEFAULT_CSLU_URL
        case TransportType.OFF:
            return None


def _calls_home(core: Core) -> bool:
    return core.settings.transport is TransportType.CALLHOME


def peer_of(core: Core) -> str:
    """The far end's name in syslog."""
    return PEERS.get(core.settings.transport, DEFAULT_PEER)


# --- out ------------------------------------------------------------------------------------------------------------


def launch(core: Core, errand: Errand, now: datetime) -> None:
    """Start *errand*; over cslu with a hello first."""
    if core.settings.transport is TransportType.OFF:
        return
    if core.slp and core.settings.transport is TransportType.CSLU:
        _dispatch(core, MessageKind.HELLO, errand, {}, (), now)
    else:
        _dispatch_errand(core, errand, now)


def _dispatch_errand(core: Core, errand: Errand, now: datetime) -> None:
    if errand.kind is not MessageKind.USAGE_REPORTING:
        body = dict(errand.body)
        if errand.token is not None:
            body["token"] = errand.token.reveal()
        _dispatch(core, errand.kind, errand, body, (), now)
        return
    unreported = _unreported(core)[:REPORTS_IN_A_MESSAGE]
    if not unreported:
        nothing_to_report(core, now)
        return
    body = {"reports": [rum_report(report).as_json() for report in unreported]}
    _dispatch(core, errand.kind, errand, body, tuple(report.report_id for report in unreported), now)


def _unreported(core: Core) -> list[Report]:
    """What the far end does not have yet and is not on its way."""
    on_their_way = {number for flight in core.communication.flights.values() for number in flight.report_ids}
    return [report for report in core.store.reports.unreported() if report.report_id not in on_their_way]


def _dispatch(
    core: Core, kind: MessageKind, errand: Errand, body: Mapping[str, Any], report_ids: tuple[int, ...], now: datetime
) -> None:
    message = _message(core, kind, body, now)
    flight = Flight(message, errand, now, report_ids)
    url = url_of(core)
    if url is None:
        _fail(core, flight, None if _calls_home(core) else NO_TRANSPORT, now)
        return
    core.communication.flights[message.message_id] = flight
    core.store.history.sent(message, now)
    core.do(Send(message, url))


def _message(core: Core, kind: MessageKind, body: Mapping[str, Any], now: datetime) -> Message:
    core.store.message_id += 1
    return Message(
        kind=kind,
        message_id=core.store.message_id,
        udi=core.udi,
        members=core.udis,
        sent_at=now,
        hostname=None if core.settings.hostname_privacy else core.settings.hostname,
        software=core.profile.software_id,
        software_version=None if core.settings.version_privacy else core.profile.software_version,
        trust_id=core.proof,
        body=body,
    )


def push(core: Core, now: datetime, *, asked: bool = False) -> None:
    """Report usage now; *asked*: by a command, which wants the use of this moment.

    A push closes what is open, whether or not it then gets through, and its repetition closes nothing: reports begin
    and end at the same times where nobody answers. Source: Cisco defect CSCwa85199 (reports are made by the interval,
    and pile up without ACKs); after nine days and 205 failed attempts the open reports of show-license-tech-support/
    genie-c9300l-standalone-agent5.10.3.txt are the first ones (``Previous: 0``).
    """
    reporting = core.store.reporting
    if asked or not reporting.repeats:
        begin_period(core, now)
    reporting.repeats = True
    reporting.move(ReportingTrigger.DUE)
    launch(core, Errand(MessageKind.USAGE_REPORTING), now)


def begin_period(core: Core, now: datetime) -> None:
    """Close the open reports and begin new ones; the next period counts from here."""
    core.store.reporting.period_began = now
    core.store.reports.close(now, USAGE_REQUESTED, core.identity())
    if not releases.keeps_every_report(core.profile.release):
        core.store.reports.make_room()


def push_backlog(core: Core, now: datetime) -> None:
    """Report what did not fit into the message before; what is open stays open."""
    core.store.reporting.backlog = None
    core.store.reporting.move(ReportingTrigger.DUE)
    launch(core, Errand(MessageKind.USAGE_REPORTING), now)


def plan_backlog(core: Core, now: datetime) -> None:
    """A message was taken; the rest follows after a while."""
    core.store.reporting.backlog = now + BACKLOG_PAUSE if _unreported(core) else None


def nothing_to_report(core: Core, now: datetime) -> None:
    """A push that had nothing to carry is over."""
    reporting = core.store.reporting
    reporting.move(ReportingTrigger.REFUSED)
    reporting.plan_push(core.push_interval(), now)
    statistic = core.communication.statistic(MessageKind.USAGE_REPORTING)
    statistic.last_response, statistic.last_response_time = "NO DATA TO PROCESS", None


def is_reporting(core: Core) -> bool:
    """Whether a push is on its way or waits."""
    communication = core.communication
    if communication.is_idle:
        return False
    kinds = [
        *(flight.errand.kind for flight in communication.flights.values()),
        *(errand.kind for errand in communication.waiting),
        *(noticed.flight.errand.kind for noticed in communication.noticed),
    ]
    return MessageKind.USAGE_REPORTING in kinds


# --- back -----------------------------------------------------------------------------------------------------------


def arrive(core: Core, message: Message, reply: Reply, now: datetime) -> Flight:
    """The far end answered *message*: communication works. What follows from the answer is the caller's to do.

    Raises:
        IllegalEvent: *message* was not on its way.
    """
    flight = _landed(core, message)
    communication = core.communication
    kind = flight.message.kind
    counted_well = kind is MessageKind.RESULT_POLLING and reply.status is AnswerStatus.OK_TRY_AGAIN
    status = AnswerStatus.OK_POLL if counted_well else reply.status
    communication.statistic(kind).answered(status, reply.reason, now)
    core.store.history.received(flight.message, reply, now)
    if reply.status is not AnswerStatus.FAILED:
        core.store.history.log(now, "SAEVT_COMM_SUCCESS", message=kind.value, status=reply.status.value)
    if communication.delivered():
        core.log(5, "COMM_RESTORED", f"Communications with {peer_of(core)} restored")
        core.store.history.log(now, "SAEVT_COMM_RESTORED")
    return flight


def hello_answered(core: Core, flight: Flight, reply: Reply, waiting: list[Errand], now: datetime) -> None:
    """CSLU is there: what came behind the hello follows it, and what waits; or CSLU wants none of it today."""
    if reply.status is AnswerStatus.FAILED:
        for errand in (flight.errand, *waiting):
            core.communication.wait(errand)
        core.communication.retry = now + REFUSED_PUSH_RETRY
        return
    _dispatch_errand(core, flight.errand, now)
    follow(core, waiting, now)


def follow(core: Core, waiting: list[Errand], now: datetime) -> None:
    """Communication works: what waited is launched."""
    for errand in waiting:
        launch(core, errand, now)


def communication_failed(core: Core, message: Message, reason: str, now: datetime) -> None:
    """Nothing came back for *message*; raises `IllegalEvent` when it was not on its way.

    A name that cannot be resolved is noticed when the resolver gives up, a lost packet when its time is over.
    """
    flight = _landed(core, message)
    profile = core.profile
    timeouts = {NAME_NOT_RESOLVED: profile.resolver_timeout, NO_REPLY: profile.reply_timeout}
    noticed = flight.sent + timeouts.get(reason, timedelta(0))
    if now < noticed:
        core.communication.noticed.append(NoticedFailure(flight, reason, noticed))
    else:
        _fail(core, flight, reason, now)


def notice_failures(core: Core, now: datetime) -> None:
    """What `communication_failed` put off and is due."""
    communication = core.communication
    due = [noticed for noticed in communication.noticed if noticed.due <= now]
    communication.noticed = [noticed for noticed in communication.noticed if noticed.due > now]
    for noticed in due:
        _fail(core, noticed.flight, noticed.reason, now)


def retry(core: Core, now: datetime) -> None:
    """Try one of the waiting errands again; the others follow when it gets through.

    A push is not what is tried, a Trust Sync goes before it: in show-license-tech-support/genie-c9407r-ha-agent5.1.31-
    smart-proxy.txt each failed Usage Reporting has a failed Trust Sync ten seconds earlier.
    """
    communication = core.communication
    communication.retry = None
    if not communication.waiting:
        return
    light = [errand for errand in communication.waiting if errand.kind is not MessageKind.USAGE_REPORTING]
    if light:
        communication.waiting.remove(light[0])
        launch(core, light[0], now)
    elif core.settings.transport is TransportType.CSLU:  # a hello goes before it
        launch(core, communication.waiting.pop(0), now)
    else:
        launch(core, Errand(MessageKind.TRUST_SYNC), now)


def _landed(core: Core, message: Message) -> Flight:
    flight = core.communication.flights.pop(message.message_id, None)
    if flight is None:
        raise IllegalEvent(f"message {message.message_id} is not on its way")
    return flight


def _fail(core: Core, flight: Flight, reason: str | None, now: datetime) -> None:
    """A failure is noticed; no *reason*: call-home takes no licensing message."""
    communication = core.communication
    communication.statistic(flight.message.kind).unanswered(now)
    if core.settings.transport is TransportType.OFF:  # it was switched off meanwhile
        return
    communication.wait(flight.errand)
    if _calls_home(core):
        core.do(CallHomeFailed(flight.message, reason))
    if reason is None or _calls_home(core):
        reason = HOME_DISABLED if reason is None else HOME_NOT_SENT
    core.store.legacy.communication_failed(flight.errand.kind, reason, now)
    if communication.knows(flight, now):  # it was on its way with the one that failed just now
        return
    communication.failed(flight.sent, now, up_to=core.store.message_id)
    core.log(3, "COMM_FAILED", f"Communications failure with the {peer_of(core)} : {reason}")
    if flight.errand.kind is MessageKind.AUTHORIZATION_RENEWAL:  # Source: field notices on call-home's root certificate
        text = f"Authorization renewal with the {DEFAULT_PEER} : Communication message send error for udi {core.udi}"
        core.log(3, "AUTH_RENEW_FAILED", text)
    core.store.history.log(now, "SAEVT_COMM_FAIL", error=reason)


def poll_later(core: Core, kind: MessageKind, reply: Reply, report_ids: tuple[int, ...], now: datetime) -> None:
    """Ask for the answer later, by the id that the far end gave; reports are those whose ACK it is."""
    if reply.poll_id is None:
        return
    interval = reply.poll_interval or POLL_INTERVALS.get(core.settings.transport, DEFAULT_POLL_INTERVAL)
    core.store.polls.append(Poll(reply.poll_id, kind, now + interval, interval, report_ids))


def usage_polls(core: Core) -> list[Poll]:
    """The polls for ACKs of usage reports."""
    return [poll for poll in core.store.polls if poll.kind is MessageKind.USAGE_REPORTING]
