"""What a lab keeps in its folder: a whole state now and then, and beside it what was confirmed since.

The theory. ``state.json`` has everything, and takes long to write for many devices; it is written at the start, at the
end and now and then. What must not be lost with a killed process is written at once, before anybody hears that it is
done: a device whose startup configuration or flash changed (``devices/NAME.json``), the ports and faults
(``lab.json``). Each of those files says after which whole state it was written, so that one that a newer whole state
contains is not read again. CSSM keeps itself, in its database.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from nornir_smartlic.errors import StoreError
from smartlic_lab.world.certificates import write_private

STATE: Final = "state.json"
LAB: Final = "lab.json"
DEVICES: Final = "devices"


class StateFolder:
    """The folder of one lab that keeps its state; several threads may write."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock = threading.Lock()
        self._serial = 0

    def load(self) -> dict[str, Any] | None:
        """The newest state there is, with ``clock`` as text; ``None``: none was written. Raises `StoreError`."""
        try:
            return self._loaded()
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise StoreError(f"{self.folder / STATE}: not the state of a lab ({type(error).__name__})") from error

    def _loaded(self) -> dict[str, Any] | None:
        state = _read(self.folder / STATE)
        if state is None:
            return None
        self._serial = int(state.get("serial", 0))
        clocks = [str(state["clock"])]
        for file in sorted((self.folder / DEVICES).glob("*.json")):
            newer = _read(file)
            if newer is not None and newer["after"] >= self._serial and file.stem in state["devices"]:
                state["devices"][file.stem] = newer["device"]
                clocks.append(newer["clock"])
        lab = _read(self.folder / LAB)
        if lab is not None:
            state["lab"] = lab
            clocks.append(lab["clock"])
        state["clock"] = max(clocks, key=datetime.fromisoformat)
        return state

    def begin(self) -> int:
        """A whole state is about to be collected; the number that it will have."""
        with self._lock:
            self._serial += 1
            return self._serial

    def write(self, serial: int, state: Mapping[str, Any]) -> None:
        """Write a whole state; raises `StoreError`."""
        self._put(self.folder / STATE, {**state, "serial": serial})

    def note_device(self, name: str, stored: Mapping[str, Any], now: datetime) -> None:
        """Write what one device keeps, now; raises `StoreError`."""
        content = {"after": self._serial, "clock": now.isoformat(), "device": stored}
        self._put(self.folder / DEVICES / f"{name}.json", content)

    def note_lab(self, content: Mapping[str, Any], now: datetime) -> None:
        """Write ports and faults, now; raises `StoreError`."""
        self._put(self.folder / LAB, {**content, "clock": now.isoformat()})

    def _put(self, file: Path, content: Mapping[str, Any]) -> None:
        """Write a file that is there as a whole, or as it was."""
        new = file.with_suffix(".new")
        try:
            with self._lock:
                file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                write_private(new, json.dumps(content).encode())
                new.replace(file)
        except OSError as error:
            raise StoreError(f"{file}: {error.strerror}") from error


def make_private(database: str) -> str:
    """Let the owner alone read the SQLite file of this URL, which holds tokens, before anything is in it.

    SQLite gives the files that it puts beside it the same mode. Other URLs are given back as they are.
    """
    try:
        url = make_url(database)
    except SQLAlchemyError:  # whoever opens it says so
        return database
    if url.get_backend_name() == "sqlite" and url.database not in (None, "", ":memory:"):
        file = Path(str(url.database))
        try:
            os.close(os.open(file, os.O_CREAT | os.O_RDWR, 0o600))
            file.chmod(0o600)
        except OSError as error:
            raise StoreError(f"{file}: {error.strerror}") from error
    return database


def _read(file: Path) -> dict[str, Any] | None:
    try:
        content = json.loads(file.read_text())
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise StoreError(f"{file}: not the state of a lab ({type(error).__name__})") from error
    if not isinstance(content, dict):
        raise StoreError(f"{file}: not the state of a lab")
    return content
