from __future__ import annotations

from datetime import timedelta

import pytest

from nornir_smartlic.model import TransportType
from tests.lab.device.terminals import JAN_1, NoNetwork, Terminal, make_device


def licence_lines(terminal: Terminal) -> list[str]:
    text = terminal.type("do show running-config" if terminal.session.frames else "show running-config")
    return [line for line in text.splitlines() if line.startswith(("license", "no license"))]


def test_smart_transport_shows_the_lines_that_reference_configurations_have(switch: Terminal) -> None:
    switch.type("conf t", "license smart transport smart", "license smart url default", "end")
    assert licence_lines(switch) == [
        "license boot level network-advantage addon dna-advantage",
        "license smart transport smart",
        "license smart url https://smartreceiver.cisco.com/licservice/license",
        "license smart url smart https://smartreceiver.cisco.com/licservice/license",
    ]


def test_the_default_transport_is_not_shown(switch: Terminal) -> None:
    switch.type("conf t", "license smart url cslu http://192.0.2.9:8182/cslu/v1/pi")
    switch.type("license smart transport smart", "license smart transport cslu")
    assert licence_lines(switch)[1:] == ["license smart url cslu http://192.0.2.9:8182/cslu/v1/pi"]
    switch.type("license smart transport off", "no license smart transport")
    assert len(licence_lines(switch)) == 2
    switch.type("end")
    assert "license smart transport cslu" in switch.type("show running-config all")


@pytest.mark.parametrize(
    ("command", "undo"),
    [
        ("license smart privacy hostname", "no license smart privacy hostname"),
        ("license smart usage interval 14", "no license smart usage interval"),
        ("license smart usage customer-tags tag1 branch-17", "no license smart usage customer-tags tag1"),
        ("license smart proxy address proxy.example.com", "default license smart proxy address"),
        ("license smart proxy port 8080", "no license smart proxy port 8080"),
        ("license smart vrf Mgmt-vrf", "no license smart vrf"),
        ("no license smart server-identity-check", "license smart server-identity-check"),
        ("license smart transport off", "default license smart transport"),
    ],
)
def test_every_licensing_line_can_be_set_and_taken_back(switch: Terminal, command: str, undo: str) -> None:
    before = licence_lines(switch)
    switch.type("conf t")
    assert switch.type(command) == ""
    assert command in licence_lines(switch)
    assert switch.type(undo) == ""
    assert licence_lines(switch) == before


def test_boot_level_prints_its_reminder_and_waits_for_a_reload(switch: Terminal) -> None:
    switch.type("conf t")
    output = switch.type("license boot level network-essentials addon dna-essentials")
    assert output == "% use 'write' command to make license boot config take effect on next boot\n\n"
    switch.type("end", "write memory")
    assert "network-advantage" in switch.type("show license summary")
    switch.type("reload", "")
    later = JAN_1 + timedelta(minutes=5)
    switch.device.tick(later)
    terminal = Terminal(switch.device)
    terminal.now = later
    assert "network-essentials" in terminal.type("show license summary")


def test_a_level_that_the_family_has_not_is_invalid_input(switch: Terminal) -> None:
    switch.type("conf t")
    assert "% Invalid input" in switch.type("license boot level network-premier")
    assert "% Invalid input" in switch.type("license boot level network-essentials addon dna-advantage")


def test_the_agent_hears_of_its_settings(switch: Terminal) -> None:
    switch.type("conf t", "license smart transport smart", "license smart url default", "end")
    assert switch.device.settings().transport is TransportType.SMART
    assert "Type: Smart" in switch.type("show license status")


def test_where_a_request_starts_is_what_the_configuration_says() -> None:
    device = make_device(
        day0=(
            "interface GigabitEthernet0/0",
            " ip address 192.0.2.10 255.255.255.0",
            "ip http client source-interface GigabitEthernet0/0",
            "ip name-server vrf Mgmt-vrf 192.0.2.53 192.0.2.54",
            "ip domain name vrf Mgmt-vrf example.com",
            "ip host vrf Mgmt-vrf cslu-local 192.0.2.9",
            "crypto pki trustpoint SLA-TrustPoint",
            " revocation-check none",
        )
    )
    device.tick(JAN_1 + timedelta(minutes=3))
    network = device.network
    assert isinstance(network, NoNetwork)
    origin = network.origins[0]
    assert origin.vrf == "Mgmt-vrf"
    assert origin.source_address == "192.0.2.10"
    assert origin.name_servers == ("192.0.2.53", "192.0.2.54")
    assert origin.hosts == {"cslu-local": "192.0.2.9"}
    assert origin.domain_name == "example.com"
    assert not origin.revocation_check


