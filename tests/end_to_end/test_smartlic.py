"""The command ``smartlic`` over real connections: SSH by every door, and CSSM over HTTPS."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from smartlic_lab.running.lab import Lab
from tests.cli.commandline import CommandLine

DOORS = ["netmiko", "scrapli", "asyncssh"]
WANTED = {"transport": "smart", "url": "default", "account": {"virtual_account": "DEFAULT"}, "trust": True}
LEVEL = "license boot level network-advantage addon dna-advantage"
TOPOLOGY = {
    "clock": {"speed": 200},
    "smart_licensing": WANTED,
    "devices": [{"name": name, "platform": "c8000v", "day0": [LEVEL]} for name in ("r1", "r2")],
}


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with Lab.from_dict(TOPOLOGY) as running:
        yield running


@pytest.fixture
def smartlic(lab, tmp_path, capsys, monkeypatch) -> CommandLine:
    """``smartlic`` in a folder with the lab's inventory."""
    monkeypatch.chdir(tmp_path)
    lab.inventory("nornir", tmp_path)
    cssm = next(one for one in lab.status()["authorities"] if one["kind"] == "cssm")
    monkeypatch.setenv("SMARTLIC_CSSM_URL", cssm["url"])
    monkeypatch.setenv("SMARTLIC_CSSM_CA_FILE", cssm["ca_file"])
    monkeypatch.setenv("SMARTLIC_CSSM_CLIENT_ID", cssm["client_id"])
    monkeypatch.setenv("SMARTLIC_CSSM_CLIENT_SECRET", cssm["client_secret"])
    return CommandLine(tmp_path, capsys)


def change(path: Path, **changes: object) -> None:
    """Change the host r1 in an inventory file."""
    yaml = YAML(typ="safe")
    data = yaml.load(path)
    data["r1"].update(changes)
    with path.open("w") as file:
        yaml.dump(data, file)


@pytest.mark.parametrize("door", DOORS)
def test_a_fleet_is_read_over_every_door(smartlic, door):
    ended = smartlic("--door", door, "audit", "--json")
    document = json.loads(ended.out)
    assert (ended.code, ended.err) == (1, "")
    assert {host["device"]["platform"] for host in document["hosts"]} == {"C8000V"}


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"port": 1}, ""),  # nobody listens there
        ({"password": "not-the-password"}, "authentication failed"),
    ],
)
def test_a_device_that_cannot_be_reached_is_one_line_and_the_other_goes_on(smartlic, door, changes, said):
    change(smartlic.folder / "hosts.yaml", **changes)
    ended = smartlic.elsewhere("--door", door, "audit", "--json")
    hosts = {host["host"]: host for host in json.loads(ended.out)["hosts"]}
    assert ended.code == 3
    assert ended.err.startswith("smartlic: r1: ")
    assert said in ended.err
    assert ended.err.count("\n") == 1
    assert "not-the-password" not in ended.out + ended.err
    assert hosts["r2"]["error"] is None


@pytest.mark.parametrize("door", DOORS)
def test_a_device_whose_host_key_is_not_known_is_not_trusted(smartlic, door):
    (smartlic.folder / "known_hosts").write_text("")
    ended = smartlic("--door", door, "audit")
    assert ended.code == 3
    assert ended.err.count("\n") == 2


def test_trust_and_reports_go_over_the_api_of_cssm(smartlic):
    door = ("--door", "asyncssh")
    assert smartlic(*door, "apply").code == 0
    assert smartlic(*door, "trust", "--from-cssm").code == 0
    assert smartlic(*door, "sync").code == 0
    assert smartlic(*door, "audit").code == 0
    devices = json.loads(smartlic("cssm", "devices", "--json").out)["devices"]
    assert len(devices) == 2


def test_a_cssm_with_an_unknown_certificate_is_not_trusted(smartlic, monkeypatch):
    monkeypatch.delenv("SMARTLIC_CSSM_CA_FILE")
    ended = smartlic("cssm", "accounts")
    assert ended.code == 3
    assert "its certificate is not trusted" in ended.err
    assert ended.err.count("\n") == 1
