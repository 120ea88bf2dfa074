"""What people do on CSSM's portal and Cisco does behind it, as operations: public clients have none, these are ours.

Accounts, users, purchases, PAKs, agreements, policies, reservations. What only Cisco does (opening accounts, selling,
ordering policies) is open to the operator alone: an API client that the topology names under ``operators``.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Any, Final, Literal

from pydantic import Field

from nornir_smartlic.model import Policy, PolicyAttributes, PolicyDays, PolicyOrigin, Secret, Udi
from smartlic_lab.authority import (
    accounting,
    accounts,
    conversions,
    licenses,
    policies,
    principals,
    reservations,
)
from smartlic_lab.authority.api.inventory import Quantity, Sudi
from smartlic_lab.authority.api.routes import BASE, Call, CamelWire, Route
from smartlic_lab.authority.api.v1 import (
    ACCOUNT,
    HOME,
    Done,
    Name,
    VirtualAccountAnswer,
    shown_virtual_account,
    virtual_account_of,
)
from smartlic_lab.authority.catalogue import find_license
from smartlic_lab.authority.errors import NotAllowed
from smartlic_lab.authority.models import (
    AccountingPeriod,
    AccountKind,
    ReservationRow,
    ReservationType,
    SmartAccount,
    VirtualAccount,
)
from smartlic_lab.authority.rights import Right, Role

Days = Annotated[int, Field(ge=0, le=36500)]
Span = Annotated[int, Field(ge=1, le=36500)]
ThreeDays = Annotated[tuple[Days, Days, Days], Field(strict=False)]


class NewAccount(CamelWire):
    """A smart account to be opened; one of limited use has one virtual account and no export-controlled licences."""

    domain: Name
    name: Name | None = None
    limited_use: bool = False
    export_controlled_allowed: bool = True


class AccountChange(CamelWire):
    """What is to be changed; what is not named stays."""

    name: Name | None = None
    export_controlled_allowed: bool | None = None


class AccountAnswer(Done):
    """A smart account."""

    domain: str
    name: str
    account_id: int
    limited_use: bool
    export_controlled_allowed: bool


class VirtualAccountChange(CamelWire):
    """What is to be changed; what is not named stays. ``parent`` null: to the first level."""

    name: Name | None = None
    parent: Name | None = None
    description: Annotated[str, Field(max_length=255)] | None = None
    commerce_access_level: Literal["PUBLIC", "PRIVATE"] | None = None


class ChangedVirtualAccount(Done):
    """The virtual account as it is now."""

    virtual_account: VirtualAccountAnswer


class RoleGiven(CamelWire):
    """A role of a user or client; over a virtual account where one is named."""

    name: Name
    role: Annotated[Role, Field(strict=False)]
    virtual_account: Name | None = None


class NewUser(RoleGiven):
    """A person who gets a role."""

    email: Name | None = None
    password: Name | None = None


class NewClient(RoleGiven):
    """A program that gets a role; ``name`` is its client id."""

    client_secret: Name


class HeldRole(CamelWire):
    """A role, and over what."""

    role: str
    virtual_account: str | None


class UserAnswer(CamelWire):
    """A user or client."""

    name: str
    kind: str
    email: str | None
    roles: list[HeldRole]


class UsersAnswer(Done):
    """Who has a role in the account."""

    users: list[UserAnswer]


class NewPool(CamelWire):
    """A purchase: of a licence by tag or name, for ever or for a term, perhaps under an enterprise agreement."""

    license: Name
    quantity: Quantity
    term_days: Span | None = None
    subscription_id: Name | None = None
    enterprise_agreement: Name | None = None  # its subscription id


class NewPak(CamelWire):
    """A PAK; ``license`` is its smart equivalent, ``sudi`` the device that it is registered to."""

    pak: Name
    product: Name
    quantity: Quantity
    license: Name | None = None
    sudi: Sudi | None = None


class PakAnswer(CamelWire):
    """What is left of a PAK."""

    pak: str
    product: str
    quantity: int
    smart_tag: str | None
    device: str | None


class PaksAnswer(Done):
    """The PAKs that have something left."""

    paks: list[PakAnswer]


class PakConversion(CamelWire):
    """A PAK to be turned into a pool, whole unless a quantity is named."""

    pak: Name
    way: Literal["LRP", "CSSM"] = "CSSM"
    quantity: Quantity | None = None


class NewAgreement(CamelWire):
    """An enterprise agreement that starts now."""

    subscription_id: Name
    name: Name
    term_days: Span
    period_days: Span = accounting.PERIOD_DAYS


class PeriodLine(CamelWire):
    """One licence of a period; ``outcome`` null: the period runs."""

    license: str
    bought: int
    peak: int
    over_use: int
    outcome: str | None


class PeriodAnswer(CamelWire):
    """A period of accounting: True Forward under an agreement, True Up for what is under none."""

    accounting: str
    subscription_id: str | None
    start_date: str
    end_date: str
    closed: bool
    lines: list[PeriodLine]


class PeriodsAnswer(Done):
    """All periods, the oldest first; the running one as it stands."""

    periods: list[PeriodAnswer]


class PolicyChange(CamelWire):
    """A custom policy: of each class, days to the first report, between reports, after a change."""

    name: Name = "Custom Policy"
    ack_required: bool = True
    perpetual: ThreeDays = (365, 0, 90)
    subscription: ThreeDays = (90, 90, 90)
    enforced: ThreeDays = (0, 0, 0)
    export: ThreeDays = (0, 0, 0)


class PolicyShown(Done):
    """The policy in force; its name is null where it is the Cisco default."""

    name: str | None
    ack_required: bool
    perpetual: list[int]
    subscription: list[int]
    enforced: list[int]
    export: list[int]


class ReservedLine(CamelWire):
    """So many of a licence."""

    entitlement_tag: Name
    quantity: Quantity


class ReservationChange(CamelWire):
    """What a device's reservation is to hold from now on."""

    sudi: Sudi
    licenses: Annotated[list[ReservedLine], Field(max_length=1000)]


