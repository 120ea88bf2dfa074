"""Throughput above 250 Mbps and the feature hseck9: the authorization code first, then the line."""

from __future__ import annotations

from typing import Any

import pytest

from nornir_smartlic.errors import Refused
from nornir_smartlic.tasks import configure_licensing, establish_trust, verify_compliance
from smartlic_lab.device.specification import DeviceSpec
from tests.memory import NAME_SERVER, PASSWORD, TOKEN, WANTED, MemoryLab, memory_lab, one

LEVEL = "license boot level network-advantage addon dna-advantage"


def lab_of(platform: str, *day0: str, bought: int = 5) -> MemoryLab:
    lab = memory_lab(DeviceSpec("r1", platform, password=PASSWORD, day0=day0))
    family = lab.devices["r1"].family
    lab.cssm.add_licenses([entitlement for _, entitlement in family.entitlements])
    hseck9 = family.entitlement("hseck9", family.models[family.default_pid].license_class)
    if bought and hseck9 is not None:
        lab.cssm.add_pool("example.com", "Branches", hseck9.tag, bought)
    return lab


def trusted(lab: MemoryLab, more: dict[str, Any]) -> Any:
    nornir = lab.nornir({"r1": WANTED | more})
    first = lab.nornir({"r1": WANTED})
    one(first.run(configure_licensing))
    one(first.run(establish_trust, token=TOKEN))
    return nornir


@pytest.mark.parametrize(
    ("platform", "wanted", "line", "reload"),
    [
        ("c8000v", {"throughput": {"level": "T2"}}, "platform hardware throughput level MB T2", False),
        ("c8300", {"throughput": {"level": 500}}, "platform hardware throughput crypto 500M", True),
        ("isr4000", {"features": ["hseck9"]}, "license feature hseck9", False),
    ],
)
def test_apply_brings_the_code_and_then_the_line(platform: str, wanted: dict[str, Any], line: str, reload: bool):
    lab = lab_of(platform, *([LEVEL] if platform != "isr4000" else []))
    nornir = trusted(lab, wanted)
    plan = one(nornir.run(configure_licensing, dry_run=True)).result
    assert plan.exec_steps[0] == "license smart authorization request add hseck9 all, first"
    done = one(nornir.run(configure_licensing)).result
    assert (done.commands, done.saved, done.needs_reload) == ((line,), True, reload)
    assert line in lab.devices["r1"].startup
    again = one(nornir.run(configure_licensing))
    assert (again.changed, again.result.codes) == (False, ())


def test_without_a_licence_to_give_the_line_is_not_sent_and_the_rest_stays():
    lab = lab_of("c8000v", LEVEL, bought=0)
    nornir = trusted(lab, {"throughput": {"level": "T2"}, "usage_interval_days": 400})
    with pytest.raises(Refused, match=r"no SLAC for hseck9.*the rest of the plan is done"):
        one(nornir.run(configure_licensing))
    text = lab.devices["r1"].running_text()
    assert "license smart usage interval 400" in text
    assert "throughput" not in text


def test_a_device_that_reaches_nobody_says_what_waits_for_a_code_by_file():
    lab = lab_of("c8000v", LEVEL)
    nornir = lab.nornir({"r1": {"transport": "off", "throughput": {"level": "1G"}}})
    plan = one(nornir.run(configure_licensing)).result
    assert "smartlic authorize hseck9 -d DIRECTORY" in plan.warnings[-1]
    assert "throughput" not in lab.devices["r1"].running_text()


def test_an_audit_names_the_code_before_the_line():
    lab = lab_of("c8000v", LEVEL)
    nornir = lab.nornir({"r1": {"name_servers": [NAME_SERVER], "throughput": {"level": "T2"}}})
    findings = {each.rule_id: each for each in one(nornir.run(verify_compliance)).result.findings}
    assert findings["SLP-THROUGHPUT"].fix == (
        "smartlic authorize hseck9 -F name=r1",
        "platform hardware throughput level MB T2",
    )


def test_a_controller_without_access_points_passes_its_boot_level():
    lab = memory_lab(DeviceSpec("wlc1", "c9800", password=PASSWORD))
    wanted = {"boot_level": {"level": "air-network-advantage", "addon": "air-dna-advantage"}}
    findings = {each.rule_id: each for each in one(lab.nornir({"wlc1": wanted}).run(verify_compliance)).result.findings}
    assert findings["SLP-BOOT-LEVEL"].verdict.name == "PASS"
    other = {"boot_level": {"level": "air-network-essentials"}}
    findings = {each.rule_id: each for each in one(lab.nornir({"wlc1": other}).run(verify_compliance)).result.findings}
    assert findings["SLP-BOOT-LEVEL"].fix[0] == "license air level air-network-essentials"
