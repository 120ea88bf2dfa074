"""parse, history, diagnose, authorize on the command line; reports and CSSM over an API client in memory."""

from __future__ import annotations

import gzip
import io
import json
import os
import stat
import subprocess
import sys
from datetime import timedelta

import pytest
from nornir.core.plugins.inventory import InventoryPluginRegister

from smartlic_lab.agent.events import Log
from smartlic_lab.authority import Cssm
from smartlic_lab.platforms import family
from tests.cssm.over_memory import JAN_1, SECRET, Service
from tests.memory import TOKEN, WANTED, MemoryLab, memory_lab, switch

SUMMARY = """\
sw1#show license summary
Account Information:
  Smart Account: Example As of Jan 01 12:00:00 2026 UTC
  Virtual Account: Branches

License Usage:
  License                 Entitlement Tag               Count Status
  -----------------------------------------------------------------------------
  network-advantage       (C9300-24 Network Advan...)       1 IN USE
"""


@pytest.fixture
def lab() -> MemoryLab:
    return memory_lab(switch())


@pytest.fixture
def fleet(smartlic, lab, monkeypatch):
    class LabInventory:
        def load(self):
            return lab.nornir({"sw1": WANTED}).inventory

    InventoryPluginRegister.register("memory-lab", LabInventory)
    smartlic.write("config.yaml", {"inventory": {"plugin": "memory-lab"}, "runner": {"plugin": "serial"}})
    monkeypatch.setenv("SMARTLIC_TOKEN", TOKEN.reveal())
    yield smartlic
    InventoryPluginRegister.deregister("memory-lab")


@pytest.fixture
def service(smartlic, monkeypatch):
    """A CSSM that every command reaches."""
    cssm = Cssm("cssm", now=JAN_1)
    cssm.add_smart_account("example.com", "Example Networks")
    cssm.add_virtual_account("example.com", "Branches")
    cssm.add_api_client("example.com", "smartlic", SECRET)
    service = Service(cssm)
    monkeypatch.setattr("nornir_smartlic.cssm.Transfer", lambda endpoint: service.transfer())
    monkeypatch.setenv("SMARTLIC_CSSM_URL", "https://cssm.example.com")
    monkeypatch.setenv("SMARTLIC_CSSM_CLIENT_ID", "smartlic")
    monkeypatch.setenv("SMARTLIC_CSSM_CLIENT_SECRET", SECRET)
    yield service
    cssm.close()


# --- authorize ------------------------------------------------------------------------------------------------------


def test_with_access_to_cssm_authorize_says_what_is_bought_and_left(fleet, service):
    cssm = service.cssm
    cssm.add_licenses([entitlement for _, entitlement in family("c9300").entitlements])
    cssm.add_pool("example.com", "Branches", "hseck9", 5)
    ended = fleet("authorize", "hseck9", "--dry-run")
    assert "Branches: Cat9K HSEC: 5 bought, 0 in use, 5 left" in ended.err
    other = fleet("authorize", "mrp-client", "--dry-run")
    assert "no licence for mrp-client in example.com" in other.err


def test_a_cssm_that_does_not_answer_is_no_failure_of_authorize(fleet, service, monkeypatch):
    monkeypatch.setenv("SMARTLIC_CSSM_CLIENT_SECRET", "another")
    ended = fleet("authorize", "hseck9", "--dry-run", "--json")
    assert "what is bought and left is not known" in ended.err
    assert json.loads(ended.out)


# --- parse ----------------------------------------------------------------------------------------------------------


def test_saved_outputs_become_a_list_in_json(smartlic):
    (smartlic.folder / "outputs").mkdir()
    (smartlic.folder / "outputs" / "sw1.txt").write_text(SUMMARY)
    ended = smartlic.bare("parse", "outputs")
    (entry,) = json.loads(ended.out)
    assert (ended.code, ended.err) == (0, "")
    assert set(entry) == {"file", "host", "command", "value", "unparsed"}
    assert entry["file"] == "outputs/sw1.txt"
    assert entry["command"] == "show license summary"
    assert entry["value"]["account"]["virtual_account"] == "Branches"


