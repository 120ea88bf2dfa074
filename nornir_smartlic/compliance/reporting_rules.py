"""Rules for deadlines: usage reports, their acknowledgements, and the clock by which they count."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from nornir_smartlic.compliance.findings import Severity
from nornir_smartlic.compliance.rules import (
    BY_FILE,
    Case,
    Outcome,
    Rule,
    due,
    failed,
    not_applicable,
    passed,
    spelled,
    unknown,
    unplaced,
)
from nornir_smartlic.intent import Evidence
from nornir_smartlic.model import (
    CommunicationStatistic,
    DeviceClock,
    LicensingModel,
    TransportType,
    UnplacedTime,
    UsageReporting,
    placed,
)
from nornir_smartlic.model.times import logged_at

_NO_REPORTING: Final = "no output that was read states the usage reporting"


def _clock_problem(case: Case) -> str | None:
    """Why the device's time is unknown; ``None`` where it is known."""
    clock = case.reading.clock
    if clock is None:
        return "the device did not tell its time"
    return unplaced(clock.time)


def days_of(span: timedelta) -> str:
    """A span as people say it, rounded down."""
    if abs(span) < timedelta(days=2):
        hours = int(abs(span) / timedelta(hours=1))
        return f"{hours} hour" + ("" if hours == 1 else "s")
    return f"{abs(span).days} days"


def _ack_deadline(case: Case) -> tuple[datetime, datetime] | Outcome:
    """The deadline and the device's time, both known; else the outcome that says why not."""
    reporting = case.state.usage_reporting
    if reporting is None:
        return unknown(_NO_REPORTING)
    deadline = reporting.next_ack_deadline
    evidence = (case.line(f"Next ACK deadline: {spelled(deadline)}"),)
    if deadline is None:
        return not_applicable("the device prints no ACK deadline: what it uses needs no report under its policy")
    problem = unplaced(deadline) or _clock_problem(case)
    known, now = placed(deadline), case.now
    if problem is not None or known is None or now is None:
        return unknown(problem or "the device's time is unknown", evidence=evidence)
    return known, now


def _ack_overdue(case: Case) -> Outcome:
    times = _ack_deadline(case)
    if isinstance(times, Outcome):
        return times
    deadline, now = times
    evidence = (case.line(f"Next ACK deadline: {spelled(deadline)}"),)
    expected = "an ACK before the deadline"
    if deadline < now:
        found = f"the deadline passed {days_of(now - deadline)} ago, on {spelled(deadline)}"
        return due(failed(found, expected=expected, evidence=evidence, fix=ack_fix(case)), deadline)
    return due(passed(f"due in {days_of(deadline - now)}", expected=expected, evidence=evidence), deadline)


def _ack_due(case: Case) -> Outcome:
    times = _ack_deadline(case)
    if isinstance(times, Outcome):
        return times
    deadline, now = times
    if deadline < now:
        return not_applicable("the deadline has passed: see SLP-ACK-OVERDUE")
    evidence = (case.line(f"Next ACK deadline: {spelled(deadline)}"),)
    expected = f"no ACK due within {case.options.due_within.days} days"
    found = f"due in {days_of(deadline - now)}, on {spelled(deadline)}"
    if deadline - now <= case.options.due_within:
        return due(failed(found, expected=expected, evidence=evidence, fix=ack_fix(case)), deadline)
    return due(passed(found, expected=expected, evidence=evidence), deadline)


def ack_fix(case: Case) -> tuple[str, ...]:
    """What brings an ACK, by the transport."""
    if case.state.transport is not None and case.state.transport.type is TransportType.OFF:
        return BY_FILE
    return ("smartlic sync -F name={host}",)