class ReservationCode(CamelWire):
    """A code that the device printed."""

    sudi: Sudi
    code: Name


class ReservationShown(CamelWire):
    """A reservation."""

    device: str
    reservation_type: str
    authorization_code: str
    confirmed: bool
    licenses: list[ReservedLine]


class ReservationsShown(Done):
    """Those that stand."""

    reservations: list[ReservationShown]


class ReservationChanged(Done):
    """The reservation as it is now."""

    reservation: ReservationShown


class AgreementAnswer(CamelWire):
    """A text that the account must accept."""

    name: str
    accepted: str | None
    accepted_by: str | None


class AgreementsAnswer(Done):
    """The texts."""

    agreements: list[AgreementAnswer]


class AgreementToAccept(CamelWire):
    """Which text."""

    name: Name


# --- accounts --------------------------------------------------------------------------------------------------------


def _account(call: Call) -> SmartAccount:
    return call.work.smart_account(call.path["domain"])


def _shown_account(account: SmartAccount) -> AccountAnswer:
    return AccountAnswer(
        domain=account.domain,
        name=account.name,
        account_id=account.id,
        limited_use=account.kind is AccountKind.LIMITED_USE,
        export_controlled_allowed=account.export_controlled_allowed,
    )


def _new_account(call: Call) -> AccountAnswer:
    asked: NewAccount = call.body
    if not call.work.actor.is_operator:
        raise NotAllowed("smart accounts are opened by Cisco")
    made = accounts.add_smart_account(
        call.work,
        asked.domain,
        asked.name or asked.domain,
        kind=AccountKind.LIMITED_USE if asked.limited_use else AccountKind.CUSTOMER,
        export_controlled_allowed=asked.export_controlled_allowed and not asked.limited_use,
    )
    return _shown_account(made)


def _change_account(call: Call) -> AccountAnswer:
    asked: AccountChange = call.body
    account = _account(call)
    accounts.edit_properties(
        call.work, account, name=asked.name, export_controlled_allowed=asked.export_controlled_allowed
    )
    return _shown_account(account)


def _change_virtual_account(call: Call) -> ChangedVirtualAccount:
    asked: VirtualAccountChange = call.body
    home = virtual_account_of(call)
    if asked.name is not None and asked.name != home.name:
        accounts.rename_virtual_account(call.work, home, asked.name)
    if "parent" in asked.model_fields_set:
        parent = None if asked.parent is None else call.work.virtual_account(home.smart_account, asked.parent)
        accounts.move_virtual_account(call.work, home, parent)
    accounts.describe_virtual_account(
        call.work, home, description=asked.description, commerce_access_level=asked.commerce_access_level
    )
    return ChangedVirtualAccount(virtual_account=shown_virtual_account(call.work, home))


