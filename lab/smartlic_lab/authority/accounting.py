"""Accounting: what was used at most in a period, against what was bought; true forward and true up.

The theory. A period is closed when it ends. Its report has a line for each licence that was bought or used: the
*peak* is the largest number in use at one time by all devices together, from the measurements of their reports. Under
an enterprise agreement (true forward) over-use raises the quantity of the next period; all else (true up) is quoted
and invoiced. Measurements of one device that overlap are counted once.

Source: FAQ, "How often is reporting required?". The length of periods is ours.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import func, or_, select

from smartlic_lab.authority.errors import Conflict, NotAllowed, NotFound, Refusal
from smartlic_lab.authority.models import (
    Accounting,
    AccountingPeriod,
    Consumption,
    EnterpriseAgreement,
    License,
    Pool,
    SmartAccount,
    Term,
    VirtualAccount,
)
from smartlic_lab.authority.rights import Right
from smartlic_lab.authority.work import Work

PERIOD_DAYS: Final = 365

Interval = tuple[int, datetime, datetime, int]
"""A device, from when to when, how many."""


def open_true_up(work: Work, account: SmartAccount) -> AccountingPeriod:
    """Begin the accounting of what is under no agreement."""
    return _open(work, account, Accounting.TRUE_UP, work.now, PERIOD_DAYS, None)


def add_agreement(
    work: Work,
    account: SmartAccount,
    subscription_id: str,
    name: str,
    *,
    ended: datetime,
    length_days: int = PERIOD_DAYS,
) -> EnterpriseAgreement:
    """Enter an enterprise agreement that starts now; its pools are added with it. The operator does that."""
    if not work.actor.is_operator:
        raise NotAllowed("an enterprise agreement is made with Cisco")
    if ended <= work.now:
        raise Refusal("an agreement ends after it starts")
    taken = select(EnterpriseAgreement.id).where(EnterpriseAgreement.subscription_id == subscription_id)
    if work.session.scalar(taken) is not None:
        raise Conflict(f"there is an agreement {subscription_id} already")
    agreement = EnterpriseAgreement(
        smart_account_id=account.id, subscription_id=subscription_id, name=name, started=work.now, ended=ended
    )
    work.session.add(agreement)
    work.session.flush()
    _open(work, account, Accounting.TRUE_FORWARD, work.now, length_days, agreement)
    work.log(account, "Enterprise Agreement Added", f"{name} ({subscription_id})")
    return agreement


def agreement_of(work: Work, account: SmartAccount, subscription_id: str) -> EnterpriseAgreement:
    """The agreement with that number; raises `NotFound`."""
    found = work.session.scalar(
        select(EnterpriseAgreement).where(
            EnterpriseAgreement.smart_account_id == account.id, EnterpriseAgreement.subscription_id == subscription_id
        )
    )
    if found is None:
        raise NotFound(f"there is no enterprise agreement {subscription_id}")
    return found


def subscription_ids(work: Work, account: SmartAccount) -> dict[int, str]:
    """The numbers of the account's agreements by their ids."""
    rows = work.session.execute(
        select(EnterpriseAgreement.id, EnterpriseAgreement.subscription_id).where(
            EnterpriseAgreement.smart_account_id == account.id
        )
    )
    return {row.id: row.subscription_id for row in rows}


def periods(work: Work, account: SmartAccount) -> Sequence[AccountingPeriod]:
    """All periods, the oldest first; those that are over have their report."""
    work.require(Right.MANAGE_LICENSES, account)
    return work.session.scalars(
        select(AccountingPeriod).where(AccountingPeriod.smart_account_id == account.id).order_by(AccountingPeriod.id)
    ).all()


def running_agreements(work: Work, account: SmartAccount) -> list[tuple[EnterpriseAgreement, AccountingPeriod]]:
    """The agreements that are in force, each with its running period."""
    work.require(Right.MANAGE_LICENSES, account)
    query = (
        select(EnterpriseAgreement, AccountingPeriod)
        .join(AccountingPeriod, AccountingPeriod.enterprise_agreement_id == EnterpriseAgreement.id)
        .where(EnterpriseAgreement.smart_account_id == account.id, AccountingPeriod.report.is_(None))
        .order_by(EnterpriseAgreement.id)
    )
    return [(agreement, period) for agreement, period in work.session.execute(query)]


def close_due(work: Work) -> list[AccountingPeriod]:
    """Close the periods that are over and open the next ones; gives back the closed ones."""
    closed: list[AccountingPeriod] = []
    while True:
        due = work.session.scalars(
            select(AccountingPeriod)
            .where(AccountingPeriod.report.is_(None), AccountingPeriod.ended <= work.now)
            .order_by(AccountingPeriod.id)
        ).all()
        for period in due:
            _close(work, period)
        work.session.flush()
        closed.extend(due)
        if not due:
            return closed


def next_end(work: Work) -> datetime | None:
    """When the next period is over."""
    return work.session.scalar(select(func.min(AccountingPeriod.ended)).where(AccountingPeriod.report.is_(None)))


