"""A link that breaks in the middle of a change, over real sessions: the change ends done, or says what is not known."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from nornir import InitNornir
from nornir.core import Nornir

from nornir_smartlic.doors import door_of
from nornir_smartlic.errors import StateUnknown
from nornir_smartlic.operations.authorizing import request_authorization
from nornir_smartlic.operations.conversation import converse
from nornir_smartlic.operations.results import Plan
from nornir_smartlic.operations.waiting import Patience
from nornir_smartlic.tasks import configure_licensing, establish_trust
from smartlic_lab.device.session import Reply, Session
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
        self._open: tuple[socket.socket, ...] = ()
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = self._server.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def cut(self) -> None:
        """Cut what is open now."""
        self.cuts += 1
        with suppress(OSError):
            for each in self._open:
                each.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self._server.close()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._server.accept()
                far = socket.create_connection(("127.0.0.1", self._to))
                self._open = (near, far)
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


DEVICES = [{"name": "sw1", "platform": "c9300", "release": "17.12"}]


@pytest.fixture
def lab() -> Iterator[Lab]:
    with Lab.from_dict({"devices": DEVICES}) as running:
        yield running


def linked(lab: Lab, folder: Path, door: str, data: dict[str, Any]) -> tuple[Nornir, Link]:
    """Nornir with the switch behind a link that can be cut."""
    lab.inventory("nornir", folder)
    nornir = InitNornir(config_file=str(folder / "config.yaml"), logging={"enabled": False})
    host = nornir.inventory.hosts["sw1"]
    link = Link(host.port or 0)
    known = folder / "known_hosts"
    known.write_text(known.read_text() + known.read_text().replace(f":{host.port}", f":{link.port}"))
    host.port = link.port
    host.data |= {"smartlic_door": door, "smart_licensing": data}
    return nornir, link


@pytest.mark.parametrize("door", ["netmiko", "asyncssh"])
def test_a_push_whose_link_is_cut_ends_done_and_saved(lab: Lab, tmp_path: Path, door: str) -> None:
    nornir, link = linked(lab, tmp_path, door, INTENT)

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


WITH_LICENSES = {
    "authorities": [
        {
            "name": "cssm",
            "kind": "cssm",
            "smart_accounts": [
                {
                    "domain": "example.com",
                    "export_controlled_allowed": True,
                    "virtual_accounts": [
                        {
                            "name": "Branches",
                            "tokens": [{"name": "one"}],
                            "pools": [{"license": "hseck9", "quantity": 5}],
                        }
                    ],
                }
            ],
        }
    ],
    "devices": DEVICES,
}
ONLINE = {"transport": "smart", "url": "default", "name_servers": ["192.0.2.53"], "revocation_check": "none"}


@pytest.mark.parametrize("is_done", [True, False])
@pytest.mark.parametrize("door", ["netmiko", "scrapli", "asyncssh"])
def test_an_authorization_is_asked_for_once_when_the_session_is_lost_over_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, door: str, is_done: bool
) -> None:
    """The device got the command and the answer was lost; or the command itself was."""
    with Lab.from_dict(WITH_LICENSES) as lab:
        nornir, link = linked(lab, tmp_path, door, ONLINE)
        asked: list[str] = []
        execute = Session.execute

        def cutting(session: Session, line: str, now: datetime) -> Reply:
            if not line.startswith("license smart authorization request"):
                return execute(session, line, now)
            asked.append(line)
            reply = execute(session, line if is_done else "", now)
            link.cut()
            return reply

        monkeypatch.setattr(Session, "execute", cutting)
        try:
            for each in (
                nornir.run(configure_licensing),
                nornir.run(establish_trust, token=lab.token()),
            ):
                assert not each.failed, each["sw1"][0].exception
            opened = door_of(nornir.inventory.hosts["sw1"], nornir.config)
            asking = request_authorization("hseck9", patience=Patience(timedelta(seconds=6)))
            if is_done:
                outcome = converse(asking, opened.answer)
                assert (outcome.requested, len(outcome.members)) == (True, 1)
            else:
                with pytest.raises(StateUnknown, match="whether it comes is not known"):
                    converse(asking, opened.answer)
            assert (len(asked), link.cuts) == (1, 1)
            again = converse(request_authorization("hseck9", commit=False), opened.answer)
            assert again.needed is not is_done
        finally:
            nornir.close_connections()
            link.close()
