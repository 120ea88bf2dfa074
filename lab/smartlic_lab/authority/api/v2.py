"""Version 2: accounts by number, usage reports, polling. Source: reference/reports.md section 7.3.

A business refusal has HTTP status 200 and ``"status": "FAILED"`` (the HTTP status is unverified, the body is seen).
"""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from typing import Annotated, Any, Final, Literal

from pydantic import Field, JsonValue
from sqlalchemy import select

from nornir_smartlic.errors import FileRejected
from nornir_smartlic.files import render_smart_license, report_of
from nornir_smartlic.model import Udi
from smartlic_lab.authority import accounts, authorizations, reports, trust
from smartlic_lab.authority.api.routes import (
    BASE,
    BadRequest,
    Call,
    CamelWire,
    QueryModel,
    Route,
    Wire,
    answer_of,
)
from smartlic_lab.authority.api.v1 import Done
from smartlic_lab.authority.device_messages import POLL_INTERVAL
from smartlic_lab.authority.errors import NotAllowed
from smartlic_lab.authority.intake import Incoming, Unreadable
from smartlic_lab.authority.models import (
    Origin,
    SmartAccount,
    Submission,
    SubmissionStatus,
    UploadAnswer,
    VirtualAccount,
)
from smartlic_lab.authority.rights import Right, Role
from smartlic_lab.world.network import HttpResponse

ACCOUNT_HEADERS: Final = {
    "X-CSW-SMART-ACCOUNT-ID": "number of the smart account",
    "X-CSW-VIRTUAL-ACCOUNT-ID": "number of the virtual account",
    "X-CSW-REQUESTING-SYSTEM": "who asks, as JSON",
}


Nonce = Annotated[str, Field(max_length=255)] | Annotated[int, Field(ge=0, lt=2**63)]
Timestamp = Annotated[int, Field(ge=0, lt=2**63)] | Annotated[str, Field(pattern=r"^[0-9]{1,18}$")]
"""Milliseconds since the epoch; some clients send it as text. Source: reference/cssm-clients.md."""

PollId = Annotated[int, Field(ge=0, lt=2**63)] | Annotated[str, Field(pattern=r"^[0-9]{1,18}$")]
"""Source: reference/cssm-clients.md (a sample is 773126444402795033, and text)."""

_LARGEST_ID: Final = 2**31 - 1


class Sudi(Wire):
    """A UDI."""

    udi_pid: Annotated[str, Field(min_length=1, max_length=255)]
    udi_serial_number: Annotated[str, Field(min_length=1, max_length=255)]


class VirtualAccountNumber(Wire):
    """A virtual account and its number, which clients put into a header as it is."""

    name: str
    virtual_account_id: str
    default: bool


class AccountNumber(Wire):
    """A smart account and its number."""

    account_id: str
    domain: str
    name: str
    virtual_accounts: list[VirtualAccountNumber]


class AccountsAnswer(Wire):
    """The accounts that one may see."""

    status: str = "COMPLETE"
    message: str = ""
    message_code: str = ""
    accounts: list[AccountNumber]


class RoleHeld(CamelWire):
    """A role of who asks; over the whole account where no virtual account stands there."""

    role: str
    virtual_account: str | None = None


class AccountWithRoles(CamelWire):
    """A smart account and what one may do in it. Source: reference/cssm-clients.md."""

    account_domain: str
    account_name: str
    account_status: str = "ACTIVE"
    account_type: str = "CUSTOMER"
    roles: list[RoleHeld]


class AccountsWithRoles(Done):
    """The accounts that one may see."""

    accounts: list[AccountWithRoles]


class DomainQuery(QueryModel):
    """Which accounts: all, or that of one domain."""

    domain: str | None = None


class UsageOfDevice(Wire):
    """The reports of one device, as they stand in its file."""

    sudi: Sudi
    usage: list[dict[str, JsonValue]]
    hostname: str | None = None


class UsageData(Wire):
    """Reports; ``timestamp`` in milliseconds and ``nonce`` are those of the file's system information."""

    timestamp: Timestamp
    nonce: Nonce
    reports: Annotated[list[UsageOfDevice], Field(min_length=1)]


class UsageRequest(Wire):
    """What a client posts."""

    data: UsageData


class RequestedKey(Wire):
    """So many of a licence; clients send the count as text."""

    entitlement: Annotated[str, Field(min_length=1, max_length=255)]
    count: Annotated[str, Field(pattern=r"^[1-9][0-9]{0,4}$")] | Annotated[int, Field(ge=1, le=99999)] = 1


