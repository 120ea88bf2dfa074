"""Usage files by upload, as on the portal's page *Usage Data Files*: one device's file, or a bundle of many.

Source: reference/reports.md sections 1.3, 2 and 5. The words of the states are unverified.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, TypeVar

from sqlalchemy import select

from nornir_smartlic.errors import FileRejected
from nornir_smartlic.files import (
    AuthorizationRequestFile,
    Bundle,
    BundledFile,
    Document,
    Element,
    TrustRequestFile,
    UsageFile,
    authorization_request_of,
    parse_smart_license,
    read_bundle,
    read_envelope,
    render_smart_license,
    trust_request_of,
    usage_file_of,
    write_bundle,
)
from smartlic_lab.authority import authorizations
from smartlic_lab.authority.errors import Conflict, NotFound, Refusal
from smartlic_lab.authority.intake import Incoming, Unreadable
from smartlic_lab.authority.models import MAX_TEXT, Origin, Submission, SubmissionStatus, UploadAnswer, VirtualAccount
from smartlic_lab.authority.reports import acknowledgements_for, submit
from smartlic_lab.authority.rights import Right
from smartlic_lab.authority.trust import trust_by_file
from smartlic_lab.authority.work import Work

T = TypeVar("T")
_GZIP: Final = b"\x1f\x8b"
_NO_TEXT: Final = "the file is not text"


@dataclass(frozen=True, slots=True)
class UsageDataFile:
    """A line of the page: a file, and what became of it."""

    id: int
    name: str
    uploaded: datetime
    status: SubmissionStatus
    devices: int
    errors: tuple[str, ...]  # why reports were refused
    notices: tuple[str, ...]  # duplicates, gaps, overlaps
    acknowledgement_ready: bool


@dataclass(frozen=True, slots=True)
class AcknowledgementFile:
    """What is downloaded: one ``<smartLicense>`` file, or a bundle of them."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class UploadedFile:
    """One device's file as it was read; a part that it does not have is ``None``."""

    name: str  # in a bundle, else empty
    usage: UsageFile | None = None
    trust: TrustRequestFile | None = None
    authorization: AuthorizationRequestFile | None = None
    problem: str = ""  # why it has no usage


def read_upload(data: bytes) -> tuple[UploadedFile, ...]:
    """What is in a file or a bundle; all the work that needs no database, so that nobody waits for it.

    Raises:
        FileRejected: a bundle that cannot be unpacked.
    """
    if data.startswith(_GZIP):
        return tuple(_uploaded(file) for file in read_bundle(data).files)
    return (_uploaded(BundledFile("", data)),)


def upload(
    work: Work,
    virtual_account: VirtualAccount,
    files: Sequence[UploadedFile],
    *,
    file_name: str,
    processing_time: timedelta,
) -> Submission:
    """Take a file in. What is in it shows when it has been processed; raises `FileRejected` when it is no such file."""
    work.require(Right.MANAGE_LICENSES, virtual_account.smart_account, virtual_account)
    incoming: list[Incoming | Unreadable] = []
    answers: list[UploadAnswer] = []
    for file in files:
        found, document = _taken(work, virtual_account, file)
        incoming.extend(found)
        if document is not None:
            answers.append(UploadAnswer(member_file=file.name[:MAX_TEXT] or None, document=document))
    if not answers and len(files) == 1 and len(incoming) == 1 and isinstance(incoming[0], Unreadable):
        raise FileRejected(incoming[0].reason)
    submitted = submit(
        work,
        virtual_account,
        incoming,
        origin=Origin.FILE,
        processing_time=processing_time,
        file_name=file_name[:200],
    )
    submission = work.session.get_one(Submission, submitted.id)
    for answer in answers:
        answer.submission_id = submission.id
        work.session.add(answer)
    if answers and submission.status is SubmissionStatus.ERRORS:
        submission.status, submission.ready = SubmissionStatus.PROCESSING, work.now + processing_time
    home = virtual_account
    work.log(home.smart_account, "Usage Data Uploaded", f"{file_name} was uploaded", home)
    work.session.flush()
    return submission


def usage_data_files(work: Work, virtual_account: VirtualAccount) -> list[UsageDataFile]:
    """All uploads of a virtual account, newest first."""
    work.require(Right.MANAGE_LICENSES, virtual_account.smart_account, virtual_account)
    found = work.session.scalars(
        select(Submission)
        .where(Submission.virtual_account_id == virtual_account.id, Submission.origin == Origin.FILE)
        .order_by(Submission.id.desc())
    )
    return [_line(work, one) for one in found]


def usage_data_file(work: Work, number: int) -> UsageDataFile:
    """One upload; raises `NotFound`."""
    return _line(work, _submission(work, number))


def acknowledgement_file(work: Work, number: int) -> AcknowledgementFile:
    """The ACK of one upload, again and again the same; raises `NotFound`, `Conflict` while it is not ready."""
    submission = _submission(work, number)
    if submission.status is SubmissionStatus.PROCESSING:
        raise Conflict(f"{submission.file_name} is still being processed")
    texts: dict[str, list[str]] = {}
    of_report = {item.report_id: item.member_file or "" for item in submission.items if item.report_id is not None}
    for acknowledgement in acknowledgements_for(work, submission.id):
        members = {
            of_report[item.report_id]
            for item in submission.items
            if item.report_id in of_report
            and item.report is not None
            and item.report.acknowledgement_id == acknowledgement.id
        }
        for member in members:
            texts.setdefault(member, []).append(acknowledgement.document)
    for answer in _answers(work, submission):
        texts.setdefault(answer.member_file or "", []).append(answer.document)
    if not texts:
        raise Conflict(f"{submission.file_name} has errors, there is no acknowledgement")
    name = f"ACK_{submission.file_name}"
    if set(texts) == {""}:
        return AcknowledgementFile(name, _joined(texts[""]).encode())
    files = tuple(BundledFile(f"ACK_{member}", _joined(found).encode()) for member, found in texts.items())
    stamp = (submission.file_name or "").removeprefix("UD_SA_").removesuffix(".tar.gz")
    return AcknowledgementFile(name, write_bundle(Bundle(stamp, files, is_ack=True)))


