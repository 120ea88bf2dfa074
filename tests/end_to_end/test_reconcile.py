"""``smartlic reconcile`` over SSH to devices and HTTPS to CSSM."""

from __future__ import annotations

import csv
import json
import os
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from smartlic_lab.running.lab import Lab
from tests.cli.commandline import CommandLine

DOOR = ("--door", "asyncssh")
LEVEL = "license boot level network-advantage addon dna-advantage"
TOPOLOGY = {
    "clock": {"speed": 200},
    "smart_licensing": {"transport": "smart", "url": "default", "account": {"virtual_account": "DEFAULT"}},
    "devices": [{"name": f"r{number}", "platform": "c8000v", "day0": [LEVEL]} for number in range(1, 4)],
}


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with Lab.from_dict(TOPOLOGY) as running:
        yield running


@pytest.fixture
def smartlic(lab, tmp_path, capsys, monkeypatch) -> CommandLine:
    monkeypatch.chdir(tmp_path)
    lab.inventory("nornir", tmp_path)
    cssm = next(one for one in lab.status()["authorities"] if one["kind"] == "cssm")
    monkeypatch.setenv("SMARTLIC_CSSM_URL", cssm["url"])
    monkeypatch.setenv("SMARTLIC_CSSM_CA_FILE", cssm["ca_file"])
    monkeypatch.setenv("SMARTLIC_CSSM_CLIENT_ID", cssm["client_id"])
    monkeypatch.setenv("SMARTLIC_CSSM_CLIENT_SECRET", cssm["client_secret"])
    monkeypatch.setenv("SMARTLIC_STORE", str(tmp_path / "store.db"))
    return CommandLine(tmp_path, capsys)


def change_hosts(folder: Path, *gone: str, **changes: object) -> None:
    """Take hosts out of the inventory, and change the data of r1."""
    yaml = YAML(typ="safe")
    data = yaml.load(folder / "hosts.yaml")
    for name in gone:
        del data[name]
    data["r1"].update(changes)
    with (folder / "hosts.yaml").open("w") as file:
        yaml.dump(data, file)


def kinds(text: str) -> list[tuple[str, str | None]]:
    return [(found["kind"], found["host"]) for found in json.loads(text)["findings"] if found["is_finding"]]


def test_is_what_is_in_use_what_we_own(lab: Lab, smartlic: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    assert smartlic(*DOOR, "apply").code == 0
    assert smartlic(*DOOR, "trust", "--from-cssm", "-F", "name=r1", "-F", "name=r2").code == 0
    assert smartlic(*DOOR, "sync", "-F", "name=r1", "-F", "name=r2").code == 0
    assert smartlic(*DOOR, "audit").code == 1

    before = smartlic(*DOOR, "reconcile", "--json")  # r3 has not reported, and nothing was bought
    document = json.loads(before.out)
    assert (before.code, document["answer"]) == (1, "no")
    audited = json.loads(smartlic(*DOOR, "audit", "--with-cssm", "--json").out)  # by the same comparison
    fleet = {each["rule_id"]: each["verdict"] for each in audited["fleet"]}
    assert [name for name, verdict in fleet.items() if verdict == "fail"] == ["FLEET-NOT-IN-CSSM", "FLEET-SHORT"]
    older = os.environ["SMARTLIC_CSSM_URL"]
    monkeypatch.setenv("SMARTLIC_CSSM_URL", f"{older}/v1/software/apis")
    monkeypatch.setenv("SMARTLIC_CSSM_LOGIN_URL", f"{older}/oauth2/default/v1/token")
    again = json.loads(smartlic(*DOOR, "reconcile", "--json").out)  # over the newer generation of the API
    assert {**again, "created": None} == {**document, "created": None}
    refused = smartlic("cssm", "alerts")
    assert (refused.code, refused.err.count("\n")) == (2, 1)
    monkeypatch.setenv("SMARTLIC_CSSM_URL", older)
    monkeypatch.delenv("SMARTLIC_CSSM_LOGIN_URL")
    assert kinds(before.out) == [("missing", "r3"), ("over-used", None), ("over-used", None)]
    assert [each["in_use"] for each in document["licenses"]] == [3, 3]
    assert [each["in_cssm"] for each in document["licenses"]] == [2, 2]

    names = [each["license"] for each in document["licenses"]]
    ends = datetime.now(UTC) + timedelta(days=30)
    lab.cssm.add_pool("example.com", "DEFAULT", names[0], 3)
    lab.cssm.add_pool("example.com", "DEFAULT", names[1], 5, ended=ends, subscription_id="Sub1")
    assert kinds(smartlic(*DOOR, "reconcile", "--json").out) == [("missing", "r3"), ("ending", None)]
    bought = smartlic(*DOOR, "reconcile", "--ending", "7")
    assert (bought.code, bought.out.splitlines()[-1]) == (
        1,
        "Is what is in use what we own? yes: 6 in use, 8 bought",
    )
    assert "smartlic sync -F name=r3" in bought.out

    smartlic(*DOOR, "audit", "-o", "report.html")
    page = (smartlic.folder / "report.html").read_text().partition("Table of licences")[2]
    row = page.partition(f'<tr><th scope="row">{names[0]}</th>')[2].partition("</tr>")[0]
    assert re.findall(r">([^<]+)</td>", row) == ["DEFAULT", "3", "2", "3", "0"]  # bought, in CSSM, in use, left

    change_hosts(smartlic.folder, "r2", port=1)  # nobody listens there
    part = smartlic(*DOOR, "reconcile", "--ending", "7", "--json")
    assert (part.code, json.loads(part.out)["answer"]) == (3, "not known")
    assert kinds(part.out) == [("unread", "r1"), ("missing", "r3"), ("orphaned", "r2")]
    assert "smartlic: r1: " in part.err

    kept = smartlic("reconcile", "--from-store", "--ending", "7", "--json", "-o", "owned.csv")  # asks no device
    assert (kept.code, kinds(kept.out)) == (1, [("missing", "r3"), ("orphaned", "r2")])
    assert "the oldest reading, of r" in kept.err
    rows = list(csv.DictReader((smartlic.folder / "owned.csv").open()))
    assert [row["left"] for row in rows if row["row"] == "licence"] == ["0", "2"]
    assert smartlic("reconcile", "--from-store", "-F", "name=r1", "--ending", "7", "-o", "owned.html").code == 0
    assert "<h1>Is what is in use what we own?</h1>" in (smartlic.folder / "owned.html").read_text()


def test_a_format_that_a_reconciliation_has_not_is_refused(smartlic: CommandLine) -> None:
    ended = smartlic("reconcile", "-o", "owned.prom")
    assert (ended.code, ended.err) == (
        2,
        "smartlic: reconcile has no format prometheus: expected one of table, json, csv, html\n",
    )
