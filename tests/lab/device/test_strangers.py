"""Commands that other people's clients send are answered on every kind of device, and what nobody knows is refused."""

from __future__ import annotations

import logging
import re
from datetime import timedelta

import pytest

from smartlic_lab.device.catalogue import rows_of, words_of
from smartlic_lab.platforms import families, family, releases
from tests.lab.device.terminals import JAN_1, Terminal, make_device

DAY_0 = (
    "interface Loopback0", " ip address 192.0.2.1 255.255.255.255", "ntp server 192.0.2.123", "netconf-yang",
    "ip route 0.0.0.0 0.0.0.0 192.0.2.254", "vrf definition BLUE", " address-family ipv4",
)  # fmt: skip
DEVICES = [("c9300", 3), ("c9300", 1), ("c9400", 2), ("c9600", 1), ("ie3x00", 1), ("c9800", 1), ("c8000v", 1)]
DEVICES += [("isr4000", 1), ("asr1000", 1)]
EVERYWHERE = (
    "show ip route summary", "show platform resources", "show platform software status control-processor brief",
    "show install active", "show boot system", "show crypto pki trustpool", "show call-home detail",
    "show call-home statistics", "show ntp associations detail", "show terminal", "show ip protocols",
    "show interfaces status", "show ip arp summary", "show netconf-yang sessions", "show netconf-yang status",
    "show netconf-yang datastores", "show processes cpu", "show ip static route", "show ip traffic", "show ipv6 route",
    "show file systems", "dir nvram:", "show crypto pki certificates", "show lldp",
)  # fmt: skip
SWITCHES = (
    "show vlan", "show vlan brief", "show interfaces switchport", "show interfaces counters", "show vtp status",
    "show system mtu", "show sdm prefer", "show cdp", "show spanning-tree summary", "show etherchannel summary",
    "show module",
)  # fmt: skip
COLLECTORS = {
    "oxidized": ("show version", "show vtp status", "show inventory", "show running-config"),
    "rancid": (
        "show version", "show boot", "show flash:", "show bootvar", "show module", "show inventory raw", "show vlan",
        "show vtp status", "show vtp password", "show debugging", "show running-config", "write terminal",
    ),
    "ios_facts": (
        "show version", "show memory statistics", "show running-config", "show interfaces", "show ip interface",
        "show ipv6 interface", "show lldp", "show cdp", "show lldp neighbors detail", "show cdp neighbors detail",
    ),
    "napalm": (
        "show version", "show ip interface", "show lldp neighbors", "show environment", "show memory statistics",
        "show ip arp", "show mac address-table", "show ntp associations", "show snmp chassis", "show interfaces",
        "show running-config all", "show startup-config", "show vlan brief", "show users",
    ),
}  # fmt: skip
# What ntc-templates has a template for. Left out: "show running-config interface" and the HTTPS certificate, whose
# templates know no "end" and no "Router Self-Signed Certificate", which devices print.
NTC = (
    "show ip route summary",
    "show crypto pki certificates SLA-TrustPoint",
    "show ip http server status",
    "show aliases",
    "show hosts summary",
    "show file systems",
    "show snmp community",
    "show snmp group",
    "show lldp neighbors",
    "show running-config partition access-list",
    "show ip access-lists",
    "show ipv6 route",
    "show processes memory sorted",
    "show vrf",
    "show vrf detail",
    "dir",
    "dir nvram:",
    "show ip arp",
    "show logging",
    "show users",
)
NTC_SWITCHES = (
    "show vlan",
    "show vtp status",
    "show interfaces switchport",
    "show interfaces status",
    "show etherchannel summary",
    "show module",
    "show switch detail",
    "show power inline",
    "show spanning-tree",
    "show environment temperature",
)
WITHOUT_ROWS = ("show lldp neighbors", "show etherchannel summary", "show power inline", "show spanning-tree")
LEARNT = (
    "platform", "interface", "vlan", "routing", "ospf", "bgp", "ntp", "arp", "acl", "vrf", "static_routing", "hsrp",
    "lldp", "config",
)  # fmt: skip


def terminal_of(platform: str, members: int = 1) -> Terminal:
    return Terminal(make_device(platform=platform, members=members, day0=DAY_0))


