"""Legacy Smart Licensing: registration and authorization. Source: reference/outputs.md section 2, last part."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from nornir_smartlic.model import Attempt, AuthorizationState, Instant, Registration, RegistrationStatus
from nornir_smartlic.parsers.instants import instant, optional_instant
from nornir_smartlic.parsers.section import Problem, Section, kept, number, one_of, optional, text, whole, word_of

_status = word_of(RegistrationStatus)
_outcome = whole("SUCCEEDED", "FAILED", "None")
_authorized = whole(
    "AUTHORIZED",
    "OUT OF COMPLIANCE",
    "EVAL MODE",
    "EVAL EXPIRED",
    "AUTH EXPIRED",
    "No Licenses in Use",
    "Not Applicable",
)
_allowed = one_of({"ALLOWED": True, "NOT ALLOWED": False, "Allowed": True, "Not Allowed": False})


def _attempt(section: Section, key: str) -> Attempt | None:
    """``SUCCEEDED on TIME``; the reason of a failure stands on the next line. ``None``: not printed, or "None"."""
    value = section.take_optional(key, _text_of_attempt)
    if value is None or value == "None":
        return None
    outcome, on, time = value.partition(" on ")
    try:
        when = instant(time) if on else None
    except ValueError as error:
        raise Problem(str(error), f"{key}: {value}") from None
    reason = None
    for word in ("Failure reason", "Failure Reason"):
        if section.next_key() == word:
            reason = section.take(word, optional)
    return Attempt(outcome, when, reason)


def _text_of_attempt(value: str) -> str:
    if not value or value.endswith(" on") or ":" in value.partition(" on ")[0]:
        raise ValueError("expected an outcome such as 'SUCCEEDED on' and a time")
    return _outcome(value)


def registration(section: Section) -> Registration:
    """``Registration:``."""
    return Registration(
        status=section.take("Status", _status),
        smart_account=section.take_optional("Smart Account", optional),
        virtual_account=section.take_optional("Virtual Account", optional),
        export_controlled_allowed=section.take_optional("Export-Controlled Functionality", _allowed),
        initial=_attempt(section, "Initial Registration"),
        last_renewal=_attempt(section, "Last Renewal Attempt"),
        next_renewal=section.take_optional("Next Renewal Attempt", optional_instant),
        expires=section.take_optional("Registration Expires", optional_instant),
        next_attempt=section.take_optional("Next Registration Attempt", optional_instant),
    )


def authorization_state(section: Section) -> AuthorizationState:
    """``License Authorization:``; under SLP its status is "Not Applicable"."""
    status, on, time = section.take("Status", _authorized).partition(" on ")
    try:
        since = instant(time) if on else None
    except ValueError as error:
        raise Problem(str(error), f"Status: {status} on {time}") from None
    return AuthorizationState(
        status=status,
        since=since,
        evaluation_remaining=section.take_optional("Evaluation Period Remaining", span),
        last_communication=_attempt(section, "Last Communication Attempt"),
        next_communication=section.take_optional("Next Communication Attempt", optional_instant),
        deadline_exceeded=section.drop_line("Communication Deadline: DEADLINE EXCEEDED"),
        communication_deadline=section.take_optional("Communication Deadline", optional_instant),
        evaluation_expired=_expired(section),
    )


def evaluation_period(section: Section) -> tuple[tuple[str, str], ...]:
    """``Evaluation Period:`` of tech support before 17.3.2, as printed; unverified."""
    return tuple([(key, section.take(key, text)) for key in _EVALUATION if section.has(key)])


_EVALUATION = ("Evaluation Mode", "Evaluation Period Remaining")


def _expired(section: Section) -> Instant | None:
    """``Evaluation Period Expired on TIME``; unverified."""
    line = section.next_line()
    if line is None or not line.startswith("Evaluation Period Expired on "):
        return None
    section.take_line()
    try:
        return instant(line.removeprefix("Evaluation Period Expired on "))
    except ValueError as error:
        raise Problem(str(error), line) from None


UNITS: Final = {  # seconds of each
    "day": 86400,
    "hour": 3600,
    "minute": 60,
    "second": 1,
    "week": 604800,
}


def span(value: str) -> timedelta:
    """``89 days, 23 hours, 59 minutes, 4 seconds``."""
    try:
        return timedelta(seconds=sum(map(_seconds, value.split(", "))))
    except OverflowError:
        raise ValueError("expected a span that is not as long") from None


@kept  # most spans consist of the same few hundred parts
def _seconds(part: str) -> int:
    count, _, unit = part.partition(" ")
    if unit.removesuffix("s") not in UNITS:
        raise ValueError("expected a span such as '6 hours, 53 minutes, 4 seconds'")
    return number(count) * UNITS[unit.removesuffix("s")]
