"""Legacy Smart Licensing: registration, renewals, deregistration."""

from __future__ import annotations

import pytest

from nornir_smartlic.model import Entitlement
from smartlic_lab.authority import Cssm, licenses, product_instances
from smartlic_lab.authority.catalogue import find_license
from smartlic_lab.world.wire import AnswerStatus, MessageKind, Reply
from tests.lab.authority.devices import JAN_1, NETWORK_TAG, FakeDevice, days


@pytest.fixture
def device(cssm: Cssm) -> FakeDevice:
    """A device that is registered with CSSM."""
    made = FakeDevice(cssm)
    reply = register(made, cssm.add_token("example.com", "Branches"))
    made.trust_id = reply.body["certificate"]
    return made


def register(device: FakeDevice, token: str, **body: object) -> Reply:
    return device.send(MessageKind.REGISTRATION, JAN_1, action="register", token=token, **body)


def renew(device: FakeDevice, day: float, count: int = 1) -> Reply:
    usage = [{"tag": NETWORK_TAG, "count": count}]
    return device.send(MessageKind.AUTHORIZATION_RENEWAL, JAN_1 + days(day), usage=usage)


def test_registering_again_needs_force(cssm: Cssm, device: FakeDevice) -> None:
    token = cssm.add_token("example.com", "Campus")
    assert register(device, token).status is AnswerStatus.FAILED
    assert register(device, token, force=True).body["virtual_account"] == "Campus"


def test_an_authorization_says_whether_there_are_licences(cssm: Cssm, device: FakeDevice) -> None:
    cssm.add_licenses([Entitlement("network-advantage", "Network Advantage", NETWORK_TAG, "")])
    with cssm.work() as work:
        home = work.virtual_account(work.smart_account("example.com"), "Branches")
        licenses.add_pool(work, home, find_license(work, NETWORK_TAG), 2)
    assert renew(device, 1, 2).body["status"] == "AUTHORIZED"
    assert renew(device, 30, 3).body["status"] == "OUT OF COMPLIANCE"


def test_the_identity_is_renewed_after_six_months_or_ends_after_a_year(device: FakeDevice) -> None:
    renewed = device.send(MessageKind.REGISTRATION, JAN_1 + days(180), action="renew")
    assert renewed.body["expires"] == (JAN_1 + days(545)).isoformat()
    device.trust_id = renewed.body["certificate"]
    assert renew(device, 544).status is AnswerStatus.OK
    assert renew(device, 546).reason == "The ID certificate of the product instance has expired"


def test_who_deregisters_is_forgotten(cssm: Cssm, device: FakeDevice) -> None:
    assert device.send(MessageKind.REGISTRATION, JAN_1, action="deregister").status is AnswerStatus.OK
    assert renew(device, 1).reason == "The product instance is not registered"
    with cssm.work() as work:
        home = work.virtual_account(work.smart_account("example.com"), "Branches")
        assert product_instances.list_instances(work, [home]) == (0, [])


def test_a_device_that_was_trusted_registers_by_itself_on_an_older_release(cssm: Cssm) -> None:
    device = FakeDevice(cssm)
    device.trust(cssm.add_token("example.com", "Branches"))
    reply = device.send(MessageKind.REGISTRATION, JAN_1, action="register", force=True)
    assert (reply.status, reply.body["virtual_account"]) == (AnswerStatus.OK, "Branches")
