"""Licences of virtual accounts: what was bought, what is in use or held by codes, what is left or missing.

The theory. A *pool* is one purchase: so many of a licence, for ever or for a term. The *position* of a virtual account
for a licence sets the pools that are running against what the newest reports say is in use, and against what is held
by authorization codes and reservations. A device whose code holds a licence does not use it a second time: only what
it uses beyond what it holds is counted. Nothing is borrowed between virtual accounts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, and_, func, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute

from smartlic_lab.authority.errors import Conflict, NotAllowed, Refusal
from smartlic_lab.authority.models import (
    AuthorizationCode,
    EnterpriseAgreement,
    License,
    Pool,
    ProductInstance,
    ReservationLine,
    ReservationRow,
    Term,
    Usage,
    VirtualAccount,
)
from smartlic_lab.authority.rights import Right
from smartlic_lab.authority.work import Work

MAX_QUANTITY: Final = 10_000_000

Key = tuple[int, str]
"""A virtual account's number and an entitlement tag."""


@dataclass(frozen=True, slots=True)
class Position:
    """How a virtual account stands with one licence."""

    virtual_account: VirtualAccount
    license: License
    pools: tuple[Pool, ...]  # those that are running
    in_use: int  # beyond what codes hold
    reserved: int  # held by authorization codes and reservations

    @property
    def purchased(self) -> int:
        """What was bought and is running."""
        return sum(pool.quantity for pool in self.pools)

    @property
    def balance(self) -> int:
        """Above zero: a surplus; below: a shortage."""
        return self.purchased - self.in_use - self.reserved

    @property
    def status(self) -> str:
        """Source: reference/reports.md section 7.2."""
        return "In Compliance" if self.balance >= 0 else "Out Of Compliance"


def add_pool(
    work: Work,
    virtual_account: VirtualAccount,
    license_: License,
    quantity: int,
    *,
    ended: datetime | None = None,
    subscription_id: str | None = None,
    agreement: EnterpriseAgreement | None = None,
) -> Pool:
    """Enter a purchase; with an end it is for a term. Orders come from Cisco's side, so that only the operator does."""
    if not work.actor.is_operator:
        raise NotAllowed("licences are bought from Cisco")
    account = virtual_account.smart_account
    if not 0 < quantity <= MAX_QUANTITY:
        raise Refusal(f"a purchase has 1 to {MAX_QUANTITY} licences")
    if license_.export_restricted and not account.export_controlled_allowed:
        raise Conflict(f"{account.domain} may not have export-controlled licences")
    if ended is not None and ended <= work.now:
        raise Refusal("a term ends after it starts")
    pool = Pool(
        virtual_account=virtual_account,
        license=license_,
        tag=license_.tag,
        term=Term.PERPETUAL if ended is None else Term.TERM,
        quantity=quantity,
        started=work.now,
        ended=ended,
        subscription_id=subscription_id,
        enterprise_agreement_id=None if agreement is None else agreement.id,
    )
    work.session.add(pool)
    work.session.flush()
    work.log(account, "Licenses Added", f"{quantity} {license_.display} were added", virtual_account)
    return pool


def positions(work: Work, virtual_accounts: Sequence[VirtualAccount], tag: str | None = None) -> list[Position]:
    """The positions of these accounts for every licence that they bought, use or hold, or for that with *tag*."""
    homes = {one.id: one for one in virtual_accounts}
    if not homes:
        return []
    for one in virtual_accounts:
        work.require(Right.MANAGE_LICENSES, one.smart_account, one)
    pools: dict[Key, list[Pool]] = defaultdict(list)
    here = Pool.virtual_account_id.in_(homes)
    running = select(Pool).where(_running(work), here, _of(tag, Pool.tag)).order_by(Pool.id)
    for pool in work.session.scalars(running):
        pools[pool.virtual_account_id, pool.tag].append(pool)
    held, held_by_device = _held(work, list(homes), tag)
    in_use = _in_use(work, list(homes), held_by_device, tag)
    keys = sorted({*pools, *held, *in_use})
    licenses = {
        one.tag: one
        for one in work.session.scalars(select(License).where(License.tag.in_({license_ for _, license_ in keys})))
    }
    return [Position(homes[key[0]], licenses[key[1]], tuple(pools[key]), in_use[key], held[key]) for key in keys]


def future_entitled(work: Work, virtual_account: VirtualAccount) -> dict[str, int]:
    """What was bought and has not started yet, by tag."""
    rows = work.session.execute(
        select(Pool.tag, func.sum(Pool.quantity))
        .where(Pool.virtual_account_id == virtual_account.id, Pool.started > work.now)
        .group_by(Pool.tag)
    )
    return {tag: int(total) for tag, total in rows}


def position(work: Work, virtual_account: VirtualAccount, license_: License) -> Position:
    """The position for one licence, also where there is nothing of it."""
    for one in positions(work, [virtual_account], license_.tag):
        return one
    return Position(virtual_account, license_, (), 0, 0)


