"""Version 1: licences, product instances, reservations, conversions, alerts.

Source: reference/reports.md section 7.2, keys as public clients read them.
"""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import Field

from nornir_smartlic.model import Udi
from smartlic_lab.authority import alerts, conversions, licenses, product_instances, reservations
from smartlic_lab.authority.api.routes import MOST_RECORDS, Call, CamelWire, Limit, Offset, QueryModel, Route, page_of
from smartlic_lab.authority.api.v1 import ACCOUNT, HOME, Done, Name, PageQuery, virtual_account_of
from smartlic_lab.authority.catalogue import find_license
from smartlic_lab.authority.errors import Refusal
from smartlic_lab.authority.models import ProductInstance, Term, VirtualAccount
from smartlic_lab.authority.rights import Right

Quantity = Annotated[int, Field(ge=1, le=licenses.MAX_QUANTITY)] | Annotated[str, Field(pattern=r"^[1-9][0-9]{0,6}$")]
"""Clients send it as text too. Source: reference/cssm-clients.md."""


class Sudi(CamelWire):
    """A UDI as v1 has it."""

    udi_pid: Annotated[str, Field(min_length=1, max_length=255)]
    udi_serial_number: Annotated[str, Field(min_length=1, max_length=255)]
    udi_vid: str | None = None
    uuid: str | None = None
    suvi: str | None = None
    host_identifier: str | None = None
    mac_address: str | None = None


class Page(CamelWire):
    """Which virtual accounts (none named: all that one may see), and which part of the answer."""

    virtual_accounts: list[str] | None = None
    limit: Limit | None = None
    offset: Offset | None = None
    status: list[str] | None = None  # of terms: Active, Expired ...; only running ones are kept


class Part(QueryModel):
    """Which part of the answer."""

    limit: Annotated[int, Field(ge=-1, le=1_000_000)] | None = None
    offset: Annotated[int, Field(ge=0, lt=2**31)] | None = None


class LicenseDetail(CamelWire):
    """One purchase."""

    license_type: str
    quantity: int
    start_date: str
    end_date: str | None = None
    subscription_id: str | None = None
    status: str


class LicenseAnswer(CamelWire):
    """How a virtual account stands with a licence."""

    license: str
    virtual_account: str
    quantity: int
    in_use: int
    available: int
    reserved: int
    billing_type: str = "PREPAID"
    status: str
    aha_apps: bool = False
    is_portable: bool = False
    pending_quantity: int = 0
    license_substitutions: list[str] = Field(default_factory=list)
    license_details: list[LicenseDetail]


class LicensesAnswer(Done):
    """One page."""

    total_records: int
    licenses: list[LicenseAnswer]


class SubscriptionAnswer(CamelWire):
    """A purchase for a term."""

    license: str
    virtual_account: str
    quantity: int
    billing_type: str = "PREPAID"
    subscription_id: str
    start_date: str
    end_date: str
    status: str


class SubscriptionsAnswer(Done):
    """One page."""

    total_records: int
    license_subscriptions: list[SubscriptionAnswer]


class Used(CamelWire):
    """So many of a licence."""

    license: str
    quantity: int


class DeviceAnswer(CamelWire):
    """A product instance."""

    host_name: str
    display_name: str
    instance_name: str
    sudi: Sudi
    product_tag_name: str
    product_name: str
    product_description: str | None = None
    product_type: str | None = None
    virtual_account: str
    registration_date: str
    last_contact_date: str
    status: str
    license_usage: list[Used]


class DevicesAnswer(Done):
    """One page."""

    total_records: int
    devices: list[DeviceAnswer]


class DeviceToTransfer(CamelWire):
    """A device, and where it shall go."""

    sudi: Sudi
    product_tag_name: str | None = None
    target_virtual_account: Name


class DevicesToTransfer(CamelWire):
    """Devices."""

    product_instances: Annotated[list[DeviceToTransfer], Field(min_length=1)]


class DeviceToRemove(CamelWire):
    """One device."""

    sudi: Sudi
    product_tag_name: str | None = None
    return_code: Annotated[str, Field(max_length=1000)] | None = None  # of a reservation or an authorization code


