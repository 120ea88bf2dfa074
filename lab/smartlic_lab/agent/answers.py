"""What follows from an answer of CSSM, CSLU or On-Prem, by what was asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

from nornir_smartlic.model import TransportType
from smartlic_lab.agent import exchange, installation, legacy, releases
from smartlic_lab.agent.authorization import AuthorizationTrigger, Authorizing
from smartlic_lab.agent.communication import DEFAULT_POLL_INTERVAL, Errand, Flight
from smartlic_lab.agent.core import Core
from smartlic_lab.agent.reporting import ReportingTrigger
from smartlic_lab.agent.trust import Trust, TrustTrigger
from smartlic_lab.world.wire import AnswerStatus, Message, MessageKind, Reply


def receive(core: Core, message: Message, reply: Reply, now: datetime) -> None:
    """The far end answered *message*; raises `IllegalEvent` when it was not on its way."""
    flight = exchange.arrive(core, message, reply, now)
    waiting, core.communication.waiting = core.communication.waiting, []
    if message.kind is MessageKind.HELLO:
        exchange.hello_answered(core, flight, reply, waiting, now)
        return
    _take(core, message.kind, flight, reply, now)
    exchange.follow(core, waiting, now)


def _take(core: Core, kind: MessageKind, flight: Flight, reply: Reply, now: datetime) -> None:
    """Do what follows from an answer to a message of *kind*; some are counted, and that is all."""
    handler = _HANDLERS.get(kind)
    if handler is not None:
        handler(core, flight, reply, now)


def usage_answered(core: Core, flight: Flight, reply: Reply, now: datetime) -> None:
    """The far end took a push, or refused it."""
    store = core.store
    match reply.status:
        case AnswerStatus.FAILED | AnswerStatus.OK_TRY_AGAIN:
            store.reporting.move(ReportingTrigger.REFUSED)
            pause = exchange.REFUSED_PUSH_RETRY if reply.status is AnswerStatus.FAILED else DEFAULT_POLL_INTERVAL
            store.reporting.next_push = now + pause
            store.history.log(now, "SAEVT_UTILITY_RUM_FAIL", error=reply.reason or reply.status.value)
        case AnswerStatus.OK_POLL | AnswerStatus.OK:
            store.reports.pushed(flight.report_ids)
            store.reporting.sent(now, core.push_interval())
            exchange.plan_backlog(core, now)
            exchange.poll_later(core, MessageKind.USAGE_REPORTING, reply, flight.report_ids, now)
            installation.install_answer(core, reply.documents, now)


def poll_answered(core: Core, flight: Flight, reply: Reply, now: datetime) -> None:
    """The answer is ready, or not yet, or will not come."""
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
        _take(core, poll.kind, flight, reply, now)
        return
    installation.install_answer(core, reply.documents, now)
    store.reports.give_up(poll.report_ids)  # those that the ACK did not name
    if reply.status is AnswerStatus.FAILED:
        store.history.log(now, "SAEVT_UTILITY_RUM_FAIL", error=reply.reason or "poll failed")
        store.reporting.next_push, store.reporting.repeats = now + exchange.REFUSED_PUSH_RETRY, True
        if not exchange.usage_polls(core):
            store.reporting.move(ReportingTrigger.GIVEN_UP)
    elif releases.trusts_over_cslu(core.profile.release):
        ask_trust_over_cslu(core, now)


def ask_trust_over_cslu(core: Core, now: datetime) -> None:
    """CSLU and On-Prem give a trust code without a token: unverified (policy.md section 4), seen installed in 5.7.6."""
    trust = core.store.trust
    if core.settings.transport is not TransportType.CSLU or core.is_trusted:
        return
    if trust.state in (Trust.NONE, Trust.INSTALLED):  # installed: on members that are not active
        trust.move(TrustTrigger.REQUESTED if trust.state is Trust.NONE else TrustTrigger.FORCED)
        exchange.launch(core, Errand(MessageKind.TRUST_ESTABLISHMENT, {"force": False, "all": True}), now)


def trust_answered(core: Core, flight: Flight, reply: Reply, now: datetime) -> None:
    """Trust codes for a token, or the reason why not."""
    if reply.status is AnswerStatus.OK_POLL:
        exchange.poll_later(core, MessageKind.TRUST_ESTABLISHMENT, reply, (), now)
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
            text = f"The install of a new licensing trust code has failed on {core.udi}: {reason}."
            core.log(3, "TRUST_CODE_INSTALL_FAILED", text)


def sync_answered(core: Core, flight: Flight, reply: Reply, now: datetime) -> None:
    """What a sync brought: policy, accounts, maybe trust codes."""
    trust = core.store.trust
    if reply.status is AnswerStatus.OK:
        installation.install_answer(core, reply.documents, now)
    if flight.errand.renews_trust and trust.state is Trust.RENEWING:  # no code came with the answer
        trust.move(TrustTrigger.FAILED)
        trust.renewal_tried(now)


def authorization_answered(core: Core, flight: Flight, reply: Reply, now: datetime) -> None:
    """Authorization codes, or the reason why not."""
    if reply.status is AnswerStatus.OK_POLL:
        exchange.poll_later(core, MessageKind.AUTHORIZATION_REQUEST, reply, (), now)
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
        exchange.launch(core, Errand(MessageKind.AUTHORIZATION_CONFIRMATION, {"codes": confirmed}), now)


_HANDLERS: Final[Mapping[MessageKind, Callable[[Core, Flight, Reply, datetime], None]]] = {
    MessageKind.USAGE_REPORTING: usage_answered,
    MessageKind.RESULT_POLLING: poll_answered,
    MessageKind.TRUST_ESTABLISHMENT: trust_answered,
    MessageKind.TRUST_SYNC: sync_answered,
    MessageKind.AUTHORIZATION_REQUEST: authorization_answered,
    MessageKind.REGISTRATION: legacy.registration_answered,
    MessageKind.AUTHORIZATION_RENEWAL: legacy.renewal_answered,
}
