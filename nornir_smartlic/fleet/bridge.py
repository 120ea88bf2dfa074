"""Plain code on an event loop: where it would wait, the others go on.

The theory. A Nornir task is a plain function. `carried` runs one in a greenlet, a stack of its own; where that code
calls `waited` with something to await, the stack is put aside, the event loop awaits, and the stack goes on with what
came. So tasks, operations and doors are written once, and a thousand of them share one thread. Called outside of
`carried`, `waited` blocks its thread while a loop in the background awaits: the same door serves any runner.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

from greenlet import getcurrent, greenlet

T = TypeVar("T")


class _Carried(greenlet):
    """The stack of a plain function; its parent is the event loop's."""


async def carried(function: Callable[[], T]) -> T:
    """Run *function* beside the others on this loop, and give what it gives."""
    stack = _Carried(function, getcurrent())
    asked: Any = stack.switch()
    while not stack.dead:
        try:
            came = await asked
        except BaseException as error:  # noqa: BLE001  also a cancellation is raised where the function waits
            asked = stack.throw(error)
        else:
            asked = stack.switch(came)
    result: T = asked
    return result


def waited(coroutine: Coroutine[Any, Any, T]) -> T:
    """What *coroutine* gives; other conversations go on meanwhile."""
    current = getcurrent()
    if isinstance(current, _Carried):
        assert current.parent is not None
        came: T = current.parent.switch(coroutine)
        return came
    return background_loop.run(coroutine)


class BackgroundLoop:
    """An event loop in a thread of its own, started when it is first needed and there until the process ends.

    Connections stay open between two runs of Nornir, and an event loop has to stay with them.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None

    def run(self, coroutine: Awaitable[T]) -> T:
        """Await *coroutine* there, blocking this thread; an interrupt here cancels it there."""
        future = asyncio.run_coroutine_threadsafe(_as_coroutine(coroutine), self._started())
        try:
            return future.result()
        except BaseException:
            future.cancel()
            raise

    def _started(self) -> asyncio.AbstractEventLoop:
        with self._lock:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                threading.Thread(target=self._loop.run_forever, name="smartlic fleet", daemon=True).start()
            return self._loop


async def _as_coroutine(awaitable: Awaitable[T]) -> T:
    return await awaitable


background_loop = BackgroundLoop()
