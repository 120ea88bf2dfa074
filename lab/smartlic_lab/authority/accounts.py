"""Smart accounts, the virtual accounts nested in them, their agreements and event logs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlalchemy import delete, func, select, update

from smartlic_lab.authority import accounting
from smartlic_lab.authority.errors import Conflict, NotFound, Refusal
from smartlic_lab.authority.models import (
    AccountKind,
    Agreement,
    Alert,
    AuthorizationCode,
    ClassicLicense,
    Consumption,
    Conversion,
    Event,
    Pool,
    ProductInstance,
    RegistrationToken,
    ReservationRow,
    RoleAssignment,
    SmartAccount,
    Submission,
    TokenUse,
    VirtualAccount,
)
from smartlic_lab.authority.rights import Right
from smartlic_lab.authority.work import Work

MAX_LEVELS: Final = 10
"""Levels of virtual accounts. Source: FAQ, "What is new in Smart Account?"."""

DEFAULT_VIRTUAL_ACCOUNT: Final = "DEFAULT"
"""Its name in a new smart account (unverified)."""


def add_smart_account(
    work: Work,
    domain: str,
    name: str,
    *,
    kind: AccountKind = AccountKind.CUSTOMER,
    export_controlled_allowed: bool = False,
) -> SmartAccount:
    """Open an account with its default virtual account. Source: FAQ, "What is a Virtual Account?".

    A limited-use account has the default virtual account only, and no export-controlled licences (unverified).
    """
    if not domain or not name:
        raise Refusal("a smart account has a domain and a name")
    if work.session.scalar(select(SmartAccount.id).where(SmartAccount.domain == domain)) is not None:
        raise Conflict(f"smart account {domain} exists already")
    if kind is AccountKind.LIMITED_USE and export_controlled_allowed:
        raise Refusal("a limited-use smart account has no export-controlled licences")
    account = SmartAccount(
        domain=domain,
        name=name,
        kind=kind,
        export_controlled_allowed=export_controlled_allowed,
        created=work.now,
    )
    account.virtual_accounts.append(
        VirtualAccount(name=DEFAULT_VIRTUAL_ACCOUNT, is_default=True, created=work.now, description="")
    )
    work.session.add(account)
    work.session.flush()
    work.session.add(Agreement(smart_account_id=account.id, name="Smart Account Agreement"))
    accounting.open_true_up(work, account)
    work.log(account, "Smart Account Created", f"{name} ({domain}) was created")
    return account


def visible_smart_accounts(work: Work) -> Sequence[SmartAccount]:
    """The accounts in which the actor has any role."""
    query = select(SmartAccount).order_by(SmartAccount.id)
    if not work.actor.is_operator:
        query = query.where(SmartAccount.id.in_({grant.smart_account_id for grant in work.actor.grants}))
    return work.session.scalars(query).all()


def visible_virtual_accounts(work: Work, account: SmartAccount) -> list[VirtualAccount]:
    """The virtual accounts that the actor has a role for; every role over the account sees the names of all."""
    over_all = work.actor.is_operator or any(
        grant.smart_account_id == account.id and grant.virtual_account_id is None for grant in work.actor.grants
    )
    assigned = {grant.virtual_account_id for grant in work.actor.grants}
    every = work.session.scalars(
        select(VirtualAccount).where(VirtualAccount.smart_account_id == account.id).order_by(VirtualAccount.id)
    )
    return [one for one in every if over_all or one.id in assigned]


def edit_properties(
    work: Work, account: SmartAccount, *, name: str | None = None, export_controlled_allowed: bool | None = None
) -> None:
    """Change the account's name; what licences it may have is Cisco's to change."""
    work.require(Right.EDIT_ACCOUNT_PROPERTIES, account)
    if export_controlled_allowed is not None:
        if not work.actor.is_operator:
            raise Refusal("export control is decided by Cisco")
        account.export_controlled_allowed = export_controlled_allowed
    if name is not None:
        if not name:
            raise Refusal("a smart account has a name")
        work.log(account, "Smart Account Edited", f"{account.name} was renamed to {name}")
        account.name = name


def add_virtual_account(
    work: Work, account: SmartAccount, name: str, *, parent: VirtualAccount | None = None, description: str = ""
) -> VirtualAccount:
    """Make a virtual account, on the first level or below *parent*."""
    work.require(Right.EDIT_VIRTUAL_ACCOUNTS, account)
    _check_name(work, account, name)
    if account.kind is AccountKind.LIMITED_USE:
        raise Conflict(f"{account.domain} is a limited-use account: it has no other virtual account than the default")
    if parent is not None and level_of(work, parent) >= MAX_LEVELS:
        raise Conflict(f"virtual accounts nest {MAX_LEVELS} levels deep: {parent.name!r} is on the last")
    virtual_account = VirtualAccount(
        smart_account=account,
        name=name,
        parent_id=None if parent is None else parent.id,
        description=description,
        created=work.now,
    )
    work.session.add(virtual_account)
    work.session.flush()
    below = "" if parent is None else f" below {parent.name}"
    work.log(account, "Virtual Account Created", f"{name} was created{below}", virtual_account)
    return virtual_account


def rename_virtual_account(work: Work, virtual_account: VirtualAccount, name: str) -> None:
    """Give it another name; devices hear it with their next ACK."""
    account = virtual_account.smart_account
    work.require(Right.EDIT_VIRTUAL_ACCOUNTS, account)
    _check_name(work, account, name)
    work.log(account, "Virtual Account Renamed", f"{virtual_account.name} is now {name}", virtual_account)
    virtual_account.name = name


def describe_virtual_account(
    work: Work,
    virtual_account: VirtualAccount,
    *,
    description: str | None = None,
    commerce_access_level: str | None = None,
) -> None:
    """Change what is written of it; ``None``: as it is."""
    account = virtual_account.smart_account
    work.require(Right.EDIT_VIRTUAL_ACCOUNTS, account)
    if description is not None:
        virtual_account.description = description
    if commerce_access_level is not None:
        virtual_account.commerce_access_level = commerce_access_level


def move_virtual_account(work: Work, virtual_account: VirtualAccount, parent: VirtualAccount | None) -> None:
    """Put it, with all below it, under another parent, or on the first level."""
    account = virtual_account.smart_account
    work.require(Right.EDIT_VIRTUAL_ACCOUNTS, account)
    if virtual_account.is_default:
        raise Conflict("the default virtual account stays on the first level")
    if parent is not None:
        if parent.smart_account_id != account.id:
            raise Conflict("a virtual account does not leave its smart account")
        if virtual_account.id in {one.id for one in (parent, *ancestors_of(work, parent))}:
            raise Conflict(f"{virtual_account.name!r} cannot be put below itself")
    level = 0 if parent is None else level_of(work, parent)
    if level + _height(work, virtual_account) > MAX_LEVELS:
        raise Conflict(f"virtual accounts nest {MAX_LEVELS} levels deep")
    virtual_account.parent_id = None if parent is None else parent.id
    where = "to the first level" if parent is None else f"below {parent.name}"
    work.log(account, "Virtual Account Moved", f"{virtual_account.name} was moved {where}", virtual_account)


def delete_virtual_account(work: Work, virtual_account: VirtualAccount) -> None:
    """Delete one that is empty: nothing nested, no device, licence, reservation or valid token in it."""
    account = virtual_account.smart_account
    work.require(Right.EDIT_VIRTUAL_ACCOUNTS, account)
    if virtual_account.is_default:
        raise Conflict("the default virtual account cannot be deleted")
    holding = _contents(work, virtual_account)
    if holding:
        raise Conflict(f"virtual account {virtual_account.name!r} is not empty: it holds {', '.join(holding)}")
    here = virtual_account.id
    tokens = select(RegistrationToken.id).where(RegistrationToken.virtual_account_id == here)
    work.session.execute(delete(TokenUse).where(TokenUse.token_id.in_(tokens)))
    work.session.execute(delete(RegistrationToken).where(RegistrationToken.virtual_account_id == here))
    work.session.execute(delete(RoleAssignment).where(RoleAssignment.virtual_account_id == here))
    _leave_history(work, virtual_account)
    work.log(account, "Virtual Account Deleted", f"{virtual_account.name} was deleted", virtual_account)
    work.session.flush()
    work.session.delete(virtual_account)


def _leave_history(work: Work, virtual_account: VirtualAccount) -> None:
    """What was reported, returned or removed there stays with the account above it, or with the default one."""
    account, heir = virtual_account.smart_account, virtual_account.parent_id
    if heir is None:
        heir = next(one.id for one in account.virtual_accounts if one.is_default)
    for table in (ProductInstance, Consumption, Submission, AuthorizationCode, ReservationRow, Conversion, Alert):
        work.session.execute(
            update(table).where(table.virtual_account_id == virtual_account.id).values(virtual_account_id=heir)
        )
    work.session.execute(delete(ClassicLicense).where(ClassicLicense.virtual_account_id == virtual_account.id))


def ancestors_of(work: Work, virtual_account: VirtualAccount) -> list[VirtualAccount]:
    """Its parent, the parent's parent, and so on to the first level."""
    above: list[VirtualAccount] = []
    parent_id = virtual_account.parent_id
    while parent_id is not None:
        parent = work.session.get_one(VirtualAccount, parent_id)
        above.append(parent)
        parent_id = parent.parent_id
    return above


