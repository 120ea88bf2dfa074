"""Trust between a device and CSSM: a trust code on every member."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from nornir_smartlic.errors import DeviceError, Refused, TimedOut
from nornir_smartlic.intent import untrusted, why_not_slp
from nornir_smartlic.model import LicensingModel, LicensingState, Secret, TransportType
from nornir_smartlic.operations.conversation import Conversation, Exec, Wait
from nornir_smartlic.operations.licensing_log import LogMessage, last_of, new_messages, read_log
from nornir_smartlic.operations.patience import Patience
from nornir_smartlic.operations.reading import read_state
from nornir_smartlic.operations.refusals import remark
from nornir_smartlic.operations.results import TrustOutcome

TRUST_PATIENCE: Final = Patience(timedelta(minutes=5))
LOOKS_AFTER_A_FAILED_COMMUNICATION: Final = 2
"""A device tries again by itself within a minute; a failure that stays so long is the answer."""


def establish_trust(
    token: Secret,
    *,
    all_members: bool = True,
    force: bool = False,
    commit: bool = True,
    patience: Patience = TRUST_PATIENCE,
) -> Conversation[TrustOutcome]:
    """See to it that every member has a trust code; a device that has them is left alone unless *force*.

    Raises:
        Refused: the trust code was not installed; ``reason`` is the device's, such as a token that has expired.
        TimedOut: nothing came in time.
    """
    state = yield from read_state()
    reason = _not_applicable(state)
    missing = untrusted(state)
    needed = bool(missing) or force
    outcome = TrustOutcome(needed, False, state.trust_codes or (), missing, state.account)
    if reason is not None and needed:
        return TrustOutcome(False, False, not_applicable=reason, untrusted=missing)
    if not needed or not commit:
        return outcome
    log = yield from read_log()
    scope = "all" if all_members else "local"
    command = "license smart trust idtoken {secret} " + scope + (" force" if force else "")
    answer = yield Exec(command, secrets=(token,))
    if (said := remark(token.hide_in(answer.text))) is not None:
        raise Refused("trust was not requested", said, command=_shown(scope))
    return (yield from _trusted(state, log, scope, patience))


def _trusted(
    before: LicensingState, log: tuple[str, ...], scope: str, patience: Patience
) -> Conversation[TrustOutcome]:
    """Wait for new trust codes, and for the reason why there are none."""
    waited, failures = timedelta(0), 0
    failure: LogMessage | None = None
    for span in patience.spans():
        yield Wait(span, "for the trust code")
        waited += span
        state = yield from read_state("show license status")
        if _has_come(before, state, scope):
            whole = yield from read_state()
            return TrustOutcome(True, True, whole.trust_codes or (), untrusted(whole), whole.account, waited=waited)
        messages = new_messages(log, (yield from read_log()))
        if (refused := last_of(messages, "TRUST_CODE_INSTALL_FAILED")) is not None:
            raise Refused("the trust code was not installed", refused.reason, command=_shown(scope))
        failure = last_of(messages, "COMM_FAILED", "COMM_RESTORED")
        failures = failures + 1 if failure is not None and failure.mnemonic == "COMM_FAILED" else 0
        if failure is not None and failures > LOOKS_AFTER_A_FAILED_COMMUNICATION:
            raise Refused("the trust code did not come", failure.reason, command=_shown(scope))
    why = yield from _failure_reason()
    raise TimedOut(
        f"no trust code within {patience.limit.total_seconds():.0f} s: {why or 'the device gives no reason'}",
        command=_shown(scope),
    )


def _has_come(before: LicensingState, state: LicensingState, scope: str) -> bool:
    """Whether a trust code is there that was not: on all members, or on the active one with scope local."""
    old = {(code.member, code.installed) for code in before.trust_codes or ()}
    codes = [code for code in state.trust_codes or () if code.installed is not None]
    fresh = [code for code in codes if (code.member, code.installed) not in old]
    if scope == "local" or not before.members:
        return bool(fresh)
    have = {code.member.udi for code in codes if code.member is not None}
    return bool(fresh) and all(member.udi in have for member in before.members)


def _failure_reason() -> Conversation[str | None]:
    """``Failure Reason`` of the trust establishment in tech support, where the log told nothing."""
    try:
        state = yield from read_state("show license tech support")
    except DeviceError:
        return None
    statistics = state.tech_support.statistics if state.tech_support is not None else ()
    return next((each.failure_reason for each in statistics if each.name == "Trust Establishment"), None)


def _not_applicable(state: LicensingState) -> str | None:
    if state.model is not LicensingModel.SLP:
        return why_not_slp(state, None)
    transport = state.transport.type if state.transport is not None else None
    if transport is TransportType.OFF:
        return "transport is off: trust comes by file, with a trust request and import_files"
    if transport is TransportType.CSLU:
        return "transport is cslu: CSLU or SSM On-Prem brings trust without a token, from 17.7.1 on"
    return None


def _shown(scope: str) -> str:
    return f"license smart trust idtoken ******** {scope}"
