"""``smartlic legacy`` on a switch of the lab before SLP: registered, renewed, deregistered; reserved and returned."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from nornir.core.plugins.inventory import InventoryPluginRegister

from smartlic_lab.authority.reservations import reserve
from tests.cssm.over_memory import SECRET, Service
from tests.memory import NAME_SERVER, TOKEN, memory_lab, switch
from tests.tasks.test_further_tasks import buy, changes

WANTED = {"account": {"smart_account": "Example Networks", "virtual_account": "Branches"}}


@pytest.fixture
def lab(smartlic, monkeypatch):
    lab = memory_lab(switch(release="16.12", day0=(f"ip name-server {NAME_SERVER}",)))
    buy(lab, "network-advantage", "dna-advantage")

    class LabInventory:
        def load(self):
            return lab.nornir({"sw1": WANTED}).inventory

    InventoryPluginRegister.register("memory-lab", LabInventory)
    smartlic.write("config.yaml", {"inventory": {"plugin": "memory-lab"}, "runner": {"plugin": "serial"}})
    monkeypatch.setenv("SMARTLIC_TOKEN", TOKEN.reveal())
    yield lab
    InventoryPluginRegister.deregister("memory-lab")


def summary(ended) -> str:
    (host,) = json.loads(ended.out)["hosts"]
    return host["summary"] or host["error"]["message"]


def test_a_registration_is_renewed_and_given_up_when_that_is_meant(smartlic, lab):
    assert smartlic("legacy", "renew", "auth", "--json").code == 0
    assert smartlic("legacy", "register").code == 0
    lab.world.advance(timedelta(hours=1))
    planned = smartlic("legacy", "renew", "id", "--dry-run", "--json")
    assert (planned.code, summary(planned)) == (1, "registered, AUTHORIZED")
    assert summary(smartlic("legacy", "renew", "auth", "--json")).startswith("renewed after 2 s, AUTHORIZED")
    assert smartlic("legacy", "renew", "id").code == 0
    assert smartlic("legacy", "renew", "everything").code == 2
    lab.asked.clear()
    assert (smartlic("legacy", "deregister").code, changes(lab)) == (2, [])
    done = smartlic("legacy", "deregister", "--yes", "--json")
    assert (done.code, summary(done)) == (0, "deregistered, was registered in Example Networks / Branches")
    again = smartlic("legacy", "deregister", "--yes", "--json")
    assert (again.code, summary(again)) == (0, "not registered")


def test_a_token_that_was_made_for_the_run_is_revoked_after_it(smartlic, lab, monkeypatch):
    lab.cssm.add_api_client("example.com", "smartlic", SECRET)
    service = Service(lab.cssm)
    service.now = lab.world.clock.now()
    monkeypatch.delenv("SMARTLIC_TOKEN")
    monkeypatch.setattr("nornir_smartlic.cssm.Transfer", lambda endpoint: service.transfer())
    monkeypatch.setenv("SMARTLIC_CSSM_URL", "https://cssm.example.com")
    monkeypatch.setenv("SMARTLIC_CSSM_CLIENT_ID", "smartlic")
    monkeypatch.setenv("SMARTLIC_CSSM_CLIENT_SECRET", SECRET)
    assert smartlic("legacy", "register").code == 2
    done = smartlic("legacy", "register", "--from-cssm", "--json")
    assert (done.code, summary(done).startswith("registered after ")) == (0, True)
    listed = smartlic("cssm", "tokens", "list", "--virtual-account", "Branches", "--json")
    assert "smartlic legacy register" not in {token["description"] for token in json.loads(listed.out)["tokens"]}


def test_a_stack_is_reserved_once_each_member_has_its_authorization(smartlic, lab):
    lab.devices.clear()
    lab.add(switch("sw2", release="16.12", members=2))
    folder = smartlic.folder / "slr"
    assert smartlic("legacy", "reserve", "-d", "slr").code == 1
    codes = (folder / "sw2-request.txt").read_text().split()
    assert len(codes) == 2
    quantities = dict.fromkeys(list(buy(lab, "network-advantage"))[:1], 1)
    for number, code in enumerate(codes, start=1):
        with lab.cssm.work() as work:
            home = work.virtual_account(work.smart_account("example.com"), "Branches")
            text = reserve(work, home, code, quantities).authorization_code
        (folder / f"sw2-authorization-{number}.txt").write_text(text)
        done = smartlic("legacy", "reserve", "-d", "slr", "--json")
        assert (done.code, codes[1] in summary(done)) == ((1, True) if number == 1 else (0, False))
    returned = smartlic("legacy", "return", "--yes", "--json")
    (host,) = json.loads(returned.out)["hosts"]
    assert (returned.code, len(host["result"]["codes"])) == (0, 2)


def test_licences_are_reserved_by_files_and_returned(smartlic, lab):
    folder = smartlic.folder / "slr"
    asked = smartlic("legacy", "reserve", "-d", "slr", "--json")
    code = (folder / "sw1-request.txt").read_text().strip()
    assert (asked.code, code.startswith("CB-ZC9300"), code in summary(asked)) == (1, True, True)
    assert code in summary(smartlic("legacy", "reserve", "-d", "slr", "--json"))
    quantities = buy(lab, "network-advantage")
    with lab.cssm.work() as work:
        home = work.virtual_account(work.smart_account("example.com"), "Branches")
        (folder / "sw1-authorization.txt").write_text(reserve(work, home, code, quantities).authorization_code)
    done = smartlic("legacy", "reserve", "-d", "slr", "--json")
    assert (done.code, summary(done).startswith("reserved")) == (0, True)
    assert smartlic("legacy", "return", "--dry-run").code == 1
    returned = smartlic("legacy", "return", "--yes", "-d", "slr", "--json")
    assert (returned.code, (folder / "sw1-return.txt").read_text().strip() in summary(returned)) == (0, True)
    assert summary(smartlic("legacy", "return", "--yes", "--json")) == "nothing is reserved"


def test_reservation_mode_that_is_not_saved_is_said_and_saved_by_the_next_run(smartlic, lab):
    left = smartlic("legacy", "reserve", "--no-save", "--json")
    assert summary(left).endswith(", reservation mode is not saved")
    assert any("not saved, as was asked" in text for text in json.loads(left.out)["hosts"][0]["warnings"])
    assert summary(smartlic("legacy", "reserve", "--dry-run", "--json")).endswith(", reservation mode is not saved")
    done = json.loads(smartlic("legacy", "reserve", "--json").out)["hosts"][0]
    assert (done["result"]["saved"], "not saved" in done["summary"]) == (True, False)
    assert "license smart reservation" in lab.devices["sw1"].startup
