"""Rules for devices before Smart Licensing Using Policy: registered, authorized, renewed in time."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from nornir_smartlic.compliance.findings import Severity
from nornir_smartlic.compliance.rules import (
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
from nornir_smartlic.model import Instant, LicensingModel, RegistrationStatus, placed

_REGISTERED: Final = frozenset({LicensingModel.REGISTERED})
_REGISTER: Final = ("license smart register idtoken TOKEN",)
_GOOD: Final = ("AUTHORIZED", "NO LICENSES IN USE")
_BAD: Final = ("OUT OF COMPLIANCE", "EVAL", "AUTH EXPIRED", "AUTHORIZATION EXPIRED", "NOT AUTHORIZED", "UNAUTHORIZED")
"""Source: reference/outputs.md section 2, the legacy status."""


def _registered(case: Case) -> Outcome:
    if case.intent.registered is False:
        return not_applicable("the inventory wants it unregistered")
    registration = case.state.registration
    expected = RegistrationStatus.REGISTERED.value
    if registration is None:
        return unknown("no output that was read states the registration", expected=expected)
    if registration.status is None:
        return unknown("the status of the registration is a word that is not known here", expected=expected)
    evidence = (case.line(f"Status: {registration.status.value}"),)
    if not registration.status.value.startswith(expected):
        return failed(registration.status.value, expected=expected, evidence=evidence, fix=_REGISTER)
    return passed(registration.status.value, expected=expected, evidence=evidence)


def _authorized(case: Case) -> Outcome:
    authorization = case.state.authorization_state
    if authorization is None:
        return unknown("no output that was read states the authorization", expected="AUTHORIZED")
    status = authorization.status
    evidence = (case.line(f"Status: {status}"),)
    if status.upper().startswith(_GOOD):
        return passed(status, expected="AUTHORIZED", evidence=evidence)
    if not status.upper().startswith(_BAD):
        return unknown(f"{status!r} is a status that is not known here", expected="AUTHORIZED", evidence=evidence)
    found = status
    if authorization.evaluation_remaining is not None:
        found += f", {authorization.evaluation_remaining.days} days of evaluation remain"
    fix = ("license smart renew auth",) if status.upper().startswith("OUT OF COMPLIANCE") else _REGISTER
    return failed(found, expected="AUTHORIZED", evidence=evidence, fix=fix)


def _renewed(case: Case) -> Outcome:
    """The identity lasts a year, the authorization 90 days without contact; devices renew both by themselves."""
    registration, authorization = case.state.registration, case.state.authorization_state
    deadlines: list[tuple[str, Instant]] = []
    if authorization is not None and authorization.communication_deadline is not None:
        deadlines.append(("Communication Deadline", authorization.communication_deadline))
    if registration is not None and registration.expires is not None:
        deadlines.append(("Registration Expires", registration.expires))
    if not deadlines:
        return not_applicable("the device prints no deadline of its registration or authorization")
    evidence = tuple(case.line(f"{title}: {spelled(instant)}") for title, instant in deadlines)
    problem = next((text for _, instant in deadlines if (text := unplaced(instant)) is not None), None)
    now = case.now
    if problem is not None or now is None:
        return unknown(problem or "the device's time is unknown", evidence=evidence)
    known: list[tuple[datetime, str]] = sorted(
        (at, title) for title, instant in deadlines if (at := placed(instant)) is not None
    )
    first, title = known[0]
    expected = f"no deadline within {case.options.due_within.days} days"
    if first - now <= case.options.due_within:
        passed_by = "has passed" if first < now else "is near"
        found = f"{title} {passed_by}: {spelled(first)}"
        fix = ("license smart renew auth", "license smart renew id")
        return due(failed(found, expected=expected, evidence=evidence, fix=fix), first)
    return due(passed(f"{(first - now) // timedelta(days=1)} days left", expected=expected, evidence=evidence), first)


LEGACY_RULES: Final = (
    Rule(
        "SLP-REGISTERED",
        Severity.HIGH,
        "A device before Smart Licensing Using Policy is registered",
        "Unregistered, it runs on an evaluation period that ends.",
        _registered,
        models=_REGISTERED,
    ),
    Rule(
        "SLP-AUTHORIZED",
        Severity.HIGH,
        "The licences of a registered device are authorized",
        "Out of compliance means that the account has fewer licences than are in use.",
        _authorized,
        models=_REGISTERED,
    ),
    Rule(
        "SLP-RENEWAL",
        Severity.MEDIUM,
        "Registration and authorization of a registered device are renewed in time",
        "A device that cannot reach CSSM loses its authorization, and after a year its identity.",
        _renewed,
        models=_REGISTERED,
    ),
)