def level_of(work: Work, virtual_account: VirtualAccount) -> int:
    """1 for those directly in the smart account."""
    return 1 + len(ancestors_of(work, virtual_account))


def agreements(work: Work, account: SmartAccount) -> Sequence[Agreement]:
    """The account's agreements, accepted or not."""
    work.require(Right.VIEW_AGREEMENTS, account)
    return work.session.scalars(
        select(Agreement).where(Agreement.smart_account_id == account.id).order_by(Agreement.id)
    ).all()


def accept_agreement(work: Work, account: SmartAccount, name: str) -> None:
    """Accept an agreement in the actor's name."""
    work.require(Right.ACCEPT_AGREEMENTS, account)
    agreement = work.session.scalar(
        select(Agreement).where(Agreement.smart_account_id == account.id, Agreement.name == name)
    )
    if agreement is None:
        raise NotFound(f"there is no agreement {name!r}")
    agreement.accepted, agreement.accepted_by = work.now, work.actor.name
    work.log(account, "Agreement Accepted", f"{name} was accepted")


def event_log(
    work: Work, account: SmartAccount, virtual_account: VirtualAccount | None = None, *, limit: int = 1000
) -> Sequence[Event]:
    """The newest lines first: of the account as a whole, or of one virtual account."""
    work.require(Right.VIEW_EVENT_LOG, account, virtual_account)
    query = select(Event).where(Event.smart_account_id == account.id)
    if virtual_account is not None:
        query = query.where(Event.virtual_account_id == virtual_account.id)
    return work.session.scalars(query.order_by(Event.id.desc()).limit(limit)).all()