def test_a_long_log_is_json_with_a_line_per_log_line(smartlic):
    line = "*Nov 19 14:53:07.300: %SMART_LIC-3-COMM_FAILED: Communications failure with CSSM : \u00e9\n"
    (smartlic.folder / "sw1.log").write_text(line * 150, encoding="utf-8")
    ended = smartlic.bare("parse", "sw1.log")
    (entry,) = json.loads(ended.out)
    assert [one["mnemonic"] for one in entry["value"]] == ["COMM_FAILED"] * 150
    assert list(entry) == ["file", "host", "command", "value", "unparsed"]
    assert ended.out.count("COMM_FAILED") == len([1 for row in ended.out.splitlines() if "COMM_FAILED" in row])


@pytest.mark.parametrize("words", [(), ("-",)])
def test_without_files_standard_input_is_parsed(smartlic, monkeypatch, words):
    monkeypatch.setattr("sys.stdin", io.StringIO(SUMMARY))
    ended = smartlic.bare("parse", "--command", "show license summary", *words)
    assert (ended.code, len(json.loads(ended.out))) == (0, 1)


def test_files_that_are_packed_or_in_another_encoding_are_read_or_one_line(smartlic):
    folder = smartlic.folder / "outputs"
    folder.mkdir()
    (folder / "a.txt.gz").write_bytes(gzip.compress(SUMMARY.encode()))
    (folder / "b.txt").write_bytes(SUMMARY.encode("utf-16"))
    (folder / "c.txt").write_bytes(SUMMARY.encode("utf-16-le"))
    (folder / "d.png").write_bytes(bytes(range(256)) * 20)
    (folder / "e.gz").write_bytes(gzip.compress(SUMMARY.encode())[:-20])
    (folder / "f.txt").write_bytes(b"\xef\xbb\xbf" + SUMMARY.replace("\n", "\r\0\n").encode())
    ended = smartlic.bare("parse", "outputs")
    entries = json.loads(ended.out)
    assert [entry["file"][-6:] for entry in entries] == ["txt.gz", "/b.txt", "/c.txt", "/f.txt"]
    assert all(entry["value"] == entries[0]["value"] for entry in entries)
    assert ended.code == 1
    assert [line.partition(" - ")[2] for line in ended.err.splitlines()] == [
        "it is no text",
        "it is a part of a gzip file",
    ]


def test_a_packed_file_that_is_too_large_is_one_line(smartlic, monkeypatch):
    monkeypatch.setattr("nornir_smartlic.cli.saved.LARGEST", 2**20)
    (smartlic.folder / "bomb.gz").write_bytes(gzip.compress(b" " * 2**21))
    ended = smartlic.bare("parse", "bomb.gz")
    assert (ended.code, ended.out) == (3, "[]\n")
    assert ended.err == "smartlic: bomb.gz - it is larger than 1 MB once it is unpacked\n"


def test_a_part_of_an_output_is_taken_when_it_is_asked_for(smartlic):
    (smartlic.folder / "a.txt").write_text("sw1#show license status\nUtility:\n  Status: DISABLED\n\nsw1#\n")
    assert smartlic.bare("parse", "a.txt").code == 3
    ended = smartlic.bare("parse", "--partial", "a.txt")
    (entry,) = json.loads(ended.out)
    assert (ended.code, entry["host"], entry["value"]["utility"]) == (0, "sw1", False)
    assert "Data Privacy:" in entry["missing"]
    assert "missing: " in ended.err