class LicenseToTransfer(CamelWire):
    """Licences, and where they shall go."""

    license: Name
    license_type: Literal["PERPETUAL", "TERM"] = "PERPETUAL"
    quantity: Quantity
    target_virtual_account: Name
    precedence: Literal["LONGEST_TERM_FIRST"] | None = None


class LicensesToTransfer(CamelWire):
    """Licences."""

    licenses: Annotated[list[LicenseToTransfer], Field(min_length=1)]


class LicenseToReserve(CamelWire):
    """So many of a licence."""

    entitlement_tag: Name
    quantity: Quantity
    precedence: Literal["LONGEST_TERM_FIRST"] | None = None


class ReservationRequest(CamelWire):
    """What a device's request code is to get."""

    reservation_code: Name
    reservation_type: Literal["SPECIFIC", "UNIVERSAL"]
    licenses: list[LicenseToReserve] = Field(default_factory=list)


class ReservationRequests(CamelWire):
    """Reservations."""

    reservation_requests: Annotated[list[ReservationRequest], Field(min_length=1)]


class ReservationAnswer(CamelWire):
    """The code for the device, or why there is none."""

    reservation_code: str
    authorization_code: str | None = None
    status: Literal["SUCCESS", "FAILED"]
    status_message: str


class ReservationsAnswer(Done):
    """One answer for each request."""

    authorization_codes: list[ReservationAnswer]


class DlcRequest(CamelWire):
    """A device that is to be converted."""

    sudi: Sudi


class DlcAccount(CamelWire):
    """Devices of one virtual account."""

    name: Name
    dlc_requests: Annotated[list[DlcRequest], Field(min_length=1)]


class DlcRequests(CamelWire):
    """Devices."""

    virtual_accounts: Annotated[list[DlcAccount], Field(min_length=1)]


class DlcAnswer(CamelWire):
    """Where the conversion of a device stands."""

    sudi: Sudi
    conversion_status: str


class DlcAnswers(Done):
    """One answer for each device."""

    devices: list[DlcAnswer]


class AlertAnswer(CamelWire):
    """An alert (the operation is unverified)."""

    alert_id: int
    alert_type: str
    virtual_account: str
    message: str
    raised_date: str


class AlertsAnswer(Done):
    """One page."""

    total_records: int
    alerts: list[AlertAnswer]


def _chosen(call: Call, names: list[str] | None) -> list[VirtualAccount]:
    """The virtual accounts that are named, or all in which one may see licences."""
    account = call.work.smart_account(call.path["domain"])
    if names:
        return [call.work.virtual_account(account, name) for name in dict.fromkeys(names)]
    reached = call.work.reachable(Right.MANAGE_LICENSES, account)
    if not reached:
        call.work.require(Right.MANAGE_LICENSES, account)
    return reached


def _licenses(call: Call) -> LicensesAnswer:
    asked: Page = call.body
    found = licenses.positions(call.work, _chosen(call, asked.virtual_accounts))
    return LicensesAnswer(
        total_records=len(found),
        licenses=[_shown_position(one) for one in page_of(found, *_part(call))],
    )


def _subscriptions(call: Call) -> SubscriptionsAnswer:
    asked: Page = call.body
    found = [
        (here, pool)
        for here in licenses.positions(call.work, _chosen(call, asked.virtual_accounts))
        for pool in here.pools
        if pool.ended is not None
    ]
    return SubscriptionsAnswer(
        total_records=len(found),
        license_subscriptions=[
            SubscriptionAnswer(
                license=here.license.display,
                virtual_account=here.virtual_account.name,
                quantity=pool.quantity,
                subscription_id=pool.subscription_id or "",
                start_date=pool.started.isoformat(),
                end_date="" if pool.ended is None else pool.ended.isoformat(),
                status="ACTIVE",
            )
            for here, pool in page_of(found, *_part(call))
        ],
    )


def _part(call: Call) -> tuple[int, int]:
    """How many records, and from which on: by the body, else by the query. Source: public client Cisco.Api (both)."""
    asked = [one for one in (call.body, call.query) if one is not None]
    limit = next((int(one.limit) for one in asked if one.limit is not None), 50)
    offset = next((int(one.offset) for one in asked if one.offset is not None), 0)
    return (MOST_RECORDS if limit < 0 else min(limit, MOST_RECORDS)), offset


