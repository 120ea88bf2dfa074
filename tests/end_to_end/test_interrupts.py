"""Ctrl-C in a run over one event loop, and changes that devices take back by themselves, over real sessions."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from nornir import InitNornir

from nornir_smartlic import tasks
from nornir_smartlic.operations.configuring import Safety
from nornir_smartlic.store import Store
from nornir_smartlic.store.tables import DeviceLock
from smartlic_lab.running.lab import Lab


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    archive = ["archive", " path flash:archive", " exit"]
    with Lab.from_dict({"devices": [{"name": name, "day0": archive} for name in ("sw1", "sw2")]}) as running:
        yield running


def begun(lab: Lab, folder: Path) -> subprocess.Popen[str]:
    """``smartlic sync``, which waits for an ACK, as soon as it works on a device: it holds its lock then."""
    lab.inventory("nornir", folder / "inventory")
    store = folder / "store.db"
    line = ["-m", "nornir_smartlic.cli", "-c", str(folder / "inventory" / "config.yaml"), "--door", "asyncssh"]
    run = subprocess.Popen(
        [sys.executable, *line, "sync", "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "SMARTLIC_STORE": str(store)},
    )
    ends = time.monotonic() + 60
    while time.monotonic() < ends and run.poll() is None:
        if store.exists():
            with Store(store) as opened, opened.begin() as session:
                if session.query(DeviceLock).first() is not None:
                    return run
        threading.Event().wait(0.1)
    run.kill()
    raise AssertionError(f"it did not begin: {run.communicate()}")


def test_a_first_ctrl_c_accounts_for_every_host(lab: Lab, tmp_path: Path) -> None:
    run = begun(lab, tmp_path)
    run.send_signal(signal.SIGINT)
    out, _ = run.communicate(timeout=60)
    document = json.loads(out)
    assert (run.returncode, document["exit_code"]) == (130, 130)
    assert {host["host"] for host in document["hosts"]} == {"sw1", "sw2"}
    assert {host["progress"] for host in document["hosts"]} <= {"in flight", "untouched"}


def test_a_second_ctrl_c_leaves_at_once(lab: Lab, tmp_path: Path) -> None:
    run = begun(lab, tmp_path)
    run.send_signal(signal.SIGINT)
    assert run.stderr is not None
    assert "once more leaves at once" in run.stderr.readline()
    run.send_signal(signal.SIGINT)
    run.communicate(timeout=10)
    assert run.returncode == 130


@pytest.mark.parametrize(("door", "name"), [("netmiko", "sw1"), ("asyncssh", "sw2")])
def test_a_change_is_confirmed_to_a_device_that_would_take_it_back(
    lab: Lab, tmp_path: Path, door: str, name: str
) -> None:
    lab.inventory("nornir", tmp_path)
    nornir = InitNornir(config_file=str(tmp_path / "config.yaml"), logging={"enabled": False}).filter(name=name)
    host = nornir.inventory.hosts[name]
    host.data |= {"smartlic_door": door, "smart_licensing": {"transport": "smart", "url": "default"}}
    host.data["smart_licensing"]["usage_interval_days"] = 14
    try:
        result = nornir.run(tasks.configure_licensing, safety=Safety(revert_minutes=5))[name][0]
        assert result.exception is None
        assert (bool(result.result.commands), result.result.saved) == (True, True)
        again = nornir.run(tasks.configure_licensing, dry_run=True)[name][0].result
        assert (again.is_empty, again.unsaved) == (True, ())
    finally:
        nornir.close_connections()