def test_a_garbled_output_is_one_line_and_the_others_go_on(smartlic):
    (smartlic.folder / "a.txt").write_text("\x00\x07 line noise\n")
    (smartlic.folder / "b.txt").write_text(SUMMARY)
    ended = smartlic.bare("parse", "a.txt", "b.txt")
    assert ended.code == 1  # some, 3 where it is none
    assert smartlic.bare("parse", "a.txt").code == 3
    assert [entry["file"] for entry in json.loads(ended.out)] == ["b.txt"]
    assert ended.err.count("\n") == 1
    assert ended.err.startswith("smartlic: a.txt")


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (("parse", "none.txt"), "none.txt: No such file"),
        (("parse", "--command", "show nothing", "x"), "--command"),
        (("history",), "no store: set SMARTLIC_STORE"),
        (("cssm", "accounts"), "set SMARTLIC_CSSM_CLIENT_ID"),
    ],
)
def test_wrong_usage_is_one_line_and_exit_code_2(smartlic, words, part):
    ended = smartlic.bare(*words)
    assert (ended.code, ended.out) == (2, "")
    assert part in ended.err
    assert ended.err.count("\n") == 1


# --- history --------------------------------------------------------------------------------------------------------


def test_audits_are_kept_where_a_store_is_set_and_their_changes_listed(fleet, monkeypatch):
    monkeypatch.setenv("SMARTLIC_STORE", str(fleet.folder / "history.db"))
    fleet("audit")
    fleet("apply")
    fleet("audit")
    ended = fleet("history", "--json")
    rows = json.loads(ended.out)["changes"]
    assert ended.code == 0
    assert ("sw1", "transport", "cslu", "smart") in [
        (row["host"], row["what"], row["before"], row["after"]) for row in rows
    ]
    used = json.loads(fleet("history", "--consumption", "--json").out)["consumption"]
    assert {row["license"] for row in used} == {"network-advantage", "dna-advantage"}
    assert "transport" in fleet("history").out


def test_a_finding_stands_since_the_first_audit_in_a_row_that_found_it(fleet, monkeypatch):
    monkeypatch.setenv("SMARTLIC_STORE", str(fleet.folder / "history.db"))
    fleet("audit")
    fleet("apply")
    fleet("audit")
    ended = fleet("history", "--findings", "--json")
    rows = {row["rule"]: row for row in json.loads(ended.out)["findings"]}
    assert "SLP-TRANSPORT" not in rows  # mended meanwhile
    assert rows["SLP-TRUST"]["since"] <= rows["SLP-TRUST"]["seen"]
    assert rows["SLP-TRUST"]["host"] == "sw1"


def test_consumption_is_a_line_of_bars_for_people_and_every_audit_for_programs(fleet, monkeypatch):
    monkeypatch.setenv("SMARTLIC_STORE", str(fleet.folder / "history.db"))
    fleet("audit")
    fleet("audit")
    assert "█" in fleet("history", "--consumption").out  # two audits of one second are one bar
    assert len(json.loads(fleet("history", "--consumption", "--json").out)["consumption"]) == 4


def test_an_audit_from_the_store_is_the_last_one_and_asks_no_device(fleet, lab, monkeypatch):
    monkeypatch.setenv("SMARTLIC_STORE", str(fleet.folder / "history.db"))
    live = json.loads(fleet("audit", "--json").out)
    asked = len(lab.asked)
    ended = fleet("audit", "--from-store", "--json")
    again = json.loads(ended.out)
    assert len(lab.asked) == asked
    assert ended.code == live["exit_code"] == 1

    def in_short(document):
        return [
            (each["rule_id"], each["verdict"], each["title"], each["fix"], each["evidence"])
            for each in document["hosts"][0]["findings"]  # deadlines of the lab have long gone by today
            if each["verdict"] in ("fail", "unknown") and not each["rule_id"].startswith("SLP-ACK-")
        ]

    assert in_short(again) == in_short(live)
    assert again["hosts"][0]["device"] == live["hosts"][0]["device"]


def test_what_the_store_does_not_have_is_not_read(fleet, monkeypatch):
    monkeypatch.setenv("SMARTLIC_STORE", str(fleet.folder / "history.db"))
    ended = fleet("audit", "--from-store")
    assert ended.code == 3
    assert "no audit of it in the store" in ended.err
    assert fleet("audit", "--max-age", "3").code == 2


