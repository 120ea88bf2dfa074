"""The newer generation, "Software APIs", below ``/v1/software/apis``.

Source: reference/cssm-clients.md (operations, what is sent and what is read), reference/reports.md section 7.4. Its
host answers 403 to clients that are not registered for it; here every API client is.
"""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import Field
from sqlalchemy import select

from nornir_smartlic.model import Udi
from smartlic_lab.authority import accounting, accounts, policies, product_instances, reservations
from smartlic_lab.authority.api.inventory import DeviceAnswer, ReservationRequest, Sudi, reserve_one, shown_device
from smartlic_lab.authority.api.routes import (
    BASE,
    MOST_RECORDS,
    SOFTWARE_APIS,
    Call,
    CamelWire,
    QueryModel,
    Route,
    Wire,
)
from smartlic_lab.authority.api.v1 import Done, Name, virtual_account_of
from smartlic_lab.authority.api.v2 import ACCOUNT_HEADERS, RoleHeld, roles_in
from smartlic_lab.authority.api.v3 import SummaryAnswer, SummaryRequest, summary
from smartlic_lab.authority.errors import Refusal
from smartlic_lab.authority.models import License, ProductInstance, ReservationType, VirtualAccount
from smartlic_lab.authority.product_instances import find_by_serial
from smartlic_lab.authority.rights import Right

_LICENSING: Final = f"{SOFTWARE_APIS}/licensing"
_PNP: Final = f"{SOFTWARE_APIS}/pnp/v2/accounts"
_V2_HOME: Final = f"{BASE}/v2/accounts/{{domain}}/virtual-accounts/{{virtual_account}}"


class SmartAccountsQuery(QueryModel):
    """Whose accounts: those of who asks, whatever user is named; all, or that of one domain."""

    user_id: str | None = None
    add_virtual_accounts: str | None = None
    add_role_dipslay_name: str | None = None  # sic
    smart_account_domain: str | None = None


class VirtualAccountFound(CamelWire):
    """A virtual account of a smart account."""

    name: str
    id: int
    is_default: bool


class SmartAccountFound(CamelWire):
    """A smart account (keys beside ``domain`` are unverified)."""

    domain: str
    name: str
    id: int
    status: str = "ACTIVE"
    type: str = "CUSTOMER"
    roles: list[RoleHeld]
    virtual_accounts: list[VirtualAccountFound] | None


class SmartAccountsFound(Done):
    """The smart accounts of a user."""

    accounts: list[SmartAccountFound]


class RowsQuery(QueryModel):
    """Which rows."""

    start_idx: Annotated[int, Field(ge=0, lt=2**31)] = 0
    rows_per_page: Annotated[int, Field(ge=1, le=1_000_000)] = 50


class PnpAccountsQuery(RowsQuery):
    """Which accounts: those with this text in their domain."""

    account_domain: str | None = None


class PnpAccount(CamelWire):
    """A smart account as Plug and Play has it."""

    company_name: str
    domain_identifier: str
    account_identifier: str


class PnpAccounts(Done):
    """Rows, and how many there are of them."""

    total_rows: int
    data: list[PnpAccount]


class PnpVirtualAccount(CamelWire):
    """A virtual account as Plug and Play has it."""

    virtual_account_name: str
    virtual_account_id: str
    default: bool


class PnpVirtualAccounts(Done):
    """Rows, and how many there are of them."""

    total_rows: int
    data: list[PnpVirtualAccount]


class SoftwareTags(CamelWire):
    """What products are asked of."""

    software_tags: Annotated[list[Name], Field(min_length=1, max_length=1000)]


class SlrEntitlement(CamelWire):
    """A licence that can be reserved."""

    entitlement_tag: str
    type: str


class SlrDetails(CamelWire):
    """What can be reserved for a product."""

    software_tag: str
    entitlements: list[SlrEntitlement]


class SlrAnswer(Done):
    """One entry for each product."""

    data: list[SlrDetails]


class NewerReservations(CamelWire):
    """Reservations."""

    reservation_requests: Annotated[list[ReservationRequest], Field(min_length=1, max_length=1000)]


class NewerReservation(CamelWire):
    """The code for the device, or why there is none."""

    reservation_code: str
    authorization_code: str | None
    status: Literal["SUCCESS", "FAILED"]
    status_message: str


class NewerReservationsAnswer(Done):
    """One answer for each request."""

    authorization_codes: list[NewerReservation]


class RemoveRequest(CamelWire):
    """A device that is to be removed, with the return code that it printed."""

    sudi: Sudi
    product_tag_name: str | None = None
    return_code: Annotated[str, Field(max_length=16_384)] | None = None


class RemoveRequests(CamelWire):
    """Devices; one public script spells the key wrong, as an older API did."""

    product_instances_remove_requests: Annotated[list[RemoveRequest], Field(max_length=1000)] = Field(
        default_factory=list
    )
    product_instaces_remove_requests: Annotated[list[RemoveRequest], Field(max_length=1000)] = Field(
        default_factory=list
    )


