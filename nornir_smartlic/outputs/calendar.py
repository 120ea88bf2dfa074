"""Deadlines as an iCalendar file (RFC 5545), for calendars that people look at anyway."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from nornir_smartlic.compliance import Verdict
from nornir_smartlic.model.times import placed
from nornir_smartlic.outputs.report import HostReport, Report
from nornir_smartlic.outputs.texts import clean

if TYPE_CHECKING:
    from icalendar import Event

WARNING: Final = timedelta(days=7)  # before a deadline, the calendar reminds of it
_LONG_AGO: Final = datetime(2000, 1, 1, tzinfo=UTC)  # when the entries were made, where a report does not say


def render_calendar(report: Report) -> str:
    """An entry for each deadline: of the next ACK, and of findings that have one; and for each host that was not read.

    Times are in UTC. An entry keeps its identity from audit to audit: a calendar that is loaded again shows it once.
    """
    from icalendar import Calendar

    calendar = Calendar()
    calendar.add("prodid", f"-//nornir-smartlic//{report.version}//EN")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", "Smart Licensing")
    for host in report.parts:
        for event in _events(host, report.created or _LONG_AGO):
            calendar.add_component(event)
    text: bytes = calendar.to_ical()
    return text.decode()


def _events(host: HostReport, made: datetime) -> Iterator[Event]:
    if host.error is not None:  # whose deadlines nobody knows
        yield _event(f"unread-{host.host}", made, f"{host.host}: not read", host.error.message, made)
    device = host.device
    if device is not None and (due := placed(device.next_ack_deadline)) is not None:
        last = placed(device.last_ack)
        before = f"The last one was of {last.astimezone(UTC):%Y-%m-%d}." if last is not None else "There was none yet."
        yield _event(
            f"ack-{host.host}", due, f"{host.host}: ACK due", f"smartlic sync -F name={host.host}\n{before}", made
        )
    for finding in host.findings:
        if finding.deadline is not None and finding.verdict in (Verdict.FAIL, Verdict.UNKNOWN):
            text = "\n".join([finding.message, *finding.fix])
            summary = f"{host.host}: {finding.rule_id} {finding.title}"
            yield _event(f"{finding.rule_id}-{host.host}", finding.deadline, summary, text, made)


def _event(name: str, due: datetime, summary: str, description: str, made: datetime) -> Event:
    from icalendar import Alarm, Event

    event = Event()
    event.add("uid", f"{clean(name)}@smartlic")
    event.add("dtstamp", made.astimezone(UTC))
    event.add("dtstart", due.astimezone(UTC))
    event.add("summary", clean(summary))
    event.add("description", clean(description))
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("trigger", -WARNING)
    alarm.add("description", clean(summary))
    event.add_component(alarm)
    return event
