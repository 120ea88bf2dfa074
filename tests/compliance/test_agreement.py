"""Where plan and audit used to disagree: a device as planned passes, and the fix of a finding is the plan."""

from __future__ import annotations

from typing import Any

import pytest

from nornir_smartlic.compliance import Verdict, verify
from nornir_smartlic.compliance.configuration_rules import CONFIGURATION_RULES
from nornir_smartlic.intent import intent_of, make_plan, merged
from nornir_smartlic.model import CallHome, LicensingReading, Proxy, TransportType
from tests.intent.readings import slp

INTERFACES = (("GigabitEthernet0/0", "Mgmt-vrf", "192.0.2.7 255.255.255.0"),)
READY: dict[str, Any] = {"service": True, "contact_email": "noc@example.com", "profile_active": True} | {
    "transport_method": "http"
}
PROXY = {"address": "proxy.example.com", "port": 8080}


def callhome(**home: Any) -> LicensingReading:
    return slp(transport=TransportType.CALLHOME, call_home=CallHome(**READY | home), vrfs=("Mgmt-vrf",))


def verdict_and_fix(reading: LicensingReading, wanted: dict[str, Any], rule_id: str) -> tuple[Verdict, tuple[str, ...]]:
    found = verify(reading, intent_of(wanted), host="sw1", rules=CONFIGURATION_RULES)
    finding = next(each for each in found if each.rule_id == rule_id)
    return finding.verdict, finding.fix


@pytest.mark.parametrize(
    ("reading", "wanted", "rule_id"),
    [
        (slp(), {"usage_interval_days": 30}, "SLP-USAGE-INTERVAL"),
        (
            slp(source_interface="GigabitEthernet0/0", interfaces=INTERFACES),
            {"source_interface": "Gi0/0"},
            "SLP-SOURCE-INTERFACE",
        ),
        (
            slp(customer_tags=(("tag1", "a"), ("tag2", "b"))),
            {"customer_tags": {"tag2": "b"}},
            "SLP-CUSTOMER-TAGS",
        ),
        (slp(vrf="Mgmt-vrf", vrfs=("Mgmt-vrf",)), {"transport": "cslu", "vrf": "Mgmt-vrf"}, "SLP-TRANSPORT-VRF"),
        (callhome(vrf="Mgmt-vrf"), {"transport": "callhome", "vrf": "Mgmt-vrf"}, "SLP-TRANSPORT-VRF"),
        (
            callhome(http_proxy=Proxy("proxy.example.com", 8080)),
            {"transport": "callhome", "proxy": PROXY},
            "SLP-TRANSPORT-PROXY",
        ),
        (
            callhome(server_identity_check=False),
            {"transport": "callhome", "server_identity_check": False},
            "SLP-SERVER-IDENTITY",
        ),
    ],
)
def test_a_device_as_wanted_passes_and_has_an_empty_plan(reading, wanted, rule_id):
    assert make_plan(intent_of(wanted), reading).is_empty
    assert verdict_and_fix(reading, wanted, rule_id) == (Verdict.PASS, ())


@pytest.mark.parametrize(
    ("reading", "wanted", "rule_id", "fix"),
    [
        (
            slp(customer_tags=(("tag1", "a"),)),
            {"customer_tags": {"tag2": "b"}},
            "SLP-CUSTOMER-TAGS",
            ("license smart usage customer-tags tag2 b",),
        ),
        (
            slp(vrfs=("Mgmt-vrf",)),
            {"transport": "cslu", "vrf": "Mgmt-vrf"},
            "SLP-TRANSPORT-VRF",
            ("license smart vrf Mgmt-vrf",),
        ),
        (callhome(), {"vrf": "Mgmt-vrf"}, "SLP-TRANSPORT-VRF", ("call-home", " vrf Mgmt-vrf")),
        (
            callhome(),
            {"proxy": PROXY},
            "SLP-TRANSPORT-PROXY",
            ("call-home", ' http-proxy "proxy.example.com" port 8080'),
        ),
        (
            callhome(),
            {"server_identity_check": False},
            "SLP-SERVER-IDENTITY",
            ("call-home", " no http secure server-identity-check"),
        ),
        (
            slp(name_servers=((None, "192.0.2.9"),)),
            {"name_servers": ["192.0.2.53"]},
            "SLP-NAME-RESOLUTION",
            ("ip name-server 192.0.2.53",),
        ),
    ],
)
def test_the_fix_of_a_finding_is_the_plan(reading, wanted, rule_id, fix):
    assert verdict_and_fix(reading, wanted, rule_id) == (Verdict.FAIL, fix)
    assert make_plan(intent_of(wanted), reading).commands == merged(fix)


def test_what_the_plan_refuses_is_a_finding_without_a_fix():
    reading = slp(interfaces=INTERFACES, vrfs=("Mgmt-vrf",))
    assert verdict_and_fix(reading, {"source_interface": "Loopback0"}, "SLP-SOURCE-INTERFACE") == (Verdict.FAIL, ())
