"""Usage reports being processed: counted once, and acknowledged in the same transaction.

See `smartlic_lab.authority.reports` for the theory.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, TypeAlias

from sqlalchemy import bindparam, insert, select, update

from nornir_smartlic.files import Ack, ConversionAck, RumReport, render_smart_license, signed
from nornir_smartlic.model import Udi
from smartlic_lab.authority.catalogue import license_of_tag
from smartlic_lab.authority.conversions import conversion_documents
from smartlic_lab.authority.models import (
    Acknowledgement,
    Consumption,
    ProductInstance,
    Report,
    Submission,
    SubmissionItem,
    SubmissionStatus,
    Usage,
    table_of,
)
from smartlic_lab.authority.policies import policy_document, reports_due
from smartlic_lab.authority.product_instances import batched, instances_by_id
from smartlic_lab.authority.work import Work
from smartlic_lab.world.signing import CSSM_KEY

_Line: TypeAlias = Any
"""A row of `_ITEMS_OF`; how many columns it has cannot be left open in a type before Python 3.11."""

_ACKNOWLEDGEMENTS: Final = table_of(Acknowledgement)
_ITEMS: Final = table_of(SubmissionItem)
_REPORTS: Final = table_of(Report)
_SUBMISSIONS: Final = table_of(Submission)
_USAGE: Final = table_of(Usage)

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


def process(work: Work, due: Mapping[int, str]) -> None:
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
