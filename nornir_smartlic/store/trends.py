"""What the store says of many devices at once: how audits went, and what differs between the last two.

Counted by the database, for fleets of thousands: no reading is built.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

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
    """What differs between the last two audits on the hosts that both are of, host by host; () before there are two.

    A rule that only one of the two knew is no drift, and a host that one could not read differs in its error alone.
    """
    with store.begin() as session:
        audits = _newest(session, 2)
        if len(audits) < 2:
            return ()
        old, new = (_hosts(session, audit) for audit in audits)
    taken = audits[-1].taken
    found = []
    for host in sorted(old.keys() & new.keys()):
        before, after = old[host], new[host]
        if before.get("error") or after.get("error"):
            before, after = ({"error": side.get("error")} for side in (before, after))
        for what in sorted(before.keys() | after.keys()):
            was, now = before.get(what), after.get(what)
            is_new_rule = what.startswith("rule ") and None in (was, now)
            if was != now and not is_new_rule:
                found.append(Change(taken, host, what, was, now))
    return tuple(found)


def _newest(session: Session, last: int) -> list[Audit]:
    """The *last* audits, the oldest first."""
    return list(session.scalars(select(Audit).order_by(Audit.taken.desc(), Audit.id.desc()).limit(last)))[::-1]


def _hosts(session: Session, audit: Audit) -> dict[str, dict[str, str | None]]:
    """By host, everything of *audit* that may drift, by name."""
    columns = [getattr(Reading, name) for name in _FACTS]
    hosts: dict[str, dict[str, str | None]] = {}
    numbers: dict[int, dict[str, str | None]] = {}
    query = select(Reading.id, Reading.host, Reading.error, *columns).where(Reading.audit_id == audit.id)
    for number, host, error, *facts in session.execute(query):
        named = zip(_FACTS, facts, strict=True)
        hosts[host] = numbers[number] = {"error": error, **{name.replace("_", " "): value for name, value in named}}
    used = (
        select(Usage.reading_id, Usage.license, func.sum(Usage.count))
        .join(Reading)
        .where(Reading.audit_id == audit.id)
        .group_by(Usage.reading_id, Usage.license)
    )
    for number, name, count in session.execute(used):
        numbers[number][f"licence {name}"] = str(int(count))
    judged = select(StoredVerdict.reading_id, StoredVerdict.rule_id, StoredVerdict.verdict).join(Reading)
    for number, rule, verdict in session.execute(judged.where(Reading.audit_id == audit.id)):
        numbers[number][f"rule {rule}"] = verdict
    return hosts
