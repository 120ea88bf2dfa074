"""Registration and authorization of the legacy model, as lines."""

from __future__ import annotations

from nornir_smartlic.model import Attempt, Instant
from smartlic_lab.show.forms import Form, Page
from smartlic_lab.show.words import allowed, instant, remaining

Lines = list[str]


def registration(page: Page) -> Lines | None:
    """``Registration:``; what is not known in this state is not printed."""
    told = page.state.registration
    if told is None:
        return None
    title = "Registration:"
    lines = [title, f"  Status: {told.status.value}"]
    if told.smart_account is not None:
        lines.append(f"  Smart Account: {told.smart_account}")
    if told.virtual_account is not None:
        lines.append(f"  Virtual Account: {told.virtual_account}")
    if told.export_controlled_allowed is not None:
        word = allowed(told.export_controlled_allowed)
        lines.append(f"  Export-Controlled Functionality: {word.title() if page.form.mixed_case else word}")
    lines += _attempt(page.form, title, "Initial Registration", told.initial, told.initial is not None)
    registered = told.initial is not None and told.initial.outcome == "SUCCEEDED"
    if told.next_attempt is not None:
        lines.append(f"  Next Registration Attempt: {instant(told.next_attempt)}")
    lines += _attempt(page.form, title, "Last Renewal Attempt", told.last_renewal, registered)
    lines += _time(page.form, title, "Next Renewal Attempt", told.next_renewal, registered)
    lines += _time(page.form, title, "Registration Expires", told.expires, registered)
    return lines


def authorization_state(page: Page) -> Lines | None:
    """``License Authorization:``."""
    told = page.state.authorization_state
    title = "License Authorization:"
    if told is None:
        return [title, "  Status: Not Applicable"] if page.state.slp is not False and page.form.heads_usage else None
    since = "" if told.since is None else f" on {instant(told.since)}"
    lines = [title, f"  Status: {told.status}{since}"]
    if told.evaluation_remaining is not None:
        left = remaining(told.evaluation_remaining, dict(page.form.units).get("Evaluation Period Remaining", ()))
        lines.append(f"  Evaluation Period Remaining: {left}")
    if told.evaluation_expired is not None:
        lines.append(f"  Evaluation Period Expired on {instant(told.evaluation_expired)}")
    known = told.last_communication is not None
    lines += _attempt(page.form, title, "Last Communication Attempt", told.last_communication, known)
    lines += _time(page.form, title, "Next Communication Attempt", told.next_communication, known)
    if told.deadline_exceeded:
        return [*lines, "  Communication Deadline: DEADLINE EXCEEDED"]
    return lines + _time(page.form, title, "Communication Deadline", told.communication_deadline, known)


def evaluation_period(page: Page) -> Lines | None:
    """``Evaluation Period:``; recalled."""
    told = page.state.evaluation_period
    return None if told is None else ["Evaluation Period:", *(f"  {key}: {value}" for key, value in told)]


def _attempt(form: Form, title: str, key: str, told: Attempt | None, usual: bool) -> Lines:
    if not form.prints(title, key, usual):
        return []
    if told is None:
        return [f"  {key}: None"]
    when = "" if told.time is None else f" on {instant(told.time)}"
    lines = [f"  {key}: {told.outcome}{when}"]
    if told.failure_reason is not None:
        lines.append(f"    Failure reason: {told.failure_reason}")
    return lines


def _time(form: Form, title: str, key: str, told: Instant | None, usual: bool) -> Lines:
    if not form.prints(title, key, usual):
        return []
    return [f"  {key}: {'None' if told is None else instant(told)}"]
