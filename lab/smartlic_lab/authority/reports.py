"""Usage reports: in, checked, processed, acknowledged. Each is counted once and is in one acknowledgement.

The theory. A RUM report is known by its device's UDI and its number; the database lets no two in. What is handed in
is a *submission*, and its items say what became of each report: taken, known already, or refused with a reason. It is
in the database before anybody hears of it, in one transaction, so that a crash leaves either all of it or nothing.
When its processing is over, the reports that have no acknowledgement yet get one together, per device, in the
transaction that counts them. Acknowledgements are stored as text: whoever asks again, because the answer was lost,
gets the same one again, and nothing is counted.

Reports are what an authority has most of: they are read and written as rows, many at once, with statements that are
made once (`intake`, `processing`), and no object of the ORM stands for each.

Source: reference/reports.md sections 1, 2 and 7.3; policy.md section 3.4 (polling).
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import bindparam, func, select, update

from nornir_smartlic.model import Udi
from smartlic_lab.authority.intake import CarriedIntake, Incoming, SentIntake, Submitted, Unreadable
from smartlic_lab.authority.models import (
    Acknowledgement,
    Origin,
    ProductInstance,
    Report,
    Submission,
    SubmissionItem,
    SubmissionStatus,
    VirtualAccount,
    table_of,
)
from smartlic_lab.authority.processing import process
from smartlic_lab.authority.product_instances import Sender
from smartlic_lab.authority.work import Work

_ACKNOWLEDGEMENTS: Final = table_of(Acknowledgement)
_INSTANCES: Final = table_of(ProductInstance)
_ITEMS: Final = table_of(SubmissionItem)
_REPORTS: Final = table_of(Report)
_SUBMISSIONS: Final = table_of(Submission)

_DUE: Final = (
    select(_SUBMISSIONS.c.id, _SUBMISSIONS.c.correlation_id)
    .where(_SUBMISSIONS.c.status == SubmissionStatus.PROCESSING, _SUBMISSIONS.c.ready <= bindparam("now"))
    .order_by(_SUBMISSIONS.c.ready, _SUBMISSIONS.c.id)
    .limit(bindparam("many"))
)
_STATUS_FOR: Final = select(_SUBMISSIONS.c.status).where(
    _SUBMISSIONS.c.id == bindparam("number"), _SUBMISSIONS.c.product_instance_id == bindparam("device")
)
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
_SET_DELIVERED: Final = (
    update(_ACKNOWLEDGEMENTS)
    .where(_ACKNOWLEDGEMENTS.c.id == bindparam("which"))
    .values(first_delivered=bindparam("now"))
)


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
    return CarriedIntake(work, virtual_account).submit(incoming, head)


def submit_own(work: Work, sender: Sender, incoming: Sequence[Incoming], *, processing_time: timedelta) -> Submitted:
    """Take in reports that their device sends itself; otherwise as `submit`."""
    return SentIntake(work, sender).submit(incoming, _head(work, sender, Origin.DEVICE, processing_time, None))


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
        process(work, due)
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
