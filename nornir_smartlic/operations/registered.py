"""Before Smart Licensing Using Policy: what is done to a device that is registered or reserved."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from nornir_smartlic.errors import Refused
from nornir_smartlic.model import Attempt, AuthorizationStatus, LicensingState, RegistrationStatus
from nornir_smartlic.operations.authorizing import return_codes
from nornir_smartlic.operations.conversation import Conversation, Exec
from nornir_smartlic.operations.legacy import why_not_legacy
from nornir_smartlic.operations.licensing_log import read_log
from nornir_smartlic.operations.reading import read_state, why_controlled
from nornir_smartlic.operations.refusals import remark
from nornir_smartlic.operations.results import DeregistrationOutcome, RenewalOutcome, ReturnCode, ReturnOutcome
from nornir_smartlic.operations.waiting import Expectation, Patience, ask_once, wait_for

RENEWAL_PATIENCE: Final = Patience(timedelta(minutes=5))
_IN_PROGRESS: Final = "in progress"
"""What a renewal prints where it prints anything; unverified."""
_NOT_REGISTERED: Final = "it is not registered"
_SURE: Final = ((r"continue\?", "yes"),)
"""Source: capture license-smart-reservation/c9300-slr-request-return."""


def renew_registration(
    *, identity: bool = False, commit: bool = True, patience: Patience = RENEWAL_PATIENCE
) -> Conversation[RenewalOutcome]:
    """Have CSSM authorize anew what a registered device uses, or renew its *identity* certificate, and wait for it.

    Raises:
        Refused: CSSM did not renew it, or was not reached; ``reason`` is the device's.
        TimedOut: nothing came in time.
        StateUnknown: the session was lost, and what came of it is not known.
    """
    before = yield from read_state()
    if (reason := why_not_legacy(before, "sync_usage") or (yield from why_controlled())) is not None:
        return RenewalOutcome(False, False, not_applicable=reason)
    if not _is_registered(before):
        return RenewalOutcome(False, False, not_applicable=f"{_NOT_REGISTERED}: there is nothing to renew")
    if not commit:
        return RenewalOutcome(True, False, before.registration, before.authorization_state)
    command = f"license smart renew {'id' if identity else 'auth'}"
    what = "the renewal of the identity" if identity else "the renewal of the authorization"
    log = yield from read_log()
    answer, lost = yield from ask_once(Exec(command))
    said = remark(answer.text)
    if said is not None and _IN_PROGRESS not in said:
        raise Refused(f"{what} was not asked for", said, command=command)
    attempt = _identity_attempt if identity else _authorization_attempt
    last = attempt(before)
    expected = Expectation(what, command, lambda now: attempt(now) not in (None, last), lost=lost)
    came = yield from wait_for(expected, log, patience)
    latest = attempt(came.state)
    if latest is not None and latest.outcome != "SUCCEEDED":
        raise Refused(f"{what} did not come", latest.failure_reason or latest.outcome, command=command)
    return RenewalOutcome(True, True, came.state.registration, came.state.authorization_state, came.waited)


def deregister_device(
    *, commit: bool = True, patience: Patience = RENEWAL_PATIENCE
) -> Conversation[DeregistrationOutcome]:
    """Give the registration up: the device evaluates from then on, and CSSM has its licences back.

    Where CSSM is not reached, the device is unregistered all the same, and stays in CSSM as a product instance.

    Raises:
        Refused: the device did not do it.
        TimedOut: it is still registered after that time.
        StateUnknown: the session was lost, and what came of it is not known.
    """
    before = yield from read_state()
    if (reason := why_not_legacy(before, "factory_reset") or (yield from why_controlled())) is not None:
        return DeregistrationOutcome(False, False, not_applicable=reason)
    if not _is_registered(before) or not commit:
        return DeregistrationOutcome(_is_registered(before), False, before.registration)
    command = "license smart deregister"
    log = yield from read_log()
    answer, lost = yield from ask_once(Exec(command))
    said = remark(answer.text)
    expected = Expectation("the deregistration", command, lambda now: not _is_registered(now), lost=lost)
    if said is not None and _is_registered((yield from read_state())):
        raise Refused("the device was not deregistered", said, command=command)
    came = yield from wait_for(expected, log, patience)
    return DeregistrationOutcome(True, True, before.registration, came.waited)


def return_reservation(*, commit: bool = True) -> Conversation[ReturnOutcome]:
    """Give reserved licences back: the return codes that the device prints must be entered in CSSM.

    A code that was printed over a session that is lost is read from the device again, which keeps the last one.

    Raises:
        Refused: the device did not give them back.
        StateUnknown: the session was lost and the device did not come back.
    """
    before = yield from read_state()
    if (reason := why_not_legacy(before, "return_authorization") or (yield from why_controlled())) is not None:
        return ReturnOutcome(False, False, online=False, not_applicable=reason)
    needed = _has_reservation(before)
    if not needed or not commit:
        return ReturnOutcome(needed, False, online=False)
    scope = "all" if before.members is not None and len(before.members) > 1 else "local"
    command = f"license smart reservation return {scope}"
    answer, lost = yield from ask_once(Exec(command, replies=_SURE))
    if lost is None:
        state = yield from read_state()
    else:
        what = "the return code"
        gone = Expectation(what, command, lambda now: not _has_reservation(now), look="show license all", lost=lost)
        state = (yield from wait_for(gone, (), RENEWAL_PATIENCE)).state
    if _has_reservation(state):
        raise Refused("nothing was given back", remark(answer.text) or "no answer", command=command)
    return ReturnOutcome(True, True, online=False, codes=return_codes(answer.text) or _kept_codes(state))


def _has_reservation(state: LicensingState) -> bool:
    members = state.reservation.members if state.reservation is not None else ()
    return any(member.status not in (None, AuthorizationStatus.NOT_INSTALLED) for member in members)


def _is_registered(state: LicensingState) -> bool:
    return state.registration is not None and state.registration.status is RegistrationStatus.REGISTERED


def _identity_attempt(state: LicensingState) -> Attempt | None:
    return state.registration.last_renewal if state.registration is not None else None


def _authorization_attempt(state: LicensingState) -> Attempt | None:
    return state.authorization_state.last_communication if state.authorization_state is not None else None


def _kept_codes(state: LicensingState) -> tuple[ReturnCode, ...]:
    members = state.reservation.members if state.reservation is not None else ()
    return tuple(
        ReturnCode(each.member.udi, each.last_return_code) for each in members if each.last_return_code is not None
    )
