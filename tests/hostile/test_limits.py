"""A device that hangs or floods, at any stage, ends in one line within its limits, over every door."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest

from nornir_smartlic.doors import door_of
from nornir_smartlic.errors import DeviceError, Refused, TimedOut, TooLarge, Unreachable
from nornir_smartlic.operations.conversation import Fetch, Put, Show
from tests.hostile.device import LONG, FakeDevice, Shell

DOORS = ("netmiko", "scrapli", "asyncssh")
LIMITS = {"connect": 2, "login": 2, "prompt": 2, "command": 1, "copy": 1, "answer_mb": 2, "file_mb": 2}
HANGING = LIMITS | {"connect": 1, "login": 1, "prompt": 1}  # for one that gives no prompt, however quick it is


async def hang(shell: Shell) -> None:
    await shell.hang()


async def flood(shell: Shell) -> None:
    await shell.flood()


async def drip(shell: Shell) -> None:
    while True:
        shell.write(".")
        await asyncio.sleep(0.1)


async def endless_file(shell: Shell) -> None:
    shell.process.stdout.write("C0644 9999999999 file\n")
    await shell.flood()


async def file_longer_than_it_says(shell: Shell) -> None:
    shell.process.stdout.write("C0644 5 file\n")
    await shell.flood()


async def no_line(shell: Shell) -> None:
    await shell.flood("C0644" * 1000)


def ends(device: FakeDevice, door: str, unchecked: dict[str, Any], request: Any, limits: Any = LIMITS) -> DeviceError:
    """The error in which *request* ends, in time."""
    began = time.monotonic()
    with pytest.raises(DeviceError) as caught:
        door_of(device.host(door, smartlic_limits=limits, **unchecked)).answer(request)
    assert time.monotonic() - began < 13  # netmiko itself looks for the first prompt for 10 s
    assert "\n" not in str(caught.value)
    return caught.value


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("stage", ["tcp", "login", "channel"])
def test_a_login_that_hangs_ends(door: str, stage: str, unchecked: dict[str, Any]):
    with FakeDevice(hangs_at=stage) as device:
        assert isinstance(ends(device, door, unchecked, Show("show clock"), HANGING), TimedOut | Unreachable)


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("script", [hang, flood])
def test_a_device_without_a_first_prompt_ends(door: str, script: Any, unchecked: dict[str, Any]):
    if door == "netmiko" and script is flood and not LONG:
        pytest.skip("10 s of netmiko's own, as for one that hangs: in the long form")
    with FakeDevice({"start": script}) as device:
        assert isinstance(ends(device, door, unchecked, Show("show clock"), HANGING), TimedOut | Unreachable | TooLarge)


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("script", [hang, drip])
def test_a_command_that_does_not_end_is_given_up_in_the_time_that_is_said(
    door: str, script: Any, unchecked: dict[str, Any]
):
    with FakeDevice({"show clock": script}) as device:
        error = ends(device, door, unchecked, Show("show clock"))
    assert isinstance(error, TimedOut)
    assert str(error) == "show clock: no prompt within 1 s (limit command)"


@pytest.mark.parametrize("door", DOORS)
def test_an_answer_without_end_is_given_up_at_its_size(door: str, unchecked: dict[str, Any]):
    with FakeDevice({"show clock": flood}) as device:
        error = ends(device, door, unchecked, Show("show clock"))
    assert isinstance(error, TooLarge)
    assert str(error) == "show clock: more than 2097152 bytes came (limit answer_mb)"


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("request_", [Fetch("flash:f"), Put("flash:f", b"x")], ids=["fetch", "put"])
def test_a_copy_that_hangs_is_given_up(door: str, request_: Any, unchecked: dict[str, Any]):
    with FakeDevice({"scp": hang}) as device:
        error = ends(device, door, unchecked, request_)
    assert isinstance(error, TimedOut)
    assert str(error) == "flash:f: not copied within 1 s (limit copy)"


@pytest.mark.parametrize("door", DOORS)
def test_an_endless_file_is_refused_before_it_is_read(door: str, unchecked: dict[str, Any]):
    with FakeDevice({"scp": endless_file}) as device:
        error = ends(device, door, unchecked, Fetch("flash:f"))
    assert isinstance(error, TooLarge)
    assert str(error) == "flash:f has 9999999999 bytes, more than 2097152 (limit file_mb)"


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("script", [file_longer_than_it_says, no_line])
def test_a_copy_that_lies_is_refused(door: str, script: Any, unchecked: dict[str, Any]):
    with FakeDevice({"scp": script}) as device:
        assert isinstance(ends(device, door, unchecked, Fetch("flash:f")), Refused)


@pytest.mark.parametrize("door", DOORS)
def test_a_device_that_echoes_slowly_is_read(door: str, unchecked: dict[str, Any]):
    async def slowly(shell: Shell, text: str) -> None:
        await asyncio.sleep(0.15)
        shell.write(text)

    with FakeDevice() as device:
        opened = door_of(device.host(door, smartlic_limits={"command": 20}, **unchecked))
        device.echo = slowly
        assert "12:00:00.000 UTC" in opened.answer(Show("show clock")).text
