"""Waiting for what a device and CSSM settle between themselves, and saying why it did not come."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from nornir_smartlic.errors import DeviceError, Refused, TimedOut
from nornir_smartlic.model import LicensingState
from nornir_smartlic.operations.conversation import Conversation, Wait
from nornir_smartlic.operations.licensing_log import last_of, new_messages, read_log
from nornir_smartlic.operations.reading import read_state

LOOKS_AFTER_A_FAILED_COMMUNICATION: Final = 2
"""A device tries again by itself within a minute; a failure that stays for so many looks is the answer."""


@dataclass(frozen=True, slots=True)
class Patience:
    """Look after *first*, then after ever longer spans up to *longest*, until *limit* has passed in all."""

    limit: timedelta
    first: timedelta = timedelta(seconds=2)
    longest: timedelta = timedelta(seconds=10)

    def spans(self) -> Iterator[timedelta]:
        """The spans to wait between looks; they add up to the limit."""
        left, span = self.limit, self.first
        while left > timedelta(0):
            yield min(span, left)
            left -= span
            span = min(span * 1.5, self.longest)


@dataclass(frozen=True, slots=True)
class Expectation:
    """What is waited for, how one sees that it has come, and how that it will not."""

    what: str  # the trust code
    command: str  # that asked for it, without secrets
    has_come: Callable[[LicensingState], bool]
    look: str = "show license status"
    failures: tuple[str, ...] = ()  # mnemonics of messages after which it will not come
    statistic: str | None = None  # its group in tech support, asked when the log tells nothing


@dataclass(frozen=True, slots=True)
class Arrival:
    """It has come: what was seen then, and how long that took."""

    state: LicensingState
    waited: timedelta


def wait_for(expected: Expectation, log: tuple[str, ...], patience: Patience) -> Conversation[Arrival]:
    """Wait until *expected* has come. *log* is what the log had before it was asked for.

    Raises:
        Refused: it will not come; ``reason`` is the device's word.
        TimedOut: it did not come in time, and may still do.
    """
    waited, failed_looks = timedelta(0), 0
    for span in patience.spans():
        yield Wait(span, f"for {expected.what}")
        waited += span
        state = yield from read_state(expected.look)
        if expected.has_come(state):
            return Arrival(state, waited)
        messages = new_messages(log, (yield from read_log()))
        if (failure := last_of(messages, *expected.failures)) is not None:
            raise Refused(f"{expected.what} did not come", failure.reason, command=expected.command)
        last = last_of(messages, "COMM_FAILED", "COMM_RESTORED")
        failed_looks = failed_looks + 1 if last is not None and last.mnemonic == "COMM_FAILED" else 0
        if last is not None and failed_looks > LOOKS_AFTER_A_FAILED_COMMUNICATION:
            raise Refused(f"{expected.what} did not come", last.reason, command=expected.command)
    why = yield from _failure_reason(expected.statistic)
    seconds = f"{patience.limit.total_seconds():.0f}"
    raise TimedOut(
        f"{expected.what} did not come within {seconds} s" + (f": {why}" if why else ""), command=expected.command
    )


def _failure_reason(statistic: str | None) -> Conversation[str | None]:
    """``Failure Reason`` of a group of tech support's communication statistics."""
    if statistic is None:
        return None
    try:
        state = yield from read_state("show license tech support")
    except DeviceError:
        return None
    groups = state.tech_support.statistics if state.tech_support is not None else ()
    return next((group.failure_reason for group in groups if group.name == statistic), None)
