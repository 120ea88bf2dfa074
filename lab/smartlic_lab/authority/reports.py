"""Usage reports: in, checked, processed, acknowledged. Each is counted once and is in one acknowledgement.

The theory. A RUM report is known by its device's UDI and its number; the database lets no two in. What is handed in
is a *submission*, and its items say what became of each report: taken, known already, or refused with a reason. It is
in the database before anybody hears of it, in one transaction, so that a crash leaves either all of it or nothing.
When its processing is over, the reports that have no acknowledgement yet get one together, per device, in the
transaction that counts them. Acknowledgements are stored as text: whoever asks again, because the answer was lost,
gets the same one again, and nothing is counted.

Source: reference/reports.md sections 1, 2 and 7.3; policy.md section 3.4 (polling).
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, selectinload

from nornir_smartlic.files import Ack, RumReport, check_report, render_smart_license, signed
from nornir_smartlic.model import Udi
from smartlic_lab.authority.catalogue import license_of_tag
from smartlic_lab.authority.conversions import conversion_document
from smartlic_lab.authority.models import (
    MAX_TEXT,
    Acknowledgement,
    Consumption,
    Origin,
    ProductInstance,
    Report,
    Submission,
    SubmissionItem,
    SubmissionStatus,
    Usage,
    VirtualAccount,
)
from smartlic_lab.authority.policies import policy_document, report_due
from smartlic_lab.authority.product_instances import find_instance, refresh, take_in
from smartlic_lab.authority.work import Work
from smartlic_lab.signing import CSSM_KEY, report_key

MAX_RUM_ID: Final = 2**32
"""Source: reference/reports.md section 1.2: a 32-bit number."""

MAX_COUNT: Final = 10**9
_MAX_REASON: Final = 2000


@dataclass(frozen=True, slots=True)
class Incoming:
    """One report as it comes in, with what its carrier knows of the device."""

    report: RumReport
    hostname: str | None = None
    member_file: str | None = None  # its file in a bundle


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A file of a bundle that holds no report, and why."""

    member_file: str
    reason: str


def submit(
    work: Work,
    virtual_account: VirtualAccount,
    incoming: Sequence[Incoming | Unreadable],
    *,
    origin: Origin,
    processing_time: timedelta,
    device: ProductInstance | None = None,
    file_name: str | None = None,
    nonce: str | None = None,
) -> Submission:
    """Take reports in. *device*: who sends them itself; ``None``: somebody carries them, of any devices.

    When nothing in it could be taken, the submission is over at once, with `SubmissionStatus.ERRORS`.
    """
    submission = open_submission(
        work,
        virtual_account,
        origin=origin,
        processing_time=processing_time,
        device=device,
        file_name=file_name,
        nonce=nonce,
    )
    for one in incoming:
        if isinstance(one, Unreadable):
            submission.items.append(SubmissionItem(member_file=one.member_file, udi="", rum_id=0, reason=one.reason))
        else:
            submission.items.append(_take(work, virtual_account, one, device))
    if not any(item.report for item in submission.items):
        submission.status = SubmissionStatus.ERRORS
        submission.ready = work.now
    work.session.flush()
    return submission


def open_submission(
    work: Work,
    virtual_account: VirtualAccount,
    *,
    origin: Origin,
    processing_time: timedelta,
    device: ProductInstance | None = None,
    file_name: str | None = None,
    nonce: str | None = None,
) -> Submission:
    """A submission with nothing in it yet; also what is asked for by API and fetched by a poll."""
    submission = Submission(
        smart_account_id=virtual_account.smart_account_id,
        virtual_account_id=virtual_account.id,
        origin=origin,
        submitted_by=work.actor.name if device is None else f"PID:{device.pid},SN:{device.sn}",
        product_instance_id=None if device is None else device.id,
        file_name=file_name,
        nonce=nonce,
        correlation_id=uuid.uuid4().hex,
        received=work.now,
        ready=work.now + processing_time,
        status=SubmissionStatus.PROCESSING,
    )
    work.session.add(submission)
    work.session.flush()
    return submission


def refusal_of(submission: Submission) -> str | None:
    """Why nothing of it was taken; ``None``: something was."""
    if any(item.report_id for item in submission.items):
        return None
    reasons = dict.fromkeys(item.reason for item in submission.items if item.reason)
    return "; ".join(reasons)[:_MAX_REASON] or "there is no report in it"


