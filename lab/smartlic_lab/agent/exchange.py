"""Errands to CSSM, CSLU or On-Prem: what goes out, what comes back, and what a failure leads to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from nornir_smartlic.errors import IllegalEvent
from nornir_smartlic.model import TransportType
from smartlic_lab.agent import installation, legacy, releases
from smartlic_lab.agent.authorization import AuthorizationTrigger, Authorizing
from smartlic_lab.agent.communication import (
    DEFAULT_CALLHOME_URL,
    DEFAULT_CSLU_URL,
    DEFAULT_PEER,
    DEFAULT_POLL_INTERVAL,
    NAME_NOT_RESOLVED,
    NO_TRANSPORT,
    PEERS,
    POLL_INTERVALS,
    Errand,
    Flight,
    NoticedFailure,
    Poll,
)
from smartlic_lab.agent.core import Core
from smartlic_lab.agent.events import Send
from smartlic_lab.agent.reporting import ReportingTrigger
from smartlic_lab.agent.rum import USAGE_REQUESTED, rum_report
from smartlic_lab.agent.trust import Trust, TrustTrigger
from smartlic_lab.wire import AnswerStatus, Message, MessageKind, Reply

REFUSED_PUSH_RETRY: Final = timedelta(days=1)  # Source: "Send Utility RUM reports" lies a day ahead (policy.md 3.5)


def url_of(core: Core) -> str | None:
    """Where messages go by the configuration; ``None``: nowhere."""
    settings = core.settings
    match settings.transport:
        case TransportType.SMART:
            return settings.smart_url
        case TransportType.CALLHOME:
            return settings.callhome_url or DEFAULT_CALLHOME_URL
        case TransportType.CSLU | TransportType.AUTOMATIC:
            return settings.cslu_url or DEFAULT_CSLU_URL
        case TransportType.OFF:
            return None


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
    reports = core.store.reports
    if errand.closes_reports:
        reports.close(now, USAGE_REQUESTED, core.identity())
        errand.closes_reports = False
    on_their_way = {number for flight in core.communication.flights.values() for number in flight.report_ids}
    unreported = [report for report in reports.unreported() if report.report_id not in on_their_way]
    if not unreported:
        nothing_to_report(core, now)
        return
    body = {"reports": [rum_report(report).as_json() for report in unreported]}
    _dispatch(core, errand.kind, errand, body, tuple(report.report_id for report in unreported), now)


def _dispatch(
    core: Core, kind: MessageKind, errand: Errand, body: Mapping[str, Any], report_ids: tuple[int, ...], now: datetime
) -> None:
    message = _message(core, kind, body, now)
    flight = Flight(message, errand, now, report_ids)
    url = url_of(core)
    if url is None:
        _fail(core, flight, NO_TRANSPORT, now)
        return
    core.communication.flights[message.message_id] = flight
    core.store.history.sent(message, now)
    core.do(Send(message, url))


def _message(core: Core, kind: MessageKind, body: Mapping[str, Any], now: datetime) -> Message:
    core.store.message_id += 1
    trust = core.store.trust.codes.get(str(core.udi))
    return Message(
        kind=kind,
        message_id=core.store.message_id,
        udi=core.udi,
        members=core.udis,
        sent_at=now,
        hostname=None if core.settings.hostname_privacy else core.settings.hostname,
        software=core.profile.software_id,
        software_version=None if core.settings.version_privacy else core.profile.software_version,
        trust_id=trust.trust_id if trust is not None else core.store.legacy.certificate,
        body=body,
    )


def push(core: Core, now: datetime) -> None:
    """Report usage now."""
    core.store.reporting.move(ReportingTrigger.DUE)
    launch(core, Errand(MessageKind.USAGE_REPORTING), now)


def nothing_to_report(core: Core, now: datetime) -> None:
    """A push that had nothing to carry is over."""
    reporting = core.store.reporting
    reporting.move(ReportingTrigger.REFUSED)
    interval = core.push_interval()
    reporting.next_push = None if interval is None else now + interval
    statistic = core.communication.statistic(MessageKind.USAGE_REPORTING)
    statistic.last_response, statistic.last_response_time = "NO DATA TO PROCESS", None


def is_reporting(core: Core) -> bool:
    """Whether a push is on its way or waits."""
    communication = core.communication
    kinds = [
        *(flight.errand.kind for flight in communication.flights.values()),
        *(errand.kind for errand in communication.waiting),
        *(noticed.flight.errand.kind for noticed in communication.noticed),
    ]
    return MessageKind.USAGE_REPORTING in kinds


# --- back -----------------------------------------------------------------------------------------------------------


def receive(core: Core, message: Message, reply: Reply, now: datetime) -> None:
    """The far end answered *message*; raises `IllegalEvent` when it was not on its way."""
    flight = _landed(core, message)
    communication = core.communication
    kind = flight.message.kind
    counted_well = kind is MessageKind.RESULT_POLLING and reply.status is AnswerStatus.OK_TRY_AGAIN
    status = AnswerStatus.OK_POLL if counted_well else reply.status
    communication.statistic(kind).answered(status, reply.reason, now)
    core.store.history.received(flight.message, reply, now)
    if communication.delivered():
        core.log(5, "COMM_RESTORED", f"Communications with {peer_of(core)} restored")
        core.store.history.log(now, "SAEVT_COMM_RESTORED")
    if kind is MessageKind.HELLO:
        if reply.status is AnswerStatus.FAILED:
            communication.wait(flight.errand)
            communication.retry = now + REFUSED_PUSH_RETRY
            return
        _dispatch_errand(core, flight.errand, now)
    else:
        _ANSWERS[kind](core, flight, reply, now)
    waiting, communication.waiting = communication.waiting, []
    for errand in waiting:
        launch(core, errand, now)


def communication_failed(core: Core, message: Message, reason: str, now: datetime) -> None:
    """Nothing came back for *message*; raises `IllegalEvent` when it was not on its way.

    A name that cannot be resolved is noticed when the resolver gives up.
    """
    flight = _landed(core, message)
    noticed = flight.sent + core.profile.resolver_timeout
    if reason == NAME_NOT_RESOLVED and now < noticed:
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
    """Try one of the waiting errands again; the others follow when it gets through."""
    communication = core.communication
    communication.retry = None
    if communication.waiting:
        launch(core, communication.waiting.pop(0), now)


def _landed(core: Core, message: Message) -> Flight:
    flight = core.communication.flights.pop(message.message_id, None)
    if flight is None:
        raise IllegalEvent(f"message {message.message_id} is not on its way")
    return flight


def _fail(core: Core, flight: Flight, reason: str, now: datetime) -> None:
    communication = core.communication
    communication.statistic(flight.message.kind).unanswered(now)
    if core.settings.transport is TransportType.OFF:  # it was switched off meanwhile
        return
    communication.failed(flight.sent, now)
    communication.wait(flight.errand)
    core.log(3, "COMM_FAILED", f"Communications failure with the {peer_of(core)} : {reason}")
    core.store.history.log(now, "SAEVT_COMM_FAIL", error=reason)


# --- answers, by what was asked -------------------------------------------------------------------------------------


def _poll_later(core: Core, kind: MessageKind, reply: Reply, report_ids: tuple[int, ...], now: datetime) -> None:
    if reply.poll_id is None:
        return
    interval = reply.poll_interval or POLL_INTERVALS.get(core.settings.transport, DEFAULT_POLL_INTERVAL)
    core.store.polls.append(Poll(reply.poll_id, kind, now + interval, interval, report_ids))


def _usage_answered(core: Core, flight: Flight, reply: Reply, now: datetime) -> None:
    store = core.store
    match reply.status:
        case AnswerStatus.FAILED | AnswerStatus.OK_TRY_AGAIN:
            store.reporting.move(ReportingTrigger.REFUSED)
            pause = REFUSED_PUSH_RETRY if reply.status is AnswerStatus.FAILED else DEFAULT_POLL_INTERVAL
            store.reporting.next_push = now + pause
            store.history.log(now, "SAEVT_UTILITY_RUM_FAIL", error=reply.reason or reply.status.value)
        case AnswerStatus.OK_POLL | AnswerStatus.OK:
            store.reports.pushed(flight.report_ids)
            store.reporting.sent(now, core.push_interval())
            _poll_later(core, MessageKind.USAGE_REPORTING, reply, flight.report_ids, now)
            installation.install_answer(core, reply.documents, now)


def _poll_answered(core: Core, flight: Flight, reply: Reply, now: datetime) -> None:
    store = core.store
    number = flight.message.body["poll_id"]
    poll = next((poll for poll in store.polls if poll.poll_id == number), None)
    if poll is None:  # its ACK came by file meanwhile
        return
    if reply.status in (AnswerStatus.OK_POLL, AnswerStatus.OK_TRY_AGAIN):
        poll.due = now + (reply.poll_interval or poll.interval)
        return
    store.polls.remove(poll)
    if poll.kind is not MessageKind.USAGE_REPORTING:
        _ANSWERS[poll.kind](core, flight, reply, now)
        return
    installation.install_answer(core, reply.documents, now)
    store.reports.give_up(poll.report_ids)  # those that the ACK did not name
    if reply.status is AnswerStatus.FAILED:
        store.history.log(now, "SAEVT_UTILITY_RUM_FAIL", error=reply.reason or "poll failed")
        store.reporting.next_push = now + REFUSED_PUSH_RETRY
        if not usage_polls(core):
            store.reporting.move(ReportingTrigger.GIVEN_UP)
    elif releases.trusts_over_cslu(core.profile.release):
        ask_trust_over_cslu(core, now)


def usage_polls(core: Core) -> list[Poll]:
    """The polls for ACKs of usage reports."""
    return [poll for poll in core.store.polls if poll.kind is MessageKind.USAGE_REPORTING]


def ask_trust_over_cslu(core: Core, now: datetime) -> None:
    """CSLU and On-Prem give a trust code without a token: recalled (policy.md section 4), seen installed in 5.7.6."""
    trust = core.store.trust
    if core.settings.transport is TransportType.CSLU and trust.state is Trust.NONE:
        trust.move(TrustTrigger.REQUESTED)
        launch(core, Errand(MessageKind.TRUST_ESTABLISHMENT, {"force": False, "all": True}), now)


def _trust_answered(core: Core, flight: Flight, reply: Reply, now: datetime) -> None:
    if reply.status is AnswerStatus.OK_POLL:
        _poll_later(core, MessageKind.TRUST_ESTABLISHMENT, reply, (), now)
        return
    if reply.status is AnswerStatus.OK_TRY_AGAIN:
        core.communication.wait(flight.errand)
        core.communication.retry = now + DEFAULT_POLL_INTERVAL
        return
    trust = core.store.trust
    reason = reply.reason or "no trust code in the answer"
    if reply.status is AnswerStatus.OK:
        installation.install_answer(core, reply.documents, now)
    if trust.state in (Trust.ESTABLISHING, Trust.RENEWING):
        trust.move(TrustTrigger.FAILED)
        if flight.errand.token is not None:
            core.log(
                3,
                "TRUST_CODE_INSTALL_FAILED",
                f"The install of a new licensing trust code has failed on {core.udi}: {reason}.",
            )


def _sync_answered(core: Core, _flight: Flight, reply: Reply, now: datetime) -> None:
    trust = core.store.trust
    if reply.status is AnswerStatus.OK:
        installation.install_answer(core, reply.documents, now)
    if trust.state is Trust.RENEWING:  # no code came with the answer
        trust.move(TrustTrigger.FAILED)
        trust.renewal_tried(now)


def _authorization_answered(core: Core, flight: Flight, reply: Reply, now: datetime) -> None:
    if reply.status is AnswerStatus.OK_POLL:
        _poll_later(core, MessageKind.AUTHORIZATION_REQUEST, reply, (), now)
        return
    if reply.status is AnswerStatus.OK_TRY_AGAIN:
        core.communication.wait(flight.errand)
        core.communication.retry = now + DEFAULT_POLL_INTERVAL
        return
    authorizations = core.store.authorizations
    if reply.status is AnswerStatus.OK:
        installation.install_answer(core, reply.documents, now)
    request = authorizations.request
    if request is None:
        return
    authorizations.request = None
    confirmed = []
    for udi in request.udis:
        member = authorizations.of(udi)
        if member.state in (Authorizing.REQUESTED, Authorizing.REPLACING):  # no code came for it
            member.move(AuthorizationTrigger.REFUSED)
            reason = reply.reason or "no authorization code in the answer"
            text = f"The install of a new licensing authorization code has failed on {udi}: {reason}."
            core.log(3, "AUTHORIZATION_INSTALL_FAILED", text)
        else:
            confirmed.append({"udi": {"pid": udi.pid, "sn": udi.sn}, "confirmation_code": member.confirmation_code})
    if confirmed:
        launch(core, Errand(MessageKind.AUTHORIZATION_CONFIRMATION, {"codes": confirmed}), now)


def _nothing_follows(_core: Core, _flight: Flight, _reply: Reply, _now: datetime) -> None:
    """The answer is counted, and that is all."""


_ANSWERS: Final[Mapping[MessageKind, Callable[[Core, Flight, Reply, datetime], None]]] = {
    MessageKind.TRUST_ESTABLISHMENT: _trust_answered,
    MessageKind.TRUST_ACKNOWLEDGEMENT: _nothing_follows,
    MessageKind.USAGE_REPORTING: _usage_answered,
    MessageKind.RESULT_POLLING: _poll_answered,
    MessageKind.AUTHORIZATION_REQUEST: _authorization_answered,
    MessageKind.AUTHORIZATION_CONFIRMATION: _nothing_follows,
    MessageKind.AUTHORIZATION_RETURN: _nothing_follows,
    MessageKind.TRUST_SYNC: _sync_answered,
    MessageKind.TELEMETRY: _nothing_follows,
    MessageKind.REGISTRATION: lambda core, flight, reply, now: legacy.registration_answered(core, flight, reply, now),
    MessageKind.AUTHORIZATION_RENEWAL: lambda core, flight, reply, now: legacy.renewal_answered(
        core, flight, reply, now
    ),
}