def _uploaded(file: BundledFile) -> UploadedFile:
    try:
        text = file.content.decode()
    except UnicodeDecodeError:
        return UploadedFile(file.name, problem=_NO_TEXT)
    if "\0" in text:
        return UploadedFile(file.name, problem=_NO_TEXT)
    try:
        root = read_envelope(text)
    except FileRejected as rejected:
        return UploadedFile(file.name, problem=str(rejected))
    usage, problem = None, ""
    try:
        usage = usage_file_of(root)
    except FileRejected as rejected:
        problem = str(rejected)
    trust, authorization = _part(trust_request_of, root), _part(authorization_request_of, root)
    return UploadedFile(file.name, usage, trust, authorization, problem)


def _part(read: Callable[[Element], T], root: Element) -> T | None:
    """What *read* finds; ``None``: the file holds no such request, as most files."""
    try:
        return read(root)
    except FileRejected:
        return None


def _taken(
    work: Work, virtual_account: VirtualAccount, file: UploadedFile
) -> tuple[list[Incoming | Unreadable], str | None]:
    """The reports of a file and the document that answers what else is in it."""
    document, reasons = _requests(work, virtual_account, file)
    if file.usage is None:
        if document is None and not reasons:
            reasons.append(file.problem)
        return [Unreadable(file.name, reason) for reason in reasons], document
    member = file.name[:MAX_TEXT] or None
    hostname = None if file.usage.system_info is None else file.usage.system_info.hostname
    found: list[Incoming | Unreadable] = [Incoming(report, hostname, member) for report in file.usage.reports]
    return [*found, *(Unreadable(file.name, reason) for reason in reasons)], document


def _requests(work: Work, virtual_account: VirtualAccount, file: UploadedFile) -> tuple[str | None, list[str]]:
    """The document that answers the requests in a file, ``None`` where it has none; and why one was refused."""
    documents: list[Document] = []
    reasons = []
    answered = False
    trust, authorization = file.trust, file.authorization
    steps: list[Callable[[], Sequence[Document]]] = []
    if trust is not None:
        steps.append(lambda: trust_by_file(work, virtual_account, trust))
    if authorization is not None:
        steps.append(lambda: _answer_authorization_request(work, virtual_account, authorization))
    for step in steps:
        savepoint = work.session.begin_nested()
        try:
            documents.extend(step())
            answered = True
            savepoint.commit()
        except Refusal as refusal:
            savepoint.rollback()
            reasons.append(str(refusal))
    return render_smart_license(documents) if answered else None, reasons


def _answer_authorization_request(
    work: Work, virtual_account: VirtualAccount, request: AuthorizationRequestFile
) -> Sequence[Document]:
    """SLACs for what is asked; what is given back is freed. Source: reference/reports.md section 4."""
    members = request.members
    for member in members:
        if member.remove_code is not None:
            authorizations.return_code(work, member.udi, member.remove_code)
        elif member.confirm_code is not None and not member.keys:
            authorizations.confirm(work, member.udi, member.confirm_code)
    wanted = [
        authorizations.Wanted(member.udi, key.tag, key.count)
        for member in members
        if member.remove_code is None
        for key in member.keys
    ]
    return authorizations.authorize(work, virtual_account, wanted) if wanted else []


def _submission(work: Work, number: int) -> Submission:
    found = work.session.get(Submission, number)
    if found is not None and found.origin is Origin.FILE:
        home = work.session.get_one(VirtualAccount, found.virtual_account_id)
        if work.may(Right.MANAGE_LICENSES, home.smart_account, home):
            return found
    raise NotFound(f"there is no uploaded file {number}")


def _answers(work: Work, submission: Submission) -> Sequence[UploadAnswer]:
    return work.session.scalars(
        select(UploadAnswer).where(UploadAnswer.submission_id == submission.id).order_by(UploadAnswer.id)
    ).all()


def _line(work: Work, submission: Submission) -> UsageDataFile:
    is_over = submission.status is not SubmissionStatus.PROCESSING
    refused = [item for item in submission.items if item.report_id is None]
    taken = [item for item in submission.items if item.report_id is not None]
    return UsageDataFile(
        id=submission.id,
        name=submission.file_name or "",
        uploaded=submission.received,
        status=submission.status,
        devices=len({item.udi for item in taken}),
        errors=tuple(_reason(item.member_file, item.reason) for item in refused) if is_over else (),
        notices=tuple(_reason(item.member_file, item.reason) for item in taken if item.reason) if is_over else (),
        acknowledgement_ready=is_over and bool(taken or _answers(work, submission)),
    )


def _reason(member_file: str | None, reason: str | None) -> str:
    return f"{member_file}: {reason}" if member_file else reason or ""


def _joined(texts: Sequence[str]) -> str:
    """One file of several; ACKs are kept as they were signed."""
    if len(texts) == 1:
        return texts[0]
    return render_smart_license(document for text in texts for document in parse_smart_license(text))
