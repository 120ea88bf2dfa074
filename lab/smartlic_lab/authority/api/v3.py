"""Version 3 and the newer operations on apx. Source: reference/reports.md section 7.4."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import Field
from sqlalchemy import func, select

from smartlic_lab.authority import accounting, licenses, policies, product_instances
from smartlic_lab.authority.api.inventory import DeviceAnswer, shown_device
from smartlic_lab.authority.api.routes import BASE, Call, CamelWire, QueryModel, Route, Wire
from smartlic_lab.authority.api.v2 import ACCOUNT_HEADERS, Nonce, Timestamp, numbered_virtual_account
from smartlic_lab.authority.models import Submission, SubmissionStatus
from smartlic_lab.authority.rights import Right


class SummaryData(Wire):
    """Which licences; none named: all."""

    timestamp: Timestamp
    nonce: Nonce
    tags: list[str] = Field(default_factory=list)


class SummaryRequest(Wire):
    """What a client posts."""

    data: SummaryData


class SummaryDetail(Wire):
    """One purchase."""

    license_type: str
    billing_type: str = "PREPAID"
    quantity: int
    start_date: str
    end_date: str | None = None
    subscription_id: str | None = None
    status: str = "ACTIVE"


class SummaryLine(Wire):
    """How the virtual account stands with one licence."""

    tag: str
    display_name: str
    compliance_status: str
    enforced: bool
    export_restricted: bool
    prepaid_entitled: int
    prepaid_inuse: int
    prepaid_reserved: int
    license_details: list[SummaryDetail]


class SummaryAnswer(Wire):
    """The licences, and how many submissions are still being processed."""

    status: Literal["COMPLETE"] = "COMPLETE"
    summary: list[SummaryLine]
    out_standing_reports: int


class DevicesQuery(QueryModel):
    """Which product instances: of one virtual account, with a name that holds a text, and which part of them."""

    virtual_account_name: str | None = None
    instance_name: str | None = None
    limit: Annotated[int, Field(ge=1, le=1000)] = 50
    offset: Annotated[int, Field(ge=0, lt=2**31)] = 0


class DevicesPage(CamelWire):
    """One page (keys beside those of v1 are recalled)."""

    total_records: int
    limit: int
    offset: int
    devices: list[DeviceAnswer]


class PolicyQuery(QueryModel):
    """Whose policy."""

    smart_account: Annotated[str, Field(min_length=1)]
    virtual_account_name: Annotated[str, Field(min_length=1)]


class PolicyAnswer(CamelWire):
    """The policy of a virtual account: days by class (keys are ours)."""

    name: str
    ack_required: bool
    perpetual: list[int]
    subscription: list[int]
    enforced: list[int]
    export: list[int]


class ConsumptionLine(CamelWire):
    """One licence of an agreement in the running period (keys are ours)."""

    license: str
    entitled: int
    consumed: int
    over_consumed: int


class AgreementConsumption(CamelWire):
    """One agreement (keys are ours)."""

    subscription_id: str
    name: str
    period_start: str
    period_end: str
    lines: list[ConsumptionLine]


class ConsumptionAnswer(CamelWire):
    """The agreements of an account."""

    status: str = "SUCCESS"
    subscriptions: list[AgreementConsumption]


def _summary(call: Call) -> SummaryAnswer:
    asked: SummaryData = call.body.data
    home = numbered_virtual_account(call)
    waiting = call.work.session.scalar(
        select(func.count())
        .select_from(Submission)
        .where(Submission.virtual_account_id == home.id, Submission.status == SubmissionStatus.PROCESSING)
    )
    found = licenses.positions(call.work, [home])
    return SummaryAnswer(
        summary=[_line(one) for one in found if not asked.tags or one.license.tag in asked.tags],
        out_standing_reports=waiting or 0,
    )


def _line(here: licenses.Position) -> SummaryLine:
    return SummaryLine(
        tag=here.license.tag,
        display_name=here.license.display,
        compliance_status=here.status,
        enforced=here.license.enforced,
        export_restricted=here.license.export_restricted,
        prepaid_entitled=here.purchased,
        prepaid_inuse=here.in_use,
        prepaid_reserved=here.reserved,
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


def _devices(call: Call) -> DevicesPage:
    asked: DevicesQuery = call.query
    account = call.work.smart_account(call.path["domain"])
    if asked.virtual_account_name:
        homes = [call.work.virtual_account(account, asked.virtual_account_name)]
    else:
        homes = call.work.reachable(Right.MANAGE_LICENSES, account)
        if not homes:
            call.work.require(Right.MANAGE_LICENSES, account)
    total, page = product_instances.list_instances(
        call.work, homes, named=asked.instance_name, limit=asked.limit, offset=asked.offset
    )
    used = product_instances.usage_of(call.work, page)
    return DevicesPage(
        total_records=total,
        limit=asked.limit,
        offset=asked.offset,
        devices=[shown_device(one, used.get(one.id, [])) for one in page],
    )


def _policy(call: Call) -> PolicyAnswer:
    asked: PolicyQuery = call.query
    home = call.work.virtual_account(call.work.smart_account(asked.smart_account), asked.virtual_account_name)
    call.work.require(Right.MANAGE_LICENSES, home.smart_account, home)
    policy = policies.policy_of(home)

    def days(name: str) -> list[int]:
        values = getattr(policy, name)
        return [values.first_report.days, values.reporting_frequency.days, values.report_on_change.days]

    return PolicyAnswer(
        name=policy.name or "CISCO default",
        ack_required=policy.ack_required,
        perpetual=days("perpetual"),
        subscription=days("subscription"),
        enforced=days("enforced"),
        export=days("export"),
    )


def _consumption(call: Call) -> ConsumptionAnswer:
    account = call.work.smart_account(call.path["domain"])
    running = accounting.running_agreements(call.work, account)
    return ConsumptionAnswer(
        subscriptions=[
            AgreementConsumption(
                subscription_id=agreement.subscription_id,
                name=agreement.name,
                period_start=period.started.isoformat(),
                period_end=period.ended.isoformat(),
                lines=[
                    ConsumptionLine(
                        license=line["license"],
                        entitled=line["bought"],
                        consumed=line["peak"],
                        over_consumed=line["over_use"],
                    )
                    for line in accounting.lines(call.work, period, call.work.now)
                ],
            )
            for agreement, period in running
        ]
    )


ROUTES: Final[tuple[Route, ...]] = (
    Route(
        "POST",
        f"{BASE}/v3/licenses/summary",
        "Sum up the licences of a virtual account",
        _summary,
        SummaryAnswer,
        body=SummaryRequest,
        headers=ACCOUNT_HEADERS,
    ),
    Route(
        "GET",
        "/licensing/v2/accounts/{domain}/devices",
        "List product instances",
        _devices,
        DevicesPage,
        query=DevicesQuery,
    ),
    Route(
        "GET",
        "/licensing/v2/account-policy",
        "Read the policy of a virtual account",
        _policy,
        PolicyAnswer,
        query=PolicyQuery,
    ),
    Route(
        "GET",
        "/ea/v1/subscription/account/{domain}/consumption",
        "Read the consumption under enterprise agreements",
        _consumption,
        ConsumptionAnswer,
    ),
)
