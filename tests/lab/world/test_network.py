"""Whether a device's request arrives, and with which reason it does not."""

import ipaddress
from dataclasses import replace
from datetime import timedelta

import pytest

from nornir_smartlic.errors import UsageError
from nornir_smartlic.model import Proxy
from smartlic_lab.world import (
    EMPTY,
    FAILED,
    NO_REPLY,
    UNCONNECTED,
    UNRESOLVED,
    UNTRUSTED,
    ServerCertificate,
    Site,
    Uplink,
    World,
)
from smartlic_lab.world.clock import VirtualClock
from smartlic_lab.world.network import DeliveryFailed, HttpRequest, Origin
from tests.lab.world.world_fakes import START, EchoAuthority, FakeDevice

URL = "https://smartreceiver.example.com/licservice/license"
YEAR = timedelta(days=365)
GOOD = Origin(
    device="sw1",
    clock=START,
    vrf="Mgmt-vrf",
    source_interface="GigabitEthernet0/0",
    name_servers=("192.0.2.53",),
    domain_name="example.com",
)


@pytest.fixture
def cssm() -> EchoAuthority:
    return EchoAuthority()


@pytest.fixture
def world(cssm) -> World:
    world = World(VirtualClock(START))
    world.connect("sw1", Uplink("Mgmt-vrf", needs_source_interface=True))
    world.add_device("sw1", FakeDevice())
    certificate = ServerCertificate(
        ("smartreceiver.example.com",), START - YEAR, START + YEAR, crl_host="crl.example.com"
    )
    world.add_site(Site(cssm, "192.0.2.10", 443, certificate), "smartreceiver.example.com", "cssm.example.com")
    world.add_site(Site(EchoAuthority("cslu"), "192.0.2.20", 8182), "cslu-local.example.com")
    world.names["crl.example.com"] = "192.0.2.11"
    world.names["proxy.example.com"] = "192.0.2.80"
    world.name_servers.add("192.0.2.53")
    world.proxies.add(("192.0.2.80", 8080))
    return world


def reason(world, origin=GOOD, url=URL) -> str:
    with pytest.raises(DeliveryFailed) as failed:
        world.send(origin, url, b"{}")
    return failed.value.reason


def test_a_request_arrives_with_its_path_and_its_device(world, cssm):
    assert world.send(GOOD, URL, b"hello") == b"hello"
    assert (cssm.asked[0].path, cssm.asked[0].client) == ("/licservice/license", "sw1")


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"name_servers": ()}, UNRESOLVED),
        ({"name_servers": ("192.0.2.54",)}, UNRESOLVED),
        ({"domain_lookup": False}, UNRESOLVED),
        ({"vrf": None}, UNRESOLVED),  # the name server is not reached from there
        ({"vrf": None, "hosts": {"smartreceiver.example.com": "192.0.2.10"}}, UNCONNECTED),
        ({"source_interface": None}, NO_REPLY),
        ({"hosts": {"smartreceiver.example.com": "192.0.2.99"}}, UNCONNECTED),
        ({"clock": START - 2 * YEAR}, UNTRUSTED),
        ({"clock": START + 2 * YEAR}, UNTRUSTED),
        ({"trustpoint_present": False}, UNTRUSTED),
        ({"proxy": Proxy("nowhere.example.com", 8080)}, UNRESOLVED),
        ({"proxy": Proxy("proxy.example.com", 3128)}, UNCONNECTED),
    ],
)
def test_a_device_that_lacks_something_gets_the_reason_of_a_real_one(world, change, expected):
    assert reason(world, replace(GOOD, **change)) == expected


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://old.example.com/licservice/license", UNRESOLVED),
        ("https://smartreceiver.example.com:8443/x", UNCONNECTED),
        ("http://smartreceiver.example.com:443/x", EMPTY),
        ("https://cssm.example.com/x", UNTRUSTED),  # its certificate has another name
        ("https://cslu-local.example.com:8182/x", UNTRUSTED),  # it speaks plain HTTP
        ("nonsense", UNRESOLVED),
        ("https://smartreceiver.example.com:99999/x", UNRESOLVED),
    ],
)
def test_a_wrong_url_gets_the_reason_of_a_real_one(world, url, expected):
    assert reason(world, url=url) == expected


def test_a_short_name_takes_the_domain(world):
    assert world.resolve(GOOD, "cslu-local") == "192.0.2.20"
    assert world.resolve(replace(GOOD, domain_name=None), "cslu-local") is None


def test_without_identity_check_another_name_will_do(world):
    origin = replace(GOOD, server_identity_check=False)
    assert world.send(origin, "https://cssm.example.com/x", b"{}")


def test_the_revocation_list_must_be_in_reach_only_where_it_is_checked(world):
    del world.names["crl.example.com"]
    assert reason(world) == UNTRUSTED
    assert world.send(replace(GOOD, revocation_check=False), URL, b"{}")


def test_a_proxy_resolves_the_name_for_a_device_without_name_server(world):
    origin = replace(GOOD, name_servers=(), proxy=Proxy("192.0.2.80", 8080), revocation_check=False)
    assert world.send(origin, URL, b"{}")


def test_a_route_that_leads_elsewhere_is_no_route(world):
    world.connect("sw1", Uplink("Mgmt-vrf", reaches=(ipaddress.IPv4Network("192.0.2.48/28"),)))
    assert reason(world) == UNCONNECTED


@pytest.mark.parametrize(
    ("target", "kind", "expected"),
    [
        ("cssm", "unreachable", NO_REPLY),
        ("sw1", "unreachable", NO_REPLY),
        ("cssm", "refusing", UNCONNECTED),
        ("192.0.2.53", "name-unknown", UNRESOLVED),
        ("smartreceiver.example.com", "name-unknown", UNRESOLVED),
        ("cssm", "certificate-expired", UNTRUSTED),
        ("cssm", "certificate-untrusted", UNTRUSTED),
        ("cssm", "crl-unreachable", UNTRUSTED),
        ("cssm", "lost-answer", NO_REPLY),
        ("cssm", "empty-answer", EMPTY),
        ("cssm", "server-error", FAILED),
    ],
)
def test_each_fault_gives_its_reason_until_it_is_cleared(world, target, kind, expected):
    world.add_fault(target, kind)
    assert reason(world) == expected
    assert world.clear_faults(target) == 1
    assert world.send(GOOD, URL, b"{}")


def test_a_lost_answer_was_worked_on(world, cssm):
    world.add_fault("cssm", "lost-answer", count=1)
    reason(world)
    assert len(cssm.asked) == 1
    assert world.send(GOOD, URL, b"{}")


def test_a_fault_ends_with_its_span(world):
    world.add_fault("cssm", "unreachable", span=timedelta(days=7))
    world.advance(timedelta(days=6))
    assert reason(world, replace(GOOD, clock=world.clock.now())) == NO_REPLY
    world.advance(timedelta(days=1))
    assert world.send(GOOD, URL, b"{}")


def test_a_fault_of_an_unknown_kind_or_thing_is_refused(world):
    with pytest.raises(UsageError, match="no fault 'asleep'"):
        world.add_fault("cssm", "asleep")
    with pytest.raises(UsageError, match="nothing is called 'cssn'"):
        world.add_fault("cssn", "unreachable")


def test_an_unreachable_authority_is_unreachable_for_everybody(world):
    world.add_fault("cssm", "unreachable")
    with pytest.raises(DeliveryFailed):
        world.serve("cssm", HttpRequest("GET", "/", "localhost"))
