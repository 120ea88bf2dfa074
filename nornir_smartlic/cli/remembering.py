"""Between reports and the store: audits kept, and what they tell over time."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, datetime
from typing import Any

from nornir_smartlic.model import placed
from nornir_smartlic.outputs import DeviceFacts, HostReport, Listing, Report
from nornir_smartlic.store import HostRecord, Store, changes, consumption, record_audit

_INSTANTS = ("last_ack", "next_ack_deadline", "device_time")


def record(store: Store, report: Report) -> None:
    """Keep *report*, an audit."""
    record_audit(store, report.created or datetime.now(UTC), report.version, map(_record, report.hosts))


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


def change_listing(store: Store, host: str | None, since: datetime | None) -> Listing:
    """What changed between audits."""
    rows = [
        {"audit": each.taken, "host": each.host, "what": each.what, "before": each.before, "after": each.after}
        for each in changes(store, host=host, since=since)
    ]
    return Listing("history", "changes", ("audit", "host", "what", "before", "after"), rows)


def consumption_listing(store: Store, since: datetime | None) -> Listing:
    """Licences in use at each audit."""
    rows = [
        {"audit": each.taken, "license": each.license, "count": each.count, "hosts": each.hosts}
        for each in consumption(store, since=since)
    ]
    return Listing("history", "consumption", ("audit", "license", "count", "hosts"), rows)
