"""The main job on the command line, on a device of the lab in memory; and no secret anywhere."""

from __future__ import annotations

import csv
import io
import json
import os
from datetime import timedelta
from xml.etree import ElementTree

import pytest
from nornir.core.plugins.inventory import InventoryPluginRegister

from nornir_smartlic.cli import commands
from nornir_smartlic.errors import StoreError, Unreachable
from nornir_smartlic.operations.conversation import Configure
from tests.memory import PASSWORD, TOKEN, WANTED, MemoryDoor, MemoryLab, memory_lab, switch


@pytest.fixture
def lab() -> MemoryLab:
    return memory_lab(switch(members=2), switch("sw2"))


@pytest.fixture
def fleet(smartlic, lab, monkeypatch):
    """``smartlic`` over the lab in memory; both switches are wanted alike."""

    class LabInventory:
        def load(self):
            nornir = lab.nornir({"sw1": WANTED, "sw2": WANTED})
            for host in nornir.inventory.hosts.values():
                host.password = PASSWORD.reveal()
            return nornir.inventory

    InventoryPluginRegister.register("memory-lab", LabInventory)
    smartlic.write("config.yaml", {"inventory": {"plugin": "memory-lab"}, "runner": {"plugin": "serial"}})
    monkeypatch.setenv("SMARTLIC_TOKEN", TOKEN.reveal())
    yield smartlic
    InventoryPluginRegister.deregister("memory-lab")


def verdicts(ended) -> set[str]:
    return {finding["verdict"] for host in json.loads(ended.out)["hosts"] for finding in host["findings"]}


def test_the_fleet_goes_from_nobody_knows_to_proven_compliant(fleet):
    steps = [
        (("audit",), 1, "SLP-TRANSPORT-TYPE"),
        (("plan",), 1, "license smart transport smart"),
        (("apply", "--dry-run"), 1, "license smart transport smart"),
        (("apply",), 0, "changed: "),
        (("plan",), 0, "as wanted"),
        (("trust", "--dry-run"), 1, "needs trust on 2 members"),
        (("trust",), 0, "trusted, Example Networks / Branches"),
        (("trust",), 0, "trusted already"),
        (("sync",), 0, "acknowledged after"),
        (("audit",), 0, "2 hosts"),
    ]
    for words, code, part in steps:
        ended = fleet(*words)
        assert (ended.code, ended.err) == (code, ""), (words, ended.out)
        assert part in ended.out, words
    assert verdicts(fleet("audit", "--json")) == {"pass", "not applicable"}


def test_a_dry_run_prints_what_the_plan_prints_and_changes_nothing(fleet):
    plan = fleet("plan").out
    assert fleet("apply", "--dry-run").out == plan
    assert fleet("plan").out == plan


def test_a_rollout_in_stages_stops_at_a_failure_and_goes_on_later(fleet, lab, monkeypatch):
    def unreachable(name: str):
        raise Unreachable("no answer")

    words = ("apply", "--stages", "1,100%", "--journal", "rollout.jsonl", "--json")
    with monkeypatch.context() as patched:
        patched.setattr(lab, "door", unreachable)
        stopped = fleet(*words)
    outcomes = {host["host"]: host for host in json.loads(stopped.out)["hosts"]}
    assert stopped.code == 3
    assert outcomes["sw1"]["error"]["message"] == "no answer"
    assert outcomes["sw2"]["summary"] == "not tried: hosts before it failed"
    assert fleet(*words).code == 0
    assert fleet("plan").code == 0
    again = json.loads(fleet(*words).out)
    assert {host["summary"] for host in again["hosts"]} == {"done before, as --journal records"}


def test_a_filter_leaves_the_other_host_alone(fleet):
    fleet("apply", "-F", "name=sw1")
    document = json.loads(fleet("plan", "--json").out)
    assert [(host["host"], host["pending"]) for host in document["hosts"]] == [("sw1", False), ("sw2", True)]


def test_each_device_takes_one_use_of_the_token_and_the_last_goes_without(fleet, lab):
    fleet("apply")
    ended = fleet("trust", "--uses", "1", "--json")
    hosts = {host["host"]: host for host in json.loads(ended.out)["hosts"]}
    assert ended.code == 2
    assert hosts["sw1"]["changed"]
    assert hosts["sw2"]["error"]["kind"] == "TokenExhausted"
    assert "sw2: no use of a token left for virtual account Branches" in ended.err


