"""What only ``show license tech support`` prints. Source: reference/outputs.md section 7."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from nornir_smartlic.model import CommunicationStatistic, Instant, ScheduledJob, Udi
from nornir_smartlic.parsers.instants import instant, optional_instant
from nornir_smartlic.parsers.legacy import span
from nornir_smartlic.parsers.section import Problem, Section, heading, kept, number, optional, text


def scheduled_jobs(section: Section) -> tuple[Instant | None, tuple[ScheduledJob, ...]]:
    """``Upcoming Scheduled Jobs``: the device's time, and when each job is due."""
    now = section.take("Current time", optional_instant)
    return now, tuple([_job(name, value) for name, value in section.take_rest()])


def _job(name: str, value: str) -> ScheduledJob:
    if value == "Expired Not Rescheduled":
        return _not_rescheduled(name)
    if value == "Not Available":
        return ScheduledJob(name, None, None, available=False)
    time, bracket, remaining = value.partition("(")
    if not bracket:
        problem = "expected when it is due, 'Expired Not Rescheduled' or 'Not Available'"
        raise Problem(problem, f"{name}: {value}")
    try:
        due = instant(time.rstrip())
        left = None if remaining == "Expired)" else span(remaining.removesuffix(" remaining)"))
    except ValueError as error:
        raise Problem(str(error), f"{name}: {value}") from None
    return ScheduledJob(name, due, left)


@kept
def _not_rescheduled(name: str) -> ScheduledJob:
    return ScheduledJob(name, None, None)


def communication(
    section: Section,
) -> tuple[str | None, str | None, tuple[CommunicationStatistic, ...]]:
    """``Communication Statistics:``: the level allowed, the overall state, and a group per kind of message."""
    level = section.take_optional("Communication Level Allowed", optional)
    overall = section.take_optional("Overall State", optional)
    groups: list[list[tuple[str, str]]] = []
    for line in section.take_rest():
        if line[0] in _STATISTIC and groups:
            groups[-1].append(line)
        elif not line[1]:
            groups.append([line])
        else:
            raise Problem("expected the title of a group, or a line of it", f"{line[0]}: {line[1]}")
    if not groups:
        raise section.missing("Trust Establishment:")
    return level, overall, tuple(map(_statistic_of, groups))


def _statistic_of(group: list[tuple[str, str]]) -> CommunicationStatistic:
    lines = tuple(group)
    is_short = len(lines) <= 6 and all(len(key) + len(value) <= 200 for key, value in lines)
    return _statistic_kept(lines) if is_short else _statistic(lines)


_STATISTIC: Final = ("Attempts", "Last Response", "Failure Reason", "Last Success Time", "Last Failure Time")


def _statistic(lines: tuple[tuple[str, str], ...]) -> CommunicationStatistic:
    name = lines[0][0]
    section = Section([f"{key}: {value}" for key, value in lines[1:]])
    total, success, fail, overall, ongoing = section.take("Attempts", _attempts)
    response, when = section.take("Last Response", _response)
    statistic = CommunicationStatistic(
        name=name,
        total=total,
        success=success,
        fail=fail,
        ongoing_overall=overall,
        ongoing_communication=ongoing,
        last_response=response,
        last_response_time=when,
        failure_reason=section.take_optional("Failure Reason", optional),
        last_success=section.take("Last Success Time", optional_instant),
        last_failure=section.take("Last Failure Time", optional_instant),
    )
    for line in section.rest():
        raise Problem(f"expected one of {', '.join(_STATISTIC)} once", line)
    return statistic


_statistic_kept: Final = lru_cache(maxsize=4096)(_statistic)  # most kinds of message were never sent


def _response(value: str) -> tuple[str | None, Instant | None]:
    """``OK_POLL on Mar 22 12:14:01 2022 UTC``; some have no time, ``<none>`` no response."""
    response, on, time = value.rpartition(" on ")
    return (response, instant(time)) if on else (optional(text(value)), None)


_ATTEMPTS: Final = re.compile(
    r"Total=(\d+), +Success=(\d+), +Fail=(\d+) +Ongoing Failure: +Overall=(\d+) +Communication=(\d+)"
)


def _attempts(value: str) -> tuple[int, int, int, int, int]:
    """``Total=3, Success=3, Fail=0  Ongoing Failure: Overall=0 Communication=0``."""
    found = _ATTEMPTS.fullmatch(value)
    if found is None:
        raise ValueError("expected 'Total=, Success=, Fail=  Ongoing Failure: Overall= Communication='")
    total, success, fail, overall, ongoing = map(int, found.groups())
    return total, success, fail, overall, ongoing


def certificates(section: Section) -> tuple[tuple[str, str], ...]:
    """``License Certificates``: keys and values as printed; a sentence is a key without a value."""
    return _pairs(section)


def ha_info(section: Section) -> tuple[tuple[str, str], ...]:
    """``HA Info``: keys and values as printed."""
    return _pairs(section)


def _pairs(section: Section) -> tuple[tuple[str, str], ...]:
    return tuple(section.take_rest())


def reporting_not_required(section: Section) -> tuple[str, ...]:
    """``Last Reporting Not Required:``: entitlement tags."""
    tags = []
    while section.next_key() == "Entitlement Tag":
        tags.append(section.take("Entitlement Tag", text))
    return tuple(tags)


def other_info(section: Section) -> tuple[tuple[tuple[str, str | None], ...], tuple[tuple[str, str], ...]]:
    """``Other Info``: a flat list, as printed; apart from it the lines that hold the trust data of each member."""
    other: list[tuple[str, str | None]] = []
    trust: list[tuple[str, str]] = []
    for key, value in section.take_rest():
        if key == "P" or key == "Local Device":
            who, _, line = f"{key}:{value}".partition(": ") if key == "P" else (key, "", value)
            trust.append((who, line))
        else:
            other.append((key.rstrip(), None if value in ("", "<empty>") else value.lstrip(": ")))
    return tuple(other), tuple(trust)


def mapping_table(
    section: Section,
) -> tuple[tuple[tuple[str, int], ...], tuple[tuple[Udi, tuple[str, ...]], ...]]:
    """``Platform Provided Mapping Table``: licences found per PID, and what each member enforces (SLP)."""
    found = []
    while (key := section.next_key()) is not None and key != "Enforced Licenses":
        found.append((key, section.take(key, _total)))
    enforced: list[tuple[Udi, tuple[str, ...]]] = []
    if found and section.next_line() is None:
        return tuple(found), ()  # a legacy agent; unverified
    section.take("Enforced Licenses", heading)
    while section.next_key() == "P":
        udi = _short_udi(section.take_line())
        names: list[str] = []
        while (line := section.next_line()) is not None and section.next_key() != "P":
            if line != "No PD enforced licenses" and line[-1] != ")":
                break
            section.take_line()
            names.append(line)
        if not names:
            raise section.missing("No PD enforced licenses")
        enforced.append((udi, tuple(name for name in names if name != "No PD enforced licenses")))
    if not enforced:
        raise section.missing("P:PID,S:SN:")
    return tuple(found), tuple(enforced)


def _total(value: str) -> int:
    return number(value.removeprefix("Total licenses found:").strip())


def _short_udi(line: str) -> Udi:
    """``P:C9300-24UX,S:FOC00000001:``."""
    pid, comma, sn = line.removeprefix("P:").removesuffix(":").partition(",S:")
    if not comma or not pid or not sn:
        raise Problem("expected 'P:PID,S:SN:'", line)
    return Udi(pid, sn)
