"""Routes, NTP, SNMP, access lists and boot variables, as clients read them."""

from __future__ import annotations

import pytest

from tests.lab.device.terminals import Terminal, make_device


@pytest.fixture
def router() -> Terminal:
    return Terminal(make_device("r1", platform="c8000v", release="17.12"))


def configured(terminal: Terminal, *lines: str) -> Terminal:
    terminal.type("configure terminal", *lines, "end")
    return terminal


def test_routes_are_those_of_addresses_and_static_lines(router: Terminal) -> None:
    configured(
        router, "interface Loopback0", "ip address 192.0.2.1 255.255.255.0", "exit", "interface Loopback1",
        "ip address 198.51.100.1 255.255.255.255", "exit", "ip route 0.0.0.0 0.0.0.0 192.0.2.254",
        "ip route 203.0.113.0 255.255.255.0 Null0", "ip route vrf Mgmt-vrf 0.0.0.0 0.0.0.0 192.0.2.253",
    )  # fmt: skip
    shown = router.type("show ip route")
    assert "Gateway of last resort is 192.0.2.254 to network 0.0.0.0\n" in shown
    assert (
        "S*       0.0.0.0/0 [1/0] via 192.0.2.254\n"
        "      192.0.2.0/24 is variably subnetted, 2 subnets, 2 masks\n"
        "C        192.0.2.0/24 is directly connected, Loopback0\n"
        "L        192.0.2.1/32 is directly connected, Loopback0\n"
        "      198.51.100.0/32 is subnetted, 1 subnet\n"
        "C        198.51.100.1/32 is directly connected, Loopback1\n"
        "S        203.0.113.0/24 is directly connected, Null0\n"
    ) in shown


def test_ntp_says_whether_it_runs_and_with_whom(router: Terminal) -> None:
    assert router.type("show ntp status") == "%NTP is not enabled.\n"
    configured(router, "ntp server vrf Mgmt-vrf 192.0.2.7", "ntp server 192.0.2.8 prefer")
    assert router.type("show ntp status").startswith("Clock is ")
    shown = router.type("show ntp associations")
    assert "~192.0.2.7 " in shown
    assert "~192.0.2.8 " in shown


def test_snmp_is_off_until_a_line_turns_it_on(router: Terminal) -> None:
    assert router.type("show snmp user") == "%SNMP agent not enabled\n"
    configured(router, "snmp-server community lab ro", "snmp-server location here and there")
    assert "\nsnmp-server community lab RO\n" in router.device.running_text()
    assert "Community name: lab\n" in router.type("show snmp community")
    assert router.type("show snmp location") == "here and there\n"
    assert "SNMP packets input" in router.type("show snmp")
    configured(router, "snmp-server host", "snmp-server user", "snmp-server group")
    assert router.type("show snmp host") == router.type("show snmp user") == router.type("show snmp group") == ""


def test_access_lists_number_their_entries(router: Terminal) -> None:
    configured(
        router, "ip access-list extended WEB", "permit tcp any any eq www", "30 deny ip any any", "exit",
        "access-list 7 permit 192.0.2.1",
    )  # fmt: skip
    assert router.type("show access-lists") == (
        "Extended IP access list WEB\n    10 permit tcp any any eq www\n    30 deny ip any any\n"
        "Standard IP access list 7\n    10 permit 192.0.2.1\n"
    )
    assert router.type("show ip access-lists 7").startswith("Standard IP access list 7\n")


def test_boot_variables_agree_with_show_version(router: Terminal) -> None:
    assert "Configuration register is 0x2102\n" in router.type("show bootvar")
    assert router.type("show boot") == router.type("show bootvar")
    assert "Configuration register is 0x2102" in router.type("show version")


def test_users_have_a_connection_each(router: Terminal) -> None:
    router.device.open_session(router.now, username="admin", privilege=15, source="192.0.2.99")
    assert "192.0.2.99.5000" in router.type("show tcp brief numeric")


def test_the_root_of_flash_is_listed(router: Terminal) -> None:
    assert router.type("dir /").startswith("Directory of bootflash:/\n")
    assert router.type("dir /all").startswith("Directory of bootflash:/\n")


def test_vlans_can_be_shut() -> None:
    switch = configured(Terminal(make_device()), "vlan 30", "name thirty", "shutdown", "exit", "lldp holdtime 100")
    assert "vlan 30\n name thirty\n shutdown\n" in switch.device.running_text()
    assert "lldp holdtime 100\n" in switch.device.running_text()


def test_an_alias_is_typed_for_its_command(router: Terminal) -> None:
    configured(router, "alias exec sl show license summary", "alias exec inc show running-config | include")
    assert router.type("sl") == router.type("show license summary")
    assert router.type("inc ^hostname") == "hostname r1\n"
    assert "  sl                    show license summary\n" in router.type("show aliases")
    assert router.type("s clock") == router.type("show clock")
    configured(router, "no alias exec sl")
    assert "Invalid input" in router.type("sl")


def test_a_switch_knows_its_own_addresses_and_a_stack_its_fans() -> None:
    stack = Terminal(make_device(members=2))
    assert "Total Mac Addresses for this criterion: 21\n" in stack.type("show mac address-table")
    shown = stack.type("show environment all")
    assert shown.count("SYSTEM TEMPERATURE is OK") == 2
    assert stack.type("show environment temperature status") in shown
    stack.type("reload")
    assert stack.prompt.endswith(("[yes/no]: ", "[confirm]"))


def test_controllers_of_a_pair_are_chassis() -> None:
    pair = Terminal(make_device("wlc", platform="c9800", members=2))
    rows = [line.split()[:2] for line in pair.type("show chassis").splitlines() if "Ready" in line]
    assert rows == [["*1", "Active"], ["2", "Standby"]]