def test_values_of_one_line_add_up_and_are_taken_away(switch: Terminal) -> None:
    switch.type("conf t", "ip name-server 192.0.2.1", "ip name-server 192.0.2.2")
    assert "ip name-server 192.0.2.1 192.0.2.2\n" in switch.type("do show run")
    switch.type("no ip name-server 192.0.2.1")
    assert "ip name-server 192.0.2.2\n" in switch.type("do show run")


def test_a_line_of_another_mode_leaves_the_section(switch: Terminal) -> None:
    switch.type(
        "conf t", "interface GigabitEthernet1/0/1", "ip address 192.0.2.1 255.255.255.0", "ip domain name example.com"
    )
    assert switch.prompt == "sw1(config)#"
    assert "ip domain name example.com\n" in switch.type("do show run")


def test_a_running_configuration_is_read_back_as_the_same(switch: Terminal) -> None:
    switch.type("conf t", "license smart transport off", "interface gi1/0/2", "description x", "end", "write memory")
    before = switch.device.running_text()
    switch.type("reload", "")
    switch.device.tick(JAN_1 + timedelta(minutes=5))
    assert switch.device.running_text() == before


def test_configure_replace_takes_back_what_was_added(switch: Terminal) -> None:
    switch.type(
        "copy running-config flash:before.cfg", "", "conf t", "license smart transport off", "hostname other", "end"
    )
    assert "+license smart transport off" in switch.type(
        "show archive config differences flash:before.cfg system:running-config"
    )
    assert "Rollback Done" in switch.type("configure replace flash:before.cfg force")
    assert switch.device.hostname == "sw1"
    assert "off" not in " ".join(licence_lines(switch))


def test_the_trustpoint_and_call_home_come_with_an_authoritative_clock() -> None:
    device = make_device(clock_authoritative=False, day0=("ntp server 192.0.2.123",))
    assert device.running.find("call-home") is None
    device.tick(JAN_1 + timedelta(minutes=5))
    assert device.running.has("crypto", "pki", "trustpoint", "SLA-TrustPoint")
    log = [str(message) for message in device.log.messages()]
    assert any("%PKI-6-TRUSTPOINT_CREATE: Trustpoint: SLA-TrustPoint created succesfully" in line for line in log)
    assert any(
        "%CALL_HOME-6-CALL_HOME_ENABLED: Call-home is enabled by Smart Agent for Licensing." in line for line in log
    )


def test_no_ip_address_takes_only_the_address_it_names(switch: Terminal) -> None:
    switch.type("conf t", "interface Loopback0", "ip address 192.0.2.6 255.255.255.255")
    assert "Invalid address" in switch.type("no ip address 192.0.2.5 255.255.255.255")
    assert " ip address 192.0.2.6 255.255.255.255" in switch.type("do show run interface Loopback0")
    switch.type("no ip address")
    assert " no ip address\n" in switch.type("do show run interface Loopback0")


def test_call_home_sends_where_the_profile_says_from_the_first_boot_on() -> None:
    device = make_device(day0=("license smart transport callhome",))
    Terminal(device).type("license smart trust idtoken abc local")
    device.tick(JAN_1 + timedelta(minutes=3))
    network = device.network
    assert isinstance(network, NoNetwork)
    assert network.urls[0] == "https://tools.cisco.com/its/service/oddce/services/DDCEService"


def test_lines_of_call_home_stand_in_one_order_whatever_was_typed_first(switch: Terminal) -> None:
    proxy, identity = "http-proxy proxy.example.com port 80", "no http secure server-identity-check"
    switch.type("conf t", "call-home", 'profile "CiscoTAC-1"', "active", "exit", identity, proxy, "end")
    shown = [line.strip() for line in switch.type("show running-config | section call-home").splitlines()]
    assert shown.index(proxy) < shown.index(identity) < shown.index('profile "CiscoTAC-1"')
