"""Usage reports: in, checked, processed, acknowledged. Each is counted once and is in one acknowledgement.

The theory. A RUM report is known by its device's UDI and its number; the database lets no two in. What is handed in
is a *submission*, and its items say what became of each report: taken, known already, or refused with a reason. It is
in the database before anybody hears of it, in one transaction, so that a crash leaves either all of it or nothing.
When its processing is over, the reports that have no acknowledgement yet get one together, per device, in the
transaction that counts them. Acknowledgements are stored as text: whoever asks again, because the answer was lost,
gets the same one again, and nothing is counted.

Reports are what an authority has most of: they are read and written as rows, many at once, with statements that are
made once (below), and no object of the ORM stands for each.

Source: reference/reports.md sections 1, 2 and 7.3; policy.md section 3.4 (polling).
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, TypeAlias

from sqlalchemy import bindparam, func, insert, select, update

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
    ProductUdi,
    Report,
    Submission,
    SubmissionItem,
    SubmissionStatus,
    Usage,
    VirtualAccount,
    table_of,
)
from smartlic_lab.authority.policies import policy_document, reports_due
from smartlic_lab.authority.product_instances import (
    Sender,
    batched,
    find_instance,
    instances_by_id,
    known_members,
    refresh,
    take_in,
)
from smartlic_lab.authority.work import Work
from smartlic_lab.signing import CSSM_KEY, report_key

MAX_RUM_ID: Final = 2**32
"""Source: reference/reports.md section 1.2: a 32-bit number."""

MAX_COUNT: Final = 10**9
_MAX_REASON: Final = 2000

Key: TypeAlias = tuple[str, str, int]
"""PID, serial number, number: no two reports have the same."""

_Line: TypeAlias = Any
"""A row of `_ITEMS_OF`; how many columns it has cannot be left open in a type before Python 3.11."""

_ACKNOWLEDGEMENTS: Final = table_of(Acknowledgement)
_INSTANCES: Final = table_of(ProductInstance)
_ITEMS: Final = table_of(SubmissionItem)
_REPORTS: Final = table_of(Report)
_SUBMISSIONS: Final = table_of(Submission)
_USAGE: Final = table_of(Usage)

_TAKEN_BEFORE: Final = select(
    _REPORTS.c.id, _REPORTS.c.pid, _REPORTS.c.sn, _REPORTS.c.rum_id, _REPORTS.c.digest, _REPORTS.c.received
).where(  # all three, or the index of these columns is of no use
    _REPORTS.c.pid.in_(bindparam("pids", expanding=True)),
    _REPORTS.c.sn.in_(bindparam("sns", expanding=True)),
    _REPORTS.c.rum_id.in_(bindparam("numbers", expanding=True)),
)
_DUE: Final = (
    select(_SUBMISSIONS.c.id, _SUBMISSIONS.c.correlation_id)
    .where(_SUBMISSIONS.c.status == SubmissionStatus.PROCESSING, _SUBMISSIONS.c.ready <= bindparam("now"))
    .order_by(_SUBMISSIONS.c.ready, _SUBMISSIONS.c.id)
    .limit(bindparam("many"))
)
_STATUS_FOR: Final = select(_SUBMISSIONS.c.status).where(
    _SUBMISSIONS.c.id == bindparam("number"), _SUBMISSIONS.c.product_instance_id == bindparam("device")
)
_ITEMS_OF: Final = (
    select(
        _ITEMS.c.id.label("item"),
        _ITEMS.c.submission_id,
        _REPORTS.c.id,
        _REPORTS.c.rum_id,
        _REPORTS.c.product_instance_id,
        _REPORTS.c.tag,
        _REPORTS.c.started,
        _REPORTS.c.ended,
        _REPORTS.c.payload,
        _REPORTS.c.acknowledgement_id,
    )
    .outerjoin(_REPORTS, _REPORTS.c.id == _ITEMS.c.report_id)
    .where(_ITEMS.c.submission_id.in_(bindparam("submissions", expanding=True)))
    .order_by(_ITEMS.c.id)
)
_USAGE_OF: Final = select(_USAGE).where(_USAGE.c.product_instance_id.in_(bindparam("devices", expanding=True)))
_ACKNOWLEDGEMENTS_OF: Final = (
    select(
        _ACKNOWLEDGEMENTS.c.id,
        _ACKNOWLEDGEMENTS.c.document,
        _ACKNOWLEDGEMENTS.c.first_delivered,
        _INSTANCES.c.pid,
        _INSTANCES.c.sn,
        _INSTANCES.c.software,
    )
    .join(_INSTANCES, _INSTANCES.c.id == _ACKNOWLEDGEMENTS.c.product_instance_id)
    .join(_REPORTS, _REPORTS.c.acknowledgement_id == _ACKNOWLEDGEMENTS.c.id)
    .join(_ITEMS, _ITEMS.c.report_id == _REPORTS.c.id)
    .where(_ITEMS.c.submission_id == bindparam("submission"))
    .order_by(_ACKNOWLEDGEMENTS.c.id)
    .distinct()
)
_ACKNOWLEDGEMENTS_OF_ONE: Final = _ACKNOWLEDGEMENTS_OF.where(
    _ACKNOWLEDGEMENTS.c.product_instance_id == bindparam("device")
)
_ADD_SUBMISSION: Final = insert(_SUBMISSIONS)
_ADD_REPORTS: Final = insert(_REPORTS).returning(_REPORTS.c.id, sort_by_parameter_order=True)
_ADD_ITEMS: Final = insert(_ITEMS)
_ADD_CONSUMPTION: Final = insert(table_of(Consumption))
_ADD_USAGE: Final = insert(_USAGE)
_ADD_ACKNOWLEDGEMENTS: Final = insert(_ACKNOWLEDGEMENTS).returning(_ACKNOWLEDGEMENTS.c.id, sort_by_parameter_order=True)
_SET_STATUS: Final = (
    update(_SUBMISSIONS).where(_SUBMISSIONS.c.id == bindparam("which")).values(status=bindparam("becomes"))
)
_SET_REASON: Final = update(_ITEMS).where(_ITEMS.c.id == bindparam("which")).values(reason=bindparam("why"))
_SET_USAGE: Final = (
    update(_USAGE)
    .where(_USAGE.c.product_instance_id == bindparam("device"), _USAGE.c.tag == bindparam("licence"))
    .values(quantity=bindparam("number"), covered_until=bindparam("until"))
)
_SET_ACKNOWLEDGEMENT: Final = (
    update(_REPORTS).where(_REPORTS.c.id == bindparam("which")).values(acknowledgement_id=bindparam("acknowledgement"))
)
_SET_DELIVERED: Final = (
    update(_ACKNOWLEDGEMENTS)
    .where(_ACKNOWLEDGEMENTS.c.id == bindparam("which"))
    .values(first_delivered=bindparam("now"))
)


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


@dataclass(frozen=True, slots=True)
class Submitted:
    """What was handed in: the number of its `Submission`, and why nothing of it was taken (``None``: something was)."""

    id: int
    refusal: str | None


def submit(
    work: Work,
    virtual_account: VirtualAccount,
    incoming: Sequence[Incoming | Unreadable],
    *,
    origin: Origin,
    processing_time: timedelta,
    file_name: str | None = None,
    nonce: str | None = None,
) -> Submitted:
    """Take in reports that somebody carries, of any devices.

    When nothing in it could be taken, the submission is over at once, with `SubmissionStatus.ERRORS`.
    """
    work.session.flush()
    head = _head(work, virtual_account, origin, processing_time, nonce) | {"file_name": file_name}
    return _Carried(work, virtual_account).submit(incoming, head)


def submit_own(work: Work, sender: Sender, incoming: Sequence[Incoming], *, processing_time: timedelta) -> Submitted:
    """Take in reports that their device sends itself; otherwise as `submit`."""
    return _Sent(work, sender).submit(incoming, _head(work, sender, Origin.DEVICE, processing_time, None))


def open_submission(
    work: Work, virtual_account: VirtualAccount, *, origin: Origin, processing_time: timedelta, nonce: str | None = None
) -> Submission:
    """A submission with nothing in it yet: what is asked for by API and fetched by a poll."""
    submission = Submission(**_head(work, virtual_account, origin, processing_time, nonce))
    work.session.add(submission)
    return submission


def process_due(work: Work, *, limit: int = 50) -> int:
    """Process submissions whose time has come, at most *limit*; gives back how many there were."""
    rows = work.connection.execute(_DUE, {"now": work.now, "many": limit})
    due = {row.id: row.correlation_id for row in rows}
    if due:
        _process(work, due)
    return len(due)


def next_ready(work: Work) -> datetime | None:
    """When the next submission has been processed."""
    return work.session.scalar(
        select(func.min(Submission.ready)).where(Submission.status == SubmissionStatus.PROCESSING)
    )


def status_for(work: Work, number: int, device: Sender) -> SubmissionStatus | None:
    """Where a submission of *device* stands; ``None``: it has none of this number."""
    return work.connection.scalar(_STATUS_FOR, {"number": number, "device": device.id})


@dataclass(frozen=True, slots=True)
class Delivered:
    """An acknowledgement that is handed out, and whose it is."""

    id: int
    document: str
    udi: Udi
    software: str


def acknowledgements_for(work: Work, submission: int, device: Sender | None = None) -> list[Delivered]:
    """The acknowledgements of what is in *submission*, of one device or of all; they count as delivered now."""
    connection = work.connection
    if device is None:
        rows = connection.execute(_ACKNOWLEDGEMENTS_OF, {"submission": submission}).all()
    else:
        rows = connection.execute(_ACKNOWLEDGEMENTS_OF_ONE, {"submission": submission, "device": device.id}).all()
    first = [{"which": row.id, "now": work.now} for row in rows if row.first_delivered is None]
    if first:
        connection.execute(_SET_DELIVERED, first)
    return [Delivered(row.id, row.document, Udi(row.pid, row.sn), row.software) for row in rows]


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


def _head(
    work: Work, home: VirtualAccount | Sender, origin: Origin, processing_time: timedelta, nonce: str | None
) -> dict[str, Any]:
    """The values of a `Submission` that comes in now."""
    values = {
        "smart_account_id": home.smart_account_id,
        "origin": origin,
        "nonce": nonce,
        "correlation_id": uuid.uuid4().hex,
        "received": work.now,
        "ready": work.now + processing_time,
        "status": SubmissionStatus.PROCESSING,
    }
    if isinstance(home, Sender):
        return values | {
            "virtual_account_id": home.virtual_account_id,
            "submitted_by": str(home.udi),
            "product_instance_id": home.id,
        }
    return values | {"virtual_account_id": home.id, "submitted_by": work.actor.name}


class _Intake:
    """One submission while it is taken in: first what becomes of each of its reports, then all rows at once."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._known: dict[Key, tuple[str, datetime]] = {}  # digest and receipt of what is not new
        self._ids: dict[Key, int] = {}
        self._fresh: dict[Key, dict[str, Any]] = {}
        self._items: list[tuple[Key | None, dict[str, Any]]] = []  # with the report that was taken, if it was

    def _refusal(self, report: RumReport) -> str | None:
        """Why a sound report is not taken from who brings it."""
        raise NotImplementedError

    def _device(self, incoming: Incoming) -> int:
        """The number of the device that a new report is of."""
        raise NotImplementedError

    def submit(self, incoming: Sequence[Incoming | Unreadable], head: Mapping[str, Any]) -> Submitted:
        """Take *incoming* in, under a submission with the values of *head*."""
        self._look_up([one.report for one in incoming if isinstance(one, Incoming)])
        for one in incoming:
            if isinstance(one, Incoming):
                self._take(one)
            else:
                self._note(None, "", 0, one.member_file, one.reason)
        return self._write(head)

    def _look_up(self, reports: Iterable[RumReport]) -> None:
        """Those that were taken before."""
        connection = self._work.connection
        for some in batched(sorted({_key(report) for report in reports if not _out_of_bounds(report)}), 300):
            pids, sns, numbers = (list(dict.fromkeys(column)) for column in zip(*some, strict=True))
            rows = connection.execute(_TAKEN_BEFORE, {"pids": pids, "sns": sns, "numbers": numbers})
            for number, pid, sn, rum_id, digest, received in rows:
                self._ids[pid, sn, rum_id], self._known[pid, sn, rum_id] = number, (digest, received)

    def _take(self, incoming: Incoming) -> None:
        """One report; what is taken becomes known, so that it is a duplicate when it comes again."""
        report, file = incoming.report, incoming.member_file
        number, udi = report.report_id, str(report.udi)[:MAX_TEXT]
        problems = _out_of_bounds(report) or check_report(report, key=report_key(report.software_id or "", report.udi))
        if problems:
            bounded = number if 0 <= number < MAX_RUM_ID else 0
            self._note(None, udi, bounded, file, "; ".join(problems)[:_MAX_REASON])
            return
        refusal = self._refusal(report)
        key, digest = _key(report), hashlib.sha256(report.payload.encode()).hexdigest()
        earlier = self._known.get(key)
        if refusal is not None:
            self._note(None, udi, number, file, f"report {number}: {refusal}")
        elif earlier is None:
            self._known[key] = digest, self._work.now
            self._fresh[key] = self._row(report, self._device(incoming), digest)
            self._note(key, udi, number, file, None)
        elif earlier[0] != digest:
            self._note(None, udi, number, file, f"report {number}: another report with this number was received before")
        else:
            when = f"{earlier[1]:%Y-%m-%d %H:%M:%S} UTC"
            self._note(key, udi, number, file, f"report {number}: duplicate, received before on {when}", again=True)

    def _row(self, report: RumReport, device: int, digest: str) -> dict[str, Any]:
        return {
            "product_instance_id": device,
            "pid": report.udi.pid,
            "sn": report.udi.sn,
            "rum_id": report.report_id,
            "tag": report.entitlement_tag,
            "started": report.start,
            "ended": report.end,
            "digest": digest,
            "payload": report.payload,
            "received": self._work.now,
        }

    def _note(
        self,
        taken: Key | None,
        udi: str,
        rum_id: int,
        member_file: str | None,
        reason: str | None,
        *,
        again: bool = False,
    ) -> None:
        item = {"udi": udi, "rum_id": rum_id, "member_file": member_file, "reason": reason, "duplicate": again}
        self._items.append((taken, item))

    def _write(self, head: Mapping[str, Any]) -> Submitted:
        refusal = None
        if not any(taken for taken, _ in self._items):
            reasons = dict.fromkeys(item["reason"] for _, item in self._items if item["reason"])
            refusal = "; ".join(reasons)[:_MAX_REASON] or "there is no report in it"
            head = {**head, "status": SubmissionStatus.ERRORS, "ready": self._work.now}
        connection = self._work.connection
        primary_key = connection.execute(_ADD_SUBMISSION, head).inserted_primary_key
        assert primary_key is not None  # one row has one
        if self._fresh:
            numbers = connection.execute(_ADD_REPORTS, list(self._fresh.values())).scalars()
            self._ids.update(zip(self._fresh, numbers, strict=True))
        for taken, item in self._items:
            item["submission_id"], item["report_id"] = primary_key[0], None if taken is None else self._ids[taken]
        if self._items:
            connection.execute(_ADD_ITEMS, [item for _, item in self._items])
        return Submitted(primary_key[0], refusal)


