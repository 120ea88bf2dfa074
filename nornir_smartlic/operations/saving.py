"""Saving the running configuration, and what is said of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from nornir_smartlic.errors import Refused
from nornir_smartlic.model import LicensingReading
from nornir_smartlic.operations.conversation import Conversation, Save
from nornir_smartlic.operations.refusals import remark

LEFT_TO_OTHERS: Final = "the configuration is not saved, as was asked: a reload would lose it"


def save() -> Conversation[None]:
    """Save to startup-config; raises `Refused` where the device does not say ``[OK]``."""
    answer = yield Save()
    if "[OK]" not in answer.text:
        raise Refused("the configuration was not saved", remark(answer.text) or "no answer", command="write memory")


def not_saved_before(reading: LicensingReading, *, commit: bool) -> tuple[str, ...]:
    """Warnings that name what is saved with a change though it was there before: others' lines, and licensing's."""
    ours = reading.unsaved_licensing or ()
    others = [line for line in reading.unsaved or () if line not in ours]
    return (
        *of_others(others, commit=commit),
        *_named("of licensing, not saved before", ours, commit=commit),
    )


def of_others(lines: Sequence[str], *, commit: bool = True) -> tuple[str, ...]:
    """A warning that names *lines*, which somebody else had changed, not saved, and now are saved too."""
    return _named("changed by others before", lines, commit=commit)


def _named(what: str, lines: Sequence[str], *, commit: bool) -> tuple[str, ...]:
    if not lines:
        return ()
    shown = ", ".join(lines[:5]) + (f" and {len(lines) - 5} more" if len(lines) > 5 else "")
    return (f"{'' if commit else 'would be '}saved with it, {what}: {shown}",)
