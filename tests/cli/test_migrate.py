"""``smartlic migrate`` before and after an upgrade of the lab's switch."""

from __future__ import annotations

import json

import pytest
from nornir.core.plugins.inventory import InventoryPluginRegister

from tests.memory import NAME_SERVER, TOKEN, memory_lab, switch
from tests.migration.test_upgrades import upgrade
from tests.tasks.test_further_tasks import buy

WANTED = {"transport": "smart", "url": "default", "name_servers": [NAME_SERVER]}


@pytest.fixture
def lab(smartlic):
    lab = memory_lab(switch(release="16.12"))

    class LabInventory:
        def load(self):
            return lab.nornir({"sw1": WANTED}).inventory

    InventoryPluginRegister.register("memory-lab", LabInventory)
    smartlic.write("config.yaml", {"inventory": {"plugin": "memory-lab"}, "runner": {"plugin": "serial"}})
    yield lab
    InventoryPluginRegister.deregister("memory-lab")


def test_a_switch_is_planned_checked_upgraded_and_accepted(smartlic, lab):
    planned = smartlic("migrate", "plan", "--release", "17.12.4", "--json")
    (host,) = json.loads(planned.out)["hosts"]
    assert host["summary"] == "evaluation on 16.12.8, wakes up with transport cslu"
    assert "smartlic apply -F name=sw1" in host["diff"]
    assert lab.devices["sw1"].release.name == "16.12"
    (smartlic.folder / "before.json").write_text(planned.out)
    checked = smartlic("migrate", "check", "--release", "17.12.4", "--json")
    (host,) = json.loads(checked.out)["hosts"]
    judged = {finding["rule_id"]: finding["verdict"] for finding in host["findings"]}
    assert (judged["MIG-RELEASE"], judged["MIG-WAY"], judged["MIG-FLASH"]) == ("pass", "pass", "pass")
    upgrade(lab)
    accepted = smartlic("migrate", "after", "--before", str(smartlic.folder / "before.json"), "--json")
    (host,) = json.loads(accepted.out)["hosts"]
    judged = {finding["rule_id"]: finding["verdict"] for finding in host["findings"]}
    assert (judged["MIG-AFTER-MODEL"], judged["MIG-AFTER-TRANSPORT"]) == ("pass", "fail")
    assert judged["MIG-AFTER-LICENSES"] == "pass"


def test_a_file_that_is_no_plan_is_wrong_usage(smartlic, lab):
    (smartlic.folder / "before.json").write_text('{"command": "audit", "hosts": []}')
    ended = smartlic("migrate", "after", "--before", str(smartlic.folder / "before.json"))
    assert (ended.code, "not what 'smartlic migrate plan --json' prints" in ended.err) == (2, True)


def test_a_switch_before_slp_is_registered_once(smartlic, lab, monkeypatch):
    buy(lab, "network-advantage", "dna-advantage")
    session = lab.door("sw1")
    for line in ("configure terminal", f"ip name-server {NAME_SERVER}", "end"):
        session.type(line)
    monkeypatch.setenv("SMARTLIC_TOKEN", TOKEN.reveal())
    assert smartlic("legacy", "register", "--dry-run").code == 1
    first = smartlic("legacy", "register", "--json")
    assert (first.code, "registered after" in json.loads(first.out)["hosts"][0]["summary"]) == (0, True)
    assert TOKEN.reveal() not in first.out + first.err
    again = smartlic("legacy", "register", "--json")
    assert json.loads(again.out)["hosts"][0]["summary"] == "registered already"