class _Sent(_Intake):
    """What a device sends itself."""

    def __init__(self, work: Work, sender: Sender) -> None:
        super().__init__(work)
        self._sender = sender

    def _refusal(self, report: RumReport) -> str | None:
        known = report.udi in self._sender.members
        return None if known else f"it is of {report.udi}, which is not the device that sent it"

    def _device(self, incoming: Incoming) -> int:  # noqa: ARG002  it is of its sender
        return self._sender.id


class _Carried(_Intake):
    """What somebody carries, of any devices; those that are not known yet come into his virtual account."""

    def __init__(self, work: Work, home: VirtualAccount) -> None:
        super().__init__(work)
        self._home = home
        self._members: list[ProductUdi] = []  # held, so that each is looked up once for all

    def _look_up(self, reports: Iterable[RumReport]) -> None:
        super()._look_up(reports)
        sound = [report.udi for report in reports if not _out_of_bounds(report)]
        self._members = known_members(self._work, sound)

    def _refusal(self, report: RumReport) -> str | None:
        instance = find_instance(self._work, report.udi)
        if instance is None or instance.virtual_account.smart_account_id == self._home.smart_account_id:
            return None
        return f"{report.udi} belongs to another smart account"

    def _device(self, incoming: Incoming) -> int:
        report = incoming.report
        instance = find_instance(self._work, report.udi) or take_in(self._work, self._home, report.udi)
        refresh(
            self._work,
            instance,
            report.udi,
            members=[udi for _, udi in report.ha_udis],
            hostname=incoming.hostname,
            software=report.software_id,
            software_version=report.software_version,
        )
        return instance.id


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


