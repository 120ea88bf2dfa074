"""What CSSM answers to a device: one function per kind of message of `smartlic_lab.world.wire`, in a table."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, TypeAlias, TypeGuard

from nornir_smartlic.files import Document, render_smart_license
from smartlic_lab.authority import authorizations, registrations, reports, trust
from smartlic_lab.authority.bodies import count_in, member_objects, reports_in, text_in
from smartlic_lab.authority.errors import Refusal
from smartlic_lab.authority.intake import Incoming
from smartlic_lab.authority.models import MAX_TEXT, SubmissionStatus, VirtualAccount
from smartlic_lab.authority.work import Work
from smartlic_lab.world.wire import AnswerStatus, Message, MessageKind, Reply

POLL_INTERVAL: Final = timedelta(seconds=300)
"""Source: reference/policy.md section 3.4, smart transport."""

PATHS: Final = frozenset({"/licservice/license", "/its/service/oddce/services/DDCEService"})
"""Where devices reach CSSM: smart and call-home. Source: reference/reports.md section 6."""


@dataclass(frozen=True, slots=True)
class Receiver:
    """How a message is taken: what the authority is set to."""

    processing_time: timedelta
    polls_are_slow: bool = False


Handler: TypeAlias = Callable[[Work, Message, Receiver], Reply]


def answer(work: Work, message: Message, receiver: Receiver) -> Reply:
    """The reply to *message*. Raises `Refusal`, whose text is the reason of FAILED: then nothing of *work* is kept."""
    handler = HANDLERS.get(message.kind)
    if handler is None or not isinstance(message.body, dict):
        raise Refusal(f"{message.kind.value} is not supported here")
    if any(len(part) > MAX_TEXT for udi in (message.udi, *message.members) for part in (udi.pid, udi.sn)):
        raise Refusal(f"a UDI is longer than {MAX_TEXT} characters")
    return handler(work, message, receiver)


def failed(message: Message, reason: str) -> Reply:
    """FAILED, with its reason."""
    return Reply(AnswerStatus.FAILED, message.message_id, reason=reason)


def ok(message: Message, documents: Iterable[Document] = (), body: Mapping[str, Any] | None = None) -> Reply:
    """OK, with documents to import."""
    listed = list(documents)
    texts = (render_smart_license(listed),) if listed else ()
    return Reply(AnswerStatus.OK, message.message_id, documents=texts, body=body or {})


def _hello(_work: Work, message: Message, _receiver: Receiver) -> Reply:
    return ok(message)


def _establish_trust(work: Work, message: Message, _receiver: Receiver) -> Reply:
    return ok(message, trust.establish_trust(work, message))


def _acknowledge_trust(work: Work, message: Message, _receiver: Receiver) -> Reply:
    trust.trusted_instance(work, message)
    return ok(message)


def _sync_trust(work: Work, message: Message, _receiver: Receiver) -> Reply:
    instance = trust.introduced_instance(work, message)
    return ok(message, trust.sync_trust(work, instance, message))


def _report_usage(work: Work, message: Message, receiver: Receiver) -> Reply:
    sender = trust.trusted_sender(work, message)
    incoming = [Incoming(report, message.hostname) for report in reports_in(message)]
    submission = reports.submit_own(work, sender, incoming, processing_time=receiver.processing_time)
    if submission.refusal is not None:
        return failed(message, submission.refusal)
    return Reply(AnswerStatus.OK_POLL, message.message_id, poll_id=submission.id, poll_interval=POLL_INTERVAL)


def _poll(work: Work, message: Message, receiver: Receiver) -> Reply:
    sender = trust.trusted_sender(work, message)
    poll_id = message.body.get("poll_id")
    status = reports.status_for(work, poll_id, sender) if _is_number(poll_id) else None
    if status is None or poll_id is None:
        return failed(message, f"there is nothing to poll with id {poll_id}")
    if status is SubmissionStatus.PROCESSING or receiver.polls_are_slow:
        return Reply(AnswerStatus.OK_TRY_AGAIN, message.message_id, poll_id=poll_id, poll_interval=POLL_INTERVAL)
    found = reports.acknowledgements_for(work, poll_id, sender)
    return Reply(AnswerStatus.OK, message.message_id, documents=tuple(one.document for one in found))


def _telemetry(work: Work, message: Message, _receiver: Receiver) -> Reply:
    trust.trusted_sender(work, message)
    return ok(message)


def _request_authorization(work: Work, message: Message, _receiver: Receiver) -> Reply:
    instance = trust.introduced_instance(work, message)
    return ok(message, authorize_message(work, instance.virtual_account, message))


def authorize_message(work: Work, home: VirtualAccount, message: Message) -> Sequence[Document]:
    """The codes that a device's message asks for; raises `Refusal`."""
    wanted = [
        authorizations.Wanted(udi, text_in(key, "tag"), count_in(key, "count"))
        for udi, key in member_objects(message, "keys")
    ]
    return authorizations.authorize(work, home, wanted, replace=message.body.get("action") == "replace")


def _confirm_authorization(work: Work, message: Message, _receiver: Receiver) -> Reply:
    trust.introduced_instance(work, message)
    for udi, code in member_objects(message, "codes"):
        authorizations.confirm(work, udi, code.get("confirmation_code") and text_in(code, "confirmation_code"))
    return ok(message)


def _return_authorization(work: Work, message: Message, _receiver: Receiver) -> Reply:
    trust.introduced_instance(work, message)
    for udi, code in member_objects(message, "codes"):
        authorizations.return_code(work, udi, text_in(code, "return_code"))
    return ok(message)


def _register(work: Work, message: Message, _receiver: Receiver) -> Reply:
    return ok(message, body=registrations.register(work, message))


def _renew_authorization(work: Work, message: Message, _receiver: Receiver) -> Reply:
    return ok(message, body=registrations.renew_authorization(work, message))


HANDLERS: Final[Mapping[MessageKind, Handler]] = {
    MessageKind.HELLO: _hello,
    MessageKind.TRUST_ESTABLISHMENT: _establish_trust,
    MessageKind.TRUST_ACKNOWLEDGEMENT: _acknowledge_trust,
    MessageKind.TRUST_SYNC: _sync_trust,
    MessageKind.USAGE_REPORTING: _report_usage,
    MessageKind.RESULT_POLLING: _poll,
    MessageKind.TELEMETRY: _telemetry,
    MessageKind.AUTHORIZATION_REQUEST: _request_authorization,
    MessageKind.AUTHORIZATION_CONFIRMATION: _confirm_authorization,
    MessageKind.AUTHORIZATION_RETURN: _return_authorization,
    MessageKind.REGISTRATION: _register,
    MessageKind.AUTHORIZATION_RENEWAL: _renew_authorization,
}


def _is_number(raw: object) -> TypeGuard[int]:
    return isinstance(raw, int) and not isinstance(raw, bool) and 0 <= raw < 2**31
