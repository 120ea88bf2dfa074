"""What the store says of many devices at once: how audits went, and what differs between the last two.

Counted by the database, for fleets of thousands: no reading is built.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session, aliased

from nornir_smartlic.compliance import Verdict
from nornir_smartlic.store.database import Store
from nornir_smartlic.store.history import Change
from nornir_smartlic.store.tables import Audit, Reading, StoredVerdict, Usage

_OPEN: Final = (Verdict.FAIL.value, Verdict.UNKNOWN.value)
_FACTS: Final = (  # not the last ACK and its next deadline, which differ on every device at every audit
    "udi",
    "platform",
    "release",
    "licensing_model",
    "transport",
    "smart_account",
    "virtual_account",
)


@dataclass(frozen=True, slots=True)
class AuditTotals:
    """How many hosts an audit was of, and how they were; a host that fails and is unknown counts as failing."""

    taken: datetime
    hosts: int
    failing: int
    unknown: int
    not_read: int


def totals(store: Store, *, last: int) -> tuple[AuditTotals, ...]:
    """The *last* audits, the oldest first."""
    worst = (
        select(
            Reading.audit_id,
            Reading.error,
            func.max(
                case((StoredVerdict.verdict == _OPEN[0], 2), (StoredVerdict.verdict == _OPEN[1], 1), else_=0)
            ).label("worst"),
        )
        .outerjoin(StoredVerdict, StoredVerdict.reading_id == Reading.id)
        .group_by(Reading.id, Reading.audit_id, Reading.error)
    )
    with store.begin() as session:
        audits = _newest(session, last)
        grouped = worst.where(Reading.audit_id.in_([each.id for each in audits])).subquery()
        found = {
            row[0]: row[1:]
            for row in session.execute(
                select(
                    grouped.c.audit_id,
                    func.count(),
                    func.sum(case((grouped.c.worst == 2, 1), else_=0)),
                    func.sum(case((grouped.c.worst == 1, 1), else_=0)),
                    func.sum(case((grouped.c.error.is_not(None), 1), else_=0)),
                ).group_by(grouped.c.audit_id)
            )
        }
        return tuple(AuditTotals(each.taken, *map(int, found.get(each.id, (0, 0, 0, 0)))) for each in audits)


def consumption_totals(store: Store, *, last: int) -> dict[str, tuple[int, ...]]:
    """By licence, how many were in use at each of the *last* audits, in the order of `totals`."""
    with store.begin() as session:
        places = {each.id: place for place, each in enumerate(_newest(session, last))}
        query = (
            select(Reading.audit_id, Usage.license, func.sum(Usage.count))
            .join(Usage, Usage.reading_id == Reading.id)
            .where(Reading.audit_id.in_(places))
            .group_by(Reading.audit_id, Usage.license)
        )
        counts: dict[str, list[int]] = {}
        for audit, name, count in session.execute(query):
            counts.setdefault(name, [0] * len(places))[places[audit]] = int(count)
    return {name: tuple(each) for name, each in sorted(counts.items())}


def drift(store: Store) -> tuple[Change, ...]:
    """What differs between the last two audits on the hosts that both are of, host by host; () before there are two."""
    with store.begin() as session:
        audits = _newest(session, 2)
        if len(audits) < 2:
            return ()
        before, after = audits
        found = [
            *_facts(session, before, after),
            *_licenses(session, before, after),
            *_verdicts(session, before, after),
        ]
    return tuple(sorted(found, key=lambda each: (each.host, each.what)))


def _newest(session: Session, last: int) -> list[Audit]:
    """The *last* audits, the oldest first."""
    return list(session.scalars(select(Audit).order_by(Audit.taken.desc(), Audit.id.desc()).limit(last)))[::-1]


def _facts(session: Session, before: Audit, after: Audit) -> Iterable[Change]:
    old, new = aliased(Reading), aliased(Reading)
    columns = [getattr(side, name) for name in ("error", *_FACTS) for side in (old, new)]
    query = select(new.host, *columns).join(old, old.host == new.host)
    for host, *values in session.execute(query.where(old.audit_id == before.id, new.audit_id == after.id)):
        pairs = dict(zip(("error", *_FACTS), zip(values[::2], values[1::2], strict=True), strict=True))
        was, now = pairs.pop("error")
        if was != now:
            yield Change(after.taken, host, "error", was, now)
        if was is None and now is None:
            for name, (one, other) in pairs.items():
                if one != other:
                    yield Change(after.taken, host, name.replace("_", " "), one, other)


def _licenses(session: Session, before: Audit, after: Audit) -> Iterable[Change]:
    counts: list[dict[str, dict[str, int]]] = []
    for audit in (before, after):
        of_hosts: dict[str, dict[str, int]] = {}
        read = select(Reading.host).where(Reading.audit_id == audit.id, Reading.error.is_(None))
        for host in session.scalars(read):
            of_hosts[host] = {}
        query = (
            select(Reading.host, Usage.license, func.sum(Usage.count))
            .join(Usage, Usage.reading_id == Reading.id)
            .where(Reading.audit_id == audit.id)
            .group_by(Reading.host, Usage.license)
        )
        for host, name, count in session.execute(query):
            of_hosts.setdefault(host, {})[name] = int(count)
        counts.append(of_hosts)
    old, new = counts
    for host in old.keys() & new.keys():
        for name in old[host].keys() | new[host].keys():
            was, now = old[host].get(name), new[host].get(name)
            if was != now:
                yield Change(after.taken, host, f"licence {name}", _text(was), _text(now))


def _text(count: int | None) -> str | None:
    return None if count is None else str(count)


def _verdicts(session: Session, before: Audit, after: Audit) -> Iterable[Change]:
    """A rule that only one of the two audits knew is no drift."""
    old, new, was, now = aliased(Reading), aliased(Reading), aliased(StoredVerdict), aliased(StoredVerdict)
    query = (
        select(new.host, now.rule_id, was.verdict, now.verdict)
        .join(old, old.host == new.host)
        .join(now, now.reading_id == new.id)
        .join(was, (was.reading_id == old.id) & (was.rule_id == now.rule_id))
        .where(old.audit_id == before.id, new.audit_id == after.id, was.verdict != now.verdict)
    )
    for host, rule, one, other in session.execute(query):
        yield Change(after.taken, host, f"rule {rule}", one, other)
