"""Rules for what is due at all: the first report, the acknowledgement of a file, the policy, the life of trust."""

from __future__ import annotations

from typing import Final

from nornir_smartlic.compliance.findings import Severity
from nornir_smartlic.compliance.reporting_rules import ack_fix, days_of
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
from nornir_smartlic.model import placed

_NO_REPORTING: Final = "no output that was read states the usage reporting"
CISCO_DEFAULT: Final = "CISCO default"
"""How the policy without a name is called here; devices print it as the origin of each value."""


def _first_report(case: Case) -> Outcome:
    reporting = case.state.usage_reporting
    if reporting is None:
        return unknown(_NO_REPORTING)
    if reporting.next_ack_deadline is None:
        return not_applicable("the device prints no ACK deadline: what it uses needs no report under its policy")
    expected = "a first report, and its ACK"
    done = (
        ("Last ACK received", reporting.last_ack),
        ("Last report push", reporting.last_report_push),
        ("Last report file write", reporting.last_report_file_write),
    )
    evidence = tuple(case.line(f"{title}: {spelled(instant)}") for title, instant in done)
    if any(instant is not None for _, instant in done):
        return passed("it has reported", expected=expected, evidence=evidence)
    found = f"the device has never reported, its ACK is due by {spelled(reporting.next_ack_deadline)}"
    return due(
        failed(found, expected=expected, evidence=evidence, fix=ack_fix(case)), placed(reporting.next_ack_deadline)
    )


def _file(case: Case) -> Outcome:
    reporting, now = case.state.usage_reporting, case.now
    if reporting is None:
        return unknown(_NO_REPORTING)
    written, ack = reporting.last_report_file_write, reporting.last_ack
    if written is None:
        return not_applicable("no report was written to a file")
    evidence = (
        case.line(f"Last report file write: {spelled(written)}"),
        case.line(f"Last ACK received: {spelled(ack)}"),
    )
    problem = unplaced(written) or unplaced(ack)
    at, acknowledged = placed(written), placed(ack)
    if problem is not None or at is None or now is None:
        return unknown(problem or "the device's time is unknown", evidence=evidence)
    expected = f"an ACK within {case.options.file_grace.days} days of the file"
    if acknowledged is not None and acknowledged >= at:
        return passed("acknowledged", expected=expected, evidence=evidence)
    age = now - at
    if age <= case.options.file_grace:
        return passed(f"written {days_of(age)} ago", expected=expected, evidence=evidence)
    found = f"the file of {days_of(age)} ago has no ACK"
    return due(failed(found, expected=expected, evidence=evidence, fix=BY_FILE), at + case.options.file_grace)


def _policy(case: Case) -> Outcome:
    wanted = case.options.policy
    if wanted is None:
        return not_applicable("the inventory names no policy (smart_licensing_rules)")
    policy = case.state.policy
    if policy is None:
        return unknown("no output that was read states the policy", expected=wanted)
    found = policy.name or CISCO_DEFAULT
    line = "Policy in use: Merged from multiple sources." if policy.name is None else f"Policy name: {policy.name}"
    if found.lower() == wanted.lower():
        return passed(found, expected=wanted, evidence=(case.line(line),))
    return failed(found, expected=wanted, evidence=(case.line(line),), fix=ack_fix(case))  # it comes with an ACK


def _trust_ends(case: Case) -> Outcome:
    codes = case.state.trust_codes
    if codes is None:
        return unknown("no output that was read states the trust codes")
    ends = [code.expires for code in codes if code.expires is not None]
    if not ends:
        return not_applicable("no trust code, or this release does not print when it ends")
    evidence = tuple(case.line(f"Expired on {spelled(instant)}") for instant in ends)
    expected = f"trust that lasts {case.options.trust_expires_within.days} days and more"
    known = [at for instant in ends if (at := placed(instant)) is not None]
    now = case.now
    if len(known) < len(ends) or now is None:
        why = next((text for instant in ends if (text := unplaced(instant)) is not None), None)
        return unknown(why or "the device's time is unknown", expected=expected, evidence=evidence)
    first = min(known)
    found = f"{'ends' if first > now else 'ended'} on {spelled(first)}"
    if first - now <= case.options.trust_expires_within:
        fix = ("smartlic trust -F name={host} --force",)
        return due(failed(found, expected=expected, evidence=evidence, fix=fix), first)
    return due(passed(found, expected=expected, evidence=evidence), first)


POLICY_RULES: Final = (
    Rule(
        "SLP-FIRST-REPORT",
        Severity.MEDIUM,
        "The device has reported at least once",
        "The first report is due within 90 days with a subscription in use, else within 365 (Cisco's default policy); "
        "Cisco's FAQ asks for one right after an upgrade.",
        _first_report,
    ),
    Rule(
        "SLP-FILE-ACK",
        Severity.MEDIUM,
        "A report that was written to a file comes back as an acknowledgement",
        "A file counts only once CSSM has it and its ACK is on the device (Cisco's SLP guide, no connectivity).",
        _file,
    ),
    Rule(
        "SLP-POLICY",
        Severity.MEDIUM,
        "The policy in use is the one that the house has",
        "The policy sets what must be reported and when; it comes with an ACK, from the virtual account (Cisco's SLP "
        "guide).",
        _policy,
    ),
    Rule(
        "SLP-TRUST-ENDS",
        Severity.MEDIUM,
        "The trust code does not end soon",
        "Without trust CSSM takes no reports; devices renew it by themselves, unless they cannot reach CSSM (renewal "
        "unverified).",
        _trust_ends,
    ),
)
