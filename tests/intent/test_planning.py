"""From intent and reading to a plan."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from nornir_smartlic.errors import IntentError
from nornir_smartlic.intent import intent_of, make_plan, undo
from nornir_smartlic.intent.releases import first_slp, shown
from nornir_smartlic.model import (
    BootLevel,
    CallHome,
    DeviceVersion,
    Intent,
    LicensingReading,
    Member,
    Proxy,
    Role,
    TransportType,
    TrustCode,
    Udi,
    Unparsed,
)
from tests.intent.readings import UDI, of_product, registered, slp

MANAGEMENT = ("GigabitEthernet0/0", "Mgmt-vrf", "192.0.2.7 255.255.255.0")
RECEIVER = "https://smartreceiver.cisco.com/licservice/license"


def plan(reading: LicensingReading, **data: Any):
    return make_plan(intent_of(data), reading)


def test_the_way_to_cssm_is_planned_in_an_order_that_a_device_takes():
    wanted = {
        "transport": "smart",
        "url": "default",
        "vrf": "Mgmt-vrf",
        "source_interface": "GigabitEthernet0/0",
        "name_servers": ["192.0.2.53", "192.0.2.54"],
        "proxy": {"address": "proxy.example.com", "port": 8080},
        "revocation_check": "none",
    }
    made = plan(slp(vrfs=("Mgmt-vrf",), trustpoints=(("SLA-TrustPoint", "crl"),)), **wanted)
    assert made.commands == (
        "ip name-server vrf Mgmt-vrf 192.0.2.53",
        "ip name-server vrf Mgmt-vrf 192.0.2.54",
        "ip http client source-interface GigabitEthernet0/0",
        "crypto pki trustpoint SLA-TrustPoint",
        " revocation-check none",
        "license smart transport smart",
        "license smart url default",
        "license smart vrf Mgmt-vrf",
        "license smart proxy address proxy.example.com",
        "license smart proxy port 8080",
    )
    assert all(difference.of_transport for difference in made.differences)


def test_taking_back_runs_the_other_way_round():
    made = plan(slp(), transport="smart", url="default", usage_interval_days=7)
    assert undo(made.differences) == (
        "no license smart usage interval 7",
        f"no license smart url smart {RECEIVER}",
        f"no license smart url {RECEIVER}",
        "no license smart transport",
    )


def test_lines_of_a_trustpoint_are_taken_back_last():
    made = plan(slp(trustpoints=(("SLA-TrustPoint", "crl"),)), name_servers=["192.0.2.53"], revocation_check="none")
    assert undo(made.differences) == (
        "no ip name-server 192.0.2.53",
        "crypto pki trustpoint SLA-TrustPoint",
        " revocation-check crl",
    )


def test_taking_back_restores_what_was_replaced():
    old = "https://smartreceiver-stage.cisco.com/licservice/license"
    reading = slp(transport=TransportType.OFF, smart_url=old, plain_url=old)
    made = plan(reading, transport="smart", url="default")
    assert undo(made.differences) == (
        f"license smart url smart {old}",
        f"license smart url {old}",
        "license smart transport off",
    )


@pytest.mark.parametrize(
    ("reading", "wanted"),
    [
        (slp(), {}),
        (slp(), {"transport": "cslu"}),
        (slp(), {"transport": "cslu", "url": "default"}),
        (slp(), {"server_identity_check": True, "privacy": {"hostname": False, "version": False}}),
        (slp(), {"usage_interval_days": 30}),
        (slp(transport=TransportType.SMART, smart_url=RECEIVER), {"transport": "smart", "url": "default"}),
        (slp(cslu_url="http://192.0.2.8:8182/cslu/v1/pi"), {"url": "http://192.0.2.8:8182/cslu/v1/pi"}),
        (slp(source_interface="GigabitEthernet0/0"), {"source_interface": "Gi0/0"}),
        (slp("17.3.5", vrf="Mgmt-vrf", vrfs=("Mgmt-vrf",)), {"transport": "cslu", "vrf": "Mgmt-vrf"}),
        (slp("17.3.5", source_interface="Gi0/0", interfaces=(MANAGEMENT,), vrfs=("Mgmt-vrf",)), {"vrf": "Mgmt-vrf"}),
        (slp(plain_url="https://onprem.example.com/cslu/v1/pi"), {"url": "https://onprem.example.com/cslu/v1/pi"}),
        (slp(name_servers=((None, "192.0.2.9"), (None, "192.0.2.53"))), {"name_servers": ["192.0.2.53"]}),
        (
            slp(name_servers=((None, "192.0.2.54"), (None, "192.0.2.53"))),
            {"name_servers": ["192.0.2.53", "192.0.2.54"]},
        ),
        (slp(customer_tags=(("tag1", "a"), ("tag2", "b"))), {"customer_tags": {"tag2": "b"}}),
    ],
)
def test_a_device_as_wanted_has_an_empty_plan(reading: LicensingReading, wanted: dict[str, Any]):
    made = plan(reading, **wanted)
    assert made.is_empty
    assert made.commands == ()
    assert str(made) == ""


@pytest.mark.parametrize(
    ("reading", "wanted", "commands"),
    [
        (slp(transport=TransportType.SMART), {"transport": "off"}, ["license smart transport off"]),
        (slp(transport=TransportType.OFF), {"transport": "cslu"}, ["license smart transport cslu"]),
        (
            slp(transport=TransportType.SMART, smart_url=RECEIVER),
            {"url": "https://onprem.example.com/SmartTransport"},
            ["license smart url smart https://onprem.example.com/SmartTransport"],
        ),
        (
            slp(cslu_url="http://192.0.2.8:8182/cslu/v1/pi"),
            {"url": "default"},
            ["no license smart url cslu http://192.0.2.8:8182/cslu/v1/pi"],
        ),
        (
            slp(name_servers=((None, "192.0.2.9"), ("Mgmt-vrf", "192.0.2.9")), domain_lookup=False),
            {"name_servers": ["192.0.2.53"]},
            ["ip domain lookup", "ip name-server 192.0.2.53"],
        ),
        (
            slp(name_servers=((None, "192.0.2.9"), ("Mgmt-vrf", "192.0.2.9"))),
            {"name_servers": ["192.0.2.53"], "name_servers_exact": True},
            ["ip name-server 192.0.2.53", "no ip name-server 192.0.2.9"],
        ),
        (
            slp(name_servers=((None, "192.0.2.9"),)),
            {"name_servers": [], "name_servers_exact": True},
            ["no ip name-server 192.0.2.9"],
        ),
        (
            slp(plain_url="https://onprem.example.com/cslu/v1/pi/OLD-1"),
            {"transport": "cslu", "url": "https://onprem.example.com/cslu/v1/pi/BRANCHES-1"},
            [
                "license smart url cslu https://onprem.example.com/cslu/v1/pi/BRANCHES-1",
                "no license smart url https://onprem.example.com/cslu/v1/pi/OLD-1",
            ],
        ),
        (
            slp(plain_url="https://onprem.example.com/cslu/v1/pi/OLD-1"),
            {"transport": "cslu", "url": "default"},
            ["no license smart url https://onprem.example.com/cslu/v1/pi/OLD-1"],
        ),
        (
            slp(vrfs=("Mgmt-vrf",)),
            {"transport": "cslu", "vrf": "Mgmt-vrf"},
            ["license smart vrf Mgmt-vrf"],
        ),
        (
            slp(proxy=Proxy("old.example.com", 80)),
            {"proxy": {"address": "proxy.example.com", "port": 8080}},
            ["license smart proxy address proxy.example.com", "license smart proxy port 8080"],
        ),
        (slp(), {"server_identity_check": False}, ["no license smart server-identity-check"]),
        (slp(hostname_privacy=True), {"privacy": {"hostname": False}}, ["no license smart privacy hostname"]),
        (slp(), {"privacy": {"version": True}}, ["license smart privacy version"]),
        (slp(), {"customer_tags": {"tag2": "x 1"}}, ["license smart usage customer-tags tag2 x 1"]),
        (
            slp(boot_level=BootLevel("network-essentials", "dna-essentials")),
            {"boot_level": {"level": "network-advantage", "addon": "dna-advantage"}},
            ["license boot level network-advantage addon dna-advantage"],
        ),
        (
            of_product("C9800-L-F-K9", "17.12.4"),
            {"boot_level": {"level": "air-network-advantage", "addon": "air-dna-advantage"}},
            ["license air level air-network-advantage addon air-dna-advantage"],
        ),
    ],
)
def test_each_difference_has_its_lines(reading: LicensingReading, wanted: dict[str, Any], commands: list[str]):
    assert list(plan(reading, **wanted).commands) == commands


def test_the_call_home_profile_is_made_ready_before_the_transport():
    made = plan(slp(call_home=CallHome(transport_method="email")), transport="callhome", url="default")
    assert made.commands == (
        "service call-home",
        "call-home",
        " contact-email-addr sch-smart-licensing@cisco.com",
        ' profile "CiscoTAC-1"',
        "  destination address http https://tools.cisco.com/its/service/oddce/services/DDCEService",
        "  no destination transport-method email",
        "  active",
        "  destination transport-method http",
        "license smart transport callhome",
    )


def test_the_proxy_of_call_home_stands_in_call_home():
    ready = CallHome(True, "a@example.com", True, "http", http_proxy=Proxy("old.example.com", 80))
    made = plan(
        slp(transport=TransportType.CALLHOME, call_home=ready),
        transport="callhome",
        proxy={"address": "proxy.example.com", "port": 8080},
    )
    assert made.commands == (
        "call-home",
        ' no http-proxy "old.example.com" port 80',
        ' http-proxy "proxy.example.com" port 8080',
    )


def test_the_text_of_a_plan_is_its_difference():
    assert str(plan(slp(), transport="smart", url="default")) == (
        "-smart_licensing.transport: cslu\n"
        "+smart_licensing.transport: smart\n"
        "-smart_licensing.url: <none>\n"
        "+smart_licensing.url: default\n"
        "  license smart transport smart\n"
        "  license smart url default"
    )


@pytest.mark.parametrize(
    ("reading", "wanted", "path"),
    [
        (slp("17.3.5"), {"transport": "smart", "vrf": "Mgmt-vrf"}, "vrf"),
        (slp("17.12.4", vrfs=("Mgmt-vrf",)), {"vrf": "Mgmt"}, "vrf"),
        (registered("17.3.1"), {"transport": "cslu"}, "transport"),
        (registered("16.12.4"), {"transport": "off"}, "transport"),
        (slp("17.12.4"), {"boot_level": {"level": "advantage"}}, "boot_level.level"),
        (slp("17.12.4", transport=TransportType.OFF), {"url": "default"}, "url"),
        (slp("17.12.4"), {"url": RECEIVER}, "url"),
        (slp("17.12.4", transport=TransportType.OFF), {"proxy": {"address": "192.0.2.80", "port": 80}}, "proxy"),
        (slp("17.3.5", vrfs=("Mgmt-vrf",)), {"transport": "cslu", "vrf": "Mgmt-vrf"}, "vrf"),
        (slp(interfaces=(MANAGEMENT,)), {"source_interface": "Loopback0"}, "source_interface"),
        (
            slp(interfaces=(MANAGEMENT, ("Vlan1", None, None)), vrfs=("Mgmt-vrf",)),
            {"vrf": "Mgmt-vrf", "source_interface": "Vlan1"},
            "source_interface",
        ),
        (slp(), {"boot_level": {"level": "air-network-advantage"}}, "boot_level.level"),
        (
            of_product("C8300-1N1S-6T"),
            {"boot_level": {"level": "network-advantage", "addon": "dna-essentials"}},
            "boot_level.addon",
        ),
    ],
)
def test_what_the_device_cannot_take_is_refused_with_the_key(
    reading: LicensingReading, wanted: dict[str, Any], path: str
):
    with pytest.raises(IntentError) as caught:
        plan(reading, **wanted)
    assert caught.value.path == f"smart_licensing.{path}"


def test_a_registered_device_says_why_it_has_no_plan():
    made = plan(registered("16.12.4"), transport="smart", url="default")
    assert made.is_empty
    assert made.not_applicable == (
        "licensing is registered (legacy Smart Licensing) on 16.12.4; Smart Licensing Using Policy starts with 17.3.2"
    )


@pytest.mark.parametrize(
    ("pid", "first"), [("CSR1000V", "17.4.1"), ("C1100TGX-1N24P32A", "17.4.1"), ("C9300-24T", "17.3.2")]
)
def test_the_first_release_of_the_policy_is_that_of_the_product(pid, first):
    assert shown(first_slp(pid)) == first


def test_missing_trust_is_a_warning_for_each_member():
    other = Udi("C9300-24T", "FOC00000002")
    codes = (TrustCode(Member(Role.ACTIVE, UDI), None), TrustCode(Member(Role.STANDBY, other), None))
    reading = slp()
    state = type(reading.state)(
        udi=UDI, slp=True, trust_codes=codes, members=(Member(Role.ACTIVE, UDI), Member(Role.STANDBY, other))
    )
    made = make_plan(Intent(trust=True), LicensingReading(state, reading.version, reading.configuration, None))
    assert made.is_empty
    assert "PID:C9300-24T,SN:FOC00000001; PID:C9300-24T,SN:FOC00000002" in made.warnings[0]


def test_a_trustpoint_that_is_not_there_is_a_warning():
    (warning,) = plan(slp(), revocation_check="none").warnings
    assert "SLA-TrustPoint is not there" in warning
    assert plan(slp(trustpoints=(("SLA-TrustPoint", "crl"),)), revocation_check="none").warnings == ()


def test_a_boot_level_that_waits_for_a_reload_says_so():
    reading = slp(boot_level=BootLevel("network-advantage", "dna-advantage"))
    version = DeviceVersion(
        "17.12.4", "sw1", UDI, "C9300-24T", boot_level="network-essentials", addon_level="dna-essentials"
    )
    made = make_plan(
        intent_of({"boot_level": {"level": "network-advantage", "addon": "dna-advantage"}}),
        LicensingReading(reading.state, version, reading.configuration, None),
    )
    assert made.is_empty
    assert made.needs_reload


def test_a_wireless_controller_that_shows_the_level_needs_no_line():
    reading = slp()
    version = DeviceVersion(
        "17.12.4", "wlc1", UDI, "C9800-L-F-K9", air_level="AIR DNA Advantage", next_air_level="AIR DNA Advantage"
    )
    wlc = LicensingReading(reading.state, version, reading.configuration, None)
    as_it_is = {"level": "air-network-advantage", "addon": "air-dna-advantage"}
    assert make_plan(intent_of({"boot_level": as_it_is}), wlc).is_empty
    other = make_plan(intent_of({"boot_level": {"level": "air-network-essentials"}}), wlc)
    assert other.commands == ("license air level air-network-essentials",)
    assert other.needs_reload


def test_a_line_that_nobody_understood_is_a_warning():
    reading = slp()
    unparsed = (Unparsed("show license all", "  Colour: blue"),)
    made = make_plan(Intent(), LicensingReading(reading.state, reading.version, reading.configuration, None, unparsed))
    assert made.warnings == ("show license all: line not understood: 'Colour: blue'",)


@pytest.mark.parametrize(
    ("pid", "release", "wanted", "commands"),
    [
        ("C8000V", "17.12.4", "T1", ("platform hardware throughput level MB T1",)),
        ("C8000V", "17.12.4", "100M", ("platform hardware throughput level MB 100",)),
        ("C8000V", "17.12.4", 10, ()),  # what it has by default
        ("C8300-1N1S-6T", "17.12.4", "1G", ("platform hardware throughput crypto 1G",)),
        ("ISR1100-4G", "17.12.4", 250, ("platform hardware throughput crypto 250M",)),
        ("ISR4331/K9", "17.9.5", 300, ("platform hardware throughput level 300000",)),
    ],
)
def test_a_throughput_is_spelled_as_the_product_takes_it(pid: str, release: str, wanted: Any, commands: Any):
    made = make_plan(intent_of({"throughput": {"level": wanted}}), of_product(pid, release))
    assert made.commands == commands


@pytest.mark.parametrize(
    ("pid", "release", "wanted", "message"),
    [
        ("C8000V", "17.6.4", "T1", "T1 on C8000V 17.6.4 - expected one of 10, 15"),
        ("ISR4331/K9", "17.9.5", "T1", "expected one of 100000, 300000"),
        ("C9300-24T", "17.12.4", "T1", "given for C9300-24T - expected a router"),
    ],
)
def test_a_throughput_that_the_product_does_not_take_is_refused(pid: str, release: str, wanted: str, message: str):
    with pytest.raises(IntentError, match=message):
        make_plan(intent_of({"throughput": {"level": wanted}}), of_product(pid, release))


def test_above_250_mbps_the_authorization_code_comes_first_and_a_reload_last():
    made = make_plan(intent_of({"throughput": {"level": "T2"}}), of_product("C8300-1N1S-6T"))
    assert made.codes == ("hseck9",)
    assert made.exec_steps == ("license smart authorization request add hseck9 all, first", "reload")
    virtual = make_plan(intent_of({"throughput": {"level": "T2"}}), of_product("C8000V"))
    assert virtual.exec_steps == ("license smart authorization request add hseck9 all, first",)


def test_technology_packages_stand_beside_each_other_and_others_go():
    reading = of_product("ISR4331/K9")
    there = replace(reading, configuration=replace(reading.configuration, packages=("uck9", "appxk9")))
    made = make_plan(intent_of({"packages": ["appxk9", "securityk9"], "suite": "AdvUCSuiteK9"}), there)
    assert made.commands == (
        "license boot level securityk9", "no license boot level uck9", "license boot suite AdvUCSuiteK9",
    )  # fmt: skip
    assert undo(made.differences) == (
        "no license boot suite AdvUCSuiteK9", "no license boot level securityk9", "license boot level uck9",
    )  # fmt: skip
    with pytest.raises(IntentError, match=r"packages: appxk9 on VG400-4FXS/4FXO - expected some of uck9, securityk9"):
        make_plan(intent_of({"packages": ["appxk9"]}), of_product("VG400-4FXS/4FXO"))
    with pytest.raises(IntentError, match=r"packages: given for C9300-24T - expected boot_level"):
        make_plan(intent_of({"packages": ["appxk9"]}), slp())


def test_the_feature_hseck9_needs_its_code_and_its_product():
    made = make_plan(intent_of({"features": ["hseck9"]}), of_product("ISR4331/K9"))
    assert (made.commands, made.codes) == (("license feature hseck9",), ("hseck9",))
    with pytest.raises(IntentError, match=r"features: given for C9800-CL - expected an ISR"):
        make_plan(intent_of({"features": ["hseck9"]}), of_product("C9800-CL"))


def test_transport_automatic_is_understood_and_given_back():
    made = make_plan(intent_of({"transport": "smart"}), slp(transport=TransportType.AUTOMATIC))
    assert made.commands == ("license smart transport smart",)
    assert undo(made.differences) == ("license smart transport automatic",)


@pytest.mark.parametrize(
    ("more", "wanted"), [({}, "192.0.2.9, 192.0.2.53"), ({"name_servers_exact": True}, "192.0.2.53")]
)
def test_name_servers_that_stay_are_shown_beside_the_new_one(more, wanted):
    there = slp(name_servers=((None, "192.0.2.9"),))
    (difference,) = plan(there, name_servers=["192.0.2.53"], **more).differences
    assert (difference.actual, difference.wanted) == ("192.0.2.9", wanted)
