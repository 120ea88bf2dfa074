"""Levels, throughput, members, images: what changes a device's licences over its life."""

from __future__ import annotations

from datetime import timedelta

import pytest

from nornir_smartlic.files import AuthorizationDocument, AuthorizedLicense, render_smart_license, signed
from smartlic_lab.device import Device, DeviceSpec, MemberSpec, SpecificationError
from smartlic_lab.platforms import families, releases
from smartlic_lab.world.signing import CSSM_KEY
from tests.captures import capture
from tests.lab.device.terminals import JAN_1, NoNetwork, Terminal, make_device


def summary(device: Device, minutes: int = 0) -> dict[str, int]:
    """Licence names and counts of ``show license summary``."""
    terminal = Terminal(device)
    terminal.now = JAN_1 + timedelta(minutes=minutes)
    lines = terminal.type("show license summary").splitlines()
    return {
        line.split()[0]: int(line.split()[-3])
        for line in lines
        if line.endswith(("IN USE", "EVAL MODE")) and "NOT" not in line
    }


def rebooted(device: Device, *typed: str) -> Terminal:
    """A terminal after a reload, and the five minutes that it takes."""
    Terminal(device).type(*typed, "write memory", "reload", "")
    device.tick(JAN_1 + timedelta(minutes=5))
    terminal = Terminal(device)
    terminal.now = JAN_1 + timedelta(minutes=5)
    return terminal


def test_each_class_of_stack_members_has_its_own_licences() -> None:
    device = make_device(members=(MemberSpec("C9300-24UX"), MemberSpec("C9300-24U"), MemberSpec("C9300-48T")))
    output = Terminal(device).type("show license usage")
    assert (
        "network-advantage (C9300-24 Network Advantage):\n  Description: C9300-24 Network Advantage\n  Count: 2"
        in output
    )
    assert (
        "network-advantage (C9300-48 Network Advantage):\n  Description: C9300-48 Network Advantage\n  Count: 1"
        in output
    )


def test_a_chassis_counts_subscriptions_once() -> None:
    device = make_device(platform="c9400", members=2)
    assert summary(device) == {"network-advantage": 2, "dna-advantage": 1}


def test_a_wireless_controller_counts_its_access_points() -> None:
    device = make_device(platform="c9800", access_points=2)
    assert summary(device) == {"air-network-advantage": 2, "air-dna-advantage": 2}
    device.set_access_points(5, JAN_1)
    assert summary(device) == {"air-network-advantage": 5, "air-dna-advantage": 5}


def test_the_air_level_waits_for_a_reload() -> None:
    device = make_device(platform="c9800", access_points=1)
    terminal = rebooted(device, "conf t", "license air level air-network-essentials addon air-dna-essentials", "end")
    assert "AIR License Level: AIR DNA Essentials" in terminal.type("show version")
    assert summary(device, 5) == {"air-network-essentials": 1, "air-dna-essentials": 1}


def test_technology_packages_of_an_isr_stand_side_by_side() -> None:
    device = make_device(platform="isr4000")
    rebooted(device, "conf t", "license boot level securityk9", "license boot level appxk9", "end")
    assert summary(device, 5) == {"appxk9": 1, "securityk9": 1}
    lines = Terminal(device).type("show running-config | include boot level").splitlines()
    assert lines == ["license boot level appxk9", "license boot level securityk9"]
    assert "appxk9 (ISR_4331_Application):" in Terminal(device).type("show license usage")


def test_a_suite_of_an_isr_is_in_use_from_the_next_boot_on() -> None:
    """Source: show-version/genielibs-isr4351-17.9.8-suite.txt."""
    device = make_device(platform="isr4000", members=(MemberSpec("ISR4351/K9"),), release="17.9")
    terminal = rebooted(device, "conf t", "license boot suite AdvUCSuiteK9", "license boot level appxk9", "end")
    shown = [line.rstrip() for line in terminal.type("show version").splitlines()]
    saved = [line.rstrip() for line in capture("show-version/genielibs-isr4351-17.9.8-suite.txt").splitlines()]
    first, last = "Suite License Information for Module:'esg'", "The current throughput level is 200000 kbps"
    assert shown[shown.index(first) : shown.index(last) + 1] == saved[saved.index(first) : saved.index(last) + 1]
    assert summary(device, 5) == {"AdvUCSuiteK9": 1, "appxk9": 1}
    terminal = rebooted(device, "conf t", "platform hardware throughput level 400000", "end")
    assert terminal.type("show platform hardware throughput level") == "The current throughput level is 400000 kb/s\n"
    assert summary(device, 5)["throughput"] == 1
    terminal.type("conf t")
    assert "Invalid input" in terminal.type("platform hardware throughput level 300000")  # of an ISR4331


