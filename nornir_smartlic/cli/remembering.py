"""Between reports and the store: audits kept, shown again, and what they say over time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from nornir_smartlic.compliance import Finding, Verdict
from nornir_smartlic.model import placed
from nornir_smartlic.outputs import (
    Background,
    DeviceFacts,
    Drift,
    HostError,
    HostReport,
    Listing,
    PastAudit,
    Report,
)
from nornir_smartlic.store import (
    HostRecord,
    LastState,
    Store,
    changes,
    consumption,
    consumption_totals,
    drift,
    forget_audits,
    last_states,
    record_audit,
    standing,
    totals,
)

_BARS: Final = "▁▂▃▄▅▆▇█"
_INSTANTS = ("last_ack", "next_ack_deadline", "device_time")


def record(store: Store, report: Report, *, keep_days: int | None = None) -> None:
    """Keep *report*, an audit; those older than *keep_days* are forgotten, ``None``: none is."""
    taken = report.created or datetime.now(UTC)
    record_audit(store, taken, report.version, map(_record, report.hosts))
    if keep_days is not None:
        forget_audits(store, taken - timedelta(days=keep_days))


def audit_again(store: Store, hosts: Iterable[str], *, max_age: timedelta, now: datetime) -> Report:
    """What the last audits found on *hosts*, without asking a device.

    A host that was never read, not within *max_age*, or failed when it was last tried, is one that was not read. What
    passed with a deadline that has gone by since is unknown.
    """
    states = last_states(store)
    return Report("audit", tuple(_judged_again(name, states.get(name), max_age, now) for name in hosts), created=now)


def _judged_again(host: str, state: LastState | None, max_age: timedelta, now: datetime) -> HostReport:
    problem = None
    if state is None:
        problem = "no audit of it in the store"
    elif state.error is not None:
        problem = f"not read on {_day(state.tried)}: {state.error}"
    elif state.taken is None or now - state.taken > max_age:
        problem = f"last read on {_day(state.taken)}, more than {max_age.days} days ago (--max-age)"
    if state is None or problem is not None:
        return HostReport(host, error=HostError("StoreError", problem or "no audit of it in the store"))
    facts = {**state.facts, "licensing_model": state.facts.get("licensing_model") or "unknown"}
    device = DeviceFacts(**facts, licenses_in_use=state.licenses)
    return HostReport(host, device=device, findings=tuple(_by_now(each, state, now) for each in state.findings))


def _by_now(finding: Finding, state: LastState, now: datetime) -> Finding:
    if finding.verdict is not Verdict.PASS or finding.deadline is None or finding.deadline >= now:
        return finding
    why = f"its deadline, {_day(finding.deadline)}, has passed since it was read on {_day(state.taken)}"
    return replace(finding, verdict=Verdict.UNKNOWN, why=why, fix=(f"smartlic audit -F name={finding.host}",))


def _day(instant: datetime | None) -> str:
    return f"{instant.astimezone(UTC):%Y-%m-%d}" if instant is not None else "no day"


def _record(host: HostReport) -> HostRecord:
    if host.device is None:
        return HostRecord(host.host, error=host.error.message if host.error is not None else "not read")
    return HostRecord(
        host.host, facts=_facts(host.device), licenses=host.device.licenses_in_use, findings=host.findings
    )


def _facts(device: DeviceFacts) -> dict[str, Any]:
    """The columns of a reading; a time without a known offset is not kept, for nobody could order it."""
    found = {field.name: getattr(device, field.name) for field in fields(device) if field.name != "licenses_in_use"}
    return {name: placed(value) if name in _INSTANTS else value for name, value in found.items()}


AUDITS_ON_A_PAGE: Final = 20


def background_of(store: Store) -> Background:
    """What the store says beside the audit that it has last."""
    return Background(
        tuple(
            PastAudit(each.taken, each.hosts, each.failing, each.unknown, each.not_read)
            for each in totals(store, last=AUDITS_ON_A_PAGE)
        ),
        tuple(Drift(each.host, each.what, each.before, each.after) for each in drift(store)),
        consumption_totals(store, last=AUDITS_ON_A_PAGE),
        {(each.host, each.rule_id): each.since for each in standing(store)},
    )


def change_listing(store: Store, host: str | None, since: datetime | None) -> Listing:
    """What changed between audits."""
    rows = [
        {"audit": each.taken, "host": each.host, "what": each.what, "before": each.before, "after": each.after}
        for each in changes(store, host=host, since=since)
    ]
    return Listing("history", "changes", ("audit", "host", "what", "before", "after"), rows)


def standing_listing(store: Store, host: str | None) -> Listing:
    """What is not in order by the last audits, and since when."""
    columns = ("host", "rule", "severity", "verdict", "since", "seen", "message")
    rows = [
        {name: getattr(each, "rule_id" if name == "rule" else name) for name in columns}
        for each in standing(store, host=host)
    ]
    return Listing("history", "findings", columns, rows)


def course_listing(store: Store, since: datetime | None) -> Listing:
    """Licences in use over time, a row for each: the first and the last count, and a bar for each audit."""
    counts: dict[str, list[tuple[datetime, int]]] = {}
    audits = sorted({each.taken for each in consumption(store, since=since)})
    for each in consumption(store, since=since):
        counts.setdefault(each.license, []).append((each.taken, each.count))
    rows = []
    for name, found in sorted(counts.items()):
        by_audit = dict(found)
        series = [by_audit.get(taken, 0) for taken in audits]
        rows.append(
            {"license": name, "first": series[0], "last": series[-1], "most": max(series), "course": bars(series)}
        )
    return Listing("history", "consumption", ("license", "first", "last", "most", "course"), rows)


def bars(series: list[int], width: int = 40) -> str:
    """*series* as a line of bars, from nothing to the most; of a longer one the last *width*."""
    shown = series[-width:]
    most = max(shown, default=0) or 1
    return "".join(_BARS[round(value / most * (len(_BARS) - 1))] for value in shown)


def consumption_listing(store: Store, since: datetime | None) -> Listing:
    """Licences in use at each audit."""
    rows = [
        {"audit": each.taken, "license": each.license, "count": each.count, "hosts": each.hosts}
        for each in consumption(store, since=since)
    ]
    return Listing("history", "consumption", ("audit", "license", "count", "hosts"), rows)
