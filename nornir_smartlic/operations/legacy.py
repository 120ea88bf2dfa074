"""Before Smart Licensing Using Policy: registration with an idtoken, and reservation."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from nornir_smartlic.errors import LOST, CommandRefused, DeviceError, Refused, SmartLicError, StateUnknown
from nornir_smartlic.model import (
    AuthorizationStatus,
    LicensingModel,
    LicensingState,
    RegistrationStatus,
    Secret,
)
from nornir_smartlic.operations.collecting import FLASH, clear_flash, delete
from nornir_smartlic.operations.conversation import Answer, Configure, Conversation, Exec, Put
from nornir_smartlic.operations.licensing_log import read_log
from nornir_smartlic.operations.reading import read_state, why_controlled
from nornir_smartlic.operations.recovery import over_lost_sessions
from nornir_smartlic.operations.refusals import remark
from nornir_smartlic.operations.results import RegistrationOutcome, ReservationOutcome
from nornir_smartlic.operations.saving import LEFT_TO_OTHERS, of_others, save
from nornir_smartlic.operations.startup import read_unsaved
from nornir_smartlic.operations.trusting import require_secret
from nornir_smartlic.operations.waiting import Expectation, Patience, ask_once, wait_for

REGISTRATION_PATIENCE: Final = Patience(timedelta(minutes=5))
IN_PROGRESS: Final = "Registration process is in progress"
"""Source: reference/cli.md section 7."""
_REGISTERED: Final = (
    RegistrationStatus.REGISTERED,
    RegistrationStatus.REGISTERED_SPECIFIC,
    RegistrationStatus.REGISTERED_UNIVERSAL,
)
_MODE: Final = "license smart reservation"
_INSTALL: Final = "license smart reservation install "
_THERE_ALREADY: Final = "already installed"
"""Source: reference/cli.md section 6, agent error 100."""
_REQUEST_CODE: Final = re.compile(r"\b(C[BC]-Z\S+)")
"""``CB-Z<PID>:<SN>-...``, or ``CC-`` for a universal one. Source: reference/cli.md section 7."""


def register_device(
    token: Secret, *, force: bool = False, commit: bool = True, patience: Patience = REGISTRATION_PATIENCE
) -> Conversation[RegistrationOutcome]:
    """Register a device of the legacy model with an idtoken, and wait for it; a registered one is left alone.

    Raises:
        Refused: the registration failed; ``reason`` is the device's.
        TimedOut: nothing came in time.
        StateUnknown: the session was lost, and what came of the token is not known.
    """
    require_secret("token", token)
    state = yield from read_state()
    if (reason := why_not_legacy(state, "establish_trust") or (yield from why_controlled())) is not None:
        return RegistrationOutcome(False, False, not_applicable=reason)
    registration = state.registration
    needed = force or registration is None or registration.status not in _REGISTERED
    if not needed or not commit:
        return RegistrationOutcome(needed, False, registration, state.authorization_state)
    log = yield from read_log()
    forced = " force" if force else ""
    shown = f"license smart register idtoken ********{forced}"
    register = Exec("license smart register idtoken {secret}" + forced, secrets=(token,))
    answer, lost = yield from ask_once(register)  # each time it is sent may cost a use of the token
    said = remark(token.hide_in(answer.text))
    if said is not None and IN_PROGRESS not in said:
        raise Refused("the device was not registered", said, command=shown)
    before = registration.initial if registration is not None else None
    expected = Expectation(
        "the registration",
        shown,
        lambda now: (
            now.registration is not None
            and now.registration.status in _REGISTERED
            and (not force or now.registration.initial != before)
        ),
        failures=("AGENT_REG_FAILED",),
        lost=lost,
    )
    came = yield from wait_for(expected, log, patience)
    return RegistrationOutcome(True, True, came.state.registration, came.state.authorization_state, came.waited)


@dataclass(frozen=True, slots=True)
class ReservationFile:
    """The authorization file of CSSM, and a name for it that nothing on the device's flash has."""

    content: bytes
    name: str