def _pushes(case: Case) -> Outcome:
    reporting = case.state.usage_reporting
    if reporting is None or case.state.transport is None:
        return unknown(_NO_REPORTING)
    if case.state.transport.type is TransportType.OFF:
        return not_applicable("the transport is off: reports travel by file")
    if reporting.next_report_push is None:
        return not_applicable("the device plans no push: what it uses needs no report under its policy")
    evidence = tuple(
        case.line(f"{title}: {spelled(instant)}")
        for title, instant in (
            ("Next report push", reporting.next_report_push),
            ("Last report push", reporting.last_report_push),
            ("Last ACK received", reporting.last_ack),
        )
    )
    problem = unplaced(reporting.next_report_push) or _clock_problem(case)
    now = case.now
    if problem is not None or now is None:
        return unknown(problem or "the device's time is unknown", evidence=evidence)
    late = _late(reporting, now, case)
    expected = "each push leaves when it is planned, and is acknowledged"
    if late is not None:
        return failed(late, expected=expected, evidence=evidence, fix=("smartlic diagnose {host}",))
    return passed(f"next push on {spelled(reporting.next_report_push)}", expected=expected, evidence=evidence)


def _late(reporting: UsageReporting, now: datetime, case: Case) -> str | None:
    """What is late; ``None``: nothing. A failed push is planned anew, so a push in the past is one that hangs."""
    planned, pushed, ack = map(placed, (reporting.next_report_push, reporting.last_report_push, reporting.last_ack))
    if planned is not None and now - planned > case.options.push_grace:
        return f"a push was due {days_of(now - planned)} ago and has not left"
    if pushed is not None and (ack is None or ack < pushed) and now - pushed > case.options.ack_grace:
        return f"the report of {days_of(now - pushed)} ago has no ACK"
    return None


_REPORTING_GROUPS: Final = ("Trust Establishment", "Trust Sync", "Usage Reporting", "Result Polling")
"""The groups of ``Communication Statistics:`` that reports go through. Source: reference/outputs.md section 7."""


def _communication(case: Case) -> Outcome:
    """By the log, and by the statistics where they were read. A failure ends with ``COMM_RESTORED``."""
    if case.state.transport is not None and case.state.transport.type is TransportType.OFF:
        return not_applicable("the transport is off: reports travel by file")
    support, messages = case.state.tech_support, case.reading.messages
    if support is None and messages is None:
        return unknown("neither the log nor 'show license tech support' was read")
    expected = "no ongoing failure"
    fix = ("smartlic diagnose {host}",)
    groups = [group for group in support.statistics if group.name in _REPORTING_GROUPS] if support is not None else []
    failing = [group for group in groups if group.ongoing_communication or group.ongoing_overall]
    if failing:
        return failed(
            "; ".join(_failure(group) for group in failing),
            expected=expected,
            evidence=tuple(
                case.line(
                    f"{group.name}: Ongoing Failure: Overall={group.ongoing_overall} "
                    f"Communication={group.ongoing_communication}, Last Response: {group.last_response or '<none>'}"
                )
                for group in failing
            ),
            fix=fix,
        )
    last = next((line for line in reversed(messages or ()) if "-COMM_" in line), None)
    if last is not None and "-COMM_FAILED:" in last and not _is_over(last, case):
        text = last.partition("-COMM_FAILED:")[2].strip()
        return failed(text, expected=expected, evidence=(Evidence("show logging", last),), fix=fix)
    seen = last or (messages[-1] if messages else "no line '%SMART_LIC-...'")
    evidence = [Evidence("show logging | include SMART_LIC-", seen)] if messages is not None else []
    evidence += [case.line(f"{group.name}: Ongoing Failure: Overall=0 Communication=0") for group in groups]
    if not evidence:
        return unknown("neither the log nor statistics of reports were shown", expected=expected)
    return passed("no ongoing failure", expected=expected, evidence=tuple(evidence))


def reports_arrive(case: Case) -> bool:
    """Whether the device has had an acknowledgement, and no failure since."""
    reporting = case.state.usage_reporting
    last = next((line for line in reversed(case.reading.messages or ()) if "-COMM_" in line), None)
    is_failing = last is not None and "-COMM_FAILED:" in last and not _is_over(last, case)
    return reporting is not None and reporting.last_ack is not None and not is_failing


def _is_over(line: str, case: Case) -> bool:
    """Whether a failure in the log is history: the device has reported since, or its far end is another one now."""
    transport = case.state.transport
    if transport is not None and ("(CSLU)" in line) is not (transport.type is TransportType.CSLU):
        return True
    reporting, at = case.state.usage_reporting, logged_at(line, case.now)
    if reporting is None or at is None:
        return False
    succeeded = [placed(instant) for instant in (reporting.last_ack, reporting.last_report_push)]
    return any(instant is not None and instant > at for instant in succeeded)


