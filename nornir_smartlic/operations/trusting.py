"""Trust between a device and CSSM: a trust code on every member."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Final

from nornir_smartlic.errors import DeviceError, Refused, UsageError
from nornir_smartlic.intent import untrusted
from nornir_smartlic.model import Account, Intent, LicensingState, Secret, TransportType
from nornir_smartlic.operations.accounts import other_account
from nornir_smartlic.operations.causes import Certainty
from nornir_smartlic.operations.conversation import Conversation, Exec
from nornir_smartlic.operations.diagnosing import diagnose
from nornir_smartlic.operations.licensing_log import read_log
from nornir_smartlic.operations.reading import read_state, why_not_ours
from nornir_smartlic.operations.refusals import remark
from nornir_smartlic.operations.results import TrustOutcome
from nornir_smartlic.operations.trust_results import (
    TrustResult,
    result_of_cause,
    result_of_communication,
    result_of_reason,
)
from nornir_smartlic.operations.waiting import Expectation, Patience, ask_once, wait_for

TRUST_PATIENCE: Final = Patience(timedelta(minutes=5))


def establish_trust(
    token: Secret,
    *,
    wanted: Account | None = None,
    all_members: bool = True,
    force: bool = False,
    commit: bool = True,
    patience: Patience = TRUST_PATIENCE,
) -> Conversation[TrustOutcome]:
    """See to it that every member has a trust code; a device that has them is left alone unless *force*.

    *wanted* is the account that they should come from; trust with another one is not done.

    Raises:
        UsageError: *token* is a plain text, which would show in logs and errors.
        Refused: the trust code was not installed; ``reason`` is the device's, such as a token that has expired.
        TimedOut: nothing came in time.
        StateUnknown: the session was lost, and what came of the token is not known.
    """
    require_secret("token", token)
    state = yield from read_state()
    reason = (yield from why_not_ours(state)) or _not_applicable(state)
    missing = untrusted(state)
    needed = bool(missing) or force
    outcome = TrustOutcome(needed, False, state.trust_codes or (), missing, state.account)
    result = TrustResult.NEEDED if needed else TrustResult.ALREADY_INSTALLED
    outcome = replace(outcome, result=result, other_account=None if missing else other_account(state.account, wanted))
    if reason is not None and needed:
        return TrustOutcome(False, False, not_applicable=reason, untrusted=missing, result=TrustResult.NOT_APPLICABLE)
    if not needed or not commit:
        return outcome
    before, log = state, (yield from read_log())
    scope = "all" if all_members else "local"
    command = "license smart trust idtoken {secret} " + scope + (" force" if force else "")
    answer, lost = yield from ask_once(Exec(command, secrets=(token,)))  # each time it is sent may cost a use of it
    if (said := remark(token.hide_in(answer.text))) is not None:
        known = result_of_reason(said)
        result = TrustResult.REFUSED_BY_DEVICE if known is TrustResult.REFUSED_BY_CSSM else known
        raise _caused(Refused("trust was not requested", said, command=_shown(scope)), result)
    expected = Expectation(
        "the trust code",
        _shown(scope),
        lambda now: _has_come(before, now, scope),
        failures=("TRUST_CODE_INSTALL_FAILED",),
        statistic="Trust Establishment",
        lost=lost,
    )
    try:
        came = yield from wait_for(expected, log, patience)
    except Refused as error:
        raise _caused(error, (yield from _why(error.reason, wanted))) from None
    codes = came.state.trust_codes or ()
    if (other := other_account(came.state.account, wanted)) is not None:
        refusal = Refused("trust came from another account", other, command=_shown(scope))
        raise _caused(refusal, TrustResult.OTHER_ACCOUNT)
    return TrustOutcome(
        True,
        True,
        codes,
        untrusted(replace(before, trust_codes=codes)),
        came.state.account,
        came.waited,
        result=TrustResult.INSTALLED,
    )


def _caused(error: Refused, result: TrustResult) -> Refused:
    error.cause = result.value
    return error


def _why(reason: str, wanted: Account | None) -> Conversation[TrustResult]:
    """What *reason* means. A failed communication has several possible causes: the device is asked which it is."""
    text = result_of_communication(reason)
    if text is None:
        return result_of_reason(reason)
    intent = Intent(smart_account=wanted.smart_account, virtual_account=wanted.virtual_account) if wanted else None
    try:
        found = yield from diagnose(intent)
    except DeviceError:
        return text
    named = (result_of_cause(cause.id) for cause in found.causes if cause.certainty is not Certainty.HISTORY)
    return next((result for result in named if result is not None), text)


def require_secret(name: str, value: object) -> None:
    """See to it that *value* is a `Secret`; raises `UsageError`."""
    if not isinstance(value, Secret):
        raise UsageError(f"{name}: {type(value).__name__} - expected a Secret, which shows itself nowhere")


def _has_come(before: LicensingState, state: LicensingState, scope: str) -> bool:
    """Whether a trust code is there that was not: on all members, or on the active one with scope local."""
    old = {(code.member, code.installed) for code in before.trust_codes or ()}
    codes = [code for code in state.trust_codes or () if code.installed is not None]
    fresh = [code for code in codes if (code.member, code.installed) not in old]
    if scope == "local" or not before.members:
        return bool(fresh)
    have = {code.member.udi for code in codes if code.member is not None}
    return bool(fresh) and all(member.udi in have for member in before.members)


def _not_applicable(state: LicensingState) -> str | None:
    transport = state.transport.type if state.transport is not None else None
    if transport is TransportType.OFF:
        return "transport is off: trust comes by file, with a trust request"
    if transport is TransportType.CSLU:
        return "transport is cslu: CSLU or SSM On-Prem brings trust without a token, from 17.7.1 on"
    return None


def _shown(scope: str) -> str:
    return f"license smart trust idtoken ******** {scope}"
