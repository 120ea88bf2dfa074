"""Devices before SLP that are to be registered: their way to CSSM is planned, judged and taken back as any other."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from nornir_smartlic.errors import IntentError
from nornir_smartlic.intent import intent_of, make_plan, undo
from nornir_smartlic.model import LicensingModel
from nornir_smartlic.operations.configuring import configure
from nornir_smartlic.operations.conversation import Configure, converse
from nornir_smartlic.tasks import configure_licensing, register_device, verify_compliance
from smartlic_lab.platforms import families, family, release, releases
from tests.memory import NAME_SERVER, TOKEN, memory_lab, one, switch
from tests.operations.test_comparison_laws import both_ways, device, failing, read
from tests.tasks.test_further_tasks import buy

ON_PREM = {
    "smart": "https://onprem.example.com/SmartTransport",
    "callhome": "https://onprem.example.com/Transportgateway/services/DeviceRequestHandler",
}
PAIRS = [
    (name, train)
    for name in families()
    for train in releases()
    if family(name).supports(release(train).version) and not family(name).runs(release(train)).slp
]


@st.composite
def wanted(draw: st.DrawFn, vrf: str) -> dict[str, Any]:
    transport = draw(st.sampled_from(["smart", "callhome"]))
    optional: dict[str, st.SearchStrategy[Any]] = {
        "url": st.sampled_from(["default", ON_PREM[transport]]),
        "name_servers": st.lists(st.sampled_from(["192.0.2.53", "192.0.2.54"]), min_size=1, unique=True),
        "source_interface": st.just("Loopback0"),
        "revocation_check": st.sampled_from(["none", "crl", "crl none"]),
        "usage_interval_days": st.just(7),
        "customer_tags": st.just({"tag1": "branch-17"}),
        "privacy": st.just({"hostname": True}),
        "server_identity_check": st.booleans(),
        "proxy": st.just({"address": "proxy.example.com", "port": 8080}),
    }
    data = {"registered": True, "transport": transport} | draw(st.fixed_dictionaries({}, optional=optional))
    if "source_interface" not in data and draw(st.booleans()):
        data["vrf"] = vrf
    return data


@settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
    phases=[Phase.explicit, Phase.generate],
)
@given(pair=st.sampled_from(PAIRS), data=st.data())
def test_plan_audit_and_rollback_agree_before_slp_too(pair: tuple[str, str], data: Any):
    door = device(*pair)
    reading = read(door)
    if reading.state.model is not LicensingModel.REGISTERED:
        return
    there, intent = (intent_of(data.draw(wanted(reading.configuration.vrfs[0]))) for _ in range(2))
    converse(configure(there, commit=True), door.answer)
    before = door.device.running_text()
    plan = converse(configure(intent, commit=True), door.answer)
    assert both_ways([*plan.commands]) == []
    assert converse(configure(intent, commit=True), door.answer).is_empty
    assert failing(read(door), intent) == {}
    door.answer(Configure(undo(plan.differences)))
    assert door.device.running_text() == before


def test_a_switch_gets_its_way_then_its_registration_and_passes_the_audit():
    lab = memory_lab(switch(release="16.12"))
    buy(lab, "network-advantage", "dna-advantage")
    wanted = {"registered": True, "transport": "smart", "url": "default", "name_servers": [NAME_SERVER]}
    nornir = lab.nornir({"sw1": wanted | {"revocation_check": "none", "usage_interval_days": 7, "trust": True}})
    plan = one(nornir.run(configure_licensing)).result
    assert plan.commands[-1] == "license smart url default"
    assert [text.partition(":")[0] for text in plan.warnings] == [
        "smart_licensing.registered",
        "smart_licensing",
        "saved with it, of licensing, not saved before",
    ]
    one(nornir.run(register_device, token=TOKEN))
    assert one(nornir.run(configure_licensing)).result.is_empty
    findings = {each.rule_id: each for each in one(nornir.run(verify_compliance)).result.findings}
    passed = ("SLP-REGISTERED", "SLP-TRANSPORT-TYPE", "SLP-TRANSPORT-URL", "SLP-REVOCATION")
    assert {findings[name].verdict.name for name in passed if name in findings} == {"PASS"}


def test_without_the_key_nothing_is_planned_before_slp():
    reading = read(memory_lab(switch(release="16.12")).door("sw1"))
    assert make_plan(intent_of({"transport": "smart", "url": "default"}), reading).not_applicable
    with pytest.raises(IntentError, match=r"cslu on release 16\.12"):
        make_plan(intent_of({"registered": True, "transport": "cslu"}), reading)


def test_where_no_registration_is_wanted_none_is_missed():
    lab = memory_lab(switch(release="16.12"))
    report = one(lab.nornir({"sw1": {"registered": False}}).run(verify_compliance)).result
    verdicts = {each.rule_id: each.verdict.name for each in report.findings}
    assert verdicts["SLP-REGISTERED"] == "NOT_APPLICABLE"