@pytest.mark.pyats
@pytest.mark.parametrize(("platform", "members"), DEVICES)
def test_genie_parses_what_strangers_ask(platform: str, members: int) -> None:
    base = pytest.importorskip("genie.conf.base")
    logging.getLogger("genie").setLevel(logging.CRITICAL)
    device, terminal = base.Device("d1", os="iosxe"), terminal_of(platform, members)
    switch = "switch" in family(platform).traits
    terminal.device.open_netconf(JAN_1, username="admin", privilege=15, source="192.0.2.9")
    terminal.type("configure terminal", "lldp run", "end")
    for command in (*EVERYWHERE, *(SWITCHES if switch else ())):
        assert device.parse(command, output=terminal.type(command)), command


@pytest.mark.parametrize("platform", ["c9300", "c9800", "c8000v", "isr4000", "asr1000", "ie3x00"])
def test_ntc_templates_parse_what_strangers_ask(platform: str) -> None:
    parse = pytest.importorskip("ntc_templates.parse")
    terminal = terminal_of(platform)
    terminal.type(
        "configure terminal", "lldp run", "snmp-server community public RO", "snmp-server group admins v3 priv",
        "ip access-list extended MGMT", "permit ip any any", "end", "clear logging", "send log 5 tested",
    )  # fmt: skip
    for command in (*NTC, *(NTC_SWITCHES if platform == "c9300" else ())):
        output = terminal.type(command)
        assert not re.search("% (Invalid|Incomplete|Ambiguous)", output), command
        assert parse.parse_output("cisco_ios", command, output) or command in WITHOUT_ROWS, command


@pytest.mark.pyats
@pytest.mark.parametrize("feature", LEARNT)
@pytest.mark.parametrize("platform", ["c9300", "c8000v"])
def test_genie_learns_from_a_device(platform: str, feature: str) -> None:
    base = pytest.importorskip("genie.conf.base")
    logging.getLogger("genie").setLevel(logging.CRITICAL)
    device, terminal = base.Device("d1", os="iosxe"), terminal_of(platform)
    sent = []

    def execute(command: str, *_: object, **__: object) -> str:
        sent.append(command)
        return terminal.type(command)

    device.custom = {"abstraction": {"order": ["os"]}}
    device.execute, device.cli = execute, device
    device.is_connected = device.connectionmgr.is_connected = lambda *_, **__: True
    device.learn(feature)
    assert sent


def test_a_protocol_that_does_not_run_says_so() -> None:
    terminal = terminal_of("c9300")
    assert terminal.type("show ip ospf database router") == terminal.type("show ip ospf")
    assert terminal.type("show lldp traffic") == "% LLDP is not enabled\n"
    assert terminal.type("show standby all") == ""
    assert "No ISSU operation" in terminal.type("show issu state detail")
    assert "Timer interval: 300" in terminal.type("show errdisable recovery")
    assert "Global Aging Time:  300" in terminal.type("show mac address-table aging-time")
    terminal.type("configure terminal", "lldp run", "end")
    assert "Total frames out: 0" in terminal.type("show lldp traffic")


@pytest.mark.parametrize("platform", ["c9300", "c8000v"])
def test_call_home_has_one_state(platform: str) -> None:
    terminal = terminal_of(platform)
    text = terminal.type("show running-config")
    assert "\nservice call-home\nplatform punt-keepalive disable-kernel-core\n" in text
    assert "call home feature : enable" in terminal.type("show call-home")
    terminal.type("configure terminal", "no service call-home", "end")
    assert "call home feature : disable" in terminal.type("show call-home")
    assert "service call-home" not in terminal.type("show running-config")


@pytest.mark.parametrize("client", COLLECTORS)
def test_a_switch_refuses_nothing_that_a_collector_sends(client: str) -> None:
    terminal = terminal_of("c9300", 2)
    for command in COLLECTORS[client]:
        assert not re.search("% (Invalid|Incomplete|Ambiguous)", terminal.type(command)), command