# --- processed ------------------------------------------------------------------------------------------------------


def _process(work: Work, due: Mapping[int, str]) -> None:
    """Count what has not been counted, then acknowledge it, per submission and device.

    *due*: the submissions in the order in which they are processed, with their correlation ids.
    """
    connection = work.connection
    items: dict[int, list[_Line]] = {number: [] for number in due}
    for row in connection.execute(_ITEMS_OF, {"submissions": list(due)}):
        items[row.submission_id].append(row)
    groups: dict[tuple[int, int], list[_Line]] = {}
    statuses = []
    taken: set[int] = set()
    for number, rows in items.items():
        refused = any(row.id is None for row in rows)
        statuses.append(
            {"which": number, "becomes": SubmissionStatus.ERRORS if refused else SubmissionStatus.NO_ERRORS}
        )
        for row in rows:
            if row.id is not None and row.acknowledgement_id is None and row.id not in taken:
                taken.add(row.id)
                groups.setdefault((number, row.product_instance_id), []).append(row)
    connection.execute(_SET_STATUS, statuses)
    if not groups:
        return
    for rows in groups.values():
        rows.sort(key=lambda row: row.rum_id)
    devices = instances_by_id(work, dict.fromkeys(device for _, device in groups))
    _count(work, [row for rows in groups.values() for row in rows], devices)
    due_by = reports_due(work, list(devices.values()), work.now)
    for device in devices.values():
        device.last_report, device.report_due = work.now, due_by[device.id]
    converted = conversion_documents(work, list(devices.values()))
    acknowledgements = [
        {
            "product_instance_id": device,
            "issued": work.now,
            "document": _document(work, due[number], devices[device], rows, converted.pop(device, None)),
        }
        for (number, device), rows in groups.items()
    ]
    made = connection.execute(_ADD_ACKNOWLEDGEMENTS, acknowledgements).scalars().all()
    connection.execute(
        _SET_ACKNOWLEDGEMENT,
        [
            {"which": row.id, "acknowledgement": number}
            for number, rows in zip(made, groups.values(), strict=True)
            for row in rows
        ],
    )
    work.session.flush()


