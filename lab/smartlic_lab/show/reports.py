"""RUM reports, message history, event log, classic licences: as lines."""

from __future__ import annotations

from typing import Final

from nornir_smartlic.model import ClassicLicense, HistoryMessage, Instant, RightToUse, RumReportDetail, UnplacedTime
from smartlic_lab.show.printer import of_states
from smartlic_lab.show.status import conversion_members
from smartlic_lab.show.style import Page
from smartlic_lab.show.words import instant, none, time_or_none

Lines = list[str]


def rum_reports(page: Page) -> Lines:
    """``show license rum id all``; without heading where it was saved filtered."""
    lines = []
    if page.style.prints("", "Smart Licensing Usage Report", True):
        lines += ["Smart Licensing Usage Report:", "=" * 36]
    if page.style.prints("", "Report Id,          State,    Flag, Feature Name", True):
        lines.append("Report Id,          State,    Flag, Feature Name")
    for row in page.state.rum_reports or ():
        lines.append(f"{row.report_id:<20}{row.state.value:<10}{row.flag:<6}{row.feature_name}")
    return lines


def rum_details(page: Page) -> Lines:
    """``show license rum id N detail``."""
    lines = ["Smart Licensing Usage Report Detail:", "=" * 36]
    for number, state in enumerate(page.state.rum_details or ()):
        lines += [*([""] if number else []), *_detail(state)]
    return lines


def _detail(state: RumReportDetail) -> Lines:
    lines = [f"Report Id: {state.report_id}", f"  Metric Name: {state.metric_name}"]
    if state.feature_name is not None:
        lines.append(f"  Feature Name: {state.feature_name}")
    if state.metric_value is not None:
        lines.append(f"  Metric Value: {state.metric_value}")
    return [
        *lines,
        f"  UDI: {state.udi}",
        f"  Previous Report Id: {state.previous_report_id or 0},    Next Report Id: {state.next_report_id or 0}",
        f"  State: {state.state.value},      {state.reason_label}: {none(state.change_reason)}",
        f"  Start Time: {time_or_none(state.start)},      End Time: {time_or_none(state.end)}",
        f"  Storage State: {state.storage_state}",
        f"  Transaction ID: {state.transaction_id}",
        f"  Transaction Message: {none(state.transaction_message)}",
    ]


_RULE = "=" * 52


def message_history(page: Page) -> Lines:
    """``show license history message``; the shape of messages is unverified."""
    state = page.state.history
    if state is None:
        return []
    lines = ["", "Message History (oldest to newest):", _RULE]
    for name, messages in state.messages:
        lines += [f"{name}:", *_messages(messages, "  No past history")]
    lines += ["", "Import Message History (oldest to newest):", _RULE]
    for number, (name, messages) in enumerate(state.imports):
        lines += [*([""] if number else []), f"{name}:", *_messages(messages, "  No past Import history")]
    return lines


def _messages(messages: tuple[HistoryMessage, ...], nothing: str) -> Lines:
    if not messages:
        return [nothing]
    lines = []
    for message in messages:
        lines.append(f"  {message.kind}{'' if message.kind.endswith(' on') else ':'} {instant(message.time)}")
        lines += [f"  {line}" for line in message.text.split("\n") if line]
    return lines


def event_log(page: Page) -> Lines:
    """``show license eventlog``."""
    title = "**** Event Log ****"
    lines = [title, ""] if page.style.prints("", title, True) else []
    if not page.state.event_log:
        return [*lines, " No EventLog Found."]
    for entry in page.state.event_log:
        attributes = "".join(f' {key}="{value}"' for key, value in entry.attributes)
        lines.append(f"{_event_time(entry.time)} {entry.event}{attributes}")
    return lines


def _event_time(time: Instant) -> str:
    wall, zone = (time.wall, time.zone) if isinstance(time, UnplacedTime) else (time, time.tzname())
    return f"{wall:%Y-%m-%d %H:%M:%S}.{wall.microsecond // 1000:03d} {zone}"


def data_conversion(page: Page) -> Lines:
    """``show license data conversion``; unverified."""
    state = page.state.conversion
    if state is None:
        return []
    status = [] if state.status is None else [f"  Status: {state.status}"]
    return [
        "License Conversion:",
        f"  Automatic Conversion Enabled: {state.automatic}",
        *conversion_members(state),
        *status,
        *(
            f"  {key}: {time_or_none(time)}"
            for key, time in (("Last Data Push", state.last_data_push), ("Last File Export", state.last_file_export))
            if page.style.prints("License Conversion:", key, True)
        ),
    ]


def classic(page: Page) -> Lines:
    """``show license`` of the classic model."""
    lines = []
    for state in page.state.classic or ():
        head = f"Index {state.index} Feature: {state.feature}"
        lines += [f"{head:<48}", *(f"        {line}" for line in _classic_lines(state))]
    return lines


def _classic_lines(state: ClassicLicense) -> Lines:
    pairs = (
        ("Period left", state.period_left),
        ("Period Used", state.period_used),
        ("License Type", state.license_type),
        ("License State", state.state),
        ("License Count", state.count),
        ("License Priority", state.priority),
    )
    return [f"{key}: {value}" for key, value in pairs if value is not None]


def right_to_use(page: Page) -> Lines:
    """``show license right-to-use``; unverified."""
    state = page.state.right_to_use
    if state is None:
        return []
    if state.usage or state.details:
        return _right_to_use_usage(state) if state.usage else _right_to_use_details(state)
    slots = any(row.slot is not None for row in state.licenses)
    heading = (
        " Slot#  License name   Type     Count   Period left"
        if slots
        else "  License Name    Type     Count   Period left"
    )
    lines = [heading, "-" * (58 if slots else 47)]
    for row in state.licenses:
        slot = f" {row.slot:<7}" if slots else "  "
        lines.append(f"{slot}{row.name:<13}{row.license_type:<14}{row.count:<6}{row.period_left}")
    if state.levels:
        lines += ["-" * (58 if slots else 47)] if not slots else [""]
    return lines + [f"{key}: {value}" for key, value in state.levels]


def _right_to_use_usage(state: RightToUse) -> Lines:
    heading = " Slot#  License Name   Type    usage-duration(y:m:d)  In-Use   EULA"
    lines = [heading, "-" * 69]
    for row in state.usage:
        used, accepted = "yes" if row.in_use else "no", "yes" if row.eula_accepted else "no"
        lines.append(f" {row.slot:<5}{row.name:<13}{row.license_type:<16}{row.duration:<24}{used:<9}{accepted}")
    return lines


def _right_to_use_details(state: RightToUse) -> Lines:
    lines = []
    for index, pairs in state.details:
        head = f"Index {index}:"
        for key, value in pairs:
            lines.append(f"{head:<11}{key}: {value}")
            head = ""
    return lines


PRINTERS: Final = of_states(
    {
        "show license": classic,
        "show license data conversion": data_conversion,
        "show license eventlog": event_log,
        "show license history message": message_history,
        "show license right-to-use": right_to_use,
        "show license rum id all": rum_reports,
        "show license rum id detail": rum_details,
    }
)
