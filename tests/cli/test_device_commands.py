"""``smartlic boot-level`` and ``smartlic factory-reset`` on the lab's switch."""

from __future__ import annotations

import json

import pytest
from nornir.core.plugins.inventory import InventoryPluginRegister

from tests.memory import TOKEN, WANTED, memory_lab, switch
from tests.tasks.test_further_tasks import changes


@pytest.fixture
def lab(smartlic, monkeypatch):
    lab = memory_lab(switch())

    class LabInventory:
        def load(self):
            return lab.nornir({"sw1": WANTED}).inventory

    InventoryPluginRegister.register("memory-lab", LabInventory)
    smartlic.write("config.yaml", {"inventory": {"plugin": "memory-lab"}, "runner": {"plugin": "serial"}})
    monkeypatch.setenv("SMARTLIC_TOKEN", TOKEN.reveal())
    yield lab
    InventoryPluginRegister.deregister("memory-lab")


def host_of(ended):
    (host,) = json.loads(ended.out)["hosts"]
    return host


def test_a_boot_level_is_planned_then_set_and_then_there(smartlic, lab):
    planned = smartlic("boot-level", "network-essentials", "--addon", "dna-essentials", "--dry-run", "--json")
    assert (planned.code, changes(lab)) == (1, [])
    assert "license boot level network-essentials addon dna-essentials" in host_of(planned)["diff"]
    done = smartlic("boot-level", "network-essentials", "--addon", "dna-essentials", "--json")
    assert (done.code, host_of(done)["result"]["needs_reload"]) == (0, True)
    again = smartlic("boot-level", "network-essentials", "--addon", "dna-essentials", "--json")
    assert (again.code, host_of(again)["changed"]) == (0, False)


def test_a_level_that_is_none_is_wrong_usage(smartlic, lab):
    ended = smartlic("boot-level", "network-nonsense")
    assert (ended.code, ended.err.count("\n")) == (2, 1)


def test_a_reset_says_what_is_lost_and_is_done_only_when_that_is_meant(smartlic, lab, monkeypatch):
    smartlic("apply")
    smartlic("trust")
    lab.asked.clear()
    planned = smartlic("factory-reset", "--dry-run", "--json")
    assert planned.code == 1
    assert host_of(planned)["summary"].startswith("would lose: 1 trust code, ")
    nobody = smartlic("factory-reset")
    assert (nobody.code, "--yes" in nobody.err, changes(lab)) == (2, True, [])
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    for answer, code, count in ((False, 1, 0), (True, 0, 1)):
        asked = []
        monkeypatch.setattr("typer.confirm", lambda text, answer=answer, asked=asked, **_: asked.append(text) or answer)
        assert smartlic("factory-reset").code == code
        assert asked == ["Forget it all on sw1?"]
        assert len(changes(lab)) == count


def test_a_reset_with_yes_asks_nobody_and_leaves_the_reload_to_others(smartlic, lab):
    ended = smartlic("factory-reset", "--yes", "--json")
    assert ended.code == 0
    assert host_of(ended)["result"]["needs_reload"]
    assert host_of(ended)["summary"].startswith("loses at its next reload: ")
