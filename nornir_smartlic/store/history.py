"""What audits found over time: what changed between two of them, and how consumption went."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session, selectinload

from nornir_smartlic.compliance import Finding
from nornir_smartlic.store.database import Store
from nornir_smartlic.store.tables import Audit, Reading, StoredVerdict, Usage

_FACTS = (
    "udi",
    "platform",
    "release",
    "licensing_model",
    "transport",
    "smart_account",
    "virtual_account",
    "last_ack",
    "next_ack_deadline",
)


@dataclass(frozen=True, slots=True)
class HostRecord:
    """One host of an audit, for the store. ``facts`` has the columns of a reading, ``None`` where not known."""

    host: str
    error: str | None = None
    facts: Mapping[str, str | datetime | None] = field(default_factory=dict)
    licenses: Sequence[tuple[str, int, str | None]] = ()  # name, count, display
    findings: Sequence[Finding] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """What is different on a host since the audit before; ``None`` where there was, or is, nothing."""

    taken: datetime
    host: str
    what: str  # release, transport, licence network-advantage, rule SLP-TRUST, reachable, ...
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Consumption:
    """How many of a licence were in use over all hosts of an audit."""

    taken: datetime
    license: str
    count: int
    hosts: int


@dataclass(frozen=True, slots=True)
class LastReading:
    """What a host printed when it was last read; ``udi`` as it is printed, ``None``: not kept."""

    taken: datetime
    host: str
    udi: str | None
    virtual_account: str | None
    licenses: tuple[tuple[str, int, str | None], ...]  # name, count, display


def last_readings(store: Store) -> tuple[LastReading, ...]:
    """The last reading of each host that succeeded."""
    newest = select(func.max(Reading.id)).where(Reading.error.is_(None)).group_by(Reading.host)
    query = (
        select(Reading)
        .where(Reading.id.in_(newest))
        .order_by(Reading.host)
        .options(selectinload(Reading.usage), selectinload(Reading.audit))
    )
    with store.begin() as session:
        return tuple(
            LastReading(
                each.audit.taken,
                each.host,
                each.udi,
                each.virtual_account,
                tuple((line.license, line.count, line.display) for line in each.usage),
            )
            for each in session.scalars(query)
        )


def record_audit(store: Store, taken: datetime, version: str, hosts: Iterable[HostRecord]) -> int:
    """Keep an audit; gives its number."""
    with store.begin() as session:
        audit = Audit(taken=taken, version=version)
        for host in hosts:
            audit.readings.append(
                Reading(
                    host=host.host,
                    error=host.error,
                    **host.facts,
                    usage=[Usage(license=name, count=count, display=display) for name, count, display in host.licenses],
                    verdicts=[
                        StoredVerdict(
                            rule_id=found.rule_id,
                            severity=found.severity.value,
                            verdict=found.verdict.value,
                            message=found.message,
                        )
                        for found in host.findings
                    ],
                )
            )
        session.add(audit)
        session.flush()
        return audit.id


def forget_audits(store: Store, before: datetime) -> int:
    """Delete the audits taken before an instant; gives how many there were."""
    with store.begin() as session:
        old = session.scalars(select(Audit.id).where(Audit.taken < before)).all()
        session.execute(delete(Audit).where(Audit.id.in_(old)))
        return len(old)


def changes(store: Store, *, host: str | None = None, since: datetime | None = None) -> tuple[Change, ...]:
    """What changed from each audit to the next, the oldest first. A host's first reading is no change.

    A host is compared with its own last reading that succeeded: audits may be of parts of a fleet.
    """
    found: list[Change] = []
    last: dict[str, dict[str, str | None]] = {}
    unreachable: dict[str, str | None] = {}
    with store.begin() as session:
        for audit in _audits(session):
            for reading in sorted(audit.readings, key=lambda reading: reading.host):
                if host is not None and reading.host != host:
                    continue
                if reading.host in unreachable and unreachable[reading.host] != reading.error:
                    found.append(Change(audit.taken, reading.host, "error", unreachable[reading.host], reading.error))
                unreachable[reading.host] = reading.error
                if reading.error is not None:
                    continue
                now = _properties(reading)
                before = last.get(reading.host)
                last[reading.host] = now
                for name in sorted({*now, *(before or {})}) if before is not None else ():
                    if before is not None and before.get(name) != now.get(name):
                        found.append(Change(audit.taken, reading.host, name, before.get(name), now.get(name)))
    return tuple(change for change in found if since is None or change.taken >= since)


def consumption(store: Store, *, license: str | None = None, since: datetime | None = None) -> tuple[Consumption, ...]:
    """Licences in use at each audit, the oldest first."""
    found: list[Consumption] = []
    with store.begin() as session:
        for audit in _audits(session, since):
            counts: dict[str, list[int]] = {}
            for reading in audit.readings:
                for line in reading.usage:
                    counts.setdefault(line.license, []).append(line.count)
            found += [
                Consumption(audit.taken, name, sum(each), len(each))
                for name, each in sorted(counts.items())
                if license is None or name == license
            ]
    return tuple(found)


def _audits(session: Session, since: datetime | None = None) -> Iterable[Audit]:
    query = (
        select(Audit)
        .order_by(Audit.taken, Audit.id)
        .options(
            selectinload(Audit.readings).selectinload(Reading.usage),
            selectinload(Audit.readings).selectinload(Reading.verdicts),
        )
        .execution_options(yield_per=20)
    )
    return session.scalars(query if since is None else query.where(Audit.taken >= since))


def _properties(reading: Reading) -> dict[str, str | None]:
    """Everything of a reading that may change, as texts by name."""
    found: dict[str, str | None] = {}
    for name in _FACTS:
        value = getattr(reading, name)
        found[name.replace("_", " ")] = value.isoformat() if isinstance(value, datetime) else value
    for line in reading.usage:
        found[f"licence {line.license}"] = str(line.count)
    for verdict in reading.verdicts:
        found[f"rule {verdict.rule_id}"] = verdict.verdict
    return {name: value for name, value in found.items() if value is not None}