def process_due(work: Work, *, limit: int = 500) -> int:
    """Process submissions whose time has come, at most *limit*; gives back how many there were."""
    due = work.session.scalars(
        select(Submission)
        .where(Submission.status == SubmissionStatus.PROCESSING, Submission.ready <= work.now)
        .order_by(Submission.ready, Submission.id)
        .limit(limit)
        .options(
            selectinload(Submission.items)
            .joinedload(SubmissionItem.report)
            .joinedload(Report.product_instance)
            .joinedload(ProductInstance.virtual_account)
            .joinedload(VirtualAccount.smart_account)
        )
    ).all()
    for submission in due:
        _process(work, submission)
    return len(due)


def next_ready(work: Work) -> datetime | None:
    """When the next submission has been processed."""
    return work.session.scalar(
        select(func.min(Submission.ready)).where(Submission.status == SubmissionStatus.PROCESSING)
    )


def acknowledgements_for(
    work: Work, submission: Submission, instance: ProductInstance | None = None
) -> Sequence[Acknowledgement]:
    """The acknowledgements of what is in *submission*, of one device or of all; they count as delivered now."""
    query = (
        select(Acknowledgement)
        .join(Report, Report.acknowledgement_id == Acknowledgement.id)
        .join(SubmissionItem, SubmissionItem.report_id == Report.id)
        .where(SubmissionItem.submission_id == submission.id)
        .options(joinedload(Acknowledgement.product_instance))
        .order_by(Acknowledgement.id)
        .distinct()
    )
    if instance is not None:
        query = query.where(Acknowledgement.product_instance_id == instance.id)
    found = work.session.scalars(query).all()
    for acknowledgement in found:
        if acknowledgement.first_delivered is None:
            acknowledgement.first_delivered = work.now
    return found


def all_delivered(submission: Submission) -> bool:
    """Whether everything taken in it was known before, and its acknowledgements have been handed out already."""
    taken = [item for item in submission.items if item.report is not None]
    return bool(taken) and all(
        item.duplicate
        and item.report is not None
        and item.report.acknowledgement is not None
        and item.report.acknowledgement.first_delivered is not None
        for item in taken
    )


# --- in -------------------------------------------------------------------------------------------------------------


def _take(
    work: Work, virtual_account: VirtualAccount, incoming: Incoming, device: ProductInstance | None
) -> SubmissionItem:
    report = incoming.report
    item = SubmissionItem(
        member_file=incoming.member_file,
        udi=str(report.udi)[:MAX_TEXT],
        rum_id=report.report_id if 0 <= report.report_id < MAX_RUM_ID else 0,
    )
    problems = _out_of_bounds(report) or check_report(report, key=report_key(report.software_id or "", report.udi))
    if problems:
        item.reason = "; ".join(problems)[:_MAX_REASON]
        return item
    instance = find_instance(work, report.udi)
    known = _known(work, report)
    digest = hashlib.sha256(report.payload.encode()).hexdigest()
    if device is not None and (instance is None or instance.id != device.id):
        item.reason = f"report {report.report_id}: it is of {report.udi}, which is not the device that sent it"
    elif instance is not None and _is_elsewhere(instance, virtual_account):
        item.reason = f"report {report.report_id}: {report.udi} belongs to another smart account"
    elif known is not None and known.digest != digest:
        item.reason = f"report {report.report_id}: another report with this number was received before"
    elif known is not None:
        item.report, item.duplicate = known, True
        item.reason = f"report {report.report_id}: duplicate, received before on {known.received:%Y-%m-%d %H:%M:%S} UTC"
    else:
        if instance is None:
            instance = take_in(work, virtual_account, report.udi)
        if device is None:
            refresh(
                work,
                instance,
                report.udi,
                members=[udi for _, udi in report.ha_udis],
                hostname=incoming.hostname,
                software=report.software_id,
                software_version=report.software_version,
            )
        item.report = Report(
            product_instance=instance,
            pid=report.udi.pid,
            sn=report.udi.sn,
            rum_id=report.report_id,
            tag=report.entitlement_tag,
            started=report.start,
            ended=report.end,
            digest=digest,
            payload=report.payload,
            received=work.now,
        )
        work.session.add(item.report)
        work.session.flush()  # so that the same report once more in the same submission is seen as a duplicate
    return item


