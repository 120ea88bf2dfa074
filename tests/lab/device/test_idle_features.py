"""What collectors ask of features that nobody uses is answered: without a row, in words that public parsers take."""

from __future__ import annotations

import re

import pytest

from smartlic_lab.device.catalogue import rows_of, words_of
from smartlic_lab.platforms import family, release
from tests.lab.device.terminals import Terminal, make_device

CONFIGURED = (
    "route-map OUT permit 10", " match ip address prefix-list LAN", " set metric 5",
    "ip prefix-list LAN seq 5 permit 192.0.2.0/24", "ip prefix-list LAN permit 198.51.100.0/24",
    "class-map match-any VOICE", " match dscp ef", "policy-map EDGE", " class VOICE", "  priority percent 10",
    "object-group network HOSTS", " host 192.0.2.9", "vrf definition BLUE", " address-family ipv4",
)  # fmt: skip
# Handlers of the features that nobody uses; with what an argument of their rows is typed as.
IDLE = ("show_idle", "show_route_map", "show_ip_prefix_list", "show_class_map", "show_policy_map", "show_object_group")
TYPED = {"[<name>]": "", "[<vrf>]": "", "<interface:interface>": "GigabitEthernet1/0/1"}


@pytest.mark.parametrize("platform", ["c9300", "c9800", "c8000v"])
def test_no_row_of_an_idle_feature_is_without_its_text(platform: str) -> None:
    terminal = Terminal(make_device(platform=platform))
    version = release(terminal.device.release.name).command_version
    for row in rows_of(version, family(platform).traits, words_of(platform, version)):
        if row.handler in IDLE:
            command = re.sub(r"\{(\S+?)\|\S*\}", r"\1", row.syntax)
            command = re.sub(r"\[.*?\]", "", command)
            for argument, text in TYPED.items():
                command = command.replace(argument, text)
            assert "%" not in terminal.type(command), command


def test_routing_policy_and_classes_are_printed_from_the_configuration() -> None:
    terminal = Terminal(make_device(day0=CONFIGURED))
    assert terminal.type("show route-map").startswith("route-map OUT, permit, sequence 10\n  Match clauses:\n")
    assert "    metric 5 \n" in terminal.type("show route-map OUT")
    assert terminal.type("show route-map IN") == ""
    assert terminal.type("show ip prefix-list") == (
        "ip prefix-list LAN: 2 entries\n   seq 5 permit 192.0.2.0/24\n   seq 10 permit 198.51.100.0/24\n"
    )
    assert "%Can't find a prefix-list" in terminal.type("show ip prefix-list WAN")
    assert " Class Map match-any VOICE (id 1)\n   Match dscp ef\n" in terminal.type("show class-map")
    assert "  Policy Map EDGE\n    Class VOICE\n      priority percent 10\n" in terminal.type("show policy-map")
    assert terminal.type("show object-group") == "Network object group HOSTS\n host 192.0.2.9\n\n"


def test_interfaces_are_listed_by_vrf_by_index_and_without_ipv6() -> None:
    terminal = Terminal(make_device())
    assert re.search(r"^Gi0/0 +\S+ +Mgmt-vrf +(up|down)", terminal.type("show ip vrf interfaces"), re.M)
    assert "GigabitEthernet1/0/1: Ifindex = " in terminal.type("show snmp mib ifmib ifindex")
    assert re.search(
        r"^GigabitEthernet1/0/1 +\[down/down\]\n    unassigned$", terminal.type("show ipv6 int brief"), re.M
    )


def test_the_forwarding_table_has_every_route() -> None:
    day0 = ("ip route 0.0.0.0 0.0.0.0 198.51.100.1", "interface Loopback0", " ip address 192.0.2.1 255.255.255.255")
    text = Terminal(make_device(platform="c8000v", day0=day0)).type("show ip cef")
    assert re.search(r"^192\.0\.2\.1/32 +receive", text, re.M)
    assert re.search(r"^255\.255\.255\.255/32 +receive", text, re.M)


def test_a_stack_shows_its_cables_and_its_addresses() -> None:
    terminal = Terminal(make_device(members=2))
    assert re.search(r"^  2 +OK +OK", terminal.type("show switch stack-ports"), re.M)
    assert "Total Mac Addresses for this criterion: 0" in terminal.type("show mac address-table dynamic")
    assert "Total Dynamic Address Count  : 0" in terminal.type("show mac address-table count")