def test_a_token_that_cssm_does_not_know_fails_with_the_reason_of_the_device(fleet, monkeypatch):
    fleet("apply")
    monkeypatch.setenv("SMARTLIC_TOKEN", "bm8tc3VjaC10b2tlbg")
    ended = fleet("trust", "-F", "name=sw1")
    assert ended.code == 3
    assert ended.err.count("\n") == 1
    assert "token" in ended.err
    assert "bm8tc3VjaC10b2tlbg" not in ended.out + ended.err


FORMATS = {
    "json": json.loads,
    "sarif": json.loads,
    "junit": ElementTree.fromstring,
    "csv": lambda text: list(csv.DictReader(io.StringIO(text))),
    "html": lambda text: text.index("<!doctype html>"),
    "markdown": lambda text: text.index("# smartlic audit"),
    "prometheus": lambda text: text.index("smartlic_host_read"),
    "table": lambda text: text.index("SLP-TRUST"),
}


@pytest.mark.parametrize("name", FORMATS)
def test_an_audit_comes_in_every_format_on_standard_output_and_in_a_file(fleet, name):
    ended = fleet("audit", "--format", name)
    assert ended.code == 1
    FORMATS[name](ended.out)
    written = fleet("audit", "--format", name, "-o", "report", "--json")
    FORMATS[name]((fleet.folder / "report").read_text())
    assert json.loads(written.out)["exit_code"] == 1
    assert written.err == f"written: report ({name})\n"


def test_the_ending_of_the_file_names_the_format(fleet):
    fleet("audit", "-o", "audit.html")
    assert (fleet.folder / "audit.html").read_text().startswith("<!doctype html>")


def test_a_waiver_file_waives_until_its_day(fleet):
    entry = {"rule": "SLP-TRUST", "hosts": ["sw*"], "owner": "noc", "reason": "new", "until": None}
    for until, verdict in (("2026-12-31", "waived"), ("2025-12-31", "fail")):
        text = "\n".join(f"  {key}: {until if value is None else value}" for key, value in entry.items())
        (fleet.folder / "waivers.yaml").write_text("-" + text[1:])
        document = json.loads(fleet("audit", "--json", "--waivers", "waivers.yaml").out)
        found = {f["rule_id"]: f["verdict"] for f in document["hosts"][0]["findings"]}
        assert found["SLP-TRUST"] == verdict


def test_reports_are_collected_and_their_acks_imported(fleet, lab):
    lab.world.advance(timedelta(days=1))
    ended = fleet("reports", "collect", "-d", "usage", "-F", "name=sw1", "--json")
    assert ended.code == 0
    path = fleet.folder / json.loads(ended.out)["hosts"][0]["result"]["path"]
    home = {"domain": "example.com", "virtual_account": "Branches"}
    now = lab.world.clock.now()
    number = lab.cssm.submit_usage_file(path.read_bytes(), **home, file_name=path.name, now=now)
    acknowledged = lab.cssm.acknowledgement(number, now + lab.cssm.processing_time)
    (fleet.folder / "ack.txt").write_bytes(acknowledged.content)
    lab.world.advance(lab.cssm.processing_time)
    assert fleet("reports", "import", "ack.txt", "--dry-run").code == 1
    imported = fleet("reports", "import", "ack.txt")
    assert imported.code == 0
    assert "imported ACK" in imported.out
    assert "no file is for this device" in imported.out
    again = fleet("reports", "import", "ack.txt")
    assert (again.code, "already there" in again.out) == (0, True)


def test_dry_runs_say_what_the_run_would_do_and_end_with_1(fleet, lab):
    lab.world.advance(timedelta(days=1))
    dry = fleet("reports", "collect", "-d", "usage", "-F", "name=sw1", "--dry-run")
    assert (dry.code, "would collect" in dry.out) == (1, True)
    assert not (fleet.folder / "usage").exists()
    assert fleet("reports", "collect", "-d", "usage", "-F", "name=sw1").code == 0


