"""Which store keeps the locks of devices."""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nornir.core.inventory import Host

if TYPE_CHECKING:
    from nornir_smartlic.store.locks import DeviceLocks

_opened: dict[str, DeviceLocks] = {}
_guard = threading.Lock()


def locked(host: Host, user_defined: Mapping[str, Any]) -> AbstractContextManager[None]:
    """The lock of the device that *host* is, to be held while it is changed; raises `Busy`, `StoreError`."""
    address = f"{host.hostname or host.name}:{host.port or 22}"
    return _locks(_place(user_defined)).held(address)


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
