"""The Nornir runner ``smartlic-fleet``: many conversations on one event loop."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from nornir.core.inventory import Host
from nornir.core.task import AggregatedResult, MultiResult, Task

from nornir_smartlic.doors.choice import DATA_KEY
from nornir_smartlic.fleet.bridge import background_loop, carried

ASYNC_DOORS: Final = frozenset({"asyncssh"})
"""Connections that wait without holding up their loop. Those of netmiko and scrapli run in threads."""


class FleetRunner:
    """Runs hosts with an async door beside each other in one thread, the others in a pool of threads.

    Args:
        concurrency: how many hosts are worked on at a time; each has a connection and some 100 kB.
        num_workers: threads for hosts with another door.
        close: leave each host when its task is done; else connections stay open, for the next task.
        async_doors: connection plugins that may run on the loop.
    """

    def __init__(
        self,
        concurrency: int = 500,
        num_workers: int = 20,
        close: bool = True,
        async_doors: frozenset[str] = ASYNC_DOORS,
    ) -> None:
        self.concurrency = concurrency
        self.num_workers = num_workers
        self.close = close
        self.async_doors = async_doors

    def run(self, task: Task, hosts: list[Host]) -> AggregatedResult:
        """The result of *task* on each of *hosts*, in their order."""
        result = AggregatedResult(task.name)
        for multi in background_loop.run(self._run(task, hosts)):
            result[multi.host.name] = multi
        return result

    async def _run(self, task: Task, hosts: list[Host]) -> list[MultiResult]:
        places = asyncio.Semaphore(self.concurrency)
        loop = asyncio.get_running_loop()
        with ThreadPoolExecutor(self.num_workers) as pool:

            async def one(host: Host) -> MultiResult:
                if host.get(DATA_KEY) not in self.async_doors:
                    return await loop.run_in_executor(pool, self._work, task, host)
                async with places:
                    return await carried(lambda: self._work(task, host))

            return list(await asyncio.gather(*(one(host) for host in hosts)))

    def _work(self, task: Task, host: Host) -> MultiResult:
        try:
            return task.copy().start(host)
        finally:
            if self.close:
                _leave(host)


def _leave(host: Host) -> None:
    for name in list(host.connections):
        try:
            host.close_connection(name)
        except Exception:  # noqa: BLE001  it is broken already; the result of the task counts
            host.connections.pop(name, None)
