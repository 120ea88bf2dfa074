"""What a switch says of its ports and VLANs is one story: the configuration's."""

from __future__ import annotations

from smartlic_lab.device import MemberSpec
from tests.lab.device.terminals import Terminal, make_device

DAY_0 = (
    "vlan 10", " name USERS", "vlan 20", " shutdown", "vlan 30", " state suspend",
    "interface Vlan10", " ip address 192.0.2.10 255.255.255.0",
    "interface GigabitEthernet1/0/1", " switchport mode access", " switchport access vlan 10",
    "interface GigabitEthernet1/0/2", " no switchport", " ip address 198.51.100.1 255.255.255.252",
    "interface GigabitEthernet1/0/3", " switchport mode trunk", " switchport trunk allowed vlan 1,10-12",
    "interface Vlan1", " ip address 203.0.113.1 255.255.255.0",
)  # fmt: skip


def switch() -> Terminal:
    return Terminal(make_device(day0=DAY_0))


def rows(text: str) -> dict[str, str]:
    return {line.split()[0]: line for line in text.splitlines() if line.strip()}


def test_show_vlan_lists_every_access_port_and_no_routed_one() -> None:
    text = switch().type("show vlan brief")
    ports = text.replace(",", " ").split()
    assert "Gi1/0/24" in ports
    assert "Te1/1/8" in ports
    assert "Gi1/0/2" not in ports  # routed
    assert "Gi1/0/3" not in ports  # trunking
    assert "Gi0/0" not in ports  # the management port
    assert rows(text)["10"].split() == ["10", "USERS", "active", "Gi1/0/1"]


def test_a_vlan_that_was_shut_down_or_suspended_says_so() -> None:
    found = rows(switch().type("show vlan brief"))
    assert found["20"].split()[2] == "act/lshut"
    assert found["30"].split()[2] == "suspended"


def test_the_port_behind_an_addressed_vlan_has_a_link() -> None:
    terminal = switch()
    found = rows(terminal.type("show interfaces status"))
    assert found["Gi1/0/1"].split()[1:3] == ["connected", "10"]
    assert found["Gi1/0/2"].split()[1:3] == ["connected", "routed"]
    assert found["Gi1/0/3"].split()[1:3] == ["connected", "trunk"]
    assert found["Gi1/0/4"].split()[1:3] == ["notconnect", "1"]
    terminal.type("configure terminal", "interface vlan 10", "shutdown", "end")
    assert rows(terminal.type("show interfaces status"))["Gi1/0/1"].split()[1] == "notconnect"


def test_a_trunk_carries_the_vlans_that_it_allows_and_that_are_active() -> None:
    allowed, active, _ = switch().type("show interfaces trunk").split("Vlans ")[1:]
    assert "1,10-12\n" in allowed
    assert "1,10\n" in active


def test_the_list_of_a_trunk_is_added_to_and_taken_from() -> None:
    terminal = switch()
    lines = ("configure terminal", "interface gi1/0/3", "switchport trunk allowed vlan add 20-22")
    terminal.type(*lines, "switchport trunk allowed vlan remove 11", "end")
    assert "switchport trunk allowed vlan 1,10,12,20-22" in terminal.type("show running-config interface gi1/0/3")
    terminal.type("configure terminal", "interface gi1/0/3")
    assert "Bad VLAN list" in terminal.type("switchport trunk allowed vlan 1-5000")


def test_a_second_access_vlan_replaces_the_first_and_makes_the_vlan() -> None:
    terminal = switch()
    terminal.type("configure terminal", "interface gi1/0/1")
    assert "Creating vlan 40" in terminal.type("switchport access vlan 40")
    terminal.type("end")
    assert "access vlan 10" not in terminal.type("show running-config interface gi1/0/1")
    assert rows(terminal.type("show vlan brief"))["40"].split() == ["40", "VLAN0040", "active", "Gi1/0/1"]


def test_only_models_with_poe_have_power_for_others() -> None:
    members = (MemberSpec("C9300-24T"), MemberSpec("C9300-48P"))
    ports = rows(Terminal(make_device(members=members)).type("show power inline"))
    assert "Gi2/0/48" in ports
    assert "Gi1/0/1" not in ports


def test_a_wireless_controller_has_vlans_and_a_router_has_none() -> None:
    assert "default" in Terminal(make_device(platform="c9800")).type("show vlan")
    router = Terminal(make_device(platform="c8000v"))
    assert router.type("show vlan") == router.type("show vlans") == "No Virtual LANs configured.\n"
    assert "Invalid input" in router.type("show vlan brief")
