"""``device.parse`` over SSH for every licensing command that Genie knows, on every family."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from smartlic_lab.platforms import Family, Release, families, releases
from smartlic_lab.running.lab import Lab
from tests.lab.device.terminals import first_level

pytestmark = [pytest.mark.pyats, pytest.mark.slow]

COMMANDS = (
    "show license all", "show license status", "show license summary", "show license usage", "show license udi",
    "show license eventlog 2", "show call-home smart-licensing", "show call-home profile all",
)  # fmt: skip
# Where Genie has a parser, but a device has not what it wants:
# - "show license" (the list of old images) is an incomplete command on every release of the lab;
# - its parser of tech support asks for "usage_reporting" and more, which no output of agent 4.8 has;
# - "show license history message" and "show license rum" are younger than the oldest releases;
# - "show license authorization" is known for the c9300 alone, throughput for platforms that have levels.
SLP = ("show license tech support", "show license history message")
SINCE_17_9 = ("show license rum id all",)


def tried(family: Family) -> list[Release]:
    """The oldest, the newest and one release between."""
    supported = [release for release in releases().values() if family.supports(release.version)]
    places = sorted({0, len(supported) // 2, len(supported) - 1})
    return [supported[place] for place in places]


DEVICES = {
    f"{family.name}-{release.name.replace('.', '-')}": (family, release)
    for family in families().values()
    for release in tried(family)
}


def commands_of(family: Family, release: Release) -> Iterator[str]:
    yield from COMMANDS
    if family.runs(release).slp:
        yield from SLP
    if release.version >= (17, 9, 1):
        yield from SINCE_17_9
    if family.name == "c9300" and family.runs(release).slp:
        yield "show license authorization"
    if "throughput" in family.traits:
        yield "show platform hardware throughput level"
    if "crypto-throughput" in family.traits:
        yield "show platform hardware throughput crypto"


@pytest.fixture(scope="module")
def wide_lab() -> Iterator[Lab]:
    """A device of each, with as many members as make it a stack, a pair or a chassis."""
    entries = [
        {
            "name": name,
            "platform": family.name,
            "release": release.name,
            "members": min(2, family.max_members),
            "access_points": 3 if "wireless" in family.traits else 0,
            "day0": first_level(family.name),  # Genie calls a table with no licence in use an empty output
        }
        for name, (family, release) in DEVICES.items()
    ]
    with Lab.from_dict({"clock": {"speed": 0}, "devices": entries}) as lab:
        yield lab


def refused(device, family: Family, release: Release) -> list[str]:
    """The commands whose output Genie does not take, with its reason."""
    device.connect(via="cli", log_stdout=False, learn_hostname=False, init_config_commands=[])
    device.model = family.name  # Genie looks some parsers up by it
    problems = []
    try:
        for command in commands_of(family, release):
            try:
                found = device.parse(command)
            except Exception as error:  # noqa: BLE001  whatever a parser raises is the finding
                problems.append(f"{command}: {error}")
            else:
                problems += [] if found else [f"{command}: nothing parsed"]
        if release.version >= (17, 9, 1):
            number = next(iter(device.parse("show license rum id all")["smart_license_usage_reports"]))
            assert device.parse(f"show license rum id {number} detail")
    finally:
        device.disconnect()
    return problems


def test_genie_takes_every_licensing_output(wide_lab, tmp_path):
    loader = pytest.importorskip("genie.testbed")
    wide_lab.inventory("pyats", tmp_path / "testbed.yaml")
    testbed = loader.load(str(tmp_path / "testbed.yaml"))
    with ThreadPoolExecutor(16) as pool:  # most of the time each waits
        jobs = {name: pool.submit(refused, testbed.devices[name], *what) for name, what in DEVICES.items()}
    found = {name: job.result() for name, job in jobs.items()}
    assert {name: problems for name, problems in found.items() if problems} == {}