class AuthorizationOfDevice(Wire):
    """What one member asks for; ``remove_code`` says that it gave back what it had."""

    sudi: Sudi
    hostname: str | None = None
    keys: list[RequestedKey] = Field(default_factory=list)
    replace: bool = False  # ours: a device's "authorization request replace"
    confirm_code: str | None = None
    remove_code: str | None = None


class AuthorizationData(Wire):
    """Requests of one or many members."""

    timestamp: Timestamp
    nonce: Nonce
    licenses: Annotated[list[AuthorizationOfDevice], Field(min_length=1)]


class AuthorizationRequest(Wire):
    """What a client posts."""

    data: AuthorizationData


class PollTicket(Wire):
    """Ask again with this id after that many seconds; or FAILED, and why. Source: reference/cssm-clients.md."""

    status: Literal["OK_POLL", "FAILED"]
    message: str | None = None
    message_code: str | None = None
    type: str | None = None
    poll_id: str | None = None
    poll_interval: int | None = None
    action: str | None = None
    nonce: str | int | None = None
    timestamp: int | str | None = None


class PollData(Wire):
    """What is asked for."""

    timestamp: Timestamp
    nonce: Nonce
    poll_id: PollId
    action: Literal["acknowledgements", "authorizations"]
    type: str | None = None


class PollRequest(Wire):
    """What a client posts."""

    data: PollData


class TrustData(Wire):
    """A device for which its relay vouches."""

    sudi: Sudi
    members: list[Sudi]
    timestamp: Annotated[int, Field(ge=0, lt=2**63)]  # milliseconds, the device's own clock
    hostname: str | None = None
    software_tag_identifier: str = ""
    software_version: str | None = None


class TrustRequest(Wire):
    """What a relay posts."""

    data: TrustData


class TrustAnswer(Wire):
    """COMPLETE with the base64 of the file to import, or FAILED."""

    status: Literal["COMPLETE", "FAILED"]
    message: str | None = None
    smart_license: str | None = None


class AcknowledgementAnswer(Wire):
    """The ACK of one device; ``smart_license`` is the base64 of the file to import."""

    sudi: Sudi
    software_tag_identifier: str
    smart_license: str


class AuthorizationAnswer(Wire):
    """The authorization code of one member, or why it has none."""

    product_instance_identifier: str = ""
    sudi: Sudi
    smart_license: str | None = None
    auth_status: list[str] = Field(default_factory=list)
    error_code: str | None = None
    status: Literal["SUCCESS", "FAILED"]
    status_message: str = ""


class PollAnswerData(Wire):
    """What has come of it."""

    acknowledgements: list[AcknowledgementAnswer] | None = None
    authorizations: list[AuthorizationAnswer] | None = None


class PollAnswer(PollTicket):
    """OK_POLL again, or COMPLETE with the documents, or FAILED."""

    status: Literal["OK_POLL", "FAILED", "COMPLETE"]  # type: ignore[assignment]  # wider than a ticket's on purpose
    correlation_id: str | None = None
    data: PollAnswerData | None = None


def numbered_virtual_account(call: Call) -> VirtualAccount:
    """The virtual account that the headers name; raises `NotAllowed`, `BadRequest`."""
    numbers = []
    for name in ("X-CSW-SMART-ACCOUNT-ID", "X-CSW-VIRTUAL-ACCOUNT-ID"):
        text = call.request.headers.get(name.lower(), "")
        if not (text.isascii() and text.isdigit() and len(text) < 10):
            raise BadRequest(
                f"header {name}: {'missing' if not text else 'not a number'} - expected an account's number"
            )
        numbers.append(int(text))
    found = call.work.session.get(VirtualAccount, numbers[1])
    if found is None or found.smart_account_id != numbers[0]:
        raise NotAllowed(f"no access to virtual account {numbers[1]} of smart account {numbers[0]}")
    call.work.require(Right.MANAGE_LICENSES, found.smart_account, found)
    return found


def _accounts(call: Call) -> AccountsAnswer:
    return AccountsAnswer(
        accounts=[
            AccountNumber(
                account_id=str(account.id),
                domain=account.domain,
                name=account.name,
                virtual_accounts=[
                    VirtualAccountNumber(name=one.name, virtual_account_id=str(one.id), default=one.is_default)
                    for one in accounts.visible_virtual_accounts(call.work, account)
                ],
            )
            for account in accounts.visible_smart_accounts(call.work)
        ]
    )