@pytest.mark.parametrize("platform", families())
def test_a_word_that_a_show_command_does_not_know_is_refused(platform: str) -> None:
    """Where a row ends with an argument of the user's own, the word is that argument."""
    newest = [one for one in releases().values() if family(platform).supports(one.version)][-1]
    terminal = Terminal(make_device(platform=platform, release=newest.name))
    version = terminal.device.release.command_version
    for row in rows_of(version, family(platform).traits, words_of(platform, version)):
        if row.mode == "exec" and row.syntax.startswith("show ") and not set("<[{") & set(row.syntax):
            answer = terminal.type(f"{row.syntax} nonsense")
            takes_word = any(
                other.syntax.startswith((f"{row.syntax} <", f"{row.syntax} [<"))
                or (other.syntax.partition(" [")[0] == row.syntax and ("[<" in other.syntax or "|<" in other.syntax))
                for other in rows_of(version, family(platform).traits, words_of(platform, version))
            )
            assert "% Invalid input" in answer or takes_word, row.syntax


def test_tech_support_has_every_part_and_no_secret() -> None:
    terminal = terminal_of("c9300")
    text = terminal.type("show tech-support")
    for command in ("show version", "show running-config", "show license tech support", "show vlan", "show logging"):
        assert f"------------------ {command} ------------------" in text
    assert "secret <removed>" in text
    assert "secret 9" not in text
    assert terminal.type("show history").split() == ["show", "tech-support", "show", "history"]


def test_a_vrf_that_is_not_there_has_no_routes_to_show() -> None:
    terminal = terminal_of("c8000v")
    assert "does not exist" in terminal.type("show ip route vrf RED")
    assert "Network not in table" in terminal.type("show ip route 203.0.113.1")
    assert 'Known via "connected"' in terminal.type("show ip route 192.0.2.1")
    assert terminal.type("show ip bgp") == "% BGP not active\n\n"


def test_sip_says_that_it_was_stopped() -> None:
    terminal = terminal_of("c8000v")
    assert "SIP User Agent for UDP : ENABLED" in terminal.type("show sip-ua status")
    terminal.device.calls_stopped = True
    assert "SIP User Agent for UDP : DISABLED" in terminal.type("show sip-ua status")


def test_nvram_has_the_startup_configuration_alone() -> None:
    terminal = terminal_of("c9300")
    assert "startup-config" in terminal.type("dir nvram:")
    assert str(len(terminal.device.startup or "")) in terminal.type("dir nvram:")


def test_a_key_is_called_by_its_label_or_by_host_and_domain() -> None:
    terminal = terminal_of("c9300")
    terminal.type("configure terminal", "ip domain name example.com")
    command = "crypto key generate rsa modulus 2048"
    assert "keys will be: sw1.example.com\n" in terminal.type(command)
    assert "keys will be: MGMT\n" in terminal.type("crypto key generate rsa label MGMT modulus 2048")


@pytest.mark.parametrize("platform", ["c9300", "c8000v"])
def test_https_has_a_certificate_of_its_own(platform: str) -> None:
    terminal = terminal_of(platform)
    text = terminal.type("show running-config")
    (name,) = re.findall(r"(?m)^crypto pki trustpoint (TP-self-signed-\d+)$", text)
    assert f"crypto pki certificate chain {name}\n certificate self-signed 01\n" in text
    assert f"Using key label {name}" in terminal.type("show crypto pki trustpoints")
    assert "Router Self-Signed Certificate" in terminal.type(f"show crypto pki certificates {name}")
    terminal.type("copy running-config flash:before.cfg", "", "configure terminal", "no ip http secure-server", "end")
    assert name in terminal.type("show running-config")
    terminal.type("configure replace flash:before.cfg force")
    assert "No changes were found" in terminal.type("show archive config differences flash:before.cfg")


def test_a_configuration_prints_what_nobody_typed() -> None:
    terminal = terminal_of("c9300")
    assert "\nno aaa new-model\n" in terminal.type("show running-config")
    assert "interface Vlan1\n no ip address\n" in terminal.type("show running-config")
    assert " vrf forwarding Mgmt-vrf\n no ip address\n" in terminal.type("show running-config interface gi0/0")
    assert "no ip address" not in terminal.type("show running-config interface gi1/0/1")
    terminal.type("copy running-config flash:a.cfg", "", "configure terminal", "aaa new-model", "interface gi1/0/1")
    terminal.type("no switchport", "end")
    assert "no ip address" in terminal.type("show running-config interface gi1/0/1")
    assert "no aaa new-model" not in terminal.type("show running-config")
    assert "Rollback Done" in terminal.type("configure replace flash:a.cfg force")
    assert "\nno aaa new-model\n" in terminal.type("show running-config")
    assert "boot-end-marker" in terminal_of("c8000v").type("show running-config")