@dataclass(slots=True)
class _InUse:
    """A row of `Usage`, and what must be done with it."""

    quantity: int
    covered_until: datetime
    is_new: bool = False
    is_changed: bool = False


def _count(work: Work, reports: Sequence[_Line], devices: Mapping[int, ProductInstance]) -> None:
    """Add what the reports measured to usage and consumption, and note what is odd about their places in time."""
    connection = work.connection
    for tag in {report.tag for report in reports if report.tag is not None}:
        license_of_tag(work, tag)
    usage: dict[tuple[int, str], _InUse] = {}
    for some in batched(list(devices), 400):
        for row in connection.execute(_USAGE_OF, {"devices": some}):
            usage[row.product_instance_id, row.tag] = _InUse(row.quantity, row.covered_until)
    consumed: list[dict[str, Any]] = []
    odd = []
    for report in reports:
        if report.tag is None or report.started is None or report.ended is None:
            continue
        device = report.product_instance_id
        measured = _measured(report.payload)
        home = devices[device].virtual_account_id
        consumed.extend(
            {
                "report_id": report.id,
                "product_instance_id": device,
                "virtual_account_id": home,
                "tag": report.tag,
                "started": start,
                "ended": end,
                "quantity": quantity,
            }
            for start, end, quantity in measured
        )
        last = measured[-1][2]
        known = usage.get((device, report.tag))
        if known is None:
            usage[device, report.tag] = _InUse(last, report.ended, is_new=True)
            continue
        before = known.covered_until
        if report.ended >= before:
            known.quantity, known.covered_until, known.is_changed = last, report.ended, True
        if report.started != before:
            word = "gap" if report.started > before else "overlap"
            span = abs(report.started - before)
            odd.append(
                {
                    "which": report.item,
                    "why": f"report {report.rum_id}: a {word} of {span} to what was reported before",
                }
            )
    if consumed:
        connection.execute(_ADD_CONSUMPTION, consumed)
    if odd:
        connection.execute(_SET_REASON, odd)
    added = [
        {"product_instance_id": device, "tag": tag, "quantity": one.quantity, "covered_until": one.covered_until}
        for (device, tag), one in usage.items()
        if one.is_new
    ]
    if added:
        connection.execute(_ADD_USAGE, added)
    changed = [
        {"device": device, "licence": tag, "number": one.quantity, "until": one.covered_until}
        for (device, tag), one in usage.items()
        if one.is_changed and not one.is_new
    ]
    if changed:
        connection.execute(_SET_USAGE, changed)


def _measured(payload: str) -> list[tuple[datetime, datetime, int]]:
    """What was in use, from when to when, by a payload that was checked when it came in."""
    return [
        (
            datetime.fromtimestamp(int(raw["start_time"]), UTC),
            datetime.fromtimestamp(int(raw["end_time"]), UTC),
            int(raw["value"]["value"]) if isinstance(raw.get("value"), dict) else 0,
        )
        for raw in RumReport(payload).content["measurements"]
    ]


def _document(
    work: Work,
    correlation_id: str,
    instance: ProductInstance,
    reports: Iterable[_Line],
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
        correlation_id=correlation_id,
    )
    more = (policy_document(instance, udi, work.now), converted)
    return render_smart_license([signed(ack, CSSM_KEY), *(document for document in more if document is not None)])
