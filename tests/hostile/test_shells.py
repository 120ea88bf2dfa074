"""Shells as they are: read-only users, AAA, enable, changed names, questions, and modes that others left."""

from __future__ import annotations

from typing import Any

import pytest
from nornir.core.inventory import Host

from nornir_smartlic.doors import door_of
from nornir_smartlic.errors import CommandRefused, QuestionAsked, Refused, UsageError
from nornir_smartlic.operations.conversation import Configure, Exec, Save, Show
from tests.hostile.device import FakeDevice, Shell

DOORS = ("netmiko", "scrapli", "asyncssh")


@pytest.mark.parametrize("door", DOORS)
def test_a_read_only_user_reads_and_changes_nothing(door: str, unchecked: dict[str, Any]):
    with FakeDevice(privilege=1, enable_secret=None) as device:
        host = device.host(door, **unchecked)
        opened = door_of(host)
        assert "UTC" in opened.answer(Show("show clock")).text
        for change in (Configure(("hostname x",)), Save(), Exec("license smart sync local")):
            with pytest.raises(Refused, match="who may only read"):
                opened.answer(change)
        assert "hostname x" not in device.lines


@pytest.mark.parametrize("door", DOORS)
def test_enable_is_given_its_secret(door: str, unchecked: dict[str, Any]):
    with FakeDevice(privilege=1, enable_secret="enable-of-a-fake") as device:
        door_of(device.host(door, **unchecked)).answer(Configure(("license smart url default",)))
        assert "license smart url default" in device.lines


@pytest.mark.parametrize("door", DOORS)
def test_a_refusal_of_aaa_is_a_refused_command(door: str, unchecked: dict[str, Any]):
    async def refuse(shell: Shell) -> bool:
        shell.answer("Command authorization failed.\n")
        return True

    with FakeDevice({"show run": refuse, "hostname x": refuse}) as device:
        opened = door_of(device.host(door, **unchecked))
        with pytest.raises(CommandRefused, match="show run: Command authorization failed"):
            opened.answer(Show("show run"))
        with pytest.raises(CommandRefused, match="hostname x: Command authorization failed"):
            opened.answer(Configure(("hostname x",)))
        assert "UTC" in opened.answer(Show("show clock")).text


@pytest.mark.parametrize("door", DOORS)
def test_a_name_that_changes_is_followed(door: str, unchecked: dict[str, Any]):
    async def rename(shell: Shell) -> bool:
        shell.hostname = "sw3"
        shell.answer("")
        return True

    with FakeDevice({"renamed elsewhere": rename}) as device:
        opened = door_of(device.host(door, **unchecked))
        opened.answer(Configure(("hostname sw2",)))
        assert opened.answer(Show("show clock")).text.strip() == "12:00:00.000 UTC Mon Jan 5 2026"
        opened.answer(Exec("renamed elsewhere"))
        assert opened.answer(Show("show clock")).text.strip() == "12:00:00.000 UTC Mon Jan 5 2026"


@pytest.mark.parametrize("door", DOORS)
def test_a_question_without_an_answer_is_one_line(door: str, unchecked: dict[str, Any]):
    async def ask(shell: Shell) -> bool:
        shell.write("Do you really want to? [yes/no]: ")
        return True

    with FakeDevice({"reload": ask}) as device:
        opened = door_of(device.host(door, **unchecked))
        with pytest.raises(QuestionAsked, match="reload: the device asks 'Do you really want to"):
            opened.answer(Exec("reload"))
        assert "UTC" in opened.answer(Show("show clock")).text


@pytest.mark.parametrize("door", DOORS)
def test_a_session_is_found_in_any_mode_and_left_so(door: str, unchecked: dict[str, Any]):
    with FakeDevice() as device:
        host = device.host(door, **unchecked)
        connection = door_of(host)
        connection.answer(Configure(("license smart url default",)))
        raw = host.connections[door].connection
        if door == "netmiko":
            raw.config_mode()
        elif door == "scrapli":
            raw.send_configs(["license smart url smart"])
        else:
            pytest.skip("nobody else speaks over the asyncssh connection")
        again = door_of(host)
        assert "UTC" in again.answer(Show("show clock")).text
        assert device.lines[-1] == "configure terminal"
        assert "UTC" in door_of(host).answer(Show("show clock")).text
        if door == "scrapli":
            assert "UTC" in raw.send_command("show clock").result


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("key", ["username", "password", "platform", "kind"])
def test_what_an_inventory_lacks_is_named(door: str, key: str, unchecked: dict[str, Any]):
    host: Host = FakeDevice().host(door, **unchecked)
    if key in ("platform", "kind"):
        if door == "asyncssh":
            pytest.skip("asyncssh needs no platform")
        name = None if key == "platform" else "no_such_os"
        host.platform = host.connection_options["scrapli"].platform = name
    else:
        setattr(host, key, None)
    with FakeDevice() as device:
        host.port = device.port
        with pytest.raises(UsageError, match="platform" if key == "kind" else f"no {key}"):
            door_of(host)