def transfer_licenses(
    work: Work, source: VirtualAccount, target: VirtualAccount, license_: License, quantity: int, term: Term
) -> None:
    """Move licences of one kind to another virtual account, those with the longest term first.

    Only what is surplus can go (unverified). Source: reference/reports.md section 7.2, ``LONGEST_TERM_FIRST``.
    """
    if source.smart_account_id != target.smart_account_id:
        raise Conflict("licences do not leave their smart account")
    work.require(Right.MANAGE_LICENSES, source.smart_account, source)
    work.require(Right.MANAGE_LICENSES, target.smart_account, target)
    if source.id == target.id:
        raise Conflict("source and target are the same virtual account")
    if quantity < 1:
        raise Refusal("at least one licence is transferred")
    here = position(work, source, license_)
    pools = [pool for pool in here.pools if pool.term is term]
    available = min(sum(pool.quantity for pool in pools), here.balance)
    if quantity > available:
        raise Conflict(
            f"{source.name} has {max(available, 0)} {license_.display} ({term.value}) to transfer, not {quantity}"
        )
    left = quantity
    for pool in sorted(pools, key=_longest_first):
        part = min(left, pool.quantity)
        _split_off(work, pool, part, target)
        left -= part
        if not left:
            break
    message = f"{quantity} {license_.display} went from {source.name} to {target.name}"
    work.log(source.smart_account, "Licenses Transferred", message, target)
    work.session.flush()


def _longest_first(pool: Pool) -> tuple[bool, float]:
    return pool.ended is not None, -(pool.ended.timestamp() if pool.ended else 0)


def _split_off(work: Work, pool: Pool, quantity: int, target: VirtualAccount) -> None:
    """Take *quantity* out of a pool into one of *target* with the same terms."""
    twin = work.session.scalar(
        select(Pool).where(
            Pool.virtual_account_id == target.id,
            Pool.tag == pool.tag,
            Pool.term == pool.term,
            Pool.started == pool.started,
            Pool.ended.is_(None) if pool.ended is None else Pool.ended == pool.ended,
            Pool.subscription_id.is_(None)
            if pool.subscription_id is None
            else Pool.subscription_id == pool.subscription_id,
            Pool.enterprise_agreement_id.is_(None)
            if pool.enterprise_agreement_id is None
            else Pool.enterprise_agreement_id == pool.enterprise_agreement_id,
        )
    )
    if twin is None:
        twin = Pool(
            virtual_account=target,
            license=pool.license,
            tag=pool.tag,
            term=pool.term,
            quantity=0,
            started=pool.started,
            ended=pool.ended,
            subscription_id=pool.subscription_id,
            enterprise_agreement_id=pool.enterprise_agreement_id,
        )
        work.session.add(twin)
    twin.quantity += quantity
    pool.quantity -= quantity
    if pool.quantity == 0:
        work.session.delete(pool)


def _running(work: Work) -> ColumnElement[bool]:
    return and_(Pool.started <= work.now, or_(Pool.ended.is_(None), Pool.ended > work.now))


def _of(tag: str | None, column: InstrumentedAttribute[str]) -> ColumnElement[bool]:
    return true() if tag is None else column == tag


def _held(work: Work, homes: Sequence[int], tag: str | None) -> tuple[dict[Key, int], dict[Key, int]]:
    """What codes and reservations hold: by virtual account and tag, and by product instance and tag."""
    by_home: dict[Key, int] = defaultdict(int)
    by_device: dict[Key, int] = defaultdict(int)
    codes = select(
        AuthorizationCode.virtual_account_id,
        AuthorizationCode.product_instance_id,
        AuthorizationCode.tag,
        AuthorizationCode.count,
    ).where(
        AuthorizationCode.virtual_account_id.in_(homes),
        AuthorizationCode.returned.is_(None),
        _of(tag, AuthorizationCode.tag),
    )
    reservations = (
        select(
            ReservationRow.virtual_account_id,
            ReservationRow.product_instance_id,
            ReservationLine.tag,
            ReservationLine.quantity,
        )
        .join(ReservationLine, ReservationLine.reservation_id == ReservationRow.id)
        .where(
            ReservationRow.virtual_account_id.in_(homes),
            ReservationRow.returned.is_(None),
            _of(tag, ReservationLine.tag),
        )
    )
    for query in (codes, reservations):
        for home, device, held, count in work.session.execute(query):
            by_home[home, held] += count
            if device is not None:
                by_device[device, held] += count
    return by_home, by_device


def _in_use(work: Work, homes: Sequence[int], held: dict[Key, int], tag: str | None) -> dict[Key, int]:
    """What is reported in use by virtual account and tag, less what the devices hold themselves."""
    found: dict[Key, int] = defaultdict(int)
    here = ProductInstance.virtual_account_id
    totals = (
        select(here, Usage.tag, func.sum(Usage.quantity))
        .join(ProductInstance, ProductInstance.id == Usage.product_instance_id)
        .where(here.in_(homes), Usage.quantity > 0, _of(tag, Usage.tag))
        .group_by(here, Usage.tag)
    )
    for home, used, total in work.session.execute(totals):
        found[home, used] = int(total)
    for chunk in _chunks(sorted(held), 400):
        devices = {device for device, _ in chunk}
        rows = (
            select(here, Usage.product_instance_id, Usage.tag, Usage.quantity)
            .join(ProductInstance, ProductInstance.id == Usage.product_instance_id)
            .where(Usage.product_instance_id.in_(devices), here.in_(homes))
        )
        wanted = set(chunk)
        for home, device, used, quantity in work.session.execute(rows):
            if (device, used) in wanted:
                found[home, used] -= min(quantity, held[device, used])
    return found


def _chunks(keys: list[Key], size: int) -> list[list[Key]]:
    """In parts of *size*; a device is not cut in two."""
    parts: list[list[Key]] = []
    for key in keys:
        if not parts or (len(parts[-1]) >= size and parts[-1][-1][0] != key[0]):
            parts.append([])
        parts[-1].append(key)
    return parts
