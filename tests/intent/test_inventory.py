"""The host's ``smart_licensing`` data at the edge."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

import pytest
from ruamel.yaml import YAML

from nornir_smartlic.errors import IntentError
from nornir_smartlic.intent import intent_of
from nornir_smartlic.model import BootLevel, Intent, Proxy, RevocationCheck, TransportType

EVERYTHING: dict[str, Any] = {
    "transport": "smart",
    "url": "default",
    "vrf": "Mgmt-vrf",
    "source_interface": "GigabitEthernet0/0",
    "name_servers": ["192.0.2.53"],
    "proxy": {"address": "proxy.example.com", "port": 8080},
    "revocation_check": "none",
    "server_identity_check": True,
    "privacy": {"hostname": False, "version": True},
    "usage_interval_days": 30,
    "customer_tags": {"tag1": "branch-17"},
    "boot_level": {"level": "network-advantage", "addon": "dna-advantage"},
    "account": {"smart_account": "example.com", "virtual_account": "Branches"},
    "trust": True,
    "authorizations": ["hseck9"],
    "registered": True,
}


def test_every_key_has_its_place_in_the_intent():
    assert intent_of(EVERYTHING) == Intent(
        transport=TransportType.SMART,
        url="default",
        vrf="Mgmt-vrf",
        source_interface="GigabitEthernet0/0",
        name_servers=("192.0.2.53",),
        proxy=Proxy("proxy.example.com", 8080),
        revocation_check=RevocationCheck.NONE,
        server_identity_check=True,
        hostname_privacy=False,
        version_privacy=True,
        usage_interval_days=30,
        customer_tags=(("tag1", "branch-17"),),
        boot_level=BootLevel("network-advantage", "dna-advantage"),
        smart_account="example.com",
        virtual_account="Branches",
        trust=True,
        authorizations=("hseck9",),
        registered=True,
    )


def test_what_is_absent_is_left_alone():
    assert intent_of(None) == intent_of({}) == Intent()


def test_any_mapping_and_sequence_will_do():
    data = MappingProxyType(
        EVERYTHING | {"name_servers": ("192.0.2.53",), "proxy": MappingProxyType(EVERYTHING["proxy"])}
    )
    assert intent_of(data) == intent_of(EVERYTHING)
    assert intent_of(YAML().load("transport: 'off'\ncustomer_tags: {tag1: \"branch-17\"}")).customer_tags


def test_an_unquoted_off_of_yaml_is_the_transport():
    assert intent_of({"transport": False}).transport is TransportType.OFF


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"transprot": "smart"}, "smart_licensing.transprot: unknown key - expected one of transport, url, "),
        ({"proxy": {"adress": "x", "port": 1}}, "smart_licensing.proxy.address: missing"),
        (
            {"proxy": {"address": "x", "port": 80, "user": "u"}},
            "smart_licensing.proxy.user: unknown key - expected one of address, port",
        ),
        ({"proxy": {"address": "x", "port": "80"}}, "smart_licensing.proxy.port: '80' - expected a valid integer"),
        ({"proxy": {"address": "x", "port": 80800}}, "smart_licensing.proxy.port: 80800 - expected less than or equal"),
        (
            {"transport": "automatic"},
            "smart_licensing.transport: 'automatic' - expected 'smart', 'cslu', 'callhome' or",
        ),
        ({"trust": "yes"}, "smart_licensing.trust: 'yes' - expected a valid boolean"),
        ({"usage_interval_days": 0}, "smart_licensing.usage_interval_days: 0 - expected greater than or equal to 1"),
        ({"usage_interval_days": 3651}, "smart_licensing.usage_interval_days: 3651 - expected less than or equal"),
        ({"throughput": {"level": "T9"}}, "smart_licensing.throughput.level: 'T9' - expected"),
        ({"packages": ["appx"]}, "smart_licensing.packages.0: 'appx' - expected 'appxk9', 'uck9' or 'securityk9'"),
        (
            {"packages": [], "boot_level": {"level": "appxk9"}},
            "smart_licensing.packages: given - expected no boot_level",
        ),
        ({"name_servers": ["192.0.2.53", "dns"]}, "smart_licensing.name_servers.1: 'dns' - expected an IP address"),
        ({"customer_tags": {"tag5": "x"}}, "smart_licensing.customer_tags.tag5: unknown key - expected one of tag1"),
        ({"url": "ftp://example.com"}, "smart_licensing.url: 'ftp://example.com' - expected 'default', or a URL"),
        (["transport"], "smart_licensing: ['transport'] - expected a mapping of keys to values"),
        ("smart", "smart_licensing: 'smart' - expected a mapping of keys to values"),
    ],
)
def test_a_wrong_key_or_value_is_one_line_with_its_path(data: Any, message: str):
    with pytest.raises(IntentError) as caught:
        intent_of(data)
    assert str(caught.value).startswith(message)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("data", "path"),
    [
        ({"transport": "off", "url": "default"}, "url"),
        ({"transport": "off", "proxy": {"address": "proxy.example.com", "port": 8080}}, "proxy"),
        ({"transport": "off", "vrf": "Mgmt-vrf"}, "vrf"),
        ({"transport": "cslu", "url": "https://tools.cisco.com/its/service/oddce/services/DDCEService"}, "url"),
        ({"transport": "cslu", "url": "https://smartreceiver.cisco.com/licservice/license"}, "url"),
        ({"transport": "smart", "url": "http://192.0.2.8:8182/cslu/v1/pi"}, "url"),
        ({"transport": "callhome", "url": "https://onprem.example.com/cslu/v1/pi/BRANCHES-1"}, "url"),
        ({"boot_level": {"level": "network-essentials", "addon": "dna-advantage"}}, "boot_level.addon"),
        ({"boot_level": {"level": "essentials", "addon": "dna-essentials"}}, "boot_level.addon"),
        ({"boot_level": {"level": "network-superior"}}, "boot_level.level"),
    ],
)
def test_a_contradiction_is_refused_before_any_device_is_asked(data: dict[str, Any], path: str):
    with pytest.raises(IntentError) as caught:
        intent_of(data)
    assert caught.value.path == f"smart_licensing.{path}"


@pytest.mark.parametrize("text", ["Mgmt\nno license smart url default", "a b", "what?", "", "caf\u00e9", "a\x1b[2J"])
def test_no_value_can_smuggle_in_a_line(text: str):
    with pytest.raises(IntentError):
        intent_of({"vrf": text})


def test_a_password_in_a_url_is_neither_taken_nor_shown():
    with pytest.raises(IntentError) as caught:
        intent_of({"url": "https://user:hunter2@example.com/cslu/v1/pi"})
    assert "hunter2" not in str(caught.value)
