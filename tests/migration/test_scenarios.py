"""From day 0 to acknowledged on the lab, each by tasks and by the command: the rows of the upgrade table, and products.

Source: reference/policy.md section 6. The lab has no release with right-to-use licences: that row is in test_plans.py.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Protocol

import pytest
from nornir.core.plugins.inventory import InventoryPluginRegister

from nornir_smartlic import tasks
from nornir_smartlic.compliance import Verdict
from smartlic_lab.authority import Cslu
from smartlic_lab.authority.reservations import reserve
from smartlic_lab.device.specification import DeviceSpec
from smartlic_lab.world import Site
from tests.cli.commandline import CommandLine
from tests.memory import JAN_1, NAME_SERVER, PASSWORD, TOKEN, MemoryLab, memory_lab, one, switch
from tests.migration.test_upgrades import CALLHOME_DAY0, SMART_DAY0, upgrade
from tests.tasks.test_further_tasks import buy

BASE = {"name_servers": [NAME_SERVER], "revocation_check": "none"}
WAYS = {
    "smart": BASE | {"transport": "smart", "url": "default"},
    "callhome": BASE | {"transport": "callhome", "url": "default"},
    "cslu": BASE | {"transport": "cslu", "url": "http://cslu.example.com:8182/cslu/v1/pi"},
}


class Person(Protocol):
    """Who does it: each step as a user of the package would do it; what fails is raised, or is no exit code 0."""

    def origin(self) -> str: ...
    def register(self) -> None: ...
    def request_codes(self, *, universal: bool) -> str: ...
    def install(self, authorization: Path) -> None: ...
    def apply(self) -> None: ...
    def trust(self) -> None: ...
    def sync(self) -> None: ...
    def failed(self) -> set[str]: ...


@dataclass
class ByTasks:
    lab: MemoryLab
    wanted: dict[str, Any]
    folder: Path

    def do(self, task: Any, **how: Any) -> Any:
        (name,) = self.lab.devices
        return one(self.lab.nornir({name: self.wanted}).run(task, **how)).result

    def origin(self) -> str:
        return str(self.do(tasks.plan_migration, target="17.12.4").plan.origin.value)

    def register(self) -> None:
        self.do(tasks.register_device, token=TOKEN)

    def request_codes(self, *, universal: bool) -> str:
        (code,) = self.do(tasks.reserve_licenses, universal=universal).request_codes
        return str(code)

    def install(self, authorization: Path) -> None:
        assert self.do(tasks.reserve_licenses, authorization=authorization).installed

    def apply(self) -> None:
        self.do(tasks.configure_licensing)
        assert self.do(tasks.configure_licensing).is_empty

    def trust(self) -> None:
        self.do(tasks.establish_trust, token=TOKEN)

    def sync(self) -> None:
        assert self.do(tasks.sync_usage).acknowledged

    def failed(self) -> set[str]:
        return {each.rule_id for each in self.do(tasks.accept_migration).findings if each.verdict is Verdict.FAIL}


@dataclass
class ByCommand:
    lab: MemoryLab
    command: CommandLine
    name: str

    def run(self, *words: str, code: int = 0) -> Any:
        ended = self.command(*words, "--json")
        assert ended.code == code, ended.out + ended.err
        (host,) = json.loads(ended.out)["hosts"]
        return host

    def origin(self) -> str:
        return str(self.run("migrate", "plan", "--release", "17.12.4", code=1)["summary"].split(" on ")[0])

    def register(self) -> None:
        self.run("legacy", "register")

    def request_codes(self, *, universal: bool) -> str:
        self.run("legacy", "reserve", "-d", "slr", *(["--universal"] if universal else []), code=1)
        return (self.command.folder / "slr" / f"{self.name}-request.txt").read_text().strip()

    def install(self, authorization: Path) -> None:
        authorization.rename(self.command.folder / "slr" / f"{self.name}-authorization.txt")
        self.run("legacy", "reserve", "-d", "slr")

    def apply(self) -> None:
        self.run("apply")
        self.run("plan")

    def trust(self) -> None:
        self.run("trust")

    def sync(self) -> None:
        self.run("sync")

    def failed(self) -> set[str]:
        ended = self.command("migrate", "after", "--json")
        (host,) = json.loads(ended.out)["hosts"]
        failed = {each["rule_id"] for each in host["findings"] if each["verdict"] == "fail"}
        assert ended.code == bool(failed)
        return failed


@pytest.fixture(params=["tasks", "command"])
def person(request, tmp_path, capsys, monkeypatch):
    """A function that makes the one who does it, for a lab and what is wanted of its device."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SMARTLIC_TOKEN", TOKEN.reveal())

    asked: list[tuple[MemoryLab, str, dict[str, Any]]] = []

    class LabInventory:
        def load(self):
            lab, name, wanted = asked[-1]
            return lab.nornir({name: wanted}).inventory

    def made(lab: MemoryLab, wanted: dict[str, Any]) -> Person:
        if request.param == "tasks":
            return ByTasks(lab, wanted, tmp_path)
        (name,) = lab.devices
        asked.append((lab, name, wanted))
        command = CommandLine(tmp_path, capsys)
        command.write("config.yaml", {"inventory": {"plugin": "scenario-lab"}, "runner": {"plugin": "serial"}})
        return ByCommand(lab, command, name)

    InventoryPluginRegister.register("scenario-lab", LabInventory)
    yield made
    InventoryPluginRegister.deregister("scenario-lab")