def _accounts_with_roles(call: Call) -> AccountsWithRoles:
    asked: DomainQuery = call.query
    return AccountsWithRoles(
        accounts=[
            AccountWithRoles(account_domain=one.domain, account_name=one.name, roles=roles_in(call, one))
            for one in accounts.visible_smart_accounts(call.work)
            if asked.domain in (None, "", one.domain)
        ]
    )


def roles_in(call: Call, account: SmartAccount) -> list[RoleHeld]:
    """The roles of who asks in *account*; the operator has that of an administrator."""
    if call.work.actor.is_operator:
        return [RoleHeld(role=Role.ACCOUNT_ADMINISTRATOR.value.title())]
    names = {one.id: one.name for one in accounts.visible_virtual_accounts(call.work, account)}
    return [
        RoleHeld(
            role=grant.role.value.title(),
            virtual_account=None if grant.virtual_account_id is None else names[grant.virtual_account_id],
        )
        for grant in call.work.actor.grants
        if grant.smart_account_id == account.id
    ]


def _report_usage(call: Call) -> HttpResponse:
    asked: UsageData = call.body.data
    home = numbered_virtual_account(call)
    incoming: list[Incoming | Unreadable] = []
    for device in asked.reports:
        where = f"PID:{device.sudi.udi_pid},SN:{device.sudi.udi_serial_number}"
        for raw in device.usage:
            try:
                incoming.append(Incoming(report_of(raw, where), device.hostname))
            except FileRejected as rejected:
                incoming.append(Unreadable("", str(rejected)))
    submitted = reports.submit(
        call.work,
        home,
        incoming,
        origin=Origin.API,
        processing_time=call.settings.processing_time,
        nonce=str(asked.nonce),
    )
    refusal = submitted.refusal
    submission = call.work.session.get_one(Submission, submitted.id)
    if refusal is None and reports.all_delivered(submission):
        refusal = "; ".join(item.reason or "" for item in submission.items)
        submission.status = SubmissionStatus.ERRORS
    if refusal is not None:
        failed = PollTicket(status="FAILED", message=refusal, nonce=asked.nonce, timestamp=asked.timestamp)
        return answer_of(failed)
    return answer_of(PollTicket(status="OK_POLL", **_ticket(call, submission, asked, "acknowledgements")), 202)


