"""A lab that is killed: what was confirmed is on the disk, and the two sides agree when it starts again."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from smartlic_lab.cli.cssm import V1
from smartlic_lab.running import lab as labs
from smartlic_lab.running.lab import Lab
from smartlic_lab.running.state import StateFolder
from smartlic_lab.world.network import HttpRequest

PLAN = {
    "clock": {"speed": 0},
    "devices": [{"name": "access", "platform": "c9300"}],
    "faults": [{"target": "cssm", "kind": "lose-next-ack"}],
}


@pytest.fixture
def killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Lab]:
    """A lab that nobody stops, and which does not get to writing its whole state again."""
    monkeypatch.setattr(labs, "_STORE_SECONDS", 10_000)
    monkeypatch.setattr(labs, "_NOTE_SECONDS", 10_000)
    lab = Lab.from_dict(PLAN, serve=False, folder=tmp_path, keep=True)
    lab.start()
    yield lab
    monkeypatch.setattr(labs.Lab, "store", lambda self: None)
    lab.stop()


def again(killed: Lab) -> Lab:
    return Lab.from_dict(PLAN, serve=False, folder=killed.folder, keep=True)


def test_what_write_memory_confirmed_is_there_after_a_kill(killed: Lab) -> None:
    confirmed = killed.execute("access", "configure terminal", "hostname saved", "end", "write memory")
    killed.execute("access", "configure terminal", "hostname unsaved", "end")
    assert "[OK]" in confirmed
    restarted = again(killed)
    assert "hostname saved" in restarted.execute("access", "show startup-config")
    assert restarted.device("access").hostname == "saved"


def test_a_file_that_was_copied_to_flash_is_there_after_a_kill(killed: Lab) -> None:
    killed.execute("access", "show version | redirect flash:usage.txt")
    files = killed.device("access").files.paths()
    assert "usage.txt" in files
    assert again(killed).device("access").files.paths() == files


def test_the_clock_is_not_behind_what_cssm_wrote(killed: Lab) -> None:
    killed.advance(timedelta(days=3))
    made = HttpRequest("POST", f"{V1}/accounts", "cssm.example.com", body=b'{"domain": "new.example.com"}')
    with killed.world.at("cssm") as now:
        assert killed.cssm.operate(made, now).status == 200
    assert again(killed).clock.now() == killed.clock.now()


def test_trust_that_cssm_gave_is_known_to_the_device_too(killed: Lab) -> None:
    token = killed.token().reveal()
    lines = ("configure terminal", "license smart transport smart", "license smart url default", "end")
    killed.execute("access", *lines, "write memory", f"license smart trust idtoken {token} local")
    killed.advance(timedelta(minutes=5))
    before = killed.device("access").stored()["licensing"]["trust"]
    assert before["codes"]
    killed._note_exchanged()  # what the lab does every second
    assert again(killed).device("access").stored()["licensing"]["trust"] == before


def test_faults_are_those_that_were_in_force(killed: Lab) -> None:
    killed.clear_faults()
    killed.add_fault("cssm", "slow-polls")
    killed.add_fault("access", "unreachable", span=timedelta(days=1))
    assert again(killed).fault_list() == killed.fault_list()
    assert {one["kind"] for one in killed.fault_list()} == {"slow-polls", "unreachable"}


def test_a_note_from_before_the_whole_state_is_not_read_again(tmp_path: Path) -> None:
    state = StateFolder(tmp_path)
    now = datetime(2026, 1, 1, tzinfo=UTC)
    state.note_device("a", {"startup": "old"}, now)
    serial = state.begin()
    state.note_device("b", {"startup": "during"}, now)
    devices = {name: {"startup": "whole"} for name in ("a", "b")}
    state.write(serial, {"devices": devices, "authorities": {}, "secrets": {}, "clock": now.isoformat()})
    loaded = StateFolder(tmp_path).load()
    assert loaded is not None
    assert [loaded["devices"][name]["startup"] for name in ("a", "b")] == ["whole", "during"]


def test_only_its_owner_reads_what_a_lab_keeps(killed: Lab) -> None:
    killed.execute("access", "write memory")
    kept = [file for file in killed.folder.rglob("*") if file.suffix in (".json", ".db", ".db-wal", ".db-shm")]
    assert {file.name for file in kept} >= {"state.json", "lab.json", "cssm.db"}
    assert {stat.S_IMODE(file.stat().st_mode) for file in kept} == {0o600}
