"""Saving the running configuration, and what is said of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from nornir_smartlic.errors import Refused
from nornir_smartlic.operations.conversation import Conversation, Save
from nornir_smartlic.operations.refusals import remark

LEFT_TO_OTHERS: Final = "the configuration is not saved, as was asked: a reload would lose it"


def save() -> Conversation[None]:
    """Save to startup-config; raises `Refused` where the device does not say ``[OK]``."""
    answer = yield Save()
    if "[OK]" not in answer.text:
        raise Refused("the configuration was not saved", remark(answer.text) or "no answer", command="write memory")


def of_others(lines: Sequence[str]) -> tuple[str, ...]:
    """A warning that names *lines*, which somebody else had changed, not saved, and now are saved too."""
    if not lines:
        return ()
    shown = ", ".join(lines[:5]) + (f" and {len(lines) - 5} more" if len(lines) > 5 else "")
    return (f"saved with it, changed by others before: {shown}",)
