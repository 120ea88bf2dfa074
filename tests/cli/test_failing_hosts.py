"""Hosts that fail: one line each, exit code 3, the others go on, and no secret anywhere."""

from __future__ import annotations

import json

import pytest
from nornir.core.plugins.connections import ConnectionPluginRegister

from nornir_smartlic.cli import commands
from nornir_smartlic.cli.running import run
from tests.cli.scripted import NAME, Scripted

PASSWORD = "hunter2-of-the-inventory"
TOKEN = "MDEwMjAzMDQtMDUwNi0wNzA4LTA5MTAtMTExMjEzMTQxNTE2"


@pytest.fixture(autouse=True)
def plugin():
    ConnectionPluginRegister.register(NAME, Scripted)
    yield
    ConnectionPluginRegister.deregister(NAME)


def misbehaving(*behaviours: str) -> dict[str, object]:
    return {
        behaviour: {"hostname": behaviour, "password": PASSWORD, "data": {"smartlic_door": NAME}}
        for behaviour in behaviours
    }


@pytest.mark.parametrize(
    ("behaviour", "said"),
    [
        ("unreachable", "no answer on 192.0.2.1 port 22"),
        ("garbled", "show running-config"),
        ("library", "no answer: TCP connection to device failed."),
        ("bug", "internal error: KeyError: 'a bug of ours' - please report it"),
    ],
)
@pytest.mark.parametrize("command", ["audit", "plan", "apply"])
def test_a_host_that_fails_is_one_line_and_exit_code_3(smartlic, behaviour, said, command):
    smartlic.inventory(misbehaving(behaviour))
    ended = smartlic(command)
    assert ended.code == 3
    assert ended.err.count("\n") == 1
    assert ended.err.startswith(f"smartlic: {behaviour}: ")
    assert said in ended.err
    assert "Traceback" not in ended.out + ended.err


def test_every_host_that_fails_has_its_line_and_its_place_in_the_json(smartlic):
    smartlic.inventory(misbehaving("unreachable", "library", "bug"))
    ended = smartlic("sync", "--json")
    document = json.loads(ended.out)
    assert ended.code == document["exit_code"] == 3
    assert [host["host"] for host in document["hosts"]] == ["bug", "library", "unreachable"]
    assert document["hosts"][2]["error"] == {
        "kind": "Unreachable",
        "message": "no answer on 192.0.2.1 port 22",
        "is_usage": False,
        "command": None,
        "line": None,
        "line_number": None,
    }
    assert len(ended.err.splitlines()) == 3


def test_the_log_file_of_nornir_does_not_appear(smartlic):
    smartlic.inventory(misbehaving("bug"))
    smartlic("audit")
    assert sorted(path.name for path in smartlic.folder.iterdir()) == ["config.yaml", "hosts.yaml"]


@pytest.mark.parametrize("behaviour", ["unreachable", "garbled", "library", "bug", "echo"])
@pytest.mark.parametrize("words", [("trust", "--force"), ("trust", "--force", "--json"), ("audit", "--json")])
def test_neither_password_nor_token_is_shown_or_logged(smartlic, monkeypatch, caplog, behaviour, words):
    monkeypatch.setenv("SMARTLIC_TOKEN", TOKEN)
    smartlic.inventory(misbehaving(behaviour))
    ended = smartlic(*words)
    assert ended.code == 3
    assert TOKEN not in ended.out + ended.err + caplog.text
    assert PASSWORD not in ended.out + ended.err


def test_a_token_that_a_door_lets_through_is_hidden_all_the_same(smartlic):
    from nornir_smartlic.cli.inventory import open_nornir
    from nornir_smartlic.model import Secret
    from nornir_smartlic.operations.conversation import Exec

    smartlic.inventory(misbehaving("echo"))
    nornir = open_nornir(smartlic.folder / "config.yaml")
    secret = Secret(TOKEN)

    def task(task):
        door = task.host.get_connection(NAME, task.nornir.config)
        door.answer(Exec("license smart trust idtoken {secret} all", secrets=(secret,)))

    report = run(nornir, "trust", task, commands._trusted, secrets=[secret])
    error = report.hosts[0].error
    assert error is not None
    assert error.message.endswith("% Invalid input: ********")
