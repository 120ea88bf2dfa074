"""A host is who its key says, over every door; the message has the command that adds one."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from nornir_smartlic.doors import door_of, host_keys
from nornir_smartlic.errors import HostKeyRejected, UsageError
from nornir_smartlic.operations.conversation import Show
from tests.hostile.device import OTHER_KEY, FakeDevice

DOORS = ("netmiko", "scrapli", "asyncssh")


@pytest.mark.parametrize("door", DOORS)
def test_a_known_host_is_taken(door: str, tmp_path: Path):
    with FakeDevice() as device:
        (tmp_path / "known").write_text(device.known_hosts())
        opened = door_of(device.host(door, smartlic_host_keys=str(tmp_path / "known")))
        assert "UTC" in opened.answer(Show("show clock")).text


@pytest.mark.parametrize("door", DOORS)
def test_an_unknown_host_gets_no_password(door: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(host_keys, "DEFAULT", str(tmp_path / "known"))
    (tmp_path / "known").write_text("")
    with FakeDevice() as device:
        with pytest.raises(HostKeyRejected) as caught:
            door_of(device.host(door)).answer(Show("show clock"))
        assert device.logins == 0
        assert f"ssh-keyscan -p {device.port} 127.0.0.1" in str(caught.value)
        assert f">> {tmp_path / 'known'}" in str(caught.value)
        assert " is not in " in str(caught.value)


@pytest.mark.parametrize("door", DOORS)
def test_a_changed_key_is_said_to_be_one(door: str, tmp_path: Path):
    with FakeDevice() as device:
        (tmp_path / "known").write_text(device.known_hosts(OTHER_KEY))
        with pytest.raises(HostKeyRejected, match=r"is another one than in .*ssh-keygen -R"):
            door_of(device.host(door, smartlic_host_keys=str(tmp_path / "known"))).answer(Show("show clock"))
        assert device.logins == 0


@pytest.mark.parametrize("door", DOORS)
def test_no_check_is_said_once(door: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(host_keys, "_warned", set())
    caplog.set_level(logging.WARNING, "nornir_smartlic")
    with FakeDevice() as device:
        for value in ("off", False):
            door_of(device.host(door, smartlic_host_keys=value)).answer(Show("show clock"))
    assert [record.name for record in caplog.records].count("nornir_smartlic") == 1
    assert "host keys are not checked" in caplog.text


def test_options_of_the_libraries_are_respected():
    host = FakeDevice().host("netmiko")
    assert host_keys.netmiko_options(host, {"ssh_strict": False}) == {"ssh_strict": False}
    assert host_keys.netmiko_options(host, {"system_host_keys": True})["ssh_strict"] is True
    assert host_keys.scrapli_options(host, {"ssh_known_hosts_file": "x"}) == {"ssh_known_hosts_file": "x"}
    assert host_keys.asyncssh_options(host, {"known_hosts": None}) == {"known_hosts": None}


def test_a_file_that_is_not_there_is_an_error_of_usage(tmp_path: Path):
    host = FakeDevice().host("netmiko", smartlic_host_keys=str(tmp_path / "nowhere"))
    with pytest.raises(UsageError, match="smartlic_host_keys: there is no file"):
        host_keys.known_hosts_of(host)
