"""RUM reports, the message history and the event log. Source: reference/outputs.md sections 8 to 10."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final

from nornir_smartlic.model import (
    EventLogEntry,
    HistoryMessage,
    Instant,
    MessageHistory,
    RumReportDetail,
    RumReportLine,
    RumReportState,
    UnplacedTime,
)
from nornir_smartlic.parsers.instants import instant, optional_instant, zone_named
from nornir_smartlic.parsers.product import udi
from nornir_smartlic.parsers.section import Problem, Section, heading, number, one_of, optional, text

_state = one_of({state.value: state for state in RumReportState})


def rum_reports(section: Section) -> tuple[RumReportLine, ...]:
    """``show license rum id all``; the heading is missing where the output was filtered with ``| include``."""
    titled = section.drop_line("Smart Licensing Usage Report:")
    reports = []
    while (line := section.next_line()) is not None:
        words = line.split()
        if not line.strip("=") or words[:2] == ["Report", "Id,"]:
            section.take_line()
            continue
        if not words[0].isdigit():
            break
        if len(words) < 4:
            raise Problem("expected a report id, its state, a flag and a feature name", line)
        try:
            reports.append(RumReportLine(number(words[0]), _state(words[1]), words[2], " ".join(words[3:])))
        except ValueError as error:
            raise Problem(str(error), line) from None
        section.take_line()
    if not reports and (not titled or line is not None):
        raise section.missing("a report")
    return tuple(reports)


def rum_details(section: Section) -> tuple[RumReportDetail, ...]:
    """``show license rum id N detail``, or ``all detail``."""
    section.drop_line("Smart Licensing Usage Report Detail:")
    details = []
    while (line := section.next_line()) is not None:
        if not line.strip("="):
            section.take_line()
        elif section.next_key() == "Report Id":
            details.append(_detail(section))
        else:
            break
    if not details:
        raise section.missing("Report Id:")
    return tuple(details)


def _detail(section: Section) -> RumReportDetail:
    report_id = section.take("Report Id", number)
    metric = section.take("Metric Name", text)
    feature = section.take_optional("Feature Name", optional) if section.next_key() == "Feature Name" else None
    value = section.take_optional("Metric Value", optional) if section.next_key() == "Metric Value" else None
    who = section.take("UDI", udi)
    before, after = _two(section, "Previous Report Id", "Next Report Id")
    label = "State Change Reason"
    state_line = section.next_line() or ""
    if "Close Reason:" in state_line:
        label = "Close Reason"
    state, reason = _two(section, "State", label)
    start, end = _two(section, "Start Time", "End Time")
    try:
        return RumReportDetail(
            report_id=report_id,
            metric_name=metric,
            feature_name=feature,
            metric_value=value,
            udi=who,
            previous_report_id=number(before) or None,
            next_report_id=number(after) or None,
            state=_state(state),
            change_reason=optional(reason),
            start=optional_instant(start),
            end=optional_instant(end),
            storage_state=section.take("Storage State", text),
            transaction_id=section.take("Transaction ID", number),
            transaction_message=section.take("Transaction Message", optional),
            reason_label=label,
        )
    except ValueError as error:
        raise Problem(str(error), f"Report Id: {report_id}") from None


def _two(section: Section, first: str, second: str) -> tuple[str, str]:
    """Both values of ``Start Time: A,      End Time: B``."""
    value = section.take(first, str)
    one, found, two = value.partition(f"{second}:")
    if not found:
        raise Problem(f"expected '{second}:'", f"{first}: {value}")
    return one.strip().removesuffix(","), two.strip()


_EVENT: Final = re.compile(r"(\d{4})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d)\.(\d{3}) (\S+) (\S+)(.*)")
_ATTRIBUTE: Final = re.compile(r' ([\w.\-]+)="(.*?)"(?= [\w.\-]+="|$)')  # a message may have quotes of its own


def event_log(section: Section) -> tuple[EventLogEntry, ...]:
    """``show license eventlog [DAYS]``; empty for ``No EventLog Found.``."""
    title = section.next_line()
    if title is not None and title.strip("* ") == "Event Log":
        section.take_line()
    if section.drop_line("No EventLog Found."):
        return ()
    entries = []
    while (line := section.next_line()) is not None and (match := _EVENT.fullmatch(line)):
        year, month, day, hour, minute, second, millisecond, zone, event, rest = match.groups()
        if _ATTRIBUTE.sub("", rest).strip():
            break
        try:
            wall = datetime(  # noqa: DTZ001  placed in the next line
                int(year), int(month), int(day), int(hour), int(minute), int(second), int(millisecond) * 1000
            )
        except ValueError:
            raise Problem("expected a time such as '2021-11-17 03:31:32.920 UTC'", line) from None
        entries.append(EventLogEntry(_placed(wall, zone), event, tuple(_ATTRIBUTE.findall(rest))))
        section.take_line()
    if not entries or (line is not None and line[:4].isdigit()):
        raise section.missing("an event, or 'No EventLog Found.'")
    return tuple(entries)


def _placed(wall: datetime, spelling: str) -> Instant:
    zone = zone_named(spelling)
    return UnplacedTime(wall, spelling) if zone is None else wall.replace(tzinfo=zone)


_TITLE: Final = "Message History (oldest to newest)"
_IMPORT_TITLE: Final = "Import Message History (oldest to newest)"
Groups = tuple[tuple[str, tuple[HistoryMessage, ...]], ...]


def message_history(section: Section) -> MessageHistory:
    """``show license history message``: what was sent, and what was imported; the shape of messages is recalled."""
    section.take(_TITLE, heading)
    messages = _groups(section)
    section.take(_IMPORT_TITLE, heading)
    return MessageHistory(messages, _groups(section))


def _groups(section: Section) -> Groups:
    groups: list[tuple[str, tuple[HistoryMessage, ...]]] = []
    line = section.next_line()
    if line is not None and not line.strip("="):
        section.take_line()
    while (line := section.next_line()) is not None and line.endswith(":") and line != f"{_IMPORT_TITLE}:":
        section.take_line()
        name = line[:-1]
        if section.drop_next("No past history") or section.drop_next("No past Import history"):
            groups.append((name, ()))
            continue
        groups.append((name, tuple(_messages(section))))
    if not groups:
        raise section.missing("Trust Establishment:")
    return tuple(groups)


_KIND: Final = re.compile(
    r"((?:Request|Response|Received|Import)(?: on)?):? ?([A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d.*)?"
)


def _messages(section: Section) -> list[HistoryMessage]:
    messages = []
    while (line := section.next_line()) is not None and (found := _KIND.fullmatch(line)) is not None:
        section.take_line()
        kind, time = found.groups()
        try:
            when = instant(time or "")
        except ValueError as error:
            raise Problem(str(error), line) from None
        body = []
        while (more := section.next_line()) is not None and not _KIND.fullmatch(more) and not _opens(more):
            body.append(section.take_line())
        messages.append(HistoryMessage(kind, when, "\n".join(body)))
    if not messages:
        raise section.missing("No past history")
    return messages


def _opens(line: str) -> bool:
    """Whether the line is the title of a group, not a part of a message."""
    return line.endswith(":") and not line.startswith(("{", "[", '"', "<"))