def _failure(group: CommunicationStatistic) -> str:
    reason = group.failure_reason or group.last_response or "no reason given"
    return f"{group.name} fails since {spelled(group.last_success)} was its last success: {reason}"


REPORTS_THAT_HURT: Final = 900
"""About 1000 stored reports give high CPU. Source: Cisco field notice FN72578, reference/policy.md section 3.6."""


def _backlog(case: Case) -> Outcome:
    summary = case.state.report_summary
    if summary is None:
        return not_applicable(f"release {case.reading.version.release} prints no summary of its usage reports")
    stored = summary.available_to_report + summary.waiting_for_ack + summary.collecting_data
    line = f"Available to Report: {summary.available_to_report}  Collecting Data: {summary.collecting_data}"
    expected = f"fewer than {REPORTS_THAT_HURT} reports on the device"
    if stored < REPORTS_THAT_HURT:
        return passed(f"{stored} reports", expected=expected, evidence=(case.line(line),))
    fix = (*ack_fix(case), "upgrade to 17.3.7, 17.6.5, 17.9.1 or later where the release is older (FN72578)")
    return failed(f"{stored} reports", expected=expected, evidence=(case.line(line),), fix=fix)


def _shown(clock: DeviceClock) -> str:
    """*clock* as the device prints it, with the star of one that is not synchronised."""
    wall = clock.time.wall if isinstance(clock.time, UnplacedTime) else clock.time
    zone = clock.time.zone if isinstance(clock.time, UnplacedTime) else clock.time.tzname()
    stamp = f"{wall:%H:%M:%S}.{wall.microsecond // 1000:03} {zone} {wall:%a %b} {wall.day} {wall.year}"
    return stamp if clock.synchronised else f"*{stamp}"


def _clock(case: Case) -> Outcome:
    clock = case.reading.clock
    expected = "a clock that is synchronised, in a zone whose offset is known"
    if clock is None:
        return unknown("the device did not tell its time", expected=expected)
    evidence = (Evidence("show clock", _shown(clock)),)
    fix = ("ntp server ADDRESS",)
    if not clock.synchronised:
        return failed("the clock is not synchronised", expected=expected, evidence=evidence, fix=fix)
    problem = unplaced(clock.time)
    if problem is not None:
        return unknown(problem, expected=expected, evidence=evidence)
    return passed("synchronised", expected=expected, evidence=evidence)


REPORTING_RULES: Final = (
    Rule(
        "SLP-ACK-OVERDUE",
        Severity.HIGH,
        "The acknowledgement of a usage report is not overdue",
        "A passed deadline breaks the policy; on some releases CUBE and SRST then stop calls.",
        _ack_overdue,
    ),
    Rule(
        "SLP-ACK-DUE",
        Severity.MEDIUM,
        "No acknowledgement is due soon",
        "Near the deadline there is no time left to mend what fails.",
        _ack_due,
    ),
    Rule(
        "SLP-REPORTS-FAILING",
        Severity.HIGH,
        "Usage reports leave when planned and are acknowledged",
        "A device that cannot report says so in its log alone; the deadline comes later.",
        _pushes,
    ),
    Rule(
        "SLP-COMMUNICATION",
        Severity.HIGH,
        "The device has no ongoing communication failure",
        "The log shows a failing way to CSSM months before a deadline does.",
        _communication,
    ),
    Rule(
        "SLP-REPORT-BACKLOG",
        Severity.MEDIUM,
        "Usage reports do not pile up on the device",
        "Releases before 17.3.7, 17.6.5 and 17.9.1 never clean them up, and about 1000 take the CPU.",
        _backlog,
    ),
    Rule(
        "SLP-CLOCK",
        Severity.MEDIUM,
        "The clock is synchronised",
        "A clock more than an hour off makes trust fail, and certificates seem invalid; deadlines count by it.",
        _clock,
        models=frozenset(LicensingModel),
    ),
)
