"""RUM reports, the message history and the event log. Source: reference/outputs.md sections 8 to 10.

They are lists, and those of real devices are not whole: a line that is not known is left, and reading goes on behind.
"""

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
from nornir_smartlic.parsers.section import Problem, Section, number, one_of, optional, text

_state = one_of({state.value: state for state in RumReportState})


def rum_reports(section: Section) -> tuple[RumReportLine, ...]:
    """``show license rum id all``; the heading is missing where the output was filtered with ``| include``."""
    reports = []
    unknown = []
    titled = False
    for line in section.take_lines():
        words = line.split()
        if line == "Smart Licensing Usage Report:":
            titled = True
        elif line.strip("=") and words[:2] != ["Report", "Id,"]:
            try:
                reports.append(RumReportLine(number(words[0]), _state(words[1]), words[2], " ".join(words[3:])))
            except (ValueError, IndexError):
                unknown.append(line)
    section.put_back(unknown)
    if not reports and (not titled or unknown):
        raise section.missing("a report")
    return tuple(reports)


def rum_details(section: Section) -> tuple[RumReportDetail, ...]:
    """``show license rum id N detail``, or ``all detail``."""
    blocks: list[list[str]] = [[]]  # the first is what stands before the first report
    for line in section.take_lines():
        if line.startswith("Report Id:"):
            blocks.append([])
        blocks[-1].append(line)
    details = []
    unknown = [line for line in blocks[0] if line != "Smart Licensing Usage Report Detail:" and line.strip("=")]
    problem = None
    for lines in blocks[1:]:
        block = Section(lines)
        try:
            details.append(_detail(block))
            unknown += [line for line in block.rest() if line.strip("=")]
        except Problem as error:
            problem = problem or error
            unknown += lines
    section.put_back(unknown)
    if not details:
        raise problem or section.missing("Report Id:")
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
_KEY: Final = re.compile(r' ([\w.\-]+)="')


def event_log(section: Section) -> tuple[EventLogEntry, ...]:
    """``show license eventlog [DAYS]``; empty for ``No EventLog Found.``."""
    entries = []
    unknown = []
    is_empty = False
    for line in section.take_lines():
        if line == "No EventLog Found.":
            is_empty = True
        elif (entry := _event(line)) is not None:
            entries.append(entry)
        elif line.strip("* ") != "Event Log":
            unknown.append(line)
    section.put_back(unknown)
    if not entries and not is_empty:
        raise section.missing("an event, or 'No EventLog Found.'")
    return tuple(entries)


def _event(line: str) -> EventLogEntry | None:
    match = _EVENT.fullmatch(line)
    attributes = None if match is None else _attributes(match[10])
    if match is None or attributes is None:
        return None
    *numbers, zone, event, _ = match.groups()
    year, month, day, hour, minute, second, millisecond = map(int, numbers)
    try:
        wall = datetime(year, month, day, hour, minute, second, millisecond * 1000)  # noqa: DTZ001  placed below
    except ValueError:
        return None
    return EventLogEntry(_placed(wall, zone), event, attributes)


def _attributes(text: str) -> tuple[tuple[str, str], ...] | None:
    """`` key="value"``, any number of them; a value may have quotes of its own. ``None``: it is something else."""
    starts = list(_KEY.finditer(text))
    if text[: starts[0].start() if starts else None].strip():
        return None
    if not starts:
        return ()
    found = []
    begun = starts[0]
    for following in [*starts[1:], None]:
        end = len(text) if following is None else following.start()
        if end > begun.end() and text[end - 1] == '"':
            found.append((begun[1], text[begun.end() : end - 1]))
            begun = following or begun
        elif following is None:
            return None
    return tuple(found)


def _placed(wall: datetime, spelling: str) -> Instant:
    zone = zone_named(spelling)
    return UnplacedTime(wall, spelling) if zone is None else wall.replace(tzinfo=zone)


_TITLE: Final = "Message History (oldest to newest)"
_IMPORT_TITLE: Final = "Import Message History (oldest to newest)"
Groups = tuple[tuple[str, tuple[HistoryMessage, ...]], ...]


def message_history(section: Section) -> MessageHistory:
    """``show license history message``: what was sent, and what was imported; the shape of messages is unverified."""
    lines = section.take_lines()
    for title in (_TITLE, _IMPORT_TITLE):
        if f"{title}:" not in lines:
            section.put_back(lines)
            raise section.missing(f"{title}:")
    at = lines.index(f"{_TITLE}:"), lines.index(f"{_IMPORT_TITLE}:")
    sent, unknown_sent = _groups(lines[at[0] + 1 : at[1]])
    imported, unknown_imported = _groups(lines[at[1] + 1 :])
    section.put_back([*lines[: at[0]], *unknown_sent, *unknown_imported])
    if not sent or not imported:
        raise section.missing("Trust Establishment:")
    return MessageHistory(sent, imported)


def _groups(lines: list[str]) -> tuple[Groups, list[str]]:
    """The groups of *lines* with their messages, and the lines that nobody knows."""
    groups: list[tuple[str, tuple[HistoryMessage, ...]]] = []
    unknown: list[str] = []
    title: str | None = None
    begun: list[tuple[str, Instant, list[str]]] = []  # messages of the group, with the lines of each
    is_said = False  # something is printed below the title
    for line in [*lines, ""]:
        message = _message(line) if title is not None else None
        if message is not None:
            begun.append((*message, []))
        elif not line or _opens(line):
            if title is not None:
                groups.append((title, tuple(HistoryMessage(kind, when, "\n".join(body)) for kind, when, body in begun)))
                unknown += [] if is_said or begun else [f"{title}:"]
            title, begun, is_said = line[:-1], [], False
        elif begun:
            begun[-1][2].append(line)
        elif line in ("No past history", "No past Import history"):
            is_said = True
        elif line.strip("="):
            unknown.append(line)
    return tuple(groups), unknown


_KIND: Final = re.compile(
    r"((?i:Request|Response|Received|Import)(?: on)?):? ?([A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d.*)"
)


def _message(line: str) -> tuple[str, Instant] | None:
    """The kind and the time of a message that begins with this line."""
    found = _KIND.fullmatch(line)
    try:
        return None if found is None else (found[1], instant(found[2]))
    except ValueError:
        return None


def _opens(line: str) -> bool:
    """Whether the line is the title of a group, not a part of a message."""
    return line.endswith(":") and not line.startswith(("{", "[", '"', "<"))
