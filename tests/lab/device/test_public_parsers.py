"""Parsers that we did not write accept what every family and release prints."""

from __future__ import annotations

import logging

import pytest

from smartlic_lab.device import MemberSpec
from smartlic_lab.platforms import Family, Release, families, releases
from tests.lab.device.terminals import JAN_1, Terminal, first_level, make_device

PAIRS = [
    pytest.param(family, release, id=f"{family.name}-{release.name}")
    for family in families().values()
    for release in releases().values()
    if family.supports(release.version)
]
DAY_0 = (
    "interface Loopback0", " ip address 192.0.2.1 255.255.255.255", "ip domain name example.com",
    "ip name-server 192.0.2.53", "vrf definition BLUE", " address-family ipv4", "archive", " path flash:archived",
    "ntp server 192.0.2.123",
)  # fmt: skip
# Genie's parser of tech support asks for keys that no legacy output has (usage reporting under the status).
ONLY_SLP = ("show license tech support", "show license history message")
LICENSING = (
    "show license all", "show license status", "show license summary", "show license usage", "show license udi",
    *ONLY_SLP,
)  # fmt: skip
SINCE_17_9 = ("show license rum id all",)
SYSTEM = (
    "show version", "show inventory", "show clock", "show ip interface brief", "show interfaces", "show vrf",
    "show vrf detail", "show redundancy", "show redundancy states", "show platform", "show logging", "show users",
    "show install summary", "show boot", "show file systems", "dir", "show ip route", "show hosts", "show archive",
    "show interfaces description", "show call-home profile all", "show call-home smart-licensing",
    "show crypto pki trustpoints", "show ntp status", "show ntp associations", "show processes cpu", "show privilege",
)  # fmt: skip
NTC = (
    "show version", "show inventory", "show clock", "show vrf", "show ip interface brief", "show interfaces",
    "show redundancy", "show logging", "show users", "dir", "show ip route", "show hosts summary", "show archive",
    "show interfaces description", "show interfaces status", "show processes cpu", "show ip interface", "show arp",
    "show file systems",
)  # fmt: skip


def terminal_of(family: Family, release: Release) -> Terminal:
    wireless = "wireless" in family.traits
    terminal = Terminal(
        make_device(
            "d1",
            platform=family.name,
            release=release.name,
            members=min(3, family.max_members),
            access_points=3 if wireless else 0,
            day0=(*DAY_0, *first_level(family.name)),
        )
    )
    terminal.type("archive config", "show clock | redirect flash:c.txt")
    return terminal


@pytest.mark.pyats
@pytest.mark.parametrize(("family", "release"), PAIRS)
def test_genie_parses_every_licensing_command(family: Family, release: Release) -> None:
    base = pytest.importorskip("genie.conf.base")
    logging.getLogger("genie").setLevel(logging.CRITICAL)
    device = base.Device("d1", os="iosxe")
    terminal = terminal_of(family, release)
    slp = "Smart Licensing Using Policy:" in terminal.type("show license status")  # CSR1000V has none at 17.3.3 either
    for command in (*LICENSING, *(SINCE_17_9 if release.version >= (17, 9, 1) else ())):
        if command in ONLY_SLP and not slp:
            continue
        assert device.parse(command, output=terminal.type(command)), command


@pytest.mark.pyats
@pytest.mark.parametrize("release", [name for name, one in releases().items() if one.version >= (17, 9, 1)])
def test_genie_parses_a_rum_report_in_detail_and_the_event_log(release: str) -> None:
    base = pytest.importorskip("genie.conf.base")
    device = base.Device("d1", os="iosxe")
    terminal = Terminal(make_device(release=release))
    reports = device.parse("show license rum id all", output=terminal.type("show license rum id all"))
    number = next(iter(reports["smart_license_usage_reports"]))
    detail = f"show license rum id {number} detail"
    assert device.parse(detail, output=terminal.type(detail))
    assert device.parse("show license eventlog 2", output=terminal.type("show license eventlog 2"))


@pytest.mark.pyats
@pytest.mark.parametrize("family", families().values(), ids=families())
def test_genie_parses_what_a_family_prints_of_its_system(family: Family) -> None:
    base = pytest.importorskip("genie.conf.base")
    newest = [release for release in releases().values() if family.supports(release.version)][-1]
    terminal = terminal_of(family, newest)
    switch = "switch" in family.traits
    device = base.Device("d1", os="iosxe", platform="cat9k") if switch else base.Device("d1", os="iosxe")
    stack = ("show switch", "show switch detail") if family.arrangement == "stack" else ()
    for command in (*SYSTEM, *stack):
        assert device.parse(command, output=terminal.type(command)), command


@pytest.mark.pyats
def test_genie_reads_the_settings_of_call_home() -> None:
    base = pytest.importorskip("genie.conf.base")
    day0 = ("call-home", " mail-server smtp.example.com priority 1", " rate-limit 5", " profile CiscoTAC-1", "  active")
    output = Terminal(make_device(day0=day0)).type("show call-home")
    found = base.Device("d1", os="iosxe").parse("show call-home", output=output)["current_call_home_settings"]
    assert found["mail_server"]["Mail-server[1]"]["address"] == "smtp.example.com"
    assert found["profile"]["CiscoTAC-1"]["status"] == "ACTIVE"
    assert found["Rate_limit_msg_per_min"] == 5


@pytest.mark.pyats
def test_genie_reads_the_right_values_of_a_stack() -> None:
    base = pytest.importorskip("genie.conf.base")
    terminal = Terminal(make_device("sw1", members=2))
    device = base.Device("sw1", os="iosxe", platform="cat9k")
    version = device.parse("show version", output=terminal.type("show version"))["version"]
    assert version["version"] == "17.12.4"
    assert version["chassis"] == "C9300-24T"
    assert sorted(version["switch_num"]) == ["1", "2"]
    summary = device.parse("show license summary", output=terminal.type("show license summary"))
    assert {entry["license"]: entry["count"] for entry in summary["license_usage"].values()} == {
        "network-advantage": "2",
        "dna-advantage": "2",
    }


@pytest.mark.pyats
def test_genie_reads_who_manages_a_router_and_whose_name_a_switch_bears() -> None:
    device = pytest.importorskip("genie.conf.base").Device("d1", os="iosxe")
    router = Terminal(make_device(platform="c8300", controller_managed=True)).type("show version")
    assert device.parse("show version", output=router)["version"]["router_operating_mode"] == "Controller-Managed"
    switch = Terminal(make_device(platform="ie3x00", members=(MemberSpec("1783-CMS20DN"),))).type("show version")
    assert device.parse("show version", output=switch)["version"]["chassis"] == "1783-CMS20DN"


@pytest.mark.parametrize("family", families().values(), ids=families())
def test_ntc_templates_parse_what_a_family_prints(family: Family) -> None:
    parse = pytest.importorskip("ntc_templates.parse")
    newest = [release for release in releases().values() if family.supports(release.version)][-1]
    terminal = terminal_of(family, newest)
    # Of a peer that is not there, the template knows "slot: unavailable" alone; routers and switches print a number.
    alone = len(terminal.device.build.members) == 1
    for command in (*(one for one in NTC if not (alone and one == "show redundancy")), "show license status"):
        assert parse.parse_output("cisco_ios", command, terminal.type(command)), command
    (version,) = parse.parse_output("cisco_ios", "show version", terminal.type("show version"))
    assert version["version"] == newest.number
    assert terminal.device.build.members[0].sn in version["serial"]
    assert terminal.now == JAN_1
