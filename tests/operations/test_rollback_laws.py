"""On every family: apply twice changes nothing more, and what was applied can be taken back to the byte.

Whatever is wanted, and whatever an operator had typed before: lines that this package would not write stand there too.
"""

from __future__ import annotations

import difflib
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from nornir_smartlic.errors import CommandRefused
from nornir_smartlic.intent import intent_of, undo
from nornir_smartlic.intent.levels import levels_of
from nornir_smartlic.model import LicensingModel, LicensingReading
from nornir_smartlic.operations.configuring import configure
from nornir_smartlic.operations.conversation import Configure, converse
from smartlic_lab.platforms import families, family, release, releases
from tests.memory import MemoryDoor
from tests.operations.test_comparison_laws import device, read, wanted

TYPED: Final = (
    ("license smart url https://onprem.example.com/cslu/v1/pi/OLD-1",),
    ("license smart url cslu http://192.0.2.9:8182/cslu/v1/pi",),
    ("license smart url smart https://onprem.example.com/SmartTransport",),
    ("license smart url default",),
    ("license smart transport smart",),
    ("license smart transport callhome",),
    ("license smart transport off",),
    ("license smart transport automatic",),
    ("license smart vrf Mgmt-vrf",),
    ("license smart proxy address proxy.example.com",),
    ("license smart proxy address 192.0.2.80", "license smart proxy port 3128"),
    ("license smart privacy all",),
    ("license smart privacy hostname",),
    ("license smart server-identity-check",),
    ("no license smart server-identity-check",),
    ("license smart usage interval 7",),
    ("license smart usage customer-tags tag1 old", "license smart usage customer-tags tag2 kept"),
    ("ip name-server 192.0.2.54 192.0.2.55",),
    ("ip name-server vrf Mgmt-vrf 192.0.2.54",),
    ("no ip domain lookup",),
    ("ip domain lookup source-interface Loopback0",),
    ("ip http client source-interface Loopback1",),
    ("ip http client proxy-server 192.0.2.81 proxy-port 8080",),
    ("crypto pki trustpoint SLA-TrustPoint", "revocation-check crl"),
    ("crypto pki trustpoint SLA-TrustPoint", "revocation-check crl none"),
    ("service call-home",),
    ("no service call-home",),
    ("call-home", "contact-email-addr noc@example.com"),
    ("call-home", 'http-proxy "192.0.2.82" port 8080'),
    ("call-home", "vrf Mgmt-vrf"),
    ("call-home", "no http secure server-identity-check"),
    ("call-home", 'profile "CiscoTAC-1"', "no active"),
    ("call-home", 'profile "CiscoTAC-1"', "active", "destination transport-method http"),
    (
        "call-home",
        'profile "CiscoTAC-1"',
        "destination address http https://onprem.example.com/Transportgateway/services/DeviceRequestHandler",
    ),
    ("hostname edge-17",),
)
"""What stands there already: in each of them, and in any order. A product or a release may refuse it."""


def slp_releases(name: str) -> list[str]:
    """The releases under which a device of the family is under SLP; CSR1000V and ISRv are under none."""
    trains = [train for train in releases() if family(name).supports(release(train).version)]
    return [train for train in trains if family(name).runs(release(train)).slp]


def type_in(door: MemoryDoor, blocks: list[tuple[str, ...]]) -> None:
    for block in blocks:
        try:
            door.answer(Configure(block))
        except CommandRefused:
            continue


def typed(reading: LicensingReading) -> st.SearchStrategy[list[tuple[str, ...]]]:
    levels = [(f"license boot level {name}",) for name in levels_of(reading) or ()]
    return st.lists(st.sampled_from([*TYPED, *levels]), max_size=8)


@pytest.mark.parametrize("name", [name for name in families() if slp_releases(name)])
@settings(
    max_examples=3,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
    phases=[Phase.explicit, Phase.generate],
)
@given(data=st.data())
def test_applied_twice_and_taken_back_the_device_is_as_before(name: str, data: Any):
    door = device(name, data.draw(st.sampled_from(slp_releases(name))))
    reading = read(door)
    assert reading.state.model is LicensingModel.SLP
    type_in(door, data.draw(typed(reading)))
    before = door.device.running_text()
    intent = intent_of(data.draw(wanted(read(door))))
    plan = converse(configure(intent, commit=True), door.answer)
    applied = door.device.running_text()
    assert converse(configure(intent, commit=True), door.answer).is_empty
    assert door.device.running_text() == applied
    door.answer(Configure(undo(plan.differences)))
    assert changed(before, door.device.running_text()) == []


def changed(before: str, after: str) -> list[str]:
    """The lines that differ, where they are not the same to the byte."""
    lines = difflib.unified_diff(before.splitlines(keepends=True), after.splitlines(keepends=True), n=0)
    return [line for line in lines if not line.startswith(("---", "+++", "@@"))]