class Removed(CamelWire):
    """What became of one device."""

    status: Literal["SUCCESS", "FAILED"]
    status_message: str
    device: str


class RemovedAnswer(Done):
    """One entry for each device."""

    remove_product_instances_status: list[Removed]


class HomeQuery(QueryModel):
    """Which virtual account."""

    virtual_account_name: Annotated[str, Field(min_length=1)]


class SerialQuery(QueryModel):
    """Which device."""

    udi_serial_number: Annotated[str, Field(alias="udi_serial_number", min_length=1, max_length=255)]


class AccountOfDevice(Wire):
    """Where a device is."""

    name: str
    domain: str
    account_id: str
    virtual_account_name: str
    virtual_account_id: str
    default: bool


class DeviceFound(Wire):
    """A device, wherever it is."""

    software_tag: str
    sudi: Sudi
    account: AccountOfDevice


class DevicesFound(Wire):
    """The devices with that serial number that one may see."""

    status: Literal["COMPLETE"] = "COMPLETE"
    message: str = ""
    message_code: str | None = None
    data: list[DeviceFound]


class DevicesQuery(QueryModel):
    """Which product instances: of one virtual account, with a name that holds a text, and which part of them."""

    virtual_account_name: str | None = None
    instance_name: str | None = None
    limit: Annotated[int, Field(ge=-1, le=1_000_000)] = 50
    offset: Annotated[int, Field(ge=0, lt=2**31)] = 0


class DevicesPage(Done):
    """One page (keys beside those of v1 are unverified)."""

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


def _smart_accounts(call: Call) -> SmartAccountsFound:
    asked: SmartAccountsQuery = call.query
    with_virtual = (asked.add_virtual_accounts or "").lower() in ("true", "yes", "1")
    return SmartAccountsFound(
        accounts=[
            SmartAccountFound(
                domain=account.domain,
                name=account.name,
                id=account.id,
                roles=roles_in(call, account),
                virtual_accounts=[
                    VirtualAccountFound(name=one.name, id=one.id, is_default=one.is_default)
                    for one in accounts.visible_virtual_accounts(call.work, account)
                ]
                if with_virtual
                else None,
            )
            for account in accounts.visible_smart_accounts(call.work)
            if (asked.smart_account_domain or "").casefold() in account.domain.casefold()
        ]
    )


def _pnp_accounts(call: Call) -> PnpAccounts:
    asked: PnpAccountsQuery = call.query
    found = [
        one
        for one in accounts.visible_smart_accounts(call.work)
        if (asked.account_domain or "").casefold() in one.domain.casefold()
    ]
    return PnpAccounts(
        total_rows=len(found),
        data=[
            PnpAccount(company_name=one.name, domain_identifier=one.domain, account_identifier=str(one.id))
            for one in found[asked.start_idx : asked.start_idx + asked.rows_per_page]
        ],
    )


def _pnp_virtual_accounts(call: Call) -> PnpVirtualAccounts:
    asked: RowsQuery = call.query
    found = accounts.visible_virtual_accounts(call.work, call.work.smart_account(call.path["domain"]))
    return PnpVirtualAccounts(
        total_rows=len(found),
        data=[
            PnpVirtualAccount(virtual_account_name=one.name, virtual_account_id=str(one.id), default=one.is_default)
            for one in found[asked.start_idx : asked.start_idx + asked.rows_per_page]
        ],
    )


def _slr_details(call: Call) -> SlrAnswer:
    """What can be reserved: which licence goes with which product CSSM does not know here, so that all are named."""
    asked: SoftwareTags = call.body
    tags = call.work.session.scalars(select(License.tag).order_by(License.tag)).all()
    entitlements = [SlrEntitlement(entitlement_tag=tag, type=ReservationType.SPECIFIC.value) for tag in tags]
    return SlrAnswer(data=[SlrDetails(software_tag=one, entitlements=entitlements) for one in asked.software_tags])


def _reserve(call: Call) -> NewerReservationsAnswer:
    """As in v1, but a universal reservation is answered with the short code that products print."""
    asked: NewerReservations = call.body
    home = virtual_account_of(call)
    call.work.require(Right.MANAGE_LICENSES, home.smart_account, home)
    answers = []
    for request in asked.reservation_requests:
        made = reserve_one(call, home, request)
        code = made.authorization_code
        if code is not None and request.reservation_type == ReservationType.UNIVERSAL.value:
            code = reservations.short_code(code)
        answers.append(
            NewerReservation(
                reservation_code=request.reservation_code,
                authorization_code=code,
                status=made.status,
                status_message=made.status_message,
            )
        )
    failed = any(one.status == "FAILED" for one in answers)
    return NewerReservationsAnswer(status="FAILED" if failed else "SUCCESS", authorization_codes=answers)


def _remove(call: Call) -> RemovedAnswer:
    account = call.work.smart_account(call.path["domain"])
    return _removed(call, call.work.virtual_account(account, call.query.virtual_account_name))