def _out_of_bounds(report: RumReport) -> tuple[str, ...]:
    """What cannot be stored; no device sends it."""
    texts = (report.udi.pid, report.udi.sn, report.entitlement_tag or "", report.software_id or "")
    counts = (measurement.count or 0 for measurement in report.measurements)
    if not 0 <= report.report_id < MAX_RUM_ID:
        return (f"report {report.report_id}: the number has more than 32 bits",)
    if any(len(text) > MAX_TEXT or "\0" in text for text in texts) or any(count > MAX_COUNT for count in counts):
        return (f"report {report.report_id}: a UDI, tag or count is out of bounds",)
    return ()


def _known(work: Work, report: RumReport) -> Report | None:
    return work.session.scalar(
        select(Report).where(
            Report.pid == report.udi.pid, Report.sn == report.udi.sn, Report.rum_id == report.report_id
        )
    )


def _is_elsewhere(instance: ProductInstance, virtual_account: VirtualAccount) -> bool:
    return instance.virtual_account.smart_account_id != virtual_account.smart_account_id


# --- processed ------------------------------------------------------------------------------------------------------


def _process(work: Work, submission: Submission) -> None:
    by_device: dict[int, list[SubmissionItem]] = {}
    for item in submission.items:
        if item.report is not None and item.report.acknowledgement_id is None:
            by_device.setdefault(item.report.product_instance_id, []).append(item)
    for items in by_device.values():
        fresh = {item.report.id: item for item in items if item.report is not None}
        _acknowledge(work, submission, list(fresh.values()))
    refused = any(item.report is None for item in submission.items)
    submission.status = SubmissionStatus.ERRORS if refused else SubmissionStatus.NO_ERRORS


def _acknowledge(work: Work, submission: Submission, items: list[SubmissionItem]) -> None:
    reports = sorted((item.report for item in items if item.report is not None), key=lambda report: report.rum_id)
    noticed = {report.id: notice for report in reports if (notice := _count(work, report)) is not None}
    for item in items:
        item.reason = noticed.get(item.report_id, item.reason) if item.report_id is not None else item.reason
    instance = reports[0].product_instance
    instance.last_report = work.now
    work.session.flush()
    instance.report_due = report_due(work, instance, work.now)
    acknowledgement = Acknowledgement(
        product_instance_id=instance.id,
        issued=work.now,
        document=_document(work, submission, instance, reports),
    )
    work.session.add(acknowledgement)
    for report in reports:
        report.acknowledgement = acknowledgement
    work.session.flush()  # so that the next submission sees that they have one


def _count(work: Work, report: Report) -> str | None:
    """Enter what the report measured; gives back what is odd about its place in time."""
    if report.tag is None or report.started is None or report.ended is None:
        return None
    license_of_tag(work, report.tag)
    instance = report.product_instance
    measured = RumReport(report.payload).measurements
    for measurement in measured:
        work.session.add(
            Consumption(
                report_id=report.id,
                product_instance_id=instance.id,
                virtual_account_id=instance.virtual_account_id,
                tag=report.tag,
                started=measurement.start,
                ended=measurement.end,
                quantity=measurement.count or 0,
            )
        )
    usage = work.session.get(Usage, (instance.id, report.tag))
    last = measured[-1].count or 0
    if usage is None:
        work.session.add(
            Usage(product_instance_id=instance.id, tag=report.tag, quantity=last, covered_until=report.ended)
        )
        return None
    before, after = usage.covered_until, report.started
    if report.ended >= usage.covered_until:
        usage.quantity, usage.covered_until = last, report.ended
    if after == before:
        return None
    word = "gap" if after > before else "overlap"
    return f"report {report.rum_id}: a {word} of {abs(after - before)} to what was reported before"


def _document(work: Work, submission: Submission, instance: ProductInstance, reports: Iterable[Report]) -> str:
    udi = Udi(instance.pid, instance.sn)
    home = instance.virtual_account
    ack = Ack(
        udi=udi,
        issued=work.now,
        report_ids=tuple(report.rum_id for report in reports),
        smart_account=home.smart_account.name,
        virtual_account=home.name,
        correlation_id=submission.correlation_id,
    )
    more = (policy_document(instance, udi, work.now), conversion_document(work, instance))
    return render_smart_license([signed(ack, CSSM_KEY), *(document for document in more if document is not None)])
