"""Licensing set back to how it came."""

from __future__ import annotations

from nornir_smartlic.intent import why_not_slp
from nornir_smartlic.model import LicensingModel
from nornir_smartlic.operations.conversation import Conversation, Exec
from nornir_smartlic.operations.reading import read_state
from nornir_smartlic.operations.refusals import remark
from nornir_smartlic.operations.results import ResetOutcome


def factory_reset(*, commit: bool = True) -> Conversation[ResetOutcome]:
    """Forget trust, policy, authorizations and reports at the next reload; the reload itself is left to the caller.

    Reports that were not acknowledged are lost with it: collect them before. Source: reference/cli.md section 3.
    """
    state = yield from read_state()
    if state.model is not LicensingModel.SLP:
        return ResetOutcome(False, not_applicable=why_not_slp(state, None))
    if not commit:
        return ResetOutcome(False)
    answer = yield Exec("license smart factory reset")
    said = remark(answer.text)
    return ResetOutcome(True, said, needs_reload=said is None or "reload required" in said)