def reserve_licenses(
    authorization: Secret | ReservationFile | None = None,
    *,
    universal: bool = False,
    commit: bool = True,
    saves: bool = True,
) -> Conversation[ReservationOutcome]:
    """First without *authorization*: the request codes for CSSM. Then with the code or the file from there: install it.

    A request code that the device has given out is not asked for again, for a new one would make it void. A stack gives
    one for each member, and CSSM an authorization for each: it is reserved once the last of them is installed.

    The line that brings a device into reservation mode is saved once it served, and where an earlier run left it
    unsaved; without *saves* it is left to others. It is taken back where the device refuses what it was entered for.

    Raises:
        Refused: the device gave no request code, did not take the authorization code, or did not save.
        StateUnknown: the session was lost and the device did not come back.
    """
    if authorization is not None and not isinstance(authorization, ReservationFile):
        require_secret("authorization", authorization)
    state = yield from read_state()
    if (reason := why_not_legacy(state, "request_authorization") or (yield from why_controlled())) is not None:
        return ReservationOutcome(False, False, not_applicable=reason)
    lines = yield from read_unsaved()
    unsaved = tuple(line for line in lines or () if line == f"+{_MODE}")
    is_reserved = _is_reserved(state)
    if is_reserved or not commit:
        codes = _confirmations(state) if is_reserved else ()
        needed = not is_reserved or bool(unsaved)
        outcome = ReservationOutcome(needed, False, installed=is_reserved, confirmation_codes=codes, unsaved=unsaved)
    elif state.reservation is not None and state.reservation.enabled:
        outcome = replace((yield from _step(state, authorization, universal)), unsaved=unsaved)
    else:
        outcome = replace((yield from _in_new_mode(state, authorization, universal)), unsaved=(f"+{_MODE}",))
    if not outcome.unsaved or not commit:
        return outcome
    if not saves:
        return replace(outcome, warnings=(LEFT_TO_OTHERS,))
    yield from over_lost_sessions(save, unknown=f"{_MODE!r} stands, whether it was saved is not known")
    others = [line for line in lines or () if line not in unsaved]
    return replace(outcome, saved=True, warnings=of_others(others))


def _step(
    state: LicensingState, authorization: Secret | ReservationFile | None, universal: bool
) -> Conversation[ReservationOutcome]:
    """What a device in reservation mode is asked for next."""
    if isinstance(authorization, Secret):
        return (yield from _installed(state, Exec(_INSTALL + "{secret}", secrets=(authorization,))))
    if authorization is not None:
        return (yield from _install_file(state, authorization))
    if given := _request_codes(state):
        return ReservationOutcome(True, False, given)
    is_stack = state.members is not None and len(state.members) > 1
    which = "universal" if universal else "all" if is_stack else "local"
    return ReservationOutcome(True, True, (yield from _requested(which)))


def _in_new_mode(
    state: LicensingState, authorization: Secret | ReservationFile | None, universal: bool
) -> Conversation[ReservationOutcome]:
    """The same on a device that is brought into that mode first, and out of it again where it refuses the step."""
    changed = f"changed, not saved, state unknown: {_MODE!r} sent"
    yield from over_lost_sessions(lambda: _configure(_MODE), unknown=changed)
    try:
        return (yield from _step(state, authorization, universal))
    except StateUnknown:
        raise
    except (Refused, CommandRefused) as error:
        outcome = yield from _mode_left()
        if isinstance(error, Refused):
            what = str(error).removesuffix(f": {error.reason}")
            raise Refused(what, f"{error.reason}; {outcome}", command=error.command) from None
        raise CommandRefused(error.command or "", f"{error.answer}; {outcome}", host=error.host) from None
    except DeviceError as error:  # it answers, and nobody understands what
        raise StateUnknown(f"changed, not saved: {_MODE!r} stands", str(error), command=error.command) from None


