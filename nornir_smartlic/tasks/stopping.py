"""Ctrl-C and SIGTERM: what is being changed is finished or taken back, what is not begun is left alone.

The first signal asks the conversations of this process to stop: one that has changed nothing yet stops at its next
question, one that has changed something goes on until it is done or has taken it back, and only its waiting for others
is cut short. The second signal leaves at once.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from math import inf
from types import FrameType
from typing import Final

from nornir_smartlic.errors import Interrupted, TimedOut
from nornir_smartlic.operations.conversation import Answer, Fetch, Request, Show, Wait

SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)
EXIT_CODE: Final = 130  # as shells have it for Ctrl-C
_SLICE: Final = timedelta(seconds=2)
"""How long a wait goes on after a signal, at most."""


class Stop:
    """Whether this process was asked to stop."""

    def __init__(self) -> None:
        self._asked = threading.Event()
        self.is_watched = False  # signals are ours at this moment

    @property
    def is_asked(self) -> bool:
        return self._asked.is_set()

    def ask(self) -> None:
        """Stop as after a first signal."""
        self._asked.set()

    def forget(self) -> None:
        """Begin anew, as a new command does."""
        self._asked.clear()

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Take the signals meanwhile; only a main thread can, elsewhere they stay whose they are."""
        if threading.current_thread() is not threading.main_thread() or self.is_watched:
            yield
            return
        before = {number: signal.signal(number, self._received) for number in SIGNALS}
        self.is_watched = True
        try:
            yield
        finally:
            self.is_watched = False
            for number, handler in before.items():
                signal.signal(number, handler)

    def _received(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002  Python's protocol
        if self.is_asked:
            os._exit(EXIT_CODE)
        self.ask()
        text = "smartlic: interrupted: what is being changed is finished or taken back; once more leaves at once\n"
        os.write(sys.__stderr__.fileno() if sys.__stderr__ is not None else 2, text.encode())


stop: Final = Stop()
"""The one of this process: signals are the process's too."""


class Stoppable:
    """Answers through a door until it is asked to stop, or its time is over.

    ``changed``: something of the device was changed; then only waiting ends, and the rest is done or taken back.
    """

    def __init__(self, answer: Callable[[Request], Answer], stop: Stop, seconds: float = inf) -> None:
        self._answer = answer
        self._stop = stop
        self._seconds = seconds
        self._ends = time.monotonic() + seconds
        self.changed = False

    def answer(self, request: Request) -> Answer:
        """See `nornir_smartlic.operations.conversation.Door`; raises `Interrupted`, `TimedOut`."""
        if isinstance(request, Wait):
            return self._wait(request)
        if not self.changed:
            self._check_time("nothing was changed")
        if self._stop.is_asked and not self.changed:
            raise Interrupted("interrupted before anything was changed")
        self.changed = self.changed or not isinstance(request, Show | Fetch)
        return self._answer(request)

    def _wait(self, request: Wait) -> Answer:
        left = request.span
        while left > timedelta(0):
            if self._stop.is_asked:
                why = f" {request.reason}" if request.reason else ""
                raise Interrupted(
                    f"interrupted while it was waited{why}: what was asked for may still come", tried=True
                )
            self._check_time(f"it was waited {request.reason}".rstrip())
            span = min(left, _SLICE) if self._stop.is_watched else left
            span = min(span, timedelta(seconds=max(self._ends - time.monotonic(), 0.0)) if self._ends < inf else span)
            self._answer(Wait(span, request.reason))
            left -= span
        return Answer()

    def _check_time(self, how_far: str) -> None:
        if time.monotonic() >= self._ends:
            raise TimedOut(f"not done within {self._seconds:g} s (limit overall): {how_far}")