def test_the_page_of_an_audit_says_what_changed_since_the_one_before(fleet, monkeypatch):
    monkeypatch.setenv("SMARTLIC_STORE", str(fleet.folder / "history.db"))
    fleet("audit", "-o", "report.html")
    first = (fleet.folder / "report.html").read_text()
    fleet("apply")
    fleet("audit", "-o", "report.html")
    second = (fleet.folder / "report.html").read_text()
    assert "Drift since the last audit" not in first
    assert "Drift since the last audit" in second
    assert '<th scope="row">sw1</th><td>transport</td><td>cslu</td><td>smart</td>' in second
    assert "Devices that are not in order, by audit" in second
    assert "since the audit of 20" in second


def test_the_store_may_be_named_in_the_configuration_file(fleet):
    fleet.write(
        "config.yaml",
        {
            "inventory": {"plugin": "memory-lab"},
            "runner": {"plugin": "serial"},
            "user_defined": {"smartlic": {"store": str(fleet.folder / "history.db")}},
        },
    )
    fleet("audit")
    assert fleet("history").code == 0


def test_an_audit_that_cannot_be_kept_is_shown_all_the_same(fleet, monkeypatch):
    (fleet.folder / "broken.db").write_text("no database at all, but long enough to look like one" * 9)
    monkeypatch.setenv("SMARTLIC_STORE", str(fleet.folder / "broken.db"))
    ended = fleet("audit", "--json")
    assert ended.code == 1
    assert json.loads(ended.out)["hosts"][0]["findings"]
    assert ended.err.startswith("smartlic: the audit is not kept: ")


def test_an_unknown_key_of_ours_in_the_configuration_is_named(fleet):
    defined = {"smartlic": {"stroe": "x"}}
    fleet.write("config.yaml", {"inventory": {"plugin": "memory-lab"}, "user_defined": defined})
    ended = fleet("audit")
    assert ended.code == 2
    assert "user_defined.smartlic.stroe" in ended.err


# --- devices --------------------------------------------------------------------------------------------------------


def test_a_diagnosis_names_causes_with_evidence_and_fix(fleet):
    ended = fleet("diagnose", "sw1", "--json")
    causes = json.loads(ended.out)["causes"]
    assert ended.code == 1
    assert causes
    assert all(cause["cause"] and cause["certainty"] for cause in causes)
    assert fleet("diagnose", "sw1").code == 1


def test_a_diagnosis_of_nothing_but_history_is_exit_code_0(fleet, lab):
    for words in (("apply",), ("trust",)):
        assert fleet(*words).code == 0
    failure = "Communications failure with the Cisco Smart Software Manager (CSSM) : No reply from server"
    lab.devices["sw1"].emit(Log(3, "COMM_FAILED", failure), lab.world.clock.now())
    assert fleet("diagnose", "sw1").code == 1
    lab.world.advance(timedelta(hours=12))
    ended = fleet("diagnose", "sw1", "--json")
    assert (ended.code, {cause["certainty"] for cause in json.loads(ended.out)["causes"]}) == (0, {"history"})
    assert "history" in fleet("diagnose", "sw1").out


def test_no_such_host_is_wrong_usage(fleet):
    ended = fleet("diagnose", "sw9")
    assert ended.code == 2
    assert ended.err == "smartlic: no host fits -F name=sw9\n"


def test_a_code_for_an_unknown_feature_fails_with_the_word_of_the_device(fleet):
    fleet("apply")
    fleet("trust")
    ended = fleet("authorize", "teleportation")
    assert ended.code == 3
    assert ended.err.count("\n") == 1
    assert fleet("deauthorize").code == 0


# --- reports and CSSM -----------------------------------------------------------------------------------------------


