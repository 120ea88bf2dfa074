"""Registration and authorization of the legacy model, as lines."""

from __future__ import annotations

from nornir_smartlic.model import Attempt, Instant
from smartlic_lab.show.style import SUMMARY, Page
from smartlic_lab.show.words import allowed, instant, remaining, word

Lines = list[str]


def registration(page: Page) -> Lines | None:
    """``Registration:``; what is not known in this state is not printed, and the summary has only the renewals.

    Unverified: the short form of the summary.
    """
    told = page.state.registration
    if told is None:
        return None
    title = "Registration:"
    lines = [title, f"  Status: {word(told.status)}"]
    if told.smart_account is not None:
        lines.append(f"  Smart Account: {told.smart_account}")
    if told.virtual_account is not None:
        lines.append(f"  Virtual Account: {told.virtual_account}")
    if told.export_controlled_allowed is not None:
        export = allowed(told.export_controlled_allowed)
        lines.append(f"  Export-Controlled Functionality: {export.title() if page.style.mixed_case else export}")
    whole = page.command != SUMMARY
    lines += _attempt(page, title, "Initial Registration", told.initial, told.initial is not None and whole)
    renews = told.next_renewal is not None or told.last_renewal is not None  # a reserved device does not
    if told.next_attempt is not None and page.style.prints(title, "Next Registration Attempt", whole):
        lines.append(f"  Next Registration Attempt: {instant(told.next_attempt)}")
    lines += _attempt(page, title, "Last Renewal Attempt", told.last_renewal, renews)
    lines += _time(page, title, "Next Renewal Attempt", told.next_renewal, renews)
    lines += _time(page, title, "Registration Expires", told.expires, told.expires is not None and whole)
    return lines


def authorization_state(page: Page) -> Lines | None:
    """``License Authorization:``, with a blank behind it before SLP; the summary has no times of the past.

    Source: show-license-status/ntc1-legacy-callhome-out-of-compliance.txt. Unverified: the short form of the summary.
    """
    told = page.state.authorization_state
    title = "License Authorization:"
    if told is None:
        return [title, "  Status: Not Applicable"] if page.state.slp is not False and page.style.heads_usage else None
    whole = page.command != SUMMARY
    since = f" on {instant(told.since)}" if told.since is not None and (whole or page.style.verbatim) else ""
    lines = [f"{title} " if page.state.slp is False else title, f"  Status: {told.status}{since}"]
    if told.evaluation_remaining is not None:
        left = remaining(told.evaluation_remaining, page.style.units("Evaluation Period Remaining"))
        lines.append(f"  Evaluation Period Remaining: {left}")
    if told.evaluation_expired is not None:
        lines.append(f"  Evaluation Period Expired on {instant(told.evaluation_expired)}")
    known = told.last_communication is not None
    lines += _attempt(page, title, "Last Communication Attempt", told.last_communication, known)
    lines += _time(page, title, "Next Communication Attempt", told.next_communication, known)
    if not page.style.prints(title, "Communication Deadline", whole and (known or told.deadline_exceeded)):
        return lines
    deadline = told.communication_deadline
    word = "DEADLINE EXCEEDED" if told.deadline_exceeded else "None" if deadline is None else instant(deadline)
    return [*lines, f"  Communication Deadline: {word}"]


def evaluation_period(page: Page) -> Lines | None:
    """``Evaluation Period:``; unverified."""
    told = page.state.evaluation_period
    return None if told is None else ["Evaluation Period:", *(f"  {key}: {value}" for key, value in told)]


def _attempt(page: Page, title: str, key: str, told: Attempt | None, usual: bool) -> Lines:
    """When something was tried last and what became of it; the summary leaves out when and why."""
    if not page.style.prints(title, key, usual):
        return []
    if told is None:
        return [f"  {key}: None"]
    whole = page.command != SUMMARY or page.style.verbatim
    when = f" on {instant(told.time)}" if told.time is not None and whole else ""
    lines = [f"  {key}: {told.outcome}{when}"]
    if told.failure_reason is not None and whole:
        lines.append(f"    Failure reason: {told.failure_reason}")
    return lines


def _time(page: Page, title: str, key: str, told: Instant | None, usual: bool) -> Lines:
    if not page.style.prints(title, key, usual):
        return []
    return [f"  {key}: {'None' if told is None else instant(told)}"]
