"""The lab in memory behind Nornir: a world with a CSSM and a device, and a connection plugin that is a door to it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from nornir.core import Nornir
from nornir.core.configuration import Config
from nornir.core.inventory import ConnectionOptions, Defaults, Groups, Host, Hosts, Inventory
from nornir.core.plugins.connections import ConnectionPluginRegister
from nornir.core.task import AggregatedResult
from nornir.plugins.runners import SerialRunner

from nornir_smartlic.errors import CommandRefused, Refused
from nornir_smartlic.model import Secret
from nornir_smartlic.operations.conversation import Answer, Configure, Exec, Fetch, Put, Request, Save, Show, Wait
from nornir_smartlic.operations.refusals import refused_command, refused_line
from smartlic_lab.authority import Cssm
from smartlic_lab.device.device import Device
from smartlic_lab.device.filesystem import FileSystemError
from smartlic_lab.device.specification import DeviceSpec
from smartlic_lab.world import ServerCertificate, Site, Uplink, World
from smartlic_lab.world.clock import VirtualClock

JAN_1: Final = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)
YEAR: Final = timedelta(days=365)
PASSWORD: Final = Secret("device-password-7")
TOKEN: Final = Secret("bWVtb3J5LWxhYi10b2tlbg")
NAME_SERVER: Final = "192.0.2.53"


class MemoryDoor:
    """Answers requests from a device in the same process; waiting lets the world's time pass."""

    def __init__(self, lab: MemoryLab, device: Device) -> None:
        self.lab, self.device = lab, device
        with lab.world.at(device.name) as now:
            self.session = device.open_session(now, username="admin", privilege=15)
        self.type("terminal length 0")

    def answer(self, request: Request) -> Answer:
        self.lab.asked.append(request)
        match request:
            case Show(command):
                return Answer(self._exec(Exec(command)))
            case Exec():
                return Answer(self._exec(request))
            case Save():
                return Answer(self._exec(Exec("write memory")))
            case Configure(lines):
                return Answer(self._configure(lines))
            case Wait(span):
                self.lab.world.advance(span)
                return Answer()
            case Fetch(path):
                return Answer(data=self._file(lambda: self.device.read_file(path)))
            case Put(path, data):
                self._file(lambda: self.device.write_file(path, data))
                return Answer()

    def type(self, line: str) -> str:
        with self.lab.world.at(self.device.name) as now:
            return self.session.execute(line, now).output

    def _exec(self, request: Exec) -> str:
        line = request.command.replace("{secret}", request.secrets[0].reveal()) if request.secrets else request.command
        output = self.type(line)
        for question, reply in request.replies:
            if not self.session.prompt.endswith("#") or re.search(question, self.session.prompt):
                output += self.type(reply)
        if (refusal := refused_command(output)) is not None:
            raise CommandRefused(request.command, refusal)
        return output

    def _configure(self, lines: tuple[str, ...]) -> str:
        self.type("configure terminal")
        try:
            for line in lines:
                if (refusal := refused_line(self.type(line))) is not None:
                    raise CommandRefused(line.strip(), refusal)
        finally:
            self.type("end")
        return ""

    def _file(self, act: Any) -> Any:
        try:
            return act()
        except FileSystemError as error:
            raise Refused("file", str(error)) from None


@dataclass
class MemoryLab:
    """A CSSM that every device reaches in its VRF ``Mgmt-vrf`` and in the global table, and its devices."""

    world: World
    cssm: Cssm
    devices: dict[str, Device] = field(default_factory=dict)
    asked: list[Request] = field(default_factory=list)

    def add(self, spec: DeviceSpec) -> Device:
        self.world.connect(spec.name, Uplink("Mgmt-vrf"), Uplink())
        device = Device(spec, self.world, now=self.world.clock.now())
        self.world.add_device(spec.name, device)
        self.devices[spec.name] = device
        return device

    def door(self, name: str) -> MemoryDoor:
        return MemoryDoor(self, self.devices[name])

    def nornir(self, data: dict[str, dict[str, Any]] | None = None) -> Nornir:
        """Nornir with the lab's devices as hosts; *data* is their ``smart_licensing``."""
        hosts = Hosts()
        for name in self.devices:
            wanted = (data or {}).get(name)
            hosts[name] = Host(
                name,
                hostname=name,
                data={"smartlic_door": "memory"} | ({} if wanted is None else {"smart_licensing": wanted}),
                connection_options={"memory": ConnectionOptions(extras={"lab": self})},
                defaults=Defaults(),
            )
        return Nornir(Inventory(hosts, Groups(), Defaults()), runner=SerialRunner(), config=Config())


class Memory:
    """The Nornir connection plugin ``memory``."""

    connection: MemoryDoor

    def open(self, hostname: str, *_: Any, extras: dict[str, Any], **__: Any) -> None:
        self.connection = extras["lab"].door(hostname)

    def close(self) -> None:
        self.connection.type("exit")


ConnectionPluginRegister.register("memory", Memory)


def one(results: AggregatedResult) -> Any:
    """The result of the one host; what the task raised is raised."""
    (multi,) = results.values()
    if multi[0].exception is not None:
        raise multi[0].exception
    return multi[0]


def memory_lab(*specs: DeviceSpec) -> MemoryLab:
    """A lab with the devices of *specs*, on the first of January, its clock standing still."""
    world = World(VirtualClock(JAN_1))
    world.name_servers.add(NAME_SERVER)
    cssm = Cssm("cssm", now=JAN_1)
    cssm.add_smart_account("example.com", "Example Networks")
    cssm.add_virtual_account("example.com", "Branches")
    cssm.add_token("example.com", "Branches", text=TOKEN.reveal())
    names = ("smartreceiver.cisco.com", "tools.cisco.com")
    world.add_site(Site(cssm, "192.0.2.10", 443, ServerCertificate(names, JAN_1 - YEAR, JAN_1 + YEAR)), *names)
    lab = MemoryLab(world, cssm)
    for spec in specs:
        lab.add(spec)
    return lab


def switch(name: str = "sw1", **more: Any) -> DeviceSpec:
    """A C9300 of the lab."""
    return DeviceSpec(name, "c9300", password=PASSWORD, **more)


WANTED: Final[dict[str, Any]] = {
    "transport": "smart",
    "url": "default",
    "name_servers": [NAME_SERVER],
    "revocation_check": "none",
    "usage_interval_days": 14,
    "customer_tags": {"tag1": "branch-17"},
    "privacy": {"version": True},
    "account": {"smart_account": "Example Networks", "virtual_account": "Branches"},
    "trust": True,
}
