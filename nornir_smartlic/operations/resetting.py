"""Licensing set back to how it came."""

from __future__ import annotations

from nornir_smartlic.intent import code_lines, has_code
from nornir_smartlic.model import LicensingState
from nornir_smartlic.operations.conversation import Answer, Conversation, Exec
from nornir_smartlic.operations.reading import read_state, why_not_ours
from nornir_smartlic.operations.recovery import over_lost_sessions
from nornir_smartlic.operations.refusals import remark
from nornir_smartlic.operations.results import ResetOutcome


def factory_reset(*, commit: bool = True) -> Conversation[ResetOutcome]:
    """Forget trust, policy, authorizations and reports at the next reload; the reload itself is left to the caller.

    Reports that were not acknowledged are lost with it: collect them before. Source: reference/cli.md section 3.

    Raises:
        StateUnknown: the session was lost and the device did not come back.
    """
    state = yield from read_state()
    if (reason := (yield from why_not_ours(state))) is not None:
        return ResetOutcome(False, not_applicable=reason)
    lost = lost_by_reset(state)
    if not commit:
        return ResetOutcome(False, lost=lost)
    unknown = "a factory reset was asked for, whether the device noted it is not known"
    answer = yield from over_lost_sessions(_ask, unknown=unknown)  # twice is as once: it waits for the reload
    said = remark(answer.text)
    return ResetOutcome(True, said, needs_reload=said is None or "reload required" in said, lost=lost)


def _ask() -> Conversation[Answer]:
    return (yield Exec("license smart factory reset"))


def lost_by_reset(state: LicensingState) -> tuple[str, ...]:
    """What the device has now and forgets, in words; ``()``: it is as it came."""
    trusted = sum(code.installed is not None for code in state.trust_codes or ())
    authorized = sum(has_code(line) for line in code_lines(state))
    reports = state.report_summary
    unacknowledged = (
        reports.waiting_for_ack + reports.available_to_report + reports.collecting_data if reports is not None else 0
    )
    lost = [
        f"{count} {what}{'' if count == 1 else 's'}"
        for count, what in (
            (trusted, "trust code"),
            (authorized, "authorization code"),
            (unacknowledged, "usage report without acknowledgement"),
        )
        if count
    ]
    policy = state.policy
    if policy is not None and policy.installed is not None:
        lost.append(f"the policy {policy.name}" if policy.name else "the policy of the account")
    return tuple(lost)
