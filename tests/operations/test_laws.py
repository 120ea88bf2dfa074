"""Laws of planning, on devices of the lab in memory: whatever is wanted, whatever was there before."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from nornir_smartlic.intent import intent_of, make_plan, undo, way_of
from nornir_smartlic.operations.configuring import configure
from nornir_smartlic.operations.conversation import Configure, converse
from nornir_smartlic.operations.reading import read_licensing
from tests.memory import memory_lab, switch

_URLS = {
    "smart": ["default", "https://onprem.example.com/SmartTransport"],
    "cslu": ["default", "http://192.0.2.8:8182/cslu/v1/pi", "https://onprem.example.com/cslu/v1/pi/BRANCHES-1"],
    "callhome": ["default", "https://onprem.example.com/Transportgateway/services/DeviceRequestHandler"],
}


@st.composite
def wanted(draw: st.DrawFn) -> dict[str, Any]:
    """Inventory data that contradicts neither itself nor a C9300 of 17.12."""
    data: dict[str, Any] = {"transport": draw(st.sampled_from(["smart", "cslu", "callhome", "off"]))}
    optional: dict[str, st.SearchStrategy[Any]] = {
        "source_interface": st.sampled_from(["GigabitEthernet0/0", "Gi0/0"]),
        "name_servers": st.lists(st.sampled_from(["192.0.2.53", "192.0.2.54", "192.0.2.55"]), min_size=1, unique=True),
        "revocation_check": st.sampled_from(["none", "crl", "crl none"]),
        "server_identity_check": st.booleans(),
        "privacy": st.fixed_dictionaries({}, optional={"hostname": st.booleans(), "version": st.booleans()}),
        "usage_interval_days": st.sampled_from([1, 30, 365]),
        "customer_tags": st.fixed_dictionaries({}, optional={"tag1": st.just("branch-17"), "tag4": st.just("b-2")}),
        "boot_level": st.sampled_from(
            [{"level": "network-advantage", "addon": "dna-advantage"}, {"level": "network-essentials"}]
        ),
    }
    if data["transport"] != "off":
        optional["url"] = st.sampled_from(_URLS[data["transport"]])
        optional["vrf"] = st.just("Mgmt-vrf")
        optional["proxy"] = st.fixed_dictionaries(
            {"address": st.sampled_from(["proxy.example.com", "192.0.2.80"]), "port": st.sampled_from([80, 8080])}
        )
    return data | draw(st.fixed_dictionaries({}, optional=optional))


few = settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # shrinking boots a device a hundred times
)


@few
@given(before=wanted(), after=wanted())
def test_after_applying_nothing_differs_and_nothing_more_changes(before: dict[str, Any], after: dict[str, Any]):
    lab = memory_lab(switch())
    door = lab.door("sw1")
    for data in (before, after):
        converse(configure(intent_of(data), commit=True), door.answer)
        text = lab.devices["sw1"].running_text()
        assert converse(configure(intent_of(data), commit=True), door.answer).is_empty
        assert lab.devices["sw1"].running_text() == text


@few
@given(before=wanted(), after=wanted())
def test_taking_back_a_plan_restores_the_configuration(before: dict[str, Any], after: dict[str, Any]):
    lab = memory_lab(switch())
    door = lab.door("sw1")
    converse(configure(intent_of(before), commit=True), door.answer)
    text = lab.devices["sw1"].running_text()
    plan = make_plan(intent_of(after), converse(read_licensing(), door.answer))
    door.answer(Configure(plan.commands))
    door.answer(Configure(undo(plan.differences)))
    assert licensing_of(lab.devices["sw1"].running_text()) == licensing_of(text)


@few
@given(data=wanted())
def test_what_is_not_wanted_is_left_alone(data: dict[str, Any]):
    lab = memory_lab(switch())
    door = lab.door("sw1")
    converse(configure(intent_of(data), commit=True), door.answer)
    assert converse(configure(intent_of({}), commit=True), door.answer).is_empty


def licensing_of(text: str) -> list[str]:
    """The lines of a configuration without those that only say how a default is spelled."""
    silent = ("license smart transport cslu", "service call-home")
    return sorted(line for line in text.splitlines() if line.strip("! ") and line.strip() not in silent)


@pytest.mark.parametrize("release", ["17.6", "17.12", "17.18"])
def test_every_release_of_the_lab_takes_the_plan(release: str):
    lab = memory_lab(switch(release=release))
    door = lab.door("sw1")
    data = {"transport": "smart", "url": "default", "vrf": "Mgmt-vrf", "name_servers": ["192.0.2.53"]}
    assert converse(configure(intent_of(data), commit=True), door.answer).commands
    assert converse(configure(intent_of(data), commit=True), door.answer).is_empty


def test_a_plain_url_of_an_on_prem_is_understood_under_cslu_and_replaced():
    door = memory_lab(switch()).door("sw1")
    old, new = (f"https://onprem.example.com/cslu/v1/pi/{tenant}" for tenant in ("OLD-1", "BRANCHES-1"))
    door.answer(Configure((f"license smart url {old}",)))
    reading = converse(read_licensing(), door.answer)
    assert reading.state.transport.cslu_address == old
    assert make_plan(intent_of({"transport": "cslu", "url": old}), reading).is_empty
    converse(configure(intent_of({"transport": "cslu", "url": new}), commit=True), door.answer)
    lines = [line for line in door.device.running_text().splitlines() if "/cslu/" in line]
    assert lines == [f"license smart url cslu {new}"]


def test_reports_to_a_cslu_leave_through_the_vrf_of_the_line():
    door = memory_lab(switch()).door("sw1")
    wanted = intent_of({"transport": "cslu", "vrf": "Mgmt-vrf", "name_servers": ["192.0.2.53"]})
    plan = converse(configure(wanted, commit=True), door.answer)
    assert plan.commands == ("ip name-server vrf Mgmt-vrf 192.0.2.53", "license smart vrf Mgmt-vrf")
    reading = converse(read_licensing(), door.answer)
    assert reading.state.transport.vrf == way_of(reading).vrf == "Mgmt-vrf"


def test_a_port_that_was_not_there_beside_the_address_of_a_proxy_is_taken_back_too():
    door = memory_lab(switch()).door("sw1")
    door.answer(Configure(("license smart proxy address proxy.example.com",)))
    wanted = intent_of({"transport": "cslu", "proxy": {"address": "192.0.2.80", "port": 8080}})
    plan = converse(configure(wanted, commit=True), door.answer)
    door.answer(Configure(undo(plan.differences)))
    lines = [line for line in door.device.running_text().splitlines() if "proxy" in line]
    assert lines == ["license smart proxy address proxy.example.com"]