def lab_of(spec: DeviceSpec) -> MemoryLab:
    """The lab with a CSLU too, and five of each licence of the device in the account."""
    lab = memory_lab(spec)
    lab.cssm.add_api_client("example.com", "cslu", "correct horse")
    cslu = Cslu(
        "cslu",
        now=JAN_1,
        forward=lab.cssm.handle,
        domain="example.com",
        virtual_account="Branches",
        client_id="cslu",
        client_secret="correct horse",
    )
    lab.world.add_site(Site(cslu, "192.0.2.20", 8182), "cslu.example.com")
    entitlements = [licence for _, licence in lab.devices[spec.name].family.entitlements]
    lab.cssm.add_licenses(entitlements)
    for tag in {licence.tag for licence in entitlements}:
        lab.cssm.add_pool("example.com", "Branches", tag, 5)
    return lab


def to_acknowledged(someone: Person, lab: MemoryLab, way: str) -> None:
    someone.apply()
    if way != "cslu":
        someone.trust()
    lab.world.advance(timedelta(hours=1))
    someone.sync()


# --- the rows of the upgrade table ----------------------------------------------------------------------------------


@pytest.mark.parametrize("day0", [CALLHOME_DAY0, SMART_DAY0], ids=["from callhome", "from smart"])
@pytest.mark.parametrize("way", WAYS)
def test_an_evaluating_switch_is_acknowledged_over(way: str, day0: tuple[str, ...], person):
    lab = lab_of(switch(release="16.12", day0=day0))
    someone = person(lab, WAYS[way])
    assert someone.origin() == "evaluation"
    upgrade(lab)
    assert "MIG-AFTER-ACK" in someone.failed()
    to_acknowledged(someone, lab, way)
    assert someone.failed() == set()


@pytest.mark.parametrize("day0", [CALLHOME_DAY0, SMART_DAY0], ids=["callhome", "smart"])
def test_a_registered_switch_is_acknowledged_by_itself(day0: tuple[str, ...], person):
    lab = lab_of(switch(release="16.12", day0=day0))
    someone = person(lab, {})
    someone.register()
    assert someone.origin() == "registered"
    upgrade(lab)
    lab.world.advance(timedelta(hours=1))
    assert someone.failed() == set()


