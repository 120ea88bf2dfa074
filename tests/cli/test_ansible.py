"""``smartlic inventory --from ansible``: what Ansible says of its inventory, as files of Nornir."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import pytest

HOSTS = {
    "all": {
        "children": {
            "branches": {
                "children": {
                    "switches": {
                        "hosts": {
                            "sw1": {
                                "ansible_host": "192.0.2.11",
                                "smart_licensing": {"vrf": "Mgmt-vrf"},
                                "key": "s3cret",
                            },
                            "sw2": {"ansible_host": "192.0.2.12", "ansible_port": 2222},
                        }
                    }
                },
                "vars": {
                    "ansible_network_os": "cisco.ios.ios",
                    "ansible_user": "admin",
                    "ansible_password": "t0psecret",
                    "smart_licensing": {"transport": "smart", "url": "default"},
                },
            },
            "servers": {"hosts": {"web1": {"ansible_host": "192.0.2.50"}}},
        },
        "vars": {"smart_licensing": {"usage_interval_days": 14}},
    }
}
"""With a group in a group, another kind of host, and secrets."""


@pytest.fixture
def source(smartlic, monkeypatch) -> str:
    """The inventory, and Ansible of this environment on the path."""
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent), prepend=":")
    if shutil.which("ansible-inventory") is None:
        pytest.skip("ansible is not installed")
    smartlic.inventory({})
    return str(smartlic.write("ansible.yaml", HOSTS))


def test_the_files_work_at_once_and_hold_no_secret(smartlic, source):
    ended = smartlic("inventory", source, "--from", "ansible", "-o", "made", "--json")
    assert ended.code == 0, ended.err
    assert [row["host"] for row in json.loads(ended.out)["hosts"]] == ["sw1", "sw2"]
    assert "left out, no Cisco IOS by ansible_network_os: web1" in ended.err
    texts = "".join(path.read_text() for path in Path("made").iterdir())
    assert "s3cret" not in texts + ended.out + ended.err
    assert "t0psecret" not in texts + ended.out + ended.err
    shown = smartlic.bare("-c", "made/config.yaml", "inventory", "sw1", "--json")
    rows = {row["key"]: (row["value"], row["origin"]) for row in json.loads(shown.out)["keys"]}
    assert rows == {
        "vrf": ("Mgmt-vrf", "host sw1"),
        "transport": ("smart", "group branches"),
        "url": ("default", "group branches"),
        "usage_interval_days": (14, "defaults"),
    }


def test_files_that_are_there_stay(smartlic, source):
    Path("made").mkdir()
    Path("made/hosts.yaml").write_text("mine")
    ended = smartlic("inventory", source, "--from", "ansible", "-o", "made")
    assert (ended.code, Path("made/hosts.yaml").read_text()) == (2, "mine")
    assert "hosts.yaml there already" in ended.err
    assert [path.name for path in Path("made").iterdir()] == ["hosts.yaml"]


def answering(monkeypatch, tmp_path, program: str) -> None:
    """An ``ansible-inventory`` that does what *program* says."""
    path = tmp_path / "bin" / "ansible-inventory"
    path.parent.mkdir()
    path.write_text(f"#!{sys.executable}\nimport json, sys\nsay = lambda data: print(json.dumps(data))\n{program}\n")
    path.chmod(0o755)
    monkeypatch.setenv("PATH", str(path.parent))


@pytest.mark.parametrize(
    ("program", "message"),
    [
        ("sys.exit('ERROR! no vault secrets found')", "ansible-inventory: ERROR! no vault secrets found"),
        ("print('no JSON')", "gave no JSON"),
        ("print('[]')", "gave no JSON object"),
        (
            "say({'_meta': {'hostvars': {'sw1': {'ansible_network_os': 'ios', 'ansible_user': '{{ x }}'}}}})",
            "sw1: ansible_user: is a template",
        ),
        (
            "say({'_meta': {'hostvars': {'sw1': {'ansible_network_os': 'ios', 'ansible_port': 'ssh'}}}})",
            "sw1: ansible_port: 'ssh': expected 1 to 65535",
        ),
    ],
)
def test_what_ansible_cannot_say_is_one_line(smartlic, tmp_path, monkeypatch, program, message):
    smartlic.inventory({})
    source = str(smartlic.write("ansible.yaml", {}))
    answering(monkeypatch, tmp_path, program)
    ended = smartlic("inventory", source, "--from", "ansible", "-o", "made")
    assert ended.code == 2
    assert message in ended.err
    assert len(ended.err.splitlines()) == 1
    assert not Path("made").exists()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["nowhere.yaml", "--from", "ansible"], "nowhere.yaml: no such file"),
        (["config.yaml", "--from", "ansible"], "ansible-inventory is not there"),
        (["config.yaml", "--from", "puppet"], "--from 'puppet': expected ansible"),
        (["sw1", "-o", "made"], "-o is the folder of --from"),
    ],
)
def test_wrong_usage_is_one_line(smartlic, monkeypatch, tmp_path, words, message):
    smartlic.inventory({})
    monkeypatch.setenv("PATH", str(tmp_path))
    ended = smartlic("inventory", *words)
    assert (ended.code, len(ended.err.splitlines())) == (2, 1)
    assert message in ended.err