def _remove_at_home(call: Call) -> RemovedAnswer:
    return _removed(call, virtual_account_of(call))


def _removed(call: Call, home: VirtualAccount) -> RemovedAnswer:
    asked: RemoveRequests = call.body
    call.work.require(Right.MANAGE_LICENSES, home.smart_account, home)
    answers = []
    for one in (*asked.product_instances_remove_requests, *asked.product_instaces_remove_requests):
        udi = Udi(one.sudi.udi_pid, one.sudi.udi_serial_number)
        name = f"udiPid:{udi.pid} udiSerialNumber:{udi.sn}"
        savepoint = call.work.session.begin_nested()
        try:
            reservations.remove_instance(call.work, home, udi, one.return_code)
        except Refusal as refusal:
            savepoint.rollback()
            answers.append(Removed(status="FAILED", status_message=str(refusal), device=name))
        else:
            savepoint.commit()
            answers.append(Removed(status="SUCCESS", status_message="the product instance was removed", device=name))
    failed = [one.status_message for one in answers if one.status == "FAILED"]
    return RemovedAnswer(
        status="FAILED" if failed else "SUCCESS",
        status_message="; ".join(failed),
        remove_product_instances_status=answers,
    )


def _search_device(call: Call) -> DevicesFound:
    asked: SerialQuery = call.query
    found = [
        one
        for one in find_by_serial(call.work, asked.udi_serial_number)
        if call.work.may(Right.MANAGE_LICENSES, one.virtual_account.smart_account, one.virtual_account)
    ]
    return DevicesFound(data=[_located(one) for one in found])


def _located(one: ProductInstance) -> DeviceFound:
    home, shown = one.virtual_account, shown_device(one, [])
    return DeviceFound(
        software_tag=shown.product_tag_name,
        sudi=shown.sudi,
        account=AccountOfDevice(
            name=home.smart_account.name,
            domain=home.smart_account.domain,
            account_id=str(home.smart_account_id),
            virtual_account_name=home.name,
            virtual_account_id=str(home.id),
            default=home.is_default,
        ),
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
    limit = MOST_RECORDS if asked.limit < 0 else min(asked.limit, MOST_RECORDS)
    total, page = product_instances.list_instances(
        call.work, homes, named=asked.instance_name, limit=limit, offset=asked.offset
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
        "GET",
        f"{SOFTWARE_APIS}/accounts/v1/user/search-smart-accounts",
        "List smart accounts",
        _smart_accounts,
        SmartAccountsFound,
        query=SmartAccountsQuery,
    ),
    Route("GET", _PNP, "List smart accounts of Plug and Play", _pnp_accounts, PnpAccounts, query=PnpAccountsQuery),
    Route(
        "GET",
        f"{_PNP}/{{domain}}/virtual-accounts",
        "List virtual accounts of Plug and Play",
        _pnp_virtual_accounts,
        PnpVirtualAccounts,
        query=RowsQuery,
    ),
    Route(
        "GET",
        f"{_LICENSING}/v2/accounts/{{domain}}/devices",
        "List product instances",
        _devices,
        DevicesPage,
        query=DevicesQuery,
    ),
    Route(
        "POST",
        f"{_LICENSING}/v2/get-summary",
        "Sum up the licences of a virtual account",
        summary,
        SummaryAnswer,
        body=SummaryRequest,
        headers=ACCOUNT_HEADERS,
    ),
    Route(
        "POST",
        f"{_LICENSING}/v1/search-slr-details",
        "Find what can be reserved for products",
        _slr_details,
        SlrAnswer,
        body=SoftwareTags,
    ),
    Route(
        "POST",
        f"{_LICENSING}/v2/account/{{domain}}/virtual-account/{{virtual_account}}/licenses/reserve",
        "Reserve licences",
        _reserve,
        NewerReservationsAnswer,
        body=NewerReservations,
    ),
    Route(
        "POST",
        f"{_LICENSING}/v3/accounts/{{domain}}/devices/remove",
        "Remove product instances, with their return codes",
        _remove,
        RemovedAnswer,
        body=RemoveRequests,
        query=HomeQuery,
    ),
    Route(
        "POST",
        f"{_V2_HOME}/devices/remove",
        "Remove product instances, with their return codes",
        _remove_at_home,
        RemovedAnswer,
        body=RemoveRequests,
    ),
    Route(
        "GET",
        f"{_LICENSING}/v2/device/search",
        "Find a device in all accounts",
        _search_device,
        DevicesFound,
        query=SerialQuery,
    ),
    Route(
        "GET",
        f"{_LICENSING}/v2/account-policy",
        "Read the policy of a virtual account",
        _policy,
        PolicyAnswer,
        query=PolicyQuery,
    ),
    Route(
        "GET",
        f"{SOFTWARE_APIS}/ea/v1/subscription/account/{{domain}}/consumption",
        "Read the consumption under enterprise agreements",
        _consumption,
        ConsumptionAnswer,
    ),
)
