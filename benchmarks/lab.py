"""How fast the lab is: a licensing year, logins, boots.

    python benchmarks/lab.py year [DEVICES]      a year: the usage of each device changes every day, it reports monthly
    python benchmarks/lab.py logins [DEVICES]    SSH logins a second, one command each
    python benchmarks/lab.py boot [DEVICES]      time and memory until every device listens

Each prints one JSON document; ``ok`` says whether the aim is reached.
"""

from __future__ import annotations

import asyncio
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from nornir_smartlic.model import placed
from smartlic_lab.agent.events import UsageChanged
from smartlic_lab.device import Device
from smartlic_lab.running.lab import Lab

YEAR_SECONDS: Final = 60.0  # for 1,000 devices on one core
DAY: Final = timedelta(days=1)


def topology(count: int) -> dict[str, Any]:
    """*count* routers that report to CSSM directly."""
    day0 = ["license smart transport smart", "license smart url default", "license boot level network-advantage"]
    entry = {"name": "r", "platform": "c8000v", "release": "17.12", "count": count, "day0": day0}
    return {"clock": {"speed": 0}, "devices": [entry]}


def year(count: int) -> dict[str, Any]:
    """A year in which the usage of every device changes every day; it reports in the default rhythm."""
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    lab = Lab.from_dict(topology(count), serve=False)
    with lab:
        token = lab.token().reveal()
        for name in lab.devices:
            lab.execute(name, f"license smart trust idtoken {token} all")
        cssm = _timed(lab)
        wall, cpu = time.perf_counter(), time.process_time()
        for day in range(365):
            lab.advance(DAY)
            for name, device in lab.devices.items():
                with lab.world.at(name) as now:
                    _change_usage(device, now, 1 + day % 2)
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        acknowledged = late = 0
        for name, device in lab.devices.items():
            with lab.world.at(name) as now:
                last = placed(device.agent.state(now).usage_reporting.last_ack)
                acknowledged += last is not None
                late += last is None or now - last > 32 * DAY
    return {
        "devices": count,
        "events": 365 * count,
        "seconds": round(wall, 1),
        "cpu_seconds": round(cpu, 1),
        "cpu_seconds_of_cssm": round(cssm[0], 1),
        "microseconds_a_device_and_day": round(cpu / count / 365 * 1e6),
        "acknowledged": acknowledged,
        "late": late,
        "ok": cpu < YEAR_SECONDS * count / 1000 and not late,
    }


def _change_usage(device: Device, now: datetime, count: int) -> None:
    """The platform uses another number of the first of its licences."""
    device.feed(UsageChanged(next(iter(device.family.entitlements))[1], count), now)


def _timed(lab: Lab) -> list[float]:
    """Sums up the seconds that CSSM takes of it."""
    spent = [0.0]
    cssm = lab.cssm

    def timed(work: Callable[..., Any]) -> Callable[..., Any]:
        def run(*arguments: Any) -> Any:
            begun = time.process_time()
            try:
                return work(*arguments)
            finally:
                spent[0] += time.process_time() - begun

        return run

    cssm.handle, cssm.tick = timed(cssm.handle), timed(cssm.tick)  # type: ignore[method-assign]  # to see its share
    return spent


def boot(count: int) -> dict[str, Any]:
    """Start *count* devices, each with a port of its own."""
    before, begun = _memory(), time.perf_counter()
    lab = Lab.from_dict(topology(count))
    built = time.perf_counter() - begun
    with lab:
        listening = time.perf_counter() - begun
        memory = _memory() - before
    return {
        "devices": count,
        "seconds_to_build": round(built, 1),
        "seconds_to_listen": round(listening, 1),
        "devices_a_second": round(count / listening),
        "megabytes": round(memory / 1024, 1),
        "kilobytes_a_device": round(memory / count, 1),
        "ok": listening < 60 * max(1, count / 10_000),
    }


def _memory() -> int:
    """Resident kilobytes."""
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * resource.getpagesize() // 1024


def logins(count: int) -> dict[str, Any]:
    """Log in on *count* devices from another process, read one output on each."""
    with Lab.from_dict(topology(count)) as lab:
        places = json.dumps([list(lab.ports[name]) for name in lab.devices])
        done = subprocess.run(
            [sys.executable, __file__, "client", str(lab.password_file)],
            input=places,
            capture_output=True,
            text=True,
            check=True,
        )
    seconds = json.loads(done.stdout)["seconds"]
    return {
        "devices": count,
        "seconds": round(seconds, 2),
        "logins_a_second": round(count / seconds),
        "ok": count / seconds > 100,
    }


def client(password_file: str) -> dict[str, Any]:
    """The other side of `logins`: bare asyncssh, fifty at a time."""
    import asyncssh

    places = json.load(sys.stdin)
    password = Path(password_file).read_text().strip()
    gate = asyncio.Semaphore(50)

    async def read(host: str, port: int) -> None:
        async with (
            gate,
            asyncssh.connect(
                host, port, username="admin", password=password, known_hosts=None, config=None, client_keys=None
            ) as connection,
        ):
            found = await connection.run("show license udi")
            assert "UDI:" in str(found.stdout)

    async def everywhere() -> float:
        begun = time.perf_counter()
        await asyncio.gather(*(read(host, port) for host, port in places))
        return time.perf_counter() - begun

    return {"seconds": asyncio.run(everywhere())}


def main(words: list[str]) -> int:
    """Run one benchmark; 1 where its aim is missed."""
    measures = {"year": (year, 1000), "logins": (logins, 300), "boot": (boot, 10_000)}
    if words[:1] == ["client"]:
        print(json.dumps(client(words[1])))
        return 0
    if not words or words[0] not in measures:
        print(__doc__, file=sys.stderr)
        return 2
    measure, usual = measures[words[0]]
    found = measure(int(words[1]) if len(words) > 1 else usual)
    print(json.dumps(found))
    return 0 if found["ok"] else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