def _users(call: Call) -> UsersAnswer:
    account = _account(call)
    if call.work.may(Right.VIEW_USERS, account):
        listed = list(principals.list_users(call.work, account))
    else:
        homes = call.work.reachable(Right.VIEW_USERS, account)
        if not homes:
            call.work.require(Right.VIEW_USERS, account)
        listed = list(
            {one.id: one for home in homes for one in principals.list_users(call.work, account, home)}.values()
        )
    names = {one.id: one.name for one in account.virtual_accounts}
    return UsersAnswer(
        users=[
            UserAnswer(
                name=one.name,
                kind=one.kind.value,
                email=one.email,
                roles=[
                    HeldRole(
                        role=held.role.value,
                        virtual_account=None if held.virtual_account_id is None else names.get(held.virtual_account_id),
                    )
                    for held in one.roles
                    if held.smart_account_id == account.id
                ],
            )
            for one in listed
        ]
    )


def _scope(call: Call, name: str | None) -> VirtualAccount | None:
    return None if name is None else call.work.virtual_account(_account(call), name)


def _add_user(call: Call) -> Done:
    asked: NewUser = call.body
    secret = None if asked.password is None else Secret(asked.password)
    principals.add_user(
        call.work,
        _account(call),
        asked.name,
        asked.role,
        virtual_account=_scope(call, asked.virtual_account),
        email=asked.email,
        password=secret,
    )
    return Done(status_message=f"{asked.name} is now {asked.role.value}")


def _add_client(call: Call) -> Done:
    asked: NewClient = call.body
    scope = _scope(call, asked.virtual_account)
    principals.add_api_client(
        call.work, _account(call), asked.name, Secret(asked.client_secret), asked.role, virtual_account=scope
    )
    return Done(status_message=f"{asked.name} is now {asked.role.value}")


def _remove_role(call: Call) -> Done:
    asked: RoleGiven = call.body
    principals.remove_role(call.work, _account(call), asked.name, asked.role, _scope(call, asked.virtual_account))
    return Done(status_message=f"{asked.name} is no longer {asked.role.value}")


def _agreements(call: Call) -> AgreementsAnswer:
    return AgreementsAnswer(
        agreements=[
            AgreementAnswer(name=one.name, accepted=_iso(one.accepted), accepted_by=one.accepted_by)
            for one in accounts.agreements(call.work, _account(call))
        ]
    )


def _accept_agreement(call: Call) -> Done:
    accounts.accept_agreement(call.work, _account(call), call.body.name)
    return Done(status_message=f"{call.body.name} was accepted")


# --- licences --------------------------------------------------------------------------------------------------------


def _new_pool(call: Call) -> Done:
    asked: NewPool = call.body
    home = virtual_account_of(call)
    agreement = None
    if asked.enterprise_agreement is not None:
        agreement = accounting.agreement_of(call.work, home.smart_account, asked.enterprise_agreement)
    ended = None if asked.term_days is None else call.work.now + timedelta(days=asked.term_days)
    license_ = find_license(call.work, asked.license)
    licenses.add_pool(
        call.work,
        home,
        license_,
        int(asked.quantity),
        ended=ended,
        subscription_id=asked.subscription_id,
        agreement=agreement,
    )
    return Done(status_message=f"{asked.quantity} {license_.display} were added")


def _new_pak(call: Call) -> Done:
    asked: NewPak = call.body
    equivalent = None if asked.license is None else find_license(call.work, asked.license)
    device = None if asked.sudi is None else _udi(asked.sudi)
    conversions.add_pak(
        call.work,
        virtual_account_of(call),
        asked.pak,
        asked.product,
        int(asked.quantity),
        equivalent=equivalent,
        device=device,
    )
    return Done(status_message=f"PAK {asked.pak} was deposited")


def _paks(call: Call) -> PaksAnswer:
    return PaksAnswer(
        paks=[
            PakAnswer(
                pak=one.pak,
                product=one.product,
                quantity=one.quantity,
                smart_tag=one.smart_tag,
                device=None if one.pid is None else f"PID:{one.pid},SN:{one.sn}",
            )
            for one in conversions.classic_licenses(call.work, virtual_account_of(call))
        ]
    )


