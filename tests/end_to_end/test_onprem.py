"""``smartlic trust --from-onprem``: devices reach SSM On-Prem by smart transport, we its API over HTTPS."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from smartlic_lab.authority import OnPrem
from smartlic_lab.authority.tokens import list_tokens
from smartlic_lab.running.lab import Lab
from tests.cli.commandline import CommandLine

SECRET = "secret-of-the-onprem-client"
TOPOLOGY = {
    "clock": {"speed": 200},
    "authorities": [
        {"name": "cssm", "kind": "cssm", "smart_accounts": [{"domain": "example.com"}]},
        {"name": "onprem", "kind": "onprem", "local_account": "LAB"},
    ],
    "smart_licensing": {
        "transport": "smart",
        "url": "https://onprem.example.com/SmartTransport",
        "account": {"virtual_account": "DEFAULT"},
        "trust": True,
    },
    "devices": [
        {"name": name, "platform": "c8000v", "day0": ["license boot level network-advantage addon dna-advantage"]}
        for name in ("r1", "r2")
    ],
}


@pytest.fixture
def lab() -> Iterator[Lab]:
    with Lab.from_dict(TOPOLOGY) as running:
        yield running


def test_tokens_are_made_on_premises_for_the_run_and_revoked(lab, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    lab.inventory("nornir", tmp_path)
    onprem = lab.authorities["onprem"].authority
    assert isinstance(onprem, OnPrem)
    onprem.add_api_client("LAB", "script", SECRET)
    served = next(one for one in lab.status()["authorities"] if one["kind"] == "onprem")
    smartlic = CommandLine(tmp_path, capsys)
    refused = smartlic("--door", "asyncssh", "trust", "--from-onprem")
    assert (refused.code, "set SMARTLIC_ONPREM_URL" in refused.err) == (2, True)
    monkeypatch.setenv("SMARTLIC_ONPREM_URL", served["url"])
    monkeypatch.setenv("SMARTLIC_ONPREM_CA_FILE", served["ca_file"])
    monkeypatch.setenv("SMARTLIC_ONPREM_ACCOUNT", "LAB")
    monkeypatch.setenv("SMARTLIC_ONPREM_CLIENT_ID", "script")
    monkeypatch.setenv("SMARTLIC_ONPREM_CLIENT_SECRET", SECRET)
    assert smartlic("--door", "asyncssh", "apply").code == 0
    ended = smartlic("--door", "asyncssh", "trust", "--from-onprem", "--json")
    assert (ended.code, ended.err) == (0, "")
    assert all(host["changed"] for host in json.loads(ended.out)["hosts"])
    assert SECRET not in ended.out
    with onprem.work() as work:
        account = work.smart_account("LAB")
        home = work.virtual_account(account, "DEFAULT")
        assert [token.description for token in list_tokens(work, home)] == []
    assert smartlic("--door", "asyncssh", "trust", "--from-onprem").code == 0  # nothing needed, nothing made
    assert smartlic("trust", "--from-onprem", "--from-cssm").code == 2