def lines(work: Work, period: AccountingPeriod, until: datetime) -> list[dict[str, Any]]:
    """The report of *period* as it stands at *until*: one line per licence."""
    bought = _bought(work, period, until)
    if period.accounting is Accounting.TRUE_FORWARD:
        tags: set[str] | None = set(bought)
    else:
        tags = None
    under_agreements = _tags_under_agreements(work, period) if period.accounting is Accounting.TRUE_UP else set()
    peaks = _peaks(work, period, until)
    wanted = sorted((set(bought) | set(peaks)) - under_agreements if tags is None else tags)
    names = {one.tag: one.display for one in work.session.scalars(select(License).where(License.tag.in_(wanted)))}
    return [
        {
            "tag": tag,
            "license": names.get(tag, tag),
            "bought": bought.get(tag, 0),
            "peak": peaks.get(tag, 0),
            "over_use": max(0, peaks.get(tag, 0) - bought.get(tag, 0)),
        }
        for tag in wanted
    ]


def peak(intervals: Iterable[Interval]) -> int:
    """The largest sum at one time; where intervals of one device overlap, the later one's part counts once."""
    by_device: dict[int, list[tuple[datetime, datetime, int]]] = defaultdict(list)
    for device, start, end, quantity in intervals:
        by_device[device].append((start, end, quantity))
    changes: dict[datetime, int] = defaultdict(int)
    for measured in by_device.values():
        covered: datetime | None = None
        for start, end, quantity in sorted(measured):
            begin = start if covered is None else max(start, covered)
            if end > begin:
                changes[begin] += quantity
                changes[end] -= quantity
                covered = end
    highest = now = 0
    for instant in sorted(changes):
        now += changes[instant]
        highest = max(highest, now)
    return highest


def _open(
    work: Work,
    account: SmartAccount,
    accounting: Accounting,
    started: datetime,
    length_days: int,
    agreement: EnterpriseAgreement | None,
) -> AccountingPeriod:
    if length_days < 1:
        raise Refusal("a period has at least one day")
    ended = started + timedelta(days=length_days)
    period = AccountingPeriod(
        smart_account_id=account.id,
        enterprise_agreement_id=None if agreement is None else agreement.id,
        accounting=accounting,
        started=started,
        ended=ended if agreement is None else min(ended, agreement.ended),
        length_days=length_days,
    )
    work.session.add(period)
    work.session.flush()
    return period


def _close(work: Work, period: AccountingPeriod) -> None:
    account = work.session.get_one(SmartAccount, period.smart_account_id)
    agreement = (
        None
        if period.enterprise_agreement_id is None
        else work.session.get_one(EnterpriseAgreement, period.enterprise_agreement_id)
    )
    report = lines(work, period, period.ended)
    for line in report:
        if not line["over_use"]:
            line["outcome"] = "none"
        elif agreement is None:
            line["outcome"] = f"{line['over_use']} to be invoiced"
        else:
            line["outcome"] = f"raised to {line['peak']} for the next period"
            _raise(work, agreement, line["tag"], line["over_use"])
    period.report = report
    over = sum(line["over_use"] for line in report)
    work.log(account, "Accounting Period Closed", f"{period.accounting.value}: over-use of {over} licences")
    if agreement is None or period.ended < agreement.ended:
        _open(work, account, period.accounting, period.ended, period.length_days, agreement)


def _raise(work: Work, agreement: EnterpriseAgreement, tag: str, quantity: int) -> None:
    """True forward: the agreement has that many more from the next period on."""
    pool = work.session.scalars(
        select(Pool).where(Pool.enterprise_agreement_id == agreement.id, Pool.tag == tag).order_by(Pool.id).limit(1)
    ).first()
    if pool is not None:
        pool.quantity += quantity


def _bought(work: Work, period: AccountingPeriod, until: datetime) -> dict[str, int]:
    """What was running at the end of the period, by tag; what started later does not count."""
    last = until - timedelta(microseconds=1)
    agreement = Pool.enterprise_agreement_id
    wanted = (
        agreement.is_(None) if period.enterprise_agreement_id is None else agreement == period.enterprise_agreement_id
    )
    query = (
        select(Pool.tag, func.sum(Pool.quantity))
        .join(VirtualAccount, VirtualAccount.id == Pool.virtual_account_id)
        .where(
            VirtualAccount.smart_account_id == period.smart_account_id,
            wanted,
            Pool.started <= last,
            or_(Pool.term == Term.PERPETUAL, Pool.ended > last),
        )
        .group_by(Pool.tag)
    )
    return {tag: int(total) for tag, total in work.session.execute(query)}


def _tags_under_agreements(work: Work, period: AccountingPeriod) -> set[str]:
    query = (
        select(Pool.tag)
        .join(EnterpriseAgreement, EnterpriseAgreement.id == Pool.enterprise_agreement_id)
        .where(
            EnterpriseAgreement.smart_account_id == period.smart_account_id, EnterpriseAgreement.ended > period.started
        )
    )
    return set(work.session.scalars(query))


def _peaks(work: Work, period: AccountingPeriod, until: datetime) -> dict[str, int]:
    query = (
        select(
            Consumption.tag,
            Consumption.product_instance_id,
            Consumption.started,
            Consumption.ended,
            Consumption.quantity,
        )
        .join(VirtualAccount, VirtualAccount.id == Consumption.virtual_account_id)
        .where(
            VirtualAccount.smart_account_id == period.smart_account_id,
            Consumption.ended > period.started,
            Consumption.started < until,
            Consumption.quantity > 0,
        )
    )
    by_tag: dict[str, list[Interval]] = defaultdict(list)
    for tag, device, started, ended, quantity in work.session.execute(query):
        by_tag[tag].append((device, max(started, period.started), min(ended, until), quantity))
    return {tag: peak(intervals) for tag, intervals in by_tag.items()}
