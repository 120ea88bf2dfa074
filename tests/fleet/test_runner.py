"""Conversations beside each other on one loop, without a socket: their doors wait for each other."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from nornir.core import Nornir
from nornir.core.configuration import Config
from nornir.core.inventory import Defaults, Groups, Host, Hosts, Inventory
from nornir.core.plugins.connections import ConnectionPluginRegister
from nornir.core.task import Result, Task

from nornir_smartlic.errors import Unreachable
from nornir_smartlic.fleet import FleetRunner
from nornir_smartlic.fleet.bridge import background_loop, waited
from nornir_smartlic.operations.conversation import Answer, Request, Show, converse

DOORS = frozenset({"meeting"})


class Meeting:
    """A connection whose every answer waits until all others have asked: only a loop full of them gets on."""

    expected = 0
    here: set[int] = set()  # noqa: RUF012  reset by the fixture
    all_are_here: asyncio.Event
    opened: list[str] = []  # noqa: RUF012
    closed: list[str] = []  # noqa: RUF012
    most = 0

    connection: Any = None

    def open(self, hostname: str, *_: Any, **__: Any) -> None:
        self.name = hostname
        Meeting.opened.append(hostname)
        Meeting.most = max(Meeting.most, len(Meeting.opened) - len(Meeting.closed))
        self.connection = self

    def close(self) -> None:
        Meeting.closed.append(self.name)

    def answer(self, request: Request) -> Answer:
        if self.name.endswith("bad"):
            raise Unreachable("no answer", host=self.name)
        return waited(self._answer(request))

    async def _answer(self, request: Request) -> Answer:
        Meeting.here.add(id(self))
        if len(Meeting.here) >= Meeting.expected:
            Meeting.all_are_here.set()
        await asyncio.wait_for(Meeting.all_are_here.wait(), 20)
        return Answer(f"{self.name} in {threading.current_thread().name}")


@pytest.fixture(autouse=True)
def meeting() -> Iterator[None]:
    Meeting.expected, Meeting.most, Meeting.here = 0, 0, set()
    Meeting.opened, Meeting.closed = [], []

    async def event() -> asyncio.Event:
        return asyncio.Event()

    Meeting.all_are_here = background_loop.run(event())
    ConnectionPluginRegister.register("meeting", Meeting)
    yield
    ConnectionPluginRegister.deregister("meeting")


def fleet(*names: str, runner: FleetRunner | None = None, door: str = "meeting") -> Nornir:
    hosts = Hosts(
        {name: Host(name, hostname=name, data={"smartlic_door": door}, defaults=Defaults()) for name in names}
    )
    return Nornir(
        Inventory(hosts, Groups(), Defaults()), runner=runner or FleetRunner(async_doors=DOORS), config=Config()
    )


def ask_twice(task: Task) -> Result:
    """A plain task over the host's door, as all ours are."""
    from nornir_smartlic.doors import door_of

    door = door_of(task.host, task.nornir.config)

    def conversation():
        yield Show("show clock")
        answer = yield Show("show version")
        return answer.text

    return Result(task.host, result=converse(conversation(), door.answer))


def test_three_hundred_hosts_wait_for_each_other_in_one_thread():
    names = [f"sw{number:03}" for number in range(300)]
    Meeting.expected = len(names)
    results = fleet(*names).run(ask_twice)
    assert not results.failed
    assert {result[0].result.split(" in ")[1] for result in results.values()} == {"smartlic fleet"}
    assert list(results) == names


def test_no_more_hosts_than_allowed_are_connected_at_a_time_and_each_is_left_again():
    names = [f"sw{number}" for number in range(20)]
    Meeting.expected = 3  # so that the first three are there together, however fast an answer is
    fleet(*names, runner=FleetRunner(concurrency=3, async_doors=DOORS)).run(ask_twice)
    assert Meeting.most == 3
    assert sorted(Meeting.closed) == sorted(names)


def test_connections_stay_open_where_that_is_wanted():
    nornir = fleet("sw1", runner=FleetRunner(close=False, async_doors=DOORS))
    nornir.run(ask_twice)
    nornir.run(ask_twice)
    assert (Meeting.opened, Meeting.closed) == (["sw1"], [])
    nornir.close_connections()
    assert Meeting.closed == ["sw1"]


def test_an_error_is_raised_in_the_task_and_is_no_other_host_s_concern():
    results = fleet("sw1", "sw2-bad", "sw3").run(ask_twice)
    assert isinstance(results["sw2-bad"].exception, Unreachable)
    assert not results["sw1"].failed
    assert not results["sw3"].failed


def test_a_host_with_another_door_runs_in_a_thread_and_its_door_serves_all_the_same():
    results = fleet("sw1", runner=FleetRunner()).run(ask_twice)  # no async doors but asyncssh
    assert results["sw1"][0].result == "sw1 in smartlic fleet"  # the door awaits on the loop


def test_a_door_serves_plain_code_too():
    async def answer() -> int:
        return 42

    assert waited(answer()) == 42