def _convert_pak(call: Call) -> Done:
    asked: PakConversion = call.body
    quantity = None if asked.quantity is None else int(asked.quantity)
    way = conversions.Way(asked.way)
    made = conversions.convert_pak(call.work, virtual_account_of(call), asked.pak, way, quantity)
    return Done(status_message=f"{made.quantity} licences of PAK {made.pak} were converted")


def _new_agreement(call: Call) -> Done:
    asked: NewAgreement = call.body
    ended = call.work.now + timedelta(days=asked.term_days)
    accounting.add_agreement(
        call.work, _account(call), asked.subscription_id, asked.name, ended=ended, length_days=asked.period_days
    )
    return Done(status_message=f"{asked.name} ({asked.subscription_id}) was added")


def _periods(call: Call) -> PeriodsAnswer:
    account = _account(call)
    names = accounting.subscription_ids(call.work, account)
    return PeriodsAnswer(
        periods=[
            PeriodAnswer(
                accounting=one.accounting.value,
                subscription_id=None if one.enterprise_agreement_id is None else names[one.enterprise_agreement_id],
                start_date=one.started.isoformat(),
                end_date=one.ended.isoformat(),
                closed=one.report is not None,
                lines=[_period_line(line) for line in _report(call, one)],
            )
            for one in accounting.periods(call.work, account)
        ]
    )


def _report(call: Call, period: AccountingPeriod) -> list[dict[str, Any]]:
    return period.report if period.report is not None else accounting.lines(call.work, period, call.work.now)


def _period_line(line: dict[str, Any]) -> PeriodLine:
    return PeriodLine(
        license=line["license"],
        bought=line["bought"],
        peak=line["peak"],
        over_use=line["over_use"],
        outcome=line.get("outcome"),
    )


def _policy(call: Call) -> PolicyShown:
    home = virtual_account_of(call)
    call.work.require(Right.MANAGE_LICENSES, home.smart_account, home)
    return _shown_policy(home)


def _set_policy(call: Call) -> PolicyShown:
    asked: PolicyChange = call.body

    def attributes(days: ThreeDays) -> PolicyAttributes:
        return PolicyAttributes(*(PolicyDays(one, PolicyOrigin.CUSTOMER) for one in days))

    policy = Policy(
        installed=None,
        name=asked.name,
        ack_required=asked.ack_required,
        ack_required_origin=PolicyOrigin.CUSTOMER,
        perpetual=attributes(asked.perpetual),
        subscription=attributes(asked.subscription),
        enforced=attributes(asked.enforced),
        export=attributes(asked.export),
    )
    home = virtual_account_of(call)
    policies.set_policy(call.work, home, policy)
    return _shown_policy(home)


def _reset_policy(call: Call) -> PolicyShown:
    home = virtual_account_of(call)
    policies.set_policy(call.work, home, None)
    return _shown_policy(home)


def _shown_policy(home: VirtualAccount) -> PolicyShown:
    policy = policies.policy_of(home)

    def days(values: PolicyAttributes) -> list[int]:
        return [values.first_report.days, values.reporting_frequency.days, values.report_on_change.days]

    return PolicyShown(
        name=policy.name,
        ack_required=policy.ack_required,
        perpetual=days(policy.perpetual),
        subscription=days(policy.subscription),
        enforced=days(policy.enforced),
        export=days(policy.export),
    )


# --- reservations ----------------------------------------------------------------------------------------------------


def _reservations(call: Call) -> ReservationsShown:
    listed = reservations.reservations(call.work, virtual_account_of(call))
    return ReservationsShown(reservations=[_shown_reservation(call, one) for one in listed])


def _update_reservation(call: Call) -> ReservationChanged:
    asked: ReservationChange = call.body
    quantities: dict[str, int] = {}
    for one in asked.licenses:
        quantities[one.entitlement_tag] = quantities.get(one.entitlement_tag, 0) + int(one.quantity)
    home = virtual_account_of(call)
    row = reservations.update_reservation(call.work, home, _udi(asked.sudi), quantities)
    return ReservationChanged(reservation=_shown_reservation(call, row))