def test_what_a_killed_run_left_on_the_flash_is_deleted_by_the_next(fleet, lab):
    lab.world.advance(timedelta(days=1))
    device = lab.devices["sw1"]
    for name in ("smartlic-usage-0123abcd.txt", "smartlic-import-89abcdef-3.txt", "smartlic-notes.txt"):
        device.write_file(f"flash:{name}", b"left behind")
    assert fleet("reports", "collect", "-F", "name=sw1").code == 0
    listed = lab.door("sw1").type("dir flash:")
    assert [name in listed for name in ("smartlic-usage-", "smartlic-import-", "smartlic-notes.txt")] == [
        False,
        False,
        True,
    ]


def test_a_journal_on_a_full_disk_is_the_error_of_its_hosts_and_loses_no_report(fleet, lab, monkeypatch):
    lab.world.advance(timedelta(days=1))

    def full(self, *arguments, **facts):
        raise StoreError("journal.db: database or disk is full")

    with monkeypatch.context() as patched:
        patched.setattr("nornir_smartlic.store.Journal.add_file", full)
        ended = fleet("reports", "collect", "--json")
    hosts = {host["host"]: host for host in json.loads(ended.out)["hosts"]}
    assert ended.code == 3
    assert {host["error"]["kind"] for host in hosts.values()} == {"StoreError"}
    assert all("is kept, but not recorded as collected" in host["error"]["message"] for host in hosts.values())
    assert fleet("reports", "bundle").code == 0
    assert len(json.loads(fleet("reports", "list", "--json").out)["files"]) == 2


def test_a_full_disk_is_one_line_and_exit_code_3(fleet, monkeypatch):
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    fleet("apply")
    monkeypatch.setattr("os.fsync", full)
    ended = fleet("audit", "-o", "audit.json")
    assert (ended.code, ended.out) == (3, "")
    assert ended.err == "smartlic: audit.json: not written: No space left on device\n"
    assert not (fleet.folder / "audit.json").exists()


@pytest.mark.parametrize(
    "words",
    [
        ("audit",),
        ("audit", "--json"),
        ("audit", "--format", "html"),
        ("plan", "--json"),
        ("apply", "--json"),
        ("trust", "--json"),
        ("trust", "--force"),
        ("sync", "--json"),
        ("reports", "collect", "--json"),
    ],
    ids=" ".join,
)
def test_no_token_and_no_password_is_shown_logged_or_written(fleet, caplog, words):
    caplog.set_level("DEBUG")
    fleet("apply")
    ended = fleet(*words)
    written = "".join(path.read_text() for path in fleet.folder.rglob("*") if path.is_file())
    for secret in (TOKEN, PASSWORD):
        assert secret.reveal() not in ended.out + ended.err + caplog.text + written


def test_a_device_that_is_trusted_by_another_account_is_not_done(fleet, lab):
    fleet("apply")
    fleet("trust")
    lab.cssm.add_virtual_account("example.com", "Elsewhere")

    class Wanting:
        def load(self):
            wanted = {**WANTED, "account": {"smart_account": "Example Networks", "virtual_account": "Elsewhere"}}
            nornir = lab.nornir({"sw1": wanted, "sw2": WANTED})
            for host in nornir.inventory.hosts.values():
                host.password = PASSWORD.reveal()
            return nornir.inventory

    InventoryPluginRegister.register("elsewhere", Wanting)
    try:
        fleet.write("config.yaml", {"inventory": {"plugin": "elsewhere"}, "runner": {"plugin": "serial"}})
        ended = fleet("trust", "--json")
    finally:
        InventoryPluginRegister.deregister("elsewhere")
    hosts = {host["host"]: host["summary"] for host in json.loads(ended.out)["hosts"]}
    assert ended.code == 1
    assert "wanted is Example Networks / Elsewhere" in hosts["sw1"]
    assert hosts["sw2"].startswith("trusted already")


def test_two_runs_never_change_one_device_at_once(fleet, lab, monkeypatch):
    """The second command begins while the first is in the middle of its change."""
    inner: list = []
    answer = MemoryDoor.answer

    def answered(door, request):
        if isinstance(request, Configure) and not inner:
            inner.append(None)
            inner[0] = commands.apply(lab.nornir({"sw1": WANTED, "sw2": WANTED}).filter(name="sw1"))
        return answer(door, request)

    monkeypatch.setattr(MemoryDoor, "answer", answered)
    assert fleet("apply").code == 0
    (host,) = inner[0].hosts
    assert host.error.kind == "Busy"
    assert f"process {os.getpid()}" in host.error.message
    assert fleet("plan").code == 0
