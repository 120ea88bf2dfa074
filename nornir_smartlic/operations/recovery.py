"""After a lost session: connect again within a patience, and read what stands."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Final

from nornir_smartlic.errors import LOST, DeviceError, Interrupted, SessionLost, StateUnknown, TimedOut
from nornir_smartlic.model import LicensingReading
from nornir_smartlic.operations.conversation import Conversation, T, Wait
from nornir_smartlic.operations.reading import reread
from nornir_smartlic.operations.waiting import AWAY, Patience

COMEBACK_PATIENCE: Final = Patience(AWAY, longest=timedelta(seconds=20))
"""A link that flaps and a supervisor that switches over are back within it; one that reloads is not waited for."""


def come_back(reading: LicensingReading, patience: Patience) -> Conversation[LicensingReading | None]:
    """What stands on the device now, read over a new session; ``None``: it did not come back in time."""
    for span in (timedelta(0), *patience.spans()):
        try:
            if span:
                yield Wait(span, "for the device to come back")
            return (yield from reread(reading))
        except Interrupted:
            return None
        except DeviceError:  # not there yet, or its answer is garbled still
            continue
    return None


def over_lost_sessions(
    step: Callable[[], Conversation[T]], patience: Patience = COMEBACK_PATIENCE, *, unknown: str | None = None
) -> Conversation[T]:
    """What *step* gives; where its session is lost it is done again over a new one, so that it must be one that may be
    done twice. Raises the last error where the device does not come back in time, or hangs for a second time; or, with
    *unknown* (what is then not known of a change), `StateUnknown`."""
    spans, hung = iter((timedelta(0), *patience.spans())), 0
    while True:
        try:
            return (yield from step())
        except LOST as error:
            lost, hung = error, hung + isinstance(error, TimedOut)
        span = next(spans, None)
        try:
            if span is None or hung > 1:
                raise lost
            if span:
                yield Wait(span, "for the device to come back")
        except (*LOST, Interrupted):
            if unknown is None:
                raise
            raise StateUnknown(unknown, str(lost), host=lost.host, command=lost.command) from None


def state_unknown(
    error: DeviceError, total: int, *, before: int = 0, state: str | None = None, also: str = ""
) -> StateUnknown:
    """The error for a device that did not come back: what was sent of *total* lines, as far as that is known.

    *before* are lines that an earlier session sent; *state* is said in place of them.
    """
    if isinstance(error, SessionLost):
        sent = before + error.lines_sent + error.lines_unknown
        lines = "line 1" if sent == 1 else f"lines 1 to {sent}"
        progress, reason = f"{lines} of {total} sent" if sent else f"none of {total} lines sent", error.reason
    else:
        sent, reason = total, str(error)
        progress = f"up to {total} lines sent"
    if state is None:
        state = f"changed, not saved, state unknown: {progress}" if sent else f"not changed: {progress}"
    return StateUnknown(state + also, reason, lines_sent=sent, lines_total=total, host=error.host)
