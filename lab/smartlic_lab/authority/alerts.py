"""Alerts: what somebody should look at. They are found by looking at everything, and end when their cause does.

Source of the kinds: issue 5; the spans are unverified, where the portal's help names none.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import func, select, true

from smartlic_lab.authority.errors import NotFound
from smartlic_lab.authority.licenses import positions
from smartlic_lab.authority.models import (
    Accounting,
    AccountingPeriod,
    Alert,
    AlertKind,
    Pool,
    ProductInstance,
    RegistrationToken,
    SmartAccount,
    VirtualAccount,
)
from smartlic_lab.authority.rights import Right
from smartlic_lab.authority.work import Work

LICENSE_LEAD: Final = timedelta(days=30)
LICENSE_AFTERMATH: Final = timedelta(days=90)  # an expired licence is shown that long
TOKEN_LEAD: Final = timedelta(days=7)
CONNECT_LIMIT: Final = timedelta(days=30)  # a registered device renews its authorization every 30 days
RENEW_LEAD: Final = timedelta(days=60)  # of the identity certificate, which is renewed after six months


@dataclass(frozen=True, slots=True)
class Cause:
    """Why there should be an alert: equal causes are the same alert."""

    virtual_account_id: int
    kind: AlertKind
    subject: str


def review(work: Work) -> list[Alert]:
    """Raise what is new and clear what is over; gives back the new ones."""
    wanted = dict(_causes(work))
    standing = {
        Cause(one.virtual_account_id, one.kind, one.subject): one
        for one in work.session.scalars(select(Alert).where(Alert.cleared.is_(None)))
    }
    for cause, alert in standing.items():
        if cause not in wanted:
            alert.cleared = work.now
    homes = work.session.execute(select(VirtualAccount.id, VirtualAccount.smart_account_id))
    accounts = {home: account for home, account in homes}  # noqa: C416  dict() would ask a result for its keys
    raised = []
    for cause, message in wanted.items():
        if cause in standing:
            standing[cause].message = message
            continue
        alert = Alert(
            smart_account_id=accounts[cause.virtual_account_id],
            virtual_account_id=cause.virtual_account_id,
            kind=cause.kind,
            subject=cause.subject,
            message=message,
            raised=work.now,
        )
        work.session.add(alert)
        raised.append(alert)
    work.session.flush()
    return raised


def next_change(work: Work) -> datetime | None:
    """When the passing of time alone may next begin or end an alert; ``None``: never."""
    moments = (
        (Pool.ended, LICENSE_LEAD, true()),
        (Pool.ended, timedelta(), true()),
        (Pool.ended, -LICENSE_AFTERMATH, true()),
        (RegistrationToken.expires, TOKEN_LEAD, RegistrationToken.revoked.is_(None)),
        (RegistrationToken.expires, timedelta(), RegistrationToken.revoked.is_(None)),
        (ProductInstance.report_due, timedelta(), ProductInstance.removed.is_(None)),
        (ProductInstance.certificate_expires, RENEW_LEAD, ProductInstance.removed.is_(None)),
        (ProductInstance.last_contact, -CONNECT_LIMIT, ProductInstance.certificate_expires.is_not(None)),
        (AccountingPeriod.ended, -LICENSE_AFTERMATH, AccountingPeriod.report.is_not(None)),
    )
    found = []
    for column, lead, condition in moments:
        first = work.session.scalar(select(func.min(column)).where(column > work.now + lead, condition))
        if first is not None:
            found.append(first - lead)
    return min(found, default=None)


def standing_alerts(work: Work, virtual_accounts: Sequence[VirtualAccount]) -> Sequence[Alert]:
    """The alerts that are neither over nor dismissed, oldest first."""
    for one in virtual_accounts:
        work.require(Right.MANAGE_LICENSES, one.smart_account, one)
    return work.session.scalars(
        select(Alert)
        .where(
            Alert.virtual_account_id.in_([one.id for one in virtual_accounts]),
            Alert.cleared.is_(None),
            Alert.dismissed.is_(None),
        )
        .order_by(Alert.id)
    ).all()


def dismiss(work: Work, alert_id: int) -> None:
    """Do not show it any more; it comes again when its cause has ended and come back."""
    alert = work.session.get(Alert, alert_id)
    if alert is not None:
        home = work.session.get_one(VirtualAccount, alert.virtual_account_id)
        if work.may(Right.MANAGE_LICENSES, home.smart_account, home):
            alert.dismissed = work.now
            return
    raise NotFound(f"there is no alert {alert_id}")


def _causes(work: Work) -> Iterator[tuple[Cause, str]]:
    for finder in (_shortages, _terms, _tokens, _overdue, _lost, _invoices):
        yield from finder(work)


def _shortages(work: Work) -> Iterator[tuple[Cause, str]]:
    for here in positions(work, work.session.scalars(select(VirtualAccount)).all()):
        if here.balance < 0:
            home = here.virtual_account
            yield (
                Cause(home.id, AlertKind.INSUFFICIENT_LICENSES, here.license.tag),
                f"{home.name} lacks {-here.balance} {here.license.display}",
            )


def _terms(work: Work) -> Iterator[tuple[Cause, str]]:
    ending = select(Pool).where(Pool.ended > work.now - LICENSE_AFTERMATH, Pool.ended <= work.now + LICENSE_LEAD)
    for pool in work.session.scalars(ending):
        if pool.ended is None:
            continue
        is_over = pool.ended <= work.now
        kind = AlertKind.LICENSE_EXPIRED if is_over else AlertKind.LICENSE_EXPIRING
        word = "expired" if is_over else "expire"
        yield (
            Cause(pool.virtual_account_id, kind, f"pool {pool.id}"),
            f"{pool.quantity} {pool.license.display} {word} on {pool.ended:%Y-%m-%d}",
        )


def _tokens(work: Work) -> Iterator[tuple[Cause, str]]:
    ending = select(RegistrationToken).where(
        RegistrationToken.expires > work.now,
        RegistrationToken.expires <= work.now + TOKEN_LEAD,
        RegistrationToken.revoked.is_(None),
    )
    for token in work.session.scalars(ending):
        yield (
            Cause(token.virtual_account_id, AlertKind.TOKEN_EXPIRING, f"token {token.id}"),
            f"token {token.id} ({token.description or 'no description'}) expires on {token.expires:%Y-%m-%d}",
        )


def _overdue(work: Work) -> Iterator[tuple[Cause, str]]:
    late = select(ProductInstance).where(ProductInstance.report_due <= work.now, ProductInstance.removed.is_(None))
    for one in work.session.scalars(late):
        yield (
            Cause(one.virtual_account_id, AlertKind.REPORT_OVERDUE, f"product instance {one.id}"),
            f"PID:{one.pid},SN:{one.sn} should have reported by {one.report_due:%Y-%m-%d}",
        )


def _lost(work: Work) -> Iterator[tuple[Cause, str]]:
    """Registered devices (legacy) that do not come back."""
    registered = select(ProductInstance).where(
        ProductInstance.certificate_expires.is_not(None), ProductInstance.removed.is_(None)
    )
    for one in work.session.scalars(registered):
        name = f"PID:{one.pid},SN:{one.sn}"
        if one.last_contact <= work.now - CONNECT_LIMIT:
            yield (
                Cause(one.virtual_account_id, AlertKind.FAILED_TO_CONNECT, f"product instance {one.id}"),
                f"{name} has not been in touch since {one.last_contact:%Y-%m-%d}",
            )
        if one.certificate_expires is not None and one.certificate_expires <= work.now + RENEW_LEAD:
            yield (
                Cause(one.virtual_account_id, AlertKind.FAILED_TO_RENEW, f"product instance {one.id}"),
                f"{name} has not renewed its registration, which ends on {one.certificate_expires:%Y-%m-%d}",
            )


def _invoices(work: Work) -> Iterator[tuple[Cause, str]]:
    """Over-use of the last closed period that is to be invoiced."""
    closed = (
        select(AccountingPeriod, SmartAccount)
        .join(SmartAccount, SmartAccount.id == AccountingPeriod.smart_account_id)
        .where(
            AccountingPeriod.accounting == Accounting.TRUE_UP,
            AccountingPeriod.report.is_not(None),
            AccountingPeriod.ended > work.now - LICENSE_AFTERMATH,
        )
    )
    for period, account in work.session.execute(closed):
        over = [line for line in period.report or [] if line["over_use"]]
        if over:
            home = next(one for one in account.virtual_accounts if one.is_default)
            named = ", ".join(f"{line['over_use']} {line['license']}" for line in over)
            yield Cause(home.id, AlertKind.TRUE_UP, f"period {period.id}"), f"over-use to be invoiced: {named}"