@pytest.mark.parametrize("platform", ["c8000v", "c8300", "csr1000v", "isr1000", "isr1100", "isr4000"])
def test_a_fresh_router_uses_no_licence(platform: str) -> None:
    terminal = Terminal(make_device(platform=platform, release="17.3" if platform == "csr1000v" else "17.12"))
    assert "No licenses in use" in terminal.type("show license summary").replace("Licenses in Use", "licenses in use")
    assert "boot level" not in terminal.type("show running-config")


@pytest.mark.parametrize(
    ("release", "level", "kbps"),
    [("17.6", None, 10000), ("17.9", None, 20000), ("17.15", "100", 200000), ("17.15", "T1", 250000)],
)
def test_a_virtual_router_counts_both_directions_from_17_9(release: str, level: str | None, kbps: int) -> None:
    """Source: show-version/muninn-c8000v-17.16.1a-no-level.txt, reference/corrections-2026-11.md."""
    terminal = Terminal(make_device(platform="c8000v", release=release))
    if level is not None:
        assert terminal.type("conf t", f"platform hardware throughput level MB {level}") == ""
        terminal.type("end")
        log = f"%VXE_THROUGHPUT-6-LEVEL: Throughput level has been set to {kbps} kbps"
        assert log in terminal.type("show logging")
    assert f"The current throughput level is {kbps} kbps" in terminal.type("show version")


def test_a_physical_router_takes_its_throughput_at_the_next_boot() -> None:
    device = make_device(platform="c8300", day0=("license boot level network-advantage",))
    assert summary(device) == {"network-advantage_10M": 1}
    typed = Terminal(device).type("conf t", "platform hardware throughput crypto 100M")
    assert typed.startswith("% These values don't take effect until the next reboot")
    assert summary(device) == {"network-advantage_10M": 1}
    rebooted(device)
    assert summary(device, 5) == {"network-advantage_100M": 1}


def test_the_feature_hseck9_of_an_isr_needs_its_code() -> None:
    terminal = Terminal(make_device(platform="isr4000"))
    assert "HSEC" in terminal.type("conf t", "license feature hseck9")
    terminal.type("end")
    install_slac(terminal)
    assert terminal.type("conf t", "license feature hseck9") == ""
    assert summary(terminal.device) == {"hseck9": 1}
    terminal.type("no license feature hseck9", "end")
    assert summary(terminal.device) == {}


def test_hseck9_that_has_its_code_and_is_not_in_use_is_listed_by_its_own_name() -> None:
    """Source: reference/corrections-2026-11.md, hseck9 not in use."""
    terminal = Terminal(make_device(platform="c8000v"))
    install_slac(terminal)
    assert "  Router US Export Lic... (DNA_HSEC)                        0 NOT IN USE\n" in terminal.type(
        "show license summary"
    )


def test_products_have_the_licences_that_are_sold() -> None:
    c9200l = make_device(
        platform="c9200",
        members=(MemberSpec("C9200L-48P-4X"),),
        day0=("no license boot level network-advantage addon dna-advantage", "license boot level network-essentials"),
    )
    assert "network-essentials (C9200L-NW-E-48):" in Terminal(c9200l).type("show license usage")
    chassis = Terminal(make_device(platform="c9600"))
    assert "Invalid input" in chassis.type("conf t", "license boot level network-essentials")


def test_more_than_250_mbps_needs_an_authorization_code(router: Terminal) -> None:
    router.type("conf t")
    assert "HSEC" in router.type("platform hardware throughput level MB 1000")
    assert router.type("license boot level network-advantage addon dna-advantage").startswith("% use 'write'")
    assert router.type("platform hardware throughput level MB 100") == ""
    router.type("end")
    install_slac(router)
    router.type("conf t")
    assert "HSEC" not in router.type("platform hardware throughput level MB 1000")
    device = router.device
    terminal = rebooted(device)
    assert terminal.type("show platform hardware throughput level") == "The current throughput level is 2000000 kb/s\n"
    assert summary(device, 5) == {"network-advantage_1G": 1, "dna-advantage_1G": 1, "hseck9": 1}


def test_a_throughput_without_its_code_is_not_enforced() -> None:
    device = make_device(
        platform="c8000v", day0=("license boot level network-advantage", "platform hardware throughput level MB 2500")
    )
    assert summary(device) == {"network-advantage_250M": 1}


def install_slac(terminal: Terminal) -> None:
    device = terminal.device
    hseck9 = device.family.entitlement("hseck9", device.family.models[device.build.members[0].pid].license_class)
    assert hseck9 is not None
    code = AuthorizationDocument(
        device.build.members[0], "abc-def", JAN_1, (AuthorizedLicense(hseck9.tag, 1, "PERPETUAL"),)
    )
    device.write_file("bootflash:slac.txt", render_smart_license((signed(code, CSSM_KEY),)).encode(), JAN_1)
    assert "Import Data Successful" in terminal.type("license smart import bootflash:slac.txt")