def test_reports_go_up_over_the_api_and_their_acks_come_down_to_the_device(fleet, lab, service):
    lab.world.advance(timedelta(days=1))
    assert fleet("reports", "collect").code == 0
    listed = json.loads(fleet("reports", "list", "--json").out)["files"]
    assert [(file["host"], file["virtual_account"]) for file in listed] == [("sw1", "Branches")]
    service.now = lab.world.clock.now()
    sent = json.loads(fleet("reports", "submit", "--json").out)["submissions"]
    assert [(one["state"], one["virtual_account"]) for one in sent] == [("sent", "Branches")]
    assert json.loads(fleet("reports", "submit", "--json").out)["submissions"] == []
    early = fleet("reports", "acks")
    assert (early.code, "still in process" in early.err) == (1, True)
    service.now += timedelta(minutes=10)
    lab.world.advance(timedelta(minutes=10))
    assert json.loads(fleet("reports", "acks", "--json").out)["acks"][0]["reports"] > 0
    assert json.loads(fleet("reports", "list", "--json").out)["files"][0]["acks_to_import"] == 1
    imported = fleet("reports", "import")
    assert (imported.code, "imported ACK" in imported.out) == (0, True)
    again = fleet("reports", "import")
    assert (again.code, "no ACK waits" in again.err) == (0, True)
    (file,) = json.loads(fleet("reports", "list", "--json").out)["files"]
    assert (set(file["reports"]), file["acks_to_import"]) == ({"acknowledged"}, 0)


def test_trust_makes_its_own_tokens_on_cssm_and_revokes_them(fleet, lab, service, monkeypatch):
    monkeypatch.delenv("SMARTLIC_TOKEN")
    lab.cssm.add_api_client("example.com", "smartlic", SECRET)
    service.cssm, service.now = lab.cssm, lab.world.clock.now()
    fleet("apply")
    ended = fleet("trust", "--from-cssm")
    assert (ended.code, ended.err) == (0, "")
    assert "trusted, Example Networks / Branches" in ended.out
    left = json.loads(fleet("cssm", "tokens", "list", "--virtual-account", "Branches", "--json").out)["tokens"]
    assert "smartlic trust" not in {token["description"] for token in left}
    assert fleet("trust", "--from-cssm", "--token-stdin").code == 2


def test_a_token_is_made_into_a_file_used_and_revoked_and_never_shown(smartlic, service):
    home = ("--virtual-account", "Branches")
    made = smartlic.bare("cssm", "tokens", "create", *home, "-o", "token.yaml", "--uses", "3", "--json")
    text = (smartlic.folder / "token.yaml").read_text()
    token = text.split('"')[3]
    assert made.code == 0
    assert stat.S_IMODE((smartlic.folder / "token.yaml").stat().st_mode) == 0o600
    listed = smartlic.bare("cssm", "tokens", "list", *home)
    assert "smartlic" in listed.out
    assert token not in made.out + made.err + listed.out + listed.err
    assert smartlic.bare("cssm", "tokens", "create", *home, "-o", "token.yaml").code == 2
    assert smartlic.bare("cssm", "tokens", "revoke", *home, "--token-file", "token.yaml").code == 0
    assert json.loads(smartlic.bare("cssm", "tokens", "list", *home, "--json").out)["tokens"] == []


@pytest.mark.parametrize("words", [("accounts",), ("licenses",), ("devices",), ("alerts",)], ids=lambda words: words[0])
def test_cssm_is_asked_in_tables_and_json(smartlic, service, words):
    assert smartlic.bare("cssm", *words).code == 0
    document = json.loads(smartlic.bare("cssm", *words, "--json").out)
    assert document["command"] == f"cssm {words[0]}"


def test_an_error_of_cssm_is_one_line_and_exit_code_3(smartlic, service):
    ended = smartlic.bare("cssm", "tokens", "list", "--virtual-account", "Nowhere")
    assert ended.code == 3
    assert ended.err.count("\n") == 1
    assert SECRET not in ended.out + ended.err


def test_a_terminal_without_our_signs_stops_no_output_and_loses_nothing_of_json(tmp_path):
    (tmp_path / "sw1.txt").write_text(SUMMARY.replace("Example", "Exämple"))
    command = [sys.executable, "-m", "nornir_smartlic.cli", "parse", "sw1.txt"]
    ended = subprocess.run(
        command, capture_output=True, text=True, cwd=tmp_path, env={**os.environ, "PYTHONIOENCODING": "ascii"}
    )
    assert (ended.returncode, ended.stderr) == (0, "")
    assert json.loads(ended.stdout)[0]["value"]["account"]["smart_account"] == "Exämple"
