"""What only tech support prints, as lines."""

from __future__ import annotations

from nornir_smartlic.model import CommunicationStatistic, ScheduledJob
from smartlic_lab.show.style import Page
from smartlic_lab.show.words import empty, instant, none, remaining, short_udi, time_or_none

Lines = list[str]


def scheduled_jobs(page: Page) -> Lines | None:
    """``Upcoming Scheduled Jobs``."""
    state = page.state.tech_support
    if state is None:
        return None
    lines = ["Upcoming Scheduled Jobs", "=======================", f"Current time: {time_or_none(state.current_time)}"]
    return lines + [f"{job.name}: {_due(job, page.style.units(job.name))}" for job in state.jobs]


def _due(job: ScheduledJob, units: tuple[str, ...]) -> str:
    if not job.available:
        return "Not Available"
    if job.due is None:
        return "Expired Not Rescheduled"
    if job.remaining is None:
        return f"{instant(job.due)}  (Expired)"
    return f"{instant(job.due)} ({remaining(job.remaining, units)} remaining)"


def communication(page: Page) -> Lines | None:
    """``Communication Statistics:``."""
    state = page.state.tech_support
    if state is None:
        return None
    lines = [
        "Communication Statistics:",
        "=======================",
    ]
    for key, value in (
        ("Communication Level Allowed", state.communication_level),
        ("Overall State", state.overall_state),
    ):
        if page.style.prints("Communication Statistics:", key, True):
            lines.append(f"{key}: {empty(value)}")
    for group in state.statistics:
        lines += _statistic(group, page)
    return lines


def _statistic(group: CommunicationStatistic, page: Page) -> Lines:
    response = none(group.last_response)
    if group.last_response_time is not None:
        response += f" on {instant(group.last_response_time)}"
    with_reason = page.style.prints("Communication Statistics:", "Failure Reason", True)
    return [
        f"{group.name}:",
        f"  Attempts: Total={group.total}, Success={group.success}, Fail={group.fail}  "
        f"Ongoing Failure: Overall={group.ongoing_overall} Communication={group.ongoing_communication}",
        f"  Last Response: {response}",
        *([f"    Failure Reason: {none(group.failure_reason)}"] if with_reason else []),
        f"  Last Success Time: {time_or_none(group.last_success)}",
        f"  Last Failure Time: {time_or_none(group.last_failure)}",
    ]


def certificates(page: Page) -> Lines | None:
    """``License Certificates``."""
    state = page.state.tech_support
    return (
        None if state is None else ["License Certificates", "====================", *_pairs(page, state.certificates)]
    )


def ha_info(page: Page) -> Lines | None:
    """``HA Info``."""
    state = page.state.tech_support
    return None if state is None else ["HA Info", "==========", *_pairs(page, state.ha)]


def _pairs(page: Page, pairs: tuple[tuple[str, str], ...]) -> Lines:
    return [f"{key}: {value}".rstrip() if value or page.style.is_blank(key, False) else key for key, value in pairs]


def reporting_not_required(page: Page) -> Lines | None:
    """``Last Reporting Not Required:``."""
    state = page.state.tech_support
    if state is None or not state.reporting_not_required:
        return None
    return ["Last Reporting Not Required:", *(f"  Entitlement Tag: {tag}" for tag in state.reporting_not_required)]


def other_info(page: Page) -> Lines | None:
    """``Other Info``: the flat list, the trust lines before ``Overall Trust``."""
    state = page.state.tech_support
    if state is None:
        return None
    connected = bool(dict(state.other).get("connect_info.name"))  # then the next is printed with nothing behind it
    lines = ["Other Info", "=========="]
    for key, value in state.other:
        if key == "Overall Trust":
            lines += [f"{who}: {trust}" for who, trust in state.trust_lines]
        lines.append(_other(key, value, blank=page.style.is_blank(key, connected and key == "connect_info.additional")))
    if "Overall Trust" not in dict(state.other):
        lines += [f"{who}: {trust}" for who, trust in state.trust_lines]
    return lines


def _other(key: str, value: str | None, *, blank: bool) -> str:
    """A line of the flat list; a few have a spelling of their own."""
    if key == "Default URL":
        return f"  {key}: {empty(value)}"
    if key == "Build type":
        return f"{key}:: {empty(value)}"
    if key.startswith("sizeof("):
        return f"{key:<14}: {empty(value)}"
    return f"{key}: " if blank else f"{key}: {empty(value)}"


def mapping_table(page: Page) -> Lines | None:
    """``Platform Provided Mapping Table``."""
    state = page.state.tech_support
    if state is None:
        return None
    lines = ["Platform Provided Mapping Table", "==============================="]
    lines += [f"  {pid}: Total licenses found: {count}" for pid, count in state.mapping]
    if page.style.prints("Platform Provided Mapping Table", "Enforced Licenses", True):
        lines.append("Enforced Licenses:")
    for udi, names in state.enforced:
        lines.append(f"  {short_udi(udi)}:")
        lines += [f"    {name}" for name in names or ("No PD enforced licenses",)]
    return lines