@pytest.mark.parametrize("way", WAYS)
def test_a_registered_switch_changes_its_way_and_is_acknowledged_over(way: str, person):
    lab = lab_of(switch(release="16.12", day0=CALLHOME_DAY0))
    someone = person(lab, WAYS[way])
    someone.register()
    upgrade(lab)
    lab.world.advance(timedelta(hours=1))
    to_acknowledged(someone, lab, way)
    assert someone.failed() == set()


@pytest.mark.parametrize(("universal", "origin"), [(False, "SLR"), (True, "PLR")])
def test_a_reserved_switch_stays_authorized_and_off(universal: bool, origin: str, person, tmp_path: Path):
    lab = lab_of(switch(release="16.12"))
    someone = person(lab, {})
    code = someone.request_codes(universal=universal)
    assert code.startswith("CC-" if universal else "CB-")
    lines = {} if universal else buy(lab, "network-advantage", "dna-advantage")
    with lab.cssm.work() as work:
        home = work.virtual_account(work.smart_account("example.com"), "Branches")
        (tmp_path / "given.txt").write_text(reserve(work, home, code, lines).authorization_code)
    someone.install(tmp_path / "given.txt")
    assert someone.origin() == origin
    upgrade(lab)
    assert someone.failed() == set()


# --- products -------------------------------------------------------------------------------------------------------

LEVEL = "license boot level network-advantage addon dna-advantage"
PRODUCTS: dict[str, tuple[DeviceSpec, dict[str, Any], set[str]]] = {
    "ISR4000 with packages": (
        DeviceSpec("r1", "isr4000", password=PASSWORD),
        {"packages": ["appxk9", "securityk9", "uck9"]},
        {f"license boot level {name}" for name in ("appxk9", "securityk9", "uck9")},
    ),
    "ISR4000 with a suite": (
        DeviceSpec("r1", "isr4000", password=PASSWORD),
        {"suite": "AdvUCSuiteK9"},
        {"license boot suite AdvUCSuiteK9"},
    ),
    "ISR1000 with packages": (
        DeviceSpec("r1", "isr1000", password=PASSWORD),
        {"packages": ["appxk9", "securityk9"]},
        {f"license boot level {name}" for name in ("appxk9", "securityk9")},
    ),
    "C9800": (
        DeviceSpec("wlc1", "c9800", password=PASSWORD, access_points=3),
        {"boot_level": {"level": "air-network-essentials", "addon": "air-dna-essentials"}},
        {"license air level air-network-essentials addon air-dna-essentials"},
    ),
    "C8000V with a tier": (
        DeviceSpec("r1", "c8000v", password=PASSWORD, day0=(LEVEL,)),
        {"throughput": {"level": "T2"}},
        {"platform hardware throughput level MB T2"},
    ),
    "C8300 with 500 Mbps": (
        DeviceSpec("r1", "c8300", password=PASSWORD, day0=(LEVEL,)),
        {"throughput": {"level": 500}},
        {"platform hardware throughput crypto 500M"},
    ),
    "ISR4000 with hseck9": (
        DeviceSpec("r1", "isr4000", password=PASSWORD),
        {"features": ["hseck9"]},
        {"license feature hseck9"},
    ),
}


@pytest.mark.parametrize("name", PRODUCTS)
def test_a_product_has_what_is_wanted_and_is_acknowledged(name: str, person):
    spec, more, lines = PRODUCTS[name]
    lab = lab_of(spec)
    first = person(lab, WAYS["smart"])
    first.apply()
    first.trust()
    lab.world.advance(timedelta(hours=1))
    someone = person(lab, WAYS["smart"] | more)
    someone.apply()
    assert lines <= set(lab.devices[spec.name].startup.splitlines())
    with lab.world.at(spec.name) as now:
        lab.devices[spec.name].reload(now)
    lab.world.advance(timedelta(hours=1))
    someone.sync()
    assert someone.failed() == set()
