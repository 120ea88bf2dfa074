"""Which store keeps the locks of devices."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from nornir.core.inventory import Host

from nornir_smartlic.errors import Busy, UsageError

if TYPE_CHECKING:
    from nornir_smartlic.store.locks import DeviceLocks

_opened: dict[str, DeviceLocks] = {}
_guard = threading.Lock()


WAIT_KEY: Final = "wait"
_LOOK: Final = timedelta(seconds=1)
"""How often a run that waits for a lock looks whether it is free."""


@contextmanager
def locked(host: Host, user_defined: Mapping[str, Any], pause: Callable[[timedelta], None]) -> Iterator[None]:
    """The lock of the device that *host* is, to be held while it is changed.

    Where another run holds it, it is waited for as long as ``wait`` under ``user_defined: smartlic:`` says (seconds,
    0 where it is not set); *pause* lets time pass.

    Raises:
        Busy: another run holds it still.
        StoreError: the store of locks cannot be used.
        UsageError: ``wait`` is no number of seconds.
    """
    address = f"{host.hostname or host.name}:{host.port or 22}"
    left = wait_of(user_defined)
    with ExitStack() as stack:
        while True:
            try:
                stack.enter_context(_locks(_place(user_defined)).held(address))
                break
            except Busy:
                if left <= timedelta(0):
                    raise
            pause(min(left, _LOOK))
            left -= _LOOK
        yield


def wait_of(user_defined: Mapping[str, Any]) -> timedelta:
    """How long another run's lock is waited for; raises `UsageError`."""
    settings = user_defined.get("smartlic")
    seconds = settings.get(WAIT_KEY, 0) if isinstance(settings, Mapping) else 0
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 <= seconds <= _LONGEST:
        raise UsageError(f"user_defined.smartlic.{WAIT_KEY}: {seconds!r} - expected seconds, 0 to {_LONGEST}")
    return timedelta(seconds=seconds)


_LONGEST: Final = 86_400


def _place(user_defined: Mapping[str, Any]) -> str:
    """The store that is set: ``SMARTLIC_STORE``, or ``store`` under ``user_defined: smartlic:`` of Nornir's
    configuration; else a file of this user."""
    settings = user_defined.get("smartlic")
    named = os.environ.get("SMARTLIC_STORE") or (settings.get("store") if isinstance(settings, Mapping) else None)
    state = Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state")
    return str(named or state / "smartlic" / "locks.db")


def _locks(place: str) -> DeviceLocks:
    from nornir_smartlic.store import Store  # SQLAlchemy takes a third of a second to import
    from nornir_smartlic.store.locks import DeviceLocks

    with _guard:
        if place not in _opened:
            _opened[place] = DeviceLocks(Store(place))
        return _opened[place]
