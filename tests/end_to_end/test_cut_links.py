"""A link that breaks in the middle of a change, over real sessions: the change ends done and saved."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from nornir import InitNornir

from nornir_smartlic.operations.results import Plan
from nornir_smartlic.tasks import configure_licensing
from smartlic_lab.running.lab import Lab

INTENT = {
    "transport": "smart",
    "url": "default",
    "usage_interval_days": 14,
    "privacy": {"version": True, "hostname": True},
}


class Link:
    """Carries TCP connections to a port of this machine; the first is cut after so many bytes of the client."""

    def __init__(self, port: int) -> None:
        self._to = port
        self.cut_after: int | None = None
        self.carried = 0
        self.cuts = 0
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = self._server.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        self._server.close()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._server.accept()
                far = socket.create_connection(("127.0.0.1", self._to))
                for one, other, counts in ((near, far, True), (far, near, False)):
                    threading.Thread(target=self._carry, args=(one, other, counts), daemon=True).start()

    def _carry(self, one: socket.socket, other: socket.socket, counts: bool) -> None:
        with suppress(OSError):
            while data := one.recv(65536):
                if counts:
                    self.carried += len(data)
                    if self.cut_after is not None and self.carried > self.cut_after:
                        self.cut_after = None
                        self.cuts += 1
                        break
                other.sendall(data)
        for each in (one, other):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def lab() -> Iterator[Lab]:
    with Lab.from_dict({"devices": [{"name": "sw1", "platform": "c9300", "release": "17.12"}]}) as running:
        yield running


@pytest.mark.parametrize("door", ["netmiko", "asyncssh"])
def test_a_push_whose_link_is_cut_ends_done_and_saved(lab: Lab, tmp_path: Path, door: str) -> None:
    lab.inventory("nornir", tmp_path)
    nornir = InitNornir(config_file=str(tmp_path / "config.yaml"), logging={"enabled": False})
    host = nornir.inventory.hosts["sw1"]
    link = Link(host.port or 0)
    known = tmp_path / "known_hosts"
    known.write_text(known.read_text() + known.read_text().replace(f":{host.port}", f":{link.port}"))
    host.port = link.port
    host.data |= {"smartlic_door": door, "smart_licensing": INTENT}

    def run(dry_run: bool) -> Plan:
        (multi,) = nornir.run(configure_licensing, dry_run=dry_run).values()
        if multi[0].exception is not None:
            raise multi[0].exception
        plan: Plan = multi[0].result
        return plan

    try:
        assert not run(dry_run=True).is_empty
        nornir.close_connections()
        read, link.carried = link.carried, 0
        link.cut_after = read + 150  # behind the reading, in the middle of the lines
        assert run(dry_run=False).saved
        assert link.cuts == 1
        after = run(dry_run=True)
        assert (after.is_empty, after.unsaved) == (True, ())
    finally:
        nornir.close_connections()
        link.close()