def _devices(call: Call) -> DevicesAnswer:
    names = (call.query if call.body is None else call.body).virtual_accounts
    return _shown_devices(call, _chosen(call, names.split(",") if isinstance(names, str) else names))


def _home_devices(call: Call) -> DevicesAnswer:
    return _shown_devices(call, [virtual_account_of(call)])


def _shown_devices(call: Call, homes: list[VirtualAccount]) -> DevicesAnswer:
    limit, offset = _part(call)
    total, page = product_instances.list_instances(call.work, homes, limit=limit, offset=offset)
    used = product_instances.usage_of(call.work, page)
    return DevicesAnswer(total_records=total, devices=[shown_device(one, used.get(one.id, [])) for one in page])


def _transfer_devices(call: Call) -> Done:
    asked: DevicesToTransfer = call.body
    source = virtual_account_of(call)
    for one in asked.product_instances:
        instance = product_instances.instance_in(call.work, source, _udi(one.sudi))
        target = call.work.virtual_account(source.smart_account, one.target_virtual_account)
        product_instances.transfer_instance(call.work, instance, target)
    return Done(status_message=f"{len(asked.product_instances)} product instance(s) transferred")


def _remove_device(call: Call) -> Done:
    asked: DeviceToRemove = call.body
    reservations.remove_instance(call.work, virtual_account_of(call), _udi(asked.sudi), asked.return_code)
    return Done(status_message="the product instance was removed")


def _transfer_licenses(call: Call) -> Done:
    asked: LicensesToTransfer = call.body
    source = virtual_account_of(call)
    for one in asked.licenses:
        target = call.work.virtual_account(source.smart_account, one.target_virtual_account)
        license_ = find_license(call.work, one.license)
        licenses.transfer_licenses(call.work, source, target, license_, int(one.quantity), Term(one.license_type))
    return Done(status_message="licenses transferred")


def _reserve(call: Call) -> ReservationsAnswer:
    asked: ReservationRequests = call.body
    home = virtual_account_of(call)
    call.work.require(Right.MANAGE_LICENSES, home.smart_account, home)
    answers = [reserve_one(call, home, one) for one in asked.reservation_requests]
    failed = [one for one in answers if one.authorization_code is None]
    return ReservationsAnswer(status="FAILED" if failed else "SUCCESS", authorization_codes=answers)


def reserve_one(call: Call, home: VirtualAccount, asked: ReservationRequest) -> ReservationAnswer:
    """One reservation; a refusal leaves the others alone."""
    quantities: dict[str, int] = {}
    for one in asked.licenses:
        quantities[one.entitlement_tag] = quantities.get(one.entitlement_tag, 0) + int(one.quantity)
    savepoint = call.work.session.begin_nested()
    try:
        made = reservations.reserve(call.work, home, asked.reservation_code, quantities)
    except Refusal as refusal:
        savepoint.rollback()
        return ReservationAnswer(reservation_code=asked.reservation_code, status="FAILED", status_message=str(refusal))
    savepoint.commit()
    return ReservationAnswer(
        reservation_code=asked.reservation_code,
        authorization_code=made.authorization_code,
        status="SUCCESS",
        status_message="SUCCESS",
    )


def _convert(call: Call) -> DlcAnswers:
    asked: DlcRequests = call.body
    account = call.work.smart_account(call.path["domain"])
    answers = []
    for home in asked.virtual_accounts:
        virtual_account = call.work.virtual_account(account, home.name)
        for one in home.dlc_requests:
            conversions.convert_device(call.work, virtual_account, _udi(one.sudi))
            status = conversions.conversion_status(conversions.conversions_of(call.work, _udi(one.sudi)))
            answers.append(DlcAnswer(sudi=one.sudi, conversion_status=status))
    return DlcAnswers(devices=answers)


