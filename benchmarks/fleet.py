"""How fast a fleet is read: our runner on one event loop against nornir with netmiko and scrapli, in the same run.

    python benchmarks/fleet.py --devices 100

A lab of emulated devices runs in a process of its own; each contender logs in on every device, reads and parses
``show license all``, and leaves. Emulated devices answer at once, so that the lab is the limit of every contender;
``--delay 0.5`` lets each answer take its time, as those of real devices do. The processor time is the client's alone.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from nornir import InitNornir
from nornir.core import Nornir
from nornir.core.task import Result, Task
from nornir.plugins.runners import ThreadedRunner

from nornir_smartlic.fleet import FleetRunner, register_plugins
from nornir_smartlic.operations.reading import read_state
from nornir_smartlic.tasks.driving import drive

LAB = """
import asyncio, sys
from smartlic_lab.running.lab import Lab
from smartlic_lab.transports.terminal import Terminal

delay, feed = float(sys.argv[3]), Terminal.feed
if delay:
    Terminal.feed = lambda self, data: asyncio.get_running_loop().call_later(delay, feed, self, data)
devices = [{"name": "sw", "platform": "c9300", "release": "17.12", "count": int(sys.argv[1])}]
with Lab.from_dict({"clock": {"speed": 1}, "devices": devices}) as lab:
    lab.inventory("nornir", sys.argv[2])
    print("ready", flush=True)
    sys.stdin.read()
"""


def read(task: Task) -> Result:
    """Our task: the door, the command, the whole model."""
    return Result(task.host, result=drive(task, read_state()))


def read_with_netmiko(task: Task) -> Result:
    """What a user of nornir-netmiko writes; parsed by us too, so that both do the same work."""
    from nornir_netmiko.tasks import netmiko_send_command

    from nornir_smartlic.parsers import parse

    answer = task.run(netmiko_send_command, command_string="show license all")
    return Result(task.host, result=parse("show license all", answer.result).value)


def fleet_of(folder: Path, door: str, runner: Any) -> Nornir:
    """The lab's inventory, over one door."""
    nornir = InitNornir(config_file=str(folder / "config.yaml")).with_runner(runner)
    for host in nornir.inventory.hosts.values():
        host["smartlic_door"] = door
    return nornir


def timed(nornir: Nornir, task: Any) -> tuple[float, float]:
    """Wall and processor seconds of one run; raises where a host failed."""
    wall, cpu = time.perf_counter(), time.process_time()
    results = nornir.run(task=task)
    nornir.close_connections(on_failed=True)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    for host, result in results.items():
        if result.failed:
            raise SystemExit(f"{host}: {result[-1].exception}")
    return wall, cpu


def main() -> int:
    """Print a line for each contender, and the ratio that is promised."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--devices", type=int, default=100)
    parser.add_argument("--workers", type=int, default=100, help="threads of the threaded contenders")
    parser.add_argument("--delay", type=float, default=0.0, help="seconds that a device takes for each input")
    parser.add_argument("--at-least", type=float, default=0.0, help="exit 1 below this ratio to nornir-netmiko")
    given = parser.parse_args()
    register_plugins()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        command = [sys.executable, "-c", LAB, str(given.devices), name, str(given.delay)]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
        lab = subprocess.Popen(command, text=True, **pipes)
        try:
            assert lab.stdout is not None
            if lab.stdout.readline().strip() != "ready":
                raise SystemExit("the lab did not start")
            contenders = {
                "nornir-netmiko": (fleet_of(folder, "netmiko", ThreadedRunner(given.workers)), read_with_netmiko),
                "tasks over netmiko": (fleet_of(folder, "netmiko", ThreadedRunner(given.workers)), read),
                "tasks over scrapli": (fleet_of(folder, "scrapli", ThreadedRunner(given.workers)), read),
                "smartlic-fleet": (fleet_of(folder, "asyncssh", FleetRunner()), read),
            }
            rates, costs = {}, {}
            for title, (nornir, task) in contenders.items():
                one = nornir.filter(filter_func=lambda host: host.name.endswith("1") and host.name.count("0") > 0)
                timed(one if one.inventory.hosts else nornir, task)  # imports, caches
                wall, cpu = timed(nornir, task)
                rates[title], costs[title] = given.devices / wall, cpu / given.devices * 1000
                print(f"{title:20} {wall:7.2f} s {rates[title]:8.1f} devices/s {costs[title]:7.1f} ms cpu per device")
        finally:
            lab.communicate("")
    ratio = rates["smartlic-fleet"] / rates["nornir-netmiko"]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    cheaper = costs["nornir-netmiko"] / costs["smartlic-fleet"]
    print(f"smartlic-fleet is {ratio:.1f} times as fast as nornir-netmiko, for a {cheaper:.1f}th of its processor time")
    print(f"peak memory of all contenders together: {peak:.0f} MB")
    return 0 if ratio >= given.at_least else 1


if __name__ == "__main__":
    sys.exit(main())
