"""Waiting for what a device and CSSM settle between themselves, and saying why it did not come."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from nornir_smartlic.errors import LOST, DeviceError, Refused, StateUnknown, TimedOut
from nornir_smartlic.model import LicensingState
from nornir_smartlic.operations.conversation import Answer, Conversation, Exec, Wait
from nornir_smartlic.operations.licensing_log import last_of, new_messages, read_log
from nornir_smartlic.operations.reading import read_state

LOOKS_AFTER_A_FAILED_COMMUNICATION: Final = 2
"""A device tries again by itself within a minute; a failure that stays for so many looks is the answer."""


AWAY: Final = timedelta(minutes=3)
"""How long a device that cannot be reached while something is waited for is waited for itself."""


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
    lost: DeviceError | None = None  # how the session ended over the request, so that it may never have arrived
    failures: tuple[str, ...] = ()  # mnemonics of messages after which it will not come
    statistic: str | None = None  # its group in tech support, asked when the log says nothing


@dataclass(frozen=True, slots=True)
class Arrival:
    """It has come: what was seen then, and how long that took."""

    state: LicensingState
    waited: timedelta


def wait_for(expected: Expectation, log: tuple[str, ...], patience: Patience) -> Conversation[Arrival]:
    """Wait until *expected* has come. *log* is what the log had before it was asked for.

    A session that is lost meanwhile is no end: the next look is over a new one.

    Raises:
        Refused: it will not come; ``reason`` is the device's word.
        TimedOut: it did not come in time, and may still do.
        StateUnknown: the device did not come back, or the session ended over the request and nothing came.
    """
    waited, failed_looks, away = timedelta(0), 0, timedelta(0)
    for span in patience.spans():
        yield Wait(span, f"for {expected.what}")
        waited += span
        try:
            state = yield from read_state(expected.look)
            if expected.has_come(state):
                return Arrival(state, waited)
            messages = new_messages(log, (yield from read_log()))
        except LOST as error:
            away += span
            if away >= AWAY or waited >= patience.limit:
                raise _not_known(expected, f"{error}") from None
            continue
        away = timedelta(0)
        if (failure := last_of(messages, *expected.failures)) is not None:
            raise Refused(f"{expected.what} did not come", failure.reason, command=expected.command)
        last = last_of(messages, "COMM_FAILED", "COMM_RESTORED")
        failed_looks = failed_looks + 1 if last is not None and last.mnemonic == "COMM_FAILED" else 0
        if last is not None and failed_looks > LOOKS_AFTER_A_FAILED_COMMUNICATION:
            raise Refused(f"{expected.what} did not come", last.reason, command=expected.command)
    seconds = f"{patience.limit.total_seconds():.0f}"
    if expected.lost is not None:
        raise _not_known(expected, f"{expected.lost}; nothing came within {seconds} s, and nothing was sent again")
    why = yield from _failure_reason(expected.statistic)
    raise TimedOut(
        f"{expected.what} did not come within {seconds} s" + (f": {why}" if why else ""), command=expected.command
    )


def ask_once(request: Exec) -> Conversation[tuple[Answer, DeviceError | None]]:
    """The answer to *request*, which is sent once and never again; and how the session ended over it, if it did."""
    try:
        return (yield request), None
    except LOST as error:
        return Answer(), error


def _not_known(expected: Expectation, reason: str) -> StateUnknown:
    return StateUnknown(
        f"{expected.what} was asked for, whether it comes is not known", reason, command=expected.command
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