@pytest.mark.parametrize("command", ["debug nonsense", "clear ip nonsense", "show inventory foo", "undebug nonsense"])
def test_no_word_is_swallowed(command: str) -> None:
    assert "% Invalid input detected at '^' marker." in terminal_of("c9300").type(command)


def test_what_is_debugged_is_kept() -> None:
    terminal = terminal_of("c9300")
    assert terminal.type("debug ip icmp") == "ICMP packet debugging is on\n"
    terminal.type("debug crypto pki messages", "no debug ip icmp")
    assert terminal.type("show debugging") == "Crypto PKI Msg debugging is on\n"
    assert "turned off" in terminal.type("undebug all")
    assert terminal.type("show debugging") == ""


def test_clear_line_ends_the_session_of_another() -> None:
    terminal = terminal_of("c9300")
    other = Terminal(terminal.device)
    assert terminal.type(f"clear line vty {other.session.number}", "") == " [OK]\n"
    assert other.session.closed
    assert not terminal.session.closed


def test_a_partition_has_its_own_lines() -> None:
    terminal = terminal_of("c9300")
    terminal.type("configure terminal", "ip access-list extended MGMT", "permit ip any any", "end")
    shown = terminal.type("show running-config partition access-list")
    assert "Configuration of Partition - access-list\n" in shown
    assert "ip access-list extended MGMT\n permit ip any any\n" in shown
    assert "hostname" not in shown
    assert "hostname sw1" in terminal.type("show running-config partition common")
    assert "% Invalid input" in terminal.type("show running-config partition nonsense")


def test_a_disk_is_there_where_show_version_names_it() -> None:
    assert "bytes total" in terminal_of("c9600").type("dir disk0:")
    assert "%Error" in terminal_of("c9300").type("dir disk0:")
    terminal = terminal_of("c9300")
    assert "1638400K bytes of Crash Files" in terminal.type("show version")
    assert f"{1638400 * 1024} bytes total" in terminal.type("dir crashinfo:")
    assert "crashinfo:" in terminal.type("show file systems")


def test_the_redundancy_facility_has_a_history() -> None:
    alone, pair = terminal_of("c9300").type("show redundancy history"), terminal_of("c9300", 2)
    assert alone.startswith("Redundancy Facility Event Log:\n")
    assert "*my state = ACTIVE(13) peer state = DISABLED(1)" in alone
    assert "STANDBY HOT" not in alone
    assert "*peer state = STANDBY HOT(8)" in pair.type("show redundancy history")


@pytest.mark.pyats
@pytest.mark.parametrize("platform", ["isr4000", "asr1000", "c8300", "c9400", "c9500"])
def test_a_device_of_metal_has_sensors(platform: str) -> None:
    base = pytest.importorskip("genie.conf.base")
    terminal = terminal_of(platform)
    found = base.Device("d1", os="iosxe").parse("show environment", output=terminal.type("show environment"))
    assert "Temp: CPU" in found["slot"]["R0"]["sensor"]
    assert terminal_of("c8000v").type("show environment") == ""


@pytest.mark.parametrize("platform", ["c9800", "c9400", "isr4000"])
def test_the_configuration_register_is_one(platform: str) -> None:
    terminal = terminal_of(platform)
    commands = ("show version", "show bootvar", "show redundancy")
    found = {re.search(r"onfiguration register (?:is|=) (\w+)", terminal.type(command))[1] for command in commands}
    assert len(found) == 1, found


def test_a_module_was_inserted_at_the_boot() -> None:
    terminal = terminal_of("isr4000")
    terminal.now += timedelta(days=3, hours=4)
    assert re.search(r"(?m)^F0 +ISR4331/K9 +ok, active +3d04h", terminal.type("show platform"))


def test_what_nobody_uses_has_an_empty_table() -> None:
    terminal = terminal_of("c9300")
    assert re.search(r"(?m)^\* Loopback0( +0){9}$", terminal.type("show interfaces summary"))
    assert "Virtual IP" in terminal.type("show standby brief")
    assert terminal.type("show ip nat translations") == "Total number of translations: 0\n\n"
    assert "No sessions" in terminal.type("show authentication sessions")
    assert terminal.type("show crypto session").startswith("Crypto session current status")
    assert "% Invalid input" in terminal_of("c8000v").type("show authentication sessions")
