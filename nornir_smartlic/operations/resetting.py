"""Licensing set back to how it came."""

from __future__ import annotations

from nornir_smartlic.operations.conversation import Conversation, Exec
from nornir_smartlic.operations.reading import read_state, why_not_ours
from nornir_smartlic.operations.refusals import remark
from nornir_smartlic.operations.results import ResetOutcome


def factory_reset(*, commit: bool = True) -> Conversation[ResetOutcome]:
    """Forget trust, policy, authorizations and reports at the next reload; the reload itself is left to the caller.

    Reports that were not acknowledged are lost with it: collect them before. Source: reference/cli.md section 3.
    """
    state = yield from read_state()
    if (reason := (yield from why_not_ours(state))) is not None:
        return ResetOutcome(False, not_applicable=reason)
    if not commit:
        return ResetOutcome(False)
    answer = yield Exec("license smart factory reset")
    said = remark(answer.text)
    return ResetOutcome(True, said, needs_reload=said is None or "reload required" in said)