def test_members_join_and_leave_a_stack() -> None:
    device = make_device(members=1)
    device.join(MemberSpec("C9300-48P", "FOC00000002"), JAN_1)
    assert "Standby:PID:C9300-48P,SN:FOC00000002" in Terminal(device).type("show license udi")
    device.leave("FOC00000002", JAN_1)
    assert len(device.build.members) == 1
    with pytest.raises(SpecificationError):
        device.leave("FOC00000002", JAN_1)


def test_a_switchover_makes_the_standby_active_and_ends_sessions() -> None:
    device = make_device(members=2)
    first, second = device.build.members
    terminal = Terminal(device)
    assert terminal.session.execute("redundancy force-switchover", JAN_1).single_key
    assert terminal.session.execute("", JAN_1).closed
    assert device.build.members == (second, first)
    assert f"Active:PID:{second.pid},SN:{second.sn}" in Terminal(device).type("show license udi")


def test_switchover_and_access_points_survive_a_restart_of_the_lab() -> None:
    device = make_device(members=2)
    device.switch_over(JAN_1)
    again = Device(device.spec, NoNetwork(), now=JAN_1, state=device.stored())
    assert again.build.members == device.build.members


def test_an_upgrade_boots_the_other_release() -> None:
    device = make_device(release="17.6")
    device.write_file("flash:cat9k_iosxe.17.12.04.SPA.bin", b"image", JAN_1)
    terminal = Terminal(device)
    terminal.session.execute("install add file flash:cat9k_iosxe.17.12.04.SPA.bin activate commit", JAN_1)
    assert terminal.session.execute("y", JAN_1).closed
    device.tick(JAN_1 + timedelta(minutes=5))
    assert device.release.name == "17.12"
    assert "Version 17.12.04" in Terminal(device).type("show version")
    assert device.stored()["release"] == "17.12"


def test_an_unregistered_device_comes_to_slp_with_the_default_transport() -> None:
    device = make_device(release="16.12")
    assert "EVAL MODE" in Terminal(device).type("show license status")
    device.write_file("flash:cat9k_iosxe.17.03.03.SPA.bin", b"image", JAN_1)
    Terminal(device).type("install add file flash:cat9k_iosxe.17.03.03.SPA.bin activate commit prompt-level none")
    device.tick(JAN_1 + timedelta(minutes=5))
    output = Terminal(device).type("show license status")
    assert "Smart Licensing Using Policy:\n  Status: ENABLED" in output
    assert "Type: cslu" in output


@pytest.mark.parametrize("release", releases())
@pytest.mark.parametrize("platform", families())
def test_every_family_boots_every_release_that_it_runs(platform: str, release: str) -> None:
    if not families()[platform].supports(releases()[release].version):
        with pytest.raises(SpecificationError):
            make_device(platform=platform, release=release)
        return
    terminal = Terminal(make_device(platform=platform, release=release, members=1))
    for command in (
        "show version",
        "show license all",
        "show license tech support",
        "show running-config",
        "show inventory",
    ):
        assert "%" not in terminal.type(command).replace("1%/0%", "")


@pytest.mark.parametrize(
    ("fields", "key"),
    [
        ({"platform": "c9999"}, "platform"),
        ({"release": "15.2"}, "release"),
        ({"platform": "c9350", "release": "17.6"}, "release"),
        ({"members": 9}, "members"),
        ({"members": (MemberSpec("C9400-X"),)}, "members"),
        ({"members": (MemberSpec("C9300-24T", "A"), MemberSpec("C9300-24T", "A"))}, "members"),
        ({"licenses": {"appxk9": 1}}, "licenses"),
        ({"access_points": 3}, "access_points"),
        ({"hostname": "no good"}, "hostname"),
        ({"day0": ("license smart transport pigeon",)}, "day0"),
        ({"day0": ("license boot level network-premier",)}, "day0"),
    ],
)
def test_a_device_that_cannot_be_names_the_key_that_is_wrong(fields: dict[str, object], key: str) -> None:
    with pytest.raises(SpecificationError) as error:
        make_device(**fields)  # type: ignore[arg-type]
    assert error.value.key == key
    assert "\n" not in str(error.value)


def test_a_specification_hides_its_passwords() -> None:
    assert "admin" not in repr(DeviceSpec("x", username="u").password)


def test_boot_system_chooses_the_image_of_the_next_reload() -> None:
    device = make_device(platform="c8000v", release="17.12")
    device.write_file("bootflash:c8000v-universalk9.17.15.03.SPA.bin", b"image", JAN_1)
    rebooted(device, "conf t", "boot system bootflash:c8000v-universalk9.17.15.03.SPA.bin", "end")
    assert device.release.name == "17.15"
    rebooted(device, "conf t", "boot system bootflash:missing.17.12.04.SPA.bin", "end")
    assert device.release.name == "17.15"
