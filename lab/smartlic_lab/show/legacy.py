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
    state = page.state.registration
    if state is None:
        return None
    title = "Registration:"
    lines = [title, f"  Status: {word(state.status)}"]
    if state.smart_account is not None:
        lines.append(f"  Smart Account: {state.smart_account}")
    if state.virtual_account is not None:
        lines.append(f"  Virtual Account: {state.virtual_account}")
    if state.export_controlled_allowed is not None:
        export = allowed(state.export_controlled_allowed)
        lines.append(f"  Export-Controlled Functionality: {export.title() if page.style.mixed_case else export}")
    whole = page.command != SUMMARY
    lines += _attempt(page, title, "Initial Registration", state.initial, state.initial is not None and whole)
    renews = state.next_renewal is not None or state.last_renewal is not None  # a reserved device does not
    if state.next_attempt is not None and page.style.prints(title, "Next Registration Attempt", whole):
        lines.append(f"  Next Registration Attempt: {instant(state.next_attempt)}")
    lines += _attempt(page, title, "Last Renewal Attempt", state.last_renewal, renews)
    lines += _time(page, title, "Next Renewal Attempt", state.next_renewal, renews)
    lines += _time(page, title, "Registration Expires", state.expires, state.expires is not None and whole)
    return lines


def authorization_state(page: Page) -> Lines | None:
    """``License Authorization:``, with a blank behind it before SLP; the summary has no times of the past.

    Source: show-license-status/ntc1-legacy-callhome-out-of-compliance.txt. Unverified: the short form of the summary.
    """
    state = page.state.authorization_state
    title = "License Authorization:"
    if state is None:
        return [title, "  Status: Not Applicable"] if page.state.slp is not False and page.style.heads_usage else None
    whole = page.command != SUMMARY
    since = f" on {instant(state.since)}" if state.since is not None and (whole or page.style.verbatim) else ""
    lines = [f"{title} " if page.state.slp is False else title, f"  Status: {state.status}{since}"]
    if state.evaluation_remaining is not None:
        left = remaining(state.evaluation_remaining, page.style.units("Evaluation Period Remaining"))
        lines.append(f"  Evaluation Period Remaining: {left}")
    if state.evaluation_expired is not None:
        lines.append(f"  Evaluation Period Expired on {instant(state.evaluation_expired)}")
    known = state.last_communication is not None
    lines += _attempt(page, title, "Last Communication Attempt", state.last_communication, known)
    lines += _time(page, title, "Next Communication Attempt", state.next_communication, known)
    if not page.style.prints(title, "Communication Deadline", whole and (known or state.deadline_exceeded)):
        return lines
    deadline = state.communication_deadline
    word = "DEADLINE EXCEEDED" if state.deadline_exceeded else "None" if deadline is None else instant(deadline)
    return [*lines, f"  Communication Deadline: {word}"]


def evaluation_period(page: Page) -> Lines | None:
    """``Evaluation Period:``; unverified."""
    state = page.state.evaluation_period
    return None if state is None else ["Evaluation Period:", *(f"  {key}: {value}" for key, value in state)]


def _attempt(page: Page, title: str, key: str, state: Attempt | None, usual: bool) -> Lines:
    """When something was tried last and what became of it; the summary leaves out when and why."""
    if not page.style.prints(title, key, usual):
        return []
    if state is None:
        return [f"  {key}: None"]
    whole = page.command != SUMMARY or page.style.verbatim
    when = f" on {instant(state.time)}" if state.time is not None and whole else ""
    lines = [f"  {key}: {state.outcome}{when}"]
    if state.failure_reason is not None and whole:
        lines.append(f"    Failure reason: {state.failure_reason}")
    return lines


def _time(page: Page, title: str, key: str, state: Instant | None, usual: bool) -> Lines:
    if not page.style.prints(title, key, usual):
        return []
    return [f"  {key}: {'None' if state is None else instant(state)}"]
