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
from typing import Any, Final, TypeAlias

from sqlalchemy import func, insert, select
from sqlalchemy.orm import joinedload, selectinload

from nornir_smartlic.files import Ack, ConversionAck, RumReport, check_report, render_smart_license, signed
from nornir_smartlic.model import Udi
from smartlic_lab.authority.catalogue import license_of_tag
from smartlic_lab.authority.conversions import conversion_documents
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
from smartlic_lab.authority.policies import policy_document, reports_due
from smartlic_lab.authority.product_instances import batched, find_instance, known_members, refresh, take_in
from smartlic_lab.authority.work import Work
from smartlic_lab.signing import CSSM_KEY, report_key

MAX_RUM_ID: Final = 2**32
"""Source: reference/reports.md section 1.2: a 32-bit number."""

MAX_COUNT: Final = 10**9
_MAX_REASON: Final = 2000

Key: TypeAlias = tuple[str, str, int]
"""PID, serial number, number: no two reports have the same."""


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
    reports = [one.report for one in incoming if isinstance(one, Incoming)]
    known = _known(work, reports)
    members = known_members(work, [report.udi for report in reports])  # held, so that each is looked up once for all
    with work.session.no_autoflush:
        for one in incoming:
            if isinstance(one, Unreadable):
                item = SubmissionItem(member_file=one.member_file, udi="", rum_id=0, reason=one.reason)
            else:
                item = _take(work, virtual_account, one, device, known)
            submission.items.append(item)
    if not any(item.report for item in submission.items):
        submission.status = SubmissionStatus.ERRORS
        submission.ready = work.now
    work.session.flush()
    del members
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
    return submission


def refusal_of(submission: Submission) -> str | None:
    """Why nothing of it was taken; ``None``: something was."""
    if any(item.report is not None for item in submission.items):
        return None
    reasons = dict.fromkeys(item.reason for item in submission.items if item.reason)
    return "; ".join(reasons)[:_MAX_REASON] or "there is no report in it"


