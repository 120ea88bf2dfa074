"""Locks of devices: one run at a time, and those of the dead count for nothing."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from nornir_smartlic.errors import Busy
from nornir_smartlic.store import Store
from nornir_smartlic.store.locks import LEASE, DeviceLocks
from nornir_smartlic.store.tables import DeviceLock
from tests.postgresql import DATABASES, make_empty, own_database

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
DEVICE = "192.0.2.1:22"


@pytest.fixture(params=DATABASES)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    place: str | Path = tmp_path / "store.db"
    if request.param == "postgresql":
        place = own_database("locks")
        make_empty(place)
    with Store(place) as opened:
        yield opened


def left_by(store: Store, machine: str, pid: int, taken: datetime = NOW) -> None:
    with store.begin() as session:
        session.add(
            DeviceLock(device=DEVICE, token="t", holder="ann", machine=machine, pid=pid, process="1", taken=taken)
        )


def test_the_second_run_hears_who_holds_the_device_and_the_third_goes_on(store: Store):
    first, second = DeviceLocks(store), DeviceLocks(store)
    with (
        first.held(DEVICE, now=NOW),
        pytest.raises(Busy, match=rf"process {os.getpid()}, since 2026-01-01 12:00:00 UTC"),
        second.held(DEVICE),
    ):
        pass
    with second.held(DEVICE):
        pass


def test_other_devices_are_nobodys_concern(store: Store):
    locks = DeviceLocks(store)
    with locks.held(DEVICE), locks.held("192.0.2.2:22"):
        pass


def test_the_lock_of_a_dead_process_is_taken_over(store: Store):
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    left_by(store, socket.gethostname(), dead.pid)
    with DeviceLocks(store).held(DEVICE):
        pass


def test_a_later_process_with_the_number_of_a_dead_one_is_not_its_holder(store: Store):
    left_by(store, socket.gethostname(), os.getpid())
    with DeviceLocks(store).held(DEVICE):
        pass


def test_a_lock_from_another_machine_counts_for_its_lease(store: Store):
    left_by(store, "elsewhere.example.com", 1)
    locks = DeviceLocks(store)
    with pytest.raises(Busy, match=r"ann changes it from elsewhere.example.com"), locks.held(DEVICE, now=NOW):
        pass
    with locks.held(DEVICE, now=NOW + LEASE + timedelta(seconds=1)):
        pass


def test_what_is_remembered_is_read_by_its_owner_alone(tmp_path: Path):
    path = tmp_path / "older.db"
    path.touch(mode=0o644)
    for place in (path, tmp_path / "new" / "store.db"):
        Store(place).close()
        assert place.stat().st_mode & 0o077 == 0