def _alerts(call: Call) -> AlertsAnswer:
    asked: PageQuery = call.query
    names = asked.virtual_accounts
    homes = _chosen(call, names.split(",") if names else None)
    named = {one.id: one.name for one in homes}
    found = alerts.standing_alerts(call.work, homes)
    return AlertsAnswer(
        total_records=len(found),
        alerts=[
            AlertAnswer(
                alert_id=one.id,
                alert_type=one.kind.value,
                virtual_account=named[one.virtual_account_id],
                message=one.message,
                raised_date=one.raised.isoformat(),
            )
            for one in page_of(found, asked.limit, asked.offset)
        ],
    )


def _udi(sudi: Sudi) -> Udi:
    return Udi(sudi.udi_pid, sudi.udi_serial_number)


def _shown_position(here: licenses.Position) -> LicenseAnswer:
    return LicenseAnswer(
        license=here.license.display,
        virtual_account=here.virtual_account.name,
        quantity=here.purchased,
        in_use=here.in_use,
        available=here.balance,
        reserved=here.reserved,
        status=here.status,
        license_details=[
            LicenseDetail(
                license_type=pool.term.value,
                quantity=pool.quantity,
                start_date=pool.started.isoformat(),
                end_date=None if pool.ended is None else pool.ended.isoformat(),
                subscription_id=pool.subscription_id,
                status="ACTIVE",
            )
            for pool in here.pools
        ],
    )


def shown_device(one: ProductInstance, used: list[tuple[str, int]]) -> DeviceAnswer:
    """A product instance as v1 shows it. Source: reference/reports.md section 7.2, reference/cssm-clients.md.

    Unverified: ``productName``; the tag of a device that was reserved for and never said what runs on it.
    """
    return DeviceAnswer(
        host_name=one.hostname or "",
        display_name=f"UDI_PID:{one.pid}; UDI_SN:{one.sn}; ",
        sudi=Sudi(udi_pid=one.pid, udi_serial_number=one.sn, host_identifier=one.hostname),
        instance_name=one.hostname or f"{one.pid}:{one.sn}",
        product_tag_name=one.software or f"regid.2000-01.com.cisco.{one.pid},unknown",
        product_name=one.pid,
        virtual_account=one.virtual_account.name,
        registration_date=one.registered.isoformat(),
        last_contact_date=one.last_contact.isoformat(),
        status="ACTIVE",
        license_usage=[Used(license=name, quantity=quantity) for name, quantity in used],
    )


ROUTES: Final[tuple[Route, ...]] = (
    Route("POST", f"{ACCOUNT}/licenses", "List licences", _licenses, LicensesAnswer, body=Page, query=Part),
    Route(
        "POST",
        f"{ACCOUNT}/license-subscriptions",
        "List terms",
        _subscriptions,
        SubscriptionsAnswer,
        body=Page,
        query=Part,
    ),
    Route("POST", f"{ACCOUNT}/devices", "List product instances", _devices, DevicesAnswer, body=Page, query=Part),
    Route("GET", f"{ACCOUNT}/devices", "List product instances", _devices, DevicesAnswer, query=PageQuery),
    Route(
        "GET",
        f"{HOME}/devices",
        "List product instances of a virtual account",
        _home_devices,
        DevicesAnswer,
        query=Part,
    ),
    Route("GET", f"{ACCOUNT}/alerts", "List alerts (unverified)", _alerts, AlertsAnswer, query=PageQuery),
    Route(
        "POST", f"{ACCOUNT}/dlc_convert", "Convert devices' classic licences", _convert, DlcAnswers, body=DlcRequests
    ),
    Route(
        "POST",
        f"{HOME}/devices/transfer",
        "Transfer product instances",
        _transfer_devices,
        Done,
        body=DevicesToTransfer,
        statuses=(409,),
    ),
    Route(
        "POST",
        f"{HOME}/devices/remove",
        "Remove a product instance",
        _remove_device,
        Done,
        body=DeviceToRemove,
        statuses=(409,),
    ),
    Route(
        "POST",
        f"{HOME}/licenses/transfer",
        "Transfer licences",
        _transfer_licenses,
        Done,
        body=LicensesToTransfer,
        statuses=(409,),
    ),
    Route(
        "POST",
        f"{HOME}/reserve-licenses",
        "Reserve licences",
        _reserve,
        ReservationsAnswer,
        body=ReservationRequests,
    ),
)
