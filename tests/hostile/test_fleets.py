"""Hosts that hang, flood, lie and cut beside good ones: the command ends, and reports what became of each host."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from smartlic_lab.running.lab import Lab
from tests.cli.commandline import CommandLine
from tests.hostile.device import ADDRESS, LONG, PASSWORD, USER, FakeDevice, Shell

GOOD = ("r1", "r2", "r3")
TOPOLOGY = {"devices": [{"name": name, "platform": "c8000v"} for name in GOOD]}
LIMITS = ("connect=3", "login=3", "prompt=5", "command=6", "answer_mb=2", "overall=60")
SEEDS = range(20) if LONG else range(1)


async def flood(shell: Shell) -> None:
    await shell.flood()


async def cut(shell: Shell) -> None:
    shell.cut()


BAD: dict[str, dict[str, Any]] = {
    "hangs-at-login": {"hangs_at": "login"},
    "opens-no-channel": {"hangs_at": "channel"},
    "floods": {"scripts": {"show version": flood}},
    "cuts": {"scripts": {"show version": cut}},
}


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with Lab.from_dict(TOPOLOGY) as running:
        yield running


@pytest.fixture
def smartlic(
    lab: Lab, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> CommandLine:
    """``smartlic`` over three devices of the lab."""
    monkeypatch.chdir(tmp_path)
    lab.inventory("nornir", tmp_path)
    return CommandLine(tmp_path, capsys)


@contextmanager
def among_them(folder: Path, bad: dict[str, dict[str, Any]]) -> Iterator[None]:
    """Put *bad* hosts into the inventory in *folder*."""
    yaml = YAML(typ="safe")
    hosts = yaml.load(folder / "hosts.yaml")
    with ExitStack() as devices:
        for name, behaviour in bad.items():
            device = devices.enter_context(FakeDevice(hostname=name, **behaviour))
            login = {"hostname": ADDRESS, "port": device.port, "username": USER, "password": PASSWORD}
            options = dict.fromkeys(("netmiko", "scrapli", "asyncssh"), login)
            hosts[name] = {**login, "platform": "cisco_xe", "groups": hosts["r1"].get("groups", [])}
            hosts[name]["connection_options"] = options
        with (folder / "hosts.yaml").open("w") as file:
            yaml.dump(hosts, file)
        yield


@pytest.mark.parametrize("door", ["netmiko", "asyncssh"])
def test_the_good_hosts_are_shown_and_the_bad_ones_counted(smartlic: CommandLine, door: str):
    with among_them(smartlic.folder, BAD):
        check(smartlic, door, set(BAD), "audit")


@pytest.mark.parametrize("seed", SEEDS)
def test_whatever_goes_wrong_at_whatever_step_stays_with_its_host(smartlic: CommandLine, seed: int):
    chance = random.Random(seed)
    bad = {f"bad{number}": {"scripts": {"any": at_step(chance)}} for number in range(6)}
    with among_them(smartlic.folder, bad):
        check(smartlic, "asyncssh", set(bad), chance.choice(["audit", "plan"]))


def at_step(chance: random.Random) -> Any:
    """Something bad at one of the first lines, and a lie at the others."""
    left = chance.randrange(4)
    what = chance.choice(["hang", "flood", "cut"])
    lie = chance.choice(["", "% Invalid input detected at '^' marker.", "\x1b[2J\x00" * 50, "License Usage:\n" * 1000])

    async def misbehave(shell: Shell) -> bool:
        nonlocal left
        left -= 1
        if left >= 0:
            shell.answer(lie)
            return True
        match what:
            case "hang":
                await shell.hang()
            case "flood":
                await shell.flood()
            case _:
                shell.cut()
        return True

    return misbehave


def check(smartlic: CommandLine, door: str, bad: set[str], command: str) -> None:
    """Run it: the good hosts have a result, the bad ones their error, and nobody holds the others up."""
    options = [word for limit in LIMITS for word in ("--limit", limit)]
    began = time.monotonic()
    ended = smartlic("--door", door, "--host-keys", "off", *options, command, "--json")
    assert time.monotonic() - began < 60
    document = json.loads(ended.out)
    errors = {host["host"]: host["error"] for host in document["hosts"]}
    assert {name for name, error in errors.items() if error is None} == set(GOOD)
    assert {name for name in bad if errors[name] is not None} == bad
    assert (ended.code, document["exit_code"]) == (3, 3)
    kinds = {errors[name]["kind"] for name in bad}
    assert kinds <= {"TimedOut", "TooLarge", "Unreachable", "CommandRefused", "ParseError", "QuestionAsked"}
    said = [line for line in ended.err.splitlines() if line.startswith("smartlic: ")]
    assert {line.split(": ")[1] for line in said} >= bad
