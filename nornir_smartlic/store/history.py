"""What audits found over time: what changed between two of them, and how consumption went."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session, selectinload

from nornir_smartlic.compliance import Evidence, Finding, Severity, Verdict, Waiver
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
_VERDICTS: Final = {each.value: each for each in Verdict}
_SEVERITIES: Final = {each.value: each for each in Severity}
_TITLE: Final = 255  # characters of the column


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


@dataclass(frozen=True, slots=True)
class LastState:
    """What is known of a host without asking it; ``facts`` has the columns of a reading."""

    host: str
    taken: datetime | None  # of its last reading that succeeded; None: there was none
    facts: Mapping[str, Any] = field(default_factory=dict)
    licenses: tuple[tuple[str, int, str | None], ...] = ()  # name, count, display
    findings: tuple[Finding, ...] = ()
    error: str | None = None  # why the last attempt failed; None: it did not
    tried: datetime | None = None  # that attempt


@dataclass(frozen=True, slots=True)
class Standing:
    """A finding of the last reading of a host, and since when it stands."""

    host: str
    rule_id: str
    severity: str
    verdict: str
    since: datetime  # the first of the audits in a row that found it
    seen: datetime  # the last of them
    message: str


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
    hosts = list(hosts)
    with store.begin() as session:
        audit = Audit(taken=taken, version=version)
        session.add(audit)
        session.flush()
        if not hosts:
            return audit.id
        numbers = session.scalars(  # rows, not objects: an audit of thousands has a hundred thousand verdicts
            insert(Reading).returning(Reading.id, sort_by_parameter_order=True),
            [{"audit_id": audit.id, "host": each.host, "error": each.error, **_columns(each)} for each in hosts],
        ).all()
        usage = [
            {"reading_id": number, "license": name, "count": count, "display": display}
            for number, host in zip(numbers, hosts, strict=True)
            for name, count, display in host.licenses
        ]
        verdicts = [
            {
                "reading_id": number,
                "rule_id": found.rule_id,
                "severity": found.severity.value,
                "verdict": found.verdict.value,
                "message": found.message,
                "title": found.title[:_TITLE],
                "detail": _detail(found),
            }
            for number, host in zip(numbers, hosts, strict=True)
            for found in host.findings
        ]
        if usage:
            session.execute(insert(Usage), usage)
        if verdicts:
            session.execute(insert(StoredVerdict), verdicts)
        return audit.id


def _columns(host: HostRecord) -> dict[str, str | datetime | None]:
    """Every column of a reading: rows that are inserted together have the same ones."""
    return {name: host.facts.get(name) for name in (*_FACTS, "device_time")}


def _detail(finding: Finding) -> dict[str, Any] | None:
    """What `_finding` needs of *finding* beside the columns; ``None``: nothing."""
    waiver = finding.waiver
    found = {
        "found": finding.found,
        "expected": finding.expected,
        "why": finding.why,
        "evidence": [[each.command, each.line] for each in finding.evidence],
        "deadline": finding.deadline.isoformat() if finding.deadline is not None else None,
        "fix": list(finding.fix),
        "waiver": None
        if waiver is None
        else [waiver.rule_id, list(waiver.hosts), waiver.owner, waiver.reason, waiver.until.isoformat()],
    }
    if finding.verdict in (Verdict.PASS, Verdict.NOT_APPLICABLE) and finding.deadline is None:
        return None  # the message says it, and there are many of them
    return {name: value for name, value in found.items() if value}


def _finding(host: str, row: Any) -> Finding:
    """The finding that `_detail` and the columns of *row* are of."""
    detail = row.detail or {}
    verdict = _VERDICTS[row.verdict]
    waiver = detail.get("waiver")
    is_quiet = not detail
    return Finding(
        rule_id=row.rule_id,
        title=row.title or row.rule_id,
        severity=_SEVERITIES[row.severity],
        verdict=verdict,
        host=host,
        found=row.message if is_quiet and verdict is not Verdict.NOT_APPLICABLE else detail.get("found"),
        expected=detail.get("expected"),
        why=row.message if is_quiet and verdict is Verdict.NOT_APPLICABLE else detail.get("why"),
        evidence=tuple(Evidence(*each) for each in detail.get("evidence", ())),
        deadline=datetime.fromisoformat(detail["deadline"]) if "deadline" in detail else None,
        fix=tuple(detail.get("fix", ())),
        waiver=None if waiver is None else _waiver(*waiver),
    )


def _waiver(rule_id: str, hosts: list[str], owner: str, reason: str, until: str) -> Waiver:
    return Waiver(rule_id, tuple(hosts), owner, reason, date.fromisoformat(until))


def last_states(store: Store) -> dict[str, LastState]:
    """By host: what its last audit found, or why it could not be read; and its last reading that succeeded."""
    newest = select(func.max(Reading.id)).group_by(Reading.host)
    readable = newest.where(Reading.error.is_(None))
    columns = [getattr(Reading, name) for name in (*_FACTS, "device_time")]
    with store.begin() as session:
        tried = select(Reading.host, Reading.error, Audit.taken).join(Audit).where(Reading.id.in_(newest))
        failed = {row.host: row for row in session.execute(tried) if row.error is not None}
        query = select(Reading.id, Reading.host, Audit.taken, *columns).join(Audit).where(Reading.id.in_(readable))
        read = session.execute(query).all()
        licenses: dict[int, list[tuple[str, int, str | None]]] = {}
        usage = select(Usage.reading_id, Usage.license, Usage.count, Usage.display).order_by(Usage.id)
        for number, name, count, display in session.execute(usage.where(Usage.reading_id.in_(readable))):
            licenses.setdefault(number, []).append((name, count, display))
        names = {row.id: row.host for row in read}
        findings: dict[int, list[Finding]] = {}
        verdicts = select(
            StoredVerdict.reading_id,
            StoredVerdict.rule_id,
            StoredVerdict.severity,
            StoredVerdict.verdict,
            StoredVerdict.message,
            StoredVerdict.title,
            StoredVerdict.detail,
        )
        for judged in session.execute(
            verdicts.where(StoredVerdict.reading_id.in_(readable)).order_by(StoredVerdict.id)
        ):
            findings.setdefault(judged.reading_id, []).append(_finding(names[judged.reading_id], judged))
    states = {
        row.host: LastState(
            row.host,
            row.taken,
            facts={name: getattr(row, name) for name in (*_FACTS, "device_time")},
            licenses=tuple(licenses.get(row.id, ())),
            findings=tuple(findings.get(row.id, ())),
        )
        for row in read
    }
    for host, row in failed.items():
        before = states.get(host, LastState(host, None))
        states[host] = replace(before, error=row.error, tried=row.taken)
    return states


def standing(store: Store, *, host: str | None = None) -> tuple[Standing, ...]:
    """The findings of the last readings, each with the audit since which it stands without a break."""
    since: dict[tuple[str, str], datetime] = {}
    last: dict[str, dict[str, Standing]] = {}
    with store.begin() as session:
        query = (
            select(Audit.taken, Reading.id, Reading.host)
            .join(Reading)
            .where(Reading.error.is_(None))
            .order_by(Audit.taken, Reading.id)
        )
        readings = session.execute(query if host is None else query.where(Reading.host == host)).all()
        open_ones: dict[int, list[Any]] = {}
        found = select(
            StoredVerdict.reading_id, StoredVerdict.rule_id, StoredVerdict.severity, StoredVerdict.verdict,
            StoredVerdict.message,
        ).where(StoredVerdict.verdict.in_([each.value for each in Verdict if each.is_finding]))  # fmt: skip
        for row in session.execute(found):
            open_ones.setdefault(row.reading_id, []).append(row)
    for reading in readings:
        now = {row.rule_id: row for row in open_ones.get(reading.id, ())}
        for rule in last.get(reading.host, {}):
            if rule not in now:
                del since[reading.host, rule]
        for rule in now:
            since.setdefault((reading.host, rule), reading.taken)
        last[reading.host] = {
            rule: Standing(
                reading.host, rule, row.severity, row.verdict, since[reading.host, rule], reading.taken, row.message
            )
            for rule, row in now.items()
        }
    return tuple(last[name][rule] for name in sorted(last) for rule in sorted(last[name]))


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