def visible_events(
    work: Work,
    account: SmartAccount,
    virtual_accounts: Sequence[VirtualAccount] = (),
    *,
    limit: int = 1000,
    offset: int = 0,
) -> tuple[int, Sequence[Event]]:
    """How many lines there are, and one page of them, the newest first: of these virtual accounts.

    None named: of the account as a whole, or, for a Virtual Account administrator, of those that are assigned.
    """
    query = select(Event).where(Event.smart_account_id == account.id)
    if not virtual_accounts and not work.may(Right.VIEW_EVENT_LOG, account):
        virtual_accounts = work.reachable(Right.VIEW_EVENT_LOG, account)
        if not virtual_accounts:
            work.require(Right.VIEW_EVENT_LOG, account)
    for one in virtual_accounts:
        work.require(Right.VIEW_EVENT_LOG, account, one)
    if virtual_accounts:
        query = query.where(Event.virtual_account_id.in_([one.id for one in virtual_accounts]))
    total = work.session.scalar(select(func.count()).select_from(query.subquery())) or 0
    return total, work.session.scalars(query.order_by(Event.id.desc()).limit(limit).offset(offset)).all()


def _check_name(work: Work, account: SmartAccount, name: str) -> None:
    if not name.strip() or len(name) > 255 or "/" in name:
        raise Refusal("the name of a virtual account has 1 to 255 characters, and no slash")
    taken = select(VirtualAccount.id).where(VirtualAccount.smart_account_id == account.id, VirtualAccount.name == name)
    if work.session.scalar(taken) is not None:
        raise Conflict(f"virtual account {name!r} exists already in {account.domain}")


def _height(work: Work, virtual_account: VirtualAccount) -> int:
    below = work.session.scalars(select(VirtualAccount).where(VirtualAccount.parent_id == virtual_account.id))
    return 1 + max((_height(work, child) for child in below), default=0)


def _contents(work: Work, virtual_account: VirtualAccount) -> list[str]:
    here = virtual_account.id
    queries = {
        "virtual accounts": select(VirtualAccount.id).where(VirtualAccount.parent_id == here),
        "product instances": select(ProductInstance.id).where(
            ProductInstance.virtual_account_id == here, ProductInstance.removed.is_(None)
        ),
        "licences": select(Pool.id).where(Pool.virtual_account_id == here),
        "classic licences": select(ClassicLicense.id).where(
            ClassicLicense.virtual_account_id == here, ClassicLicense.quantity > 0
        ),
        "reservations": select(ReservationRow.id).where(
            ReservationRow.virtual_account_id == here, ReservationRow.returned.is_(None)
        ),
        "authorization codes": select(AuthorizationCode.id).where(
            AuthorizationCode.virtual_account_id == here, AuthorizationCode.returned.is_(None)
        ),
        "valid tokens": select(RegistrationToken.id).where(
            RegistrationToken.virtual_account_id == here,
            RegistrationToken.expires > work.now,
            RegistrationToken.revoked.is_(None),
        ),
    }
    return [
        noun
        for noun, query in queries.items()
        if work.session.scalar(select(func.count()).select_from(query.limit(1).subquery()))
    ]
