"""What only ``show license tech support`` tells. Source: reference/outputs.md section 7."""

from __future__ import annotations

from functools import partial

from nornir_smartlic.model import CommunicationStatistic, Instant, ScheduledJob, Udi
from nornir_smartlic.parsers.instants import instant, optional_instant
from nornir_smartlic.parsers.legacy import span
from nornir_smartlic.parsers.section import Problem, Section, number, optional, text


def scheduled_jobs(section: Section) -> tuple[Instant | None, tuple[ScheduledJob, ...]]:
    """``Upcoming Scheduled Jobs``: the device's time, and when each job is due."""
    now = section.take("Current time", optional_instant)
    jobs = []
    while (key := section.next_key()) is not None:
        jobs.append(section.take(key, partial(_job, key)))
    return now, tuple(jobs)


def _job(name: str, value: str) -> ScheduledJob:
    if value == "Expired Not Rescheduled":
        return ScheduledJob(name, None, None)
    time, bracket, remaining = value.partition("(")
    if not bracket:
        raise ValueError("expected a time and what remains until then, or 'Expired Not Rescheduled'")
    due = instant(time.rstrip())
    if remaining == "Expired)":
        return ScheduledJob(name, due, None)
    return ScheduledJob(name, due, span(remaining.removesuffix(" remaining)")))


def communication(
    section: Section,
) -> tuple[str | None, str | None, tuple[CommunicationStatistic, ...]]:
    """``Communication Statistics:``: the level allowed, the overall state, and a group per kind of message."""
    level = section.take("Communication Level Allowed", optional)
    overall = section.take("Overall State", optional)
    groups = []
    while (key := section.next_key()) is not None and section.next_line() == f"{key}:":
        section.take_line()
        groups.append(_statistic(section, key))
    return level, overall, tuple(groups)


def _statistic(section: Section, name: str) -> CommunicationStatistic:
    total, success, fail, overall, ongoing = section.take("Attempts", _attempts)
    response, when = section.take("Last Response", _response)
    return CommunicationStatistic(
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


def _response(value: str) -> tuple[str | None, Instant | None]:
    """``OK_POLL on Mar 22 12:14:01 2022 UTC``; some have no time, ``<none>`` no response."""
    response, on, time = value.rpartition(" on ")
    return (response, instant(time)) if on else (optional(text(value)), None)


def _attempts(value: str) -> tuple[int, int, int, int, int]:
    """``Total=3, Success=3, Fail=0  Ongoing Failure: Overall=0 Communication=0``."""
    words = value.replace(",", " ").split()
    names = ("Total", "Success", "Fail", "Overall", "Communication")
    numbers = [word.partition("=") for word in words if "=" in word]
    if tuple(name for name, _, _ in numbers) != names or words[3:5] != ["Ongoing", "Failure:"]:
        raise ValueError("expected 'Total=, Success=, Fail=  Ongoing Failure: Overall= Communication='")
    total, success, fail, overall, ongoing = (number(count) for _, _, count in numbers)
    return total, success, fail, overall, ongoing


def certificates(section: Section) -> tuple[tuple[str, str], ...]:
    """``License Certificates``: keys and values as printed; a sentence is a key without a value."""
    return _pairs(section)


def ha_info(section: Section) -> tuple[tuple[str, str], ...]:
    """``HA Info``: keys and values as printed."""
    return _pairs(section)


def _pairs(section: Section) -> tuple[tuple[str, str], ...]:
    pairs = []
    while (key := section.next_key()) is not None:
        pairs.append((key, section.take(key, str)))
    return tuple(pairs)


def reporting_not_required(section: Section) -> tuple[str, ...]:
    """``Last Reporting Not Required:``: entitlement tags."""
    tags = []
    while section.next_key() == "Entitlement Tag":
        tags.append(section.take("Entitlement Tag", text))
    return tuple(tags)


def other_info(section: Section) -> tuple[tuple[tuple[str, str | None], ...], tuple[tuple[str, str], ...]]:
    """``Other Info``: a flat list, as printed; apart from it the lines that tell the trust data of each member."""
    other: list[tuple[str, str | None]] = []
    trust: list[tuple[str, str]] = []
    while (key := section.next_key()) is not None:
        line = section.take_line()
        if key in ("P", "Local Device"):
            who, _, told = line.partition(": ")
            trust.append((who, told))
        else:
            value = line[len(key) + 1 :].lstrip(": ")  # "Build type:: Production"
            other.append((key.rstrip(), None if value in ("", "<empty>") else value))
    return tuple(other), tuple(trust)


def mapping_table(
    section: Section,
) -> tuple[tuple[tuple[str, int], ...], tuple[tuple[Udi, tuple[str, ...]], ...]]:
    """``Platform Provided Mapping Table``: licences found per PID, and what each member enforces."""
    found = []
    while (key := section.next_key()) is not None and key != "Enforced Licenses":
        found.append((key, section.take(key, _total)))
    enforced: list[tuple[Udi, tuple[str, ...]]] = []
    section.take("Enforced Licenses", str)
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
