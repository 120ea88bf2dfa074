"""Ctrl-C and SIGTERM in the middle of a run: changes in flight finish, and every host is accounted for."""

from __future__ import annotations

import json
import os
import signal

import pytest
from nornir.core.plugins.inventory import InventoryPluginRegister

from nornir_smartlic.cli import options
from nornir_smartlic.operations.conversation import Answer, Configure, Exec, Request
from tests.memory import PASSWORD, TOKEN, WANTED, MemoryDoor, MemoryLab, memory_lab, switch

NAMES = ("sw1", "sw2", "sw3", "sw4")


@pytest.fixture
def lab() -> MemoryLab:
    return memory_lab(*map(switch, NAMES))


@pytest.fixture(params=["serial", "threaded", "smartlic-fleet"])
def fleet(request, smartlic, lab, monkeypatch):
    class LabInventory:
        def load(self):
            nornir = lab.nornir(dict.fromkeys(NAMES, WANTED))
            for host in nornir.inventory.hosts.values():
                host.password = PASSWORD.reveal()
            return nornir.inventory

    InventoryPluginRegister.register("memory-lab", LabInventory)
    options = {} if request.param == "serial" else {"options": {"num_workers": 1}}
    smartlic.write(
        "config.yaml", {"inventory": {"plugin": "memory-lab"}, "runner": {"plugin": request.param, **options}}
    )
    monkeypatch.setenv("SMARTLIC_TOKEN", TOKEN.reveal())
    yield smartlic
    InventoryPluginRegister.deregister("memory-lab")


def interrupt_at(monkeypatch, name: str, kind: type[Request], number: int = signal.SIGINT) -> None:
    """Send this process a signal when *name* is asked its first request of that kind."""
    answer = MemoryDoor.answer
    sent: list[str] = []

    def answered(door: MemoryDoor, request: Request) -> Answer:
        if door.device.name == name and isinstance(request, kind) and not sent:
            sent.append(name)
            os.kill(os.getpid(), number)
        return answer(door, request)

    monkeypatch.setattr(MemoryDoor, "answer", answered)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_change_in_flight_is_finished_and_saved_and_the_rest_is_untouched(fleet, lab, monkeypatch, number):
    before = {name: lab.devices[name].running_text() for name in NAMES}
    with monkeypatch.context() as patched:
        interrupt_at(patched, "sw2", Configure, number)
        ended = fleet("apply", "--json")
    document = json.loads(ended.out)
    assert (ended.code, document["exit_code"]) == (130, 130)
    assert document["summary"]["interrupted"] == {"done": 2, "in flight": 0, "untouched": 2}
    hosts = {host["host"]: host for host in document["hosts"]}
    assert [hosts[name]["progress"] for name in NAMES] == ["done", "done", "untouched", "untouched"]
    assert "saved" in hosts["sw2"]["summary"]
    for name in ("sw3", "sw4"):
        assert lab.devices[name].running_text() == before[name]
        assert lab.devices[name].startup == lab.devices[name].startup
    assert fleet("plan", "-F", "name=sw2").code == 0


def test_what_is_only_waited_for_is_in_flight_and_says_so(fleet, monkeypatch):
    fleet("apply")
    with monkeypatch.context() as patched:
        interrupt_at(patched, "sw1", Exec)
        ended = fleet("trust")
    assert ended.code == 130
    assert "interrupted: 0 done, 1 in flight, 3 untouched" in ended.out
    assert "may still come" in " ".join(ended.out.split())
    assert TOKEN.reveal() not in ended.out + ended.err


def test_the_next_command_begins_anew(fleet, monkeypatch):
    with monkeypatch.context() as patched:
        interrupt_at(patched, "sw1", Configure)
        assert fleet("apply", "--stages", "1,100%", "--journal", "rollout.jsonl").code == 130
    assert fleet("apply", "--stages", "1,100%", "--journal", "rollout.jsonl").code == 0
    assert fleet("plan").code == 0


def test_an_interrupt_after_the_last_host_loses_no_result(fleet, monkeypatch):
    """The run is over and its report is being printed."""
    present = options.present

    def interrupted(*arguments, **more):
        os.kill(os.getpid(), signal.SIGINT)
        present(*arguments, **more)

    with monkeypatch.context() as patched:
        patched.setattr(options, "present", interrupted)
        ended = fleet("apply", "--json")
    hosts = json.loads(ended.out)["hosts"]
    assert (ended.code, [host["host"] for host in hosts]) == (0, list(NAMES))
    assert all("saved" in host["summary"] for host in hosts)