def _request_trust(call: Call) -> TrustAnswer:
    """Trust codes for a device behind a CSLU or On-Prem. The operation is ours: none is known."""
    asked: TrustData = call.body.data
    home = numbered_virtual_account(call)
    try:
        sent_at = datetime.fromtimestamp(asked.timestamp / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        raise BadRequest("body: data.timestamp: not a time in milliseconds") from None
    device = trust.Applicant(
        udi=Udi(asked.sudi.udi_pid, asked.sudi.udi_serial_number),
        members=tuple(Udi(one.udi_pid, one.udi_serial_number) for one in asked.members),
        sent_at=sent_at,
        hostname=asked.hostname,
        software=asked.software_tag_identifier,
        software_version=asked.software_version,
    )
    try:
        documents = trust.establish_trust_through_relay(call.work, home, device)
    except trust.ClockMismatch as refusal:
        return TrustAnswer(status="FAILED", message=str(refusal))
    return TrustAnswer(status="COMPLETE", smart_license=packed(render_smart_license(documents)))


def _request_authorizations(call: Call) -> HttpResponse:
    asked: AuthorizationData = call.body.data
    home = numbered_virtual_account(call)
    submission = reports.open_submission(
        call.work, home, origin=Origin.API, processing_time=call.settings.processing_time, nonce=str(asked.nonce)
    )
    call.work.session.flush()
    for one in asked.licenses:
        answer = _authorize(call, home, one)
        call.work.session.add(UploadAnswer(submission_id=submission.id, document=answer.model_dump_json()))
    return answer_of(PollTicket(status="OK_POLL", **_ticket(call, submission, asked, "authorizations")), 202)


def _authorize(call: Call, home: VirtualAccount, asked: AuthorizationOfDevice) -> AuthorizationAnswer:
    """One member's code; a refusal leaves the others alone."""
    udi = Udi(asked.sudi.udi_pid, asked.sudi.udi_serial_number)
    wanted = [authorizations.Wanted(udi, key.entitlement, int(key.count)) for key in asked.keys]
    savepoint = call.work.session.begin_nested()
    try:
        if asked.remove_code is not None:
            authorizations.return_code(call.work, udi, asked.remove_code)
        elif asked.confirm_code is not None and not wanted:
            authorizations.confirm(call.work, udi, asked.confirm_code)
        documents = authorizations.authorize(call.work, home, wanted, replace=asked.replace) if wanted else []
    except authorizations.AuthorizationRefused as refusal:
        savepoint.rollback()
        return AuthorizationAnswer(sudi=asked.sudi, status="FAILED", error_code="REFUSED", status_message=str(refusal))
    savepoint.commit()
    text = packed(render_smart_license(documents)) if documents else None
    return AuthorizationAnswer(sudi=asked.sudi, smart_license=text, status="SUCCESS")


def _poll(call: Call) -> PollAnswer:
    asked: PollData = call.body.data
    home = numbered_virtual_account(call)
    number = int(asked.poll_id)
    submission = call.work.session.get(Submission, number) if number <= _LARGEST_ID else None
    if submission is None or submission.virtual_account_id != home.id or submission.origin is not Origin.API:
        return PollAnswer(status="FAILED", message=f"there is nothing to poll with id {asked.poll_id}")
    if submission.status is SubmissionStatus.PROCESSING or call.settings.polls_are_slow:
        return PollAnswer(status="OK_POLL", **_ticket(call, submission, asked, asked.action))
    if asked.action == "authorizations":
        data = PollAnswerData(authorizations=_authorizations(call, submission))
    else:
        found = reports.acknowledgements_for(call.work, submission.id)
        data = PollAnswerData(acknowledgements=[_shown(one) for one in found])
    return PollAnswer(
        status="COMPLETE",
        type=asked.type,
        action=asked.action,
        nonce=asked.nonce,
        timestamp=asked.timestamp,
        correlation_id=submission.correlation_id,
        data=data,
    )


def _authorizations(call: Call, submission: Submission) -> list[AuthorizationAnswer]:
    stored = call.work.session.scalars(
        select(UploadAnswer.document).where(UploadAnswer.submission_id == submission.id).order_by(UploadAnswer.id)
    )
    return [AuthorizationAnswer.model_validate_json(text) for text in stored]


def _ticket(
    call: Call, submission: Submission, asked: UsageData | PollData | AuthorizationData, action: str
) -> dict[str, Any]:
    return {
        "poll_id": str(submission.id),
        "poll_interval": int(POLL_INTERVAL.total_seconds()),
        "action": action,
        "nonce": asked.nonce,
        "timestamp": int(call.work.now.timestamp() * 1000),
    }


def _shown(acknowledgement: reports.Delivered) -> AcknowledgementAnswer:
    udi = acknowledgement.udi
    return AcknowledgementAnswer(
        sudi=Sudi(udi_pid=udi.pid, udi_serial_number=udi.sn),
        software_tag_identifier=acknowledgement.software,
        smart_license=packed(acknowledgement.document),
    )


def packed(text: str) -> str:
    """A file to import as answers carry it."""
    return base64.b64encode(text.encode()).decode()


ROUTES: Final[tuple[Route, ...]] = (
    Route("GET", f"{BASE}/v2/accounts/search", "List the accounts that one may see", _accounts, AccountsAnswer),
    Route(
        "GET",
        f"{BASE}/v2/accounts",
        "List the accounts that one may see, with one's roles",
        _accounts_with_roles,
        AccountsWithRoles,
        query=DomainQuery,
    ),
    Route(
        "POST",
        f"{BASE}/v2/devices/reportusage",
        "Hand in usage reports",
        _report_usage,
        PollTicket,
        tickets=True,
        body=UsageRequest,
        headers=ACCOUNT_HEADERS,
    ),
    Route(
        "POST",
        f"{BASE}/v2/devices/authrequest",
        "Ask for authorization codes",
        _request_authorizations,
        PollTicket,
        tickets=True,
        body=AuthorizationRequest,
        headers=ACCOUNT_HEADERS,
    ),
    Route(
        "POST",
        f"{BASE}/v2/devices/trustrequest",
        "Ask for trust codes for a device behind a relay (ours)",
        _request_trust,
        TrustAnswer,
        body=TrustRequest,
        headers=ACCOUNT_HEADERS,
    ),
    Route(
        "POST",
        f"{BASE}/v2/accounts/poll",
        "Ask for the result",
        _poll,
        PollAnswer,
        body=PollRequest,
        headers=ACCOUNT_HEADERS,
    ),
)
