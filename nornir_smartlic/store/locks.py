"""A lock for each device: two runs at once never change the same one.

A lock is a row that names its holder. A holder of this machine whose process is gone has left its lock behind, and it
is taken over; one on another machine cannot be asked, so that its lock counts for `LEASE`.
"""

from __future__ import annotations

import getpass
import os
import secrets
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from sqlalchemy.exc import IntegrityError

from nornir_smartlic.errors import Busy
from nornir_smartlic.store.database import Store
from nornir_smartlic.store.tables import DeviceLock

LEASE: Final = timedelta(hours=2)
"""No run works longer on one device."""


class DeviceLocks:
    """The locks in a store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    @contextmanager
    def held(self, device: str, *, now: datetime | None = None) -> Iterator[None]:
        """Hold the lock of *device* meanwhile.

        Raises:
            Busy: another run holds it.
        """
        token = self._take(device, now or datetime.now(UTC))
        try:
            yield
        finally:
            self._give_back(device, token)

    def _take(self, device: str, now: datetime) -> str:
        token = secrets.token_hex(8)
        pid = os.getpid()
        mine = DeviceLock(
            device=device,
            token=token,
            holder=_user(),
            machine=socket.gethostname(),
            pid=pid,
            process=_process(pid),
            taken=now,
        )
        with self._store.begin() as session:
            there = session.get(DeviceLock, device, with_for_update=True)
            if there is not None:
                if not _is_left_behind(there, now):
                    raise _busy(there)
                session.delete(there)
                session.flush()
            session.add(mine)
            try:
                session.flush()
            except IntegrityError:  # PostgreSQL: another run was faster
                raise Busy("busy: another run has begun to change it at this moment") from None
        return token

    def _give_back(self, device: str, token: str) -> None:
        with self._store.begin() as session:
            there = session.get(DeviceLock, device)
            if there is not None and there.token == token:
                session.delete(there)


def _busy(lock: DeviceLock) -> Busy:
    since = f"{lock.taken:%Y-%m-%d %H:%M:%S} UTC"
    return Busy(f"busy: {lock.holder} changes it from {lock.machine}, process {lock.pid}, since {since}")


def _is_left_behind(lock: DeviceLock, now: datetime) -> bool:
    if lock.machine != socket.gethostname():
        return now - lock.taken > LEASE
    try:
        os.kill(lock.pid, 0)
    except ProcessLookupError:
        return True
    except PermissionError:  # somebody else's, and alive
        return False
    return _process(lock.pid) != lock.process


def _process(pid: int) -> str | None:
    """What distinguishes a process from a later one with the same number: when it started; ``None``: not shown.

    Source: proc(5), the 22nd field of /proc/PID/stat.
    """
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return None


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container without a name for its user
        return f"user {os.getuid()}"