def process_due(work: Work, *, limit: int = 50) -> int:
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
    if due:
        _process(work, due)
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
    work: Work,
    virtual_account: VirtualAccount,
    incoming: Incoming,
    device: ProductInstance | None,
    known: dict[Key, Report],
) -> SubmissionItem:
    """One report; what is taken is added to *known*, so that it is a duplicate when it comes again."""
    report = incoming.report
    item = SubmissionItem(
        member_file=incoming.member_file,
        udi=str(report.udi)[:MAX_TEXT],
        rum_id=report.report_id if 0 <= report.report_id < MAX_RUM_ID else 0,
        duplicate=False,
    )
    problems = _out_of_bounds(report) or check_report(report, key=report_key(report.software_id or "", report.udi))
    if problems:
        item.reason = "; ".join(problems)[:_MAX_REASON]
        return item
    instance = find_instance(work, report.udi)
    earlier = known.get(_key(report))
    digest = hashlib.sha256(report.payload.encode()).hexdigest()
    if device is not None and (instance is None or instance.id != device.id):
        item.reason = f"report {report.report_id}: it is of {report.udi}, which is not the device that sent it"
    elif instance is not None and _is_elsewhere(instance, virtual_account):
        item.reason = f"report {report.report_id}: {report.udi} belongs to another smart account"
    elif earlier is not None and earlier.digest != digest:
        item.reason = f"report {report.report_id}: another report with this number was received before"
    elif earlier is not None:
        item.report, item.duplicate = earlier, True
        when = f"{earlier.received:%Y-%m-%d %H:%M:%S} UTC"
        item.reason = f"report {report.report_id}: duplicate, received before on {when}"
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
        item.report = known[_key(report)] = Report(
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


def _key(report: RumReport) -> Key:
    return report.udi.pid, report.udi.sn, report.report_id


def _known(work: Work, reports: Iterable[RumReport]) -> dict[Key, Report]:
    """Those of *reports* that were taken before, by what tells them apart."""
    keys = sorted({_key(report) for report in reports if not _out_of_bounds(report)})
    found = {}
    for some in batched(keys, 300):
        pids, sns, numbers = zip(*some, strict=True)  # all three, or the index of these columns is of no use
        query = select(Report).where(Report.pid.in_(set(pids)), Report.sn.in_(set(sns)), Report.rum_id.in_(numbers))
        for one in work.session.scalars(query):
            found[one.pid, one.sn, one.rum_id] = one
    return found


def _is_elsewhere(instance: ProductInstance, virtual_account: VirtualAccount) -> bool:
    return instance.virtual_account.smart_account_id != virtual_account.smart_account_id


# --- processed ------------------------------------------------------------------------------------------------------


def _process(work: Work, submissions: Sequence[Submission]) -> None:
    """Count what has not been counted, then acknowledge it, per submission and device."""
    groups: dict[tuple[int, int], list[SubmissionItem]] = {}
    taken: set[int] = set()
    for submission in submissions:
        refused = any(item.report is None for item in submission.items)
        submission.status = SubmissionStatus.ERRORS if refused else SubmissionStatus.NO_ERRORS
        for item in submission.items:
            report = item.report
            if report is not None and report.acknowledgement_id is None and report.id not in taken:
                taken.add(report.id)
                groups.setdefault((submission.id, report.product_instance_id), []).append(item)
    fresh = [item.report for items in groups.values() for item in items if item.report is not None]
    usage = _usage_of(work, {report.product_instance_id for report in fresh})
    for tag in {report.tag for report in fresh if report.tag is not None}:
        license_of_tag(work, tag)
    consumed: list[dict[str, Any]] = []
    for items in groups.values():
        for item in sorted(items, key=lambda item: item.rum_id):
            if item.report is not None:
                item.reason = _count(work, item.report, usage, consumed) or item.reason
    if consumed:
        work.session.execute(insert(Consumption), consumed)
    work.session.flush()
    devices = list({report.product_instance_id: report.product_instance for report in fresh}.values())
    due = reports_due(work, devices, work.now)
    for device in devices:
        device.last_report, device.report_due = work.now, due[device.id]
    converted = conversion_documents(work, devices)
    by_id = {submission.id: submission for submission in submissions}
    for (submission_id, _), items in groups.items():
        _acknowledge(work, by_id[submission_id], [item.report for item in items if item.report is not None], converted)
    work.session.flush()


def _acknowledge(
    work: Work, submission: Submission, reports: list[Report], converted: dict[int, ConversionAck]
) -> None:
    reports = sorted(reports, key=lambda report: report.rum_id)
    instance = reports[0].product_instance
    acknowledgement = Acknowledgement(
        product_instance_id=instance.id,
        issued=work.now,
        document=_document(work, submission, instance, reports, converted.pop(instance.id, None)),
    )
    for report in reports:
        report.acknowledgement = acknowledgement


def _usage_of(work: Work, devices: Iterable[int]) -> dict[tuple[int, str], Usage]:
    rows = work.session.scalars(select(Usage).where(Usage.product_instance_id.in_(devices)))
    return {(one.product_instance_id, one.tag): one for one in rows}


def _count(
    work: Work, report: Report, usage: dict[tuple[int, str], Usage], consumed: list[dict[str, Any]]
) -> str | None:
    """Add what the report measured to *usage* and *consumed*; gives back what is odd about its place in time."""
    if report.tag is None or report.started is None or report.ended is None:
        return None
    instance = report.product_instance
    measured = RumReport(report.payload).measurements
    consumed.extend(
        {
            "report_id": report.id,
            "product_instance_id": instance.id,
            "virtual_account_id": instance.virtual_account_id,
            "tag": report.tag,
            "started": measurement.start,
            "ended": measurement.end,
            "quantity": measurement.count or 0,
        }
        for measurement in measured
    )
    last = measured[-1].count or 0
    known = usage.get((instance.id, report.tag))
    if known is None:
        known = Usage(product_instance_id=instance.id, tag=report.tag, quantity=last, covered_until=report.ended)
        usage[instance.id, report.tag] = known
        work.session.add(known)
        return None
    before, after = known.covered_until, report.started
    if report.ended >= known.covered_until:
        known.quantity, known.covered_until = last, report.ended
    if after == before:
        return None
    word = "gap" if after > before else "overlap"
    return f"report {report.rum_id}: a {word} of {abs(after - before)} to what was reported before"


def _document(
    work: Work,
    submission: Submission,
    instance: ProductInstance,
    reports: Iterable[Report],
    converted: ConversionAck | None,
) -> str:
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
    more = (policy_document(instance, udi, work.now), converted)
    return render_smart_license([signed(ack, CSSM_KEY), *(document for document in more if document is not None)])
