"""Version 3: the summary of licences. Source: reference/reports.md section 7.4, reference/cssm-clients.md."""

from __future__ import annotations

from typing import Final, Literal

from sqlalchemy import func, select

from smartlic_lab.authority import licenses
from smartlic_lab.authority.api.routes import BASE, Call, Route, Wire
from smartlic_lab.authority.api.v2 import ACCOUNT_HEADERS, Nonce, Timestamp, numbered_virtual_account
from smartlic_lab.authority.models import Submission, SubmissionStatus


class SummaryData(Wire):
    """Which licences; none named: all."""

    timestamp: Timestamp
    nonce: Nonce
    tags: list[str] | None = None


class SummaryRequest(Wire):
    """What a client posts."""

    data: SummaryData


class SummaryDetail(Wire):
    """One purchase."""

    license_type: str
    billing_type: str = "PREPAID"
    billing_model: str = "PREPAID"
    quantity: int
    postpaid_usage: int | None = None
    start_date: str | None
    end_date: str | None = None
    subscription_id: str | None = None
    status: str = "ACTIVE"


class SummaryLine(Wire):
    """How the virtual account stands with one licence; the names without ``prepaid`` are those of the newer API."""

    tag: str
    display_name: str
    compliance_status: str
    enforced: bool
    export_restricted: bool
    prepaid_entitled: int
    prepaid_inuse: int
    prepaid_reserved: int
    entitled: int
    future_entitled: int
    inuse: int
    reserved: int
    license_details: list[SummaryDetail]


class SummaryAnswer(Wire):
    """The licences, and how many submissions are still being processed."""

    status: Literal["SUCCESS"] = "SUCCESS"
    message: str = ""
    message_code: str | None = None
    timestamp: int | str
    nonce: int | str
    summary: list[SummaryLine]
    out_standing_reports: int


def summary(call: Call) -> SummaryAnswer:
    """The licences of the virtual account that the headers name."""
    asked: SummaryData = call.body.data
    home = numbered_virtual_account(call)
    waiting = call.work.session.scalar(
        select(func.count())
        .select_from(Submission)
        .where(Submission.virtual_account_id == home.id, Submission.status == SubmissionStatus.PROCESSING)
    )
    found = licenses.positions(call.work, [home])
    future = licenses.future_entitled(call.work, home)
    return SummaryAnswer(
        timestamp=int(call.work.now.timestamp() * 1000),
        nonce=asked.nonce,
        summary=[
            _line(one, future.get(one.license.tag, 0))
            for one in found
            if not asked.tags or one.license.tag in asked.tags
        ],
        out_standing_reports=waiting or 0,
    )


def _line(here: licenses.Position, future: int) -> SummaryLine:
    return SummaryLine(
        tag=here.license.tag,
        display_name=here.license.display,
        compliance_status=here.status,
        enforced=here.license.enforced,
        export_restricted=here.license.export_restricted,
        prepaid_entitled=here.purchased,
        prepaid_inuse=here.in_use,
        prepaid_reserved=here.reserved,
        entitled=here.purchased,
        future_entitled=future,
        inuse=here.in_use,
        reserved=here.reserved,
        license_details=[
            SummaryDetail(
                license_type=pool.term.value,
                quantity=pool.quantity,
                start_date=pool.started.isoformat(),
                end_date=None if pool.ended is None else pool.ended.isoformat(),
                subscription_id=pool.subscription_id,
            )
            for pool in here.pools
        ],
    )


ROUTES: Final[tuple[Route, ...]] = (
    Route(
        "POST",
        f"{BASE}/v3/licenses/summary",
        "Sum up the licences of a virtual account",
        summary,
        SummaryAnswer,
        body=SummaryRequest,
        headers=ACCOUNT_HEADERS,
    ),
)