def _confirm_reservation(call: Call) -> Done:
    asked: ReservationCode = call.body
    reservations.confirm_reservation(call.work, virtual_account_of(call), _udi(asked.sudi), asked.code)
    return Done(status_message="the reservation was confirmed")


def _return_reservation(call: Call) -> Done:
    asked: ReservationCode = call.body
    reservations.return_reservation(call.work, virtual_account_of(call), _udi(asked.sudi), asked.code)
    return Done(status_message="the licences were returned")


def _shown_reservation(call: Call, row: ReservationRow) -> ReservationShown:
    return ReservationShown(
        device=reservations.device_of(call.work, row),
        reservation_type=row.kind.value,
        authorization_code=row.authorization_code
        if row.kind is ReservationType.SPECIFIC
        else reservations.short_code(row.authorization_code),
        confirmed=row.confirmed is not None,
        licenses=[ReservedLine(entitlement_tag=line.tag, quantity=line.quantity) for line in row.lines],
    )


def _udi(sudi: Sudi) -> Udi:
    return Udi(sudi.udi_pid, sudi.udi_serial_number)


def _iso(instant: datetime | None) -> str | None:
    return None if instant is None else instant.isoformat()


def _ours(method: str, path: str, summary: str, handler: Any, answer: Any, body: Any = None) -> Route:
    statuses = () if method == "GET" else (409,)
    return Route(method, path, f"{summary} (ours)", handler, answer, body=body, statuses=statuses)


ROUTES: Final[tuple[Route, ...]] = (
    _ours("POST", f"{BASE}/v1/accounts", "Open a smart account", _new_account, AccountAnswer, NewAccount),
    _ours("PATCH", ACCOUNT, "Change a smart account", _change_account, AccountAnswer, AccountChange),
    _ours(
        "PATCH",
        HOME,
        "Rename, move or describe a virtual account",
        _change_virtual_account,
        ChangedVirtualAccount,
        VirtualAccountChange,
    ),
    _ours("GET", f"{ACCOUNT}/users", "List users and clients", _users, UsersAnswer),
    _ours("POST", f"{ACCOUNT}/users", "Give a user a role", _add_user, Done, NewUser),
    _ours("POST", f"{ACCOUNT}/users/remove", "Take a role away", _remove_role, Done, RoleGiven),
    _ours("POST", f"{ACCOUNT}/api-clients", "Give a client a role", _add_client, Done, NewClient),
    _ours("GET", f"{ACCOUNT}/agreements", "List the account's agreements", _agreements, AgreementsAnswer),
    _ours("POST", f"{ACCOUNT}/agreements/accept", "Accept an agreement", _accept_agreement, Done, AgreementToAccept),
    _ours("POST", f"{HOME}/pools", "Enter a purchase", _new_pool, Done, NewPool),
    _ours("GET", f"{HOME}/paks", "List PAKs", _paks, PaksAnswer),
    _ours("POST", f"{HOME}/paks", "Deposit a PAK", _new_pak, Done, NewPak),
    _ours("POST", f"{HOME}/paks/convert", "Convert a PAK", _convert_pak, Done, PakConversion),
    _ours("POST", f"{ACCOUNT}/enterprise-agreements", "Enter an agreement", _new_agreement, Done, NewAgreement),
    _ours("GET", f"{ACCOUNT}/accounting-periods", "True-forward and true-up reports", _periods, PeriodsAnswer),
    _ours("GET", f"{HOME}/policy", "Show the policy", _policy, PolicyShown),
    _ours("PUT", f"{HOME}/policy", "Set a custom policy", _set_policy, PolicyShown, PolicyChange),
    _ours("DELETE", f"{HOME}/policy", "Go back to the Cisco default policy", _reset_policy, PolicyShown),
    _ours("GET", f"{HOME}/reservations", "List reservations", _reservations, ReservationsShown),
    _ours(
        "POST",
        f"{HOME}/reservations/update",
        "Update a reservation",
        _update_reservation,
        ReservationChanged,
        ReservationChange,
    ),
    _ours("POST", f"{HOME}/reservations/confirm", "Confirm an update", _confirm_reservation, Done, ReservationCode),
    _ours("POST", f"{HOME}/reservations/return", "Return a reservation", _return_reservation, Done, ReservationCode),
)