def _mode_left() -> Conversation[str]:
    unknown = f"{_MODE!r} was to be taken back, whether it is is not known"
    try:
        yield from over_lost_sessions(lambda: _configure(f"no {_MODE}"), unknown=unknown)
    except CommandRefused as error:
        return f"{_MODE!r} could not be taken back ({error.answer}); nothing was saved"
    return f"{_MODE!r} has been taken back"


def _configure(line: str) -> Conversation[None]:
    yield Configure((line,))


def _requested(which: str) -> Conversation[tuple[str, ...]]:
    """The request codes; after a lost session the one that the device prints then, for the next would make it void."""
    command, lost = f"license smart reservation request {which}", False

    def step() -> Conversation[tuple[str, ...]]:
        nonlocal lost
        if lost and (given := _request_codes((yield from read_state()))):
            return given
        try:
            answer = yield Exec(command)
        except LOST:
            lost = True
            raise
        if not (codes := tuple(dict.fromkeys(_REQUEST_CODE.findall(answer.text)))):
            raise Refused("no request code was given", remark(answer.text) or "no answer", command=command)
        return codes

    unknown = "request codes were asked for, whether the device has given them out is not known"
    return (yield from over_lost_sessions(step, unknown=unknown))


def _request_codes(state: LicensingState) -> tuple[str, ...]:
    members = state.reservation.members if state.reservation is not None else ()
    return tuple(member.request_code for member in members if member.request_code is not None)


def _install_file(before: LicensingState, file: ReservationFile) -> Conversation[ReservationOutcome]:
    yield from clear_flash()
    path = FLASH + file.name
    try:
        outcome = yield from _installed(before, Exec(f"{_INSTALL}file {path}"), Put(path, file.content))
    except SmartLicError:
        yield from delete(path)
        raise
    yield from delete(path)
    return outcome


def _installed(before: LicensingState, install: Exec, put: Put | None = None) -> Conversation[ReservationOutcome]:
    """The code installed, for which *put* goes before. It may be sent twice: one that is there is not taken again."""

    def step() -> Conversation[Answer]:
        if put is not None:
            yield put
        return (yield install)

    unknown = "the authorization code was sent, whether it is installed is not known"
    answer = yield from over_lost_sessions(step, unknown=unknown)
    state = yield from over_lost_sessions(read_state, unknown=unknown)
    if _reserved(state) <= _reserved(before) and _THERE_ALREADY not in answer.text:
        said = answer.text
        for secret in install.secrets:
            said = secret.hide_in(said)
        raise Refused("the reservation was not installed", remark(said) or "no answer", command=_INSTALL.strip())
    is_whole, codes = _is_reserved(state), _confirmations(state)
    left = () if is_whole else _request_codes(state)
    return ReservationOutcome(True, True, left, installed=is_whole, confirmation_codes=codes)


def _reserved(state: LicensingState) -> int:
    """How many members have an authorization code."""
    members = state.reservation.members if state.reservation is not None else ()
    return sum(member.status not in (None, AuthorizationStatus.NOT_INSTALLED) for member in members)


def _is_reserved(state: LicensingState) -> bool:
    members = state.reservation.members if state.reservation is not None else ()
    return bool(members) and _reserved(state) == len(members)


def _confirmations(state: LicensingState) -> tuple[str, ...]:
    members = state.reservation.members if state.reservation is not None else ()
    return tuple(member.last_confirmation_code for member in members if member.last_confirmation_code is not None)


def why_not_legacy(state: LicensingState, instead: str) -> str | None:
    """Why nothing of this is to be done on this device; *instead* is the task for one under SLP."""
    if state.model is LicensingModel.SLP:
        return f"the device is under Smart Licensing Using Policy: {instead} is for it"
    if state.model is LicensingModel.CLASSIC:
        return "licensing is classic (RTU or PAK): there is nothing to register"
    return None
